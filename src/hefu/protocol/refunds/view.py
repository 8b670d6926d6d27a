"""The goods ledger of an export declaration, as people and programs read it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hefu.documents.certificate import Purpose
from hefu.documents.fields import plain, unscaled
from hefu.documents.goods import GoodsKey
from hefu.documents.party import Party
from hefu.protocol.book import Reader
from hefu.protocol.records import Account, Cover, Issue
from hefu.protocol.refunds.giving_back import TAX_SCALE
from hefu.protocol.refunds.records import (
    Agency,
    AgencyLine,
    Claim,
    ClaimState,
    Export,
    Obligation,
    RefundLine,
    Way,
)
from hefu.rules.case import UseState

ITEMS = 1000
"""As many items as a declaration may have (``documents.declaration.Items``)."""

_USED_FOR = {
    Purpose.RETURN: "returned",
    Purpose.AMENDMENT: "amended",
    Purpose.WITHDRAWAL: "withdrawn",
    Purpose.EXPORT: "certified",
}


def ledger(reader: Reader, declaration: str) -> dict[str, Any] | None:
    """Each item of an export declaration with what became of it, quantities in the account's unit; ``None`` if tax knows
    nothing of it. ``free`` is what may still be claimed or certified. An item that only a certificate states is there with
    ``in_export`` false; null where the export declaration has not come yet.
    """
    export = reader.fetch(Export, [(declaration,)]).get((declaration,))
    numbers = [one.item for one in export.document.items] if export else []
    goods = {item: str(GoodsKey("item", "", declaration, item)) for item in {*numbers, *range(1, ITEMS + 1)}}
    accounts = reader.fetch(Account, [(one,) for one in goods.values()])
    found = {item: accounts[(one,)] for item, one in sorted(goods.items()) if (one,) in accounts}
    if export is None and not found:
        return None
    names = {one.item: (one.hs_code, one.goods_name) for one in export.document.items} if export else {}
    head: dict[str, Any] = {"declaration": declaration, "known": export is not None}
    if export is not None:
        head |= {
            "revision": export.revision,
            "amendments": list(export.amendments),
            "trader": export.document.trader.model_dump(exclude_none=True),
            "mode": export.document.mode,
            "declared_on": export.document.declared_on.isoformat(),
        }
    items = [
        {
            "item": item,
            "in_export": item in names if export else None,
            **_named(names.get(item)),
            **_item(reader, account),
        }
        for item, account in found.items()
    ]
    return {**head, "items": items}


def parties(reader: Reader, declaration: str) -> list[Party] | None:
    """Whose ledger it is: trader and owner of the export, holders of certificates, principals of agency certificates;
    ``None`` if tax knows nothing of it.
    """
    told = ledger(reader, declaration)
    if told is None:
        return None
    export = reader.fetch(Export, [(declaration,)]).get((declaration,))
    found = [export.document.trader, export.document.owner] if export else []
    for item in told["items"]:
        for one in item["certificates"]:
            issue = reader.fetch(Issue, [(one["certificate"],)])[one["certificate"],]
            found.append(issue.document.holder)
        agencies = [one["agency"] for one in item["agency_certificates"]]
        found += [reader.fetch(Agency, [(one,)])[one,].document.principal for one in agencies]
    return [party for party in found if party is not None]


def _named(told: tuple[str, str] | None) -> dict[str, str]:
    return {"hs_code": told[0], "goods_name": told[1]} if told else {}


def _item(reader: Reader, account: Account) -> dict[str, Any]:
    quantities: defaultdict[str, int] = defaultdict(int)
    certificates, claims = [], []
    for cover in reader.find(Cover, "goods", account.goods):
        issue = reader.fetch(Issue, [(cover.certificate,)])[cover.certificate,]
        used = issue.usage is UseState.USED
        quantities[_USED_FOR[issue.document.purpose] if used else "certified"] += cover.quantity
        certificates.append(
            {
                "certificate": cover.certificate,
                "line": cover.line,
                "quantity": _plain(cover.quantity),
                "purpose": issue.document.purpose.value,
                "refund_state": issue.document.refund_state.value,
                "state": issue.state.value,
                "usage": issue.usage.value,
                "declaration": issue.declaration,
            }
        )
    for line in reader.find(RefundLine, "goods", account.goods):
        state = _state(reader, line)
        quantities[state if line.way is Way.CLAIMED else line.way.value] += line.remaining or (
            line.quantity if line.way in (Way.REVERSED, Way.REPAID) else 0
        )
        claims.append(
            {
                "paper": line.paper.partition(":")[2],
                "line": line.line,
                "way": line.way.value,
                "state": state,
                "claimant": line.claimant,
                "quantity": _plain(line.quantity),
                "remaining": _plain(line.remaining),
                "vat": plain(unscaled(line.vat, TAX_SCALE)),
                "consumption_tax": plain(unscaled(line.consumption_tax, TAX_SCALE)),
                "agency_certificate": line.agency or None,
            }
        )
    agencies = reader.find(AgencyLine, "goods", account.goods)
    return {
        "unit": account.unit,
        "basis": account.basis,
        "exported": _plain(account.quantity),
        "certified": _plain(quantities["certified"]),
        "returned": _plain(quantities["returned"]),
        "amended": _plain(quantities["amended"]),
        "withdrawn": _plain(quantities["withdrawn"]),
        "claimed": _plain(quantities["accepted"]),
        "refunded": _plain(quantities["paid"] + quantities["stated"]),
        "reversed": _plain(quantities["reversed"]),
        "repaid": _plain(quantities["repaid"]),
        "agency_certified": _plain(sum(one.quantity for one in agencies)),
        "owed": _plain(account.owed),
        "free": _plain(account.free),
        "certificates": certificates,
        "claims": claims,
        "agency_certificates": [
            {"agency": one.agency, "quantity": _plain(one.quantity), "claimed": _plain(one.claimed)}
            for one in agencies
        ],
        "obligations": [
            {
                "certificate": one.certificate,
                "claimant": one.claimant,
                "quantity": _plain(one.quantity),
                "since": one.since.isoformat(),
            }
            for one in reader.find(Obligation, "goods", account.goods)
        ],
    }


def _plain(quantity: int) -> str:
    return plain(unscaled(quantity))


def _state(reader: Reader, line: RefundLine) -> str:
    if line.way is not Way.CLAIMED:
        return line.way.value
    claim = reader.fetch(Claim, [(line.paper.partition(":")[2],)]).get((line.paper.partition(":")[2],))
    return (claim.state if claim else ClaimState.ACCEPTED).value
