"""Headers of lists as people have them, found and read without a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hefu.errors import HefuError
from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.mapping import Mapping, load
from hefu.inspection.fields.titles import (
    Claim,
    called,
    claim,
    field_of,
    folded,
    listed_titles,
    nearest,
    spelled,
    titles,
    unnamed_fields,
)
from hefu.inspection.layout.layout import Layout, Unknown, find_layout, letter
from hefu.inspection.layout.saving import save

CERTIFIED = ("CK1", "出口", "6109100000", "T恤", "件", "100")


def block(*rows: tuple[Any, ...], first: int = 1) -> pl.DataFrame:
    """A block of a sheet; None is a blank cell."""
    width = max(map(len, rows))
    told = [(at, *row, *(None,) * (width - len(row))) for at, row in enumerate(rows, first)]
    schema = {"row": pl.Int64, **{str(column): pl.String for column in range(width)}}
    return pl.DataFrame(told, schema=schema, orient="row")


def found(*rows: tuple[Any, ...], paper: Paper | None = None, mapping: Mapping | None = None) -> Layout:
    return find_layout(block(*rows), "a.xlsx", "Sheet1", paper, mapping)


TAX_BUREAU = (
    ("出货已补税/未退税证明清单", None, None, None, None, None),
    ("打印日期: 2026-03-01", None, None, None, None, None),
    ("序号", "证明编号", "申请企业", "申请企业", "商品", "商品", "数量", "数量"),
    ("序号", "证明编号", "纳税人识别号", "企业名称", "商品代码", "商品名称", "证明数量", "计量单位"),
    ("1", "CK1", "91110000101623741K", "北京合符", "6109100000", "T恤", "100", "件"),
)
LISTS = (
    (Paper.CERTIFICATE, 4, {"certificate", "holder_uscc", "holder_name", "line_hs", "line_name", "line_quantity", "line_unit"}, TAX_BUREAU),
    (Paper.CERTIFICATE, 1, {"certificate", "purpose", "line_hs", "line_name", "line_unit", "line_quantity"},
     (("证明编号", "用途", "商品代码", "商品名称", "计量单位", "数量"), CERTIFIED)),
    (Paper.CERTIFICATE, 1, {"certificate", "line_declaration", "line_hs", "line_unit", "line_quantity", "refund_state"},
     (("证 明 编 号 *", "出口报关单号\n(21位)", "商品代码（HS）", "单位", "数量(件)", "退(免)税状态"), CERTIFIED)),
    (Paper.CERTIFICATE, 1, {"certificate", "purpose", "line_hs", "line_name", "line_unit", "line_quantity"},
     (("Certificate No.", "Purpose", "HS Code", "Goods Name", "Unit", "Qty"), CERTIFIED)),
    (Paper.CERTIFICATE, 2, {"certificate", "purpose", "line_hs", "line_name", "line_unit", "line_quantity"},
     ((None, None, None, None, None, None), ("证明号码 Certificate", "用途 Purpose", "商品编码 HS", "品名 Goods", "单位 Unit", "数量 Quantity"), CERTIFIED)),
    (Paper.DECLARATION, 1, {"declaration", "item", "item_hs", "item_name", "first", "first_unit", "trader_uscc", "certificate"},
     (("海关编号", "项号", "商品编号", "商品名称", "法定数量", "法定单位", "境内收发货人统一社会信用代码", "随附单证编号"), ("530120260000000001", "1"))),
    (Paper.DECLARATION, 1, {"declaration", "item", "item_hs", "item_name", "first", "first_unit", "traded", "traded_unit"},
     (("EntryId", "GNo", "CodeTS", "GName", "FirstQty", "FirstUnit", "GQty", "GUnit"), ("530120260000000001", "1"))),
    (Paper.DECLARATION, 2, {"declaration", "trader_code", "trader_name", "item", "item_hs", "first", "first_unit"},
     (("报关单号", "经营单位", "经营单位", "项号", "商品编码", "法定", "法定"), ("报关单号", "编码", "名称", "项号", "商品编码", "数量", "单位"), ("530120260000000001",))),
    (Paper.DECLARATION, 1, {"declaration", "item", "item_hs", "item_name", "first", "first_unit", "total", "currency"},
     (("Entry No.", "Item No.", "HS Code", "Description of Goods", "Statutory Quantity", "Statutory Unit", "Total Price", "Currency"), ("530120260000000001",))),
    (Paper.DECLARATION, 3, {"declaration", "item", "item_hs", "first", "first_unit"},
     (("某公司2026年3月报关单明细",), ("单位: 美元",), ("报关单号", "序号", "HS编码", "数量", "单位"), ("530120260000000001", "1", "6109100000", "5", "件"))),
    (Paper.DECLARATION, 1, {"declaration", "item", "item_hs", "item_name", "traded", "traded_unit", "first", "first_unit", "second", "second_unit", "price", "total", "currency"},
     (("统一编号", "海关编号", "G_NO", "CODE_TS", "G_NAME", "G_QTY", "G_UNIT", "QTY_1", "UNIT_1", "QTY_2", "UNIT_2", "DECL_PRICE", "DECL_TOTAL", "TRADE_CURR"), ("1",))),
    (Paper.DECLARATION, 1, {"declaration", "item", "item_hs", "item_name", "traded", "traded_unit", "first", "first_unit", "item_origin", "mode", "flow", "trader_name", "trader_uscc", "declarant_name", "gross_weight", "net_weight"},
     (("海关编号", "商品序号", "商品编号", "商品名称及规格型号", "申报数量", "申报计量单位", "法定第一数量", "法定第一计量单位", "原产国(地区)", "境内货源地", "征免方式", "监管方式", "进出口标志", "境内收发货人", "境内收发货人代码", "申报单位", "毛重(千克)", "净重(千克)"), ("1",))),
    (Paper.DECLARATION, 1, {"declaration", "item", "item_hs", "item_name", "first", "first_unit", "trader_name", "declared_on"},
     (("Customs Entry Number", "Item #", "HS code (10 digits)", "Product description", "Qty (1st UoM)", "1st UoM", "Exporter", "Declaration Date"), ("1",))),
    (Paper.DECLARATION, 2, {"declaration", "declared_on", "item", "item_hs", "item_name", "first", "first_unit", "second", "second_unit"},
     (("报关单", "报关单", "商品信息", "商品信息", "商品信息", "法定", "法定", "第二法定", "第二法定"), ("编号", "申报日期", "项号", "编码", "名称", "数量", "单位", "数量", "单位"), ("1",))),
    (Paper.CERTIFICATE, 1, {"certificate", "line_declaration", "line_item", "line_hs", "line_name", "line_unit", "line_quantity", "issued_on", "holder_uscc"},
     (("No.", "Certificate No.", "Export Declaration No.", "Item", "Commodity Code", "Commodity Name", "Unit", "Quantity", "Issue Date", "Taxpayer ID"), ("1",))),
    (Paper.AGREEMENT, 1, {"agreement", "principal_name", "agent_name", "signed_on", "line_name", "line_quantity", "line_unit", "amount", "currency"},
     (("代理出口协议编号", "甲方(委托方)", "乙方(受托方)", "签订时间", "商品名称", "数量", "单位", "金额", "币种"), ("1",))),
    (Paper.INVOICE, 1, {"invoice", "seller_uscc", "buyer_uscc", "line_name", "amount", "tax"},
     (("数电发票号码", "销方识别号", "购方识别号", "货物或应税劳务名称", "金额", "税额"), ("1",))),
    (Paper.INVOICE, 1, {"invoice", "issued_on", "seller_name", "line_name", "line_quantity", "price", "amount", "currency"},
     (("Invoice No.", "Date", "Seller", "Description", "Qty", "Unit Price", "Amount", "Currency"), ("1",))),
    (Paper.AGREEMENT, 1, {"agreement", "principal_name", "agent_name", "contract"},
     (("代理出口协议号", "委托方", "受托方", "外销合同号"), ("1",))),
)  # fmt: skip


@pytest.mark.parametrize(("paper", "header", "fields", "rows"), LISTS)
@pytest.mark.parametrize("told", [False, True], ids=["unasked", "expected"])
def test_a_list_is_read_without_a_mapping(
    paper: Paper, header: int, fields: set[str], rows: tuple[tuple[Any, ...], ...], told: bool
) -> None:
    layout = found(*rows, paper=paper if told else None)
    assert layout.paper is paper
    assert layout.header == header
    assert set(layout.fields) == fields


def test_vague_titles_yield_to_those_that_say_more() -> None:
    head = ("海关编号", "项号", "商品编号", "数量", "单位", "法定数量", "法定单位", "金额", "总价")
    layout = found(head, ("530120260000000001",))
    fields = {layout.titles[column]: field for field, column in layout.fields.items()}
    assert fields["数量"] == "traded"
    assert fields["单位"] == "traded_unit"
    assert fields["法定数量"] == "first"
    assert fields["总价"] == "total"
    assert layout.unknown == (Unknown(7, "金额", "total"),)


def test_a_vague_quantity_is_not_taken_with_the_unit_of_another() -> None:
    told = found(("报关单号", "项号", "商品编号", "数量", "单位", "法定单位"), ("530120260000000001",))
    fields = {told.titles[column]: field for field, column in told.fields.items()}
    assert (fields["数量"], fields["单位"], fields["法定单位"]) == ("traded", "traded_unit", "first_unit")
    assert "first" not in told.fields


def test_a_unit_beside_a_quantity_is_its_unit() -> None:
    head = ("报关单号", "项号", "商品编号", "成交数量", "单位", "法定数量", "单位", "第二数量", "单位")
    layout = found(head, ("530120260000000001",))
    assert [layout.fields[one] for one in ("traded_unit", "first_unit", "second_unit")] == ["4", "6", "8"]


def test_an_import_that_names_its_export_is_not_taken_for_it() -> None:
    head = ("出口报关单号", "进口报关单号", "项号", "商品编号", "法定数量", "法定单位")
    layout = found(head, ("530120260000000001",))
    assert (layout.fields["related"], layout.fields["declaration"]) == ("0", "1")


def test_a_running_number_is_not_the_item() -> None:
    head = ("序号", "报关单号", "商品编号", "法定数量", "法定单位")
    rows = [(str(at), f"53012026000000000{at // 2}", "6109100000", "1", "件") for at in range(1, 5)]
    told = found(head, *rows)
    assert "item" not in told.fields
    assert told.unknown == ()  # it says nothing that anybody would miss
    items = [(str(at % 2 + 1), *row[1:]) for at, row in enumerate(rows)]
    assert found(head, *items).fields["item"] == "0"


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("毛重(吨)", None), ("毛重(KG)", "gross_weight"), ("净重（千克）", "net_weight"), ("总价(万元)", None), ("总价(USD)", "total"),
        ("甲方(境内收发货人)", "trader_name"), ("Exporter/Shipper", "trader_name"), ("商品编号/商品名称", None), ("x" * 500, None),
    ],
)  # fmt: skip
def test_a_title_in_other_units_or_of_two_fields_is_none(title: str, field: str | None) -> None:
    assert field_of(title, Paper.DECLARATION) == field


@pytest.mark.parametrize(
    "below",
    [
        ("Certificate No.", "HS Code", "Unit", "Qty", None),
        ("1", "2", "3", "4", "5"),
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
    ],
)
def test_a_row_below_that_tells_the_header_again_belongs_to_it(below: tuple[str | None, ...]) -> None:
    head = ("证明编号", "商品代码", "计量单位", "数量", "附注")
    layout = found(head, below, CERTIFIED)
    assert layout.header == 2
    assert layout.data(block(head, below, CERTIFIED, head, below))["0"].to_list() == ["CK1"]


def test_a_header_of_two_rows_told_again_is_no_data() -> None:
    top, low = ("证明编号", "商品", "商品", "数量", "数量"), ("证明编号", "编码", "名称", "证明数量", "单位")
    rows = (top, low, ("CK1", "6109100000", "T恤", "1", "件"))
    assert found(*rows).data(block(*rows, top, low))["0"].to_list() == ["CK1"]


def test_a_row_of_a_paper_is_no_sum_whatever_its_goods_are_called() -> None:
    head = ("商品名称", "证明编号", "商品代码", "计量单位", "数量")
    layout = found(head, ("合计", None, None, None, "3"))
    told = layout.data(
        block(head, ("TOTAL", "CK1", "6109100000", "件", "1"), ("合计", None, None, None, "1"))
    )
    assert told["1"].to_list() == ["CK1"]


def test_a_wide_sheet_of_unknown_titles_is_refused_in_linear_time() -> None:
    def looked_at(columns: int) -> int:
        claim.cache_clear()
        rows = [tuple(f"列{at}的标题{row}" for at in range(columns)) for row in range(12)]
        with pytest.raises(HefuError):
            found(*rows)
        return claim.cache_info().misses

    assert looked_at(60) <= 2 * looked_at(30) + 1


def test_every_field_has_titles_and_a_name_in_both_languages() -> None:
    for paper in Paper:
        assert not unnamed_fields(paper)
        assert set(titles(paper).values()) == {one.name for one in FIELDS[paper]}
        for one in FIELDS[paper]:
            name = called(paper, one.name)
            assert name.zh
            assert name.en.isascii()


def test_a_title_stands_for_one_field_of_a_paper() -> None:
    for paper in Paper:
        for title, field in titles(paper).items():
            assert field_of(title, paper) == field


TITLES = {
    Paper.CERTIFICATE: {
        "certificate": ("证明单编号", "补税证明号码", "退运已补税证明编号", "Certificate ID", "Tax Certificate No."),
        "holder_uscc": ("持有人税号", "申请企业税号", "Exporter Tax ID", "Taxpayer Identification Number", "Holder"),
        "holder_code": ("持有人海关代码", "Exporter Customs Code"),
        "holder_name": ("持证企业", "申请单位名称", "Exporter Name", "Company Name"),
        "issued_on": ("证明开具日期", "Date Issued"),
        "tax_office": ("开具税务机关", "主管税务机关名称", "Issuing Tax Office"),
        "state": ("证明使用状态", "是否已使用", "Certificate Status"),
        "held_by": ("已使用报关单号", "Used By Entry No."),
        "refund_state": ("退税申报状态", "VAT Refund Status"),
        "line_declaration": ("报关单号21位", "报关单号(21位)", "原出口货物报关单号", "Original Entry No."),
        "line_item": ("出口货物项号", "报关单商品序号", "Declaration Item No."),
        "invoice": ("外销发票号", "Commercial Invoice No."),
        "line_hs": ("出口货物商品编码", "税则号", "HTS Code", "HS No.", "Customs Tariff Code"),
        "line_name": ("物料名称", "存货名称", "产品名称", "Material Description"),
        "line_unit": ("主计量", "主计量单位", "Base Unit of Measure"),
        "line_quantity": ("本次证明数量", "实退数量", "Certificate Qty"),
        "line_exported": ("报关数量", "Qty Exported"),
        "line_fob": ("出口美元金额", "FOB Amount USD", "FOB Value"),
        "repaid_vat": ("补缴增值税额",),
        "payment_slip": ("税收缴款书编号", "电子税票号码"),
    },
    Paper.DECLARATION: {
        "declaration": ("出口报关单海关编号", "Declaration ID", "Export Declaration No."),
        "certificate": ("补税证明编号", "税务证明号", "Tax Certificate No.", "Tax Cert. No."),
        "certificate_line": ("证明商品项号", "Certificate Item No."),
        "trader_uscc": ("境内收发货人税号", "发货人统一社会信用代码", "Exporter Tax ID"),
        "trader_code": ("境内发货人海关编码", "Exporter Customs Code"),
        "trader_name": ("发货人", "出口企业", "Shipper Name", "Consignor"),
        "owner_name": ("货源单位", "生产企业", "Manufacturer Name"),
        "declarant_name": ("报关企业", "Customs Agent"),
        "mode": ("监管方式名称", "Supervision Mode Code"),
        "contract": ("外销合同号", "S/C No.", "Sales Order No."),
        "terms": ("贸易术语", "Trade Terms"),
        "remark": ("报关单备注", "备注栏", "Comments"),
        "item_hs": ("商品税号", "HTS Code", "HTS"),
        "item_name": ("物料名称", "存货名称", "申报品名", "Item Description"),
        "item_model": ("物料规格", "Model/Specification"),
        "second": ("法定数量2", "Second Legal Qty"),
        "second_unit": ("法定单位2", "2nd Legal Unit"),
        "traded": ("Declared Qty", "Sales Qty"),
        "price": ("原币单价", "Net Price"),
        "total": ("原币金额", "Invoice Value", "Declared Value"),
        "currency": ("币别", "结算币种", "Document Currency"),
        "item_destination": ("最终目的国代码", "Country of Final Destination"),
    },
    Paper.INVOICE: {
        "invoice": ("商业发票号", "单据编号", "Billing Document"),
        "issued_on": ("单据日期", "Posting Date"),
        "seller_uscc": ("供应商税号", "Vendor Tax ID"),
        "buyer_name": ("客户名称", "Sold-to Party"),
        "line_name": ("物料名称", "存货名称", "Material Description"),
        "line_unit": ("主计量", "计价单位"),
        "line_quantity": ("主数量", "计价数量", "Billed Quantity"),
        "price": ("原币单价", "无税单价"),
        "amount": ("原币金额", "原币无税金额", "Net Value"),
        "total": ("原币价税合计", "Invoice Value"),
        "currency": ("币别",),
    },
    Paper.AGREEMENT: {
        "agreement": ("委托代理出口协议号", "代理合同号", "Agency Contract No."),
        "signed_on": ("签约日", "Date Signed"),
        "principal_uscc": ("委托单位税号", "委托企业统一社会信用代码"),
        "agent_name": ("受托企业名称", "代理公司", "Entrusted Party"),
        "contract": ("外销合同编号", "Sales Contract No."),
        "amount": ("委托金额", "Contract Value"),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("paper", "field", "title"),
    [
        (paper, field, title)
        for paper, fields in TITLES.items()
        for field, titles in fields.items()
        for title in titles
    ],
)
def test_a_title_of_an_export_of_erp_tax_bureau_or_single_window_is_known(
    paper: Paper, field: str, title: str
) -> None:
    told = claim(title, paper)
    assert field in (told.field, *told.loose)


@pytest.mark.parametrize(
    ("paper", "title"),
    [
        (Paper.DECLARATION, "出境关别"),  # not the customs office that accepted it
        (Paper.DECLARATION, "运抵国"),  # the trading country, not the destination
        (Paper.AGREEMENT, "甲方"),  # either side may be it
        (Paper.INVOICE, "销售单位"),  # the seller, or the unit in which he sells
        (Paper.CERTIFICATE, "物料编码"),
        (Paper.DECLARATION, "本币金额"),
    ],
)
def test_a_title_that_may_say_something_else_is_not_taken(paper: Paper, title: str) -> None:
    assert claim(title, paper) == Claim()


def test_no_title_is_listed_for_two_fields_of_a_paper() -> None:
    for paper in Paper:
        known: dict[str, str] = {}
        for field, names in listed_titles(paper).items():
            for title in names:
                assert known.setdefault(title, field) == field, title


def test_a_name_with_alternatives_is_all_of_them() -> None:
    assert list(spelled("{|sales }order {no|number}")) == [
        "order no", "order number", "sales order no", "sales order number",
    ]  # fmt: skip
    assert list(spelled("备注")) == ["备注"]


@pytest.mark.parametrize(
    "text",
    [
        "商品代码",
        " 商 品 代 码 ",
        "商品代码（HS）",
        "商品代码\n(10位)",
        "商品代码*",
        "HS Code / 商品代码",
        "ｈｓ ｃｏｄｅ",
    ],
)
def test_a_title_is_read_however_it_is_written(text: str) -> None:
    assert field_of(text, Paper.CERTIFICATE) == "line_hs"


def test_the_same_title_is_another_field_in_another_paper() -> None:
    assert field_of("单位", Paper.CERTIFICATE) == "line_unit"
    assert field_of("单位", Paper.DECLARATION) == "first_unit"


def test_a_column_that_is_not_known_is_told_with_the_nearest_field() -> None:
    layout = found(("证明编号", "商品代码", "计量单位", "数量", "开具的日期", "备用"), CERTIFIED)
    unknown = {one.title: one.suggested for one in layout.unknown}
    assert unknown == {"开具的日期": "issued_on", "备用": ""}
    columns = {row["title"]: row for row in layout.columns()}
    assert columns["开具的日期"]["column"] == "E"
    assert columns["证明编号"]["field"] == "certificate"
    assert nearest("完全无关的列名", Paper.CERTIFICATE) == ""


def test_of_two_columns_that_claim_a_field_the_first_has_it() -> None:
    layout = found(("证明编号", "商品代码", "单位", "数量", "HS编码"), CERTIFIED)
    assert layout.fields["line_hs"] == "1"
    assert [one.title for one in layout.unknown] == ["HS编码"]


def test_missing_columns_are_named_with_what_is_near() -> None:
    with pytest.raises(HefuError) as caught:
        found(("证明编号", "用途", "商品代码", "开具日期", "证明的数量"), CERTIFIED)
    problem = caught.value.first
    assert problem.kind.code == "inspection.columns_missing"
    for text in problem.message:
        assert "a.xlsx" in text
    assert "计量单位" in problem.message.zh
    assert "证明数量" in problem.message.zh
    assert "certified quantity" in problem.message.en


@pytest.mark.parametrize("rows", [(("1", "2", "3"), ("4", "5", "6")), (("姓名", "年龄"), ("张三", "20"))])
def test_a_sheet_without_header_is_refused_with_what_it_says(rows: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(HefuError) as caught:
        found(*rows)
    assert caught.value.first.kind.code == "inspection.no_header"
    assert rows[0][0] in caught.value.first.value


def test_sums_and_headers_told_again_are_no_data() -> None:
    rows = (("证明编号", "用途", "商品代码", "商品名称", "计量单位", "数量"), CERTIFIED)
    layout = found(*rows)
    data = layout.data(
        block(*rows, rows[0], ("合计", None, None, None, None, "100"), ("CK2", *CERTIFIED[1:]))
    )
    assert data["0"].to_list() == ["CK1", "CK2"]


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_lettered_as_spreadsheets_do(column: int, name: str) -> None:
    assert letter(column) == name


# Mappings


def _mapping(folder: Path, text: str) -> Mapping:
    file = folder / "mapping.toml"
    file.write_text(text, "utf-8")
    return load(file)


def test_a_mapped_title_wins(tmp_path: Path) -> None:
    mapping = _mapping(
        tmp_path, '[certificate]\n"我们的编号" = "certificate"\n"数量" = ""\n"吨数" = "line_quantity"\n'
    )
    header = ("我们的编号", "商品代码", "计量单位", "数量", "吨数")
    layout = found(header, CERTIFIED, mapping=mapping)
    assert layout.fields["certificate"] == "0"
    assert layout.fields["line_quantity"] == "4"
    assert layout.unknown == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[certificat]\na = 'b'", "certificat"),
        ("[certificate]\na = 'no_such'", "certificate.a"),
        ("certificate = 1", "certificate"),
        ("[certificate]\na = ['purpose']", "certificate.a"),
        ("[certificate]\na = 'purpose'\n'A ' = 'state'", "certificate.A "),
        ("not toml", ""),
    ],
)
def test_a_wrong_mapping_says_where(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(HefuError) as caught:
        _mapping(tmp_path, text)
    assert caught.value.first.kind.code == "inspection.mapping"
    assert caught.value.first.place == place


def test_a_mapping_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HefuError):
        load(tmp_path / "none.toml")


def test_what_was_read_is_saved_and_read_again(tmp_path: Path) -> None:
    header = ("证明编号", "商品代码", "计量单位", "数量", "开具的日期")
    layout = found(header, CERTIFIED)
    file = tmp_path / "saved.toml"
    save([layout], file)
    again = load(file)
    assert again.of(Paper.CERTIFICATE, "证明编号") == "certificate"
    assert '# "开具的日期" = "issued_on"' in file.read_text("utf-8")
    assert found(header, CERTIFIED, mapping=again).fields == layout.fields


def test_titles_that_stand_twice_are_saved_as_comments(tmp_path: Path) -> None:
    header = ("报关单号", "项号", "商品编号", "成交数量", "单位", "法定数量", "单位")
    layout = found(header, ("530120260000000001",))
    save([layout], tmp_path / "saved.toml")
    assert '# "单位" = "traded_unit"' in (tmp_path / "saved.toml").read_text("utf-8")
    assert found(header, mapping=load(tmp_path / "saved.toml")).fields == layout.fields


def test_folding_keeps_what_tells_titles_apart() -> None:
    assert folded("第一法定单位") != folded("第二法定单位")
