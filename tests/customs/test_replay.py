"""What-if: past verdicts under other rules, and under their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from hefu.customs.replay import Replay, replay
from hefu.protocol.records import Side
from hefu.protocol.verification import Verification
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
    (one,) = told.differences
    assert (one.number, one.was, one.becomes, one.gained, one.lost) == (RETURN, "passed", "held", (), ())
    assert told.as_json()["would_be_held"] == 1


def test_a_rule_that_only_warns_changes_findings_and_not_the_outcome(both: Authorities) -> None:
    told = _replay(both, (_without("original.unknown"), both.policy)).as_json()
    assert (told["other_findings"], told["would_pass"], told["would_be_held"], told["same"]) == (2, 0, 0, 0)


def test_severities_of_the_set_count(both: Authorities) -> None:
    milder = RuleSet("trial", CURRENT.rules, severities={"quantity.exceeds_certificate": Severity.WARN})
    assert _replay(both, (milder, both.policy)).as_json()["would_pass"] == 1


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


def test_nothing_on_record_is_nothing_to_replay() -> None:
    both = Authorities()
    assert _replay(both).as_json() == Replay().as_json()
    both.close()
