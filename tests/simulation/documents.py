"""The documents in play: few, over few goods, so that they meet."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration

POOL = 24
"""Certificates and declarations in play: few, so that they meet."""

FIRMS = (
    {"uscc": "91110000101623741K", "name": "甲"},
    {"uscc": "911101066976941872", "name": "乙"},
)
EXPORTS = ("530120260000000001", "530120260000000002")


@cache
def a_certificate(which: int, variant: int = 0) -> Certificate:
    """One of POOL certificates over few goods, so that they meet: exports, returns, amendments,
    withdrawals, and an agency chain. Variant 1 does not state the exported quantity, variant 2 states
    another one."""
    rng = random.Random(f"certificate {which}")
    stated = {} if variant == 1 else {"exported_quantity": "120" if variant == 2 else "100"}
    purpose = ("export", "export", "return", "return", "amendment", "withdrawal")[which % 6]
    firm = which % 2 if purpose == "export" else 0
    told: dict[str, Any] = {
        "number": f"C{which:02}",
        "purpose": purpose,
        "issued_on": "2026-03-01",
        "tax_office": "11101010000",
        "holder": FIRMS[firm],
    }
    quantity = rng.choice(["100", "60", "50", "40", "40", "30", "30", "20"])
    goods: dict[str, Any] = {
        "hs_code": "6109100000",
        "goods_name": "T恤",
        "unit": "011",
        "quantity": quantity,
        **stated,
    }
    if purpose == "export":
        told["lines"] = [{**goods, "line": 1, "invoice": f"F{rng.randrange(3)}", "invoice_line": 1}]
        return Certificate.model_validate(told)
    export = EXPORTS[rng.random() < 0.2]
    lines = [{**goods, "line": 1, "declaration": export, "item": 1}]
    if rng.random() < 0.3:
        lines.append({**goods, "line": 2, "declaration": export, "item": 2})
    told["lines"] = lines
    told["refund_state"] = rng.choice(
        ["not_claimed", "not_claimed", "refunded_open", "reversed", "paid_back"]
    )
    if which == 2:
        told.update(agent=FIRMS[0], holder=FIRMS[1])
    if which == 8:
        principal = a_certificate(2).lines[0].model_dump(mode="json", exclude_none=True)
        told.update(principal_certificate="C02", lines=[dict(principal, quantity="20")])
    return Certificate.model_validate(told)


@cache
def a_declaration(which: int, more: tuple[str, ...] = ()) -> Declaration:
    """One of POOL declarations that mostly name fitting certificates; of ``more`` it names those that
    could serve besides, and declares their quantities together."""
    rng = random.Random(f"declaration {which}")
    named = a_certificate(which if rng.random() < 0.8 else rng.randrange(POOL))
    act = named.purpose.value if rng.random() < 0.9 else "return"
    line = named.lines[0]
    number = {
        "export": EXPORTS[which % 2] if which % 10 < 3 else f"5301202600000001{which:02}",
        "return": f"5301202610000001{which:02}",
    }.get(act, f"XG20260000{which:02}")
    quantity = rng.choice([str(line.quantity), str(line.quantity), "30", "100"])
    names = [] if act != "export" and rng.random() < 0.3 else [named.number]
    pool = [one for one in map(a_certificate, range(POOL)) if one.number in more]
    beside = [one for one in pool if _beside(one, named)]
    if beside:
        quantity = str(line.quantity + sum(one.lines[0].quantity for one in beside))
        names = [named.number, *(one.number for one in beside)]
    told: dict[str, Any] = {
        "number": number,
        "act": act,
        "mode": {"export": "0110", "return": "4561"}.get(act),
        "related": None if act == "export" else line.declaration or rng.choice(EXPORTS),
        "declared_on": "2026-03-12",
        "trader": named.holder.model_dump(exclude_none=True) if rng.random() < 0.9 else FIRMS[1],
        "certificates": [{"number": number} for number in names],
        "items": [
            {
                "item": one.item or 1,
                "hs_code": "6109100000",
                "goods_name": "T恤",
                "first": {"quantity": quantity, "unit": "011"},
            }
            for one in named.lines
        ],
    }
    if act == "export":
        told["items"].append(
            dict(told["items"][0], item=2, hs_code="6109100000")
        ) if rng.random() < 0.2 else None
    if act == "amendment" and rng.random() < 0.8:
        after = rng.choice(["80", quantity, "100"])
        told["becomes"] = [dict(told["items"][0], first={"quantity": after, "unit": "011"})]
    return Declaration.model_validate({k: v for k, v in told.items() if v is not None})


def an_export(number: str) -> Declaration:
    """One of EXPORTS that names no certificate, with as much of its two items as certificates state."""
    goods = {"hs_code": "6109100000", "goods_name": "T恤", "first": {"quantity": "100", "unit": "011"}}
    return Declaration.model_validate(
        {
            "number": number,
            "act": "export",
            "mode": "0110",
            "declared_on": "2026-02-10",
            "trader": FIRMS[0],
            "items": [{"item": item, **goods} for item in (1, 2)],
        }
    )


def a_paper(number: str, variant: int) -> Certificate:
    """The paper of a certificate: as issued, or telling otherwise of what was exported; variant 3 covers less."""
    which = int(number[1:3])
    told = a_certificate(which, variant % 3).model_copy(update={"number": number})
    if variant == 3:
        lines = tuple(one.model_copy(update={"quantity": one.quantity - 1}) for one in told.lines)
        told = told.model_copy(update={"lines": lines})
    return told


def _beside(one: Certificate, named: Certificate) -> bool:
    """Whether a certificate could serve the same act as another."""
    alike = one.purpose is named.purpose and one.holder == named.holder and one.number != named.number
    return alike and one.lines[0].declaration == named.lines[0].declaration
