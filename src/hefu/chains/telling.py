"""The words and the sums of a case: links, amounts, what is not known, coverage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from hefu.chains.case import Amount, Party, Role, Unknown
from hefu.chains.facts import Facts
from hefu.chains.indicators import Indicator
from hefu.chains.parties import NAME_ALONE, NAMED, SHORT, party_columns
from hefu.chains.tables import DECLARATIONS, TABLES
from hefu.errors import Text

CLAIMS: Final = {
    "owned": Text("{source} 是 {target} 申报货物的生产销售单位 ({count} 票)", "{source} is the owner of goods that {target} declared (declarations: {count})"),
    "declared": Text("{target} 为 {source} 申报 ({count} 票)", "{target} declared for {source} (declarations: {count})"),
    "sold": Text("{source} 的货物运往 {target} ({count} 票)", "{source}'s goods went to {target} (declarations: {count})"),
    "reported": Text("{target} 报告 {source} 为实际委托方 ({count} 行)", "{target} reported {source} as the actual consignor (rows: {count})"),
    "agreed": Text("{source} 委托 {target} 代理出口 ({count} 份协议)", "{source} engaged {target} as its agent (agreements: {count})"),
    "certified": Text("{source} 的证明用于 {target} 的报关单 ({count} 份)", "certificates of {source} were used for {target}'s declarations ({count})"),
    "claimed": Text("{target} 就 {source} 的出口申报退税 ({count} 行)", "{target} claimed refunds on exports of {source} (rows: {count})"),
    "invoiced": Text("{source} 向 {target} 开票 ({count} 份)", "{source} invoiced {target} (invoices: {count})"),
    "paid": Text("{source} 向 {target} 付款 ({count} 笔)", "{source} paid {target} (payments: {count})"),
    "received": Text("{target} 收到 {source} 的境外付款 ({count} 笔)", "{target} received payments from abroad by {source} ({count})"),
    "received_for": Text("{source} 出口的货款由 {target} 收取 ({count} 笔)", "{target} received the price of {source}'s exports ({count})"),
    "shipped": Text("{source} 是 {target} 承运货物的托运人 ({count} 票)", "{source} is the shipper of goods that {target} carried (bills: {count})"),
    "carried": Text("{source} 承运 {target} 申报的货物 ({count} 票)", "{source} carried goods that {target} declared (bills: {count})"),
    "inferred": Text("数项事实表明 {source} 与 {target} 有关联", "several facts tie {source} and {target}"),
}  # fmt: skip

PATTERNS: Final = {
    "header_swap": Text("同货换抬头", "the same goods under another title"),
    "borrowed_certificate": Text("借用证明", "a borrowed certificate"),
    "double_claim": Text("证明与退税重复", "certified and refunded"),
    "churn": Text("证明反复作废", "certificates voided again and again"),
    "carousel": Text("循环进出口", "goods that go round"),
    "lent_title": Text("出借抬头", "a title that is lent"),
    "layered_agency": Text("多层代理", "layered agency"),
    "bought_invoices": Text("买单配票", "bought declarations and invoices"),
    "shell_burst": Text("空壳抬头群", "a burst of shells"),
    "one_hand": Text("同一控制", "one hand"),
    "circle": Text("环开发票", "invoices in a circle"),
    "changed_goods": Text("变票", "changed goods"),
    "high_price": Text("低值高报", "low value declared high"),
    "return_flow": Text("资金回流", "money that comes back"),
    "false_goods": Text("货物不实", "goods that cannot be"),
    "subsidy": Text("骗取奖励", "export rewards"),
}


def title(pattern: str, parties: Sequence[Party]) -> Text:
    """One line that names the pattern and the party in the middle."""
    first = next((one for one in parties if one.suspect), parties[0])
    many = sum(one.suspect for one in parties)
    what = PATTERNS[pattern]
    return Text(
        f"{what.zh}: {first.name}" + (f" 等 {many} 家" if many > 1 else ""),
        f"{what.en}: {first.name}" + (f" and {many - 1} more" if many > 1 else ""),
    )


def why(how: str | None, rules: Sequence[Indicator], is_suspect: bool) -> Text:
    """Why a party is in the case, and how it was made one where that took more than an identifier."""
    zh = "; ".join(one.title.zh for one in rules) or "与他人的单证相连"
    en = "; ".join(one.title.en for one in rules) or "named by the papers of others"
    if not is_suspect:
        zh, en = f"仅为知情方: {zh}", f"a witness only: {en}"
    if how and how != NAME_ALONE:
        zh, en = f"{zh} (按名称归并: {_how(how).zh})", f"{en} (joined by name: {how})"
    return Text(zh, en)


_BASIS: Final = {
    "goods": "declarations", "refund_paid": "claims", "refund_open": "claims", "vat_upstream": "invoices",
    "income": "agency", "subsidy": "subsidies",
}  # fmt: skip
"""The table without which an amount is not known; with it, no row is an amount of nothing."""


_HOW: Final = {
    "former name": "曾用名",
    "two firms of this name": "两家企业同名",
    "one full name, with USCC and with customs code": "同一全称, 一处写统一社会信用代码, 一处写海关编码",
}


def _how(said: str) -> Text:
    """The reason that parties.py keeps, in both languages."""
    if said.startswith(SHORT):
        return Text(f"名称少了组织形式, 与 {said.removeprefix(SHORT)} 在同一单证上", said)
    _, likeness, other = said.partition("like name, and both deal with ")
    return Text(f"名称相似, 且都与 {other} 往来" if likeness else _HOW[said], said)


def amounts(
    facts: Facts, members: Collection[str], declarations: Collection[str], named: Collection[str]
) -> tuple[Amount, ...]:
    """What is at stake, each sum on its own."""
    wanted = pl.Series(list(declarations), dtype=pl.String).implode()
    parties = pl.Series(list(members), dtype=pl.String).implode()
    goods = facts.heads.filter(pl.col("declaration").is_in(wanted))
    sure = goods.filter(pl.col("declaration").is_in(pl.Series(list(named), dtype=pl.String).implode()))
    all_goods, sure_goods = int(goods["fob"].sum()), int(sure["fob"].sum())
    claims = facts.table("claims").filter(pl.col("declaration").is_in(wanted))
    paid = int(claims.filter(pl.col("state") == "paid")["refund"].sum())
    open_ = int(claims.filter(pl.col("state") == "claimed")["refund"].sum())
    vat = facts.table("invoices").filter(pl.col("buyer").is_in(parties))
    clean = vat.filter(~pl.col("seller").is_in(parties), ~pl.col("abnormal").fill_null(value=False))
    reported = (
        facts.table("agency")
        .filter(pl.col("declaration").is_in(wanted))
        .group_by("declaration")
        .agg(reported=pl.col("amount").sum())
    )
    bare, sure_bare = (_beyond(one, reported) for one in (goods, sure))
    rewards = int(facts.table("subsidies").filter(pl.col("firm").is_in(parties))["amount"].sum())
    told = [
        Amount("goods", sure_goods, all_goods, Text("证据所及报关单至当事人全部出口的离岸价", "FOB value of the declarations that the evidence names, up to all exports of the parties")),
        Amount("refund_paid", paid, paid, Text("这些报关单已退税额", "refunds paid on these declarations")),
        Amount("refund_open", open_, open_, Text("这些报关单已申报未退税额", "refunds claimed and open on these declarations")),
        Amount("vat_upstream", int(clean["vat"].sum()), int(vat["vat"].sum()), Text("案外供货商至全部供货商开给当事人的税额; 未载入发票的不在内", "tax on invoices to the parties, from suppliers outside the case up to all; invoices that are not loaded are not in it")),
        Amount("income", sure_bare, bare, Text("出口额减代理汇总表已报告额", "export value less what agents reported")),
        Amount("subsidy", rewards, rewards, Text("已拨付出口奖励", "export rewards paid")),
    ]  # fmt: skip
    loaded = {kind for kind, table in _BASIS.items() if facts.table(table).height}
    return tuple(one for one in told if one.high or one.kind in loaded)


def _beyond(heads: pl.DataFrame, reported: pl.DataFrame) -> int:
    """What the declarations are worth beyond what agents reported of each."""
    open_ = pl.col("fob") - pl.col("reported").fill_null(0)
    return int(
        heads.join(reported, on="declaration", how="left").select(open_.clip(lower_bound=0).sum()).item()
    )


_QUESTIONS: Final = (
    ("agency", Text("谁是实际委托方", "who the actual consignor is"), Text("调取 {name} 的代理汇总表", "ask {name} for its agency report")),
    ("agreements", Text("是否有代理协议", "whether there is an agency agreement"), Text("请 {name} 提交一份代理协议或购货合同", "ask {name} for one agency agreement or purchase contract")),
    ("transport", Text("谁订的舱, 谁交的货", "who booked the cargo and handed it over"), Text("向报关行或货代调取 {name} 一票的订舱委托和进仓单", "ask the broker or forwarder for the booking and the warehouse receipt of one shipment of {name}")),
    ("invoices", Text("货物从谁处购进, 上游是否缴税", "from whom the goods were bought, and whether VAT was paid upstream"), Text("载入 {name} 的进项发票", "load the input invoices of {name}")),
    ("receipts", Text("谁收了货款", "who received the price"), Text("调取 {name} 的收汇记录", "ask for {name}'s receipts from abroad")),
    ("payments", Text("款项是否回流", "whether money came back"), Text("调取 {name} 收汇或退税后十日的付款", "ask for {name}'s payments in the ten days after a receipt or refund")),
    ("capacity", Text("能否生产这些货物", "whether it could have made the goods"), Text("调取 {name} 的用电和参保记录", "ask for the power bills and insured staff of {name}")),
    ("firms", Text("该名称属于哪家企业", "which firm has this name"), Text("查询 {name} 的统一社会信用代码", "look up the USCC of {name}")),
)  # fmt: skip


_TRADERS: Final = frozenset({Role.HEADER, Role.AGENT, Role.CLAIMANT})
_ASKED: Final = {"capacity": frozenset({Role.MILL, Role.OWNER}), "invoices": _TRADERS | {Role.MILL}}


def unknowns(stands: Mapping[str, set[str]], parties: Sequence[Party]) -> tuple[Unknown, ...]:
    """What nobody has told yet about the suspects, the cheapest question first. ``stands`` is of :func:`tables_of`."""
    told = []
    suspects = [one for one in parties if one.suspect]
    for table, what, ask in _QUESTIONS:
        for one in suspects:
            if table != "firms" and one.role not in _ASKED.get(table, _TRADERS):
                continue
            if table == "firms" and not one.id.startswith(NAMED):
                continue
            if table == "firms" or table not in stands[one.id]:
                told.append(Unknown(what, ask.fill({"name": one.name})))
                break
    if not any(one.role is Role.OWNER for one in parties):
        told.insert(0, Unknown(Text("货主是谁", "who owns the goods"), Text("询问报关行受谁委托", "ask the broker who gave the order")))  # fmt: skip
    return tuple(told)


def tables_of(facts: Facts, parties: Sequence[str]) -> dict[str, set[str]]:
    """For each party: the tables that have a row of it."""
    wanted = pl.Series(list(parties), dtype=pl.String).implode()
    told: dict[str, set[str]] = {one: set() for one in parties}
    for table in TABLES:
        frame = facts.table(table.name)
        if not party_columns(table):  # what has no party of its own speaks of those of its declaration
            frame = facts.table("declarations").join(
                frame.select("declaration").unique(), on="declaration", how="semi"
            )
        for ident, name in party_columns(table) or party_columns(DECLARATIONS):
            column = ident or f"{(name or '').removesuffix('_name')}_id"
            for party in frame.filter(pl.col(column).is_in(wanted))[column].unique():
                told[party].add(table.name)
    return told


def coverage(facts: Facts, stands: Mapping[str, set[str]]) -> dict[str, int]:
    """For each table that was loaded: the share of the parties, in percent, that stand in it. Who is known by name alone
    stands in few tables by nature and does not count, unless nobody else is there.
    """
    known = [has for party, has in stands.items() if not party.startswith(NAMED)] or list(stands.values())
    return {
        table.letter: round(100 * sum(table.name in has for has in known) / len(known))
        for table in TABLES
        if facts.table(table.name).height
    }
