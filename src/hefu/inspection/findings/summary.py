"""An inspection on one screen: what was read, what would happen, what to do next; for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hefu.errors import Text
from hefu.inspection.findings.actions import TITLES, Action
from hefu.inspection.findings.result import Inspection, with_names

col = pl.col

SHOWN: Final = 10
"""Rows of a list on a terminal."""
PAPERS: Final = {
    "certificate": Text("证明", "certificates"),
    "declaration": Text("报关单", "declarations"),
    "invoice": Text("发票", "invoices"),
    "agreement": Text("代理协议", "agreements"),
}
STATUSES: Final = {
    "matched": Text("相符", "matched"),
    "held": Text("报关单会被扣留", "declaration held"),
    "unused": Text("未使用", "unused"),
    "used": Text("已使用", "used"),
    "voided": Text("已作废", "voided"),
    "several": Text("多份报关单", "on several declarations"),
    "over_covered": Text("货物重复", "goods covered twice"),
    "lapsing": Text("即将到期", "about to lapse"),
    "lapsed": Text("已过期", "lapsed"),
}
NOTHING: Final = Text(
    "没有可核验的单证: 给出证明和报关单的文件或文件夹, 样例见 samples/inspection",
    "nothing to inspect: give files or folders of certificates and declarations, see samples/inspection",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A file or sheet, or, where there are many, all of a paper: how many rows it has, and what became of them."""

    file: Text
    sheet: str
    paper: Text
    rows: int
    judged: int
    refused: int


@dataclass(frozen=True, slots=True)
class Told:
    """Something about a place in the files."""

    place: str
    text: Text


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as one line and its cure."""

    severity: str
    number: str
    money: str
    code: str
    message: Text
    remedy: Text


@dataclass(frozen=True, slots=True)
class Group:
    """Findings after which a person would do the same, the largest money first; ``many`` of them on ``papers``."""

    title: Text
    many: int
    papers: int
    first: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What one screen says of an inspection; lists hold their first rows."""

    files: tuple[Row, ...]
    total: Row
    refusals: tuple[Told, ...]
    refused: int
    unknown: tuple[Told, ...]
    assumptions: tuple[Text, ...]
    is_empty: bool
    sound: bool
    outcomes: Text
    certificates: Text | None
    groups: tuple[Group, ...]
    rules: Text


def summary(answer: Inspection, shown: int = SHOWN) -> Summary:
    """The summary of an inspection, with lists of at most ``shown`` rows."""
    total = answer.files.select(pl.sum("rows", "judged", "refused")).row(0)
    return Summary(
        files=tuple(_files(answer, shown)),
        total=Row(Text("合计", "total"), "", Text("", ""), *total),
        refusals=tuple(_refusals(answer, shown)),
        refused=answer.refusals.height,
        unknown=tuple(_unknown(answer, shown)),
        assumptions=tuple(Text(*one) for one in answer.assumptions),
        is_empty=answer.declarations.is_empty() and answer.certificates.is_empty(),
        sound=answer.sound,
        outcomes=_outcomes(answer),
        certificates=_certificates(answer),
        groups=tuple(_groups(answer, shown)),
        rules=Text(
            f"规则集 {answer.ruleset} ({answer.ruleset_hash[:23]}…)",
            f"rule set {answer.ruleset} ({answer.ruleset_hash[:23]}…)",
        ),
    )


def _files(answer: Inspection, shown: int) -> list[Row]:
    """Each file or sheet, or where there are many, each paper."""
    many = answer.files.height > 2 * shown
    told = answer.files.group_by("paper", maintain_order=True).agg(
        pl.len().alias("file"), pl.lit("").alias("sheet"), pl.sum("rows", "judged", "refused")
    )
    return [
        Row(
            Text(f"{one['file']} 个文件", f"{one['file']} files") if many else Text(one["file"], one["file"]),
            one["sheet"],
            PAPERS.get(one["paper"], Text("", "")),
            one["rows"],
            one["judged"],
            one["refused"],
        )
        for one in (told if many else answer.files).iter_rows(named=True)
    ]


def _refusals(answer: Inspection, shown: int) -> list[Told]:
    """What could not be read, each with place and rule."""
    told = []
    for one in with_names(answer, answer.refusals.head(shown), "field").iter_rows(named=True):
        row = str(one["row"]) if one["row"] else ""
        place = " ".join(filter(None, (one["file"], one["sheet"], one["cell"] or row)))
        value = f"{one['value']!r}: " if one["value"] else ""
        zh, en = one["title"] or one["field_zh"], one["title"] or one["field_en"]
        told.append(
            Told(
                place,
                Text(f"{zh} {value}{one['rule_zh']}".strip(), f"{en} {value}{one['rule_en']}".strip()),
            )
        )
    return told


def _unknown(answer: Inspection, shown: int) -> list[Told]:
    """Columns that are not known, each with the nearest field."""
    told = []
    columns = answer.columns.filter(col("field") == "").head(shown)
    for one in with_names(answer, columns, "suggested").iter_rows(named=True):
        near = Text("", "")
        if one["suggested"]:
            near = Text(f", 最接近 {one['suggested_zh']}", f", nearest is {one['suggested_en']}")
        told.append(
            Told(
                " ".join(filter(None, (one["file"], one["sheet"]))),
                Text(
                    f"未识别的列 {one['column']} {one['title']}{near.zh}",
                    f"column {one['column']} {one['title']} is not known{near.en}",
                ),
            )
        )
    return told


def _outcomes(answer: Inspection) -> Text:
    counts = dict(answer.declarations.group_by("outcome").len().iter_rows())
    many, held, clears = answer.declarations.height, counts.get("held", 0), counts.get("clears", 0)
    rest = many - held - clears
    return Text(
        f"{many} 份报关单: {clears} 份可通过, {held} 份会被扣留, {rest} 份不需要证明",
        f"{many} declaration{'s' if many != 1 else ''}: {clears} would clear, {held} would be held, {rest} need no certificate",
    )


def _certificates(answer: Inspection) -> Text | None:
    states = answer.certificates.group_by("status", maintain_order=True).len().sort("len", descending=True)
    if states.is_empty():
        return None
    zh, en = (
        ", ".join(f"{STATUSES[status][language]} {many}" for status, many in states.iter_rows())
        for language in (0, 1)
    )
    many = answer.certificates.height
    return Text(f"{many} 份证明: {zh}", f"{many} certificates: {en}")


def _groups(answer: Inspection, shown: int) -> list[Group]:
    told = []
    for action in Action:
        group = answer.findings.filter(col("action") == action.value)
        if not group.is_empty():
            papers = group.select(pl.struct("declaration", "certificate").n_unique()).item()
            first = tuple(_finding(one) for one in group.head(shown).iter_rows(named=True))
            told.append(Group(TITLES[action], group.height, papers, first))
    return told


def _finding(one: dict[str, Any]) -> Finding:
    return Finding(
        one["severity"],
        one["declaration"] or one["certificate"] or "",
        f"USD {one['usd']:,.2f}" if one["usd"] is not None else "",
        one["code"],
        Text(one["message_zh"] or "", one["message_en"] or ""),
        Text(one["remedy_zh"] or "", one["remedy_en"] or ""),
    )
