"""The routes by which an officer proposes what the rules alone would stop; a second officer approves it as an act."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import Field

from hefu.documents.fields import Remark
from hefu.http.guard import GuardedRoute
from hefu.http.node import Node
from hefu.http.officers import Closing, GroundRequest, Written, each, write_route
from hefu.protocol import decisions
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.verification import Verification
from hefu.trust.access import Action


class MoveRequest(GroundRequest):
    """The use of a certificate belongs to another declaration, and why."""

    declaration: str = Field(min_length=1, max_length=20)


@dataclass(frozen=True, slots=True)
class Moving:
    """Move the use of a certificate."""

    certificate: str
    to: str
    ground: Remark


def decision_routes(node: Node, verification: Verification) -> APIRouter:
    """Override, reopening, moving."""
    router = APIRouter(route_class=GuardedRoute, tags=["decisions"])

    def override(book: Book, told: Closing, actor: str) -> Outcome:
        return decisions.propose_override(book, told.what, told.ground, actor, verification)

    def reopen(book: Book, told: Closing, actor: str) -> Outcome:
        return decisions.propose_reopening(book, told.what, told.ground, actor)

    def move(book: Book, told: Moving, actor: str) -> Outcome:
        return decisions.propose_move(book, told.certificate, told.to, told.ground, actor, verification)

    for route in (
        Written(
            "/v1/declarations/{number}/override",
            Action.DECIDE,
            each(override),
            "Propose to release a held declaration; a second officer approves it",
            GroundRequest,
            lambda told, number: Closing(number, told.ground),
        ),
        Written(
            "/v1/declarations/{number}/reopen-goods",
            Action.DECIDE,
            each(reopen),
            "Propose that goods of a declaration taken back after use may have a certificate again",
            GroundRequest,
            lambda told, number: Closing(number, told.ground),
        ),
        Written(
            "/v1/certificates/{number}/move",
            Action.DECIDE,
            each(move),
            "Propose that the use of a certificate belongs to another declaration",
            MoveRequest,
            lambda told, number: Moving(number, told.declaration.strip().upper(), told.ground),
        ),
    ):
        write_route(router, node, route)
    return router
