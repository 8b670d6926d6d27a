"""For each code that can hold a declaration: what one might change, on which paper, and who may do it.

A candidate is an edit with the case as it would be after it. Whether it helps is not decided here: the
changed case is compared again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from pydantic import ValidationError

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Act, Declaration, DeclarationItem, Measure
from hefu.documents.fields import QUANTITY_SCALE, plain, scaled, unscaled
from hefu.documents.goods import convert, factor
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.edits import (
    APPLY,
    DECLARANT,
    Candidate,
    Edit,
    in_certificate,
    in_declaration,
    in_register,
    with_standing,
)
from hefu.rules.finding import Finding
from hefu.rules.pairing import item_numbered, items_of, measure_for

_UNSEEN: Final = Decimal("0.000005")
"""What a sum in one unit, rounded, may lack of what it is in another."""


def candidates(case: Case, finding: Finding) -> Iterator[Candidate]:
    """What one might change about a finding."""
    proposals = _PROPOSALS.get(finding.code)
    if proposals is not None:
        yield from proposals(case, finding)


# --- what is concerned ----------------------------------------------------------------------------


def _standing(case: Case, finding: Finding) -> Standing | None:
    return next((one for one in case.certificates if one.number == finding.certificate), None)


def _both(case: Case, finding: Finding) -> tuple[Any, Any, Any]:
    """Item, standing and certificate line of a finding; each may be ``None``."""
    one = _standing(case, finding)
    line = one.document.line_numbered(finding.line) if one and one.document and finding.line else None
    return next((i for i in items_of(case) if i.item == finding.item), None), one, line


def _fresh(case: Case, number: str, document: Certificate | None) -> Certificate | None:
    """A certificate that fits the declaration: what one would apply for."""
    declaration = case.declaration
    act = declaration.act.value
    lines: list[dict[str, Any]] = []
    for place, item in enumerate(items_of(case), start=1):
        told: dict[str, Any] = {
            "line": place,
            "hs_code": item.hs_code,
            "goods_name": item.goods_name,
            "unit": item.first.unit,
            "quantity": plain(item.first.quantity),
        }
        if declaration.act is Act.EXPORT:
            old = document.lines[0] if document else None
            told |= {"invoice": old.invoice if old and old.invoice else "-", "invoice_line": place}
        else:
            told |= {"declaration": case.export, "item": _exported_item(case, item.hs_code, item.item)}
        lines.append(told)
    try:
        return Certificate.model_validate(
            {
                "number": number,
                "purpose": act,
                "issued_on": declaration.declared_on,
                "tax_office": document.tax_office if document else "00000000000",
                "holder": as_json(declaration.trader),
                "lines": lines,
            }
        )
    except ValidationError:
        return None


def _exported_item(case: Case, hs: str, number: int) -> int:
    """The item of the export declaration that goods belong to: by number, else by code."""
    items = case.original.items if case.original else ()
    if any(one.item == number and one.hs_code[:8] == hs[:8] for one in items):
        return number
    return next((one.item for one in items if one.hs_code[:8] == hs[:8]), number)


# --- proposals by code ------------------------------------------------------------------------------

Proposals = Callable[[Case, Finding], Iterator[Candidate]]


def _obtain(case: Case, finding: Finding) -> Iterator[Candidate]:
    """A certificate of one's own in the place of one that will not do."""
    one = _standing(case, finding)
    number = one.number if one else "-"
    fitting = _fresh(case, number, one.document if one else None)
    if fitting is not None:
        asked = f"{fitting.purpose.value}, {fitting.holder.uscc}, {_goods(fitting)}"
        edit = Edit("certificate", number, "certificate", finding.certified, asked, APPLY, 3)
        fresh = Standing(number, UseState.AVAILABLE, fitting)

        def make(now: Case) -> Case | None:
            told = with_standing(now, fresh) if now.certificates else (fresh,)
            return replace(now, certificates=told)

        yield Candidate(edit, make)
    if one is not None and len(case.certificates) > 1:
        yield _without(case, one)


