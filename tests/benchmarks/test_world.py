"""The simulated trade: same seed same world, tables as agreed, truth that the papers bear out."""

from __future__ import annotations

from dataclasses import astuple, fields
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from benchmarks.chains.sample import FOLDER, sample, write
from benchmarks.chains.world.making import World, make
from benchmarks.chains.world.parameters import SEEN, Kind, Parameters, Size
from benchmarks.chains.world.truth import HELD_OUT, VISIBLE, Template
from hefu.chains.case import Role
from hefu.chains.reading import read
from hefu.chains.tables import BY_NAME, TABLES, Holder
from hefu.documents.fields import uscc_check_digit_fits

SMALL = Size(60, 60, 10, 2, 2, 60, 80, 12, 12, rings_each=1, twins_each=1)


@pytest.fixture(scope="module")
def world() -> World:
    return make(3, Kind.TEST, SMALL)


def test_a_seed_makes_the_same_world_and_another_seed_another(world: World) -> None:
    again = make(3, Kind.TEST, SMALL)
    assert again.truth == world.truth
    assert again.constants == world.constants
    assert all(again.papers[name].equals(world.papers[name]) for name in world.papers)
    assert not make(4, Kind.TEST, SMALL).papers["lines"].equals(world.papers["lines"])


def test_tables_have_their_schemas_and_what_each_row_must_have(world: World) -> None:
    tables = world.look()
    assert set(tables) == set(BY_NAME)
    for table in TABLES:
        frame = tables[table.name]
        assert frame.schema == table.schema
        assert not frame.is_empty(), table.name
        needed = [one.name for one in table.columns if one.needed]
        assert frame.select(needed).null_count().row(0) == (0,) * len(needed), table.name
        assert frame.select(table.by).is_unique().all(), table.name


def test_training_and_test_worlds_draw_from_other_ranges() -> None:
    for one in fields(Parameters):
        assert one.metadata[Kind.TRAINING] != one.metadata[Kind.TEST], one.name
        assert one.metadata["source"]
    trained = make(3, Kind.TRAINING, SMALL)
    assert astuple(trained.constants) != astuple(make(3, Kind.TEST, SMALL).constants)
    assert {ring.template for ring in trained.truth.rings} == set(VISIBLE)
    assert {ring.template for ring in make(3, Kind.TEST, SMALL).truth.rings} == VISIBLE | HELD_OUT


def test_truth_is_borne_out_by_the_papers(world: World) -> None:
    tables, truth = world.look(), world.truth
    value = dict(tables["lines"].group_by("declaration").agg(pl.col("fob").sum()).iter_rows())
    trader = dict(tables["declarations"].select("declaration", "trader").iter_rows())
    assert {twin.template for twin in truth.twins} == set(Template)
    for ring in truth.rings:
        assert ring.declarations, ring.id
        for number, fob in ring.declarations.items():
            assert abs(value[number] - fob) <= 5, ring.id  # lines are rounded one by one
        for pair in ring.edges:
            assert pair[0] < pair[1]
        headers = {key for key, roles in ring.roles.items() if Role.HEADER in roles}
        declared = {trader[number] for number in ring.declarations}
        assert bool(declared & headers) is (ring.template is not Template.LAYERED), ring.id
        assert ring.money, ring.id
        assert set(ring.roles) - set(truth.kinds) <= set(truth.names.values())
    honest = {key for twin in truth.twins for key in twin.members}
    assert not {key for key in honest & truth.guilty if truth.kinds[key] != "agent"}


def test_refund_rings_took_what_the_claims_say(world: World) -> None:
    claims = world.look()["claims"]
    for ring in world.truth.rings:
        if ring.template not in {Template.SUBSIDY, Template.CONCEALMENT}:
            of_ring = claims.filter(
                pl.col("declaration").is_in(list(ring.declarations)),
                pl.col("claimant").is_in(list(ring.roles)),
            )
            assert of_ring["refund"].sum() == sum(fen for _, fen in ring.money)
    none = [ring for ring in world.truth.rings if ring.template in {Template.SUBSIDY, Template.CONCEALMENT}]
    bought = [number for ring in none for number in ring.declarations]
    assert claims.filter(pl.col("declaration").is_in(bought)).is_empty()


def test_codes_of_firms_check(world: World) -> None:
    assert all(uscc_check_digit_fits(one) for one in world.look()["firms"]["firm"])


def test_a_look_shows_only_what_had_arrived(world: World) -> None:
    early = date(2026, 6, 30)
    then, later = world.look(early), world.look(SEEN)
    assert then["declarations"]["lodged"].max() <= early  # type: ignore[operator]
    assert then["agency"]["filed"].max() <= early  # type: ignore[operator]
    assert (then["declarations"]["released"].drop_nulls() <= early).all()
    assert (then["firms"]["closed"].drop_nulls() <= early).all()
    assert (then["claims"]["paid"].drop_nulls() <= early).all()
    assert set(then["claims"].filter(pl.col("paid").is_null())["state"]) <= {"claimed", "reversed"}
    assert then["capacity"].is_empty()
    assert then["payments"]["on"].max() < early  # type: ignore[operator]
    for name in then:
        assert then[name].height <= later[name].height


def test_coverage_takes_whole_files_of_firms_and_leaves_the_core(world: World) -> None:
    whole, part, none = (world.look(coverage=share) for share in (1.0, 0.6, 0.0))
    for table in TABLES:
        if table.holder is Holder.CORE:
            assert none[table.name].equals(whole[table.name])
        else:
            assert none[table.name].is_empty()
            assert part[table.name].height < whole[table.name].height
    buyers = set(part["invoices"]["buyer"]) - {""}
    for buyer in buyers:
        mine = pl.col("buyer") == buyer
        assert part["invoices"].filter(mine).height == whole["invoices"].filter(mine).height
    assert 0.4 < len(buyers) / whole["invoices"]["buyer"].n_unique() < 0.8


def test_the_dial_takes_away_what_shells_share() -> None:
    def shared(adaptation: float) -> int:
        dialled = make(5, Kind.TEST, SMALL, templates=frozenset({Template.SUBSIDY}), adaptation=adaptation)
        shells = dialled.truth.rings[0].roles
        firms = dialled.look()["firms"].filter(pl.col("firm").is_in(list(shells)), pl.col("kind") == "trader")
        return firms.height - firms["tax_handler"].n_unique()

    assert shared(0.0) > shared(1.0)


def test_the_sample_is_the_world_that_its_maker_makes(tmp_path: Path) -> None:
    write(tmp_path)
    kept = sorted(FOLDER.iterdir())
    assert [one.name for one in kept] == sorted(one.name for one in tmp_path.iterdir())
    for one in kept:
        assert one.read_bytes() == (tmp_path / one.name).read_bytes(), one.name
    assert sum(one.stat().st_size for one in kept) <= 300_000
    told = read([FOLDER])
    assert not told.problems
    assert {name: frame.height for name, frame in told.tables.items()} == {
        name: frame.height for name, frame in sample().look().items()
    }
