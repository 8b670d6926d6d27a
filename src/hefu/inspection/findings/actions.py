"""What a person would do next: the groups of a report, in the order in which they are told."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hefu.errors import Text


class Action(StrEnum):
    """The next step that clears a finding."""

    CORRECT = "correct"
    OBTAIN = "obtain"
    REISSUE = "reissue"
    SETTLE = "settle"
    WAIT = "wait"
    LOOK = "look"


TITLES: Final = {
    Action.CORRECT: Text("更正报关单", "correct the declaration"),
    Action.OBTAIN: Text("向税务机关申请证明", "apply to tax for a certificate"),
    Action.REISSUE: Text("请税务机关作废后重新开具", "have tax void the certificate and issue it anew"),
    Action.SETTLE: Text("理清单证之间的出入", "settle what the documents disagree on"),
    Action.WAIT: Text("等待, 或向海关查询", "wait, or ask customs"),
    Action.LOOK: Text("核对 (不影响放行)", "look at it (does not hold)"),
}
"""The groups in words."""

_CORRECTED: Final = (
    "certificate.number_form", "certificate.not_needed", "certificate.unknown", "declaration.differs",
    "declaration.ambiguous", "declaration.not_related", "item.withdrawn_in_part", "item.not_found", "item.none",
    "hs.differs", "hs.heading_differs", "hs.subheading_differs", "hs.not_in_force", "goods.name_differs",
    "unit.not_convertible", "quantity.exceeds_certificate", "party.holder_differs", "party.original_trader_differs",
    "party.owner_differs", "party.consignor_differs", "party.name_differs", "party.check_digit",
    "party.owner_check_digit", "party.declarant_check_digit", "mode.not_for_act", "mode.unknown", "origin.not_china",
    "date.before_export",
)  # fmt: skip
_OBTAINED: Final = (
    "certificate.missing", "certificate.used", "certificate.withdrawn", "certificate.for_agent", "purpose.differs",
    "item.not_covered", "principal.voided", "quantity.exceeds_goods",
)  # fmt: skip
_REISSUED: Final = (
    "hs.original_differs", "unit.not_of_export", "quantity.exceeds_export", "date.issued_after_act",
    "date.export_date_differs", "date.issued_before_export", "principal.unfit", "principal.goods_differ",
    "party.holder_check_digit", "original.amended_since", "quantity.exported_differs",
)  # fmt: skip
_WAITED: Final = (
    "certificate.reserved", "certificate.on_paper", "certificate.behind", "principal.unknown", "original.unknown",
    "original.not_in_force", "original.changing",
)  # fmt: skip

ACTION_OF: Final = {
    **dict.fromkeys(_CORRECTED, Action.CORRECT),
    **dict.fromkeys(_OBTAINED, Action.OBTAIN),
    **dict.fromkeys(_REISSUED, Action.REISSUE),
    **dict.fromkeys(_WAITED, Action.WAIT),
}
"""What to do about a finding that blocks, by code; what warns is looked at."""


def action_of(code: str, severity: str) -> Action:
    """What a person would do next about a finding of the comparison."""
    return ACTION_OF.get(code, Action.CORRECT) if severity == "block" else Action.LOOK
