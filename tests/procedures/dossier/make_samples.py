"""Makes samples/dossier: a complete own export, an agency export without its agreement that contradicts itself, a return
with deadlines near.

Run it as ``python -m tests.procedures.dossier.make_samples``; a test holds the folder against what it makes.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import xlsxwriter

from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage_writer import write_decmessage

FOLDER: Final = Path(__file__).parents[3] / "samples" / "dossier"
OWN: Final = {"uscc": "91110000101623741K", "customs_code": "1100660001", "name": "北京合符进出口有限公司"}
MAKER: Final = {"uscc": "911101066976941872", "customs_code": "1101960002", "name": "北京兴达制衣有限公司"}
BROKER: Final = {
    "uscc": "91440300MA5FC50094",
    "customs_code": "4403160003",
    "name": "深圳通运报关代理有限公司",
}
BUYER: Final = "Muster Trading GmbH"
COMPLETE, AGENCY, RETURNED = "530120260000007101", "530120260000007102", "530120250000007103"
SHIRT: Final = ("6109100000", "棉制针织T恤衫")
SHORTS: Final = ("6103420090", "棉制针织男式短裤")
TITLES: Final = (
    "种类", "编号", "日期", "合同号", "发票号", "报关单号", "卖方", "买方", "金额", "币制", "项号", "商品编码", "品名", "数量",
    "单位", "行金额", "毛重", "付款期限", "文件", "备注",
)  # fmt: skip
_WIDE: Final = ("编号", "报关单号", "卖方", "买方", "品名")


def _export(number: str, day: str, contract: str, goods: list[tuple[Any, ...]], **more: Any) -> Declaration:
    """An export of goods: code and name, pieces, kilograms, US dollars."""
    items = [
        {
            "item": place, "hs_code": hs, "goods_name": name, "total": usd, "currency": "USD",
            "first": {"quantity": pieces, "unit": "011"}, "second": {"quantity": kilograms, "unit": "035"},
            "traded": {"quantity": pieces, "unit": "011"}, "origin": "CHN", "destination": "DEU",
        }
        for place, ((hs, name), pieces, kilograms, usd) in enumerate(goods, 1)
    ]  # fmt: skip
    weight = sum(int(one[2]) for one in goods)
    told = {
        "number": number, "act": "export", "mode": "0110", "office": "5301", "declared_on": day, "moved_on": day,
        "trader": OWN, "owner": OWN, "declarant": BROKER, "contract": contract, "terms": "FOB",
        "gross_weight": str(weight + 20), "net_weight": str(weight), "items": items, **more,
    }  # fmt: skip
    return Declaration.model_validate(told)


def declarations() -> list[Declaration]:
    """The three exports."""
    return [
        _export(
            COMPLETE, "2026-09-07", "HT-2026-071", [(SHIRT, "1000", "180", "3200"), (SHORTS, "500", "150", "2500")],
            certificates=[{"number": "CK2026007101"}],
        ),
        _export(
            AGENCY, "2026-10-12", "HT-2026-072", [(SHIRT, "2000", "360", "6400")],
            owner=MAKER, certificates=[{"number": "CK2026007102"}],
        ),
        _export(RETURNED, "2025-12-15", "HT-2025-163", [(SHIRT, "800", "144", "2560")]),
    ]  # fmt: skip


def _line(goods: tuple[str, str], quantity: str, **more: Any) -> dict[str, Any]:
    return {
        "line": 1,
        "hs_code": goods[0],
        "goods_name": goods[1],
        "unit": "件",
        "quantity": quantity,
        **more,
    }


def certificates() -> list[dict[str, Any]]:
    """Two for exports, one for the return, of which the refund is still open."""
    office = {"tax_office": "11101010000", "holder": OWN}
    return [
        {
            "number": "CK2026007101", "purpose": "export", "issued_on": "2026-09-01", **office,
            "lines": [
                _line(SHIRT, "1000", invoice="FP2026071", invoice_line=1),
                _line(SHORTS, "500", line=2, invoice="FP2026071", invoice_line=2),
            ],
        },
        {
            "number": "CK2026007102", "purpose": "export", "issued_on": "2026-10-08", **office,
            "lines": [_line(SHIRT, "1900", invoice="FP2026072", invoice_line=1)],
        },
        {
            "number": "TY2026007103", "purpose": "return", "issued_on": "2026-11-18", **office,
            "refund_state": "refunded_open", "reason": "质量原因退回",
            "lines": [
                _line(
                    SHIRT, "200", declaration=RETURNED, item=1, exported_quantity="800", export_date="2025-12-15"
                )
            ],
        },
    ]  # fmt: skip


def claims() -> list[dict[str, Any]]:
    """What was claimed for two of them."""

    def claimed(line: int, declaration: str, item: int, quantity: str, vat: str) -> dict[str, Any]:
        told = {"declaration": declaration, "item": item, "quantity": quantity, "unit": "件", "vat": vat}
        return {"line": line, **told}

    return [
        {
            "number": "TS-2026-09", "period": "202609", "claimed_on": "2026-10-12", "claimant": OWN,
            "lines": [claimed(1, COMPLETE, 1, "1000", "2600"), claimed(2, COMPLETE, 2, "500", "2080")],
        },
        {
            "number": "TS-2026-01", "period": "202601", "claimed_on": "2026-02-05", "claimant": OWN,
            "lines": [claimed(1, RETURNED, 1, "800", "2080")],
        },
    ]  # fmt: skip


INVOICE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<EInvoice>
  <Header><EIid>26442000000001234567</EIid></Header>
  <EInvoiceData>
    <SellerInformation><SellerIdNum>911101066976941872</SellerIdNum><SellerName>北京兴达制衣有限公司</SellerName></SellerInformation>
    <BuyerInformation><BuyerIdNum>91110000101623741K</BuyerIdNum><BuyerName>北京合符进出口有限公司</BuyerName></BuyerInformation>
    <BasicInformation>
      <RequestTime>2026-08-28</RequestTime><TotalTax-includedAmount>33900.00</TotalTax-includedAmount>
    </BasicInformation>
    <IssuItemInformation>
      <ItemName>*服装*棉制针织T恤衫</ItemName><MeaUnits>件</MeaUnits><Quantity>1000</Quantity><Amount>17699.12</Amount>
    </IssuItemInformation>
    <IssuItemInformation>
      <ItemName>*服装*棉制针织男式短裤</ItemName><MeaUnits>件</MeaUnits><Quantity>500</Quantity><Amount>12300.88</Amount>
    </IssuItemInformation>
    <AdditionalInformation><合同号>CG-2026-071</合同号></AdditionalInformation>
  </EInvoiceData>
</EInvoice>
"""


