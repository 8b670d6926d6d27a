"""What goes with a page: JSON that comes back, a PDF whose text comes back, a workbook without live cells, FollowTheMoney."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.chains.case import Case, Role, Strength
from hefu.chains.casefile import adding, words
from hefu.chains.casefile import record as records
from hefu.chains.casefile.adding import SLIGHT
from hefu.chains.casefile.captions import Language
from hefu.chains.casefile.ftm import ftm_entities
from hefu.chains.casefile.machine import case_json, read_case
from hefu.chains.casefile.pdf import ROWS, case_pdf
from hefu.chains.casefile.pdf_text import CHINESE, LATIN, fonts, markup, runs
from hefu.chains.casefile.record import Outcome, Record
from hefu.chains.casefile.rights import RIGHTS
from hefu.chains.casefile.workbook import evidence_workbook
from hefu.errors import Text
from tests.chains.casefile.made import HOSTILE, all_three, bought_invoices, hostile, lent_title

DAY = date(2026, 6, 1)
EVERY = [*all_three(), hostile()]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.mark.parametrize("case", EVERY, ids=lambda one: str(one.id))
def test_json_comes_back(case: Case) -> None:
    text = case_json(case)
    assert read_case(text, "case.json") == case
    assert case_json(read_case(text, "case.json")) == text
    assert json.loads(text)["title"] == {"zh": case.title.zh, "en": case.title.en}


@cache
def pages(number: int, language: Language) -> tuple[list[str], list[tuple[float, float]]]:
    with pdfplumber.open(io.BytesIO(case_pdf(EVERY[number], Record(), DAY, language))) as told:
        return [one.extract_text() for one in told.pages], [(one.width, one.height) for one in told.pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(3))
def test_the_text_of_the_pdf_comes_back(number: int, language: Language) -> None:
    case, (texts, _) = EVERY[number], pages(number, language)
    at = LANGUAGES.index(language)
    whole, told = squeezed("\n".join(texts)), set("\n".join(texts).split())
    for one in (
        case.title,
        *(row.clears for row in case.evidence),
        *(one.basis for one in case.amounts),
        *(one.ask for one in case.unknown),
    ):
        if language == "zh":
            assert squeezed(one.zh) in whole, one
        else:  # beside another cell the lines of a paragraph come one by one
            assert squeezed(" ".join(one.en.split()[:3])) in whole, one
            assert set(one.en.split()) <= told, one
    for row in case.evidence:
        assert f"[{row.number}]" in whole
    for right, _ in RIGHTS:
        assert squeezed(right[at])[:20] in whole
    assert all(f"{page}/{len(texts)}" in squeezed(text) for page, text in enumerate(texts, 1))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(4))
def test_the_first_page_has_head_drawing_and_amounts(number: int, language: Language) -> None:
    case, (texts, sizes) = EVERY[number], pages(number, language)
    first = squeezed(texts[0])
    assert squeezed(words.AMOUNTS["goods"][LANGUAGES.index(language)]) in first
    assert case.id in first
    assert case.as_of.isoformat() in first
    assert ("不是结论" if language == "zh" else "notafinding") in first
    if number < 3:
        for one in case.parties[:3]:
            assert squeezed(one.name)[:6] in first
    assert len(set(sizes)) == 1


def test_the_drawing_stands_within_the_page() -> None:
    for case in EVERY:
        with pdfplumber.open(io.BytesIO(case_pdf(case, Record(), DAY, "zh"))) as told:
            for page in told.pages:
                for one in [*page.curves, *page.rects, *page.lines, *page.chars]:
                    assert one["x0"] >= 0
                    assert one["x1"] <= page.width
                    assert one["top"] >= 0
                    assert one["bottom"] <= page.height


def test_the_same_case_gives_the_same_pdf_and_its_record_is_in_it(tmp_path: Path) -> None:
    case = bought_invoices()
    assert case_pdf(case, Record(), DAY, "zh") == case_pdf(case, Record(), DAY, "zh")
    records.opened(tmp_path, case, DAY)
    records.answer(tmp_path, "法务 <b>", "我们有协议\n&amp; 更多")
    record = records.close(tmp_path, case, Outcome.CLEARED, ("甲", "乙"), "属实")
    with pdfplumber.open(io.BytesIO(case_pdf(case, record, DAY, "zh"))) as told:
        whole = squeezed("".join(one.extract_text() for one in told.pages))
    for text in (
        "法务<b>",
        "我们有协议",
        "&amp;更多",
        "企业已澄清",
        "甲,乙",
        "已结案,不再计入",
        record.digest[:16],
    ):
        assert text in whole, text


def test_hostile_texts_are_printed_as_texts() -> None:
    whole = squeezed("".join(pages(3, "zh")[0]))
    assert squeezed(HOSTILE.replace("\u202e", "[U+202E]")) in whole
    assert "\u202e" not in whole


def test_of_very_many_rows_the_first_are_printed_and_the_rest_is_said() -> None:
    case = lent_title()
    rows = tuple(replace(case.evidence[0], number=at) for at in range(1, ROWS + 41))
    with pdfplumber.open(
        io.BytesIO(case_pdf(replace(case, evidence=rows, links=()), Record(), DAY, "en"))
    ) as told:
        whole = " ".join("\n".join(one.extract_text() for one in told.pages).split())
    assert f"[{ROWS}]" in whole
    assert f"[{ROWS + 1}]" not in whole
    assert "40 more rows: see evidence.xlsx" in whole


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_every_sign_has_a_font_or_a_name(text: str) -> None:
    fonts()
    for first in (LATIN, CHINESE):
        for font, piece in runs(text, first):
            piece.encode("cp1252" if font == LATIN else "gbk")
        told = re.sub(r"<[^>]*>", "", markup(text, first))
        assert "<" not in told
        assert ">" not in told.replace("&gt;", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", EVERY, ids=lambda one: str(one.id))
def test_no_cell_of_the_workbook_is_live(case: Case, language: Language) -> None:
    content = evidence_workbook(case, language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for row in sheet.iter_rows():
            for one in row:
                assert one.data_type in {"s", "n"}
                assert one.hyperlink is None
                if isinstance(one.value, str):
                    assert not re.match(r"\s*[=+\-@]", one.value)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower()]
        for name in parts.namelist():
            assert b"<f>" not in parts.read(name)


def test_the_workbook_has_every_row_party_and_link() -> None:
    case = bought_invoices()
    evidence, parties, links, amounts, adds = openpyxl.load_workbook(
        io.BytesIO(evidence_workbook(case, "en"))
    ).worksheets
    rows = list(evidence.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [one.number for one in case.evidence]
    assert rows[1][2:7] == (
        "agents' quarterly reports",
        "2026Q1 / 310120260000418873",
        "2026-04-12",
        "实际委托方",
        "义乌市恒达日用品商行",
    )
    assert rows[1][1] == "d"
    assert [row[0] for row in parties.iter_rows(min_row=2, values_only=True)] == [
        one.id for one in case.parties
    ]
    told = list(links.iter_rows(min_row=2, values_only=True))
    assert [row[5] for row in told] == [one.claim.en for one in case.links]
    assert told[1][7] == "12,406,880.00"
    last = list(amounts.iter_rows(min_row=2, values_only=True))
    assert last[0][:3] == ("value of the goods", "12,406,880.00", "12,406,880.00")
    assert "never added" in str(last[-1][0])
    assert adds.max_row > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_and_workbook_tell_what_each_indicator_adds_and_what_is_too_slight_for_evidence(
    language: Language,
) -> None:
    case = bought_invoices()
    codes = list(dict.fromkeys(one.indicator for one in case.evidence))
    weighed = replace(
        case,
        contributions={**{code: 0.5 * place for place, code in enumerate(codes, 1)}, "chains.far_port": 0.31},
    )
    sheet = openpyxl.load_workbook(io.BytesIO(evidence_workbook(weighed, language))).worksheets[-1]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[1] or "" for row in rows[:-2]] == codes[::-1]
    assert [row[2] for row in rows[:-1]] == [
        f"{0.5 * len(codes) - 0.5 * n:.1f}" for n in range(len(codes))
    ] + ["0.3"]
    assert rows[-2][0] == SLIGHT[LANGUAGES.index(language)]
    with pdfplumber.open(io.BytesIO(case_pdf(weighed, Record(), DAY, language))) as told:
        text = squeezed("".join(one.extract_text() for one in told.pages))
    assert squeezed(adding.TITLE[LANGUAGES.index(language)]) in text
    assert f"{case.score:.1f}" in text
    assert squeezed(SLIGHT[LANGUAGES.index(language)])[:12] in text


# What these schemata of followthemoney 4 take: https://followthemoney.tech/explorer/
KNOWN = {
    "Company": {"name", "registrationNumber", "jurisdiction", "notes"},
    "LegalEntity": {"name", "registrationNumber", "jurisdiction", "notes"},
    "EconomicActivity": {"ccdNumber", "date", "directionOfTransportation", "sender", "declarant", "contractHolder", "summary"},
    "Payment": {"payer", "beneficiary", "amount", "currency", "purpose", "startDate", "endDate", "summary"},
    "UnknownLink": {"subject", "object", "role", "startDate", "endDate", "summary"},
}  # fmt: skip


def entities(case: Case) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ftm_entities(case).splitlines()]


@pytest.mark.parametrize("case", EVERY, ids=lambda one: str(one.id))
def test_followthemoney_is_sound(case: Case) -> None:
    told = entities(case)
    ids = [one["id"] for one in told]
    assert len(ids) == len(set(ids))
    for one in told:
        assert set(one) == {"id", "schema", "properties"}
        assert set(one["properties"]) <= KNOWN[one["schema"]]
        for name, values in one["properties"].items():
            assert values
            assert all(isinstance(value, str) and value for value in values)
            if name in {"payer", "beneficiary", "subject", "object", "sender", "declarant", "contractHolder"}:
                assert set(values) <= set(ids)
    by_schema = {schema: [one for one in told if one["schema"] == schema] for schema in KNOWN}
    assert len(by_schema["EconomicActivity"]) == len(case.declarations)
    assert len(by_schema["Payment"]) == sum(one.lane == "money" for one in case.links)
    assert len(by_schema["UnknownLink"]) == sum(one.lane != "money" for one in case.links)
    assert ftm_entities(case) == ftm_entities(case)


def test_a_declaration_is_an_event_with_parties() -> None:
    case = bought_invoices()
    number = case.declarations[0]
    rows = tuple(replace(one, document=number) if one.number == 2 else one for one in case.evidence)
    told = entities(replace(case, evidence=rows))
    names = {one["id"]: one["properties"]["name"][0] for one in told if one["schema"] == "Company"}
    (event,) = [one["properties"] for one in told if one["properties"].get("ccdNumber") == [number]]
    assert [names[one] for one in event["declarant"]] == ["宁波丰泽进出口有限公司"]
    assert event["date"] == ["2026-03-11"]
    payment = next(one["properties"] for one in told if one["schema"] == "Payment")
    assert payment["amount"] == ["11290000.00"]


def test_nobody_is_called_guilty() -> None:
    for one in entities(bought_invoices()):
        if one["schema"] == "Company":
            assert "a referral, not a finding" in one["properties"]["notes"][0]


def test_roles_are_drawn_for_links_of_any_strength() -> None:
    case = bought_invoices()
    bare = replace(case.links[0], strength=Strength.MISSING, fen=0, first=None, last=None)
    odd = replace(
        case,
        links=(bare,),
        parties=(*case.parties, replace(case.parties[0], id="X", role=Role.UNKNOWN)),
        title=Text("", ""),
    )
    told = entities(odd)
    assert {one["schema"] for one in told} == {"Company", "LegalEntity", "EconomicActivity", "UnknownLink"}
    assert case_pdf(odd, Record(), DAY, "en").startswith(b"%PDF")
