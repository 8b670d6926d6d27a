"""``hefu contingency``, ``hefu paper``, ``hefu acts``, ``hefu contests``: when the link or a system is down."""

from __future__ import annotations

import base64
import mimetypes
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
from rich.table import Table

from hefu import errors
from hefu.cli import show
from hefu.cli.client import Client, refused
from hefu.customs.status_page import FUNCTIONS
from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.fields import SHANGHAI
from hefu.documents.readers.json_documents import only, read_paths
from hefu.errors import HefuError, Text
from hefu.protocol.contingency.records import Function
from hefu.protocol.records import Side
from hefu.settings import home

NO_PAPER = errors.kind(
    "paper.not_one",
    http=422,
    message=Text("{file} 中没有一份证明: {value}", "{file} holds not one certificate: {value}"),
    cure=Text("给出一份证明的 JSON 文件", "name a JSON file with one certificate"),
)
NO_FILE = errors.kind(
    "paper.no_scan",
    http=422,
    message=Text("扫描件 {file} 无法读取: {value}", "the scan {file} cannot be read: {value}"),
    cure=Text("核对文件路径与权限", "check the path and its permissions"),
)

FINDINGS: Final = 1
_STATES: Final = {
    "up": "正常", "down": "中断", "contingency": "应急", "proposed": "待批准", "approved": "已批准", "rejected": "已驳回",
    "lapsed": "已失效", "opened": "已启动", "closed": "已结束", "entered": "待批准", "settled": "已核对一致", "contested": "有争议",
    "exists": "已存在", "open": "未了结",
}  # fmt: skip
_KINDS: Final = {
    "contingency.open": Text("启动应急", "open a contingency"),
    "paper.enter": Text("凭纸质证明办理", "handle on paper"),
    "contest.close": Text("了结争议", "close a contest"),
}

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Officer = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]
Ground = Annotated[str, typer.Option("--ground", "-g", help="Why; goes on record.")]

app = typer.Typer(
    invoke_without_command=True, help="Contingency: what works, tickets, and how often paper served 应急."
)


@app.callback()
def contingency(context: typer.Context, as_machine: AsJson = False) -> None:
    """What works, what is down, and under which ticket paper serves 运行状况与应急."""
    if context.invoked_subcommand is not None:
        return
    told = Client(home(), "operator").get(Side.CUSTOMS, "/v1/functions")
    if as_machine:
        _print(told)
    else:
        _table(
            [
                ("功能", "function"),
                ("状态", "state"),
                ("自", "since"),
                ("应急编号", "ticket"),
                ("原因", "ground"),
            ],
            [
                (
                    _function(one["function"]),
                    _state(one["state"]),
                    _when(one["since"]),
                    one["ticket"] or "",
                    one["ground"],
                )
                for one in told["functions"]
            ],
        )
    if any(one["state"] != "up" for one in told["functions"]):
        raise typer.Exit(FINDINGS)


@app.command("open")
def open_(
    function: Function,
    ground: Ground,
    since: Annotated[
        datetime | None, typer.Option(help="When it failed (Asia/Shanghai); else as the node has seen it.")
    ] = None,
    identity: Officer = "customs",
    as_machine: AsJson = False,
) -> None:
    """Open a contingency: at once after the published time, else with a second officer 启动应急."""
    body = {"function": function.value, "ground": ground}
    if since is not None:
        body["since"] = since.replace(tzinfo=SHANGHAI).isoformat()
    _done(_post(identity, "/v1/contingencies", body), as_machine)


@app.command("close")
def close(ticket: str, ground: Ground, identity: Officer = "customs", as_machine: AsJson = False) -> None:
    """Close a contingency; what began on paper ends on paper 结束应急."""
    _done(_post(identity, f"/v1/contingencies/{ticket}/close", {"ground": ground}), as_machine)


@app.command("uses")
def uses(
    since: Annotated[str, typer.Option(help="First day or moment; all without it.")] = "",
    identity: Officer = "auditor",
    as_machine: AsJson = False,
) -> None:
    """How often paper served, by enterprise, officer and ticket 应急使用统计."""
    query = f"?since={since}" if since else ""
    told = Client(home(), identity).get(Side.CUSTOMS, f"/v1/contingencies/uses{query}")
    if as_machine:
        _print(told)
        return
    if not told["papers"]:
        show.out().print(show.say("没有凭纸质证明办理过", "paper has not served yet"))
        return
    titles = (
        ("holder", "持有人", "holder"), ("trader", "收发货人", "trader"), ("officer", "关员", "officer"),
        ("ticket", "应急编号", "ticket"),
    )  # fmt: skip
    for name, zh, en in titles:
        _table(
            [(zh, en), ("份数", "papers"), ("有争议", "contested")],
            [(one[name], str(one["papers"]), str(one["contested"])) for one in told[name]],
        )
        show.out().print()


