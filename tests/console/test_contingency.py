"""Contingency at the console: a ticket, a paper by two officers, settled or contested, and what two officers may decide."""

from __future__ import annotations

import struct
import time
import zlib
from itertools import count
from typing import Any

import httpx2
import pytest

from hefu.console.papers.bundle import CUT_OFF
from hefu.protocol.records import Side
from tests.console.conftest import Sit
from tests.console.desk import Desk, fields_of, key_of, lodged
from tests.nodes import Nodes, goods

pytestmark = pytest.mark.processes
_NUMBERS = count(840_000)
_NEW = "/contingency/papers/new"


def picture(width: int = 40, height: int = 24) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\xc0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def held(nodes: Nodes) -> tuple[dict[str, Any], dict[str, Any]]:
    """A declaration that waits for its certificate, which tax has not issued; both documents."""
    certificate, declaration = goods(next(_NUMBERS))
    status, told = nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", declaration)
    assert (status, told["state"]) == (201, "held")
    return certificate, declaration


def typed(form: dict[str, str], certificate: dict[str, Any], ticket: str) -> dict[str, str]:
    """The form of a paper as an officer fills it in."""
    line = certificate["lines"][0]
    goods = ("invoice", "invoice_line", "hs_code", "goods_name", "quantity", "unit")
    return {
        **form,
        "ticket": ticket,
        "purpose": "export",
        "refund_state": "not_claimed",
        "issued_on": certificate["issued_on"],
        "tax_office": certificate["tax_office"],
        "holder_uscc": certificate["holder"]["uscc"],
        **{f"l0.{name}": str(line[name]) for name in goods},
    }


def entered(
    desk: Desk, certificate: dict[str, Any], declaration: dict[str, Any], ticket: str
) -> httpx2.Response:
    page = desk.see(f"{_NEW}?declaration={declaration['number']}")
    return desk.upload(_NEW, typed(fields_of(page, f"/console{_NEW}"), certificate, ticket), picture())


def _approved(desk: Desk, page: httpx2.Response) -> httpx2.Response:
    form = next(one for one in page.text.split("<form")[1:] if "/approve" in one)
    path = form.split('action="/console')[1].split('"')[0]
    return desk.send(path, **fields_of(page, f"/console{path}"))


def _until(desk: Desk, path: str, *told: str) -> str:
    """The page as soon as it says all of it."""
    for _ in range(100):
        page = desk.see(path).text
        if all(one in page for one in told):
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_paper_is_entered_by_one_officer_and_approved_by_another(
    nodes: Nodes, sit: Sit, ticket: str
) -> None:
    certificate, declaration = held(nodes)
    one, two = sit(Side.CUSTOMS, "customs"), sit(Side.CUSTOMS, "customs2")
    number = certificate["number"]
    assert _NEW in one.see(f"/declarations/{declaration['number']}").text
    form = fields_of(one.see(f"{_NEW}?declaration={declaration['number']}"), f"/console{_NEW}")
    assert form["number"] == number
    assert form["l0.quantity"] == ""  # what the declaration says is not what the paper says
    no_scan = one.upload(_NEW, typed(form, certificate, ticket), b"")
    assert no_scan.status_code == 422
    assert "choose the scan again" in no_scan.text
    again = fields_of(no_scan, f"/console{_NEW}")
    assert again["l0.hs_code"] == certificate["lines"][0]["hs_code"]
    for _ in range(2):  # a form sent twice
        shown = one.upload(_NEW, {**typed(again, certificate, ticket)}, picture())
        assert shown.url.path == f"/console/contingency/papers/{number}", shown.text
    assert "waits for a second officer" in shown.text
    assert "/approve" not in shown.text
    act = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/acts")[1]["acts"][-1]["act"]
    own = one.send(f"/acts/{act}/approve", remark="", key=f"own {number}")
    assert own.status_code == 403
    assert "act.same_officer" in own.text
    assert number in two.see("/contingency/papers").text
    page = two.see(f"/contingency/papers/{number}")
    assert two.see(f"/contingency/papers/{number}/scan").content == picture()
    done = _approved(two, page)
    assert done.url.path == f"/console/contingency/papers/{number}"
    assert "Approved" in done.text
    assert "Handled on paper" in one.see(f"/declarations/{declaration['number']}").text
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    _until(one, "/contingency/papers?state=settled", number)


