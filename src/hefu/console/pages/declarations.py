"""At customs: what is held, and a declaration with its certificates side by side, why it is held and what would clear it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import Calls, Refused, part
from hefu.console.page import back_to, calls_of, form_of, page, pages
from hefu.console.pages.contingency import waiting

_GROUNDS: Final = {"release": "", "override": "ground", "reopen-goods": "ground"}
"""What is decided or proposed about a declaration, and under which name it takes its reason if not as ``reason``."""
_FORM: Final = 1024 * 1024
"""Bytes of a corrected declaration of a thousand items."""
_ACTS: Final = ("declaration.override", "goods.reopen")


def routes() -> APIRouter:
    """The lists, one declaration, and its decisions."""
    router = pages()

    @router.get("/declarations/{number}")
    async def read(request: Request, number: str) -> Response:
        calls = calls_of(request)
        told = await calls.get(f"/v1/declarations/{part(number)}")
        named = dict.fromkeys(
            [*(one["number"] for one in told["document"].get("certificates", [])), *told["certificates"]]
        )
        certificates = [
            one for number in named if (one := await calls.find(f"/v1/certificates/{part(number)}"))
        ]
        missing = [one for one in named if one not in {c["number"] for c in certificates}]
        return page(
            request,
            "declaration.html",
            told=told,
            acts=[one for kind in _ACTS for one in await waiting(calls, kind, number)],
            paper=await _paper_serves(calls) if missing and told["state"] == "held" else False,
            beside=[_beside(told, one) for one in certificates],
            missing=missing,
            changes=await _changes(calls, told),
            apply_for=told["document"].get("related") or "",
            signs=await calls.find(f"/v1/declarations/{part(number)}/signs"),
        )

    @router.get("/declarations/{number}/correct")
    async def prepare(request: Request, number: str) -> Response:
        calls = calls_of(request)
        told = await calls.get(f"/v1/declarations/{part(number)}")
        changes = await _changes(calls, told)
        document = told["document"]
        return page(request, "correct.html", number=number, document=document, changes=changes, problems=())

    @router.post("/declarations/{number}/correct")
    async def correct(request: Request, number: str) -> Response:
        """Put a corrected declaration in its place; it is compared again at once. What is wrong is said by the form."""
        form, calls = await form_of(request, _FORM), calls_of(request)
        told = await calls.get(f"/v1/declarations/{part(number)}")
        document = _corrected(told["document"], form)
        try:
            await calls.put(f"/v1/declarations/{part(number)}", document, key=form.get("key", ""))
        except Refused as refused:
            return page(
                request,
                "correct.html",
                refused.status,
                number=number,
                document=document,
                changes=(),
                problems=refused.body.get("problems", []),
            )
        return back_to(f"/declarations/{part(number)}")

    @router.post("/declarations/{number}/{decision}")
    async def decide(request: Request, number: str, decision: str) -> Response:
        """Release, refuse or withdraw, or propose what two officers may decide; the page then shows what came of it."""
        form = await form_of(request)
        name = _GROUNDS.get(decision, "reason")
        body = {name: form.get("reason", "")} if name else None
        path = f"/v1/declarations/{part(number)}/{part(decision)}"
        await calls_of(request).post(path, body, key=form.get("key", ""))
        return back_to(f"/declarations/{part(number)}")

    return router


async def _changes(calls: Calls, told: Mapping[str, Any]) -> list[Any]:
    """The smallest changes that would clear a declaration, where it is held."""
    if told["state"] != "held":
        return []
    found = await calls.get(f"/v1/declarations/{part(told['number'])}/changes")
    return list(found["changes"])


async def _paper_serves(calls: Calls) -> bool:
    """Whether a contingency is open."""
    works = await calls.get("/v1/functions")
    return any(one["state"] == "contingency" for one in works["functions"])


def _corrected(document: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """The declaration as changed in the form."""
    named = {one["number"]: one for one in document.get("certificates", [])}
    numbers = dict.fromkeys(form.get("certificates", "").upper().split())
    items = [
        {
            **item,
            **{name: form[key] for name in ("hs_code", "goods_name") if (key := f"i{place}.{name}") in form},
            "first": {**item["first"], "quantity": form.get(f"i{place}.quantity", item["first"]["quantity"])},
        }
        for place, item in enumerate(document.get("items", []))
    ]
    changed = {
        **document,
        "certificates": [named.get(one, {"number": one}) for one in numbers],
        "items": items,
        "related": form.get("related") or None,
    }
    return {name: value for name, value in changed.items() if value is not None}


def _beside(told: dict[str, Any], certificate: dict[str, Any]) -> dict[str, Any]:
    """A declaration and one of its certificates row by row, each row with whether a finding speaks of it."""
    document, held = told["document"], certificate["document"]
    findings = [one for one in told["findings"] if one["certificate"] in ("", certificate["number"])]
    marked = {(one["field"], one["item"], one["line"]) for one in findings}
    fields = {field for field, _, _ in marked}

    def head(field: str, declared: Any, certified: Any, *names: str) -> dict[str, Any]:
        return {
            "field": field,
            "declared": declared,
            "certified": certified,
            "differs": bool(fields & {field, *names}),
        }

    heads = [
        head("purpose", document["act"], held["purpose"], "act"),
        head("trader", _firm(document.get("trader")), _firm(held.get("holder")), "holder"),
        head("owner", _firm(document.get("owner")), "", "owner"),
        head("declarant", _firm(document.get("declarant")), _firm(held.get("agent")), "agent"),
        head("declared_on", document.get("declared_on"), held.get("issued_on"), "issued_on"),
        head("covers", document.get("related"), _exports(held), "related", "declaration", "original"),
    ]
    rows = zip_longest(document.get("items", []), held["lines"])
    return {
        "certificate": certificate,
        "heads": heads,
        "findings": findings,
        "rows": [
            {
                "item": item,
                "line": line,
                "differs": {
                    field
                    for field, at, of in marked
                    if (item and at == item["item"]) or (line and of == line["line"])
                },
            }
            for item, line in rows
        ],
    }


def _firm(party: dict[str, Any] | None) -> str:
    if not party:
        return ""
    return " ".join(filter(None, (party.get("name"), party.get("uscc") or party.get("customs_code"))))


def _exports(held: dict[str, Any]) -> str:
    named = (line.get("declaration") or line.get("invoice") for line in held["lines"])
    return ", ".join(dict.fromkeys(one for one in named if one))