def _goods(document: Certificate) -> str:
    return "; ".join(f"{line.hs_code} {plain(line.quantity)} {line.unit}" for line in document.lines)


def _without(case: Case, one: Standing) -> Candidate:
    edit = Edit("declaration", case.declaration.number, "certificates", one.number, "", DECLARANT)

    def make(now: Case) -> Case | None:
        left = [ref for ref in as_json(now.declaration)["certificates"] if ref["number"] != one.number]
        declaration = Declaration.model_validate({**as_json(now.declaration), "certificates": left})
        rest = tuple(other for other in now.certificates if other.number != one.number)
        return replace(now, declaration=declaration, certificates=rest)

    return Candidate(edit, make)


def _related(case: Case, finding: Finding) -> Iterator[Candidate]:
    _, one, line = _both(case, finding)
    if line is None:
        return
    right = in_declaration(case, "related", case.declaration.related, line.declaration)

    def make(now: Case) -> Case | None:
        made = right.make(now)
        return None if made is None else _concerning(made, line.declaration)

    yield Candidate(right.edit, make)
    if case.export is not None and one is not None:
        yield in_certificate(one, f"lines[{line.line}].declaration", line.declaration, case.export)


def _concerning(case: Case, export: str) -> Case:
    """Another export declaration is concerned: nothing of the old one is known of it."""
    unknown = ExportState.UNKNOWN
    return replace(case, export=export, original=None, export_state=unknown, amended_on=None, changing=None)


def _item_number(case: Case, finding: Finding) -> Iterator[Candidate]:
    _, one, line = _both(case, finding)
    if one is not None and line is not None and case.original is not None:
        for item in case.original.items:
            if item.hs_code[:8] == line.hs_code[:8]:
                yield in_certificate(one, f"lines[{line.line}].item", line.item, item.item)


def _uncovered(case: Case, finding: Finding) -> Iterator[Candidate]:
    item = next((i for i in case.declaration.items if i.item == finding.item), None)
    if item is not None and len(case.declaration.items) > 1:
        rest = [one for one in as_json(case.declaration)["items"] if one["item"] != item.item]
        edit = Edit(
            "declaration", case.declaration.number, f"items[{item.item}]", item.goods_name, "", DECLARANT
        )

        def make(now: Case) -> Case | None:
            told = {**as_json(now.declaration), "items": rest}
            return replace(now, declaration=Declaration.model_validate(told))

        yield Candidate(edit, make)
    yield from _obtain(case, finding)


def _original_trader(case: Case, finding: Finding) -> Iterator[Candidate]:
    if case.original is not None:
        yield _last(in_declaration(case, "trader", finding.declared, as_json(case.original.trader)))


def _trader(case: Case, finding: Finding) -> Iterator[Candidate]:
    """The right firm's own certificate; that another firm trades only where it was written wrongly, so that last."""
    one = _standing(case, finding)
    if one is not None and one.document is not None:
        yield _last(in_declaration(case, "trader", finding.declared, as_json(one.document.holder)))
        if case.declaration.trader.uscc is not None:
            holder = as_json(case.declaration.trader)
            yield replace(
                in_certificate(one, "holder", finding.certified, holder),
                edit=Edit("certificate", one.number, "holder", finding.certified, finding.declared, APPLY, 3),
            )


def _last(one: Candidate) -> Candidate:
    return replace(one, edit=replace(one.edit, effort=4))


def _certified_code(case: Case, finding: Finding) -> Iterator[Candidate]:
    """The code of the export declaration in the certificate."""
    _, one, line = _both(case, finding)
    original = _original(case, line)
    if one is not None and line is not None and original is not None:
        yield in_certificate(one, f"lines[{line.line}].hs_code", line.hs_code, original.hs_code)


def _declared_code(case: Case, finding: Finding) -> Iterator[Candidate]:
    item, _, line = _both(case, finding)
    if item is not None and line is not None:
        original = _original(case, line) if case.declaration.act is Act.RETURN else None
        wanted = original.hs_code if original is not None else line.hs_code
        yield in_declaration(case, f"items[{item.item}].hs_code", item.hs_code, wanted)


