"""Parts of a case's page: roles, what is not known, evidence with both readings, grounds, the firm's side, rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hefu.chains.case import Case, Evidence, Party
from hefu.chains.casefile import words
from hefu.chains.casefile.adding import ADDS, GROUND, SLIGHT, TITLE, about, added
from hefu.chains.casefile.captions import identifier, party_name
from hefu.chains.casefile.folding import Picture
from hefu.chains.casefile.markup import Html, el
from hefu.chains.casefile.record import PAPERS, Act, Entry, Outcome, Record
from hefu.chains.casefile.rights import RIGHTS
from hefu.chains.casefile.short import IN_SHORT, first_rows, in_short
from hefu.errors import Text

PARTIES: Final = 20
ROWS: Final = 40
CITED: Final = 12
"""What is shown at once; the rest is on the page too, to be opened."""


def section(name: str, title: Text, *children: Html | None) -> Html:
    """A part of a page under its heading."""
    return el(
        "section", el("h2", title, id=f"{name}-title"), *children, aria_labelledby=f"{name}-title", id=name
    )


def table(caption: Text, heads: list[Html], rows: list[Html], kind: str = "") -> Html:
    """A table that scrolls by itself and becomes cards on a narrow screen."""
    return el(
        "div",
        el(
            "table", el("caption", caption), el("thead", el("tr", *heads)), el("tbody", *rows), class_="stack"
        ),
        class_=f"scroll {kind}".rstrip(),
    )


def cited(evidence: Sequence[int]) -> Html | None:
    """References to rows of evidence, the first of them where there are many."""
    if not evidence:
        return None
    parts: list[str | Text] = [el("a", f"[{number}]", href=f"#row-{number}") for number in evidence[:CITED]]
    if len(evidence) > CITED:
        more = len(evidence) - CITED
        parts.append(Text(f" 等 {len(evidence)} 行", f" and {more} more"))
    return el("span", *parts, class_="cite")


def outcome_of(entry: Entry) -> Text:
    """The outcome of a closing in words."""
    return words.OUTCOMES[(entry.outcome or Outcome.NO_ACTION).value]


def cell(title: Text, *children: str | Text | None, **attributes: str) -> Html:
    """A cell that tells its title where the table is shown as cards."""
    return el("td", *children, data_zh=title.zh, data_en=title.en, **attributes)


_ROLES = (
    Text("当事方", "Party"), Text("标识", "Identifier"), Text("角色", "Role"), Text("把握", "Confidence"),
    Text("也可能是", "Or else"), Text("因为", "Because"),
)  # fmt: skip


def roles(case: Case) -> Html:
    """Who seems to be what, how surely, what else it may be, and why; those to be examined first."""
    ordered = sorted(case.parties, key=lambda one: not one.suspect)
    heads = [el("th", one, scope="col") for one in _ROLES]
    first, rest = ordered[:PARTIES], ordered[PARTIES:]
    more = Text(f"另外 {len(rest)} 方", words.counted(len(rest), "more party", "more parties"))
    return section(
        "roles",
        Text("谁像什么, 把握多大", "Who seems to be what, and how surely"),
        table(Text("当事方与角色", "Parties and roles"), heads, [_party(one) for one in first]),
        el("details", el("summary", more), table(more, heads, [_party(one) for one in rest]))
        if rest
        else None,
    )


def _party(one: Party) -> Html:
    others = [el("div", words.role(role), f" {share}%") for role, share in one.alternatives]
    meter = Html(
        f'<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track"'
        f' width="100" height="10"/><rect class="fill" width="{one.confidence}" height="10"/></svg>'
    )
    flag = el("span", Text(" 需核实", " to be examined"), class_="flag") if one.suspect else None
    return el(
        "tr",
        el("th", el("span", party_name(one), class_="data"), flag, scope="row"),
        cell(_ROLES[1], el("span", identifier(one), class_="number")),
        cell(_ROLES[2], words.role(one.role)),
        cell(_ROLES[3], meter, f"{one.confidence}%", class_="meters"),
        cell(_ROLES[4], *(others or [el("span", "–")])),
        cell(_ROLES[5], el("span", one.why, class_="data")),
    )


def short(case: Case) -> Html:
    """The case in a few lines."""
    lines = [el("div", el("dt", lead), el("dd", text, class_="data")) for lead, text in in_short(case)]
    return section("short", IN_SHORT, el("dl", *lines, class_="short"))


def unknowns(case: Case) -> Html:
    """What is not known, with the cheapest question for each."""
    items = [
        el("li", el("span", one.what, class_="data"), " → ", el("span", one.ask, class_="ask data"))
        for one in case.unknown
    ]
    told = (
        el("ol", *items, class_="unknowns")
        if items
        else el("p", Text("没有列出。", "None listed."), class_="empty")
    )
    return section(
        "unknown",
        Text("还不知道什么, 最省的下一问", "What is not known, and the cheapest next question"),
        told,
    )


def evidence(case: Case, drawn: Picture) -> Html:
    """Every row of evidence: value and threshold, what it says, its innocent reading, what would clear it."""
    used: dict[int, list[str]] = {}
    for at, line in enumerate(drawn.lines):
        for number in line.evidence:
            used.setdefault(number, []).append(words.letter(at))
    first, more_rows = first_rows(case, ROWS)
    rows, rest = ([_row(one, used.get(one.number, [])) for one in part] for part in (first, more_rows))
    more = Text(
        f"另外 {len(rest)} 行证据", words.counted(len(rest), "more row of evidence", "more rows of evidence")
    )
    return section(
        "evidence",
        Text(f"证据 ({len(case.evidence)} 行)", f"Evidence ({words.counted(len(case.evidence), 'row')})"),
        el("div", *rows, class_="rows")
        if rows
        else el("p", Text("没有证据行。", "There is none."), class_="empty"),
        el("details", el("summary", more), el("div", *rest, class_="rows")) if rest else None,
    )


def _row(one: Evidence, letters: list[str]) -> Html:
    links = [el("a", letter, href=f"#line-{letter}") for letter in letters]
    against = (
        el("span", " ", Text("对照: ", "against: "), el("span", one.against, class_="data"))
        if one.against
        else None
    )
    reading = [
        el("div", el("dt", title), el("dd", text, class_="data" + extra))
        for title, text, extra in (
            (Text("说明什么", "What it says"), one.says, " says"),
            (Text("无辜的解释", "Innocent reading"), one.innocent, ""),
            (Text("什么可以澄清", "What would clear it"), one.clears, ""),
        )
    ]
    return el(
        "article",
        el(
            "div",
            el("h3", f"[{one.number}] ", words.paper(one.table), " ", el("span", one.document, class_="number")),
            el("span", words.day(one.on), class_="muted"),
            el("span", words.indicator(one.indicator), " ", el("span", one.indicator, class_="code")),
            el("span", Text("线 ", "line "), *_spaced(links), class_="small") if links else None,
            class_="rowhead",
        ),
        el("p", el("span", words.field(one.table, one.field), class_="muted data"), " ", el("span", one.value, class_="value data"), against, class_="values"),
        el("dl", *reading, class_="readings"),
        el("p", Text("依据: ", "Ground: "), one.ground, class_="small muted") if one.ground.zh else None,
        class_="row",
        id=f"row-{one.number}",
        data_number=str(one.number),
        **({"data_on": words.day(one.on)} if one.on else {}),
    )  # fmt: skip


def _spaced(parts: list[Html]) -> list[str]:
    told: list[str] = []
    for at, one in enumerate(parts):
        told += [", ", one] if at else [one]
    return told


def grounds(case: Case) -> Html:
    """What each indicator adds to the score, its legal ground, and its rows."""
    titles = (Text("指标", "Indicator"), ADDS, GROUND, Text("证据", "Evidence"))
    rows = [
        el(
            "tr",
            el(
                "th",
                words.indicator(one.indicator),
                " ",
                el("span", one.indicator, class_="code"),
                scope="row",
            )
            if one.indicator
            else el("th", SLIGHT, scope="row"),
            cell(titles[1], one.figure, class_="figure"),
            cell(titles[2], one.ground),
            cell(titles[3], cited(one.rows)),
        )
        for one in added(case)
    ]
    what = about(case)
    return section(
        "grounds",
        TITLE,
        el("p", what, class_="small") if what else None,
        table(
            Text("加分和法律依据", "What is added, and legal grounds"),
            [el("th", one, scope="col") for one in titles],
            rows,
        ),
    )


def firms_side(case: Case, record: Record, *, inside: bool) -> Html:
    """What the firm has said, and how the case was closed; how to enter it when there is nothing yet."""
    entries = [_entry(one, inside=inside) for one in record.told]
    if entries:
        told = el("ol", *entries, class_="entries plain")
    elif inside:
        told = el("p", Text("企业尚未答复。", "The firm has not answered yet."), class_="empty")
    else:
        told = el(
            "p",
            Text(
                "企业尚未答复。答复和文件这样记入: ",
                "The firm has not answered yet. What it says, and its documents, are entered with: ",
            ),
            el("span", f"hefu chains answer {case.id} --by … --text …", class_="number"),
            class_="empty",
        )
    return section("firm", Text("企业一方与处理结果", "The firm's side, and what came of it"), told)


def _entry(one: Entry, *, inside: bool) -> Html:
    what = (
        el("strong", Text("结案: ", "Closed: "), outcome_of(one))
        if one.act is Act.CLOSED
        else el("strong", Text("企业一方", "The firm's side"))
    )
    paper = None
    if one.document:
        paper = el(
            "p",
            Text("文件: ", "Document: "),
            one.document
            if inside
            else el("a", one.document, href=f"{PAPERS}/{one.document}", class_="number"),
            " ",
            el("span", f"SHA-256 {one.sha256}", class_="number muted small"),
        )
    return el(
        "li",
        what,
        el("span", f"  {one.at:%Y-%m-%d %H:%M}  {', '.join(one.by)}", class_="muted"),
        el("p", one.text, class_="said"),
        paper,
    )


def rights() -> Html:
    """What a named firm may ask for, with its grounds."""
    items = [
        el("li", right, " ", el("span", "(", ground, ")", class_="small muted")) for right, ground in RIGHTS
    ]
    return section("rights", Text("权利与申诉", "Rights and appeal"), el("ul", *items))
