"""One paper over several rows: its head told once or on each row, its lines each on one.

What a paper says first holds; rows that say otherwise are findings, so that nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.findings.checks import SAID, said

col = pl.col

PLACE: Final = {"source": pl.Int32, "row": pl.Int64}
"""Where a row stands: the number of its sheet or file among those read, and the row in it."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Rows of papers, parted: a row a paper (``heads``), a row a line (``lines``), and what the rows say against
    each other (``found``, as :data:`~hefu.inspection.findings.checks.SAID`).
    """

    heads: pl.DataFrame
    lines: pl.DataFrame
    found: pl.DataFrame


def schema_of(paper: Paper) -> dict[str, Any]:
    """The columns of all fields of a paper, the place of each row, and the run in which a counted row stands."""
    run = {"run": pl.Int64} if any(one.counted for one in FIELDS[paper]) else {}
    return {**{one.name: one.dtype for one in FIELDS[paper]}, **run, **PLACE}


def part(rows: pl.DataFrame, number: str, line: str, heads: Sequence[str], lines: Sequence[str]) -> Parted:
    """Rows of papers known by ``number``, with lines known by ``line``. ``heads`` and ``lines`` name the columns that
    belong to either.
    """
    heads = [name for name in heads if name in rows.columns and rows[name].null_count() < rows.height]
    lines = [name for name in lines if name in rows.columns and rows[name].null_count() < rows.height]
    told, head_conflicts = _heads(rows, number, heads)
    lined = rows.filter(col(line).is_not_null())
    first = pl.struct(number, line).is_first_distinct()
    kept, again = lined.filter(first), lined.filter(~first)
    found = pl.concat([head_conflicts, _unlike_lines(kept, again, number, line, lines)])
    return Parted(told.select(number, *heads, *PLACE), kept.select(number, line, *lines, *PLACE), found)


def _heads(rows: pl.DataFrame, number: str, heads: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The heads: of rows that follow each other and say the same the first, which mostly settles it."""
    same = [col(name).eq_missing(col(name).shift()) for name in (number, *heads)]
    told = rows.filter(~pl.all_horizontal(same) | (pl.int_range(pl.len()) == 0))
    single = col(number).is_unique()
    several = told.filter(~single)
    if several.is_empty():
        return told, pl.DataFrame(schema=SAID)
    values = [col(name).drop_nulls() for name in heads]
    merged = several.group_by(number, maintain_order=True).agg(
        *(value.first() for value in values), *(col(name).first() for name in PLACE)
    )
    others = several.group_by(number, maintain_order=True).agg(
        value.unique(maintain_order=True).slice(1, 1).first() for value in values
    )
    return pl.concat([told.filter(single).select(merged.columns), merged]), _unlike_heads(
        merged, others, number, heads
    )


def _unlike_heads(
    merged: pl.DataFrame, others: pl.DataFrame, number: str, heads: Sequence[str]
) -> pl.DataFrame:
    code = "papers.head_differs" if number == "declaration" else "papers.certificate_head_differs"
    found = [pl.DataFrame(schema=SAID)]
    for name in heads:
        unlike = merged.select(number, declared=name).with_columns(certified=others[name])
        unlike = unlike.filter(col("certified").is_not_null())
        found.append(said(code, unlike, other=pl.lit(name)))
    return pl.concat(found)


def _unlike_lines(
    kept: pl.DataFrame, again: pl.DataFrame, number: str, line: str, lines: Sequence[str]
) -> pl.DataFrame:
    """Lines that stand twice and differ; that stand twice alike are one line."""
    found = [pl.DataFrame(schema=SAID)]
    if again.height:
        code = "papers.declared_twice" if number == "declaration" else "papers.certified_twice"
        both = again.join(kept, on=[number, line], suffix=":first")
        for name in lines:
            unlike = both.filter(col(name).ne_missing(col(f"{name}:first")))
            found.append(
                said(code, unlike, declared=col(f"{name}:first"), certified=col(name), other=pl.lit(name))
            )
    return pl.concat(found).unique(maintain_order=True)
