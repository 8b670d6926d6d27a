"""``hefu ledger``, ``hefu claim``, ``hefu repay``, ``hefu agency``: refunds of exported goods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from hefu.cli import show
from hefu.cli.client import Client, refused
from hefu.cli.options import FINDINGS, AsJson
from hefu.documents.canonical import Document, as_json
from hefu.documents.readers import records
from hefu.documents.readers.limits import parse_json
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment
from hefu.protocol.records import Side
from hefu.settings import home

D = TypeVar("D", bound=Document)
Files = Annotated[list[Path] | None, typer.Argument(help="JSON files.", exists=True, dir_okay=False)]
As = Annotated[str, typer.Option("--as", help="Identity of client.json that calls.")]

_QUANTITIES: Final = {
    "exported": ("出口", "exported"), "certified": ("已开证明", "certified"), "returned": ("已退运", "returned"),
    "amended": ("已改单", "amended"), "withdrawn": ("已撤单", "withdrawn"), "claimed": ("已申报", "claimed"),
    "refunded": ("已退税", "refunded"), "reversed": ("已冲减", "reversed"), "repaid": ("已缴回", "repaid"),
    "agency_certified": ("代理证明", "agency"), "owed": ("待冲减", "owed"), "free": ("可用", "free"),
}  # fmt: skip
_RESULTS: Final = {
    "accepted": "已受理", "held": "等待海关数据", "paid": "已退税", "recalled": "已撤回", "repaid": "已缴回", "issued": "已开具",
    "voided": "已作废", "exists": "已存在", "refused": "不予受理",
}  # fmt: skip


def ledger(
    declaration: Annotated[str, typer.Argument(help="Number of an export declaration.")],
    identity: As = "tax",
    as_machine: AsJson = False,
) -> None:
    """What became of the goods of an export declaration: certified, returned, claimed, refunded, free 货物台账."""
    told = Client(home(), identity).get(Side.TAX, f"/v1/ledger/{declaration.strip().upper()}")
    if as_machine:
        show.print_json(told)
        return
    out = show.out()
    out.print(told["declaration"], style="bold")
    if not told["known"]:
        out.print(
            show.say(
                "税务尚无该出口报关单的数据, 以下数量来自证明所载",
                "tax has no record of this export declaration yet; the quantities are those that certificates state",
            )
        )
    shown = [
        name for name in _QUANTITIES
        if name in ("exported", "free") or any(item[name] != "0" for item in told["items"])
    ]  # fmt: skip
    titles = [("项号", "item"), ("货物", "goods"), *(_QUANTITIES[name] for name in shown), ("单位", "unit")]
    show.show_table(
        titles,
        [
            (str(item["item"]), item.get("goods_name", ""), *(item[name] for name in shown), item["unit"])
            for item in told["items"]
        ],
    )
    for item in told["items"]:
        if item["in_export"] is False:
            out.print(
                show.say(
                    f"  第 {item['item']} 项不在出口报关单中, 数量来自证明所载",
                    f"  item {item['item']} is not in the export declaration; its quantity is what certificates state",
                ),
                style="yellow",
            )
        _papers(item)


def _papers(item: dict[str, Any]) -> None:
    out, place = show.out(), show.say(f"第 {item['item']} 项", f"item {item['item']}")
    for one in item["certificates"]:
        used = f" → {one['declaration']}" if one["declaration"] else ""
        out.print(
            f"  {place}  {one['certificate']}  {one['quantity']}  {show.act(one['purpose'])}"
            f"  {show.refund_state(one['refund_state'])}  {show.state(one['usage'])}{used}"
        )
    for one in item["claims"]:
        way = one["state"] if one["way"] == "claimed" else one["way"]
        out.print(f"  {place}  {one['paper']}  {one['quantity']}  {_result(way)}  {one['claimant']}")
    for one in item["agency_certificates"]:
        words = show.say(f"已申报 {one['claimed']}", f"{one['claimed']} claimed")
        out.print(f"  {place}  {one['agency']}  {one['quantity']}  {words}")
    for one in item["obligations"]:
        out.print(
            show.say(
                f"  {place}  证明 {one['certificate']}: {one['quantity']} 已退税, 须随 {one['claimant']} 的下次申报冲减",
                f"  {place}  certificate {one['certificate']}: {one['quantity']} refunded, to be reversed with the next"
                f" claim of {one['claimant']}",
            )
        )


def claim(
    files: Files = None,
    pay: Annotated[
        list[str] | None, typer.Option(help="The refund of this claim is paid (tax officer).")
    ] = None,
    recall: Annotated[list[str] | None, typer.Option(help="Take this claim back before it is paid.")] = None,
    identity: As = "",
    as_machine: AsJson = False,
) -> None:
    """File refund claims with their reversals; pay or recall one 退税申报."""
    asked = [(f"/v1/refund-claims/{one}/pay", None) for one in pay or []]
    asked += [(f"/v1/refund-claims/{one}/recall", None) for one in recall or []]
    _send(
        "/v1/refund-claims", RefundClaim, files, asked, identity or ("tax" if pay else "exporter"), as_machine
    )


def repay(files: Files = None, identity: As = "exporter", as_machine: AsJson = False) -> None:
    """Enter refunded tax that was paid back 缴回退税."""
    _send("/v1/repayments", Repayment, files, [], identity, as_machine)


def agency(
    files: Files = None,
    void: Annotated[list[str] | None, typer.Option(help="Void this certificate of agency export.")] = None,
    identity: As = "tax",
    as_machine: AsJson = False,
) -> None:
    """Certify agency exports, by which the principal claims the refund 代理出口货物证明."""
    asked = [(f"/v1/agency-certificates/{one}/void", None) for one in void or []]
    _send("/v1/agency-certificates", AgencyCertificate, files, asked, identity, as_machine)


def _send(
    path: str,
    kind: type[D],
    files: list[Path] | None,
    asked: list[tuple[str, None]],
    identity: str,
    as_machine: bool,
) -> None:
    """Send papers and acts in their order; each answer is told, refusals with all their reasons."""
    if not files and not asked:
        raise typer.BadParameter(show.say("没有文件", "no files"))
    papers = [records.build(kind, parse_json(one.read_bytes(), str(one)), str(one)) for one in files or []]
    client = Client(home(), identity)
    told = [client.ask(Side.TAX, "POST", path, as_json(paper)) for paper in papers]
    told += [client.ask(Side.TAX, "POST", one, body) for one, body in asked]
    if as_machine:
        show.print_json([{"status": status, **answer} for status, answer in told])
    else:
        for status, answer in told:
            _tell(status, answer)
    if any(status >= 400 or answer.get("state") in ("held", "refused") for status, answer in told):
        raise typer.Exit(FINDINGS)


def _tell(status: int, answer: dict[str, Any]) -> None:
    if status >= 400:
        show.show_error(refused(answer))
        return
    waits = answer.get("waits_for") or []
    words = [answer["number"], _result(answer["result"])]
    if waits:
        words.append(show.say("等待 ", "waits for ") + ", ".join(waits))
    show.out().print("  ".join(words))


def _result(value: str) -> str:
    return show.say(_RESULTS.get(value, value), value)
