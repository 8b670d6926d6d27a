"""``python -m tests.backlog --messages N``: an outage, a backlog, and new work at the full rate while it drains.

The customs node is stopped while tax issues certificates in bulk. Started again, customs takes what has gathered
while four callers go on lodging and releasing, one declaration at a time, as fast as customs lets them, and tax
goes on issuing a certificate for each. Printed are the backlog and the rate of new work, second by second.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from hefu.protocol.records import Side
from tests.nodes import Caller, Nodes, goods
from tests.registers import sound

BULK = 2000
CALLERS = 4


async def gathered(nodes: Nodes, messages: int) -> float:
    """Issue that many certificates while customs is away; seconds."""
    began = time.monotonic()
    async with nodes.caller(Side.TAX, "tax") as tax:
        for start in range(0, messages, BULK):
            body = [goods(one)[0] for one in range(start, min(messages, start + BULK))]
            status, told = await tax.ask("POST", "/v1/certificates/bulk", body)
            assert status == 200, told
    return time.monotonic() - began


async def drained(nodes: Nodes, messages: int) -> tuple[list[tuple[float, int, int]], float]:
    """(seconds, backlog at tax, declarations released) once a second until the backlog is gone; how long it took."""
    done = [0]
    over = asyncio.Event()
    numbers = count(messages)
    told: list[tuple[float, int, int]] = []
    began = time.monotonic()
    async with (
        nodes.caller(Side.TAX, "tax") as tax,
        nodes.caller(Side.CUSTOMS, "customs") as customs,
        nodes.caller(Side.TAX, "auditor") as auditor,
    ):
        work = [asyncio.create_task(_work(tax, customs, numbers, done, over)) for _ in range(CALLERS)]
        while not over.is_set():
            await asyncio.sleep(1)
            status, counts = await auditor.ask("GET", "/v1/status")
            backlog = counts["counts"]["outgoing"]["open"] if status == 200 else -1
            told.append((time.monotonic() - began, backlog, done[0]))
            if 0 <= backlog < BULK:
                over.set()
        await asyncio.gather(*work)
    return told, time.monotonic() - began


async def _work(tax: Caller, customs: Caller, numbers: Any, done: list[int], over: asyncio.Event) -> None:
    """Issue, lodge and release. The new certificate stands behind the backlog: customs calls it up by itself."""
    while not over.is_set():
        certificate, declaration = goods(next(numbers))
        status, told = await tax.ask("POST", "/v1/certificates", certificate)
        assert status == 201, told
        status, told = await customs.ask("POST", "/v1/declarations", declaration)
        if status == 201 and told["state"] == "reserved":
            status, told = await customs.ask("POST", f"/v1/declarations/{declaration['number']}/release")
            done[0] += status == 200


def measured(home: Path, messages: int) -> dict[str, Any]:
    """The whole outage in a fresh home; raises if the registers do not agree afterwards."""
    nodes = Nodes(home)
    try:
        nodes.start(Side.TAX)
        gathering = asyncio.run(gathered(nodes, messages))
        nodes.start(Side.CUSTOMS)
        told, seconds = asyncio.run(drained(nodes, messages))
        nodes.settled(120)
    finally:
        nodes.stop()
    sound(home)
    rates = [((b[1] - a[1]) / (b[0] - a[0]), (b[2] - a[2]) / (b[0] - a[0])) for a, b in pairwise(told)]
    return {
        "messages": messages,
        "gathered_seconds": gathering,
        "drained_seconds": seconds,
        "drained_a_second": messages / seconds,
        "released": told[-1][2],
        "seconds_in_which_it_grew": sum(one[0] > 0 for one in rates),
        "seconds": len(rates),
        "course": told,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0 if the backlog went, and the registers agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hefu-backlog-") as folder:
        told = measured(Path(folder), options.messages)
    for seconds, backlog, released in told["course"]:
        print(f"{seconds:7.1f} s   backlog {backlog:7}   released {released:6}")
    print(
        f"{told['messages']} messages gathered in {told['gathered_seconds']:.1f} s, drained in"
        f" {told['drained_seconds']:.1f} s ({told['drained_a_second']:.0f} a second) beside {told['released']} new"
        f" releases; it grew in {told['seconds_in_which_it_grew']} of {told['seconds']} seconds"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
