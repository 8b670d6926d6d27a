"""The desk's own gate, killed before and after every single change that it makes to a disk."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hefu.errors import HefuError, Problem
from hefu.inspection import report
from hefu.inspection.desk import moving, watch
from hefu.inspection.desk.message import Desk, Said
from tests.inspection.reported import nothing
from tests.inspection.test_watch import Killed, Place, _export

CHANGES = 60
"""More than one run makes, told twice each: before and after."""


class _Killing:
    """Ends the program before or after its n-th change, and lets nothing happen after that."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.dead = False

    def around(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changing(*args: Any, **options: Any) -> Any:
            self._step()
            told = change(*args, **options)
            self._step()
            return told

        return changing

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.dead = True
        if self.dead:
            raise Killed


@contextmanager
def _killed_at(at: int, patch: pytest.MonkeyPatch) -> Iterator[_Killing]:
    killing = _Killing(at)
    connect = sqlite3.connect

    class Store(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            if statement == "COMMIT":
                return killing.around(super().execute)(statement, *values)  # type: ignore[no-any-return]
            return super().execute(statement, *values)

    with patch.context() as patched:
        for name in ("rename", "unlink", "mkdir"):
            patched.setattr(Path, name, killing.around(getattr(Path, name)))
        patched.setattr(moving, "write", killing.around(moving.write))
        patched.setattr(watch, "_write", killing.around(watch._write))
        patched.setattr(report, "write", killing.around(report.write))
        patched.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, factory=Store, **options))
        yield killing


_NOTHING = nothing()


def _judged(self: watch.Watch, file: Path) -> Said:
    """A quick judge: N1 passes, N9 is not known. What the real one says is tested beside."""
    del self
    if b"N1" in file.read_bytes():
        return Said(_NOTHING, (), frozenset({file.name}), {"N1": file.name})
    return Said(_NOTHING, (HefuError(Problem(watch.UNJUDGED)),))


def _taken_by_the_client(place: Place) -> Counter[bytes]:
    seen = place.messages(place.into)
    for file in place.into.glob("*.xml"):
        file.unlink()
    return seen


@pytest.mark.parametrize("client", [False, True], ids=["client-waits", "client-takes"])
@pytest.mark.parametrize("again", [0, 5, 12], ids=["once", "soon-again", "later-again"])
def test_killed_at_every_change_every_message_ends_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: bool, again: int
) -> None:
    monkeypatch.setattr(report, "write", lambda _told, file, _language: file.write_text("report"))
    monkeypatch.setattr(watch.Watch, "_judge", _judged)
    monkeypatch.setattr(Desk, "refresh", lambda _: False)
    reached = 0
    for at in range(1, CHANGES):
        place = Place(tmp_path / str(at))
        sent = {place.put("a.xml", _export(1, "N1")), place.put("b.xml", _export(2, "N9"))}
        seen: Counter[bytes] = Counter()
        for moment in (at, *([again] if again else [])):
            with _killed_at(moment, monkeypatch) as killing:
                place.run()
            reached += killing.dead
            seen += _taken_by_the_client(place) if client else Counter()
        place.run()
        place.run()
        seen += place.messages(place.into) + place.messages(place.held)
        assert seen == Counter(dict.fromkeys(sent, 1)), at
        assert place.waiting() == []
        assert not [one for folder in (place.into, place.held) for one in folder.glob(".*.part")]
        if not killing.dead and not again:
            break
    assert reached > 20
