"""Plots: everything inside the picture, zero at the foot, round ticks, broken lines."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from hefu.console import plots
from hefu.console.language import Language
from hefu.console.plots import HEIGHT, WIDTH, Axis

START = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
AXIS = Axis(START, timedelta(minutes=15), 96)


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


@pytest.mark.parametrize("highest", [0, 0.04, 0.5, 1, 3, 7, 99, 12345])
def test_bars_stand_on_the_foot_inside_the_picture(highest: float) -> None:
    values = [highest * place / 95 for place in range(96)]
    plot = plots.bars(AXIS, [("fits", values), ("holds", values)])
    for one in plot.boxes:
        assert plot.left <= one.x
        assert one.x + one.width <= WIDTH
        assert one.y >= 0
        assert one.y + one.height <= plot.foot + 1
    assert plot.ys[0].text == "0"
    assert len(plot.ys) <= 6
    assert all(0 < one.at < HEIGHT for one in plot.ys)


def test_counts_have_whole_ticks() -> None:
    assert [one.text for one in plots.lines(AXIS, [("aside", [3.0])]).ys] == ["0", "1", "2", "3"]
    assert [one.text for one in plots.lines(AXIS, [("aside", [None, 0])]).ys] == ["0", "1"]


def test_a_line_is_broken_where_nothing_is_known() -> None:
    (line,) = plots.lines(AXIS, [("p50", [0.1, 0.2, None, 0.3])], logarithmic=True).lines
    assert (line.path.count("M"), line.path.count("L")) == (2, 1)


@pytest.mark.parametrize("values", [[], [None], [0.0], [-0.2, 0.004], [0.02, 5000.0]])
def test_seconds_of_any_size_are_drawn_inside(values: list[float | None]) -> None:
    plot = plots.lines(AXIS, [("p99", values)], logarithmic=True)
    for x, y in points(plot.lines[0].path):
        assert plot.left <= x <= plot.right
        assert 0 <= y <= plot.foot
    assert {"10 ms", "100 ms", "1 s"} <= {one.text for one in plot.ys}


def test_bands_are_cut_at_the_edges_and_never_too_small_to_see() -> None:
    hour = timedelta(hours=1)
    rows = [[(START - hour, START + hour, "outage")], [], [(START + hour, START + hour, "same")]]
    plot = plots.bands(AXIS, rows)
    assert plot.boxes[0].x == plot.left
    assert plot.boxes[1].width >= 3
    assert [one.row for one in plot.boxes] == [0, 2]


def test_the_foot_tells_the_time_of_shanghai() -> None:
    assert [one.text for one in AXIS.marks()] == ["04:00", "08:00", "12:00", "16:00", "20:00"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.0312, "31 ms"),
        (-0.2, "-200 ms"),
        (1.234, "1.2 s"),
        (59.0, "59 s"),
        (600, "10 min"),
        (86400, "24 h"),
    ],
)
def test_a_duration_is_said_in_the_unit_that_fits(seconds: float | None, said: str) -> None:
    assert Language("en").duration(seconds) == said
