"""Invoices and agreements against the other papers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.inspection.fields.fields import Paper
from hefu.inspection.judging.agreeing import disagreements
from hefu.inspection.judging.comparison import judge_all
from hefu.inspection.papers.documents import frame_of
from hefu.inspection.papers.shelved import Papers
from hefu.rules.ruleset import CURRENT
from tests.builders import AGENT, EXPORTER, PRINCIPAL, certificate, declaration, item
from tests.inspection.papers import papers_of
from tests.rules.pairs import DEFAULT

INVOICE = {"invoice": "F1", "line": 1, "contract": "HT1", "seller_uscc": EXPORTER["uscc"]}
AGREED = {
    "agreement": "A1",
    "contract": "HT1",
    "principal_uscc": PRINCIPAL["uscc"],
    "agent_uscc": AGENT["uscc"],
}


def _export(**changes: Any) -> Declaration:
    return declaration("export", **{"contract": "HT1", **changes})


def _with(papers: Papers, paper: Paper, *rows: dict[str, Any]) -> None:
    source = papers.open(f"{paper}.xlsx", "Sheet1", paper, 1)
    frame = frame_of([{**row, "row": number} for number, row in enumerate(rows, 2)], paper)
    papers.add_rows(source, frame, len(rows))


def _said(
    folder: Path,
    *rows: dict[str, Any],
    paper: Paper = Paper.INVOICE,
    documents: tuple[Declaration | Certificate, ...] | None = None,
) -> list[dict[str, Any]]:
    told = []
    for buckets in (1, 3):
        papers = papers_of(documents or (_export(),), folder / str(buckets), buckets)
        _with(papers, paper, *rows)
        judge_all(papers, DEFAULT, CURRENT)
        found = disagreements(papers, DEFAULT)
        told.append(found.sort("code", "declaration", nulls_last=True).to_dicts())
    assert told[0] == told[1]
    return told[0]


def test_no_invoice_no_word(tmp_path: Path) -> None:
    papers = papers_of((_export(),), tmp_path)
    judge_all(papers, DEFAULT, CURRENT)
    assert disagreements(papers, DEFAULT).is_empty()


def test_an_invoice_of_the_trader_is_sound(tmp_path: Path) -> None:
    assert _said(tmp_path, INVOICE) == []


def test_an_invoice_of_the_owner_is_sound(tmp_path: Path) -> None:
    lent = _export(trader=AGENT, owner=PRINCIPAL)
    assert _said(tmp_path, {**INVOICE, "seller_uscc": PRINCIPAL["uscc"]}, documents=(lent,)) == []


@pytest.mark.parametrize(
    "link", [{}, {"contract": None, "declaration": _export().number}, {"contract": "X", "invoice": "FP1"}]
)
def test_an_invoice_of_somebody_else_is_told(tmp_path: Path, link: dict[str, Any]) -> None:
    documents = (_export(), certificate("export", lines=[_line(invoice="FP1")]))
    strange = {**INVOICE, "seller_uscc": PRINCIPAL["uscc"], "seller_name": "某厂", **link}
    (found,) = _said(tmp_path, strange, documents=documents)
    assert found["code"] == "papers.invoice_party_differs"
    assert found["certified"] == "某厂"
    assert found["declaration"] == _export().number


def _line(**changes: Any) -> dict[str, Any]:
    told = certificate("export").lines[0].model_dump(mode="json", exclude_none=True)
    return {**told, **changes}


def test_parties_without_codes_are_compared_by_name(tmp_path: Path) -> None:
    named = {**INVOICE, "seller_uscc": None, "seller_name": EXPORTER["name"].replace("（", "(")}
    assert _said(tmp_path, named) == []
    (found,) = _said(tmp_path / "b", {**named, "seller_name": "另一家公司"})
    assert found["code"] == "papers.invoice_party_differs"


@pytest.mark.parametrize(
    ("amount", "currency", "speaks"),
    [
        (1000_0000, "USD", False),
        (1050_0000, "USD", False),  # 5 per cent, just within
        (1050_0001, "USD", True),
        (949_9999, "USD", True),
        (2000_0000, "CNY", False),  # another currency is not compared
    ],
)
def test_amounts_are_compared_in_one_currency(
    tmp_path: Path, amount: int, currency: str, speaks: bool
) -> None:
    shipped = _export(items=[item(total="1000", currency="USD")])
    found = _said(tmp_path, {**INVOICE, "amount": amount, "currency": currency}, documents=(shipped,))
    assert [one["code"] for one in found] == (["papers.invoice_amount_differs"] if speaks else [])


def test_several_invoices_of_one_declaration_are_added_up(tmp_path: Path) -> None:
    shipped = _export(items=[item(total="1000", currency="USD")])
    parts = [{**INVOICE, "invoice": name, "amount": 500_0000, "currency": "USD"} for name in ("F1", "F2")]
    assert _said(tmp_path, *parts, documents=(shipped,)) == []


@pytest.mark.parametrize(("amount", "speaks"), [(12_3400, False), (12_3500, False), (12_3501, True)])
def test_a_line_of_an_invoice_adds_up_to_the_cent(tmp_path: Path, amount: int, speaks: bool) -> None:
    row = {**INVOICE, "line_quantity": 1_00000, "price": 12_3400, "amount": amount}
    found = _said(tmp_path, row)
    assert [one["code"] for one in found] == (["papers.invoice_sum_differs"] if speaks else [])


@pytest.mark.parametrize(("quantity", "speaks"), [(100_00000, False), (99_99999, True)])
def test_a_certificate_covers_no_more_than_the_invoice_has(
    tmp_path: Path, quantity: int, speaks: bool
) -> None:
    documents = (_export(), certificate("export", lines=[_line(invoice="F1", invoice_line=1, unit="件")]))
    row = {**INVOICE, "line_unit": "件", "line_quantity": quantity}
    found = _said(tmp_path, row, documents=documents)
    assert [one["code"] for one in found] == (["papers.invoice_exceeded"] if speaks else [])


def test_an_agreement_that_fits_is_sound(tmp_path: Path) -> None:
    lent = _export(trader=AGENT, owner=PRINCIPAL)
    assert _said(tmp_path, AGREED, paper=Paper.AGREEMENT, documents=(lent,)) == []
    loose = {**AGREED, "contract": None}
    assert _said(tmp_path / "b", loose, paper=Paper.AGREEMENT, documents=(lent,)) == []


def test_an_agreement_with_another_principal_is_told(tmp_path: Path) -> None:
    lent = _export(trader=AGENT, owner=EXPORTER)
    (found,) = _said(tmp_path, AGREED, paper=Paper.AGREEMENT, documents=(lent,))
    assert found["code"] == "papers.agreement_party_differs"
    assert found["other"] == "A1"


def test_agency_without_agreement_is_told(tmp_path: Path) -> None:
    lent = _export(trader=AGENT, owner=EXPORTER, contract="HT9")
    (found,) = _said(tmp_path, AGREED, paper=Paper.AGREEMENT, documents=(lent,))
    assert found["code"] == "papers.agreement_missing"


def test_what_is_told_is_in_the_frame_of_checks(tmp_path: Path) -> None:
    papers = papers_of((_export(),), tmp_path)
    _with(papers, Paper.INVOICE, {**INVOICE, "seller_uscc": AGENT["uscc"]})
    judge_all(papers, DEFAULT, CURRENT)
    found = disagreements(papers, DEFAULT)
    assert isinstance(found, pl.DataFrame)
    assert found.height == 1
