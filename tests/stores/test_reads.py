"""Who looked at what, as it is kept: found by person, number and day, unchanged until its time is over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hefu.errors import HefuError
from hefu.stores.reads import FILE, Reading, Reads, actors, reads_before

START = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = ("customs_officer:皇岗海关/张伟", "customs_officer:皇岗海关/李娜", "auditor:审计组")


@pytest.fixture(scope="module")
def reads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reads]:
    """Two hundred looks, one an hour, of three people in turn at ten numbers; every tenth at two."""
    kept = Reads(tmp_path_factory.mktemp("reads") / FILE)
    looks = [Reading(n, START + timedelta(hours=n), PEOPLE[n % 3], "read.trace") for n in range(1, 201)]
    numbers = [(f"ck{n % 10}", n) for n in range(1, 201)] + [("BOTH", n) for n in range(10, 201, 10)]
    kept.add(looks, numbers)
    yield kept
    kept.close()


def ids(reads: Reads, before: int = 0, limit: int = 500, **asked: object) -> list[int]:
    return [one.id for one, _ in reads_before(reads.path, before, limit, **asked)]  # type: ignore[arg-type]


def test_pages_follow_each_other_without_gap_or_repeat(reads: Reads) -> None:
    told, before = list[int](), 0
    while page := ids(reads, before, 30):
        told += page
        before = page[-1]
    assert told == list(range(200, 0, -1))


def test_a_person_is_found_by_a_part_of_the_name(reads: Reads) -> None:
    assert ids(reads, person="李娜") == [n for n in range(200, 0, -1) if n % 3 == 1]
    assert ids(reads, person="皇岗") == [n for n in range(200, 0, -1) if n % 3 != 2]
    assert ids(reads, person="AUDITOR") == [n for n in range(200, 0, -1) if n % 3 == 2]
    assert ids(reads, person="nobody") == []
    assert actors(reads.path) == sorted(PEOPLE)


def test_a_number_is_found_however_it_is_written(reads: Reads) -> None:
    assert ids(reads, number="CK3") == ids(reads, number="ck3") == list(range(193, 0, -10))
    (_, numbers), *_ = reads_before(reads.path, 0, 1)
    assert numbers == ["BOTH", "ck0"]


def test_a_day_is_from_its_start_until_before_its_end(reads: Reads) -> None:
    zone = START.astimezone().tzinfo
    for start in (START + timedelta(days=2), (START + timedelta(days=2)).astimezone(zone)):
        assert ids(reads, since=start, until=start + timedelta(days=1)) == list(range(71, 47, -1))
    assert ids(reads, since=START + timedelta(days=400)) == []
    assert ids(reads, until=START) == []
    assert len(ids(reads, until=START + timedelta(days=400), number="BOTH", person="审计")) == 7


def test_nothing_changes_until_its_time_is_over(tmp_path: Path) -> None:
    reads = Reads(tmp_path / FILE)
    looks = [Reading(n, START + timedelta(days=n), "a", "read.trace") for n in range(1, 5)]
    for n, one in enumerate(looks, 1):
        reads.add([one], [("X", n)])
    with pytest.raises(sqlite3.IntegrityError):
        reads.add([Reading(9, START, "b", "x"), looks[0]], [])
    assert ids(reads) == [4, 3, 2, 1]
    cut = reads.last_before(START + timedelta(days=3))
    while reads.forget(cut, START + timedelta(days=3)):
        pass
    assert ids(reads, number="X") == [4, 3]
    reads.close()
    with sqlite3.connect(tmp_path / FILE) as other, pytest.raises(sqlite3.IntegrityError, match="changed"):
        other.execute("UPDATE reading SET actor = 'c'")
    other.close()
    again = Reads(tmp_path / FILE)
    assert again.last == 4
    again.close()


def test_what_is_no_such_file_or_a_newer_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no database, but long enough to be looked at" * 50)
    newer = sqlite3.connect(tmp_path / "b")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    for name, code in (("a", "store.unreadable"), ("b", "store.newer")):
        with pytest.raises(HefuError) as caught:
            Reads(tmp_path / name)
        assert caught.value.first.kind.code == code
