"""The Single Window message: its traps undone, its places named, and nothing taken by guess."""

from __future__ import annotations

import re

import pytest

from hefu.documents.declaration import Act
from hefu.documents.readers.decmessage import RETURN_MODES, read_decmessage
from hefu.documents.readers.decmessage_fields import NAMESPACE, VERSIONS
from tests.builders import EXPORT, EXPORTER
from tests.documents.readers.messages import FILE, SOUND, body, head, line_of, message, read, value, without
from tests.documents.told import assert_speaks, refusal, refused

# What is a message


@pytest.mark.parametrize("root", ["DecMessage", "d:DecMessage"])
def test_a_message_is_known_with_any_prefix(root: str) -> None:
    prefix = root.partition(":")[0] + ":" if ":" in root else ""
    text = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", SOUND)
    if prefix:
        text = text.replace("xmlns=", "xmlns:d=")
    assert read_decmessage(text.encode(), FILE) == read()


def test_a_message_without_namespace_is_a_message() -> None:
    assert read((f' xmlns="{NAMESPACE}"', "")) == read()


@pytest.mark.parametrize(
    "data", [b"<a/>", b"<decmessage/>", b'<DecMessage xmlns="urn:other"/>', b"<DecHead/>"]
)
def test_another_root_is_refused_by_its_name(data: bytes) -> None:
    problem = refusal(lambda: read_decmessage(data, FILE), "decmessage.not_one")
    assert_speaks(problem, FILE)


@pytest.mark.parametrize("version", VERSIONS)
def test_supported_versions_are_read_alike(version: str) -> None:
    assert read(('Version="4.8"', f'Version="{version}"')) == read()


@pytest.mark.parametrize("version", ["", "1.0", "4.80", "5", "6.0", "4.8 "])
def test_another_version_is_refused_with_those_that_are_supported(version: str) -> None:
    problem = refusal(lambda: read(('Version="4.8"', f'Version="{version}"')), "decmessage.version")
    assert_speaks(problem, FILE)
    assert problem.value == version
    for cure in problem.cure:
        assert all(one in cure for one in VERSIONS)


def test_a_message_without_version_is_read() -> None:
    assert read((' Version="4.8"', "")) == read()


@pytest.mark.parametrize("change", [without("EntryId"), value("EntryId", ""), value("EntryId", " \n ")])
def test_a_message_that_customs_has_not_numbered_is_refused(change: tuple[str, str]) -> None:
    problem = refusal(lambda: read(change), "decmessage.no_number")
    assert_speaks(problem, FILE)
    assert problem.place.startswith("DecHead/EntryId (line ")


@pytest.mark.parametrize("limit", [1, 100, len(SOUND.encode()) - 1])
def test_the_size_limit_of_a_message_can_be_set(limit: int) -> None:
    problem = refusal(lambda: read_decmessage(SOUND.encode(), FILE, limit), "document.too_large")
    assert problem.details["limit"] == limit


