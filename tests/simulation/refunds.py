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
from hefu.protocol.refunds.records import Agency, Claim, ClaimState, RefundLine, Repaid
from tests.simulation.documents import EXPORTS, FIRMS

if TYPE_CHECKING:
    from tests.simulation.world import World

_QUANTITIES: Final = ("100", "60", "50", "40", "30", "20", "10")


def claim(world: World, rng: random.Random) -> None:
    """A claim for goods of an export declaration, now and then with a reversal of what was claimed."""
    export = rng.choice(EXPORTS)
    lines = [{"entry": "claim", "item": 1, "quantity": rng.choice(_QUANTITIES)}]
    claimed = any(one.remaining for one in world.nodes[Side.TAX].store.every(RefundLine))
    if rng.random() < (0.5 if claimed else 0.1):
        lines = [
            {"entry": "reversal", "item": 1, "quantity": rng.choice(_QUANTITIES)},
            *lines[: rng.randrange(2)],
        ]
    claimant = rng.choice([FIRMS[0], *FIRMS])
    agencies = list(world.nodes[Side.TAX].store.every(Agency))
    if agencies and rng.random() < 0.5:
        by = rng.choice(agencies)
        lines = [{**one, "agency_certificate": by.number} for one in lines]
        if rng.random() < 0.8:
            export = by.document.lines[0].declaration
            claimant = next(one for one in FIRMS if one["uscc"] == by.document.principal.uscc)
    told = {
        "number": f"R{rng.randrange(40)}",
        "period": "202603",
        "claimed_on": "2026-03-10",
        "claimant": claimant,
        "lines": _numbered(lines, export),
    }
    _do(world, lambda book: world.parts.claim(book, RefundClaim.model_validate(told), "firm"))


def decide_claim(world: World, rng: random.Random) -> None:
    """A claim is paid, or its claimant takes it back."""
    known = list(world.nodes[Side.TAX].store.every(Claim))
    if known:
        open_ones = [one for one in known if one.state is ClaimState.ACCEPTED]
        number = rng.choice(open_ones if open_ones and rng.random() < 0.7 else known).number
        act = rng.choice([world.parts.pay, world.parts.pay, world.parts.recall])
        _do(world, partial(act, number=number, actor="officer"))


def repayment(world: World, rng: random.Random) -> None:
    """Tax is paid back for goods that are claimed, or are not; or a payment comes once more."""
    before = list(world.nodes[Side.TAX].store.every(Repaid))
    if before and rng.random() < 0.3:
        again = rng.choice(before).document
        _do(world, lambda book: world.parts.repay(book, again, "firm"))
        return
    found = [one for one in world.nodes[Side.TAX].store.every(RefundLine) if one.remaining]
    firm = next((one for one in FIRMS if found and one["uscc"] == found[0].claimant), FIRMS[0])
    lines = [{"item": 1, "quantity": rng.choice(_QUANTITIES)}]
    told = {
        "payment_slip": f"S{rng.randrange(40)}",
        "paid_on": "2026-03-12",
        "claimant": firm,
        "lines": _numbered(lines, found[0].goods.split(":")[1] if found else rng.choice(EXPORTS)),
    }
    _do(world, lambda book: world.parts.repay(book, Repayment.model_validate(told), "firm"))


def certify_agency(world: World, rng: random.Random) -> None:
    """What one firm exported is the other's to claim; or no more."""
    number = f"A{rng.randrange(6)}"
    if rng.random() < 0.3:
        _do(world, partial(agency.void, number=number, actor="officer"))
        return
    agent = rng.choice([0, 0, 1])
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
