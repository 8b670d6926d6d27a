"""I1 to I4 read off the answers of a history alone: claims that were made and cannot both be true.

Weaker than linearizability, and plain: each sentence names the two answers that show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from tests.history.operations import Answer, Operation

_NOBODY: Final = Answer("")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an answer says for good of a certificate: ``used`` by a declaration, or ``dead`` (it never will be)."""

    certificate: str
    what: str
    by: str
    operation: Operation


def broken(operations: Sequence[Operation]) -> Iterator[str]:
    """Every invariant that the answers break, with the answers that show it."""
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for operation in operations:
        for claim in claimed(operation):
            claims[claim.certificate].append(claim)
    moved = {(one.asked.about, one.asked.other) for one in operations if one.asked.what == "move"}
    for certificate, made in claims.items():
        yield from _for_good(certificate, made, moved)
    yield from _released_bare(operations)
    yield from _use_unseen(operations, claims)
    yield from _lost(operations, claims)


def claimed(operation: Operation) -> Iterator[Claim]:
    """What an answer says for good."""
    asked, answer = operation.asked, operation.answer or _NOBODY
    told, number = answer.told, asked.about
    match asked.what:
        case "read at customs" | "read at tax" if answer.result == "read":
            if "used" in (told["state"], told.get("usage")):
                yield Claim(number, "used", str(told["declaration"]), operation)
            if told["state"] in ("withdrawn", "voided", "superseded"):
                yield Claim(number, "dead", "", operation)
        case "void" | "reissue":
            if answer.result in ("voided", "superseded"):
                yield Claim(number, "dead", "", operation)
            if answer.result == "certificate.already_used" and told.get("side") == "tax":
                yield Claim(number, "used", str(told["declaration"]), operation)
        case _ if "released" in (answer.result, told.get("state")):
            for certificate in told.get("certificates", ()):
                yield Claim(str(certificate), "used", asked.about, operation)


def _for_good(certificate: str, made: Sequence[Claim], moved: AbstractSet[tuple[str, str]]) -> Iterator[str]:
    """``moved``: certificates with declarations to which two officers were asked to move their use."""
    used = [claim for claim in made if claim.what == "used"]
    dead = [claim for claim in made if claim.what == "dead"]
    first = [claim for claim in used if (certificate, claim.by) not in moved]
    others = [claim for claim in first if claim.by != first[0].by]
    if others:
        yield f"I1: {certificate} is said to be used by two{_shown(first[0].operation, others[0].operation)}"
    if used and dead:
        yield f"I2: {certificate} is said to be void and used{_shown(dead[0].operation, used[0].operation)}"


def _released_bare(operations: Sequence[Operation]) -> Iterator[str]:
    needing = {one.asked.about for one in operations if one.asked.needs}
    for operation in operations:
        answer = operation.answer or _NOBODY
        bare = answer.result == "released" and not answer.told.get("certificates")
        if bare and operation.asked.what != "override" and operation.asked.about in needing:
            yield f"I3: released without a certificate{_shown(operation)}"


def _use_unseen(operations: Sequence[Operation], claims: dict[str, list[Claim]]) -> Iterator[str]:
    """Customs releases a declaration and then says that its certificate is not used by it."""
    for operation in operations:
        answer, number = operation.answer or _NOBODY, operation.asked.about
        if operation.asked.what != "read at customs" or answer.result != "read":
            continue
        for claim in claims.get(number, ()):
            released = claim.operation.asked.what == "release"
            if released and claim.operation.ended < operation.invoked and answer.told["state"] != "used":
                yield f"I3: {number} is not used after a release{_shown(claim.operation, operation)}"


def _lost(operations: Sequence[Operation], claims: dict[str, list[Claim]]) -> Iterator[str]:
    """What one side was told and the other does not know when both say that nothing is under way."""
    rest = next((one for one in reversed(operations) if one.asked.what == "rest"), None)
    if rest is None:
        return
    if rest.answer == Answer("unsent"):
        yield f"I4: nothing fails any more, and messages stay unsent{_shown(rest)}"
        return
    issued = {one.asked.about: one for one in operations if one.answer and one.answer.result == "issued"}
    for operation in operations:
        answer, number = operation.answer or _NOBODY, operation.asked.about
        if operation.invoked < rest.ended:
            continue
        if operation.asked.what == "read at customs" and answer.result == "not_found" and number in issued:
            yield f"I4: {number} has not reached customs{_shown(issued[number], rest, operation)}"
        if operation.asked.what == "read at tax" and answer.result == "read":
            for claim in claims.get(number, ()):
                used = claim.what == "used" and claim.operation.ended < rest.invoked
                if used and answer.told["usage"] != "used":
                    yield f"I4: the use of {number} has not reached tax{_shown(claim.operation, rest, operation)}"


def _shown(*operations: Operation) -> str:
    return "".join(f"\n    {operation}" for operation in sorted(operations, key=lambda one: one.invoked))
