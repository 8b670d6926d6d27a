"""Files to tables: names, titles, cells, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from hefu.chains import vocabulary
from hefu.chains.reading import read, table_of
from hefu.chains.tables import TABLES
from hefu.documents.certificate import Purpose, RefundState
from hefu.documents.declaration import Act
from hefu.errors import HefuError
from hefu.protocol.records import DeclarationState
from tests.chains.builders import declared, line, tables

_PAYMENTS = "payment,on,payer,payee,amount\n"


def test_every_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = tables(declarations=[declared("D1", "A"), declared("D2", "B", 3)], lines=[line("D1"), line("D2")])
    told["declarations"].write_parquet(tmp_path / "declarations-2026.parquet")
    told["lines"].write_csv(tmp_path / "lines.csv")
    got = read([tmp_path])
    assert got.tables["declarations"].equals(told["declarations"])
    assert got.tables["lines"].equals(told["lines"])
    assert got.tables["payments"].equals(tables()["payments"])
    assert got.counts["lines"] == {"read": 2, "refused": 0, "repeated": 0}
    assert not got.problems


def test_titles_and_days_as_people_write_them(tmp_path: Path) -> None:
    text = '流水号,日期,付款方统一社会信用代码,付款方名称,收款方统一社会信用代码,金额\nP1,2026/3/1,a1,甲公司,B1,"1,200"\nP2,20260302,a1,甲公司,B1,7\n'
    (tmp_path / "境内付款_一季度.csv").write_bytes(text.encode("gb18030"))
    got = read([tmp_path]).tables["payments"]
    assert got.rows() == [
        ("P1", date(2026, 3, 1), "a1", "甲公司", "B1", None, 1200),
        ("P2", date(2026, 3, 2), "a1", "甲公司", "B1", None, 7),
    ]  # fmt: skip


def test_titles_and_words_of_forms_are_known(tmp_path: Path) -> None:
    (tmp_path / "报关单.csv").write_text(
        "海关编号,业务,申报日期,状态,境内发货人统一社会信用代码,境内发货人,生产销售单位\n"
        "D1,出口,2026-03-01,已放行,A1,甲公司,乙厂\nD2,export,2026-03-02,Withdrawn,A1,甲公司,\n"
    )
    (tmp_path / "企业.csv").write_text(
        "统一社会信用代码,名称,类型,状态\nA1,甲公司,生产企业,走逃（失联）\nA2,乙厂,,立案\n"
    )
    (tmp_path / "发票.csv").write_text(
        "数电发票号码,开票日期,销方识别号,购方识别号,购方名称\nV1,2026-03-01,B1,A1,甲公司\n"
    )
    got = read([tmp_path])
    assert not got.problems
    assert not got.ignored
    assert got.tables["declarations"].select("declaration", "act", "state", "trader", "trader_name", "owner_name").rows() == [
        ("D1", "export", "released", "A1", "甲公司", "乙厂"), ("D2", "export", "withdrawn", "A1", "甲公司", None),
    ]  # fmt: skip
    firms = got.tables["firms"].select("firm", "firm_name", "kind", "status").rows()
    assert firms == [("A1", "甲公司", "producer", "vanished"), ("A2", "乙厂", None, "under investigation")]
    assert got.tables["invoices"].select("seller", "buyer", "buyer_name").rows() == [("B1", "A1", "甲公司")]


def test_a_word_that_no_indicator_knows_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_text("firm,status\nA1,normal\nA2,gone fishing\n")
    got = read([tmp_path])
    (problem,) = got.problems
    assert (problem.place, problem.value) == ("3", "gone fishing")
    assert "normal or abnormal or vanished" in problem.message.en
    assert "正常、非正常、走逃" in problem.message.zh
    assert got.counts["firms"]["read"] == 1


def test_the_words_are_those_of_the_documents() -> None:
    assert set(vocabulary.ACTS) == {one.value for one in Act}
    assert set(vocabulary.STATES) == {one.value for one in DeclarationState}
    assert set(vocabulary.PURPOSES) == {one.value for one in Purpose}
    assert set(vocabulary.REFUND_STATES) == {one.value for one in RefundState}


def test_a_workbook_with_a_sheet_for_each_table(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "all.xlsx") as book:
        sheet = book.add_worksheet("用电与社保")
        for n, row in enumerate(
            [["企业统一社会信用代码", "年度", "电费"], ["F1", "2026", 1200], ["F2", 2026, 3.0]]
        ):
            sheet.write_row(n, 0, row)
        book.add_worksheet("notes").write(0, 0, "hello")
    got = read([tmp_path])
    assert got.tables["capacity"].select("firm", "year", "power").rows() == [
        ("F1", "2026", 1200),
        ("F2", "2026", 3),
    ]
    assert [one.endswith("all.xlsx notes") for one in got.ignored] == [True]


@pytest.mark.parametrize(
    ("row", "value", "says"),
    [
        ("P1,2026-13-01,A,B,5", "2026-13-01", "a day"),
        ("P1,2026-01-01,A,B,12.34", "12.34", "whole number"),
        (",2026-01-01,A,B,5", "-", "given"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place_and_the_rest_is_read(
    tmp_path: Path, row: str, value: str, says: str
) -> None:
    (tmp_path / "payments.csv").write_text(_PAYMENTS + "P0,2026-01-01,A,B,5\n" + row + "\n")
    got = read([tmp_path])
    (problem,) = got.problems
    assert problem.place == "3"
    assert problem.value == value
    assert says in problem.message.en
    assert "payments.csv" in problem.message.zh
    assert got.counts["payments"] == {"read": 1, "refused": 1, "repeated": 0}


def test_a_row_that_comes_twice_counts_once_and_one_that_says_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_text(
        _PAYMENTS + "P1,2026-01-01,A,B,5\nP1,2026-01-01,A,B,5\nP1,2026-01-01,A,B,6\n"
    )
    got = read([tmp_path])
    assert got.tables["payments"]["amount"].to_list() == [5]
    assert got.counts["payments"] == {"read": 1, "refused": 1, "repeated": 1}
    assert [one.kind.code for one in got.problems] == ["chains.conflicting_row"]


def test_a_table_without_a_column_that_it_needs_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_text("payment,on,payer,payee\nP1,2026-01-01,A,B\n")
    (problem,) = read([tmp_path]).problems
    assert problem.kind.code == "chains.missing_column"
    assert problem.value == "amount"


def test_a_folder_without_tables_says_so(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(HefuError) as told:
        read([tmp_path])
    assert told.value.first.kind.code == "chains.nothing"


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_a_table_is_known_by_its_names(table: object) -> None:
    assert isinstance(table, type(TABLES[0]))
    for name in (table.name, table.title.zh, table.title.en, f"{table.name}_2026", f"{table.title.zh}-1"):
        assert table_of(name) is table


def test_a_file_that_is_broken_is_told(tmp_path: Path) -> None:
    (tmp_path / "lines.xlsx").write_bytes(b"no workbook")
    (problem,) = read([tmp_path]).problems
    assert problem.kind.code == "chains.unreadable"


def test_columns_that_nobody_asked_for_are_named(tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_text("payment,on,payer,payee,amount,mood\nP1,2026-01-01,A,B,5,good\n")
    assert [one.split(": ")[1] for one in read([tmp_path]).ignored] == ["mood"]
    assert isinstance(read([tmp_path]).tables["payments"], pl.DataFrame)


@pytest.mark.parametrize("page", ["chains.md", "chains.zh.md"])
def test_the_guide_lists_every_word(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    for table in TABLES:
        for column in table.columns:
            for word, also in column.words.items():
                said = (f"{word} {one}" if page == "chains.md" else f"{one} {word}" for one in also)
                assert any(one in text for one in said), word
