"""The list of all cases: ranked, to be filtered and sorted, the closed and lapsed ones last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hefu.chains.case import Case
from hefu.chains.casefile import words
from hefu.chains.casefile.assets import document, top
from hefu.chains.casefile.captions import party_name
from hefu.chains.casefile.markup import Html, el, joined
from hefu.chains.casefile.parts import cell, table
from hefu.chains.casefile.record import Record, Status
from hefu.chains.casefile.rights import NEVER_ADDED
from hefu.errors import Text

STATUSES = {
    Status.OPEN: Text("待核查", "open"),
    Status.CLOSED: Text("已结案", "closed"),
    Status.EXPIRED: Text("已过期", "lapsed"),
}
_MONEY = ("goods", "refund_paid", "refund_open")


@dataclass(frozen=True, slots=True)
class Listed:
    """A case with what became of it."""

    case: Case
    record: Record


def ranked(cases: Sequence[Listed], today: date) -> list[Listed]:
    """Open cases by score, then the lapsed, then the closed; equal ones by their id."""
    order = (Status.OPEN, Status.EXPIRED, Status.CLOSED)
    return sorted(
        cases, key=lambda one: (order.index(one.record.status(today)), -one.case.score, one.case.id)
    )


def index_page(cases: Sequence[Listed], today: date, language: str = "") -> str:
    """The page; each row leads to the folder of its case."""
    rows = [_row(at, one, today) for at, one in enumerate(ranked(cases, today), 1)]
    open_ones = sum(one.record.status(today) is Status.OPEN for one in cases)
    body = joined(
        top(Text("合符案卷", "hefu case files")),
        el(
            "main",
            el(
                "div",
                el("strong", Text("移交线索, 不是结论。", "Referrals, not findings. ")),
                Text(
                    "每一行都由人核查; 排序只说明先看哪个。",
                    "A person examines each; the order only says which one to look at first.",
                ),
                Text(
                    " 把握 (由模拟数据学得) 指这样的链条一百条中大约有几条属实: 低于 20% 的, 五条中有四条是正当的。",
                    " Confidence (learned on simulated trade) is how many of a hundred such chains would be true: below 20 % four in"
                    " five are honest.",
                ),
                class_="referral",
            ),
            el(
                "h1",
                Text(
                    f"{open_ones} 个待核查案卷",
                    words.counted(open_ones, "open case"),
                ),
            ),
            _filters() if rows else None,
            table(Text("全部案卷", "All cases"), _heads(), rows, "wide") if rows else _empty(),
            el("p", NEVER_ADDED, class_="small muted") if rows else None,
            id="main",
        ),
        el("footer", el("p", words.REFERRAL, f". {today.isoformat()}")),
    )
    return document(Text("合符案卷", "hefu case files"), body, ("case.js", "index.js"), language)


_TITLES = (
    Text("次序", "Rank"), Text("案卷", "Case"), Text("状态", "Status"), Text("把握", "Confidence"), Text("需核实的当事方", "To be examined"),
    Text("报关单", "Declarations"), *(words.AMOUNTS[kind] for kind in _MONEY), Text("截止日期", "As of"), Text("有效期至", "Lapses after"),
)  # fmt: skip
_FIGURES = frozenset({0, 3, 5, 6, 7, 8})


def _heads() -> list[Html]:
    return [
        el("th", el("button", title, type="button"), scope="col", class_="figure" if at in _FIGURES else "")
        for at, title in enumerate(_TITLES)
    ]


def _row(rank: int, listed: Listed, today: date) -> Html:
    case, status = listed.case, listed.record.status(today)
    told = {one.kind: one for one in case.amounts}
    suspects = [one for one in case.parties if one.suspect] or list(case.parties[:1])
    names = [el("div", party_name(one), class_="data") for one in suspects[:3]]
    if len(suspects) > 3:
        names.append(
            el("div", Text(f"另有 {len(suspects) - 3} 家", f"and {len(suspects) - 3} more"), class_="muted")
        )
    lapses = listed.record.expires
    expires = {"data_expires": words.day(lapses)} if lapses and status is Status.OPEN else {}
    page = f"{case.id}/case.html"
    return el(
        "tr",
        cell(_TITLES[0], str(rank), class_="figure"),
        el(
            "th",
            el("a", case.title, href=page, data_page=page, class_="data"),
            el("div", case.id, class_="number muted"),
            scope="row",
        ),
        cell(_TITLES[2], STATUSES[status], el("div", Text("已过期", "lapsed"), class_="lapsed", hidden=True), class_="day"),
        cell(_TITLES[3], f"{case.confidence}%", class_="figure"),
        cell(_TITLES[4], *names),
        cell(_TITLES[5], f"{len(case.declarations):,}", class_="figure"),
        *(
            cell(
                words.AMOUNTS[kind],
                words.short_range(told[kind]) if kind in told else "–",
                class_="figure",
                data_sort=str(told[kind].high if kind in told else -1),
            )
            for kind in _MONEY
        ),
        cell(_TITLES[9], words.day(case.as_of), class_="day"),
        cell(_TITLES[10], words.day(lapses), class_="day"),
        data_status=status.value,
        **expires,
    )  # fmt: skip


def _filters() -> Html:
    options = [el("option", "全部 · all", value="")]
    options += [
        el("option", f"{text.zh} · {text.en}", value=status.value) for status, text in STATUSES.items()
    ]
    return el(
        "div",
        el(
            "label",
            el("span", Text("查找", "Find")),
            el(
                "input",
                type="search",
                id="find",
                placeholder="企业, 案号, 标题",
                data_zh="企业, 案号, 标题",
                data_en="firm, case, title",
            ),
        ),
        el("label", el("span", Text("状态", "Status")), el("select", *options, id="status")),
        el("span", "", class_="count", id="count", role="status"),
        class_="filters",
    )


def _empty() -> Html:
    return el(
        "p",
        Text(
            "没有案卷: 已加载的表里没有达到门槛的链条。",
            "No cases: no chain in the tables that were loaded passes the threshold.",
        ),
        class_="empty",
    )
