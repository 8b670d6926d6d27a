"""For an enterprise at customs: its declarations, where each stands and what it waits for, a page at a time."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.page import calls_of, page, pages
from hefu.console.pages.due import due_of
from hefu.protocol.records import DeclarationState

SHOWN: Final = 50
"""Rows of a page."""
HELD: Final = 10
"""Held declarations that stand above all others on the first page: there is something to do about them."""
_USCC: Final = re.compile(r"[0-9A-Z]{18}")


def routes() -> APIRouter:
    """The list."""
    router = pages()

    @router.get("/mine")
    async def mine(request: Request) -> Response:
        query = request.query_params
        asked = {name: query.get(name, "").strip() for name in ("trader", "state", "from", "to", "after")}
        own = sorted(one for one in request.state.identity.codes if _USCC.fullmatch(one))
        trader = asked["trader"] or next(iter(own), "")
        told: dict[str, Any] = {"declarations": [], "next": ""}
        held = told
        filters = {name: asked[name] for name in ("state", "from", "to", "after") if asked[name]}
        if trader:
            calls = calls_of(request)
            told = await calls.get("/v1/declarations", trader=trader, limit=str(SHOWN), **filters)
            if not filters:
                state = DeclarationState.HELD.value
                held = await calls.get("/v1/declarations", trader=trader, limit=str(HELD), state=state)
        kept = {name: asked[name] for name in ("trader", "state", "from", "to") if asked[name]}
        return page(
            request,
            "mine.html",
            asked=asked,
            trader=trader,
            traders=own,
            states=[one.value for one in DeclarationState],
            rows=[{**one, "waits": _waits(one)} for one in told["declarations"]],
            held=[{**one, "waits": _waits(one)} for one in held["declarations"]],
            more_held=bool(held["next"]),
            held_only=urlencode({"trader": trader, "state": DeclarationState.HELD.value}),
            is_filtered=bool(asked["state"] or asked["from"] or asked["to"]),
            next=urlencode({**kept, "after": told["next"]}) if told["next"] else "",
            first=urlencode(kept),
            due=None if filters else await due_of(request),
            today=date.today().isoformat(),  # noqa: DTZ011 - only bounds what may be chosen
        )

    return router


def _waits(one: dict[str, Any]) -> dict[str, Any]:
    """What a declaration waits for: a certificate that has not arrived, something that the declarant can do (the first
    finding that blocks), the officer, or nothing.
    """
    if one["state"] == DeclarationState.HELD.value:
        if one["deferred"]:
            return {"kind": "paper", "what": one["deferred"]}
        if one["waits_for"]:
            return {"kind": "certificate", "what": ", ".join(one["waits_for"])}
        blocking = [found for found in one["findings"] if found["severity"] == "block"]
        return {
            "kind": "you",
            "finding": blocking[0] if blocking else None,
            "more": max(0, len(blocking) - 1),
        }
    if one["state"] == DeclarationState.RESERVED.value:
        return {"kind": "release"}
    return {"kind": "compare" if one["state"] == DeclarationState.LODGED.value else "nothing"}
