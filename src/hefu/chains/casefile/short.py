"""A case in a few lines, for who must decide whether to open it: who, how much, what speaks most, what else it may be,
what to ask first. And of very many rows of evidence those that are shown at once: of every indicator some.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from hefu.chains.case import Amount, Case, Evidence
from hefu.chains.casefile import words
from hefu.chains.casefile.adding import added
from hefu.chains.casefile.captions import party_name
from hefu.errors import Text

IN_SHORT: Final = Text("简要", "In short")
_NAMED: Final = 4
_SPEAKING: Final = 3


def in_short(case: Case) -> list[tuple[Text, Text]]:
    """Lines with their leads."""
    told = [(Text("需核实", "To be examined"), _who(case)), (Text("涉及", "At stake"), _stake(case))]
    spoken = list({one.indicator: one for one in added(case) if one.indicator}.values())[:_SPEAKING]
    if spoken:
        told.append(
            (Text("最有分量的", "What speaks most"), _joined([_said(case, one.indicator) for one in spoken]))
        )
        first = {one.indicator: one for one in reversed(case.evidence)}
        readings = list(dict.fromkeys(first[one.indicator].innocent for one in spoken))
        clearing = list(dict.fromkeys(first[one.indicator].clears for one in spoken))
        told.append((Text("也可能只是", "It may be no more than"), _joined(readings)))
        told.append((Text("可以澄清的材料", "What would clear it"), _joined(clearing)))
    if case.unknown:
        told.append((Text("先问", "Ask first"), case.unknown[0].ask))
    return told  # fmt: skip


def _joined(texts: list[Text]) -> Text:
    return Text("; ".join(one.zh for one in texts), "; ".join(one.en for one in texts))


def _who(case: Case) -> Text:
    suspects = [one for one in case.parties if one.suspect]
    if not suspects:
        return Text("没有一方的单证足够", "nobody by papers of its own")
    names = [
        Text(
            f"{party_name(one)} ({words.role(one.role).zh})", f"{party_name(one)} ({words.role(one.role).en})"
        )
        for one in suspects[:_NAMED]
    ]
    rest = len(suspects) - len(names)
    if rest:
        names.append(Text(f"另有 {rest} 家", f"{rest} more"))
    return _joined(names)  # fmt: skip


def _stake(case: Case) -> Text:
    many = len(case.declarations)
    sums = [Text(f"报关单 {many:,} 份", words.counted(many, "declaration"))]
    for one in case.amounts:
        if one.high:
            kind, span = words.amount_kind(one.kind), _span(one)
            sums.append(Text(f"{kind.zh} {span.zh}", f"{kind.en} {span.en}"))
    return _joined(sums)


def _span(one: Amount) -> Text:
    if one.low:
        return words.short_range(one)
    high = words.short_money(one.high)
    return Text(f"至多 {high.zh}", f"up to {high.en}")


def _said(case: Case, indicator: str) -> Text:
    rows = sum(one.indicator == indicator for one in case.evidence)
    points, title = case.contributions.get(indicator), words.indicator(indicator)
    share = f", {points:.1f}/{case.score:.1f}" if points is not None else ""
    return Text(f"{title.zh} ({rows} 行{share})", f"{title.en} ({words.counted(rows, 'row')}{share})")


def first_rows(case: Case, room: int) -> tuple[list[Evidence], list[Evidence]]:
    """The rows that are shown, and the rest: one of each indicator, then a second of each, while there is room; in the
    order of what the indicators add.
    """
    place = {code: at for at, code in enumerate(dict.fromkeys(one.indicator for one in added(case)))}
    turn: Counter[str] = Counter()
    turns = []
    for row in case.evidence:
        turns.append((turn[row.indicator], place[row.indicator], row))
        turn[row.indicator] += 1
    turns.sort(key=lambda one: (*one[:2], one[2].number))
    ordered = [
        sorted((row for _, _, row in part), key=lambda one: (place[one.indicator], one.number))
        for part in (turns[:room], turns[room:])
    ]
    return ordered[0], ordered[1]
