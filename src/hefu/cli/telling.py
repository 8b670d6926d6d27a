"""What the commands of officers share: options, tables, states, and what an act came to."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from hefu.cli import show
from hefu.cli.client import Client, refused
from hefu.cli.options import FINDINGS
from hefu.protocol.records import Side
from hefu.settings import home

_STATES: Final = {
    "up": "正常", "down": "中断", "contingency": "应急", "proposed": "待批准", "approved": "已批准", "rejected": "已驳回",
    "lapsed": "已失效", "opened": "已启动", "closed": "已结束", "entered": "待批准", "settled": "已核对一致", "contested": "有争议",
    "exists": "已存在", "open": "未了结", "released": "已放行", "reopened": "已恢复额度", "moved": "已更正",
}  # fmt: skip
Officer = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]
Ground = Annotated[str, typer.Option("--ground", "-g", help="Why; goes on record.")]


def post(side: Side, identity: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask a node to write; a refusal is raised."""
    status, told = Client(home(), identity).ask(side, "POST", path, body)
    if status >= 400:
        raise refused(told)
    return told


def done(told: dict[str, Any], as_machine: bool, side: Side = Side.CUSTOMS) -> None:
    """What an act came to; exit 1 where something was found that cannot be right."""
    if as_machine:
        show.print_json(told)
    else:
        tax = " --side tax" if side is Side.TAX else ""
        words = [told["number"], state_name(told["result"])]
        if told["result"] == "proposed":
            words.append(
                show.say(
                    f"第 {told['act']} 号事项, 由另一名关员批准: hefu acts --approve {told['act']}{tax}",
                    f"act {told['act']}, for another officer: hefu acts --approve {told['act']}{tax}",
                )
            )
        words += [str(told[key]) for key in ("declaration_state", "code") if told.get(key)]
        if told.get("message"):
            words.append(told["message"][show.language()])
        show.out().print("  ".join(words))
    if told["result"] == "contested" or told.get("declaration_state") == "held":
        raise typer.Exit(FINDINGS)


def state_name(value: str) -> str:
    """A state, or a result, in words."""
    return show.say(_STATES.get(value, value), value)


def local_time(moment: str | None) -> str:
    """A moment by the clock of here, to the minute; empty if there is none."""
    return show.local(moment)[:16] if moment else ""
