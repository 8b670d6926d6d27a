"""What it means when two rows of a stream differ: under way, forgotten, lost, or changed behind the program's back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hefu.errors import Text
from hefu.protocol.records import Side
from hefu.protocol.recovery.records import Divergence
from hefu.protocol.recovery.rows import Row

CODES: Final[Mapping[str, Text]] = {
    "stream.forgotten": Text(
        "{stream}: 本方忘记了自己说过的话 (对方已采用, 本方没有记录)",
        "{stream}: this side has forgotten what it said, and the other has applied it",
    ),
    "stream.forgotten_there": Text(
        "{stream}: 对方忘记了它说过的话, 由对方找回",
        "{stream}: the other side has forgotten what it said, and takes it back itself",
    ),
    "stream.lost_there": Text(
        "{stream}: 对方签收过的报文, 现在没有了; 重新发送",
        "{stream}: messages that the other side has receipted are not there any more; they are sent again",
    ),
    "stream.lost": Text(
        "{stream}: 本方签收过的报文, 现在没有了; 由对方重新发送",
        "{stream}: messages that this side has receipted are not here any more; the other sends them again",
    ),
    "content.missing": Text(
        "{stream}: 一方缺少单证内容",
        "{stream}: the document (certificate, or export declaration) is missing at one side",
    ),
    "content.differs": Text(
        "{stream}: 单证内容不同", "{stream}: the document (certificate, or export declaration) differs"
    ),
    "use.differs": Text("{stream}: 使用状态不同", "{stream}: the use of the certificate differs"),
    "own.document": Text(
        "{stream}: 存档单证与其摘要不符", "{stream}: the document on record is not what its digest says"
    ),
    "own.index": Text(
        "{stream}: 按出口报关单查找证明的索引缺失",
        "{stream}: the index that finds the certificate by its export declaration has lost it",
    ),
    "own.use": Text(
        "{stream}: 证明的占用与报关单的记载不符",
        "{stream}: who holds the certificate, and what declarations draw on, contradict each other",
    ),
    "own.account": Text(
        "{stream}: 货物账与其单证不符",
        "{stream}: the account of these goods is not what its papers add up to",
    ),
    "own.cover": Text(
        "{stream}: 证明对货物的占用与证明不符",
        "{stream}: what the certificate covers is not what it says, or it is not in force",
    ),
    "own.claim": Text(
        "{stream}: 退税明细与申报不符", "{stream}: lines of the refund are not what the paper says"
    ),
    "own.paper": Text(
        "{stream}: 纸质证明的登记与两名关员的决定不符",
        "{stream}: the paper is not bound as its two officers have decided",
    ),
    "own.journal": Text(
        "{stream}: 现状与日志不符, 或日志缺少条目",
        "{stream}: its state is not what the journal ends with, or entries of the journal are missing",
    ),
    "own.words": Text(
        "{stream}: 本方发出的报文缺少或被改动", "{stream}: messages of this side are missing or were changed"
    ),
}
"""Every kind of divergence."""

_HEALING: Final = ("stream.forgotten_there", "stream.lost")
"""What the other side heals."""


def code_of(side: Side, mine: Row, theirs: Row) -> str | None:
    """Why the rows differ, from the point of view of ``side``; ``None`` if they say the same, or messages under way or set
    aside explain it.
    """
    if mine.facts == theirs.facts or mine.aside or theirs.aside:
        return None
    sent = (mine.issued, theirs.issued) if side is Side.TAX else (mine.answered, theirs.answered)
    come = (mine.answered, theirs.answered) if side is Side.TAX else (mine.issued, theirs.issued)
    if sent[1] > sent[0]:
        return "stream.forgotten"
    if come[0] > come[1]:
        return "stream.forgotten_there"
    if sent[0] - sent[1] > mine.open:
        return "stream.lost_there"
    if come[1] - come[0] > theirs.open:
        return "stream.lost"
    if sent[0] != sent[1] or come[0] != come[1]:
        return None
    if not mine.content or not theirs.content:
        return "content.missing"
    return "content.differs" if mine.content != theirs.content else "use.differs"


def is_healed_there(code: str) -> bool:
    """Whether the other side heals it when it reconciles."""
    return code in _HEALING


def summary(divergence: Divergence) -> dict[str, Any]:
    """A divergence for machines, in words as well."""
    text = CODES[divergence.code]
    return {
        "divergence": divergence.number,
        "code": divergence.code,
        "stream": divergence.stream,
        "mine": divergence.mine,
        "theirs": divergence.theirs,
        "done": divergence.done,
        "state": divergence.state,
        "at": divergence.at.isoformat(),
        "message": {
            "zh": text.zh.format(stream=divergence.stream),
            "en": text.en.format(stream=divergence.stream),
        },
    }
