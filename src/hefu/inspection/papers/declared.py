"""Rows of declarations as the tables of the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.documents.declaration import Act
from hefu.documents.readers.decmessage import RETURN_MODES
from hefu.errors import Text
from hefu.inspection.fields.fields import DECLARATION
from hefu.inspection.papers.parting import PLACE, part
from hefu.rules.mass.tables import DECLARATIONS, ITEMS, REFERENCES

col = pl.col

_NUMBER: Final = r"^[0-9]{8}[01EI][0-9]{9}$"
_FLAGS: Final = {"0": "E", "E": "E", "1": "I", "I": "I"}
_OF_REFERENCE: Final = ("attached", "certificate", "certificate_line")
HEADS: Final = tuple(one.name for one in DECLARATION if one.head and one.name != "declaration")
LINES: Final = tuple(
    one.name for one in DECLARATION if not one.head and one.name not in ("item", *_OF_REFERENCE)
)
ABOUT: Final[Mapping[str, Any]] = {
    "declaration": pl.String, "contract": pl.String, "office": pl.String, "trader_name": pl.String,
    "owner_name": pl.String, "gross_weight": pl.Int64, "net_weight": pl.Int64, **PLACE,
}  # fmt: skip
"""What is kept of a declaration beside the comparison."""
GOODS: Final[Mapping[str, Any]] = {
    "declaration": pl.String, "item": pl.Int64, "item_model": pl.String, "traded": pl.Int64,
    "price": pl.Int64, "total": pl.Int64, **PLACE,
}  # fmt: skip
"""What is kept of an item beside the comparison, and where it stands."""
REFUSED: Final = {**PLACE, "number": pl.String, "field": pl.String, "value": pl.String, "rule": pl.String}
"""A row that cannot be judged: of which paper, which field, its value, and the rule by its name in ``RULES``."""

RULES: Final = {
    "act": Text(
        "无法判断是出口还是退运进口: 报关单号第 9 位, 进出口标志和监管方式都没有说明",
        "cannot tell an export from a return: neither position 9 of the number, nor a column of import and export,"
        " nor the supervision mode says so",
    ),
    "number": Text(
        "报关单号为 18 位: 关区 4, 年份 4, 第 9 位出口 0 或 E, 进口 1 或 I, 流水 9",
        "a declaration number has 18 characters: office 4, year 4, 0 or E for exports and 1 or I for imports at"
        " position 9, sequence 9",
    ),
    "related": Text(
        "改单, 撤单须有关联的出口报关单号", "an amendment or withdrawal names its export declaration"
    ),
    "order": Text(
        "没有项号列, 而这份报关单的行不在一起, 或另有文件: 无法按顺序编项号, 请补上项号列",
        "there is no column of item numbers, and the rows of this declaration do not stand together, or other files"
        " tell of it too: they cannot be counted; add the column",
    ),
    "quantity": Text(
        "没有法定数量, 也没有成交数量", "neither a statutory quantity nor a transaction quantity"
    ),
}
"""Why a row cannot be judged."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Tables of the comparison, what is kept beside them, rows refused, and what the rows say against each other."""

    declarations: pl.DataFrame
    items: pl.DataFrame
    references: pl.DataFrame
    about: pl.DataFrame
    goods: pl.DataFrame
    refused: pl.DataFrame
    found: pl.DataFrame


def settle(rows: pl.DataFrame) -> Declared:
    """Everything that the rows of some declarations say; all rows of a declaration must be among them."""
    rows, scattered = _in_order(rows)
    rows, without = _measured(rows)
    parted = part(rows, "declaration", "item", HEADS, LINES)
    heads = _charged(_acting(_completed(parted.heads, HEADS)))
    wrong = _wrong(heads)
    refused = (
        rows.select("declaration", *PLACE).join(wrong, on="declaration").rename({"declaration": "number"})
    )
    heads = heads.join(wrong, on="declaration", how="anti", maintain_order="left")
    sound = heads.select("declaration")
    lines = parted.lines
    if wrong.height:
        lines = lines.join(sound, on="declaration", how="semi", maintain_order="left")
        rows = rows.join(sound, on="declaration", how="semi", maintain_order="left")
    lines = _completed(lines, LINES)
    return Declared(
        declarations=heads.with_columns(judged=pl.lit(value=True)).select(list(DECLARATIONS)),
        items=lines.select(list(ITEMS)),
        references=_references(rows),
        about=heads.select(list(ABOUT)),
        goods=lines.select(list(GOODS)),
        refused=pl.concat([scattered, without, refused.select(list(REFUSED))]),
        found=parted.found,
    )


