"""Forms of a PDF page: labels with their values, and the lines of the form's table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Final

from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.titles import field_of, folded, words

Row = list[str | None]
_PAIR: Final = re.compile(r"([^:：]{1,40})[:：]\s*(.*)", re.DOTALL)
_GAP: Final = 1.2
"""Gap between two texts of a line, in heights of a letter, from which on they stand apart."""
_CERTIFICATE: Final = "未退税证明"
_NUMBER: Final = "证明编号"
_BARE: Final = frozenset({"编号", "号码", "证号", "no", "number"})
_HEIGHT: Final = 3
"""Rows that a header has at most."""
_LEAST: Final = 3
"""Titles that a header has at least."""


def segments(words: Iterable[dict[str, Any]]) -> list[list[str]]:
    """Words with their places as lines of texts that stand apart."""
    lines: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda one: (one["top"] + one["bottom"], one["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        if lines and lines[-1][0]["top"] <= middle <= lines[-1][0]["bottom"]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [_apart(sorted(line, key=lambda one: float(one["x0"]))) for line in lines]


def _apart(line: list[dict[str, Any]]) -> list[str]:
    told = [str(line[0]["text"])]
    for before, word in pairwise(line):
        gap = word["x0"] - before["x1"]
        if gap > _GAP * (word["bottom"] - word["top"]):
            told.append(str(word["text"]))
        else:
            told[-1] += f" {word['text']}"
    return told


@dataclass(slots=True)
class Form:
    """A form: its labels with their values in order, the header of its table, the cells of its lines."""

    pairs: dict[str, str | None]
    titles: list[Row]
    lines: list[Row]

    def header(self) -> list[Row]:
        """The header of its sheet: labels, then titles."""
        return [[*self.pairs, *row] for row in self.titles or [[]]]

    def rows(self) -> list[Row]:
        """A row a line; one row where there is no line."""
        return [[*self.pairs.values(), *line] for line in self.lines or [[]]]

    def goes_on(self, rows: Sequence[Row]) -> bool:
        """Whether a table without a number is more of the form's."""
        return bool(self.titles) and len(rows[0]) == len(self.titles[-1])

    def more(self, rows: Sequence[Row]) -> list[Row]:
        """Its lines, each with the values of the form; a header that is told again is left out."""
        return [[*self.pairs.values(), *row] for row in rows if row not in self.titles]


def form_of(lines: Sequence[Sequence[str]], tables: Sequence[list[Row]]) -> Form | None:
    """The form of a page, if its labels name the number of a paper; none for plain tables. The number of a page that
    calls itself a certificate may stand behind a bare ``No.``: it is then labelled as what it is.
    """
    pairs: dict[str, str | None] = {}
    for line in lines:
        _take(pairs, line)
    if any(_CERTIFICATE in folded(text) for line in lines for text in line):
        pairs = {_NUMBER if folded(label) in _BARE else label: value for label, value in pairs.items()}
    titles: list[Row] = []
    goods: list[Row] = []
    for rows in tables:
        head, rest = _split(rows)
        for row in head:
            _take(pairs, _cells(row))
        if not titles:
            rest = _narrowed(rest)
            titles = [row for row in rest[:_HEIGHT] if is_header(row)]
        elif rest and len(rest[0]) != len(titles[-1]):
            return None  # two tables that do not go together: shown as they are
        goods += [row for row in rest if row not in titles and not _take_footer(pairs, row)]
    paper = _paper(pairs, titles)
    return None if paper is None else Form(pairs, titles, goods)


def _paper(pairs: dict[str, str | None], titles: list[Row]) -> Paper | None:
    """The paper whose number the labels name, and the table does not."""
    listed = [title for row in titles for title in row if title]
    for paper in Paper:
        number = FIELDS[paper][0].name
        if any(value and field_of(label, paper) == number for label, value in pairs.items()):
            return None if any(field_of(title, paper) == number for title in listed) else paper
    return None


def _split(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of labels and values, and from the header on the rest."""
    at = next((number for number, row in enumerate(rows) if is_header(row)), None)
    if at is None:
        are_pairs = all(_is_label(row[0]) for row in rows)
        return (rows, []) if are_pairs else ([], rows)
    return rows[:at], rows[at:]


def is_header(row: Row) -> bool:
    """Whether a row holds titles and nothing else."""
    cells = _once(row)
    known = sum(map(_is_known, cells))
    return (
        known >= _LEAST and 3 * known >= 2 * len(cells) and not any(_PAIR.fullmatch(cell) for cell in cells)
    )


def _is_known(text: str | None) -> bool:
    """Whether a text is a title. ``FOB`` stands in lists of titles, but here it is the value of another."""
    if not text or folded(text) in words("terms"):
        return False
    return any(field_of(text, paper) is not None for paper in Paper)


def _is_label(text: str | None) -> bool:
    return bool(text) and (
        _is_known(text) or (text or "").rstrip().endswith((":", "：")) or bool(_PAIR.fullmatch(text or ""))
    )


def _cells(row: Row) -> Row:
    """The cells of a row, those of a merged one once."""
    return [text for text, _ in groupby(row)]


def _once(row: Row) -> list[str]:
    """The cells of a row that are not blank, those of a merged one once."""
    return [text for text in _cells(row) if text]


def _narrowed(rows: list[Row]) -> list[Row]:
    """Rows without the places that a cell only covers because rows above are cut more finely."""
    columns = list(zip(*rows, strict=True))
    kept = [
        one for number, one in enumerate(columns) if not number or not one[0] or one != columns[number - 1]
    ]
    return [list(row) for row in zip(*kept, strict=True)]


def _take(pairs: dict[str, str | None], cells: Sequence[str | None]) -> None:
    """Labels and values of a line: ``label: value`` in one text, or in two that follow each other."""
    label = ""
    for cell in cells:
        found = _PAIR.fullmatch(cell or "")
        if found and not (label and not _is_known(found[1])):
            label = found[1].strip()
            if found[2].strip():
                pairs.setdefault(label, found[2].strip())
                label = ""
        elif label:
            pairs.setdefault(label, cell)
            label = ""
        elif cell and _is_known(cell):
            label = cell


def _take_footer(pairs: dict[str, str | None], row: Row) -> bool:
    """Whether a row below the lines says only labels with their values; then it is taken as such."""
    cells = _once(row)
    are_pairs = all(_PAIR.fullmatch(cell) for cell in cells)
    if not cells or not (are_pairs or (len(cells) == 2 and _is_label(cells[0]))):
        return False
    _take(pairs, cells)
    return True
