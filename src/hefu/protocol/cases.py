"""What customs knows about a declaration at this moment: the case that the comparison judges."""

from __future__ import annotations

from hefu.documents.certificate import Purpose
from hefu.documents.declaration import Act, Declaration
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.records import Copy, Covering, DeclarationState, Holding, Lodgement
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.finding import Comparison
from hefu.rules.policy import Policy

_WORTH_WAITING = {
    "certificate.reserved",
    "certificate.missing",
    "quantity.exceeds_goods",
    "original.unknown",
    "original.not_in_force",
}


def assemble(book: Book, declaration: Declaration, policy: Policy) -> Case:
    """The declaration with its certificates, their principals, the export declaration and its goods.

    A return, amendment or withdrawal that names no certificate finds it by the export declaration
    that it concerns (DESIGN §9).
    """
    if not policy.needs_certificate(declaration) and not declaration.certificates:
        return Case(declaration)
    numbers = declaration.certificate_numbers() or _by_export(book, declaration)
    certificates = tuple(standing(book, number) for number in numbers)
    behind = {
        one.document.principal_certificate
        for one in certificates
        if one.document is not None and one.document.principal_certificate
    }
    export = _export_concerned(declaration, certificates)
    original, state = _original(book, export)
    return Case(
        declaration=declaration,
        certificates=certificates,
        principals={number: standing(book, number) for number in sorted(behind)},
        export=export,
        original=original,
        export_state=state,
        goods_left=_goods_left(book, declaration, certificates),
    )


def standing(book: Book, number: str) -> Standing:
    """Where a certificate stands at customs."""
    copy = book.get(Copy, number)
    if copy is None:
        return Standing(number, UseState.UNKNOWN)
    holding = book.get(Holding, number)
    if holding is None:
        return Standing(number, UseState.AVAILABLE, copy.document)
    return Standing(number, holding.state, copy.document, holding.declaration)


def waits(declaration: Declaration, comparison: Comparison) -> list[str]:
    """What a held declaration waits for, as keys of :class:`~hefu.protocol.records.Wait`."""
    on = [f"certificate:{number}" for number in comparison.waits_for]
    if not declaration.certificates and declaration.related:
        on.append(f"export:{declaration.related}")  # it takes whatever certificates come for these goods
    for finding in comparison.findings:
        if finding.code in _WORTH_WAITING:
            if finding.certificate:
                on.append(f"certificate:{finding.certificate}")
            if declaration.related:
                on.append(f"export:{declaration.related}")
    return list(dict.fromkeys(on))


def _by_export(book: Book, declaration: Declaration) -> tuple[str, ...]:
    """The certificates of the fitting purpose whose lines belong to the export declaration and that
    nobody else holds.
    """
    if declaration.related is None or declaration.act not in (Act.RETURN, Act.AMENDMENT, Act.WITHDRAWAL):
        return ()
    purpose = Purpose(declaration.act.value)
    fitting: list[str] = []
    for covering in book.find(Covering, "export", declaration.related):
        one = standing(book, covering.certificate)
        free = one.state is UseState.AVAILABLE or one.declaration == declaration.number
        if free and one.document and one.document.purpose is purpose and one.document.agent is None:
            fitting.append(one.number)
    return tuple(fitting)


def _export_concerned(declaration: Declaration, certificates: tuple[Standing, ...]) -> str | None:
    """The export declaration it names; a return may leave that out, then its certificates tell."""
    if declaration.related is not None or declaration.act is not Act.RETURN:
        return declaration.related
    told = {line.declaration for one in certificates if one.document for line in one.document.lines}
    return told.pop() if len(told) == 1 else None


def _original(book: Book, export: str | None) -> tuple[Declaration | None, ExportState]:
    """The export declaration, if it is in force (released, as last amended, not withdrawn since)."""
    lodgement = book.get(Lodgement, export) if export is not None else None
    if lodgement is None:
        return None, ExportState.UNKNOWN
    if lodgement.state.is_open:
        return None, ExportState.NOT_RELEASED
    if lodgement.state is not DeclarationState.RELEASED or lodgement.marks:
        return None, ExportState.WITHDRAWN
    return lodgement.document, ExportState.IN_FORCE


def _goods_left(
    book: Book, declaration: Declaration, certificates: tuple[Standing, ...]
) -> dict[tuple[str, int], tuple[int, str]]:
    """What is left of each exported item concerned, this declaration's own reservation given back."""
    own = book.get(Lodgement, declaration.number)
    taken_here = goods.taken_by(book, own.draws) if own is not None else {}
    left: dict[tuple[str, int], tuple[int, str]] = {}
    for one in certificates:
        for line in one.document.lines if one.document else ():
            if line.declaration is not None and line.item is not None:
                account = goods.exported(book, line.declaration, line.item)
                if account is not None:
                    free = account.quantity - account.taken + taken_here.get(account.goods, 0)
                    left[line.declaration, line.item] = (free, account.unit)
    return left
