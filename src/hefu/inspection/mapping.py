"""Saved mappings: which of our column titles is which field, where the titles do not say so themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from hefu import errors
from hefu.errors import HefuError, Problem, Text
from hefu.files import whole
from hefu.inspection.fields import FIELDS, Paper
from hefu.inspection.titles import called, folded

if TYPE_CHECKING:
    from hefu.inspection.layout import Layout

WRONG = errors.kind(
    "inspection.mapping",
    http=422,
    message=Text("{file}: {place}: {value}: {rule_zh}", "{file}: {place}: {value}: {rule_en}"),
    cure=Text(
        '每个单证一节, 如 [certificate], 每行 "列名" = "字段"; 可用 --save-mapping 得到样例',
        'a section a paper, such as [certificate], and lines "title" = "field"; --save-mapping writes an example',
    ),
)
IGNORED = ""
"""What a title is mapped to that is to be left out."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Folded titles to fields, by paper; to :data:`IGNORED` where a column is to be left out."""

    fields: Dictionary[Paper, Dictionary[str, str]] = field(default_factory=dict)

    def of(self, paper: Paper, title: str) -> str | None:
        """The field that a title is mapped to, if it is."""
        return self.fields.get(paper, {}).get(folded(title))


def load(file: Path) -> Mapping:
    """Read a mapping file. Raises ``inspection.mapping`` with everything that is wrong with it."""
    try:
        told = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        errors.fail(
            WRONG,
            file=str(file),
            value=error.strerror or str(error),
            rule_zh="读不了",
            rule_en="cannot be read",
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        errors.fail(WRONG, file=str(file), value=str(error), rule_zh="不是 TOML", rule_en="is no TOML")
    fields: dict[Paper, dict[str, str]] = {}
    wrong: list[Problem] = []
    for section, rows in told.items():
        if section not in set(Paper) or not isinstance(rows, dict):
            wrong.append(_problem(file, section, "", "没有这种单证", "there is no such paper"))
            continue
        paper = Paper(section)
        known = {one.name for one in FIELDS[paper]} | {IGNORED}
        for title, name in rows.items():
            before = fields.get(paper, {}).get(folded(title), name)
            if before != name:
                wrong.append(
                    _problem(file, f"{section}.{title}", name, f"已指定为 {before}", f"is already {before}")
                )
            elif not isinstance(name, str) or name not in known:
                wrong.append(
                    _problem(file, f"{section}.{title}", name, "没有这个字段", "there is no such field")
                )
            else:
                fields.setdefault(paper, {})[folded(title)] = name
    if wrong:
        raise HefuError(*wrong)
    return Mapping(fields)


def _problem(file: Path, place: str, value: Any, zh: str, en: str) -> Problem:
    return Problem(
        WRONG, place=place, value=str(value), file=str(file), details={"rule_zh": zh, "rule_en": en}
    )


def _meant(layouts: Sequence[Layout]) -> dict[str, dict[str, str]]:
    """Titles, each with the fields that its columns are (empty: none) and the nearest field of such a column."""
    told: dict[str, tuple[str, dict[str, str]]] = {}
    for one in layouts:
        for row in one.columns():
            _, meant = told.setdefault(folded(row["title"]), (row["title"], {}))
            meant[row["field"]] = row["suggested"]
    return dict(told.values())


def save(layouts: Sequence[Layout], file: Path) -> None:
    """Write how the columns were read; what was not recognised is a comment with the nearest field. The file appears
    whole or not at all.
    """
    lines = [
        '# 列名 = 字段; 空字段 ("") 表示忽略该列。title = field; an empty field leaves the column out.',
    ]
    for paper in Paper:
        told = [one for one in layouts if one.paper is paper]
        if not told:
            continue
        lines += ["", f"[{paper.value}]"]
        for title, meant in _meant(told).items():
            name = next(iter(meant)) or meant[""]
            is_sure = (
                len(meant) == 1 and "" not in meant
            )  # columns of one title that differ: no mapping tells them apart
            line = tomli_w.dumps({title: name}).strip().replace("\n", " ")
            lines.append(line if is_sure else f"# {line}")
        lines.append(
            "# 字段 fields: "
            + ", ".join(f"{one.name} ({called(paper, one.name).zh})" for one in FIELDS[paper])
        )
    try:
        with whole(file) as part:
            part.write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        errors.fail(
            WRONG,
            file=str(file),
            value=error.strerror or str(error),
            rule_zh="写不了",
            rule_en="cannot be written",
        )
