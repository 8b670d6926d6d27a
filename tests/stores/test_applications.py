"""The queue of applications, page by page, says what a look at each application would say."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.records import Side
from hefu.stores.listing import applications_in
from hefu.stores.sqlite import SqliteReader, SqliteStore
from hefu.tax.applications import parties
from hefu.trust.access import Identity, Role, codes_of, concerns
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER
from tests.protocol.applications.papers import application

START = datetime(2026, 3, 1, tzinfo=UTC)
FIRMS = (EXPORTER, PRINCIPAL, AGENT)


@pytest.fixture(scope="module")
def store() -> Iterator[SqliteStore]:
    """Three hundred applications by firms that are named by either code or both, some moments shared."""
    made, dice = SqliteStore(":memory:", Side.TAX), random.Random(14)

    def named() -> dict[str, str]:
        firm = dice.choice(FIRMS)
        return dice.choice(
            [firm, {"uscc": firm["uscc"]}, {"customs_code": firm["customs_code"], "name": firm["name"]}]
        )

    with made.write(START) as book:
        for number in dice.sample(range(1000), 300):
            serial = f"SQ{number}"
            agent = named() if dice.random() < 0.5 else None
            state = dice.choice(list(FilingState))
            at = START + timedelta(seconds=dice.randrange(60), milliseconds=dice.choice([0, 500]))
            decided = None if state is FilingState.FILED else at
            came = ("C1",) if state is FilingState.APPROVED else ()
            paper = application(serial=serial, applicant=named(), agent=agent)
            book.put(Filing(serial, paper, "d", state, "f", at, "o" * bool(decided), decided, came))
    yield made
    made.close()


def enterprise(*codes: str) -> Identity:
    return Identity("firm", Role.ENTERPRISE, frozenset(codes))


CALLERS = {
    "officer": Identity("office", Role.TAX_OFFICER),
    "by both codes": enterprise(EXPORTER["uscc"], EXPORTER["customs_code"]),
    "by USCC": enterprise(AGENT["uscc"]),
    "by customs code": enterprise(PRINCIPAL["customs_code"]),
    "two firms": enterprise(AGENT["uscc"], AGENT["customs_code"], PRINCIPAL["uscc"]),
    "stranger": enterprise(STRANGER["uscc"]),
    "nobody": enterprise(),
    "no code": enterprise(""),
}


def paged(
    store: SqliteReader, state: FilingState, codes: Collection[str] | None, limit: int
) -> Iterator[list[Filing]]:
    after = ""
    while page := applications_in(store, state, codes, after=after, limit=limit):
        yield page
        after = page[-1].serial


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("state", list(FilingState))
def test_pages_say_what_a_look_at_each_application_says(
    store: SqliteStore, who: str, state: FilingState
) -> None:
    every = [one for one in store.find(Filing, "state", state.value) if concerns(CALLERS[who], parties(one))]
    expected = [one.serial for one in sorted(every, key=lambda one: one.filed_at)]
    for limit in (1, 7, 1000):
        pages = list(paged(store, state, codes_of(CALLERS[who]), limit))
        assert [one.serial for page in pages for one in page] == expected
        assert all(len(page) <= limit for page in pages)


def test_a_serial_that_is_not_there_ends_the_list(store: SqliteStore) -> None:
    assert applications_in(store, FilingState.FILED, None, after="NOPE", limit=5) == []


@pytest.mark.parametrize("who", ["officer", "two firms"])
def test_a_page_reads_what_it_shows(store: SqliteStore, who: str) -> None:
    """Whatever others have filed meanwhile: neither it nor all of the state is read or sorted."""
    asked: list[str] = []
    store.connection.set_trace_callback(asked.append)
    some = next(one for one in store.every(Filing)).serial
    asked.clear()
    applications_in(store, FilingState.FILED, codes_of(CALLERS[who]), after=some, limit=5)
    store.connection.set_trace_callback(None)
    plans = [
        row[3] for one in asked for row in store.connection.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()
    ]
    assert len(plans) >= 2
    for plan in plans:
        assert plan.startswith("SEARCH application USING"), plans
        assert "application_state" not in plan
    if who != "officer":
        assert {plan.split("USING INDEX ")[1].split()[0] for plan in plans[1:]} == {
            "application_applicant", "application_applicant_code", "application_agent", "application_agent_code",
        }  # fmt: skip
