"""A backup is whole or not there; what is restored is what was backed up, and knows that it is behind."""

from __future__ import annotations

import io
import os
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hefu.cli import home as homes
from hefu.errors import HefuError
from hefu.protocol.records import Ahead, Side
from hefu.protocol.recovery.records import Restoration
from hefu.stores import backup
from hefu.stores.lock import held
from hefu.stores.reads import FILE, Reading, Reads, reads_before
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.trust.keyring import Keyring, generate

NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    homes.make(made)
    _write(made, "first")
    return made


def _write(home: Path, what: str) -> None:
    store = SqliteStore(str(home / "customs" / "store.sqlite"), Side.CUSTOMS)
    with store.write(NOW) as book:
        book.put(Ahead(what, 1))
        book.note("test", "written", what)
    store.close()


def _written(home: Path) -> list[str]:
    reader = SqliteReader(str(home / "customs" / "store.sqlite"))
    told = sorted(one.stream for one in reader.every(Ahead))
    reader.close()
    return told


def _made(home: Path, to: Path) -> backup.Manifest:
    return backup.make(home / "customs", to, "1.0", NOW)


def _code(work: Callable[[], object]) -> str:
    with pytest.raises(HefuError) as caught:
        work()
    return caught.value.first.kind.code


def test_what_is_restored_is_what_was_backed_up(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "b" / "customs.hefu"
    manifest = _made(home, file)
    assert (manifest.side, manifest.journal) == (Side.CUSTOMS, 1)
    assert {"store.sqlite", "node.json"} < set(manifest.files)
    _write(home, "second")
    told, aside = backup.restore(home, file, NOW + timedelta(days=1), replace=True)
    assert told == manifest
    assert _written(home) == ["first"]
    assert aside is not None
    assert aside.name == "customs.before-20260311T010000"
    reader = SqliteReader(str(home / "customs" / "store.sqlite"))
    (mark,) = reader.every(Restoration)
    reader.close()
    assert mark == Restoration(1, NOW, NOW + timedelta(days=1), "open")
    again = SqliteReader(str(aside / "store.sqlite"))
    assert sorted(one.stream for one in again.every(Ahead)) == ["first", "second"]
    again.close()


def test_a_backup_is_taken_while_somebody_writes(home: Path, tmp_path: Path) -> None:
    store = SqliteStore(str(home / "customs" / "store.sqlite"), Side.CUSTOMS)
    with store.write(NOW) as book:
        book.put(Ahead("second", 1))
        _made(home, tmp_path / "a.hefu")
    _made(home, tmp_path / "b.hefu")
    store.close()
    for name, told in (("a", ["first"]), ("b", ["first", "second"])):
        other = tmp_path / name
        backup.restore(other, tmp_path / f"{name}.hefu", NOW)
        assert _written(other) == told


def test_only_its_owner_reads_a_backup_and_what_comes_of_it(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    backup.restore(tmp_path / "other", file, NOW)
    for one in (file, *(tmp_path / "other" / "customs" / "keys").iterdir()):
        assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_keys_and_configuration_made_since_stay_in_force(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    later = generate("customs", NOW)
    Keyring.load(home / "customs" / "keys").add(later)
    settings = orjson.loads((home / "customs" / "node.json").read_bytes())
    (home / "customs" / "node.json").write_bytes(orjson.dumps({**settings, "port": 1234}))
    backup.restore(home, file, NOW, replace=True)
    assert later.key_id in [key.key_id for key in Keyring.load(home / "customs" / "keys").keys]
    assert orjson.loads((home / "customs" / "node.json").read_bytes())["port"] == 1234


def test_a_node_that_is_there_is_not_replaced_unasked(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    assert _code(lambda: backup.restore(home, file, NOW)) == "backup.node_is_there"
    assert _written(home) == ["first"]
    assert sorted(one.name for one in home.iterdir() if one.is_dir()) == ["customs", "tax"]


def test_a_node_that_runs_is_not_replaced(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    with held(home / "customs"):
        assert _code(lambda: backup.restore(home, file, NOW, replace=True)) == "node.in_use"
    assert sorted(one.name for one in home.iterdir() if one.is_dir()) == ["customs", "tax"]


def test_restored_twice_in_a_second_both_old_nodes_are_kept(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    kept = [backup.restore(home, file, NOW, replace=True)[1] for _ in range(2)]
    assert kept[0] != kept[1]
    assert all(one is not None and (one / "store.sqlite").exists() for one in kept)


def test_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    assert _code(lambda: backup.make(tmp_path, tmp_path / "x.hefu", "1.0", NOW)) == "backup.no_node"


def test_a_backup_that_fails_leaves_the_last_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert _code(lambda: _made(home, file)) == "backup.not_written"
    assert file.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["customs.hefu", "home"]


def test_a_damaged_store_is_not_backed_up_as_a_sound_one(home: Path, tmp_path: Path) -> None:
    store = home / "customs" / "store.sqlite"
    data = bytearray(store.read_bytes())
    for place in range(3 * 4096, len(data), 4096):
        data[place : place + 64] = bytes(64)
    store.write_bytes(data)
    assert _code(lambda: _made(home, tmp_path / "x.hefu")) == "backup.not_written"
    assert not (tmp_path / "x.hefu").exists()


def _changed(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: data})


def _manifest(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = orjson.dumps({**orjson.loads(files["manifest.json"]), **changes})

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        _changed("store.sqlite", b"SQLite format 3\0" + bytes(5000)),
        _changed("node.json", b"{}"),
        _changed("manifest.json", b"{"),
        _changed("manifest.json", b"[]"),
        _manifest(format=2),
        _manifest(schema=9999),
        _manifest(side="nobody"),
        _manifest(files={"../evil": "00"}),
        _manifest(files={"/evil": "00"}),
        _manifest(files={"node.json": "00"}),
        lambda files: files.pop("store.sqlite"),
        lambda files: files.pop("manifest.json"),
    ],
)
def test_a_backup_that_was_touched_is_refused_and_nothing_is_changed(
    home: Path, tmp_path: Path, spoil: Callable[[dict[str, bytes]], None]
) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    with tarfile.open(file) as archive:
        files = {
            one.name: member.read() for one in archive if (member := archive.extractfile(one)) is not None
        }
    spoil(files)
    with tarfile.open(file, "w") as archive:
        for name, data in files.items():
            told = tarfile.TarInfo(name)
            told.size = len(data)
            archive.addfile(told, io.BytesIO(data))
    assert _code(lambda: backup.restore(tmp_path / "other", file, NOW)) == "backup.unreadable"
    assert not (tmp_path / "other" / "customs").exists()
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("data", [b"", b"no archive", bytes(20_000)])
def test_what_is_no_backup_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.hefu"
    file.write_bytes(data)
    assert _code(lambda: backup.restore(tmp_path / "other", file, NOW)) == "backup.unreadable"


def test_a_backup_cut_short_is_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customs.hefu"
    _made(home, file)
    data = file.read_bytes().rstrip(b"\0")
    for size in range(0, len(data), max(1, len(data) // 17)):
        file.write_bytes(data[:size])
        assert _code(lambda: backup.restore(tmp_path / "other", file, NOW)) == "backup.unreadable"


def _looked(home: Path, *names: str) -> None:
    reads = Reads(home / "customs" / FILE)
    reads.add(
        [Reading(reads.last + 1 + place, NOW, name, "read.trace") for place, name in enumerate(names)], []
    )
    reads.close()


def _lookers(home: Path) -> list[str]:
    return [one.actor for one, _ in reads_before(home / "customs" / FILE, 0, 10)]


def test_who_looked_goes_into_the_backup_and_no_restored_one_takes_it_back(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "customs.hefu"
    open_elsewhere = Reads(home / "customs" / FILE)
    _looked(home, "first")
    _made(home, file)
    open_elsewhere.close()
    backup.restore(tmp_path / "other", file, NOW)
    assert _lookers(tmp_path / "other") == ["first"]
    _looked(home, "second")
    backup.restore(home, file, NOW, replace=True)
    assert _lookers(home) == ["second", "first"]
    assert stat.S_IMODE((home / "customs" / FILE).stat().st_mode) == 0o600
    (home / "customs" / FILE).write_bytes(b"SQLite format 3\0" + bytes(5000))
    backup.restore(home, file, NOW, replace=True)
    assert _lookers(home) == ["first"]


def test_papers_of_enterprises_and_case_files_are_in_no_backup(home: Path, tmp_path: Path) -> None:
    for folder in ("papers/x/given", "cases/c"):
        (home / "customs" / folder).mkdir(parents=True)
        (home / "customs" / folder / "a.txt").write_text("theirs")
    manifest = _made(home, tmp_path / "customs.hefu")
    assert not [one for one in manifest.files if one.endswith("a.txt")]
    backup.restore(home, tmp_path / "customs.hefu", NOW, replace=True)
    assert (home / "customs/cases/c/a.txt").read_text() == "theirs"


def test_an_older_schema_is_brought_up_to_date(home: Path, tmp_path: Path) -> None:
    """A backup from before an upgrade serves after it."""
    old = sqlite3.connect(home / "customs" / "store.sqlite")
    old.executescript(
        "DROP TABLE export; DROP TABLE claim; DROP TABLE refund_line; DROP TABLE repaid; DROP TABLE obligation;"
        " DROP TABLE agency; DROP TABLE agency_line; DROP INDEX issue_declaration; DROP INDEX lodgement_trader; DROP INDEX copy_holder;"
        " DROP INDEX lodgement_state; DROP INDEX issue_state; CREATE INDEX lodgement_held ON lodgement (state) WHERE state = 'held';"
        " ALTER TABLE account DROP COLUMN claimed; ALTER TABLE account DROP COLUMN owed;"
        " DROP TABLE aside; DROP TABLE divergence; DROP TABLE restoration; DROP TABLE application; PRAGMA user_version = 5;"
    )
    old.close()
    file = tmp_path / "customs.hefu"
    assert _made(home, file).schema == 5
    backup.restore(tmp_path / "other", file, NOW)
    assert _written(tmp_path / "other") == ["first"]
