"""Plots drawn on the server: where in a picture of fixed size each bar, line and band goes. Nothing here knows words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from hefu.documents.fields import SHANGHAI

WIDTH: Final = 560
HEIGHT: Final = 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 10, 12, 28
_TICKS: Final = 4
_ROW: Final = 26

Values = Sequence[float | None]
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick of an axis: where, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A bar or a band; ``row`` is the row of the band."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a path; a value without neighbours is a dot of it."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The stretches of time that a plot goes over."""

    start: datetime
    step: timedelta
    many: int

    @property
    def end(self) -> datetime:
        """When the last stretch ends."""
        return self.start + self.step * self.many

    def x(self, at: datetime) -> float:
        """Where a moment is, within the picture."""
        share = (at - self.start) / (self.end - self.start)
        return round(_LEFT + min(1.0, max(0.0, share)) * (WIDTH - _LEFT - _RIGHT), 1)

    def marks(self) -> list[Mark]:
        """Clock times of Shanghai along the foot, six parts of the window."""
        part = (self.end - self.start) / 6
        moments = [self.start + part * place for place in range(1, 6)]
        return [Mark(self.x(one), f"{one.astimezone(SHANGHAI):%H:%M}") for one in moments]


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture: axes, bars, lines, bands."""

    xs: list[Mark]
    ys: list[Mark]
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    foot: int = HEIGHT - _BOTTOM


def bars(axis: Axis, stacks: Sequence[tuple[str, Values]]) -> Plot:
    """Bars from zero, stacked in the order given."""
    sums = [sum(values[place] or 0 for _, values in stacks) for place in range(axis.many)]
    scale, ys = _linear(max(sums, default=0))
    boxes: list[Box] = []
    for place in range(axis.many):
        x, ends = axis.x(axis.start + axis.step * place), axis.x(axis.start + axis.step * (place + 1))
        below = 0.0
        for kind, values in stacks:
            value = values[place] or 0
            if value:
                top, foot = scale(below + value), scale(below)
                boxes.append(
                    Box(x, top, round(max(1.0, ends - x - 1), 1), round(max(1.0, foot - top), 1), kind)
                )
                below += value
    return Plot(axis.marks(), ys, boxes)


def lines(axis: Axis, series: Sequence[tuple[str, Values]], *, logarithmic: bool = False) -> Plot:
    """Lines through the middle of each stretch, broken where there is no value."""
    known = [one for _, values in series for one in values if one is not None]
    scale, ys = _powers(known) if logarithmic else _linear(max(known, default=0))
    return Plot(axis.marks(), ys, lines=[Line(_path(axis, values, scale), kind) for kind, values in series])


def bands(axis: Axis, rows: Sequence[Sequence[tuple[datetime, datetime, str]]]) -> Plot:
    """Bands of time, a row for each thing; what is short is still wide enough to be seen."""
    boxes = [
        Box(
            axis.x(since),
            _TOP + row * _ROW,
            max(3.0, round(axis.x(until) - axis.x(since), 1)),
            _ROW - 8,
            kind,
            row,
        )
        for row, own in enumerate(rows)
        for since, until, kind in own
    ]
    height = _TOP + _ROW * len(rows) + _BOTTOM
    return Plot(axis.marks(), [], boxes, height=height, foot=height - _BOTTOM)


def _path(axis: Axis, values: Values, scale: Scale) -> str:
    told: list[str] = []
    is_drawing = False
    for place, value in enumerate(values):
        if value is None:
            is_drawing = False
            continue
        x, y = axis.x(axis.start + axis.step * (place + 0.5)), scale(value)
        told.append(f"{'L' if is_drawing else 'M'}{x} {y}" + ("" if is_drawing else "h0"))
        is_drawing = True
    return "".join(told)


def _linear(highest: float) -> tuple[Scale, list[Mark]]:
    """From zero to a round number; whole ticks while the numbers are small."""
    rough = (highest or 1) / _TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= rough)
    step = max(1.0, step) if highest >= 1 or not highest else step
    top = step * math.ceil(max(highest, step) / step)

    def scale(value: float) -> float:
        return round(HEIGHT - _BOTTOM - value / top * (HEIGHT - _BOTTOM - _TOP), 1)

    count = round(top / step)
    return scale, [Mark(scale(step * one), f"{step * one:,.10g}") for one in range(count + 1)]


def _powers(known: Sequence[float]) -> tuple[Scale, list[Mark]]:
    """Powers of ten of a second, from a hundredth or below the least, so that both a moment and an hour can be read."""
    least, highest = (min(known), max(known)) if known else (0.01, 1.0)
    low = min(-2, math.floor(math.log10(max(least, 0.001))))
    high = max(low + 2, 1, math.ceil(math.log10(max(highest, 0.001))))

    def scale(value: float) -> float:
        share = (math.log10(max(value, 10.0**low)) - low) / (high - low)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP), 1)

    return scale, [Mark(scale(10.0**one), _seconds(one)) for one in range(low, high + 1)]


def _seconds(power: int) -> str:
    return f"{10 ** (power + 3):,} ms" if power < 0 else f"{10**power:,} s"
