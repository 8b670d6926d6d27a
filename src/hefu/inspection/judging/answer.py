"""From judgements to the answer: every finding in words and in its place, what to do next, the largest money first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import polars as pl

import hefu
from hefu.documents.canonical import as_json
from hefu.errors import Text
from hefu.inspection.findings.actions import Action, action_of
from hefu.inspection.findings.result import CERTIFIED, DECLARED, FOUND, Detail, Inspection
from hefu.inspection.findings.wording import DESK, filled, in_words
from hefu.inspection.judging.across import certificates_told
from hefu.inspection.judging.comparison import HEADS, NAMED, Judgement
from hefu.inspection.papers.parting import PLACE
from hefu.inspection.papers.shelved import Papers
from hefu.rules.case import Case, UseState
from hefu.rules.change import Change, changes_of_all
from hefu.rules.compare import compare
from hefu.rules.finding import Comparison, Finding
from hefu.rules.policy import Policy
from hefu.rules.ruleset import RuleSet

col = pl.col

TEXTS: Final = 100_000
"""Findings that are put into words; beyond these, code and values say it."""
CHANGED: Final = 200
"""Held declarations for which the smallest change is looked for."""
_AT_ONCE: Final = 32
"""Of these at once, between two steps of the progress."""
_KEY: Final = ["declaration", "code", "certificate", "item", "line"]
_TEXTS: Final = ("message_zh", "message_en", "remedy_zh", "remedy_en", "ground_zh", "ground_en")
_DOLLARS: Final = pl.Decimal(20, 4)


def answer(
    papers: Papers,
    judged: Judgement,
    said: pl.DataFrame,
    rules: tuple[RuleSet, Policy],
    at: datetime,
    on_step: Callable[[int], None] = lambda _: None,
) -> Inspection:
    """The whole answer. ``said``: what checks found, those of the judgement included."""
    ruleset, policy = rules
    closely = compare(list(judged.heavy.values()), policy, ruleset)
    found = _found(judged, said, _exact(closely), ruleset)
    declarations = _declarations(papers, found)
    held = declarations.filter(col("outcome") == "held").get_column("declaration")
    told = _certificates(papers, policy, held, found)
    spoken = {
        name: found.get_column(name).drop_nulls().unique().implode()
        for name in ("declaration", "certificate")
    }
    worth = declarations.select("declaration", "usd").filter(col("declaration").is_in(spoken["declaration"]))
    value = told.select("certificate", held="usd").filter(col("certificate").is_in(spoken["certificate"]))
    found = found.join(worth, on="declaration", how="left", maintain_order="left").join(
        value, on="certificate", how="left", maintain_order="left"
    )
    found = found.with_columns(usd=pl.coalesce("usd", "held"))
    order = [action.value for action in Action]
    found = (
        _placed(papers, found)
        .sort(
            pl.col("action").replace_strict(order, list(range(len(order))), return_dtype=pl.Int8),
            -col("usd"),
            "declaration",
            "certificate",
            nulls_last=True,
            maintain_order=True,
        )
        .select(col(name).cast(kind) for name, kind in FOUND.items())
    )
    loud = set(found.get_column("declaration").drop_nulls())
    omitted = len(loud - judged.heavy.keys())
    return Inspection(
        at=at,
        version=hefu.__version__,
        ruleset=ruleset.version,
        ruleset_hash=ruleset.hash_under(policy),
        policy=policy.model_dump(mode="json"),
        files=papers.files(),
        columns=papers.read_columns(),
        refusals=_refusals(papers),
        declarations=declarations,
        certificates=told,
        findings=found,
        pairs=judged.pairs,
        details=_details(judged.heavy, closely, rules, on_step),
        omitted=omitted,
        assumptions=tuple((one.zh, one.en) for one in (*papers.assumed.values(), *_limits(omitted, judged))),
    )


def _limits(omitted: int, judged: Judgement) -> Iterator[Text]:
    """What is not looked at closely, so that nobody takes a limit for an answer."""
    if omitted:
        shown = len(judged.heavy)
        yield Text(
            f"有问题的报关单中, 金额最大的 {shown} 份有逐项对照, 另外 {omitted} 份没有; 问题全部列出",
            f"of the declarations with findings the {shown} of the most money are shown side by side, {omitted} more are"
            " not; their findings are all listed",
        )


def _exact(closely: Sequence[Comparison]) -> pl.DataFrame:
    """The comparison's own words for the heaviest declarations."""
    rows = [
        (told.declaration, one.code, one.certificate, one.item, one.line, *_words(one))
        for told in closely
        for one in told.findings
    ]
    schema = {name: FOUND[name] for name in (*_KEY, *_TEXTS)}
    return pl.DataFrame(rows, schema=schema, orient="row").unique(_KEY, maintain_order=True)


def _words(one: Finding) -> tuple[str, ...]:
    return (*one.message, *one.remedy, *one.ground)


