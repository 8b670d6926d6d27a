"""Several tables in one sheet, and several archives in one inspection: all is judged or refused, nothing is lost."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from hefu.inspection.fields.fields import Paper
from hefu.inspection.findings.result import Inspection
from hefu.inspection.inspect import inspect
from hefu.inspection.papers.reading import Given
from hefu.rules.policy import Policy

CERTIFIED = ("证明编号", "商品代码", "证明数量", "计量单位", "开具日期")
DECLARED = ("报关单号", "项号", "商品编号", "法定数量", "法定单位", "证明编号")


def _certified(*numbers: int) -> list[tuple[str, ...]]:
    return [(f"CK{at}", "6109100000", "100", "件", "2026-02-01") for at in numbers]


def _declared(*numbers: int) -> list[tuple[str, ...]]:
    return [(f"3100202600000{at:05}", "1", "6109100000", "100", "件", f"CK{at}") for at in numbers]


def _csv(file: Path, rows: Sequence[Sequence[str]]) -> Path:
    file.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return file


def _inspected(*given: Given) -> Inspection:
    told = inspect(given, Policy()).answer
    for one in told.files.iter_rows(named=True):
        assert one["rows"] == one["judged"] + one["refused"]
    return told


def _is_whole(told: Inspection) -> None:
    assert told.declarations["outcome"].to_list() == ["clears"] * 3
    assert told.certificates["status"].to_list() == ["matched"] * 3
    assert told.sound


def test_lists_side_by_side_are_read_each_by_itself(tmp_path: Path) -> None:
    rows = [("报关单", *[""] * 6, "证明"), (*DECLARED, "", *CERTIFIED)]
    rows += [(*one, "", *other) for one, other in zip(_declared(1, 2, 3), _certified(1, 2, 3), strict=True)]
    told = _inspected(Given([_csv(tmp_path / "a.csv", rows)], Paper.CERTIFICATE))
    _is_whole(told)
    assert told.files["sheet"].to_list() == ["A:F", "H:L"]
    assert told.columns.filter(title="证明编号")["column"].to_list() == ["F", "H"]


def test_a_blank_column_alone_does_not_part_a_list(tmp_path: Path) -> None:
    rows = [(*DECLARED, "", "总价", "币制", "合同号"), *((*one, "", "5", "USD", "H") for one in _declared(1))]
    told = _inspected(Given([_csv(tmp_path / "a.csv", rows)]))
    assert told.files["sheet"].to_list() == [""]
    assert set(told.columns["field"]) >= {"total", "currency", "contract"}


def test_lists_one_below_the_other_are_read_each_by_itself(tmp_path: Path) -> None:
    for name, rows in (
        ("plain", [DECLARED, *_declared(1, 2, 3), (), CERTIFIED, *_certified(1, 2, 3)]),
        ("titled", [("报关单",), DECLARED, *_declared(1, 2, 3), ("证明清单 2026-02",), CERTIFIED, *_certified(1, 2, 3)]),
        ("turned", [CERTIFIED, *_certified(1, 2, 3), DECLARED, *_declared(1, 2, 3)]),
    ):  # fmt: skip
        file = _csv(tmp_path / f"{name}.csv", rows)
        for paper in (Paper.CERTIFICATE, Paper.DECLARATION, None):
            told = _inspected(Given([file], paper))
            _is_whole(told)
            assert told.files["rows"].to_list() == [3, 3]


def test_a_second_list_far_below_is_found(tmp_path: Path) -> None:
    rows = [CERTIFIED, *_certified(*range(1, 300)), DECLARED, *_declared(1, 2, 3)]
    told = _inspected(Given([_csv(tmp_path / "a.csv", rows)]))
    assert told.files["rows"].to_list() == [299, 3]
    assert told.declarations["outcome"].to_list() == ["clears"] * 3


def test_a_sheet_that_cannot_be_judged_is_refused_with_all_its_rows(tmp_path: Path) -> None:
    rows = [(*DECLARED[:2], *DECLARED[3:]), *((*one[:2], *one[3:]) for one in _declared(1, 2, 3))]
    told = _inspected(Given([_csv(tmp_path / "a.csv", rows)], Paper.DECLARATION))
    assert told.files.select("rows", "judged", "refused").row(0) == (4, 0, 4)
    assert told.refusals.height == 1


def test_several_archives_are_read(tmp_path: Path) -> None:
    given = []
    for name, paper, rows in (
        ("certificates", Paper.CERTIFICATE, [CERTIFIED, *_certified(1, 2, 3)]),
        ("declarations", Paper.DECLARATION, [DECLARED, *_declared(1, 2, 3)]),
    ):
        file = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(_csv(tmp_path / f"{name}.csv", rows), "list.csv")
        given.append(Given([file], paper))
    _is_whole(_inspected(*given))


def test_a_file_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    file = _csv(tmp_path / "a.csv", [DECLARED, *_declared(1)])
    told = _inspected(Given([file], Paper.DECLARATION), Given([file]))
    assert told.files["rows"].to_list() == [1]


def test_the_item_of_a_long_number_stands_for_a_blank_cell(tmp_path: Path) -> None:
    [row] = _declared(1)
    told = _inspected(Given([_csv(tmp_path / "a.csv", [DECLARED, (f"{row[0]}001", "", *row[2:])])]))
    assert told.refusals.is_empty()
    assert told.declarations.height == 1
