"""For an enterprise: papers dropped into the console and looked through, self-inspection and the dossier of shipments."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, Response

from hefu import errors
from hefu.console.language import language_of
from hefu.console.page import back_to, page, pages, rendered
from hefu.console.papers.bundle import DOSSIER, INSPECTION, UNKNOWN, Bundle, State
from hefu.console.papers.cabinet import Cabinet, cabinet_of
from hefu.console.papers.intake import take
from hefu.console.session import token_of
from hefu.errors import Text
from hefu.http.events import event_stream
from hefu.http.guard import admit
from hefu.http.node import Node
from hefu.inspection.progress import STEPS
from hefu.trust.access import Action, token_digest

SHOWN: Final = 50
"""Rows of a page."""
_PAUSE: Final = 0.4
"""Seconds between two looks at how far it is."""
_QUIET: Final = 15.0
_FILES: Final = {
    "report.html": "text/html; charset=utf-8",
    "report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "report.json": "application/json",
    "deadlines.ics": "text/calendar; charset=utf-8",
}
_REPORT: Final = (
    "sandbox allow-scripts allow-forms allow-modals allow-downloads allow-popups; default-src 'none'; form-action 'none';"
    " style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""A report has its own policy besides, which is stricter; here it is kept apart from the console that shows it."""
_USCC: Final = re.compile(r"[0-9A-Z]{18}")


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with papers: under which address, in which steps, shown how."""

    address: str
    steps: tuple[str, ...]
    template: str


_WORKS: Final[Mapping[str, Work]] = {
    INSPECTION: Work(INSPECTION, tuple(STEPS), "inspection.html"),
    DOSSIER: Work(DOSSIER, ("read", "compare", "write"), "dossier.html"),
}


def routes() -> APIRouter:
    """The pages of both, the same but for what is shown in the end."""
    router = pages()
    for work in _WORKS.values():
        _giving(router, work)
        _looking(router, work)

    @router.get(f"/{DOSSIER}/{{number}}/shipments/{{place}}")
    async def shipment(request: Request, number: str, place: int) -> Response:
        """One shipment: what is missing, contradicts, is due."""
        one = _found(request, _WORKS[DOSSIER], number)
        if one.is_open or not (one.made / f"shipment-{place}.json").is_file():
            errors.fail(UNKNOWN, value=f"{number} {place}")
        told = await asyncio.to_thread(one.told, f"shipment-{place}")
        return page(request, "shipment.html", bundle=one, told=told)

    return router


def _giving(router: APIRouter, work: Work) -> None:
    @router.get(f"/{work.address}", name=work.address)
    async def entrance(request: Request) -> Response:
        """Where papers are given, and what was given."""
        cabinet = _opened(request)
        return page(
            request,
            "papers.html",
            work=work,
            bundles=cabinet.of(_owner(request), work.address),
            hours=cabinet.hours,
            limit=cabinet.limit,
        )

    @router.post(f"/{work.address}")
    async def give(request: Request) -> Response:
        """Take papers in and look through them; the page of the bundle follows."""
        cabinet = _opened(request)
        one = cabinet.begin(_owner(request), work.address, language_of(request).code)
        try:
            fields = await take(request, one, cabinet.limit)
            cabinet.start(one, _order(request, one, fields))
        except BaseException as wrong:
            await cabinet.delete(one)
            if isinstance(wrong, ClientDisconnect):
                return Response(status_code=400)
            raise
        return back_to(f"/{work.address}/{one.id}")

    @router.post(f"/{work.address}/{{number}}/cancel")
    async def cancel(request: Request, number: str) -> Response:
        one = _found(request, work, number)
        await cabinet_of(request.app).cancel(one)
        return back_to(f"/{work.address}/{number}")

    @router.post(f"/{work.address}/{{number}}/delete")
    async def delete(request: Request, number: str) -> Response:
        one = _found(request, work, number)
        await cabinet_of(request.app).delete(one)
        return back_to(f"/{work.address}")


def _looking(router: APIRouter, work: Work) -> None:
    @router.get(f"/{work.address}/{{number}}")
    async def read(request: Request, number: str, start: int = 0) -> Response:
        """How far it is, and in the end what was found."""
        one = _found(request, work, number)
        if one.state is not State.DONE:
            return page(request, "bundle.html", **_progress(request, work, one))
        told = await asyncio.to_thread(one.told, "summary")
        shown = {"start": max(0, start), "shown": SHOWN} if work.address == DOSSIER else {}
        return page(request, work.template, bundle=one, work=work, told=told, **shown)

    @router.get(f"/{work.address}/{{number}}/live")
    async def live(request: Request, number: str) -> Response:
        """How far it is, whenever that changes, as server-sent events."""
        return event_stream(_events(request, work, _found(request, work, number)))

    @router.get(f"/{work.address}/{{number}}/files/{{name}}")
    async def file(request: Request, number: str, name: str, download: bool = False) -> Response:
        """A report, to be opened here or taken away."""
        one = _found(request, work, number)
        if name not in _FILES or one.state is not State.DONE or not (one.made / name).is_file():
            errors.fail(UNKNOWN, value=name)
        is_shown = name == "report.html" and not download
        return FileResponse(
            one.made / name,
            media_type=_FILES[name],
            filename=f"hefu-{one.given_at:%Y%m%d-%H%M}-{name}",
            content_disposition_type="inline" if is_shown else "attachment",
            headers={
                "content-security-policy": _REPORT,
                "cache-control": "no-store",
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
            },
        )


def _opened(request: Request) -> Cabinet:
    """The cabinet, for whom the table lets in."""
    admit(request, Action.OWN_PAPERS)
    return cabinet_of(request.app)


def _owner(request: Request) -> str:
    return token_digest(token_of(request))


def _found(request: Request, work: Work, number: str) -> Bundle:
    return _opened(request).find(number, _owner(request), work.address)


def _order(request: Request, one: Bundle, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the worker is to do, by the rules that this node judges by now."""
    node: Node = request.app.state.node
    order: dict[str, Any] = {
        "kind": one.kind,
        "made": str(one.made),
        "language": one.language,
        "rules": (node.ruleset, node.policy),
    }
    if fields.get("register"):
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(node.settings.host, node.settings.host)  # noqa: S104
        address = f"[{host}]" if ":" in host else host
        order |= {"node": f"http://{address}:{node.settings.port}", "token": token_of(request)}
    enterprise = fields.get("enterprise", "").upper()
    if _USCC.fullmatch(enterprise):
        order["enterprise"] = enterprise
    return order


