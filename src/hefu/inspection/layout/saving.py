"""How columns were read, written as a mapping file that a person may correct and give back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tomli_w

from hefu import errors
from hefu.files import whole
from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.mapping import WRONG
from hefu.inspection.fields.titles import called, folded
from hefu.inspection.layout.layout import Layout


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
