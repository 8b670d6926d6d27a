"""Refunds over HTTP: claims, repayments, certificates of agency export, and the goods ledger of an export declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu import errors
from hefu.documents.canonical import Document, as_json
from hefu.documents.party import Party
from hefu.documents.readers import records
from hefu.documents.readers.limits import parse_json
from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment
from hefu.errors import HefuError
from hefu.http.commands import Command, answering
from hefu.http.guard import GuardedRoute, caller, may
from hefu.http.node import Node, bearer, json_body, read_command
from hefu.http.problem import respond
from hefu.http.reads import Subject
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.refunds import agency, claims, giving_back, view
from hefu.protocol.refunds.kinds import UNKNOWN_AGENCY, UNKNOWN_CLAIM, UNKNOWN_EXPORT
from hefu.protocol.refunds.records import Agency, Claim
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Action, require_party

D = TypeVar("D", bound=Document)
Act = Callable[[Book, Any, str], Outcome | HefuError]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A paper on record, by its number, about which something is asked."""

    number: str


def _deciding(act: Act) -> Any:
    """A writer's handler for an act on one payload at a time."""

    def decide(book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        return [act(book, one.payload, one.identity.actor) for one in commands]

    return answering(decide)


def _by_number(act: Callable[[Book, str, str], Outcome]) -> Any:
    return _deciding(lambda book, payload, actor: act(book, payload.number, actor))


_FILE: Final = _deciding(claims.file)
_PAY: Final = _by_number(claims.pay)
_RECALL: Final = _by_number(claims.recall)
_REPAY: Final = _deciding(giving_back.repay)
_CERTIFY: Final = _deciding(agency.certify)
_VOID: Final = _by_number(agency.void)


async def _own(request: Request, kind: type[D], firms: Callable[[D], Sequence[Party]]) -> Command:
    """The document of a request, which must be the caller's own where the caller is an enterprise."""

    def payload(body: bytes) -> D:
        told = records.build(kind, parse_json(body, "request"), "request")
        require_party(caller(request), firms(told), "request")
        return told

    return await read_command(request, payload)


def _claim_told(reader: SqliteReader, number: str) -> tuple[Claim, dict[str, Any]]:
    found = reader.fetch(Claim, [(number,)]).get((number,))
    if found is None:
        errors.fail(UNKNOWN_CLAIM, place=number, side="tax")
    return found, {
        "number": number,
        "kind": "claim",
        "state": found.state.value,
        "waits_for": list(found.waits_for),
        "problems": list(found.problems),
        "digest": found.digest,
        "document": as_json(found.document),
    }


def _agency_told(reader: SqliteReader, number: str) -> tuple[Agency, dict[str, Any]]:
    found = reader.fetch(Agency, [(number,)]).get((number,))
    if found is None:
        errors.fail(UNKNOWN_AGENCY, place=number, side="tax")
    return found, {
        "number": number,
        "kind": "agency",
        "state": found.state,
        "document": as_json(found.document),
    }


def refund_routes(node: Node) -> APIRouter:
    """File, pay, recall and repay; certify agency exports; read the ledger."""
    router = APIRouter(route_class=GuardedRoute, tags=["refunds"])

    @router.post("/v1/refund-claims", openapi_extra=json_body(RefundClaim.model_json_schema()))
    @may(Action.CLAIM_REFUND)
    async def claim(request: Request) -> Response:
        """File a refund claim: accepted, held until the export declaration comes, or refused with every reason."""
        return await node.obey(_FILE, await _own(request, RefundClaim, lambda told: [told.claimant]))

    @router.get("/v1/refund-claims/{number}", openapi_extra=bearer())
    @may(Action.READ_LEDGER, Subject.CLAIM)
    async def read_claim(request: Request, number: str) -> Response:
        """A claim: where it stands, what it waits for, why it was refused."""
        found, told = await node.read(lambda reader: _claim_told(reader, number))
        require_party(caller(request), [found.document.claimant], number)
        return respond(200, told)

    @router.post("/v1/refund-claims/{number}/pay", openapi_extra=bearer())
    @may(Action.PAY_REFUND)
    async def pay(request: Request, number: str) -> Response:
        """The refund of an accepted claim is paid."""
        return await node.obey(_PAY, await read_command(request, lambda _body: Numbered(number)))

    @router.post("/v1/refund-claims/{number}/recall", openapi_extra=bearer())
    @may(Action.CLAIM_REFUND)
    async def recall(request: Request, number: str) -> Response:
        """The claimant takes a claim back that is not paid."""
        found, _ = await node.read(lambda reader: _claim_told(reader, number))
        require_party(caller(request), [found.document.claimant], number)
        return await node.obey(_RECALL, await read_command(request, lambda _body: Numbered(number)))

    @router.post("/v1/repayments", openapi_extra=json_body(Repayment.model_json_schema()))
    @may(Action.CLAIM_REFUND)
    async def repay(request: Request) -> Response:
        """Enter refunded tax that was paid back."""
        return await node.obey(_REPAY, await _own(request, Repayment, lambda told: [told.claimant]))

    @router.post("/v1/agency-certificates", openapi_extra=json_body(AgencyCertificate.model_json_schema()))
    @may(Action.ISSUE)
    async def certify(request: Request) -> Response:
        """Issue a certificate of agency export, by which the principal claims."""
        return await node.obey(
            _CERTIFY, await _own(request, AgencyCertificate, lambda told: [told.agent, told.principal])
        )

    @router.get("/v1/agency-certificates/{number}", openapi_extra=bearer())
    @may(Action.READ_LEDGER, Subject.AGENCY)
    async def read_agency(request: Request, number: str) -> Response:
        """A certificate of agency export."""
        found, told = await node.read(lambda reader: _agency_told(reader, number))
        require_party(caller(request), [found.document.agent, found.document.principal], number)
        return respond(200, told)

    @router.post("/v1/agency-certificates/{number}/void", openapi_extra=bearer())
    @may(Action.VOID)
    async def void(request: Request, number: str) -> Response:
        """Void a certificate of agency export on which nothing is claimed."""
        return await node.obey(_VOID, await read_command(request, lambda _body: Numbered(number)))

    @router.get("/v1/ledger/{declaration}", openapi_extra=bearer())
    @may(Action.READ_LEDGER, Subject.LEDGER)
    async def read_ledger(request: Request, declaration: str) -> Response:
        """The goods of an export declaration, item by item: certified, returned, claimed, refunded, owed, free."""
        parties, told = await node.read(
            lambda reader: (view.parties(reader, declaration), view.ledger(reader, declaration))
        )
        if told is None:
            errors.fail(UNKNOWN_EXPORT, place=declaration, side="tax")
        require_party(caller(request), parties or [], declaration)
        return respond(200, told)

    return router
