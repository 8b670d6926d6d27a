"""Fields of text and codes: lengths and alphabets of the official forms, one normal form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.fields import FORMS, split_tax_declaration_number, uscc_check_digit_fits
from tests.builders import AGENT, EXPORT, EXPORTER, PRINCIPAL, STRANGER
from tests.documents.told import assert_refused, take

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: 31 signs; I O S V Z are left out."""

# Text


@pytest.mark.parametrize("name", ["Name", "Remark", "Short"])
@pytest.mark.parametrize("point", [p for p in (*range(0x20), *range(0x7F, 0xA0)) if p not in {9, 10, 13}])
def test_a_control_character_is_refused_in_any_text(name: str, point: int) -> None:
    assert_refused(name, f"a{chr(point)}b")


@pytest.mark.parametrize(("name", "most"), [("Name", 300), ("Remark", 3000), ("Short", 75)])
def test_a_text_may_be_as_long_as_its_form_and_no_longer(name: str, most: int) -> None:
    assert len(take(name, "棉" * most)) == most
    with pytest.raises(ValidationError, match=f"at most {most} characters"):
        take(name, "棉" * (most + 1))


@pytest.mark.parametrize("name", ["Name", "Short"])
@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"])
def test_a_text_of_nothing_is_refused(name: str, blank: str) -> None:
    assert_refused(name, blank)


@pytest.mark.parametrize(
    "name", ["Name", "Short", "Remark", "CertificateNumber", "Code", "TaxOffice", "Uscc"]
)
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused(name: str, text: str) -> None:
    assert_refused(name, text)


def test_composed_and_decomposed_names_are_one_name() -> None:
    assert take("Name", "Cafe\u0301") == take("Name", "Caf\u00e9")


@pytest.mark.parametrize("name", ["Name", "Remark", "Short", "CertificateNumber", "HsCode", "Uscc"])
@pytest.mark.parametrize("value", [None, 1.5, [], {}, True])
def test_a_text_is_not_made_of_other_things(name: str, value: Any) -> None:
    assert_refused(name, value)


@given(st.text(st.sampled_from("Aa棉é\u0301Ａ１ \u3000-ﬁ"), min_size=1, max_size=20))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    for name in ("Short", "CertificateNumber"):
        try:
            once = take(name, text)
        except ValidationError:
            continue
        assert take(name, once) == once


# Identifiers


@pytest.mark.parametrize("number", ["BSWT²", "BSWT①", "BSWTⅡ"])
def test_a_look_alike_of_a_digit_stays_what_it_is(number: str) -> None:
    assert take("CertificateNumber", number) == number


def test_identifiers_become_half_width_and_upper_case_without_outer_spaces() -> None:
    assert take("CertificateNumber", " ｂｓｗｔ０００1 ") == "BSWT0001"
    assert take("ExportNumber", "53012026e000000001") == "53012026E000000001"
    assert take("Uscc", "91110000101623741k") == EXPORTER["uscc"]


@pytest.mark.parametrize("number", ["", "A" * 21, "A B", "A/B", "A?B", "A#B", "A%B", "A\tB", "A\0B", "A\nB"])
def test_a_certificate_number_that_cannot_stand_in_an_address_is_refused(number: str) -> None:
    assert_refused("CertificateNumber", number)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("CustomsCode", "1100660001"),
        ("TaxOffice", "11101010000"),
        ("Uscc", EXPORTER["uscc"]),
        ("ExportNumber", EXPORT),
    ],
)
def test_a_code_of_fixed_length_takes_that_length_only(name: str, good: str) -> None:
    assert take(name, good) == good
    for bad in (good[:-1], good + "0", good[:-1] + "-", good[:-1] + "测", good[:4] + " " + good[5:], ""):
        assert_refused(name, bad)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("ActNumber", 6, 20), ("CertificateNumber", 1, 20), ("Code", 1, 8)]
)
def test_a_code_of_free_length_takes_its_bounds(name: str, least: int, most: int) -> None:
    for size in (least, most):
        assert take(name, "7" * size) == "7" * size
    for size in (least - 1, most + 1):
        assert_refused(name, "7" * size)


@pytest.mark.parametrize("size", range(22))
def test_a_commodity_code_has_8_or_10_digits_or_more_for_tax(size: int) -> None:
    if size == 8 or 10 <= size <= 20:
        assert take("HsCode", "6" * size) == "6" * size
    else:
        assert_refused("HsCode", "6" * size)


