"""A certificate: what it says, where it is now on either side, and at tax voiding it or putting another in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import Refused, part
from hefu.console.page import back_to, calls_of, form_of, page, pages
from hefu.documents.certificate import RefundState
from hefu.documents.fields import SHANGHAI
from hefu.http.node import now

_CHANGEABLE: Final = ("hs_code", "goods_name", "quantity")
"""What a new certificate may say otherwise of a line."""


def routes() -> APIRouter:
    """Reading, voiding and reissuing certificates."""
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

    @router.post("/certificates/{number}/move")
    async def move(request: Request, number: str) -> Response:
        """At customs: propose that the use belongs to another declaration."""
        form = await form_of(request)
        body = {name: form.get(name, "") for name in ("declaration", "ground")}
        await calls_of(request).post(f"/v1/certificates/{part(number)}/move", body, key=form.get("key", ""))
        return back_to("/acts")

    @router.get("/certificates/{number}/reissue")
    async def prepare(request: Request, number: str) -> Response:
        told = await calls_of(request).get(f"/v1/certificates/{part(number)}")
        return _reissue(request, number, told["document"], {})

    @router.post("/certificates/{number}/reissue")
    async def reissue(request: Request, number: str) -> Response:
        """Ask customs to let a new certificate take the place of this one; what speaks against it is said by the form."""
        form, calls = await form_of(request), calls_of(request)
        told = await calls.get(f"/v1/certificates/{part(number)}")
        renewed = _renewed(told["document"], form)
        body = {"certificate": renewed, "reason": form.get("reason", "")}
        try:
            await calls.post(f"/v1/certificates/{part(number)}/reissue", body, key=form.get("key", ""))
        except Refused as refused:
            return _reissue(request, number, renewed, form, refused)
        return back_to(f"/certificates/{part(number)}")

    return router


def _reissue(
    request: Request,
    number: str,
    document: Mapping[str, Any],
    form: Mapping[str, str],
    refused: Refused | None = None,
) -> Response:
    states = [one.value for one in RefundState]
    return page(
        request,
        "reissue.html",
        refused.status if refused else 200,
        number=number,
        document=document,
        form=form,
        states=states,
        problems=refused.body.get("problems", []) if refused else (),
    )


def _renewed(document: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """The old certificate as changed in the form, of today."""
    lines = [
        {**line, **{name: form[key] for name in _CHANGEABLE if (key := f"l{place}.{name}") in form}}
        for place, line in enumerate(document["lines"])
    ]
    return {
        **document,
        "number": form.get("number", ""),
        "issued_on": now().astimezone(SHANGHAI).date().isoformat(),
        "refund_state": form.get("refund_state", document["refund_state"]),
        "lines": lines,
    }
