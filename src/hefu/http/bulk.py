"""Bulk intake: many documents in one request, each taken or refused on its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response

from hefu.documents.canonical import digest
from hefu.documents.readers.json_documents import Paper, read_papers
from hefu.errors import HefuError
from hefu.http.commands import Command, Reply
from hefu.http.guard import body_of, caller
from hefu.http.node import Node
from hefu.http.problem import as_problem, respond

MAX_BULK_BYTES = 64 * 1024 * 1024
"""One bulk request: about 30,000 declarations of a few items."""


async def take_many(
    node: Node,
    request: Request,
    decide: Callable[[list[Command]], Awaitable[Sequence[Reply | HefuError]]],
    payload: Callable[[Paper, Command], Any],
    before: Callable[[list[Any]], Awaitable[None]] | None = None,
) -> Response:
    """Have every document of the request decided, in order.

    ``payload`` turns a document into the command's payload or raises; ``before`` sees all payloads
    before ``decide`` is given the commands. The answer lists one result a
    document, in order, and how many came to what; it is 200 even if some were refused.
    """
    data = await body_of(request, MAX_BULK_BYTES)
    key = request.headers.get("idempotency-key", "")[:200]
    fingerprint = digest(data) if key else ""
    replies: list[Reply | None] = []
    commands: list[tuple[int, Command]] = []
    license_code = node.policy.license_code
    papers = await asyncio.to_thread(lambda: list(read_papers(data, "request", MAX_BULK_BYTES, license_code)))
    for number, paper in enumerate(papers):
        replies.append(None)
        blank = Command(caller(request), None, f"{key}#{number}" if key else "", fingerprint)
        try:
            if isinstance(paper, HefuError):
                raise paper
            commands.append((number, Command(blank.identity, payload(paper, blank), blank.key, fingerprint)))
        except HefuError as error:
            replies[number] = Reply(*as_problem(error))
    if before is not None:
        await before([one.payload for _, one in commands])
    done = await decide([one for _, one in commands])
    for (number, _), reply in zip(commands, done, strict=True):
        replies[number] = reply if isinstance(reply, Reply) else Reply(*as_problem(reply))
    told = [reply for reply in replies if reply is not None]
    counts = Counter(str(reply.body.get("result") or reply.body.get("code")) for reply in told)
    return respond(
        200,
        {
            "documents": len(told),
            "counts": dict(counts),
            "results": [{"status": reply.status, **reply.body} for reply in told],
        },
    )
