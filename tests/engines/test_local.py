"""However the documents are cut into buckets, the answer is that of all in one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from hefu.engines.local import tables_in
from hefu.engines.shelves import Shelves
from hefu.rules.mass.judge import judge
from hefu.rules.mass.tables import Tables, tables_of
from tests.rules.pairs import DEFAULT
from tests.rules.test_mass import _cases, _said

KEYS = {
    "declarations": "declaration",
    "items": "declaration",
    "references": "declaration",
    "certificates": "certificate",
    "lines": "certificate",
    "standings": "certificate",
    "exports": "export",
    "goods": "export",
}


def shelved(tables: Tables, folder: Path, buckets: int) -> Shelves:
    shelves = Shelves(folder, buckets)
    for name, key in KEYS.items():
        shelves.put(name, getattr(tables, name), key)
    return shelves


def _merged(tables: Tables) -> Tables:
    """An export declaration stands once, as one that is judged too: what desks have."""
    heads = tables.declarations.sort("judged", descending=True, maintain_order=True)
    heads = heads.unique("declaration", keep="first", maintain_order=True)
    return Tables(heads, *(getattr(tables, name) for name in Tables.__slots__[1:]))


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_cut_into_buckets_the_same_is_said(tmp_path: Path, buckets: int) -> None:
    tables = _merged(tables_of(_cases(range(400))))
    parts = [judge(one, DEFAULT) for one in tables_in(shelved(tables, tmp_path, buckets))]
    whole = judge(tables, DEFAULT)
    told: Counter[object] = Counter()
    for part in parts:
        told.update(_said(part))
    assert told == _said(whole)
    assert len(told) > 100
    assert sum(part.pairs for part in parts) == whole.pairs
    verdicts = pl.concat([part.verdicts for part in parts]).sort("declaration")
    assert verdicts.equals(whole.verdicts.sort("declaration"))


def test_every_bucket_holds_only_its_share(tmp_path: Path) -> None:
    tables = _merged(tables_of(_cases(range(400))))
    shares = [one.declarations.filter("judged").height for one in tables_in(shelved(tables, tmp_path, 4))]
    assert sum(shares) == tables.declarations.filter("judged").height
    assert max(shares) < sum(shares) / 2


def test_rows_keep_the_order_in_which_they_came(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path, 3)
    rows = pl.DataFrame({"key": ["a", "b", "a", "c"] * 50, "place": range(200)})
    for start in (0, 100):
        shelves.put("rows", rows.slice(start, 100), "key")
    taken = [shelves.take("rows", bucket, rows.schema) for bucket in range(3)]
    assert sum(part.height for part in taken) == 200
    for part in taken:
        assert part.get_column("place").is_sorted()
    by_key = [set(part.get_column("key")) for part in taken]
    assert sum(map(len, by_key)) == 3


def test_an_empty_shelf_has_the_columns_asked_for(tmp_path: Path) -> None:
    for buckets in (1, 2):
        empty = Shelves(tmp_path, buckets).take("rows", 0, {"key": pl.String})
        assert empty.schema == pl.Schema({"key": pl.String})
        assert empty.height == 0
