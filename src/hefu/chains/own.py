"""What an investigator would notice about one firm in its own papers, so that it can have its documents ready.

The same indicators, words and thresholds as for cases, without score and without case: the firm sees each thing that
speaks of it, the innocent reading, and the paper that settles it. Its peers' rates are known to the authorities alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from hefu import errors
from hefu.chains.case import Evidence
from hefu.chains.cases import evidence_of
from hefu.chains.facts import Facts
from hefu.chains.indicators import Indicator, indicators
from hefu.chains.parties import NAMED, resolve
from hefu.chains.tables import TABLES, Table, Tables
from hefu.documents.names import name_key
from hefu.errors import Text

NOT_THERE = errors.kind(
    "chains.firm_not_there",
    http=404,
    message=Text("单证中没有企业 {value}", "no paper names the firm {value}"),
    cure=Text("用统一社会信用代码, 海关编码或全称; 单证最多的是 {known}", "give its USCC, customs code or full name; most papers are of {known}"),
)  # fmt: skip

_BY_LETTER: Final = {one.letter: one for one in TABLES}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is noticed. ``count`` of the firm's ``seen`` declarations show it; ``fen`` is the value of the goods
    or money concerned (CNY 0.01).
    """

    rule: Indicator
    count: int
    seen: int
    fen: int
    evidence: tuple[Evidence, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "indicator": self.rule.code,
            "title": self.rule.title._asdict(),
            "count": self.count,
            "seen": self.seen,
            "fen": self.fen,
            "innocent": self.rule.innocent._asdict(),
            "clears": self.rule.clears._asdict(),
            "ground": self.rule.ground._asdict(),
            "evidence": [
                {"document": one.document, "field": one.field, "value": one.value, "says": one.says._asdict()}
                for one in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True)
class Own:
    """What the papers say of a firm: what is noticed, heaviest first; and which indicators could not look, for want of
    which tables.
    """

    firm: str
    name: str
    declarations: int
    notices: tuple[Notice, ...]
    blind: tuple[tuple[Indicator, tuple[Table, ...]], ...]


def own(tables: Tables, as_of: date, firm: str = "") -> Own:
    """What is noticed of a firm: by USCC, customs code or name; without one the trader of most declarations. Raises
    ``chains.firm_not_there``.
    """
    facts = Facts(resolve(tables), as_of)
    names = facts.parties.names
    party = _found(facts, names, firm)
    heads = facts.heads
    seen = heads.filter(pl.any_horizontal(pl.col("trader", "owner", "declarant") == party)).height
    notices = []
    blind = []
    for rule in indicators():
        lacking = tuple(
            _BY_LETTER[one] for one in rule.inputs if facts.table(_BY_LETTER[one].name).is_empty()
        )
        if lacking:
            blind.append((rule, lacking))
        hits = rule.hits(facts).filter(pl.col("party") == party)
        if hits.height:
            notices.append(_notice(rule, hits, names, seen))
    notices.sort(key=lambda one: (-one.rule.weight, -one.count, one.rule.code))
    return Own(party, names.get(party, party), seen, tuple(notices), tuple(blind))


def _notice(rule: Indicator, hits: pl.DataFrame, names: dict[str, str], seen: int) -> Notice:
    rows = hits.sort("fen", "on", descending=[True, False], nulls_last=True).to_dicts()
    concerned = hits.unique(["declaration", "document"]).get_column("fen").sum()
    return Notice(
        rule=rule,
        count=hits.select(pl.coalesce("declaration", "document").n_unique()).item(),
        seen=seen,
        fen=int(concerned or 0),
        evidence=tuple(evidence_of(rule, row, names, number) for number, row in enumerate(rows, 1)),
    )


def _found(facts: Facts, names: dict[str, str], firm: str) -> str:
    traders = facts.heads.get_column("trader").drop_nulls().value_counts(sort=True).get_column("trader")
    most = str(traders[0]) if len(traders) else ""
    if not firm:
        return most
    known = firm.strip().upper()
    if known in names:
        return known
    by_code = facts.firms.filter(pl.col("customs_code") == known).get_column("firm")
    if len(by_code):
        return str(by_code[0])
    key = name_key(firm)
    named = sorted(one for one, name in names.items() if name_key(name) == key)
    if not named:
        errors.fail(NOT_THERE, value=firm, known=names.get(most, most) or "—")
    return min(named, key=lambda one: one.startswith(NAMED))
