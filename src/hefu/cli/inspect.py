"""``hefu inspect``: an enterprise checks its own papers before the port does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Rich

from hefu.cli import show
from hefu.http.judging import rules_under
from hefu.inspection import inspect as inspection
from hefu.inspection import live, report
from hefu.inspection.fields import mapping
from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.actions import TITLES, Action
from hefu.inspection.findings.result import Inspection, with_names
from hefu.inspection.layout import saving
from hefu.inspection.papers.reading import Given
from hefu.inspection.report.machine import write_json
from hefu.protocol.records import Side
from hefu.settings import home

col = pl.col

_FINDINGS, _BAD_INPUT = 1, 2
_SHOWN: Final = 10
_STEPS: Final = {
    "read": ("读取", "reading"),
    "judge": ("核验", "judging"),
    "compare": ("比对单证", "comparing papers"),
    "explain": ("寻找最小改动", "looking for smallest changes"),
    "ask": ("询问海关", "asking customs"),
    "write": ("写报告", "writing"),
}


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
    as_machine: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Check your own certificates and declarations before the port does 自查."""
    for file in out or ():
        report.check(file)
    rules = rules_under(home() / Side.CUSTOMS.value, ruleset)
    read_as = mapping.load(columns) if columns else None
    given = [Given([certificates], Paper.CERTIFICATE), Given([declarations], Paper.DECLARATION)]
    given += [Given([path]) for path in more or ()]
    with _progress() as (progress, step):
        told = inspection.inspect(
            given, rules[1], rules[0], mapping=read_as, today=on.date() if on else None, progress=progress
        )
        answer = told.answer
        if node:
            step("ask", answer.certificates.height + len(answer.details))
            answer = live.beside(answer, node, token, progress.advance)
        for file in out or ():
            step("write")
            report.write(answer, file, (language or show.language()))
        if save_columns:
            saving.save(told.layouts, save_columns)
    if as_machine:
        write_json(answer, sys.stdout)
    else:
        _show(answer)
        for file in (*(out or ()), *((save_columns,) if save_columns else ())):
            show.out().print(show.say(f"已写入 {file}", f"written: {file}"), markup=False)
    raise typer.Exit(_exit(answer))


def _exit(answer: Inspection) -> int:
    if answer.declarations.is_empty() and answer.certificates.is_empty():
        return _BAD_INPUT
    return 0 if answer.sound else _FINDINGS


