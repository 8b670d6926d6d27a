"""``hefu apply``, ``hefu applications``: how an enterprise comes to a certificate, and who decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import typer
from rich.text import Text as Rich

from hefu.cli import show
from hefu.cli.client import Client, refused
from hefu.cli.options import BAD_INPUT, FINDINGS, AsJson
from hefu.cli.telling import local_time
from hefu.documents.application import Application
from hefu.documents.canonical import as_json
from hefu.documents.readers.json_documents import read_applications, unread
from hefu.errors import HefuError
from hefu.protocol.applications.records import FilingState
from hefu.protocol.records import Side
from hefu.settings import home

_STATES: Final = {
    "filed": "待审核",
    "approved": "已批准",
    "rejected": "已驳回",
    "withdrawn": "已撤回",
    "exists": "已存在",
}
Files = Annotated[list[Path], typer.Argument(help="JSON files or folders of them.")]


def apply(
    files: Files,
    check: Annotated[bool, typer.Option("--check", help="Self-check only; nothing is filed.")] = False,
    identity: Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")] = "exporter",
    as_machine: AsJson = False,
) -> None:
    """An enterprise applies for certificates; --check only tells what speaks against it 申请证明 (数据自检)."""
    client = Client(home(), identity)
    results: list[tuple[str, dict[str, Any]]] = []
    wrong: list[HefuError] = []
    for name, paper in _read(files):
        if isinstance(paper, HefuError):
            wrong.append(paper)
            continue
        path = "/v1/applications/check" if check else "/v1/applications"
        status, told = client.ask(Side.TAX, "POST", path, as_json(paper))
        results.append((name, {"status": status, "number": paper.serial, **told}))
    if as_machine:
        problems = [problem.as_json() for error in wrong for problem in error.problems]
        show.print_json(
            {"results": [{"file": name, **told} for name, told in results], "unreadable": problems}
        )
    else:
        for _, told in results:
            _show(told)
        for error in wrong:
            show.show_error(error)
        if not results and not wrong:
            show.out().print(show.say("没有找到申请 (.json .jsonl)", "no applications found (.json .jsonl)"))
    if wrong:
        raise typer.Exit(BAD_INPUT)
    if any(told["status"] >= 400 or told.get("passes") is False for _, told in results):
        raise typer.Exit(FINDINGS)


def _read(files: list[Path]) -> Iterator[tuple[str, Application | HefuError]]:
    for path in files:
        found = sorted(one for one in path.rglob("*") if one.suffix in (".json", ".jsonl"))
        for file in found if path.is_dir() else [path]:
            try:
                data = file.read_bytes()
            except OSError as error:
                yield str(file), unread(error, str(file))
                continue
            for paper in read_applications(data, str(file)):
                yield str(file), paper


def _show(told: dict[str, Any]) -> None:
    """What became of one application, or what the check has found, in words."""
    out = show.out()
    if "passes" in told:
        passes = told["passes"]
        words = show.say("可以提交", "can be filed") if passes else show.say("不能提交", "cannot be filed")
        out.print(Rich.assemble((told["number"], "bold"), "  ", (words, "green" if passes else "red")))
    else:
        result = told.get("result") or show.say("未受理", "refused")
        out.print(Rich.assemble((told["number"], "bold"), "  ", _state(result)))
    show.show_findings(told.get("findings", []))
    for one in told.get("problems", []):
        out.print(Rich.assemble((f"  [{one['code']}] ", "red"), one["message"][show.language()]))
        out.print(Rich.assemble(("      → ", "cyan"), one["cure"][show.language()]))


def applications(
    serial: Annotated[str, typer.Argument(help="Serial of an application; without it the queue.")] = "",
    approve: Annotated[bool, typer.Option("--approve", help="Issue what it asks for.")] = False,
    number: Annotated[
        list[str] | None, typer.Option(help="With --approve: the certificate's number; one for each.")
    ] = None,
    reject: Annotated[str, typer.Option(metavar="REASON", help="Reject it, and why.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="The applicant takes it back.")] = False,
    reason: Annotated[str, typer.Option("--reason", "-r", help="With --withdraw: why.")] = "",
    state: Annotated[FilingState, typer.Option(help="Which queue.")] = FilingState.FILED,
    identity: Annotated[
        str, typer.Option("--as", help="Identity of client.json; else tax, or exporter to withdraw.")
    ] = "",
    as_machine: AsJson = False,
) -> None:
    """Applications that wait at tax; approve, reject, or (the applicant) withdraw one 证明申请."""
    if approve + bool(reject) + withdraw > 1:
        raise typer.BadParameter(
            show.say(
                "--approve, --reject, --withdraw 只能选一", "only one of --approve, --reject, --withdraw"
            )
        )
    if (approve or reject or withdraw) and not serial:
        raise typer.BadParameter(show.say("缺少申请编号 SERIAL", "SERIAL is missing"))
    client = Client(home(), identity or ("exporter" if withdraw else "tax"))
    path = f"/v1/applications/{serial.strip().upper()}"
    if approve:
        _decide(client, f"{path}/approve", {"numbers": number or []}, as_machine)
    elif reject:
        _decide(client, f"{path}/reject", {"reason": reject}, as_machine)
    elif withdraw:
        told = reason or show.say("申请人撤回", "withdrawn by the applicant")
        _decide(client, f"{path}/withdraw", {"reason": told}, as_machine)
    elif serial:
        _one(client.get(Side.TAX, path), as_machine)
    else:
        _queue(list(_all(client, state)), state, as_machine)


def _all(client: Client, state: FilingState) -> Iterator[dict[str, Any]]:
    """The applications of a state, page by page."""
    asked = {"state": state.value, "limit": "1000", "after": ""}
    while True:
        told = client.get(Side.TAX, f"/v1/applications?{urlencode(asked)}")
        yield from told["applications"]
        if not told["next"]:
            return
        asked["after"] = told["next"]


def _decide(client: Client, path: str, body: dict[str, Any], as_machine: bool) -> None:
    status, told = client.ask(Side.TAX, "POST", path, body)
    if status >= 400:
        raise refused(told)
    if as_machine:
        show.print_json(told)
        return
    numbers = ", ".join(told.get("certificates", []))
    words = (told["number"], _state(told["result"]), show.say(f"证明 {numbers}", f"certificates {numbers}"))
    show.out().print("  ".join(words if numbers else words[:2]))


def _one(told: dict[str, Any], as_machine: bool) -> None:
    if as_machine:
        show.print_json(told)
        return
    numbers = ", ".join(told["certificates"])
    words = [
        told["number"],
        _state(told["state"]),
        show.refund_state(told["refund_state"]),
        numbers,
        told["reason"],
        told["decided_by"],
    ]
    show.out().print("  ".join(word for word in words if word))
    show.show_findings(told["findings"])


def _queue(told: list[dict[str, Any]], state: FilingState, as_machine: bool) -> None:
    if as_machine:
        show.print_json(told)
    elif not told:
        show.out().print(
            show.say(f"没有申请 ({_state(state.value)})", f"there are no applications ({state.value})")
        )
    else:
        titles = [
            ("流水号", "serial"), ("用途", "purpose"), ("退(免)税状态", "refund state"), ("申请人", "applicant"),
            ("行数", "lines"), ("提交", "filed"), ("证明", "certificates"), ("原因", "reason"),
        ]  # fmt: skip
        show.show_table(titles, [_row(one) for one in told])


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    applicant = one["applicant"]
    return (
        one["number"],
        show.act(one["purpose"]),
        show.refund_state(one["refund_state"]),
        applicant.get("name") or applicant.get("uscc") or "",
        str(one["lines"]),
        local_time(one["filed_at"]),
        ", ".join(one["certificates"]),
        one["reason"],
    )


def _state(value: str) -> str:
    return show.say(_STATES.get(value, value), value)
