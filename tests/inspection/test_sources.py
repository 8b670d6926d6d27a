"""Sources: what paths hold, whatever strangers put there."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.errors import HefuError
from hefu.inspection.sources.bounds import Limits
from hefu.inspection.sources.finding import Source, Sources

CSV = b"a,b\n1,2\n"


def told(*paths: Path, scratch: Path, limits: Limits | None = None) -> list[tuple[str, str]]:
    """Name and form of every source, name and code of every error."""
    out = []
    for one in Sources(scratch, limits or Limits()).read(paths):
        if isinstance(one, Source):
            assert one.path.stat().st_size == one.size
            out.append((one.name, one.form))
        else:
            assert one.first.kind.exit == 2
            assert all(one.first.message)
            assert all(one.first.cure)
            out.append((one.first.file, one.first.kind.code))
    return out


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    return Path("in")


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def by_hand(name: bytes, data: bytes, *, size: int | None = None, crc: int | None = None) -> bytes:
    """A zip of one member with the name's bytes and sizes as told; nothing in it says which encoding."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    crc = zlib.crc32(data) if crc is None else crc
    about = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(body), size or len(data), len(name), 0)
    local = b"PK\3\4" + about + name + body
    central = b"PK\1\2\x14\0" + about + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


# --- paths -----------------------------------------------------------------------------------------------


