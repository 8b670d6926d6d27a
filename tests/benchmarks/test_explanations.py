"""Papers are taken away as an explanation says, and the page tells what was measured."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from benchmarks.chains.explanations import again, cited, explained, only_cited, without_cited
from benchmarks.chains.report import spread
from benchmarks.chains.sample import sample
from benchmarks.chains.world.parameters import SEEN
from hefu.chains.analyse import analyse
from hefu.chains.case import Case
from hefu.chains.tables import TABLES, Tables


@pytest.fixture(scope="module")
def tables() -> Tables:
    return sample().look()


@pytest.fixture(scope="module")
def cases(tables: Tables) -> list[Case]:
    return analyse(tables, SEEN)


def test_cited_papers_go_and_all_others_stay(tables: Tables, cases: list[Case]) -> None:
    named = cited(cases)
    left = without_cited(tables, cases)
    gone = 0
    for table in TABLES:
        key = "declaration" if table.name == "agency" else table.by[0]
        words = named.get("declarations" if table.name == "lines" else table.name, [])
        kept = tables[table.name].filter(~pl.col(key).is_in(words))
        assert left[table.name].equals(kept), table.name
        gone += tables[table.name].height - kept.height
    assert gone >= len(cases)


def test_only_cited_papers_of_the_parties_stay_with_those_of_others(
    tables: Tables, cases: list[Case]
) -> None:
    first = cases[:1]
    parties = {one.id for one in first[0].parties}
    left, named = only_cited(tables, first), cited(first)
    traders = pl.col("trader").is_in(list(parties))
    assert not tables["declarations"].filter(traders).is_empty()
    assert set(left["declarations"].filter(traders)["declaration"]) <= set(named.get("declarations", ()))
    strangers = ~pl.any_horizontal(pl.col(one).is_in(list(parties)) for one in ("trader", "owner"))
    others = tables["declarations"].filter(strangers, pl.col("owner") != "")
    assert not others.is_empty()
    assert set(others["declaration"]) <= set(left["declarations"]["declaration"])
    assert left["firms"].equals(tables["firms"])


def test_a_case_is_there_again_when_most_of_its_suspects_are(tables: Tables, cases: list[Case]) -> None:
    assert again(cases, cases) == 1.0
    assert again(cases, []) == 0.0
    assert again(cases[:2], cases[:1]) == 0.5
    assert explained(tables, cases, SEEN, kept=False) < 1.0
    assert (
        explained({name: frame.clear() for name, frame in tables.items()}, cases, date(2027, 1, 1), kept=True)
        == 0.0
    )


def test_means_are_told_with_their_spread() -> None:
    assert spread([0.5]) == "0.50"
    assert spread([0.25, 0.75]) == "0.50 (0.25–0.75)"
    assert spread([10, 30]) == "20 (10–30)"
    assert spread([float("nan")]) == "–"
