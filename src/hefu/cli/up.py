"""``hefu up``: both nodes with the samples, and what they say of themselves."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from hefu.cli import home as homes
from hefu.cli import processes, show, story
from hefu.rules.policy import Policy
from hefu.rules.ruleset import Rule
from hefu.settings import load_client


def up(home: Path, *, samples: bool, as_machine: bool) -> None:
    """Start, load the samples into a fresh home, print addresses and results, serve until stopped."""
    fresh = not (home / "client.json").exists()
    homes.make(home)
    with processes.both(home) as running:
        if samples and fresh:
            results = story.play(home, announce=not as_machine)
            if as_machine:
                story.print_json(results)
        _addresses(home)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        try:
            while all(process.poll() is None for process in running.values()):
                time.sleep(0.5)
        except KeyboardInterrupt:
            show.out().print(show.say("停止", "stopping"))


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _addresses(home: Path) -> None:
    told = load_client(home)
    console = show.out()
    console.print()
    console.print(f"{show.say('税务节点', 'tax node')}      {told.tax}   {told.tax}/openapi.json")
    console.print(f"{show.say('海关节点', 'customs node')}  {told.customs}   {told.customs}/openapi.json")
    console.print(show.say(f"令牌: {home / 'client.json'}", f"tokens: {home / 'client.json'}"))
    console.print(
        show.say(
            "另开终端试试: .venv/bin/hefu status; .venv/bin/hefu trace CK2026000001; Ctrl-C 停止",
            "in another terminal: .venv/bin/hefu status; .venv/bin/hefu trace CK2026000001; Ctrl-C stops",
        )
    )


def show_status(told: dict[str, dict[str, Any]]) -> None:
    """Counts, link and rules of both nodes."""
    console = show.out()
    for side, one in told.items():
        link = one["link"]
        well = (
            show.say("正常", "well") if not link["failures"] else f"{link['failures']} × {link['last_error']}"
        )
        console.print(f"[bold]{side}[/bold]  {one['version']}  {show.say('链路', 'link')}: {well}")
        for table, counts in one["counts"].items():
            if counts and any(counts.values()):
                console.print(
                    f"  {table}: " + ", ".join(f"{name} {number}" for name, number in counts.items())
                )
    policy = one["policy"]
    console.print(
        f"{show.say('规则', 'rules')}: {one['ruleset']} {one['ruleset_hash'][:23]}…  scope={policy['scope']}"
    )


def show_rules(chosen: Sequence[Rule], policy: Policy) -> None:
    """Rules as a list, or one in full."""
    console = show.out()
    if len(chosen) == 1:
        (rule,) = chosen
        console.print(
            f"[bold]{rule.code}[/bold]  {rule.severity_under(policy).value}  {rule.question.value}  ({rule.field})"
        )
        for text in (rule.message, rule.remedy):
            console.print(f"  {text.zh}\n  {text.en}", markup=False)
        console.print(f"  {rule.ground}", markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("code", "severity", "question", show.say("说明", "says")):
        table.add_column(name, overflow="fold")
    for rule in chosen:
        table.add_row(
            rule.code,
            rule.severity_under(policy).value,
            rule.question.value,
            rule.message[0 if show.language() == "zh" else 1],
        )
    console.print(table)
