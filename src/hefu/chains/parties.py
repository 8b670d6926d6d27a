"""Who is who: each party of each row becomes one entity, and the reason is kept.

Identifiers come first (USCC; a customs code leads to the firm that has it), then names: spelt alike, or a former name
of one firm. Likeness only proposes: two names are joined on it only with a second, independent fact, a counterparty
that both deal with and few others do. A name that fits nobody, or two firms, stays a party of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, permutations
from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

from hefu.chains.tables import TABLES, Table, Tables
from hefu.documents.names import name_key

NAMED: Final = "name:"
"""What the id of a party begins with that is known by its name alone."""

_ALIKE: Final = 90
"""Likeness of two name keys, 0 to 100, from which on they are proposed as one (assumption)."""
_RARE: Final = 20
"""A counterparty of more parties than this tells nothing (reference on risk, §1.4 C1)."""
_COMMON: Final = 200
"""A pair of signs that more names have does not lead to candidates: there are too many of them."""
_CUSTOMS_CODE: Final = re.compile(r"[0-9A-Z]{10}")
_FORM: Final = re.compile("(股份有限|有限责任|有限)?公司$")
"""What a name says of the legal form."""
SHORT: Final = "name without its legal form, on one paper with "
_USCC: Final = 18
NAME_ALONE: Final = "name alone"
"""How one was found whom nothing but a name tells: nothing was joined."""
_FULL_NAME: Final = "one full name, with USCC and with customs code"


@dataclass(frozen=True)
class Parties:
    """The entities: ``frame`` has a row each (id, name, how). ``tables`` are the tables with these ids in them."""

    tables: Tables
    frame: pl.DataFrame

    @cached_property
    def names(self) -> dict[str, str]:
        """The name to show for each id."""
        return dict(zip(self.frame["id"], self.frame["name"], strict=True))

    @cached_property
    def how(self) -> dict[str, str]:
        """How a party was made one: only for those that needed more than an identifier."""
        told = self.frame.filter(pl.col("how") != "id")
        return dict(zip(told["id"], told["how"], strict=True))


def party_columns(table: Table) -> tuple[tuple[str | None, str | None], ...]:
    """The pairs (identifier, name) in a table; one of them may be missing."""
    names = {one.name for one in table.columns}
    pairs: list[tuple[str | None, str | None]] = []
    for name in names:
        if name.endswith("_name"):
            bare = name.removesuffix("_name")
            pairs.append((bare if bare in names else None, name))
    if "firm" in names and "firm_name" not in names:
        pairs.append(("firm", None))
    return tuple(sorted(pairs, key=str))


def resolve(tables: Tables) -> Parties:
    """Make every party of every table an entity."""
    clean = {one.name: _cleaned(tables[one.name], one) for one in TABLES}
    mentions = _mentions(clean)
    ids = _by_identifier(clean["firms"])
    keys = {name: name_key(name) for name in mentions["name"].drop_nulls().unique()}
    full = _by_full_name(mentions, keys, ids)
    ids |= full
    named = _by_name(clean, mentions, keys, ids)
    parties = {name: party for name, (party, _) in named.items()}
    told: Tables = {}
    for table in TABLES:
        frame = clean[table.name]
        for ident, name in party_columns(table):
            frame = _replaced(frame, ident, name, ids, parties)
        told[table.name] = frame
    reasons = dict.fromkeys(full.values(), _FULL_NAME)
    reasons |= {party: how for party, how in named.values() if how != "name"}
    return Parties(told, _entities(told, mentions, ids, named, reasons))


def _cleaned(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Identifiers in capitals without blanks; what is empty is null."""
    columns = []
    for ident, name in party_columns(table):
        if ident:
            columns.append(_text(pl.col(ident)).str.to_uppercase().str.replace_all(r"\s", ""))
        if name:
            columns.append(_text(pl.col(name)))
    return frame.with_columns(columns)


