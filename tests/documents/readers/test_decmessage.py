"""The Single Window message: its traps undone, its places named, and nothing taken by guess."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hefu.documents.declaration import Act, Declaration, ReferenceSource
from hefu.documents.readers.decmessage import (
    NAMESPACE,
    RETURN_MODES,
    VERSIONS,
    read_decmessage,
    write_decmessage,
)
from tests.builders import AGENT, EXPORT, EXPORTER, declaration, item
from tests.documents.told import assert_speaks, refusal, refused

FILE = "m.xml"
SOUND = write_decmessage(
    declaration(
        declarant=AGENT,
        moved_on="2026-03-04",
        contract="HT-1",
        gross_weight="21",
        net_weight="20",
        items=[
            item(item=n, unit_price="2", total="200", currency="USD", origin="CHN", destination="USA")
            for n in (1, 2)
        ],
    )
).decode()


def message(*changes: tuple[str, str]) -> bytes:
    """The sound message, each pattern replaced once; every pattern must be there."""
    text = SOUND
    for pattern, instead in changes:
        text, found = re.subn(pattern, instead, text, count=1)
        assert found, pattern
    return text.encode()


def read(*changes: tuple[str, str], **options: Any) -> Declaration:
    return read_decmessage(message(*changes), FILE, **options)


def value(element: str, text: str) -> tuple[str, str]:
    """The change that puts another text into the first element of this name."""
    return f"<{element}>[^<]*</{element}>", f"<{element}>{text}</{element}>"


def without(element: str) -> tuple[str, str]:
    return rf" *<{element}>[^<]*</{element}>\n", ""


def head(xml: str) -> tuple[str, str]:
    """The change that adds elements to the head."""
    return "</DecHead>", f"{xml}</DecHead>"


def body(xml: str) -> tuple[str, str]:
    """The change that adds elements to the message."""
    return "</DecMessage>", f"{xml}</DecMessage>"


def line_of(data: bytes, element: str, nth: int = 1) -> int:
    lines = [n for n, text in enumerate(data.decode().splitlines(), 1) if f"<{element}>" in text]
    return lines[nth - 1]


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


# Certificates


def relation(number: str, item_: int = 1, line: int = 1) -> str:
    tied = f"<EcoCertNo>{number}</EcoCertNo><DecGNo>{item_}</DecGNo><EcoGNo>{line}</EcoGNo>"
    return f"<EcoRelation>{tied}</EcoRelation>"


def named(told: Declaration) -> list[tuple[str, str, int | None, int | None]]:
    return [(one.number, one.source.value, one.item, one.line) for one in told.certificates]


def test_a_relation_to_an_item_takes_the_place_of_the_bare_number() -> None:
    assert named(read(body(relation("bswt0001", 2, 3)))) == [("BSWT0001", "relation", 2, 3)]


@pytest.mark.parametrize("around", ["{}", "<EcoRelations>{}</EcoRelations>", "<EcoRelation>{}</EcoRelation>"])
def test_relations_are_found_however_they_are_wrapped(around: str) -> None:
    told = read(body(around.format(relation("C1") + relation("C1", 2, 2))))
    assert named(told) == [
        ("C1", "relation", 1, 1),
        ("C1", "relation", 2, 2),
        ("BSWT0001", "license", None, None),
    ]


def test_a_relation_to_an_item_that_is_not_there_is_refused() -> None:
    problem = refusal(lambda: read(body(relation("C1", 7))), "document.field")
    assert "item 7" in problem.message.en
    assert_speaks(problem, FILE)


def test_only_supporting_documents_of_the_code_asked_for_name_certificates() -> None:
    more = "<LicenseDocu><DocuCode>Y</DocuCode><CertCode>ORIGIN1</CertCode></LicenseDocu>"
    other = ("<LicenseDocu>", f"{more}<LicenseDocu>")
    assert [one[0] for one in named(read(other))] == ["ORIGIN1", "BSWT0001"]
    assert [one[0] for one in named(read(other, license_code="Y"))] == ["ORIGIN1"]
    assert named(read(other, license_code="Z")) == []


@pytest.mark.parametrize(
    ("remark", "number"),
    [
        ("补税未退税证明号: BSWT0002", "BSWT0002"),
        ("补税/未退税证明编号BSWT0002", "BSWT0002"),
        ("已补税证明 bswt0002; 其他", "BSWT0002"),
        ("未退税证明：BSWT0002。", "BSWT0002"),
        ("CERT: BSWT0002", "BSWT0002"),
    ],
)
def test_a_certificate_named_in_the_remark_is_found(remark: str, number: str) -> None:
    told = read(head(f"<NoteS>{remark}</NoteS>"))
    assert told.certificates[-1].number == number
    assert told.certificates[-1].source is ReferenceSource.REMARK
    assert told.remark == remark


@pytest.mark.parametrize("remark", ["", "合同 HT-1", "BSWT0002", "装箱单号: 12345678"])
def test_a_remark_that_names_none_names_none(remark: str) -> None:
    assert [one[0] for one in named(read(head(f"<NoteS>{remark}</NoteS>")))] == ["BSWT0001"]


def test_a_certificate_named_in_two_places_is_named_once() -> None:
    told = read(head("<NoteS>补税证明号 bswt0001</NoteS>"))
    assert named(told) == [("BSWT0001", "license", None, None)]
