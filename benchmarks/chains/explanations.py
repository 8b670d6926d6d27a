"""Whether what a case cites is why it is there: without it the case must go, with it alone the case must stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from hefu.chains.analyse import analyse
from hefu.chains.case import Case
from hefu.chains.tables import TABLES, Table, Tables

HEAD: Final = 20
_LETTERS: Final = {one.letter: one.name for one in TABLES}


def explained(tables: Tables, cases: Sequence[Case], day: date, *, kept: bool) -> float:
    """The share of the first cases that are among the first again.

    Without the papers that they cite; or, if ``kept``, with no other papers of their parties than those. The papers of
    everybody else stay in both, since a firm is held against its peers.
    """
    head = cases[:HEAD]
    changed = only_cited(tables, head) if kept else without_cited(tables, head)
    return again(head, analyse(changed, day, top=HEAD))


def again(before: Sequence[Case], after: Sequence[Case]) -> float:
    """The share of cases whose suspects are, for the greater part, suspects of one case of the other list."""
    then = [_suspects(one) for one in after]
    stayed = [
        any(2 * len(mine & other) > len(mine) for other in then)
        for mine in (_suspects(one) for one in before)
    ]
    return sum(stayed) / len(stayed) if stayed else float("nan")


def _suspects(case: Case) -> frozenset[str]:
    return frozenset(one.id for one in case.parties if one.suspect)


def cited(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Numbers of documents named in the evidence, by table. A cited line is a cited declaration."""
    named: dict[str, set[str]] = {}
    for case in cases:
        for row in case.evidence:
            name = _LETTERS.get(row.table, "")
            named.setdefault("declarations" if name == "lines" else name, set()).update(row.document.split())
    return {name: sorted(words) for name, words in named.items()}


def _hit(table: Table, named: dict[str, list[str]]) -> pl.Expr:
    key = "declaration" if table.name == "agency" else table.by[0]
    return pl.col(key).is_in(named.get("declarations" if table.name == "lines" else table.name, []))


def without_cited(tables: Tables, cases: Sequence[Case]) -> Tables:
    """The tables less what these cases cite."""
    named = cited(cases)
    return {one.name: tables[one.name].filter(~_hit(one, named)) for one in TABLES}


def only_cited(tables: Tables, cases: Sequence[Case]) -> Tables:
    """The tables less every paper of a party of these cases that none of them cites. The register stays."""
    named = cited(cases)
    ids = sorted({one.id for case in cases for one in case.parties})
    names = sorted({one.name for case in cases for one in case.parties})
    made = {}
    for table in TABLES:
        columns = table.schema.names()
        theirs = [
            pl.col(column).is_in(ids)
            | ((pl.col(column).fill_null("") == "") & pl.col(f"{column}_name").is_in(names))
            for column in columns
            if f"{column}_name" in columns and column not in {"declarant", "forwarder"}
        ]
        if "firm" in columns and "firm_name" not in columns:
            theirs.append(pl.col("firm").is_in(ids))
        keep = (
            _hit(table, named) | ~pl.any_horizontal(theirs).fill_null(value=False)
            if theirs
            else pl.lit(value=True)
        )
        made[table.name] = tables[table.name] if table.name == "firms" else tables[table.name].filter(keep)
    there = made["declarations"].select("declaration")
    for name in ("lines", "transport"):
        made[name] = made[name].join(there, on="declaration", how="semi")
    return made
