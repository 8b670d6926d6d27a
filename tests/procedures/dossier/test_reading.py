"""Files of a dossier: workbooks, JSON, messages, invoices, scans; what cannot be read is told with its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from hefu.documents.canonical import as_json
from hefu.documents.declaration import Declaration
from hefu.procedures.dossier.invoices import load
from hefu.procedures.dossier.papers import Kind, Paper
from hefu.procedures.dossier.reading import Read, read
from tests.builders import agency_certificate, certificate, claim, declaration, repayment
from tests.procedures.dossier.make_samples import make

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples/dossier"
TITLES = ("种类", "编号", "日期", "合同号", "金额", "币制", "品名", "数量", "单位", "文件")


def book(
    file: Path, rows: Sequence[Sequence[str]], titles: Sequence[str] = TITLES, sheet: str = "papers"
) -> Path:
    with xlsxwriter.Workbook(str(file)) as made:
        page = made.add_worksheet(sheet)
        for number, row in enumerate((titles, *rows)):
            for column, text in enumerate(row):
                page.write_string(number, column, text)
    return file


def papers(told: Read) -> list[Paper]:
    return [one.document for one in told.papers if isinstance(one.document, Paper)]


def test_a_sheet_of_papers_with_lines_and_cells(tmp_path: Path) -> None:
    rows = [
        ("出口发票", "FP1", "2026/3/5", "HT-1; HT-2", "1,500.00", "美元", "T恤", "100", "件", ""),
        ("出口发票", "FP1", "", "", "", "", "短裤", "50", "件", ""),
        ("提单", "COSU1", "20260306", "HT-1", "", "", "", "", "", ""),
    ]
    told = read([book(tmp_path / "papers.xlsx", rows)])
    assert not told.problems
    invoice, bill = papers(told)
    assert invoice.kind is Kind.EXPORT_INVOICE
    assert (str(invoice.day), str(invoice.amount), invoice.currency) == ("2026-03-05", "1500", "USD")
    assert invoice.contracts == ("HT-1", "HT-2")
    assert [line.goods_name for line in invoice.lines] == ["T恤", "短裤"]
    assert bill.kind is Kind.TRANSPORT
    held = told.papers[0]
    assert held.place("amount").endswith("papers.xlsx: papers!E2")
    assert held.place("lines[1].quantity").endswith("papers!H3")


def test_english_titles_and_kinds_in_csv(tmp_path: Path) -> None:
    file = tmp_path / "papers.csv"
    file.write_text(
        "Document type,Document No,Date,Buyer,Amount\nBill of lading,COSU1,2026-03-06,Muster GmbH,\n", "utf-8"
    )
    (one,) = papers(read([file]))
    assert (one.kind, one.number, one.buyer and one.buyer.name) == (Kind.TRANSPORT, "COSU1", "Muster GmbH")


def test_a_wrong_cell_is_told_by_its_cell_and_the_rest_is_taken(tmp_path: Path) -> None:
    rows = [("出口发票", "FP1", "2026-02-30", "", "1200 apples", "USD", "", "", "", "")]
    told = read([book(tmp_path / "p.xlsx", rows)])
    (one,) = papers(told)
    assert (one.day, one.amount, one.currency) == (None, None, "USD")
    assert [(problem.kind.code, problem.place) for problem in told.problems] == [
        ("dossier.cell", "papers!C2"), ("dossier.cell", "papers!E2"),
    ]  # fmt: skip
    assert "1200 apples" in told.problems[1].value
    assert told.problems[1].message.zh
    assert told.problems[1].cure.en


@pytest.mark.parametrize(
    ("row", "place"),
    [(("发货单", "X1"), "papers!A2"), (("", "X1"), "papers!A2"), (("提单", ""), "papers!B2")],
)
def test_a_row_without_kind_or_number_is_refused_by_place(
    tmp_path: Path, row: tuple[str, str], place: str
) -> None:
    told = read([book(tmp_path / "p.xlsx", [(*row, "2026-03-01")])])
    assert not told.papers
    assert [(one.kind.code, one.place) for one in told.problems] == [("dossier.row", place)]


def test_rows_of_one_paper_that_disagree_are_told(tmp_path: Path) -> None:
    rows = [("提单", "C1", "2026-03-01"), ("提单", "C1", "2026-03-02")]
    told = read([book(tmp_path / "p.xlsx", rows)])
    (problem,) = told.problems
    assert (problem.kind.code, problem.place) == ("dossier.row_differs", "papers!row 3")
    assert "2026-03-01" in problem.message.en
    assert str(papers(told)[0].day) == "2026-03-01"


def test_every_form_of_json_is_known_by_its_fields(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "export": as_json(declaration("export")),
        "certificate": as_json(certificate()),
        "claim": as_json(claim()),
        "repayment": as_json(repayment()),
        "agency_certificate": as_json(agency_certificate()),
        "contract": {"kind": "contract", "number": "HT-1"},
        "agreement": {"number": "WT-1", "agent": {"name": "A"}, "principal": {"name": "B"}},
    }
    (tmp_path / "all.json").write_text(json.dumps(list(told.values())), "utf-8")
    (tmp_path / "papers.json").write_text(json.dumps({"papers": [told["contract"]]}), "utf-8")
    found = read([tmp_path])
    assert not found.problems
    assert [one.kind.value for one in found.papers] == [*told, "contract"]
    assert found.papers[1].place("holder") == f"{tmp_path}/all.json: [1].holder"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.json", "{", "document.syntax"),
        ("b.json", '{"colour": "red"}', "dossier.not_a_paper"),
        ("c.json", '{"kind": "contract", "number": "1", "amount": "one"}', "document.field"),
        ("d.json", '{"kind": "wish", "number": "1"}', "document.field"),
        ("e.toml", "papers = [", "document.syntax"),
        ("f.csv", "colour,size\nred,3\n", "dossier.not_a_paper"),
        ("g.docx", "nothing", "dossier.not_a_paper"),
        ("h.json", "", "inspection.empty_file"),
    ],
)
def test_what_cannot_be_read_is_told_with_file_and_cure(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    told = read([tmp_path])
    assert not told.papers
    (problem,) = told.problems
    assert problem.kind.code == code
    assert name in problem.message.zh
    assert problem.cure.en


def test_scans_count_by_the_name_that_the_sheet_gives_them(tmp_path: Path) -> None:
    rows = [("提单", "C1", "", "", "", "", "", "", "", "c1.pdf, back.jpg")]
    book(tmp_path / "p.xlsx", rows)
    (tmp_path / "c1.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "loose.JPG").write_bytes(b"\xff\xd8\xff")
    told = read([tmp_path])
    assert papers(told)[0].scans == ("c1.pdf", "back.jpg")
    assert [(one.kind.code, one.value or Path(one.file).name) for one in told.problems] == [
        ("dossier.scan_absent", "back.jpg"), ("dossier.scan_unlisted", "loose.JPG"),
    ]  # fmt: skip


def test_the_agents_report_lists_its_declarations(tmp_path: Path) -> None:
    titles = ("报关单号", "实际委托方名称", "纳税人识别号", "出口金额")
    deep = tmp_path / ("folder" * 20)
    deep.mkdir()
    book(deep / "r.xlsx", [("530120260000000001", "甲", "91110000101623741K", "10")], titles, "汇总表")
    (one,) = papers(read([tmp_path]))
    assert (one.kind, one.declarations) == (Kind.AGENT_REPORT, ("530120260000000001",))


INVOICE = """<?xml version="1.0"?><EInvoice><Header><EIid>2644</EIid></Header><Data>
<SellerName>甲</SellerName><SellerIdNum>911101066976941872</SellerIdNum>{buyer}
<RequestTime>2026年03月05日</RequestTime><TotalTax-includedAmount>113.00</TotalTax-includedAmount>
<IssuItemInformation><ItemName>T恤</ItemName><MeaUnits>件</MeaUnits><Quantity>10</Quantity><Amount>100.00</Amount></IssuItemInformation>
<IssuItemInformation><ItemName>短裤</ItemName><MeaUnits>条</MeaUnits><Quantity>5</Quantity></IssuItemInformation></Data></EInvoice>"""
BUYER = "<BuyerName>乙</BuyerName><BuyerIdNum>91110000101623741K</BuyerIdNum>"


def xml(tmp_path: Path, text: str, mapping: str = "") -> Read:
    (tmp_path / "fp.xml").write_text(text, "utf-8")
    if not mapping:
        return read([tmp_path / "fp.xml"])
    (tmp_path / "m.toml").write_text(mapping, "utf-8")
    return read([tmp_path / "fp.xml"], load(tmp_path / "m.toml"))


def test_an_invoice_is_read_by_the_names_of_its_elements(tmp_path: Path) -> None:
    told = xml(tmp_path, INVOICE.format(buyer=BUYER))
    assert not told.problems
    (one,) = papers(told)
    assert (one.kind, one.number, str(one.day), str(one.amount)) == (
        Kind.PURCHASE_INVOICE,
        "2644",
        "2026-03-05",
        "113.00",
    )
    assert one.currency == "CNY"
    assert [(line.goods_name, line.unit) for line in one.lines] == [("T恤", "件"), ("短裤", "条")]
    assert told.papers[0].place("amount").endswith("TotalTax-includedAmount (line 3)")


def test_an_invoice_to_a_buyer_without_a_taxpayer_number_is_the_exporters(tmp_path: Path) -> None:
    (one,) = papers(xml(tmp_path, INVOICE.format(buyer="<BuyerName>Muster GmbH</BuyerName>")))
    assert one.kind is Kind.EXPORT_INVOICE


def test_a_mapping_adapts_the_names(tmp_path: Path) -> None:
    text = "<Bill><No>7</No><When>20260305</When><Vendor><Title>甲</Title></Vendor><Pos><Count>3</Count></Pos></Bill>"
    mapping = '[invoice]\nnumber = ["No"]\nday = ["When"]\nseller_name = ["Vendor/Title"]\n[line]\neach = ["Pos"]\nquantity = ["Count"]\n'
    assert [one.kind.code for one in xml(tmp_path, text).problems] == ["dossier.not_an_invoice"]
    (one,) = papers(xml(tmp_path, text, mapping))
    assert (one.number, one.seller and one.seller.name, str(one.lines[0].quantity)) == ("7", "甲", "3")


@pytest.mark.parametrize(
    ("mapping", "place"),
    [
        ("[invoice]\nnumbr = ['No']\n", "invoice.numbr"),
        ("[invoice]\nnumber = 'No'\n", "invoice.number"),
        ("[invoice]\nnumber = []\n", "invoice.number"),
        ("[colour]\nred = ['x']\n", "colour"),
        ("[invoice", ""),
    ],
)
def test_a_wrong_mapping_is_told_by_place(tmp_path: Path, mapping: str, place: str) -> None:
    (tmp_path / "m.toml").write_text(mapping, "utf-8")
    with pytest.raises(Exception, match=r"m\.toml") as caught:
        load(tmp_path / "m.toml")
    assert caught.value.first.place == place  # type: ignore[attr-defined]
    assert caught.value.first.kind.code == "dossier.mapping"  # type: ignore[attr-defined]


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><EInvoice><EIid>&a;</EIid></EInvoice>"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "document.entities"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><EInvoice/>', "document.entities"),
        ("<EInvoice><EIid>1</EInvoice>", "document.syntax"),
        ("<a>" * 200 + "</a>" * 200, "document.too_deep"),
        ("<EInvoice/>", "dossier.not_an_invoice"),
        ("<EInvoice><EIid>1</EIid><EIid>2</EIid></EInvoice>", "dossier.invoice_several"),
        (f"<EInvoice><EIid>{'9' * 500}</EIid></EInvoice>", "document.field"),
        ("<EInvoice><EIid>1</EIid><BuyerIdNum>IOSVZ</BuyerIdNum></EInvoice>", "document.field"),
        ("<EInvoice><EIid>1</EIid><RequestTime>yesterday</RequestTime></EInvoice>", "document.field"),
        (
            "<EInvoice><EIid>1</EIid><TotalTax-includedAmount>1e9</TotalTax-includedAmount></EInvoice>",
            "document.field",
        ),
        ("<EInvoice><EIid>1</EIid><Item><Quantity>-3</Quantity></Item></EInvoice>", "document.field"),
    ],
)
def test_a_hostile_invoice_is_refused_by_name(tmp_path: Path, text: str, code: str) -> None:
    told = xml(tmp_path, text)
    assert not told.papers
    (problem,) = told.problems
    assert problem.kind.code == code
    assert problem.message.zh
    assert problem.cure.en


def test_the_field_of_an_invoice_is_told_by_element_and_line(tmp_path: Path) -> None:
    told = xml(tmp_path, "<EInvoice><EIid>1</EIid>\n<Item><Quantity>many</Quantity></Item></EInvoice>")
    assert told.problems[0].place == "Quantity (line 2)"


def test_markup_inside_of_names_is_text(tmp_path: Path) -> None:
    text = "<EInvoice><EIid>1</EIid><SellerName><![CDATA[<script>alert(1)</script>]]></SellerName></EInvoice>"
    (one,) = papers(xml(tmp_path, text))
    assert one.seller is not None
    assert one.seller.name == "<script>alert(1)</script>"


def test_messages_of_customs_are_declarations(tmp_path: Path) -> None:
    told = read([SAMPLES / "declarations"])
    assert [type(one.document) for one in told.papers] == [Declaration] * 3
    assert not told.problems


def test_the_samples_are_read_without_a_problem() -> None:
    told = read([SAMPLES])
    assert not told.problems
    assert {one.kind for one in told.papers} >= {
        Kind.CONTRACT,
        Kind.PURCHASE_INVOICE,
        Kind.CLAIM,
        Kind.RETURN_AGREEMENT,
    }


def test_the_samples_are_what_their_maker_writes(tmp_path: Path) -> None:
    make(tmp_path)
    made = sorted(one.relative_to(tmp_path) for one in tmp_path.rglob("*") if one.is_file())
    assert made == sorted(one.relative_to(SAMPLES) for one in SAMPLES.rglob("*") if one.is_file())
    for name in made:
        if name.suffix != ".xlsx":  # a workbook is packed by the version of its writer
            assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes(), name
    before, after = (
        [one.document for one in read([folder / "papers.xlsx"]).papers] for folder in (SAMPLES, tmp_path)
    )
    assert before == after
