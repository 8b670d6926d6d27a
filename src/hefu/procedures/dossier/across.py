"""The papers of one shipment against each other: parties, numbers, currencies, amounts, dates, versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import Final

from hefu.documents.certificate import Certificate, RefundState
from hefu.documents.declaration import Declaration
from hefu.documents.fields import plain
from hefu.documents.refund import Entry, RefundClaim
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.contradictions import Contradiction, Side, contradiction, named, side
from hefu.procedures.dossier.facts import Facts
from hefu.procedures.dossier.kinds import Nature, Trade
from hefu.procedures.dossier.papers import Kind, Paper
from hefu.procedures.dossier.shipment import Shipment, agreement_of
from hefu.rules.policy import Policy

_ORDER: Final = (
    (Kind.CONTRACT, Kind.EXPORT_INVOICE, "date_order"),
    (Kind.CONTRACT, Kind.EXPORT, "date_order"),
    (Kind.CONTRACT, Kind.RECEIPT, "date_order"),
    (Kind.PURCHASE_CONTRACT, Kind.PURCHASE_INVOICE, "date_order"),
    (Kind.EXPORT_INVOICE, Kind.CLAIM, "date_order"),
    (Kind.EXPORT, Kind.TRANSPORT, "date_order"),
    (Kind.EXPORT, Kind.CLAIM, "date_impossible"),
    (Kind.EXPORT, Kind.AGENCY_CERTIFICATE, "date_impossible"),
    (Kind.RETURN_AGREEMENT, Kind.RETURN, "date_order"),
)
"""Which paper comes before which."""
_CENT: Final = Decimal("0.01")
_WEIGHT: Final = (Decimal(1), Decimal("0.5"))
"""Kilograms and per cent by which weights may differ, both: as goods by weight are compared with a certificate."""


def contradictions(shipment: Shipment, nature: Nature, policy: Policy) -> Iterator[Contradiction]:
    """Everything that papers of a shipment say against each other, goods aside."""
    yield from _versions(shipment)
    yield from _traders(shipment, nature)
    yield from _agency(shipment)
    yield from _buyers(shipment)
    yield from _claimants(shipment, nature)
    yield from _numbers(shipment)
    yield from _money(shipment, policy)
    yield from _weights(shipment)
    yield from _dates(shipment)
    yield from _states(shipment)


def _versions(shipment: Shipment) -> Iterator[Contradiction]:
    """One number, two contents. A row of a sheet tells less than the paper itself, so only what both tell is compared."""
    for one, other in combinations(shipment.papers, 2):
        if one.kind is not other.kind or one.number != other.number:
            continue
        told = [(one.day, one.day_path), (one.amount, one.amount_path), (one.currency, "currency")]
        against = [
            (other.day, other.day_path),
            (other.amount, other.amount_path),
            (other.currency, "currency"),
        ]
        unlike = [
            (side(one, path, value), side(other, its_path, its_value))
            for (value, path), (its_value, its_path) in zip(told, against, strict=True)
            if value and its_value and value != its_value
        ]
        if unlike:
            yield contradiction("two_versions", *unlike[0])
        elif not any(isinstance(paper.held.document, Paper) for paper in (one, other)):
            yield contradiction(
                "two_versions", side(one, "", one.held.file), side(other, "", other.held.file)
            )


def _differ(one: Firm, other: Firm) -> bool:
    """Whether two firms are said to be different; names alone tell only where neither has a code."""
    return not one.is_same(other)


def _traders(shipment: Shipment, nature: Nature) -> Iterator[Contradiction]:
    """Who sells and ships is the trader; in an agency export the owner may sell."""
    for export in shipment.in_force:
        roles = ("trader",) if nature.trade is Trade.OWN else ("trader", "owner")
        allowed = [export.firms[role] for role in roles if role in export.firms]
        for one in shipment.of(Kind.CONTRACT, Kind.EXPORT_INVOICE, Kind.TRANSPORT):
            if (
                "seller" in one.firms
                and allowed
                and all(_differ(one.firms["seller"][1], firm) for _, firm in allowed)
            ):
                path, firm = one.firms["seller"]
                name = "shipper_differs" if one.kind is Kind.TRANSPORT else "seller_differs"
                yield contradiction(
                    name, side(one, path, firm.shown), side(export, allowed[0][0], allowed[0][1].shown)
                )


def _agency(shipment: Shipment) -> Iterator[Contradiction]:
    """Agents are traders; principals are owners, or stand further down a chain of agreements."""
    agreements = shipment.of(Kind.AGREEMENT)
    within = [
        one.firms[role][1] for one in agreements for role in ("agent", "principal") if role in one.firms
    ]
    for export in shipment.in_force:
        trader, owner = export.firms.get("trader"), export.firms.get("owner")
        certificates = shipment.of(Kind.AGENCY_CERTIFICATE)
        firsts = [one for one in (*agreements, *certificates) if "agent" in one.firms]
        if trader and firsts and all(_differ(one.firms["agent"][1], trader[1]) for one in firsts):
            path, firm = firsts[0].firms["agent"]
            yield contradiction(
                "agent_differs", side(firsts[0], path, firm.shown), side(export, trader[0], trader[1].shown)
            )
        for one in certificates if agreements else ():
            path, firm = one.firms["principal"]
            if all(_differ(firm, known) for known in within):
                told = next(paper for paper in agreements if "principal" in paper.firms)
                its_path, its_firm = told.firms["principal"]
                yield contradiction(
                    "principal_differs", side(one, path, firm.shown), side(told, its_path, its_firm.shown)
                )
        known = [one for one in (*agreements, *certificates) if "principal" in one.firms]
        if owner and known and trader and _differ(owner[1], trader[1]):
            firms = [one.firms["principal"][1] for one in known]
            if all(_differ(owner[1], firm) for firm in firms):
                path, firm = known[0].firms["principal"]
                yield contradiction(
                    "principal_differs",
                    side(known[0], path, firm.shown),
                    side(export, owner[0], owner[1].shown),
                )


def _buyers(shipment: Shipment) -> Iterator[Contradiction]:
    contracts, bills = shipment.of(Kind.CONTRACT), shipment.of(Kind.EXPORT_INVOICE)
    for one in bills:
        told = [other for other in contracts if "buyer" in other.firms]
        yield from _unlike("buyer_differs", one, told)
    for one in shipment.of(Kind.RECEIPT):
        yield from _unlike(
            "payer_differs", one, [other for other in (*bills, *contracts) if "buyer" in other.firms]
        )


def _unlike(name: str, one: Facts, others: Iterable[Facts]) -> Iterator[Contradiction]:
    """A buyer that is none of those of other papers."""
    told = [(other, *other.firms["buyer"]) for other in others]
    if "buyer" in one.firms and told and all(_differ(one.firms["buyer"][1], firm) for _, _, firm in told):
        path, firm = one.firms["buyer"]
        other, its_path, its_firm = told[0]
        yield contradiction(name, side(one, path, firm.shown), side(other, its_path, its_firm.shown))


def _claimants(shipment: Shipment, nature: Nature) -> Iterator[Contradiction]:
    """Who claims, and who bought: the trader; in an agency export the principal."""
    role = "trader" if nature.trade is Trade.OWN else "owner"
    for export in shipment.in_force:
        if role not in export.firms:
            continue
        wanted = side(export, role, export.firms[role][1].shown)
        for one in shipment.of(Kind.CLAIM):
            if "claimant" in one.firms and _differ(one.firms["claimant"][1], export.firms[role][1]):
                yield contradiction(
                    "claimant_differs", side(one, "claimant", one.firms["claimant"][1].shown), wanted
                )
        for one in shipment.of(Kind.PURCHASE_INVOICE):
            if "buyer" in one.firms and _differ(one.firms["buyer"][1], export.firms[role][1]):
                yield contradiction(
                    "purchaser_differs", side(one, "buyer", one.firms["buyer"][1].shown), wanted
                )


def _numbers(shipment: Shipment) -> Iterator[Contradiction]:
    bills = shipment.of(Kind.EXPORT_INVOICE)
    for export in shipment.in_force:
        for one in (*bills, *shipment.of(Kind.TRANSPORT, Kind.RECEIPT)):
            if one.contracts and export.contracts and not set(one.contracts) & set(export.contracts):
                yield contradiction(
                    "contract_differs",
                    side(one, "contracts", ", ".join(one.contracts)),
                    side(export, "contract", ", ".join(export.contracts)),
                )
    known = {number for one in bills for number in one.invoices}
    for one in shipment.of(Kind.CERTIFICATE):
        for place, number in enumerate(one.invoices):
            if known and number not in known:
                yield contradiction(
                    "invoice_differs",
                    side(one, f"lines[{place}].invoice", number),
                    side(bills[0], "number", bills[0].held.number),
                )


def _money(shipment: Shipment, policy: Policy) -> Iterator[Contradiction]:
    bills = _once(shipment.of(Kind.EXPORT_INVOICE))
    for one in bills:
        parts = [goods.amount for goods in one.goods]
        total = sum((part or Decimal(0) for part in parts), Decimal(0))
        if one.amount is not None and parts and None not in parts and abs(total - one.amount) > _CENT:
            yield contradiction(
                "sum_differs", side(one, "amount", one.amount), side(one, "lines", plain(total))
            )
    for export in shipment.in_force:
        yield from _currencies(export, (*bills, *shipment.of(Kind.CONTRACT, Kind.RECEIPT)))
        for told, papers in (("amount_differs", bills), ("received_more", _once(shipment.of(Kind.RECEIPT)))):
            if not any(map(shipment.is_shared, papers)):
                yield from _totals(told, papers, export, policy)
    for contract in shipment.of(Kind.CONTRACT):
        yield from _totals("exceeds_contract", bills, contract, policy)


def _once(papers: Iterable[Facts]) -> list[Facts]:
    return list({one.number: one for one in papers}.values())


def _currencies(export: Facts, others: Iterable[Facts]) -> Iterator[Contradiction]:
    for one in others:
        if export.currency and one.currency and one.currency != export.currency:
            name = "received_in_other" if one.kind is Kind.RECEIPT else "currency_differs"
            declared = side(export, "items[0].currency", export.currency)
            yield contradiction(name, side(one, "currency", one.currency), declared)


def _totals(name: str, papers: list[Facts], whole: Facts, policy: Policy) -> Iterator[Contradiction]:
    """The sum of some papers against the total of one, in one currency; off by more than the policy's amount and share
    for values. Receipts and contracts object only to more.
    """
    amounts = [one.amount for one in papers if one.currency == whole.currency]
    if not amounts or None in amounts or len(amounts) < len(papers) or whole.amount is None:
        return
    total = sum((one or Decimal(0) for one in amounts), Decimal(0))
    off = total - whole.amount if name != "amount_differs" else abs(total - whole.amount)
    if off > policy.value_amount and off * 100 > whole.amount * policy.value_percent:
        path = whole.amount_path
        left = Side(named(papers[0]), papers[0].held.place("amount"), f"{plain(total)} {whole.currency}")
        yield contradiction(name, left, side(whole, path, f"{plain(whole.amount)} {whole.currency}"))


def _weights(shipment: Shipment) -> Iterator[Contradiction]:
    for export in shipment.in_force:
        declared = (
            export.held.document.gross_weight if isinstance(export.held.document, Declaration) else None
        )
        for one in shipment.of(Kind.TRANSPORT, Kind.PACKING_LIST):
            stated = one.held.document.gross_weight if isinstance(one.held.document, Paper) else None
            if declared is None or stated is None:
                continue
            off = abs(declared - stated)
            if off > _WEIGHT[0] and off * 100 > declared * _WEIGHT[1]:
                yield contradiction(
                    "weight_differs",
                    side(one, "gross_weight", plain(stated)),
                    side(export, "gross_weight", plain(declared)),
                )


def _dates(shipment: Shipment) -> Iterator[Contradiction]:
    for first, second, name in _ORDER:
        for one in shipment.of(first):
            for other in shipment.of(second):
                if one.day and other.day and one.day > other.day:
                    yield contradiction(
                        name, side(one, one.day_path, one.day), side(other, other.day_path, other.day)
                    )
    exported = shipment.exported
    for one in shipment.of(Kind.AGREEMENT):
        document = agreement_of(one.held)
        if exported and document and not document.runs(exported[0], exported[0]):
            path = "since" if document.since and document.since > exported[0] else "until"
            span = f"{document.since or '…'} – {document.until or '…'}"
            papers = shipment.of(Kind.EXPORT) or [one]
            right = Side(named(papers[0]), exported[1], str(exported[0]))
            yield contradiction("agreement_not_in_force", side(one, path, span), right)


def _states(shipment: Shipment) -> Iterator[Contradiction]:
    """A certificate that says not claimed, for goods that were claimed before and not taken back."""
    for one in shipment.of(Kind.CERTIFICATE):
        paper = one.held.document
        if not isinstance(paper, Certificate) or paper.refund_state is not RefundState.NOT_CLAIMED:
            continue
        wanted = {(line.declaration, line.item) for line in paper.lines if line.declaration}
        for claim in shipment.of(Kind.CLAIM):
            told = claim.held.document
            if not isinstance(told, RefundClaim) or told.claimed_on > paper.issued_on:
                continue
            claimed = {(line.declaration, line.item) for line in told.lines if line.entry is Entry.CLAIM}
            if wanted & claimed - _reversed(shipment):
                yield contradiction(
                    "state_contradicts",
                    side(one, "refund_state", paper.refund_state.value),
                    side(claim, "claimed_on", told.claimed_on),
                )


def _reversed(shipment: Shipment) -> set[tuple[str, int]]:
    """Items that a later entry took back."""
    told: set[tuple[str, int]] = set()
    for one in shipment.of(Kind.CLAIM):
        paper = one.held.document
        if isinstance(paper, RefundClaim):
            told |= {(line.declaration, line.item) for line in paper.lines if line.entry is Entry.REVERSAL}
    return told
