"""Rules and policy of a node: one place makes them; a set whose day has not come starts no node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hefu.cli import home as homes
from hefu.customs.node import build as build_customs
from hefu.errors import HefuError
from hefu.http.judging import overridden, policy_of, rules_in_force, rules_of
from hefu.http.node import now
from hefu.protocol.records import Side
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from hefu.settings import NodeSettings, load_node, write
from hefu.tax.node import build as build_tax

SET = 'version = "trial"\nin_force = {day}\nrules = ["hs.differs"]\n[policy]\nscope = "announcement-256"\n'
MIDNIGHT = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(hours=8)
"""Of the first of January in Shanghai."""

BUILDERS: dict[Side, Callable[[Path], object]] = {Side.TAX: build_tax, Side.CUSTOMS: build_customs}


def settings(**more: Any) -> NodeSettings:
    return NodeSettings(side="customs", port=1, peer="", **more)


def named(folder: Path, day: str, **more: Any) -> NodeSettings:
    (folder / "trial.toml").write_text(SET.format(day=day))
    return settings(rules="trial.toml", **more)


def test_what_the_node_says_stands_on_top_of_the_sets_policy(tmp_path: Path) -> None:
    ruleset, policy = rules_of(tmp_path, named(tmp_path, "2026-01-01", policy={"value_percent": 7}))
    assert (ruleset.version, policy) == ("trial", Policy(scope="announcement-256", value_percent="7"))
    assert overridden(ruleset, policy) == {"value_percent": ("5", "7")}


def test_saying_the_same_overrides_nothing(tmp_path: Path) -> None:
    ruleset, policy = rules_of(tmp_path, named(tmp_path, "2026-01-01", policy={"scope": "announcement-256"}))
    assert overridden(ruleset, policy) == {}


def test_a_set_without_a_policy_has_the_default(tmp_path: Path) -> None:
    policy = policy_of(CURRENT, tmp_path, settings(policy={"scope": "announcement-256"}))
    assert policy == Policy(scope="announcement-256")
    assert overridden(CURRENT, policy) == {"scope": ("broad", "announcement-256")}


def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(HefuError) as caught:
        policy_of(CURRENT, tmp_path, settings(policy={"scope": "narrow"}))
    problem = caught.value.first
    assert (problem.file, problem.place) == (str(tmp_path / "node.json"), "policy.scope")


def test_a_set_that_is_not_there_is_named_with_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(HefuError) as caught:
        rules_of(tmp_path, settings(rules="2099.9"))
    assert all("2099.9" in one and str(tmp_path / "node.json") in one for one in caught.value.first.message)


@pytest.mark.parametrize(
    ("moment", "starts"), [(MIDNIGHT, True), (MIDNIGHT - timedelta(seconds=1), False)], ids=str
)
def test_a_set_is_in_force_from_its_day_in_shanghai(tmp_path: Path, moment: datetime, starts: bool) -> None:
    chosen = named(tmp_path, "2027-01-01")
    if starts:
        assert rules_in_force(tmp_path, chosen, moment)[0].version == "trial"
        return
    with pytest.raises(HefuError) as caught:
        rules_in_force(tmp_path, chosen, moment)
    problem = caught.value.first
    assert (problem.kind.code, problem.kind.exit) == ("ruleset.not_in_force", 2)
    for text in problem.message:
        for told in (str(tmp_path / "trial.toml"), str(tmp_path / "node.json"), "2027-01-01", "2026-12-31"):
            assert told in text
    assert all("2027-01-01" in one and "hefu replay --rules" in one for one in problem.cure)
    assert rules_of(tmp_path, chosen)[0].version == "trial"  # to try it is free


def test_a_shipped_set_that_is_named_has_its_day_too(tmp_path: Path) -> None:
    before = datetime(2025, 12, 31, tzinfo=UTC)
    with pytest.raises(HefuError, match="2026-01-01"):
        rules_in_force(tmp_path, settings(rules="2026.1"), before)
    assert rules_in_force(tmp_path, settings(), before) == (CURRENT, Policy())


@pytest.mark.parametrize("side", list(Side))
def test_a_node_does_not_start_with_a_set_of_tomorrow(tmp_path: Path, side: Side) -> None:
    homes.make(tmp_path, {one: homes.free_port() for one in Side})
    folder = tmp_path / side.value
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    (folder / "trial.toml").write_text(SET.format(day=tomorrow))
    write(folder / "node.json", load_node(folder).model_copy(update={"rules": "trial.toml"}))
    with pytest.raises(HefuError) as caught:
        BUILDERS[side](folder)
    assert caught.value.first.kind.code == "ruleset.not_in_force"
    assert not (folder / "store.sqlite").exists()
