"""Certificates that a message names: by supporting document, by relation to an item, or in the remark."""

from __future__ import annotations

import time

import pytest

from hefu.documents.declaration import Declaration, ReferenceSource
from hefu.documents.readers.decmessage import REMARK_NUMBER
from tests.documents.readers.messages import FILE, body, head, read, value
from tests.documents.told import assert_speaks, refusal


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


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (body(relation("x" * 21)), "EcoRelation[1]/EcoCertNo"),
        (body(relation("C1") + relation("C2", 1, 0)), "EcoRelation[2]/EcoGNo"),
        (body(f"<EcoRelations>{relation('C2', 0)}</EcoRelations>"), "EcoRelations[1]/EcoRelation[1]/DecGNo"),
        (value("CertCode", "x" * 21), "DecLicenseDocus/LicenseDocu[1]/CertCode"),
    ],
)
def test_a_wrong_reference_is_named_where_it_stands(change: tuple[str, str], place: str) -> None:
    problem = refusal(lambda: read(change), "document.field")
    assert problem.place.startswith(f"{place} (line ")
    assert_speaks(problem, FILE)


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


@pytest.mark.parametrize(
    "remark",
    [
        "",
        "合同 HT-1",
        "BSWT0002",
        "装箱单号: 12345678",
        "Certificate of origin attached",
        "CERT attached",
        "certificate 12345",
        "CONCERT 12345",
        "CERTIFICATE: 12345",
        "补税证明 attached",
        "补税证明号: 123456789012345678901",
        "CERT: 1234567890-ABCDEFGHIJ-1",
        "CERT " + "1" * 2000,
    ],
)
def test_a_remark_that_names_none_names_none(remark: str) -> None:
    assert [one[0] for one in named(read(head(f"<NoteS>{remark}</NoteS>")))] == ["BSWT0001"]


def test_a_remark_of_blanks_is_searched_in_time_as_it_is_long() -> None:
    start = time.process_time()
    assert REMARK_NUMBER.findall("补税证明" + " " * 200_000 + "CERT" + "\n" * 200_000) == []
    assert time.process_time() - start < 1


def test_a_certificate_named_in_two_places_is_named_once() -> None:
    told = read(head("<NoteS>补税证明号 bswt0001</NoteS>"))
    assert named(told) == [("BSWT0001", "license", None, None)]