def _progress(request: Request, work: Work, one: Bundle) -> dict[str, Any]:
    """What a page says while it is looked through: each step with whether it is over, and the bar of the present one."""
    names = [step for step in work.steps if step != "ask" or one.step == "ask"]
    at = names.index(one.step) if one.step in names else -1 if one.state is State.WAITING else 0
    steps = [
        {"name": _words(step), "standing": "over" if place < at else "now" if place == at else "later"}
        for place, step in enumerate(names)
    ]
    ahead = cabinet_of(request.app).ahead(one) if one.state is State.WAITING else 0
    return {"bundle": one, "work": work, "steps": steps, "ahead": ahead}


def _words(step: str) -> dict[str, str]:
    told: Text = STEPS[step]
    return told._asdict()


async def _events(request: Request, work: Work, one: Bundle) -> AsyncIterator[bytes]:
    node: Node = request.app.state.node
    seen: tuple[object, ...] = ()
    quiet = 0.0
    while not node.stopping:
        if one.mark != seen:
            seen, quiet = one.mark, 0.0
            told = rendered(language_of(request), "_progress.html", **_progress(request, work, one))
            yield b"".join(b"data: %s\n" % line.encode() for line in told.splitlines()) + b"\n"
        elif quiet >= _QUIET:
            quiet = 0.0
            yield b"event: quiet\ndata: quiet\n\n"
        if not one.is_open:
            yield b"event: over\ndata: over\n\n"
            return
        await asyncio.sleep(_PAUSE)
        quiet += _PAUSE
