"""What is known of one shipment when its steps are told: its papers, and what both nodes say of it now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from hefu.documents.canonical import Document
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.documents.refund import AgencyCertificate, RefundClaim
from hefu.errors import Text
from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.deadlines import Deadline, deadlines
from hefu.procedures.dossier.kinds import Nature, Trade, nature
from hefu.procedures.dossier.papers import AnyPaper, Held, Kind
from hefu.procedures.dossier.shipment import Shipment, gather
from hefu.protocol.records import Side
from hefu.rules.policy import Policy

Told = Mapping[str, Any]
"""An answer of a node, as JSON."""
Ask = Callable[[Side, str], tuple[int, dict[str, Any]]]
"""Asks a node: status and body; status 0 if it does not answer."""
_OK, _NOT_FOUND = 200, 404
_NO_ANSWER: Final = Text("没有应答", "does not answer")
_DEAD: Final = ("voided", "superseded")
_FILED: Final = ("filed", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class Known:
    """The case. ``acts`` are the declarations at customs that concern the export and are of the procedure's kind,
    ``certificates`` those of its purpose as tax has them, ``applications`` likewise, oldest first. ``silent`` says why a
    node told nothing.
    """

    procedure: str
    export: str
    today: date
    policy: Policy
    shipment: Shipment
    nature: Nature
    due: Mapping[str, Deadline]
    silent: Mapping[Side, Text] = field(default_factory=dict)
    lodged: Told | None = None
    acts: tuple[Told, ...] = ()
    ledger: Told | None = None
    applications: tuple[Told, ...] = ()
    certificates: tuple[Told, ...] = ()

    @property
    def is_agency(self) -> bool:
        """Whether one firm exported for another."""
        return self.nature.trade is not Trade.OWN

    def papers(self, *kinds: Kind) -> str:
        """The numbers of its papers of some kinds."""
        return ", ".join(dict.fromkeys(one.held.number for one in self.shipment.of(*kinds)))

    @property
    def act(self) -> Told | None:
        """The act that the procedure is about: one that is open, else the last that was not withdrawn or refused, unless
        it went by another certificate than the one that waits to be used: then the next act is still to come.
        """
        alive = [one for one in self.acts if one["state"] not in ("withdrawn", "refused")]
        waiting = [one for one in alive if one["state"] != "released"]
        certificate = self.certificate()
        if certificate is not None and certificate["usage"] != "used":
            alive = [one for one in alive if certificate["number"] in _named(one)]
        return next(reversed(waiting or alive), None)

    def certificate(self, *, of_principal: bool = False) -> Told | None:
        """The live certificate of the firm that goes to customs, or of its principal: one not used yet before one that
        is.
        """
        told = [one for one in self.certificates if one["state"] not in _DEAD]
        if self.is_agency:
            told = [one for one in told if bool(one["document"].get("principal_certificate")) != of_principal]
        elif of_principal:
            return None
        unused = [one for one in told if one["usage"] != "used"]
        return next(reversed(unused or told), None)

    def application(self, *, of_principal: bool = False) -> Told | None:
        """The last application that leads to such a certificate."""
        told = [
            one
            for one in self.applications
            if not self.is_agency or bool(one["principal_certificate"]) != of_principal
        ]
        return told[-1] if told and (self.is_agency or not of_principal) else None

    def goods(self, name: str) -> Decimal:
        """A column of the goods ledger, over all items."""
        return sum((Decimal(one[name]) for one in self.items()), Decimal(0))

    def items(self) -> Iterator[Told]:
        """The items of the goods ledger."""
        yield from self.ledger["items"] if self.ledger else ()

    def claims(self) -> list[Told]:
        """Claims of a refund in the ledger, each line."""
        return [one for item in self.items() for one in item["claims"] if one["way"] in ("claimed", "stated")]


def _named(act: Told) -> tuple[str, ...]:
    """The certificates that an act names, and those that customs has found for it."""
    return (
        *(str(one["number"]) for one in act["document"].get("certificates", ())),
        *act.get("certificates", ()),
    )


@dataclass(slots=True)
class _Nodes:
    """Asks both nodes, and remembers who told nothing."""

    ask: Ask
    silent: dict[Side, Text] = field(default_factory=dict)

    def get(self, side: Side, path: str, *, needed: bool = False) -> dict[str, Any] | None:
        """The answer; ``None`` if there is no such thing, or the node tells nothing. A refusal of what is ``needed``
        silences the node, that of one paper more does not: it belongs to another firm.
        """
        if side in self.silent:
            return None
        status, told = self.ask(side, path)
        if status == _OK:
            return told
        if status != _NOT_FOUND and (needed or not status):
            problem = next(iter(told.get("problems", [])), None)
            self.silent[side] = (
                Text(problem["message"]["zh"], problem["message"]["en"]) if problem else _NO_ANSWER
            )
        return None


def known(
    procedure: str,
    number: str,
    papers: Iterable[Held],
    ask: Ask,
    *,
    today: date,
    policy: Policy,
    enterprise: Firm | None = None,
) -> Known | None:
    """Everything about the shipment that answers to a number (empty: the only one); ``None`` if there is none."""
    held = list(papers)
    chosen = [one for one in gather(held)[0] if not number or one.answers_to(number)] if held else []
    if not number and len(chosen) != 1:
        return None
    export = chosen[0].number if chosen else number
    nodes = _Nodes(ask)
    lodged = nodes.get(Side.CUSTOMS, f"/v1/declarations/{export}", needed=True)
    acts = _acts(nodes, procedure, export) if lodged else ()
    ledger = nodes.get(Side.TAX, f"/v1/ledger/{export}", needed=True)
    applications = _applications(nodes, procedure, export)
    certificates = _certificates(nodes, procedure, export, ledger, applications, acts)
    live = [*_live(nodes, lodged, acts, ledger, certificates), *held]
    found = [one for one in gather(live)[0] if one.answers_to(export)]
    if not found:
        return None if not nodes.silent else _unanswered(procedure, export, today, policy, nodes.silent)
    shipment = next((one for one in found if one.number == export), found[0])
    kind = nature(shipment, enterprise)
    due: dict[str, Deadline] = {}
    for one in deadlines(shipment, kind, policy, today):
        due.setdefault(one.code, one)
    return Known(
        procedure, export, today, policy, shipment, kind, due, nodes.silent, lodged, acts, ledger, applications,
        certificates,
    )  # fmt: skip


def _unanswered(
    procedure: str, export: str, today: date, policy: Policy, silent: Mapping[Side, Text]
) -> Known:
    """Nothing but the number is known: no papers are given, and a node does not answer."""
    shipment = Shipment(export, ())
    return Known(procedure, export, today, policy, shipment, nature(shipment), {}, silent)


def _acts(nodes: _Nodes, procedure: str, export: str) -> tuple[Told, ...]:
    """The declarations of the procedure's kind that customs has of this export, oldest first."""
    traced = nodes.get(Side.CUSTOMS, f"/v1/trace/{export}") or {"entries": ()}
    numbers = [
        one["number"]
        for one in traced["entries"]
        if one["event"] == "declaration.lodged" and one["other"] == export
    ]
    found = (nodes.get(Side.CUSTOMS, f"/v1/declarations/{one}") for one in dict.fromkeys(numbers))
    return tuple(one for one in found if one and one["act"] == procedure)


