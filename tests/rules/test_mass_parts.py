"""Among very many pairs the plain ones stand apart: what counts in one unit is neither converted nor summed."""

from __future__ import annotations

import polars as pl

from hefu.rules.case import Case
from hefu.rules.mass.heads import tell
from hefu.rules.mass.pairing import paired_rows
from hefu.rules.mass.rows import head_rows, index, pair_rows
from hefu.rules.mass.tables import tables_of
from tests.builders import EXPORT, certificate, item, line
from tests.rules.pairs import DEFAULT, pair, several
from tests.rules.test_mass import own, plain_cases


def _parts(cases: list[Case]) -> list[pl.DataFrame]:
    tables = tables_of(cases)
    told = tell(tables, DEFAULT)
    rows = index(paired_rows(told, tables), told)
    heads, belongs = head_rows(rows, told)
    heads = heads.having({"act"})
    return [one.frame for one in pair_rows(rows, belongs, heads, told, tables)]


def _odd() -> list[Case]:
    """Cases that count in several units, or in which lines or goods are shared."""
    tons = [line(unit="吨", quantity="0.02")]
    shared = [item(item=n, first={"quantity": "50", "unit": "011"}) for n in (1, 2)]
    named = {"certificates": [{"number": "N1"}]}
    halves = [certificate(number=name, lines=[line(quantity="50")]) for name in ("N1", "N2")]
    cases = [
        pair(cert={"number": "N1", "lines": tons}, decl=named, goods_left={}),
        pair(cert={"number": "N1"}, decl=named, goods_left={(EXPORT, 1): (10**5, "035")}),
        pair(
            cert={"number": "N1"},
            decl=named,
            shipped={"items": [item(first={"quantity": "1", "unit": "036"})]},
        ),
        pair(cert={"number": "N1"}, decl={**named, "items": shared}, goods_left={}),
        several(halves, goods_left={}),
    ]
    return [own(case, seed) for seed, case in enumerate(cases, 100)]


def test_what_counts_in_one_unit_and_shares_nothing_stands_apart_and_is_not_converted() -> None:
    plain, odd = plain_cases(), _odd()
    (alone,) = _parts(plain)
    assert "line_size" not in alone.columns
    for case in odd:
        (apart,) = _parts([case])
        assert "line_size" in apart.columns
    easy, hard = _parts([*odd[:2], *plain, *odd[2:]])
    assert "line_size" not in easy.columns
    assert easy.height == alone.height
    assert hard.get_column("case").n_unique() == len(odd)
