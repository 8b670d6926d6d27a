"""What customs knows about a declaration at this moment: the case that the comparison judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hefu.documents.certificate import Certificate, Purpose
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import SHANGHAI
from hefu.protocol import goods
from hefu.protocol.book import Book
from hefu.protocol.contents import bound_paper, typed
from hefu.protocol.contingency.records import PaperCase, PaperState
from hefu.protocol.marks import TAKEN_BACK
from hefu.protocol.records import Ahead, Copy, Covering, DeclarationState, Holding, Lodgement
from hefu.protocol.verdict_records import Edition
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.finding import Comparison
from hefu.rules.policy import Policy

_WORTH_WAITING = {
    "certificate.reserved",
    "certificate.missing",
    "quantity.exceeds_goods",
    "original.unknown",
    "original.not_in_force",
    "original.changing",
    "certificate.behind",
}


def assemble(book: Book, declaration: Declaration, policy: Policy) -> Case:
    """The declaration with its certificates, their principals, the export declaration and its goods.

    A return, amendment or withdrawal that names no certificate finds it by the export declaration
    that it concerns (DESIGN §9).
    """
    if not policy.needs_certificate(declaration) and not declaration.certificates:
        return Case(declaration)
    numbers = declaration.certificate_numbers() or _by_export(book, declaration)
    certificates = tuple(standing(book, number, declaration.number) for number in numbers)
    behind = {
        one.document.principal_certificate
        for one in certificates
        if one.document is not None and one.document.principal_certificate
    }
    export = _export_concerned(declaration, certificates)
    original, state, amended_on = _original(book, export)
    return Case(
        declaration=declaration,
        certificates=certificates,
        principals={number: standing(book, number, declaration.number) for number in sorted(behind)},
        export=export,
        original=original,
        export_state=state,
        amended_on=amended_on,
        changing=_changing(book, declaration, export),
        goods_left=_goods_left(book, declaration, certificates),
    )


def standing(book: Book, number: str, declaration: str) -> Standing:
    """Where a certificate stands at customs, for a declaration: one that was begun on paper goes by its paper, to all
    others the number is being handled on paper until the record has confirmed it and it is held.
    """
    case = bound_paper(book, number)
    own = case is not None and case.declaration == declaration
    copy = book.get(Copy, number)
    document = typed(book, case.digest) if case and own else copy.document if copy else None
    holding = book.get(Holding, number)
    ticket = case.ticket if case and not own and _is_on_paper(book, case, holding) else None
    if document is None:
        return Standing(number, UseState.UNKNOWN, ticket=ticket)
    behind = not own and book.get(Ahead, number) is not None
    state, holder = (holding.state, holding.declaration) if holding else (UseState.AVAILABLE, None)
    return Standing(number, state, document, holder, behind=behind, ticket=ticket)


def _is_on_paper(book: Book, case: PaperCase, holding: Holding | None) -> bool:
    """Whether its handling goes on: the record has not confirmed it, or its declaration has not taken it yet."""
    lodgement = book.get(Lodgement, case.declaration)
    waiting = holding is None and lodgement is not None and lodgement.state.is_open
    return waiting or case.state is not PaperState.SETTLED


def waits(declaration: Declaration, comparison: Comparison, export: str | None = None) -> list[str]:
    """What a held declaration waits for, as keys of :class:`~hefu.protocol.records.Wait`. ``export`` is the export
    declaration concerned, which a return may leave to its certificates to name.
    """
    export = declaration.related or export
    on = [f"certificate:{number}" for number in comparison.waits_for]
    if not declaration.certificates and declaration.related:
        on.append(f"export:{declaration.related}")  # it takes whatever certificates come for these goods
    for finding in comparison.findings:
        if finding.code in _WORTH_WAITING:
            if finding.certificate:
                on.append(f"certificate:{finding.certificate}")
            if export:
                on.append(f"export:{export}")
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
        one = standing(book, covering.certificate, declaration.number)
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


def _original(book: Book, export: str | None) -> tuple[Declaration | None, ExportState, date | None]:
    """The export declaration, if it is in force (released, as last amended, not withdrawn since), and the
    day of its last amendment.
    """
    lodgement = book.get(Lodgement, export) if export is not None else None
    if lodgement is None:
        return None, ExportState.UNKNOWN, None
    if lodgement.state.is_open:
        return None, ExportState.NOT_RELEASED, None
    if lodgement.state is not DeclarationState.RELEASED or TAKEN_BACK in lodgement.marks:
        return None, ExportState.WITHDRAWN, None
    amended_on = lodgement.amended_at and lodgement.amended_at.astimezone(SHANGHAI).date()
    return lodgement.document, ExportState.IN_FORCE, amended_on


def _changing(book: Book, declaration: Declaration, export: str | None) -> str | None:
    """Another amendment or withdrawal of the export declaration that has passed and is not finished."""
    for covering in book.find(Covering, "export", export) if export is not None else ():
        holding = book.get(Holding, covering.certificate)
        by = holding.declaration if holding else None
        other = book.get(Lodgement, by) if by and by != declaration.number else None
        if (
            other is not None
            and other.state is DeclarationState.RESERVED
            and other.document.act in (Act.AMENDMENT, Act.WITHDRAWAL)
            and other.document.related == export
        ):
            return other.number
    return None


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


def facts(book: Book, revision: int, case: Case) -> dict[str, Any]:
    """What a verdict was made from, besides the documents: kept in the journal with it."""
    original = book.get(Lodgement, case.export) if case.original and case.export else None
    number = case.declaration.number
    told = {
        "revision": revision,
        "certificates": [_stand(book, one, number) for one in case.certificates],
        "principals": [_stand(book, one, number) for one in case.principals.values()],
        "export": case.export,
        "export_state": None if case.export_state is ExportState.UNKNOWN else case.export_state.value,
        "original": original and original.revision,
        "amended_on": case.amended_on and case.amended_on.isoformat(),
        "changing": case.changing,
        "goods_left": [[*goods, *left] for goods, left in case.goods_left.items()],
    }
    return {key: value for key, value in told.items() if value not in (None, [])}


def _stand(book: Book, one: Standing, declaration: str) -> list[Any]:
    """Number, state, holder, whether it is behind; where paper plays a part the ticket and the digest of the paper."""
    told = [one.number, one.state.value, one.declaration, one.behind]
    case = bound_paper(book, one.number)
    if case is None:
        return told
    return [*told, one.ticket, case.digest if case.declaration == declaration else None]


def case_from(
    told: Mapping[str, Any],
    number: str,
    edition: Callable[[str, int], Declaration],
    certificate: Callable[[str, str | None], Certificate],
) -> Case:
    """The case of a verdict, from its facts and the documents of that time. ``certificate`` gives what a certificate
    says by its number, or what was typed from its paper by the digest.
    """

    def stand(
        name: str,
        state: str,
        by: str | None,
        behind: bool,
        ticket: str | None = None,
        paper: str | None = None,
    ) -> Standing:
        use = UseState(state)
        document = None if use is UseState.UNKNOWN else certificate(name, paper)
        return Standing(name, use, document, by, behind=behind, ticket=ticket)

    export, amended = told.get("export"), told.get("amended_on")
    return Case(
        declaration=edition(number, told["revision"]),
        certificates=tuple(stand(*one) for one in told.get("certificates", ())),
        principals={one[0]: stand(*one) for one in told.get("principals", ())},
        export=export,
        original=edition(export, told["original"]) if export and "original" in told else None,
        export_state=ExportState(told.get("export_state", "unknown")),
        amended_on=date.fromisoformat(amended) if amended else None,
        changing=told.get("changing"),
        goods_left={
            (paper, item): (quantity, unit) for paper, item, quantity, unit in told.get("goods_left", ())
        },
    )


def edition_of(book: Book, number: str, revision: int) -> Declaration | None:
    """The document of a declaration at a revision."""
    known = book.get(Lodgement, number)
    if known is not None and known.revision == revision:
        return known.document
    kept = book.get(Edition, number, revision)
    return kept.document if kept else None
