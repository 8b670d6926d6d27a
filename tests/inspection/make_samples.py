"""Makes samples/inspection: a clerk's folder with sound, broken and missing pairs.

Run it as ``python -m tests.inspection.make_samples``; a test holds the folder against what it makes.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter

from hefu.documents.canonical import as_json
from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage_writer import write_decmessage

FOLDER: Final = Path(__file__).parents[2] / "samples" / "inspection"
OWN: Final = {"uscc": "91110000101623741K", "customs_code": "1100660001", "name": "北京合符进出口有限公司"}
MAKER: Final = {"uscc": "911101066976941872", "customs_code": "1101960002", "name": "北京兴达制衣有限公司"}
BROKER: Final = {
    "uscc": "91440300MA5FC50094",
    "customs_code": "4403160003",
    "name": "深圳通运报关代理有限公司",
}
STRANGER: Final = {"uscc": "91460000284077092F", "customs_code": "4601960004", "name": "海南远航贸易有限公司"}

# code, name, specification, unit, kilograms and US dollars of one
GOODS: Final = {
    "shirt": ("6109100000", "棉制针织T恤衫", "针织|女式|棉100%|无牌", "011", "0.18", "3.2"),
    "shorts": ("6103420090", "棉制针织男式短裤", "针织|男式|棉100%|无牌", "011", "0.3", "5"),
    "phone": ("8517130000", "智能手机", "GSM|品牌HF|型号X1", "001", "0.2", "160"),
    "shoe": ("6404110000", "运动鞋", "纺织材料鞋面|橡胶底|品牌HF", "025", "0.8", "12.5"),
    "lamp": ("9405110000", "LED台灯", "塑料|5W|品牌HF", "001", "0.6", "7.4"),
    "steel": ("7208390000", "热轧卷板", "宽1500mm|厚2.5mm", "035", "1", "0.62"),
}
UNITS: Final = {"011": "件", "001": "台", "025": "双", "035": "千克", "070": "吨"}


def number(sequence: int, *, back: bool = False, year: int = 2026) -> str:
    """A declaration number of office 5301."""
    return f"5301{year}{'1' if back else '0'}{sequence:09}"


def item(at: int, goods: str, pieces: int, *, back: bool = False, **changes: Any) -> dict[str, Any]:
    """An item of a declaration: so many pieces of goods."""
    code, name, model, unit, weight, price = GOODS[goods]
    total = f"{pieces * float(price):.2f}"
    told = {
        "item": at, "hs_code": code, "goods_name": name, "specification": model,
        "first": {"quantity": str(pieces), "unit": unit}, "traded": {"quantity": str(pieces), "unit": unit},
        "unit_price": price, "total": total, "currency": "USD", "origin": "CHN",
        "destination": "CHN" if back else "USA",
    }  # fmt: skip
    if unit != "035":
        told["second"] = {"quantity": f"{pieces * float(weight):.2f}", "unit": "035"}
    return {**told, **changes}


def declaration(own: str, day: str, items: list[dict[str, Any]], *names: str, **changes: Any) -> Declaration:
    """A declaration of the firm."""
    back = own[8] == "1"
    weight = sum(float(one.get("second", one["first"])["quantity"]) for one in items)
    told = {
        "number": own, "act": "return" if back else "export", "mode": "4561" if back else "0110", "office": "5301",
        "declared_on": day, "moved_on": day, "trader": OWN, "owner": OWN, "declarant": BROKER,
        "contract": f"HF26-{int(own[-4:]):04}", "terms": "FOB", "certificates": [{"number": name} for name in names],
        "net_weight": f"{weight:.2f}", "gross_weight": f"{weight * 1.08:.2f}", "items": items,
    }  # fmt: skip
    return Declaration.model_validate({**told, **changes})


def exports() -> list[Declaration]:
    """Exports as messages: sound ones, and one of each fault that clerks meet."""
    return [
        declaration(number(5101), "2026-03-05", [item(1, "shirt", 1000), item(2, "shorts", 500)], "CK2026005101"),
        declaration(number(5102), "2026-03-06", [item(1, "phone", 400)], "CK2026005102"),
        declaration(number(5103), "2026-03-09", [item(1, "steel", 24000)], "CK2026005103"),
        declaration(number(5104), "2026-03-10", [item(1, "lamp", 1200)], "CK2026005104", trader=STRANGER),
        declaration(number(5105), "2026-03-11", [item(1, "shoe", 3000)], "CK2026005105"),
        declaration(number(5106), "2026-03-12", [item(1, "shirt", 2100)], "CK2026005106"),
        declaration(number(5107), "2026-03-13", [item(1, "phone", 250)]),
        declaration(number(5108), "2026-03-13", [item(1, "lamp", 800)], "CK2026005198"),
        declaration(number(5109), "2026-03-16", [item(1, "shorts", 600)], "CK2026005109"),
        declaration(number(5110), "2026-03-17", [item(1, "shorts", 600)], "CK2026005109"),
    ]  # fmt: skip


def certificates() -> list[tuple[Any, ...]]:
    """Rows of the list of the tax bureau: number, purpose, day, holder, export declaration of 21 characters, goods,
    certified and exported quantity, unit, day of export, US dollars, refund state.
    """
    return [
        ("CK2026005101", "出口", "2026-03-02", OWN, "", "shirt", 1000, 1000, "件", "", "未申报退税"),
        ("CK2026005101", "出口", "2026-03-02", OWN, "", "shorts", 500, 500, "件", "", "未申报退税"),
        ("CK2026005102", "出口", "2026-03-02", OWN, "", "phone", 400, 400, "台", "", "未申报退税"),
        ("CK2026005103", "出口", "2026-03-03", OWN, "", "steel", 24, 24, "吨", "", "未申报退税"),
        ("CK2026005104", "出口", "2026-03-03", OWN, "", "lamp", 1200, 1200, "台", "", "未申报退税"),
        ("CK2026005105", "出口", "2026-03-12", OWN, "", "shoe", 3000, 3000, "双", "", "未申报退税"),
        ("CK2026005106", "出口", "2026-03-04", OWN, "", "shirt", 2000, 2000, "件", "", "未申报退税"),
        ("CK2026005107", "出口", "2026-03-04", OWN, "", "phone", 250, 250, "台", "", "未申报退税"),
        ("CK2026005109", "出口", "2026-03-05", OWN, "", "shorts", 600, 600, "件", "", "未申报退税"),
        ("TY2026005201", "退运", "2026-03-02", OWN, number(4001, year=2025) + "001", "shirt", 200, 1000, "件", "2025-11-03", "已缴回退税"),
        ("TY2026005202", "退运", "2026-03-02", OWN, number(4002, year=2025) + "001", "shoe", 500, 3000, "双", "2025-12-08", "未申报退税"),
        ("TY2026005203", "退运", "2026-03-03", OWN, number(4003, year=2025) + "001", "lamp", 100, 800, "台", "2025-10-15", "已冲减退税"),
        ("TY2026005204", "退运", "2026-03-03", OWN, number(4004, year=2025) + "001", "phone", 30, 600, "台", "2025-04-18", "未申报退税"),
        ("TY2026005205", "改单", "2026-03-04", OWN, number(4005, year=2025) + "001", "shirt", 1500, 1500, "件", "2025-12-20", "未申报退税"),
        ("TY2026005206", "退运", "2026-03-05", OWN, number(4002, year=2025) + "001", "shoe", 2800, 3000, "双", "2025-12-08", "未申报退税"),
    ]  # fmt: skip


RETURNS: Final = (
    # number, day, export declaration, certificate, goods, pieces, code
    (number(5301, back=True), "2026-03-18", number(4001, year=2025), "TY2026005201", "shirt", 200, ""),
    (number(5302, back=True), "2026-03-18", number(4002, year=2025), "TY2026005202", "shoe", 520, ""),
    (
        number(5303, back=True),
        "2026-03-19",
        number(4003, year=2025),
        "TY2026005203",
        "lamp",
        100,
        "8513101000",
    ),
)


def amendment() -> Declaration:
    """An application to amend an export of last year, sound."""
    return Declaration.model_validate(
        {
            "number": "XG2026005401", "act": "amendment", "related": number(4005, year=2025), "office": "5301",
            "declared_on": "2026-03-19", "trader": OWN, "owner": OWN, "declarant": BROKER,
            "certificates": [{"number": "TY2026005205"}], "items": [item(1, "shirt", 1500)],
            "becomes": [item(1, "shirt", 1450)],
        }
    )  # fmt: skip


def write_certificates(file: Path) -> None:
    """The list as a tax bureau gives it: titles above, a header of two rows with merged groups."""
    book = _book(file)
    sheet = book.add_worksheet("证明清单")
    bold = book.add_format(
        {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
    )
    title = book.add_format({"bold": True, "font_size": 14, "align": "center"})
    sheet.merge_range(0, 0, 0, 14, "出口货物已补税/未退税证明清单", title)
    sheet.write_string(1, 0, "主管税务机关: 11101010000    打印日期: 2026-03-20")
    groups = [
        ("序号", ""), ("证明编号", ""), ("用途", ""), ("开具日期", ""), ("申请企业", "纳税人识别号"), ("申请企业", "企业名称"),
        ("出口报关单号", ""), ("商品", "商品代码"), ("商品", "商品名称"), ("数量", "证明数量"), ("数量", "出口数量"),
        ("数量", "计量单位"), ("出口日期", ""), ("美元离岸价", ""), ("退(免)税状态", ""),
    ]  # fmt: skip
    for column, (group, under) in enumerate(groups):
        if not under:
            sheet.merge_range(2, column, 3, column, group, bold)
        elif column and groups[column - 1][0] != group:
            last = max(at for at, (name, _) in enumerate(groups) if name == group)
            sheet.merge_range(2, column, 2, last, group, bold)
        if under:
            sheet.write_string(3, column, under, bold)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, (own, use, issued, holder, export, goods, pieces, exported, unit, shipped, state) in enumerate(
        certificates(), 1
    ):
        code, name, _, _, _, price = GOODS[goods]
        kilos = 1000 if unit == "吨" else 1
        row = at + 3
        sheet.write_number(row, 0, at)
        for column, text in ((1, own), (2, use), (4, holder["uscc"]), (5, holder["name"]), (6, export)):
            sheet.write_string(row, column, text)
        sheet.write_datetime(row, 3, datetime.fromisoformat(issued), day)
        for column, text in ((7, code), (8, name), (11, unit), (14, state)):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 9, pieces)
        sheet.write_number(row, 10, exported)
        if shipped:
            sheet.write_datetime(row, 12, datetime.fromisoformat(shipped), day)
        sheet.write_number(row, 13, round(pieces * kilos * float(price), 2))
    sheet.set_column(1, 8, 16)
    sheet.set_column(6, 6, 24)
    book.close()


def write_returns(file: Path) -> None:
    """Returns as a broker's workbook has them: English and Chinese titles, numbers as text."""
    book = _book(file)
    sheet = book.add_worksheet("退运")
    titles = (
        "报关单号 Entry No.", "申报日期", "监管方式", "关联报关单号", "随附证明编号", "境内收发货人代码", "境内收发货人",
        "项号", "商品编号", "商品名称", "法定数量", "法定单位", "总价", "币制", "原产国",
    )  # fmt: skip
    for column, text in enumerate(titles):
        sheet.write_string(0, column, text)
    for row, (own, on, export, name, goods, pieces, code) in enumerate(RETURNS, 1):
        hs, called, _, unit, _, price = GOODS[goods]
        cells = (
            own, on.replace("-", "/"), "4561 退运货物", export, name, OWN["uscc"], OWN["name"], "01", code or hs, called,
            f"{pieces:,}", UNITS[unit], f"{pieces * float(price):,.2f}", "USD", "中国",
        )  # fmt: skip
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    book.close()