def _either_code(case: Case, finding: Finding) -> Iterator[Candidate]:
    yield from _declared_code(case, finding)
    item, one, line = _both(case, finding)
    if item is not None and one is not None and line is not None:
        yield in_certificate(one, f"lines[{line.line}].hs_code", line.hs_code, item.hs_code)


def _original(case: Case, line: CertificateLine | None) -> DeclarationItem | None:
    """The exported item that a line speaks of."""
    return item_numbered(case.original, line.item) if line and line.declaration == case.export else None


def _unit(case: Case, finding: Finding) -> Iterator[Candidate]:
    item, one, line = _both(case, finding)
    if item is None or one is None or line is None:
        return
    right = item
    if finding.code == "unit.not_of_export" and case.original is not None:
        right = item_numbered(case.original, line.item) or item
    measure = {"unit": right.first.unit, "quantity": plain(item.first.quantity)}
    path = f"lines[{line.line}]"
    yield in_certificate(
        one,
        f"{path}.unit",
        finding.certified,
        measure["unit"],
        (f"{path}.quantity", measure["quantity"]),
        (f"{path}.exported_quantity", None),
    )
    told = {"unit": line.unit, "quantity": plain(line.quantity)}
    before = {"unit": item.first.unit, "quantity": plain(item.first.quantity)}
    if finding.code == "unit.not_convertible":
        yield in_declaration(case, f"items[{item.item}].first", before, told)


def _quantity(case: Case, finding: Finding) -> Iterator[Candidate]:
    item, one, line = _both(case, finding)
    if item is None or one is None or line is None:
        return
    path, declared = f"lines[{line.line}].quantity", Decimal(finding.declared)
    if finding.code == "quantity.exceeds_export":
        shipped = item_numbered(case.original, line.item)
        whole = measure_for(shipped, line.unit) if shipped else Measure(quantity=declared, unit=line.unit)
        most = floor(_steps(whole.quantity, whole.unit, line.unit))
        yield in_certificate(one, path, plain(line.quantity), plain(unscaled(most)))
        return
    measure = measure_for(item, line.unit)
    alone = convert(measure.quantity, measure.unit, line.unit) == declared
    limit = _limit(case, finding, line, measure, alone)
    if limit > 0:
        place = "first" if measure is item.first else "second"
        before = plain(measure.quantity)
        yield in_declaration(case, f"items[{item.item}].{place}.quantity", before, plain(limit))
    if finding.code == "quantity.exceeds_certificate":
        wanted = ceil(_steps(measure.quantity, measure.unit, line.unit)) if alone else scaled(declared)
        exported = (f"lines[{line.line}].exported_quantity", None)
        yield in_certificate(one, path, finding.certified, plain(unscaled(wanted)), exported)


def _limit(case: Case, finding: Finding, line: CertificateLine, measure: Measure, alone: bool) -> Decimal:
    """The greatest quantity for which there is enough, in the unit of the measure and never rounded up: all that
    there is, if the item alone draws on it; else less by what is too much.
    """
    has, unit = Decimal(finding.certified), line.unit
    if not alone:
        rounding = 0 if measure.unit == unit else _UNSEEN
        more = _steps(Decimal(finding.declared) - has + rounding, unit, measure.unit)
        return measure.quantity - unscaled(ceil(more))
    left = case.left_of(line)
    if finding.code == "quantity.exceeds_goods" and left is not None:
        has, unit = unscaled(left[0]), left[1]
    return unscaled(floor(_steps(has, unit, measure.unit)))


def _steps(quantity: Decimal, source: str, target: str) -> Fraction:
    """A quantity in another unit, exactly, in the least steps that a paper can state."""
    return Fraction(quantity) * 10**QUANTITY_SCALE * factor(units()[source]) / factor(units()[target])


def _after_export(case: Case, finding: Finding) -> Iterator[Candidate]:
    issued = [one.document.issued_on.isoformat() for one in case.certificates if one.document]
    yield in_declaration(case, "declared_on", finding.declared, max([finding.certified, *issued]))


