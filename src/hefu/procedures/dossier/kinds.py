"""What kind of shipment it is, told from its papers with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hefu.documents.application import Application
from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.refund import RefundClaim
from hefu.errors import Text
from hefu.procedures.agency.agreements import Firm, firm_of
from hefu.procedures.dossier.papers import NAMES, Kind
from hefu.procedures.dossier.shipment import Shipment


class Trade(StrEnum):
    """In which part the enterprise exports: for itself, as the agent 受托方, as the principal 委托方."""

    OWN = "own"
    AGENT = "agent"
    PRINCIPAL = "principal"


class Change(StrEnum):
    """What happens to the export afterwards."""

    RETURN = "return"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"


TRADES: Final = {
    Trade.OWN: Text("自营出口", "own export"),
    Trade.AGENT: Text("代理出口 (本企业为受托方)", "agency export, as the agent"),
    Trade.PRINCIPAL: Text("代理出口 (本企业为委托方)", "agency export, as the principal"),
}
CHANGES: Final = {
    Change.RETURN: Text("退运", "return"),
    Change.AMENDMENT: Text("改单", "amendment"),
    Change.WITHDRAWAL: Text("撤单", "withdrawal"),
}
_BY_PAPER: Final = {
    Kind.RETURN: Change.RETURN,
    Kind.RETURN_AGREEMENT: Change.RETURN,
    Kind.QUALITY_REPORT: Change.RETURN,
    Kind.AMENDMENT: Change.AMENDMENT,
    Kind.WITHDRAWAL: Change.WITHDRAWAL,
}
_BY_PURPOSE: Final = {
    Purpose.RETURN: Change.RETURN,
    Purpose.AMENDMENT: Change.AMENDMENT,
    Purpose.WITHDRAWAL: Change.WITHDRAWAL,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and the place that says so (empty: nothing says otherwise)."""

    text: Text
    place: str = ""

    def as_json(self) -> dict[str, Any]:
        """The reason for machines."""
        return {"text": self.text._asdict(), "place": self.place}


@dataclass(frozen=True, slots=True)
class Nature:
    """The kind of a shipment, and why."""

    trade: Trade
    changes: tuple[Change, ...]
    reasons: tuple[Reason, ...]

    @property
    def names(self) -> frozenset[str]:
        """Its kinds by the names that requirements use."""
        return frozenset((self.trade.value, *(one.value for one in self.changes)))

    def as_json(self) -> dict[str, Any]:
        """The kind for machines; keys are stable."""
        return {
            "trade": self.trade.value,
            "changes": [one.value for one in self.changes],
            "reasons": [one.as_json() for one in self.reasons],
        }


def nature(shipment: Shipment, enterprise: Firm | None = None) -> Nature:
    """The kind of a shipment. ``enterprise`` is whose dossier it is; without it, its papers say whose."""
    signs = list(_agency(shipment))
    reasons = [*signs[:1]]
    trade = Trade.OWN
    if signs:
        trade, why = _part(shipment, enterprise)
        reasons.append(why)
    else:
        reasons.append(Reason(Text("没有代理出口的迹象", "nothing speaks of an agency export")))
    changes: dict[Change, Reason] = {}
    for change, why in _changed(shipment):
        changes.setdefault(change, why)
    order = [one for one in Change if one in changes]
    return Nature(trade, tuple(order), (*reasons, *(changes[one] for one in order)))


def _agency(shipment: Shipment) -> Iterator[Reason]:
    """What speaks of an agency export."""
    for one in shipment.of(Kind.AGREEMENT, Kind.AGENCY_CERTIFICATE, Kind.AGENT_REPORT):
        name = NAMES[one.kind]
        yield Reason(Text(f"有{name.zh} {one.held.number}", f"{name.en} {one.held.number}"), one.held.place())
    for one in shipment.of(Kind.EXPORT):
        owner, trader = one.firms.get("owner"), one.firms.get("trader")
        if owner and trader and not owner[1].is_same(trader[1]):
            text = Text(
                f"生产销售单位 {owner[1].shown} 不是境内发货人 {trader[1].shown}",
                f"the owner {owner[1].shown} is not the trader {trader[1].shown}",
            )
            yield Reason(text, one.held.place("owner"))
    for one in shipment.of(Kind.CERTIFICATE, Kind.APPLICATION):
        document = one.held.document
        if isinstance(document, Certificate | Application) and (
            document.agent or document.principal_certificate
        ):
            path = "agent" if document.agent else "principal_certificate"
            text = Text("证明分委托方和受托方两步办理", "its certificate is one of principal and agent")
            yield Reason(text, one.held.place(path))


def _firms(shipment: Shipment) -> dict[Trade, list[Firm]]:
    """Who is agent and who is principal."""
    told: dict[Trade, list[Firm]] = {Trade.AGENT: [], Trade.PRINCIPAL: []}
    for one in shipment.papers:
        for role, (_, firm) in one.firms.items():
            if role in ("agent", "trader"):
                told[Trade.AGENT].append(firm)
            elif role in ("principal", "owner"):
                told[Trade.PRINCIPAL].append(firm)
    traders = told[Trade.AGENT]
    told[Trade.PRINCIPAL] = [
        one for one in told[Trade.PRINCIPAL] if not any(one.is_same(firm) for firm in traders)
    ]
    return told


def _part(shipment: Shipment, enterprise: Firm | None) -> tuple[Trade, Reason]:
    """In which part of an agency export the enterprise acts."""
    firms = _firms(shipment)
    if enterprise is not None:
        for trade in (Trade.PRINCIPAL, Trade.AGENT):
            if any(enterprise.is_same(one) for one in firms[trade]):
                name = TRADES[trade]
                return trade, Reason(Text(f"{enterprise.shown}: {name.zh}", f"{enterprise.shown}: {name.en}"))
        text = Text(
            f"{enterprise.shown} 不在这票货物的单证中, 按受托方处理",
            f"{enterprise.shown} stands in none of the papers; taken as the agent",
        )
        return Trade.AGENT, Reason(text)
    for one in shipment.of(Kind.CLAIM, Kind.PURCHASE_INVOICE, Kind.PURCHASE_CONTRACT):
        document = one.held.document
        who = firm_of(document.claimant) if isinstance(document, RefundClaim) else None
        who = who or (one.firms["buyer"][1] if "buyer" in one.firms else None)
        if who is not None and any(who.is_same(firm) for firm in firms[Trade.PRINCIPAL]):
            name = NAMES[one.kind]
            text = Text(
                f"{name.zh} {one.held.number} 是委托方 {who.shown} 的",
                f"{name.en} {one.held.number} is that of the principal {who.shown}",
            )
            return Trade.PRINCIPAL, Reason(text, one.held.place())
    text = Text(
        "没有委托方自己的申报或进货单证, 按受托方处理 (可用 --enterprise 指明)",
        "no claim and no purchase of the principal is here; taken as the agent's (say otherwise with --enterprise)",
    )
    return Trade.AGENT, Reason(text)


def _changed(shipment: Shipment) -> Iterator[tuple[Change, Reason]]:
    for one in shipment.papers:
        document, change = one.held.document, _BY_PAPER.get(one.kind)
        if isinstance(document, Certificate | Application):
            change = _BY_PURPOSE.get(document.purpose)
        if change is not None:
            name, said = NAMES[one.kind], CHANGES[change]
            yield (
                change,
                Reason(
                    Text(
                        f"{said.zh}: {name.zh} {one.held.number}", f"{said.en}: {name.en} {one.held.number}"
                    ),
                    one.held.place(),
                ),
            )
