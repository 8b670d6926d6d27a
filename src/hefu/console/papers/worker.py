"""The process that looks through papers: an order comes on its input, progress and end go to its output, reports to
files. ``hefu inspect`` and ``hefu dossier`` do the same with the same code.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from hefu import errors
from hefu.chains.inspected import noticed
from hefu.console.papers.bundle import DOSSIER, INSPECTION, MEMORY
from hefu.documents.fields import SHANGHAI
from hefu.errors import HefuError, Text
from hefu.files import whole
from hefu.inspection.findings.summary import summary
from hefu.inspection.order import Order
from hefu.inspection.papers.reading import Given
from hefu.inspection.progress import Progress
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.answer import NOTHING, Dossier, answer
from hefu.procedures.dossier.calendar import calendar
from hefu.procedures.dossier.deadlines import State
from hefu.procedures.dossier.page import page
from hefu.procedures.dossier.reading import read
from hefu.procedures.dossier.wording import kind
from hefu.procedures.dossier.writing import write

SHOWN: Final = 50
"""Rows of a list on a page."""
_PAUSE: Final = 0.2
"""Seconds between two words about progress."""


class Telling:
    """Says how far it is, not more often than anybody can see."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._done, self._said = 0, 0.0
        self.progress = Progress(self.step, self.advance)

    def step(self, name: str, size: int) -> None:
        """A step begins."""
        self._done, self._said = 0, 0.0
        self.say({"step": name, "size": size})

    def advance(self, more: int) -> None:
        """A part of it is done."""
        self._done += more
        if time.monotonic() - self._said >= _PAUSE:
            self._said = time.monotonic()
            self.say({"done": self._done})

    def say(self, told: Mapping[str, Any]) -> None:
        """One line to the node."""
        self._out.write(orjson.dumps(told) + b"\n")
        self._out.flush()


def main() -> None:
    """Do one order."""
    order: dict[str, Any] = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the node that started this process
    telling = Telling(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # nothing else gets into the telling
    threading.Thread(target=_end_with_the_node, daemon=True).start()
    _bound()
    try:
        _KINDS[order["kind"]](order, telling.progress)
    except HefuError as error:
        telling.say({"problems": [one.as_json() for one in error.problems]})
    else:
        telling.say({"finished": True})


def _end_with_the_node() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def _bound() -> None:
    """Memory within bounds, and behind whatever the node does."""
    os.nice(10)
    with contextlib.suppress(ImportError, ValueError, OSError):  # bounds of memory are a thing of Unix
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _given() -> list[Path]:
    """What lies here, each by its own name."""
    return sorted(Path().iterdir())


def _inspect(order: Mapping[str, Any], progress: Progress) -> None:
    made = Path(order["made"])
    told = Order(
        [Given(_given())],
        order["rules"],
        [made / f"report{suffix}" for suffix in (".html", ".xlsx", ".json")],
        order["language"],
        node=order.get("node", ""),
        token=order.get("token", ""),
        look=noticed,
    ).fulfil(progress)
    _keep(made / "summary.json", asdict(summary(told.answer, SHOWN)))


def _dossier(order: Mapping[str, Any], progress: Progress) -> None:
    made, language = Path(order["made"]), order["language"]
    day = datetime.now(SHANGHAI).date()
    firm = Firm(uscc=order["enterprise"]) if order.get("enterprise") else None
    progress.step("read", sum(1 for _ in Path().rglob("*")))
    papers = read(_given(), progress=lambda: progress.advance(1))
    progress.step("compare", 0)
    told = answer(papers, order["rules"], day, firm)
    if not told.dossiers and not told.problems:
        errors.fail(NOTHING)
    progress.step("write", 0)
    write(made / "report.html", page(told, told.dossiers, language))
    write(made / "report.json", orjson.dumps(told.as_json(), option=orjson.OPT_INDENT_2) + b"\n")
    write(made / "deadlines.ics", calendar(told.dossiers, day, language))
    for place, one in enumerate(told.dossiers):
        _keep(made / f"shipment-{place}.json", {**one.as_json(), "papers": [], "title": kind(one)._asdict()})
    _keep(
        made / "summary.json",
        {
            "as_of": day.isoformat(),
            "files": told.files,
            "problems": [one.as_json() for one in told.problems],
            "shipments": [_row(place, one) for place, one in enumerate(told.dossiers)],
            "reminders": _reminders(told.dossiers),
        },
    )


def _row(place: int, one: Dossier) -> dict[str, Any]:
    """A shipment in the list."""
    return {
        "place": place,
        "number": one.shipment.number,
        "title": kind(one)._asdict(),
        "missing": len(one.missing),
        "contradictions": len(one.contradictions),
        "complete": one.is_complete,
        "next": one.next.as_json() if one.next else None,
    }


def _reminders(dossiers: tuple[Dossier, ...]) -> list[dict[str, Any]]:
    """What is still to be done on a day, the nearest first."""
    told = [
        {"shipment": place, "number": one.shipment.number, **due.as_json()}
        for place, one in enumerate(dossiers)
        for due in one.deadlines
        if due.day is not None and due.state in (State.OPEN, State.SOON, State.OVERDUE)
    ]
    return sorted(told, key=lambda one: str(one["day"]))


def _keep(file: Path, told: object) -> None:
    """For the console's pages; texts as the API has them, under ``zh`` and ``en``."""
    with whole(file) as part:
        part.write_bytes(orjson.dumps(told, default=Text._asdict))


_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any], Progress], None]]] = {
    INSPECTION: _inspect,
    DOSSIER: _dossier,
}

if __name__ == "__main__":
    main()
