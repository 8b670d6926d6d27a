"""What claimants and tax officers do about refunds in the world: claims with reversals, payment, recall, repayment, and
certificates of agency export, over the same few goods as the certificates.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hefu.documents.refund import AgencyCertificate, RefundClaim, Repayment
from hefu.errors import HefuError
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from hefu.protocol.refunds import agency
from hefu.protocol.refunds.giving_back import repay
from hefu.protocol.refunds.records import AgencyLine, Claim, RefundLine
from tests.simulation.documents import EXPORTS, FIRMS

if TYPE_CHECKING:
    from tests.simulation.world import World

_QUANTITIES: Final = ("100", "60", "50", "40", "30", "20", "10")


def claim(world: World, rng: random.Random) -> None:
    """A claim for goods of an export declaration, now and then with a reversal of what was claimed."""
    export = rng.choice(EXPORTS)
    lines = [{"entry": "claim", "item": 1, "quantity": rng.choice(_QUANTITIES)}]
    if rng.random() < 0.4:
        lines = [
            {"entry": "reversal", "item": 1, "quantity": rng.choice(_QUANTITIES)},
            *lines[: rng.randrange(2)],
        ]
    agencies = [one.agency for one in world.nodes[Side.TAX].store.every(AgencyLine)]
    if agencies and rng.random() < 0.5:
        lines = [{**one, "agency_certificate": rng.choice(agencies)} for one in lines]
    told = {
        "number": f"R{rng.randrange(40)}",
        "period": "202603",
        "claimed_on": "2026-03-10",
        "claimant": rng.choice(FIRMS),
        "lines": _numbered(lines, export),
    }
    _do(world, lambda book: world.parts.claim(book, RefundClaim.model_validate(told), "firm"))


def decide_claim(world: World, rng: random.Random) -> None:
    """A claim is paid, or its claimant takes it back."""
    known = [one.number for one in world.nodes[Side.TAX].store.every(Claim)]
    if known:
        act = rng.choice([world.parts.pay, world.parts.pay, world.parts.recall])
        _do(world, partial(act, number=rng.choice(known), actor="officer"))


def repayment(world: World, rng: random.Random) -> None:
    """Tax is paid back for goods that are claimed, or are not."""
    found = [one for one in world.nodes[Side.TAX].store.every(RefundLine) if one.remaining]
    firm = next((one for one in FIRMS if found and one["uscc"] == found[0].claimant), FIRMS[0])
    lines = [{"item": 1, "quantity": rng.choice(_QUANTITIES)}]
    told = {
        "payment_slip": f"S{rng.randrange(40)}",
        "paid_on": "2026-03-12",
        "claimant": firm,
        "lines": _numbered(lines, found[0].goods.split(":")[1] if found else rng.choice(EXPORTS)),
    }
    _do(world, lambda book: repay(book, Repayment.model_validate(told), "firm"))


def certify_agency(world: World, rng: random.Random) -> None:
    """What one firm exported is the other's to claim; or no more."""
    number = f"A{rng.randrange(6)}"
    if rng.random() < 0.3:
        _do(world, partial(agency.void, number=number, actor="officer"))
        return
    agent = rng.choice([0, 1])
    told = {
        "number": number,
        "issued_on": "2026-03-05",
        "tax_office": "11101010000",
        "agent": FIRMS[agent],
        "principal": FIRMS[1 - agent],
        "lines": _numbered([{"item": 1, "quantity": rng.choice(_QUANTITIES)}], rng.choice(EXPORTS)),
    }
    _do(world, lambda book: agency.certify(book, AgencyCertificate.model_validate(told), "officer"))


STEPS: Final[dict[str, Callable[[World, random.Random], None]]] = {
    one.__name__: one for one in (claim, decide_claim, repayment, certify_agency)
}


def _numbered(lines: list[dict[str, Any]], export: str) -> list[dict[str, Any]]:
    return [
        {**one, "line": number, "declaration": export, "unit": "011"} for number, one in enumerate(lines, 1)
    ]


def _do(world: World, work: Callable[[Book], Outcome | HefuError]) -> None:
    told = world.write(Side.TAX, work)
    if isinstance(told, HefuError):
        raise told
    world.tell(told)
