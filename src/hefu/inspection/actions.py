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
