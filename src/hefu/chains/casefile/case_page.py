"""The page of a case: on its first screen what an investigator needs, below it every row of evidence with both readings.

All text is in the page in both languages; without a script both are shown, with it one. It asks for nothing from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hefu.chains.case import Case, Strength
from hefu.chains.casefile import parts, words
from hefu.chains.casefile.assets import document, top
from hefu.chains.casefile.captions import line_claim
from hefu.chains.casefile.folding import Picture, picture
from hefu.chains.casefile.markup import Html, el, joined
from hefu.chains.casefile.record import Record, Status
from hefu.chains.casefile.rights import NEVER_ADDED, NOT_IN_PICTURE
from hefu.chains.casefile.strip import strip
from hefu.chains.casefile.svg import DASHES, INKS, drawing_svg
from hefu.errors import Text

FILES = (
    ("case.zh.pdf", Text("PDF (中文)", "PDF (Chinese)")),
    ("case.en.pdf", Text("PDF (英文)", "PDF (English)")),
    ("evidence.xlsx", Text("证据表 (XLSX)", "Evidence (XLSX)")),
    ("case.json", Text("JSON", "JSON")),
    ("case.ftm.json", Text("FollowTheMoney", "FollowTheMoney")),
)


def case_page(case: Case, record: Record, today: date, language: str = "", *, inside: bool = False) -> str:
    """The page. ``language``: ``zh`` or ``en`` to begin with; empty, the reader's own. ``inside`` a console, which offers
    other cases and files itself, it leads nowhere else.
    """
    drawn = picture(case)
    others = el("a", Text("全部案卷", "All cases"), href="../index.html", data_page="../index.html")
    body = joined(
        top(
            Text("合符案卷", "hefu case file"),
            *(() if inside else (others,)),
        ),
        el(
            "main",
            _head(case, record, today),
            parts.short(case),
            _claims(case, drawn),
            _drawing(case, drawn),
            _amounts(case),
            parts.roles(case),
            parts.unknowns(case),
            parts.evidence(case, drawn),
            parts.grounds(case),
            parts.firms_side(case, record, inside=inside),
            parts.rights(),
            id="main",
        ),
        el("footer", el("p", words.REFERRAL, ". ", NOT_IN_PICTURE), None if inside else _files()),
    )
    title = Text(f"{case.id} {case.title.zh}", f"{case.id} {case.title.en}")
    return document(title, body, ("case.js",), language)


def _fact(name: Text, *value: str | Text | None) -> Html:
    return el("div", el("dt", name), el("dd", *value))


def _head(case: Case, record: Record, today: date) -> Html:
    covered = [
        el(
            "li",
            el("b", letter),
            " ",
            title,
            Text(" 未载入", " not loaded")
            if share is None
            else f" {share}%"
            if share
            else Text(" 无", " none"),
            class_="" if share else "none",
        )
        for letter, title, share in words.coverage(case)
    ]
    return joined(
        _standing(case, record, today),
        el("h1", case.title),
        el(
            "dl",
            _fact(Text("案号", "Case"), el("span", case.id, class_="number")),
            _fact(Text("截止日期", "As of"), words.day(case.as_of)),
            _fact(Text("规则与引擎", "Rules, engine"), el("span", case.engine or "–", class_="number")),
            _fact(Text("把握", "Confidence"), f"{case.confidence}%"),
            _fact(Text("报关单", "Declarations"), f"{len(case.declarations):,}"),
            _fact(Text("有效期至", "Lapses after"), words.day(record.expires) or "–"),
            _fact(Text("记录摘要", "Record digest"), el("span", record.digest[:16] or "–", class_="number")),
            class_="facts",
        ),
        el(
            "ul",
            *covered,
            class_="coverage",
            aria_label="各表覆盖当事方的比例",
            data_zh="各表覆盖当事方的比例",
            data_en="Share of the parties that each table covers",
        ),
    )


def _standing(case: Case, record: Record, today: date) -> Html:
    """What the page is, and whether the case still counts."""
    status = record.status(today)
    strong: Text
    more: list[Html | Text] = []
    if status is Status.CLOSED:
        last = record.closings[-1]
        strong = Text("已结案, 不再计入", "Closed: it no longer counts")
        more = [parts.outcome_of(last), Text(f", {last.at:%Y-%m-%d}", f", {last.at:%Y-%m-%d}")]
        new = record.unknown_to_it(case)
        if new:
            more.append(
                Text(
                    f"; 结案后新见单证 {new} 份",
                    f"; {words.counted(new, 'document is', 'documents are')} new since then",
                )
            )
    elif status is Status.EXPIRED:
        strong = Text("线索已过期, 不再计入", "Lapsed: it no longer counts")
        more = [words.REFERRAL]
    else:
        strong = Text("移交线索, 不是结论。", "A referral, not a finding.")
        more = [
            Text(
                "由人核查; 分值只用于排序, 本身不扣货, 不处罚。",
                "For a person to examine. The score orders cases; by itself it holds and penalises nothing.",
            )
        ]
    lapsed = Text(" 线索已过期。", " It has lapsed.")
    return el(
        "div",
        el("strong", strong),
        " ",
        *more,
        el("strong", lapsed, class_="lapsed", hidden=True),
        class_="referral" + " closed" * (status is Status.CLOSED),
        **({"data_expires": words.day(record.expires)} if status is Status.OPEN and record.expires else {}),
    )


def _claims(case: Case, drawn: Picture) -> Html:
    items = [_claim(case, drawn, at) for at in range(len(drawn.lines))]
    if drawn.hidden:
        more = Text(
            f"未画出的 {len(drawn.hidden)} 条联系",
            words.counted(len(drawn.hidden), "link that is not drawn", "links that are not drawn"),
        )
        items.append(el("li", _links(case, more, drawn.hidden)))
    return parts.section(
        "claims",
        Text("每条线一句话", "One sentence for each line"),
        el("ol", *items, class_="claims plain"),
    )


def _claim(case: Case, drawn: Picture, at: int) -> Html:
    line, name = drawn.lines[at], words.letter(at)
    colour = "missing" if line.strength is Strength.MISSING else line.lane if line.lane in INKS else "papers"
    dated = {"data_first": words.day(line.first), "data_last": words.day(line.last)} if line.first else {}
    return el(
        "li",
        el(
            "a",
            name,
            class_=f"key {colour}",
            href=f"#line-{name}",
            data_line=name,
            aria_label=f"线 {name}",
            data_zh=f"线 {name}",
            data_en=f"Line {name}",
        ),
        el("span", line_claim(case, drawn, at), class_="claim data"),
        " ",
        el("span", "(", words.STRENGTHS[line.strength], ") ", class_="strength")
        if line.strength is not Strength.DOCUMENT
        else None,
        el("span", words.days(line.first, line.last), " ", class_="strength") if line.first else None,
        parts.cited(line.evidence),
        _links(case, Text("逐条", "each of them"), line.links) if len(line.links) > 1 else None,
        id=f"line-{name}",
        data_line=name,
        data_evidence=" ".join(map(str, line.evidence)),
        **dated,
    )


def _links(case: Case, title: Text, links: Sequence[int]) -> Html:
    """Links one by one, to be opened."""
    items = [
        el("li", el("span", one.claim, class_="data"), " ", parts.cited(one.evidence))
        for one in (case.links[at] for at in links)
    ]
    return el("details", el("summary", title), el("ul", *items), class_="small")


def _drawing(case: Case, drawn: Picture) -> Html:
    notes: list[Text] = [NOT_IN_PICTURE]
    if drawn.folded:
        notes.append(
            Text(
                f" {drawn.folded} 家并入带数量的框。",
                f" {words.counted(drawn.folded, 'party is', 'parties are')} folded into boxes with their number.",
            )
        )
    if drawn.hidden:
        notes.append(
            Text(
                f" {len(drawn.hidden)} 条联系未画出, 见上列末行。",
                f" Not drawn, listed last above: {words.counted(len(drawn.hidden), 'link')}.",
            )
        )
    return parts.section(
        "drawing",
        Text("链条图", "The chain"),
        el(
            "figure",
            el(
                "div",
                el("div", Html(drawing_svg(case, "zh")), lang="zh-CN"),
                el("div", Html(drawing_svg(case, "en")), lang="en"),
                class_="canvas",
                tabindex="0",
                role="region",
                aria_label="链条图",
                data_zh="链条图",
                data_en="The chain",
            ),
            _chosen(),
            _range(case),
            _legend(),
            el("figcaption", *notes, class_="legend"),
            class_="drawing",
        ),
    )


def _chosen() -> Html:
    return el(
        "div",
        el("div", class_="body"),
        el("p", Text("没有证据行。", "There is no row of evidence."), class_="none muted", hidden=True),
        el("button", Text("取消选择", "Clear"), type="button"),
        class_="chosenlink",
        id="chosen",
        role="status",
        hidden=True,
    )


def _range(case: Case) -> Html | None:
    times = strip(case, 1000)
    if times is None:
        return None
    epoch = date(1970, 1, 1)
    least, most = (times.first - epoch).days, (times.last - epoch).days

    def slider(name: str, title: Text, value: int) -> Html:
        told = el("input", type="range", id=name, min=str(least), max=str(most), value=str(value))
        return el("label", el("span", title), told, el("output", for_=name))

    return el(
        "div",
        slider("from", Text("从", "From"), least),
        slider("to", Text("到", "to"), most),
        el("button", Text("全部日期", "All days"), type="button", id="whole"),
        class_="range",
        role="group",
        aria_label="只看这段日期",
        data_zh="只看这段日期",
        data_en="Only these days",
    )


def _legend() -> Html:
    lines = [
        el(
            "span",
            Html(
                '<svg viewBox="0 0 40 12" aria-hidden="true"><path d="M1 6H39" fill="none" stroke="currentColor"'
                f' stroke-width="1.8" stroke-dasharray="{DASHES[one] or "none"}"/></svg>'
            ),
            words.STRENGTHS[one],
            class_="missing" if one is Strength.MISSING else "",
        )
        for one in Strength
    ]
    lanes = [el("span", "■ ", words.LANES[one], class_=one) for one in INKS]
    more = Text(
        "红框: 需核实的一方; 实心箭头: 资金; [n]: 证据行; 点击或按键选一条线。",
        "Red frame: a party to be examined. Filled arrow: money. [n]: row of evidence. Choose a line by click or key.",
    )
    return el("div", *lines, *lanes, el("span", more), class_="legend")


def _amounts(case: Case) -> Html:
    told = {one.kind: one for one in case.amounts}
    kinds = [*words.AMOUNTS, *(kind for kind in told if kind not in words.AMOUNTS)]
    boxes = [
        el(
            "div",
            el("div", words.amount_kind(kind), class_="small muted"),
            el("div", words.money_range(told[kind]) if kind in told else words.CANNOT_TELL, class_="figure"),
            el("div", told[kind].basis, class_="small data") if kind in told else None,
            class_="amount" + " none" * (kind not in told),
        )
        for kind in kinds
    ]
    return parts.section(
        "amounts",
        Text("涉及金额", "Amounts at stake"),
        el("div", *boxes, class_="amounts"),
        el("p", NEVER_ADDED, class_="small muted"),
    )


def _files() -> Html:
    links = [el("a", title, href=name) for name, title in FILES]
    return el(
        "nav", *links, aria_label="同一案卷的文件", data_zh="同一案卷的文件", data_en="Files of this case"
    )
