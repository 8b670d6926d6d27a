"""``hefu dossier``: what a shipment's papers say, what is missing, what contradicts, what is due."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import starmap
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.progress import Progress
from rich.text import Text as Rich

from hefu import errors
from hefu.cli import show
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.documents.fields import SHANGHAI
from hefu.documents.readers import records
from hefu.errors import Problem, Text
from hefu.http.judging import rules_under
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier import invoices, wording
from hefu.procedures.dossier.answer import NOTHING, Answer, Dossier, answer
from hefu.procedures.dossier.calendar import calendar
from hefu.procedures.dossier.contradictions import Contradiction
from hefu.procedures.dossier.deadlines import Deadline, State
from hefu.procedures.dossier.page import page
from hefu.procedures.dossier.reading import ABSENT, LOOSE, UNLISTED, Read, read
from hefu.procedures.dossier.required import Presence
from hefu.procedures.dossier.writing import check, write
from hefu.protocol.records import Side
from hefu.settings import home

UNKNOWN = errors.kind(
    "dossier.unknown_shipment",
    http=404,
    message=Text(
        "没有编号为 {value} 的一票货物; 现有: {known}", "no shipment answers to {value}; there are: {known}"
    ),
    cure=Text(
        "用报关单号, 合同号或发票号指明; 不带编号则列出全部",
        "name it by declaration, contract or invoice number; without a number all are listed",
    ),
)
_REMARKS: Final = (UNLISTED, ABSENT, LOOSE)
"""Problems of papers that were read all the same."""
_STYLES: Final = {
    State.DONE: "green",
    State.OPEN: "cyan",
    State.SOON: "yellow",
    State.OVERDUE: "red",
    State.PASSED: "dim",
}
_SIGNS: Final = {
    Presence.PRESENT: ("✓", "green"),
    Presence.MISSING: ("✗", "red"),
    Presence.LATER: ("…", "cyan"),
}


def dossier(
    papers: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders of papers, then, if one is meant, the number of a shipment."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="Element names of e-invoices (TOML), where they differ from the usual."),
    ] = None,
    enterprise: Annotated[
        str, typer.Option("--enterprise", help="USCC of whose dossier it is; without it the papers tell.")
    ] = "",
    out: Annotated[
        list[Path] | None, typer.Option("--out", "-o", help="Page to write: .html, or .json; may repeat.")
    ] = None,
    calendar_file: Annotated[
        Path | None, typer.Option("--calendar", help="Calendar (.ics) of the deadlines to write.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d", "%Y%m%d"], help="Day (Shanghai) to count from; today."),
    ] = None,
    as_machine: AsJson = False,
) -> None:
    """The dossier of a shipment: what is missing, what contradicts, what is due 单证档案."""
    for file in out or ():
        check(file, ".html", ".json")
    if calendar_file:
        check(calendar_file, ".ics")
    paths, number = _apart(papers or [])
    if not paths:
        errors.fail(NOTHING)
    named = invoices.load(mapping) if mapping else None
    told = _read(paths, named)
    day = as_of.date() if as_of else datetime.now(SHANGHAI).date()
    rules = rules_under(home() / Side.CUSTOMS.value)
    firm = records.build(Firm, {"uscc": enterprise}, "--enterprise") if enterprise else None
    made = answer(told, rules, day, firm)
    if not made.dossiers and not made.problems:
        errors.fail(NOTHING)
    chosen = _chosen(made, number)
    for file in out or ():
        write(
            file,
            page(made, chosen, show.language()) if file.suffix.lower() == ".html" else _json(made, chosen),
        )
    if calendar_file:
        write(calendar_file, calendar(chosen, day, show.language()))
    if as_machine:
        sys.stdout.write(_json(made, chosen).decode())
    elif len(chosen) == 1:
        _show_one(chosen[0])
    else:
        _show_all(chosen, made)
    if not as_machine:
        _show_problems(made.problems)
        for file in (*(out or ()), *([calendar_file] if calendar_file else [])):
            show.out().print(show.say(f"已写入 {file}", f"written: {file}"), markup=False)
    raise typer.Exit(_exit(chosen, made))


def _json(made: Answer, chosen: Sequence[Dossier]) -> bytes:
    told = {**made.as_json(), "shipments": [one.as_json() for one in chosen]}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"


def _apart(given: list[Path]) -> tuple[list[Path], str]:
    """Paths, and the number that stands behind them: what is no file and looks like none."""
    if len(given) > 1 and not given[-1].exists():
        return given[:-1], str(given[-1])
    return given, ""


def _read(paths: list[Path], mapping: invoices.InvoiceMapping | None) -> Read:
    many = sum(1 for path in paths for _ in (path.rglob("*") if path.is_dir() else [path]))
    with Progress(transient=True, disable=many < 50 or not sys.stderr.isatty()) as bar:
        task = bar.add_task(show.say("读取", "reading"), total=many)
        return read(paths, mapping, lambda: bar.advance(task))


def _chosen(made: Answer, number: str) -> Sequence[Dossier]:
    if not number:
        return made.dossiers
    found = made.of(number)
    if not found:
        known = ", ".join(one.shipment.number for one in made.dossiers[:10]) or "-"
        errors.fail(UNKNOWN, value=number, known=known)
    return found


def _exit(chosen: Sequence[Dossier], made: Answer) -> int:
    if any(one.kind not in _REMARKS for one in made.problems):
        return BAD_INPUT
    return FINDINGS if made.problems or not all(one.is_complete for one in chosen) else 0


def _due(one: Deadline) -> str:
    """The most urgent thing in one line."""
    return "  ".join(starmap(show.say, (wording.day(one), one.words.title, wording.STATES[one.state])))


def _show_all(chosen: Sequence[Dossier], made: Answer) -> None:
    show.out().print(
        show.say(
            f"{len(chosen)} 票货物, {made.files} 个文件, 截至 {made.as_of}; 最紧急者在前",
            f"shipments: {len(chosen)}, files: {made.files}, as of {made.as_of}; the most urgent first",
        ),
        style="bold",
    )
    titles = [
        ("货物", "shipment"), ("种类", "kind"), ("缺", "missing"), ("矛盾", "contradictions"), ("下一步", "next"),
    ]  # fmt: skip
    rows: list[tuple[str, ...]] = [
        (
            one.shipment.number,
            show.say(*wording.kind(one)),
            str(len(one.missing)),
            str(len(one.contradictions)),
            _due(one.next) if one.next else "—",
        )
        for one in chosen
    ]
    show.show_table(titles, rows)


def _show_one(one: Dossier) -> None:
    out = show.out()
    out.print(
        Rich(
            "  ".join((one.shipment.number, *starmap(show.say, (wording.kind(one), wording.exported(one))))),
            style="bold",
        )
    )
    for reason in one.nature.reasons:
        out.print(Rich.assemble(("    ", ""), show.say(*reason.text), ("  " + reason.place, "dim")))
    for need in one.needs:
        sign, style = _SIGNS[need.presence]
        numbers = ", ".join(found.held.number for found in need.found)
        line = Rich.assemble((f"{sign} ", style), show.say(*need.requirement.name), ("  " + numbers, "dim"))
        if need.presence is not Presence.PRESENT:
            due = f"  → {need.deadline.day}" if need.deadline and need.deadline.day else ""
            line.append(f"{due}  {show.say(*need.requirement.source)}")
            line.append(f"  [{show.say(*need.requirement.ground)}]", style="dim")
        out.print(line)
    for found in one.contradictions:
        _show_contradiction(found)
    for told in one.compared:
        rules = f"{told.comparison.ruleset} {told.comparison.ruleset_hash}"
        words = show.say(
            f"{told.comparison.declaration} 按规则集 {rules} 比对",
            f"{told.comparison.declaration} compared by rule set {rules}",
        )
        out.print(words, style="dim")
    for deadline in one.deadlines:
        _show_due(deadline)


def _show_contradiction(found: Contradiction) -> None:
    style = {"block": "red", "warn": "yellow"}.get(found.severity.value, "cyan")
    out = show.out()
    out.print(
        Rich.assemble(
            (f"{found.severity.value} ", style), (f"{found.code} ", "dim"), show.say(*found.message)
        )
    )
    for one in (found.left, found.right):
        out.print(Rich.assemble("    ", (one.place, "dim"), f"  {one.value}"))
    out.print(Rich.assemble(("    → ", "cyan"), show.say(*found.remedy)))


def _show_due(due: Deadline) -> None:
    state = show.say(*wording.STATES[due.state])
    line = Rich.assemble((f"{show.say(*wording.day(due)):<12}", ""), (f"{state:<8} ", _STYLES[due.state]))
    line.append(show.say(*due.words.title))
    line.append(f"  {due.about}" if due.about else "")
    line.append(f"  {due.done_on}" if due.done_on else "", style="dim")
    for remark in wording.remarks(due):
        line.append(f"  {show.say(*remark)}", style="yellow")
    show.out().print(line)
    if due.state in (State.SOON, State.OVERDUE):
        show.out().print(Rich.assemble(("    → ", "cyan"), show.say(*due.words.cure)))


def _show_problems(problems: Sequence[Problem]) -> None:
    for one in problems:
        show.out().print(Rich.assemble(("! ", "yellow"), show.say(*one.message)))
        show.out().print(Rich.assemble(("    → ", "cyan"), show.say(*one.cure)))
