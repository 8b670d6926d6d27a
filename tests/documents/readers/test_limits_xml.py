"""XML from a stranger: no entities, no network, bounded depth and size, the encoding it really has."""

from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hefu.documents.readers import limits
from hefu.documents.readers.limits import MAX_DEPTH, parse_xml
from hefu.errors import HefuError
from tests.documents.told import assert_speaks, refusal

FILE = "m.xml"
NAME = "北京合符进出口有限公司𠮷"

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]><a>{"&x;" * 1000}</a>',
    "external file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "external address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://192.0.2.1/x">]><a>&x;</a>',
    "parameter": '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
    "external subset": '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>',
    "public subset": '<!DOCTYPE a PUBLIC "-//x//y" "file:///etc/passwd"><a/>',
    "default attribute": '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
    "plain": "<!DOCTYPE a><a/>",
    "entity alone": '<!ENTITY x "y"><a/>',
}


def refuses(data: bytes, code: str) -> str:
    """The place of the one problem with which these bytes are refused."""
    problem = refusal(lambda: parse_xml(data, FILE), code)
    assert_speaks(problem, FILE)
    return problem.place


def declared(text: str, encoding: str, really: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(really or encoding)


# Entities


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_document_type_or_entity_is_refused_before_it_is_parsed(bomb: str) -> None:
    start = time.process_time()
    assert refuses(bomb.encode(), "document.entities") == "1:1"
    assert refuses(b'<?xml version="1.0"?>\n ' + bomb.encode(), "document.entities") == "2:2"
    assert time.process_time() - start < 1


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030", "GBK", "UTF-16"])
def test_no_encoding_hides_a_document_type(bomb: str, encoding: str) -> None:
    refuses(declared(bomb, encoding), "document.entities")


@pytest.mark.parametrize("reference", ["&x;", "&amp", "&#0;", "&#xD800;", "&#99999999;", "%x;&y;"])
def test_an_entity_that_was_never_declared_is_refused(reference: str) -> None:
    refuses(f"<a>{reference}</a>".encode(), "document.syntax")


def test_the_entities_of_xml_itself_are_read() -> None:
    assert parse_xml(b"<a>&lt;&amp;&gt;&quot;&apos;&#x4e2d;&#20013;</a>", FILE).text == "<&>\"'中中"


def test_nothing_is_included_from_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    assert "secret<" not in etree.tostring(parse_xml(f"<a>{include}</a>".encode(), FILE), encoding="unicode")


# Depth, count and size


@pytest.mark.parametrize("depth", [1, MAX_DEPTH - 1, MAX_DEPTH])
def test_nesting_up_to_the_limit_is_read(depth: int) -> None:
    root = parse_xml(b"<a>" * depth + b"</a>" * depth, FILE)
    assert len(list(root.iter())) == depth


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100, 200])
def test_deeper_nesting_is_refused_by_name(depth: int) -> None:
    refuses(b"<a>\n" * depth + b"</a>" * depth, "document.too_deep")


@pytest.mark.parametrize("depth", [1000, 1_000_000])
def test_nesting_beyond_all_bounds_is_refused(depth: int) -> None:
    with pytest.raises(HefuError):
        parse_xml(b"<a>" * depth, FILE)


def test_more_elements_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ELEMENTS", 100)
    assert len(parse_xml(b"<a>" + b"<b/>" * 99 + b"</a>", FILE)) == 99
    refuses(b"<a>" + b"<b/>" * 100 + b"</a>", "document.too_many_elements")


def test_a_document_larger_than_the_limit_is_refused() -> None:
    assert parse_xml(b"<a/>", FILE, 4).tag == "a"
    problem = refusal(lambda: parse_xml(b"<aa/>", FILE, 4), "document.too_large")
    assert_speaks(problem, FILE)


@pytest.mark.parametrize("size", [65_534, 65_535, 65_536, 65_537, 200_001])
def test_a_text_longer_than_what_is_fed_at_once_is_read_whole(size: int) -> None:
    text = "棉" * size
    assert parse_xml(f"<a>{text}</a>".encode(), FILE).text == text


# Comments


@pytest.mark.parametrize(
    "inner", ["1<!-- x -->00", "1<?x y?>00", "1<![CDATA[0]]>0", "<!-- x -->100", "10<?x?>0<!---->"]
)
def test_comments_cut_no_text(inner: str) -> None:
    root = parse_xml(f"<!-- x --><a><b>{inner}</b></a><?x y?>".encode(), FILE)
    assert [(child.tag, child.text) for child in root] == [("b", "100")]


