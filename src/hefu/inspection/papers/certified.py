"""Rows of certificates as the tables of the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Purpose, RefundState
from hefu.errors import Text
from hefu.inspection.fields.fields import CERTIFICATE
from hefu.inspection.papers.declared import REFUSED
from hefu.inspection.papers.parting import PLACE, part
from hefu.rules.case import UseState
from hefu.rules.mass.tables import CERTIFICATES, LINES, STANDINGS

col = pl.col

_KINDS: Final = {one.name: one.dtype for one in CERTIFICATE}
HEADS: Final = tuple(one.name for one in CERTIFICATE if one.head and one.name != "certificate")
_LINES: Final = tuple(one.name for one in CERTIFICATE if not one.head and one.name != "line")
_TAXES: Final = {
    "refunded": ("refunded_vat", "refunded_consumption_tax"),
    "repaid": ("repaid_vat", "repaid_consumption_tax"),
}
GOODS: Final[Mapping[str, Any]] = {
    "certificate": pl.String, "line": pl.Int64, "invoice": pl.String, "invoice_line": pl.Int64, **PLACE,
}  # fmt: skip
"""What is kept of a line beside the comparison, and where it stands."""
ABOUT: Final[Mapping[str, Any]] = {"certificate": pl.String, "agent_name": pl.String, **PLACE}
"""What is kept of a certificate beside the comparison, and where it stands."""

RULES: Final = {
    "export": Text(
        "退运, 改单, 撤单用途的证明须有出口报关单号和项号",
        "a certificate for return, amendment or withdrawal names export declaration and item",
    ),
    "covered": Text("证明数量大于出口数量", "the certified quantity is more than the exported quantity"),
}
"""Why a row cannot be judged."""


@dataclass(frozen=True, slots=True)
class Certified:
    """Tables of the comparison, what is kept beside them, rows refused, and what the rows say against each other."""

    certificates: pl.DataFrame
    lines: pl.DataFrame
    standings: pl.DataFrame
    about: pl.DataFrame
    goods: pl.DataFrame
    refused: pl.DataFrame
    found: pl.DataFrame


def settle(rows: pl.DataFrame) -> Certified:
    """Everything that the rows of some certificates say; all rows of a certificate must be among them."""
    rows, refused = _sound(_numbered(_purposed(_completed(rows))))
    parted = part(rows, "certificate", "line", HEADS, _LINES)
    heads, lines = _completed(parted.heads), _completed(parted.lines)
    heads = heads.with_columns(
        purpose=col("purpose").fill_null(Purpose.EXPORT.value),
        refund_state=col("refund_state").fill_null(RefundState.NOT_CLAIMED.value),
    )
    taxes = {name: _sum(*parts) for name, parts in _TAXES.items()}
    return Certified(
        certificates=heads.select(list(CERTIFICATES)),
        lines=lines.with_columns(**taxes).select(list(LINES)),
        standings=_standings(heads),
        about=heads.select(list(ABOUT)),
        goods=lines.select(list(GOODS)),
        refused=refused,
        found=parted.found,
    )


def _completed(frame: pl.DataFrame) -> pl.DataFrame:
    """With every column, empty where no sheet has it."""
    missing = [name for name in _KINDS if name not in frame.columns]
    return frame.with_columns(pl.lit(None, _KINDS[name]).alias(name) for name in missing)


def _purposed(rows: pl.DataFrame) -> pl.DataFrame:
    """A list without purposes: lines of an export declaration are taken for a return, others for an export
    (assumption, told in the report).
    """
    told = (
        pl.when(col("line_declaration").is_not_null())
        .then(pl.lit(Purpose.RETURN.value))
        .otherwise(pl.lit(Purpose.EXPORT.value))
    )
    if not rows["purpose"].null_count():
        return rows
    elsewhere = col("purpose").drop_nulls().first().over("certificate")
    return rows.with_columns(purpose=pl.coalesce("purpose", elsewhere, told))


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Lines without numbers are counted in the order of the sheet."""
    if not rows["line"].null_count():
        return rows
    counted = pl.int_range(1, pl.len() + 1).over("certificate", "source")
    return rows.with_columns(line=pl.coalesce("line", counted))


def _sound(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that can be judged, and those that cannot."""
    placed = col("line_declaration").is_not_null() & col("line_item").is_not_null()
    rule = (
        pl.when((col("purpose") != Purpose.EXPORT.value) & ~placed)
        .then(pl.lit("export"))
        .when(col("line_quantity") > col("line_exported"))
        .then(pl.lit("covered"))
    )
    rows = rows.with_columns(rule=rule)
    wrong = rows.filter(col("rule").is_not_null())
    fields = {"export": "line_declaration", "covered": "line_quantity"}
    refused = wrong.with_columns(
        number="certificate",
        field=col("rule").replace_strict(fields, return_dtype=pl.String),
        value=pl.when(col("rule") == "export").then("line_declaration").otherwise(pl.lit("")).fill_null(""),
    )
    return rows.filter(col("rule").is_null()).drop("rule"), refused.select(list(REFUSED))


def _sum(*parts: str) -> pl.Expr:
    """The sum of what is stated; nothing stated is no sum."""
    return pl.when(pl.any_horizontal(col(part).is_not_null() for part in parts)).then(
        pl.sum_horizontal(col(part).fill_null(0) for part in parts)
    )


def _standings(heads: pl.DataFrame) -> pl.DataFrame:
    """Where certificates stand, as far as the list says so; others are free."""
    state = pl.coalesce("state", pl.when(col("held_by").is_not_null()).then(pl.lit(UseState.USED.value)))
    told = heads.with_columns(state=state, behind=pl.lit(value=False), ticket=pl.lit(None, pl.String))
    return told.filter(col("state").is_not_null()).select(list(STANDINGS))
