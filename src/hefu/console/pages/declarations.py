"""At customs: what is held, and a declaration with its certificates side by side, why it is held and what would clear it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import part
from hefu.console.page import back_to, calls_of, form_of, page, pages

_DECISIONS: Final = {"release": False, "refuse": True, "withdraw": True}
"""What is decided about a declaration, and whether it needs a reason."""


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
        changes = (
            await calls.get(f"/v1/declarations/{part(number)}/changes") if told["state"] == "held" else {}
        )
        return page(
            request,
            "declaration.html",
            told=told,
            beside=[_beside(told, one) for one in certificates],
            missing=[one for one in named if one not in {c["number"] for c in certificates}],
            changes=changes.get("changes", []),
        )

    @router.post("/declarations/{number}/{decision}")
    async def decide(request: Request, number: str, decision: str) -> Response:
        """Release, refuse or withdraw; the page then shows what came of it."""
        form = await form_of(request)
        body = {"reason": form.get("reason", "")} if _DECISIONS.get(decision, True) else None
        path = f"/v1/declarations/{part(number)}/{part(decision)}"
        await calls_of(request).post(path, body, key=form.get("key", ""))
        return back_to(f"/declarations/{part(number)}")

    return router


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
