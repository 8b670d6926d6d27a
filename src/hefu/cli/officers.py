"""``hefu acts``, ``hefu contests``, ``hefu divergences``, ``hefu decide``: what two officers do together."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from hefu.cli import show
from hefu.cli.client import Client
from hefu.cli.options import FINDINGS, AsJson
from hefu.cli.telling import Ground, Officer, done, local_time, post
from hefu.errors import Text
from hefu.protocol.records import Side
from hefu.settings import home

_KINDS: Final = {
    "contingency.open": Text("启动应急", "open a contingency"),
    "paper.enter": Text("凭纸质证明办理", "handle on paper"),
    "contest.close": Text("了结争议", "close a contest"),
    "declaration.override": Text("放行被扣留的报关单", "release a held declaration"),
    "goods.reopen": Text("恢复货物额度", "reopen goods"),
    "use.move": Text("更正证明的使用", "move a use"),
    "divergence.close": Text("了结登记不一致", "close a divergence"),
}

app = typer.Typer(
    no_args_is_help=True,
    help="Propose what the rules alone would stop; a second officer approves it 双人决定.",
)
At = Annotated[Side, typer.Option("--side", help="Whose officers decide.")]


def acts(
    approve: Annotated[int | None, typer.Option(help="Approve the act with this number.")] = None,
    reject: Annotated[int | None, typer.Option(help="Reject the act with this number.")] = None,
    remark: Annotated[str, typer.Option(help="What you have seen.")] = "",
    side: At = Side.CUSTOMS,
    identity: Annotated[
        str, typer.Option("--as", help="Identity of client.json that calls; the side's second officer.")
    ] = "",
    as_machine: AsJson = False,
) -> None:
    """Acts that wait for a second officer; approve or reject them 双人事项."""
    if approve is not None and reject is not None:
        raise typer.BadParameter(
            show.say("--approve 和 --reject 只能选一", "only one of --approve, --reject")
        )
    second = identity or f"{side.value}2"
    number = approve if approve is not None else reject
    if number is not None:
        path = "approve" if approve is not None else "reject"
        done(post(side, second, f"/v1/acts/{number}/{path}", {"remark": remark}), as_machine)
        return
    told = Client(home(), second).get(side, "/v1/acts")["acts"]
    if as_machine:
        show.print_json(told)
    elif not told:
        show.out().print(show.say("没有待批准的事项", "nothing waits for a second officer"))
    else:
        titles = [
            ("编号", "act"), ("事项", "kind"), ("对象", "subject"), ("内容", "content"), ("理由", "ground"),
            ("提出", "proposed by"), ("期限", "due"),
        ]  # fmt: skip
        show.show_table(
            titles,
            [
                (
                    str(one["act"]),
                    show.say(*_KINDS[one["kind"]]),
                    one["subject"],
                    _content(one),
                    one["ground"],
                    one["proposed_by"],
                    local_time(one["due"]),
                )
                for one in told
            ],
        )


def _content(act: dict[str, Any]) -> str:
    """What the second officer must know beside number and ground."""
    told = act["content"]
    match act["kind"]:
        case "declaration.override":
            return ", ".join(told["codes"])
        case "use.move":
            return f"{told['from']} → {told['to']}"
        case "goods.reopen":
            return ", ".join(told["certificates"])
        case "paper.enter":
            return str(told["declaration"])
        case _:
            return ""


@app.command("release")
def release(number: str, ground: Ground, identity: Officer = "customs", as_machine: AsJson = False) -> None:
    """Release a held declaration on a named ground; what it names becomes used by it 放行被扣留的报关单."""
    done(post(Side.CUSTOMS, identity, f"/v1/declarations/{number}/override", {"ground": ground}), as_machine)


@app.command("reopen")
def reopen(number: str, ground: Ground, identity: Officer = "customs", as_machine: AsJson = False) -> None:
    """Goods of a declaration that was taken back after use may have a new certificate 恢复货物额度."""
    path = f"/v1/declarations/{number}/reopen-goods"
    done(post(Side.CUSTOMS, identity, path, {"ground": ground}), as_machine)


@app.command("move")
def move(
    certificate: str,
    to: Annotated[str, typer.Option(help="The held declaration whose certificate it is.")],
    ground: Ground,
    identity: Officer = "customs",
    as_machine: AsJson = False,
) -> None:
    """A certificate was used by the wrong declaration: put the right one in its place 更正证明的使用."""
    body = {"declaration": to, "ground": ground}
    done(post(Side.CUSTOMS, identity, f"/v1/certificates/{certificate}/move", body), as_machine)


def divergences(
    close: Annotated[int | None, typer.Option(help="Propose to close the one with this number.")] = None,
    ground: Annotated[str, typer.Option("--ground", "-g", help="What was found.")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="List those that are closed.")] = False,
    side: Annotated[Side | None, typer.Option("--side", help="Of one side only.")] = None,
    identity: Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")] = "",
    as_machine: AsJson = False,
) -> None:
    """What the two registers say differently and nothing settles by itself 登记不一致."""
    if close is not None:
        at = side or Side.CUSTOMS
        body = {"ground": ground}
        done(post(at, identity or at.value, f"/v1/divergences/{close}/close", body), as_machine, at)
        return
    client, state = Client(home(), identity or "operator"), "closed" if closed else "open"
    sides = [side] if side else list(Side)
    told = {at.value: client.get(at, f"/v1/divergences?state={state}")["divergences"] for at in sides}
    if as_machine:
        show.print_json(told)
    else:
        _show_divergences(told)
    if any(told.values()) and not closed:
        raise typer.Exit(FINDINGS)


def _show_divergences(told: dict[str, list[dict[str, Any]]]) -> None:
    out, zh = show.out(), show.language() == "zh"
    if not any(told.values()):
        out.print(show.say("没有登记不一致", "no divergences"))
    for at, found in told.items():
        other = Side(at).peer.value
        for one in found:
            message = one["message"]["zh" if zh else "en"]
            out.print(f"[bold]{at} {one['divergence']}[/]  [red]{one['code']}[/]  {message}")
            out.print(f"      {at}: {one['mine']}\n      {other}: {one['theirs']}", highlight=False)
            if one["done"]:
                out.print(f"      → {one['done']}")


def contests(
    close: Annotated[int | None, typer.Option(help="Propose to close the contest with this number.")] = None,
    ground: Annotated[str, typer.Option("--ground", "-g", help="What was found.")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="List those that are closed.")] = False,
    identity: Officer = "customs",
    as_machine: AsJson = False,
) -> None:
    """Papers and records that cannot both be right; double use 争议."""
    if close is not None:
        done(post(Side.CUSTOMS, identity, f"/v1/contests/{close}/close", {"ground": ground}), as_machine)
        return
    state = "closed" if closed else "open"
    told = Client(home(), identity).get(Side.CUSTOMS, f"/v1/contests?state={state}")["contests"]
    if as_machine:
        show.print_json(told)
    elif not told:
        show.out().print(show.say("没有争议", "nothing is contested"))
    else:
        for one in told:
            show.out().print(
                f"[bold]{one['contest']}[/]  [red]{one['code']}[/]  {one['message'][show.language()]}"
            )
            for other in one["detail"].get("differences", []):
                show.out().print(f"      {_difference(other)}")
            closing = f"{one['closing']} ({one['closed_by']})" if closed else one["cure"][show.language()]
            show.out().print(f"      → {closing}")
    if told and not closed:
        raise typer.Exit(FINDINGS)


def _difference(one: dict[str, str]) -> str:
    record = one["record"] or "-"
    return f"{one['field']}: " + show.say(
        f"纸质 {one['paper']}, 电子 {record}", f"paper {one['paper']}, record {record}"
    )
