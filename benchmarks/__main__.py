"""``python -m benchmarks``: every figure side by side with what it is measured against."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from itertools import count

import orjson
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import desk, gate, latency, pairs
from benchmarks.measure import Bar, Row
from tests.simulation.histories import run


def simulation(seconds: float = 10) -> Row:
    """Two-node histories a minute in this one process, checked after every step."""
    run(0)
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        done += 1
        run(done)
    rate = 60 * done / (time.perf_counter() - start)
    return Row(
        what="simulation, one core",
        against="the bar of DESIGN §8",
        unit="histories/min",
        ours=rate,
        theirs=1000,
        ratio=rate / 1000,
        bar=Bar(1, at_least=True),
        rounds=1,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each pair (default 5)")
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    chosen = parser.parse_args()
    console = Console(stderr=chosen.json, width=None if sys.stdout.isatty() else 150)
    rows: list[Row] = []

    def measured(name: str, measure: Callable[[], Row]) -> Row:
        with console.status(name):
            rows.append(measure())
        return rows[-1]

    try:
        measured("gate against bare SQL", lambda: gate.against_bare_sql(chosen.rounds))
        measured("gate with the score", lambda: gate.with_the_score(chosen.rounds))
        numbers = count(1)
        with gate.nodes() as home:
            single = measured(
                "single requests", lambda: latency.single_requests(home, numbers, chosen.rounds)
            )
            measured("half rate", lambda: latency.at_half_rate(home, numbers, single.ours, chosen.rounds))
            measured("sync lag", lambda: latency.sync_lag(home, numbers, chosen.rounds))
            measured(
                "gate against the plain service",
                lambda: gate.against_plain_service(home, numbers, min(3, chosen.rounds)),
            )
        measured("a million pairs", lambda: pairs.against_bare_polars(chosen.rounds))
        with desk.files(desk.SLICE) as folder:
            measured(
                "a million pairs beside DataComPy",
                lambda: desk.against_datacompy(folder, min(3, chosen.rounds)),
            )
            small = desk.inspected(folder)
        with console.status("ten million pairs"):
            rows += desk.ten_million(small)
        measured("simulation", simulation)
    finally:  # what was measured is told, whatever fails after it
        _tell(rows, console, as_json=chosen.json)
    return 0


def _tell(rows: list[Row], console: Console, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps([row.as_json() for row in rows], option=orjson.OPT_INDENT_2).decode())
        return
    table = Table(
        title=f"{os.cpu_count()} cores, Python {platform.python_version()}, medians", box=box.SIMPLE
    )
    for name in ("what", "against"):
        table.add_column(name, overflow="fold")
    for name in ("hefu", "other", "unit", "ratio", "bar", ""):
        table.add_column(name, justify="left" if name == "unit" else "right", no_wrap=True)
    for row in rows:
        bar, met = (str(row.bar), row.bar.met_by(row.ratio)) if row.bar else ("", True)
        table.add_row(
            row.what, row.against, f"{row.ours:,.4g}", f"{row.theirs:,.4g}", row.unit, f"{row.ratio:.2f}",
            bar, "✓" if met else "short",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
