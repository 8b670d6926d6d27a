"""Single and bulk intake, idempotency, problems, and what an enterprise sees."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES
from hefu.protocol.records import Side
from tests import builders
from tests.nodes import Nodes, goods

pytestmark = pytest.mark.processes
CERTIFICATES, DECLARATIONS = "/v1/certificates", "/v1/declarations"


def code(told: dict[str, Any]) -> str:
    return str(told["problems"][0]["code"])


# --- idempotency -----------------------------------------------------------------------------------


def test_a_repeat_under_the_same_key_gets_the_same_answer(nodes: Nodes) -> None:
    certificate, _ = goods(800001)
    first = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate, key="k800001")
    again = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate, key="k800001")
    assert first == again == (201, {"number": certificate["number"], "result": "issued"})


def test_a_repeat_without_a_key_is_told_that_it_exists(nodes: Nodes) -> None:
    certificate, _ = goods(800002)
    assert nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)[0] == 201
    status, told = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    assert (status, told["result"]) == (200, "exists")


def test_a_key_used_for_another_request_is_refused(nodes: Nodes) -> None:
    (one, _), (other, _) = goods(800003), goods(800004)
    assert nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, one, key="k800003")[0] == 201
    status, told = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, other, key="k800003")
    assert (status, code(told)) == (422, "idempotency.key_reused")
    assert nodes.ask(Side.TAX, "tax", "GET", f"{CERTIFICATES}/{other['number']}")[0] == 404


def test_a_key_belongs_to_its_caller(nodes: Nodes) -> None:
    certificate, declaration = goods(800005)
    nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    first = nodes.ask(Side.CUSTOMS, "customs", "POST", DECLARATIONS, declaration, key="shared")
    second = nodes.ask(Side.CUSTOMS, "exporter", "POST", DECLARATIONS, declaration, key="shared")
    assert (first[0], second[0], second[1]["result"]) == (201, 200, "exists")


def test_of_many_repeats_at_once_one_is_done_and_all_are_told_the_same(nodes: Nodes) -> None:
    certificate, _ = goods(800006)

    async def all_at_once() -> list[tuple[int, dict[str, Any]]]:
        async with nodes.caller(Side.TAX, "tax") as tax:
            jobs = [tax.ask("POST", CERTIFICATES, certificate, "k800006") for _ in range(20)]
            return list(await asyncio.gather(*jobs))

    answers = asyncio.run(all_at_once())
    assert {orjson.dumps(answer) for answer in answers} == {orjson.dumps(answers[0])}
    assert answers[0][0] == 201


def test_a_refusal_is_remembered_as_well(nodes: Nodes) -> None:
    certificate, _ = goods(800007)
    nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    other = {**certificate, "issued_on": "2026-01-06"}
    first = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, other, key="k800007")
    again = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, other, key="k800007")
    assert first == again
    assert (first[0], code(first[1])) == (409, "exists_with_different_content")


# --- bulk ------------------------------------------------------------------------------------------


def test_bulk_takes_each_document_on_its_own_in_order(nodes: Nodes) -> None:
    (one, declared), (two, _) = goods(800010), goods(800011)
    body = [one, {"purpose": "export"}, declared, two, one]
    status, told = nodes.ask(Side.TAX, "tax", "POST", f"{CERTIFICATES}/bulk", body)
    assert (status, told["documents"]) == (200, 5)
    assert [r.get("result") or r["code"] for r in told["results"]] == [
        "issued",
        "document.field",
        "document.other_kind",
        "issued",
        "exists",
    ]
    assert sum(told["counts"].values()) == 5


def test_bulk_takes_a_line_each_and_survives_a_broken_line(nodes: Nodes) -> None:
    (one, _), (two, _) = goods(800012), goods(800013)
    body = orjson.dumps(one) + b"\n{broken\n\n" + orjson.dumps(two) + b"\n"
    status, told = nodes.ask(Side.TAX, "tax", "POST", f"{CERTIFICATES}/bulk", body)
    assert status == 200
    assert [r.get("result") or r["code"] for r in told["results"]] == ["issued", "document.syntax", "issued"]
    assert told["results"][1]["problems"][0]["file"] == "request line 2"


def test_bulk_repeats_under_its_key(nodes: Nodes) -> None:
    body = [goods(800014)[0], goods(800015)[0]]
    first = nodes.ask(Side.TAX, "tax", "POST", f"{CERTIFICATES}/bulk", body, key="b800014")
    again = nodes.ask(Side.TAX, "tax", "POST", f"{CERTIFICATES}/bulk", body, key="b800014")
    assert first == again
    assert first[1]["counts"] == {"issued": 2}


def test_bulk_declarations_are_compared_together_and_in_order(nodes: Nodes) -> None:
    certificate, declaration = goods(800016)
    rival = {**declaration, "number": "530120260980001600"}
    nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    nodes.settled()
    status, told = nodes.ask(Side.CUSTOMS, "customs", "POST", f"{DECLARATIONS}/bulk", [declaration, rival])
    assert status == 200
    assert [one["state"] for one in told["results"]] == ["reserved", "held"]
    (finding,) = told["results"][1]["findings"]
    assert finding["code"] == "certificate.reserved"
    assert declaration["number"] in finding["message"]["en"]


# --- problems --------------------------------------------------------------------------------------


def test_bad_input_is_told_in_full_with_place_and_cure_in_both_languages(nodes: Nodes) -> None:
    certificate, _ = goods(800020)
    certificate["lines"][0]["quantity"] = "many"
    certificate["holder"]["uscc"] = "123"
    status, told = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    assert status == 422
    places = {problem["place"] for problem in told["problems"]}
    assert any("quantity" in place for place in places)
    assert any("uscc" in place for place in places)
    for problem in told["problems"]:
        assert problem["message"]["zh"]
        assert problem["message"]["en"]
        assert problem["cure"]["zh"]
        assert problem["cure"]["en"]
    assert {"type", "title", "status", "detail"} <= told.keys()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "route.unknown")),
        ("DELETE", "/v1/status", (405, "route.method")),
        ("GET", "/v1/certificates/NOSUCH", (404, "certificate.not_found")),
        ("GET", "/v1/certificates/%00", (404, "certificate.not_found")),
    ],
)
def test_wrong_paths_are_problems_too(
    nodes: Nodes, method: str, path: str, expected: tuple[int, str]
) -> None:
    status, told = nodes.ask(Side.TAX, "auditor", method, path)
    assert (status, code(told)) == expected


def test_a_body_beyond_the_limit_is_refused_by_name(nodes: Nodes) -> None:
    body = b'{"number": "' + b"9" * MAX_DOCUMENT_BYTES + b'"}'
    status, told = nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, body)
    assert (status, code(told)) == (413, "document.too_large")


def test_correcting_under_another_number_is_refused(nodes: Nodes) -> None:
    _, declaration = goods(800021)
    status, _ = nodes.ask(Side.CUSTOMS, "customs", "PUT", f"{DECLARATIONS}/530120260980002199", declaration)
    assert status in {404, 409, 422}


# --- who sees what -----------------------------------------------------------------------------------


def test_an_enterprise_sees_and_does_only_what_is_its_own(nodes: Nodes) -> None:
    certificate, declaration = goods(800030)
    nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    assert nodes.ask(Side.CUSTOMS, "exporter", "POST", DECLARATIONS, declaration)[0] == 201
    number, declared = certificate["number"], declaration["number"]
    nodes.settled()
    for side, path in (
        (Side.TAX, f"{CERTIFICATES}/{number}"),
        (Side.CUSTOMS, f"{CERTIFICATES}/{number}"),
        (Side.CUSTOMS, f"{DECLARATIONS}/{declared}"),
        (Side.TAX, f"/v1/trace/{number}"),
        (Side.CUSTOMS, f"/v1/trace/{declared}"),
    ):
        assert nodes.ask(side, "exporter", "GET", path)[0] == 200, path
        status, told = nodes.ask(side, "agent", "GET", path)
        assert (status, code(told)) == (403, "access.not_a_party"), path
    for path, body in (("withdraw", {"reason": "mine"}),):
        status, told = nodes.ask(Side.CUSTOMS, "agent", "POST", f"{DECLARATIONS}/{declared}/{path}", body)
        assert (status, code(told)) == (403, "access.not_a_party")
    changed = {**declaration, "trader": builders.AGENT, "owner": builders.AGENT}
    status, told = nodes.ask(Side.CUSTOMS, "agent", "PUT", f"{DECLARATIONS}/{declared}", changed)
    assert (status, code(told)) == (403, "access.not_a_party")
    stranger = {**declaration, "number": "530120260980003000"}
    status, told = nodes.ask(Side.CUSTOMS, "agent", "POST", DECLARATIONS, stranger)
    assert (status, code(told)) == (403, "access.not_a_party")


def test_a_stranger_learns_nothing_from_a_trace(nodes: Nodes) -> None:
    certificate, declaration = goods(800031)
    nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    nodes.ask(Side.CUSTOMS, "customs", "POST", DECLARATIONS, declaration)
    nodes.settled()
    for side, number in ((Side.TAX, declaration["number"]), (Side.TAX, "NOSUCH")):
        status, told = nodes.ask(side, "agent", "GET", f"/v1/trace/{number}")
        assert (status, told["entries"], told["standing"]) == (200, [], None)


def test_an_enterprise_sees_in_a_trace_the_office_and_not_the_officer(nodes: Nodes) -> None:
    certificate, declaration = goods(800032)
    nodes.ask(Side.TAX, "tax", "POST", CERTIFICATES, certificate)
    nodes.ask(Side.CUSTOMS, "exporter", "POST", DECLARATIONS, declaration)
    nodes.settled()
    number, declared = certificate["number"], declaration["number"]
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", f"{DECLARATIONS}/{declared}/release")[0] == 200
    persons = {one.person for one in nodes.settings.identities.values() if one.person}
    for side, which, office in (
        (Side.TAX, number, "tax_officer:国家税务总局北京市税务局"),
        (Side.CUSTOMS, declared, "customs_officer:皇岗海关"),
        (Side.CUSTOMS, number, "customs_officer:皇岗海关"),
    ):
        mine = nodes.ask(side, "exporter", "GET", f"/v1/trace/{which}")[1]
        whole = nodes.ask(side, "auditor", "GET", f"/v1/trace/{which}")[1]
        assert not [one for one in persons if one in str(mine)], which
        assert [one for one in persons if one in str(whole)], which
        assert office in [one["actor"] for one in mine["entries"]]
        for one, other in zip(mine["entries"], whole["entries"], strict=True):
            assert {**one, "actor": ""} == {**other, "actor": ""}
            assert one["actor"] == other["actor"].partition("/")[0]
        assert mine["standing"] == whole["standing"]
        for who in ("tax", "customs", "operator", "investigator"):
            assert nodes.ask(side, who, "GET", f"/v1/trace/{which}")[1] == whole


# --- the API's own description -------------------------------------------------------------------------


@pytest.mark.parametrize("side", list(Side))
def test_openapi_describes_every_route_with_its_body(nodes: Nodes, side: Side) -> None:
    status, told = nodes.ask(side, "auditor", "GET", "/openapi.json")
    assert status == 200
    assert told["openapi"].startswith("3.")
    operations = [op for path in told["paths"].values() for op in path.values()]
    assert len(operations) >= 10
    assert all(op.get("summary") or op.get("description") for op in operations)
    home = CERTIFICATES if side is Side.TAX else DECLARATIONS
    body = told["paths"][home]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "number" in body["properties"]