# Places


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("EntryId", "5301_1"),
        ("CustomMaster", "5-01"),
        ("PDate", "20260230"),
        ("IEDate", "tomorrow"),
        ("TradeMode", "一般贸易"),
        ("ContrNo", "x" * 76),
        ("GrossWet", "21 kg"),
        ("NetWt", "-1"),
        ("RelId", "530120261000000001"),
        ("TradeCoScc", "91110000101623741O"),
        ("TradeCode", "110066000-"),
        ("OwnerCodeScc", "1"),
        ("AgentCodeScc", "1"),
        ("IEFlag", "X"),
    ],
)
def test_a_wrong_element_of_the_head_is_named_with_its_line(element: str, text: str) -> None:
    data = message(value(element, text))
    parent = "DecFreeTxt" if element == "RelId" else "DecHead"
    problem = refusal(lambda: read_decmessage(data, FILE), "document.field")
    assert problem.place == f"{parent}/{element} (line {line_of(data, element)})"
    assert problem.value.startswith(f"'{text[:60]}")
    assert_speaks(problem, FILE)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("GNo", "0"),
        ("CodeTS", "6109"),
        ("GName", "x\u0085y"),
        ("DeclPrice", "1e5"),
        ("DeclTotal", "0.00001"),
        ("TradeCurr", "$$"),
        ("FirstQty", "0"),
        ("FirstUnit", "箩筐"),
        ("SecondQty", "1.000001"),
        ("SecondUnit", "999"),
        ("GQty", "一"),
        ("GUnit", "x"),
    ],
)
def test_a_wrong_element_of_an_item_is_named_with_its_number_and_line(
    element: str, text: str, nth: int
) -> None:
    first, second = SOUND.split("</DecList>", 1)
    parts = [first, second]
    parts[nth - 1] = re.sub(*value(element, text), parts[nth - 1], count=1)
    data = "</DecList>".join(parts).encode()
    problem = refusal(lambda: read_decmessage(data, FILE), "document.field")
    assert problem.place == f"DecLists/DecList[{nth}]/{element} (line {line_of(data, element, nth)})"
    assert_speaks(problem, FILE)


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("CodeTS", "DecLists/DecList[1]/CodeTS"),
        ("FirstUnit", "DecLists/DecList[1]/FirstUnit"),
        ("FirstQty", "DecLists/DecList[1]/FirstQty"),
        ("SecondUnit", "DecLists/DecList[1]/SecondUnit"),
    ],
)
def test_a_missing_element_is_named_with_the_line_of_its_item(element: str, place: str) -> None:
    data = message(without(element))
    problem = refusal(lambda: read_decmessage(data, FILE), "document.field")
    assert problem.place == f"{place} (line {line_of(data, 'DecList')})"
    assert problem.details["rule"] == "missing"
    assert_speaks(problem, FILE)


def test_everything_that_is_wrong_in_a_message_is_said_at_once() -> None:
    wrong = ("CustomMaster", "PDate", "TradeCoScc", "CodeTS", "FirstUnit", "GQty")
    problems = refused(lambda: read(*(value(element, "?") for element in wrong)))
    assert {re.sub(r".*/| .*", "", problem.place) for problem in problems} == set(wrong)
    assert len(problems) == len(wrong)


def test_a_message_without_items_says_so() -> None:
    problem = refusal(lambda: read((r"(?s)<DecLists>.*</DecLists>", "")), "document.field")
    assert_speaks(problem, FILE)
    assert "no item" in problem.message.en


def test_comments_between_elements_are_passed_over() -> None:
    assert read(("<DecHead>", "<!-- a --><DecHead><!-- b --><?c d?>")) == read()


# Acts


@pytest.mark.parametrize("mode", RETURN_MODES)
def test_an_import_in_a_mode_of_returns_is_a_return(mode: str) -> None:
    assert read(value("TradeMode", mode)).act is Act.RETURN


@pytest.mark.parametrize("mode", ["0110", "1300", "4500"])
def test_any_other_import_is_another(mode: str) -> None:
    assert read(value("TradeMode", mode)).act is Act.OTHER


@pytest.mark.parametrize("flag", ["E", "e", " E "])
@pytest.mark.parametrize("mode", ["0110", "4561"])
def test_what_leaves_is_an_export_in_every_mode(flag: str, mode: str) -> None:
    told = read(value("IEFlag", flag), value("EntryId", EXPORT), value("TradeMode", mode))
    assert told.act is Act.EXPORT


# Numbers and days


def test_the_related_declaration_may_have_21_characters() -> None:
    assert read(value("RelId", f"{EXPORT}001")).related == EXPORT
    assert read(value("RelId", EXPORT)).related == EXPORT
    assert read(value("RelId", "")).related is None


