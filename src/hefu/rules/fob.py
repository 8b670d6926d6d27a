"""FOB in CNY of each item of a declaration, with every step kept.

As the value rule does on columns (``value``): less the freight and insurance that the terms hold, charges of the declaration
shared out by the items' totals, at the customs rate of the month of declaration. Unlike there the amount is CNY, exact
to the end, and rounded once (assumption: STA 17/2025 art. 7 names no currency; the tax return it goes with is in CNY).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from hefu.documents.codes.tables import terms_holding
from hefu.documents.declaration import Charge, Declaration, DeclarationItem, Mark
from hefu.documents.fields import unscaled
from hefu.rules.policy import Policy

_NOTHING: Final = Fraction(0)
_TONNE: Final = 1000
"""Kilograms; a charge by unit is by the tonne."""


@dataclass(frozen=True, slots=True)
class Working:
    """How the amount of one item was made, in CNY. ``fob`` is ``None`` where it cannot be, and ``wrong`` then is the code
    of the finding that says why, ``lacking`` what it is about.
    """

    item: DeclarationItem
    terms: str
    rate: Decimal | None
    gross: Fraction | None = None
    freight: Fraction = _NOTHING
    insurance: Fraction = _NOTHING
    fob: Fraction | None = None
    wrong: str = ""
    lacking: str = ""


def money(amount: Fraction) -> Decimal:
    """An exact amount in yuan and fen, rounded half up."""
    whole, rest = divmod(abs(amount.numerator) * 100, amount.denominator)
    fen = whole + (2 * rest >= amount.denominator)
    return unscaled(fen if amount >= 0 else -fen, 2)


def workings(declaration: Declaration, policy: Policy) -> list[Working]:
    """The amount of each item, in the order of the declaration."""
    valued = [_gross(declaration, item, policy) for item in declaration.items]
    whole = None if any(one.gross is None for one in valued) else sum((one.gross or 0) for one in valued)
    return [one if one.wrong else _fob(declaration, one, whole, policy) for one in valued]


def _gross(declaration: Declaration, item: DeclarationItem, policy: Policy) -> Working:
    terms = declaration.terms or ""
    if item.total is None or item.total <= 0 or item.currency is None:
        lacking = "total" if item.total is None or item.total <= 0 else "currency"
        return Working(item, terms, None, wrong="no_total", lacking=lacking)
    rate = policy.rate(declaration.declared_on, item.currency)
    if rate is None:
        return Working(item, terms, None, wrong="no_rate", lacking=item.currency)
    gross = Fraction(item.total) * Fraction(rate)
    if terms not in terms_holding():
        return Working(item, terms, rate, gross, wrong="no_terms", lacking=terms or "—")
    return Working(item, terms, rate, gross)


def _fob(declaration: Declaration, made: Working, whole: Fraction | int | None, policy: Policy) -> Working:
    charges: list[Fraction] = []
    gross = made.gross or _NOTHING
    held = terms_holding()[made.terms]
    for name, charge, holds in zip(
        ("freight", "insurance"), (declaration.freight, declaration.insurance), held, strict=True
    ):
        if not holds:
            charges.append(_NOTHING)
            continue
        if charge is None:
            return Working(made.item, made.terms, made.rate, gross, wrong="no_charge", lacking=name)
        if (
            charge.mark is not Mark.RATE
            and policy.rate(declaration.declared_on, charge.currency or "") is None
        ):
            return Working(
                made.item, made.terms, made.rate, gross, wrong="no_rate", lacking=charge.currency or ""
            )
        share = _share(declaration, charge, gross, whole, policy)
        if share is None:
            return Working(made.item, made.terms, made.rate, gross, wrong="no_charge", lacking=name)
        charges.append(share)
    freight, insurance = charges
    fob = gross - freight - insurance
    if fob <= 0:
        return Working(made.item, made.terms, made.rate, gross, freight, insurance, wrong="not_positive")
    return Working(made.item, made.terms, made.rate, gross, freight, insurance, fob)


def _share(
    declaration: Declaration, charge: Charge, gross: Fraction, whole: Fraction | int | None, policy: Policy
) -> Fraction | None:
    """The item's share of a charge in CNY; ``None`` if another item has no total to share by, or there is no weight."""
    if charge.mark is Mark.RATE:
        return gross * Fraction(charge.value) / 100
    amount = Fraction(charge.value) * Fraction(
        policy.rate(declaration.declared_on, charge.currency or "") or 0
    )
    if charge.mark is Mark.UNIT:
        if declaration.net_weight is None:
            return None
        amount = amount * Fraction(declaration.net_weight) / _TONNE
    return None if not whole else amount * gross / whole
