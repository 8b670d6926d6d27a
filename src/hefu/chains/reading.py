"""A folder of tables, as somebody exported them, to the tables that are joined.

A file is known by its name (``declarations.csv``, ``报关单-2026Q1.xlsx``) or by the name of its sheet, a column by its
name or its title in Chinese or English. A row with a cell that cannot be read is refused with its place and the cure, and
counted; the other rows are read. What is no table, and columns that nobody asked for, are named, too. Declarations
(DecMessage XML, JSON) and certificates (JSON) are read as rows of their tables.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from hefu import errors
from hefu.chains.documents import as_tables
from hefu.chains.tables import TABLES, Column, Table, Tables
from hefu.documents.declaration import Declaration
from hefu.documents.readers.json_documents import Paper, read_paths
from hefu.errors import HefuError, Problem, Text
from hefu.rules.policy import Policy

NOTHING = errors.kind(
    "chains.nothing",
    http=422,
    message=Text("{file}: 没有可识别的表", "{file}: holds no table that is known"),
    cure=Text(
        "文件按表命名, 如 declarations.csv 或 报关单.xlsx; 表名和列名见 docs/chains.zh.md",
        "name files after their table, such as declarations.csv; tables and columns are in docs/chains.md",
    ),
)
UNREADABLE = errors.kind(
    "chains.unreadable",
    http=422,
    message=Text("{file}: 无法读取: {value}", "{file}: cannot be read: {value}"),
    cure=Text("重新导出为 csv, xlsx 或 parquet", "export it again as csv, xlsx or parquet"),
)
MISSING_COLUMN = errors.kind(
    "chains.missing_column",
    http=422,
    message=Text("{file}: 缺少列 {value} ({zh})", "{file}: lacks the column {value} ({en}, {zh})"),
    cure=Text("补上该列, 可用英文列名或中文标题", "add the column, under its name or its title"),
)
BAD_CELL = errors.kind(
    "chains.bad_cell",
    http=422,
    message=Text(
        "{file}: 第 {place} 行 {zh}: {value} 应为{rule_zh}",
        "{file}: row {place}, {en}: {value} should be {rule_en}",
    ),
    cure=Text(
        "更正该单元格后重新导出; 该行未读入", "correct the cell and export again; the row was not read"
    ),
)
CONFLICT = errors.kind(
    "chains.conflicting_row",
    http=422,
    message=Text(
        "{file} ({zh}): {value} 出现多次且内容不同", "{file} ({en}): {value} stands there more than once, with other content"
    ),
    cure=Text(
        "只保留一行, 更正过的单证保留更正后的; 现只读入第一行",
        "keep one row, of a corrected document the corrected one; only the first was read",
    ),
)  # fmt: skip

_NAMED: Final = 200
"""Refused cells of a file that are named one by one; all are counted."""
_DOCUMENTS: Final = (".xml", ".json", ".jsonl")
_SUFFIXES: Final = (
    ".csv",
    ".tsv",
    ".txt",
    ".parquet",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".xlsb",
    ".ods",
    *_DOCUMENTS,
)
_DATES: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_TRUE: Final = ("true", "1", "yes", "y", "是")
_FALSE: Final = ("false", "0", "no", "n", "否")
_RULES: Final = {
    pl.Date: Text("日期 (如 2026-01-31)", "a day such as 2026-01-31"),
    pl.Int64: Text("整数 (金额以分, 数量乘 100000, 重量以克)", "a whole number (money in fen, quantities by 100,000, weights in grams)"),
    pl.Boolean: Text("是或否", "yes or no"),
    pl.String: Text("非空", "given"),
}  # fmt: skip
_PLACE: Final = "row number"


@dataclass
class Read:
    """What a folder held. ``counts``: for each table rows read, refused, and repeated (read once)."""

    tables: Tables
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read(paths: Sequence[Path], policy: Policy | None = None) -> Read:
    """Read every table and document in files and folders; the policy has the customs rates by which declarations are
    brought to FOB in CNY. Raises ``chains.nothing`` where none is found.
    """
    told = Read({})
    found: dict[str, list[pl.DataFrame]] = {one.name: [] for one in TABLES}
    documents: list[tuple[Path, Paper]] = []
    for file in _files(paths):
        if file.suffix.lower() in _DOCUMENTS:
            documents += _documents(file, told)
            continue
        try:
            for table, name, frame in _sheets(file):
                if table is None:
                    told.ignored.append(name)
                    continue
                found[table.name].append(_typed(table, name, frame, told))
        except HefuError as error:
            told.problems += error.problems
    if documents:
        for name, rows in as_tables(_newest(documents, told), policy or Policy()).items():
            found[name].append(rows)
            told.counts.setdefault(name, Counter()).update(read=rows.height)
    if not any(found.values()) and not told.problems:
        errors.fail(NOTHING, file=", ".join(map(str, paths)))
    for table in TABLES:
        frames = found[table.name]
        told.tables[table.name] = _once(table, pl.concat(frames), told) if frames else table.empty()
    return told


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                one for one in path.rglob("*") if one.suffix.lower() in _SUFFIXES and one.name[0] not in ".~"
            )
        else:
            yield path  # fmt: skip


def _documents(file: Path, told: Read) -> Iterator[tuple[Path, Paper]]:
    for _, paper in read_paths([file]):
        if isinstance(paper, HefuError):
            told.problems += paper.problems
        else:
            yield file, paper


def _newest(documents: list[tuple[Path, Paper]], told: Read) -> list[Paper]:
    """Certificates, and each declaration as it reads now: a correction keeps the number, so of several versions the one
    of the latest day serves, then of the file that was written last, then the last one read (assumption: no paper counts
    its versions). A certificate never changes; two that differ stay a contradiction.
    """
    certificates = [one for _, one in documents if not isinstance(one, Declaration)]
    versions = [(file, one) for file, one in documents if isinstance(one, Declaration)]
    versions.sort(key=lambda version: (version[1].declared_on, version[0].stat().st_mtime_ns))
    newest = {one.number: one for _, one in versions}
    told.ignored += [f"{file}: {one.number}" for file, one in versions if one != newest[one.number]]
    return [*certificates, *newest.values()]


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def table_of(name: str) -> Table | None:
    """The table that a file or sheet is named after; what follows the name (a year, a part) does not matter."""
    folded = _folded(name)
    known = {
        _folded(one): table
        for table in TABLES
        for one in (table.name, table.title.zh, table.title.en, *table.also)
    }
    fitting = [one for one in known if folded.startswith(one)]
    return known[max(fitting, key=len)] if fitting else None


def _sheets(file: Path) -> Iterator[tuple[Table | None, str, pl.LazyFrame]]:
    """Every sheet of a file as text with its row numbers, and the table that it is."""
    suffix = file.suffix.lower()
    try:
        if suffix == ".parquet":
            frame = pl.scan_parquet(file)
            yield table_of(file.stem), str(file), frame.with_row_index(_PLACE, 1)
        elif suffix in {".csv", ".tsv", ".txt"}:
            source: Any = file if _is_utf8(file) else io.BytesIO(file.read_bytes().decode("gb18030").encode())
            separator = "\t" if suffix == ".tsv" else ","
            scanned = pl.scan_csv(source, infer_schema=False, separator=separator)
            yield table_of(file.stem), str(file), scanned.with_row_index(_PLACE, 2)
        else:
            book = CalamineWorkbook.from_path(file)
            for name in book.sheet_names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if rows:
                    yield table_of(name) or table_of(file.stem), f"{file} {name}", _rows(rows)
    except (OSError, UnicodeDecodeError, CalamineError, pl.exceptions.PolarsError) as error:
        errors.fail(UNREADABLE, file=str(file), value=str(error).split("\n", 1)[0][:200])


def _is_utf8(file: Path) -> bool:
    with file.open("rb") as stream:
        try:
            while piece := stream.read(1 << 20):
                (piece + stream.readline()).decode()
        except UnicodeDecodeError:
            return False
    return True


def _rows(rows: list[list[Any]]) -> pl.LazyFrame:
    titles = [str(one).strip() or f"column {n}" for n, one in enumerate(rows[0], 1)]
    cells = {title: [_cell(row[n]) for row in rows[1:]] for n, title in enumerate(titles)}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(titles, pl.String)).with_row_index(_PLACE, 2)
    return frame.filter(pl.any_horizontal(pl.col(titles).is_not_null())).lazy()


def _cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value).strip() or None


def _typed(table: Table, name: str, frame: pl.LazyFrame, told: Read) -> pl.DataFrame:
    """The rows of a sheet in the table's types; refused ones are named in ``told`` and counted."""
    has = frame.collect_schema()
    known = {
        _folded(key): one
        for one in table.columns
        for key in (*one.also, one.title.en, one.title.zh, one.name)
    }
    columns = {title: known[_folded(title)] for title in has if _folded(title) in known}
    told.ignored += [f"{name}: {title}" for title in has if title != _PLACE and title not in columns]
    missing = [one for one in table.columns if one.needed and one not in columns.values()]
    if missing:
        raise HefuError(
            *(
                Problem(MISSING_COLUMN, value=one.name, file=name, details=one.title._asdict())
                for one in missing
            )
        )
    told_as = {one.name: _text(title, has[title]) for title, one in columns.items()}
    texts = frame.select(pl.col(_PLACE), *(text.alias(one) for one, text in told_as.items()))
    checked = texts.with_columns(
        **{f"{one.name} read": _read_as(one) for one in columns.values()},
    ).with_columns(
        **{
            f"{one.name} bad": pl.col(f"{one.name} read").is_null() & (pl.col(one.name).is_not_null() | one.needed)
            for one in columns.values()
        }
    )  # fmt: skip
    is_bad = pl.any_horizontal(pl.col(f"{one.name} bad") for one in columns.values())
    good = checked.filter(~is_bad).select(
        (pl.col(f"{one.name} read") if one in columns.values() else pl.lit(None))
        .cast(one.dtype)
        .alias(one.name)
        for one in table.columns
    )
    read_rows = good.collect(engine="streaming")
    refused = int(checked.filter(is_bad).select(pl.len()).collect(engine="streaming").item())
    if refused:
        told.problems += _named(name, checked.filter(is_bad).head(_NAMED).collect(), list(columns.values()))
    told.counts.setdefault(table.name, Counter()).update(read=read_rows.height, refused=refused)
    return read_rows


