"""Everything that was read, on shelves: rows by the number of their paper, and what could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.engines.shelves import Shelves
from hefu.errors import HefuError, Text
from hefu.inspection.fields.fields import Paper
from hefu.inspection.fields.titles import called
from hefu.inspection.findings.result import COLUMNS, FILES, REFUSALS
from hefu.inspection.papers import certified, declared
from hefu.inspection.papers.documents import frame_of, references_frame, references_of, rows_of
from hefu.inspection.papers.parting import PLACE

_NUMBER: Final = {Paper.DECLARATION: "declaration", Paper.CERTIFICATE: "certificate"}
_REFUSED: Final = {"source": pl.Int32, "number": pl.String} | {
    name: kind for name, kind in REFUSALS.items() if name not in ("file", "sheet")
}
_PRESUMED: Final = {
    (Paper.CERTIFICATE, "purpose"): (
        "没有用途列: 有出口报关单号的视为退运, 其余视为出口",
        "there is no column of purposes: with an export declaration it is taken for a return, otherwise for an export",
    ),
    (Paper.DECLARATION, "first"): (
        "没有法定数量列: 以成交数量比对",
        "there is no column of statutory quantities: the transaction quantity is compared",
    ),
}
"""What is presumed where a list has no column of a field."""
_NOTES, _NOTE = 5, 60
"""Notes that are shown, and signs of each."""
_AT_ONCE: Final = 20_000
"""Documents that are laid down together."""


@dataclass(slots=True)
class _File:
    file: str
    sheet: str
    paper: str
    header: int
    rows: int = 0
    refused: bool = False


class Papers:
    """What was read. ``rows`` of sheets and documents lie on ``shelves`` under the name of their paper, keyed by its
    number; invoices and agreements, of which there are few, in memory (``others``).
    """

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves
        self.others: defaultdict[Paper, list[pl.DataFrame]] = defaultdict(list)
        self.assumed: dict[str, Text] = {}
        self.stated: defaultdict[Paper, set[str]] = defaultdict(set)
        self._files: list[_File] = []
        self._columns: list[pl.DataFrame] = []
        self._refused: list[pl.DataFrame] = []
        self._documents: list[tuple[Declaration | Certificate, int, int]] = []

    def open(self, file: str, sheet: str = "", paper: Paper | None = None, header: int = 0) -> int:
        """A sheet or file to come: its number, under which its rows are laid down."""
        self._files.append(_File(file, sheet, paper.value if paper else "", header))
        return len(self._files) - 1

    def columns(self, source: int, rows: Sequence[dict[str, str]]) -> None:
        """What the columns of a sheet were read as: ``column``, ``title``, ``field``, ``suggested``."""
        place = {"file": self._files[source].file, "sheet": self._files[source].sheet}
        self._columns.append(pl.DataFrame([{**place, **row} for row in rows], schema=dict(COLUMNS)))

    def add_rows(self, source: int, rows: pl.DataFrame, counted: int) -> None:
        """Typed rows of a sheet, out of ``counted`` that it had."""
        one = self._files[source]
        one.rows += counted
        paper = Paper(one.paper)
        stated = [name for name in rows.columns if rows[name].null_count() < rows.height]
        self.stated[paper].update(stated)
        rows = rows.select(stated).with_columns(source=pl.lit(source, pl.Int32))
        if not rows.height:
            return
        if paper in _NUMBER:
            self.shelves.put(paper.value, rows, _NUMBER[paper])
        else:
            self.others[paper].append(rows)

    def left_out(self, source: int, rows: int) -> None:
        """Rows of a sheet that are no rows of data: sums, and the header told again."""
        if rows:
            place = self._place(source)
            self.assumed[f"left out {source}"] = Text(
                f"{place}: {rows} 行是合计或重复的表头, 不算数据行",
                f"{place}: {rows} rows are sums or the header told again, no rows of data",
            )

    def notes(self, source: int, found: Sequence[pl.DataFrame]) -> None:
        """Rows of a sheet that are notes (``row``, ``text``), no rows of data."""
        many = sum(one.height for one in found)
        if many:
            rows = chain.from_iterable(one.iter_rows() for one in found)
            shown = [f"{row}: {' '.join(text.split())[:_NOTE]}" for row, text in islice(rows, _NOTES)]
            told, place = "; ".join([*shown, *("…" for _ in range(many > _NOTES))]), self._place(source)
            self.assumed[f"notes {source}"] = Text(
                f"{place}: {many} 行是附注, 不算数据行 (行号: 内容): {told}",
                f"{place}: {many} rows are notes, no rows of data (row: text): {told}",
            )

    def counted(self, source: int) -> None:
        """A sheet without numbers of its lines: they were counted."""
        place = self._place(source)
        self.assumed[f"counted {source}"] = Text(
            f"{place}: 没有项号列, 同一报关单的各行按顺序编为第 1, 2, 3 … 项",
            f"{place}: there is no column of item numbers, the rows of each declaration are counted 1, 2, 3 …",
        )

    def presumed(self, source: int, fields: Container[str]) -> None:
        """A sheet that leaves out what is presumed for all its rows."""
        place, paper = self._place(source), self._files[source].paper
        for (kind, name), (zh, en) in _PRESUMED.items():
            if paper == kind.value and name not in fields:
                self.assumed[f"{name} {source}"] = Text(f"{place}: {zh}", f"{place}: {en}")

    def told_once(self, source: int, told: Mapping[str, str]) -> None:
        """Fields that a sheet tells once for all its rows."""
        for name, text in told.items():
            title, place = called(Paper(self._files[source].paper), name), self._place(source)
            self.assumed[f"{name} {source}"] = Text(
                f"{place}: 全部各行的{title.zh}取自表头: {text}",
                f"{place}: {title.en} of all rows taken from the heading: {text}",
            )

    def noted(self, source: int) -> None:
        """A sheet of notes beside a list."""
        place = self._place(source)
        self.assumed[f"noted {source}"] = Text(
            f"{place}: 不是清单 (没有一行有 3 格), 未读",
            f"{place}: no list (no row of it has 3 cells), not read",
        )

    def _place(self, source: int) -> str:
        return f"{self._files[source].file} {self._files[source].sheet}".strip()

    def add_document(self, source: int, document: Declaration | Certificate, row: int) -> None:
        """A document of a file, the ``row``-th in it."""
        self._files[source].rows += 1
        kind = Paper.CERTIFICATE if isinstance(document, Certificate) else Paper.DECLARATION
        self._files[source].paper = kind.value
        self._documents.append((document, source, row))
        if len(self._documents) >= _AT_ONCE:
            self.settle()

    def settle(self) -> None:
        """Lay down what has been gathered."""
        told, self._documents = self._documents, []
        references: list[tuple[Any, ...]] = []
        rows: defaultdict[Paper, list[dict[str, Any]]] = defaultdict(list)
        for document, source, row in told:
            kind = Paper.CERTIFICATE if isinstance(document, Certificate) else Paper.DECLARATION
            rows[kind] += rows_of(document, source, row)
            if isinstance(document, Declaration):
                references += references_of(document)
        for kind, made in rows.items():
            frame = frame_of(made, kind)
            self.stated[kind].update(frame.columns)
            self.shelves.put(kind.value, frame, _NUMBER[kind])
        if references:
            self.shelves.put("references", references_frame(references), "declaration")

    def refuse(self, source: int, refused: pl.DataFrame) -> None:
        """Cells that could not be read, as ``result.REFUSALS`` without file and sheet, with the ``number`` of their paper
        where it is known.
        """
        if refused.height:
            told = refused.with_columns(source=pl.lit(source, pl.Int32))
            if "number" not in told.columns:
                told = told.with_columns(number=pl.lit(None, pl.String))
            self._refused.append(told.select(list(_REFUSED)))

    def refuse_rows(self, refused: pl.DataFrame) -> None:
        """Rows that cannot be judged, as :data:`~hefu.inspection.papers.declared.REFUSED`."""
        texts = {**declared.RULES, **certified.RULES}
        rules = {
            f"rule_{language}": {name: getattr(text, language) for name, text in texts.items()}
            for language in ("zh", "en")
        }
        told = refused.with_columns(
            cell=pl.lit(""),
            title=pl.lit(""),
            **{
                name: pl.col("rule").replace_strict(names, return_dtype=pl.String)
                for name, names in rules.items()
            },
        )
        self._refused.append(told.select(pl.col(name).cast(kind) for name, kind in _REFUSED.items()))

    def refuse_file(
        self, error: HefuError, source: int | None = None, row: int = 0, *, counted: int = 1
    ) -> None:
        """A file, sheet or document that could not be read: every problem a refusal, ``counted`` rows refused."""
        if source is None:
            source = self.open(error.first.file)
        self._files[source].rows += counted
        rows = [
            {
                "source": source, "number": None, "row": row, "cell": "", "title": "", "field": one.place,
                "value": one.value, "rule_zh": f"{one.message.zh} → {one.cure.zh}",
                "rule_en": f"{one.message.en} → {one.cure.en}",
            }
            for one in error.problems
        ]  # fmt: skip
        self._refused.append(pl.DataFrame(rows, schema=_REFUSED))

    def refuse_sheet(self, error: HefuError, source: int, rows: int) -> None:
        """A sheet of which no row can be judged, with its number of rows."""
        self._files[source].refused = True
        self.refuse_file(error, source, counted=rows)

    def refused(self) -> pl.DataFrame:
        """All that was refused, with the number of its ``source`` and of its paper."""
        return pl.concat([pl.DataFrame(schema=_REFUSED), *self._refused])

    def places(self) -> pl.DataFrame:
        """File and sheet of every ``source``."""
        told = [(number, one.file, one.sheet) for number, one in enumerate(self._files)]
        schema = {"source": PLACE["source"], "file": pl.String, "sheet": pl.String}
        return pl.DataFrame(told, schema=schema, orient="row")

    def files(self) -> pl.DataFrame:
        """All files and sheets with their counts: rows in = judged + refused."""
        refused = self.refused().group_by("source").agg(refused=pl.struct("row", "source").n_unique())
        counts: dict[int, int] = dict(refused.iter_rows())
        told = []
        for number, one in enumerate(self._files):
            lost = one.rows if one.refused else min(counts.get(number, 0), one.rows)
            told.append((one.file, one.sheet, one.paper, one.header, one.rows, one.rows - lost, lost))
        return pl.DataFrame(told, schema=dict(FILES), orient="row")

    def read_columns(self) -> pl.DataFrame:
        """All columns of all sheets."""
        return pl.concat([pl.DataFrame(schema=dict(COLUMNS)), *self._columns])
