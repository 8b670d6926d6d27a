"""``hefu replay``: what other rules would have said of the past, and whether the past comes out the same."""

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
from hefu.cli.options import FINDINGS, AsJson
from hefu.customs.replay import Difference, Replay, Rules, Unlike
from hefu.customs.replay import replay as replayed
from hefu.errors import Text
from hefu.http.judging import has_node, overridden, rules_under
from hefu.protocol.records import Side
from hefu.rules import describe
from hefu.settings import home
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

_SHOWN: Final = 20
_OUTCOMES: Final = {"passed": "通过", "held": "扣留"}


def replay(
    ruleset: Annotated[
        str,
        typer.Option(
            "--rules",
            help="A rule-set file or version to try, with what node.json beside the store says on top; without it"
            " every verdict is made again under its own rules.",
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
    path = store or home() / Side.CUSTOMS.value / "store.sqlite"
    rules_to_try = rules_under(path.parent, ruleset) if ruleset else None
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
        tried = {key: under[key] for key in ("version", "hash")}
        show.print_json({"rules": tried, "policy": _policy(path.parent, rules_to_try), **told.as_json()})
    else:
        if rules_to_try:
            _say_policy(path, rules_to_try)
        show_replay(told, rules_to_try[0].version if rules_to_try else "")
    if told.differences or told.broken:
        raise typer.Exit(FINDINGS)


def _policy(folder: Path, rules: Rules | None) -> dict[str, Any] | None:
    """Whose settings stand on top of those of the set that is tried, and which."""
    if rules is None:
        return None
    over = {name: {"set": own, "node": value} for name, (own, value) in overridden(*rules).items()}
    return {"node": str(folder / "node.json") if has_node(folder) else None, "overridden": over}


def _say_policy(store: Path, rules: Rules) -> None:
    """Under which policy a set is tried, unless it is plainly the set's own as the node would apply it."""
    ruleset, policy = rules
    file = store.parent / "node.json"
    own_zh, own_en = ("规则集的政策", "the rule set's") if ruleset.policy else ("默认政策", "the default")
    if not has_node(store.parent):
        line = show.say(
            f"政策: {own_zh}; {store} 旁边没有 node.json",
            f"policy: {own_en} alone; there is no node.json beside {store}",
        )
        show.out().print(line, markup=False)
        return
    over = overridden(ruleset, policy)
    if over:
        line = show.say(
            f"政策: {own_zh}, 以下各项由 {file} 另定, 节点核验时亦然:",
            f"policy: {own_en}, overridden by {file} as the node would:",
        )
        show.out().print(line, markup=False)
        _table(
            ("设置", "setting", "规则集", "rule set", "node.json", "node.json"),
            [(name, _written(own), _written(value)) for name, (own, value) in over.items()],
        )


def _written(value: Any) -> str:
    return value if isinstance(value, str) and value else orjson.dumps(value).decode()


def show_replay(told: Replay, version: str) -> None:
    """Counts, then codes, then the first differences, and what else may have made them."""
    if not told.verdicts:
        show.out().print(
            show.say(
                "这段时间没有核验记录; hefu declare 申报后再来",
                "no verdicts in this time; lodge with hefu declare, then come back",
            )
        )
    elif not told.differences and not told.broken:
        show.out().print(
            show.say(
                f"{told.verdicts} 次核验, 结果全部相同",
                f"{told.verdicts} verdicts, every one comes out the same",
            )
        )
    else:
        _show_differences(told, version)
    for one in told.unlike:
        show.out().print(_unlike(one), style="yellow", markup=False)


def _show_differences(told: Replay, version: str) -> None:
    counts = told.as_json()
    console = show.out()
    under = version or show.say("各自的规则", "their own rules")
    console.print(
        show.say(
            f"按 {under} 重做 {told.verdicts} 次核验: 相同 {counts['same']}, 由通过变扣留 {counts['would_be_held']},"
            f" 由扣留变通过 {counts['would_pass']}, 原因有变 {counts['other_findings']},"
            f" 仅程度有变 {counts['other_severities']}",
            f"{told.verdicts} verdicts under {under}: {counts['same']} the same, {counts['would_be_held']} would be"
            f" held, {counts['would_pass']} would pass, {counts['other_findings']} with other findings,"
            f" {counts['other_severities']} with other severities alone",
        )
    )
    _table(
        ("代码", "code", "多出", "gained", "消失", "lost"),
        [(code, str(n["gained"]), str(n["lost"])) for code, n in counts["codes"].items()],
    )
    _table(
        ("代码", "code", "程度原为", "severity", "变为", "becomes", "次", "verdicts"),
        [tuple(map(str, one.values())) for one in counts["severities"]],
    )
    _table(
        (
            *("报关单", "declaration", "时间", "at", "原来", "was", "变为", "becomes"),
            *("多出", "gained", "消失", "lost", "程度变", "severity"),
        ),
        [_row(one) for one in told.differences[:_SHOWN]],
    )
    if len(told.differences) > _SHOWN:
        more = len(told.differences) - _SHOWN
        console.print(show.say(f"… 另有 {more} 条, 见 --json", f"… and {more} more, see --json"))
    for broken in told.broken[:_SHOWN]:
        line = show.say(f"无法重做: {broken}", f"cannot be made again: {broken}")
        console.print(line, style="red", markup=False)


def _row(one: Difference) -> tuple[str, ...]:
    return (
        one.number,
        show.local(one.at.isoformat()),
        show.say(_OUTCOMES[one.was], one.was),
        show.say(_OUTCOMES[one.becomes], one.becomes),
        ", ".join(one.gained),
        ", ".join(one.lost),
        ", ".join(f"{move.code} {move.was} → {move.becomes}" for move in one.moved),
    )


def _unlike(one: Unlike) -> str:
    """What else may have made differences than the rules that were asked about."""
    recorded, now = (text[:23] + "…" for text in (one.recorded, one.now))
    if one.why == "file":
        return show.say(
            f"注意: {one.version} 之名下, 在案的规则集 (摘要 {recorded}, {one.verdicts} 次核验) 与现在试算的 ({now})"
            " 内容不同; 请给改过的文件另取 version",
            f"note: under the name {one.version} the rule set on record (hash {recorded}, {one.verdicts} verdicts) is"
            f" not the one tried now ({now}); give an edited file a version of its own",
        )
    return show.say(
        f"注意: 规则集 {one.version} 当时的摘要是 {recorded} ({one.verdicts} 次核验), 在本程序中是 {now}: 参与判断的"
        "程序或代码表已不同; 上述不同之处可能来自程序, 要确证请用当时版本的 hefu 回放",
        f"note: the rule set {one.version} had the hash {recorded} when it judged ({one.verdicts} verdicts), in this"
        f" program it has {now}: the code or the code tables that decide are others; differences may come from the"
        " software. To be sure, replay with the hefu of that time",
    )


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        show.show_table(list(zip(names[::2], names[1::2], strict=True)), rows)
