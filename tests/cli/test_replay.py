"""``hefu replay`` as a person and as a machine meets it: what it reads, under which policy, and what it tells."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from hefu.cli.main import main
from hefu.documents.codes.tables import tables
from hefu.http.judging import rules_of
from hefu.protocol.records import Side
from hefu.rules import ruleset
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from hefu.settings import NodeSettings, load_node, write
from tests.builders import certificate, declaration, item, line
from tests.protocol.authorities import OTHER_RETURN, Authorities

FINE, FINDINGS, BAD = 0, 1, 2
MORE = [item(first={"quantity": "101", "unit": "011"})]


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Hefu = Callable[..., Done]


@pytest.fixture
def hefu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Hefu:
    def run(*words: object, language: str = "en") -> Done:
        monkeypatch.setenv("HEFU_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HEFU_LANG", language)
        monkeypatch.setattr(sys, "argv", ["hefu", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            main()
        told = capsys.readouterr()
        return Done(int(caught.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A customs store: one return that passed, and one that was held the day after."""
    return saved(two_returns(), tmp_path / "customs" / "store.sqlite")


def two_returns() -> Authorities:
    made = Authorities()
    made.issue(certificate())
    made.issue(certificate(number="BSWT0002", lines=[line(item=2)]))
    made.settle()
    made.lodge(declaration())
    made.pass_days(1)
    made.lodge(declaration(number=OTHER_RETURN, certificates=[{"number": "BSWT0002"}], items=MORE))
    return made


def saved(both: Authorities, path: Path, side: Side = Side.CUSTOMS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    both.stores[side].connection.execute("VACUUM INTO ?", (str(path),))
    both.close()
    return path


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


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A rule set to try: two findings milder, the narrow scope."""
    return written(tmp_path / "trial.toml")


def written(path: Path, version: str = "trial") -> Path:
    severities = {"original.unknown": Severity.INFO, "quantity.exceeds_certificate": Severity.WARN}
    ruleset = RuleSet(version, CURRENT.rules, severities=severities)
    path.write_text(ruleset.as_toml(Policy(value_percent=Decimal(3))))
    return path


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
