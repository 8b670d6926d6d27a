"""The routes of contingency: status for everybody; tickets, papers and contests for officers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Base64Bytes, Field
from starlette.responses import HTMLResponse, Response

from hefu import errors
from hefu.customs import contingency as desk
from hefu.customs.status_page import page
from hefu.documents.canonical import Document, as_json
from hefu.documents.certificate import Certificate
from hefu.documents.fields import SHANGHAI, Remark
from hefu.errors import HefuError, Text
from hefu.http.guard import GuardedRoute, free, may
from hefu.http.node import Node, bearer
from hefu.http.officers import Closing, GroundRequest, Written, each, numbered, write_route
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.protocol.book import Book
from hefu.protocol.contingency import contests, papers, tickets
from hefu.protocol.contingency.papers import PaperEntry, case_summary
from hefu.protocol.contingency.records import Function, PaperCase, Scan, Typed
from hefu.protocol.outcome import UNKNOWN_CERTIFICATE, Outcome
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Action

SCAN_UNREADABLE = errors.kind(
    "paper.scan_unreadable",
    http=422,
    message=Text("扫描件不是 {value}", "the scan is no {value}"),
    cure=Text("提交 PNG, JPEG 或 PDF 扫描件, 并注明其类型", "send a PNG, JPEG or PDF and name its type"),
)
BAD_MOMENT = errors.kind(
    "query.no_moment",
    http=422,
    message=Text("{place}={value} 不是日期或时间", "{place}={value} is no date or time"),
    cure=Text("写作 2026-03-01 或带时区的时间", "write 2026-03-01, or a time with its zone"),
)
_BEGINS: Final = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "application/pdf": b"%PDF"}


class OpenRequest(Document):
    """Open a contingency: for which function, why, and since when it is down."""

    function: Function
    ground: Remark = Field(min_length=1)
    since: AwareDatetime | None = None


class ScanRequest(Document):
    """The picture of a paper, in base64."""

    media_type: Literal["image/png", "image/jpeg", "application/pdf"]
    data: Base64Bytes = Field(min_length=4)


class PaperRequest(Document):
    """A paper certificate as typed, with its scan; ``served_at`` is when the paper was taken (default: now)."""

    certificate: Certificate
    declaration: str = Field(min_length=1, max_length=20)
    ticket: str = Field(min_length=1, max_length=20)
    scan: ScanRequest
    served_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Open a contingency for a function, on a ground; ``since`` when the function failed."""

    function: Function
    ground: str
    since: datetime | None = None


def contingency_routes(node: Node, published: timedelta) -> APIRouter:
    """Status, tickets, papers, contests. ``published``: after so long one officer opens a ticket."""
    router = APIRouter(route_class=GuardedRoute, tags=["contingency"])

    def open_(book: Book, told: Opening, actor: str) -> Outcome:
        return tickets.open_ticket(book, told.function, told.since, told.ground, actor, published)

    def close(book: Book, told: Closing, actor: str) -> Outcome:
        return tickets.close_ticket(book, told.what, told.ground, actor)

    def close_contest(book: Book, told: Closing, actor: str) -> Outcome:
        return contests.propose_closing(book, numbered(told.what), told.ground, actor)

    for route in (
        Written(
            "/v1/contingencies",
            Action.CONTINGENCY,
            each(open_),
            "Open a contingency: at once after the published time, else with a second officer",
            OpenRequest,
            lambda told: Opening(told.function, told.ground, told.since),
        ),
        Written(
            "/v1/contingencies/{ticket}/close",
            Action.CONTINGENCY,
            each(close),
            "Close a contingency",
            GroundRequest,
            lambda told, ticket: Closing(ticket, told.ground),
        ),
        Written(
            "/v1/papers",
            Action.ENTER_PAPER,
            each(papers.enter_paper),
            "Enter a paper certificate; a second officer approves it",
            PaperRequest,
            _entry,
        ),
        Written(
            "/v1/contests/{contest}/close",
            Action.DECIDE,
            each(close_contest),
            "Propose to close a contest; a second officer approves it",
            GroundRequest,
            lambda told, contest: Closing(contest, told.ground),
        ),
    ):
        write_route(router, node, route)
    _reading(router, node)
    return router


