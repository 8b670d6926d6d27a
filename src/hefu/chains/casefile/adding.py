"""What each indicator adds to the score of a case, the most first: for page, PDF and workbook alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hefu.chains.case import Case
from hefu.errors import Text

TITLE: Final = Text("各指标的加分和法律依据", "What each indicator adds, and its legal ground")
ADDS: Final = Text("加分", "Adds")
GROUND: Final = Text("法律依据", "Legal ground")
SLIGHT: Final = Text("其余各项, 太轻微, 不列为证据", "Others, too slight to be evidence")
NO_GROUND: Final = Text("无", "none")
_SHOWN: Final = 0.05
"""Points that do not round to nothing."""


@dataclass(frozen=True, slots=True)
class Added:
    """An indicator with the numbers of its rows; ``indicator`` is empty for all those together that have none. ``points``
    is ``None`` where the engine that made the case did not say.
    """

    indicator: str
    points: float | None
    ground: Text
    rows: tuple[int, ...]

    @property
    def figure(self) -> str:
        """The points as they are written."""
        return "–" if self.points is None else f"{self.points:.1f}"


def added(case: Case) -> list[Added]:
    """A row for each indicator and ground of the evidence, then one for what is too slight to be evidence."""
    rows: dict[tuple[str, Text], list[int]] = {}
    for one in case.evidence:
        rows.setdefault((one.indicator, one.ground), []).append(one.number)
    points = case.contributions
    told = [
        Added(code, points.get(code), ground if ground.zh else NO_GROUND, tuple(numbers))
        for (code, ground), numbers in rows.items()
    ]
    told.sort(key=lambda one: -(one.points or 0))
    slight = sum(more for code, more in points.items() if code not in {one.indicator for one in told})
    return [*told, Added("", slight, Text("", ""), ())] if slight >= _SHOWN else told


def about(case: Case) -> Text | None:
    """What the score is and is not; nothing where the engine that made the case did not say."""
    if not case.contributions:
        return None
    return Text(
        f"分值 {case.score:.1f}, 由下列各指标相加; 权重由模拟数据学得, 只用于排序和说明把握, 不是立案的理由。",
        f"The score is {case.score:.1f}, the sum of what these indicators add. The weights were learned on simulated trade;"
        " they order cases and say how sure one is; a weight is never the reason for a case.",
    )
