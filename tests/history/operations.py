"""Operations: what a client asked, when, and what it was told; and the recorder that collects them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.protocol.outcome import Outcome

NEVER = math.inf


_FACTS = ("state", "usage", "declaration", "declaration_state", "certificates", "replacement")
"""What an answer tells of use and state."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was told: the named result (``read`` for a reading, a refusal's code) and the facts beside it."""

    result: str
    told: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, outcome: Outcome) -> Answer:
        """The answer of a state machine."""
        if outcome.problem is None:
            return cls(outcome.status, outcome.body)
        problem = outcome.problem
        return cls(outcome.status, {"value": problem.value, "side": problem.side, **problem.details})

    @classmethod
    def of_reply(cls, body: Mapping[str, Any]) -> Answer:
        """The answer of a node over HTTP; of a long body only what is looked at is kept."""
        if "problems" in body:
            first = body["problems"][0]
            told = {"value": first["value"], "side": first["side"], **first.get("details", {})}
            return cls(first["code"], told)
        return cls(str(body.get("result", "read")), {key: body[key] for key in _FACTS if key in body})

    @classmethod
    def reading(cls, told: Mapping[str, Any] | None) -> Answer:
        """The answer to a reading; ``None``: there is no such thing."""
        return cls("not_found") if told is None else cls("read", told)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of which number (``about``), and what of its papers matters here: the certificates that a
    declaration ``names``, the ``export`` by which it finds certificates if it names none, the exports that a certificate
    ``covers``, the ``other`` number concerned (the reissued certificate; the declaration of a paper), and whether a
    declaration ``needs`` a certificate.
    """

    what: str
    about: str
    names: tuple[str, ...] = ()
    export: str = ""
    covers: tuple[str, ...] = ()
    other: str = ""
    needs: bool = False

    def __str__(self) -> str:
        named = f" naming {', '.join(self.names)}" if self.names else ""
        found = f" finding by {self.export}" if self.export else ""
        return f"{self.what} {self.about}{f' / {self.other}' if self.other else ''}{named}{found}"


def issuing(certificate: Certificate) -> Asked:
    return Asked("issue", certificate.number, covers=_covers(certificate))


def reissuing(old: str, new: Certificate) -> Asked:
    return Asked("reissue", old, covers=_covers(new), other=new.number)


def declaring(what: str, declaration: Declaration, *, needs: bool) -> Asked:
    """``what`` is ``lodge`` or ``correct``."""
    names = tuple(declaration.certificate_numbers())
    export = "" if names else declaration.related or ""
    return Asked(what, declaration.number, names=names, export=export, needs=needs)


def approving(certificate: str, declaration: str, covers: tuple[str, ...] = ()) -> Asked:
    """The second officer's approval of a paper certificate."""
    return Asked("approve", certificate, other=declaration, covers=covers)


def _covers(certificate: Certificate) -> tuple[str, ...]:
    return tuple(sorted({line.declaration for line in certificate.lines if line.declaration}))


@dataclass(slots=True)
class Operation:
    """One call of one client. ``ended`` is when it was answered; without an answer it is the moment from which on it
    can no longer take effect (the node that may have taken it is dead), ``NEVER`` if there is none.
    """

    client: str
    asked: Asked
    invoked: float
    ended: float = NEVER
    answer: Answer | None = None

    def __str__(self) -> str:
        return f"{self.when:>18}  {self.client:<10} {self.asked}  ->  {told(self.answer)}"

    @property
    def when(self) -> str:
        until = "..." if self.ended == NEVER else f"{round(self.ended, 3):.12g}"
        return f"{round(self.invoked, 3):.12g} to {until}"


def told(answer: Answer | None) -> str:
    """An answer in a line."""
    if answer is None:
        return "(no answer)"
    facts = {key: answer.told[key] for key in (*_FACTS, "value") if answer.told.get(key)}
    if facts.get("state") == answer.result:
        del facts["state"]
    return " ".join([answer.result, *(f"{key}={value}" for key, value in facts.items())])


def asked_about(operations: Iterable[Operation]) -> tuple[list[str], list[str]]:
    """The certificates and the declarations that were asked about, in the order of their first mention."""
    certificates: dict[str, None] = {}
    declarations: dict[str, None] = {}
    for operation in operations:
        asked = operation.asked
        if asked.what in _OF_CERTIFICATES:
            certificates[asked.about] = None
            if asked.what == "reissue":
                certificates[asked.other] = None
        elif asked.about and asked.what != "close contest":
            declarations[asked.about] = None
    return list(certificates), list(declarations)


_OF_CERTIFICATES = {"issue", "void", "reissue", "approve", "move", "read at tax", "read at customs"}


class Recorder:
    """Collects operations. ``clock`` orders them: a count of events, or a monotonic time in seconds."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self.operations: list[Operation] = []
        self.clock = clock or map(float, itertools.count(1)).__next__

    def begin(self, client: str, asked: Asked) -> Operation:
        """A client asks."""
        operation = Operation(client, asked, self.clock())
        self.operations.append(operation)
        return operation

    def end(self, operation: Operation, answer: Answer) -> None:
        """It is answered."""
        operation.answer = answer
        operation.ended = self.clock()

    def lost(self, operation: Operation) -> None:
        """It is never answered, and whoever might have done it is dead."""
        operation.ended = self.clock()

    def told(self, client: str, asked: Asked, answer: Answer) -> None:
        """A call in which nothing else happens meanwhile."""
        self.end(self.begin(client, asked), answer)


def answered(operation: Operation, **changes: Any) -> Operation:
    """The same operation with another answer: ``result``, or facts beside it."""
    before = operation.answer or Answer("")
    result = str(changes.pop("result", before.result))
    return replace(operation, answer=Answer(result, {**before.told, **changes}))
