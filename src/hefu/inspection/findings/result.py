"""What an inspection says: frames for machines and writers of reports, details for people.

Every frame has a schema of its own below. Places in files are told as people find them: ``file`` (members of
archives as ``a.zip/b.xlsx``), ``sheet`` (empty where a file has none) and ``row`` (from 1, as a spreadsheet counts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl

from hefu.errors import Text
from hefu.inspection.fields.fields import Paper
from hefu.inspection.fields.titles import called
from hefu.inspection.findings.noticed import Noticed

_S, _I = pl.String, pl.Int64
_FEW: Final = pl.Categorical()
"""Texts of which there are few: a quarter of the memory where there are millions of rows."""
_PLACE: Final = {"file": _FEW, "sheet": _FEW, "row": _I}

FILES: Final[Mapping[str, Any]] = {
    "file": _S, "sheet": _S, "paper": _S, "header": _I, "rows": _I, "judged": _I, "refused": _I,
}  # fmt: skip
"""One row a sheet or file read. ``paper``: certificate, declaration, invoice, agreement, or empty where nothing
was recognised; ``header``: the last row of the header; ``rows`` = ``judged`` + ``refused`` always.
"""
COLUMNS: Final[Mapping[str, Any]] = {
    "file": _S, "sheet": _S, "column": _S, "title": _S, "field": _S, "suggested": _S,
}  # fmt: skip
"""One row a column of a sheet: its letter, its title, the field it was read as (empty: not recognised) and then
the nearest field.
"""
REFUSALS: Final[Mapping[str, Any]] = {
    "file": _S, "sheet": _S, "row": _I, "cell": _S, "title": _S, "field": _S, "value": _S, "rule_zh": _S, "rule_en": _S,
}  # fmt: skip
"""One row a cell (or a whole row or document, ``cell`` empty) that could not be read, and why."""
DECLARED: Final[Mapping[str, Any]] = {
    "declaration": _S, "act": _FEW, "declared_on": pl.Date, "trader_uscc": _FEW, "trader_name": _FEW,
    "certificates": pl.List(_S), "outcome": _FEW, "match": _FEW, "entitlement": _FEW, "action": _FEW,
    "blocks": _I, "warns": _I, "usd": pl.Decimal(20, 4), **_PLACE,
}  # fmt: skip
"""One row a declaration. ``outcome``: ``clears``, ``held`` or ``not_needed``; ``action``: see ``actions.py``, what a
person would do next (empty: nothing); ``usd``: its value in US dollars, null where it is not known.
"""
CERTIFIED: Final[Mapping[str, Any]] = {
    "certificate": _S, "purpose": _FEW, "issued_on": pl.Date, "holder_uscc": _FEW, "holder_name": _FEW,
    "declarations": pl.List(_S), "status": _FEW, "until": pl.Date, "usd": pl.Decimal(20, 4), **_PLACE,
}  # fmt: skip
"""One row a certificate. ``status``: ``matched`` (one declaration, which clears), ``held`` (its declaration would be
held), ``unused``, ``used``, ``voided``, ``several`` (more than one declaration names it), ``over_covered`` (its goods are
covered twice), ``lapsing`` (unused, and the period of its goods ends within 30 days) or ``lapsed``; ``until``: the last
day on which its goods may be declared, where there is one.
"""
FOUND: Final[Mapping[str, Any]] = {
    "declaration": _S, "code": _S, "question": _S, "severity": _S, "certificate": _S, "item": _I, "line": _I,
    "field": _S, "declared": _S, "certified": _S, "action": _S, "usd": pl.Decimal(20, 4),
    "message_zh": _S, "message_en": _S, "remedy_zh": _S, "remedy_en": _S, "ground_zh": _S, "ground_en": _S,
    "declared_file": _S, "declared_sheet": _S, "declared_row": _I,
    "certified_file": _S, "certified_sheet": _S, "certified_row": _I,
}  # fmt: skip
"""One row a finding, of the comparison (``question`` match or entitlement) or across documents (``papers``). Sorted by
action, then money, the largest first.
"""


@dataclass(frozen=True, slots=True)
class Detail:
    """A declaration to look at closely: the papers as JSON objects in their canonical form, and the smallest
    changes (each a list of edits as :meth:`hefu.rules.edits.Edit.as_json` writes them).
    """

    declaration: Mapping[str, Any]
    certificates: tuple[Mapping[str, Any], ...] = ()
    original: Mapping[str, Any] | None = None
    changes: tuple[tuple[Mapping[str, Any], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """The answer. ``details`` holds the heaviest declarations with findings, by number; ``omitted`` says how many
    more have findings. ``noticed`` is how the declarations look to somebody who looks for chains, where that was asked.
    ``live`` is the authority's own record of each certificate, by number, where a node was asked.
    """

    at: datetime
    version: str
    ruleset: str
    ruleset_hash: str
    policy: Mapping[str, Any]
    files: pl.DataFrame
    columns: pl.DataFrame
    refusals: pl.DataFrame
    declarations: pl.DataFrame
    certificates: pl.DataFrame
    findings: pl.DataFrame
    pairs: int
    details: Mapping[str, Detail] = field(default_factory=dict)
    omitted: int = 0
    assumptions: tuple[tuple[str, str], ...] = ()
    live: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    node: str = ""
    noticed: Noticed | None = None

    @property
    def sound(self) -> bool:
        """Whether everything was read and nothing would be held: exit code 0."""
        blocks = (self.findings["severity"] == "block").any()
        return not (blocks or self.refusals.height)


def with_names(inspection: Inspection, frame: pl.DataFrame, field: str) -> pl.DataFrame:
    """The frame with what people call the fields in a column: ``{field}_zh`` and ``{field}_en``. Its rows stand in
    ``file`` and ``sheet``, whose paper settles the name.
    """
    papers = inspection.files.select("file", "sheet", "paper").unique(["file", "sheet"], keep="first")
    kinds = frame.select(pl.col("file", "sheet").cast(_S), field).join(
        papers, on=["file", "sheet"], how="left", maintain_order="left"
    )
    told = [
        called(Paper(paper), name) if paper and name else Text(name or "", name or "")
        for name, paper in kinds.select(field, "paper").iter_rows()
    ]
    return frame.with_columns(
        pl.Series(f"{field}_zh", [one.zh for one in told], _S),
        pl.Series(f"{field}_en", [one.en for one in told], _S),
    )


def empty(schema: Mapping[str, Any]) -> pl.DataFrame:
    """A frame of a schema without rows."""
    return pl.DataFrame(schema=dict(schema))
