"""Where everything of a chain drawing stands: boxes in columns, links as curves between them, labels in slots of their own.

Pure geometry in pixels, the same for every language, page and PDF; the same case always gives the same drawing.

Each column of boxes has a gutter at its right. A gutter has three strips: labels of lines that end in the column at its
left, curves, labels of lines that end in the column at its right. Every line leaves and enters a box in a slot of its own,
as high as a label, so no label can meet another or a box. A line that passes over a column does so in the tracks between
the bands, where there are no boxes. Lines may cross; they run through no box and through no label but their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from hefu.chains.case import Case
from hefu.chains.casefile.folding import PLACES, Drawn, Joined, Picture, picture

BOX_WIDTH: Final = 156
BOX_HEIGHT: Final = 70
SLOT: Final = 34
"""Height that a line has at the side of a box."""
LABEL_WIDTH: Final = 104
LABEL_HEIGHT: Final = 28
ARROW: Final = 11
"""Length of the tip of a line, between its label and the box."""
CAPTION: Final = 22
"""Height at the top of a band in which its name stands."""
_STUB: Final = 14
_CURVES: Final = (60, 120)
_BETWEEN: Final = 14
_TRACK: Final = 14
_MARGIN: Final = 14
_LEAST_WIDTH: Final = 720
_LANES: Final = ("invoices", "papers", "goods", "control", "money")


class Level(IntEnum):
    """What lies above what. Lines that pass a column do so in one of the two tracks."""

    INVOICES = 0
    UPPER = 1
    GOODS = 2
    LOWER = 3
    MONEY = 4


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    def meets(self, other: Rect) -> bool:
        """Whether the two share some area."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]
"""A cubic Bézier curve: start, two handles, end. A straight piece has its handles on its ends."""


@dataclass(frozen=True, slots=True)
class Box:
    """A party, or a fold of parties, in its place."""

    what: Drawn
    at: Rect


