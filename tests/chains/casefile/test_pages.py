"""The pages without a browser: both languages whole, every part there, hostile texts only texts, nothing asked for."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.chains.case import Amount, Case, Role, Strength
from hefu.chains.casefile import drawing_svg, words, write_cases
from hefu.chains.casefile import record as records
from hefu.chains.casefile.case_page import case_page
from hefu.chains.casefile.folding import picture
from hefu.chains.casefile.index_page import Listed, index_page
from hefu.chains.casefile.markup import Html, both, el
from hefu.chains.casefile.record import Outcome, Record
from hefu.chains.casefile.rights import RIGHTS
from hefu.documents.visible import visible
from hefu.errors import HefuError, Text
from tests.chains.casefile.made import (
    HOSTILE,
    all_three,
    bought_invoices,
    hostile,
    layered_agency,
    lent_title,
)
from tests.chains.casefile.reading import Page

DAY = date(2026, 6, 1)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WEB = re.compile(
    r"https?:|//\w|\bimport\b|\bfetch\b|XMLHttp|WebSocket|innerHTML|outerHTML|insertAdjacent|\beval\b"
)


def page(case: Case, record: Record | None = None) -> Page:
    return Page(case_page(case, record or Record(), DAY))


def empty() -> Case:
    return replace(
        layered_agency(),
        parties=(),
        links=(),
        evidence=(),
        amounts=(),
        unknown=(),
        declarations=(),
        coverage={},
    )


@pytest.mark.parametrize(
    "case", [*all_three(), hostile(), empty(), lent_title(60)], ids=lambda one: str(one.id)
)
def test_it_is_whole_and_asks_for_nothing(case: Case) -> None:
    for text in (case_page(case, Record(), DAY), index_page([Listed(case, Record())], DAY)):
        told = Page(text)
        assert not told.unbalanced
        assert not told.open
        assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & {
            tag for tag, _ in told.elements
        }
        assert not [
            key for _, attrs in told.elements for key in attrs if key.startswith("on") or key == "style"
        ]
        assert not [attrs for _, attrs in told.elements if {"src", "action", "srcset"} & attrs.keys()]
        hrefs = [str(attrs["href"]) for tag, attrs in told.elements if "href" in attrs]
        assert all(re.fullmatch(r"#[\w-]+|[\w./-]+", one) for one in hrefs), hrefs
        for code in (*told.code["style"], *told.code["script"]):
            assert not WEB.search(code)
        policy = next(one["content"] for one in told.all("meta") if "http-equiv" in one)
        for kind, name in (("style", "style-src"), ("script", "script-src")):
            hashes = [
                base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in told.code[kind]
            ]
            assert f"{name} " + " ".join(f"'sha256-{one}'" for one in hashes) in str(policy)
        assert str(policy).startswith("default-src 'none'; ")
        ids = [attrs["id"] for _, attrs in told.elements if "id" in attrs]
        assert len(ids) == len(set(ids))
        assert {one[1:] for one in hrefs if one.startswith("#")} <= {str(one) for one in ids}


@pytest.mark.parametrize("case", all_three(), ids=lambda one: str(one.id))
def test_every_text_is_there_in_both_languages(case: Case) -> None:
    told = page(case)
    zh, en = told.told("zh-CN"), told.told("en")
    sentences = (
        [one.claim for one in case.links]
        + [one.says for one in case.evidence]
        + [one.innocent for one in case.evidence]
    )
    sentences += (
        [one.clears for one in case.evidence]
        + [one.ground for one in case.evidence]
        + [one.why for one in case.parties]
    )
    sentences += [one.basis for one in case.amounts] + [
        text for one in case.unknown for text in (one.what, one.ask)
    ]
    sentences += [case.title, *(text for pair in RIGHTS for text in pair)]
    for sentence in sentences:
        assert sentence.zh in zh
        assert sentence.en in en
    plain = Page(
        re.sub("<svg xmlns.*?</svg></div>", "", case_page(case, Record(), DAY), flags=re.DOTALL)
    )  # names stand there
    for language, whole in plain.texts:
        text = whole
        for one in case.parties:
            text = text.replace(one.name, "")
        assert language != "en" or not CHINESE.search(text), text
    spans = [attrs["lang"] for tag, attrs in plain.elements if tag == "span" and "lang" in attrs]
    assert spans == ["zh-CN", "en"] * (len(spans) // 2)
    for _, attrs in told.elements:
        if "data-zh" in attrs:
            assert CHINESE.search(str(attrs["data-zh"])) or attrs["data-zh"] == attrs["data-en"]
            assert not CHINESE.search(str(attrs["data-en"])) or case.title.en in str(attrs["data-en"])


def test_what_the_first_page_must_say_is_said_before_the_evidence() -> None:
    case = bought_invoices()
    text = case_page(case, Record(), DAY).partition("<body>")[2]
    order = [
        "A referral, not a finding", case.id, case.as_of.isoformat(), "4f1c9a27", "agency agreements", case.links[0].claim.en, "<svg xmlns",
        "These amounts overlap and are never added", "Or else", 'id="row-1"', 'id="grounds"', 'id="firm"', 'id="rights"',
    ]  # fmt: skip
    places = [text.index(one) for one in order]
    assert places == sorted(places)


def test_each_row_has_both_readings_and_is_tied_to_its_links() -> None:
    case = bought_invoices()
    told = page(case)
    for one in case.evidence:
        article = next(attrs for attrs in told.all("article") if attrs["data-number"] == str(one.number))
        assert article["id"] == f"row-{one.number}"
        assert article["data-on"] == str(one.on)
    for at, link in enumerate(case.links):
        item = next(attrs for attrs in told.all("li") if attrs.get("id") == f"line-{words.letter(at)}")
        assert str(item["data-evidence"]).split() == [str(number) for number in link.evidence]
    zh = told.told("zh-CN")
    assert zh.count("无辜的解释") == len(case.evidence) == zh.count("什么可以澄清")


def test_what_each_indicator_adds_is_told_the_most_first() -> None:
    case = bought_invoices()
    codes = list(dict.fromkeys(one.indicator for one in case.evidence))
    weighed = replace(case, contributions={code: 0.5 * place for place, code in enumerate(codes, 1)})
    told = page(weighed).told("en")
    grounds = told[told.index("What each indicator adds") :]
    assert f"The score is {case.score:.1f}" in grounds
    assert [grounds.index(f"\n{code}\n") for code in reversed(codes)] == sorted(
        grounds.index(f"\n{code}\n") for code in codes
    )
    assert "The score is" not in page(case).told("en"), "nothing is known of a case made before"


def test_the_amounts_are_all_named_and_never_added() -> None:
    case = bought_invoices()
    told = page(case).told("en")
    for kind in words.AMOUNTS.values():
        assert kind.en in told
    assert "CNY 12,406,880.00" in told
    assert "CNY 0.00 to 186,000.00" in told
    assert (
        len([one for one in page(case).all("div") if one.get("class") == "amount none"]) == 2
    )  # income, subsidy
    total = sum(one.high for one in case.amounts)
    assert words.money(total).en not in told
    odd = replace(case, amounts=(Amount("other kind", -150, 5, Text("据", "basis")),))
    assert "CNY -1.50 to 0.05" in page(odd).told("en")


def test_hostile_texts_stay_texts() -> None:
    case = hostile()
    told = page(case)
    assert visible(HOSTILE) in told.told()
    whole = case_page(case, Record(), DAY)
    assert "\u202e" not in whole
    assert HOSTILE not in whole
    assert len(told.all("script")) == 1
    assert "<!--" not in whole


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_no_text_leaves_its_element(inner: str, value: str) -> None:
    told = Page(el("p", inner, title=value))
    assert [tag for tag, _ in told.elements] == ["p"]
    assert "".join(text for _, text in told.texts) == visible(inner).strip()
    assert not told.unbalanced


def test_what_is_the_same_in_both_languages_stands_once() -> None:
    assert both(Text("JSON", "JSON")) == Html("JSON")
    assert both(Text("<一>", "<one>")).count("<span") == 2


@pytest.mark.parametrize("case", [*all_three(), hostile()], ids=lambda one: str(one.id))
def test_the_drawing_is_sound_xml_and_can_stand_alone(case: Case) -> None:
    for language in ("zh", "en"):
        root = ET.fromstring(drawing_svg(case, language))  # noqa: S314 (made here)
        assert root.tag.endswith("svg")
        letters = [one.attrib["data-line"] for one in root.iter() if one.attrib.get("data-line")]
        assert letters == [words.letter(at) for at in range(len(picture(case).lines))]
        for one in root.iter():
            assert "style" not in one.attrib
            assert not one.tag.endswith(("style", "script", "image", "foreignObject", "use"))


def test_lines_show_what_they_are_known_by() -> None:
    case = bought_invoices()
    root = ET.fromstring(drawing_svg(case, "en"))  # noqa: S314 (made here)
    for one in root.iter():
        if "data-line" not in one.attrib:
            continue
        link = case.links[ord(one.attrib["data-line"]) - ord("a")]
        wire = next(part for part in one if part.attrib.get("class") == "wire")
        dashes = {Strength.DOCUMENT: None, Strength.INFERRED: "7 4", Strength.MISSING: "2 4"}[link.strength]
        assert wire.attrib.get("stroke-dasharray") == dashes
        tip = next(part for part in one if part.attrib.get("class", "").startswith("tip"))
        assert (tip.attrib["fill"] != "none") == (link.lane == "money")
        assert link.claim.en in one.attrib["aria-label"]
        texts = " ".join(part.text or "" for part in one if part.tag.endswith("text"))
        if link.evidence:
            assert f"[{words.numbers(link.evidence)}]" in texts


def test_a_closed_and_a_lapsed_case_say_so(tmp_path: Path) -> None:
    case = bought_invoices()
    own = tmp_path / case.id
    records.opened(own, case, DAY)
    records.answer(own, "宁波丰泽 法务 <b>", "我们有代理协议\n见附件")
    record = records.close(own, case, Outcome.CLEARED, ("甲", "乙"), "协议属实")
    told = page(case, record)
    assert "Closed: it no longer counts" in told.told("en")
    assert "the firm has cleared itself" in told.told("en")
    assert "宁波丰泽 法务 <b>" in told.told()
    assert "甲, 乙" in told.told()
    assert record.digest[:16] in told.told()
    late = Page(case_page(case, records.read(own), date(2030, 1, 1)))
    assert "Closed" in late.told("en")
    lapsed = Page(
        case_page(layered_agency(), records.opened(tmp_path / "b", layered_agency(), DAY), date(2030, 1, 1))
    )
    assert "Lapsed: it no longer counts" in lapsed.told("en")


def test_the_list_ranks_open_cases_and_puts_closed_ones_last(tmp_path: Path) -> None:
    write_cases(all_three(), tmp_path, today=DAY)
    first = bought_invoices()
    records.close(tmp_path / first.id, first, Outcome.NO_ACTION, ("A", "B"), "nothing there")
    index = write_cases([], tmp_path, today=DAY)
    told = Page(index.read_text(encoding="utf-8"))
    titles = [attrs["href"] for attrs in told.all("a") if str(attrs.get("href")).endswith("case.html")]
    assert titles == [f"{one}/case.html" for one in ("HF-19D4C0AA", "HF-5B03F7E2", "HF-7C21E09B")]
    assert [attrs["data-status"] for attrs in told.all("tr") if "data-status" in attrs] == [
        "open",
        "open",
        "closed",
    ]
    assert "2 open cases" in told.told("en")
    assert "Referrals, not findings" in told.told("en")


def test_no_cases_is_said(tmp_path: Path) -> None:
    told = Page(write_cases([], tmp_path / "new", today=DAY).read_text(encoding="utf-8"))
    assert "No cases" in told.told("en")
    assert "没有案卷" in told.told("zh-CN")


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "é", ".hidden", "x" * 65, "a\n"])
def test_a_case_id_that_could_leave_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(HefuError) as told:
        write_cases([replace(bought_invoices(), id=name)], tmp_path)
    assert told.value.first.kind.code == "chains.bad_case_id"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "cases").write_text("a file")
    with pytest.raises(HefuError) as told:
        write_cases(all_three(), tmp_path / "cases")
    assert told.value.first.kind.code == "chains.unwritable"


def test_roles_lanes_and_amounts_all_have_words() -> None:
    assert set(words.ROLES) == set(Role)
    assert set(words.STRENGTHS) == set(Strength)
    assert set(words.OUTCOMES) == {one.value for one in Outcome}
    for table in (words.ROLES, words.STRENGTHS, words.OUTCOMES, words.LANES, words.AMOUNTS):
        for text in table.values():
            assert CHINESE.search(text.zh)
            assert not CHINESE.search(text.en)


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [(0, "0元", "¥0"), (99_950, "1000元", "¥1.00k"), (1_240_688_000, "1,241万元", "¥12.4m"), (-5_000_000, "-5.00万元", "-¥50.0k"),
     (98_400_000_000_00, "984亿元", "¥98.4bn")],
)  # fmt: skip
def test_short_money(fen: int, zh: str, en: str) -> None:
    assert words.short_money(fen) == Text(zh, en)


def test_numbers_and_letters() -> None:
    assert words.numbers([3, 1, 2, 7, 8]) == "1–3,7,8"
    assert words.numbers([1, 3, 5, 7, 9], 6) == "1,3,5…"
    assert words.numbers([]) == ""
    assert [words.letter(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "a",
        "z",
        "aa",
        "az",
        "ba",
        "zz",
        "aaa",
    ]
