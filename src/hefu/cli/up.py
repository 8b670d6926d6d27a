"""``hefu up``: both nodes with the samples, until Ctrl-C."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from hefu.cli import home as homes
from hefu.cli import processes, show, story
from hefu.protocol.records import Side
from hefu.settings import load_client

_SEATS: Final = (
    ("tax", Side.TAX),
    ("customs", Side.CUSTOMS),
    ("exporter", Side.TAX),
    ("exporter", Side.CUSTOMS),
    ("investigator", Side.CUSTOMS),
    ("operator", Side.CUSTOMS),
    ("auditor", Side.CUSTOMS),
)
"""Whose sign-in links are shown, and at which node each works."""


def up(home: Path, *, samples: bool, as_machine: bool) -> None:
    """Start, load the samples into a fresh home, print addresses and results, serve until stopped."""
    fresh = not (home / "client.json").exists()
    homes.make(home)
    try:
        with processes.both(home) as running:
            if samples and fresh:
                results = story.play(home, announce=not as_machine)
                if as_machine:
                    story.print_json(results)
            _addresses(home)
            while True:
                for side, process in running.items():
                    processes.require_alive(side, home, process)
                time.sleep(0.5)
    except KeyboardInterrupt:
        show.out().print(show.say("停止", "stopping"))


def _addresses(home: Path) -> None:
    told = load_client(home)
    console = show.out()
    console.print()
    console.print(f"{show.say('税务节点', 'tax node')}      {told.tax}   {told.tax}/openapi.json")
    console.print(f"{show.say('海关节点', 'customs node')}  {told.customs}   {told.customs}/openapi.json")
    console.print(
        show.say("控制台 (链接含令牌, 不要外传):", "the console (these links carry tokens, keep them):")
    )
    for name, where in _SEATS:
        one, address = told.identities.get(name), told.tax if where is Side.TAX else told.customs
        if one is None:  # a home of an earlier version
            continue
        who = " · ".join(filter(None, (one.organisation, one.person)))
        console.print(f"  {address}/console/sign-in#token={one.token}  {who}", soft_wrap=True)
    console.print(show.say(f"令牌: {home / 'client.json'}", f"tokens: {home / 'client.json'}"))
    console.print(
        show.say(
            "另开终端试试: .venv/bin/hefu status; .venv/bin/hefu trace CK2026000001; Ctrl-C 停止",
            "in another terminal: .venv/bin/hefu status; .venv/bin/hefu trace CK2026000001; Ctrl-C stops",
        )
    )
