"""PDF: tables, forms, and what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hefu.errors import HefuError
from hefu.inspection.fields.fields import Paper
from hefu.inspection.layout.layout import find_layout
from hefu.inspection.sheets.opening import sheets
from hefu.inspection.sources.bounds import Limits
from tests.inspection.pdf_files import Page, pdf
from tests.inspection.reading import Rows, opened, read, refusal, rows, source

LIST = ["证明编号", "出口报关单号", "商品代码", "商品名称", "计量单位", "证明数量"]
WIDTHS = [110, 190, 110, 130, 60, 60]
LINES = [
    ["CK2026000001", "530120260000000001", "6109100000", "棉制T恤衫", "件", "1000"],
    ["CK2026000002", "530120260000000002", "6103420090", "棉制短裤", "条", "500.5"],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.pdf"


def certificate(number: str, lines: list[list[str]]) -> Page:
    """A certificate as a form: some labels beside the table, some in cells above its lines, one below."""
    page = Page()
    page.text(300, 20, "出口货物已补税/未退税证明")
    page.text(20, 40, f"证明编号：{number}")
    page.text(500, 40, "开具日期：2026-01-05")
    page.table(
        60,
        [["纳税人识别号", "91530000MA6KXXXX0A", "纳税人名称", "昆明某某进出口有限公司"]],
        [110, 190, 160, 200],
    )
    page.table(90, [LIST[1:], *lines], FORM)
    page.table(90 + 30 * (1 + len(lines)), [["备注：无"]], [660])
    return page


FORM = [190, 110, 130, 110, 120]
HEAD = ["证明编号", "开具日期", "纳税人识别号", "纳税人名称", "备注"]


def values(number: str) -> list[str | None]:
    return [number, "2026-01-05", "91530000MA6KXXXX0A", "昆明某某进出口有限公司", "无"]


def told(table: Sequence[Sequence[str | None]]) -> Rows:
    return {number: list(row) for number, row in enumerate(table, 1)}


def test_a_list_goes_on_over_pages(path: Path) -> None:
    first, second = Page(), Page()
    first.text(300, 20, "出口货物证明清单")
    first.text(20, 40, "单位名称：昆明某某公司")
    first.text(400, 40, "制表日期：2026-11-01")
    first.table(60, [LIST, LINES[0]], WIDTHS)
    first.text(400, 560, "第 1 页")
    second.table(60, [LIST, LINES[1]], WIDTHS)
    above = [["出口货物证明清单"], ["单位名称：昆明某某公司", "制表日期：2026-11-01"]]
    assert read(pdf(path, [first, second])) == told([*above, LIST, LINES[0], LIST, LINES[1]])


def test_merged_and_wrapped_cells(path: Path) -> None:
    page = Page()
    page.cell(20, 20, 130, 80, "证明编号")
    page.cell(130, 20, 330, 50, "商品")
    page.cell(130, 50, 230, 80, "商品代码")
    page.cell(230, 50, 330, 80, "商品名称")
    page.cell(330, 20, 400, 80, "证明数量")
    page.table(
        80,
        [
            ["CK2026\n000001", "6109100000", "棉制\n针织 T恤", "1"],
            ["CK1\nCK2", "6109", "T shirt\nof wool", "2"],
        ],
        [110, 100, 100, 70],
    )
    assert read(pdf(path, [page])) == told([
        ["证明编号", "商品", "商品", "证明数量"],
        ["证明编号", "商品代码", "商品名称", "证明数量"],
        ["CK2026000001", "6109100000", "棉制针织 T恤", "1"],
        ["CK1\nCK2", "6109", "T shirt of wool", "2"],
    ])  # fmt: skip


def test_certificates_as_forms_become_a_row_a_line(path: Path) -> None:
    one, two = [row[1:] for row in LINES], [LINES[0][1:]]
    made = read(pdf(path, [certificate("CK2026000001", one), certificate("CK2026000002", two)]))
    assert made == told([
        [*HEAD, *LIST[1:]],
        *([*values("CK2026000001"), *row] for row in one),
        [*values("CK2026000002"), *two[0]],
    ])  # fmt: skip


def test_a_form_is_recognised_as_a_certificate(path: Path) -> None:
    [sheet] = opened(pdf(path, [certificate("CK2026000001", [LINES[0][1:]])]))
    layout = find_layout(next(sheet.blocks()), sheet.source, sheet.name)
    assert layout.paper is Paper.CERTIFICATE
    assert {"certificate", "issued_on", "holder_uscc", "line_declaration", "line_hs", "line_quantity"} <= set(
        layout.fields
    )


def test_lines_of_a_form_go_on_over_pages(path: Path) -> None:
    more = Page()
    more.table(60, [LIST[1:], LINES[1][1:]], FORM)
    made = read(pdf(path, [certificate("CK2026000001", [LINES[0][1:]]), more]))
    assert [row[-5:] for row in made.values()] == [LIST[1:], LINES[0][1:], LINES[1][1:]]
    assert [row[0] for row in made.values()] == ["证明编号", "CK2026000001", "CK2026000001"]


@pytest.mark.parametrize("label", ["编号", "No.", "证明编号"])
def test_the_number_of_a_certificate_may_have_a_bare_label(label: str, path: Path) -> None:
    page = Page()
    page.text(300, 20, "出口货物已补税/未退税证明")
    page.text(500, 40, f"{label}：CK2026000009")
    page.table(60, [LIST[1:], LINES[0][1:]], WIDTHS[1:])
    assert read(pdf(path, [page])) == told([["证明编号", *LIST[1:]], ["CK2026000009", *LINES[0][1:]]])


def test_a_form_of_labels_alone_is_one_row(path: Path) -> None:
    page = Page()
    page.table(
        60,
        [["海关编号", "530120260000000001", "监管方式", "4561"], ["成交方式", "FOB", "运费", ""]],
        [110, 200, 110, 200],
    )
    assert read(pdf(path, [page])) == {
        1: ["海关编号", "监管方式", "成交方式", "运费"],
        2: ["530120260000000001", "4561", "FOB"],
    }  # fmt: skip


def test_tables_under_different_headers_are_sheets_of_their_own(path: Path) -> None:
    one, two = Page(), Page()
    one.table(60, [LIST, *LINES], WIDTHS)
    two.table(60, [["发票号码", "商品名称", "数量"], ["F1", "棉布", "3"]], [100, 100, 100])
    first, second = opened(pdf(path, [one, two]))
    assert (first.name, second.name) == ("1", "2")
    assert rows(first) == told([LIST, *LINES])
    assert rows(second) == told([["发票号码", "商品名称", "数量"], ["F1", "棉布", "3"]])


def test_a_scan_is_refused_by_its_page_and_the_rest_is_read(path: Path) -> None:
    scan, good = Page(), Page()
    scan.scan()
    good.table(60, [LIST, *LINES], WIDTHS)
    assert refusal(pdf(path, [scan])) == ("inspection.pdf_no_text", "1")
    sheet, error = list(sheets(source(pdf(path, [good, scan]))))
    assert not isinstance(sheet, HefuError)
    assert rows(sheet) == told([LIST, *LINES])
    assert isinstance(error, HefuError)
    assert (error.first.kind.code, error.first.place) == ("inspection.pdf_no_text", "2")


def test_text_without_table_or_number_is_refused(path: Path) -> None:
    page = Page()
    page.text(20, 20, "关于出口货物的说明")
    assert refusal(pdf(path, [page])) == ("inspection.pdf_no_table", "1")


def test_a_text_that_crosses_a_line_is_refused_and_not_cut(path: Path) -> None:
    page = Page()
    page.table(60, [LIST, *LINES], [110, 110, 110, 130, 60, 60])
    assert refusal(pdf(path, [page])) == ("inspection.pdf_crosses", "1")


def test_a_blank_page_says_nothing(path: Path) -> None:
    page = Page()
    page.table(60, [LIST, *LINES], WIDTHS)
    assert read(pdf(path, [Page(), page])) == told([LIST, *LINES])


def test_sizes_and_time_are_bounded(path: Path) -> None:
    page = Page()
    page.table(60, [LIST, *LINES], WIDTHS)
    pdf(path, [page, page])
    assert refusal(path, Limits(pages=1))[0] == "inspection.too_much"
    assert refusal(path, Limits(signs=50))[0] == "inspection.too_much"
    assert refusal(path, Limits(pdf_seconds=0))[0] == "inspection.reader_died"


def test_damage_is_told(path: Path) -> None:
    path.write_bytes(b"%PDF-1.5\n" + b"\xff" * 400)
    assert refusal(path)[0] == "inspection.broken"
