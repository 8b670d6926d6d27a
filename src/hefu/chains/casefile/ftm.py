"""A case in FollowTheMoney, the model that investigators' tools exchange (followthemoney 4: Company, EconomicActivity,
Payment, UnknownLink).

A declaration is an event with the parties of its evidence, not an arrow between two (the model's own advice: intervals
are no graph edges). Money links are payments, every other link is an UnknownLink that says its claim. Nobody is
described as guilty: roles are what a party seems to be, with the confidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import orjson

from hefu.chains.case import Case, Link, Party, Role
from hefu.chains.casefile import words

_HEADERS: Final = (Role.HEADER, Role.AGENT)


def ftm_entities(case: Case) -> bytes:
    """One entity a line, as ``ftm`` and OpenAleph read them. Ids are made from the case's own, so they stay the same."""
    told = [*_companies(case), *_declarations(case), *_links(case)]
    return b"".join(orjson.dumps(one) + b"\n" for one in told)


def _id(*parts: str) -> str:
    return "hefu-" + hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _entity(key: str, schema: str, **properties: list[str]) -> dict[str, Any]:
    return {
        "id": key,
        "schema": schema,
        "properties": {name: told for name, told in properties.items() if told},
    }


def _party_id(party: str) -> str:
    return _id("party", party)


def _companies(case: Case) -> Iterator[dict[str, Any]]:
    for one in case.parties:
        what = f"{words.role(one.role).en} {one.confidence}% ({words.REFERRAL.en}, case {case.id})"
        yield _entity(
            _party_id(one.id),
            "Company" if one.role is not Role.UNKNOWN else "LegalEntity",
            name=[one.name or one.id],
            registrationNumber=[one.id] if _is_code(one.id) else [],
            jurisdiction=["cn"] if _is_code(one.id) else [],
            notes=[what],
        )


def _is_code(identifier: str) -> bool:
    """Whether an identifier is a unified social credit code, of 18 letters and digits (GB 32100)."""
    return len(identifier) == 18 and identifier.isascii() and identifier.isalnum()


def _declarations(case: Case) -> Iterator[dict[str, Any]]:
    """Declarations with the parties that the evidence on them joins; those that no row names have no parties."""
    rows = {one.number: one for one in case.evidence}
    roles = {one.id: one for one in case.parties}
    named: dict[str, set[str]] = {}
    for link in case.links:
        for number in link.evidence:
            if number in rows:
                named.setdefault(rows[number].document, set()).update((link.source, link.target))
    for declaration in case.declarations:
        parties = [roles[one] for one in sorted(named.get(declaration, set())) if one in roles]
        dates = sorted(
            {one.on.isoformat() for one in case.evidence if one.document == declaration and one.on}
        )
        yield _entity(
            _id("declaration", declaration),
            "EconomicActivity",
            ccdNumber=[declaration],
            date=dates,
            directionOfTransportation=["export"],
            sender=_of(parties, (Role.OWNER,)),
            declarant=_of(parties, _HEADERS),
            contractHolder=_of(parties, (Role.BROKER,)),
            summary=[f"case {case.id}"],
        )


def _of(parties: list[Party], roles: tuple[Role, ...]) -> list[str]:
    return [_party_id(one.id) for one in parties if one.role in roles]


def _links(case: Case) -> Iterator[dict[str, Any]]:
    known = {one.id for one in case.parties}
    for at, one in enumerate(case.links):
        if not {one.source, one.target} <= known:
            continue
        key = _id("link", case.id, str(at), one.source, one.target, one.lane)
        yield _payment(key, one) if one.lane == "money" else _unknown(key, one)


def _times(one: Link) -> dict[str, list[str]]:
    return {
        "startDate": [words.day(one.first)] if one.first else [],
        "endDate": [words.day(one.last)] if one.last else [],
        "summary": list(dict.fromkeys(one.claim)),
    }


def _payment(key: str, one: Link) -> dict[str, Any]:
    amount = [f"{one.fen // 100}.{one.fen % 100:02d}"] if one.fen > 0 else []
    return _entity(
        key, "Payment", payer=[_party_id(one.source)], beneficiary=[_party_id(one.target)], amount=amount,
        currency=["CNY"] if amount else [], purpose=[f"{one.count} payments, {one.strength.value}"], **_times(one),
    )  # fmt: skip


def _unknown(key: str, one: Link) -> dict[str, Any]:
    role = f"{one.lane}, {one.strength.value}"
    return _entity(
        key, "UnknownLink", subject=[_party_id(one.source)], object=[_party_id(one.target)], role=[role], **_times(one)
    )  # fmt: skip
