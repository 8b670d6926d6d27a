"""At customs, when a system or the link is down: what works, opening and closing a contingency, and what is contested."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import Calls, part
from hefu.console.draft import filled
from hefu.console.page import back_to, calls_of, form_of, page, pages
from hefu.documents.fields import SHANGHAI

_CONTESTS: Final = ("open", "closed")


def routes() -> APIRouter:
    """Functions and tickets, and contests."""
    router = pages()

    @router.get("/contingency")
    async def functions(request: Request) -> Response:
        calls = calls_of(request)
        told, uses, acts = await asyncio.gather(
            calls.get("/v1/functions"),
            calls.get("/v1/contingencies/uses"),
            waiting(calls, "contingency.open"),
        )
        return page(request, "contingency.html", told=told, uses=uses, acts=acts)

    @router.post("/contingency")
    async def open_one(request: Request) -> Response:
        """Open a contingency; where one officer is not enough the page shows that a second one is waited for."""
        form = await form_of(request)
        body = {name: form.get(name, "") for name in ("function", "ground")}
        since = filled({"since": moment(form.get("since", ""))})
        await calls_of(request).post("/v1/contingencies", {**body, **since}, key=form.get("key", ""))
        return back_to("/contingency")

    @router.post("/contingency/{ticket}/close")
    async def close(request: Request, ticket: str) -> Response:
        form = await form_of(request)
        path = f"/v1/contingencies/{part(ticket)}/close"
        await calls_of(request).post(path, {"ground": form.get("ground", "")}, key=form.get("key", ""))
        return back_to("/contingency")

    @router.get("/contingency/contests")
    async def contests(request: Request, state: str = "open") -> Response:
        calls = calls_of(request)
        told, acts = await asyncio.gather(
            calls.get("/v1/contests", state=state), waiting(calls, "contest.close")
        )
        proposed = {one["content"]["contest"]: one for one in acts}
        rows = [
            {**one, "sides": await _sides(calls, one), "act": proposed.get(one["contest"])}
            for one in told["contests"]
        ]
        return page(request, "contests.html", rows=rows, state=state, states=_CONTESTS)

    @router.post("/contingency/contests/{contest}/close")
    async def propose(request: Request, contest: str) -> Response:
        """Propose to close a contest; a second officer approves it."""
        form = await form_of(request)
        path = f"/v1/contests/{part(contest)}/close"
        await calls_of(request).post(path, {"ground": form.get("ground", "")}, key=form.get("key", ""))
        return back_to("/contingency/contests")

    return router


async def waiting(calls: Calls, kind: str, subject: str = "") -> list[dict[str, Any]]:
    """Acts of a kind, about one number if told, that wait for a second officer; none for those who may not see them."""
    told = await calls.find("/v1/acts", state="proposed")
    return [
        one for one in (told or {}).get("acts", []) if one["kind"] == kind and subject in ("", one["subject"])
    ]


def moment(typed: str) -> str:
    """A moment typed without a zone, which is Asia/Shanghai's."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return typed


async def _sides(calls: Calls, contest: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """The two that cannot both be right, each as far as customs knows it: for whom the paper was presented, and the other
    declaration or the record.
    """
    number = part(contest["certificate"])
    record = await calls.find(f"/v1/certificates/{number}")
    declaration = await calls.find(f"/v1/declarations/{part(contest['declaration'])}")
    if contest["other"]:
        other = await calls.find(f"/v1/declarations/{part(contest['other'])}")
        return _side(declaration), _side(other, record)
    return _side(declaration, await calls.find(f"/v1/papers/{number}")), _side(None, record)


def _side(declaration: dict[str, Any] | None, certificate: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"declaration": declaration, "certificate": certificate}
