"""The door of every route: a route that names no right cannot be made, nor one that reads and does not say what.

:class:`GuardedRoute` asks the one table (``trust.access``) before the route's own code runs, puts the caller into
``request.state.identity``, and has it on record who looked at what (``http.reads``).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from hefu import errors
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, TOO_LARGE
from hefu.errors import HefuError
from hefu.http.reads import Subject, begin, look_of, settle
from hefu.trust.access import Action, Door, Identity

RIGHT: Final = "__hefu_right__"
"""Where an endpoint carries its right: an :class:`Action`, or a reason why it needs none."""
SHOWS: Final = "__hefu_shows__"
"""Where an endpoint carries what it shows: a :class:`Subject`, or why that is nobody's data."""
_READS: Final = frozenset({"GET", "HEAD"})

F = TypeVar("F", bound=Callable[..., Any])


def may(action: Action, shows: Subject | str | None = None) -> Callable[[F], F]:
    """The route is open to the roles that the table lists for the action. ``shows``: what of enterprises, which is then on
    record, or a reason why it shows nothing of them; what a route that writes answers stands in the journal.
    """
    return _mark(action, shows)


def free(reason: str) -> Callable[[F], F]:
    """The route needs no caller, and this is why."""
    return _mark(reason, None)


def _mark(right: Action | str, shows: Subject | str | None) -> Callable[[F], F]:
    def mark(endpoint: F) -> F:
        setattr(endpoint, RIGHT, right)
        setattr(endpoint, SHOWS, shows)
        return endpoint

    return mark


class GuardedRoute(APIRoute):
    """A route that nobody passes without a right. Making one without a right is an error."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.right: Action | str | None = getattr(endpoint, RIGHT, None)
        if self.right is None:
            raise AssertionError(f"nobody decided who may call {path}")
        self.shows: Subject | str | None = getattr(endpoint, SHOWS, None)
        if (
            isinstance(self.right, Action)
            and self.shows is None
            and _READS & set(options.get("methods") or ())
        ):
            raise AssertionError(f"nobody decided what {path} shows of enterprises")
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's code behind the door."""
        inner = super().get_route_handler()
        right = self.right
        subject = self.shows if isinstance(self.shows, Subject) else None

        async def behind_the_door(request: Request) -> Response:
            if not isinstance(right, Action):
                return await inner(request)
            door: Door = request.app.state.door
            request.state.identity = identity = door.identify(_token(request))
            look = begin(request, subject)
            try:
                door.admit(identity, right)
                answer = await inner(request)
            except HefuError as refused:
                settle(request, identity, look, refused.first.kind.http)
                raise
            settle(request, identity, look, answer.status_code)
            return answer

        return behind_the_door


def admit(request: Request, action: Action, shows: Subject | None = None, *numbers: str) -> None:
    """Let the caller of a page that asks no API for it in, if the table does; what it shows is then on record."""
    look = look_of(request)
    if shows is not None:
        look.subject = look.subject or shows
        look.at(*numbers)
    request.app.state.door.admit(caller(request), action)


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def caller(request: Request) -> Identity:
    """Who calls; set by the guard."""
    identity: Identity = request.state.identity
    return identity


async def body_of(request: Request, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """The request's body, never more than ``limit`` bytes of it."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            errors.fail(TOO_LARGE, file="request", value=f"> {limit}", limit=limit)
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
