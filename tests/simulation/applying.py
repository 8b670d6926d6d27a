"""Applications in the world: an enterprise files what becomes one of the certificates in play, an officer decides."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hefu.documents.application import Application
from hefu.errors import HefuError
from hefu.protocol.applications import deciding
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from tests.history.operations import issuing
from tests.simulation.documents import POOL, a_certificate

if TYPE_CHECKING:
    from tests.simulation.world import World


def an_application(which: int, variant: int = 0) -> Application:
    """The application from which a certificate in play comes."""
    told = a_certificate(which, variant)
    return Application(
        serial=f"A{which:02}{variant}",
        applied_on=told.issued_on,
        purpose=told.purpose,
        tax_office=told.tax_office,
        applicant=told.holder,
        agent=told.agent,
        principal_certificate=told.principal_certificate,
        refund_state=told.refund_state,
        lines=told.lines,
        reason="broken",
    )


def apply(world: World, rng: random.Random) -> None:
    """An enterprise files, perhaps again."""
    paper = an_application(rng.randrange(POOL), rng.choice([0, 0, 0, 1, 2]))
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
    certificate = a_certificate(int(filing.serial[1:3]), int(filing.serial[3]))

    def issue(book: Book) -> Outcome:
        """What the certificate sees of an approval: it is issued, or nothing is told of it."""
        told = deciding.approve(book, filing.serial, (certificate.number,), "officer", world.policy)
        code = told.first.kind.code if isinstance(told, HefuError) else told.status
        return Outcome("issued" if code == "approved" else f"approval: {code}", certificate.number)

    if filing.state is FilingState.FILED:
        world.ask_one(Side.TAX, "officer", issuing(certificate), issue)
    else:
        world.tell(world.write(Side.TAX, issue))


STEPS: Final[dict[str, Callable[[World, random.Random], None]]] = {"apply": apply, "decide": decide}
