"""``hefu watch``: messages that would be held do not leave the desk."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text as Rich

from hefu.cli import show
from hefu.cli.options import FINDINGS
from hefu.http.judging import rules_under
from hefu.inspection.desk.message import Desk
from hefu.inspection.desk.watch import Event, Watch, as_line, forget
from hefu.protocol.records import Side
from hefu.settings import home

_TROUBLE = 3
_LONGEST_PAUSE = 60.0
_OUTCOMES = {
    "passed": ("放行", "passed", "green"),
    "held": ("留下", "held", "red"),
    "exists": ("内容重复", "exists", "yellow"),
    "failed": ("再试", "failed", "yellow"),
}


def watch(
    outbox: Annotated[Path, typer.Argument(help="Where messages are put to be sent.")],
    into: Annotated[
        Path | None, typer.Option("--into", help="Import folder of the Single Window client.")
    ] = None,
    certificates: Annotated[
        list[Path] | None,
        typer.Option("--certificates", "-c", help="Certificates at hand: files or folders; may repeat."),
    ] = None,
    exports: Annotated[
        list[Path] | None,
        typer.Option("--exports", help="Export declarations that returns refer to; may repeat."),
    ] = None,
    held: Annotated[Path | None, typer.Option(help="Where the others go; OUTBOX/held.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, then end.")] = False,
    seconds: Annotated[float, typer.Option("--every", min=0.1, help="Seconds between looks.")] = 2.0,
    ruleset: Annotated[str, typer.Option("--rules", help="A rule-set file or version.")] = "",
    returned: Annotated[
        str,
        typer.Option(
            "--forget",
            help="Forget a message that customs returned (file name, declaration or certificate): it may go again.",
        ),
    ] = "",
    as_machine: Annotated[bool, typer.Option("--json", help="One line of JSON an event.")] = False,
) -> None:
    """Stand before the import folder: what would be held stays here, with its report 出口前把关."""
    if returned:
        _forget(outbox, returned, as_machine)
        return
    if into is None or not certificates:
        raise typer.BadParameter(
            show.say("缺少 --into 或 --certificates", "--into and --certificates are needed")
        )
    rules = rules_under(home() / Side.CUSTOMS.value, ruleset)
    gate = Watch(outbox, into, held or outbox / "held", Desk(certificates, exports or [], *rules))
    try:
        if not (once or as_machine):
            show.out().print(
                show.say(f"正在看 {outbox}; 按 Ctrl-C 结束", f"looking after {outbox}; Ctrl-C ends"),
                markup=False,
            )
        code = _looks(gate, seconds, once, as_machine)
    finally:
        gate.close()
    if code:
        raise typer.Exit(code)


def _looks(gate: Watch, seconds: float, once: bool, as_machine: bool) -> int:
    """Look until Ctrl-C, or twice: a message is complete if it is the same at the next look. Less often while something
    is in the way, which is told when it changes. Returns the exit code.
    """
    held = False
    failed: set[Event] = set()
    pause, looks = seconds, 0
    with suppress(KeyboardInterrupt):
        while True:
            before, failed = failed, set()
            for event in gate.look():
                held |= event.outcome == "held"
                if event.outcome == "failed":
                    failed.add(event)
                if event not in before:
                    _tell(event, as_machine)
            looks += 1
            if once and looks > 1:
                break
            pause = min(2 * pause, max(seconds, _LONGEST_PAUSE)) if failed and not once else seconds
            time.sleep(pause)
    return _TROUBLE if failed else FINDINGS if held else 0


def _forget(outbox: Path, told: str, as_machine: bool) -> None:
    names = forget(outbox, told)
    if as_machine:
        sys.stdout.write(json.dumps({"forgotten": names}, ensure_ascii=False) + "\n")
    elif names:
        for name in names:
            show.out().print(show.say(f"已忘记 {name}", f"forgotten: {name}"), markup=False)
    else:
        show.out().print(show.say(f"没有发出过 {told}", f"nothing went out as {told}"), markup=False)
    if not names:
        raise typer.Exit(FINDINGS)


def _tell(event: Event, as_machine: bool) -> None:
    if as_machine:
        sys.stdout.write(as_line(event) + "\n")
        sys.stdout.flush()
        return
    zh, en, style = _OUTCOMES[event.outcome]
    rest = " ".join(filter(None, (event.target, ", ".join(event.codes), show.say(*event.problem))))
    show.out().print(Rich.assemble((show.say(zh, en), style), f" {event.name} → {rest}"))
