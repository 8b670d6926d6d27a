"""Applications in the world: an enterprise files what becomes one of the certificates in play, an officer decides."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hefu.documents.application import Application
from hefu.documents.certificate import Certificate
from hefu.errors import HefuError
from hefu.protocol.applications import deciding
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from tests.history.operations import issuing
from tests.simulation.documents import EXPORTS, POOL, a_certificate

if TYPE_CHECKING:
    from tests.simulation.world import World


BOTH: Final = "B"
"""At the end of a serial: goods of both exports are applied for at once, so two certificates or none."""


def certificates_of(serial: str) -> list[Certificate]:
    """The certificates in play that come of an application; the second is of the same goods in the other export."""
    told = a_certificate(int(serial[1:3]), int(serial[3]))
    if not serial.endswith(BOTH):
        return [told]
    (line,) = told.lines
    (other,) = {*EXPORTS} - {line.declaration}
    lines = (line.model_copy(update={"line": 2, "declaration": other}),)
    return [told, told.model_copy(update={"number": f"{told.number}{BOTH}", "lines": lines})]


def an_application(serial: str) -> Application:
    """The application from which certificates in play come."""
    told = certificates_of(serial)
    return Application(
        serial=serial,
        applied_on=told[0].issued_on,
        purpose=told[0].purpose,
        tax_office=told[0].tax_office,
        applicant=told[0].holder,
        agent=told[0].agent,
        principal_certificate=told[0].principal_certificate,
        refund_state=told[0].refund_state,
        lines=tuple(line for one in told for line in one.lines),
        reason="broken",
    )


def apply(world: World, rng: random.Random) -> None:
    """An enterprise files, perhaps again."""
    which, variant = rng.randrange(POOL), rng.choice([0, 0, 0, 1, 2])
    lines = a_certificate(which).lines
    both = BOTH if len(lines) == 1 and lines[0].declaration and rng.random() < 0.5 else ""
    paper = an_application(f"A{which:02}{variant}{both}")
    told = world.write(Side.TAX, lambda book: deciding.file(book, paper, "firm", world.policy))
    world.outcomes.append(told.first.kind.code if isinstance(told, HefuError) else told.status)


def decide(world: World, rng: random.Random) -> None:
    """An officer mostly approves, sometimes what is decided already; or it is rejected or withdrawn."""
    filings = list(world.nodes[Side.TAX].store.every(Filing))
    waiting = [one for one in filings if one.state is FilingState.FILED]
    if not filings:
        return
    filing = rng.choice(waiting if waiting and rng.random() < 0.9 else filings)
    if rng.random() < 0.15:
        end = rng.choice([deciding.reject, deciding.withdraw])
        world.tell(world.write(Side.TAX, lambda book: end(book, filing.serial, "reason", "officer")))
        return
    certificates = certificates_of(filing.serial)
    numbers = tuple(one.number for one in certificates)

    def issue(book: Book) -> list[Outcome]:
        """What the certificates see of an approval: all are issued, or nothing is told of them."""
        told = world.parts.approve(book, filing.serial, numbers, "officer", world.policy)
        code = told.first.kind.code if isinstance(told, HefuError) else told.status
        return [Outcome("issued" if code == "approved" else f"approval: {code}", one) for one in numbers]

    if filing.state is FilingState.FILED:
        world.ask(Side.TAX, "officer", [issuing(one) for one in certificates], issue)
    else:
        for told in world.write(Side.TAX, issue):
            world.tell(told)


STEPS: Final[dict[str, Callable[[World, random.Random], None]]] = {"apply": apply, "decide": decide}
