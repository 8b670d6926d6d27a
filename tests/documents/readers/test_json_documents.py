"""Files and folders of documents: each record is taken or refused on its own, none is lost or half-taken."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.documents.readers.json_documents import (
    UNREADABLE,
    Paper,
    read_certificate,
    read_declaration,
    read_papers,
    read_paths,
)
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES
from hefu.errors import HefuError, Problem
from tests.builders import certificate, declaration, line
from tests.documents.told import assert_speaks

FILE = "papers.json"
ROOT = Path(__file__).parents[3]
BROKEN: list[Any] = [
    {},
    [],
    1,
    "x",
    {"number": "BSWT0001"},
    {"act": "return"},
    {"purpose": "return"},
    {**as_json(certificate()), "purpose": "never"},
    {**as_json(certificate()), "colour": "red"},
    {**as_json(declaration()), "declared_on": "2026-02-30"},
    {**as_json(declaration()), "purpose": "return"},
]


def papers(many: int) -> list[Paper]:
    """Sound certificates and declarations in turn, each with a number of its own."""
    return [
        declaration(number=f"5301202610000{n:05}") if n % 2 else certificate(number=f"BSWT{n:04}")
        for n in range(many)
    ]


def read(text: str) -> list[Paper | HefuError]:
    return list(read_papers(text.encode(), FILE))


def taken(found: list[Paper | HefuError]) -> list[Paper]:
    return [one for one in found if not isinstance(one, HefuError)]


def errors(found: list[Paper | HefuError]) -> list[HefuError]:
    return [one for one in found if isinstance(one, HefuError)]


# One document


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_document_reads_back_equal_from_its_json(encoding: str) -> None:
    paper, told = certificate(), declaration()
    assert read_certificate(paper.canonical.decode().encode(encoding), FILE) == paper
    assert read_declaration(told.canonical.decode().encode(encoding), FILE) == told


@pytest.mark.parametrize("act", ["export", "return", "amendment", "withdrawal"])
def test_a_declaration_is_the_same_from_json_of_any_layout(act: str) -> None:
    told = declaration(act)
    for indent in (None, 2):
        assert read_declaration(json.dumps(as_json(told), indent=indent).encode(), FILE) == told


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n  "])
def test_a_declaration_in_xml_is_known_by_its_first_sign(before: bytes) -> None:
    assert read_declaration(before + write_decmessage(declaration()), FILE) == declaration()


def test_a_message_in_utf_16_is_known_by_its_mark() -> None:
    text = write_decmessage(declaration()).decode().replace("UTF-8", "UTF-16")
    assert read_declaration(text.encode("utf-16"), FILE) == declaration()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_json_in_utf_16_is_json(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    data = (mark + declaration().canonical.decode()).encode(encoding)
    assert read_declaration(data, FILE) == declaration()
    assert list(read_papers(data, FILE)) == [declaration()]


def test_a_declaration_is_no_certificate_nor_the_other_way_round() -> None:
    with pytest.raises(HefuError):
        read_certificate(declaration().canonical, FILE)
    with pytest.raises(HefuError):
        read_declaration(certificate().canonical, FILE)


# Many documents


@given(st.lists(st.one_of(st.none(), st.sampled_from(BROKEN)), max_size=8))
def test_each_record_of_an_array_is_taken_or_refused_at_its_place(plan: list[Any]) -> None:
    sound = papers(len(plan))
    rows = [as_json(one) if bad is None else bad for one, bad in zip(sound, plan, strict=True)]
    found = read(json.dumps(rows))
    kept = [one for one, bad in zip(sound, plan, strict=True) if bad is None]
    assert len(found) == len(rows) == len(taken(found)) + len(errors(found))
    assert taken(found) == kept
    for at, one in enumerate(found):
        if isinstance(one, HefuError):
            for problem in one.problems:
                assert f"[{at}]" in problem.file + problem.place
                assert_speaks(problem, problem.file)


@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from([b for b in BROKEN if isinstance(b, dict)])),
        min_size=2,
        max_size=8,
    )
)
def test_each_line_is_taken_or_refused_at_its_place(plan: list[Any]) -> None:
    sound = papers(len(plan))
    rows = [as_json(one) if bad is None else bad for one, bad in zip(sound, plan, strict=True)]
    found = read("\n".join(json.dumps(row) for row in rows))
    assert len(found) == len(rows)
    assert taken(found) == [one for one, bad in zip(sound, plan, strict=True) if bad is None]
    for at, one in enumerate(found, 1):
        if isinstance(one, HefuError):
            assert all(f"line {at}" in p.file + " " + p.place for p in one.problems)


@given(st.integers(0, 4), st.sampled_from(["{", '{"a": NaN}', '{"a": 1, "a": 2}', "{}{}", '{"a":' * 40]))
def test_a_line_that_is_no_json_is_one_refusal_and_the_others_are_taken(at: int, line: str) -> None:
    sound = papers(4)
    rows = [one.canonical.decode() for one in sound]
    rows.insert(at, line)
    found = read("\n".join(rows) + "\n")
    assert taken(found) == sound
    ((problem,),) = (error.problems for error in errors(found))
    assert isinstance(found[at], HefuError)
    assert_speaks(problem, f"{FILE} line {at + 1}")


@given(
    st.integers(0, 4),
    st.sampled_from(["broken", "]", '"x"', "1", "null", " {}", "} {", "\\", "<a/>", "//", "[1, 2]", "\x01"]),
)
def test_a_line_that_is_no_object_is_one_refusal_and_the_others_are_taken(at: int, line: str) -> None:
    sound = papers(4)
    rows = [one.canonical.decode() for one in sound]
    rows.insert(at, line)
    if rows[0][0] in "[<":
        return  # then the file says that it is an array or a message
    found = read("\n".join(rows) + "\n")
    assert len(found) == len(rows)
    assert taken(found) == sound
    assert isinstance(found[at], HefuError)


@pytest.mark.parametrize("line", ["broken", ""])
def test_two_lines_are_two_records_even_if_one_is_none(line: str) -> None:
    for rows in ([certificate().canonical.decode(), line], [line, certificate().canonical.decode()]):
        found = read("\n".join(rows))
        assert len(found) == sum(1 for row in rows if row)
        assert taken(found) == [certificate()]


@pytest.mark.parametrize("comma", [",\n", "\n,"])
def test_one_value_whose_lines_open_with_braces_is_one_value(comma: str) -> None:
    sound = papers(3)
    assert read("[\n" + comma.join(one.canonical.decode() for one in sound) + "\n]") == sound
    paper = certificate(lines=[line(), line(line=2, item=2)])
    text = paper.canonical.decode().replace('[{"', '[\n{"').replace('},{"', comma.join(("}", '{"')))
    assert read(text) == [paper]


def test_one_broken_object_over_many_lines_is_one_refusal() -> None:
    text = json.dumps(as_json(certificate(lines=[line(line=n, item=n) for n in range(1, 20)])), indent=1)
    for broken in (text[:-40], text.replace(":", "", 1), text + "}"):
        (one,) = read(broken)
        assert isinstance(one, HefuError)
        assert one.first.kind.code == "document.syntax"


def test_blank_lines_count_as_lines_and_not_as_records() -> None:
    found = read(f"\n{certificate().canonical.decode()}\n\n{{}}\n\n")
    assert len(found) == 2
    assert taken(found) == [certificate()]
    (error,) = errors(found)
    assert error.first.place == "line 4"


def test_windows_line_ends_are_line_ends() -> None:
    sound = papers(3)
    assert read("\r\n".join(one.canonical.decode() for one in sound) + "\r\n") == sound


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_a_line_separator_within_a_name_ends_no_line(separator: str) -> None:
    sound = [certificate(remark=f"a{separator}b"), certificate(number="BSWT0002")]
    assert read("\n".join(one.canonical.decode() for one in sound)) == sound


def test_one_object_over_many_lines_is_one_document() -> None:
    assert read(json.dumps(as_json(certificate()), indent=1)) == [certificate()]


def test_an_empty_array_has_no_documents() -> None:
    assert read("[]") == []


def test_a_message_is_one_document() -> None:
    assert list(read_papers(write_decmessage(declaration()), "m.xml")) == [declaration()]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "document.empty"),
        (b"\0", "document.nul_byte"),
        (b"[1, 2", "document.syntax"),
        (b"[" * 99, "document.too_deep"),
        (b"[NaN]", "document.number"),
        (b"<a>", "document.syntax"),
        (b"<a/>", "decmessage.not_one"),
        (b"<!DOCTYPE a><a/>", "document.entities"),
        (b"\xff\xff", "document.encoding"),
        (b"x", "document.syntax"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_refusal(data: bytes, code: str) -> None:
    (one,) = read_papers(data, FILE)
    assert isinstance(one, HefuError)
    assert one.first.kind.code == code
    assert_speaks(one.first, FILE)


@pytest.mark.parametrize("value", ["1", '"x"', "null", "{}", '{"number": "BSWT0001"}', "true"])
def test_what_is_neither_is_told_what_would_make_it_one(value: str) -> None:
    (one,) = read(value)
    assert isinstance(one, HefuError)
    assert one.first.kind.code == "document.unrecognised"
    assert_speaks(one.first, FILE)
    for cure in one.first.cure:
        assert "purpose" in cure
        assert "act" in cure


def test_the_size_limit_of_a_file_can_be_set() -> None:
    data = certificate().canonical
    assert list(read_papers(data, FILE, len(data))) == [certificate()]
    (one,) = read_papers(data, FILE, len(data) - 1)
    assert isinstance(one, HefuError)
    assert one.first.kind.code == "document.too_large"


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_damaged_files_are_refused_and_never_crash(noise: bytes, at: int) -> None:
    for sound in (certificate().canonical, write_decmessage(declaration())):
        for data in (noise, sound[:at] + noise + sound[at:], sound[:at] + noise + sound[at + len(noise) :]):
            for one in read_papers(data, FILE):
                assert isinstance(one, Certificate | Declaration | HefuError)


# Folders


def test_a_folder_with_one_broken_record_gives_all_others_and_that_one_problem(tmp_path: Path) -> None:
    sound = papers(6)
    (tmp_path / "a.json").write_bytes(sound[0].canonical)
    (tmp_path / "b.xml").write_bytes(write_decmessage(declaration()))
    (tmp_path / "c.jsonl").write_text("\n".join([one.canonical.decode() for one in sound[1:4]] + ["{}"]))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "D.JSON").write_text(json.dumps([as_json(one) for one in sound[4:]]))
    found = list(read_paths([tmp_path]))
    assert [one for _, one in found if not isinstance(one, HefuError)] == [
        sound[0],
        declaration(),
        *sound[1:],
    ]
    ((name, error),) = [(name, one) for name, one in found if isinstance(one, HefuError)]
    assert name == str(tmp_path / "c.jsonl")
    assert (error.first.place, len(error.problems)) == ("line 4", 1)
    assert_speaks(error.first, name)


def test_every_document_comes_with_the_file_that_it_stood_in_by_order_of_name(tmp_path: Path) -> None:
    for name, paper in zip(("c.json", "a.json", "b.json"), papers(3), strict=True):
        (tmp_path / name).write_bytes(paper.canonical)
    assert [Path(name).name for name, _ in read_paths([tmp_path])] == ["a.json", "b.json", "c.json"]


def test_other_files_of_a_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", "x.json.bak", "noise"):
        (tmp_path / name).write_bytes(b"\0")
    assert list(read_paths([tmp_path])) == []


def test_a_file_that_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_bytes(write_decmessage(declaration()))
    assert list(read_paths([path])) == [(str(path), declaration())]


def test_a_file_that_is_not_there_is_one_refusal_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(certificate().canonical)
    (_, error), (_, paper) = read_paths([tmp_path / "a.json", path])
    assert isinstance(error, HefuError)
    assert error.first.kind.code == "document.not_there"
    assert_speaks(error.first, str(tmp_path / "a.json"))
    assert paper == certificate()


def test_a_file_of_100_megabytes_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "big.xml"
    path.touch()
    os.truncate(path, 100 * 1024 * 1024)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    ((name, error),) = read_paths([tmp_path])
    assert isinstance(error, HefuError)
    assert error.first.kind.code == "document.too_large"
    assert error.first.details["limit"] == MAX_DOCUMENT_BYTES
    assert_speaks(error.first, name)


# Samples


@pytest.mark.parametrize(
    "path", sorted((ROOT / "samples" / "broken").iterdir()), ids=lambda path: str(path.name)
)
def test_every_broken_sample_is_refused_in_both_languages(path: Path) -> None:
    found = list(read_paths([path]))
    assert found
    for name, error in found:
        assert isinstance(error, HefuError)
        assert all(problem.file.startswith(name) for problem in error.problems)
        assert all(problem.message.zh and problem.cure.en for problem in error.problems)


@pytest.mark.parametrize("folder", ["certificates", "declarations", "first"])
def test_every_other_sample_is_taken(folder: str) -> None:
    found = list(read_paths([ROOT / "samples" / folder]))
    assert found
    assert [name for name, one in found if isinstance(one, HefuError)] == []


def test_an_unknown_paper_is_named_with_its_place() -> None:
    (one,) = errors(read(json.dumps([as_json(certificate()), {"x": 1}])))
    assert (one.first.file, one.first.place) == (FILE, "[1]")


# --- a supporting-document code that has to be asked for --------------------------------------------------


def xml_with_two_licenses() -> bytes:
    """A message whose supporting documents are our certificate, under code Y, and some other paper."""
    references = [{"number": number, "source": "license"} for number in ("BSWT0001", "CIQ000001")]
    text = write_decmessage(declaration(certificates=references)).decode()
    for number, code in (("BSWT0001", "Y"), ("CIQ000001", "B")):
        text = text.replace(f"<CertCode>{number}<", f"<DocuCode>{code}</DocuCode><CertCode>{number}<")
    return text.encode()


def test_the_code_is_asked_for_when_there_is_xml_and_applied(tmp_path: Path) -> None:
    asked: list[str] = []

    def code() -> str:
        asked.append("?")
        return "Y"

    (tmp_path / "a.json").write_bytes(json.dumps(as_json(declaration())).encode())
    assert len(list(read_paths([tmp_path], code))) == 1
    assert asked == []
    (tmp_path / "b.xml").write_bytes(xml_with_two_licenses())
    (_, _), (_, told) = read_paths([tmp_path], code)
    assert isinstance(told, Declaration)
    assert [one.number for one in told.certificates] == ["BSWT0001"]
    assert asked == ["?"]


def test_who_cannot_be_asked_is_not_the_documents_fault(tmp_path: Path) -> None:
    def code() -> str:
        raise HefuError(Problem(UNREADABLE, file="elsewhere"))

    (tmp_path / "b.xml").write_bytes(xml_with_two_licenses())
    with pytest.raises(HefuError) as caught:
        list(read_paths([tmp_path], code))
    assert caught.value.first.file == "elsewhere"
