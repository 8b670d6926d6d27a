"""What customs does on command: lodge, correct, release, withdraw, refuse; and what it knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hefu.documents.canonical import as_json
from hefu.documents.declaration import Declaration
from hefu.documents.party import Party
from hefu.errors import HefuError
from hefu.http.commands import Command
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble
from hefu.protocol.customs import Gate, summary
from hefu.protocol.messages import Message
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Ahead, Copy, Cursor, DeclarationState, Holding, Lodgement, Side
from hefu.protocol.verification import Verification
from hefu.rules.case import UseState
from hefu.rules.change import smallest_changes
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Identity, require_party

CHANGED: Final = 20
"""Declarations of one dry run for which the smallest changes are sought."""


@dataclass(frozen=True, slots=True)
class Move:
    """A command about a lodged declaration, with its reason where it needs one."""

    number: str
    reason: str = ""


class CustomsAuthority:
    """The customs side of a node."""

    side = Side.CUSTOMS

    def __init__(self, policy: Policy, ruleset: RuleSet = CURRENT) -> None:
        self.gate = Gate(Verification(policy, ruleset, compare))

    @property
    def officers(self) -> Gate:
        """Who decides acts of two officers."""
        return self.gate

    @property
    def verification(self) -> Verification:
        """How customs compares."""
        return self.gate.verification

    def receive(self, book: Book, message: Message, actor: str) -> None:
        """Apply a message of tax."""
        self.gate.receive(book, message, actor)

    def lodge(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Lodge declarations: read what they touch at once, compare them in one frame."""
        declarations: list[Declaration] = [one.payload for one in commands]
        _prefetch(book, declarations)
        outcomes: list[Outcome | HefuError] = []
        for start, end, actor in _by_actor(commands):
            outcomes += self.gate.lodge(book, declarations[start:end], actor)
        return outcomes

    def correct(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Correct declarations that are not released."""
        return [
            _own(book, one, one.payload.number) or self.gate.correct(book, one.payload, one.identity.actor)
            for one in commands
        ]

    def release(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Release reserved declarations."""
        return [self.gate.release(book, one.payload.number, one.identity.actor) for one in commands]

    def withdraw(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Withdraw declarations before release."""
        return [
            _own(book, one, one.payload.number)
            or self.gate.withdraw(book, one.payload.number, one.payload.reason, one.identity.actor)
            for one in commands
        ]

    def refuse(self, book: Book, commands: Sequence[Command]) -> list[Outcome | HefuError]:
        """Refuse declarations before release."""
        return [
            self.gate.refuse(book, one.payload.number, one.payload.reason, one.identity.actor)
            for one in commands
        ]

    def expire(self, book: Book, numbers: Sequence[str]) -> list[Outcome]:
        """Refuse declarations whose reservation has expired."""
        return [self.gate.expire(book, number, "customs:clock") for number in numbers]

    def check(
        self, reader: SqliteReader, commands: Sequence[Command], now: datetime
    ) -> list[tuple[Outcome | HefuError, list[list[dict[str, Any]]]]]:
        """What lodging would come to, in a book that is never written: nothing is reserved, entered or sent. With
        each the smallest changes, of the first that would be held.
        """
        book = Book(reader, now)
        told: list[tuple[Outcome | HefuError, list[list[dict[str, Any]]]]] = []
        sought = 0
        for one, outcome in zip(commands, self.lodge(book, commands), strict=True):
            held = isinstance(outcome, Outcome) and outcome.status == "held" and sought < CHANGED
            sought += held
            told.append((outcome, self._changes(book, one.payload) if held else []))
        return told

    def states(
        self, reader: SqliteReader, numbers: Sequence[str], identity: Identity
    ) -> list[dict[str, Any]]:
        """Where certificates stand, as far as the caller may know: what customs does not have, and what is not the
        caller's, is ``unknown``.
        """
        keys = [(number,) for number in dict.fromkeys(numbers)]
        copies, holdings = reader.fetch(Copy, keys), reader.fetch(Holding, keys)
        told: list[dict[str, Any]] = []
        for (number,) in keys:
            copy, holding = copies.get((number,)), holdings.get((number,))
            if copy is None or not _may_see(identity, copy, number):
                told.append({"number": number, "state": UseState.UNKNOWN.value})
            else:
                state = holding.state if holding else UseState.AVAILABLE
                by = holding.declaration if holding else None
                told.append(
                    {"number": number, "state": state.value, "declaration": by, "digest": copy.digest}
                )
        return told

    def parties(self, reader: SqliteReader, number: str) -> Sequence[Party] | None:
        """The parties of a declaration, or of a certificate."""
        lodgement = reader.fetch(Lodgement, [(number,)]).get((number,))
        if lodgement is not None:
            return lodgement.document.parties()
        copy = reader.fetch(Copy, [(number,)]).get((number,))
        return None if copy is None else [p for p in (copy.document.holder, copy.document.agent) if p]

    def describe(self, reader: SqliteReader, number: str) -> dict[str, Any] | None:
        """Where a declaration, or a certificate's use, stands."""
        lodgement = reader.fetch(Lodgement, [(number,)]).get((number,))
        if lodgement is not None:
            return {"kind": "declaration", **summary(lodgement), "document": as_json(lodgement.document)}
        copy = reader.fetch(Copy, [(number,)]).get((number,))
        holding = reader.fetch(Holding, [(number,)]).get((number,))
        if copy is None:
            return None
        return {
            "kind": "certificate",
            "number": number,
            "state": holding.state.value if holding else "available",
            "declaration": holding.declaration if holding else None,
            "digest": copy.digest,
            "document": as_json(copy.document),
        }

    def changes(self, reader: SqliteReader, number: str, now: datetime) -> list[list[dict[str, Any]]] | None:
        """The smallest changes that would clear a held declaration as things stand; none for others."""
        book = Book(reader, now)
        known = book.get(Lodgement, number)
        if known is None:
            return None
        if known.state is not DeclarationState.HELD:
            return []
        return self._changes(book, known.document)

    def _changes(self, book: Book, document: Declaration) -> list[list[dict[str, Any]]]:
        verification = self.gate.verification
        case = assemble(book, document, verification.policy)
        return [one.as_json() for one in smallest_changes(case, verification.policy, verification.ruleset)]


def _may_see(identity: Identity, copy: Copy, number: str) -> bool:
    try:
        require_party(identity, [p for p in (copy.document.holder, copy.document.agent) if p], number)
    except HefuError:
        return False
    return True


def unknown_certificates(reader: SqliteReader, declarations: Sequence[Declaration]) -> list[str]:
    """The certificates named that customs has no data of."""
    named = dict.fromkeys(n for one in declarations for n in one.certificate_numbers())
    return [str(number) for (number,) in reader.missing(Copy, [(number,) for number in named])]


def _prefetch(book: Book, declarations: Sequence[Declaration]) -> None:
    """Everything that the batch will read by key, in few queries."""
    named = [(number,) for one in declarations for number in one.certificate_numbers()]
    numbers = [(one.number,) for one in declarations]
    related = [(one.related,) for one in declarations if one.related]
    book.prefetch(Lodgement, [*numbers, *related])
    book.prefetch(Copy, named)
    book.prefetch(Holding, named)
    book.prefetch(Ahead, named)
    book.prefetch(Cursor, [("out", number) for (number,) in named])


def _by_actor(commands: Sequence[Command]) -> list[tuple[int, int, str]]:
    """Runs of commands of one actor."""
    runs: list[tuple[int, int, str]] = []
    for place, one in enumerate(commands):
        if runs and runs[-1][2] == one.identity.actor:
            runs[-1] = (runs[-1][0], place + 1, one.identity.actor)
        else:
            runs.append((place, place + 1, one.identity.actor))
    return runs


def _own(book: Book, one: Command, number: str) -> HefuError | None:
    """The refusal if an enterprise acts on a declaration in which it is no party."""
    known = book.get(Lodgement, number)
    if known is None:
        return None
    try:
        require_party(one.identity, known.document.parties(), number)
    except HefuError as error:
        return error
    return None