def _reading(router: APIRouter, node: Node) -> None:
    @router.get("/v1/functions", tags=["contingency"])
    @free("whoever is in a queue must learn whether the system works, before a token")
    async def functions() -> Response:
        """What works, what is down since when, and under which contingency paper serves."""
        told = await node.read(lambda reader: {"functions": desk.functions(reader), **desk.past(reader)})
        return respond(200, told)

    @router.get("/status", include_in_schema=False)
    @free("the status page is for everybody")
    async def status() -> Response:
        told = await node.read(lambda reader: page(desk.functions(reader), desk.past(reader)))
        return HTMLResponse(told)

    def listing(
        subject: Subject, name: str, question: Callable[[SqliteReader, str], Any], default: str
    ) -> None:
        @may(Action.READ_PAPER, subject)
        async def read(request: Request) -> Response:
            state = request.query_params.get("state", default)
            return respond(200, {name: await node.read(lambda reader: question(reader, state))})

        router.add_api_route(
            f"/v1/{name}", read, methods=["GET"], name=f"List {name}", openapi_extra=bearer()
        )

    listing(Subject.PAPERS, "papers", desk.papers_on_record, "")
    listing(Subject.CONTESTS, "contests", desk.contests_on_record, "open")

    @router.get("/v1/contingencies/uses", openapi_extra=bearer())
    @may(Action.READ_PAPER, Subject.USES)
    async def uses(since: str = "") -> Response:
        """How often contingency was used, by enterprise, officer and ticket."""
        moment = _moment(since) if since else None
        return respond(200, await node.read(lambda reader: desk.uses_since(reader, moment)))

    @router.get("/v1/papers/{number}", openapi_extra=bearer())
    @may(Action.READ_PAPER, Subject.PAPER)
    async def paper(number: str) -> Response:
        """A paper: where it stands, and what was typed from it."""
        told = await node.read(lambda reader: _paper(reader, number))
        if told is None:
            errors.fail(UNKNOWN_CERTIFICATE, place=number, side="customs")
        return respond(200, told)

    @router.get("/v1/papers/{number}/scan", openapi_extra=bearer())
    @may(Action.READ_PAPER, Subject.SCAN)
    async def scan(number: str) -> Response:
        """The scan of a paper, for the second officer to look at."""
        told = await node.read(lambda reader: _scan(reader, number))
        if told is None:
            errors.fail(UNKNOWN_CERTIFICATE, place=number, side="customs")
        secure = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
        return Response(told.data, media_type=told.media_type, headers=secure)


def _entry(told: PaperRequest) -> PaperEntry:
    data, kind = told.scan.data, told.scan.media_type
    if not data.startswith(_BEGINS[kind]):
        errors.fail(SCAN_UNREADABLE, value=kind)
    scan = Scan(f"sha256:{sha256(data).hexdigest()}", kind, data)
    return PaperEntry(told.certificate, told.declaration.strip().upper(), told.ticket, scan, told.served_at)


def _moment(text: str) -> datetime:
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise HefuError(errors.Problem(BAD_MOMENT, place="since", value=text)) from error
    return told if told.tzinfo else told.replace(tzinfo=SHANGHAI)


def _paper(reader: SqliteReader, number: str) -> dict[str, Any] | None:
    case = reader.fetch(PaperCase, [(number,)]).get((number,))
    if case is None:
        return None
    typed = reader.fetch(Typed, [(case.digest,)])[(case.digest,)]
    return {**case_summary(case), "document": as_json(typed.document)}


def _scan(reader: SqliteReader, number: str) -> Scan | None:
    case = reader.fetch(PaperCase, [(number,)]).get((number,))
    return None if case is None else reader.fetch(Scan, [(case.scan,)]).get((case.scan,))
