"""A node's own keys: key ids, rotation, and the folder where private keys live.

A new key signs only after the peer has acknowledged its announcement, so there is never an envelope
that the peer cannot check. Old keys stay, to prove what they signed.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from hefu.trust.algorithms import ALGORITHMS


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key. ``confirmed``: the peer knows its public half."""

    key_id: str
    algorithm: str
    private: bytes
    not_before: datetime
    confirmed: bool

    @property
    def public(self) -> bytes:
        """The public half, raw."""
        return ALGORITHMS[self.algorithm].public(self.private)

    @property
    def public_text(self) -> str:
        """The public half in base64."""
        return b64encode(self.public).decode()

    def sign(self, data: bytes) -> bytes:
        """Sign the data."""
        return ALGORITHMS[self.algorithm].sign(self.private, data)


def key_id_of(side: str, public: bytes) -> str:
    """The side and the first 16 hex digits of the public key's SHA-256."""
    return f"{side}-{hashlib.sha256(public).hexdigest()[:16]}"


def generate(side: str, now: datetime, *, confirmed: bool = False, algorithm: str = "ed25519") -> SigningKey:
    """A fresh key of a side."""
    private = ALGORITHMS[algorithm].generate()
    public = ALGORITHMS[algorithm].public(private)
    return SigningKey(key_id_of(side, public), algorithm, private, now, confirmed)


class Keyring:
    """All keys of a node, oldest first; kept as one file a key when it has a folder."""

    def __init__(self, keys: list[SigningKey], folder: Path | None = None) -> None:
        self._keys = keys
        self._folder = folder

    @classmethod
    def load(cls, folder: Path) -> Keyring:
        """Read every key of the folder."""
        keys = [_read(path) for path in sorted(folder.glob("*.json"))]
        return cls(sorted(keys, key=lambda key: key.not_before), folder)

    @property
    def signer(self) -> SigningKey:
        """The newest key that the peer knows."""
        return [key for key in self._keys if key.confirmed][-1]

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """Every key, oldest first."""
        return tuple(self._keys)

    def add(self, key: SigningKey) -> None:
        """Take a key in and write it down, readable by its owner only."""
        self._keys = [*(k for k in self._keys if k.key_id != key.key_id), key]
        self._keys.sort(key=lambda k: k.not_before)
        if self._folder is not None:
            _write(self._folder / f"{key.key_id}.json", key)

    def confirm(self, key_id: str) -> None:
        """The peer has the public half: from now on this key may sign."""
        for key in self._keys:
            if key.key_id == key_id and not key.confirmed:
                self.add(replace(key, confirmed=True))
                return


def _read(path: Path) -> SigningKey:
    told = orjson.loads(path.read_bytes())
    return SigningKey(
        told["key_id"],
        told["algorithm"],
        b64decode(told["private"]),
        datetime.fromisoformat(told["not_before"]),
        told["confirmed"],
    )


def _write(path: Path, key: SigningKey) -> None:
    data = orjson.dumps(
        {
            "key_id": key.key_id,
            "algorithm": key.algorithm,
            "private": b64encode(key.private).decode(),
            "not_before": key.not_before.isoformat(),
            "confirmed": key.confirmed,
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
