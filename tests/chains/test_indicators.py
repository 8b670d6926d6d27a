"""What holds for every indicator."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from hefu.chains.analyse import evidence
from hefu.chains.facts import Facts
from hefu.chains.indicators import Indicator, indicators
from hefu.chains.parties import resolve
from hefu.chains.reading import read
from hefu.chains.tables import TABLES
from hefu.chains.telling import PATTERNS
from tests.chains.builders import AS_OF, tables

ALL = indicators()
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SLOT = re.compile(r"\{(\w+)\}")
_PROTECTED = re.compile(r"birth|age$|nationality|gender|sex|religion|ethnic|年龄|出生|国籍|性别|民族")


def test_there_are_enough_of_every_group() -> None:
    assert len(ALL) >= 50
    assert {one.row[0] for one in ALL} == set("ABCDEFG")
    assert len({one.code for one in ALL}) == len(ALL)


@pytest.mark.parametrize("rule", ALL, ids=lambda one: one.code)
def test_an_indicator_speaks_both_languages_and_names_ground_and_source(rule: Indicator) -> None:
    for text in (rule.title, rule.says, rule.innocent, rule.clears, rule.ground):
        assert _CHINESE.search(text.zh), text
        assert text.en
        assert not _CHINESE.search(text.en), text
        assert set(_SLOT.findall(text.zh)) <= {"party", "other", "value", "against"}
    assert set(_SLOT.findall(rule.says.zh)) == set(_SLOT.findall(rule.says.en))
    assert rule.pattern in PATTERNS
    assert 0 < rule.weight <= 3
    assert set(rule.inputs) <= {one.letter for one in TABLES}
    for one in rule.thresholds.values():
        assert re.match(r"reference|assumption|physics", one.source), one


@pytest.mark.parametrize("rule", ALL, ids=lambda one: one.code)
def test_an_indicator_is_quiet_where_nothing_is(rule: Indicator) -> None:
    assert not rule.hits(Facts(resolve(tables()), AS_OF)).height


def test_every_indicator_has_its_own_tests() -> None:
    told = "\n".join(one.read_text(encoding="utf-8") for one in Path(__file__).parent.glob("test_*.py"))
    missing = [one.code for one in ALL if f'"{one.code.removeprefix("chains.")}"' not in told]
    assert not missing


def test_protected_traits_are_in_no_table_so_in_no_rule() -> None:
    names = [text for table in TABLES for one in table.columns for text in (one.name, one.title.zh)]
    assert not [one for one in names if _PROTECTED.search(one)]


@pytest.mark.parametrize("page", ["chains.md", "chains.zh.md"])
def test_the_guide_lists_every_indicator_and_table(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    for rule in ALL:
        title = rule.title.zh if page.endswith(".zh.md") else rule.title.en
        assert (
            f"| `{rule.code.removeprefix('chains.')}` | {rule.row} | {''.join(rule.inputs)} | {title} |"
            in text
        )
    for table in TABLES:
        assert f"| `{table.name}` | {table.letter} |" in text


SAMPLES = read([Path(__file__).parents[2] / "samples" / "chains"]).tables


@pytest.mark.parametrize("column", ["fob", "amount", "basis", "quantity", "purchase"])
def test_sums_of_nothing_are_no_error_and_pass_no_threshold(column: str) -> None:
    zero = pl.lit(0).cast(pl.Int64).alias(column)
    told = {
        name: frame.with_columns(zero) if column in frame.columns else frame
        for name, frame in SAMPLES.items()
    }
    values = evidence(told, AS_OF).hits["value"]
    assert not values.str.contains(r"\b(?:nan|inf)\b").any()


def test_no_table_needs_the_columns_that_may_be_missing() -> None:
    told = {
        table.name: SAMPLES[table.name].with_columns(
            pl.lit(None).cast(one.dtype).alias(one.name) for one in table.columns if not one.needed
        )
        for table in TABLES
    }
    assert evidence(told, AS_OF).hits.schema["party"] == pl.String