# Encodings


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "GB18030", "gb18030", "GBK", "GB2312", "UTF-16"])
def test_a_declared_encoding_is_honoured(encoding: str) -> None:
    really = "gb18030" if encoding.upper().startswith("GB") else encoding
    assert parse_xml(declared(f"<a>{NAME}</a>", encoding, really), FILE).text == NAME


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_undeclared_encoding_is_found_by_what_the_bytes_are(encoding: str) -> None:
    assert parse_xml(f"<a>{NAME}</a>".encode(encoding), FILE).text == NAME


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
def test_a_byte_order_mark_says_more_than_a_declaration(mark: bytes, encoding: str) -> None:
    assert parse_xml(mark + declared(f"<a>{NAME}</a>", "GB18030", encoding), FILE).text == NAME


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_every_text_is_the_same_in_utf_8_and_gb18030(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
    told = {
        parse_xml(declared(f"<a>{escaped}</a>", encoding), FILE).text for encoding in ("UTF-8", "GB18030")
    }
    assert told == {text}


@pytest.mark.parametrize(
    ("claimed", "really"),
    [("UTF-8", "gb18030"), ("us-ascii", "utf-8"), ("GBK", "latin-1")],
)
def test_bytes_that_are_not_what_they_claim_are_refused_by_name(claimed: str, really: str) -> None:
    text = "<a>\xe9</a>" if really == "latin-1" else "<a>北京海</a>"
    problem = refusal(lambda: parse_xml(declared(text, claimed, really), FILE), "document.encoding")
    assert_speaks(problem, FILE)
    assert problem.details["encoding"] == {"GBK": "gb18030"}.get(claimed, claimed.lower())


@pytest.mark.parametrize("text", ["<a>x</a>", "<a>xy</a>", "<a>京</a>", "<a>北京</a>"])
def test_utf_8_that_claims_to_be_utf_16_is_refused(text: str) -> None:
    with pytest.raises(HefuError):
        parse_xml(declared(text, "UTF-16", "utf-8"), FILE)


def test_a_wrong_byte_is_shown_with_line_and_column() -> None:
    problem = refusal(
        lambda: parse_xml(declared("<a>\n<b>\xff</b></a>", "UTF-8", "latin-1"), FILE), "document.encoding"
    )
    assert problem.place == "3:4"
    assert problem.value.startswith("ff ")


@pytest.mark.parametrize(
    "name",
    [
        "no-such",
        "base64",
        "rot13",
        "x" * 40,
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
        "utf-7",
        "utf-32",
        "utf-16",
        "mbcs",
        "cp037",
    ],
)
def test_an_encoding_that_is_none_is_refused_by_name(name: str) -> None:
    problem = refusal(lambda: parse_xml(declared("<a/>", name, "ascii"), FILE), "document.encoding")
    assert_speaks(problem, FILE)
    assert problem.value == name


@pytest.mark.parametrize("data", [b"<a>\0</a>", b"\0<a/>", b"<a/>\0", "<a/>".encode("utf-16-le")])
def test_a_nul_byte_is_refused(data: bytes) -> None:
    refuses(data, "document.nul_byte")


@pytest.mark.parametrize("data", [b"", b" \n"])
def test_an_empty_file_is_refused_as_empty(data: bytes) -> None:
    refuses(data, "document.empty")


# Syntax


@pytest.mark.parametrize(
    "text",
    [
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "text",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a>\x01</a>",
        "<a>\ufffe</a>",
        "<a",
        "<!-- -- -->",
    ],
)
def test_what_is_not_well_formed_is_refused_with_line_and_column(text: str) -> None:
    line, _, column = refuses(text.encode(), "document.syntax").partition(":")
    assert line.isdigit()
    assert column.isdigit()


def test_the_line_of_a_syntax_error_is_the_line_in_the_file() -> None:
    assert refuses(b"<a>\n<b>\n</c>\n</a>", "document.syntax").startswith("3:")


@given(st.binary(max_size=300))
def test_any_bytes_are_an_element_or_a_refusal(data: bytes) -> None:
    for bytes_ in (data, b"<a>" + data + b"</a>", b'<?xml version="1.0"?><a>' + data):
        try:
            parse_xml(bytes_, FILE)
        except HefuError as error:
            for problem in error.problems:
                assert problem.file == FILE
                assert problem.cure.zh
                assert problem.cure.en
