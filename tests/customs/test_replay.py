"""What-if: past verdicts under other rules, and under their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from hefu.customs.replay import Move, Replay, Unlike, replay
from hefu.documents.codes.tables import tables
from hefu.protocol.records import Side
from hefu.protocol.verification import Verification
from hefu.rules import ruleset
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from hefu.stores.sqlite import SqliteStore
from tests.builders import certificate, declaration, item, line
from tests.protocol.authorities import OTHER_RETURN, RETURN, Authorities

MORE = [item(first={"quantity": "101", "unit": "011"})]


@pytest.fixture
def both() -> Iterator[Authorities]:
    """One return that passed on 10 March and one that was held the day after."""
    made = Authorities()
    made.issue(certificate())
    made.issue(certificate(number="BSWT0002", lines=[line(item=2)]))
    made.settle()
    made.lodge(declaration())
    made.pass_days(1)
    made.lodge(declaration(number=OTHER_RETURN, certificates=[{"number": "BSWT0002"}], items=MORE))
    yield made
    made.close()


def _replay(
    both: Authorities, rules: tuple[RuleSet, Policy] | None = None, since: date | None = None
) -> Replay:
    store = both.stores[Side.CUSTOMS]
    assert isinstance(store, SqliteStore)
    ticks: list[int] = []
    told = replay(store, since, rules, ticks.append)
    assert sum(ticks) == told.verdicts
    return told


def _without(*codes: str) -> RuleSet:
    return RuleSet("trial", tuple(rule for rule in CURRENT.rules if rule.code not in codes))


def _milder(code: str, severity: Severity) -> RuleSet:
    return RuleSet("trial", CURRENT.rules, severities={code: severity})


def test_under_their_own_rules_all_verdicts_are_the_same(both: Authorities) -> None:
    told = _replay(both).as_json()
    assert (told["verdicts"], told["same"], told["differences"], told["broken"]) == (2, 2, [], [])


def test_under_the_same_rules_given_by_name_too(both: Authorities) -> None:
    assert _replay(both, (CURRENT, both.policy)).differences == []


def test_without_its_rule_the_held_one_would_pass(both: Authorities) -> None:
    told = _replay(both, (_without("quantity.exceeds_certificate"), both.policy))
    (one,) = told.differences
    assert (one.number, one.was, one.becomes) == (OTHER_RETURN, "held", "passed")
    assert (one.gained, one.lost) == ((), ("quantity.exceeds_certificate",))
    counts = told.as_json()
    assert (counts["would_pass"], counts["would_be_held"], counts["same"]) == (1, 0, 1)
    assert counts["codes"] == {"quantity.exceeds_certificate": {"gained": 0, "lost": 1}}
    assert counts["differences"][0]["at"] == one.at.isoformat()


def test_under_a_stricter_policy_the_other_would_be_held(both: Authorities) -> None:
    told = _replay(both, (CURRENT, Policy(original_unknown="hold")))
    one, other = told.differences
    assert (one.number, one.was, one.becomes, one.gained, one.lost) == (RETURN, "passed", "held", (), ())
    assert (other.number, other.was, other.becomes) == (OTHER_RETURN, "held", "held")
    assert one.moved == other.moved == (Move("original.unknown", "warn", "block"),)
    counts = told.as_json()
    assert (counts["would_be_held"], counts["other_severities"], counts["same"]) == (1, 1, 0)


def test_a_rule_that_only_warns_changes_findings_and_not_the_outcome(both: Authorities) -> None:
    told = _replay(both, (_without("original.unknown"), both.policy)).as_json()
    assert (told["other_findings"], told["would_pass"], told["would_be_held"], told["same"]) == (2, 0, 0, 0)


def test_severities_of_the_set_count(both: Authorities) -> None:
    told = _replay(both, (_milder("quantity.exceeds_certificate", Severity.WARN), both.policy)).as_json()
    assert (told["would_pass"], told["codes"]) == (1, {})
    (one,) = told["differences"]
    assert (one["number"], one["gained"], one["lost"]) == (OTHER_RETURN, [], [])
    assert one["severities"] == [{"code": "quantity.exceeds_certificate", "was": "block", "becomes": "warn"}]


def test_a_change_of_severity_alone_is_a_change(both: Authorities) -> None:
    told = _replay(both, (_milder("original.unknown", Severity.INFO), both.policy)).as_json()
    assert (told["same"], told["other_severities"], told["other_findings"]) == (0, 2, 0)
    assert (told["would_pass"], told["would_be_held"]) == (0, 0)
    change = {"code": "original.unknown", "was": "warn", "becomes": "info"}
    assert told["severities"] == [{**change, "verdicts": 2}]
    assert [one["severities"] for one in told["differences"]] == [[change], [change]]


def test_findings_and_severities_that_change_together_are_counted_once(both: Authorities) -> None:
    rules = _without("original.unknown").rules
    milder = RuleSet("trial", rules, severities={"quantity.exceeds_certificate": Severity.INFO})
    told = _replay(both, (milder, both.policy)).as_json()
    assert (told["other_findings"], told["other_severities"], told["would_pass"]) == (1, 0, 1)
    assert told["verdicts"] == 2


def test_severities_that_were_not_entered_are_those_of_the_rules_on_record(both: Authorities) -> None:
    connection = both.stores[Side.CUSTOMS].connection
    connection.execute("DROP TRIGGER journal_is_written_once")
    connection.execute("UPDATE journal SET detail = json_remove(detail, '$.severities')")
    assert _replay(both).differences == []
    told = _replay(both, (_milder("original.unknown", Severity.INFO), both.policy))
    assert [one.moved for one in told.differences] == [(Move("original.unknown", "warn", "info"),)] * 2


def test_severities_are_those_that_were_entered_not_those_of_todays_program(both: Authorities) -> None:
    connection = both.stores[Side.CUSTOMS].connection
    connection.execute("DROP TRIGGER journal_is_written_once")
    connection.execute("UPDATE journal SET detail = replace(detail, '\"warn\"', '\"info\"')")
    told = _replay(both)
    assert [one.moved for one in told.differences] == [(Move("original.unknown", "info", "warn"),)] * 2


@pytest.mark.parametrize(
    ("since", "count"), [(date(2026, 3, 10), 2), (date(2026, 3, 11), 1), (date(2026, 3, 12), 0)]
)
def test_since_is_a_day_of_shanghai(both: Authorities, since: date, count: int) -> None:
    assert _replay(both, since=since).verdicts == count


def test_each_verdict_is_made_again_under_the_rules_of_its_time(both: Authorities) -> None:
    milder = _without("quantity.exceeds_certificate")
    both.gate.verification = Verification(both.policy, milder, both.gate.verification._compare)
    both.correct(
        declaration(number=OTHER_RETURN, certificates=[{"number": "BSWT0002"}], items=MORE, remark="x")
    )
    told = _replay(both)
    assert (told.verdicts, told.differences, told.broken) == (3, [], [])
    assert len(_replay(both, (CURRENT, both.policy)).differences) == 1


def test_a_verdict_whose_rules_are_not_on_record_is_named(both: Authorities) -> None:
    connection = both.stores[Side.CUSTOMS].connection
    connection.execute("DROP TRIGGER adopted_is_kept")
    connection.execute("DELETE FROM adopted")
    told = _replay(both)
    assert told.verdicts == len(told.broken) == 2
    assert RETURN in told.broken[0]
    assert told.as_json()["same"] == 0


def test_a_verdict_whose_document_is_gone_is_named(both: Authorities) -> None:
    both.stores[Side.CUSTOMS].connection.execute("DELETE FROM copy WHERE number = 'BSWT0002'")
    both.stores[Side.CUSTOMS]._copies.clear()
    told = _replay(both)
    assert len(told.broken) == 1
    assert told.broken[0].startswith(OTHER_RETURN)


def test_a_verdict_whose_rules_cannot_be_read_is_named(both: Authorities) -> None:
    connection = both.stores[Side.CUSTOMS].connection
    connection.execute("DROP TRIGGER adopted_is_written_once")
    connection.execute("UPDATE adopted SET text = replace(text, 'hs.differs', 'hs.of_later')")
    told = _replay(both)
    assert told.verdicts == len(told.broken) == 2
    assert "hs.of_later" in told.broken[0]
    assert _replay(both, (CURRENT, both.policy)).broken == []


# --- whether the rules on record are those of today ------------------------------------------------------


def test_a_set_of_another_name_and_the_sets_own_are_nothing_to_speak_of(both: Authorities) -> None:
    assert _replay(both).unlike == []
    assert _replay(both, (CURRENT, Policy(scope="announcement-256"))).unlike == []
    assert _replay(both, (_without("hs.differs"), both.policy)).unlike == []


@pytest.mark.parametrize("tried", [False, True])
def test_another_program_than_the_one_that_judged_is_told(
    both: Authorities, monkeypatch: pytest.MonkeyPatch, tried: bool
) -> None:
    recorded = CURRENT.hash_under(both.policy)
    changed = {**tables(), "units": replace(tables()["units"], digest="0" * 64)}
    monkeypatch.setattr(ruleset, "tables", lambda: changed)
    now = RuleSet(CURRENT.version, CURRENT.rules)
    told = _replay(both, (RuleSet("trial", CURRENT.rules), both.policy) if tried else None)
    assert told.differences == []
    assert told.unlike == [Unlike("2026.1", recorded, now.hash_under(both.policy), "software", 2)]
    (one,) = told.as_json()["unlike"]
    assert one.keys() == {"version", "recorded", "now", "why", "verdicts"}


def test_another_file_under_the_name_on_record_is_told(both: Authorities) -> None:
    edited = RuleSet(CURRENT.version, _without("hs.differs").rules)
    told = _replay(both, (edited, Policy(scope="announcement-256")))
    recorded = CURRENT.hash_under(both.policy)
    assert told.unlike == [Unlike("2026.1", recorded, edited.hash_under(both.policy), "file", 2)]


def test_nothing_on_record_is_nothing_to_replay() -> None:
    both = Authorities()
    assert _replay(both).as_json() == Replay().as_json()
    both.close()
