"""Invoices and agency agreements against declarations and certificates: parties, amounts, quantities.

An invoice belongs to the declaration that it names, else to those of its contract, else to those whose certificate
names it; an agreement to the declaration or contract that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from hefu.documents.codes.tables import unit, units
from hefu.documents.declaration import Act
from hefu.documents.names import name_key
from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.checks import SAID, said
from hefu.inspection.judging.comparison import NAMED
from hefu.inspection.papers.parting import schema_of
from hefu.inspection.papers.shelved import Papers
from hefu.rules import words
from hefu.rules.mass.tables import DECLARATIONS, LINES
from hefu.rules.policy import Policy

col = pl.col

_HEADS: Final[Mapping[str, Any]] = {
    **{name: DECLARATIONS[name] for name in ("declaration", "act", "trader_uscc", "owner_uscc")},
    "trader_name": pl.String, "owner_name": pl.String, "contract": pl.String,
}  # fmt: skip
_CENT: Final = 10**7
"""A cent, in the scale of price times quantity (10^9)."""


def disagreements(papers: Papers, policy: Policy) -> pl.DataFrame:
    """What invoices and agreements say against the other papers, as ``SAID``."""
    invoices, agreements = (_all(papers, paper) for paper in (Paper.INVOICE, Paper.AGREEMENT))
    found = [pl.DataFrame(schema=SAID), _sums(invoices)]
    if invoices.is_empty() and agreements.is_empty():
        return found[0]
    lines = _certified(papers, invoices)
    found.append(_exceeded(lines, invoices))
    by_certificate = lines.select("invoice", "declarations").explode("declarations").unique()
    by_certificate = by_certificate.rename({"declarations": "declaration"}).drop_nulls()
    for bucket in range(papers.shelves.buckets):
        heads, totals = _declared(papers, bucket)
        links = _links(invoices, heads, by_certificate)
        found += [_sellers(links, invoices, heads), _amounts(links, invoices, totals, policy)]
        found += [_agreed(agreements, heads)]
    return pl.concat(found)


def _all(papers: Papers, paper: Paper) -> pl.DataFrame:
    schema = schema_of(paper)
    rows = pl.concat([pl.DataFrame(schema=schema), *papers.others[paper]], how="diagonal")
    return rows.select(list(schema))


def _declared(papers: Papers, bucket: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The heads of a bucket with names and contract, and the total of each in each currency."""
    about = dict.fromkeys(("declaration", "contract", "trader_name", "owner_name"), pl.String)
    heads = papers.shelves.take("declarations", bucket, DECLARATIONS).join(
        papers.shelves.take("about", bucket, about), on="declaration", maintain_order="left"
    )
    items = papers.shelves.take(
        "items", bucket, {"declaration": pl.String, "total": pl.Int64, "currency": pl.String}
    )
    totals = items.group_by("declaration", "currency").agg(
        total=pl.when(col("total").null_count() == 0).then(col("total").sum())
    )
    return heads.select(list(_HEADS)), totals


def _certified(papers: Papers, invoices: pl.DataFrame) -> pl.DataFrame:
    """Lines of certificates that name one of the invoices, with the declarations that name the certificate."""
    wanted = invoices.get_column("invoice").unique().implode()
    kept = {"certificate": pl.String, "line": pl.Int64, "invoice": pl.String, "invoice_line": pl.Int64}
    parts = []
    for bucket in range(papers.shelves.buckets):
        goods = papers.shelves.take("goods-certified", bucket, kept).filter(col("invoice").is_in(wanted))
        lines = papers.shelves.take("lines", bucket, LINES)
        named = (
            papers.shelves.take("named", bucket, NAMED)
            .group_by("certificate")
            .agg(declarations=col("declaration"))
        )
        told = goods.join(lines, on=["certificate", "line"], maintain_order="left")
        parts.append(told.join(named, on="certificate", how="left", maintain_order="left"))
    return pl.concat(parts)