def test_a_contest_is_shown_with_both_sides_and_closed_by_two_officers(
    nodes: Nodes, sit: Sit, ticket: str
) -> None:
    certificate, declaration = held(nodes)
    one, two = sit(Side.CUSTOMS, "customs"), sit(Side.CUSTOMS, "customs2")
    _approved(
        two,
        entered(one, certificate, declaration, ticket)
        and two.see(f"/contingency/papers/{certificate['number']}"),
    )
    other = [{**certificate["lines"][0], "quantity": "90", "exported_quantity": "90"}]
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", {**certificate, "lines": other})[0] == 201
    # Tax may be asked for the number before it issues it: what was contested then closes when the record comes.
    page = _until(one, "/contingency/contests", certificate["number"], "Where they differ")
    assert "quantity" in page.lower()
    second, _ = held(nodes)
    again = entered(one, {**second, **certificate}, _named(nodes, certificate), ticket)
    assert again.url.path == "/console/contingency/contests", again.text
    assert "The other declaration" in again.text
    (contest,) = [
        one["contest"]
        for one in nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/contests")[1]["contests"]
        if one["certificate"] == certificate["number"] and one["code"] == "paper.differs"
    ]
    path = f"/contingency/contests/{contest}/close"
    form = fields_of(again, f"/console{path}")
    assert "waits for a second officer" in one.send(path, **{**form, "ground": "录入有误"}).text
    act = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/acts")[1]["acts"][-1]
    assert (act["kind"], act["content"]) == ("contest.close", {"contest": contest})
    two.send(f"/acts/{act['act']}/approve", remark="", key=f"close {contest}")
    assert "录入有误" in two.see("/contingency/contests?state=closed").text


def _named(nodes: Nodes, certificate: dict[str, Any]) -> dict[str, Any]:
    """Another declaration that names a certificate which is taken."""
    _, declaration = goods(next(_NUMBERS))
    declaration["certificates"] = [{"number": certificate["number"]}]
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", declaration)[1]["state"] == "held"
    return declaration


def test_a_held_declaration_is_corrected_or_released_by_two_officers(nodes: Nodes, sit: Sit) -> None:
    which = next(_NUMBERS)
    _, declaration = goods(which)
    wrong = [{**one, "hs_code": "8517130000"} for one in declaration["items"]]
    _, number = lodged(nodes, which, items=wrong)
    one, two = sit(Side.CUSTOMS, "customs"), sit(Side.CUSTOMS, "customs2")
    path = f"/declarations/{number}/correct"
    form = fields_of(one.see(path), f"/console{path}")
    bad = one.send(path, **{**form, "i0.quantity": "many"})
    assert bad.status_code == 422
    assert 'value="many"' in bad.text
    assert "Reserved" in one.send(path, **{**form, "i0.hs_code": "6109100000"}).text

    which = next(_NUMBERS)
    _, number = lodged(nodes, which, items=wrong)
    key = key_of(one.see(f"/declarations/{number}"), "override")
    page = one.send(f"/declarations/{number}/override", reason="临时周转货物", key=key)
    assert "waits for a second officer" in page.text
    acts = two.see("/acts")
    assert "hs.differs" in acts.text
    act = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/acts")[1]["acts"][-1]["act"]
    done = two.send(f"/acts/{act}/approve", remark="", key=f"override {number}").text
    assert "<strong>Approved:</strong> Release a held declaration" in done, "what was done is said"
    assert number in done
    released = one.see(f"/declarations/{number}").text
    assert "Released" in released
    assert "Released all the same by two officers" in released


def test_who_may_read_papers_enters_none(nodes: Nodes, sit: Sit, ticket: str) -> None:
    auditor = sit(Side.CUSTOMS, "auditor")
    for path in ("/contingency", "/contingency/papers", "/contingency/contests"):
        page = auditor.see(path)
        assert page.status_code == 200
        assert "<form" not in page.text.split("<main")[1], path
    certificate, declaration = held(nodes)
    assert entered(auditor, certificate, declaration, ticket).status_code == 403
    assert sit(Side.CUSTOMS, "exporter").see("/contingency/papers").status_code == 403


def test_a_form_that_is_not_whole_is_refused_in_words(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "customs")
    kind = {"origin": desk.address, "content-type": "multipart/form-data; boundary=b"}
    for body in (b"", b"--b\r\nnonsense", b'--b\r\ncontent-disposition: form-data; name="to"\r\n\r\nmore'):
        answer = desk.client.post(_NEW, content=body, headers=kind)
        assert answer.status_code == 400
        assert CUT_OFF.code in answer.text  # what is cut off counts for nothing
    other = desk.client.post(_NEW, data={"to": "more"}, headers={"origin": desk.address})
    assert other.status_code == 400
    assert CUT_OFF.code in other.text
