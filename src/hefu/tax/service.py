"""What tax does on command: issue, void, reissue; and what it knows of a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.fields import plain, unscaled
from hefu.documents.party import Party
from hefu.errors import HefuError
from hefu.http.commands import Command
from hefu.http.node import Officers
from hefu.protocol import tax
from hefu.protocol.book import Book
from hefu.protocol.messages import Message
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Cover, Issue, Side
from hefu.rules.policy import Policy
from hefu.stores.sqlite import SqliteReader
from hefu.tax import applications


@dataclass(frozen=True, slots=True)
class Void:
    """A request to void a certificate."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reissue:
    """A request to put a new certificate in the place of an old one."""

    number: str
    certificate: Certificate
    reason: str


class TaxAuthority:
    """The tax side of a node."""

    side = Side.TAX
    verification = None
    officers: Officers = tax

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def receive(self, book: Book, message: Message, actor: str) -> None:
        """Apply a message of customs."""
        tax.receive(book, message, actor)

    def issue(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Issue certificates, in order."""
        return [tax.issue(book, one.payload, one.identity.actor, self.policy) for one in commands]

    def void(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Ask customs for voids."""
        return [
            tax.void(book, one.payload.number, one.payload.reason, one.identity.actor) for one in commands
        ]

    def reissue(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Ask customs for reissues."""
        return [
            tax.reissue(
                book,
                one.payload.number,
                one.payload.certificate,
                one.payload.reason,
                one.identity.actor,
                self.policy,
            )
            for one in commands
        ]

    def parties(self, reader: SqliteReader, number: str) -> Sequence[Party] | None:
        """Holder and agent of a certificate, applicant and agent of an application."""
        found = reader.fetch(Issue, [(number,)]).get((number,))
        if found is None:
            filing = applications.filing_of(reader, number)
            return applications.parties(filing) if filing is not None else None
        return [party for party in (found.document.holder, found.document.agent) if party is not None]

    def describe(self, reader: SqliteReader, number: str) -> dict[str, Any] | None:
        """State, use and goods of a certificate; where an application stands."""
        found = reader.fetch(Issue, [(number,)]).get((number,))
        if found is None:
            filing = applications.filing_of(reader, number)
            return applications.summary(filing) if filing is not None else None
        covers = reader.find(Cover, "certificate", number)
        accounts = reader.fetch(Account, [(cover.goods,) for cover in covers])
        return {
            "number": number,
            "kind": "certificate",
            "state": found.state.value,
            "usage": found.usage.value,
            "declaration": found.declaration,
            "replacement": found.replacement,
            "replaces": found.replaces,
            "reason": found.reason,
            "marks": list(found.marks),
            "digest": found.digest,
            "covers": [_cover(cover, accounts[(cover.goods,)]) for cover in covers],
            "document": as_json(found.document),
        }


def _cover(cover: Cover, account: Account) -> dict[str, Any]:
    return {
        "line": cover.line,
        "goods": cover.goods,
        "quantity": plain(unscaled(cover.quantity)),
        "unit": account.unit,
        "exported": plain(unscaled(account.quantity)),
        "left": plain(unscaled(account.quantity - account.taken)),
        "basis": account.basis,
    }
