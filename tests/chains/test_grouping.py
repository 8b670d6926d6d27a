"""Which parties belong together, how rates are weighed, and the graph underneath."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from hefu.chains import graphs
from hefu.chains.facts import Facts, known_on
from hefu.chains.graphs import closed_walks, components, cyclic
from hefu.chains.grouping import groups, parted, ties
from hefu.chains.indicators import indicators
from hefu.chains.links import pairs
from hefu.chains.parties import resolve
from hefu.chains.scoring import Evidences
from hefu.chains.ties import attributes, controlled
from tests.chains.builders import AS_OF, YUAN, day, declared, facts, firm, line, tables
from tests.chains.test_analyse import lent_title


def naive(edges: list[tuple[str, str]]) -> dict[str, str]:
    found = {node: node for edge in edges for node in edge}
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            low = min(found[a], found[b])
            if found[a] != low or found[b] != low:
                found[a] = found[b] = low
                changed = True
    return found


@pytest.mark.parametrize("seed", range(5))
def test_components_are_what_walking_finds(seed: int) -> None:
    dice = random.Random(seed)
    edges = [(f"n{dice.randrange(60)}", f"n{dice.randrange(60)}") for _ in range(45)]
    got = components(pl.DataFrame(edges, schema=["a", "b"], orient="row"))
    assert dict(got.select("party", "component").iter_rows()) == naive(edges)


def test_edges_on_a_cycle() -> None:
    edges = pl.DataFrame(
        [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e")],
        schema=["source", "target"],
        orient="row",
    )
    assert cyclic(edges).rows() == [("a", "b"), ("b", "c"), ("c", "a")]
    assert not cyclic(edges.filter(pl.col("source") != "c")).height
    assert components(edges.clear()).rows() == []


def test_what_came_later_is_not_known() -> None:
    rows: dict[str, Any] = {
        "declarations": [declared("D1", "A"), declared("D2", "A", 50)],
        "lines": [line("D1"), line("D2")],
        "claims": [{"claim": "R1", "claimant": "A", "declaration": "D1", "claimed": day(5), "paid": day(60), "state": "paid"}],
        "firms": [firm("A", closed=day(90))],
    }  # fmt: skip
    told = known_on(tables(**rows), day(20))
    assert told["declarations"]["declaration"].to_list() == ["D1"]
    assert told["lines"]["declaration"].to_list() == ["D1"]
    assert told["claims"].select("state", "paid").row(0) == ("claimed", None)
    assert told["firms"]["closed"].to_list() == [None]
    later = known_on(tables(**rows), day(100))
    assert later["claims"].select("state", "paid").row(0) == ("paid", day(60))
    assert later["firms"]["closed"].to_list() == [day(90)]


def test_pairs_keep_first_last_number_and_value() -> None:
    told = facts(
        declarations=[declared("D1", "A", 3, owner="B"), declared("D2", "A", 9, owner="B")],
        lines=[line("D1", fob=5), line("D2", fob=7)],
    )
    owned = pairs(told).filter(pl.col("how") == "owned").row(0, named=True)
    assert owned == {"source": "B", "target": "A", "lane": "goods", "how": "owned", "first": day(3), "last": day(9), "count": 2, "fen": 12, "document": "D1"}  # fmt: skip


def agents(slips: int, others: int) -> dict[str, list[dict[str, Any]]]:
    """Twenty agents of a hundred deals each, of which some are reported under another consignor; one differs."""
    told: dict[str, list[dict[str, Any]]] = {"declarations": [], "agency": [], "firms": []}
    for m in range(20):
        told["firms"].append(firm(f"A{m:02}", "agent"))
        for n in range(100):
            number = f"A{m:02}-{n}"
            told["declarations"].append(declared(number, f"A{m:02}", n))
            wrong = n < (slips if m == 0 else others)
            consignor = "OTHER" if wrong else f"A{m:02}"
            told["agency"].append(
                {
                    "quarter": "2026Q2",
                    "filed": day(120),
                    "agent": f"A{m:02}",
                    "declaration": number,
                    "consignor": consignor,
                }
            )
    return told  # fmt: skip


def strength(told: dict[str, list[dict[str, Any]]]) -> float:
    found = Evidences(facts(**told), indicators()).strengths.filter(
        pl.col("party") == "A00", pl.col("indicator") == "chains.single_header"
    )
    return float(found["strength"].sum())


def test_a_rate_counts_only_beyond_that_of_peers() -> None:
    assert strength(agents(8, 8)) == 0
    assert strength(agents(60, 8)) > 0.5
    assert strength(agents(60, 60)) == 0, "when everybody does it, it tells nothing of one"


def test_an_agent_is_a_witness_until_two_papers_speak_of_its_own_doing() -> None:
    told = agents(60, 8)
    scores = Evidences(facts(**told), indicators()).scores.filter(pl.col("party") == "A00")
    assert scores["named"].to_list() == [False]
    told["receipts"] = [
        {"receipt": f"X{n}", "on": day(n), "receiver": "OWNER", "amount": YUAN, "declaration": f"A00-{n}"}
        for n in range(60)
    ]
    scores = Evidences(facts(**told), indicators()).scores.filter(pl.col("party") == "A00")
    assert scores["named"].to_list() == [True]


def test_hubs_weigh_less_and_identifiers_of_many_nothing() -> None:
    d = [declared(f"D{m}", f"F{m:03}", m % 90, declarant="HUB" if m < 90 else "SMALL") for m in range(100)]
    firms = [firm(f"F{m:03}", phone="1" if m < 30 else "2" if m < 33 else None) for m in range(100)]
    told = attributes(facts(declarations=d, firms=firms))
    weights = dict(told.select("value", "weight").iter_rows())
    assert weights["SMALL"] > 2
    assert weights["HUB"] < 0.2
    assert "1" not in weights
    assert "2" in weights
    assert not controlled(facts(firms=firms)).height


def test_a_group_is_whoever_is_tied_by_a_decisive_paper_and_no_more() -> None:
    rows = lent_title()
    rules = indicators()
    found = groups(Evidences(Facts(resolve(tables(**rows)), AS_OF), rules), rules)
    assert "LENDER" in found["party"].to_list()
    assert not any(one.startswith("HONEST") for one in found["party"])


def neighbours(**shared: str) -> int:
    """Ties of two suspects among three hundred firms that share their broker, their supplier, and what is told."""
    rows: dict[str, list[dict[str, Any]]] = {"declarations": [], "invoices": []}
    for m in range(300):
        own: dict[str, Any] = {"declarant": f"B{m}", "consignee_name": f"C{m}"}
        both = {"declarant": "B"} | shared if m < 2 else {}
        rows["declarations"].append(declared(f"D{m:03}", f"F{m:03}", **(own | both)))
        rows["invoices"].append(
            {"invoice": f"V{m}", "issued": day(m), "seller": "S" if m < 2 else f"S{m}", "buyer": f"F{m:03}", "amount": YUAN}
        )  # fmt: skip
    found = Evidences(facts(**rows), ())
    schema = {"party": pl.String, "indicator": pl.String, "strength": pl.Float64}
    found.__dict__.update({
        "hits": Evidences(facts(), ()).hits,
        "strengths": pl.DataFrame(schema=schema),
        "scores": pl.DataFrame({"party": ["F000", "F001"], "nats": [3.0, 3.0], "named": [True, True]}),
    })  # fmt: skip
    return ties(found, ()).height


def test_a_broker_and_a_supplier_in_common_are_a_neighbourhood_and_no_tie() -> None:
    assert neighbours() == 0
    assert neighbours(consignee_name="C") == 1


def test_ways_back_are_the_same_walked_in_parts_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    first = date(2026, 3, 1)
    edges = pl.DataFrame(
        [
            {"source": f"p{dice.randrange(12)}", "target": f"p{dice.randrange(12)}", "on": first + timedelta(dice.randrange(40)),
             "amount": 1000 - dice.randrange(60), "document": f"d{n:03}"}
            for n in range(300)
        ]
    ).filter(pl.col("source") != pl.col("target"))  # fmt: skip

    def walked() -> pl.DataFrame:
        return closed_walks(edges, days_most=20, low=0.9, high=1.1, hops=5, fan=4)

    at_once = walked()
    assert at_once.height > 30
    assert set(at_once["hops"]) >= {3, 4, 5}
    monkeypatch.setattr(graphs, "_WALKS", 7)
    assert walked().equals(at_once)


def test_a_way_back_is_found_with_its_documents_and_a_chain_has_none() -> None:
    day = date(2026, 3, 1)
    edges = pl.DataFrame(
        {
            "source": ["a", "b", "c", "x"], "target": ["b", "c", "a", "y"], "on": [day, day, day + timedelta(3), day],
            "amount": [100, 99, 98, 100], "document": ["1", "2", "3", "4"],
        }
    )  # fmt: skip
    found = closed_walks(edges, days_most=5, low=0.9, high=1.0, hops=5, fan=4)
    assert found.select("party", "other", "document", "hops").rows() == [
        ("a", "b", "1", 3), ("b", "c", "1", 3), ("c", "a", "1", 3),
    ]  # fmt: skip
    assert not closed_walks(
        edges.filter(pl.col("source") != "c"), days_most=5, low=0.9, high=1.0, hops=5, fan=4
    ).height


def test_whom_the_registry_lacks_is_what_its_papers_show_it_to_be() -> None:
    told = facts(
        declarations=[declared(f"D{n}", f"T{n}") for n in range(4)] + [declared("D9", "AGENT", owner="OWNER")],
        agency=[{"quarter": "2026Q1", "filed": day(99), "agent": "AGENT", "declaration": "D9", "consignor": "OWNER"}],
        transport=[{"bill": "B1", "declaration": "D1", "forwarder": "CARRIER"}],
        firms=[firm("T0"), firm("T1")],
    )  # fmt: skip
    kinds = dict(told.kinds.select("firm", "kind").iter_rows())
    assert kinds == {
        "T0": "trader",
        "T1": "trader",
        "BROKER": "broker",
        "AGENT": "agent",
        "CARRIER": "forwarder",
    }


def test_a_name_that_many_people_have_joins_no_two_chains() -> None:
    edges = pl.DataFrame(
        {"a": ["F1", "F3", "F1", "F3"], "b": ["F2", "F4", "name:王伟", "name:王伟"], "weight": [30.0, 30.0, 30.0, 12.0]}
    )  # fmt: skip
    told = dict(parted(edges).iter_rows())
    assert told["F1"] == told["F2"] == told["name:王伟"]
    assert told["F3"] == told["F4"] != told["F1"]