def _purpose(procedure: str) -> str:
    return "export" if procedure == "agency-export" else procedure


def _applications(nodes: _Nodes, procedure: str, export: str) -> tuple[Told, ...]:
    """Applications of the purpose that name the export declaration, oldest first."""
    found: list[Told] = []
    for state in _FILED:
        asked = {"state": state, "limit": "1000", "after": ""}
        while told := nodes.get(Side.TAX, f"/v1/applications?{urlencode(asked)}"):
            found += (
                one
                for one in told["applications"]
                if one["purpose"] == _purpose(procedure) and export in one["declarations"]
            )
            asked["after"] = told["next"]
            if not told["next"]:
                break
    return tuple(sorted(found, key=lambda one: str(one["filed_at"])))


def _certificates(
    nodes: _Nodes,
    procedure: str,
    export: str,
    ledger: Told | None,
    applications: Iterable[Told],
    acts: Iterable[Told],
) -> tuple[Told, ...]:
    """Certificates of the purpose: those in the ledger, those applied for, those that acts name."""
    numbers = [
        one["certificate"]
        for item in (ledger["items"] if ledger else ())
        for one in item["certificates"]
        if one["purpose"] == _purpose(procedure)
    ]
    numbers += [one for application in applications for one in application["certificates"]]
    numbers += [one for act in acts for one in _named(act)]
    found = {one: nodes.get(Side.TAX, f"/v1/certificates/{one}") for one in dict.fromkeys(numbers)}
    for one in [one["document"].get("principal_certificate") for one in found.values() if one]:
        if one and one not in found:
            found[one] = nodes.get(Side.TAX, f"/v1/certificates/{one}")
    return tuple(one for one in found.values() if one and _covers(one["document"], procedure, export))


def _covers(document: Told, procedure: str, export: str) -> bool:
    if document["purpose"] != _purpose(procedure):
        return False
    return procedure == "agency-export" or any(
        line.get("declaration") == export for line in document["lines"]
    )


def _live(
    nodes: _Nodes,
    lodged: Told | None,
    acts: Iterable[Told],
    ledger: Told | None,
    certificates: Iterable[Told],
) -> Iterator[Held]:
    """What the nodes hold, as papers, so that kind and deadlines are told as of any other."""
    for told in (lodged, *acts):
        if told is not None:
            yield _held(Declaration, told, Side.CUSTOMS)
    for told in certificates:
        yield _held(Certificate, told, Side.TAX)
    claims = [one for item in (ledger["items"] if ledger else ()) for one in item["claims"]]
    for number in dict.fromkeys(one["paper"] for one in claims if one["way"] == "claimed"):
        told_claim = nodes.get(Side.TAX, f"/v1/refund-claims/{number}")
        if told_claim is not None:
            yield _held(RefundClaim, told_claim, Side.TAX)
    agencies = [one for item in (ledger["items"] if ledger else ()) for one in item["agency_certificates"]]
    for number in dict.fromkeys(one["agency"] for one in agencies):
        told_agency = nodes.get(Side.TAX, f"/v1/agency-certificates/{number}")
        if told_agency is not None:
            yield _held(AgencyCertificate, told_agency, Side.TAX)


def _held(kind: type[Document], told: Told, side: Side) -> Held:
    document: Any = kind.model_validate(told["document"])
    paper: AnyPaper = document
    return Held(paper, side.value)
