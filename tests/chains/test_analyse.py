"""From tables to cases."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from hefu.chains.analyse import analyse
from hefu.chains.case import Case, Role
from hefu.chains.reading import read
from hefu.chains.tables import Tables
from hefu.chains.telling import why
from tests.chains.builders import AS_OF, YUAN, day, declared, firm, line, tables


def lent_title() -> dict[str, list[dict[str, Any]]]:
    """A trader whose exports its own report gives to others, who is paid a hundredth for each, among honest peers."""
    d, lines, a, p, firms = [], [], [], [], [firm("LENDER")]
    for n in range(12):
        d.append(declared(f"D{n:02}", "LENDER", n * 9))
        lines.append(line(f"D{n:02}"))
        a.append(
            {
                "quarter": "2026Q1",
                "filed": day(120),
                "agent": "LENDER",
                "declaration": f"D{n:02}",
                "consignor": f"OWNER{n % 3}",
                "amount": 500_000 * YUAN,
            }
        )
        p.append(
            {
                "payment": f"P{n:02}",
                "on": day(n * 9 + 3),
                "payer": f"OWNER{n % 3}",
                "payee": "LENDER",
                "amount": 5_000 * YUAN,
            }
        )
    for m in range(30):
        firms.append(firm(f"HONEST{m:02}"))
        for n in range(10):
            d.append(declared(f"H{m:02}{n}", f"HONEST{m:02}", n * 11))
            lines.append(line(f"H{m:02}{n}", "8517120000"))
    return {"declarations": d, "lines": lines, "agency": a, "payments": p, "firms": firms}  # fmt: skip


def test_a_lender_of_its_title_is_laid_bare_with_its_owners() -> None:
    case, *rest = analyse(tables(**lent_title()), AS_OF)
    assert not rest
    lender = next(one for one in case.parties if one.id == "LENDER")
    assert lender.suspect
    assert lender.role is Role.HEADER
    assert {"OWNER0", "OWNER1", "OWNER2"} <= {one.id for one in case.parties}
    assert {one.indicator for one in case.evidence} >= {"chains.single_header", "chains.title_fee"}
    assert len(case.declarations) == 12
    assert [one.number for one in case.evidence] == list(range(1, len(case.evidence) + 1))


def test_without_its_cited_documents_a_case_falls() -> None:
    told = tables(**lent_title())
    (case,) = analyse(told, AS_OF)
    assert not analyse(without(told, case), AS_OF)


def without(told: Tables, case: Case) -> Tables:
    """The tables without the rows that the case cites."""
    cited = {(one.table, one.document) for one in case.evidence}
    payments = [document for table, document in cited if table == "P"]
    rows = [document.split()[-1] for table, document in cited if table == "A"]
    return told | {
        "payments": told["payments"].filter(~pl.col("payment").is_in(payments)),
        "agency": told["agency"].filter(~pl.col("declaration").is_in(rows)),
    }


def test_the_order_of_rows_changes_nothing() -> None:
    told = tables(**lent_title())
    dice = random.Random(4)
    mixed = {
        name: frame.sample(fraction=1, shuffle=True, seed=dice.randrange(99)) for name, frame in told.items()
    }
    assert analyse(mixed, AS_OF) == analyse(told, AS_OF)


def test_nothing_is_a_case_where_there_is_nothing() -> None:
    assert analyse(tables(), AS_OF) == []


def test_what_was_not_loaded_is_told_from_what_says_nothing_of_the_parties() -> None:
    rows = lent_title()
    claim = {
        "claim": "R1",
        "claimant": "HONEST00",
        "declaration": "H000",
        "claimed": day(60),
        "state": "claimed",
    }
    (case,) = analyse(tables(**rows, claims=[claim]), AS_OF)
    assert case.coverage["L"] == case.coverage["D"] > 0
    assert case.coverage["R"] == 0
    assert "V" not in case.coverage
    sums = {one.kind: (one.low, one.high) for one in case.amounts}
    assert sums["refund_paid"] == (0, 0)
    assert sums["income"] == (0, 0)
    assert not {"vat_upstream", "subsidy"} & set(sums)


def test_what_is_known_by_name_alone_was_not_joined_and_what_was_says_so_in_both_languages() -> None:
    assert why("name alone", [], is_suspect=False).en == "a witness only: named by the papers of others"
    joined = why("like name, and both deal with 甲公司", [], is_suspect=True)
    assert joined.zh.endswith("(按名称归并: 名称相似, 且都与 甲公司 往来)")
    assert joined.en.endswith("(joined by name: like name, and both deal with 甲公司)")


def test_a_case_is_named_after_one_who_exports_or_claims_where_there_is_one() -> None:
    told = read([Path(__file__).parents[2] / "samples" / "chains"]).tables
    middle = {Role.HEADER, Role.CLAIMANT, Role.AGENT}
    for case in analyse(told, date(2027, 6, 1)):
        suspects = [one for one in case.parties if one.suspect]
        assert list(case.parties[: len(suspects)]) == suspects
        assert case.title.zh.split(": ")[1].startswith(suspects[0].name)
        assert suspects[0].role in middle or not middle & {one.role for one in suspects}
