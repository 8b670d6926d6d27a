"""Time and memory beside networkx on the same graph, each in a process of its own so that its peak can be read."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

import polars as pl

EDGES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and peak memory in MiB, of which ``base`` stood before the graph was built."""

    who: str
    edges: int
    seconds: float
    peak: float
    base: float


def graph(edges: int = EDGES) -> pl.DataFrame:
    """A heavy-tailed random graph with a fourth as many nodes as edges, as in the reference on risk, §5.2."""
    dice = random.Random(5)
    nodes = edges // 4
    one = [int(nodes ** dice.random()) for _ in range(edges)]
    other = [int(nodes * dice.random()) for _ in range(edges)]
    return pl.DataFrame({"one": one, "other": other}).select(pl.format("91{}", pl.all()).name.keep())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(who: str, edges: int = EDGES) -> Cost:
    """Components of the graph by ``hefu`` or ``networkx``, in this process."""
    pairs = graph(edges)
    if who == "networkx":
        import networkx as nx  # noqa: PLC0415 - only the process that measures it may hold it

        base, start = _peak(), time.process_time()
        made = nx.Graph()
        made.add_edges_from(pairs.iter_rows())
        sum(1 for _ in nx.connected_components(made))
    else:
        from hefu.chains.graphs import components  # noqa: PLC0415 - as above

        base, start = _peak(), time.process_time()
        components(pairs)
    return Cost(who, edges, time.process_time() - start, _peak(), base)


def side_by_side(edges: int = EDGES) -> list[Cost]:
    """Both, one after the other."""
    made = []
    for who in ("hefu", "networkx"):
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.chains.cost", who, str(edges)],
            capture_output=True,
            text=True,
            check=True,
        )
        _, count, seconds, peak, base = told.stdout.split()
        made.append(Cost(who, int(count), float(seconds), float(peak), float(base)))
    return made


if __name__ == "__main__":
    one = measured(sys.argv[1], int(sys.argv[2]))
    print(one.who, one.edges, one.seconds, one.peak, one.base)
