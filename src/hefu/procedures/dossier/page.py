"""The dossier as one page: self-contained, offline, in both languages, safe with whatever the papers say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

import hefu
from hefu.documents.visible import visible
from hefu.errors import Problem, Text
from hefu.inspection.report.html import csp_source, style
from hefu.procedures.dossier.answer import Answer, Dossier
from hefu.procedures.dossier.contradictions import Contradiction, Side, named
from hefu.procedures.dossier.deadlines import Deadline, State
from hefu.procedures.dossier.required import Need, Presence
from hefu.procedures.dossier.timeline import timeline
from hefu.procedures.dossier.wording import (
    ASSUMED,
    PRESENCES,
    SEVERITIES,
    STATES,
    day,
    exported,
    kind,
    remarks,
)

_BADGES: Final = {
    State.DONE: "ok", State.OPEN: "info", State.SOON: "warn", State.OVERDUE: "block", State.PASSED: "info",
    Presence.PRESENT: "ok", Presence.MISSING: "block", Presence.LATER: "info",
}  # fmt: skip
_OVERVIEW: Final = (
    Text("货物", "shipment"), Text("种类", "kind"), Text("缺", "missing"), Text("矛盾", "contradictions"),
    Text("下一步", "next"), Text("最后一日", "last day"),
)  # fmt: skip
_DEADLINES: Final = (
    Text("最后一日", "last day"), Text("状态", "state"), Text("事项", "what"), Text("起算", "counted from"),
    Text("完成", "done on"), Text("依据", "ground"),
)  # fmt: skip
_PAPERS: Final = (
    Text("单证", "paper"), Text("状态", "state"), Text("编号与位置", "number and place"), Text("由谁提供", "who provides it"),
    Text("依据", "ground"),
)  # fmt: skip


def page(answer: Answer, dossiers: Sequence[Dossier], language: str) -> bytes:
    """The page with some shipments of an answer. ``language`` (``zh`` or ``en``) is shown first."""
    look, script = style() + _asset("page.css"), _asset("page.js")
    shipments = (_shipment(place, one, answer) for place, one in enumerate(dossiers))
    slots = {
        "lang": "en" if language == "en" else "zh-CN",
        "policy": f"default-src 'none'; style-src '{csp_source(look)}'; script-src '{csp_source(script)}';"
        " base-uri 'none'; form-action 'none'",
        "style": look,
        "script": script,
        "brand": _both(Text("合符单证档案", "hefu dossier")),
        "main": _overview(answer, dossiers) + "".join(shipments),
        "foot": _both(
            Text(
                f"hefu {hefu.__version__}, 规则集 {answer.ruleset} {answer.ruleset_hash}; 不是任何机关的官方系统",
                f"hefu {hefu.__version__}, rule set {answer.ruleset} {answer.ruleset_hash}; not an official system of"
                " any authority",
            )
        ),
    }
    parts = _asset("page.html").split("%%")
    return "".join(slots[part] if place % 2 else part for place, part in enumerate(parts)).encode()


@cache
def _asset(name: str) -> str:
    return (files(__package__ or "") / "page" / name).read_text(encoding="utf-8")


def _text(text: str) -> str:
    return escape(visible(text))


def _both(text: Text) -> str:
    """A text in both languages, of which the style shows one."""
    if text.zh == text.en:
        return _text(text.zh)
    return f'<span class="zh" lang="zh-CN">{_text(text.zh)}</span><span class="en" lang="en">{_text(text.en)}</span>'


def _badge(state: State | Presence) -> str:
    words = STATES[state] if isinstance(state, State) else PRESENCES[state]
    return f'<span class="badge {_BADGES[state]}">{_both(words)}</span>'


def _table(titles: Iterable[Text], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{_both(one)}</th>' for one in titles)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _section(title: Text, content: str) -> str:
    return f"<section><h3>{_both(title)}</h3>{content}</section>"


def _place(place: str) -> str:
    return f' <span class="place">{_text(place)}</span>' if place else ""


def _overview(answer: Answer, dossiers: Sequence[Dossier]) -> str:
    many = Text(
        f"{len(dossiers)} 票货物, 截至 {answer.as_of}; 最紧急者在前",
        f"shipments: {len(dossiers)}, as of {answer.as_of}; the most urgent first",
    )
    rows = [
        (
            f'<a href="#s{place}" class="number">{_text(one.shipment.number)}</a>',
            _both(kind(one)),
            str(len(one.missing)),
            str(len(one.contradictions)),
            f"{_both(one.next.words.title)} {_badge(one.next.state)}" if one.next else "—",
            _both(day(one.next)) if one.next else "",
        )
        for place, one in enumerate(dossiers)
    ]
    return f"<h2>{_both(many)}</h2>{_table(_OVERVIEW, rows)}{_problems(answer.problems)}"


def _problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    told = "".join(
        f'<li class="finding"><p class="said">{_both(one.message)}</p><p class="remedy">→ {_both(one.cure)}</p></li>'
        for one in problems
    )
    title = Text(f"没有采用的内容 ({len(problems)})", f"what was not taken ({len(problems)})")
    return _section(title, f'<ul class="plain card">{told}</ul>')


def _shipment(place: int, one: Dossier, answer: Answer) -> str:
    reasons = "".join(f"<li>{_both(why.text)}{_place(why.place)}</li>" for why in one.nature.reasons)
    return "".join(
        (
            f'<section class="shipment" id="s{place}">',
            f'<h2><span class="number">{_text(one.shipment.number)}</span> {_both(kind(one))}</h2>',
            f'<p class="muted">{_both(exported(one))}</p><ul class="small">{reasons}</ul>',
            _section(
                Text("期限", "deadlines"), timeline(one.deadlines, answer.as_of) + _deadlines(one.deadlines)
            ),
            _section(Text("单证", "papers"), _table(_PAPERS, map(_need, one.needs))),
            _section(Text("矛盾", "contradictions"), _contradictions(one.contradictions)),
            _others(one),
            "</section>",
        )
    )


def _deadlines(deadlines: Sequence[Deadline]) -> str:
    rows = []
    for one in deadlines:
        told = "".join(f'<br><span class="small">{_both(text)}</span>' for text in remarks(one))
        cure = f'<br><span class="small">→ {_both(one.words.cure)}</span>' if _is_near(one) else ""
        about = f' <span class="number">{_text(one.about)}</span>' if one.about else ""
        start = f"{one.counted_from or ''}{_place(one.place)}"
        rows.append(
            (
                f'<span class="number">{_both(day(one))}</span>',
                _badge(one.state),
                _both(one.words.title) + about + told + cure,
                start,
                f'<span class="number">{one.done_on or ""}</span>',
                _ground(one.words.ground, assumption=one.words.assumption),
            )
        )
    return _table(_DEADLINES, rows)


def _is_near(one: Deadline) -> bool:
    return one.state in (State.SOON, State.OVERDUE) or (one.state is State.OPEN and one.day is None)


def _ground(text: Text, *, assumption: bool) -> str:
    mark = f' <span class="badge info">{_both(ASSUMED)}</span>' if assumption else ""
    return f'<span class="small muted">{_both(text)}</span>{mark}'


def _need(one: Need) -> Sequence[str]:
    what = one.requirement
    found = "<br>".join(
        f'<span class="number">{_text(paper.held.number)}</span>{_place(paper.held.place())}'
        for paper in one.found
    )
    due = one.deadline.day if one.deadline and one.presence is not Presence.PRESENT else None
    return (
        _both(what.name),
        _badge(one.presence) + (f" {due}" if due else ""),
        found,
        "" if one.presence is Presence.PRESENT else _both(what.source),
        _ground(what.ground, assumption=what.assumption),
    )


def _contradictions(told: Sequence[Contradiction]) -> str:
    if not told:
        return f'<p class="good">{_both(Text("各单证相符", "the papers agree"))}</p>'
    return '<div class="cards">' + "".join(map(_contradiction, told)) + "</div>"


def _contradiction(one: Contradiction) -> str:
    severity = one.severity.value
    return "".join(
        (
            '<div class="card"><p class="cardhead">',
            f'<span class="badge {severity}">{_both(SEVERITIES[severity])}</span> <code>{_text(one.code)}</code></p>',
            f'<p class="said">{_both(one.message)}</p><div class="sides">{_side(one.left)}{_side(one.right)}</div>',
            f'<p class="remedy">→ {_both(one.remedy)}</p><p class="explained">{_both(one.ground)}</p></div>',
        )
    )


def _side(one: Side) -> str:
    value = _text(one.value) or "—"
    return f'<div><p class="small muted">{_both(one.name)}</p><p class="value">{value}</p><p>{_place(one.place)}</p></div>'


def _others(one: Dossier) -> str:
    """Papers that no requirement asks for, and which rules compared."""
    asked = {id(paper) for need in one.needs for paper in need.found}
    rest = [paper for paper in one.shipment.papers if id(paper) not in asked]
    listed = "".join(f"<li>{_both(named(paper))}{_place(paper.held.place())}</li>" for paper in rest)
    told = _section(Text("其他单证", "other papers"), f"<ul>{listed}</ul>") if rest else ""
    for by_rules in one.compared:
        words = Text(
            f"{by_rules.comparison.declaration} 与证明按规则集 {by_rules.comparison.ruleset} 比对",
            f"{by_rules.comparison.declaration} compared with its certificates by rule set"
            f" {by_rules.comparison.ruleset}",
        )
        told += f'<p class="small muted">{_both(words)} <code class="long">{_text(by_rules.comparison.ruleset_hash)}</code></p>'
    return told
