"""The words of case files in both languages, and how money, days and numbers of evidence are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final

from hefu.chains.case import Amount, Case, Role, Strength
from hefu.chains.indicators import indicators
from hefu.chains.tables import TABLES
from hefu.errors import Text

REFERRAL: Final = Text("移交线索, 不是结论", "a referral, not a finding")
CANNOT_TELL: Final = Text("未知", "not known")

ROLES: Final[Mapping[Role, Text]] = {
    Role.OWNER: Text("真实货主", "owner of goods"),
    Role.HEADER: Text("抬头公司", "header"),
    Role.AGENT: Text("代理企业", "agent"),
    Role.CLAIMANT: Text("退税申报人", "refund claimant"),
    Role.MILL: Text("开票方", "invoice issuer"),
    Role.PAYER: Text("付款方", "payer"),
    Role.BROKER: Text("报关行或中间人", "broker"),
    Role.FORWARDER: Text("货代", "forwarder"),
    Role.WITNESS: Text("知情方", "witness"),
    Role.UNKNOWN: Text("角色不明", "role not known"),
}
LANES: Final[Mapping[str, Text]] = {
    "invoices": Text("发票", "invoice"),
    "papers": Text("单证", "papers"),
    "goods": Text("货物", "goods"),
    "control": Text("控制", "control"),
    "money": Text("资金", "money"),
}
"""Kinds of links; a link of any other kind is drawn like papers and called by its own name."""

STRENGTHS: Final[Mapping[Strength, Text]] = {
    Strength.DOCUMENT: Text("有单证", "a document says it"),
    Strength.INFERRED: Text("推断", "inferred"),
    Strength.MISSING: Text("应有而未见", "expected but missing"),
}
AMOUNTS: Final[Mapping[str, Text]] = {
    "goods": Text("货值", "value of the goods"),
    "refund_paid": Text("已退税款", "refund paid"),
    "refund_open": Text("已申报未退税款", "refund claimed and open"),
    "vat_upstream": Text("上游已缴增值税 (有证据部分)", "VAT shown as paid upstream"),
    "income": Text("未见代理申报的出口额", "export value that no agent's report covers"),
    "subsidy": Text("出口奖励", "export rewards"),
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "cleared": Text("企业已澄清", "the firm has cleared itself"),
    "no_action": Text("不予立案", "no action"),
    "passed_on": Text("移送稽查", "passed on to investigators"),
    "confirmed": Text("有权机关已认定", "established by the competent authority"),
}
_FIELDS: Final[Mapping[tuple[str, str], Text]] = {
    (table.letter, column.name): column.title for table in TABLES for column in table.columns
}
PAPERS: Final[Mapping[str, Text]] = {one.letter: one.title for one in TABLES}


def role(one: Role) -> Text:
    """What a party seems to be."""
    return ROLES[one]


def lane(name: str) -> Text:
    """The kind of a link."""
    return LANES.get(name) or Text(name, name)


def amount_kind(kind: str) -> Text:
    """What an amount is of."""
    return AMOUNTS.get(kind) or Text(kind, kind)


def paper(letter: str) -> Text:
    """The kind of paper that a row of evidence comes from, by the letter of its table."""
    return PAPERS.get(letter) or Text(letter, letter)


def field(letter: str, name: str) -> Text:
    """A column of a table by its title; any other field as it is called."""
    return _FIELDS.get((letter, name)) or Text(name, name)


def indicator(code: str) -> Text:
    """An indicator by its title."""
    return _titles().get(code) or Text("", "")


def counted(many: int, one: str, several: str = "") -> str:
    """A number and what it counts in English: ``1 row``, ``2 rows``; ``several`` where an s does not make it."""
    return f"{many:,} {one if many == 1 else several or f'{one}s'}"


@cache
def _titles() -> dict[str, Text]:
    return {one.code: one.title for one in indicators()}


def money(fen: int) -> Text:
    """An amount in yuan to the cent, from fen."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    told = f"{sign}{whole // 100:,}.{whole % 100:02d}"
    return Text(f"{told} 元", f"CNY {told}")


def money_range(one: Amount) -> Text:
    """An amount, or from which to which it goes."""
    if one.low == one.high:
        return money(one.low)
    low, high = money(one.low), money(one.high)
    return Text(f"{low.zh.removesuffix(' 元')} 至 {high.zh}", f"{low.en} to {high.en.removeprefix('CNY ')}")


def short_money(fen: int) -> Text:
    """An amount that fits on a line of the drawing: three figures, rounded half up; never used in a sum."""
    yuan = (abs(fen) + 50) // 100
    sign = "-" if fen < 0 else ""
    zh = next(
        (
            f"{sign}{_three(yuan, size)}{unit}"
            for size, unit in ((10**8, "亿"), (10**4, "万"))
            if yuan >= size
        ),
        f"{sign}{yuan}",
    )
    en = next(
        (
            f"{sign}¥{_three(yuan, size)}{unit}"
            for size, unit in ((10**9, "bn"), (10**6, "m"), (10**3, "k"))
            if yuan >= size
        ),
        f"{sign}¥{yuan}",
    )
    return Text(f"{zh}元", en)


def short_range(one: Amount) -> Text:
    """An amount as in :func:`short_money`, or from which to which it goes."""
    low, high = short_money(one.low), short_money(one.high)
    return high if low == high else Text(f"{low.zh} – {high.zh}", f"{low.en} – {high.en}")


def _three(value: int, size: int) -> str:
    places = 2 if value < 10 * size else 1 if value < 100 * size else 0
    return f"{value / size:,.{places}f}"


def numbers(evidence: Iterable[int], longest: int = 0) -> str:
    """Numbers of evidence, runs drawn together: ``1–3,7``. Beyond ``longest`` signs the rest is an ellipsis."""
    runs: list[list[int]] = []
    for number in sorted(set(evidence)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = [str(a) if a == b else f"{a}–{b}" if b > a + 1 else f"{a},{b}" for a, b in runs]
    whole = ",".join(told)
    if not longest or len(whole) <= longest:
        return whole
    while len(told) > 1 and len(",".join(told)) + 1 > longest:
        told.pop()
    return ",".join(told) + "…"


def letter(at: int) -> str:
    """The name of the line at a place: a to z, then aa, ab …"""
    told = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        told = chr(ord("a") + rest) + told
    return told


def day(one: date | None) -> str:
    """A day as all documents here write it; empty if there is none."""
    return one.isoformat() if one else ""


def days(first: date | None, last: date | None) -> str:
    """From which day to which."""
    told = [day(one) for one in (first, last) if one]
    return told[0] if len(set(told)) == 1 else " – ".join(told)


def coverage(case: Case) -> list[tuple[str, Text, int | None]]:
    """Every table with its letter and the share of parties, in percent, of whom it has rows; null where it has none at all."""
    return [(one.letter, one.title, case.coverage.get(one.letter)) for one in TABLES]