@contextmanager
def _progress() -> Iterator[tuple[inspection.Progress, Callable[..., None]]]:
    """A bar for each step, on a terminal only."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        tasks: list[int] = []

        def step(name: str, size: int = 0) -> None:
            tasks.append(bar.add_task(show.say(*_STEPS[name]), total=size or None))

        def advance(more: int) -> None:
            bar.advance(bar.task_ids[-1], more)

        yield inspection.Progress(step, advance), step


def _show(answer: Inspection) -> None:
    """What was read, what will happen, what to do next."""
    _show_files(answer)
    _show_refusals(answer)
    for zh, en in answer.assumptions:
        show.out().print(Rich.assemble((show.say("假设: ", "assumed: "), "cyan"), show.say(zh, en)))
    if answer.declarations.is_empty() and answer.certificates.is_empty():
        show.out().print(
            show.say(
                "没有可核验的单证: 给出证明和报关单的文件或文件夹, 样例见 samples/inspection",
                "nothing to inspect: give files or folders of certificates and declarations, see samples/inspection",
            )
        )
        return
    _show_outcomes(answer)
    _show_actions(answer)


def _table(*titles: tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in titles:
        table.add_column(show.say(zh, en), overflow="fold")
    return table


def _show_files(answer: Inspection) -> None:
    table = _table(
        ("文件", "file"), ("表", "sheet"), ("内容", "holds"), ("行", "rows"), ("核验", "judged"), ("未读", "refused")
    )  # fmt: skip
    many = answer.files.height > 2 * _SHOWN
    told = answer.files.group_by("paper", maintain_order=True).agg(
        pl.format("{}", pl.len()).alias("file"),
        pl.lit("").alias("sheet"),
        pl.sum("rows", "judged", "refused"),
    )
    rows = told if many else answer.files
    for one in rows.iter_rows(named=True):
        name = show.say(f"{one['file']} 个文件", f"{one['file']} files") if many else one["file"]
        counts = (str(one[key]) for key in ("rows", "judged", "refused"))
        table.add_row(Rich(name), Rich(one["sheet"]), Rich(_holds(one["paper"])), *counts)
    total = answer.files.select(pl.sum("rows", "judged", "refused")).row(0)
    table.add_row(show.say("合计", "total"), "", "", *map(str, total), style="bold")
    show.out().print(table)


def _holds(paper: str) -> str:
    return show.say(*_PAPER_NAMES.get(paper, ("", "")))


_PAPER_NAMES: Final = {
    "certificate": ("证明", "certificates"),
    "declaration": ("报关单", "declarations"),
    "invoice": ("发票", "invoices"),
    "agreement": ("代理协议", "agreements"),
}


def _show_refusals(answer: Inspection) -> None:
    console = show.out()
    refused = with_names(answer, answer.refusals.head(_SHOWN), "field")
    for one in refused.iter_rows(named=True):
        place = " ".join(filter(None, (one["sheet"], one["cell"] or (str(one["row"]) if one["row"] else ""))))
        rule = show.say(one["rule_zh"], one["rule_en"])
        value = f"{one['value']!r}: " if one["value"] else ""
        title = one["title"] or show.say(one["field_zh"], one["field_en"])
        console.print(Rich.assemble((f"{one['file']} {place} ", "red"), f"{title} {value}{rule}"))
    more = answer.refusals.height - _SHOWN
    if more > 0:
        console.print(show.say(f"… 另有 {more} 处未能读取", f"… and {more} more that could not be read"))
    unknown = with_names(answer, answer.columns.filter(col("field") == "").head(_SHOWN), "suggested")
    for one in unknown.iter_rows(named=True):
        near = show.say(f", 最接近 {one['suggested_zh']}", f", nearest is {one['suggested_en']}")
        near = near if one["suggested"] else ""
        line = show.say(
            f"未识别的列 {one['column']} {one['title']}{near}",
            f"column {one['column']} {one['title']} is not known{near}",
        )
        console.print(Rich.assemble((f"{one['file']} {one['sheet']} ", "yellow"), line))


def _show_outcomes(answer: Inspection) -> None:
    counts = dict(answer.declarations.group_by("outcome").len().iter_rows())
    held, clears = counts.get("held", 0), counts.get("clears", 0)
    rest = answer.declarations.height - held - clears
    show.out().print(
        show.say(
            f"\n{answer.declarations.height} 份报关单: {clears} 份可通过, {held} 份会被扣留, {rest} 份不需要证明",
            f"\n{answer.declarations.height} declarations: {clears} would clear, {held} would be held, {rest} need no"
            " certificate",
        )
    )
    states = answer.certificates.group_by("status", maintain_order=True).len().sort("len", descending=True)
    told = ", ".join(f"{show.say(*_STATUSES[status])} {many}" for status, many in states.iter_rows())
    if told:
        show.out().print(
            show.say(
                f"{answer.certificates.height} 份证明: {told}",
                f"{answer.certificates.height} certificates: {told}",
            )
        )
    show.out().print(
        show.say(f"规则集 {answer.ruleset}", f"rule set {answer.ruleset}")
        + f" ({answer.ruleset_hash[:23]}…)",
        markup=False,
    )


_STATUSES: Final = {
    "matched": ("相符", "matched"),
    "held": ("报关单会被扣留", "declaration held"),
    "unused": ("未使用", "unused"),
    "used": ("已使用", "used"),
    "voided": ("已作废", "voided"),
    "several": ("多份报关单", "on several declarations"),
    "over_covered": ("货物重复", "goods covered twice"),
    "lapsing": ("即将到期", "about to lapse"),
    "lapsed": ("已过期", "lapsed"),
}


def _show_actions(answer: Inspection) -> None:
    """Grouped by what a person would do next, the largest money first."""
    console = show.out()
    for action in Action:
        group = answer.findings.filter(col("action") == action.value)
        if group.is_empty():
            continue
        papers = group.select(pl.struct("declaration", "certificate").n_unique()).item()
        title = show.say(*TITLES[action])
        console.print(Rich.assemble((f"\n{title}", "bold"), f" ({group.height})"))
        for one in group.head(_SHOWN).iter_rows(named=True):
            _show_finding(one)
        if group.height > _SHOWN:
            more = group.height - _SHOWN
            console.print(
                show.say(
                    f"  … 另有 {more} 条 (共 {papers} 份单证)",
                    f"  … and {more} more ({papers} papers in all)",
                )
            )


def _show_finding(one: dict[str, object]) -> None:
    style = {"block": "red", "warn": "yellow"}.get(str(one["severity"]), "cyan")
    number = one["declaration"] or one["certificate"] or ""
    lang = show.language()
    money = f" USD {one['usd']:,.2f}" if one["usd"] is not None else ""
    text = one[f"message_{lang}"] or ""
    show.out().print(
        Rich.assemble(
            ("  " + str(one["severity"]) + " ", style),
            (str(number), "bold"),
            f"{money} ",
            (str(one["code"]), "dim"),
            f" {text}",
        )
    )
    show.out().print(Rich.assemble(("      → ", "cyan"), str(one[f"remedy_{lang}"] or "")))
