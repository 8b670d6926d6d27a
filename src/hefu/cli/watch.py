"""``hefu watch``: messages that would be held do not leave the desk."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text as Rich

from hefu.cli import show
from hefu.http.judging import rules_under
from hefu.inspection.desk import Desk
from hefu.inspection.watch import Event, Watch, as_line
from hefu.protocol.records import Side
from hefu.settings import home

_FINDINGS, _TROUBLE = 1, 3
_OUTCOMES = {
    "passed": ("放行", "passed", "green"),
    "held": ("留下", "held", "red"),
    "exists": ("内容重复", "exists", "yellow"),
    "failed": ("再试", "failed", "yellow"),
}


def watch(
    outbox: Annotated[Path, typer.Argument(help="Where messages are put to be sent.")],
    into: Annotated[Path, typer.Option("--into", help="Import folder of the Single Window client.")],
    certificates: Annotated[
        list[Path],
        typer.Option("--certificates", "-c", help="Certificates at hand: files or folders; may repeat."),
    ],
    exports: Annotated[
        list[Path] | None,
        typer.Option("--exports", help="Export declarations that returns refer to; may repeat."),
    ] = None,
    held: Annotated[Path | None, typer.Option(help="Where the others go; OUTBOX/held.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, then end.")] = False,
    seconds: Annotated[float, typer.Option("--every", min=0.1, help="Seconds between looks.")] = 2.0,
    ruleset: Annotated[str, typer.Option("--rules", help="A rule-set file or version.")] = "",
    as_machine: Annotated[bool, typer.Option("--json", help="One line of JSON an event.")] = False,
) -> None:
    """Stand before the import folder: what would be held stays here, with its report 出口前把关."""
    rules = rules_under(home() / Side.CUSTOMS.value, ruleset)
    desk = Desk(certificates, exports or [], *rules)
    gate = Watch(outbox, into, held or outbox / "held", desk)
    seen: set[str] = set()
    try:
        list(gate.look())  # a message is complete if it is the same at the next look
        if not (once or as_machine):
            show.out().print(
                show.say(f"正在看 {outbox}; 按 Ctrl-C 结束", f"looking after {outbox}; Ctrl-C ends")
            )
        while True:
            time.sleep(seconds)
            for event in gate.look():
                seen.add(event.outcome)
                _tell(event, as_machine)
            if once:
                break
    except KeyboardInterrupt:
        pass
    finally:
        gate.close()
    if "failed" in seen:
        raise typer.Exit(_TROUBLE)
    if "held" in seen:
        raise typer.Exit(_FINDINGS)


def _tell(event: Event, as_machine: bool) -> None:
    if as_machine:
        sys.stdout.write(as_line(event) + "\n")
        sys.stdout.flush()
        return
    zh, en, style = _OUTCOMES[event.outcome]
    rest = " ".join(filter(None, (event.target, ", ".join(event.codes), event.problem)))
    show.out().print(Rich.assemble((show.say(zh, en), style), f" {event.name} → {rest}"))
