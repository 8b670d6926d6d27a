"""The sheet of papers: a row a paper, or a row a line of it, under titles in Chinese or English.

Cells are read as the self-inspection reads them: people's habits undone, and the type of the field has the last word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

import polars as pl

from hefu import errors
from hefu.documents import fields as forms
from hefu.documents.coded import Currency
from hefu.documents.fields import plain, unscaled
from hefu.documents.readers import records
from hefu.documents.refusal import shown
from hefu.errors import HefuError, Problem, Text
from hefu.inspection.fields.cells import read_cell
from hefu.inspection.fields.fields import Field
from hefu.inspection.fields.titles import folded, readings
from hefu.inspection.layout.layout import letter
from hefu.inspection.sheets.sheet import ROW, Sheet
from hefu.procedures.dossier.papers import LISTS, Held, Paper, nested
from hefu.rules.days import as_day

CELL = errors.kind(
    "dossier.cell",
    http=422,
    message=Text("{file}: {place}: {value}: {rule_zh}", "{file}: {place}: {value}: {rule_en}"),
    cure=Text("更正该单元格; 该单证的其余内容已采用", "correct the cell; the rest of the paper was taken"),
)
ROW_REFUSED = errors.kind(
    "dossier.row",
    http=422,
    message=Text("{file}: {place}: {value}: {rule_zh}", "{file}: {place}: {value}: {rule_en}"),
    cure=Text(
        "更正该行; 该行未被采用, 种类的写法见 docs/dossier.md",
        "correct the row, which was not taken; docs/dossier.md lists the kinds",
    ),
)
DIFFERS = errors.kind(
    "dossier.row_differs",
    http=422,
    message=Text(
        "{file}: {place}: {value} 与同一单证前一行的 {before} 不同, 采用前者",
        "{file}: {place}: {value} differs from {before} in an earlier row of the paper, which was taken",
    ),
    cure=Text(
        "同一单证各行的表头内容写成一样, 或只写一次", "write what concerns the whole paper once, or alike"
    ),
)
LOOKED_AT: Final = 20
"""Rows in which the header may stand."""
_SEPARATORS: Final = re.compile(r"[,，;；、\n]+")
_HEAD: Final = {
    "number": forms.Short,
    "day": forms.Day,
    "contract": forms.Remark,
    "invoice": forms.Remark,
    "declaration": forms.Remark,
    "amount": forms.Amount,
    "currency": Currency,
    "gross_weight": forms.Quantity,
    "pay_by": forms.Day,
    "scans": forms.Remark,
    "remark": forms.Remark,
    **{f"{role}_name": forms.Name for role in ("seller", "buyer", "agent", "principal")},
    **{f"{role}_uscc": forms.Uscc for role in ("seller", "buyer", "agent", "principal")},
}
_LINE: Final = {
    "item": forms.ItemNumber,
    "hs_code": forms.HsCode,
    "goods_name": forms.Name,
    "quantity": forms.Quantity,
    "unit": forms.Short,
    "line_amount": forms.Amount,
}
_DIGITS: Final = {"amount": 4, "line_amount": 4, "quantity": 5, "gross_weight": 5}
_DAYS: Final = ("day", "pay_by")
_FIELDS: Final[Mapping[str, Field]] = {
    name: Field("amount" if name == "line_amount" else name, form, digits=_DIGITS.get(name, 0))
    for name, form in {**_HEAD, **_LINE}.items()
}


@cache
def _names() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Folded titles to columns, and folded names to kinds."""
    told = tomllib.loads((files(__package__ or "") / "titles.toml").read_text("utf-8"))
    columns, kinds = (
        {folded(one): name for name, many in told[part].items() for one in (*many, name)}
        for part in ("columns", "kinds")
    )
    return columns, kinds


@dataclass(slots=True)
class _Gathered:
    """A paper that is being gathered from its rows."""

    row: int
    values: dict[str, Any]
    cells: dict[str, str]
    lines: list[dict[str, Any]] = field(default_factory=list)


def header_of(sheet: Sheet) -> tuple[int, dict[str, str]] | None:
    """The row of the header, and column by field; ``None`` where no row names kind and number."""
    block = next(sheet.blocks(LOOKED_AT), None)
    for row in block.iter_rows(named=True) if block is not None else ():
        columns: dict[str, str] = {}
        for column, title in row.items():
            if column != ROW and title:
                found = next((_names()[0][one] for one in readings(title) if one in _names()[0]), None)
                if found is not None:
                    columns.setdefault(found, column)
        if {"kind", "number"} <= columns.keys():
            return int(row[ROW]), columns
    return None


