"""Values as data and in words, one by one and in columns alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.errors import Text
from hefu.rules.days import as_number
from hefu.rules.words import column_text, columns, said, shown, value

GREAT = 2**62


@pytest.mark.parametrize(
    ("column", "held", "told"),
    [
        ("item_hs", "6109100000", "6109100000"),
        ("item", 3, "3"),
        ("item_name", None, ""),
        ("drawn_of_line", 10000001, "100.00001"),
        ("wanted_of_goods", 10000000, "100"),
        ("line_quantity", 1, "0.00001"),
        ("exported", 0, "0"),
        ("left_here", -150000, "-1.5"),
        ("lacking_quantity", 60000000, "600"),
        ("expected_fob", 9500000, "950"),
        ("line_fob", 1, "0.0001"),
        ("refunded", 1, "0.000001"),
        ("repaid", 64980000, "64.98"),
        ("repaid_due", -1, "-0.000001"),
        ("tax_told", 1500000, "1.5"),
        ("declared_on", 20517, "2026-03-05"),
        ("issued_on", 0, "1970-01-01"),
        ("original_day", -1, "1969-12-31"),
        ("line_export_day", 20517, "2026-03-05"),
        ("window_end", 20517, "2026-03-05"),
        ("amended_on", 20517, "2026-03-05"),
        ("paid_on", 20517, "2026-03-05"),
        ("item_unit", "011", "011 件"),
        ("line_unit", "035", "035 千克"),
        ("goods_unit", "070", "070 吨"),
        ("act", "return", "return"),
        ("mode", "4561", "4561"),
        ("export_mode", "0110", "0110"),
        ("item_origin", "VNM", "VNM"),
        ("export_state", "withdrawn", "withdrawn"),
        ("payment_slip", "JK1", "JK1"),
        ("trader_uscc", "91110000101623741K", "91110000101623741K"),
    ],
)
def test_a_value_is_written_one_way_alone_and_in_a_column(column: str, held: Any, told: str) -> None:
    assert value(column, {column: held}) == told
    frame = pl.DataFrame(
        {column: [held, None]}, schema={column: pl.Int64 if isinstance(held, int) else pl.String}
    )
    assert frame.select(column_text(column, [column])).to_series().to_list() == [told, ""]


@pytest.mark.parametrize(
    ("column", "held", "zh", "en"),
    [
        ("act", "export", "出口", "export"),
        ("act", "return", "退运", "return"),
        ("purpose", "amendment", "改单", "amendment"),
        ("purpose", "withdrawal", "撤单", "withdrawal"),
        ("act", "other", "其他", "other"),
        ("state", "unknown", "无数据", "unknown"),
        ("state", "available", "可用", "available"),
        ("state", "reserved", "已预留", "reserved"),
        ("state", "used", "已使用", "used"),
        ("state", "withdrawn", "已作废或撤销", "withdrawn"),
        ("export_state", "not_released", "未放行", "not released"),
        ("export_state", "in_force", "有效", "in force"),
        ("refund_state", "not_claimed", "尚未申报退(免)税", "not claimed"),
        ("refund_state", "reversed", "已冲减退(免)税", "reversed"),
        ("refund_state", "paid_back", "已缴回退(免)税", "paid back"),
        ("refund_state", "refunded_open", "已办理退(免)税", "refunded, open"),
        ("export_state", "withdrawn", "不再有效", "no longer in force"),
        ("item_unit", "011", "011 件", "011 articles"),
        ("mode", "4561", "4561 退运货物", "4561 returned goods"),
        ("export_mode", "0110", "0110 一般贸易", "0110 general trade"),
        ("mode", "4651", "4651", "4651"),
        ("mode", None, "", ""),
        ("item_origin", "VNM", "VNM 越南", "VNM Viet Nam"),
        ("item_origin", "141", "141 越南", "141 Viet Nam"),
        ("item_origin", "XYZ", "XYZ", "XYZ"),
        ("item_name", "VNM", "VNM", "VNM"),
        ("payment_slip", None, "未填", "not stated"),
        ("paid_on", None, "未填", "not stated"),
        ("paid_on", 20517, "2026-03-05", "2026-03-05"),
        ("window_end", None, "", ""),
        ("line_quantity", 150000, "1.5", "1.5"),
        ("line_unit", None, "", ""),
        ("refund_state", None, "", ""),
        ("item_name", "used", "used", "used"),
    ],
)
def test_people_read_words_of_their_language(column: str, held: Any, zh: str, en: str) -> None:
    assert shown(column, {column: held}) == Text(zh, en)


@pytest.mark.parametrize(
    ("left", "stated", "start", "months", "end"),
    [
        (date(2025, 3, 5), None, "2025-03-05", 12, date(2026, 3, 5)),
        (date(2025, 3, 5), date(2025, 2, 1), "2025-03-05", 6, date(2025, 9, 5)),
        (None, date(2025, 8, 31), "2025-08-31", 6, date(2026, 2, 28)),
        (None, date(2024, 2, 29), "2024-02-29", 36, date(2027, 2, 28)),
    ],
)
def test_the_end_of_a_period_says_how_long_it_is_and_since_when(
    left: date | None, stated: date | None, start: str, months: int, end: date
) -> None:
    row = {
        "window_end": as_number(end),
        "original_day": as_number(left),
        "line_export_day": as_number(stated),
    }
    assert value("window_end", row) == end.isoformat()
    assert shown("window_end", row) == Text(
        f"{end} (自 {start} 出口起 {months} 个月)", f"{end} ({months} months from the export on {start})"
    )


def test_what_a_withdrawal_lacks_is_told_with_its_unit() -> None:
    row = {"lacking_quantity": 60000000, "lacking_unit": "011"}
    assert shown("lacking_quantity", row) == Text("600 件", "600 articles")
    assert shown("lacking_quantity", {"lacking_quantity": None}) == Text("", "")


def test_a_firm_without_credit_code_shows_its_customs_code() -> None:
    row = {"owner_uscc": None, "owner_code": "1100660001", "act": None}
    assert value("owner_uscc", row) == "1100660001"
    assert value("owner_uscc", {**row, "owner_uscc": "91110000101623741K"}) == "91110000101623741K"
    assert value("owner_uscc", {"owner_uscc": None}) == ""
    assert value("act", {**row, "a_code": "x"}) == ""
    assert columns("owner_uscc") == ("owner_uscc", "owner_code")
    assert columns("act") == ("act",)
    frame = pl.DataFrame({"owner_uscc": ["U", None, None], "owner_code": ["1", "2", None]})
    assert frame.select(column_text("owner_uscc", frame.columns)).to_series().to_list() == ["U", "2", ""]
    alone = frame.select("owner_uscc")
    assert alone.select(column_text("owner_uscc", alone.columns)).to_series().to_list() == ["U", "", ""]


def test_truth_is_no_number() -> None:
    frame = pl.DataFrame({"known": [True, None]})
    assert frame.select(column_text("known", ["known"])).to_series().to_list() == ["true", ""]


@given(st.integers(-GREAT, GREAT), st.sampled_from([("line_quantity", 5), ("line_fob", 4), ("repaid", 6)]))
def test_scaled_numbers_are_plain_decimals(number: int, scale: tuple[str, int]) -> None:
    column, digits = scale
    told = value(column, {column: number})
    assert Decimal(told) == Decimal(number).scaleb(-digits)
    assert told in ("0", told.rstrip("0").rstrip(".")) or "." not in told
    frame = pl.DataFrame({column: [number]}, schema={column: pl.Int128})
    assert frame.select(column_text(column, [column])).item() == told


def test_a_sentence_takes_each_value_in_its_own_language() -> None:
    sentence = Text("第 {item} 项 {state}", "item {item} is {state}")
    slots = {"item": 2, "state": Text("可用", "available"), "line": 1}
    assert said(sentence, slots) == Text("第 2 项 可用", "item 2 is available")