@pytest.mark.parametrize("code", ["6109A00000", "61091000A0", "6109.1000", "610910000A", "-6109100"])
def test_the_first_ten_signs_of_a_commodity_code_are_digits(code: str) -> None:
    assert_refused("HsCode", code)


def test_letters_may_follow_the_ten_digits_of_a_commodity_code() -> None:
    assert take("HsCode", "6109100000ab") == "6109100000AB"


# Declaration numbers


@pytest.mark.parametrize("direction", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
def test_position_nine_of_an_export_number_is_its_direction(direction: str) -> None:
    number = f"53012026{direction}000000017"
    if direction in "0E":
        assert take("ExportNumber", number) == number
    else:
        assert_refused("ExportNumber", number)


@pytest.mark.parametrize("at", [0, 3, 4, 7, 9, 17])
def test_office_year_and_sequence_are_digits(at: int) -> None:
    for sign in "A٣²":  # the last two are digits to Python, and none to customs
        assert_refused("ExportNumber", EXPORT[:at] + sign + EXPORT[at + 1 :])


@given(st.integers(0, 99))
def test_21_characters_of_tax_are_18_of_the_declaration_a_zero_and_the_item(item: int) -> None:
    assert split_tax_declaration_number(f"{EXPORT}0{item:02}") == (EXPORT, item)


def test_18_characters_name_no_item() -> None:
    assert split_tax_declaration_number(EXPORT) == (EXPORT, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        EXPORT[:-1],
        EXPORT + "0",
        EXPORT + "01",
        EXPORT + "101",
        EXPORT + "0AB",
        EXPORT + "0010",
        EXPORT + "0²²",
        EXPORT + "0٠٣",
    ],
)
def test_anything_else_comes_back_whole(text: str) -> None:
    assert split_tax_declaration_number(text) == (text, None)


# Unified social credit codes


def _check_digit(body: str) -> str:
    """GB 32100, written again: weights are powers of three modulo 31."""
    total = sum(ALPHABET.index(sign) * pow(3, at, 31) for at, sign in enumerate(body))
    return ALPHABET[-total % 31]


BODIES = st.tuples(
    st.text(st.sampled_from("0123456789"), min_size=8, max_size=8),
    st.text(st.sampled_from(ALPHABET), min_size=9, max_size=9),
).map("".join)


@pytest.mark.parametrize("party", [EXPORTER, PRINCIPAL, AGENT, STRANGER], ids=lambda party: party["uscc"])
def test_the_check_digits_of_sound_codes_fit(party: dict[str, str]) -> None:
    assert uscc_check_digit_fits(party["uscc"])


@given(BODIES)
def test_exactly_one_check_digit_fits_a_code(body: str) -> None:
    fitting = [sign for sign in ALPHABET if uscc_check_digit_fits(body + sign)]
    assert fitting == [_check_digit(body)]


@given(BODIES, st.integers(8, 16), st.sampled_from(ALPHABET))
def test_one_mistyped_sign_is_noticed(body: str, at: int, sign: str) -> None:
    code = body + _check_digit(body)
    wrong = code[:at] + sign + code[at + 1 :]
    assert uscc_check_digit_fits(wrong) is (wrong == code)


@given(BODIES, st.sampled_from(ALPHABET))
def test_a_check_digit_advises_and_never_refuses(body: str, sign: str) -> None:
    assert take("Uscc", body + sign) == body + sign


@pytest.mark.parametrize("sign", "IOSVZ")
@pytest.mark.parametrize("at", [8, 17])
def test_letters_that_look_like_digits_are_in_no_code(sign: str, at: int) -> None:
    good = EXPORTER["uscc"]
    assert_refused("Uscc", good[:at] + sign + good[at + 1 :])


def _patterns(schema: Any) -> Iterator[str]:
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _patterns(value)
    if isinstance(schema, dict) and isinstance(schema.get("pattern"), str):
        yield schema["pattern"]


def test_every_pattern_is_said_in_words() -> None:
    schemas = (Certificate.model_json_schema(), Declaration.model_json_schema())
    assert {pattern for schema in schemas for pattern in _patterns(schema)} == FORMS.keys()
