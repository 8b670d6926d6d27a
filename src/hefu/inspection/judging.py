"""The comparison of all that was read: findings of every declaration, bucket by bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from hefu.engines.local import tables_in
from hefu.errors import Text
from hefu.inspection import certified, declared, matching, norms
from hefu.inspection.checks import SAID, said
from hefu.inspection.fields import Paper
from hefu.inspection.money import worth
from hefu.inspection.papers import Papers
from hefu.inspection.parting import schema_of
from hefu.rules.case import Case
from hefu.rules.mass.cases import cases_of
from hefu.rules.mass.judge import FINDINGS, judge
from hefu.rules.mass.tables import DECLARATIONS, Tables
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

col = pl.col

HEAVIEST: Final = 2_000
"""Declarations that are kept whole to be looked at closely: those with findings first, the most valuable first."""
HEADS: Final = {
    "declaration": pl.String, "act": pl.String, "declared_on": pl.Int64, "related": pl.String,
    "trader_uscc": pl.String, "trader_code": pl.String, "owner_uscc": pl.String, "owner_code": pl.String,
    "judged": pl.Boolean, "usd": pl.Int64,
}  # fmt: skip
_SILENT: Final = ("original.unknown",)
"""What only customs can know: whether the export declaration is on its record."""
_ONE_SIDED: Final = ("mode.unknown", "party.holder_differs", "party.original_trader_differs")
"""Said at a desk only where both sides are stated: a list may leave out what goes without saying there."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of it. ``heads`` one row a declaration (:data:`HEADS`); ``findings`` as the comparison has them;
    ``said`` by checks; ``references`` which declaration names which certificate; ``heavy`` the cases of the
    heaviest declarations.
    """

    heads: pl.DataFrame
    findings: pl.DataFrame
    said: pl.DataFrame
    references: pl.DataFrame
    heavy: dict[str, Case]
    pairs: int


def settle(papers: Papers) -> pl.DataFrame:
    """Rows as tables of the comparison, on the shelves. Returns what they say against each other and which norms
    they break, as ``SAID``.
    """
    papers.settle()
    shelves, found = papers.shelves, [pl.DataFrame(schema=SAID)]
    for bucket in range(shelves.buckets):
        one = declared.settle(shelves.take(Paper.DECLARATION, bucket, schema_of(Paper.DECLARATION)))
        for table, rows in (
            (matching.HEADS, one.declarations), ("items", one.items), ("references", one.references),
            ("about", one.about), ("goods-declared", one.goods),
        ):  # fmt: skip
            shelves.put(table, rows, "declaration")
        other = certified.settle(shelves.take(Paper.CERTIFICATE, bucket, schema_of(Paper.CERTIFICATE)))
        for table, rows in (
            ("certificates", other.certificates), ("lines", other.lines), ("standings", other.standings),
            ("about-certified", other.about), ("goods-certified", other.goods),
        ):  # fmt: skip
            shelves.put(table, rows, "certificate")
        papers.refuse_rows(pl.concat([one.refused, other.refused]))
        found += [one.found, other.found, norms.broken(one, papers.stated[Paper.DECLARATION])]
    past = matching.settle(shelves)
    if past:
        papers.assumed["past"] = Text(
            f"{past} 份出口报关单只被其他单证引用, 自己没有证明: 视为此前已放行, 不再核验",
            f"{past} export declarations are only referred to and have no certificate: taken as released before, not"
            " judged",
        )
    return pl.concat(found)


def judge_all(
    papers: Papers, policy: Policy, ruleset: RuleSet, on_bucket: Callable[[], None] = lambda: None
) -> Judgement:
    """Judge every declaration of the papers."""
    told = settle(papers)
    heads: list[pl.DataFrame] = []
    findings: list[pl.DataFrame] = [pl.DataFrame(schema=FINDINGS)]
    references: list[pl.DataFrame] = []
    heavy: dict[str, Case] = {}
    loud = told.get_column("declaration").drop_nulls().unique()
    pairs = 0
    for bucket, tables in enumerate(tables_in(papers.shelves)):
        judged = judge(tables, policy, ruleset)
        findings.append(_audible(judged.findings))
        own = papers.shelves.take("declarations", bucket, DECLARATIONS)
        own = own.join(worth(own, tables.items, policy), on="declaration", how="left", maintain_order="left")
        heads.append(own.select(list(HEADS)))
        references.append(tables.references.select("declaration", "certificate").unique(maintain_order=True))
        loud = pl.concat([loud, findings[-1].get_column("declaration").unique()])
        heavy = _heavier(heavy, pl.concat(heads), loud, tables)
        pairs += judged.pairs
        on_bucket()
    known = pl.concat(heads)
    return Judgement(
        heads=known,
        findings=pl.concat(findings),
        said=pl.concat([told, _partly(papers, known)]),
        references=pl.concat(references),
        heavy=heavy,
        pairs=pairs,
    )


def _audible(findings: pl.DataFrame) -> pl.DataFrame:
    """Without what a desk cannot say."""
    absent = (col("declared") == "") | ((col("certified") == "") & (col("code") != "mode.unknown"))
    return findings.filter(~col("code").is_in(_SILENT) & ~(col("code").is_in(_ONE_SIDED) & absent))


def _partly(papers: Papers, known: pl.DataFrame) -> pl.DataFrame:
    """Declarations of which some rows could not be read: what is said of the rest is not all."""
    refused = papers.refused().filter(col("number").is_in(known["declaration"].implode()))
    counts = refused.group_by("number", maintain_order=True).agg(other=pl.struct("source", "row").n_unique())
    return said("papers.rows_refused", counts.rename({"number": "declaration"}))


def _heavier(heavy: dict[str, Case], heads: pl.DataFrame, loud: pl.Series, tables: Tables) -> dict[str, Case]:
    """The heaviest declarations seen so far, with those of these tables among them."""
    ranked = heads.filter("judged").with_columns(loud=col("declaration").is_in(loud.implode()))
    ranked = ranked.sort("loud", "usd", descending=True, nulls_last=True, maintain_order=True)
    chosen = ranked.head(HEAVIEST).get_column("declaration").to_list()
    here = set(tables.declarations.filter("judged").get_column("declaration"))
    new = [number for number in chosen if number in here and number not in heavy]
    told = {**heavy, **dict(zip(new, cases_of(tables, new), strict=True))}
    return {number: told[number] for number in chosen if number in told}
