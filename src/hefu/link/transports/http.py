"""HTTPS push and pull between two nodes. A transport carries bytes; it is trusted with nothing."""

from __future__ import annotations

from typing import Final

import httpx2

from hefu import errors
from hefu.errors import Text

MESSAGES: Final = "/link/messages"
PULL: Final = "/link/pull"

PEER_UNREACHABLE = errors.kind(
    "link.peer_unreachable",
    http=503,
    exit_code=3,
    message=Text("对方节点 {place} 不可达: {value}", "the peer node {place} cannot be reached: {value}"),
    cure=Text(
        "系统会自动重试; 长时间中断请启用应急程序",
        "delivery is retried by itself; a long outage is a case for contingency",
    ),
)


class HttpTransport:
    """A client of the peer's link routes. Raises ``link.peer_unreachable`` for anything but an answer."""

    def __init__(self, peer: str, timeout: float = 10.0) -> None:
        self.peer = peer
        self._client = httpx2.AsyncClient(base_url=peer, timeout=timeout, trust_env=False)

    async def post(self, path: str, data: bytes, seconds: float | None = None) -> bytes:
        """Send an envelope; the answer's envelope comes back."""
        limit = httpx2.USE_CLIENT_DEFAULT if seconds is None else seconds
        try:
            answer = await self._client.post(path, content=data, timeout=limit)
        except httpx2.HTTPError as error:
            errors.fail(PEER_UNREACHABLE, place=self.peer, value=type(error).__name__)
        if answer.status_code != httpx2.codes.OK:
            errors.fail(
                PEER_UNREACHABLE, place=self.peer, value=f"HTTP {answer.status_code}: {answer.text[:200]}"
            )
        return answer.content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