def _found(judged: Judgement, said: pl.DataFrame, exact: pl.DataFrame, ruleset: RuleSet) -> pl.DataFrame:
    """All findings, with severity, action and words."""
    compared = judged.findings.join(exact, on=_KEY, how="left", nulls_equal=True, maintain_order="left")
    compared = compared.with_columns(
        action=pl.struct("code", "severity").map_elements(
            lambda one: action_of(one["code"], one["severity"]).value, return_dtype=pl.String
        ),
        field=col("code").replace_strict({rule.code: rule.field for rule in ruleset.rules}, default=""),
    )
    checked = in_words(said).with_columns(
        col("declared").fill_null(""), col("certified").fill_null(""), col("certificate").fill_null("")
    )
    compared = _of_desk(compared)
    names = [name for name in compared.columns if name in checked.columns]
    return _plainly_worded(pl.concat([compared.select(names), checked.select(names)]), ruleset)


def _of_desk(compared: pl.DataFrame) -> pl.DataFrame:
    """What speaks of what customs has, in a desk's own words."""
    for code, texts in DESK.items():
        said = {
            f"{name}_{language}": pl.when(col("code") == code)
            .then(filled(getattr(text, language)))
            .otherwise(f"{name}_{language}")
            for name, text in zip(("message", "remedy"), texts, strict=True)
            for language in ("zh", "en")
        }
        compared = compared.with_columns(**said)
    return compared


def _plainly_worded(found: pl.DataFrame, ruleset: RuleSet) -> pl.DataFrame:
    """With words from the rule's own sentence where the case itself was not kept, for as many as people read."""
    silent = found.with_row_index("at").filter(col("message_zh").is_null()).head(TEXTS)
    if silent.is_empty():
        return found
    parts = []
    for rule in ruleset.rules:
        part = silent.filter(col("code") == rule.code)
        texts = {
            f"{name}_{language}": filled(getattr(getattr(rule, name), language))
            for name in ("message", "remedy", "ground")
            for language in ("zh", "en")
        }
        parts.append(part.with_columns(**texts))
    worded = pl.concat(parts)
    rest = found.with_row_index("at").join(worded.select("at"), on="at", how="anti")
    return pl.concat([rest, worded]).sort("at").drop("at")


def _declarations(papers: Papers, found: pl.DataFrame) -> pl.DataFrame:
    """One row a declaration."""
    counts = _counts(found)
    return pl.concat(_declared(papers, bucket, counts) for bucket in range(papers.shelves.buckets))


def _counts(found: pl.DataFrame) -> pl.DataFrame:
    """What was found of each declaration, in short."""
    blocks, warns = (col("severity") == severity for severity in ("block", "warn"))

    def verdict(question: str) -> pl.Expr:
        asked = col("question") == question
        return (
            pl.when((asked & blocks).any())
            .then(pl.lit("fail"))
            .when((asked & warns).any())
            .then(pl.lit("warn"))
            .otherwise(pl.lit("pass"))
        )

    order = {action.value: place for place, action in enumerate(Action)}
    rank = col("action").replace_strict(order, return_dtype=pl.Int8) + pl.when(blocks).then(0).otherwise(100)
    return found.group_by("declaration").agg(
        blocks=blocks.sum().cast(pl.Int64),
        warns=warns.sum().cast(pl.Int64),
        match=verdict("match"),
        entitlement=verdict("entitlement"),
        action=col("action").sort_by(rank).first(),
    )


def _declared(papers: Papers, bucket: int, counts: pl.DataFrame) -> pl.DataFrame:
    take = papers.shelves.take
    named = (
        take("names", bucket, NAMED)
        .group_by("declaration", maintain_order=True)
        .agg(certificates=col("certificate"))
    )
    about = take("about", bucket, {"declaration": pl.String, "trader_name": pl.String, **PLACE})
    heads = take("judged", bucket, HEADS)
    for one in (counts, named, about):
        heads = heads.join(one, on="declaration", how="left", maintain_order="left")
    heads = heads.join(papers.places(), on="source", how="left", maintain_order="left")
    outcome = (
        pl.when(col("blocks") > 0)
        .then(pl.lit("held"))
        .when(~col("judged") | (col("act") == "other"))
        .then(pl.lit("not_needed"))
        .otherwise(pl.lit("clears"))
    )
    heads = heads.with_columns(
        outcome=outcome,
        declared_on=col("declared_on").cast(pl.Int32).cast(pl.Date),
        usd=_dollars("usd"),
        match=col("match").fill_null("pass"),
        entitlement=col("entitlement").fill_null("pass"),
        action=col("action").fill_null(""),
        blocks=col("blocks").fill_null(0),
        warns=col("warns").fill_null(0),
        certificates=col("certificates").fill_null([]),
    )
    return heads.select(col(name).cast(kind) for name, kind in DECLARED.items())


