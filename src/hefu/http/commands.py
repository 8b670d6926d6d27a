"""Commands with idempotency keys: a repeat gets the answer once given, in the same transaction.

A key belongs to its caller. The same key with the same request replays the answer; with another
request it is refused (``idempotency.key_reused``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hefu import errors
from hefu.documents.canonical import digest
from hefu.errors import HefuError, Problem, Text
from hefu.http.problem import as_problem
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Answer
from hefu.trust.access import Identity

KEY_REUSED = errors.kind(
    "idempotency.key_reused",
    http=422,
    message=Text("幂等键 {value} 已用于另一请求", "idempotency key {value} was used for another request"),
    cure=Text(
        "每个请求用自己的键, 重试时键和内容都不变",
        "give each request a key of its own; a retry keeps key and content",
    ),
)

_CREATED: Final = {"issued", "reserved", "held", "opened", "filed"}
_ACCEPTED: Final = {"void_requested", "reissue_requested", "proposed"}


@dataclass(frozen=True, slots=True)
class Command:
    """What a caller asks: by whom, with what, under which idempotency key (empty: none)."""

    identity: Identity
    payload: Any
    key: str = ""
    request_digest: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and JSON body of an answer."""

    status: int
    body: dict[str, Any]

    @property
    def refused(self) -> bool:
        """Whether it is a problem."""
        return self.status >= 400


Decide = Callable[[Book, Sequence[Command]], Sequence[Outcome | HefuError]]
"""Decides commands of one kind in one book, in order."""


def command(identity: Identity, payload: Any, key: str, request: bytes) -> Command:
    """A command; the request's bytes are digested only when there is a key."""
    return Command(identity, payload, key, digest(request) if key else "")


def reply_to(outcome: Outcome | HefuError) -> Reply:
    """An outcome as an answer."""
    if isinstance(outcome, HefuError):
        return Reply(*as_problem(outcome))
    if outcome.problem is not None:
        return Reply(*as_problem(HefuError(outcome.problem)))
    status = 201 if outcome.status in _CREATED else 202 if outcome.status in _ACCEPTED else 200
    return Reply(status, {"number": outcome.number, **outcome.body, "result": outcome.status})


def answering(decide: Decide) -> Callable[[Book, Sequence[Command]], list[Reply]]:
    """A writer's handler around ``decide`` that knows idempotency keys."""

    def handler(book: Book, commands: Sequence[Command]) -> list[Reply]:
        replies: list[Reply | None] = []
        fresh: list[tuple[int, Command]] = []
        keys: set[tuple[str, str]] = set()

        def settle() -> None:
            if fresh:
                for (place, one), outcome in zip(fresh, decide(book, [c for _, c in fresh]), strict=True):
                    replies[place] = _remembered(book, one, reply_to(outcome))
            fresh.clear()
            keys.clear()

        for one in commands:
            own = (one.identity.actor, one.key)
            if one.key and own in keys:
                settle()
            known = book.get(Answer, *own) if one.key else None
            if known is not None:
                replies.append(_repeat(known, one))
                continue
            keys.add(own)
            fresh.append((len(replies), one))
            replies.append(None)
        settle()
        return [reply for reply in replies if reply is not None]

    return handler


def _repeat(known: Answer, one: Command) -> Reply:
    if known.request_digest != one.request_digest:
        return Reply(*as_problem(HefuError(Problem(KEY_REUSED, value=one.key))))
    return Reply(known.status, known.body)


def _remembered(book: Book, one: Command, reply: Reply) -> Reply:
    if one.key:
        book.put(Answer(one.identity.actor, one.key, one.request_digest, reply.status, reply.body, book.now))
    return reply
