"""The customs half: numbers by act, items that stand once, references that hold."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hefu.documents.canonical import as_json
from hefu.documents.declaration import Act, Declaration, ReferenceSource
from hefu.documents.readers.records import build
from tests.builders import AGENT, EXPORT, EXPORTER, IMPORT, PRINCIPAL, declaration, item
from tests.documents.told import assert_speaks, refusal

ACTS = [act.value for act in Act]
LODGED = ("export", "return", "other")
APPLIED = ("amendment", "withdrawal")


def refused_declaration(act: str = "return", **changes: Any) -> None:
    with pytest.raises(ValidationError):
        declaration(act, **changes)


@pytest.mark.parametrize("act", ACTS)
def test_a_declaration_written_as_json_reads_back_equal(act: str) -> None:
    told = declaration(act)
    assert Declaration.model_validate(as_json(told)) == told
    assert Declaration.model_validate_json(told.canonical) == told


# Numbers and directions


@pytest.mark.parametrize(
    ("act", "direction", "taken"),
    [
        ("export", "0", True),
        ("export", "E", True),
        ("export", "1", False),
        ("export", "I", False),
        ("return", "1", True),
        ("return", "I", True),
        ("return", "0", False),
        ("return", "E", False),
        ("other", "0", True),
        ("other", "1", True),
        ("other", "E", True),
        ("other", "I", True),
        ("other", "2", False),
    ],
)
def test_the_number_of_a_declaration_goes_the_way_of_its_act(act: str, direction: str, taken: bool) -> None:
    number = f"53012026{direction}000000001"
    if taken:
        assert declaration(act, number=number).number == number
    else:
        refused_declaration(act, number=number)


@pytest.mark.parametrize("act", LODGED)
@pytest.mark.parametrize("number", ["XG2026000001", EXPORT[:-1], EXPORT + "01", EXPORT + "001", "A" * 18])
def test_a_declaration_number_has_18_characters(act: str, number: str) -> None:
    refused_declaration(act, number=number)


@pytest.mark.parametrize("act", APPLIED)
def test_an_application_has_a_number_of_its_own(act: str) -> None:
    assert declaration(act, number="xg-2026-01").number == "XG-2026-01"
    refused_declaration(act, number="XG 2026")
    refused_declaration(act, number="XG202")


@pytest.mark.parametrize(("act", "directions"), [("export", "0/E"), ("return", "1/I"), ("other", "0/1/E/I")])
def test_a_wrong_number_is_explained_in_both_languages(act: str, directions: str) -> None:
    values = {**as_json(declaration(act)), "number": "XG2026000001"}
    problem = refusal(lambda: build(Declaration, values, "d.json"), "document.field")
    assert_speaks(problem, "d.json")
    assert f" {directions} at position 9" in problem.message.en
    assert f"第 9 位 {directions}," in problem.message.zh


# What an act needs


@pytest.mark.parametrize("act", APPLIED)
def test_an_application_names_the_export_declaration(act: str) -> None:
    refused_declaration(act, related=None)
    refused_declaration(act, related=IMPORT)


@pytest.mark.parametrize("act", ["export", "return", "other"])
def test_a_declaration_need_not_name_another(act: str) -> None:
    assert declaration(act, related=None).related is None


@pytest.mark.parametrize("act", LODGED)
def test_a_declaration_has_a_supervision_mode(act: str) -> None:
    refused_declaration(act, mode=None)


@pytest.mark.parametrize("act", ACTS)
def test_only_a_withdrawal_may_be_of_the_whole_declaration(act: str) -> None:
    if act == "withdrawal":
        assert declaration(act, items=[]).items == ()
    else:
        refused_declaration(act, items=[])


@pytest.mark.parametrize("act", ACTS)
def test_only_an_amendment_says_what_becomes_of_the_items(act: str) -> None:
    if act == "amendment":
        assert len(declaration(act, becomes=[item()]).becomes) == 1
    else:
        refused_declaration(act, becomes=[item()])


@pytest.mark.parametrize("act", ["", "import", "Export", "EXPORT", None, 1])
def test_an_act_that_does_not_exist_is_refused(act: Any) -> None:
    refused_declaration(act, number=EXPORT)


@pytest.mark.parametrize("office", ["530", "53011", "A301", "53 1", ""])
def test_an_office_has_four_digits(office: str) -> None:
    refused_declaration(office=office)


def test_what_a_declaration_does_not_have_is_refused() -> None:
    refused_declaration(colour="red")
    refused_declaration(items=[item(colour="red")])
    refused_declaration(trader={**EXPORTER, "colour": "red"})


# Items


@pytest.mark.parametrize("field", ["items", "becomes"])
@pytest.mark.parametrize("number", [1, "1", "01"])
def test_an_item_number_stands_once(field: str, number: Any) -> None:
    refused_declaration("amendment", **{field: [item(), item(item=number)]})
    told = declaration("amendment", **{field: [item(), item(item=2)]})
    assert [one.item for one in getattr(told, field)] == [1, 2]


def test_a_declaration_has_at_most_a_thousand_items() -> None:
    items = [item(item=n) for n in range(1, 1002)]
    assert len(declaration(items=items[:1000]).items) == 1000
    refused_declaration(items=items)
    assert len(declaration("amendment", becomes=items[:1000]).becomes) == 1000
    refused_declaration("amendment", becomes=items)


def test_the_same_item_may_be_affected_and_become_another() -> None:
    told = declaration("amendment", becomes=[item(goods_name="毛衫")])
    assert told.items[0].item == told.becomes[0].item


def test_an_item_needs_its_first_statutory_quantity_and_no_other() -> None:
    refused_declaration(items=[item(first=None)])
    told = declaration(items=[item(second=None, traded=None)]).items[0]
    assert (told.second, told.traded) == (None, None)


def test_statutory_and_transaction_quantity_are_three_measures_of_their_own() -> None:
    told = declaration().items[0]
    assert told.second is not None
    assert told.traded is not None
    measures = [(str(one.quantity), one.unit) for one in (told.first, told.second, told.traded)]
    assert measures == [("100", "011"), ("20", "035"), ("5", "120")]


@pytest.mark.parametrize("measure", ["first", "second", "traded"])
@pytest.mark.parametrize(
    "value",
    [{"quantity": "1"}, {"unit": "011"}, {"quantity": "0", "unit": "011"}, {"quantity": 1.5, "unit": "011"}],
)
def test_a_measure_is_a_quantity_above_zero_and_a_unit(measure: str, value: dict[str, Any]) -> None:
    refused_declaration(items=[item(**{measure: value})])


# References and parties


def test_a_certificate_is_tied_to_an_item_that_is_there() -> None:
    tied = {"number": "BSWT0001", "source": "relation", "item": 2, "line": 1}
    refused_declaration(certificates=[tied])
    told = declaration(items=[item(), item(item=2)], certificates=[tied]).certificates[0]
    assert (told.source, told.item, told.line) == (ReferenceSource.RELATION, 2, 1)


def test_a_certificate_is_taken_from_the_supporting_documents_unless_said_otherwise() -> None:
    assert declaration().certificates[0].source is ReferenceSource.LICENSE
    refused_declaration(certificates=[{"number": "BSWT0001", "source": "hearsay"}])


def test_certificates_are_told_once_each_in_the_order_of_the_declaration() -> None:
    named = [{"number": n} for n in ("C2", "c1", "C2", "C3", "Ｃ1")]
    assert declaration(certificates=named).certificate_numbers() == ("C2", "C1", "C3")
    assert declaration(certificates=[]).certificate_numbers() == ()


def test_everyone_named_is_a_party() -> None:
    told = declaration(owner=PRINCIPAL, declarant=AGENT)
    assert [p.uscc for p in told.parties()] == [p["uscc"] for p in (EXPORTER, PRINCIPAL, AGENT)]
    assert len(declaration(owner=None).parties()) == 1


def test_a_declaration_has_a_trader() -> None:
    refused_declaration(trader=None)
    refused_declaration(trader={"name": "无编码"})


def test_a_declaration_names_at_most_a_thousand_certificates() -> None:
    named = [{"number": f"C{number}"} for number in range(1001)]
    assert len(declaration(certificates=named[:1000]).certificates) == 1000
    with pytest.raises(ValidationError):
        declaration(certificates=named)
