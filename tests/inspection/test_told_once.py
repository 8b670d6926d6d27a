"""Lists that leave things out of their rows: units beside their quantities in one cell, items that are counted, a unit or
currency told once, sheets of notes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from hefu.inspection.findings.result import Inspection
from hefu.inspection.inspect import inspect
from hefu.inspection.papers import reading
from hefu.inspection.papers.reading import Given
from hefu.rules.policy import Policy

HEAD = {
    "报关单号": "530120261000000001", "申报日期": "2026-03-05", "监管方式": "4561",
    "关联报关单号": "530120260000000001", "境内收发货人代码": "91110000101623741K", "证明编号": "BSWT0001",
    "商品编号": "6109100000", "商品名称": "T恤",
}  # fmt: skip
QUANTITY = {"法定数量": "100", "法定单位": "件"}
OTHER = "530120261000000002"


def _workbook(file: Path, *sheets: list[list[Any]]) -> Path:
    book = xlsxwriter.Workbook(str(file))
    for rows in sheets:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)
    book.close()
    return file


def _rows(*rows: dict[str, Any]) -> list[list[Any]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def _inspected(*paths: Path) -> Inspection:
    told = inspect([Given(list(paths))], Policy()).answer
    for one in told.files.iter_rows(named=True):
        assert one["rows"] == one["judged"] + one["refused"]
    return told


def _items(told: Inspection) -> list[tuple[int, str, str]]:
    """Item, quantity and unit of the one declaration that is shown closely."""
    (detail,) = told.details.values()
    return [(i["item"], i["first"]["quantity"], i["first"]["unit"]) for i in detail.declaration["items"]]


def _refused(told: Inspection) -> list[tuple[str, str]]:
    return [(one["cell"], one["field"]) for one in told.refusals.iter_rows(named=True)]


# --- a quantity and its unit in one cell --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "quantity", "unit"),
    [
        ("100件", "100", "011"), ("1,000 千克", "1000", "035"), ("２００　件", "200", "011"),
        ("12.5千克(035)", "12.5", "035"), ("100 011", None, None), ("100", None, None), ("件", None, None),
        ("100件/20千克", None, None), ("100箱子", None, None),
    ],
)  # fmt: skip
def test_a_quantity_and_its_unit_in_one_cell(
    tmp_path: Path, cell: str, quantity: str | None, unit: str | None
) -> None:
    rows = _rows({**HEAD, "项号": "1", "数量及单位": cell})
    told = _inspected(_workbook(tmp_path / "d.xlsx", rows))
    if quantity is None:
        assert told.refusals.height
        assert {one[0] for one in _refused(told)} == {"J2"}
    else:
        assert _refused(told) == []
        assert _items(told) == [(1, quantity, unit)]


def test_a_column_of_its_own_goes_before(tmp_path: Path) -> None:
    """A list with statutory columns and one of both: that is the transaction's."""
    rows = _rows({**HEAD, "项号": "1", **QUANTITY, "数量及单位": "9千克"})
    told = _inspected(_workbook(tmp_path / "d.xlsx", rows))
    assert _items(told) == [(1, "100", "011")]
    assert told.columns.filter(title="数量及单位")["field"].to_list() == ["traded"]


def test_the_same_in_certificates(tmp_path: Path) -> None:
    head = {"证明编号": "CK1", "商品代码": "6109100000", "退运数量及单位": "100件"}
    told = _inspected(_workbook(tmp_path / "c.xlsx", _rows(head, {**head, "证明编号": "CK2"})))
    assert told.certificates["certificate"].to_list() == ["CK1", "CK2"]
    assert _refused(told) == []


# --- items that are counted -----------------------------------------------------------------------------


def test_items_are_counted_in_the_order_of_their_rows(tmp_path: Path) -> None:
    rows = _rows({**HEAD, **QUANTITY}, {**HEAD, **QUANTITY, "法定数量": "7"})
    told = _inspected(_workbook(tmp_path / "d.xlsx", rows))
    assert [one[:2] for one in _items(told)] == [(1, "100"), (2, "7")]
    assert any("counted 1, 2, 3" in en for _, en in told.assumptions)


def test_a_row_that_is_refused_keeps_its_number(tmp_path: Path) -> None:
    rows = _rows(
        {**HEAD, **QUANTITY}, {**HEAD, **QUANTITY, "法定数量": "x"}, {**HEAD, **QUANTITY, "法定数量": "7"}
    )
    told = _inspected(_workbook(tmp_path / "d.xlsx", rows))
    assert [one[:2] for one in _items(told)] == [(1, "100"), (3, "7")]


def test_blank_heads_below_belong_to_the_same_declaration(tmp_path: Path) -> None:
    below = {**dict.fromkeys(HEAD), "商品编号": "6109100000", **QUANTITY, "法定数量": "7"}
    told = _inspected(_workbook(tmp_path / "d.xlsx", _rows({**HEAD, **QUANTITY}, below)))
    assert [one[:2] for one in _items(told)] == [(1, "100"), (2, "7")]


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_counting_goes_on_from_block_to_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(reading, "BLOCK", block)
    rows = _rows(*({**HEAD, **QUANTITY, "法定数量": str(n)} for n in range(1, 7)))
    lines = "\n".join(",".join(row) for row in rows)
    (tmp_path / "d.csv").write_text(lines, encoding="utf-8")
    told = _inspected(tmp_path / "d.csv")
    if block > 1:  # in a block of one row a header cannot be found
        assert [one[:2] for one in _items(told)] == [(n, str(n)) for n in range(1, 7)]


