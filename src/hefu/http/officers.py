"""Acts of two officers, as both authorities serve them: what waits, approve, reject; and closing a divergence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from hefu.documents.canonical import Document
from hefu.documents.fields import Remark
from hefu.documents.readers import records
from hefu.documents.readers.limits import parse_json
from hefu.errors import HefuError
from hefu.http.commands import Command, Decide, answering
from hefu.http.guard import GuardedRoute, may
from hefu.http.node import Node, Officers, bearer, json_body, read_command
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.protocol.book import Book
from hefu.protocol.contingency.records import TwoOfficerAct
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from hefu.protocol.recovery import closing
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Action


class GroundRequest(Document):
    """Why."""

    ground: Remark = Field(min_length=1)


class RemarkRequest(Document):
    """What the second officer says."""

    remark: Remark = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Approve or reject an act."""

    act: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """Close something, or propose to, on a ground."""

    what: str
    ground: str


@dataclass(frozen=True, slots=True)
class Written:
    """A route that takes a document: where, who may, what becomes of it. ``payload`` makes the command's content of the
    document and the path's parts.
    """

    path: str
    action: Action
    decide: Decide
    summary: str
    model: type[Document]
    payload: Callable[..., Any]


def write_route(router: APIRouter, node: Node, route: Written) -> None:
    """Add a route that writes."""
    handler = answering(route.decide)

    @may(route.action)
    async def write(request: Request) -> Response:
        def read(body: bytes) -> Any:
            told = parse_json(body or b"{}", "request")
            return route.payload(records.build(route.model, told, "request"), **request.path_params)

        return await node.obey(handler, await read_command(request, read))

    router.add_api_route(
        route.path,
        write,
        methods=["POST"],
        name=route.summary,
        summary=route.summary,
        openapi_extra=json_body(route.model.model_json_schema()),
    )


def each(decide: Callable[[Book, Any, str], Outcome]) -> Decide:
    """A decision about one command, for many in their order: it is handed book, content and actor."""

    def every(book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        return [decide(book, one.payload, one.identity.actor) for one in commands]

    return every


def numbered(text: str) -> int:
    """The number of an act, a contest or a divergence; what is none stands for one that is not there."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def officers_routes(node: Node, officers: Officers) -> APIRouter:
    """Acts and divergences."""
    router = APIRouter(route_class=GuardedRoute, tags=["acts"])
    action = Action.DECIDE_AT_TAX if node.side is Side.TAX else Action.DECIDE
    for path, decide in (("approve", officers.approve), ("reject", officers.reject)):

        def decided(
            book: Book, told: Decision, actor: str, decide: Callable[..., Outcome] = decide
        ) -> Outcome:
            return decide(book, told.act, told.remark, actor)

        route = Written(
            f"/v1/acts/{{act}}/{path}",
            action,
            each(decided),
            f"{path.capitalize()} an act of two officers",
            RemarkRequest,
            lambda told, act: Decision(numbered(act), told.remark),
        )
        write_route(router, node, route)

    def close(book: Book, told: Closing, actor: str) -> Outcome:
        return closing.propose_closing(book, node.side, numbered(told.what), told.ground, actor)

    route = Written(
        "/v1/divergences/{divergence}/close",
        action,
        each(close),
        "Propose to close a divergence of the registers; a second officer approves it",
        GroundRequest,
        lambda told, divergence: Closing(divergence, told.ground),
    )
    write_route(router, node, route)

    @router.get("/v1/acts", openapi_extra=bearer())
    @may(Action.READ_PAPER, Subject.ACTS)
    async def acts(state: str = "proposed") -> Response:
        """Acts of a state, the oldest first: proposed, approved, rejected or lapsed."""

        def found(reader: SqliteReader) -> list[dict[str, Any]]:
            return [act_summary(one) for one in reader.find(TwoOfficerAct, "state", state)]

        return respond(200, {"side": node.side.value, "acts": await node.read(found)})

    return router


def act_summary(act: TwoOfficerAct) -> dict[str, Any]:
    """An act for machines."""
    return {
        "act": act.number,
        "kind": act.kind,
        "subject": act.subject,
        "content": act.content,
        "ground": act.ground,
        "proposed_by": act.proposed_by,
        "proposed_at": act.proposed_at.isoformat(),
        "due": act.due.isoformat(),
        "state": act.state.value,
        "decided_by": act.decided_by,
        "decided_at": act.decided_at and act.decided_at.isoformat(),
        "remark": act.remark,
    }
