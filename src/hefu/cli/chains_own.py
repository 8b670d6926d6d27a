"""``hefu chains own``: what an investigator would notice about one's own firm, and which paper settles it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from hefu.chains.casefile.words import counted
from hefu.chains.facts import last_day
from hefu.chains.own import Notice, Own, own
from hefu.chains.reading import Read, read
from hefu.cli import show
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.http.judging import rules_under
from hefu.protocol.records import Side
from hefu.settings import home

_SHOWN: Final = 3


def own_(
    papers: Annotated[
        list[Path],
        typer.Argument(exists=True, help="Declarations (DecMessage XML, JSON), certificates (JSON), tables."),
    ],
    firm: Annotated[
        str, typer.Option("--firm", help="USCC, customs code or name; else the trader of most declarations.")
    ] = "",
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was known on that day; else all.")
    ] = None,
    as_machine: AsJson = False,
) -> None:
    """What an investigator would notice about your own firm, and which paper settles it 企业自查."""
    told = read(papers, rules_under(home() / Side.CUSTOMS.value)[1])
    found = own(told.tables, as_of.date() if as_of else last_day(told.tables), firm)
    if as_machine:
        show.print_json(_machine(told, found))
    else:
        _show(told, found)
    raise typer.Exit(BAD_INPUT if told.problems else FINDINGS if found.notices else 0)


def _machine(told: Read, found: Own) -> dict[str, object]:
    return {
        "firm": found.firm,
        "name": found.name,
        "declarations": found.declarations,
        "notices": [one.as_json() for one in found.notices],
        "not_looked_at": [
            {"indicator": rule.code, "lacks": [one.name for one in lacking]} for rule, lacking in found.blind
        ],
        "ignored": told.ignored,
        "problems": [one.as_json() for one in told.problems],
    }


def _show(told: Read, found: Own) -> None:
    out = show.out()
    show.show_problems(told.problems[:_SHOWN])
    for unused in told.ignored[:_SHOWN]:
        out.print(show.say(f"未使用: {unused}", f"not used: {unused}"), style="dim", markup=False)
    many, things = found.declarations, len(found.notices)
    out.print(
        show.say(
            f"{found.name} ({found.firm}): {many} 份报关单, {things} 种情形会引起注意",
            f"{found.name} ({found.firm}): {counted(many, 'declaration')}, {counted(things, 'thing')} would be noticed",
        ),
        style="bold",
        markup=False,
    )
    for one in found.notices:
        _notice(one)
    missing = sorted({show.say(*table.title) for _, lacking in found.blind for table in lacking})
    if missing:
        out.print(
            show.say(
                f"另有 {len(found.blind)} 项指标缺少单证而未看, 缺: {', '.join(missing)}",
                f"{counted(len(found.blind), 'further indicator')} saw nothing or only part, for want of: {', '.join(missing)}",
            ),
            style="dim",
            markup=False,
        )


def _notice(one: Notice) -> None:
    out = show.out()
    out.print(f"\n{show.say(*one.rule.title)}  {one.count}/{one.seen}", style="yellow", markup=False)
    for row in one.evidence[:_SHOWN]:
        out.print(f"  {row.document}: {show.say(*row.says)}", markup=False)
    if len(one.evidence) > _SHOWN:
        more = len(one.evidence) - _SHOWN
        out.print(show.say(f"  另有 {more} 处", f"  and {more} more"), style="dim")
    out.print(f"  {show.say('正当的解释', 'innocent reading')}: {show.say(*one.rule.innocent)}", markup=False)
    out.print(
        f"  {show.say('备好', 'have ready')}: {show.say(*one.rule.clears)}", style="green", markup=False
    )
    out.print(f"  {show.say('依据', 'ground')}: {show.say(*one.rule.ground)}", style="dim", markup=False)
