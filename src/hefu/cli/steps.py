"""``hefu steps``: the steps of a return, an amendment, a withdrawal or an agency export, and where this one stands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text as Rich

from hefu import errors
from hefu.cli import show
from hefu.cli.client import UNREACHABLE, Client
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.documents.fields import SHANGHAI
from hefu.errors import HefuError, Text
from hefu.http.judging import rules_under
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.reading import Read, read
from hefu.procedures.dossier.writing import check, write
from hefu.procedures.steps.known import known
from hefu.procedures.steps.page import page, standing
from hefu.procedures.steps.walk import ROLES, Procedure, Standing, Taken, Walk, walk
from hefu.protocol.records import Side
from hefu.settings import home

NOT_FOUND = errors.kind(
    "steps.not_found",
    http=404,
    message=Text("没有找到 {value} 这票货物", "no shipment answers to {value}"),
    cure=Text(
        "给出出口报关单号, 或单证文件夹和其中一票的编号: hefu steps return 文件夹 报关单号",
        "give the number of the export declaration, or a folder of papers and a number of one shipment: hefu steps return"
        " FOLDER DECLARATION",
    ),
)
_NO_ANSWER: Final = 3
_STYLES: Final = {
    Standing.DONE: ("✓", "green"),
    Standing.NOW: ("▶", "bold blue"),
    Standing.WAITING: ("…", "yellow"),
    Standing.BLOCKED: ("✗", "red"),
    Standing.LATER: ("·", "dim"),
    Standing.UNKNOWN: ("?", "magenta"),
}
_ROLES: Final = {"tax_officer": ("tax_officer",), "customs_officer": ("customs_officer",)}


def steps(
    procedure: Annotated[Procedure, typer.Argument(help="Which procedure.")],
    shipment: Annotated[
        list[str] | None,
        typer.Argument(help="The export declaration, or files and folders of papers and then its number."),
    ] = None,
    enterprise: Annotated[
        str, typer.Option("--enterprise", help="USCC of whose papers they are; without it they tell.")
    ] = "",
    tax: Annotated[str, typer.Option(help="Tax node (URL); else that of client.json.")] = "",
    customs: Annotated[str, typer.Option(help="Customs node (URL); else that of client.json.")] = "",
    identity: Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")] = "exporter",
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d", "%Y%m%d"], help="Day (Shanghai) to count from; today."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Page (.html) to write.")] = None,
    as_machine: AsJson = False,
) -> None:
    """The steps of a procedure and where this shipment stands in it 办理步骤."""
    if out:
        check(out, ".html")
    if not shipment:
        raise typer.BadParameter(
            show.say("缺少出口报关单号或单证", "the export declaration, or papers, are missing")
        )
    paths, number = _apart(shipment)
    read_papers = read(paths) if paths else Read()
    day = as_of.date() if as_of else datetime.now(SHANGHAI).date()
    client = Client(home(), identity, {Side.TAX: tax, Side.CUSTOMS: customs})
    policy = rules_under(home() / Side.CUSTOMS.value)[1]
    firm = Firm(uscc=enterprise.strip().upper()) if enterprise else None

    def ask(side: Side, path: str) -> tuple[int, dict[str, Any]]:
        try:
            return client.ask(side, "GET", path)
        except HefuError as error:
            if error.first.kind is not UNREACHABLE:
                raise
            return 0, {"problems": [error.first.as_json()]}

    found = known(procedure.value, number, read_papers.papers, ask, today=day, policy=policy, enterprise=firm)
    if found is None:
        errors.fail(NOT_FOUND, value=number or ", ".join(map(str, paths)) or "-")
    told = walk(procedure, found, _ROLES.get(client.settings.identities[identity].role, ()))
    if out:
        write(out, page(told, day, show.language()))
    if as_machine:
        show.print_json({"as_of": day.isoformat(), **told.as_json()})
    else:
        _show(told)
        if out:
            show.out().print(show.say(f"已写入 {out}", f"written: {out}"), markup=False)
    if read_papers.problems and not as_machine:
        show.show_error(HefuError(*read_papers.problems))
    raise typer.Exit(_exit(told, bad=bool(read_papers.problems)))


def _apart(given: list[str]) -> tuple[list[Path], str]:
    """Paths, and the number behind them: what is no file."""
    if given and not Path(given[-1]).exists():
        return [Path(one) for one in given[:-1]], given[-1].strip().upper()
    return [Path(one) for one in given], ""


def _exit(told: Walk, *, bad: bool) -> int:
    """2 papers could not be read, 3 a node told nothing, 1 something is blocked or overdue."""
    if bad:
        return BAD_INPUT
    if told.standing(Standing.UNKNOWN):
        return _NO_ANSWER
    late = any(one.late for one in told.steps)
    return FINDINGS if late or told.standing(Standing.BLOCKED) else 0


def _show(told: Walk) -> None:
    out = show.out()
    out.print(Rich(f"{show.say(*told.title)}  {told.export}", style="bold"))
    for number, one in enumerate(told.steps, 1):
        sign, style = _STYLES[one.standing]
        line = Rich.assemble((f"{sign} {number}. ", style), (show.say(*one.step.title), style))
        line.append(f"  {show.say(*standing(one))}", style=style)
        if one.standing is not Standing.WAITING:
            line.append(f"  {show.say(*ROLES[one.who])}", style="dim")
        if one.evidence:
            line.append(f"  {one.evidence}", style="dim")
        out.print(line)
        if one.standing not in (Standing.DONE, Standing.LATER):
            _show_open(one)
    if told.is_done:
        out.print(show.say("全部办妥", "all is done"), style="green")


def _show_open(one: Taken) -> None:
    out = show.out()
    out.print(f"     {show.say(*one.step.do)}", markup=False)
    if show.say(*one.step.paper):
        out.print(Rich(f"     {show.say('单证', 'papers')}: {show.say(*one.step.paper)}"))
    for note in one.notes:
        out.print(Rich(f"     {show.say(*note)}", style="red"))
    if one.deadline is not None and one.deadline.day is not None:
        style = "red" if one.late else ""
        out.print(Rich(f"     {show.say('期限', 'due')} {one.deadline.day}", style=style))
    assumed = show.say(" (推定)", " (assumption)") if one.step.assumption else ""
    out.print(Rich(f"     {show.say('依据', 'source')}: {show.say(*one.step.source)}{assumed}", style="dim"))
    if one.command:
        out.print(Rich(f"     → {one.command}", style="cyan"))
