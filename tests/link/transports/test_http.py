"""The HTTP transport: an answer is an answer, everything else is a peer that cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from hefu.cli.home import free_port
from hefu.errors import HefuError
from hefu.link.transports.http import HttpTransport

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer"


def ask(answer: bytes | None, seconds: float | None = None, *, hang: bool = False) -> tuple[bytes, bytes]:
    """What the transport makes of a server that answers so; what came, and what the server was sent."""
    sent: list[bytes] = []
    tasks: list[asyncio.Task[None]] = []

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.create_task(serve(reader, writer)))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            sent.append(head + await reader.read(1000))
            if hang:
                await asyncio.sleep(5)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()

    async def play() -> bytes:
        server = await asyncio.start_server(begin, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        transport = HttpTransport(f"http://{host}:{port}")
        try:
            return await transport.post("/link/messages", b"envelope", seconds)
        finally:
            await transport.close()
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)

    return asyncio.run(play()), b"".join(sent)


def test_the_bytes_go_and_the_answers_bytes_come() -> None:
    told, sent = ask(OK)
    assert told == b"answer"
    assert sent.startswith(b"POST /link/messages ")
    assert sent.endswith(b"envelope")


@pytest.mark.parametrize(
    ("play", "named"),
    [
        (lambda: ask(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"), "HTTP 503: busy"),
        (lambda: ask(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), "HTTP 302"),
        (lambda: ask(b"not http at all\r\n\r\n"), "Error"),
        (lambda: ask(None), "Error"),
        (lambda: ask(OK, 0.05, hang=True), "Timeout"),
    ],
)
def test_anything_else_is_a_peer_that_cannot_be_reached(play: Callable[[], object], named: str) -> None:
    with pytest.raises(HefuError) as caught:
        play()
    problem = caught.value.first
    assert problem.kind.code == "link.peer_unreachable"
    assert named in str(problem.value)


def test_nobody_there_is_said_at_once() -> None:
    async def play() -> None:
        transport = HttpTransport(f"http://127.0.0.1:{free_port()}")
        try:
            await transport.post("/link/messages", b"")
        finally:
            await transport.close()

    with pytest.raises(HefuError) as caught:
        asyncio.run(play())
    assert caught.value.first.kind.code == "link.peer_unreachable"
