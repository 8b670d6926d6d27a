"""For an enterprise: what is due by what this node knows, on its start page and in full, and as a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import part
from hefu.console.language import language_of
from hefu.console.page import calls_of, page, pages
from hefu.procedures.due.gathering import AHEAD
from hefu.trust.access import Role

NAMED: Final = 3
"""Numbers that a row names."""
_ABOUT: Final = {
    "held": "/declarations/{}",
    "reservation": "/declarations/{}",
    "certificate_unused": "/certificates/{}",
    "return_window": "/steps?procedure=return&number={}",
    "paper_record": "/certificates/{}",
    "paper_contested": "/certificates/{}",
    "application_rejected": "/applications/{}",
    "reversal": "/certificates/{}",
    "receipt": "/ledger/{}",
    "claim": "/ledger/{}",
    "claim_last": "/ledger/{}",
    "agency_certificate": "/ledger/{}",
    "agent_report": "/ledger/{}",
}
"""Where the step stands that settles it, by the number that it is due for."""


def routes() -> APIRouter:
    """The list in full, and the calendar."""
    router = pages()

    @router.get("/due")
    async def due(request: Request) -> Response:
        told = await calls_of(request).get("/v1/due", days=str(AHEAD))
        return page(request, "due.html", due=shown(told))

    @router.get("/due.ics")
    async def calendar(request: Request) -> Response:
        data, kind = await calls_of(request).file("/v1/due.ics", language=language_of(request).code)
        headers = {"content-disposition": f'attachment; filename="hefu-{_side(request)}.ics"'}
        return Response(data, headers=headers, media_type=kind)

    return router


async def due_of(request: Request) -> dict[str, Any] | None:
    """What is due within a month, for the start page of an enterprise; ``None`` for all others."""
    if request.state.identity.role is not Role.ENTERPRISE:
        return None
    return shown(await calls_of(request).get("/v1/due"))


def shown(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is due, each with the first numbers, where each of these leads, and how many more there are."""
    rows = [
        {
            **one,
            "named": [(number, _address(one["code"], number)) for number in one["numbers"][:NAMED]],
            "more": max(0, len(one["numbers"]) - NAMED),
        }
        for one in told["due"]
    ]
    return {**told, "due": rows}


def _address(code: str, number: str) -> str:
    return _ABOUT.get(code, "/search?q={}").format(part(number))


def _side(request: Request) -> str:
    return str(request.app.state.node.side.value)
