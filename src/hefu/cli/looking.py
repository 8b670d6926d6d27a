"""What both nodes know: the trace of a number, their state, their signing keys, whether their record of looks is whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hefu.cli import show
from hefu.cli.client import Client, refused
from hefu.cli.options import FINDINGS, AsJson
from hefu.errors import HefuError, Problem
from hefu.protocol.outcome import UNKNOWN_CERTIFICATE
from hefu.protocol.records import Side
from hefu.settings import home

Identity = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]


def trace(number: str, identity: Identity = "auditor", as_machine: AsJson = False) -> None:
    """Every step of a certificate or declaration on both sides, in time order 追溯."""
    client = Client(home(), identity)
    number = number.strip().upper()
    sides = [client.get(side, f"/v1/trace/{number}") for side in Side]
    standings = [{"side": told["side"], **told["standing"]} for told in sides if told["standing"]]
    entries = sorted(
        (entry for told in sides for entry in told["entries"]), key=lambda entry: str(entry["at"])
    )
    if not standings and not entries:
        raise HefuError(Problem(UNKNOWN_CERTIFICATE, place=number))
    if as_machine:
        show.print_json({"number": number, "standings": standings, "entries": entries})
    else:
        show.show_trace(number, standings, entries)


def status(identity: Identity = "operator", as_machine: AsJson = False) -> None:
    """How both nodes and the link between them do 运行状况."""
    client = Client(home(), identity)
    told = {side.value: client.get(side, "/v1/status") for side in Side}
    if as_machine:
        show.print_json(told)
    else:
        show.show_status(told)
    if any(one["link"]["failures"] for one in told.values()):
        raise typer.Exit(FINDINGS)


def keys(
    rotate: Annotated[Side | None, typer.Option(help="Make a new signing key on this side.")] = None,
    identity: Identity = "operator",
    as_machine: AsJson = False,
) -> None:
    """Signing keys of both nodes, and their rotation 签名密钥."""
    client = Client(home(), identity)
    if rotate:
        code, told = client.ask(rotate, "POST", "/v1/keys/rotate")
        if code >= 400:
            raise refused(told)
    both = {side.value: client.get(side, "/v1/keys") for side in Side}
    if as_machine:
        show.print_json(both)
    else:
        show.show_keys(both)


def reads(
    side: Annotated[Side | None, typer.Option(help="Ask one node only.")] = None,
    identity: Identity = "auditor",
    as_machine: AsJson = False,
) -> None:
    """Whether the record of who looked at what is whole, at both nodes 查看记录是否完整. Exit code 1: it is not."""
    client = Client(home(), identity)
    told = [client.get(one, "/v1/reads/proof") for one in ([side] if side else Side)]
    if as_machine:
        show.print_json(told)
    else:
        for one in told:
            _show_proof(one)
    if not all(one["sound"] for one in told):
        raise typer.Exit(FINDINGS)


def _show_proof(told: dict[str, Any]) -> None:
    out, name = show.out(), show.side(told["side"])
    if told["sound"]:
        until = show.local(told["until"]) if told["until"] else show.say("尚未封存", "not sealed yet")
        out.print(
            show.say(
                f"{name}: {told['looks']} 条查看记录与写入时一致, 可证明至 {until}",
                f"{name}: {told['looks']} looks are those that were written, proven until {until}",
            ),
            style="green",
        )
    for one in told["faults"]:
        span = " – ".join(show.local(one[end]) if one[end] else "…" for end in ("since", "until"))
        out.print(f"{name}: {span}  {one['message'][show.language()]}", style="red", markup=False)
        out.print(f"    → {one['cure'][show.language()]}", markup=False)
