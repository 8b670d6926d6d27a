"""``hefu chains``: buy-and-export laid bare, as cases for a person to look into."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from hefu.chains.analyse import MINIMUM, analyse
from hefu.chains.case import Case
from hefu.chains.casefile.words import counted
from hefu.chains.casefile.writing import counting, write_cases
from hefu.chains.facts import last_day
from hefu.chains.reading import Read, read
from hefu.cli import chains_gather, chains_own, chains_record, show
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson

app = typer.Typer(no_args_is_help=True, help="Buy-and-export laid bare 买单出口分析.")
_SHOWN: Final = 10


@app.callback()
def chains() -> None:
    """Buy-and-export laid bare 买单出口分析."""


@app.command("analyse")
def analyse_(
    papers: Annotated[
        list[Path], typer.Argument(exists=True, help="Folders or files: tables as csv, xlsx or parquet.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the case files.")] = Path("cases"),
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was known on that day; else all.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Cases at most, the first to look at first.")] = 50,
    minimum: Annotated[
        float, typer.Option(help="Confidence in percent from which on a chain is a case.")
    ] = MINIMUM,
    as_machine: AsJson = False,
) -> None:
    """Join the tables, and write a case file for each chain 分析并生成案卷."""
    told = read(papers)
    day = as_of.date() if as_of else last_day(told.tables)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        bar.add_task(show.say("分析", "analysing"))
        cases = analyse(told.tables, day, minimum=minimum, top=top)
        index = write_cases(cases, out, language=show.language()) if cases else None
        found = len(cases)
        cases = counting(cases, out)
    if as_machine:
        sys.stdout.write(_json(told, day, cases).decode())
    else:
        _show(told, day, cases, index, found - len(cases))
    raise typer.Exit(BAD_INPUT if told.problems else FINDINGS if cases else 0)


app.command("gather")(chains_gather.gather_)
app.command("own")(chains_own.own_)
app.command()(chains_record.answer)
app.command()(chains_record.close)
app.command("show")(chains_record.show_)


def _json(told: Read, day: date, cases: list[Case]) -> bytes:
    head: dict[str, Any] = {
        "as_of": day.isoformat(),
        "tables": {name: dict(count) for name, count in told.counts.items()},
        "ignored": told.ignored,
        "problems": [one.as_json() for one in told.problems],
        "cases": [
            {"id": one.id, "pattern": one.pattern, "title": one.title._asdict(), "score": one.score,
             "confidence": one.confidence, "suspects": [p.id for p in one.parties if p.suspect]}
            for one in cases
        ],
    }  # fmt: skip
    return orjson.dumps(head, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _show(told: Read, day: date, cases: list[Case], index: Path | None, aside: int) -> None:
    out = show.out()
    show.show_table(
        (("表", "table"), ("读入", "read"), ("未读", "refused"), ("重复", "repeated")),
        [(name, *(str(count[key]) for key in ("read", "refused", "repeated"))) for name, count in told.counts.items()],
    )  # fmt: skip
    show.show_problems(told.problems[:_SHOWN])
    if len(told.problems) > _SHOWN:
        more = len(told.problems) - _SHOWN
        out.print(show.say(f"另有 {more} 处, 见 --json", f"and {more} more, see --json"))
    for one in told.ignored[:_SHOWN]:
        out.print(show.say(f"未使用: {one}", f"not used: {one}"), style="dim", markup=False)
    if aside:
        out.print(
            show.say(
                f"另有 {aside} 个案卷已结案或过期, 不再计入",
                f"closed or lapsed, no longer counted: {counted(aside, 'case')}",
            )
        )
    if not cases and not aside:
        out.print(
            show.say(
                f"截至 {day}: 没有达到门槛的链条 (不等于没有问题)",
                f"as of {day}: no chain reaches the bar, which proves nothing",
            )
        )
    if not cases:
        return
    show.show_table(
        (("", ""), ("案号", "case"), ("分值", "score"), ("内容", "what it is about"), ("证据", "evidence")),
        [(str(n), one.id, f"{one.score:.1f}", show.say(*one.title), str(len(one.evidence))) for n, one in enumerate(cases, 1)],
    )  # fmt: skip
    out.print(
        show.say(
            f"截至 {day}: {len(cases)} 个案卷, 供人核查, 不是结论: {index}",
            f"as of {day}: {counted(len(cases), 'case')} for a person to look into, no finding of guilt: {index}",
        ),
        markup=False,
    )