def _completed(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """With every column, empty where no sheet has it."""
    kinds = {one.name: one.dtype for one in DECLARATION}
    return frame.with_columns(
        pl.lit(None, kinds[name]).alias(name) for name in names if name not in frame.columns
    )


def _in_order(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows whose items were counted stand together, and nothing else says what items their declaration has."""
    if "run" not in rows.columns or rows["run"].null_count() == rows.height:
        return rows.drop("run", strict=False), pl.DataFrame(schema=REFUSED)
    counted = col("run").is_not_null()
    together = pl.struct("source", "run").n_unique().over("declaration") == 1
    scattered = rows.filter(counted & ~together).select(
        *PLACE, number="declaration", field=pl.lit("item"), value=pl.lit("", pl.String), rule=pl.lit("order")
    )
    return rows.filter(~counted | together).drop("run"), scattered


def _measured(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A list without statutory quantities is compared by the transaction's (assumption, told in the report)."""
    rows = _completed(rows, ("first", "first_unit", "traded", "traded_unit"))
    stated = col("first").is_not_null() & col("first_unit").is_not_null()
    rows = rows.with_columns(
        first=pl.when(stated).then("first").otherwise("traded"),
        first_unit=pl.when(stated).then("first_unit").otherwise("traded_unit"),
    )
    measured = (col("first").is_not_null() & col("first_unit").is_not_null()) | col("item").is_null()
    without = rows.filter(~measured).select(
        *PLACE,
        number="declaration",
        field=pl.lit("first"),
        value=pl.lit("", pl.String),
        rule=pl.lit("quantity"),
    )
    return (rows.filter(measured), without) if without.height else (rows, without)


def _charged(heads: pl.DataFrame) -> pl.DataFrame:
    """A charge that lacks its mark or its value is none."""
    return heads.with_columns(
        pl.when(col(f"{charge}_mark").is_not_null() & col(charge).is_not_null()).then(name).alias(name)
        for charge in ("freight", "insurance")
        for name in (f"{charge}_mark", charge, f"{charge}_currency")
    )


def _acting(heads: pl.DataFrame) -> pl.DataFrame:
    """With the act: as stated, else by direction and supervision mode as in the message."""
    flag = col("declaration").str.slice(8, 1).replace_strict(_FLAGS, default=None, return_dtype=pl.String)
    numbered = pl.when(col("declaration").str.contains(_NUMBER)).then(flag)
    flow = pl.coalesce("flow", numbered)
    returned = col("mode").is_in(list(RETURN_MODES)).fill_null(value=False)
    told = (
        pl.when(flow == "E")
        .then(pl.lit(Act.EXPORT.value))
        .when(flow == "I")
        .then(pl.when(returned).then(pl.lit(Act.RETURN.value)).otherwise(pl.lit(Act.OTHER.value)))
    )
    return heads.with_columns(act=pl.coalesce("act", told))


def _wrong(heads: pl.DataFrame) -> pl.DataFrame:
    """Declarations that cannot be judged: ``declaration``, ``field``, ``value``, ``rule``."""
    lodged = col("act").is_in([Act.EXPORT.value, Act.RETURN.value, Act.OTHER.value])
    flag = col("declaration").str.slice(8, 1)
    form = col("declaration").str.contains(_NUMBER)
    misled = ((col("act") == Act.EXPORT.value) & flag.is_in(["1", "I"])) | (
        (col("act") == Act.RETURN.value) & flag.is_in(["0", "E"])
    )
    change = col("act").is_in([Act.AMENDMENT.value, Act.WITHDRAWAL.value])
    rule = (
        pl.when(col("act").is_null())
        .then(pl.lit("act"))
        .when(lodged & (~form | misled))
        .then(pl.lit("number"))
        .when(change & col("related").is_null())
        .then(pl.lit("related"))
    )
    fields = {"act": "act", "number": "declaration", "related": "related"}
    told = heads.select("declaration", rule=rule).filter(col("rule").is_not_null())
    return told.with_columns(
        field=col("rule").replace_strict(fields, return_dtype=pl.String),
        value=pl.when(col("rule") == "related").then(pl.lit("")).otherwise("declaration"),
    )


def _references(rows: pl.DataFrame) -> pl.DataFrame:
    """The certificates that rows name; a row that names the line too ties its item to it."""
    if "certificate" not in rows.columns:
        return pl.DataFrame(schema=dict(REFERENCES))
    line = col("certificate_line") if "certificate_line" in rows.columns else pl.lit(None, pl.Int64)
    named = rows.filter(col("certificate").is_not_null()).select(
        "declaration", "certificate", "item", line=line
    )
    told = named.with_columns(item=pl.when(col("line").is_not_null()).then("item"))
    return told.select(list(REFERENCES)).unique(maintain_order=True)
