"""``hefu agency-report``: for whom an agent exported in a quarter, as it reports it to tax."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text as Rich

from hefu import errors
from hefu.cli import show
from hefu.cli.client import Client
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.documents.declaration import Act
from hefu.documents.readers import records
from hefu.errors import HefuError, Text
from hefu.http.judging import rules_under
from hefu.procedures.agency.agreements import Firm, firm_of
from hefu.procedures.agency.findings import finding
from hefu.procedures.agency.papers import Papers, files_of, read, with_rates
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.agency.released import released
from hefu.procedures.agency.report import Report, make, ordered
from hefu.procedures.agency.reported import compared, read_report, reported_before
from hefu.procedures.agency.writing import as_json, check, write
from hefu.protocol.records import Side
from hefu.settings import home

WHICH_AGENT = errors.kind(
    "agency_report.which_agent",
    http=422,
    message=Text("单证中有多家境内发货人: {value}", "the papers name several traders: {value}"),
    cure=Text("用 --agent 给出代理企业的统一社会信用代码", "name the agent with --agent and its USCC"),
)
NOTHING = errors.kind(
    "agency_report.nothing",
    http=422,
    message=Text("没有出口报关单", "there are no export declarations"),
    cure=Text(
        "给出报关单 (DecMessage XML 或 JSON), 代理协议和汇率的文件或文件夹, 试用: hefu agency-report --quarter 2026Q1 samples/agency",
        "give files or folders of declarations (DecMessage XML or JSON), agreements and rates; to try it:"
        " hefu agency-report --quarter 2026Q1 samples/agency",
    ),
)
_SHOWN: Final = 20
_USCC: Final = 18
"""Characters of a USCC."""
_TITLES: Final = (
    ("序号", "no."), ("报关单号", "declaration"), ("实际委托方", "actual consignor"), ("识别号", "taxpayer id"),
    ("出口金额 (元)", "amount (CNY)"),
)  # fmt: skip


def agency_report(
    papers: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders: declarations, agreements, rates, reports of other quarters."),
    ] = None,
    quarter: Annotated[str, typer.Option("--quarter", "-q", help="Such as 2026Q1.")] = "",
    out: Annotated[
        list[Path] | None, typer.Option("--out", "-o", help="Report to write: .xlsx .csv .json; may repeat.")
    ] = None,
    agent: Annotated[str, typer.Option(help="USCC of the agent, where papers name several traders.")] = "",
    node: Annotated[
        str, typer.Option(help="Customs node (URL) whose released declarations are taken beside the papers.")
    ] = "",
    identity: Annotated[str, typer.Option("--as", help="Identity of client.json, with --node.")] = "agent",
    checked: Annotated[
        Path | None,
        typer.Option(
            "--check",
            exists=True,
            dir_okay=False,
            help="A report (.xlsx) to hold against the papers, row by row.",
        ),
    ] = None,
    as_machine: AsJson = False,
) -> None:
    """The agent's quarterly report of actual consignors (STA 17/2025 art. 7) 代理出口汇总表."""
    period = Quarter.of(quarter)
    for file in out or ():
        check(file)
    told = _read(files_of(papers or []))
    if node:
        client = Client(home(), identity, {Side.CUSTOMS: node})
        agent = agent or _uscc(client.settings.identities[identity].codes)
        told.declarations += released(partial(client.get, Side.CUSTOMS), agent, period, node)
    reported = read_report(checked.read_bytes(), str(checked)) if checked else None
    policy = with_rates(rules_under(home() / Side.CUSTOMS.value)[1], told.rates)
    report = make(period, _agent(told, agent), told.declarations, told.agreements, policy)
    report.findings += reported_before(report, told.reports)
    if reported is not None:
        report.findings += compared(report, reported)
    report.findings += [
        finding("unreadable", one.file, why_zh=one.message.zh, why_en=one.message.en)
        for error in told.problems
        for one in error.problems
    ]
    ordered(report)
    for file in out or ():
        write(report, file, show.language())
    if as_machine:
        sys.stdout.write(as_json(report).decode())
    else:
        _show(report)
        for file in out or ():
            show.out().print(show.say(f"已写入 {file}", f"written: {file}"), markup=False)
    raise typer.Exit(BAD_INPUT if told.problems else FINDINGS if report.is_blocked else 0)


def _read(files: list[Path]) -> Papers:
    with Progress(transient=True, disable=len(files) < 50 or not sys.stderr.isatty()) as bar:
        task = bar.add_task(show.say("读取", "reading"), total=len(files))
        return read(files, lambda: bar.advance(task))


def _uscc(codes: Sequence[str]) -> str:
    """The USCC among the codes of an identity."""
    found = next((one for one in codes if len(one) == _USCC), "")
    return found or errors.fail(WHICH_AGENT, value=", ".join(codes) or "-")


def _agent(told: Papers, uscc: str) -> Firm:
    """The agent that was named, else the one trader of the exports."""
    if uscc:
        return records.build(Firm, {"uscc": uscc}, "--agent")
    traders: list[Firm] = []
    for _, one in told.declarations:
        trader = firm_of(one.trader)
        if one.act is Act.EXPORT and not any(trader.is_same(known) for known in traders):
            traders.append(trader)
    if not traders:
        raise told.problems[0] if told.problems else HefuError(errors.Problem(NOTHING))
    if len(traders) > 1:
        errors.fail(WHICH_AGENT, value=", ".join(one.shown for one in traders))
    return traders[0]


def _show(report: Report) -> None:
    console = show.out()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in _TITLES:
        table.add_column(show.say(zh, en), overflow="fold")
    for number, row in enumerate(report.rows[:_SHOWN], 1):
        amount = "—" if row.amount is None else f"{row.amount:,.2f}"
        table.add_row(
            str(number), row.declaration, row.consignor.name or "", row.consignor.identifier, amount
        )
    if len(report.rows) > _SHOWN:
        more = len(report.rows) - _SHOWN
        table.add_row("", show.say(f"… 另有 {more} 行", f"… and {more} more rows"), "", "", "")
    table.add_row("", show.say("合计", "total"), "", "", f"{report.total:,.2f}", style="bold")
    console.print(Rich(f"{report.agent.shown}  {report.quarter}", style="bold"))
    console.print(table)
    console.print(
        show.say(
            f"本季 {report.declarations} 份出口报关单; 自营 {report.own} 项, 其他季度 {report.outside} 份未列入",
            f"{report.declarations} export declarations of the quarter; left out: {report.own} items of its own,"
            f" {report.outside} declarations of other quarters",
        )
    )
    for one in report.findings:
        style = {"block": "red", "warn": "yellow"}.get(one.severity.value, "cyan")
        message = one.message.zh if show.language() == "zh" else one.message.en
        remedy = one.remedy.zh if show.language() == "zh" else one.remedy.en
        console.print(Rich.assemble((f"{one.severity.value} ", style), (f"{one.code} ", "dim"), message))
        console.print(Rich.assemble(("    → ", "cyan"), remedy))
    if report.is_blocked:
        console.print(
            show.say("有须处理的问题, 暂不能报送", "not to be submitted before what blocks it is mended")
        )
