"""The console as a caller: it asks the API of its own node, in process, and the other authority's over the network.

So the one table of who may do what (``trust.access``) decides for the console as for everybody, and what the console
can do an integrating vendor can do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx2
import orjson
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from hefu import errors
from hefu.errors import Problem, Text
from hefu.http.reads import PAGE_HEADER, PAGE_SCOPE, Look

_PEER_SECONDS: Final = 3.0
_REFUSED: Final = 400

AWAY: Final = errors.kind(
    "console.other_side_away",
    http=503,
    exit_code=3,
    message=Text("对方机关的节点没有回答: {value}", "the other authority's node does not answer: {value}"),
    cure=Text("稍后再试; 连接状况见 /status", "try again later; /status tells how the link does"),
)


class Refused(Exception):  # noqa: N818 - an answer, told as one
    """The API said no: status and problem+json, for the page to show."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(body.get("code", ""))
        self.status = status
        self.body = body


class Calls:
    """Asks with one person's token, for one page: all its questions are one look of that person (``http.reads``)."""

    def __init__(self, app: Starlette, token: str, look: Look) -> None:
        self._app = app
        self._headers = {"authorization": f"Bearer {token}"}
        self._look = look
        self._page = secrets.token_urlsafe(12)

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """What the own node answers. Raises :class:`Refused`."""
        return await self._own("GET", path, query)

    async def find(self, path: str, **query: str) -> dict[str, Any] | None:
        """What the own node answers; ``None`` where it refuses: not there, or not for this person."""
        try:
            return await self.get(path, **query)
        except Refused:
            return None

    async def file(self, path: str, **query: str) -> tuple[bytes, str]:
        """A file that the own node keeps, and its media type. Raises :class:`Refused`."""
        said = await self._said("GET", path, query)
        return said.content, said.headers["content-type"]

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "", **query: str
    ) -> dict[str, Any]:
        """Do something at the own node; ``key`` makes a repeat of the same form harmless. Raises :class:`Refused`."""
        return await self._own("POST", path, query, body or {}, key)

    async def put(self, path: str, body: Mapping[str, Any], *, key: str = "") -> dict[str, Any]:
        """Put something in the place of what the own node has. Raises :class:`Refused`."""
        return await self._own("PUT", path, {}, body, key)

    async def peer(self, path: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """What the other authority's node answers, ``None`` where it tells this person nothing; and the problem, if it
        does not answer at all.
        """
        status, told = await self.answer(path, of_peer=True)
        if not status:
            return None, told["problems"][0]
        return (None if status >= _REFUSED else told), None

    async def answer(self, path: str, *, of_peer: bool) -> tuple[int, dict[str, Any]]:
        """Status and body of what a node answers, a refusal, too; status 0 and the problem if the other authority's does
        not answer.
        """
        if not of_peer:
            try:
                return 200, await self.get(path)
            except Refused as refused:
                return refused.status, dict(refused.body)
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=_PEER_SECONDS) as client:
                headers = {**self._headers, PAGE_HEADER: self._page}
                said = await client.get(self._app.state.node.settings.peer + path, headers=headers)
        except httpx2.HTTPError as error:
            return 0, {"problems": [Problem(AWAY, value=type(error).__name__).as_json()]}
        return said.status_code, dict(orjson.loads(said.content))

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The own node, told of which page the question is."""
        await self._app({**scope, PAGE_SCOPE: self._look}, receive, send)

    async def _own(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> dict[str, Any]:
        told: dict[str, Any] = orjson.loads((await self._said(method, path, query, body, key)).content)
        return told

    async def _said(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self._inside, raise_app_exceptions=False)
        headers = {**self._headers, **({"idempotency-key": key} if key else {})}
        content = None if body is None else orjson.dumps(body)
        async with httpx2.AsyncClient(transport=transport, base_url="http://node", timeout=None) as client:
            said = await client.request(method, path, params=dict(query), content=content, headers=headers)
        if said.status_code >= _REFUSED:
            raise Refused(said.status_code, orjson.loads(said.content))
        return said


def part(value: str) -> str:
    """A value as one part of a path."""
    return quote(value, safe="")