def rows() -> list[dict[str, str]]:
    """The sheet of papers."""
    sold = {"卖方": OWN["name"], "买方": BUYER, "币制": "USD"}
    bought = {"卖方": MAKER["name"], "买方": OWN["name"], "金额": "33900", "币制": "CNY"}

    def paper(kind: str, number: str, day: str, **more: str) -> dict[str, str]:
        return {"种类": kind, "编号": number, "日期": day, **more}

    def line(item: str, goods: tuple[str, str], quantity: str, amount: str) -> dict[str, str]:
        return {
            "项号": item,
            "商品编码": goods[0],
            "品名": goods[1],
            "数量": quantity,
            "单位": "件",
            "行金额": amount,
        }

    return [
        paper("出口合同", "HT-2026-071", "2026-07-20", 金额="5700", 文件="HT-2026-071.pdf", **sold),
        paper("购货合同", "CG-2026-071", "2026-07-25", 合同号="HT-2026-071", **bought),
        paper("出口发票", "FP2026071", "2026-08-31", 合同号="HT-2026-071", 报关单号=COMPLETE, 金额="5700",
              **sold, **line("1", SHIRT, "1000", "3200")),
        paper("出口发票", "FP2026071", "", **line("2", SHORTS, "500", "2500")),
        paper("委托报关协议", "WB-071", "2026-09-02", 报关单号=COMPLETE),
        paper("提单", "COSU6200710", "2026-09-09", 发票号="FP2026071", 卖方=OWN["name"], 买方=BUYER, 毛重="350",
              文件="COSU6200710.pdf"),
        paper("收汇凭证", "SH-2026-0915", "2026-10-06", 发票号="FP2026071", 金额="5700", **sold),
        paper("备案单证目录", "BA-2026-10", "2026-10-20", 报关单号=COMPLETE),
        paper("出口合同", "HT-2026-072", "2026-09-10", 金额="6400", **sold),
        paper("出口发票", "FP2026072", "2026-10-08", 合同号="HT-2026-072", 报关单号=AGENCY, 金额="6080",
              **sold, **line("1", SHIRT, "1900", "6080")),
        paper("委托报关协议", "WB-072", "2026-10-09", 报关单号=AGENCY),
        paper("提单", "COSU6200720", "2026-10-14", 发票号="FP2026072", 卖方=OWN["name"], 买方=BUYER, 毛重="380"),
        paper("出口合同", "HT-2025-163", "2025-11-02", 金额="2560", **sold),
        paper("出口发票", "FP2025163", "2025-12-10", 合同号="HT-2025-163", 报关单号=RETURNED, 金额="2560",
              **sold, **line("1", SHIRT, "800", "2560")),
        paper("委托报关协议", "WB-163", "2025-12-11", 报关单号=RETURNED),
        paper("提单", "COSU5201630", "2025-12-17", 发票号="FP2025163", 毛重="164"),
        paper("收汇凭证", "SH-2026-0110", "2026-01-10", 发票号="FP2025163", 金额="2560", 币制="USD"),
        paper("备案单证目录", "BA-2026-02", "2026-02-12", 报关单号=RETURNED),
        paper("退货协议", "TH-2026-03", "2026-10-30", 报关单号=RETURNED, 备注="200 件, 色牢度不合格"),
    ]  # fmt: skip


