"""Texts with separators: every encoding, every separator, quotes as people and programs write them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hefu.inspection.sheets import csv_sheets
from hefu.inspection.sources import encodings
from hefu.inspection.sources.bounds import Limits
from tests.inspection.reading import Rows, opened, read, refusal, rows

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"]
SEPARATORS = [",", ";", "\t", "|"]
HEAD = ["证明编号", "商品名称", "数量"]


def written(
    table: list[list[str]], separator: str, quoting: int = csv.QUOTE_MINIMAL, end: str = "\r\n"
) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end).writerows(table)  # type: ignore[arg-type]
    return out.getvalue()


def expected(table: list[list[str]]) -> Rows:
    told: Rows = {}
    for number, row in enumerate(table, 1):
        cells = [cell.strip() or None for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            told[number] = cells
    return told


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.csv"


@pytest.fixture(params=[7, 64, 1 << 20])
def small_pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are cut anywhere."""
    monkeypatch.setattr(encodings, "PIECE", request.param)
    monkeypatch.setattr(encodings, "FIRST", max(request.param, 200))


# --- encodings and separators ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_encoding_separator_and_line_end(encoding: str, separator: str, end: str, path: Path) -> None:
    table = [HEAD, ["CK1", "棉制针织T恤衫", "12.5"], ["CK2", "裤", "3"]]
    path.write_bytes(written(table, separator, end=end).encode(encoding))
    assert read(path) == expected(table)


CELLS = st.text(
    st.one_of(st.sampled_from('" ,;\t|\n\r\'=“，。'), st.characters(codec="gb18030", exclude_categories=["Cc", "Cs", "Co"])),
    max_size=12,
)  # fmt: skip


@pytest.mark.usefixtures("small_pieces")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    table=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=9),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    separator=st.sampled_from(SEPARATORS),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@example(
    table=[["a", '"'], ["", '""\n"']], encoding="gb18030", separator=",", quoting=csv.QUOTE_ALL, end="\r\n"
)
def test_any_table_comes_back_the_same(
    table: list[list[str]], encoding: str, separator: str, quoting: int, end: str, tmp_path: Path
) -> None:
    head = ["证明编号", "名称", "数量", "单位", "备注"]
    if quoting == csv.QUOTE_MINIMAL:  # the writer leaves a bare CR without quotes, and that ends a record
        table = [[cell.replace("\r", "") for cell in row] for row in table]
    table = [head] * 10 + table  # enough to see what it is
    path = tmp_path / "x.csv"
    path.write_bytes(written(table, separator, quoting, end).encode(encoding))
    assert read(path) == expected(table)


@pytest.mark.usefixtures("small_pieces")
@given(table=st.lists(st.lists(st.text("ab\"' ", max_size=4), min_size=1, max_size=4), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_quotes_within_a_cell_are_plain_signs(table: list[list[str]], tmp_path: Path) -> None:
    table = [["a", "b", "c", "d"], *([f"x{cell}" for cell in row] for row in table)]
    path = tmp_path / "x.csv"
    path.write_text("".join(",".join(row) + "\n" for row in table))
    assert read(path) == expected(table)


def test_the_encoding_is_decided_where_it_first_matters(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "FIRST", 30)
    monkeypatch.setattr(encodings, "PIECE", 64)
    table = [["a", "b"], *[["1", "2"]] * 200, ["棉", "布"], *[["3", "4"]] * 50]
    for encoding in ("utf-8", "gb18030"):
        path.write_bytes(written(table, ",").encode(encoding))
        assert read(path) == expected(table)


WORDS = [
    ("证", "gb18030"),
    ("联通", "gb18030"),
    ("棉", "gb18030"),
    *((w, "utf-8") for w in ("证", "联通", "é", "·", "Привет")),
]


@pytest.mark.parametrize(("word", "encoding"), WORDS)
def test_few_signs_beyond_ascii_are_enough(word: str, encoding: str, path: Path) -> None:
    path.write_bytes(f"a,b\n{word},1\n".encode(encoding))
    assert read(path) == {1: ["a", "b"], 2: [word, "1"]}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("编号,名称\n1,棉\n2,".encode() + b"\xff\xfe" + ",裤\n".encode(), "3"),
        ("编号,名称\n1,棉\n2,".encode("gb18030") + b"\xff\xff" + ",裤\n".encode("gb18030"), "3"),
        ("编号,名称\n1,棉".encode()[:-1], "2"),
        (b"\xff\xfe" + "a,b\n1,2\n".encode("utf-16-le") + b"\x00\xd8\x41\x00", "3"),
    ],
    ids=["utf-8", "gb18030", "cut off", "utf-16"],
)
def test_a_byte_that_does_not_fit_is_told_with_its_line(data: bytes, place: str, path: Path) -> None:
    path.write_bytes(data)
    assert refusal(path) == ("inspection.encoding", place)


