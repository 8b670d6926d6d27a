"""How an investigator with a list of scored firms makes cases of it: simple joins, big hubs left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Final

import polars as pl

from benchmarks.chains.features import FIRM, exports
from benchmarks.chains.joined import swaps
from benchmarks.chains.listing import Listed
from hefu.chains.case import Role
from hefu.chains.tables import Tables

CONSIDERED: Final = 100
"""How many firms at the head of the list are looked at."""
_HUB: Final = 12
"""An address, handler, supplier or owner with more exporters than this joins nobody (the handbook cuts at 20)."""
_TIGHT: Final = 3
"""What so few exporters share joins them by itself; else two firms must share two things."""
_LARGEST: Final = 30
"""A case does not grow beyond this; the strongest joins are made first."""


def ties(tables: Tables) -> pl.DataFrame:
    """What exporters share: an exporter and a thing on each row, hubs left out."""
    firms, out = tables["firms"], exports(tables)
    kinds = [
        firms.select(pl.col("firm").alias(FIRM), thing=pl.lit(f"{column} ") + pl.col(column))
        for column in ("address", "tax_handler", "phone", "finance_head", "legal_person")
    ]
    kinds.append(
        tables["invoices"].select(pl.col("buyer").alias(FIRM), thing=pl.lit("supplier ") + pl.col("seller"))
    )
    kinds.append(
        out.filter(pl.col("owner_key") != pl.col(FIRM)).select(
            FIRM, thing=pl.lit("owner ") + pl.col("owner_key")
        )
    )
    kinds += [
        swaps(out).select(pl.col(name).alias(FIRM), thing=pl.lit("swap ") + pl.col("declaration"))
        for name in (FIRM, f"{FIRM}_then")
    ]
    every = pl.concat(kinds).unique().join(out.select(FIRM).unique(), on=FIRM, how="semi")
    return every.filter(pl.len().over("thing").is_between(2, _HUB))


def grouped(tables: Tables, scored: Iterable[tuple[str, float]]) -> list[Listed]:
    """Cases from scored firms: those at the head of the list that share something are one case, ranked by its best."""
    head = sorted(scored, key=lambda one: (-one[1], one[0]))[:CONSIDERED]
    rank = {firm: place for place, (firm, _) in enumerate(head)}
    weights: Counter[tuple[str, str]] = Counter()
    every = ties(tables)
    sizes = dict(every.group_by("thing").len().iter_rows())
    shared: dict[str, list[str]] = defaultdict(list)
    for firm, thing in every.filter(pl.col(FIRM).is_in(list(rank))).sort(FIRM, "thing").iter_rows():
        shared[thing].append(firm)
    for thing, firms in shared.items():
        for couple in combinations(firms, 2):
            weights[couple] += 2 if sizes[thing] <= _TIGHT else 1
    strong = [
        couple for couple, weight in sorted(weights.items(), key=lambda one: (-one[1], one[0])) if weight > 1
    ]
    return made_of(tables, components(rank, strong))


def components(rank: dict[str, int], joins: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Connected groups of firms, none too large, the one with the best firm first."""
    groups = {firm: [firm] for firm in rank}
    for one, other in joins:
        mine, theirs = groups[one], groups[other]
        if mine is not theirs and len(mine) + len(theirs) <= _LARGEST:
            mine += theirs
            for firm in theirs:
                groups[firm] = mine
    distinct = {id(group): sorted(group, key=rank.__getitem__) for group in groups.values()}
    return sorted(distinct.values(), key=lambda group: rank[group[0]])


def made_of(tables: Tables, groups: Iterable[list[str]]) -> list[Listed]:
    """Cases of these groups: every firm a suspected header, all its exports, suppliers drawn as witnesses."""
    declared: dict[str, set[str]] = defaultdict(set)
    for firm, number in exports(tables).select(FIRM, "declaration").iter_rows():
        declared[firm].add(number)
    sellers: dict[str, set[str]] = defaultdict(set)
    for buyer, seller in tables["invoices"].select("buyer", "seller").unique().iter_rows():
        if seller:
            sellers[buyer].add(seller)
    made = []
    for number, group in enumerate(groups):
        edges = {(min(one, seller), max(one, seller)) for one in group for seller in sellers[one]}
        made.append(
            Listed(
                f"group-{number + 1}",
                {
                    **{seller: Role.WITNESS for one in group for seller in sellers[one]},
                    **dict.fromkeys(group, Role.HEADER),
                },
                frozenset(group),
                frozenset(edges),
                frozenset(number for one in group for number in declared[one]),
            )
        )
    return made
