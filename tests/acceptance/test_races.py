"""Two declarations race for one certificate while tax wants to void it, over HTTP, many times."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from hefu.protocol.records import Side
from tests.nodes import Caller, Nodes, at_once, goods, running
from tests.registers import sound

RACES = int(os.environ.get("HEFU_RACES", "200"))
BATCH = 100


async def race(customs: Caller, tax: Caller, which: int) -> dict[str, Any]:
    """One certificate, wanted three times at the same moment; what each was told."""
    certificate, first = goods(which)
    second = {**first, "number": first["number"][:9] + "9" + first["number"][10:]}
    number = certificate["number"]
    jobs = [
        customs.ask("POST", "/v1/declarations", first),
        customs.ask("POST", "/v1/declarations", second),
        tax.ask("POST", f"/v1/certificates/{number}/void?wait=20", {"reason": "race"}),
    ]
    order = [(which * 7 + place) % 3 for place in range(3)]
    answers = dict(zip(order, await asyncio.gather(*(jobs[place] for place in order)), strict=True))
    return {"number": number, "first": first["number"], "second": second["number"], "answers": answers}


@pytest.mark.processes
@pytest.mark.timeout(900)
def test_of_two_declarations_and_a_void_exactly_one_gets_the_certificate(tmp_path: Path) -> None:
    with running(tmp_path) as nodes:
        outcomes = asyncio.run(_races(nodes))
        nodes.settled()
    sound(tmp_path)
    assert sum(outcomes.values()) == RACES
    assert set(outcomes) <= {"declared", "voided"}
    assert outcomes.get("declared", 0) > 0


async def _races(nodes: Nodes) -> dict[str, int]:
    outcomes: dict[str, int] = {}
    async with (
        nodes.caller(Side.CUSTOMS, "customs") as customs,
        nodes.caller(Side.TAX, "tax") as tax,
    ):
        for start in range(0, RACES, BATCH):
            batch = range(start, min(RACES, start + BATCH))
            status, told = await tax.ask("POST", "/v1/certificates/bulk", [goods(n)[0] for n in batch])
            assert (status, told["counts"]) == (200, {"issued": len(batch)})
            for told in await at_once(8, [race(customs, tax, n) for n in batch]):
                outcome = await _judged(customs, tax, told)
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


async def _judged(customs: Caller, tax: Caller, told: dict[str, Any]) -> str:
    """Who won; and that the winner's win is final."""
    number = told["number"]
    declared = [told["answers"][place][1]["state"] for place in (0, 1)]
    status, answer = told["answers"][2]
    assert status in {200, 409}, answer
    if status == 200:
        assert declared == ["held", "held"], told
        return "voided"
    assert sorted(declared) == ["held", "reserved"], told
    winner = told["first"] if declared[0] == "reserved" else told["second"]
    loser = told["second"] if winner == told["first"] else told["first"]
    assert answer["problems"][0]["details"]["declaration"] == winner
    assert (await customs.ask("POST", f"/v1/declarations/{loser}/release"))[0] == 409
    assert (await customs.ask("POST", f"/v1/declarations/{winner}/release"))[0] == 200
    assert (await tax.ask("POST", f"/v1/certificates/{number}/void?wait=20", {"reason": "late"}))[0] == 409
    return "declared"
