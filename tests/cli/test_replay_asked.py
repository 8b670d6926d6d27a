"""What one may ask of ``hefu replay``: since when, by which rules, of which store; and what is said where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Hefu
from tests.protocol.authorities import OTHER_RETURN

FINE, FINDINGS, BAD = 0, 1, 2


# --- since when ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "verdicts"),
    [("2026-03-10", 2), ("2026-03-11", 1), ("20260311", 1), ("2026-03-12", 0), ("20260312", 0)],
)
def test_verdicts_are_made_again_from_a_day_on(hefu: Hefu, store: Path, since: str, verdicts: int) -> None:
    done = hefu("replay", "--store", store, "--since", since, "--json")
    assert (done.code, done.json["verdicts"], done.json["same"]) == (FINE, verdicts, verdicts)


def test_only_what_differs_since_that_day_counts(
    hefu: Hefu, store: Path, tmp_path: Path, trial: Path
) -> None:
    words = ("replay", "--store", store, "--rules", trial, "--since")
    told = hefu(*words, "2026-03-11", "--json")
    assert (told.code, [one["number"] for one in told.json["differences"]]) == (FINDINGS, [OTHER_RETURN])
    assert hefu(*words, "2026-03-12").code == FINE


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "no verdicts in this time; lodge with hefu declare, then come back"),
        ("zh", "这段时间没有核验记录; hefu declare 申报后再来"),
    ],
)
def test_a_time_without_verdicts_says_so(hefu: Hefu, store: Path, language: str, said: str) -> None:
    done = hefu("replay", "--store", store, "--since", "2999-01-01", language=language)
    assert (done.code, done.out.strip(), done.err) == (FINE, said, "")
    told = hefu("replay", "--store", store, "--since", "2999-01-01", "--json").json
    assert (told["verdicts"], told["differences"], told["codes"], told["unlike"]) == (0, [], {}, [])


@pytest.mark.parametrize("since", ["2026-13-01", "2026-02-30", "yesterday", "", "11.03.2026"])
def test_a_day_that_is_none_is_wrong_usage(hefu: Hefu, store: Path, since: str) -> None:
    done = hefu("replay", "--store", store, "--since", since)
    assert (done.code, done.out) == (BAD, "")
    assert "--since" in done.err


# --- which rules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "there is no rule set nosuch.toml"), ("zh", "没有规则集 nosuch.toml")],
)
@pytest.mark.parametrize("more", [[], ["--json"]], ids=str)
def test_a_set_that_is_not_there_is_told(
    hefu: Hefu, store: Path, language: str, said: str, more: list[str]
) -> None:
    done = hefu("replay", "--store", store, "--rules", "nosuch.toml", *more, language=language)
    assert (done.code, done.out) == (BAD, "")
    assert "[ruleset.missing]" in done.err
    assert said in done.err


def test_a_set_that_is_wrong_is_told_before_anything_is_judged(hefu: Hefu, store: Path, trial: Path) -> None:
    trial.write_text(trial.read_text().replace("value_percent", "value_precent"))
    done = hefu("replay", "--store", store, "--rules", trial)
    assert (done.code, done.out) == (BAD, "")
    for told in ("[ruleset.invalid]", str(trial), "policy.value_precent"):
        assert told in done.err


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "there is no store of a customs node"), ("zh", "没有海关节点的数据库")],
)
def test_a_store_that_is_not_there_is_named(hefu: Hefu, tmp_path: Path, language: str, said: str) -> None:
    path = tmp_path / "nosuch.sqlite"
    done = hefu("replay", "--store", path, language=language)
    assert (done.code, done.out) == (BAD, "")
    for told in ("[replay.no_store]", said, str(path), "hefu up"):
        assert told in done.err
    assert not path.exists()
