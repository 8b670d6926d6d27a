"""The comparison of all that was read: findings of every declaration, bucket by bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from hefu.engines.local import tables_in
from hefu.errors import Text
from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.checks import SAID, said
from hefu.inspection.judging import matching, norms
from hefu.inspection.judging.money import worth
from hefu.inspection.papers import certified, declared
from hefu.inspection.papers.parting import schema_of
from hefu.inspection.papers.shelved import Papers
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
NAMED: Final = {"declaration": pl.String, "certificate": pl.String}
_SILENT: Final = ("original.unknown",)
"""What only customs can know: whether the export declaration is on its record."""
_ONE_SIDED: Final = ("mode.unknown", "party.holder_differs", "party.original_trader_differs")
"""Said at a desk only where both sides are stated: a list may leave out what goes without saying there."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of it. ``findings`` as the comparison has them; ``said`` by checks; ``heavy`` the cases of the heaviest
    declarations. On the shelves lie then ``judged``, one row a declaration (:data:`HEADS`), and which declaration names
    which certificate (:data:`NAMED`), by declaration (``names``) and by certificate (``named``).
    """

    findings: pl.DataFrame
    said: pl.DataFrame
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
    shelves = papers.shelves
    findings: list[pl.DataFrame] = [pl.DataFrame(schema=FINDINGS)]
    heaviest = _Heaviest(told.get_column("declaration").drop_nulls().unique())
    pairs = 0
    for bucket, tables in enumerate(tables_in(shelves)):
        judged = judge(tables, policy, ruleset)
        findings.append(_audible(judged.findings))
        own = shelves.take("declarations", bucket, DECLARATIONS)
        own = own.join(worth(own, tables.items, policy), on="declaration", how="left", maintain_order="left")
        shelves.put("judged", own.select(list(HEADS)), "declaration")
        references = tables.references.select(list(NAMED)).unique(maintain_order=True)
        shelves.put("names", references, "declaration")
        shelves.put("named", references, "certificate")
        heaviest.look_at(own, tables, findings[-1])
        pairs += judged.pairs
        on_bucket()
    return Judgement(
        findings=pl.concat(findings),
        said=pl.concat([told, _partly(papers)]),
        heavy=heaviest.cases,
        pairs=pairs,
    )


def _audible(findings: pl.DataFrame) -> pl.DataFrame:
    """Without what a desk cannot say."""
    absent = (col("declared") == "") | ((col("certified") == "") & (col("code") != "mode.unknown"))
    return findings.filter(~col("code").is_in(_SILENT) & ~(col("code").is_in(_ONE_SIDED) & absent))


def _partly(papers: Papers) -> pl.DataFrame:
    """Declarations of which some rows could not be read: what is said of the rest is not all."""
    refused = papers.refused().drop_nulls("number").rename({"number": "declaration"})
    counts = refused.group_by("declaration", maintain_order=True).agg(
        other=pl.struct("source", "row").n_unique()
    )
    parts = (
        counts.join(papers.shelves.take("judged", bucket, HEADS), on="declaration", how="semi")
        for bucket in range(papers.shelves.buckets)
    )
    return pl.concat(said("papers.rows_refused", part) for part in parts)


class _Heaviest:
    """The heaviest declarations seen so far, as cases: those with findings first, the most valuable first."""

    def __init__(self, loud: pl.Series) -> None:
        self.cases: dict[str, Case] = {}
        self._loud = loud
        self._ranked: list[pl.DataFrame] = []

    def look_at(self, heads: pl.DataFrame, tables: Tables, found: pl.DataFrame) -> None:
        """Declarations of one bucket, with what was found of them."""
        loud = pl.concat([self._loud, found.get_column("declaration").unique()])
        told = heads.filter("judged").select(
            "declaration", "usd", loud=col("declaration").is_in(loud.implode())
        )
        ranked = pl.concat([*self._ranked, told]).sort(
            "loud", "usd", descending=True, nulls_last=True, maintain_order=True
        )
        self._ranked = [ranked.head(HEAVIEST)]
        chosen = self._ranked[0].get_column("declaration").to_list()
        new = [number for number in chosen if number not in self.cases]
        told_now = {**self.cases, **dict(zip(new, cases_of(tables, new), strict=True))}
        self.cases = {number: told_now[number] for number in chosen}
