"""The tax half: numbers as tax writes them, lines that name goods once, and never more than was exported."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hefu.documents.certificate import Certificate, CertificateLine, Purpose, RefundState
from tests.builders import AGENT, EXPORT, EXPORTER, certificate, invoice_line, line
from tests.documents.told import assert_speaks, built_certificate, certificates, refused

AFTER_EXPORT = ("return", "amendment", "withdrawal")
OTHER = "530120260000000002"


def refused_line(**changes: Any) -> None:
    with pytest.raises(ValidationError):
        CertificateLine.model_validate(line(**changes))


def refused_certificate(purpose: str = "return", **changes: Any) -> None:
    with pytest.raises(ValidationError):
        certificate(purpose, **changes)


# Declaration numbers of 18 and of 21 characters


@given(st.integers(1, 99))
def test_a_number_of_21_characters_gives_declaration_and_item(item: int) -> None:
    told = CertificateLine.model_validate(line(declaration=f"{EXPORT}0{item:02}", item=None))
    assert (told.declaration, told.item) == (EXPORT, item)


@pytest.mark.parametrize("item", [7, "7", "07", "007"])
def test_a_number_of_21_characters_may_repeat_its_item(item: Any) -> None:
    told = CertificateLine.model_validate(line(declaration=f"{EXPORT}007", item=item))
    assert (told.declaration, told.item) == (EXPORT, 7)


@pytest.mark.parametrize("item", [1, "08", "70", 0, "9 / 1"])
def test_a_number_of_21_characters_that_names_another_item_is_refused(item: Any) -> None:
    problem = refused(lambda: built_certificate(lines=[line(declaration=f"{EXPORT}007", item=item)]))[0]
    assert problem.place == "$.lines[0]"
    assert_speaks(problem, "c.json")
    assert "different items" in problem.message.en
    assert "不一致" in problem.message.zh


def test_a_number_and_an_item_of_any_length_are_shown_by_their_beginning() -> None:
    item = "8" * 10_000
    number = f"{' ' * 10_000}{EXPORT}007"
    (problem,) = refused(lambda: built_certificate(lines=[line(declaration=number, item=item)]))
    assert len(problem.message.en) < 500


def test_a_number_of_18_characters_leaves_the_item_as_it_is() -> None:
    told = CertificateLine.model_validate(line(item=12))
    assert (told.declaration, told.item) == (EXPORT, 12)


def test_item_zero_does_not_exist() -> None:
    refused_line(declaration=f"{EXPORT}000", item=None)


@pytest.mark.parametrize(
    "number",
    [EXPORT[:-1], EXPORT + "0", EXPORT + "01", EXPORT + "101", EXPORT + "0A1", EXPORT + "0001", ""],
)
def test_a_number_of_any_other_length_or_form_is_refused(number: str) -> None:
    refused_line(declaration=number)


def test_an_import_declaration_is_not_what_was_exported() -> None:
    refused_line(declaration="530120261000000001")
    refused_line(declaration="530120261000000001001", item=None)


def test_both_spellings_of_a_number_make_one_document() -> None:
    wide = EXPORT.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    for number in (f" {EXPORT}001 ", f"{wide}００１"):
        assert certificate(lines=[line(declaration=number, item=None)]) == certificate()


@pytest.mark.parametrize("end", ["0²²", "0٠٣"])
def test_the_item_in_a_number_of_tax_has_plain_digits(end: str) -> None:
    problems = refused(lambda: built_certificate(lines=[line(declaration=EXPORT + end)]))
    assert [problem.place for problem in problems] == ["$.lines[0].declaration"]


# Quantities


@given(st.integers(1, 10**17), st.integers(0, 10**17))
def test_a_line_never_covers_more_than_was_exported(exported: int, more: int) -> None:
    least, most = (Decimal(n).scaleb(-5) for n in (exported, exported + more))
    CertificateLine.model_validate(line(quantity=str(least), exported_quantity=str(most)))
    if more:
        refused_line(quantity=format(most, "f"), exported_quantity=format(least, "f"))


def test_the_last_decimal_decides() -> None:
    refused_line(quantity="100.00001", exported_quantity="100")
    assert CertificateLine.model_validate(line(quantity="99.99999")).quantity == Decimal("99.99999")


def test_the_exported_quantity_may_be_unknown() -> None:
    told = CertificateLine.model_validate(line(quantity="9999999999999", exported_quantity=None))
    assert told.exported_quantity is None


def test_too_much_says_both_quantities_in_both_languages() -> None:
    problem = refused(lambda: built_certificate(lines=[line(quantity="101")]))[0]
    assert problem.place == "$.lines[0]"
    assert_speaks(problem, "c.json")
    for text in problem.message:
        assert "101" in text
        assert "100" in text


# Purposes


@pytest.mark.parametrize("purpose", AFTER_EXPORT)
def test_after_export_a_line_names_declaration_and_item(purpose: str) -> None:
    assert certificate(purpose).purpose == purpose
    for missing in ("declaration", "item"):
        refused_certificate(purpose, lines=[line(**{missing: None})])
    refused_certificate(purpose, lines=[invoice_line()])


def test_before_export_a_line_names_invoice_and_invoice_line() -> None:
    assert certificate("export").purpose is Purpose.EXPORT
    for missing in ("invoice", "invoice_line"):
        refused_certificate("export", lines=[invoice_line(**{missing: None})])
    refused_certificate("export", lines=[invoice_line(declaration=EXPORT)])
    refused_certificate("export", lines=[line()])


@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_an_invoice_of_nothing_names_none(blank: str) -> None:
    refused_certificate("export", lines=[invoice_line(invoice=blank)])


@pytest.mark.parametrize("purpose", ["", "Return", "import", "退运", None, 1])
def test_a_purpose_that_does_not_exist_is_refused(purpose: Any) -> None:
    refused_certificate(purpose)


def test_a_certificate_that_does_not_say_is_of_goods_not_claimed() -> None:
    assert certificate().refund_state is RefundState.NOT_CLAIMED


# Lines


@pytest.mark.parametrize("number", [2, "2", "02"])
def test_a_line_number_stands_once(number: Any) -> None:
    lines = [line(line=2), line(line=number, item=2)]
    refused_certificate(lines=lines)


def test_goods_of_an_export_stand_once_however_they_are_written() -> None:
    refused_certificate(lines=[line(), line(line=2)])
    refused_certificate(lines=[line(), line(line=2, declaration=f"{EXPORT}001", item=None)])
    assert len(certificate(lines=[line(), line(line=2, item=2)]).lines) == 2
    assert len(certificate(lines=[line(), line(line=2, declaration=OTHER)]).lines) == 2


def test_goods_of_an_invoice_stand_once() -> None:
    refused_certificate("export", lines=[invoice_line(), invoice_line(line=2)])
    lines = [invoice_line(), invoice_line(line=2, invoice_line=2), invoice_line(line=3, invoice="FP0002")]
    assert len(certificate("export", lines=lines).lines) == 3


def test_a_certificate_has_a_line_and_at_most_a_thousand() -> None:
    lines = [line(line=n, item=n) for n in range(1, 1002)]
    assert len(certificate(lines=lines[:1000]).lines) == 1000
    refused_certificate(lines=lines)
    (problem,) = refused(lambda: built_certificate(lines=[]))
    assert (problem.place, problem.details["rule_en"]) == ("$.lines", "at least one line")


def test_a_broken_line_is_not_counted_away() -> None:
    problems = refused(lambda: built_certificate(lines=[line(hs_code="1", unit="?")]))
    assert [problem.place for problem in problems] == ["$.lines[0].hs_code", "$.lines[0].unit"]


@pytest.mark.parametrize("purpose", ["export", "return"])
def test_a_line_without_its_goods_is_named_in_each_language_alone(purpose: str) -> None:
    (problem,) = refused(lambda: built_certificate(purpose=purpose, lines=[line(line=7, item=None)]))
    assert_speaks(problem, "c.json")
    assert str(problem.details["rule_en"]).startswith(f"line 7: purpose {purpose} names ")
    assert str(problem.details["rule_zh"]).startswith("第 7 行: ")


@given(certificates(), st.data())
def test_a_line_is_found_by_its_number(paper: Certificate, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(paper.lines))
    assert paper.line_numbered(one.line) is one
    absent = max(one.line for one in paper.lines) + 1
    assert paper.line_numbered(absent) is None


@given(certificates())
def test_every_line_has_goods_of_its_own(paper: Certificate) -> None:
    keys = {paper.goods_key(one) for one in paper.lines}
    assert len(keys) == len(paper.lines)
    assert {key.kind for key in keys} == {"invoice" if paper.purpose is Purpose.EXPORT else "item"}


# Holder, agent, principal


def test_the_holder_has_a_uscc() -> None:
    refused_certificate(holder={"customs_code": EXPORTER["customs_code"]})
    assert certificate(holder={"uscc": EXPORTER["uscc"]}).holder.uscc == EXPORTER["uscc"]


def test_a_certificate_is_the_principals_or_the_agents_and_not_both() -> None:
    assert certificate(agent=AGENT).agent is not None
    assert certificate(principal_certificate="BSWT0000").principal_certificate == "BSWT0000"
    refused_certificate(agent=AGENT, principal_certificate="BSWT0000")


@pytest.mark.parametrize("number", ["BSWT0001", "bswt0001", " ＢＳＷＴ0001"])
def test_a_certificate_is_not_its_own_principal(number: str) -> None:
    refused_certificate(principal_certificate=number)


@pytest.mark.parametrize(
    "missing", ["number", "purpose", "issued_on", "tax_office", "holder", "lines"], ids=str
)
def test_what_a_certificate_must_say_it_must_say(missing: str) -> None:
    (problem,) = refused(lambda: built_certificate(**{missing: None}))
    assert (problem.place, problem.details["rule"]) == (f"$.{missing}", "missing")
    assert_speaks(problem, "c.json")


@pytest.mark.parametrize("missing", ["line", "hs_code", "goods_name", "unit", "quantity"])
def test_what_a_line_must_say_it_must_say(missing: str) -> None:
    problem = refused(lambda: built_certificate(lines=[line(**{missing: None})]))[0]
    assert (problem.place, problem.details["rule"]) == (f"$.lines[0].{missing}", "missing")


# Reading again


@given(certificates())
def test_a_certificate_written_as_json_reads_back_equal(paper: Certificate) -> None:
    assert Certificate.model_validate_json(paper.model_dump_json()) == paper
    assert Certificate.model_validate(paper.model_dump()) == paper


# Tax before and after


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("refunded_vat", "0"),
        ("refunded_consumption_tax", "1234.123456"),
        ("repaid_vat", "999999999999.999999"),
        ("outstanding", "１３.5"),
        ("payment_slip", "3" * 20),
        ("paid_on", "20260228"),
        ("reversed_amount", "-120.55"),
        ("reversal_period", "202612"),
        ("reversal_period", 202601),
    ],
)
def test_a_line_tells_of_its_tax(field: str, value: Any) -> None:
    told = built_certificate(lines=[line(tax={field: value})]).lines[0].tax
    assert told is not None
    assert told.model_dump(exclude_none=True).keys() == {field}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("refunded_vat", "-0.01"),
        ("repaid_vat", "1.0000001"),
        ("repaid_consumption_tax", "1000000000000"),
        ("outstanding", "x"),
        ("outstanding", 1.5),
        ("payment_slip", ""),
        ("payment_slip", "3" * 21),
        ("paid_on", "20260229"),
        ("reversed_amount", "0.00001"),
        ("reversal_period", "202613"),
        ("reversal_period", "202600"),
        ("reversal_period", "2026-01"),
        ("vat", "1"),
    ],
)
def test_a_tax_that_is_wrong_is_told_with_its_place(field: str, value: Any) -> None:
    (problem,) = refused(lambda: built_certificate(lines=[line(tax={field: value})]))
    assert problem.place == f"$.lines[0].tax.{field}"
    assert_speaks(problem, "c.json")