@dataclass(frozen=True, slots=True)
class Line:
    """A link in its place: curves from box to box, its label, and the tip where it ends with the way that it points."""

    what: Joined
    path: tuple[Curve, ...]
    label: Rect
    tip: Point
    heading: int  # 1 to the right, -1 to the left


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole drawing. ``bands`` are named by what lies in them, and lie under everything."""

    picture: Picture
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    bands: tuple[tuple[str, Rect], ...]


@dataclass(slots=True)
class _Run:
    """A line while it is laid: which side of each box it leaves and enters, and on which track it passes columns."""

    what: Joined
    leaves_right: bool
    enters_right: bool
    track: Level | None
    at_track: int = 0


@dataclass(slots=True)
class _Grid:
    """Boxes by column and level; the runs at each side of each box, from above to below."""

    boxes: tuple[Drawn, ...]
    column: list[int]
    level: list[Level]
    runs: list[_Run]
    sides: dict[tuple[int, bool], list[tuple[_Run, bool]]] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max(self.column, default=0) + 1

    def height(self, box: int) -> float:
        """A box is as high as the fuller of its sides."""
        slots = max(len(self.sides.get((box, right), ())) for right in (False, True))
        return max(BOX_HEIGHT, slots * SLOT + 8)

    def tracks(self, level: Level) -> int:
        """How many tracks there are at a level."""
        return max((run.at_track + 1 for run in self.runs if run.track is level), default=0)


@dataclass(frozen=True, slots=True)
class _Gutter:
    """The room at the right of a column: curves lie between ``left`` and ``right``, labels outside of that."""

    left: float
    right: float


def lay_out(case: Case) -> Layout:
    """The drawing of a case."""
    drawn = picture(case)
    grid = _grid(drawn)
    tops, track_tops, bands, height = _levels(grid)
    columns, gutters, width = _across(grid)
    rects = [Rect(columns[grid.column[at]], top, BOX_WIDTH, grid.height(at)) for at, top in enumerate(tops)]
    lines = [_line(grid, run, rects, gutters, track_tops) for run in grid.runs]
    return Layout(
        drawn,
        width,
        height,
        tuple(Box(one, at) for one, at in zip(drawn.boxes, rects, strict=True)),
        tuple(lines),
        tuple((name, Rect(0, top, width, bottom - top)) for name, top, bottom in bands),
    )


def _grid(drawn: Picture) -> _Grid:
    places = [PLACES[one.role] for one in drawn.boxes]
    used = sorted({column for _, column in places})
    column = [used.index(at) for _, at in places]
    level = [Level[band.upper()] for band, _ in places]
    runs = []
    for one in drawn.lines:
        way = column[one.target] - column[one.source]
        passes = abs(way) > 1
        track = (Level.LOWER if one.lane == "money" else Level.UPPER) if passes else None
        runs.append(_Run(one, way >= 0, way <= 0, track))
    grid = _Grid(drawn.boxes, column, level, runs)
    _take_slots(grid)
    for track in (Level.UPPER, Level.LOWER):
        _take_tracks(grid, [run for run in runs if run.track is track])
    return grid


def _take_slots(grid: _Grid) -> None:
    """Order the runs at each side by where they come from or go to, so that they cross little."""

    def order(held: tuple[_Run, bool]) -> tuple[int, int, int, int]:
        run, leaves = held
        other = run.what.target if leaves else run.what.source
        level = grid.level[other] if run.track is None else run.track
        lane = _LANES.index(run.what.lane) if run.what.lane in _LANES else 1
        return level, other, lane, run.what.links[0]

    for run in grid.runs:
        grid.sides.setdefault((run.what.source, run.leaves_right), []).append((run, True))
        grid.sides.setdefault((run.what.target, run.enters_right), []).append((run, False))
    for held in grid.sides.values():
        held.sort(key=order)


def _take_tracks(grid: _Grid, runs: Iterable[_Run]) -> None:
    """The shortest nearest to the goods; runs share a track where they pass no column together. Of equal ones, the upper
    box has the upper track, so that they do not cross.
    """
    taken: list[list[tuple[int, int]]] = []
    spans: list[tuple[int, int, _Run]] = []
    for run in runs:
        first, last = sorted((grid.column[run.what.source], grid.column[run.what.target]))
        spans.append((first, last, run))

    def order(span: tuple[int, int, _Run]) -> tuple[int, int, int]:
        first, last, run = span
        way = -1 if run.track is Level.UPPER else 1
        return last - first, way * min(run.what.source, run.what.target), way * run.what.links[0]

    for first, last, run in sorted(spans, key=order):
        at = next(
            (at for at, held in enumerate(taken) if all(last <= a or b <= first for a, b in held)), len(taken)
        )
        if at == len(taken):
            taken.append([])
        taken[at].append((first, last))
        run.at_track = at


def _levels(
    grid: _Grid,
) -> tuple[list[float], dict[Level, float], list[tuple[str, float, float]], float]:
    """The top of each box, of each kind of track, the bands, and the whole height."""
    tops = [0.0] * len(grid.boxes)
    track_tops: dict[Level, float] = {}
    bands: list[tuple[str, float, float]] = []
    y = 0.0

    def tracks(level: Level, at: float) -> float:
        track_tops[level] = at
        return at + grid.tracks(level) * _TRACK

    def boxes(level: Level, at: float) -> float:
        cells: dict[int, list[int]] = {}
        for box, here in enumerate(grid.level):
            if here is level:
                cells.setdefault(grid.column[box], []).append(box)
        heights = {
            column: sum(map(grid.height, cell)) + _BETWEEN * (len(cell) - 1) for column, cell in cells.items()
        }
        most = max(heights.values(), default=0.0)
        for column, cell in cells.items():
            top = at + (most - heights[column]) / 2
            for box in cell:
                tops[box] = top
                top += grid.height(box) + _BETWEEN
        return at + most

    has = set(grid.level)
    if Level.INVOICES in has:
        bottom = tracks(Level.UPPER, boxes(Level.INVOICES, y + CAPTION) + _MARGIN) + _MARGIN / 2
        bands.append(("invoices", y, bottom))
        y = bottom
        bottom = boxes(Level.GOODS, y + CAPTION) + _MARGIN
    else:
        bottom = boxes(Level.GOODS, tracks(Level.UPPER, y + CAPTION) + _MARGIN / 2) + _MARGIN
    bands.append(("goods", y, bottom))
    y = bottom
    if Level.MONEY in has or grid.tracks(Level.LOWER):
        bottom = boxes(Level.MONEY, tracks(Level.LOWER, y + CAPTION) + _MARGIN / 2) + _MARGIN
        bands.append(("money", y, bottom))
        y = bottom
    return tops, track_tops, bands, y


def _across(grid: _Grid) -> tuple[list[float], list[_Gutter], float]:
    """The left side of each column, its gutter, and the whole width."""
    with_label = LABEL_WIDTH + ARROW + 2 * 3
    columns: list[float] = []
    gutters: list[_Gutter] = []
    x = float(_MARGIN)
    for column in range(grid.columns):
        columns.append(x)
        x += BOX_WIDTH
        ends_left = [run for run in grid.runs if run.enters_right and grid.column[run.what.target] == column]
        ends_right = [
            run for run in grid.runs if not run.enters_right and grid.column[run.what.target] == column + 1
        ]
        last = column == grid.columns - 1
        if last and not ends_left:
            gutters.append(_Gutter(x, x))
            break
        left = x + (with_label if ends_left else _STUB)
        right = left + min(_CURVES[1], _CURVES[0] + 4 * (len(ends_left) + len(ends_right)))
        gutters.append(_Gutter(left, right))
        x = right + (0 if last else with_label if ends_right else _STUB)
    width = x + _MARGIN
    spare = max(0.0, _LEAST_WIDTH - width) / 2
    return (
        [one + spare for one in columns],
        [_Gutter(one.left + spare, one.right + spare) for one in gutters],
        width + 2 * spare,
    )


def _line(
    grid: _Grid, run: _Run, rects: list[Rect], gutters: list[_Gutter], track_tops: dict[Level, float]
) -> Line:
    source, target = run.what.source, run.what.target
    start, leave = _port(grid, run, source, rects[source], gutters, leaves=True)
    tip, enter = _port(grid, run, target, rects[target], gutters, leaves=False)
    pieces = [_straight(start, leave)]
    if run.track is not None:
        tracks = grid.tracks(run.track)
        nearest = tracks - 1 - run.at_track if run.track is Level.UPPER else run.at_track
        y = track_tops[run.track] + _TRACK * (nearest + 0.5)
        one, other = (
            _gutter(grid, gutters, source, run.leaves_right),
            _gutter(grid, gutters, target, run.enters_right),
        )
        up = (one.right if run.leaves_right else one.left, y)
        down = (other.right if run.enters_right else other.left, y)
        pieces += [_bend(leave, up), _straight(up, down), _bend(down, enter)]
    elif run.leaves_right and run.enters_right:
        gutter = gutters[grid.column[source]]
        out = gutter.left + (gutter.right - gutter.left) * 1.25
        pieces.append((leave, (out, leave[1]), (out, enter[1]), enter))
    else:
        pieces.append(_bend(leave, enter))
    pieces.append(_straight(enter, tip))
    side = tip[0] + ARROW + 3 if run.enters_right else tip[0] - ARROW - 3 - LABEL_WIDTH
    label = Rect(side, tip[1] - LABEL_HEIGHT / 2, LABEL_WIDTH, LABEL_HEIGHT)
    return Line(run.what, tuple(pieces), label, tip, -1 if run.enters_right else 1)


def _gutter(grid: _Grid, gutters: list[_Gutter], box: int, right: bool) -> _Gutter:
    return gutters[grid.column[box] - (0 if right else 1)]


def _port(
    grid: _Grid, run: _Run, box: int, rect: Rect, gutters: list[_Gutter], *, leaves: bool
) -> tuple[Point, Point]:
    """Where a run touches a box, and where its straight piece there meets its curve."""
    right = run.leaves_right if leaves else run.enters_right
    held = grid.sides[box, right]
    at = next(at for at, (one, way) in enumerate(held) if one is run and way is leaves)
    y = rect.y + (rect.height - len(held) * SLOT) / 2 + SLOT * (at + 0.5)
    gutter = _gutter(grid, gutters, box, right)
    return (
        (rect.right if right else rect.x, y),
        (gutter.left if right else gutter.right, y),
    )


def _straight(a: Point, b: Point) -> Curve:
    return a, a, b, b


def _bend(a: Point, b: Point) -> Curve:
    middle = (a[0] + b[0]) / 2
    return a, (middle, a[1]), (middle, b[1]), b