def test_rows_that_do_not_stand_together_are_refused_by_name(tmp_path: Path) -> None:
    one, other = {**HEAD, **QUANTITY}, {**HEAD, **QUANTITY, "报关单号": OTHER}
    told = _inspected(_workbook(tmp_path / "d.xlsx", _rows(one, other, {**one, "法定数量": "7"})))
    assert told.declarations["declaration"].to_list() == [OTHER]
    assert told.refusals["row"].to_list() == [2, 4]
    assert told.refusals["field"].unique().to_list() == ["item"]
    assert "add the column" in told.refusals["rule_en"][0]


@pytest.mark.parametrize("stated", [True, False])
def test_nor_are_those_of_which_another_sheet_tells(tmp_path: Path, stated: bool) -> None:
    """Counted here and stated or counted there: which item is which nobody knows."""
    one = {**HEAD, **QUANTITY}
    other = {**one, "项号": "1"} if stated else one
    told = _inspected(_workbook(tmp_path / "d.xlsx", _rows(one), _rows(other)))
    assert told.declarations.height == stated
    assert told.refusals.height == 2 - stated


def test_a_cell_of_several_certificates_is_one_item(tmp_path: Path) -> None:
    one = {**HEAD, **QUANTITY, "证明编号": "BSWT0001, BSWT0002"}
    told = _inspected(_workbook(tmp_path / "d.xlsx", _rows(one, {**one, "法定数量": "7"})))
    assert [item[:2] for item in _items(told)] == [(1, "100"), (2, "7")]


def test_an_item_column_with_a_blank_is_not_counted(tmp_path: Path) -> None:
    rows = _rows({**HEAD, "项号": "1", **QUANTITY}, {**HEAD, "项号": None, **QUANTITY})
    assert _refused(_inspected(_workbook(tmp_path / "d.xlsx", rows))) == [("I3", "item")]


# --- a currency or a unit told once ---------------------------------------------------------------------


def _currency(told: Inspection) -> str | None:
    (detail,) = told.details.values()
    found: str | None = detail.declaration["items"][0].get("currency")
    return found


AMOUNT = {**HEAD, "项号": "1", **QUANTITY, "总价": "500"}


@pytest.mark.parametrize(
    ("above", "title", "currency"),
    [
        (["币制: 美元"], "总价", "USD"),
        (["报关单清单 (单位：欧元)"], "总价", "EUR"),
        (["清单(USD)"], "总价", "USD"),
        (["币种", "日元"], "总价", "JPY"),
        (["Amounts in: CNY"], "总价", "CNY"),
        ([], "总价(USD)", "USD"),
        ([], "总价（美元）", "USD"),
        (["币制: 美元"], "总价(USD)", "USD"),
        (["币制: 美元"], "总价(EUR)", None),
        (["币制: 美元; 币种: 欧元"], "总价", None),
        (["单位: 北京合符"], "总价", None),
        ([], "总价", None),
    ],
)
def test_a_currency_told_once(tmp_path: Path, above: list[str], title: str, currency: str | None) -> None:
    row = {title if name == "总价" else name: value for name, value in AMOUNT.items()}
    told = _inspected(_workbook(tmp_path / "d.xlsx", [above, *_rows(row)] if above else _rows(row)))
    assert _currency(told) == currency
    assert any("taken from the heading" in en for _, en in told.assumptions) == (currency is not None)


def test_a_column_of_currencies_goes_before(tmp_path: Path) -> None:
    rows = [["币制: 美元"], *_rows({**AMOUNT, "币制": "EUR"})]
    assert _currency(_inspected(_workbook(tmp_path / "d.xlsx", rows))) == "EUR"


def test_an_amount_that_names_another_currency_than_its_list_is_refused(tmp_path: Path) -> None:
    rows = [["币制: 美元"], *_rows({**AMOUNT, "总价": "EUR 500"})]
    assert _refused(_inspected(_workbook(tmp_path / "d.xlsx", rows))) == [("L3", "total")]


def test_a_unit_told_in_the_title_of_its_quantity(tmp_path: Path) -> None:
    told = _inspected(_workbook(tmp_path / "d.xlsx", _rows({**HEAD, "项号": "1", "法定数量(件)": "100"})))
    assert _items(told) == [(1, "100", "011")]


# --- notes ------------------------------------------------------------------------------------------------

NOTES = [["填表说明"], ["1. 每行一项", "不要改动表头"]]


def test_a_sheet_of_notes_beside_a_list_is_told_and_not_refused(tmp_path: Path) -> None:
    told = _inspected(_workbook(tmp_path / "d.xlsx", NOTES, _rows(AMOUNT)))
    assert told.refusals.is_empty()
    assert any("Sheet1: no list" in en for _, en in told.assumptions)
    assert told.files.select("sheet", "rows").rows() == [("Sheet2", 1), ("Sheet1", 0)]


def test_a_workbook_of_notes_alone_is_refused(tmp_path: Path) -> None:
    told = _inspected(_workbook(tmp_path / "d.xlsx", NOTES))
    assert told.refusals.height == 1
    assert not told.sound


def test_a_table_that_is_not_understood_is_refused_beside_a_list_as_well(tmp_path: Path) -> None:
    told = _inspected(_workbook(tmp_path / "d.xlsx", [["甲", "乙", "丙"], ["1", "2", "3"]], _rows(AMOUNT)))
    assert told.refusals.height == 1
    assert pl.Series(told.files["refused"]).sum() == 2
