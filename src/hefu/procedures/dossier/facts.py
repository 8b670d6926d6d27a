"""What every kind of paper says of the same things, so that papers can be tied together and compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hefu.documents.application import Application
from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.codes.tables import unit
from hefu.documents.declaration import Declaration, Measure
from hefu.documents.fields import split_tax_declaration_number
from hefu.documents.refund import AgencyCertificate, ItemOfExport, RefundClaim, Repayment
from hefu.procedures.agency.agreements import Agreement, Firm, firm_of
from hefu.procedures.dossier.papers import AnyPaper, Held, Kind, Paper


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods of a paper: under which export declaration and item it puts them, in which measures (quantity and unit code
    of customs), and the path of the line that says so.
    """

    path: str
    declaration: str = ""
    item: int | None = None
    hs_code: str = ""
    name: str = ""
    measures: tuple[tuple[Decimal, str], ...] = ()
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper says. ``firms`` by role, with the path of the field; the numbers that it names are folded, so that
    width, case and spaces tie no papers apart.
    """

    held: Held
    number: str
    day: date | None = None
    day_path: str = ""
    firms: Mapping[str, tuple[str, Firm]] = field(default_factory=dict)
    contracts: tuple[str, ...] = ()
    invoices: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    goods: tuple[Goods, ...] = ()
    amount: Decimal | None = None
    amount_path: str = ""
    currency: str = ""

    @property
    def kind(self) -> Kind:
        """What the paper is."""
        return self.held.kind


def folded(number: str) -> str:
    """A number of a paper as it is compared: no width, case or spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", number)).upper()


def facts(held: Held) -> Facts:
    """What a paper says."""
    document: AnyPaper = held.document
    match document:
        case Paper():
            return _paper(held, document)
        case Agreement():
            covers = _numbers(one.declaration for one in document.covers)
            firms = {"agent": ("agent", document.agent), "principal": ("principal", document.principal)}
            return Facts(held, folded(document.number), firms=firms, declarations=covers)
        case Declaration():
            return _declaration(held, document)
        case Certificate() | Application():
            return _certified(held, document)
        case RefundClaim() | Repayment() | AgencyCertificate():
            return _of_tax(held, document)


def _numbers(told: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(folded, told)))


def _paper(held: Held, paper: Paper) -> Facts:
    firms = {
        role: (role, firm)
        for role in ("seller", "buyer", "agent", "principal")
        if (firm := getattr(paper, role)) is not None
    }
    declarations = _numbers(split_tax_declaration_number(folded(one))[0] for one in paper.declarations)
    goods = []
    for place, line in enumerate(paper.lines):
        known = unit(line.unit) if line.unit else None
        measured = ((line.quantity, known.code),) if line.quantity is not None and known else ()
        item = line.item if len(declarations) < 2 else None
        named = declarations[0] if len(declarations) == 1 else ""
        goods.append(
            Goods(
                f"lines[{place}]",
                named,
                item,
                line.hs_code or "",
                line.goods_name or "",
                measured,
                line.amount,
            )
        )
    own = folded(paper.number)
    return Facts(
        held,
        own,
        paper.day,
        "day",
        firms,
        _numbers((*paper.contracts, *((own,) if paper.kind in _CONTRACTS else ()))),
        _numbers((*paper.invoices, *((own,) if paper.kind in _INVOICES else ()))),
        declarations or ((own,) if paper.kind is Kind.EXPORT else ()),
        (own,) if paper.kind is Kind.CERTIFICATE else (),
        tuple(goods),
        paper.amount,
        "amount",
        paper.currency or "",
    )


_CONTRACTS = (Kind.CONTRACT, Kind.PURCHASE_CONTRACT, Kind.AGREEMENT)
_INVOICES = (Kind.EXPORT_INVOICE,)
"""Numbers of VAT invoices are the seller's, of another series than those of the exporter."""


def _declaration(held: Held, declaration: Declaration) -> Facts:
    firms = {
        role: (role, firm_of(party))
        for role in ("trader", "owner", "declarant")
        if (party := getattr(declaration, role)) is not None
    }
    goods = tuple(
        Goods(
            f"items[{place}]",
            declaration.related or declaration.number if held.kind is not Kind.RETURN else "",
            item.item,
            item.hs_code,
            item.goods_name,
            _measures(item.first, item.second, item.traded),
            item.total,
        )
        for place, item in enumerate(declaration.items)
    )
    totals = [item.total for item in declaration.items]
    currencies = {item.currency for item in declaration.items}
    whole = sum((one or Decimal(0) for one in totals), Decimal(0)) if all(totals) and totals else None
    concerned = declaration.related or (declaration.number if held.kind is Kind.EXPORT else "")
    return Facts(
        held,
        declaration.number,
        declaration.declared_on,
        "declared_on",
        firms,
        _numbers([declaration.contract] if declaration.contract else []),
        (),
        _numbers([concerned] if concerned else []),
        _numbers(declaration.certificate_numbers()),
        goods,
        whole if len(currencies) == 1 else None,
        "items",
        (currencies.pop() or "") if len(currencies) == 1 else "",
    )


def _measures(*told: Measure | None) -> tuple[tuple[Decimal, str], ...]:
    return tuple((one.quantity, one.unit) for one in told if one is not None)


def _certified(held: Held, paper: Certificate | Application) -> Facts:
    firms = {"holder": ("holder", firm_of(paper.holder))} if isinstance(paper, Certificate) else {}
    if isinstance(paper, Application):
        firms["holder"] = ("applicant", firm_of(paper.applicant))
    if paper.agent is not None:
        firms["agent"] = ("agent", firm_of(paper.agent))
    day, path = (
        (paper.issued_on, "issued_on") if isinstance(paper, Certificate) else (paper.applied_on, "applied_on")
    )
    own = (paper.number,) if isinstance(paper, Certificate) else ()
    behind = (paper.principal_certificate,) if paper.principal_certificate else ()
    return Facts(
        held,
        folded(held.number),
        day,
        path,
        firms,
        (),
        _numbers(line.invoice for line in paper.lines if line.invoice),
        _numbers(line.declaration for line in paper.lines if line.declaration),
        (*own, *behind),
        tuple(_certified_goods(place, line) for place, line in enumerate(paper.lines)),
    )


def _certified_goods(place: int, line: CertificateLine) -> Goods:
    return Goods(
        f"lines[{place}]",
        line.declaration or "",
        line.item,
        line.hs_code,
        line.goods_name,
        ((line.quantity, line.unit),),
    )


def _of_tax(held: Held, paper: RefundClaim | Repayment | AgencyCertificate) -> Facts:
    day: dict[type, str] = {RefundClaim: "claimed_on", Repayment: "paid_on", AgencyCertificate: "issued_on"}
    path = day[type(paper)]
    if isinstance(paper, AgencyCertificate):
        parties = {"agent": paper.agent, "principal": paper.principal}
    else:
        parties = {"claimant": paper.claimant}
    lines: tuple[ItemOfExport, ...] = paper.lines
    goods = tuple(
        Goods(
            f"lines[{place}]",
            line.declaration,
            line.item,
            measures=((line.quantity, line.unit),),
        )
        for place, line in enumerate(lines)
    )
    return Facts(
        held,
        folded(held.number),
        getattr(paper, path),
        path,
        {role: (role, firm_of(party)) for role, party in parties.items()},
        declarations=_numbers(line.declaration for line in lines),
        goods=goods,
    )
