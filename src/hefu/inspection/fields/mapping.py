"""Saved mappings: which of our column titles is which field, where the titles do not say so themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hefu import errors
from hefu.errors import HefuError, Problem, Text
from hefu.inspection.fields.fields import FIELDS, Paper
from hefu.inspection.fields.titles import folded

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
