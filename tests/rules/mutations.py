"""Sound pairs with some fields mutated at random: one seed, one case, always the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from pydantic import ValidationError

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.fields import scaled
from hefu.documents.party import Party
from hefu.rules.case import Case, ExportState, Standing, UseState
from tests.builders import (
    AGENT,
    EXPORT,
    EXPORTER,
    PRINCIPAL,
    STRANGER,
    certificate,
    declaration,
    item,
)
from tests.rules.pairs import ACTS, OTHER_ACT, OTHER_EXPORT

HS = ("6109100000", "61091000", "6109909000", "6110200000", "8517130000", "8703600000")
UNITS = ("件", "只", "千克", "克", "吨", "个", "打")
QUANTITIES = ("100", "100.00001", "99.99999", "0.00001", "40", "60", "250")
STATES = tuple(UseState)
IN_FORCE = ExportState.IN_FORCE
ODDS = 0.88
ODD = {"uscc": "91350211M0000XUF46", "customs_code": "3502160005"}
"""A firm whose check digit does not fit."""


TAXES = (
    {"refunded_vat": "13"},
    {"refunded_vat": "13", "repaid_vat": "13", "payment_slip": "JK1", "paid_on": "2026-02-20"},
    {"refunded_vat": "13", "repaid_vat": "1", "payment_slip": "JK1", "paid_on": "2026-02-20"},
    {"refunded_vat": "13", "repaid_vat": "1", "payment_slip": "JK1", "paid_on": "2026-03-02"},
)


def mutated(seed: int) -> Case:
    """The case of this seed. Documents that could not exist are drawn again."""
    random = Random(seed)
    while True:
        try:
            return _case(random)
        except ValidationError:
            continue


def _pick(random: Random, sound: Any, *others: Any) -> Any:
    return sound if random.random() < ODDS or not others else random.choice(others)


def _case(random: Random) -> Case:
    act = random.choice(ACTS)
    firm = random.choice((EXPORTER, EXPORTER, EXPORTER, AGENT, AGENT, ODD))
    names = [f"N{n}" for n in range(1 + _pick(random, 0, 1, 2))]
    goods = [_goods(random, n) for n in range(1, 1 + random.choice((1, 1, 1, 2, 3)))]
    documents = [_certificate(random, act, firm, name, goods) for name in names]
    items = [_item(random, one) for one in goods]
    trader = _pick(
        random, firm, STRANGER, {"customs_code": firm["customs_code"]}, {**firm, "name": "北京别名有限公司"}
    )
    related = None if act == "export" else _pick(random, EXPORT, OTHER_EXPORT, None)
    lodged = declaration(
        act,
        declared_on=_pick(random, "2026-03-05", "2026-02-28", "2027-02-02", "2026-03-01"),
        trader=trader,
        owner=_pick(random, PRINCIPAL, STRANGER, ODD, None),
        declarant=_pick(random, None, AGENT, ODD),
        terms=_pick(random, "3", "1", "2", None),
        freight=_pick(
            random, None, {"mark": "rate", "value": "5"}, {"mark": "total", "value": "9", "currency": "EUR"}
        ),
        mode=_pick(random, {"export": "0110", "return": "4561"}.get(act), "8888", "1039", "9610"),
        related=related if act == "return" else related or (EXPORT if act != "export" else None),
        items=[]
        if act == "withdrawal" and random.random() < 0.3
        else _pick(random, items, items[:1], [*items, item(item=9)]),
        certificates=[_reference(random, name, len(goods)) for name in names],
    )
    return Case(
        lodged,
        () if random.random() < 0.04 else tuple(_standing(random, one, lodged.number) for one in documents),
        principals={name: _principal(random, act, name, goods) for name in ("P1", "P2")},
        export=lodged.related or (random.choice((EXPORT, None)) if act == "return" else None),
        **_shipped(random, act, firm, goods),
        goods_left={} if act == "export" else _left(random, goods),
        amended_on=_pick(random, None, date(2026, 3, 1), date(2026, 3, 3)),
        changing=_pick(random, None, None, None, OTHER_ACT),
        consignor=_pick(random, None, *(Party.model_validate(one) for one in (PRINCIPAL, STRANGER, ODD))),
    )


def _goods(random: Random, number: int) -> dict[str, Any]:
    return {
        "item": number,
        "hs_code": random.choice(HS),
        "unit": random.choice(UNITS[:4]),
        "quantity": random.choice(QUANTITIES),
    }


def _certificate(
    random: Random, act: str, firm: dict[str, str], name: str, goods: list[dict[str, Any]]
) -> Certificate:
    purpose = _pick(random, act, *ACTS)
    lines = [_line(random, purpose, n, one) for n, one in enumerate(goods, start=1)]
    behind = {"principal_certificate": random.choice(("P1", "P2"))}
    chain = _pick(random, behind if firm is AGENT else {}, {"agent": AGENT}, behind)
    return certificate(
        purpose,
        number=name,
        issued_on=_pick(random, "2026-03-01", "2026-03-05", "2026-03-06"),
        holder=_pick(random, firm, STRANGER, {"uscc": firm["uscc"]}),
        refund_state=_pick(random, "not_claimed", "reversed", "paid_back", "paid_back", "refunded_open"),
        lines=lines,
        **chain,
    )


def _line(random: Random, purpose: str, number: int, one: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "line": number,
        "hs_code": _pick(random, one["hs_code"], *HS),
        "goods_name": _pick(random, "棉制针织T恤衫", "智能手机"),
        "unit": _pick(random, one["unit"], *UNITS),
        "quantity": _pick(random, one["quantity"], *QUANTITIES),
        "exported_quantity": _pick(random, None, "250", "1000"),
        "fob_usd": _pick(random, None, "1000", "900", "0.5"),
        "tax": _pick(random, None, *TAXES),
    }
    if purpose == "export":
        return {**told, "invoice": "FP0001", "invoice_line": number}
    return {
        **told,
        "declaration": _pick(random, EXPORT, OTHER_EXPORT),
        "item": _pick(random, one["item"], 7),
        "export_date": _pick(random, "2026-02-01", "2026-02-02", "2026-03-02", None),
    }


def _item(random: Random, one: dict[str, Any]) -> dict[str, Any]:
    first = {
        "quantity": _pick(random, one["quantity"], *QUANTITIES),
        "unit": _pick(random, one["unit"], *UNITS),
    }
    second = _pick(random, None, {"quantity": "100", "unit": "千克"})
    return item(
        origin=_pick(random, None, "CHN", "VNM"),
        total=_pick(random, "1000", "1050", None),
        currency=_pick(random, "USD", "EUR"),
        item=one["item"],
        hs_code=_pick(random, one["hs_code"], *HS),
        first=first,
        second=second,
        traded=None,
    )


def _reference(random: Random, name: str, items: int) -> dict[str, Any]:
    tie = {"item": random.randint(1, items), "line": random.choice((1, items))}
    return {"number": name, **_pick(random, {}, tie)}


def _standing(random: Random, document: Certificate, act: str) -> Standing:
    state = _pick(random, UseState.AVAILABLE, *STATES)
    held_by = random.choice((act, OTHER_ACT)) if state in (UseState.RESERVED, UseState.USED) else None
    known = None if state is UseState.UNKNOWN else document
    behind, ticket = _pick(random, False, False, False, True), _pick(random, None, None, None, "YJ1")
    return Standing(document.number, state, known, held_by, behind=behind, ticket=ticket)


def _principal(random: Random, act: str, name: str, goods: list[dict[str, Any]]) -> Standing:
    state = _pick(random, UseState.AVAILABLE, UseState.UNKNOWN, UseState.WITHDRAWN)
    document = certificate(
        act,
        number=name,
        holder=_pick(random, PRINCIPAL, ODD),
        agent=_pick(random, AGENT, STRANGER),
        lines=[_line(random, act, n, one) for n, one in enumerate(goods, start=1)],
    )
    behind, ticket = _pick(random, False, False, True), _pick(random, None, None, "YJ2")
    known = None if state is UseState.UNKNOWN else document
    return Standing(name, state, known, behind=behind, ticket=ticket)


def _shipped(random: Random, act: str, firm: dict[str, str], goods: list[dict[str, Any]]) -> dict[str, Any]:
    if act == "export" or random.random() > ODDS:
        state = ExportState.UNKNOWN if act == "export" else random.choice(tuple(ExportState))
        return {"original": None, "export_state": ExportState.UNKNOWN if state is IN_FORCE else state}
    return {"original": _original(random, firm, goods), "export_state": IN_FORCE}


def _original(random: Random, firm: dict[str, str], goods: list[dict[str, Any]]) -> Declaration:
    return declaration(
        "export",
        certificates=None,
        trader=_pick(random, firm, STRANGER),
        mode=_pick(random, "0110", "9810", "0214", "8888"),
        declared_on=_pick(random, "2026-02-01", "2026-03-02", "2026-03-06"),
        moved_on=_pick(random, None, "2026-02-02"),
        items=[_item(random, one) for one in goods],
    )


def _left(random: Random, goods: list[dict[str, Any]]) -> dict[tuple[str, int], tuple[int, str]]:
    codes = {"件": "011", "只": "008", "千克": "035", "克": "036"}
    return {
        (EXPORT, one["item"]): (
            scaled(Decimal(_pick(random, one["quantity"], *QUANTITIES))),
            codes[one["unit"]],
        )
        for one in goods
        if random.random() < ODDS
    }