def _text(title: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(title)
    if dtype.is_temporal():
        column = column.dt.strftime("%Y-%m-%d")
    stripped = column.cast(pl.String).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _read_as(column: Column) -> pl.Expr:
    """A text as the column's type, null where it is none."""
    text = pl.col(column.name)
    if column.dtype == pl.Date:
        day = text.str.replace(r"[ T]\d{1,2}:\d{2}.*$", "")
        return pl.coalesce(day.str.to_date(form, strict=False) for form in _DATES)
    if column.dtype == pl.Int64:
        grouped = text.str.contains(r"^-?\d{1,3}(,\d{3})+$")
        whole = (
            pl.when(grouped)
            .then(text.str.replace_all(",", "", literal=True))
            .otherwise(text)
            .str.replace(r"\.0+$", "")
        )
        return whole.cast(pl.Int64, strict=False)
    if column.dtype == pl.Boolean:
        low = text.str.to_lowercase()
        return pl.when(low.is_in(_TRUE)).then(statement=True).when(low.is_in(_FALSE)).then(statement=False)
    if column.words:
        low = text.str.normalize("NFKC").str.to_lowercase().str.replace_all("_", " ", literal=True)
        known = {one: word for word, also in column.words.items() for one in (*also, word.replace("_", " "))}
        return low.replace_strict(known, default=None, return_dtype=pl.String)
    return text


def _named(name: str, bad: pl.DataFrame, columns: list[Column]) -> list[Problem]:
    told = []
    for row in bad.to_dicts():
        for one in columns:
            if row[f"{one.name} bad"]:
                rule = _RULES[type(one.dtype)]
                if one.words:
                    rule = Text("、".join(also[0] for also in one.words.values()), " or ".join(one.words))
                slots = {"zh": one.title.zh, "en": one.title.en, "rule_zh": rule.zh, "rule_en": rule.en}
                told.append(
                    Problem(
                        BAD_CELL, place=str(row[_PLACE]), value=row[one.name] or "-", file=name, details=slots
                    )
                )
    return told  # fmt: skip


def _once(table: Table, frame: pl.DataFrame, told: Read) -> pl.DataFrame:
    """Each row once. A row that says other things under the same number than one before it is refused."""
    whole = frame.unique(keep="first", maintain_order=True)
    count = told.counts[table.name]
    count["repeated"] = frame.height - whole.height
    first = whole.unique(list(table.by), keep="first", maintain_order=True)
    if first.height < whole.height:
        others = whole.join(first, on=whole.columns, how="anti", nulls_equal=True)
        count["refused"] += others.height
        for row in others.select(table.by).head(_NAMED).rows():
            told.problems.append(
                Problem(
                    CONFLICT, value=" / ".join(map(str, row)), file=table.name, details=table.title._asdict()
                )
            )
    count["read"] = first.height
    return first
