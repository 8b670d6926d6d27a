"""Figures of hand-made lists, worked out on paper."""

from __future__ import annotations

from datetime import date
from math import isnan

import pytest

from benchmarks.chains.listing import Listed, listed, pair
from benchmarks.chains.metrics import bare, brier, churn, delays, figures, laid_bare, taken
from benchmarks.chains.world.truth import Ring, Template, Truth
from hefu.chains.case import Case, Link, Party, Role, Strength
from hefu.errors import Text

RING = Ring(
    "classic-1",
    Template.CLASSIC,
    0.5,
    {
        "H1": frozenset({Role.HEADER, Role.CLAIMANT}),
        "H2": frozenset({Role.HEADER}),
        "M": frozenset({Role.MILL}),
    },
    {"d1": 600, "d2": 300, "d3": 100},
    frozenset({("H1", "M"), ("H2", "M")}),
    ((date(2026, 3, 1), 10), (date(2026, 6, 1), 30), (date(2026, 9, 1), 60)),
)
OTHER = Ring(
    "swap-1",
    Template.SWAP,
    0.5,
    {"S": frozenset({Role.HEADER})},
    {"d9": 50},
    frozenset(),
    ((date(2026, 2, 1), 1),),
)
TRUTH = Truth(
    (RING, OTHER),
    (),
    {"H1": "header", "H2": "header", "M": "mill", "S": "header", "A": "agent", "T": "trader"},
    {"Mill Co": "M"},
)


def case(
    name: str,
    suspects: str,
    declarations: str,
    edges: tuple[tuple[str, str], ...] = (),
    confidence: float | None = None,
    **roles: Role,
) -> Listed:
    parties = dict.fromkeys(suspects.split(), Role.HEADER) | roles
    return Listed(
        name,
        parties,
        frozenset(suspects.split()),
        frozenset(edges),
        frozenset(declarations.split()),
        confidence,
    )


@pytest.mark.parametrize(
    ("suspects", "declarations", "is_bare"),
    [
        ("H1 M", "d1", True),  # 60 % of the value in one of three declarations
        ("H1 M", "d2 d3", False),  # 40 %
        ("H1 A", "d1", True),  # half of the suspects
        ("H1 A T", "d1", False),  # a third
        ("", "d1 d2 d3", False),  # names nobody
    ],
)
def test_a_ring_is_laid_bare_by_half_its_value_and_half_of_the_suspects(
    suspects: str, declarations: str, is_bare: bool
) -> None:
    assert bare(case("c", suspects, declarations), RING) is is_bare


def test_the_first_case_that_lays_a_ring_bare_counts() -> None:
    cases = [case("a", "A", "d1"), case("b", "H1", "d1"), case("c", "H1 H2", "d1 d2")]
    assert {name: one.id for name, one in laid_bare(cases, TRUTH).items()} == {"classic-1": "b"}


def test_figures_of_a_list() -> None:
    cases = [
        case(
            "a",
            "H1 H2 A",
            "d1",
            (("H1", "M"), ("A", "H1"), ("H1", "H2")),
            0.9,
            M=Role.UNKNOWN,
            H2=Role.MILL,
        ),
        case("b", "T A", "d9", confidence=0.5),
        *(case(f"n{number}", "H2 A", "", confidence=0.5) for number in range(18)),
        case("late", "S", "d9", confidence=1.0),
    ]
    made = figures(cases, TRUTH)
    assert made.bare20 == 0.5  # the second ring comes as case 21
    assert made.bare50 == 1.0
    assert (made.visible50, made.held_out50) == (1.0, 1.0)
    assert made.by_template == {"classic": 1.0, "swap": 1.0}
    assert made.precision20 == 19 / 20
    assert made.precision50 == 20 / 21
    assert made.harm20 == made.harm50 == {"agent": 1, "trader": 1}
    assert made.services50 == 1
    assert made.roles == 2 / 3  # H1 and S right, H2 wrong
    assert made.roles_strict == 1 / 4  # M not known
    assert made.edge_precision == 0.0  # H1-M is not between suspects; A-H1 and H1-H2 are not true
    assert made.edge_recall == 0.5
    assert made.brier == pytest.approx((0.1**2 + 0.5**2 + 18 * 0.5**2 + 0.0) / 21)


def test_an_empty_list_finds_nothing_and_has_no_precision() -> None:
    made = figures([], TRUTH)
    assert (made.bare20, made.bare50, made.harm50) == (0.0, 0.0, {})
    assert isnan(made.precision20)
    assert isnan(brier([case("a", "H1", "d1")], TRUTH))


def test_delay_is_the_share_of_the_money_that_is_gone() -> None:
    assert taken(RING, date(2026, 2, 28)) == 0.0
    assert taken(RING, date(2026, 6, 1)) == 0.4
    found = case("b", "H1", "d1")
    looks = [
        (date(2026, 7, 31), [found]),
        (date(2026, 4, 30), [case("a", "A", "d1"), found]),
        (date(2026, 3, 31), []),
    ]
    assert delays(looks, TRUTH, 50) == {"classic-1": 0.1, "swap-1": 1.0}
    assert delays(looks, TRUTH, 1) == {"classic-1": 0.4, "swap-1": 1.0}


def test_churn_compares_the_same_ring_from_look_to_look() -> None:
    looks = [
        (date(2026, 4, 30), [case("x", "H1", "d1")]),
        (date(2026, 5, 31), [case("x", "H1 H2", "d1")]),
        (date(2026, 6, 30), [case("y", "H1 H2", "d1")]),
    ]
    assert churn(looks, TRUTH, 50) == (0.5, 0.75)


def test_a_case_of_the_engine_is_listed_under_the_keys_of_truth() -> None:
    text = Text("", "")

    def party(key: str, name: str, *, suspect: bool) -> Party:
        return Party(key, name, Role.MILL, 80, (), suspect, text)

    def link(one: str, other: str, strength: Strength) -> Link:
        return Link(one, other, "goods", strength, text, 1, 1, None, None, ())

    told = Case(
        "c", date(2026, 12, 31), "classic", text, 5.0, 75,
        (party("H1", "Head", suspect=True), party("name:1", "Mill Co", suspect=True), party("A", "Agent", suspect=False)),
        (link("name:1", "H1", Strength.DOCUMENT), link("A", "H1", Strength.MISSING)),
        (), (), (), ("d1",), {},
    )  # fmt: skip
    one = listed([told], TRUTH)[0]
    assert one.suspects == {"H1", "M"}
    assert one.edges == {pair("M", "H1")}
    assert one.roles["M"] is Role.MILL
    assert one.confidence == 0.75