def _scan(title: str) -> bytes:
    """A page of PDF with a title, in the place of a scan."""
    text = f"BT /F1 18 Tf 72 720 Td ({title} - sample scan) Tj ET"
    font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources {font} >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
    )
    made, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return f"{made}{end}startxref\n{len(made)}\n%%EOF\n".encode()


def make(folder: Path = FOLDER) -> None:
    """Write the folder."""
    for name in ("declarations", "invoices", "scans"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for one in declarations():
        (folder / "declarations" / f"{one.number}.xml").write_bytes(write_decmessage(one))
    for name, told in (("certificates", certificates()), ("claims", claims())):
        data = orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"
        (folder / f"{name}.json").write_bytes(data)
    (folder / "invoices" / "26442000000001234567.xml").write_text(INVOICE, "utf-8")
    for title in ("HT-2026-071", "COSU6200710"):
        (folder / "scans" / f"{title}.pdf").write_bytes(_scan(title))
    with xlsxwriter.Workbook(str(folder / "papers.xlsx"), {"strings_to_numbers": False}) as book:
        book.set_properties({"created": datetime(2026, 11, 20)})  # noqa: DTZ001 - the same sample is the same file
        sheet, bold = book.add_worksheet("单证"), book.add_format({"bold": True})
        for column, title in enumerate(TITLES):
            sheet.set_column(column, column, 22 if title in _WIDE else 13)
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows(), 1):
            for title, text in row.items():
                sheet.write_string(number, TITLES.index(title), text)
        sheet.freeze_panes(1, 0)


if __name__ == "__main__":
    make()
