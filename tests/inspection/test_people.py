"""Workbooks as three companies keep them: titles, merged headers, units in titles, sums, notes, several sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.result import Inspection
from hefu.inspection.inspect import inspect
from hefu.inspection.papers.reading import Given
from hefu.rules.policy import Policy

MORNING = datetime(2026, 3, 18, 9, 30)  # noqa: DTZ001  # a cell has no zone
FIRM, OTHER = "91110000101623741K", "911101066976941872"
Rows = list[list[Any]]
Sheets = dict[str, Rows]


def _number(at: int, *, is_import: bool = False) -> str:
    return f"53012026{int(is_import)}{at:09d}"


def _book(file: Path, sheets: Sheets, merged: Mapping[str, Sequence[str]] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for place in (merged or {}).get(name, ()):
            sheet.merge_cells(place)
    book.save(file)
    return file


def _inspected(certificates: Path, declarations: Path) -> Inspection:
    given = [Given([certificates], Paper.CERTIFICATE), Given([declarations], Paper.DECLARATION)]
    told = inspect(given, Policy(), today=date(2026, 3, 20)).answer
    assert told.files.filter(pl.col("rows") != pl.col("judged") + pl.col("refused")).is_empty()
    return told


def _counts(told: Inspection) -> dict[str, tuple[int, int]]:
    return {
        sheet: (judged, refused)
        for sheet, judged, refused in told.files.select("sheet", "judged", "refused").rows()
    }


def _outcomes(told: Inspection) -> dict[str, str]:
    return dict(told.declarations.select("declaration", pl.col("outcome").cast(pl.String)).rows())


def test_a_workbook_with_headers_of_two_rows_notes_and_certificates_in_remarks(tmp_path: Path) -> None:
    certificates: Rows = [
        ["深圳某公司 2026年3月已补税/未退税证明台账"],
        [],
        ["单位：深圳某公司", None, None, "打印日期：2026-03-20"],
        [],
        ["序号", "证明", None, "持有人", None, "商品", None, None, "出口报关单", None, "开具日期", "备注"],
        [None, "编号", "用途", "名称", "税号", "编码", "名称", "数量(千克)", "报关单号21位", "出口日期", None, None],
        *(
            [at, f"CKA20260{at}", "退运", "深圳某公司", FIRM, "6109100000", "T恤", 100 * at, f"{_number(at)}001",
             date(2026, 2, at), date(2026, 3, at)]
            for at in (1, 2, 3)
        ),
        ["合计", *[None] * 6, 600],
        ["制表：李四", None, None, None, "审核：王五"],
        ["注：本表由系统导出，如有疑问请联系财务部。"],
    ]  # fmt: skip
    returns: Rows = [
        ["进口退运报关单明细"],
        [],
        ["报关单号", "进出口标志", "监管方式", "境内收货人", "境内收货人税号", "申报日期", "关联报关单号", "商品序号",
         "商品税号", "法定数量(千克)", "备注"],
        *(
            [_number(at, is_import=True), "进口", "退运货物(4561)", "深圳某公司", FIRM, date(2026, 3, 10 + at),
             _number(at), 1, "6109100000", f"{100 * at + 100 * (at == 3)}.00", f"退运，补税未退税证明编号：CKA20260{at}"]
            for at in (1, 2, 3)
        ),
        ["合  计", *[None] * 8, 700],
    ]  # fmt: skip
    exports: Rows = [
        ["海关编号", "进出口标志", "监管方式", "境内发货人", "境内发货人信用代码", "出口日期", "项号", "HS编码", "成交数量",
         "成交单位", "总价", "币别"],
        *(
            [_number(at), "出口", "一般贸易", "深圳某公司", FIRM, date(2026, 2, at), 1, 6109100000, 100 * at, "千克",
             f"{1000 * at:,}.00", "USD"]
            for at in (1, 2, 3)
        ),
    ]  # fmt: skip
    merged = {
        "证明台账": ["A1:L1", "A5:A6", "B5:C5", "D5:E5", "F5:H5", "I5:J5", "K5:K6", "L5:L6", "A12:L12"],
        "退运": ["A1:K1"],
    }
    sheets = {"证明台账": certificates, "退运": returns, "原出口": exports, "说明": [["本工作簿含三张表"]]}
    file = _book(tmp_path / "a.xlsx", sheets, merged)
    told = _inspected(file, file)
    assert _counts(told) == {"证明台账": (3, 0), "退运": (3, 0), "原出口": (3, 0), "说明": (0, 0)}
    assert told.refusals.is_empty()
    assert _outcomes(told) == {
        _number(1, is_import=True): "clears",
        _number(2, is_import=True): "clears",
        _number(3, is_import=True): "held",
        **{_number(at): "not_needed" for at in (1, 2, 3)},
    }
    assert told.findings.filter(severity="block")["code"].to_list() == ["quantity.exceeds_certificate"]
    assert any("the transaction quantity is compared" in en for _, en in told.assumptions)


def test_lists_from_an_erp_in_english(tmp_path: Path) -> None:
    certificates: Rows = [
        ["Tax Certificates"],
        [],
        ["Tax Certificate No.", "Certificate Purpose", "Exporter Name", "Exporter Tax ID", "Commercial Invoice No.",
         "Invoice Item No.", "HTS Code", "Material Description", "Certified Quantity", "Base Unit of Measure",
         "FOB Value (USD)", "Issue Date"],
        *(
            [f"CKB-2026-{at}", "Export", "ACME", OTHER, f"INV{at}", 1, "8471.30.00.00", "Laptop", f"{at * 1000:,}",
             "SET", f"{at * 5000:,.2f}", 46082 + at]
            for at in (1, 2, 3)
        ),
        ["Total", *[None] * 7, "6,000"],
        [],
        ["Remarks: figures per SAP as of 20 Mar 2026"],
        ["Prepared by: J. Doe"],
    ]  # fmt: skip
    declarations: Rows = [
        ["Export Declarations - March"],
        [],
        ["Entry No.", "I/E Flag", "Trade Mode", "Exporter Name", "Exporter Tax ID", "Declaration Date", "Item No.",
         "HTS Code", "Material Description", "Statutory Qty", "Statutory Unit", "Unit Price", "Invoice Value",
         "Document Currency", "Tax Certificate No."],
        *(
            [_number(at), "E", "0110", "ACME", OTHER, "2026-03-15", 1, "8471300000", "Laptop",
             "2,500" if at == 2 else str(at * 1000), "set", "5", f"USD {at * 5000:,.2f}", "USD", f"CKB-2026-{at}"]
            for at in (1, 2, 3)
        ),
        ["Grand Total:", *[None] * 8, 6500],
    ]  # fmt: skip
    told = _inspected(
        _book(tmp_path / "c.xlsx", {"C": certificates}), _book(tmp_path / "d.xlsx", {"D": declarations})
    )
    assert _counts(told) == {"C": (3, 0), "D": (3, 0)}
    assert told.columns.filter(field="").is_empty()
    assert _outcomes(told) == {_number(1): "clears", _number(2): "held", _number(3): "clears"}


@pytest.mark.parametrize("merged", [["A2:A3"], []], ids=["merged", "blank"])
def test_items_below_their_head_with_sums_between_and_a_number_that_lost_its_end(
    tmp_path: Path, merged: list[str]
) -> None:
    certificates: Rows = [
        ["证明编号", "证明用途", "持有人统一社会信用代码", "主管税务机关", "出口发票号", "发票行号", "海关商品编码", "存货名称",
         "主计量单位", "证明数量", "是否使用"],
        ["CKC1", "出口", FIRM, "国家税务总局福州市税务局", "F001", 1, "6109100000", "T恤", "件", 500, "否"],
        ["CKC1", "出口", FIRM, "国家税务总局福州市税务局", "F001", 2, "6203420000", "长裤", "条", 300, "否"],
        ["CKC2", "出口", FIRM, "国家税务总局福州市税务局", "F002", 1, "6109100000", "T恤", "件", 100, "是"],
        [],
        ["共 3 条记录"],
    ]  # fmt: skip
    declarations: Rows = [
        ["海关编号", "申报日期", "境内发货人", "境内发货人统一社会信用代码", "监管方式", "随附单证及编号", "项号", "商品编号",
         "物料名称", "第一法定数量", "第一法定单位", "原币单价", "原币金额", "币别"],
        [_number(201), MORNING, "福州公司", FIRM, "一般贸易", "合同：HT1；补税未退税证明：CKC1", 1,
         "6109100000", "T恤", "500", "件", 2, 1000, "美元"],
        [*[None] * 6, 2, "6203420000", "长裤", 300, "条", 5, 1500, "美元"],
        ["小计", *[None] * 8, 800],
        [_number(202), date(2026, 3, 18), "福州公司", FIRM, "一般贸易", "CERT CKC2", 1, "6109100000", "T恤", 100,
         "件", 2, 200, "美元"],
        [530120260000000203, date(2026, 3, 18), "福州公司", FIRM, "一般贸易", None, 1, "6109100000", "T恤", 100,
         "件", 2, 200, "美元"],
        ["说明：", None, "以上为3月数据"],
        ["经办人：", "陈七"],
    ]  # fmt: skip
    told = _inspected(
        _book(tmp_path / "c.xlsx", {"证明": certificates}),
        _book(tmp_path / "d.xlsx", {"报关单": declarations}, {"报关单": merged}),
    )
    assert _counts(told) == {"证明": (3, 0), "报关单": (3, 1)}
    [refused] = told.refusals.to_dicts()
    assert (refused["cell"], refused["field"]) == ("A6", "declaration")
    assert _outcomes(told) == {_number(201): "clears", _number(202): "held"}
    assert "certificate.used" in told.findings.filter(declaration=_number(202))["code"].to_list()
