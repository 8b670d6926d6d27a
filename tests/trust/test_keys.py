"""Keys: ids, signatures, rotation, and the folder they live in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.trust.algorithms import ALGORITHMS
from hefu.trust.keyring import Keyring, generate, key_id_of

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=1, max_size=40), st.integers(0, 63))
def test_a_signature_holds_for_its_bytes_and_for_no_others(data: bytes, more: bytes, place: int) -> None:
    algorithm = ALGORITHMS["ed25519"]
    private = algorithm.generate()
    public, signature = algorithm.public(private), algorithm.sign(private, data)
    assert algorithm.verify(public, data, signature)
    assert not algorithm.verify(public, data + more, signature)
    broken = bytes([*signature[:place], signature[place] ^ 1, *signature[place + 1 :]])
    assert not algorithm.verify(public, data, broken)
    assert not algorithm.verify(algorithm.public(algorithm.generate()), data, signature)


@pytest.mark.parametrize(
    ("public", "signature"), [(b"", b"x" * 64), (b"x" * 31, b"x" * 64), (b"x" * 32, b"")]
)
def test_nonsense_does_not_verify_and_does_not_raise(public: bytes, signature: bytes) -> None:
    assert not ALGORITHMS["ed25519"].verify(public, b"data", signature)


def test_a_key_id_names_the_side_and_the_key() -> None:
    one, other = generate("tax", NOW), generate("tax", NOW)
    assert one.key_id == key_id_of("tax", one.public)
    assert one.key_id != other.key_id
    assert one.key_id.startswith("tax-")
    assert key_id_of("customs", one.public) != one.key_id


def test_the_newest_confirmed_key_signs() -> None:
    old = generate("tax", NOW, confirmed=True)
    new = generate("tax", NOW + timedelta(days=1))
    ring = Keyring([old])
    ring.add(new)
    assert ring.signer == old
    ring.confirm(new.key_id)
    assert ring.signer.key_id == new.key_id
    assert [key.key_id for key in ring.keys] == [old.key_id, new.key_id]
    ring.confirm("unknown")
    assert ring.signer.key_id == new.key_id


def test_keys_come_back_from_their_folder_and_are_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    ring = Keyring([], folder)
    old, new = generate("tax", NOW, confirmed=True), generate("tax", NOW + timedelta(days=1))
    ring.add(new)
    ring.add(old)
    assert Keyring.load(folder).keys == (old, new)
    ring.confirm(new.key_id)
    assert Keyring.load(folder).signer.key_id == new.key_id
    assert Keyring.load(folder).signer.private == new.private
    files = list(folder.iterdir())
    assert len(files) == 2
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