def _after_issue(case: Case, finding: Finding) -> Iterator[Candidate]:
    yield in_declaration(case, "declared_on", finding.declared, finding.certified)


def _export_day(case: Case, finding: Finding) -> Iterator[Candidate]:
    _, one, line = _both(case, finding)
    if one is not None and line is not None:
        yield in_certificate(one, f"lines[{line.line}].export_date", finding.certified, finding.declared)


def _mode(case: Case, finding: Finding) -> Iterator[Candidate]:
    usual = {Act.RETURN: "4561", Act.EXPORT: "0110"}.get(case.declaration.act)
    if usual is not None:
        yield in_declaration(case, "mode", finding.declared, usual)


def _waiting(case: Case, finding: Finding) -> Iterator[Candidate]:
    one = _standing(case, finding)
    match finding.code:
        case "original.changing":
            yield in_register(case, "changing", finding.certified, "", changing=None)
        case "original.not_in_force" if case.export_state is ExportState.NOT_RELEASED:
            released = ExportState.IN_FORCE
            yield in_register(case, "export_state", finding.certified, released.value, export_state=released)
        case "certificate.behind" if one is not None:
            caught_up = with_standing(case, replace(one, behind=False))
            yield in_register(case, "certificate", "behind", "", certificates=caught_up)
        case "principal.unknown" | "principal.voided" | "principal.unfit" if (
            one is not None and one.document is not None
        ):
            principal = one.document.principal_certificate or ""
            agent = as_json(one.document.holder)
            told = {**as_json(one.document), "number": principal, "agent": agent}
            told.pop("principal_certificate")
            behind = Standing(principal, UseState.AVAILABLE, Certificate.model_validate(told))
            edit = Edit("certificate", principal, "agent", "", agent.get("uscc", ""), APPLY, 3)
            yield Candidate(edit, lambda now: replace(now, principals={**now.principals, principal: behind}))


def _behind(case: Case, finding: Finding) -> Iterator[Candidate]:
    """A principal's certificate for the goods of the agent's."""
    one, behind = _standing(case, finding), case.principals.get(finding.certified)
    if one is None or one.document is None or behind is None or behind.document is None:
        return
    told = {**as_json(behind.document), "lines": as_json(one.document)["lines"]}
    fitting = Standing(behind.number, UseState.AVAILABLE, Certificate.model_validate(told))
    goods = _goods(behind.document), _goods(one.document)
    edit = Edit("certificate", behind.number, "lines", *goods, APPLY, 3)
    yield Candidate(edit, lambda now: replace(now, principals={**now.principals, fitting.number: fitting}))


def _items(case: Case, _: Finding) -> Iterator[Candidate]:
    yield in_declaration(case, "items", len(case.declaration.items), [])


_PROPOSALS: Final[Mapping[str, Proposals]] = {
    **dict.fromkeys((
        "certificate.missing", "certificate.unknown", "certificate.withdrawn", "certificate.used", "certificate.reserved",
        "certificate.for_agent", "certificate.on_paper", "certificate.number_form", "purpose.differs",
    ), _obtain),
    **dict.fromkeys(("declaration.differs", "declaration.ambiguous"), _related),
    **dict.fromkeys((
        "original.changing", "original.not_in_force", "certificate.behind",
        "principal.unknown", "principal.voided", "principal.unfit",
    ), _waiting),
    "principal.goods_differ": _behind,
    "item.withdrawn_in_part": _items,
    "item.not_found": _item_number,
    "item.not_covered": _uncovered,
    "party.holder_differs": _trader,
    "party.original_trader_differs": _original_trader,
    "hs.differs": _either_code,
    "hs.original_differs": _certified_code,
    "hs.heading_differs": _declared_code,
    **dict.fromkeys(("unit.not_convertible", "unit.not_of_export"), _unit),
    **dict.fromkeys(
        ("quantity.exceeds_certificate", "quantity.exceeds_export", "quantity.exceeds_goods"), _quantity
    ),
    "date.issued_after_act": _after_issue,
    "date.before_export": _after_export,
    "date.export_date_differs": _export_day,
    "mode.not_for_act": _mode,
}  # fmt: skip
