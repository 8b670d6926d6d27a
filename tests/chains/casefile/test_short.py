"""What is said first, and which rows are shown of very many."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hefu.chains.casefile import words
from hefu.chains.casefile.captions import identifier
from hefu.chains.casefile.case_page import case_page
from hefu.chains.casefile.record import Record
from hefu.chains.casefile.short import first_rows, in_short
from tests.chains.casefile.made import bought_invoices
from tests.chains.casefile.reading import Page


def test_of_very_many_rows_every_indicator_shows_some() -> None:
    case = bought_invoices()
    codes = list(dict.fromkeys(one.indicator for one in case.evidence))
    many = tuple(replace(case.evidence[0], number=at) for at in range(1, 201))
    others = tuple(replace(one, number=200 + at) for at, one in enumerate(case.evidence[1:], 1))
    weighed = replace(case, evidence=many + others, contributions={one: n / 2 for n, one in enumerate(codes)})
    first, rest = first_rows(weighed, 40)
    assert len(first) == 40
    assert {one.indicator for one in first} == set(codes)
    assert sorted(one.number for one in (*first, *rest)) == [one.number for one in weighed.evidence]
    assert first[0].indicator == codes[-1]


def test_a_case_in_short_says_who_how_much_why_and_what_else() -> None:
    case = bought_invoices()
    told = dict(in_short(case))
    leads = [one.en for one in told]
    assert leads == [
        "To be examined", "At stake", "What speaks most", "It may be no more than", "What would clear it", "Ask first",
    ]  # fmt: skip
    suspects = [one.name for one in case.parties if one.suspect]
    who, stake = (next(text for lead, text in told.items() if lead.en == one) for one in leads[:2])
    assert suspects[0] in who.zh
    assert f"{len(case.declarations)} declarations" in stake.en


def test_what_is_at_stake_from_nothing_upwards_is_said_as_the_most_it_can_be() -> None:
    case = bought_invoices()
    sums = tuple(replace(one, low=0, high=5_000_000) for one in case.amounts if one.kind == "goods")
    stake = next(text for lead, text in in_short(replace(case, amounts=sums)) if lead.en == "At stake")
    assert stake.en.endswith("value of the goods up to ¥50.0k")
    assert stake.zh.endswith("货值 至多 5.00万元")


def test_whom_only_a_name_is_known_of_shows_no_made_up_identifier() -> None:
    party = bought_invoices().parties[0]
    assert identifier(party).en == party.id
    assert identifier(replace(party, id="name:王小明", name="王小明")).zh == "只知名称"


def test_one_of_a_thing_is_said_in_the_singular() -> None:
    case = bought_invoices()
    lone = replace(case, declarations=case.declarations[:1], evidence=case.evidence[:1])
    stake, speaks = (
        next(text for lead, text in in_short(lone) if lead.en == one)
        for one in ("At stake", "What speaks most")
    )
    assert stake.en.startswith("1 declaration;")
    assert "(1 row" in speaks.en
    told = Page(case_page(lone, Record(), date(2026, 6, 1))).told("en")
    assert "Evidence (1 row)" in told
    assert not re.search(
        r"\b1 (\w+ )?(declarations|rows|parties|links|firms|documents|boxes|lines|cases)\b", told
    )
    assert [words.counted(many, "party", "parties") for many in (0, 1, 2000)] == [
        "0 parties", "1 party", "2,000 parties",
    ]  # fmt: skip
