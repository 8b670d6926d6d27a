"""At customs: paper certificates of a contingency. One officer types what the paper says and scans it, another holds the
scan against it and approves.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import Refused, part
from hefu.console.draft import GOODS, Line, filled, lines_in
from hefu.console.page import back_to, calls_of, page, pages
from hefu.console.pages.contingency import moment, waiting
from hefu.console.papers.intake import form_with_file
from hefu.documents.certificate import Purpose, RefundState
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES

_STATES: Final = ("entered", "approved", "settled", "contested", "closed")
_HEADS: Final = ("number", "purpose", "issued_on", "tax_office", "principal_certificate", "refund_state")
_BEGINS: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF": "application/pdf"}
_SCAN: Final = MAX_DOCUMENT_BYTES * 3 // 4 - 256 * 1024
"""Bytes of a form with a scan: what the API takes of it in base64."""


def routes() -> APIRouter:
    """The list, entering one, one paper with its scan."""
    router = pages()

    @router.get("/contingency/papers")
    async def papers(request: Request, state: str = "entered") -> Response:
        calls = calls_of(request)
        told, works = await asyncio.gather(calls.get("/v1/papers", state=state), calls.get("/v1/functions"))
        return page(
            request,
            "paper_list.html",
            rows=told["papers"],
            state=state,
            states=_STATES,
            tickets=works["contingencies"],
        )

    @router.get("/contingency/papers/new")
    async def blank(request: Request, declaration: str = "") -> Response:
        form: dict[str, str] = {"declaration": declaration}
        told = await calls_of(request).find(f"/v1/declarations/{part(declaration)}") if declaration else None
        lines: list[Line] = [{}]
        if told:
            form |= {"purpose": told["act"], "number": next(iter(_named(told)), "")}
            lines = [{} for _ in told["document"].get("items", [])] or lines
        return await _shown(request, form, lines)

    @router.post("/contingency/papers/new")
    async def enter(request: Request) -> Response:
        """Enter a paper, or add a line to it; what is wrong is said by the form, where only the scan is chosen anew."""
        form, scan = await form_with_file(request, _SCAN)
        lines = lines_in(form, GOODS)
        if form.get("to") == "more":
            return await _shown(request, form, [*lines, {}])
        body = _entry(form, lines, scan)
        try:
            told = await calls_of(request).post("/v1/papers", body, key=form.get("key", ""))
        except Refused as refused:
            return await _shown(request, form, lines, refused)
        where = "contests" if told["result"] == "contested" else f"papers/{part(told['number'])}"
        return back_to(f"/contingency/{where}")

    @router.get("/contingency/papers/{number}")
    async def paper(request: Request, number: str) -> Response:
        calls = calls_of(request)
        told = await calls.get(f"/v1/papers/{part(number)}")
        acts = await waiting(calls, "paper.enter", number)
        record = await calls.find(f"/v1/certificates/{part(number)}")
        _, kind = await calls.file(f"/v1/papers/{part(number)}/scan")
        return page(
            request, "paper.html", told=told, acts=acts, record=record, picture=kind.startswith("image/")
        )

    @router.get("/contingency/papers/{number}/scan")
    async def scan(request: Request, number: str) -> Response:
        data, kind = await calls_of(request).file(f"/v1/papers/{part(number)}/scan")
        secure = {
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
        return Response(data, media_type=kind, headers=secure)

    return router


def _named(told: Mapping[str, Any]) -> list[str]:
    return [one["number"] for one in told["document"].get("certificates", [])]


async def _shown(
    request: Request,
    form: Mapping[str, str],
    lines: Sequence[Line],
    refused: Refused | None = None,
) -> Response:
    works = await calls_of(request).get("/v1/functions")
    return page(
        request,
        "paper_new.html",
        refused.status if refused else 200,
        form=form,
        lines=lines,
        problems=refused.body.get("problems", []) if refused else (),
        tickets=works["contingencies"],
        purposes=[one.value for one in Purpose],
        states=[one.value for one in RefundState],
    )


def _entry(form: Mapping[str, str], lines: Sequence[Line], scan: bytes) -> dict[str, Any]:
    """The paper as the API takes it; what was left empty is left out."""
    holder = {"uscc": form.get("holder_uscc", ""), "name": form.get("holder_name", "")}
    certificate = {name: form.get(name, "") for name in _HEADS}
    typed = [{"line": number, **filled(line)} for number, line in enumerate(lines, 1) if filled(line)]
    kind = next((kind for begin, kind in _BEGINS.items() if scan.startswith(begin)), "image/png")
    return filled(
        {
            "certificate": filled({**certificate, "holder": filled(holder), "lines": typed}),
            "declaration": form.get("declaration", ""),
            "ticket": form.get("ticket", ""),
            "scan": {"media_type": kind, "data": base64.b64encode(scan).decode()},
            "served_at": moment(form.get("served_at", "")),
        }
    )
