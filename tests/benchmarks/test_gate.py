"""The gate of worlds refuses what proves nothing, and the other methods work on what is let through."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.chains import gate, spreadsheet
from benchmarks.chains.features import FIRM, exports, flat
from benchmarks.chains.grouping import components, grouped
from benchmarks.chains.joined import joined, swaps
from benchmarks.chains.world.making import World, make
from benchmarks.chains.world.parameters import Kind, Size
from benchmarks.chains.world.truth import Template
from hefu.chains.case import Role
from hefu.chains.tables import TABLES

SMALL = Size(90, 90, 12, 2, 2, 80, 120, 12, 12, rings_each=1, twins_each=1)


@pytest.fixture(scope="module")
def world() -> World:
    return make(8, Kind.TEST, SMALL)


def test_auc_is_that_of_hand() -> None:
    guilty = pl.Series([True, True, False, False])
    assert gate.auc(pl.Series([4.0, 3.0, 2.0, 1.0]), guilty) == 1.0
    assert gate.auc(pl.Series([1.0, 2.0, 3.0, 4.0]), guilty) == 1.0  # whichever way it points
    assert gate.auc(pl.Series([4.0, 1.0, 3.0, 2.0]), guilty) == 0.5
    assert gate.auc(pl.Series([4.0, 2.0, 3.0, 1.0]), guilty) == 0.75
    assert gate.auc(pl.Series([None, 2.0, None, 1.0], dtype=pl.Float64), guilty) == 0.875


def test_a_naive_world_is_refused_with_its_reasons() -> None:
    naive = make(8, Kind.TEST, SMALL, templates=frozenset({Template.SUBSIDY}), adaptation=0.0)
    reasons = gate.answer(naive).reasons
    assert any("AUC" in one for one in reasons), reasons


def test_a_method_that_finds_the_held_out_rings_has_the_world_refused(world: World) -> None:
    declared = flat(world.look())[FIRM].to_list()
    rings = [
        ring
        for ring in world.truth.rings
        if ring.template in {Template.SWAP, Template.CAROUSEL, Template.SUBSIDY}
    ]
    known = {one for ring in rings for one, roles in ring.roles.items() if Role.HEADER in roles}
    nothing = gate.answer(world, [(one, 0.0) for one in declared])
    told = gate.answer(world, [(one, 1.0) for one in declared if one in known])
    assert nothing.held_out == 0.0
    assert told.held_out is not None
    assert told.held_out > 0.0


def test_features_have_a_row_an_exporter_and_survive_without_files(world: World) -> None:
    for coverage in (1.0, 0.0):
        tables = world.look(coverage=coverage)
        rows = joined(tables)
        assert set(rows[FIRM]) == set(exports(tables)[FIRM])
        assert rows[FIRM].is_unique().all()
    assert joined(world.look(coverage=0.0))["invoice_lag"].null_count() == rows.height
    assert joined({table.name: table.empty() for table in TABLES}).is_empty()


def test_points_are_the_rules_that_hold(world: World) -> None:
    rows = flat(world.look())
    points = spreadsheet.points(rows)
    held = rows.select(
        pl.sum_horizontal(rule.fill_null(value=False) for rule in spreadsheet.RULES.values())
    ).to_series()
    assert (points.floor() == held).all()
    assert held.max() > 2  # type: ignore[operator]


def test_swaps_are_goods_of_a_given_up_export_under_another_name(world: World) -> None:
    found = swaps(exports(world.look()))
    ring = next(one for one in world.truth.rings if one.template is Template.SWAP)
    of_ring = found.filter(pl.col("declaration_then").is_in(list(ring.declarations)))
    assert of_ring.height > 0
    assert (found[FIRM] != found[f"{FIRM}_then"]).all()


def test_groups_are_joined_strongest_first_and_do_not_grow_too_large() -> None:
    rank = {str(number): number for number in range(40)}
    chain = [(str(number), str(number + 1)) for number in range(39)]
    made = components(rank, chain)
    assert [len(group) for group in made] == [30, 10]
    assert made[0][0] == "0"


def test_cases_of_a_list_begin_with_its_best_firm(world: World) -> None:
    tables = world.look()
    scores = [(firm, float(place)) for place, firm in enumerate(flat(tables)[FIRM].to_list())]
    best = max(scores, key=lambda one: one[1])[0]
    first = grouped(tables, scores)[0]
    assert best in first.suspects
    own = exports(tables).filter(pl.col(FIRM) == best)["declaration"]
    assert set(own) <= first.declarations