@pytest.mark.parametrize("data", [b"a,b\n1,\x002\n", "编号,b\n1,2\n".encode("utf-16-le")])
def test_nul_bytes_are_refused(data: bytes, path: Path) -> None:
    path.write_bytes(data)
    assert refusal(path)[0] == "document.nul_byte"


def test_separators_are_found_by_what_parts_the_records(path: Path) -> None:
    for text, first in (
        ("出口货物证明清单\n\n编号;数量\nA;1,5\nB;2,5\n", ["编号", "数量"]),
        ("编号,证明\n1,A;B;C\n2,D;E;F\n3,G;H;I\n", ["1", "A;B;C"]),
        ('"a,b";"c,d"\n"e,f";"g,h"\n', ["e,f", "g,h"]),
        ("一, 二, 三\nx|y\nz|w\n", ["x", "y"]),
    ):
        path.write_text(text, encoding="utf-8")
        assert first in read(path).values()


# --- shapes ------------------------------------------------------------------------------------------------


def test_no_cell_of_a_ragged_row_is_lost(path: Path) -> None:
    path.write_bytes(b"list\n\na,b,c\n1,2,3,4,5\n6\n\n,,7\n")
    assert read(path) == {
        1: ["list"],
        3: ["a", "b", "c"],
        4: ["1", "2", "3", "4", "5"],
        5: ["6"],
        7: [None, None, "7"],
    }


@pytest.mark.usefixtures("small_pieces")
def test_a_row_wider_than_all_before_widens_the_sheet(path: Path) -> None:
    table = [["a", "b"], *[["1", "2"]] * 500, ["1", "2", "3"], *[["4", "5"]] * 50]
    path.write_text(written(table, ","))
    assert read(path) == expected(table)


def test_blocks_are_as_long_as_asked_and_start_anew(path: Path) -> None:
    table = [["a", "b"], *([str(number), "x"] for number in range(25))]
    path.write_text(written(table, ","))
    [sheet] = opened(path)
    assert [block.height for block in sheet.blocks(10)] == [10, 10, 6]
    assert rows(sheet, 7) == rows(sheet) == expected(table)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("wrong", ['1,"2\n3,4\n', '1,"2"3\n', '1,"2\n3,"4"\n'])
def test_quotes_that_do_not_pair_are_told_with_their_line(wrong: str, path: Path) -> None:
    path.write_text("a,b\n" * 20 + wrong + "5,6\n" * 20)
    assert refusal(path) == ("inspection.quote", "21")


def test_a_record_without_an_end_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "PIECE", 4096)
    monkeypatch.setattr(encodings, "FIRST", 4096)
    monkeypatch.setattr(csv_sheets, "_LONGEST", 10_000)
    path.write_text("a,b\n" + "x" * 30_000)
    assert refusal(path) == ("inspection.record", "2")


def test_sizes_are_bounded(path: Path) -> None:
    path.write_text("a,b\n1," + "x" * 101 + "\n")
    assert refusal(path, Limits(cell=100)) == ("inspection.too_much", "2:2")
    assert read(path, Limits(cell=101))
    path.write_text("a,b\n" + "," * 10**6)
    assert refusal(path)[0] == "inspection.too_much"
    path.write_text("a,b\n" * 11)
    assert refusal(path, Limits(rows=10))[0] == "inspection.too_much"