def _certificates(papers: Papers, policy: Policy, held: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    """One row a certificate, with what became of it. ``held``: declarations that would be."""
    over, past, soon = (
        found.filter(col("code") == f"papers.{code}").get_column("certificate").implode()
        for code in ("goods_covered_twice", "certificate_lapsed", "certificate_lapsing")
    )
    many = col("declarations").list.len().fill_null(0)
    status = (
        pl.when(col("state") == UseState.WITHDRAWN.value)
        .then(pl.lit("voided"))
        .when(col("certificate").is_in(over))
        .then(pl.lit("over_covered"))
        .when(many > 1)
        .then(pl.lit("several"))
        .when((many == 1) & col("held"))
        .then(pl.lit("held"))
        .when(many == 1)
        .then(pl.lit("matched"))
        .when(col("state").is_in([UseState.USED.value, UseState.RESERVED.value]))
        .then(pl.lit("used"))
        .when(col("certificate").is_in(past))
        .then(pl.lit("lapsed"))
        .when(col("certificate").is_in(soon))
        .then(pl.lit("lapsing"))
        .otherwise(pl.lit("unused"))
    )
    parts = []
    for bucket, heads in enumerate(certificates_told(papers.shelves, policy)):
        named = (
            papers.shelves.take("named", bucket, NAMED)
            .with_columns(held=col("declaration").is_in(held.implode()))
            .group_by("certificate")
            .agg(declarations=col("declaration"), held=col("held").any())
        )
        places = papers.shelves.take("about-certified", bucket, {"certificate": pl.String, **PLACE})
        told = heads.join(named, on="certificate", how="left", maintain_order="left")
        told = told.join(places, on="certificate", how="left", maintain_order="left")
        told = told.join(papers.places(), on="source", how="left", maintain_order="left")
        told = told.with_columns(
            status=status,
            declarations=col("declarations").fill_null([]),
            issued_on=col("issued_on").cast(pl.Int32).cast(pl.Date),
            until=col("until").cast(pl.Int32).cast(pl.Date),
            usd=_dollars("usd"),
        )
        parts.append(told.select(col(name).cast(kind) for name, kind in CERTIFIED.items()))
    return pl.concat(parts)


def _dollars(name: str) -> pl.Expr:
    return col(name).cast(pl.Decimal(24, 0)).cast(_DOLLARS) / 10_000


def _placed(papers: Papers, found: pl.DataFrame) -> pl.DataFrame:
    """With file, sheet and row of both papers: of the item and the line, else of the paper."""
    places = papers.places()
    for paper, side, line, kept, about in (
        ("declaration", "declared", "item", "goods-declared", "about"),
        ("certificate", "certified", "line", "goods-certified", "about-certified"),
    ):
        number = {paper: pl.String}
        wanted = found.select(col(paper).drop_nulls().unique()).get_column(paper).implode()
        parts: list[pl.DataFrame] = []
        heads: list[pl.DataFrame] = []
        for bucket in range(papers.shelves.buckets):
            lines = papers.shelves.take(kept, bucket, {**number, line: pl.Int64, **PLACE})
            parts.append(lines.filter(col(paper).is_in(wanted)))
            whole = papers.shelves.take(about, bucket, {**number, **PLACE})
            heads.append(
                whole.filter(col(paper).is_in(wanted)).with_columns(pl.lit(None, pl.Int64).alias(line))
            )
        told = pl.concat([*parts, *(one.select(paper, line, *PLACE) for one in heads)])
        told = told.unique([paper, line], keep="first").join(places, on="source", how="left")
        told = told.select(
            paper, line, *(col(name).alias(f"{side}_{name}") for name in ("file", "sheet", "row"))
        )
        found = found.join(told, on=[paper, line], how="left", nulls_equal=True, maintain_order="left")
    return found


def _refusals(papers: Papers) -> pl.DataFrame:
    refused = papers.refused().join(papers.places(), on="source", how="left", maintain_order="left")
    return refused.select("file", "sheet", "row", "cell", "title", "field", "value", "rule_zh", "rule_en")


def _details(
    heavy: Mapping[str, Case],
    closely: Sequence[Comparison],
    rules: tuple[RuleSet, Policy],
    on_step: Callable[[int], None],
) -> dict[str, Detail]:
    """The heaviest declarations with their papers, and the smallest changes of the first that are held."""
    ruleset, policy = rules
    cases = list(heavy.values())
    held = [case for case, told in zip(cases, closely, strict=True) if not told.passes]
    changes: dict[str, tuple[Change, ...]] = {}
    for start in range(0, min(len(held), CHANGED), _AT_ONCE):
        part = held[start : min(start + _AT_ONCE, CHANGED)]
        for case, found in zip(part, changes_of_all(part, policy, ruleset), strict=True):
            changes[case.declaration.number] = found
        on_step(len(part))
    on_step(len(cases) - len(changes))
    return {
        case.declaration.number: Detail(
            declaration=as_json(case.declaration),
            certificates=tuple(as_json(one.document) for one in case.certificates if one.document),
            original=None if case.original is None else as_json(case.original),
            changes=tuple(tuple(one.as_json()) for one in changes.get(case.declaration.number, ())),
        )
        for case in cases
    }
