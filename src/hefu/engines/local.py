"""Very many documents on one machine: each bucket of declarations with all that they concern, judged in turn.

Declarations and certificates lie in buckets by their own numbers. Two rounds bring together what belongs together:
certificates go to the buckets of the declarations that name them, export declarations to those that concern them. Each
round reads and writes every row once, so time grows with the rows and memory with the bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from hefu.engines.shelves import Shelves
from hefu.rules.mass.tables import (
    CERTIFICATES,
    DECLARATIONS,
    EXPORTS,
    GOODS,
    ITEMS,
    LINES,
    REFERENCES,
    STANDINGS,
    Tables,
)

col = pl.col

_OF_DECLARATION: Final = {"declarations": DECLARATIONS, "items": ITEMS, "references": REFERENCES}
_OF_CERTIFICATE: Final = {"certificates": CERTIFICATES, "lines": LINES, "standings": STANDINGS}
_OF_EXPORT: Final = {"exports": EXPORTS, "goods": GOODS}
_WANTED: Final = {"certificate": pl.String, "bucket": pl.Int32}
_CONCERNED: Final = {"declaration": pl.String, "bucket": pl.Int32}
_NAMED, _SHIPPED = "named-", "shipped-"


def tables_in(shelves: Shelves) -> Iterator[Tables]:
    """For every bucket the tables to judge. On the shelves lie the tables of the comparison under their own names,
    keyed by the number of their document (``exports`` and ``goods`` by the export declaration); the rows of one
    document stand together.
    """
    if shelves.buckets == 1:
        yield _alone(shelves)
        return
    _ask(shelves)
    _bring_certificates(shelves, _wanted)
    _bring_certificates(shelves, _behind)
    _bring_exports(shelves)
    for bucket in range(shelves.buckets):
        yield _together(shelves, bucket)


def _alone(shelves: Shelves) -> Tables:
    told = {**_OF_DECLARATION, **_OF_CERTIFICATE, **_OF_EXPORT}
    return Tables(**{name: shelves.take(name, 0, schema) for name, schema in told.items()})


def _ask(shelves: Shelves) -> None:
    """Write down which buckets want which certificates and export declarations."""
    for bucket in range(shelves.buckets):
        here = pl.lit(bucket, pl.Int32).alias("bucket")
        references = shelves.take("references", bucket, REFERENCES)
        shelves.put("wanted", references.select(col("certificate").unique(), here), "certificate")
        heads = shelves.take("declarations", bucket, DECLARATIONS)
        related = heads.select(declaration=col("related").drop_nulls().unique())
        shelves.put("concerned", related.with_columns(here), "declaration")


def _wanted(shelves: Shelves, bucket: int) -> pl.DataFrame:
    return shelves.take("wanted", bucket, _WANTED)


def _behind(shelves: Shelves, bucket: int) -> pl.DataFrame:
    """Principals' certificates, unless they are wanted for their own sake."""
    asked = shelves.take("behind", bucket, _WANTED).unique(maintain_order=True)
    return asked.join(_wanted(shelves, bucket), on=list(_WANTED), how="anti", maintain_order="left")


def _bring_certificates(shelves: Shelves, which: Callable[[Shelves, int], pl.DataFrame]) -> None:
    """Send certificates to the buckets that want them; ask for the principals' behind them, and for the export
    declarations that they speak of.
    """
    for bucket in range(shelves.buckets):
        asked = which(shelves, bucket)
        for table, schema in _OF_CERTIFICATE.items():
            rows = shelves.take(table, bucket, schema)
            told = asked.join(rows, on="certificate", maintain_order="left_right")
            shelves.put_into(_NAMED + table, told, "bucket")
            if table == "lines":
                spoken = told.select(col("line_declaration").alias("declaration"), "bucket").drop_nulls()
                shelves.put("concerned", spoken.unique(), "declaration")
            elif table == "certificates" and which is _wanted:
                principals = told.select(col("principal").alias("certificate"), "bucket").drop_nulls()
                shelves.put("behind", principals.unique(), "certificate")


def _bring_exports(shelves: Shelves) -> None:
    """Send export declarations, with what is known of them, to the buckets that they concern."""
    for bucket in range(shelves.buckets):
        asked = shelves.take("concerned", bucket, _CONCERNED).unique(maintain_order=True)
        asked = asked.filter(col("bucket") != bucket)
        heads = shelves.take("declarations", bucket, DECLARATIONS).filter(col("act") == "export")
        heads = heads.with_columns(judged=pl.lit(value=False))
        for table, rows in (("declarations", heads), ("items", shelves.take("items", bucket, ITEMS))):
            told = asked.join(rows, on="declaration", maintain_order="left_right")
            shelves.put_into(_SHIPPED + table, told, "bucket")
        for table, schema in _OF_EXPORT.items():
            rows = shelves.take(table, bucket, schema)
            told = asked.join(rows, left_on="declaration", right_on="export", maintain_order="left_right")
            shelves.put_into(_SHIPPED + table, told.rename({"declaration": "export"}), "bucket")


def _together(shelves: Shelves, bucket: int) -> Tables:
    told = {table: shelves.take(_NAMED + table, bucket, schema) for table, schema in _OF_CERTIFICATE.items()}
    for table, schema in {**_OF_DECLARATION, **_OF_EXPORT}.items():
        parts = (shelves.take(name, bucket, schema) for name in (table, _SHIPPED + table))
        told[table] = pl.concat(parts)
    return Tables(**told)
