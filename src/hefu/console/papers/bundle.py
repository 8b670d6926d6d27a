"""A bundle of papers that somebody gave to be looked through, and how far that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import orjson

from hefu import errors
from hefu.errors import Text

UNKNOWN: Final = errors.kind(
    "papers.unknown",
    http=404,
    message=Text("没有这批单证: {value}", "there are no such papers: {value}"),
    cure=Text(
        "单证到期删除, 节点停止和启动时也删除; 需要时重新交来",
        "papers are deleted when their time is over and when the node stops or starts; give them again",
    ),
)
TOO_MANY: Final = errors.kind(
    "papers.too_many",
    http=409,
    message=Text(
        "已有 {value} 批单证, 最多 {limit} 批", "there are {value} bundles of papers, the most is {limit}"
    ),
    cure=Text("先删除一批", "delete one first"),
)
NONE_GIVEN: Final = errors.kind(
    "papers.none",
    http=422,
    message=Text("没有选择文件", "no file was chosen"),
    cure=Text("选择文件或把文件夹拖进来, 再提交", "choose files or drag a folder in, and send it then"),
)
TOO_LARGE: Final = errors.kind(
    "papers.too_large",
    http=413,
    message=Text("{what_zh}超过上限 {limit}", "{what_en}: more than {limit}"),
    cure=Text(
        "分几次交来, 或缩小文件 (扫描件降低分辨率); 大量单证用命令行: hefu inspect, hefu dossier",
        "give it in parts, or smaller (a scan at a lower resolution); very many papers on the command line: hefu inspect, hefu dossier",
    ),
)
CUT_OFF: Final = errors.kind(
    "papers.cut_off",
    http=400,
    message=Text("上传的内容不完整或格式不对: {value}", "what was sent is cut off or malformed: {value}"),
    cure=Text("检查网络后重新上传", "check the network and send it again"),
)
NO_ROOM: Final = errors.kind(
    "papers.no_room",
    http=507,
    exit_code=3,
    message=Text("节点磁盘空间不足", "the node's disk is nearly full"),
    cure=Text("请运行人员清理磁盘; 或用命令行自查", "ask the operator to make room; or use the command line"),
)
DIED: Final = errors.kind(
    "papers.died",
    http=422,
    exit_code=3,
    message=Text(
        "没有处理完: 在 {seconds} 秒和 {limit} 内存内没有结束",
        "not finished: it did not end within {seconds} seconds and {limit} of memory",
    ),
    cure=Text(
        "拆成较小的几批; 很大的量用命令行: hefu inspect, hefu dossier",
        "give it in smaller parts; for very much use the command line: hefu inspect, hefu dossier",
    ),
)


INSPECTION: Final = "inspections"
DOSSIER: Final = "dossiers"
"""What is done with papers, as addresses name it."""
MEMORY: Final = 8 << 30
"""Bytes of address space of the process that does it."""


class State(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Bundle:
    """Papers of one ``owner`` (the digest of a token) in a folder of their own: ``given/`` as they came, ``made/`` what
    was written about them. ``kind`` says what is done with them, ``options`` how. ``step`` is done to ``done`` of ``size``
    (0: not known).
    """

    id: str
    owner: str
    kind: str
    path: Path
    language: str
    given_at: datetime
    expires_at: datetime
    options: Mapping[str, str] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    state: State = State.WAITING
    step: str = ""
    done: int = 0
    size: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def given(self) -> Path:
        """Where the papers lie, under the names that their owner knows."""
        return self.path / "given"

    @property
    def made(self) -> Path:
        """Where the reports lie."""
        return self.path / "made"

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def mark(self) -> tuple[object, ...]:
        """What changes when there is something new to show."""
        return self.state, self.step, self.done, self.size

    def told(self, name: str) -> Any:
        """What was found, from one of the files of ``made``."""
        return orjson.loads((self.made / f"{name}.json").read_bytes())
