"""Workbooks: what Excel shows, of files by two libraries and by hand."""

from __future__ import annotations

import zipfile
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hefu.inspection.sheets.xlsx import cells, stream
from hefu.inspection.sources.bounds import Limits
from tests.inspection.reading import Rows, opened, read, refusal, rows
from tests.inspection.xlsx_parts import workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.xlsx"


@pytest.fixture(params=["at once", "one by one"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of taking cells apart, and pieces that end after any row."""
    monkeypatch.setattr(stream, "PIECE", 300)
    if request.param == "one by one":
        monkeypatch.setattr(cells, "_at_once", lambda _: None)


def saved(path: Path, table: dict[str, Any], **formats: str) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for place, value in table.items():
        sheet[place] = value
        if place in formats:
            sheet[place].number_format = formats[place]
    made.save(path)
    return path


# --- values ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
def test_values_as_excel_shows_them(path: Path) -> None:
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("清单")
    day, moment = (
        made.add_format({"num_format": "yyyy-mm-dd"}),
        made.add_format({"num_format": 'yyyy"年"m"月"d"日" h:mm'}),
    )
    money = made.add_format({"num_format": "#,##0.00_);[Red](#,##0.00)"})
    hours = made.add_format({"num_format": "[h]:mm"})
    sheet.write_row(0, 0, [" 商品 ", "a<&>\"'b", "x\ny", "", 12, 12.5, -0.05, 0, 1e-7, 0.1 + 0.2])
    sheet.write_row(1, 0, [530120260000000001, 999999999999999, 1e15, True, False])
    sheet.write_string(2, 0, "530120260000000001")
    sheet.write_number(2, 1, 46027, day)
    sheet.write_number(2, 2, 46027.520833333336, moment)
    sheet.write_number(2, 3, 46027, moment)
    sheet.write_number(2, 4, 1234.5, money)
    sheet.write_number(2, 5, 1.5, hours)
    sheet.write_number(2, 6, 0.5, moment)
    sheet.write_number(2, 7, 59, day)
    sheet.write_number(2, 8, 60, day)
    sheet.write_number(2, 9, 61, day)
    sheet.write_number(2, 10, -3, day)
    sheet.write_formula(3, 0, "=1+1", None, 2)
    sheet.write_formula(3, 1, '=HYPERLINK("http://x")', None, "链接")
    sheet.write_formula(3, 2, "=NA()", None, "#N/A")
    sheet.write_formula(3, 3, "=1=1", None, "TRUE")
    sheet.write_rich_string(3, 4, "粗", made.add_format({"bold": True}), "细", "完")
    sheet.write_url(3, 5, "http://x/", string="名")
    sheet.write_string(3, 6, "=1+1")
    sheet.write_blank(9, 9, None, day)
    made.close()
    assert read(path) == {
        1: ["商品", "a<&>\"'b", "x\ny", None, "12", "12.5", "-0.05", "0", "0.0000001", "0.3"],
        2: ["5.30120260000000E+17", "999999999999999", "1.00000000000000E+15", "TRUE", "FALSE"],
        3: ["530120260000000001", "2026-01-05", "2026-01-05 12:30:00", "2026-01-05", "1234.5", "36:00:00", "12:00:00",
            "1900-02-28", "60", "1900-03-01", "-3"],
        4: ["2", "链接", "#N/A", "TRUE", "粗细完", "名", "=1+1"],
    }  # fmt: skip


@pytest.mark.usefixtures("way")
def test_values_of_another_library(path: Path) -> None:
    table = {
        "B3": "x", "C3": date(2026, 1, 5), "D3": time(12, 30), "E3": timedelta(hours=36), "F3": True, "G3": "#N/A",
        "H3": "=1+1", "I3": 0.1, "J3": 530120260000000001, "K3": "a_x000D_b", "L3": " ",
    }  # fmt: skip
    told = read(saved(path, table, C3='yyyy"年"m"月"d"日"'))
    assert told == {
        3: [
            None,
            "x",
            "2026-01-05",
            "12:30:00",
            "36:00:00",
            "TRUE",
            "#N/A",
            "=1+1",  # a formula whose value was not stored
            "0.1",
            "5.30120260000000E+17",
            "a\rb",
        ]
    }


@pytest.mark.usefixtures("way")
def test_days_from_1904(path: Path) -> None:
    made = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = made.add_worksheet()
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_datetime(0, 0, date(2026, 1, 5), day)
    sheet.write_datetime(0, 1, date(1904, 1, 1), day)
    made.close()
    assert read(path) == {1: ["2026-01-05", "1904-01-01"]}


STYLES = (
    '<numFmts><numFmt numFmtId="31" formatCode="0.00"/><numFmt numFmtId="164" formatCode="General&quot;day&quot;"/></numFmts>'
    "<cellXfs>" + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 30, 31, 57, 164)) + "</cellXfs>"
)


@pytest.mark.usefixtures("way")
def test_formats_of_days(path: Path) -> None:
    values = "".join(
        f'<c r="{letter}1" s="{style}"><v>46027</v></c>' for style, letter in enumerate("ABCDEF")
    )
    workbook(path, f'<row r="1">{values}</row>', styles=STYLES)
    assert read(path) == {1: ["46027", "2026-01-05", "2026-01-05", "46027", "2026-01-05", "46027"]}


ODD = [
    ("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", {1: ["1", "2"], 2: ["3"]}),
    ('<row r="5"><c r="C5"><v>1</v></c><c><v>2</v></c></row>', {5: [None, None, "1", "2"]}),
    ("<row r='2'>\n <c r='A2' t='str'>\n <v>a</v></c></row>", {2: ["a"]}),
    ('<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></is></c></row>', {1: ["ab"]}),
    ('<row r="1"><c r="A1" t="s" s="0"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>', {1: ["甲&乙", "丙\n丁"]}),
    ('<row r="1"><c r="A1"><f>1<!-- x -->+1</f><v>2</v></c></row>', {1: ["2"]}),
    ('<row r="1"><c r="A1" t="d"><v>2026-01-05T00:00:00</v></c><c r="B1" t="d"><v>2026-01-05</v></c></row>', {1: ["2026-01-05", "2026-01-05"]}),
    ('<row r="1"><c r="A1" t="str"><v>a&#10;&#x4E2D;&amp;#10;&amp;lt;</v></c></row>', {1: ["a\n中&#10;&lt;"]}),
    ('<row r="1"/><row r="2" ht="5"/><row r="3"><c r="A3" s="1"/><c r="B3"><v>1</v></c></row><row r="4"/>', {3: [None, "1"]}),
    ('<row r="1"><c r="A1"><v>abc</v></c><c r="B1"><v>+5</v></c><c r="C1"><v>007</v></c></row>', {1: ["abc", "5", "7"]}),
    ('<row r="1"><c r="XFD1" s="1"/><c r="A1"><v>1</v></c></row>', {1: ["1"]}),
    ("", {}),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "told"), ODD, ids=range(len(ODD)))
def test_what_other_programs_write(xml: str, told: Rows, path: Path) -> None:
    shared = '<si><t xml:space="preserve">甲&amp;乙</t></si><si><r><t>丙_x000A_</t></r><r><t>丁</t></r></si>'
    assert read(workbook(path, xml, shared=shared)) == told


def test_elements_with_a_prefix(path: Path) -> None:
    workbook(path, "")
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        '<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1"><x:v>2</x:v></x:c></x:row></x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="B1:C1"/></x:mergeCells></x:worksheet>'
    )
    with zipfile.ZipFile(path, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    assert read(path) == {1: ["1", "2"]}


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
CELL = st.one_of(
    TEXT, st.sampled_from(["_x0041_", "&amp;", "a\nb", "<v>"]), st.integers(-(10**14), 10**14), st.booleans()
)


@pytest.mark.usefixtures("way")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(table=st.lists(st.lists(CELL, max_size=4), max_size=8), is_inline=st.booleans())
def test_any_table_comes_back_the_same(table: list[list[Any]], is_inline: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    made = xlsxwriter.Workbook(
        path, {"strings_to_urls": False, "strings_to_formulas": False, "constant_memory": is_inline}
    )
    sheet = made.add_worksheet()
    expected: Rows = {}
    for number, row in enumerate(table):
        texts: list[str | None] = []
        for column, value in enumerate(row):
            sheet.write(number, column, value)
            text = str(value).upper() if isinstance(value, bool) else str(value).strip()
            texts.append(text or None)
        while texts and texts[-1] is None:
            texts.pop()
        if texts:
            expected[number + 1] = texts
    made.close()
    assert read(path) == expected


# --- merged cells ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
def test_merged_cells_repeat_their_value(path: Path) -> None:
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet()
    sheet.merge_range("A1:XFD1", "出口清单")
    sheet.merge_range("A2:B2", "经营单位")
    sheet.merge_range("C2:C3", "数量")
    sheet.write_row("A3", ["编码", "名称"])
    sheet.merge_range("A4:A43", "CK1")
    sheet.merge_range("B4:B9", date(2026, 1, 5), made.add_format({"num_format": "yyyy-mm-dd"}))
    for row in range(40):
        sheet.write(3 + row, 2, row)
    sheet.merge_range("A50:B52", "合计")
    made.close()
    expected: Rows = {
        1: ["出口清单"] * 3,
        2: ["经营单位", "经营单位", "数量"],
        3: ["编码", "名称", "数量"],
        **{4 + row: ["CK1", "2026-01-05" if row < 6 else None, str(row)] for row in range(40)},
        50: ["合计", "合计"],
    }
    told = read(path)
    told[1] = told[1][:3]
    assert told == expected


@pytest.mark.parametrize("ref", ["A1:A1", "B1:A2", "ZZZ1:ZZZ9999999", "A0:B0", "A9:B9"])
def test_odd_ranges_do_no_harm(ref: str, path: Path) -> None:
    tail = f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>'
    rows_ = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
    )
    assert read(workbook(path, rows_, tail)) == {1: ["1", "2"], 2: ["3"]}


def test_ranges_that_fill_too_much_are_refused(path: Path) -> None:
    tail = f'<mergeCells>{"".join(f"""<mergeCell ref="A{row}:Z1048576"/>""" for row in range(1, 400))}</mergeCells>'
    rows_ = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 400))
    last = '<row r="1048576"><c r="Z1048576"><v>1</v></c></row>'
    assert refusal(workbook(path, rows_ + last, tail)) == ("inspection.too_much", "甲")


# --- sheets ------------------------------------------------------------------------------------------------


def test_all_sheets_are_read_hidden_ones_too(path: Path) -> None:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, state in (("甲", "visible"), ("乙", "hidden"), ("丙", "veryHidden"), ("空", "visible")):
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        if name != "空":
            sheet["A1"] = name
    made.create_chartsheet("图")
    made.save(path)
    told = opened(path)
    assert [(one.source, one.name) for one in told] == [(path.as_posix(), name) for name in "甲乙丙空"]
    assert [rows(one) for one in told] == [{1: ["甲"]}, {1: ["乙"]}, {1: ["丙"]}, {}]


def test_far_cells_cost_nothing(path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="SR1048576"><v>2</v></c></row>'
    workbook(path, far, head='<dimension ref="A1:XFD1048576"/>')
    assert {row: (len(told), told[-1]) for row, told in read(path).items()} == {
        1: (1, "1"),
        1_048_576: (512, "2"),
    }


def test_sheets_of_a_million_columns_are_refused_by_name(path: Path) -> None:
    wide = "".join(f'<c r="{letters(number)}1"><v>1</v></c>' for number in range(1, 20_000))
    assert refusal(workbook(path, f'<row r="1">{wide}</row>')) == ("inspection.too_much", "甲")
    many = "<c><v>1</v></c>" * 1_000_000
    assert refusal(workbook(path, f'<row r="1">{many}</row>')) == ("inspection.too_much", "甲")
    assert refusal(workbook(path, '<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>')) == (
        "inspection.too_much",
        "甲",
    )


def letters(number: int) -> str:
    told = ""
    while number:
        number, rest = divmod(number - 1, 26)
        told = chr(65 + rest) + told
    return told


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="1A"><v>7</v></c></row>',
        '<row r="1"><c r="A1"><v>7</c></row>',
        '<row r="-1"><c r="A1"><w/><v>7</v></c></row>',
        '<row r="1"><c r="A1"><v>&nbsp;</v><w/></c></row>',
    ],
)
def test_damage_is_told(xml: str, path: Path) -> None:
    assert refusal(workbook(path, xml))[0] == "inspection.broken"


def test_entities_are_refused(path: Path) -> None:
    workbook(path, "")
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"):
        with zipfile.ZipFile(path, "w") as made:
            for name, text in parts.items():
                made.writestr(name, lol + text if name == part else text)
        assert refusal(path)[0] == "document.entities"


def test_sizes_are_bounded(path: Path) -> None:
    saved(path, {"A1": "x" * 101, "B9": 1})
    assert read(path, Limits(cell=101))
    assert refusal(path, Limits(cell=100)) == ("inspection.too_much", "Sheet 1:1")
    assert refusal(path, Limits(rows=8)) == ("inspection.too_much", "Sheet")
    assert refusal(path, Limits(cells=1))[0] == "inspection.too_much"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"]
)
def test_parts_that_are_missing_or_cut(part: str, path: Path) -> None:
    workbook(path, '<row r="1"><c r="A1"><v>7</v></c></row>')
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for data in (None, parts[part][:-20], b""):
        with zipfile.ZipFile(path, "w") as made:
            for name, text in parts.items():
                if name != part:
                    made.writestr(name, text)
                elif data is not None:
                    made.writestr(name, data)
        assert refusal(path)[0] == "inspection.broken"
