"""Declarations as the gate has decided them, in a line; each test changes what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hefu.chains.gate.memory import Memory
from hefu.chains.gate.seen import Sight
from hefu.chains.gate.signs import Sign, signs_of
from hefu.protocol.records import DeclarationState, Lodgement
from hefu.rules.policy import Policy
from tests.builders import EXPORT, declaration, item

RATES = Policy.model_validate({"rates": {"202602": {"USD": "7"}}})
START = datetime(2026, 2, 1, 1, tzinfo=UTC)
_SIGHT = Sight(RATES)


def firm(which: int) -> dict[str, str]:
    return {"uscc": f"9111{which:014}", "name": f"企业{which}"}


def code(which: int) -> str:
    return firm(which)["uscc"]


def lodged(
    number: int,
    act: str = "export",
    *,
    day: int = 0,
    state: str = "reserved",
    findings: tuple[str, ...] = (),
    revision: int = 1,
    **changes: Any,
) -> Lodgement:
    """A lodgement; parties are given by the number of the firm."""
    parties: dict[str, Any] = {
        name: firm(changes.pop(name)) for name in ("trader", "owner", "declarant") if name in changes
    }
    direction = "1" if act == "return" else "0"
    given: dict[str, Any] = {"owner": parties.get("trader"), "items": [goods()], **parties, **changes}
    told = declaration(act, number=f"53012026{direction}{number:09}", certificates=None, **given)
    at = START + timedelta(days=day)
    said = {"findings": [{"code": one} for one in findings]}
    return Lodgement(told.number, told, "", DeclarationState(state), revision, said, (), "x", at, at)


def goods(which: int = 1, hs: str = "6109100000", quantity: str = "100", **changes: Any) -> dict[str, Any]:
    first = {"quantity": quantity, "unit": "011"}
    return item(item=which, hs_code=hs, first=first, second=None, traded=None, destination="USA", **changes)


def taken(memory: Memory, *lodgements: Lodgement) -> tuple[Sign, ...]:
    """The signs of the last of them, the others remembered before."""
    found: tuple[Sign, ...] = ()
    for one in lodgements:
        seen = _SIGHT.seen(one)
        memory.add(seen)
        found = signs_of(seen, memory)
    return found


def names(signs: tuple[Sign, ...]) -> list[str]:
    return [one.name for one in signs]


__all__ = ["EXPORT", "RATES", "START", "code", "firm", "goods", "lodged", "names", "taken"]
