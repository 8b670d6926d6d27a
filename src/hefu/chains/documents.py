"""Declarations and certificates as an enterprise holds them, as rows of the tables that are joined.

What such a paper does not say stays empty: the state of a declaration (taken as released, assumption: people keep what
went out), the port of exit, the district of origin, and the value where no customs rate of its month is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from hefu.chains.tables import CERTIFICATES, DECLARATIONS, LINES, Table, Tables
from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import scaled
from hefu.documents.party import Party
from hefu.rules.fob import money, workings
from hefu.rules.policy import Policy

_MADE: Final = (DECLARATIONS, LINES, CERTIFICATES)
_GRAMS: Final = 1000
_FEN: Final = 100


def as_tables(papers: Iterable[Declaration | Certificate], policy: Policy) -> Tables:
    """The tables of declarations, their lines and certificates; others are not among them."""
    rows: dict[str, list[dict[str, Any]]] = {one.name: [] for one in _MADE}
    for paper in papers:
        if isinstance(paper, Certificate):
            rows[CERTIFICATES.name] += certified(paper)
        else:
            rows[DECLARATIONS.name].append(declared(paper))
            rows[LINES.name] += lines(paper, policy)
    return {one.name: framed(one, rows[one.name]) for one in _MADE}


def framed(table: Table, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows by column name as a table; columns that they lack are empty."""
    return pl.DataFrame(list(rows), schema=table.schema)


def _party(column: str, party: Party | None) -> dict[str, str | None]:
    if party is None:
        return {column: None, f"{column}_name": None}
    return {column: party.uscc or party.customs_code, f"{column}_name": party.name}


def declared(one: Declaration) -> dict[str, Any]:
    """A declaration as a row."""
    return {
        "declaration": one.number,
        "act": one.act.value,
        "lodged": one.declared_on,
        "released": one.moved_on or one.declared_on,
        "state": "released",
        **_party("trader", one.trader),
        **_party("owner", one.owner),
        **_party("declarant", one.declarant),
        "destination": next((item.destination for item in one.items if item.destination), None),
        "office": one.office,
        "mode": one.mode,
        "covers": one.related,
    }


def lines(one: Declaration, policy: Policy) -> list[dict[str, Any]]:
    """Its items as rows."""
    values = {made.item.item: made.fob for made in workings(one, policy)} if one.act is Act.EXPORT else {}
    alone = len(one.items) == 1 and one.net_weight is not None
    return [
        {
            "declaration": one.number,
            "item": item.item,
            "hs": item.hs_code,
            "name": item.goods_name,
            "quantity": scaled(item.first.quantity, 5),
            "unit": item.first.unit,
            "net_weight": int((one.net_weight or 0) * _GRAMS) if alone else None,
            "fob": None if (fob := values.get(item.item)) is None else int(money(fob) * _FEN),
        }
        for item in one.items
    ]


def certified(one: Certificate) -> list[dict[str, Any]]:
    """A certificate as a row for each export item, or one row."""
    head = {
        "certificate": one.number,
        **_party("holder", one.holder),
        "purpose": one.purpose.value,
        "refund_state": one.refund_state.value,
        "issued": one.issued_on,
    }
    if one.purpose is Purpose.EXPORT:  # goods of invoices, which have no export item yet
        return [head]
    return [
        {**head, "export": line.declaration, "item": line.item, "quantity": scaled(line.quantity, 5)}
        for line in one.lines
    ]