def _text(column: pl.Expr) -> pl.Expr:
    stripped = column.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _mentions(tables: Tables) -> pl.DataFrame:
    """Every (identifier, name) that is written anywhere, once."""
    frames = [
        tables[table.name].select(
            id=pl.col(ident) if ident else pl.lit(None, pl.String),
            name=pl.col(name) if name else pl.lit(None, pl.String),
        )
        for table in TABLES
        for ident, name in party_columns(table)
    ]
    return (
        pl.concat(frames)
        .filter(pl.col("id").is_not_null() | pl.col("name").is_not_null())
        .group_by("id", "name")
        .len("times")
        .sort("id", "name", nulls_last=True)
    )


def _by_identifier(firms: pl.DataFrame) -> dict[str, str]:
    """Customs code to the identifier of its firm; a code that two firms have leads nowhere."""
    codes = (
        firms.select("firm", code=_text(pl.col("customs_code")).str.to_uppercase())
        .drop_nulls()
        .filter(pl.col("code") != pl.col("firm"))
        .unique()
        .filter(pl.len().over("code") == 1)
    )
    return dict(zip(codes["code"], codes["firm"], strict=True))


def _by_full_name(mentions: pl.DataFrame, keys: dict[str, str], ids: dict[str, str]) -> dict[str, str]:
    """Customs code to USCC for firms that the registry does not list: one full name, written with one of each."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for ident, name in mentions.drop_nulls().select("id", "name").iter_rows():
        known[keys[name]].add(ids.get(ident, ident))
        names[ident].add(keys[name])
    told = {}
    for code, of in names.items():
        if code not in ids and _CUSTOMS_CODE.fullmatch(code):
            firms = {one for key in of for one in known[key] if len(one) == _USCC}
            if len(firms) == 1:
                told[code] = next(iter(firms))
    return told


def _by_name(
    clean: Tables, mentions: pl.DataFrame, keys: dict[str, str], ids: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Each name that stands somewhere without an identifier: its party, and how it was found."""
    nameless = mentions.filter(pl.col("id").is_null())["name"].unique().sort().to_list()
    if not nameless:
        return {}
    known: defaultdict[str, set[str]] = defaultdict(set)
    former: defaultdict[str, set[str]] = defaultdict(set)
    for ident, name in mentions.drop_nulls().select("id", "name").iter_rows():
        known[keys[name]].add(ids.get(ident, ident))
    for ident, names in clean["firms"].select("firm", "former_names").drop_nulls().iter_rows():
        for one in re.split("[;；]", names):
            if key := name_key(one):
                former[key].add(ident)
    told: dict[str, tuple[str, str]] = {}
    for name in nameless:
        key = keys[name]
        if len(known[key]) == 1:
            told[name] = (next(iter(known[key])), "name")
        elif not known[key] and len(former[key]) == 1:
            told[name] = (next(iter(former[key])), "former name")
        else:
            told[name] = (NAMED + key, "two firms of this name" if known[key] else NAME_ALONE)
    alone = {name: keys[name] for name, (_, how) in told.items() if how == NAME_ALONE}
    return told | _alike(clean, alone, {key: next(iter(of)) for key, of in known.items() if len(of) == 1})