def read_sheet(sheet: Sheet, header: tuple[int, dict[str, str]]) -> Iterator[Held | HefuError]:
    """The papers of a sheet, in order of their first row; a cell or row that cannot be taken is an error."""
    top, columns = header
    gathered: dict[tuple[str, str], _Gathered] = {}
    for block in sheet.blocks():
        for row in block.filter(pl.col(ROW) > top).iter_rows(named=True):
            yield from _take(sheet, int(row[ROW]), row, columns, gathered)
    for (kind, _), one in gathered.items():
        values = {**one.values, "kind": kind, "lines": one.lines}
        try:
            paper = records.build(Paper, values, sheet.source, partial(_path, one))
            yield Held(paper, sheet.source, _place(sheet, "", one.row), one.cells)
        except HefuError as error:
            yield error


def _path(one: _Gathered, path: tuple[int | str, ...]) -> str:
    name = str(path[0]) if path else ""
    return one.cells.get(name, f"row {one.row}")


def _place(sheet: Sheet, column: str, row: int) -> str:
    cell = f"{letter(int(column))}{row}" if column else f"row {row}"
    return f"{sheet.name}!{cell}" if sheet.name else cell


def _take(
    sheet: Sheet,
    number: int,
    row: Mapping[str, Any],
    columns: Mapping[str, str],
    gathered: dict[tuple[str, str], _Gathered],
) -> Iterator[HefuError]:
    """Enter a row; yields what is wrong with it."""
    texts = {name: row.get(column) for name, column in columns.items()}
    if not any(texts.values()):
        return
    kind = next((_names()[1][one] for one in readings(texts["kind"] or "") if one in _names()[1]), None)
    if kind is None or not texts["number"]:
        column = columns["kind" if kind is None else "number"]
        rule = Text("不是已知的单证种类", "no known kind of paper") if texts["kind"] else _MISSING
        rule = rule if kind is None else _MISSING
        told = texts["kind" if kind is None else "number"] or ""
        yield _error(ROW_REFUSED, sheet, column, number, told, rule)
        return
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if name == "kind" or text is None:
            continue
        read = read_cell(_FIELDS[name], text)
        if isinstance(read, Text):
            yield _error(CELL, sheet, columns[name], number, text, read)
        elif read is not None:
            values[name] = _value(name, read)
    own = gathered.setdefault((kind, str(values.get("number", texts["number"]))), _Gathered(number, {}, {}))
    places = {name: _place(sheet, columns[name], number) for name in values}
    line = {name: values.pop(name) for name in _LINE if name in values}
    if line:
        at = f"lines[{len(own.lines)}]"
        own.cells |= {f"{at}.{name.removeprefix('line_')}": places[name] for name in line}
        own.lines.append({name.removeprefix("line_"): value for name, value in line.items()})
    for name, value in nested(values).items():
        before = own.values.setdefault(name, value)
        own.cells.setdefault(name, places.get(name) or places.get(f"{name}_name") or places.get(f"{name}_uscc")
                             or places[_SINGULAR[name]])  # fmt: skip
        if before != value:
            told = {"before": shown(before)}
            yield HefuError(
                Problem(DIFFERS, _place(sheet, "", number), shown(value), sheet.source, details=told)
            )


_MISSING: Final = Text("必填", "is required")
_SINGULAR: Final = {several: one for one, several in LISTS.items()}


def _error(kind: errors.Kind, sheet: Sheet, column: str, row: int, value: str, rule: Text) -> HefuError:
    told = {"rule_zh": rule.zh, "rule_en": rule.en}
    return HefuError(Problem(kind, _place(sheet, column, row), shown(value), sheet.source, details=told))


def _value(name: str, read: str | int) -> Any:
    if name in _DAYS:
        return as_day(int(read)).isoformat()
    if name in _DIGITS:
        return plain(unscaled(int(read), _DIGITS[name]))
    if name in LISTS:
        return [one.strip() for one in _SEPARATORS.split(str(read)) if one.strip()]
    return read
