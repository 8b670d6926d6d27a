"""The chain over who looked at what: every change of what was written is found, and forgetting what is old breaks nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hefu.stores import reads as stored
from hefu.stores.reads import FILE, Reading, Reads, reads_before
from hefu.stores.reads_chain import Broken, Proof, Seal, check

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def reads(tmp_path: Path) -> Iterator[Reads]:
    """Ten batches, one a day, of two looks each; with the second comes a number of the look before it."""
    kept = Reads(tmp_path / FILE)
    for n in range(1, 11):
        write(kept, n)
    yield kept
    kept.close()


def write(kept: Reads, n: int) -> None:
    at = START + timedelta(days=n)
    looks = [
        Reading(2 * n - 1, at, "a", "read.trace"),
        Reading(2 * n, at + timedelta(hours=1), "b", "read.ledger"),
    ]
    kept.add(looks, [(f"CK{n}", 2 * n - 1), (f"CK{n}", 2 * n), ("LATER", max(1, 2 * n - 2))])


def seal(kept: Reads, first: int = 1) -> Seal:
    newest = kept.newest()
    return Seal(newest.id, newest.head, newest.at, first)


def tamper(kept: Reads, *statements: str) -> None:
    with closing(sqlite3.connect(kept.path)) as other:
        other.executescript(
            "DROP TRIGGER reading_is_written_once; DROP TRIGGER batch_is_written_once;"
            " DROP TRIGGER number_is_written_once;" + ";".join(statements)
        )


def kinds(proof: Proof) -> list[Broken]:
    return [one.kind for one in proof.faults]


def test_what_was_written_is_proven_from_its_first_batch_to_its_last_seal(reads: Reads) -> None:
    before = check(reads.path, [])
    assert (before.faults, before.looks, before.unsealed, before.since, before.until) == ([], 20, 20, "", "")
    sealed = seal(reads)
    write(reads, 11)
    told = check(reads.path, [sealed])
    assert (told.faults, told.looks, told.unsealed) == ([], 22, 2)
    assert (told.since, told.until) == ("2026-03-02T01:00:00+00:00", "2026-03-11T01:00:00+00:00")


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE reading SET actor = 'c' WHERE id = 5", Broken.ALTERED),
        ("UPDATE reading SET at = '2026-03-04T00:00:00+00:00' WHERE id = 6", Broken.ALTERED),
        ("DELETE FROM reading WHERE id = 5", Broken.ALTERED),
        ("DELETE FROM reading_number WHERE number = 'CK3' AND reading = 5", Broken.ALTERED),
        ("UPDATE reading_number SET number = 'CK99' WHERE number = 'CK3' AND reading = 5", Broken.ALTERED),
        ("DELETE FROM reading_number WHERE number = 'LATER' AND reading = 4", Broken.ALTERED),
        (
            "UPDATE reading SET id = 99 WHERE id = 5; UPDATE reading SET id = 5 WHERE id = 6; UPDATE reading SET id = 6 WHERE id = 99",
            Broken.ALTERED,
        ),
        ("INSERT INTO reading_number VALUES ('CK7', 5, 3)", Broken.ALTERED),
        ("INSERT INTO reading_number VALUES ('CK7', 5, 0)", Broken.ADDED),
        ("INSERT INTO reading_number VALUES ('CK7', 5, 77)", Broken.ADDED),
        ("INSERT INTO reading VALUES (90, '2026-03-04', 'c', 'read.trace', '', 200, '', '', '')", Broken.ADDED),
        ("INSERT INTO reading VALUES (0, '2026-03-04', 'c', 'read.trace', '', 200, '', '', '')", Broken.ADDED),
        ("DELETE FROM batch WHERE id = 3", Broken.MISSING),
        ("DELETE FROM batch WHERE id >= 9; DELETE FROM reading WHERE id >= 17; DELETE FROM reading_number WHERE batch >= 9", Broken.MISSING),
        ("DELETE FROM batch WHERE id <= 2; DELETE FROM reading WHERE id <= 4; DELETE FROM reading_number WHERE batch <= 2", Broken.MISSING),
        ("DELETE FROM batch; DELETE FROM reading; DELETE FROM reading_number", Broken.MISSING),
        ("UPDATE batch SET at = '2026-03-30' WHERE id = 3", Broken.ALTERED),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found(reads: Reads, statement: str, kind: Broken) -> None:
    sealed = seal(reads)
    tamper(reads, statement)
    assert kind in kinds(check(reads.path, [sealed]))


def test_between_which_moments_it_was_changed_is_told(reads: Reads) -> None:
    sealed = seal(reads)
    tamper(reads, "UPDATE reading SET actor = 'c' WHERE id = 5")
    (fault,) = check(reads.path, [sealed]).faults
    assert (fault.batch, fault.since[:10], fault.until[:10]) == (3, "2026-03-03", "2026-03-04")


def test_a_chain_that_was_made_again_is_found_by_its_seal(reads: Reads, tmp_path: Path) -> None:
    early, late = Seal(3, _head(reads, 3), "2026-03-04", 1), seal(reads)
    (tmp_path / "again").mkdir()
    forged = Reads(tmp_path / "again" / FILE)
    for reading, numbers in reversed(reads_before(reads.path, 0, 100)):
        actor = "c" if reading.id == 5 else reading.actor
        forged.add([replace(reading, actor=actor)], [(number, reading.id) for number in numbers])
    forged.close()
    assert check(forged.path, []).faults == []
    assert Broken.ALTERED in kinds(check(forged.path, [early, late]))


def _head(reads: Reads, batch: int) -> str:
    with closing(sqlite3.connect(reads.path)) as connection:
        return str(connection.execute("SELECT head FROM batch WHERE id = ?", (batch,)).fetchone()[0])


def test_what_is_too_old_is_forgotten_and_the_rest_stays_proven(
    reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "_AT_ONCE", 3)
    first = seal(reads)
    old = START + timedelta(days=5)
    cut = reads.last_before(old)
    assert cut == 4
    sealed = [first, seal(reads, cut + 1)]
    seen = 0
    while gone := reads.forget(cut, old):
        seen += gone
        assert check(reads.path, sealed).faults == [], "also when the node stops in the middle of it"
    assert seen > 8
    told = check(reads.path, sealed)
    assert (told.faults, told.looks, told.since[:10]) == ([], 12, "2026-03-06")
    assert [one.id for one, _ in reads_before(reads.path, 0, 100)] == list(range(20, 8, -1))
    assert Broken.MISSING in kinds(check(reads.path, [first])), "nothing goes that the journal does not say"
    tamper(
        reads,
        "DELETE FROM batch WHERE id = 5; DELETE FROM reading WHERE id IN (9, 10); DELETE FROM reading_number WHERE batch = 5",
    )
    assert Broken.MISSING in kinds(check(reads.path, sealed))


def test_looks_of_before_the_chain_are_kept_and_forgotten_and_not_proven(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        text = (Path(stored.__file__).parent / "reads.sql").read_text(encoding="utf-8")
        old.executescript(f"BEGIN; {text}; PRAGMA user_version = 1; COMMIT;")
        old.execute(
            "INSERT INTO reading VALUES (7, '2026-02-01T00:00:00+00:00', 'a', 'read.trace', '', 200, '', '', '')"
        )
        old.execute("INSERT INTO reading_number VALUES ('CK0', 7)")
        old.commit()
    kept = Reads(tmp_path / FILE)
    kept.add([Reading(8, START, "b", "read.trace")], [("CK1", 8)])
    told = check(kept.path, [seal(kept)])
    assert (told.faults, told.looks, told.since) == ([], 1, "2026-03-01T00:00:00+00:00")
    assert [numbers for _, numbers in reads_before(kept.path, 0, 9)] == [["CK1"], ["CK0"]]
    assert kept.forget(0, START - timedelta(days=90)) == 0
    assert kept.forget(0, START) == 1
    assert kept.forget(0, START) == 0
    assert [one.id for one, _ in reads_before(kept.path, 0, 9)] == [8]
    assert check(kept.path, [seal(kept)]).faults == []
    kept.close()