def _alike(clean: Tables, alone: dict[str, str], firms: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Of names (with their keys) that fit nobody: those much like one firm's, where both deal with a rare counterparty, and
    those that are one firm's without its legal form, where both stand on one paper: it is the firm's short name there.
    """
    near = _Near(firms)
    proposed = {name: firms[found] for name, key in alone.items() if (found := near.to(key))}
    dealings = _dealings(clean, {*proposed, *proposed.values()}) if proposed else {}
    told: dict[str, tuple[str, str]] = {}
    for name, firm in proposed.items():
        if shared := sorted(dealings[name] & dealings[firm]):
            told[name] = (firm, f"like name, and both deal with {shared[0]}")
    bare: defaultdict[str, set[str]] = defaultdict(set)
    for key, firm in firms.items():
        bare[_FORM.sub("", key)].add(firm)
    short = {
        name: next(iter(bare[key])) for name, key in alone.items() if name not in told and len(bare[key]) == 1
    }
    for name, firm in sorted(_together(clean, short)):
        told[name] = (firm, f"{SHORT}{firm}")
    return told


def _together(clean: Tables, proposed: dict[str, str]) -> list[tuple[str, str]]:
    """Of names with a firm each, those that stand on one paper with it."""
    if not proposed:
        return []
    pairs = pl.LazyFrame({"one": list(proposed), "other": list(proposed.values())})
    return list(
        _met(clean)
        .join(pairs, on=["one", "other"], how="semi")
        .unique()
        .collect(engine="streaming")
        .iter_rows()
    )


class _Near:
    """Which of many keys is most like one: only those with which it shares a rare pair of signs are compared."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._having: defaultdict[str, list[str]] = defaultdict(list)
        for key in sorted(keys):
            for pair in {"".join(two) for two in pairwise(key)}:
                self._having[pair].append(key)

    def to(self, key: str) -> str | None:
        """The key that is most like it, if any is alike enough."""
        having = [self._having.get("".join(two), []) for two in pairwise(key)]
        likely = sorted({one for keys in having if len(keys) <= _COMMON for one in keys})
        found = process.extractOne(key, likely, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return found[0] if found else None


def _dealings(clean: Tables, wanted: Collection[str]) -> defaultdict[str, set[str]]:
    """For some parties as written (identifier, else name): the counterparties that few others have."""
    pairs = _met(clean).unique()
    others = pairs.group_by("other").len().filter(pl.col("len") <= _RARE)
    rare = pairs.filter(pl.col("one").is_in(wanted)).join(others, on="other", how="semi")
    told: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in rare.collect(engine="streaming").iter_rows():
        told[one].add(other)
    return told


def _met(clean: Tables) -> pl.LazyFrame:
    """Who stands on one paper with whom, as written: one, other."""
    met = []
    for table in TABLES:
        written = [pl.coalesce(*filter(None, pair)) for pair in party_columns(table)]
        for one, other in permutations(written, 2):
            met.append(clean[table.name].lazy().select(one=one, other=other))
    return pl.concat(met).drop_nulls().filter(pl.col("one") != pl.col("other"))


def _replaced(
    frame: pl.DataFrame,
    ident: str | None,
    name: str | None,
    ids: dict[str, str],
    parties: dict[str, str],
) -> pl.DataFrame:
    """The table with the entity in its identifier's column; a name without such a column gets one, ``<name>_id``."""
    target = ident or f"{(name or '').removesuffix('_name')}_id"
    known = pl.col(ident) if ident else pl.lit(None, pl.String)
    if ids and ident:
        known = known.replace(ids)
    if name and parties:
        names = pl.col(name).replace_strict(parties, default=None, return_dtype=pl.String)
        known = pl.coalesce(known, names)
    return frame.with_columns(known.alias(target))


def _entities(
    told: Tables,
    mentions: pl.DataFrame,
    ids: dict[str, str],
    named: dict[str, tuple[str, str]],
    reasons: dict[str, str],
) -> pl.DataFrame:
    """A row for each entity: the registry's name, else the one written most often."""
    parties = {name: party for name, (party, _) in named.items()}
    written = mentions.with_columns(
        id=pl.coalesce(
            pl.col("id").replace(ids) if ids else pl.col("id"),
            pl.col("name").replace_strict(parties, default=None, return_dtype=pl.String),
        )
    )
    registry = (
        told["firms"]
        .select(id="firm", registered_name="firm_name")
        .unique("id", keep="first", maintain_order=True)
    )
    return (
        written.filter(pl.col("id").is_not_null())
        .sort("id", "times", "name", descending=[False, True, False], nulls_last=True)
        .group_by("id", maintain_order=True)
        .agg(written=pl.col("name").drop_nulls().first())
        .join(registry, on="id", how="left", maintain_order="left")
        .select(
            "id",
            name=pl.coalesce("registered_name", "written", "id"),
            how=pl.col("id").replace_strict(reasons, default="id", return_dtype=pl.String),
        )
    )
