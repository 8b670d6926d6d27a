"""What people read of a dossier, wherever they read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hefu.errors import Text
from hefu.procedures.dossier.answer import Dossier
from hefu.procedures.dossier.deadlines import Deadline, State
from hefu.procedures.dossier.kinds import CHANGES, TRADES
from hefu.procedures.dossier.required import Presence

STATES: Final[Mapping[State, Text]] = {
    State.DONE: Text("已完成", "done"),
    State.OPEN: Text("未到期", "open"),
    State.SOON: Text("即将到期", "soon"),
    State.OVERDUE: Text("已逾期", "overdue"),
    State.PASSED: Text("已过", "passed"),
}
PRESENCES: Final[Mapping[Presence, Text]] = {
    Presence.PRESENT: Text("齐", "there"),
    Presence.MISSING: Text("缺", "missing"),
    Presence.LATER: Text("尚有时间", "has time"),
}
SEVERITIES: Final = {
    "block": Text("须处理", "blocks"),
    "warn": Text("提醒", "warns"),
    "info": Text("提示", "tells"),
}
ASSUMED: Final = Text("推定", "assumption")
_NEXT_CLAIM: Final = Text("随下次申报", "with the next claim")
_LATE: Final = Text("逾期完成", "done late")


def kind(one: Dossier) -> Text:
    """The kind of a shipment."""
    told = [TRADES[one.nature.trade], *(CHANGES[change] for change in one.nature.changes)]
    return Text(", ".join(text.zh for text in told), ", ".join(text.en for text in told))


def exported(one: Dossier) -> Text:
    """When it was exported."""
    told = one.shipment.exported
    if told is None:
        return Text("尚未出口", "not exported yet")
    return Text(f"出口 {told[0]}", f"exported {told[0]}")


def day(one: Deadline) -> Text:
    """The last day of a deadline, or what it comes with."""
    return Text(str(one.day), str(one.day)) if one.day else _NEXT_CLAIM


def remarks(one: Deadline) -> list[Text]:
    """What is worth a word beside a deadline: done late, done in part, a weekend."""
    told = [_LATE] if one.late else []
    if one.note is not None:
        told.append(one.note)
    if one.act_by != one.day:
        told.append(
            Text(f"逢周末, 宜在 {one.act_by} 前办 (推定)", f"a weekend, act by {one.act_by} (assumption)")
        )
    return told
