"""Measures kept up to date one at a time say what the same measure over everything says."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.chains.gate.measures import SAMPLE, Peers, Prices, Spread, Standing


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60), st.data())
def test_a_spread_is_the_entropy_of_what_it_holds(classes: list[str], data: st.DataObject) -> None:
    spread = Spread()
    for one in classes:
        spread.change(one, 1)
    gone = data.draw(st.integers(0, len(classes) - 1))
    for one in classes[:gone]:
        spread.change(one, -1)
    counts = Counter(classes[gone:])
    n = counts.total()
    assert spread.n == n
    assert spread.entropy == pytest.approx(-sum(c / n * math.log2(c / n) for c in counts.values()), abs=1e-9)


def test_the_line_through_peers_is_that_of_least_squares() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 5.0, 8.0], "y": [1.1, 1.9, 3.2, 4.8, 8.3]})
    peers = Peers()
    peers.change(100.0, 7.0, 1)
    for x, y in frame.iter_rows():
        peers.change(x, y, 1)
    peers.change(100.0, 7.0, -1)
    slope, mean_x, mean_y = frame.select(
        pl.cov("x", "y") / pl.col("x").var(),
        pl.col("x").mean().alias("x mean"),
        pl.col("y").mean().alias("mean"),
    ).row(0)
    usual, stray = peers.usual(4.0)
    assert usual == pytest.approx(mean_y + slope * (4.0 - mean_x))
    rest = [y - (mean_y + slope * (x - mean_x)) for x, y in frame.iter_rows()]
    assert stray == pytest.approx(math.sqrt(sum(one * one for one in rest) / len(rest)))


def test_a_firm_stands_among_its_peers_once_it_has_enough_papers_and_leaves_without_a_trace() -> None:
    peers, one = Peers(), Standing()
    for which in range(30):
        one.spread.change(which, 1)
        one.renew(peers, 10)
        assert peers.n == (which >= 9)
    one.leave()
    assert peers.n == 0


def test_prices_are_the_last_ones_and_no_older_than_half_a_year() -> None:
    prices = Prices()
    for day in range(3 * SAMPLE):
        prices.add(day % 7, float(day * 37 % 101), f"T{day % 5}")
    last = [float(day * 37 % 101) for day in range(2 * SAMPLE, 3 * SAMPLE)]
    assert prices.n == SAMPLE
    assert prices.middle == sorted(last)[SAMPLE // 2]
    assert prices.middle == pytest.approx(median(last), abs=2)
    assert prices.traders == 5
    prices.add(400, 1.0, "T")
    assert (prices.n, prices.middle, prices.spread) == (1, 1.0, 0.0)
