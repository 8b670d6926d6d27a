"""The door of every route: a route that names no right cannot be made.

:class:`GuardedRoute` asks the one table (``trust.access``) before the route's own code runs, and puts
the caller into ``request.state.identity``.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from hefu import errors
from hefu.documents.readers.limits import MAX_DOCUMENT_BYTES, TOO_LARGE
from hefu.trust.access import Action, Door, Identity

RIGHT: Final = "__hefu_right__"
"""Where an endpoint carries its right: an :class:`Action`, or a reason why it needs none."""

F = TypeVar("F", bound=Callable[..., Any])


def may(action: Action) -> Callable[[F], F]:
    """The route is open to the roles that the table lists for the action."""
    return _mark(action)


def free(reason: str) -> Callable[[F], F]:
    """The route needs no caller, and this is why."""
    return _mark(reason)


def _mark(right: Action | str) -> Callable[[F], F]:
    def mark(endpoint: F) -> F:
        setattr(endpoint, RIGHT, right)
        return endpoint

    return mark


class GuardedRoute(APIRoute):
    """A route that nobody passes without a right. Making one without a right is an error."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.right: Action | str | None = getattr(endpoint, RIGHT, None)
        if self.right is None:
            raise AssertionError(f"nobody decided who may call {path}")
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's code behind the door."""
        inner = super().get_route_handler()
        right = self.right

        async def behind_the_door(request: Request) -> Response:
            if isinstance(right, Action):
                door: Door = request.app.state.door
                identity = door.identify(_token(request))
                door.admit(identity, right)
                request.state.identity = identity
            return await inner(request)

        return behind_the_door


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
