"""What is written as a message reads back equal: every version, both encodings, nothing lost or swapped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage import read_decmessage
from hefu.documents.readers.decmessage_fields import NAMESPACE, VERSIONS
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.errors import HefuError
from tests.builders import declaration, item
from tests.documents.told import assert_speaks, declarations, refusal

ENCODINGS = ("UTF-8", "GB18030", "UTF-16")


def recoded(data: bytes, encoding: str) -> bytes:
    return data.decode().replace("encoding='UTF-8'", f"encoding='{encoding}'", 1).encode(encoding)


def element(data: bytes, name: str) -> str:
    """The text of the first element of this name, read without the module under test."""
    return str(etree.fromstring(data).findtext(f".//{{{NAMESPACE}}}{name}"))


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=60)
@given(told=declarations(), encoding=st.sampled_from(ENCODINGS))
def test_a_declaration_written_as_a_message_reads_back_equal(
    version: str, told: Declaration, encoding: str
) -> None:
    data = recoded(write_decmessage(told, version), encoding)
    again = read_decmessage(data, "m.xml")
    assert again == told
    assert again.canonical == told.canonical


@settings(max_examples=60)
@given(declarations())
def test_a_message_read_and_written_again_is_the_same_bytes(told: Declaration) -> None:
    data = write_decmessage(told)
    assert write_decmessage(read_decmessage(data, "m.xml")) == data


@settings(max_examples=60)
@given(declarations(), st.integers(1, 4000))
def test_a_message_that_is_cut_off_is_never_taken(told: Declaration, size: int) -> None:
    data = write_decmessage(told)
    cut = data[: min(size, data.rindex(b"</DecMessage>"))]
    with pytest.raises(HefuError):
        read_decmessage(cut, "m.xml")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_message_says_its_version_namespace_and_encoding(version: str) -> None:
    data = write_decmessage(declaration(), version)
    root = etree.fromstring(data)
    assert root.tag == f"{{{NAMESPACE}}}DecMessage"
    assert root.get("Version") == version
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


# The swap of countries in exports


@pytest.mark.parametrize(
    ("act", "in_origin_element", "in_destination_element"),
    [("export", "USA", "CHN"), ("return", "CHN", "USA"), ("other", "CHN", "USA")],
)
def test_only_in_exports_origin_and_destination_change_places(
    act: str, in_origin_element: str, in_destination_element: str
) -> None:
    told = declaration(act, items=[item(origin="CHN", destination="USA")])
    data = write_decmessage(told)
    assert element(data, "OriginCountry") == in_origin_element
    assert element(data, "DestinationCountry") == in_destination_element
    again = read_decmessage(data, "m.xml").items[0]
    assert (again.origin, again.destination) == ("CHN", "USA")


@pytest.mark.parametrize(("act", "flag"), [("export", "E"), ("return", "I")])
def test_reading_the_same_elements_depends_on_the_direction_alone(act: str, flag: str) -> None:
    data = write_decmessage(declaration(act, items=[item(origin="CHN", destination="USA")]))
    assert element(data, "IEFlag") == flag
    text = data.decode().replace("OriginCountry", "X").replace("DestinationCountry", "OriginCountry")
    swapped = read_decmessage(
        text.replace("<X>", "<DestinationCountry>").replace("</X>", "</DestinationCountry>").encode(), "m.xml"
    )
    assert (swapped.items[0].origin, swapped.items[0].destination) == ("USA", "CHN")


# Statutory and transaction quantities


def test_each_quantity_stands_in_elements_of_its_own() -> None:
    told = declaration(
        items=[
            item(
                first={"quantity": "100.5", "unit": "011"},
                second={"quantity": "20.25", "unit": "035"},
                traded={"quantity": "5", "unit": "120"},
            )
        ]
    )
    data = write_decmessage(told)
    written = {
        name: element(data, name)
        for name in ("FirstQty", "FirstUnit", "SecondQty", "SecondUnit", "GQty", "GUnit")
    }
    assert written == {
        "FirstQty": "100.5",
        "FirstUnit": "011",
        "SecondQty": "20.25",
        "SecondUnit": "035",
        "GQty": "5",
        "GUnit": "120",
    }


def test_the_statutory_quantity_is_never_filled_from_the_transaction() -> None:
    text = write_decmessage(declaration()).decode()
    without = text.replace("<FirstQty>100</FirstQty>", "").replace("<FirstUnit>011</FirstUnit>", "")
    with pytest.raises(HefuError, match="FirstQty"):
        read_decmessage(without.encode(), "m.xml")


@pytest.mark.parametrize("quantity", ["0.00001", "9999999999999.99999", "0.1", "123456.78901", "100000"])
def test_a_quantity_travels_digit_for_digit(quantity: str) -> None:
    told = declaration(items=[item(first={"quantity": quantity, "unit": "千克"})], gross_weight=quantity)
    data = write_decmessage(told)
    assert element(data, "FirstQty") == element(data, "GrossWet") == quantity
    again = read_decmessage(data, "m.xml")
    assert again.items[0].first.quantity == again.gross_weight == Decimal(quantity)


def test_days_are_written_as_the_message_writes_them() -> None:
    data = write_decmessage(declaration(declared_on="2026-03-05", moved_on="2026-03-01"))
    assert (element(data, "PDate"), element(data, "IEDate")) == ("20260305", "20260301")
    assert read_decmessage(data, "m.xml").moved_on == date(2026, 3, 1)


def test_what_is_absent_is_not_written() -> None:
    told = declaration(owner=None, certificates=[], related=None, items=[item(second=None, traded=None)])
    data = write_decmessage(told)
    for name in (
        b"OwnerCode",
        b"AgentCode",
        b"SecondQty",
        b"GQty",
        b"NoteS",
        b"LicenseDocu",
        b"RelId",
        b"None",
    ):
        assert name not in data


# What a message cannot carry


def refused_to_write(told: Declaration) -> str:
    """The place for which a declaration is not written."""
    problem = refusal(lambda: write_decmessage(told), "decmessage.cannot_carry")
    assert_speaks(problem, told.number)
    return problem.place


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
def test_applications_have_no_message(act: str) -> None:
    assert refused_to_write(declaration(act)) == "$.act"


@pytest.mark.parametrize(
    "reference",
    [
        {"number": "BSWT0001", "item": 1},
        {"number": "BSWT0001", "line": 1},
        {"number": "BSWT0001", "source": "remark"},
        {"number": "BSWT0001", "source": "remark", "item": 1, "line": 1},
    ],
    ids=str,
)
def test_a_reference_that_a_message_has_no_room_for_is_refused(reference: dict[str, Any]) -> None:
    assert refused_to_write(declaration(certificates=[reference])) == "$.certificates"


def test_a_remark_that_would_name_another_certificate_is_refused() -> None:
    assert refused_to_write(declaration(remark="CERT BSWT0009")) == "$.certificates"


def test_a_reference_of_the_remark_is_written_with_the_remark() -> None:
    told = declaration(remark="CERT BSWT0001", certificates=[{"number": "BSWT0001", "source": "remark"}])
    assert read_decmessage(write_decmessage(told), "m.xml") == told


def test_references_may_be_written_in_another_order() -> None:
    named = [{"number": "C1"}, {"number": "C2", "source": "relation", "item": 1, "line": 1}]
    again = read_decmessage(write_decmessage(declaration(certificates=named)), "m.xml")
    assert again.certificate_numbers() == ("C2", "C1")


def test_a_return_in_a_mode_of_other_imports_is_refused() -> None:
    assert refused_to_write(declaration(mode="9710")) == "$.act"


def test_a_sign_that_xml_may_not_hold_is_refused() -> None:
    assert refused_to_write(declaration(remark="a\uffffb")) == "DecHead/NoteS"
    assert refused_to_write(declaration(items=[item(goods_name="\ufffe")])) == "DecList/GName"


def test_a_version_that_is_not_supported_is_not_written() -> None:
    refusal(lambda: write_decmessage(declaration(), "9.9"), "decmessage.version")


def test_a_number_is_written_without_exponent() -> None:
    data = write_decmessage(declaration(gross_weight=Decimal("1E+3")))
    assert element(data, "GrossWet") == "1000"
