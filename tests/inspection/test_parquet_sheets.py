"""Parquet: every type that has one text, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hefu.errors import HefuError
from hefu.inspection.sheets.opening import sheets
from hefu.inspection.sources.bounds import Limits
from hefu.inspection.sources.finding import Source
from tests.inspection.reading import opened, read, refusal, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.parquet"


def test_each_type_as_text(path: Path) -> None:
    made = {
        "文本": pl.Series([" a ", "", None]),
        "i": pl.Series([530120260000000001, -1, None]),
        "u": pl.Series([2**64 - 1, 0, None], dtype=pl.UInt64),
        "d": pl.Series([Decimal("1.50"), Decimal("-0.01"), None], dtype=pl.Decimal(20, 5)),
        "f": pl.Series([0.1 + 0.2, 1e17, None]),
        "f32": pl.Series([0.1, 12.5, None], dtype=pl.Float32),
        "day": pl.Series([date(2026, 1, 5), date(1999, 12, 31), None]),
        "at": pl.Series(["2026-01-05 00:00:00", "2026-01-05 12:30:00", None]).str.to_datetime(),
        "zone": pl.Series([datetime(2026, 1, 5, 20, tzinfo=UTC), datetime(2026, 1, 5, 16, tzinfo=UTC), None]),
        "time": pl.Series([time(1, 2, 3), time(0), None]),
        "b": pl.Series([True, False, None]),
        "c": pl.Series(["x", "y", None], dtype=pl.Categorical),
        "none": pl.Series([None, None, None]),
    }
    pl.DataFrame(made).write_parquet(path)
    assert read(path) == {
        1: list(made),
        2: ["a", "530120260000000001", "18446744073709551615", "1.50000", "0.3", "0.1",
            "2026-01-05", "2026-01-05", "2026-01-06 04:00:00", "01:02:03", "TRUE", "x"],
        3: [None, "-1", "0", "-0.01000", "1.00000000000000E+17", "12.5", "1999-12-31", "2026-01-05 12:30:00",
            "2026-01-06", "00:00:00", "FALSE", "y"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "column",
    [pl.Series([[1]]), pl.Series([{"a": 1}]), pl.Series([b"x"]), pl.Series([timedelta(1)])],
    ids=["list", "struct", "binary", "duration"],
)
def test_what_has_no_text_is_refused_by_name(column: pl.Series, path: Path) -> None:
    pl.DataFrame({"a": [1], "货物": column}).write_parquet(path)
    assert refusal(path) == ("inspection.column_type", "货物")


def test_row_groups_follow_each_other(path: Path) -> None:
    pl.DataFrame({"n": range(1000)}).write_parquet(path, row_group_size=64)
    [sheet] = opened(path)
    assert [block.height for block in sheet.blocks(300)] == [1, 300, 300, 300, 100]
    assert rows(sheet, 300) == {1: ["n"], **{number + 2: [str(number)] for number in range(1000)}}


def test_damage_is_told(path: Path) -> None:
    pl.DataFrame({"n": range(1000)}).write_parquet(path)
    whole = path.read_bytes()
    for data in (whole[:-9], whole[:200], b"PAR1" + bytes(100), whole[:4] + b"\xff" * 300 + whole[304:]):
        path.write_bytes(data)
        assert refusal(path)[0] == "inspection.broken"


def test_sizes_are_bounded(path: Path) -> None:
    pl.DataFrame({str(n): [1] * 30 for n in range(20)}).write_parquet(path)
    assert refusal(path, Limits(columns=19))[0] == "inspection.too_much"
    assert refusal(path, Limits(rows=29))[0] == "inspection.too_much"
    assert read(path, Limits(columns=20, rows=30))


@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_damage_never_ends_the_process(flips: list[tuple[float, int]], path: Path) -> None:
    pl.DataFrame({"a": ["x", "y"] * 50, "b": [1.5, None] * 50}).write_parquet(path)
    data = bytearray(path.read_bytes())
    for at, value in flips:
        data[4 + int(at * (len(data) - 4))] = value
    path.write_bytes(data)
    for one in sheets(Source("x", path, "parquet", len(data))):
        if not isinstance(one, HefuError):
            assert sum(block.height for block in one.blocks())
