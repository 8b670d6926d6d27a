"""``hefu reconcile``: the two registers compared now, and mended."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hefu.cli import show
from hefu.cli.client import Client, refused
from hefu.cli.options import FINDINGS, AsJson
from hefu.protocol.records import Side
from hefu.settings import home


def reconcile(
    identity: Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")] = "operator",
    as_machine: AsJson = False,
) -> None:
    """Compare both registers down to the rows that differ; each side mends its own 对账."""
    client = Client(home(), identity)
    told = {side.value: _asked(client, side) for side in Side}
    if as_machine:
        show.print_json(told)
    else:
        for side, one in told.items():
            _show(side, one)
    if not all(one["equal"] for one in told.values()):
        raise typer.Exit(FINDINGS)


def _asked(client: Client, side: Side) -> dict[str, Any]:
    status, told = client.ask(side, "POST", "/v1/reconcile")
    if status >= 400:
        raise refused(told)
    return told


def _show(side: str, told: dict[str, Any]) -> None:
    out = show.out()
    if told["equal"]:
        out.print(
            show.say(
                f"{side}: 两侧登记一致 ({told['exchanges']} 次往返)",
                f"{side}: both registers say the same ({told['exchanges']} exchanges)",
            )
        )
        return
    out.print(
        show.say(
            f"{side}: {len(told['divergences'])} 处不一致, 待两名人员处理 {told['open']} 处",
            f"{side}: {len(told['divergences'])} divergences, {told['open']} left for two officers",
        )
    )
    for one in told["divergences"]:
        done = one["done"] or show.say("待处理", "open")
        out.print(f"  [bold]{one['code']}[/]  {one['message'][show.language()]}  → {done}")
