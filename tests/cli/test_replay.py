"""``hefu replay`` as a person and as a machine meets it: what it reads, under which policy, and what it tells."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hefu.documents.codes.tables import tables
from hefu.http.judging import rules_of
from hefu.protocol.records import Side
from hefu.rules import ruleset
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from hefu.settings import NodeSettings, load_node, write
from tests.builders import declaration
from tests.cli.conftest import Hefu, saved, two_returns, written
from tests.protocol.authorities import OTHER_RETURN, RETURN, Authorities

FINE, FINDINGS, BAD = 0, 1, 2


# --- which store --------------------------------------------------------------------------------------


def test_a_store_alone_is_replayed(hefu: Hefu, store: Path) -> None:
    done = hefu("replay", "--store", store)
    assert (done.code, done.err) == (FINE, "")
    assert "2 verdicts, every one comes out the same" in done.out


@pytest.mark.parametrize(("language", "found"), [("en", "empty SQLite"), ("zh", "空的 SQLite")])
def test_an_empty_store_is_named(hefu: Hefu, tmp_path: Path, language: str, found: str) -> None:
    path = tmp_path / "store.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    done = hefu("replay", "--store", path, language=language)
    assert (done.code, done.out) == (BAD, "")
    for told in ("store.not_one", str(path), found, "store.sqlite-wal"):
        assert told in done.err


def test_a_file_that_is_no_store_is_named(hefu: Hefu, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of a database" * 1000)
    done = hefu("replay", "--store", path)
    assert done.code == BAD
    for told in ("store.not_one", str(path), "no SQLite file"):
        assert told in done.err


def test_the_store_of_the_tax_node_is_named(hefu: Hefu, tmp_path: Path) -> None:
    path = saved(two_returns(), tmp_path / "store.sqlite", Side.TAX)
    done = hefu("replay", "--store", path)
    assert done.code == BAD
    for told in ("store.of_other_node", str(path), "tax", "customs"):
        assert told in done.err
    assert "no verdicts" not in done.out


# --- what is told ---------------------------------------------------------------------------------------


def configured(store: Path, **policy: Any) -> Path:
    path = store.parent / "node.json"
    write(path, NodeSettings(side="customs", port=1, peer="", policy=policy))
    return path


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("held", "passed", "1 with other severities alone")), ("zh", ("扣留", "通过", "仅程度有变 1"))],
)
def test_changes_of_severity_are_shown_as_such(
    hefu: Hefu, store: Path, trial: Path, language: str, words: tuple[str, ...]
) -> None:
    done = hefu("replay", "--store", store, "--rules", trial, language=language)
    assert done.code == FINDINGS
    for word in (*words, "original.unknown warn → info", "quantity.exceeds_certificate block → warn"):
        assert word in done.out
    if language == "zh":
        assert "held" not in done.out
        assert "passed" not in done.out


def test_changes_of_severity_are_told_to_machines(hefu: Hefu, store: Path, trial: Path) -> None:
    told = hefu("replay", "--store", store, "--rules", trial, "--json").json
    assert (told["would_pass"], told["other_severities"], told["same"]) == (1, 1, 0)
    assert {one["code"]: (one["was"], one["becomes"], one["verdicts"]) for one in told["severities"]} == {
        "original.unknown": ("warn", "info", 2),
        "quantity.exceeds_certificate": ("block", "warn", 1),
    }


@pytest.mark.parametrize(
    ("language", "note"), [("en", "note: the rule set 2026.1"), ("zh", "注意: 规则集 2026.1")]
)
def test_rules_of_another_program_are_told_even_if_nothing_differs(
    hefu: Hefu, store: Path, monkeypatch: pytest.MonkeyPatch, language: str, note: str
) -> None:
    recorded = CURRENT.hash_under(Policy())
    changed = {**tables(), "units": replace(tables()["units"], digest="0" * 64)}
    monkeypatch.setattr(ruleset, "tables", lambda: changed)
    done = hefu("replay", "--store", store, language=language)
    assert done.code == FINE
    assert note in done.out
    assert recorded[:20] in done.out
    (told,) = hefu("replay", "--store", store, "--json").json["unlike"]
    assert (told["version"], told["recorded"], told["why"], told["verdicts"]) == (
        "2026.1",
        recorded,
        "software",
        2,
    )
    assert told["now"] != recorded


def test_an_edited_file_under_the_name_on_record_is_told(hefu: Hefu, store: Path, tmp_path: Path) -> None:
    edited = written(tmp_path / "edited.toml", "2026.1")
    done = hefu("replay", "--store", store, "--rules", edited)
    assert "under the name 2026.1 the rule set on record" in done.out
    (told,) = hefu("replay", "--store", store, "--rules", edited, "--json").json["unlike"]
    assert told["why"] == "file"


@pytest.mark.parametrize(
    ("language", "counts", "gained"),
    [
        (
            "en",
            "2 verdicts under less: 1 the same, 0 would be held, 1 would pass, 0 with other findings",
            "lost",
        ),
        ("zh", "按 less 重做 2 次核验: 相同 1, 由通过变扣留 0, 由扣留变通过 1, 原因有变 0", "消失"),
    ],
)
def test_a_finding_that_goes_is_counted_and_shown(
    hefu: Hefu, store: Path, tmp_path: Path, language: str, counts: str, gained: str
) -> None:
    done = hefu("replay", "--store", store, "--rules", less(tmp_path), language=language)
    assert (done.code, done.err) == (FINDINGS, "")
    assert counts in done.out
    assert gained in done.out
    rows = [line.split() for line in done.out.splitlines()]
    assert ["quantity.exceeds_certificate", "0", "1"] in rows
    (row,) = (row for row in rows if row[:1] == [OTHER_RETURN])
    assert row[1:2] == ["2026-03-11"]
    assert row[-1] == "quantity.exceeds_certificate"
    assert not any(row[:1] == [RETURN] for row in rows)


def less(folder: Path) -> Path:
    """The set in force without the rule that held the second return."""
    path = folder / "less.toml"
    rules = tuple(rule for rule in CURRENT.rules if rule.code != "quantity.exceeds_certificate")
    path.write_text(RuleSet("less", rules).as_toml(Policy()))
    return path


def test_a_finding_that_goes_is_told_to_machines(hefu: Hefu, store: Path, tmp_path: Path) -> None:
    told = hefu("replay", "--store", store, "--rules", less(tmp_path), "--json").json
    assert (told["verdicts"], told["same"], told["would_pass"], told["would_be_held"]) == (2, 1, 1, 0)
    assert told["codes"] == {"quantity.exceeds_certificate": {"gained": 0, "lost": 1}}
    (one,) = told["differences"]
    assert (one["number"], one["was"], one["becomes"]) == (OTHER_RETURN, "held", "passed")
    assert (told["rules"]["version"], told["broken"], told["unlike"]) == ("less", [], [])


@pytest.mark.parametrize(("language", "said"), [("en", "cannot be made again: "), ("zh", "无法重做: ")])
def test_a_verdict_that_cannot_be_made_again_is_named(
    hefu: Hefu, store: Path, language: str, said: str
) -> None:
    connection = sqlite3.connect(store)
    connection.execute("DROP TRIGGER adopted_is_kept")
    connection.execute("DELETE FROM adopted")
    connection.commit()
    connection.close()
    done = hefu("replay", "--store", store, language=language)
    assert done.code == FINDINGS
    assert done.out.count(said) == 2
    assert said + RETURN in done.out
    told = hefu("replay", "--store", store, "--json")
    assert (told.code, len(told.json["broken"]), told.json["same"]) == (FINDINGS, 2, 0)


MANY = [f"53012026100000{n:04}" for n in range(21)]


@pytest.mark.parametrize(("count", "more"), [(20, ""), (21, "1 more, see --json")])
def test_the_first_twenty_differences_are_shown(
    hefu: Hefu, tmp_path: Path, trial: Path, count: int, more: str
) -> None:
    made = Authorities()
    for number in MANY[:count]:
        made.lodge(declaration(number=number, certificates=[{"number": "BSWT0009"}]))
    store = saved(made, tmp_path / "store.sqlite")
    trial.write_text(
        trial.read_text().replace('"original.unknown" = "info"', '"certificate.unknown" = "warn"')
    )
    done = hefu("replay", "--store", store, "--rules", trial)
    assert done.code == FINDINGS
    assert [number in done.out for number in MANY[:count]] == [True] * 20 + [False] * (count - 20)
    assert ("… and " in done.out) is bool(more)
    assert more in done.out
    told = hefu("replay", "--store", store, "--rules", trial, "--json").json
    assert len(told["differences"]) == count


# --- under which policy -----------------------------------------------------------------------------------


def test_what_the_node_overrides_is_overridden_here_too_and_named(
    hefu: Hefu, store: Path, trial: Path
) -> None:
    file = configured(store, value_percent=7, original_unknown="warn")
    done = hefu("replay", "--store", store, "--rules", trial)
    assert f"policy: the rule set's, overridden by {file}" in done.out
    assert [line.split() for line in done.out.splitlines() if "value_percent" in line] == [
        ["value_percent", "3", "7"]
    ]
    told = hefu("replay", "--store", store, "--rules", trial, "--json").json
    assert told["policy"] == {"node": str(file), "overridden": {"value_percent": {"set": "3", "node": "7"}}}
    as_the_node = rules_of(store.parent, load_node(store.parent).model_copy(update={"rules": str(trial)}))
    assert told["rules"]["hash"] == as_the_node[0].hash_under(as_the_node[1])


def test_a_node_that_holds_what_it_does_not_know_would_hold_by_a_new_set_too(
    hefu: Hefu, store: Path, tmp_path: Path
) -> None:
    configured(store, original_unknown="hold")
    same = tmp_path / "same.toml"
    same.write_text(RuleSet("same", CURRENT.rules).as_toml(Policy()))
    assert hefu("replay", "--store", store, "--rules", same, "--json").json["would_be_held"] == 1
    assert hefu("replay", "--store", store, "--rules", "2026.1", "--json").json["would_be_held"] == 1


def test_a_node_that_overrides_nothing_needs_no_word(hefu: Hefu, store: Path, trial: Path) -> None:
    file = configured(store)
    done = hefu("replay", "--store", store, "--rules", trial)
    assert "policy" not in done.out
    told = hefu("replay", "--store", store, "--rules", trial, "--json").json
    assert told["policy"] == {"node": str(file), "overridden": {}}


@pytest.mark.parametrize(
    ("language", "set_alone", "default"),
    [
        ("en", "policy: the rule set's alone", "policy: the default alone"),
        ("zh", "政策: 规则集的政策", "政策: 默认政策"),
    ],
)
def test_a_store_without_a_node_says_under_which_policy(
    hefu: Hefu, store: Path, trial: Path, language: str, set_alone: str, default: str
) -> None:
    done = hefu("replay", "--store", store, "--rules", trial, language=language)
    assert set_alone in done.out
    assert str(store) in done.out
    assert default in hefu("replay", "--store", store, "--rules", "2026.1", language=language).out
    assert hefu("replay", "--store", store, "--rules", trial, "--json").json["policy"]["node"] is None


def test_a_set_of_tomorrow_can_be_tried(hefu: Hefu, store: Path, trial: Path) -> None:
    trial.write_text(trial.read_text().replace("in_force = 2026-01-01", "in_force = 2999-01-01"))
    configured(store)
    assert hefu("replay", "--store", store, "--rules", trial).code == FINDINGS
    assert hefu("rules", "--rules", trial).code == FINE


def test_without_rules_to_try_each_verdict_has_the_policy_on_record(hefu: Hefu, store: Path) -> None:
    configured(store, original_unknown="hold")
    done = hefu("replay", "--store", store, "--json")
    assert (done.code, done.json["policy"], done.json["same"]) == (FINE, None, 2)


def test_the_home_is_used_without_a_store(hefu: Hefu, store: Path, tmp_path: Path) -> None:
    assert "replay.no_store" in hefu("replay").err
    (tmp_path / "home" / "customs").mkdir(parents=True)
    store.rename(tmp_path / "home" / "customs" / "store.sqlite")
    assert hefu("replay", "--json").json["verdicts"] == 2


def test_hefu_rules_tells_a_set_as_the_node_would_apply_it(hefu: Hefu, store: Path, tmp_path: Path) -> None:
    store.rename(tmp_path / "store.sqlite")
    home = tmp_path / "home" / "customs"
    home.mkdir(parents=True)
    configured(home / "store.sqlite", original_unknown="hold")
    (told,) = hefu("rules", "original.unknown", "--rules", "2026.1", "--json").json["rules"]
    assert told["severity"] == "block"
