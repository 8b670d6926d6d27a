"""Commands about the rules: what they say, and what other rules would have said of the past."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
from rich.progress import Progress

from hefu import errors
from hefu.cli import show
from hefu.customs.replay import Replay, Rules
from hefu.customs.replay import replay as replayed
from hefu.errors import Text
from hefu.http.judging import rules_of
from hefu.protocol.records import Side
from hefu.rules import describe
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, load
from hefu.settings import home, load_node
from hefu.stores.reading import opened

NO_STORE = errors.kind(
    "replay.no_store",
    http=404,
    message=Text("没有海关节点的数据库 {file}", "there is no store of a customs node, {file}"),
    cure=Text(
        "用 HEFU_HOME 指定目录; 还没有节点的先运行 hefu up",
        "name the home in HEFU_HOME, or run hefu up first",
    ),
)

_FINDINGS: Final = 1
_SHOWN: Final = 20

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def _rules(name: str = "") -> Rules:
    """A rule set with its policy by name; without one, those of the customs node of this home."""
    folder = home() / Side.CUSTOMS.value
    here = rules_of(folder, load_node(folder)) if (folder / "node.json").is_file() else (CURRENT, Policy())
    if not name:
        return here
    ruleset = load(name)
    return ruleset, ruleset.policy or here[1]


def rules(
    code: Annotated[str, typer.Argument(help="A code, such as hs.differs; all without it.")] = "",
    ruleset: Annotated[
        str, typer.Option("--rules", help="A rule-set file or version; else the customs node's.")
    ] = "",
    as_set: Annotated[
        bool, typer.Option("--as-set", help="Write the whole set as a file (TOML), to edit and replay.")
    ] = False,
    as_machine: AsJson = False,
) -> None:
    """The rules of the comparison; with a code, one of them with an example 比对规则."""
    chosen, policy = _rules(ruleset)
    if as_set:
        sys.stdout.write(chosen.as_toml(policy))
        return
    found = [rule for rule in chosen.rules if code in ("", rule.code)]
    if not found:
        raise typer.BadParameter(
            show.say(
                f"没有规则 {code}; hefu rules 列出全部", f"there is no rule {code}; hefu rules lists them"
            )
        )
    if as_machine:
        told = describe.set_as_json(chosen, policy)
        _print({**told, "rules": [describe.as_json(rule, chosen, policy) for rule in found]})
    elif code:
        show.show_rule(found[0], chosen, policy)
    else:
        show.show_rules(found, chosen, policy)


def replay(
    ruleset: Annotated[
        str,
        typer.Option(
            "--rules",
            help="A rule-set file or version to try; without it every verdict is made again under its own rules.",
        ),
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y%m%d"], help="First day (Shanghai); all without it."),
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="Store of a customs node; else the one of HEFU_HOME.")
    ] = None,
    as_machine: AsJson = False,
) -> None:
    """Judge past declarations again, under other rules or as a proof 回放: 换一套规则会怎样."""
    rules_to_try = _rules(ruleset) if ruleset else None
    path = store or home() / Side.CUSTOMS.value / "store.sqlite"
    if not path.is_file():
        errors.fail(NO_STORE, file=str(path))
    day = since.date() if since else None
    with (
        opened(str(path), Side.CUSTOMS) as reader,
        Progress(transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task("replay", total=None)
        told = replayed(reader, day, rules_to_try, lambda more: bar.advance(task, more))
    if as_machine:
        under = describe.set_as_json(*rules_to_try) if rules_to_try else {"version": "own", "hash": ""}
        _print({"rules": {key: under[key] for key in ("version", "hash")}, **told.as_json()})
    else:
        show_replay(told, rules_to_try[0].version if rules_to_try else "")
    if told.differences or told.broken:
        raise typer.Exit(_FINDINGS)


def show_replay(told: Replay, version: str) -> None:
    """Counts, then codes, then the first differences."""
    counts = told.as_json()
    console = show.out()
    if not told.verdicts:
        console.print(
            show.say(
                "这段时间没有核验记录; hefu declare 申报后再来",
                "no verdicts in this time; lodge with hefu declare, then come back",
            )
        )
        return
    if not told.differences and not told.broken:
        console.print(
            show.say(
                f"{told.verdicts} 次核验, 结果全部相同",
                f"{told.verdicts} verdicts, every one comes out the same",
            )
        )
        return
    under = version or show.say("各自的规则", "their own rules")
    console.print(
        show.say(
            f"按 {under} 重做 {told.verdicts} 次核验: 相同 {counts['same']}, 由通过变扣留 {counts['would_be_held']},"
            f" 由扣留变通过 {counts['would_pass']}, 原因有变 {counts['other_findings']}",
            f"{told.verdicts} verdicts under {under}: {counts['same']} the same, {counts['would_be_held']} would be"
            f" held, {counts['would_pass']} would pass, {counts['other_findings']} with other findings",
        )
    )
    _table(
        ("代码", "code", "多出", "gained", "消失", "lost"),
        [(code, str(n["gained"]), str(n["lost"])) for code, n in counts["codes"].items()],
    )
    _table(
        (
            "报关单",
            "declaration",
            "时间",
            "at",
            "原来",
            "was",
            "变为",
            "becomes",
            "多出",
            "gained",
            "消失",
            "lost",
        ),
        [
            (
                one.number,
                show.local(one.at.isoformat()),
                one.was,
                one.becomes,
                ", ".join(one.gained),
                ", ".join(one.lost),
            )
            for one in told.differences[:_SHOWN]
        ],
    )
    if len(told.differences) > _SHOWN:
        more = len(told.differences) - _SHOWN
        console.print(show.say(f"… 另有 {more} 条, 见 --json", f"… and {more} more, see --json"))
    for one in told.broken[:_SHOWN]:
        console.print(show.say(f"无法重做: {one}", f"cannot be made again: {one}"), style="red")


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        titles = [show.say(zh, en) for zh, en in zip(names[::2], names[1::2], strict=True)]
        show.show_table(titles, rows)


def _print(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
