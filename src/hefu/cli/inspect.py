"""``hefu inspect``: an enterprise checks its own papers before the port does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text as Rich

from hefu.chains.inspected import noticed
from hefu.cli import show
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.http.judging import rules_under
from hefu.inspection.fields import mapping
from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.noticed import Noticed
from hefu.inspection.findings.result import Inspection
from hefu.inspection.findings.summary import NOTHING, Finding, Summary, summary
from hefu.inspection.layout import saving
from hefu.inspection.order import Order
from hefu.inspection.papers.reading import Given
from hefu.inspection.progress import STEPS, Progress
from hefu.inspection.report.machine import write_json
from hefu.protocol.records import Side
from hefu.settings import home


class Language(StrEnum):
    """Languages of reports."""

    ZH = "zh"
    EN = "en"


def inspect(
    certificates: Annotated[
        Path, typer.Argument(help="Certificates: a file, folder or archive (xlsx xls csv json pdf zip ...).")
    ],
    declarations: Annotated[
        Path, typer.Argument(help="Declarations: a file, folder or archive (DecMessage XML, xlsx, json ...).")
    ],
    more: Annotated[list[Path] | None, typer.Argument(help="Invoices, agreements, anything else.")] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out", "-o", help="Report to write: .html .xlsx .json, or a folder for Parquet; may repeat."
        ),
    ] = None,
    columns: Annotated[
        Path | None, typer.Option("--mapping", help="Saved mapping of column titles (TOML).")
    ] = None,
    save_columns: Annotated[
        Path | None, typer.Option("--save-mapping", help="Write how the columns were read, to be edited.")
    ] = None,
    ruleset: Annotated[str, typer.Option("--rules", help="A rule-set file or version.")] = "",
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y%m%d"], help="Day (Shanghai) on which periods are counted; today."
        ),
    ] = None,
    node: Annotated[
        str,
        typer.Option(
            help="Customs node (URL) to ask for each certificate's state, and for a dry run of the gate."
        ),
    ] = "",
    token: Annotated[str, typer.Option(envvar="HEFU_TOKEN", help="Bearer token for the node.")] = "",
    language: Annotated[Language | None, typer.Option(help="Language of workbooks.")] = None,
    as_machine: AsJson = False,
) -> None:
    """Check your own certificates and declarations before the port does 自查."""
    read_as = mapping.load(columns) if columns else None
    given = [Given([certificates], Paper.CERTIFICATE), Given([declarations], Paper.DECLARATION)]
    given += [Given([path]) for path in more or ()]
    order = Order(
        given,
        rules_under(home() / Side.CUSTOMS.value, ruleset),
        out or (),
        language or show.language(),
        read_as,
        on.date() if on else None,
        node,
        token,
        noticed,
    )
    with _progress() as progress:
        told = order.fulfil(progress)
        answer = told.answer
        if save_columns:
            saving.save(told.layouts, save_columns)
    if as_machine:
        write_json(answer, sys.stdout)
    else:
        _show(summary(answer))
        _show_noticed(answer.noticed)
        for file in (*(out or ()), *((save_columns,) if save_columns else ())):
            show.out().print(show.say(f"已写入 {file}", f"written: {file}"), markup=False)
    raise typer.Exit(_exit(answer))


def _exit(answer: Inspection) -> int:
    if answer.declarations.is_empty() and answer.certificates.is_empty():
        return BAD_INPUT
    return 0 if answer.sound else FINDINGS


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar for each step, on a terminal only."""
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bars:

        def step(name: str, size: int) -> None:
            bars.add_task(show.say(*STEPS[name]), total=size or None)

        def advance(more: int) -> None:
            bars.advance(bars.task_ids[-1], more)

        yield Progress(step, advance)


def _show(told: Summary) -> None:
    """What was read, what will happen, what to do next."""
    _show_files(told)
    _show_refusals(told)
    out = show.out()
    for one in told.assumptions:
        out.print(Rich.assemble((show.say("假设: ", "assumed: "), "cyan"), show.say(*one)))
    if told.is_empty:
        out.print(show.say(*NOTHING))
        return
    out.print("\n" + show.say(*told.outcomes))
    if told.certificates:
        out.print(show.say(*told.certificates))
    out.print(show.say(*told.rules), markup=False)
    _show_groups(told)


def _show_noticed(told: Noticed | None) -> None:
    """How the declarations look to an investigator, in a line each; the reports say more."""
    if told is None or not told.notices:
        return
    out = show.out()
    title = show.say(
        "调查人员会注意到 (不是认定; 见报告, 或 hefu chains own)",
        "an investigator would notice (no finding; see the report, or hefu chains own)",
    )
    out.print(Rich(f"\n{title}", style="bold"))
    for one in told.notices:
        ready = show.say(f"备好{one.clears.zh}", f"have ready: {one.clears.en}")
        out.print(Rich(f"  {show.say(*one.title)}  {one.count}/{one.seen}  {ready}"))


def _show_files(told: Summary) -> None:
    titles = (
        ("文件", "file"), ("表", "sheet"), ("内容", "holds"), ("行", "rows"), ("核验", "judged"), ("未读", "refused")
    )  # fmt: skip
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in titles:
        table.add_column(show.say(zh, en), overflow="fold")
    for one in (*told.files, told.total):
        words = (show.say(*one.file), one.sheet, show.say(*one.paper), one.rows, one.judged, one.refused)
        table.add_row(*(Rich(str(word)) for word in words), style="bold" if one is told.total else "")
    show.out().print(table)


def _show_refusals(told: Summary) -> None:
    out = show.out()
    for one in told.refusals:
        out.print(Rich.assemble((f"{one.place} ", "red"), show.say(*one.text)))
    more = told.refused - len(told.refusals)
    if more > 0:
        out.print(show.say(f"… 另有 {more} 处未能读取", f"… and {more} more that could not be read"))
    for one in told.unknown:
        out.print(Rich.assemble((f"{one.place} ", "yellow"), show.say(*one.text)))


def _show_groups(told: Summary) -> None:
    """Grouped by what a person would do next, the largest money first."""
    out = show.out()
    for group in told.groups:
        out.print(Rich.assemble((f"\n{show.say(*group.title)}", "bold"), f" ({group.many})"))
        for one in group.first:
            _show_finding(one)
        more = group.many - len(group.first)
        if more > 0:
            out.print(
                show.say(
                    f"  … 另有 {more} 条 (共 {group.papers} 份单证)",
                    f"  … and {more} more ({group.papers} papers in all)",
                )
            )


def _show_finding(one: Finding) -> None:
    style = {"block": "red", "warn": "yellow"}.get(one.severity, "cyan")
    money = f" {one.money}" if one.money else ""
    show.out().print(
        Rich.assemble(
            (f"  {one.severity} ", style),
            (one.number, "bold"),
            f"{money} ",
            (one.code, "dim"),
            f" {show.say(*one.message)}",
        )
    )
    show.out().print(Rich.assemble(("      → ", "cyan"), show.say(*one.remedy)))
