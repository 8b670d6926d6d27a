"""An enterprise at customs: its declarations, what each waits for, and the steps of a shipment."""

from __future__ import annotations

import re
from itertools import count

import pytest

from hefu.protocol.records import Side
from tests.console.conftest import Sit
from tests.console.desk import fields_of, key_of, lodged
from tests.nodes import Nodes, goods

pytestmark = pytest.mark.processes
_NUMBERS = count(890_000)


def _row(text: str, number: str) -> str:
    return next(one for one in text.split("<tr>") if number in one)


def test_each_declaration_says_what_it_waits_for(nodes: Nodes, sit: Sit) -> None:
    fits, differs, early = next(_NUMBERS), next(_NUMBERS), next(_NUMBERS)
    _, reserved = lodged(nodes, fits)
    items = goods(differs)[1]["items"]
    items[0]["hs_code"] = "8517130000"
    _, held = lodged(nodes, differs, items=items)
    _, declaration = goods(early)
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", declaration)[0] == 201
    desk = sit(Side.CUSTOMS, "exporter")
    page = desk.see("/mine?from=2026-01-01")
    assert "you have nothing to do" in _row(page.text, reserved)
    assert "8517130000" in _row(page.text, held)
    assert "→" in _row(page.text, held)
    assert f"Certificate N{early:07} to arrive from tax" in _row(page.text, declaration["number"])
    assert f'href="/console/declarations/{held}"' in page.text
    _, first = desk.see("/mine").text.split("<h2>All</h2>")[0].split("<h2>Held</h2>")  # stands above all
    assert "<td data-label" in first
    assert reserved not in first
    only = desk.see("/mine?state=held").text
    assert held in only
    assert reserved not in only
    assert "No declaration of yours matches" in desk.see("/mine?from=2020-01-01&to=2020-02-01").text
    assert desk.see(f"/declarations/{held}").status_code == 200


def test_nobody_lists_what_is_not_theirs(nodes: Nodes, sit: Sit) -> None:
    _, declared = lodged(nodes, next(_NUMBERS))
    agent = sit(Side.CUSTOMS, "agent")
    assert declared not in agent.see("/mine").text
    assert agent.see("/mine?trader=91110000101623741K").status_code == 403
    assert agent.see(f"/declarations/{declared}").status_code == 403
    for bad in ("state=nonsense", "from=yesterday", "trader=x"):
        page = sit(Side.CUSTOMS, "exporter").see(f"/mine?{bad}")
        assert page.status_code == 422, bad
        assert page.headers["content-type"].startswith("text/html")


def test_the_list_is_read_page_by_page(nodes: Nodes, sit: Sit) -> None:
    many = [goods(next(_NUMBERS))[1] for _ in range(60)]
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations/bulk", many)[0] == 200
    desk = sit(Side.CUSTOMS, "exporter", "zh")
    path, seen = "/mine?from=2026-01-01", []
    while path:
        text = desk.see(path).text
        rows = re.findall(r'href="/console/declarations/(\d+)"', text)
        assert len(rows) <= 50
        seen += rows
        following = re.search(r'href="/console(/mine\?[^"]*after=[^"]*)"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen))
    assert {one["number"] for one in many} <= set(seen)
    assert seen == sorted(seen)


def test_the_steps_of_a_shipment_stand_where_both_nodes_say(nodes: Nodes, sit: Sit) -> None:
    certificate, declared = lodged(nodes, next(_NUMBERS))
    nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{declared}/release")
    nodes.settled()
    for language, told in (("en", "Return"), ("zh", "退运")):
        page = sit(Side.CUSTOMS, "exporter", language).see(f"/steps?procedure=return&number={declared}")
        assert page.status_code == 200
        assert told in page.text
        assert declared in page.text
        assert 'aria-current="step"' in page.text
    desk = sit(Side.CUSTOMS, "exporter")
    assert desk.see("/steps?procedure=return&number=530120260000000999").status_code == 404
    assert desk.see("/steps?procedure=nonsense&number=1").status_code == 200
    assert desk.see("/steps").status_code == 200
    assert certificate


def test_a_clerk_corrects_or_withdraws_a_held_declaration_on_its_page(nodes: Nodes, sit: Sit) -> None:
    which = next(_NUMBERS)
    items = goods(which)[1]["items"]
    items[0]["hs_code"] = "8517130000"
    _, number = lodged(nodes, which, items=items)
    desk = sit(Side.CUSTOMS, "exporter")
    page = desk.see(f"/declarations/{number}")
    assert "What you can do" in page.text
    path = f"/declarations/{number}/correct"
    assert f'href="/console{path}"' in page.text
    shown = desk.see(path)
    assert "<del>8517130000</del> → <ins>6109100000</ins>" in shown.text, (
        "what would clear it stands beside the form"
    )
    form = fields_of(shown, f"/console{path}")
    corrected = desk.send(path, **{**form, "i0.hs_code": "6109100000"})
    assert "Reserved" in corrected.text
    assert "you have nothing to do" in corrected.text
    gone = desk.send(f"/declarations/{number}/withdraw", reason="重复申报", key=key_of(corrected, "withdraw"))
    assert "Withdrawn" in gone.text
    assert "What you can do" not in gone.text
    assert "What you can do" not in sit(Side.CUSTOMS, "customs").see(f"/declarations/{number}").text


def test_a_certificate_that_is_not_used_says_what_to_do_with_it(nodes: Nodes, sit: Sit) -> None:
    certificate, _ = goods(next(_NUMBERS))
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    nodes.settled()
    for side in Side:
        page = sit(side, "exporter").see(f"/certificates/{certificate['number']}").text
        assert "Not used yet: name its number in your declaration" in page
        assert "Not used yet" not in sit(side, "auditor").see(f"/certificates/{certificate['number']}").text


def test_the_smallest_change_is_said_in_words(nodes: Nodes, sit: Sit) -> None:
    which = next(_NUMBERS)
    items = goods(which)[1]["items"]
    items[0]["first"] = {"quantity": "100", "unit": "006"}
    _, number = lodged(nodes, which, items=items)
    for language, said in (("en", "<ins>100 articles</ins>"), ("zh", "<ins>100 件</ins>")):
        page = sit(Side.CUSTOMS, "exporter", language).see(f"/declarations/{number}").text
        assert said in page


def test_who_lacks_a_certificate_is_led_to_apply_for_it(nodes: Nodes, sit: Sit) -> None:
    _, number = lodged(nodes, next(_NUMBERS), certificates=[{"number": "N0889999"}])
    page = sit(Side.CUSTOMS, "exporter").see(f"/declarations/{number}").text
    led = re.search(r'class="button" href="([^"]+/console/apply[?][^"]+)"', page)
    assert led
    assert led[1].endswith("&amp;purpose=export")
    first = sit(Side.TAX, "exporter").see("/apply?purpose=export").text
    assert 'value="export" checked' in first
