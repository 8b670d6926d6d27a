"""Files to rows: what is judged, what is refused, and that nothing is lost between."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.result import Inspection
from hefu.inspection.inspect import inspect
from hefu.inspection.papers.reading import Given
from hefu.rules.policy import Policy
from tests.inspection.make_samples import FOLDER

TITLES = ("证明编号", "商品代码", "计量单位", "数量", "用途", "持有人统一社会信用代码")
ROWS = tuple((f"CK{at}", "6109100000", "件", "100", "出口", "91110000101623741K") for at in range(1, 4))


def _inspected(*paths: Path, paper: Paper | None = None, buckets: int | None = None) -> Inspection:
    return inspect([Given(list(paths), paper)], Policy(), buckets=buckets).answer


def _csv(file: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", sep: str = ",") -> Path:
    file.write_bytes("\r\n".join(sep.join(row) for row in rows).encode(encoding))
    return file


def _adds_up(told: Inspection) -> None:
    for one in told.files.iter_rows(named=True):
        assert one["rows"] == one["judged"] + one["refused"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sep", [",", ";", "\t"])
def test_a_list_is_read_in_every_encoding(tmp_path: Path, encoding: str, sep: str) -> None:
    told = _inspected(_csv(tmp_path / "list.csv", (TITLES, *ROWS), encoding, sep))
    assert told.certificates["certificate"].to_list() == ["CK1", "CK2", "CK3"]
    assert told.files["rows"].to_list() == [3]
    _adds_up(told)


def test_refused_rows_are_counted_and_placed(tmp_path: Path) -> None:
    broken = ("CK9", "61", "件", "abc", "出口", "91110000101623741K")
    told = _inspected(_csv(tmp_path / "list.csv", (("清单",), TITLES, *ROWS, broken)))
    assert told.files.select("rows", "judged", "refused").row(0) == (4, 3, 1)
    assert set(told.refusals["cell"]) == {"B6", "D6"}
    assert not told.sound


def test_sums_are_told_and_not_counted(tmp_path: Path) -> None:
    told = _inspected(_csv(tmp_path / "list.csv", (TITLES, *ROWS, ("合计", "", "", "300"))))
    assert told.files["rows"].to_list() == [3]
    assert any("1 rows are sums" in en for _, en in told.assumptions)


@pytest.mark.parametrize(
    "note",
    [
        ("注：以上证明均未使用",),
        ("注1：2026年3月开具",),
        ("经办人：张三", "", "审核：李四"),
        ("制表：王五", "", "", "日期：2026-03-20"),
        ("制表人", "王五"),
        ("Remarks: goods of March",),
        ("Prepared by: Zhang",),
        ("（备注：以上均为出口）",),
        ("", "", "第 1 页 共 3 页"),
        ("共 3 条",),
        ("本表由系统导出，仅供参考",),
        ("合计：3 份",),
    ],
)
def test_a_note_below_a_list_is_told_and_not_refused(tmp_path: Path, note: tuple[str, ...]) -> None:
    told = _inspected(_csv(tmp_path / "list.csv", (TITLES, *ROWS, note)))
    assert told.files.select("rows", "judged", "refused").row(0) == (3, 3, 0)
    assert told.refusals.is_empty()
    texts = " ".join(filter(None, note))
    assert any(
        f"1 rows are notes, no rows of data (row: text): 5: {texts}" in en for _, en in told.assumptions
    )


@pytest.mark.parametrize(
    "row",
    [
        ("CK9",),  # the goods are missing
        ("注：加急", "6109100000", "件", "abc"),
        ("备注", "6109100000", "件", ""),
        ("", "", "", "", "", "91110000101623741K"),
        ("证明作废", "6109100000", "", "100"),
        ("", "", "件"),
    ],
)
def test_a_row_that_may_be_data_is_no_note(tmp_path: Path, row: tuple[str, ...]) -> None:
    told = _inspected(_csv(tmp_path / "list.csv", (TITLES, *ROWS, row)))
    assert told.files.select("rows", "judged", "refused").row(0) == (4, 3, 1)


def test_many_notes_are_counted_and_some_shown(tmp_path: Path) -> None:
    told = _inspected(_csv(tmp_path / "list.csv", (TITLES, *ROWS, *((f"注：{at}",) for at in range(20)))))
    [note] = [en for _, en in told.assumptions if "notes" in en]
    assert "20 rows are notes" in note
    assert note.endswith("5: 注：0; 6: 注：1; 7: 注：2; 8: 注：3; 9: 注：4; …")


def test_a_folder_with_an_archive_and_litter_is_read_whole(tmp_path: Path) -> None:
    inner = _csv(tmp_path / "inner.csv", (TITLES, *ROWS))
    folder = tmp_path / "folder"
    folder.mkdir()
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(inner, "三月/清单.csv")
    (folder / ".hidden").write_text("x")
    (folder / "readme.bin").write_bytes(bytes(range(256)))
    told = _inspected(folder)
    assert told.certificates.height == 3
    assert told.files["file"].str.contains("all.zip/三月/清单.csv", literal=True).any()
    assert told.refusals.height == 1
    _adds_up(told)


def test_a_sheet_that_lists_nothing_known_is_refused_by_name(tmp_path: Path) -> None:
    told = _inspected(_csv(tmp_path / "staff.csv", (("姓名", "年龄"), ("张三", "20"))))
    assert "没有找到表头" in told.refusals["rule_zh"][0]
    assert told.certificates.is_empty()


def test_hostile_cells_stay_text_to_the_end(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("表")
    for column, title in enumerate((*TITLES, "商品名称")):
        sheet.write_string(0, column, title)
    for column, cell in enumerate((*ROWS[0], "=cmd|' /C calc'!A0")):
        sheet.write_string(1, column, cell)
    sheet.write_formula(2, 0, '=HYPERLINK("http://x","CK2")', None, "CK2")
    for column, cell in enumerate(ROWS[1][1:], 1):
        sheet.write_string(2, column, cell)
    book.close()
    told = _inspected(file)
    assert told.certificates["certificate"].to_list() == ["CK1", "CK2"]
    _adds_up(told)


def test_parquet_and_csv_of_the_same_rows_are_the_same(tmp_path: Path) -> None:
    rows = pl.DataFrame(ROWS, schema=list(TITLES), orient="row")
    rows.write_parquet(tmp_path / "list.parquet")
    rows.write_csv(tmp_path / "list.csv")
    one, other = (
        _inspected(tmp_path / name).certificates.drop("file") for name in ("list.parquet", "list.csv")
    )
    assert one.equals(other)


@pytest.mark.parametrize("buckets", [1, 5])
def test_the_samples_are_judged_alike_however_they_are_cut(buckets: int) -> None:
    told = _inspected(FOLDER / "certificates.xlsx", FOLDER / "declarations", buckets=buckets)
    held = told.declarations.filter(told.declarations["outcome"] == "held")
    assert held.height == 9
    assert told.pairs == 13


def test_nothing_given_is_nothing(tmp_path: Path) -> None:
    told = _inspected(tmp_path)
    assert told.files.is_empty()
    assert told.sound
