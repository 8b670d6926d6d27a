"""Each sign, and beside it the honest twin of which nothing is noticed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hefu.chains.gate.memory import Memory
from hefu.chains.gate.signs import NAMES, Sign, score
from hefu.protocol.records import Lodgement
from tests.chains.gate.lodged import code, goods, lodged, names, taken


def after(*lodgements: Lodgement) -> tuple[Sign, ...]:
    return taken(Memory(10_000), *lodgements)


def priced(number: int, trader: int, total: str, **changes: Any) -> Lodgement:
    return lodged(number, trader=trader, items=[goods(total=total, currency="USD")], **changes)


@pytest.mark.parametrize("state", ["held", "refused", "withdrawn"])
def test_goods_that_were_stopped_come_again_under_another_title(state: str) -> None:
    (sign,) = after(lodged(1, trader=1, owner=9, state=state), lodged(2, trader=2, owner=9, day=5))
    assert (sign.name, sign.party, sign.other, sign.against) == ("header_swap", code(2), code(1), "5 d")
    assert sign.papers == ("530120260000000001",)


@pytest.mark.parametrize(
    "again",
    [
        {"trader": 1, "owner": 9},  # the same title
        {"trader": 2, "owner": 8},  # other goods' owner
        {"trader": 9, "owner": 9},  # the owner itself
        {"trader": 2, "owner": 9, "day": 31},
        {"trader": 2, "owner": 9, "items": [goods(quantity="103")]},
        {"trader": 2, "owner": 9, "items": [goods(hs="8517130000")]},
    ],
)
def test_what_is_no_swap(again: dict[str, Any]) -> None:
    assert after(lodged(1, trader=1, owner=9, state="held"), lodged(2, **again)) == ()


def test_without_the_owner_the_declarant_and_the_weight_tell_the_same_goods() -> None:
    stopped = lodged(1, trader=1, declarant=7, net_weight="200", state="held")
    (sign,) = after(stopped, lodged(2, trader=2, declarant=7, net_weight="201"))
    assert sign.name == "header_swap"
    assert after(stopped, lodged(2, trader=2, declarant=7, net_weight="260")) == ()
    assert after(stopped, lodged(2, trader=2, declarant=6, net_weight="200")) == ()


def test_goods_that_come_back_and_go_out_again() -> None:
    back = [lodged(n, "return", trader=1, day=n) for n in (1, 2)]
    (sign,) = after(*back, lodged(9, trader=1, day=20))
    assert (sign.name, sign.against, len(sign.papers)) == ("return_and_again", "2 ×", 2)
    assert after(*back[:1], lodged(9, trader=1, day=20)) == ()
    assert after(*back, lodged(9, trader=1, day=70)) == ()
    assert after(*back, lodged(9, trader=2, day=20)) == ()


SLIPS = {
    "other_holder": ("party.holder_differs", 1, 1),
    "other_owner": ("party.owner_differs", 1, 5),
    "single_header": ("party.owner_differs", 1, 1),
}


@pytest.mark.parametrize("name", SLIPS)
def test_what_the_comparison_finds_is_a_sign_only_as_a_habit(name: str) -> None:
    finding, trader, owner = SLIPS[name]
    honest = [lodged(n, trader=30 + n % 20) for n in range(200)]
    slips = [lodged(500 + n, trader=trader, owner=owner, findings=(finding,)) for n in range(3)]
    assert after(*honest, *slips[:2]) == ()
    (sign,) = after(*honest, *slips)
    assert (sign.name, sign.value) == (name, "3 / 3")
    everybody = [lodged(n, trader=30 + n % 20, findings=(finding,), owner=30 + n % 20) for n in range(200)]
    if name != "other_owner":
        assert after(*everybody, *slips) == ()


def wide(number: int, trader: int, chapter: int, office: str = "5301") -> Lodgement:
    return lodged(number, trader=trader, office=office, items=[goods(hs=f"{chapter:02}09100000")])


def test_one_title_for_unrelated_goods_beyond_its_peers() -> None:
    peers = [wide(100 * t + n, t, 60 + n % 2) for t in range(1, 31) for n in range(12)]
    odd = [wide(9000 + n, 99, 10 + n) for n in range(12)]
    found = after(*peers, *odd)
    assert names(found) == ["header_diversity"]
    assert after(*peers, *(wide(9000 + n, 99, 60 + n % 2) for n in range(12))) == ()
    assert after(*peers[: 12 * 15], *odd) == ()  # too few peers to say what is usual


def test_one_title_across_ports_beyond_its_peers() -> None:
    peers = [wide(100 * t + n, t, 61, f"530{n % 2}") for t in range(1, 31) for n in range(12)]
    found = after(*peers, *(wide(9000 + n, 99, 61, f"2{n:03}") for n in range(12)))
    assert names(found) == ["title_across_ports"]


def test_one_owner_under_many_titles_within_weeks() -> None:
    *before, last = (lodged(n, trader=n, owner=50, day=n) for n in (1, 2, 3))
    (sign,) = after(*before, last)
    assert (sign.name, sign.party, sign.value) == ("many_headers", code(50), "3")
    assert after(*before, lodged(3, trader=3, owner=50, day=100)) == ()
    assert after(*before, lodged(3, trader=2, owner=50, day=3)) == ()


def test_a_burst_of_new_titles_at_one_declarant() -> None:
    old = [lodged(n, trader=n % 30, declarant=200 + n % 5, day=n % 3) for n in range(90)]
    shells = [lodged(500 + n, trader=100 + n, declarant=77, day=80 + n) for n in range(5)]
    regular = [
        lodged(700 + n, trader=n, declarant=210 + n, day=79) for n in range(25)
    ]  # known traders with other brokers: first services that are not new
    found = after(*old, *regular, *shells)
    assert [(one.name, one.party, one.value) for one in found] == [("new_header_burst", code(77), "5 / 5")]
    assert after(*old, *regular, *shells[:4]) == ()
    early = [lodged(500 + n, trader=100 + n, declarant=77, day=40 + n) for n in range(5)]
    assert after(*old, *early) == ()  # the memory does not reach back far enough to call anybody new


def test_a_price_far_above_the_usual_one() -> None:
    usual = [priced(n, n % 8, str(690 + n % 20)) for n in range(40)]
    (sign,) = after(*usual, priced(99, 60, "7000"))
    assert (sign.name, sign.value, sign.other) == ("unit_price", "10.0 ×", "61091000")
    assert after(*usual, priced(99, 60, "1000")) == ()
    assert after(*usual[:25], priced(99, 60, "7000")) == ()
    assert after(*(priced(n, n % 3, "700") for n in range(40)), priced(99, 1, "7000")) == ()
    assert after(*usual, priced(99, 60, "7000", declared_on="2026-04-01")) == ()  # no rate of that month


def test_of_one_source_the_second_sign_counts_half() -> None:
    one, two = Sign("header_diversity", "X", "", ""), Sign("title_across_ports", "X", "", "")
    assert score((one,)) == one.rule.weight
    assert score((two, one)) == one.rule.weight + two.rule.weight / 2
    swap = Sign("header_swap", "X", "", "")
    assert score((one, swap)) == one.rule.weight + swap.rule.weight


@pytest.mark.parametrize("name", NAMES)
def test_a_sign_speaks_both_languages_and_names_what_clears_it(name: str) -> None:
    told = Sign(name, "PARTY", "VALUE", "AGAINST", "OTHER").as_json()
    for field in ("title", "says", "innocent", "clears", "ground"):
        assert re.search(r"[\u4e00-\u9fff]", told[field]["zh"]), field
        assert told[field]["en"], field
        assert "{" not in told[field]["zh"] + told[field]["en"]
    assert "VALUE" in told["says"]["zh"]
    assert "VALUE" in told["says"]["en"]
