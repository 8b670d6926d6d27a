"""Cells as people write them, and the fast way held against the type of each field."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.errors import Text
from hefu.inspection.fields.cells import DIGITS_LOST, FORMULA, ZERO_LOST, read_cell
from hefu.inspection.fields.fields import FIELDS, Field, Paper
from hefu.inspection.fields.marks import MARK_OF
from hefu.inspection.fields.plain import common
from hefu.inspection.layout.columns import Read, read_block
from hefu.inspection.layout.layout import Layout
from hefu.rules.days import as_day
from tests.inspection.test_layout import block

BY_NAME = {(paper, one.name): one for paper in Paper for one in FIELDS[paper]}


def field(name: str, paper: Paper = Paper.CERTIFICATE) -> Field:
    return BY_NAME[paper, name]


def layout(*names: str, paper: Paper = Paper.CERTIFICATE, header: int = 1) -> Layout:
    """A sheet whose columns are these fields, under their own names."""
    columns = {name: str(at) for at, name in enumerate(names)}
    return Layout(paper, header, columns, {str(at): name for at, name in enumerate(names)}, ())


def read(names: tuple[str, ...], *rows: tuple[Any, ...], paper: Paper = Paper.CERTIFICATE) -> Read:
    return read_block(block(names, *rows), layout(*names, paper=paper))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("line_quantity", "1,234.5", 1234_50000),
        ("line_quantity", "１００", 100_00000),
        ("line_quantity", " 100 ", 100_00000),
        ("line_quantity", "1，234", 1234_00000),
        ("line_quantity", "0.00001", 1),
        ("line_quantity", "'25", 25_00000),
        ("line_fob", "USD 1,200.00", 1200_0000),
        ("line_fob", "1200.5美元", 1200_5000),
        ("line_fob", "$1200", 1200_0000),
        ("refunded_vat", "¥1200.5", 1200_500000),
        ("repaid_vat", "1,200.5元", 1200_500000),
        ("line_hs", "6109100000.0", "6109100000"),
        ("holder_code", "1101234567.0", "1101234567"),
        ("holder_uscc", "9111 0000 1016 2374 1K", "91110000101623741K"),
        ("line_unit", "(035)千克", "035"),
        ("line_unit", "SET", "006"),
        ("line_unit", "set", "006"),
        ("line_unit", "PRS", "025"),
        ("line_unit", "Doz", "127"),
        ("tax_office", "国家税务总局深圳市南山区税务局", "国家税务总局深圳市南山区税务局"),
        ("state", "是", "used"),
        ("line_unit", "千克 KG", "035"),
        ("purpose", "1-退运", "return"),
        ("purpose", "改单(2)", "amendment"),
        ("line_fob", "-3.25", -3_2500),
        ("line_hs", "6109.10.0000", "6109100000"),
        ("line_hs", "6109 1000 00", "6109100000"),
        ("line_unit", "千克", "035"),
        ("line_unit", "035", "035"),
        ("line_unit", "035 千克", "035"),
        ("line_unit", "千克(035)", "035"),
        ("line_unit", "千克/035", "035"),
        ("line_unit", "35", "035"),
        ("line_unit", "KG", "035"),
        ("line_unit", "kgs", "035"),
        ("line_unit", "吨", "070"),
        ("line_item", "01", 1),
        ("line_item", "1.0", 1),
        ("line_item", "第2项", 2),
        ("line_declaration", "5301 2026 0 000000001", "530120260000000001"),
        ("line_declaration", "5301-2026-0-000000001", "530120260000000001"),
        ("holder_uscc", "９１１１００００１０１６２３７４１ｋ", "91110000101623741K"),
        ("purpose", "出口", "export"),
        ("purpose", "退运", "return"),
        ("purpose", "2", "amendment"),
        ("purpose", "撤单", "withdrawal"),
        ("purpose", "return", "return"),
        ("refund_state", "未申报退税", "not_claimed"),
        ("refund_state", "尚未申报退（免）税", "not_claimed"),
        ("refund_state", "已补税", "paid_back"),
        ("state", "已作废", "withdrawn"),
        ("state", "正常", "available"),
        ("state", "已核销", "used"),
    ],
)
def test_a_habit_of_certificate_lists_is_undone(name: str, text: str, value: Any) -> None:
    assert read_cell(field(name), text) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("mode", "0110", "0110"),
        ("mode", "4561 退运货物", "4561"),
        ("mode", "一般贸易", "0110"),
        ("mode", "一般贸易(0110)", "0110"),
        ("mode", "110", "0110"),
        ("flow", "出口", "E"),
        ("flow", "I", "I"),
        ("currency", "USD", "USD"),
        ("currency", "502", "USD"),
        ("currency", "美元", "USD"),
        ("currency", "USD 美元", "USD"),
        ("currency", "RMB", "CNY"),
        ("currency", "US$", "USD"),
        ("item_origin", "CHINA", "CHN"),
        ("item_origin", "香港", "HKG"),
        ("item_origin", "South Korea", "KOR"),
        ("terms", "CNF", "2"),
        ("terms", "FOB SHANGHAI", "3"),
        ("freight", "3%", 3_00000),
        ("mode", "[0110]一般贸易", "0110"),
        ("item_origin", "中国", "CHN"),
        ("item_origin", "142", "CHN"),
        ("item_origin", "CHN", "CHN"),
        ("terms", "FOB", "3"),
        ("terms", "3", "3"),
        ("terms", "C&F", "2"),
        ("freight_mark", "费率", "rate"),
        ("act", "退运进口", "return"),
    ],
)
def test_a_habit_of_declaration_lists_is_undone(name: str, text: str, value: Any) -> None:
    assert read_cell(field(name, Paper.DECLARATION), text) == value


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05", "20260105", "2026/1/5", "2026.1.5", "2026年1月5日", "05-Jan-2026", "5 Jan 2026", "Jan 5, 2026",
        "2026-01-05 13:30:00", "2026/01/05 00:00", "46027", "46027.5", "２０２６－０１－０５",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    told = read_cell(field("issued_on"), text)
    assert isinstance(told, int)
    assert as_day(told).isoformat() == "2026-01-05"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("line_quantity", "1,23"),
        ("line_quantity", "12,34.5"),
        ("line_quantity", "0"),
        ("line_quantity", "-1"),
        ("line_quantity", "1.000001"),
        ("line_quantity", "1e3"),
        ("line_quantity", "100 千克"),
        ("line_quantity", "100 KGS"),
        ("line_quantity", "USD 100"),
        ("line_fob", "CNY 100"),
        ("line_fob", "¥100"),
        ("line_fob", "3%"),
        ("refunded_vat", "$100"),
        ("line_unit", "035 吨"),
        ("purpose", "2-退运"),
        ("certificate", "CK 1"),
        ("issued_on", "2026-01-05 to 2026-02-01"),
        ("issued_on", "2026/1/5 至 2026/2/1"),
        ("line_quantity", "约100"),
        ("line_quantity", "#N/A"),
        ("line_hs", "61091"),
        ("line_unit", "箱子"),
        ("line_unit", "pcs"),
        ("issued_on", "2026-02-30"),
        ("issued_on", "01/02/2026"),
        ("issued_on", "99999"),
        ("holder_uscc", "91110000101623741"),
        ("purpose", "展览"),
        ("line_item", "0"),
        ("line_declaration", "530120261000000001"),
    ],
)
def test_what_is_in_doubt_is_refused_in_both_languages(name: str, text: str) -> None:
    told = read_cell(field(name), text)
    assert isinstance(told, Text)
    assert told.zh
    assert told.en


@pytest.mark.parametrize("name", ["line_declaration", "certificate", "holder_uscc"])
def test_a_number_that_lost_its_digits_is_named_so(name: str) -> None:
    told = read_cell(field(name), "5.30120260000000E+17")
    assert told == DIGITS_LOST


def test_a_code_that_lost_its_first_nought_is_named_so() -> None:
    assert read_cell(field("line_hs"), "101210000") == ZERO_LOST


@pytest.mark.parametrize(("name", "text"), [("invoice", "2.53120000000000E+19"), ("payment_slip", "1.2E+17")])
def test_a_number_that_is_text_lost_its_digits_too(name: str, text: str) -> None:
    assert read_cell(field(name), text) == DIGITS_LOST


@pytest.mark.parametrize("text", ["-", "—", "/", "无", "N/A", "nan", "None", "／"])
def test_a_sign_for_nothing_is_nothing(text: str) -> None:
    for name in ("certificate", "line_hs", "issued_on", "line_fob", "purpose", "invoice", "line_unit"):
        assert read_cell(field(name), text) is None
    assert read_cell(field("line_name"), text) == text


@pytest.mark.parametrize(
    "text", ["035" + " " * 30_000 + "x", "(" * 30_000, "2026-01-05" + " " * 30_000 + "x"]
)
def test_a_very_long_cell_is_refused_without_being_searched(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hefu.inspection.fields.cells.code_of", None)
    monkeypatch.setattr("hefu.inspection.fields.cells._days", None)
    for name in ("line_unit", "issued_on", "line_fob", "purpose"):
        assert isinstance(read_cell(field(name), text), Text)


def test_what_a_list_may_say_is_told_in_its_words() -> None:
    told = read_cell(field("purpose"), "展览")
    assert isinstance(told, Text)
    assert "退运" in told.zh
    assert "return" in told.en


# Blocks

NAMES = ("certificate", "line_hs", "line_unit", "line_quantity")
ROW = ("CK1", "6109100000", "件", "100")


def test_rows_have_the_fields_of_the_sheet_and_its_row_numbers() -> None:
    told = read(NAMES, ROW, ("CK2", "6109100000", "035", "2.5"))
    assert told.rows.columns == ["row", *NAMES]
    assert told.rows.rows() == [
        (2, "CK1", "6109100000", "011", 100_00000),
        (3, "CK2", "6109100000", "035", 2_50000),
    ]
    assert told.counted == 2
    assert told.refused.is_empty()


def test_a_refused_cell_refuses_its_row_and_says_where() -> None:
    told = read(NAMES, ROW, ("CK2", "61", "件", "x"), ("CK3", "6109100000", "件", "1"))
    assert told.rows["certificate"].to_list() == ["CK1", "CK3"]
    assert told.counted == 3
    refused = told.refused.to_dicts()
    assert [(one["row"], one["cell"], one["field"], one["value"]) for one in refused] == [
        (3, "B3", "line_hs", "61"),
        (3, "D3", "line_quantity", "x"),
    ]
    assert {one["number"] for one in refused} == {"CK2"}
    assert all(one["rule_zh"] and one["rule_en"] for one in refused)


def test_a_needed_cell_that_is_blank_refuses_its_row() -> None:
    told = read(NAMES, ROW, ("CK2", None, "件", "1"))
    (refused,) = told.refused.to_dicts()
    assert (refused["cell"], refused["rule_en"]) == ("B3", "is required")
    assert told.rows.height == 1


def test_a_number_told_once_holds_for_the_rows_below() -> None:
    names = ("certificate", "issued_on", "line_hs", "line_unit", "line_quantity")
    rows = [("CK1", "2026-01-05", *ROW[1:]), (None, None, *ROW[1:]), (None, None, *ROW[1:])]
    assert read(names, *rows).rows["certificate"].to_list() == ["CK1"] * 3


def test_a_number_that_is_missing_beside_another_head_is_not_taken_from_above() -> None:
    names = ("certificate", "issued_on", "line_hs", "line_unit", "line_quantity")
    told = read(names, ("CK1", "2026-01-05", *ROW[1:]), (None, "2026-02-05", *ROW[1:]))
    assert told.rows.height == 1
    assert told.refused["field"].to_list() == ["certificate"]


def test_a_number_holds_into_the_next_block() -> None:
    first = read(NAMES, ROW)
    again = read_block(block((None, *ROW[1:]), first=9), layout(*NAMES), first.number)
    assert again.rows["certificate"].to_list() == ["CK1"]


def test_a_needed_cell_that_says_nothing_is_missing() -> None:
    told = read(NAMES, ("CK1", "-", "件", "1"), ("CK2", "x", "件", "1"))
    assert told.rows.is_empty()
    assert told.refused["rule_en"].to_list() == [
        "is required",
        "8 or 10 digits (a tax code may add up to 10 characters)",
    ]


ITEM = ("declaration", "item", "item_hs", "first", "first_unit")
ITEMS = ("530120260000000001", "1", "6109100000", "5", "件")


@pytest.mark.parametrize("text", ["无", "N/A", "/", "-", ","])
def test_a_declaration_without_certificate_says_so_in_many_ways(text: str) -> None:
    told = read((*ITEM, "certificate"), (*ITEMS, text), paper=Paper.DECLARATION)
    assert told.rows["certificate"].to_list() == [None]


def test_a_certificate_with_a_space_is_not_made_two() -> None:
    told = read((*ITEM, "certificate"), (*ITEMS, "CK 1"), paper=Paper.DECLARATION)
    assert told.refused["field"].to_list() == ["certificate"]


@pytest.mark.parametrize(
    ("price", "currency", "taken"),
    [
        ("USD 1,200.00", "USD", "USD"), ("1,200.00美元", "502", "USD"), ("¥1200", "JPY", "JPY"), ("¥1200", None, None),
        ("EUR 1200", None, "EUR"), ("1200", None, None), ("CNY 1200", "USD", "refused"), ("¥1200", "USD", "refused"),
        ("3%", "USD", "refused"),
    ],
)  # fmt: skip
def test_an_amount_that_names_its_currency(price: str, currency: str | None, taken: str | None) -> None:
    told = read((*ITEM, "price", "currency"), (*ITEMS, price, currency), paper=Paper.DECLARATION)
    if taken == "refused":
        assert told.refused["field"].to_list() == ["price"]
    else:
        assert told.rows.select("price", "currency").row(0) == (1200_0000, taken)


def test_many_amounts_that_name_their_currency_are_read_column_by_column() -> None:
    texts = [f"USD {at},000.{at}" for at in range(1, 100)]
    for one in (field("price", Paper.DECLARATION), field("line_fob")):
        taken = common(one)
        assert taken is not None
        told = pl.DataFrame({one.name: texts}).select(taken).to_series()
        assert told.to_list() == [read_cell(one, text) for text in texts]


def test_two_amounts_of_a_row_that_name_two_currencies_are_refused() -> None:
    names = (*ITEM, "price", "total")
    told = read(names, (*ITEMS, "USD 1", "EUR 5"), (*ITEMS, "USD 1", "$5"), paper=Paper.DECLARATION)
    assert told.rows["currency"].to_list() == ["USD"]
    assert told.refused["field"].to_list() == ["total"]


def test_per_cent_is_for_rates() -> None:
    names = (*ITEM, "freight", "freight_mark")
    told = read(
        names, (*ITEMS, "3%", "1"), (*ITEMS, "3%", "总价"), (*ITEMS, "3%", None), paper=Paper.DECLARATION
    )
    assert told.rows["freight"].to_list() == [3_00000]
    assert told.refused["row"].to_list() == [3, 4]


@pytest.mark.parametrize(
    "text",
    ["'530120260000000001007", "5301 2026 0000 0000 01007", "５３０１２０２６０００００００００１００７"],
)
def test_a_number_of_twenty_one_characters_may_be_written_otherwise(text: str) -> None:
    names = ("certificate", "line_declaration", "line_hs", "line_unit", "line_quantity")
    told = read(names, ("CK1", text, *ROW[1:]))
    assert told.rows.select("line_declaration", "line_item").row(0) == ("530120260000000001", 7)


def test_an_invoice_may_name_a_declaration_as_tax_does() -> None:
    told = read(("invoice", "declaration"), ("I1", "530120260000000001007"), paper=Paper.INVOICE)
    assert told.rows["declaration"].to_list() == ["530120260000000001"]


@pytest.mark.parametrize("text", ["CK1; CK2、CK3", "CK1,CK2,CK3", "CK1/CK2 / CK3"])
def test_several_certificates_in_a_cell_make_a_row_each(text: str) -> None:
    names = ("declaration", "certificate", "item", "item_hs", "first", "first_unit")
    row = ("530120260000000001", text, "1", "6109100000", "5", "件")
    told = read(names, row, paper=Paper.DECLARATION)
    assert told.rows["certificate"].to_list() == ["CK1", "CK2", "CK3"]
    assert told.rows["row"].to_list() == [2, 2, 2]
    assert told.counted == 1


@pytest.mark.parametrize("column", ["remark", "attached", "certificate"])
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("补税未退税证明：CK202601；其他", ["CK202601"]),
        ("退货 未退税证明编号 CK1234, cert: CK5678", ["CK1234", "CK5678"]),
    ],
)
def test_a_certificate_in_a_text_is_found_as_in_a_message(column: str, text: str, numbers: list[str]) -> None:
    told = read((*ITEM, column), (*ITEMS, text), paper=Paper.DECLARATION)
    assert told.rows["certificate"].to_list() == numbers
    assert told.refused.is_empty()
    assert told.counted == 1


@pytest.mark.parametrize("text", ["无证明", "合同 12345 证明材料", "CERTAIN 1234", "发票 CK202601"])
def test_a_text_that_names_no_certificate_names_none(text: str) -> None:
    told = read((*ITEM, "attached", "remark"), (*ITEMS, text, text), paper=Paper.DECLARATION)
    assert "certificate" not in told.rows.columns
    assert told.rows.height == 1


def test_what_column_and_remark_both_name_is_one_and_the_remark_ties_no_line() -> None:
    names = (*ITEM, "certificate", "certificate_line", "remark")
    row = (*ITEMS, "CK1234", "2", "未退税证明: ck1234; 未退税证明: CK5678")
    other = ("530120260000000002", *ITEMS[1:], None, None, "CERT CK9999")
    told = read(
        names, row, other, ("530120260000000003", *ITEMS[1:], None, None, "x"), paper=Paper.DECLARATION
    )
    assert told.rows.select("row", "certificate", "certificate_line").rows() == [
        (2, "CK1234", 2),
        (2, "CK5678", None),
        (3, "CK9999", None),
        (4, None, None),
    ]
    assert told.counted == 3


def test_a_number_of_twenty_one_characters_holds_the_item() -> None:
    names = ("certificate", "line_declaration", "line_hs", "line_unit", "line_quantity")
    told = read(names, ("CK1", "530120260000000001007", *ROW[1:]))
    assert told.rows.select("line_declaration", "line_item").row(0) == ("530120260000000001", 7)


def test_an_item_that_contradicts_the_number_is_refused() -> None:
    names = ("certificate", "line_declaration", "line_item", "line_hs", "line_unit", "line_quantity")
    told = read(
        names,
        ("CK1", "530120260000000001007", "8", *ROW[1:]),
        ("CK2", "530120260000000001007", "7", *ROW[1:]),
    )
    assert told.rows["certificate"].to_list() == ["CK2"]
    assert told.refused["field"].to_list() == ["line_item"]


def test_a_second_quantity_of_nought_is_none() -> None:
    names = ("declaration", "item", "item_hs", "first", "first_unit", "second")
    told = read(names, ("530120260000000001", "1", "6109100000", "5", "件", "0"), paper=Paper.DECLARATION)
    assert told.rows["second"].to_list() == [None]


def test_a_column_that_a_later_block_lacks_is_blank() -> None:
    names = (*NAMES, "line_name")
    told = read_block(block(ROW), layout(*names, header=0))
    assert told.rows["line_name"].to_list() == [None]


CELLS = st.one_of(
    st.sampled_from(
        [
            "2026-01-05",
            "20260105",
            "2026/1/5",
            "46027",
            "1,234.50",
            "100",
            "0",
            "0.00001",
            "1.23456",
            "-5",
            "012345678901234567",
            "6109100000",
            "61091000",
            "91110000101623741K",
            "530120260000000001",
            "出口",
            "1",
            "千克",
            "USD",
            "美元",
            "CK1",
            "北京",
            "a'b",
            "x" * 301,
            "e\u0301",
            "Straße é ñ 한국",
            "-",
            "N/A",
            "2026-01-05 13:30:00",
            "1,234,567.12345",
            "1,234,5",
            "USD 5",
            "CNY 5.5",
            "5,000 EUR",
            "XYZ 5",
            "USD5,00",
            "035 吨",
            "１２３",
            "5.30120260000000E+17",
            "\x07",
            "999999999999",
            "1234567890123",
        ]
    ),
    st.text(max_size=24),
    st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=0, max_value=10**13).map(str),
    st.dates().map(str),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BY_NAME, key=str)), st.lists(CELLS, min_size=1, max_size=8))
def test_the_fast_way_takes_what_the_type_takes(which: tuple[Paper, str], cells: list[str]) -> None:
    paper, name = which
    one = BY_NAME[which]
    shown = [text.strip() for text in cells if text.strip()]
    if name in MARK_OF or (paper, name) == (
        Paper.DECLARATION,
        "certificate",
    ):
        return  # what is read together with others
    told = read_block(
        block(*((text,) for text in shown)) if shown else block(("",)), layout(name, paper=paper, header=0)
    )
    taken = {row["row"]: row[name] for row in told.rows.to_dicts()}
    wrong = set(told.refused["row"])
    for at, text in enumerate(shown, 1):
        value = read_cell(one, text)
        if _is_sum(text) or at in set(told.notes["row"]):
            continue
        if isinstance(value, Text) or (value is None and one.needed):
            assert at in wrong, (name, text)
        else:
            assert taken[at] == value, (name, text)


def _is_sum(text: str) -> bool:
    return layout("certificate").data(block(("h",), (text,))).is_empty()


def test_nothing_is_read_as_nothing() -> None:
    told = read_block(block(NAMES), layout(*NAMES))
    assert told.counted == 0
    assert told.rows.is_empty()
    assert isinstance(told.rows, pl.DataFrame)


def test_a_number_that_a_csv_keeps_as_text_is_that_number() -> None:
    told = read(NAMES, ('="CK1"', '="6109100000"', "件", '="100"'))
    assert told.rows.rows() == [(2, "CK1", "6109100000", "011", 100_00000)]


def test_sums_and_headers_told_again_are_counted() -> None:
    told = read(NAMES, ROW, NAMES, ("合计", None, None, "100"))
    assert (told.counted, told.left_out) == (1, 2)


@pytest.mark.parametrize("name", ["certificate", "item_hs", "first", "declared_on", "contract"])
def test_a_formula_without_a_stored_value_is_named(name: str) -> None:
    assert read_cell(field(name, Paper.DECLARATION), "=VLOOKUP(A2,B:C,2,0)") is FORMULA
    told = read(("declaration", name), ("530120260000000001", "=A1"), paper=Paper.DECLARATION)
    assert told.refused.filter(field=name)["rule_en"].to_list() == [FORMULA.en]
