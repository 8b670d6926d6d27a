"""Signs at the gate as people see them: who may, in which words, and that the decision is the same."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hefu.documents.canonical import as_json
from hefu.protocol.records import Side
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER, declaration
from tests.console.conftest import Sit
from tests.console.seats import faults, seated
from tests.nodes import Nodes

pytestmark = pytest.mark.processes
FIRST, AGAIN, HONEST = "530120260000007701", "530120260000007702", "530120260000007703"
REFUSED = ("exporter", "operator", "auditor")


@pytest.fixture(scope="module", autouse=True)
def swapped(nodes: Nodes) -> None:
    """The same goods of one owner under two titles, the first of them held; and an honest export."""
    for number, trader, owner in (
        (FIRST, EXPORTER, PRINCIPAL),
        (AGAIN, STRANGER, PRINCIPAL),
        (HONEST, AGENT, AGENT),
    ):
        told = declaration("export", number=number, trader=trader, owner=owner, certificates=None)
        status, answer = nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", as_json(told))
        assert (status, answer["result"]) == (201, "held")
    until = time.monotonic() + 10
    while not signs(nodes, HONEST)["seen"] and time.monotonic() < until:
        time.sleep(0.05)  # the answer leaves before anybody looks for signs


def signs(nodes: Nodes, number: str, who: str = "customs") -> dict[str, Any]:
    return nodes.ask(Side.CUSTOMS, who, "GET", f"/v1/declarations/{number}/signs")[1]


@pytest.mark.parametrize("who", ["customs", "investigator"])
def test_the_api_tells_whom_the_table_allows(nodes: Nodes, who: str) -> None:
    (sign,) = signs(nodes, AGAIN, who)["signs"]
    assert sign["indicator"] == "chains.header_swap"
    assert sign["papers"] == [FIRST]
    assert sign["clears"]["en"].startswith("dated agency agreements")
    assert signs(nodes, HONEST, who)["signs"] == []


def test_nobody_else_is_told(nodes: Nodes) -> None:
    for who in REFUSED:
        for path in (f"/v1/declarations/{AGAIN}/signs", "/v1/signs"):
            status, told = nodes.ask(Side.CUSTOMS, who, "GET", path)
            assert (status, told["code"]) == (403, "access.forbidden")
    assert nodes.ask(Side.CUSTOMS, "customs", "GET", "/v1/signs")[0] == 403
    status, told = nodes.ask(Side.CUSTOMS, "customs", "GET", "/v1/declarations/NOSUCH/signs")
    assert status == 404


def test_what_the_declarant_and_the_other_authority_read_says_nothing_of_it(nodes: Nodes) -> None:
    for path in (f"/v1/declarations/{AGAIN}", f"/v1/trace/{AGAIN}"):
        told = str(nodes.ask(Side.CUSTOMS, "customs", "GET", path)[1])
        assert "sign" not in told.replace("design", "")
        assert "score" not in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            (
                "供人参考的提示",
                "不是认定",
                "换抬头",
                "正当的解释",
                "货主依法更换了代理",
                "注明日期的代理协议",
            ),
        ),
        (
            "en",
            (
                "Signs for a person",
                "no finding",
                "header swap",
                "Innocent reading",
                "dated agency agreements",
            ),
        ),
    ],
)
def test_an_officer_reads_it_on_the_page_of_the_declaration(
    sit: Sit, language: str, words: tuple[str, ...]
) -> None:
    desk = sit(Side.CUSTOMS, "customs", language)
    page = desk.see(f"/declarations/{AGAIN}").text
    for word in words:
        assert word in page, word
    assert f'href="/console/declarations/{FIRST}"' in page
    assert words[2] not in desk.see(f"/declarations/{HONEST}").text


def test_the_page_of_everybody_else_has_no_such_part(sit: Sit) -> None:
    for who in REFUSED:
        assert "Signs for a person" not in sit(Side.CUSTOMS, who).see(f"/declarations/{FIRST}").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_investigator_has_the_newest_in_a_list(sit: Sit, language: str) -> None:
    desk = sit(Side.CUSTOMS, "investigator", language)
    page = desk.see("/signs").text
    assert AGAIN in page
    assert FIRST in page  # in the words of the sign
    assert HONEST not in page
    assert STRANGER["name"] in page
    assert AGAIN not in desk.see("/signs?least=4").text
    assert sit(Side.CUSTOMS, "customs").see("/signs").status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize(
    "options", [{}, {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 360, "height": 700}}]
)
def test_both_pages_are_accessible(browser: Any, nodes: Nodes, options: dict[str, Any]) -> None:
    for who, path in (("customs", f"/declarations/{AGAIN}"), ("investigator", "/signs")):
        with seated(browser, nodes, Side.CUSTOMS, who, **options) as page:
            page.goto(f"{nodes.address(Side.CUSTOMS)}/console{path}")
            assert faults(page) == []
