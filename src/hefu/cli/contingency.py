"""``hefu contingency``, ``hefu paper``: when the link or a system is down."""

from __future__ import annotations

import base64
import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hefu import errors
from hefu.cli import show
from hefu.cli.client import Client
from hefu.cli.options import FINDINGS, AsJson
from hefu.cli.telling import Ground, Officer, done, local_time, post, state_name
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
        show.print_json(told)
    else:
        show.show_table(
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
                    state_name(one["state"]),
                    local_time(one["since"]),
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
    done(post(Side.CUSTOMS, identity, "/v1/contingencies", body), as_machine)


@app.command("close")
def close(ticket: str, ground: Ground, identity: Officer = "customs", as_machine: AsJson = False) -> None:
    """Close a contingency; what began on paper ends on paper 结束应急."""
    done(post(Side.CUSTOMS, identity, f"/v1/contingencies/{ticket}/close", {"ground": ground}), as_machine)


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
        show.print_json(told)
        return
    if not told["papers"]:
        show.out().print(show.say("没有凭纸质证明办理过", "paper has not served yet"))
        return
    titles = (
        ("holder", "持有人", "holder"), ("trader", "收发货人", "trader"), ("officer", "关员", "officer"),
        ("ticket", "应急编号", "ticket"),
    )  # fmt: skip
    for name, zh, en in titles:
        show.show_table(
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
        raise typer.BadParameter(
            show.say(
                "登记纸质证明须有 --declaration, --ticket 和 --scan",
                "--declaration, --ticket and --scan belong to a paper",
            )
        )
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
    done(post(Side.CUSTOMS, identity, "/v1/papers", body), as_machine)


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
        show.print_json(told)
    elif not told:
        show.out().print(show.say("没有纸质证明", "no paper certificates"))
    else:
        show.show_table(
            [
                ("证明", "certificate"), ("报关单", "declaration"), ("应急编号", "ticket"), ("状态", "state"),
                ("登记", "entered by"), ("批准", "approved by"),
            ],
            [
                (
                    one["certificate"],
                    one["declaration"],
                    one["ticket"],
                    state_name(one["state"]),
                    one["entered_by"],
                    one["approved_by"],
                )
                for one in told
            ],
        )  # fmt: skip


def _function(value: str) -> str:
    return show.say(f"{FUNCTIONS[value].zh} ({value})", f"{FUNCTIONS[value].en} ({value})")
