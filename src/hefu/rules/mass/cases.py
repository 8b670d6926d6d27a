"""Tables as single cases again: for what is asked of few, such as all texts and the smallest change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import polars as pl

from hefu.documents.certificate import Certificate, CertificateLine, LineTax, Purpose, RefundState
from hefu.documents.declaration import (
    Act,
    CertificateReference,
    Charge,
    Declaration,
    DeclarationItem,
    Mark,
    Measure,
)
from hefu.documents.fields import unscaled
from hefu.documents.party import Party
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.days import as_day
from hefu.rules.frame import MONEY_SCALE, TAX_SCALE
from hefu.rules.mass.tables import Tables

Row = dict[str, Any]
_NO_OFFICE: Final = "0" * 11
"""Tables hold what is compared; the tax office is not."""


def cases_of(tables: Tables, numbers: Sequence[str]) -> list[Case]:
    """The cases of these declarations, in this order. The inverse of :func:`~hefu.rules.mass.tables.tables_of`, as
    far as anything is compared: two taxes stand as their sum, and every certificate told of a case as one that the
    declaration names. Documents are taken as they are, without checks; a day that is not known is ``None``.
    """
    asked = pl.Series("declaration", list(numbers), pl.String)
    return _Papers(tables, asked).cases(numbers)


class _Papers:
    """Everything that some declarations concern, by number."""

    def __init__(self, tables: Tables, asked: pl.Series) -> None:
        references = tables.references.filter(pl.col("declaration").is_in(asked.implode()))
        self.references = _grouped(references, "declaration")
        named = references.get_column("certificate")
        behind = _rows_under(tables.certificates, "certificate", named).get_column("principal").drop_nulls()
        told = pl.concat([named, behind]).unique()
        self.lines = _grouped(_rows_under(tables.lines, "certificate", told), "certificate")
        self.certificates = _by(_rows_under(tables.certificates, "certificate", told), "certificate")
        self.standings = _by(_rows_under(tables.standings, "certificate", told), "certificate")
        heads = _rows_under(tables.declarations, "declaration", asked)
        self.judged = _by(heads.filter("judged"), "declaration")
        exports = pl.concat(
            [
                heads.get_column("related"),
                _rows_under(tables.lines, "certificate", named).get_column("line_declaration"),
            ]
        ).drop_nulls()
        originals = _rows_under(tables.declarations, "declaration", exports).filter(pl.col("act") == "export")
        self.originals = _by(originals.sort("judged", descending=True), "declaration")
        papers = pl.concat([asked, exports]).unique()
        self.items = _grouped(_rows_under(tables.items, "declaration", papers), "declaration")
        self.exports = _by(_rows_under(tables.exports, "export", papers), "export")
        self.goods = _grouped(_rows_under(tables.goods, "export", papers), "export")

    def cases(self, numbers: Iterable[str]) -> list[Case]:
        return [self._case(number) for number in numbers]

    def _case(self, number: str) -> Case:
        declaration = self._declaration(self.judged[number], number)
        named = [self._standing(one) for one in declaration.certificate_numbers()]
        behind = {one.document.principal_certificate for one in named if one.document}
        export = self._export(declaration, named)
        known: Mapping[str, Any] = self.exports.get(export or number, {})
        original = self.originals.get(export or "")
        state = ExportState(known.get("export_state") or (ExportState.IN_FORCE if original else "unknown"))
        return Case(
            declaration=declaration,
            certificates=tuple(named),
            principals={one: self._standing(one) for one in sorted(filter(None, behind))},
            export=export,
            original=self._declaration(original, export) if original and export and state is _FORCE else None,
            export_state=state if export else ExportState.UNKNOWN,
            amended_on=_day(known.get("amended_on")),
            changing=known.get("changing"),
            consignor=_party(known, "consignor"),
            goods_left=self._goods(named),
        )

    def _export(self, declaration: Declaration, named: Sequence[Standing]) -> str | None:
        if declaration.act is Act.EXPORT or declaration.related is not None:
            return declaration.related
        told = {line.declaration for one in named if one.document for line in one.document.lines}
        return told.pop() if declaration.act is Act.RETURN and len(told) == 1 else None

    def _goods(self, named: Sequence[Standing]) -> dict[tuple[str, int], tuple[int, str]]:
        papers = {line.declaration for one in named if one.document for line in one.document.lines}
        return {
            (paper, row["export_item"]): (row["left"], row["left_unit"])
            for paper in papers
            if paper is not None
            for row in self.goods[paper]
        }

    def _standing(self, number: str) -> Standing:
        told: Mapping[str, Any] = self.standings.get(number, {})
        row = self.certificates.get(number)
        state = UseState(told.get("state") or UseState.AVAILABLE) if row else UseState.UNKNOWN
        return Standing(
            number=number,
            state=state,
            document=None if state is UseState.UNKNOWN or row is None else self._certificate(row),
            declaration=told.get("held_by"),
            behind=bool(told.get("behind")),
            ticket=told.get("ticket"),
        )

    def _declaration(self, row: Row, number: str) -> Declaration:
        return Declaration.model_construct(
            number=number,
            act=Act(row["act"]),
            related=row["related"],
            mode=row["mode"],
            declared_on=_day(row["declared_on"]),
            moved_on=_day(row["moved_on"]),
            trader=_party(row, "trader") or Party.model_construct(),
            owner=_party(row, "owner"),
            declarant=_party(row, "declarant"),
            terms=row["terms"],
            net_weight=_number(row["net_weight"]),
            freight=_charge(row, "freight"),
            insurance=_charge(row, "insurance"),
            certificates=tuple(map(_reference, self.references[number])) if row["judged"] else (),
            items=tuple(map(_item, self.items[number])),
        )

    def _certificate(self, row: Row) -> Certificate:
        return Certificate.model_construct(
            number=row["certificate"],
            purpose=Purpose(row["purpose"]),
            issued_on=_day(row["issued_on"]),
            tax_office=_NO_OFFICE,
            holder=_party(row, "holder") or Party.model_construct(),
            agent=_party(row, "agent"),
            principal_certificate=row["principal"],
            refund_state=RefundState(row["refund_state"]),
            lines=tuple(map(_line, self.lines[row["certificate"]])),
        )


_FORCE: Final = ExportState.IN_FORCE


def _rows_under(table: pl.DataFrame, number: str, wanted: pl.Series) -> pl.DataFrame:
    return table.filter(pl.col(number).is_in(wanted.implode()))


def _by(table: pl.DataFrame, number: str) -> dict[str, Row]:
    """Rows by number; the last of equal numbers."""
    return {row[number]: row for row in table.iter_rows(named=True)}


def _grouped(table: pl.DataFrame, number: str) -> defaultdict[str, list[Row]]:
    told: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table.iter_rows(named=True):
        told[row[number]].append(row)
    return told


def _day(number: int | None) -> Any:
    """A day where it is known, also where a document that was checked would have one."""
    return None if number is None else as_day(number)


def _number(value: int | None, digits: int = 5) -> Decimal | None:
    return None if value is None else unscaled(value, digits)


def _party(row: Mapping[str, Any], role: str) -> Party | None:
    told = {"uscc": row.get(f"{role}_uscc"), "customs_code": row.get(f"{role}_code")}
    if not any(told.values()):
        return None
    return Party.model_construct(**told, name=row.get(f"{role}_name"))


def _charge(row: Row, name: str) -> Charge | None:
    mark = row[f"{name}_mark"]
    if mark is None:
        return None
    return Charge.model_construct(
        mark=Mark(mark), value=unscaled(row[name]), currency=row[f"{name}_currency"]
    )


def _measure(row: Row, which: str) -> Measure:
    return Measure.model_construct(quantity=unscaled(row[which]), unit=row[f"{which}_unit"])


def _reference(row: Row) -> CertificateReference:
    return CertificateReference.model_construct(number=row["certificate"], item=row["item"], line=row["line"])


def _item(row: Row) -> DeclarationItem:
    return DeclarationItem.model_construct(
        item=row["item"],
        hs_code=row["item_hs"],
        goods_name=row["item_name"],
        first=_measure(row, "first"),
        second=None if row["second"] is None else _measure(row, "second"),
        total=_number(row["total"], MONEY_SCALE),
        currency=row["currency"],
        origin=row["item_origin"],
    )


def _line(row: Row) -> CertificateLine:
    told = (row["refunded"], row["repaid"], row["payment_slip"], row["paid_on"])
    tax = None
    if any(one is not None for one in told):
        tax = LineTax.model_construct(
            refunded_vat=_number(row["refunded"], TAX_SCALE),
            repaid_vat=_number(row["repaid"], TAX_SCALE),
            payment_slip=row["payment_slip"],
            paid_on=_day(row["paid_on"]),
        )
    return CertificateLine.model_construct(
        line=row["line"],
        declaration=row["line_declaration"],
        item=row["line_item"],
        hs_code=row["line_hs"],
        goods_name=row["line_name"],
        unit=row["line_unit"],
        quantity=unscaled(row["line_quantity"]),
        exported_quantity=_number(row["line_exported"]),
        export_date=_day(row["line_export_day"]),
        fob_usd=_number(row["line_fob"], MONEY_SCALE),
        tax=tax,
    )