def write_invoices(file: Path) -> None:
    """Commercial invoices; one is of another amount than its declaration."""
    book = _book(file)
    sheet = book.add_worksheet("Invoices")
    titles = (
        "Invoice No.",
        "Date",
        "Contract No.",
        "Seller",
        "Description",
        "Qty",
        "Unit Price",
        "Amount",
        "Currency",
    )
    for column, text in enumerate(titles):
        sheet.write_string(0, column, text)
    rows = (
        ("INV-5101", "2026-03-01", "HF26-5101", OWN["name"], "T恤衫", 1000, 3.2, 3200),
        ("INV-5101", "2026-03-01", "HF26-5101", OWN["name"], "短裤", 500, 5, 2500),
        ("INV-5102", "2026-03-02", "HF26-5102", OWN["name"], "手机", 400, 140, 56000),
        ("INV-5103", "2026-03-03", "HF26-5103", STRANGER["name"], "热轧卷板", 24000, 0.62, 14880),
    )
    for row, (own, on, contract, seller, name, pieces, price, amount) in enumerate(rows, 1):
        for column, cell in enumerate((own, on, contract, seller, name, pieces, price, amount, "USD")):
            sheet.write(row, column, cell)
    book.close()


def _book(file: Path) -> xlsxwriter.Workbook:
    book = xlsxwriter.Workbook(str(file))
    book.set_properties({"created": datetime(2026, 3, 20)})  # noqa: DTZ001
    return book


def make(folder: Path) -> None:
    """Write the whole folder."""
    (folder / "declarations").mkdir(parents=True, exist_ok=True)
    for one in exports():
        (folder / "declarations" / f"{one.number}.xml").write_bytes(write_decmessage(one))
    data = orjson.dumps(as_json(amendment()), option=orjson.OPT_INDENT_2)
    (folder / "declarations" / "amendment.json").write_bytes(data + b"\n")
    write_certificates(folder / "certificates.xlsx")
    write_returns(folder / "declarations" / "returns.xlsx")
    write_invoices(folder / "invoices.xlsx")


if __name__ == "__main__":
    make(FOLDER)
