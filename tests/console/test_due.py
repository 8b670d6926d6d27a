"""What is due, told to an enterprise at both nodes: on its start page, in full, over the API, as a calendar; to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from icalendar import Calendar

from hefu.protocol.records import Side
from tests.console.conftest import Sit
from tests.console.desk import lodged
from tests.nodes import Nodes

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def held(nodes: Nodes) -> tuple[str, str]:
    """The exporter's declaration, held for want of its certificate, and another that is reserved; exported this year."""
    _, reserved = lodged(nodes, 835_001)
    _, number = lodged(nodes, 835_002, certificates=[{"number": "N0835999"}])
    return number, reserved


def ics(nodes: Nodes, side: Side, who: str, query: str = "") -> httpx2.Response:
    address = f"{nodes.address(side)}/v1/due.ics{query}"
    return httpx2.get(address, headers=nodes.headers(who), trust_env=False, timeout=30)


def test_the_start_page_tells_it_with_the_rule_and_the_way_there(
    sit: Sit, nodes: Nodes, held: tuple[str, str]
) -> None:
    number, reserved = held
    page = sit(Side.CUSTOMS, "exporter").see("").text
    assert "What is due in the next 30 days" in page
    assert "declaration held" in page
    assert "/console/declarations/5301" in page
    assert "reservation of the certificate ends" in page
    assert "GACC/STA Joint Announcement 256 of 2025" in page
    chinese = sit(Side.CUSTOMS, "exporter", "zh").see("/mine").text
    assert "未来 30 天的待办" in chinese
    assert "报关单被扣留" in chinese
    assert "(推定)" in chinese
    told = nodes.ask(Side.CUSTOMS, "exporter", "GET", "/v1/due")[1]
    assert number in next(one for one in told["due"] if one["code"] == "held")["numbers"]
    assert reserved in next(one for one in told["due"] if one["code"] == "reservation")["numbers"]
    assert told["left_out"] == 0


def test_a_list_that_was_asked_for_is_not_led_by_what_is_due(sit: Sit, held: tuple[str, str]) -> None:
    assert held
    assert "What is due in the next" not in sit(Side.CUSTOMS, "exporter").see("/mine?state=held").text


def test_in_full_there_is_more_and_the_calendar(sit: Sit, held: tuple[str, str]) -> None:
    desk = sit(Side.CUSTOMS, "exporter")
    page = desk.see("/due").text
    assert held
    assert "declaration held" in page
    assert 'href="/console/due.ics"' in page
    taken = desk.see("/due.ics")
    assert taken.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "hefu-customs.ics" in taken.headers["content-disposition"]
    assert "reservation of the certificate ends" in taken.text.replace("\r\n ", "")


def test_what_is_counted_from_an_export_tax_tells(sit: Sit, nodes: Nodes) -> None:
    _, number = lodged(nodes, 835_003, declared_on=f"{datetime.now(UTC).year}-01-20")
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{number}/release")[0] == 200
    nodes.settled()
    page = sit(Side.TAX, "exporter").see("/due").text
    assert "refund claimed" in page
    assert "whether it has been done cannot be seen at this node" in page
    events: list[Any] = Calendar.from_ical(ics(nodes, Side.TAX, "exporter", "?language=en").content).walk(
        "VEVENT"
    )
    claim = next(one for one in events if "claim" in one["categories"].cats)
    assert claim.decoded("dtstart").isoformat() == f"{datetime.now(UTC).year + 1}-04-30"


def test_an_enterprise_is_told_only_its_own(nodes: Nodes, held: tuple[str, str]) -> None:
    number, reserved = held
    for side in Side:
        told = nodes.ask(side, "agent", "GET", "/v1/due?days=366")
        assert told[0] == 200
        assert not {number, reserved} & {of for one in told[1]["due"] for of in one["numbers"]}
        assert number not in ics(nodes, side, "agent").text


@pytest.mark.parametrize("who", ["customs", "tax", "auditor", "operator", "investigator"])
def test_nobody_else_asks_what_is_due(sit: Sit, nodes: Nodes, who: str) -> None:
    for side in Side:
        assert nodes.ask(side, who, "GET", "/v1/due")[0] == 403
        assert ics(nodes, side, who).status_code == 403
    assert ">What is due<" not in sit(Side.CUSTOMS, who).see("").text


def test_the_calendar_is_asked_for_with_the_token(nodes: Nodes) -> None:
    address = f"{nodes.address(Side.TAX)}/v1/due.ics"
    assert httpx2.get(address, trust_env=False).status_code == 401
    assert ics(nodes, Side.TAX, "exporter", "?language=de").status_code == 422