def paper(
    file: Annotated[
        Path | None,
        typer.Argument(help="What the paper says, as a certificate in JSON; without it the list."),
    ] = None,
    declaration: Annotated[str, typer.Option(help="The held declaration that it serves.")] = "",
    ticket: Annotated[str, typer.Option(help="The contingency.")] = "",
    scan: Annotated[Path | None, typer.Option(help="Its scan: png, jpeg or pdf.")] = None,
    served_at: Annotated[
        datetime | None, typer.Option(help="When the paper was taken (Asia/Shanghai); else now.")
    ] = None,
    state: Annotated[str, typer.Option(help="List those of a state only.")] = "",
    identity: Officer = "customs",
    as_machine: AsJson = False,
) -> None:
    """Enter a paper certificate in a contingency, or list those entered 纸质证明."""
    if file is None:
        _list_papers(identity, state, as_machine)
        return
    if scan is None or not declaration or not ticket:
        raise typer.BadParameter("--declaration, --ticket and --scan belong to a paper")
    try:
        data = scan.read_bytes()
    except OSError as error:
        errors.fail(NO_FILE, file=str(scan), value=error.strerror)
    body: dict[str, Any] = {
        "certificate": as_json(_certificate(file)),
        "declaration": declaration,
        "ticket": ticket,
        "scan": {
            "media_type": mimetypes.guess_type(scan.name)[0] or "application/octet-stream",
            "data": base64.b64encode(data).decode(),
        },
    }
    if served_at is not None:
        body["served_at"] = served_at.replace(tzinfo=SHANGHAI).isoformat()
    _done(_post(identity, "/v1/papers", body), as_machine)


def _certificate(file: Path) -> Certificate:
    found = [paper for _, paper in read_paths([file])]
    if len(found) != 1:
        errors.fail(NO_PAPER, file=str(file), value=len(found))
    if isinstance(found[0], HefuError):
        raise found[0]
    return only(Certificate, found[0], str(file))


def _list_papers(identity: str, state: str, as_machine: bool) -> None:
    query = f"?state={state}" if state else ""
    told = Client(home(), identity).get(Side.CUSTOMS, f"/v1/papers{query}")["papers"]
    if as_machine:
        _print(told)
    elif not told:
        show.out().print(show.say("没有纸质证明", "no paper certificates"))
    else:
        _table(
            [
                ("证明", "certificate"), ("报关单", "declaration"), ("应急编号", "ticket"), ("状态", "state"),
                ("登记", "entered by"), ("批准", "approved by"),
            ],
            [
                (
                    one["certificate"],
                    one["declaration"],
                    one["ticket"],
                    _state(one["state"]),
                    one["entered_by"],
                    one["approved_by"],
                )
                for one in told
            ],
        )  # fmt: skip


def acts(
    approve: Annotated[int | None, typer.Option(help="Approve the act with this number.")] = None,
    reject: Annotated[int | None, typer.Option(help="Reject the act with this number.")] = None,
    remark: Annotated[str, typer.Option(help="What you have seen.")] = "",
    identity: Officer = "customs2",
    as_machine: AsJson = False,
) -> None:
    """Acts that wait for a second officer; approve or reject them 双人事项."""
    if approve is not None and reject is not None:
        raise typer.BadParameter("--approve or --reject")
    number = approve if approve is not None else reject
    if number is not None:
        path = "approve" if approve is not None else "reject"
        _done(_post(identity, f"/v1/acts/{number}/{path}", {"remark": remark}), as_machine)
        return
    told = Client(home(), identity).get(Side.CUSTOMS, "/v1/acts")["acts"]
    if as_machine:
        _print(told)
    elif not told:
        show.out().print(show.say("没有待批准的事项", "nothing waits for a second officer"))
    else:
        _table(
            [("编号", "act"), ("事项", "kind"), ("对象", "subject"), ("理由", "ground"), ("提出", "proposed by"), ("期限", "due")],
            [
                (
                    str(one["act"]),
                    show.say(*_KINDS[one["kind"]]),
                    one["subject"],
                    one["ground"],
                    one["proposed_by"],
                    _when(one["due"]),
                )
                for one in told
            ],
        )  # fmt: skip


def contests(
    close: Annotated[int | None, typer.Option(help="Propose to close the contest with this number.")] = None,
    ground: Annotated[str, typer.Option("--ground", "-g", help="What was found.")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="List those that are closed.")] = False,
    identity: Officer = "customs",
    as_machine: AsJson = False,
) -> None:
    """Papers and records that cannot both be right; double use 争议."""
    if close is not None:
        _done(_post(identity, f"/v1/contests/{close}/close", {"ground": ground}), as_machine)
        return
    state = "closed" if closed else "open"
    told = Client(home(), identity).get(Side.CUSTOMS, f"/v1/contests?state={state}")["contests"]
    if as_machine:
        _print(told)
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


def _post(identity: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    status, told = Client(home(), identity).ask(Side.CUSTOMS, "POST", path, body)
    if status >= 400:
        raise refused(told)
    return told


def _done(told: dict[str, Any], as_machine: bool) -> None:
    """What an act came to; exit 1 where something was found that cannot be right."""
    if as_machine:
        _print(told)
    else:
        words = [told["number"], _state(told["result"])]
        if told["result"] == "proposed":
            words.append(
                show.say(
                    f"第 {told['act']} 号事项, 由另一名关员批准: hefu acts --approve {told['act']}",
                    f"act {told['act']}, for another officer: hefu acts --approve {told['act']}",
                )
            )
        words += [str(told[key]) for key in ("declaration_state", "code") if told.get(key)]
        if told.get("message"):
            words.append(told["message"][show.language()])
        show.out().print("  ".join(words))
    if told["result"] == "contested" or told.get("declaration_state") == "held":
        raise typer.Exit(FINDINGS)


def _print(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def _table(titles: list[tuple[str, str]], rows: list[tuple[str, ...]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in titles:
        table.add_column(show.say(zh, en), overflow="fold")
    for row in rows:
        table.add_row(*row)
    show.out().print(table)


def _state(value: str) -> str:
    return show.say(_STATES.get(value, value), value)


def _function(value: str) -> str:
    return show.say(f"{FUNCTIONS[value].zh} ({value})", f"{FUNCTIONS[value].en} ({value})")


def _when(moment: str | None) -> str:
    return show.local(moment)[:16] if moment else ""
