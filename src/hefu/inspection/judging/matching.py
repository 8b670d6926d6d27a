"""Which certificates belong to declarations that name none, and which exports are only there to be compared with.

A return, amendment or withdrawal that names no certificate takes those of the fitting purpose whose lines belong to
the export declaration that it concerns, as customs does (DESIGN §9).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents.declaration import Act
from hefu.engines.shelves import Shelves
from hefu.rules.case import UseState
from hefu.rules.mass.tables import CERTIFICATES, DECLARATIONS, LINES, REFERENCES, STANDINGS

col = pl.col

HEADS: Final = "heads"
"""The shelf of declarations before it is settled which of them are judged."""
_AFTER: Final = [Act.RETURN.value, Act.AMENDMENT.value, Act.WITHDRAWAL.value]
_SILENT: Final = {"declaration": pl.String, "act": pl.String, "export": pl.String}
_COVERING: Final = {"certificate": pl.String, "act": pl.String, "export": pl.String}
_SPOKEN: Final = {"export": pl.String}


def settle(shelves: Shelves) -> int:
    """Bring references and declarations onto the shelves as the comparison wants them. Returns how many exports
    are there only to be compared with.
    """
    for bucket in range(shelves.buckets):
        _lay_out(shelves, bucket)
    for bucket in range(shelves.buckets):
        _find(shelves, bucket)
    return sum(_judged(shelves, bucket) for bucket in range(shelves.buckets))


def _lay_out(shelves: Shelves, bucket: int) -> None:
    heads = shelves.take(HEADS, bucket, DECLARATIONS)
    references = shelves.take("references", bucket, REFERENCES)
    after = heads.filter(col("act").is_in(_AFTER) & col("related").is_not_null())
    silent = after.join(references, on="declaration", how="anti").rename({"related": "export"})
    shelves.put("silent", silent.select(list(_SILENT)), "export")
    shelves.put("spoken", after.select(export=col("related").unique()), "export")
    certificates = shelves.take("certificates", bucket, CERTIFICATES)
    taken = shelves.take("standings", bucket, STANDINGS).filter(col("state") != UseState.AVAILABLE.value)
    lines = shelves.take("lines", bucket, LINES).select("certificate", export="line_declaration")
    lines = lines.drop_nulls().unique(maintain_order=True)
    shelves.put("spoken", lines.select(col("export").unique()), "export")
    free = certificates.filter(col("agent_uscc").is_null() & col("agent_code").is_null())
    free = free.join(taken, on="certificate", how="anti").select("certificate", act="purpose")
    covering = lines.join(free, on="certificate", maintain_order="left")
    shelves.put("covering", covering.select(list(_COVERING)), "export")


def _find(shelves: Shelves, bucket: int) -> None:
    silent = shelves.take("silent", bucket, _SILENT)
    covering = shelves.take("covering", bucket, _COVERING)
    found = silent.join(covering, on=["export", "act"], maintain_order="left_right")
    nothing = pl.lit(None, pl.Int64)
    references = found.select("declaration", "certificate", item=nothing, line=nothing)
    if references.height:
        shelves.put("references", references, "declaration")


def _judged(shelves: Shelves, bucket: int) -> int:
    """An export that another paper concerns has been declared before; without a certificate of its own it is one of
    before the network, and not judged (assumption, told in the report).
    """
    heads = shelves.take(HEADS, bucket, DECLARATIONS)
    references = shelves.take("references", bucket, REFERENCES).select("declaration").unique()
    spoken = shelves.take("spoken", bucket, _SPOKEN).unique().select(declaration="export")
    past = heads.filter(col("act") == Act.EXPORT.value).join(spoken, on="declaration", how="semi")
    numbers = past.join(references, on="declaration", how="anti").get_column("declaration")
    shelves.put(
        "declarations", heads.with_columns(judged=~col("declaration").is_in(numbers.implode())), "declaration"
    )
    return numbers.len()
