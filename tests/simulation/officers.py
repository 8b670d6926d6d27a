"""What officers of customs do together in the world: papers, contests, and decisions where the rules would stop."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from hefu.documents.canonical import digest
from hefu.protocol import decisions
from hefu.protocol.book import Book
from hefu.protocol.contingency import contests, papers, tickets
from hefu.protocol.contingency.papers import PaperEntry
from hefu.protocol.contingency.records import Contest, Function, PaperCase, Scan
from hefu.protocol.marks import AFTER_USE, TAKEN_BACK
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Copy, DeclarationState, Holding, Lodgement, Side
from hefu.protocol.verification import Verification
from hefu.rules.case import UseState
from tests.history.operations import Asked, approving, declaring
from tests.simulation.documents import a_paper

if TYPE_CHECKING:
    from tests.simulation.world import World


def paper(world: World, rng: random.Random) -> None:
    """In a contingency: one officer enters a paper for a held declaration, another approves or rejects it."""
    customs = world.nodes[Side.CUSTOMS]
    held = _in_state(world, DeclarationState.HELD)
    wanted = [(one, n) for one in held for n in one.document.certificate_numbers()]
    fresh = [pair for pair in wanted if customs.store.missing(Copy, [(pair[1],)])]
    if not wanted:
        return
    lodgement, number = rng.choice(fresh if fresh and rng.random() < 0.9 else wanted)
    told = a_paper(number, rng.choice([0, 0, 0, 1, 2, 3]))
    picture = rng.choice(["scan 1", "scan 2", f"scan {number}"]).encode()
    scan = Scan(digest(picture), "image/png", picture)

    def enter(book: Book) -> Outcome:
        ticket = _ticket(world, book)
        return papers.enter_paper(book, PaperEntry(told, lodgement.number, ticket, scan), "first")

    entered = world.write(Side.CUSTOMS, enter)
    world.tell(entered)
    if entered.status in ("proposed", "exists"):
        act = customs.store.fetch(PaperCase, [(number,)])[number,].act
        _decide(world, act, rng, approving(number, lodgement.number))


def contest(world: World, rng: random.Random) -> None:
    """Two officers look at a contest and close it."""
    found = [one for one in world.nodes[Side.CUSTOMS].store.every(Contest) if one.state == "open"]
    if found:
        number = rng.choice(found).number
        propose = partial(contests.propose_closing, number=number, ground="typing error", actor="first")
        _together(world, rng, propose, Asked("close contest", str(number)))


def override(world: World, rng: random.Random) -> None:
    """Two officers release a held declaration; between the two it may be corrected, or pass."""
    held = _in_state(world, DeclarationState.HELD) or _in_state(world, DeclarationState.RESERVED)
    if held:
        one = rng.choice(held)
        propose = partial(decisions.propose_override, number=one.number, verification=_verification(world))
        names = tuple(one.document.certificate_numbers())
        export = "" if names else one.document.related or ""
        asked = Asked("override", one.number, names=names, export=export)
        _together(world, rng, partial(propose, ground="court order", actor="first"), asked)


def reopen(world: World, rng: random.Random) -> None:
    """Two officers give the goods of a declaration back; mostly of one that was taken back after use."""
    every = list(world.nodes[Side.CUSTOMS].store.every(Lodgement))
    marked = [one for one in every if {TAKEN_BACK, AFTER_USE} & set(one.marks)]
    if every:
        number = rng.choice(marked or every).number
        propose = partial(decisions.propose_reopening, number=number, ground="goods are back", actor="first")
        _together(world, rng, propose, Asked("reopen", number))


def move(world: World, rng: random.Random) -> None:
    """Two officers put right a use that was wrong, mostly in favour of the same goods under another declaration number,
    which is lodged now and held for want of the certificate.
    """
    customs = world.nodes[Side.CUSTOMS]
    used = [one for one in customs.store.every(Holding) if one.state is UseState.USED]
    if not used:
        return
    holding = rng.choice(used)
    to = rng.choice([one.number for one in _in_state(world, DeclarationState.HELD)] or ["530120261000009999"])
    user = customs.store.fetch(Lodgement, [(str(holding.declaration),)]).get((str(holding.declaration),))
    if user is not None and rng.random() < 0.8:
        twin = user.document.model_copy(update={"number": f"{user.number[:-3]}9{user.number[-2:]}"})
        asked = declaring("lodge", twin, needs=world.policy.needs_certificate(twin))
        world.ask(Side.CUSTOMS, "firm", [asked], lambda book: customs.gate.lodge(book, [twin], "firm"))
        to = twin.number
    propose = partial(
        decisions.propose_move, certificate=holding.certificate, to=to, verification=_verification(world)
    )
    asked = Asked("move", holding.certificate, other=to)
    _together(world, rng, partial(propose, ground="mistyped", actor="first"), asked)


STEPS: Final[dict[str, Callable[[World, random.Random], None]]] = {
    one.__name__: one for one in (paper, contest, override, reopen, move)
}


def _together(world: World, rng: random.Random, propose: Callable[[Book], Outcome], asked: Asked) -> None:
    told = world.write(Side.CUSTOMS, propose)
    world.tell(told)
    if told.status == "proposed":
        if rng.random() < 0.2:
            world.do_correct(rng)
        _decide(world, told.body["act"], rng, asked)


def _decide(world: World, act: int, rng: random.Random, asked: Asked) -> None:
    gate = world.nodes[Side.CUSTOMS].gate
    for officer in rng.choice([("second",), ("first", "second"), ("first",)]):
        decide = gate.reject if rng.random() < 0.1 else gate.approve
        world.ask_one(Side.CUSTOMS, officer, asked, partial(decide, number=act, remark="seen", actor=officer))


def _ticket(world: World, book: Book) -> str:
    told = tickets.open_ticket(book, Function.CERTIFICATES, None, "no link", "first", timedelta(hours=2))
    if told.status == "proposed":
        told = world.nodes[Side.CUSTOMS].gate.approve(book, told.body["act"], "", "second")
    return told.number


def _in_state(world: World, state: DeclarationState) -> list[Lodgement]:
    return [one for one in world.nodes[Side.CUSTOMS].store.every(Lodgement) if one.state is state]


def _verification(world: World) -> Verification:
    return world.nodes[Side.CUSTOMS].gate.verification
