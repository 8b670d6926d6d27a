"""The routes of contingency: status for everybody; tickets, papers, contests and acts for officers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Base64Bytes, Field
from starlette.responses import HTMLResponse, Response

from hefu import errors
from hefu.customs import contingency as desk
from hefu.customs.contingency import Closing, ContingencyDesk, Decision, Opening
from hefu.customs.status_page import page
from hefu.documents.canonical import Document, as_json
from hefu.documents.certificate import Certificate
from hefu.documents.fields import SHANGHAI, Remark
from hefu.documents.readers import records
from hefu.documents.readers.limits import parse_json
from hefu.errors import HefuError, Text
from hefu.http.commands import answering
from hefu.http.guard import GuardedRoute, free, may
from hefu.http.node import Node, bearer, json_body, read_command
from hefu.http.problem import respond
from hefu.protocol.contingency.papers import PaperEntry, case_summary
from hefu.protocol.contingency.records import Function, PaperCase, Scan, Typed
from hefu.protocol.outcome import UNKNOWN_CERTIFICATE
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


class GroundRequest(Document):
    """Why something is closed."""

    ground: Remark = Field(min_length=1)


class RemarkRequest(Document):
    """What the second officer says."""

    remark: Remark = ""


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


def contingency_routes(node: Node, officers: ContingencyDesk) -> APIRouter:
    """Status, tickets, papers, contests, acts."""
    router = APIRouter(route_class=GuardedRoute, tags=["contingency"])

    def writing(
        path: str,
        action: Action,
        decide: Any,
        summary: str,
        model: type[Document],
        payload: Callable[..., Any],
    ) -> None:
        handler = answering(decide)

        @may(action)
        async def write(request: Request) -> Response:
            def read(body: bytes) -> Any:
                told = parse_json(body or b"{}", "request")
                return payload(records.build(model, told, "request"), **request.path_params)

            return await node.obey(handler, await read_command(request, read))

        router.add_api_route(
            path,
            write,
            methods=["POST"],
            name=summary,
            summary=summary,
            openapi_extra=json_body(model.model_json_schema()),
        )

    writing(
        "/v1/contingencies",
        Action.CONTINGENCY,
        officers.open,
        "Open a contingency: at once after the published time, else with a second officer",
        OpenRequest,
        lambda told: Opening(told.function, told.ground, told.since),
    )
    writing(
        "/v1/contingencies/{ticket}/close",
        Action.CONTINGENCY,
        officers.close,
        "Close a contingency",
        GroundRequest,
        lambda told, ticket: Closing(ticket, told.ground),
    )
    writing(
        "/v1/papers",
        Action.ENTER_PAPER,
        officers.enter,
        "Enter a paper certificate; a second officer approves it",
        PaperRequest,
        _entry,
    )
    writing(
        "/v1/contests/{contest}/close",
        Action.DECIDE,
        officers.close_contest,
        "Propose to close a contest; a second officer approves it",
        GroundRequest,
        lambda told, contest: Closing(_number(contest), told.ground),
    )
    for path, decide in (("approve", officers.approve), ("reject", officers.reject)):
        writing(
            f"/v1/acts/{{act}}/{path}",
            Action.DECIDE,
            decide,
            f"{path.capitalize()} an act of two officers",
            RemarkRequest,
            lambda told, act: Decision(int(_number(act)), told.remark),
        )
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

    def listing(path: str, name: str, question: Callable[[SqliteReader, str], Any], default: str) -> None:
        @may(Action.READ_PAPER)
        async def read(request: Request) -> Response:
            state = request.query_params.get("state", default)
            return respond(200, {name: await node.read(lambda reader: question(reader, state))})

        router.add_api_route(path, read, methods=["GET"], name=f"List {name}", openapi_extra=bearer())

    listing("/v1/papers", "papers", desk.papers_on_record, "")
    listing("/v1/contests", "contests", desk.contests_on_record, "open")
    listing("/v1/acts", "acts", desk.acts_on_record, "proposed")

    @router.get("/v1/contingencies/uses", openapi_extra=bearer())
    @may(Action.READ_PAPER)
    async def uses(since: str = "") -> Response:
        """How often contingency was used, by enterprise, officer and ticket."""
        moment = _moment(since) if since else None
        return respond(200, await node.read(lambda reader: desk.uses_since(reader, moment)))

    @router.get("/v1/papers/{number}", openapi_extra=bearer())
    @may(Action.READ_PAPER)
    async def paper(number: str) -> Response:
        """A paper: where it stands, and what was typed from it."""
        told = await node.read(lambda reader: _paper(reader, number))
        if told is None:
            errors.fail(UNKNOWN_CERTIFICATE, place=number, side="customs")
        return respond(200, told)

    @router.get("/v1/papers/{number}/scan", openapi_extra=bearer())
    @may(Action.READ_PAPER)
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


def _number(text: str) -> str:
    """The number of a contest or an act; what is none stands for one that is not there."""
    return text if text.isascii() and text.isdigit() and len(text) < 10 else "0"


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
