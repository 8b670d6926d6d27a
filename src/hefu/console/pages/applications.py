"""At tax: the queue of applications with the goods ledger beside each, and the ledger of an export declaration."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import part
from hefu.console.page import back_to, calls_of, form_of, page, pages
from hefu.console.pages.due import due_of

SHOWN: Final = 200
"""Rows of a page."""
_STATES: Final = ("filed", "approved", "rejected", "withdrawn")


def routes() -> APIRouter:
    """Queue, one application, its decision, and the ledger."""
    router = pages()

    @router.get("/applications")
    async def queue(request: Request, state: str = "filed", after: str = "") -> Response:
        told = await calls_of(request).get("/v1/applications", state=state, after=after, limit=str(SHOWN))
        due = await due_of(request) if not request.query_params else None
        following = urlencode({"state": state, "after": told["next"]}) if told["next"] else ""
        return page(
            request,
            "applications.html",
            state=state,
            states=_STATES,
            rows=told["applications"],
            after=after,
            next=following,
            due=due,
        )

    @router.get("/applications/{serial}")
    async def read(request: Request, serial: str) -> Response:
        calls = calls_of(request)
        told = await calls.get(f"/v1/applications/{part(serial)}")
        ledgers = [await calls.find(f"/v1/ledger/{part(number)}") for number in _exports(told["document"])]
        return page(request, "application.html", told=told, ledgers=[one for one in ledgers if one])

    @router.post("/applications/{serial}/{decision}")
    async def decide(request: Request, serial: str, decision: str) -> Response:
        """Approve (with the numbers of the certificates), reject or withdraw (with a reason)."""
        form = await form_of(request)
        body: dict[str, Any] = (
            {"numbers": form.get("numbers", "").split()}
            if decision == "approve"
            else {"reason": form.get("reason", "")}
        )
        path = f"/v1/applications/{part(serial)}/{part(decision)}"
        await calls_of(request).post(path, body, key=form.get("key", ""))
        return back_to(f"/applications/{part(serial)}")

    @router.get("/ledger/{declaration}")
    async def ledger(request: Request, declaration: str) -> Response:
        told = await calls_of(request).get(f"/v1/ledger/{part(declaration)}")
        return page(request, "ledger.html", 200 if told["known"] else 404, told=told)

    return router


def _exports(document: dict[str, Any]) -> list[str]:
    """The export declarations of an application, each once, in order."""
    return list(dict.fromkeys(line["declaration"] for line in document["lines"] if line.get("declaration")))
