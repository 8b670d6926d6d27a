"""A certificate: what it says, where it is now on either side, and at tax voiding it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import part
from hefu.console.page import back_to, calls_of, form_of, page, pages


def routes() -> APIRouter:
    """Reading and voiding certificates."""
    router = pages()

    @router.get("/certificates/{number}")
    async def read(request: Request, number: str) -> Response:
        calls = calls_of(request)
        told = await calls.get(f"/v1/certificates/{part(number)}")
        other, away = await calls.peer(f"/v1/certificates/{part(number)}")
        return page(request, "certificate.html", number=number, told=told, other=other, away=away)

    @router.post("/certificates/{number}/void")
    async def void(request: Request, number: str) -> Response:
        """Ask customs to void it; the page then shows what customs answered."""
        form = await form_of(request)
        reason = {"reason": form.get("reason", "")}
        await calls_of(request).post(f"/v1/certificates/{part(number)}/void", reason, key=form.get("key", ""))
        return back_to(f"/certificates/{part(number)}")

    return router
