"""The pages over HTTP: who gets in, what each person sees and does, and what a hostile hand gets."""

from __future__ import annotations

import re
import threading
from itertools import count
from typing import Any

import httpx2
import pytest

from hefu.protocol.records import Side
from tests.console.conftest import Sit
from tests.console.desk import fields_of, key_of, lodged
from tests.nodes import Nodes, goods

pytestmark = pytest.mark.processes
_NUMBERS = count(880_000)

PAGES = {
    (Side.CUSTOMS, "customs"): ("/gate", "/search", "/acts", "/works", "/journal"),
    (Side.CUSTOMS, "operator"): ("/gate", "/search", "/acts", "/works", "/works/levels", "/journal"),
    (Side.CUSTOMS, "auditor"): ("/gate", "/search", "/acts", "/works", "/journal", "/reads"),
    (Side.CUSTOMS, "exporter"): ("/mine", "/inspections", "/dossiers", "/steps", "/search"),
    (Side.TAX, "tax"): ("/applications", "/search", "/acts", "/works", "/journal"),
    (Side.TAX, "operator"): ("/applications", "/search", "/works", "/works/levels?hours=24"),
    (Side.TAX, "exporter"): ("/applications", "/applications?state=approved", "/search"),
}


@pytest.mark.parametrize(("side", "who"), list(PAGES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everybody_sees_their_pages_in_both_languages(sit: Sit, side: Side, who: str, language: str) -> None:
    desk = sit(side, who, language)
    for path in PAGES[side, who]:
        page = desk.see(path)
        assert page.status_code == 200, (path, page.text)
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        for tab in page.text.split('<nav class="tabs"')[1].split("</nav>")[0].split('href="')[1:]:
            followed = desk.see(tab.split('"')[0].removeprefix("/console"))
            assert followed.status_code == 200, tab  # nobody is offered what is closed to them


def test_nobody_gets_in_without_a_token(nodes: Nodes) -> None:
    address = nodes.address(Side.CUSTOMS)
    with httpx2.Client(base_url=address, trust_env=False) as client:
        led = client.get("/console/declarations/530120260000000001")
        assert led.status_code == 303
        assert led.headers["location"] == "/console/sign-in?next=/console/declarations/530120260000000001"
        filtered = client.get("/console/gate?state=held&x=1%262", follow_redirects=True)
        assert 'name="next" value="/gate?state=held&amp;x=1%262"' in filtered.text
        wrong = client.post("/console/sign-in", data={"token": "guessed", "next": ""})
        assert wrong.status_code == 401
        assert "set-cookie" not in wrong.headers
        assert (
            "no valid token"
            in client.post("/console/sign-in", data={}, headers={"accept-language": "en"}).text
        )


def test_the_token_is_out_of_reach_of_scripts_and_other_sites(nodes: Nodes, sit: Sit) -> None:
    token = nodes.settings.identities["customs"].token
    with httpx2.Client(base_url=nodes.address(Side.CUSTOMS), trust_env=False) as client:
        answer = client.post("/console/sign-in", data={"token": token, "next": "//evil.example/"})
        assert answer.headers["location"] == "/console/gate"
        cookie = answer.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/console"))
        assert client.get("/v1/status").status_code == 401  # the API takes no cookie
    desk = sit(Side.CUSTOMS, "customs")
    _, number = lodged(nodes, next(_NUMBERS))
    stolen = desk.send(f"/declarations/{number}/release", origin="https://evil.example")
    assert stolen.status_code == 403
    assert "console.foreign_form" in stolen.text
    assert nodes.ask(Side.CUSTOMS, "customs", "GET", f"/v1/declarations/{number}")[1]["state"] == "reserved"


def test_signing_out_and_choosing_a_language(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "customs")
    assert "关口" in desk.see("/language/zh?back=/console/gate").text
    assert "登录" in desk.send("/sign-out").text
    assert "登录" in desk.see("/gate").text


def test_a_held_declaration_tells_why_beside_its_certificate(nodes: Nodes, sit: Sit) -> None:
    which = next(_NUMBERS)
    certificate, declaration = goods(which)
    declaration["items"][0]["hs_code"] = "8517130000"
    number, declared = lodged(nodes, which, items=declaration["items"])
    page = sit(Side.CUSTOMS, "customs").see(f"/declarations/{declared}")
    assert page.status_code == 200
    for told in (
        "Held",
        number,
        "8517130000",
        certificate["lines"][0]["hs_code"],
        "hs.differs",
        "What to do",
        "differs",
    ):
        assert told in page.text, told
    assert "/release" not in page.text.split("<h2>Decide</h2>")[1]


def test_a_held_declaration_without_certificate_leads_to_where_one_applies(nodes: Nodes, sit: Sit) -> None:
    _, declaration = goods(8_700)
    nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", {**declaration, "certificates": []})
    address = f"{nodes.address(Side.TAX)}/console/apply"
    for who in ("exporter", "customs"):
        assert address in sit(Side.CUSTOMS, who).see(f"/declarations/{declaration['number']}").text


def test_a_release_by_form_is_done_once_however_often_it_is_sent(nodes: Nodes, sit: Sit) -> None:
    number, declared = lodged(nodes, next(_NUMBERS))
    desk = sit(Side.CUSTOMS, "customs")
    key = key_of(desk.see(f"/declarations/{declared}"), "release")
    for _ in range(2):
        page = desk.send(f"/declarations/{declared}/release", key=key)
        assert page.status_code == 200
        assert "Released" in page.text
    nodes.settled()
    certificate = sit(Side.TAX, "tax").see(f"/certificates/{number}")
    assert "it can never be voided or reissued" in certificate.text


def test_pages_and_their_files_travel_packed(nodes: Nodes, sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "exporter")
    style = re.search(r'href="(/console/static/[^"]+/console.css)"', desk.see("/mine").text)
    assert style
    for path in ("/console/mine", style[1]):
        for encoding, packed in (("gzip", "gzip"), ("identity", None)):
            answer = desk.client.get(
                nodes.address(Side.CUSTOMS) + path, headers={"accept-encoding": encoding}
            )
            assert answer.headers.get("content-encoding") == packed
            assert "accept-encoding" in answer.headers["vary"]
            assert len(answer.text) > 1000


def test_who_may_not_is_refused_by_the_one_table(nodes: Nodes, sit: Sit) -> None:
    _, declared = lodged(nodes, next(_NUMBERS))
    for who in ("auditor", "exporter"):
        desk = sit(Side.CUSTOMS, who)
        assert "Release" not in desk.see(f"/declarations/{declared}").text
        refused = desk.send(f"/declarations/{declared}/release", key="k")
        assert refused.status_code == 403
        assert "access." in refused.text
    assert sit(Side.CUSTOMS, "exporter").see("/works").status_code == 403


def test_a_refusal_and_a_void_take_a_reason(nodes: Nodes, sit: Sit) -> None:
    number, declared = lodged(nodes, next(_NUMBERS))
    desk = sit(Side.CUSTOMS, "customs")
    none = desk.send(f"/declarations/{declared}/refuse", reason="", key="none")
    assert none.status_code == 422
    assert "Not done" in none.text
    assert "Refused" in desk.send(f"/declarations/{declared}/refuse", reason="货物不符", key="said").text
    nodes.settled()
    tax = sit(Side.TAX, "tax")
    tax.send(f"/certificates/{number}/void", reason="no longer exported", key=f"void {number}")
    nodes.settled()
    assert "Voided" in tax.see(f"/certificates/{number}").text


def test_a_trace_joins_both_authorities_in_one_line_of_time(nodes: Nodes, sit: Sit) -> None:
    number, declared = lodged(nodes, next(_NUMBERS))
    nodes.settled()
    for side, who in ((Side.TAX, "auditor"), (Side.CUSTOMS, "customs")):
        page = sit(side, who).see(f"/trace/{number}")
        at = [
            page.text.index(told)
            for told in ("Certificate issued", "arrived at customs", "reserved for the decl")
        ]
        assert at == sorted(at)
        assert declared in page.text


@pytest.mark.parametrize("typed", [str.lower, str, lambda one: f"  {one} "])
def test_any_number_is_found(nodes: Nodes, sit: Sit, typed: Any) -> None:
    number, declared = lodged(nodes, next(_NUMBERS))
    desk = sit(Side.CUSTOMS, "customs")
    assert desk.see("/search").status_code == 200
    assert (
        desk.client.get("/search", params={"q": typed(number)}).url.path == f"/console/certificates/{number}"
    )
    assert desk.client.get("/search", params={"q": declared}).url.path == f"/console/declarations/{declared}"
    missing = desk.client.get("/search", params={"q": "<script>alert(1)</script>"})
    assert missing.status_code == 404
    assert "<script>alert" not in missing.text


def test_names_cannot_become_markup(nodes: Nodes, sit: Sit) -> None:
    which = next(_NUMBERS)
    _, declaration = goods(which)
    declaration["items"][0]["goods_name"] = "<img src=x onerror=alert(1)>"
    trader = {**declaration["trader"], "name": "<b>\"'&"}
    _, declared = lodged(nodes, which, items=declaration["items"], trader=trader)
    for side in (Side.CUSTOMS,):
        page = sit(side, "customs").see(f"/declarations/{declared}").text
        assert "<img src=x" not in page
        assert "<b>" not in page


def test_what_is_not_there_is_a_page(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "customs")
    for path in ("/declarations/530120260000000999", "/certificates/NOPE", "/trace/NOPE"):
        page = desk.see(path)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")
    assert desk.see("/static/0/../../page.py").status_code == 404
    assert desk.see("/static/0/console.css").headers["cache-control"].endswith("immutable")


def test_the_board_comes_anew_when_something_happens(nodes: Nodes, sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "customs")
    numbers: list[str] = []
    with desk.client.stream("GET", "/gate/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        threading.Timer(0.3, lambda: numbers.append(lodged(nodes, next(_NUMBERS))[1])).start()
        for line in stream.iter_lines():
            if line.startswith("data:") and numbers and numbers[0] in line:
                break


def test_the_journal_is_read_page_by_page_and_live(nodes: Nodes) -> None:
    lodged(nodes, next(_NUMBERS))
    newest = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/events?limit=2")[1]["entries"]
    assert [one["id"] for one in newest] == sorted((one["id"] for one in newest), reverse=True)
    older = nodes.ask(Side.CUSTOMS, "auditor", "GET", f"/v1/events?limit=1&before={newest[0]['id']}")[1][
        "entries"
    ]
    assert older == newest[1:2]
    after = nodes.ask(Side.CUSTOMS, "auditor", "GET", f"/v1/events?after={older[0]['id']}&limit=1")[1][
        "entries"
    ]
    assert after == newest[:1]
    headers = {**nodes.headers("auditor"), "Last-Event-ID": str(older[0]["id"])}
    with httpx2.stream(
        "GET", nodes.address(Side.CUSTOMS) + "/v1/events/live", headers=headers, trust_env=False, timeout=60
    ) as told:
        assert next(line for line in told.iter_lines() if line) == f"id: {newest[0]['id']}"


def test_a_certificate_is_reissued_from_its_page(nodes: Nodes, sit: Sit) -> None:
    which = next(_NUMBERS)
    certificate, _ = goods(which)
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    nodes.settled()
    number, tax = certificate["number"], sit(Side.TAX, "tax")
    assert "/reissue" in tax.see(f"/certificates/{number}").text
    path = f"/certificates/{number}/reissue"
    form = fields_of(tax.see(path), f"/console{path}")
    wrong = tax.send(path, **{**form, "number": "", "reason": "数量有误"})
    assert wrong.status_code == 422
    assert 'value="数量有误"' in wrong.text
    form = fields_of(wrong, f"/console{path}")
    done = tax.send(path, **{**form, "number": f"R{which}", "l0.quantity": "80"})
    assert done.status_code == 200, done.text
    nodes.settled()
    assert "Superseded" in tax.see(f"/certificates/{number}").text
    told = nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/R{which}")[1]
    assert told["state"] == "issued"
    assert told["document"]["lines"][0]["quantity"] == "80"
