"""What both nodes know: the trace of a number, their state, their signing keys."""

from __future__ import annotations

from typing import Annotated

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
