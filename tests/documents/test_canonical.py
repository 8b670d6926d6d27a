"""The same document has the same bytes everywhere; RFC 8785's reference library is the judge."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hefu.documents.canonical import Document, as_json, canonical_bytes, digest
from hefu.documents.certificate import Certificate
from tests.builders import certificate, declaration, line
from tests.documents.told import certificates, declarations

SAFE = 2**53 - 1
KEYS = st.text(st.characters(max_codepoint=0x7F), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.text(max_size=30)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
PAPERS: st.SearchStrategy[Document] = certificates() | declarations()
HOLDERS = st.dictionaries(KEYS, VALUES, max_size=6) | st.lists(VALUES, max_size=6)


@given(HOLDERS)
def test_canonical_form_is_what_rfc_8785_says(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(HOLDERS)
def test_canonical_form_reads_back_to_the_same_values_and_bytes(value: Any) -> None:
    told = canonical_bytes(value)
    assert json.loads(told) == value
    assert canonical_bytes(json.loads(told)) == told


@given(st.dictionaries(KEYS, VALUES, max_size=8), st.randoms())
def test_the_order_in_which_keys_were_written_does_not_matter(value: dict[str, Any], random: Any) -> None:
    keys = list(value)
    random.shuffle(keys)
    assert canonical_bytes({key: value[key] for key in keys}) == canonical_bytes(value)


@pytest.mark.parametrize("point", [*range(0x20), 0x22, 0x2F, 0x5C, 0x7F, 0x2028, 0x2029, 0xFFFF, 0x20BB7])
def test_every_delicate_character_is_written_as_rfc_8785_writes_it(point: int) -> None:
    assert canonical_bytes([chr(point)]) == rfc8785.dumps([chr(point)])


@pytest.mark.parametrize("number", [0, -1, SAFE, -SAFE])
def test_whole_numbers_at_the_bounds_are_written_as_rfc_8785_writes_them(number: int) -> None:
    assert canonical_bytes([number]) == rfc8785.dumps([number]) == f"[{number}]".encode()


@given(PAPERS)
def test_a_document_has_the_canonical_form_of_its_plain_values(paper: Document) -> None:
    assert paper.canonical == rfc8785.dumps(as_json(paper))


@given(PAPERS)
def test_a_document_made_from_its_canonical_form_is_the_same_document(paper: Document) -> None:
    again = type(paper).model_validate(json.loads(paper.canonical))
    assert again == paper
    assert again.canonical == paper.canonical


@given(PAPERS)
def test_canonical_form_has_only_texts_and_small_whole_numbers(paper: Document) -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for inner in value.values() for leaf in leaves(inner)]
        if isinstance(value, list):
            return [leaf for inner in value for leaf in leaves(inner)]
        return [value]

    for leaf in leaves(json.loads(paper.canonical)):
        assert isinstance(leaf, str) or (isinstance(leaf, int) and abs(leaf) <= SAFE)


def test_absent_fields_are_left_out() -> None:
    assert b"null" not in certificate().canonical
    assert "remark" not in as_json(certificate())


@pytest.mark.parametrize("spelling", ["100", "100.", "100.0", "100.00000", "0100", "+100", " 100 ", "１００"])
def test_one_quantity_in_many_spellings_is_one_digest(spelling: str) -> None:
    one = certificate(lines=[line(quantity=spelling)])
    assert digest(one) == digest(certificate())


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "011"},
        {"item": "01"},
        {"line": "1"},
        {"goods_name": "  棉制针织T恤衫 "},
        {"hs_code": 6109100000},
        {"declaration": "５３０１20260000000001"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_one_line_in_many_spellings_is_one_digest(changes: dict[str, Any]) -> None:
    assert digest(certificate(lines=[line(**changes)])) == digest(certificate())


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "99.99999"},
        {"unit": "条"},
        {"item": 2},
        {"goods_name": "棉制针织Ｔ恤"},
        {"hs_code": "6109100001"},
        {"remark": "x"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_any_change_changes_the_digest(changes: dict[str, Any]) -> None:
    changed = certificate(**changes) if "remark" in changes else certificate(lines=[line(**changes)])
    assert digest(changed) != digest(certificate())


def test_a_digest_is_sha_256_of_the_canonical_form_in_lower_case() -> None:
    paper = certificate()
    assert digest(paper) == "sha256:" + hashlib.sha256(paper.canonical).hexdigest()
    assert digest(b"abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_document_whose_form_was_written_equals_one_whose_form_was_not() -> None:
    written, fresh = certificate(), certificate()
    assert written.canonical
    assert written == fresh
    assert hash(written) == hash(fresh)
    assert as_json(written) == as_json(fresh)


def test_a_changed_copy_has_a_canonical_form_of_its_own() -> None:
    paper = certificate()
    before = paper.canonical
    changed = paper.model_copy(update={"number": "BSWT0002"})
    assert changed.canonical == certificate(number="BSWT0002").canonical
    assert paper.canonical == before


def _pickled(one: Document) -> Any:
    return pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _pickled])
def test_an_unchanged_copy_has_the_same_form(copied: Any) -> None:
    paper = certificate()
    assert paper.canonical == copied(paper).canonical
    assert copied(paper) == paper


@pytest.mark.parametrize("paper", [certificate(), declaration()], ids=["certificate", "declaration"])
def test_no_field_of_a_document_can_be_set(paper: Document) -> None:
    for name in type(paper).model_fields:
        with pytest.raises(ValidationError):
            setattr(paper, name, getattr(paper, name))
        with pytest.raises(ValidationError):
            delattr(paper, name)


def test_no_part_of_a_document_can_be_set() -> None:
    paper, told = certificate(), declaration()
    for part in (paper.holder, paper.lines[0], told.items[0], told.items[0].first, told.certificates[0]):
        for name in type(part).model_fields:
            with pytest.raises(ValidationError):
                setattr(part, name, None)


def test_lists_of_a_document_are_tuples() -> None:
    paper, told = certificate(), declaration()
    assert {type(one) for one in (paper.lines, told.items, told.becomes, told.certificates)} == {tuple}


def test_a_document_does_not_follow_changes_of_what_it_was_made_from() -> None:
    values = as_json(certificate())
    paper = Certificate.model_validate(values)
    before = paper.model_dump_json()
    values["lines"][0]["quantity"] = "1"
    values["lines"].append(line(line=2, item=2))
    values["holder"]["name"] = "x"
    assert paper.model_dump_json() == before


def test_plain_values_of_a_document_are_a_copy() -> None:
    paper = certificate()
    as_json(paper)["lines"].clear()
    assert len(as_json(paper)["lines"]) == 1


@pytest.mark.parametrize("name", ["canonical", "lines_", "Number", "__class__", "model_config"])
def test_a_field_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Certificate.model_validate({**as_json(certificate()), name: "x"})
