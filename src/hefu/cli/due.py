"""``hefu due``: what is due for an enterprise, by what both nodes know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text as Rich

from hefu.cli import show
from hefu.cli.client import Client
from hefu.cli.options import FINDINGS, AsJson
from hefu.procedures.dossier.deadlines import State
from hefu.procedures.dossier.wording import ASSUMED, STATES
from hefu.procedures.dossier.writing import check, write
from hefu.protocol.records import Side
from hefu.settings import home

_STYLES: Final = {State.OVERDUE: "red", State.SOON: "yellow"}
_NAMED: Final = 3


def due(
    identity: Annotated[str, typer.Option("--as", help="Identity of client.json that asks.")] = "exporter",
    days: Annotated[int, typer.Option(help="Days ahead.", min=0, max=366)] = 30,
    calendar: Annotated[
        Path | None,
        typer.Option("--calendar", help="Calendar (.ics) to write, of the side that --side names."),
    ] = None,
    side: Annotated[Side | None, typer.Option(help="Ask one node only.")] = None,
    as_machine: AsJson = False,
) -> None:
    """What is due for your firm by what the nodes know 待办期限. Exit code 1: something is overdue."""
    if calendar:
        check(calendar, ".ics")
    client = Client(home(), identity)
    sides = [side] if side else list(Side)
    told = [client.get(one, f"/v1/due?days={days}") for one in sides]
    if calendar:
        path = f"/v1/due.ics?language={show.language()}"
        write(calendar, _joined([client.file(one, path) for one in sides]))
    if as_machine:
        show.print_json(told)
    else:
        for one in told:
            _show(one)
        if calendar:
            show.out().print(show.say(f"已写入 {calendar}", f"written: {calendar}"), markup=False)
    is_late = any(row["state"] == State.OVERDUE.value for one in told for row in one["due"])
    raise typer.Exit(FINDINGS if is_late else 0)


def _joined(calendars: Sequence[bytes]) -> bytes:
    """Calendars of several nodes as one file."""
    from icalendar import Calendar  # noqa: PLC0415 - only a calendar needs it

    first, *others = (Calendar.from_ical(one) for one in calendars)
    for other in others:
        for event in other.walk("VEVENT"):
            first.add_component(event)
    return bytes(first.to_ical())


def _show(told: dict[str, Any]) -> None:
    out, name = show.out(), show.side(told["side"])
    if not told["due"]:
        out.print(
            show.say(
                f"{name}: {told['days']} 天内没有待办",
                f"{name}: nothing is due within {told['days']} days",
            )
        )
        return
    out.print(show.say(f"{name}, 截至 {told['as_of']}", f"{name}, as of {told['as_of']}"), style="bold")
    for one in told["due"]:
        _show_one(one)
    if told["left_out"]:
        many = told["left_out"]
        out.print(
            show.say(f"另有 {many} 份出口报关单未计入", f"{many} more export declarations were not counted")
        )


def _show_one(one: dict[str, Any]) -> None:
    state, language = State(one["state"]), show.language()
    is_hidden = state is State.PASSED and not one["seen"]
    words = show.say("期限已过", "was due") if is_hidden else show.say(*STATES[state])
    when = f"{one['day']}  {words}" if one["day"] else show.say("无固定日期", "no fixed day")
    about = one["about"] if one["about"] not in one["numbers"] else ""
    title = f"{one['title'][language]} {about}".rstrip()
    line = Rich.assemble((f"{when}  ", _STYLES.get(state, "")), (title, "bold"))
    numbers = ", ".join(one["numbers"][:_NAMED])
    more = len(one["numbers"]) - _NAMED
    line.append(
        f"  {numbers}" + (show.say(f" 等 {len(one['numbers'])} 份", f" and {more} more") if more > 0 else "")
    )
    show.out().print(line)
    show.out().print(Rich.assemble(("    → ", "cyan"), one["cure"][language]))
    if one["note"]:
        show.out().print(Rich("    " + one["note"][language], style="yellow"))
    assumed = f" ({show.say(*ASSUMED)})" if one["assumption"] else ""
    show.out().print(Rich("    " + one["ground"][language] + assumed, style="dim"))