@pytest.mark.parametrize("text", [EXPORT + "1", EXPORT + "101", EXPORT + "0001"])
def test_a_related_declaration_of_another_length_is_refused(text: str) -> None:
    problem = refusal(lambda: read(value("RelId", text)), "document.field")
    assert problem.place.startswith("DecFreeTxt/RelId ")


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ((), "2026-03-05"),
        ((value("PDate", "2026-03-07T10:00:00"),), "2026-03-07"),
        ((without("PDate"),), "2026-03-04"),
        ((without("PDate"), head("<DeclDate>20260306</DeclDate>")), "2026-03-06"),
        ((without("PDate"), body("<DecSign><SignDate>20260308</SignDate></DecSign>")), "2026-03-08"),
    ],
)
def test_the_day_of_declaration_is_the_best_that_the_message_says(
    changes: tuple[tuple[str, str], ...], day: str
) -> None:
    assert read(*changes).declared_on.isoformat() == day


def test_a_message_without_any_day_is_refused() -> None:
    problem = refusal(lambda: read(without("PDate"), without("IEDate")), "document.field")
    assert problem.place.startswith("DecHead/PDate ")


@pytest.mark.parametrize(
    ("number", "letters"), [("142", "CHN"), ("502", "USA"), ("999", "999"), ("chn", "CHN")]
)
def test_customs_numbers_of_countries_become_letters(number: str, letters: str) -> None:
    assert read(value("OriginCountry", number)).items[0].origin == letters


@pytest.mark.parametrize(
    ("number", "letters"), [("502", "USD"), ("142", "CNY"), ("300", "EUR"), ("usd", "USD")]
)
def test_customs_numbers_of_currencies_become_letters(number: str, letters: str) -> None:
    assert read(value("TradeCurr", number)).items[0].currency == letters


def test_in_an_export_numbers_of_countries_are_swapped_too() -> None:
    export = (value("IEFlag", "E"), value("EntryId", EXPORT), value("TradeMode", "0110"))
    told = read(*export, value("OriginCountry", "502"), value("DestinationCountry", "142")).items[0]
    assert (told.origin, told.destination) == ("CHN", "USA")


@pytest.mark.parametrize("flag", ["I", "E"])
@pytest.mark.parametrize("element", ["OriginCountry", "DestinationCountry"])
def test_a_wrong_country_is_named_where_it_stands(flag: str, element: str) -> None:
    export = (value("EntryId", EXPORT), value("TradeMode", "0110")) if flag == "E" else ()
    data = message(value("IEFlag", flag), value(element, "?"), *export)
    problem = refusal(lambda: read_decmessage(data, FILE), "document.field")
    assert problem.place == f"DecLists/DecList[1]/{element} (line {line_of(data, element)})"


@pytest.mark.parametrize("zero", ["0", "0.0", "00.000", ""])
def test_zero_without_a_unit_is_no_second_quantity(zero: str) -> None:
    told = read(value("SecondQty", zero), value("SecondUnit", "")).items[0]
    assert told.second is None
    assert str(told.first.quantity) == "100"


@pytest.mark.parametrize("zero", ["0", "0.0", ""])
def test_no_quantity_in_a_unit_is_refused(zero: str) -> None:
    problem = refusal(lambda: read(value("SecondQty", zero)), "document.field")
    assert problem.place.startswith("DecLists/DecList[1]/SecondQty ")


# Parties


@pytest.mark.parametrize("code", ["NO", "110196000", "", "0"])
def test_what_is_no_customs_code_is_left_out_where_the_firm_has_a_uscc(code: str) -> None:
    owner = read(value("OwnerCode", code)).owner
    assert owner is not None
    assert (owner.uscc, owner.customs_code) == (EXPORTER["uscc"], None)


def test_an_owner_with_a_name_alone_is_no_party_but_a_trader_must_be_one() -> None:
    assert read(value("OwnerCode", "NO"), without("OwnerCodeScc")).owner is None
    problem = refusal(lambda: read(without("TradeCode"), without("TradeCoScc")), "document.field")
    assert problem.place.startswith("DecHead/TradeCoScc ")
    assert_speaks(problem, FILE)