def _links(invoices: pl.DataFrame, heads: pl.DataFrame, by_certificate: pl.DataFrame) -> pl.DataFrame:
    """``invoice`` and ``declaration`` that belong together."""
    own = invoices.select("invoice", "declaration", "contract").unique(maintain_order=True)
    here = heads.select("declaration")
    stated = own.select("invoice", "declaration").drop_nulls()
    rest = own.filter(col("declaration").is_null()).drop("declaration")
    contracts = heads.filter(col("contract").is_not_null()).select("contract", "declaration")
    by_contract = rest.join(contracts, on="contract").select("invoice", "declaration")
    left = rest.join(by_contract, on="invoice", how="anti")
    by_certificate = by_certificate.join(left, on="invoice", how="semi")
    told = pl.concat([stated, by_contract, by_certificate]).unique(maintain_order=True)
    return told.join(here, on="declaration", how="semi", maintain_order="left")


def _sums(invoices: pl.DataFrame) -> pl.DataFrame:
    """Quantity times price against the amount; a price is rounded to four decimals, an amount to cents."""
    price, quantity = col("price").cast(pl.Int128), col("line_quantity").cast(pl.Int128)
    off = (price * quantity - col("amount").cast(pl.Int128) * 10**5).abs()
    wrong = invoices.filter(off > quantity // 2 + 1 + _CENT)
    return said(
        "papers.invoice_sum_differs",
        wrong,
        declaration=pl.lit(None),
        declared=words.plain_text(price * quantity // 10**5, 4),
        certified=words.plain_text(col("amount"), 4),
        other=col("invoice"),
    )


def _exceeded(lines: pl.DataFrame, invoices: pl.DataFrame) -> pl.DataFrame:
    """Lines of certificates that cover more than the line of the invoice has, in units that convert."""
    known = {
        text: found.code for text in invoices["line_unit"].unique().drop_nulls() if (found := unit(text))
    }
    sizes = {code: one.size for code, one in units().items()}
    kinds = {code: one.dimension for code, one in units().items()}
    names = {code: one.name for code, one in units().items()}
    told = invoices.select(
        "invoice",
        invoice_line="line",
        invoiced="line_quantity",
        invoice_unit=col("line_unit").replace_strict(known, default=None, return_dtype=pl.String),
    ).drop_nulls()
    both = lines.join(told, on=["invoice", "invoice_line"])

    def coded(name: str, table: Mapping[str, Any], kind: Any) -> pl.Expr:
        return col(name).replace_strict(table, default=None, return_dtype=kind)

    parts = {
        name: col(name).cast(pl.Int128) * coded(of, sizes, pl.Int128)
        for name, of in (("line_quantity", "line_unit"), ("invoiced", "invoice_unit"))
    }
    alike = coded("line_unit", kinds, pl.String) == coded("invoice_unit", kinds, pl.String)
    over = both.filter(alike & (parts["line_quantity"] > parts["invoiced"]))
    shown = {
        name: pl.concat_str(words.plain_text(col(name), 5), pl.lit(" "), coded(of, names, pl.String))
        for name, of in (("line_quantity", "line_unit"), ("invoiced", "invoice_unit"))
    }
    return said(
        "papers.invoice_exceeded",
        over,
        declared=shown["invoiced"],
        certified=shown["line_quantity"],
        other=pl.concat_str("invoice", pl.lit(" / "), "invoice_line"),
    )


def _same(a: tuple[str | None, str | None], b: tuple[str | None, str | None]) -> bool | None:
    """Whether two parties, each code and name, are one: by code where both have it, else by name; ``None`` where
    nothing can be compared.
    """
    if a[0] and b[0]:
        return a[0] == b[0]
    if a[1] and b[1]:
        return name_key(a[1]) == name_key(b[1])
    return None


def _shown(party: tuple[str | None, str | None]) -> str:
    return party[1] or party[0] or ""


def _sellers(links: pl.DataFrame, invoices: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    sellers = invoices.select("invoice", "seller_uscc", "seller_name").unique("invoice", maintain_order=True)
    told = links.join(sellers, on="invoice").join(heads.select(list(_HEADS)), on="declaration")
    rows = []
    for one in told.iter_rows(named=True):
        seller, trader, owner = (
            (one[f"{role}_uscc"], one[f"{role}_name"]) for role in ("seller", "trader", "owner")
        )
        answers = (_same(seller, trader), _same(seller, owner))
        if True not in answers and False in answers:
            declared = " / ".join(dict.fromkeys(filter(None, map(_shown, (trader, owner)))))
            rows.append((one["declaration"], declared, _shown(seller), one["invoice"]))
    return said("papers.invoice_party_differs", _frame(rows))


def _amounts(
    links: pl.DataFrame, invoices: pl.DataFrame, totals: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """The invoices of a declaration, all in its one currency, against its total (two-sided tolerance, row 17)."""
    amount = pl.coalesce("total", "amount")
    sums = invoices.group_by("invoice", "currency").agg(
        invoiced=pl.when(amount.null_count() == 0).then(amount.sum())
    )
    single = totals.filter(col("declaration").is_unique())
    alone = sums.filter(col("invoice").is_unique())
    both = (
        links.join(alone, on="invoice")
        .group_by("declaration", "currency")
        .agg(
            col("invoiced").sum(),
            whole=col("invoiced").null_count() == 0,
            other=col("invoice").str.join(", "),
        )
        .filter(col("whole") & col("declaration").is_unique())
    )
    told = both.join(single.drop_nulls(), on=["declaration", "currency"])
    off = (col("invoiced") - col("total")).abs().cast(pl.Int128)
    amount_off = off > int(policy.value_amount.scaleb(4))
    share_off = off * 100 * 10**4 > col("total").abs().cast(pl.Int128) * int(policy.value_percent.scaleb(4))
    wrong = told.filter(amount_off & share_off)
    return said(
        "papers.invoice_amount_differs",
        wrong,
        declared=pl.concat_str(words.plain_text(col("total"), 4), pl.lit(" "), "currency"),
        certified=pl.concat_str(words.plain_text(col("invoiced"), 4), pl.lit(" "), "currency"),
    )


def _agreed(agreements: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Agreements whose parties are not trader and owner, and agencies without an agreement."""
    if agreements.is_empty():
        return pl.DataFrame(schema=SAID)
    by_number = agreements.drop_nulls("declaration").unique("declaration", maintain_order=True)
    by_contract = agreements.drop_nulls("contract").unique("contract", maintain_order=True)
    named = {one["declaration"]: one for one in by_number.iter_rows(named=True)}
    contracted = {one["contract"]: one for one in by_contract.iter_rows(named=True)}
    pairs = [
        ((one["principal_uscc"], one["principal_name"]), (one["agent_uscc"], one["agent_name"]))
        for one in agreements.iter_rows(named=True)
    ]
    differ, missing = [], []
    for head in heads.filter(col("act") == Act.EXPORT.value).iter_rows(named=True):
        trader, owner = ((head[f"{role}_uscc"], head[f"{role}_name"]) for role in ("trader", "owner"))
        found = named.get(head["declaration"]) or contracted.get(head["contract"] or "")
        if found is not None:
            for role, theirs in (("principal", owner), ("agent", trader)):
                stated = (found[f"{role}_uscc"], found[f"{role}_name"])
                if _same(stated, theirs) is False:
                    differ.append((head["declaration"], _shown(theirs), _shown(stated), found["agreement"]))
        elif _same(trader, owner) is False and not any(
            _same(principal, owner) and _same(agent, trader) for principal, agent in pairs
        ):
            missing.append((head["declaration"], _shown(trader), _shown(owner), ""))
    return pl.concat(
        [
            said("papers.agreement_party_differs", _frame(differ)),
            said("papers.agreement_missing", _frame(missing)),
        ]
    )


def _frame(rows: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    schema = dict.fromkeys(("declaration", "declared", "certified", "other"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
