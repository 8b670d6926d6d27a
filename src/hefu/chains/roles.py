"""What a party seems to be, from where it stands in all tables: every party is looked at in every role."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hefu.chains.case import Role
from hefu.chains.facts import Facts

_PLACES = (
    ("heads", "trader"),
    ("heads", "owner"),
    ("heads", "declarant"),
    ("agency", "consignor"),
    ("agency", "agent"),
    ("agreements", "agent"),
    ("claims", "claimant"),
    ("payments", "payer"),
    ("payments", "payee"),
    ("receipts", "receiver"),
    ("transport", "forwarder"),
    ("transport", "shipper"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A party's role with its confidence, and the others that it may have, in percent."""

    role: Role
    confidence: int
    alternatives: tuple[tuple[Role, int], ...]


def places(facts: Facts, parties: list[str]) -> dict[str, dict[str, int]]:
    """For each party: how many rows have it in each place (``heads.trader``)."""
    told: dict[str, dict[str, int]] = {one: {} for one in parties}
    wanted = pl.Series(parties, dtype=pl.String).implode()
    for name, column in _PLACES:
        frame = facts.heads if name == "heads" else facts.table(name)
        if column == "owner":
            frame = frame.filter(pl.col("owner") != pl.col("trader"))
        if column == "declarant":
            frame = frame.filter(pl.col("declarant") != pl.col("trader"))
        counts = frame.filter(pl.col(column).is_in(wanted)).group_by(column).len()
        for party, count in counts.iter_rows():
            told[party][f"{name}.{column}"] = count
    return told


def invoiced(facts: Facts, parties: list[str]) -> dict[str, dict[str, int]]:
    """For each party: how many invoices it wrote to each of the others."""
    told: dict[str, dict[str, int]] = {one: {} for one in parties}
    wanted = pl.Series(parties, dtype=pl.String).implode()
    inside = facts.table("invoices").filter(pl.col("seller").is_in(wanted), pl.col("buyer").is_in(wanted))
    for seller, buyer, count in inside.group_by("seller", "buyer").len().iter_rows():
        told[seller][buyer] = count
    return told


def standing(kind: str, at: dict[str, int], marks: frozenset[str]) -> Standing:
    """The role that fits best. ``kind`` is the registry's, ``at`` of :func:`places` with ``invoices.to members``, ``marks`` the party's indicators."""
    weights = _weights(kind, at, marks)
    total = sum(weights.values())
    if not total:
        return Standing(Role.UNKNOWN, 0, ())
    shares = sorted(
        ((round(100 * w / total), role) for role, w in weights.items()), key=lambda one: (-one[0], one[1])
    )
    (first, role), *rest = shares
    return Standing(role, min(first, 95), tuple((other, share) for share, other in rest if share >= 5)[:3])


_LENT = frozenset(
    {"single_header", "header_swap", "title_fee", "header_diversity", "title_across_ports", "price_elsewhere", "shell_cohort"}
)  # fmt: skip
_BOUGHT = frozenset(
    {
        "supplier_cover",
        "capacity",
        "return_flow",
        "changed_goods",
        "abnormal_vouchers",
        "pass_through",
        "farm_invoices",
    }
)
"""Marks of one who writes invoices for goods that it never had, when it sells to members of the case."""


def _weights(kind: str, at: dict[str, int], marks: frozenset[str]) -> dict[Role, float]:
    trades = at.get("heads.trader", 0)
    stands = at.get("heads.owner", 0) + at.get("agency.consignor", 0)
    agency = at.get("agency.agent", 0) + at.get("agreements.agent", 0)
    claims = at.get("claims.claimant", 0)
    moves = at.get("payments.payer", 0) + at.get("payments.payee", 0)
    told: dict[Role, float] = {}
    if trades:
        lent = len(marks & _LENT)
        told[Role.HEADER] = 1.0 + lent
        told[Role.AGENT] = (2.0 if kind in {"agent", "service"} else 0.2) * min(1.0, agency / trades)
        told[Role.CLAIMANT] = 0.3 if claims else 0.0
        if kind == "producer":
            told[Role.OWNER] = 1.0
    elif claims:
        told[Role.CLAIMANT] = 2.0
    if stands and not trades:
        told[Role.OWNER] = 2.0
        if "layered_principal" in marks:
            told[Role.HEADER] = 4.0
    elif at.get("transport.shipper", 0) and not trades:
        told[Role.OWNER] = 1.0
    if at.get("invoices.to members", 0):
        told[Role.MILL] = 3.0 if marks & _BOUGHT else 1.2 if not trades else 0.6
    if kind == "broker" or at.get("heads.declarant", 0) > trades:
        told[Role.BROKER] = 4.0
    if kind == "forwarder" or at.get("transport.forwarder", 0):
        told[Role.FORWARDER] = 4.0
    if at.get("receipts.receiver", 0) and not trades:
        told[Role.OWNER] = told.get(Role.OWNER, 0.0) + 0.5
    if moves and not told:
        told[Role.PAYER] = 2.0
    return {role: weight for role, weight in told.items() if weight > 0}