def test_folders_are_read_in_a_stable_order_without_litter(folder: Path, scratch: Path) -> None:
    for name in ("b.csv", "a/z.csv", "a/.git/x.csv", "~$b.csv", ".hidden.csv", "__MACOSX/b.csv", "Thumbs.db"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(CSV)
    assert told(folder, scratch=scratch) == [("in/a/z.csv", "csv"), ("in/b.csv", "csv")]


def test_a_file_named_twice_is_read_once(folder: Path, scratch: Path) -> None:
    (folder / "b.csv").write_bytes(CSV)
    assert told(folder / "b.csv", folder, scratch=scratch) == [("in/b.csv", "csv")]


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(folder: Path, scratch: Path) -> None:
    (folder / "a.csv").write_bytes(b"")
    (folder / "b.csv").write_bytes(b" \r\n")
    (folder / "c.csv").symlink_to("nowhere")
    os.mkfifo(folder / "d.csv")
    (folder / "e.csv").symlink_to("e.csv")
    (folder / "f.csv").write_bytes(CSV)
    assert told(Path("gone"), folder, scratch=scratch) == [
        ("gone", "inspection.missing"),
        ("in/a.csv", "inspection.empty_file"),
        ("in/b.csv", "inspection.empty_file"),
        ("in/c.csv", "inspection.missing"),
        ("in/d.csv", "inspection.unreadable"),
        ("in/e.csv", "inspection.unreadable"),
        ("in/f.csv", "csv"),
    ]


def test_a_link_that_leads_back_is_told(folder: Path, scratch: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a/back").symlink_to("..")
    (folder / "a/x.csv").write_bytes(CSV)
    assert told(folder, scratch=scratch) == [("in/a/back", "inspection.loop"), ("in/a/x.csv", "csv")]


# --- forms -----------------------------------------------------------------------------------------------

FORMS = [
    (CSV, "csv"),
    ("证明编号;数量\n".encode("gb18030"), "csv"),
    ("﻿证明编号\n".encode(), "csv"),
    ("﻿证明编号\t2\n".encode("utf-16-le"), "csv"),
    (b'{"a": 1}', "json"),
    (b'[{"a": 1}]', "json"),
    (b'{\n "a": 1\n}', "json"),
    (b'{"a": 1}\n{"a": 2}\n', "jsonl"),
    (b"<?xml version='1.0'?><a/>", "xml"),
    (b"\xef\xbb\xbf <DecMessage/>", "xml"),
    (b"%PDF-1.4\n", "pdf"),
    (b"<html><table>", "inspection.unknown_form"),
    (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "inspection.unknown_form"),
    (b"\x7fELF\x02\x01\x01\x00", "inspection.unknown_form"),
    (b"Rar!\x1a\x07", "inspection.unknown_form"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"), "inspection.unknown_form"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook\0".encode("utf-16-le"), "xls"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "inspection.locked"),
    (packed(("word/document.xml", b"x"), ("[Content_Types].xml", b"x")), "inspection.unknown_form"),
    (packed(("OFD.xml", b"x")), "inspection.unknown_form"),
    (packed(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")), "xlsx"),
    (packed(("[Content_Types].xml", b"x"), ("xl/workbook.bin", b"x")), "xlsb"),
    (b"PK\3\4 not a zip at all", "inspection.broken"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "form"), FORMS, ids=range(len(FORMS)))
@pytest.mark.parametrize("name", ["x.dat", "x.xlsx"])
def test_a_form_is_what_the_bytes_are(data: bytes, form: str, name: str, folder: Path, scratch: Path) -> None:
    (folder / name).write_bytes(data)
    assert told(folder, scratch=scratch) == [(f"in/{name}", form)]


def test_parquet_is_known_by_its_mark(folder: Path, scratch: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(folder / "x")
    assert told(folder, scratch=scratch) == [("in/x", "parquet")]


# --- archives --------------------------------------------------------------------------------------------


def test_members_have_the_names_of_people_and_files_of_ours(folder: Path, scratch: Path) -> None:
    inner = packed(("深/c.csv", CSV))
    (folder / "a.zip").write_bytes(packed(("x/b.csv", CSV), ("__MACOSX/._b.csv", b"x"), ("n.zip", inner)))
    assert told(folder, scratch=scratch) == [("in/a.zip/x/b.csv", "csv"), ("in/a.zip/n.zip/深/c.csv", "csv")]
    assert {path.parent for path in scratch.rglob("*")} == {scratch}


def test_the_third_archive_within_is_refused_by_name(folder: Path, scratch: Path) -> None:
    inner = packed(("c.zip", packed(("d.csv", CSV))), ("e.csv", CSV))
    (folder / "a.zip").write_bytes(packed(("b.zip", inner)))
    assert told(folder, scratch=scratch) == [
        ("in/a.zip/b.zip/c.zip", "inspection.nested"),
        ("in/a.zip/b.zip/e.csv", "csv"),
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@given(name=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=3, max_size=9))
def test_names_without_a_flag_are_chinese(
    encoding: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("zip")
    raw = f"清单{name}.csv".encode(encoding)
    (place / "a.zip").write_bytes(by_hand(raw, CSV))
    (place / "scratch").mkdir()
    [(found, form)] = told(place / "a.zip", scratch=place / "scratch")
    assert form == "csv"
    assert found.removeprefix(f"{place}/a.zip/") == f"清单{name}.csv"


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:/x.csv", "..\\x.csv"])
def test_names_that_lead_out_are_refused(name: str, folder: Path, scratch: Path) -> None:
    (folder / "a.zip").write_bytes(packed((name, CSV), ("good.csv", CSV)))
    assert told(folder, scratch=scratch) == [
        ("in/a.zip", "inspection.member_name"),
        ("in/a.zip/good.csv", "csv"),
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_second_is_refused(folder: Path, scratch: Path) -> None:
    (folder / "a.zip").write_bytes(packed(("x.csv", CSV), ("x.csv", b"other,1\n")))
    assert told(folder, scratch=scratch) == [
        ("in/a.zip/x.csv", "csv"),
        ("in/a.zip", "inspection.member_name"),
    ]


def test_links_in_archives_are_refused(folder: Path, scratch: Path) -> None:
    link = zipfile.ZipInfo("x.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert told(folder, scratch=scratch) == [("in/a.zip", "inspection.member_name")]


def test_encrypted_members_are_counted_and_the_rest_is_read(folder: Path, scratch: Path) -> None:
    data = bytearray(packed(("x.csv", CSV), ("y.csv", CSV)))
    at = data.find(b"PK\1\2")
    data[at + 8] |= 1
    (folder / "a.zip").write_bytes(data)
    assert told(folder, scratch=scratch) == [("in/a.zip/y.csv", "csv"), ("in/a.zip", "inspection.locked")]


SMALL = Limits(members=50, member_bytes=300_000, total_bytes=2_000_000, free_bytes=100_000, ratio=20)
NOISE = os.urandom(150_000)
BOMBS: list[tuple[str, Callable[[], bytes], list[tuple[str, str]]]] = [
    ("flat", lambda: packed(("x.csv", bytes(5_000_000))), [("in/a.zip", "inspection.too_much")]),
    (
        "many",
        lambda: packed(*((f"{i}.csv", CSV) for i in range(51))),
        [("in/a.zip", "inspection.too_much")],
    ),
    (
        "one large",
        lambda: packed(("x.csv", NOISE * 3), ("y.csv", CSV)),
        [("in/a.zip/x.csv", "inspection.too_much"), ("in/a.zip/y.csv", "csv")],
    ),
    (
        "nested",
        lambda: packed(("b.zip", packed(("x.csv", bytes(90_000)))), ("c.zip", packed(("y.csv", bytes(90_000))))),
        [("in/a.zip/b.zip/x.csv", "csv"), ("in/a.zip", "inspection.too_much")],
    ),
    (
        "lying directory",
        lambda: by_hand(b"x.csv", bytes(5_000_000), size=10),
        [("in/a.zip", "inspection.too_much")],
    ),
    (
        "small lie",
        lambda: by_hand(b"x.csv", CSV * 9, size=10),
        [("in/a.zip/x.csv", "inspection.broken")],
    ),
    (
        "wrong sum",
        lambda: by_hand(b"x.csv", CSV, crc=1),
        [("in/a.zip/x.csv", "inspection.broken")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "expected"), [one[1:] for one in BOMBS], ids=[one[0] for one in BOMBS])
def test_bombs(
    make: Callable[[], bytes], expected: list[tuple[str, str]], folder: Path, scratch: Path
) -> None:
    (folder / "a.zip").write_bytes(make())
    assert told(folder, scratch=scratch, limits=SMALL) == expected
    assert sum(path.stat().st_size for path in scratch.iterdir()) <= SMALL.total_bytes


def test_a_long_directory_is_refused_before_it_is_read(folder: Path, scratch: Path) -> None:
    data = packed(*((f"{i}" * 200 + ".csv", CSV) for i in range(300)))
    (folder / "a.zip").write_bytes(data)
    assert told(folder, scratch=scratch, limits=Limits(members=20)) == [("in/a.zip", "inspection.too_much")]


def test_a_workbook_is_weighed_before_anything_opens_it(folder: Path, scratch: Path) -> None:
    parts = (
        ("[Content_Types].xml", b"x"),
        ("xl/workbook.xml", b"x"),
        ("xl/worksheets/sheet1.xml", bytes(9_000_000)),
    )
    (folder / "a.xlsx").write_bytes(packed(*parts))
    assert told(folder, scratch=scratch, limits=SMALL) == [("in/a.xlsx", "inspection.too_much")]


@given(
    cut=st.integers(1, 400), flips=st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=4)
)
def test_damaged_archives_never_raise(
    cut: int, flips: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("zip")
    data = bytearray(packed(("x/b.csv", CSV), ("n.zip", packed(("c.csv", CSV)))))
    for at, value in flips:
        data[at % len(data)] = value
    (place / "a.zip").write_bytes(data[:cut] if cut < len(data) else data)
    (place / "scratch").mkdir()
    for one in Sources(place / "scratch").read([place / "a.zip"]):
        assert isinstance(one, Source | HefuError)
