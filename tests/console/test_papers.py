"""Papers given at the console: looked through, shown, kept for their owner alone, and deleted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from hefu.protocol.records import Side
from tests.console.conftest import Sit
from tests.console.desk import Desk, lodged
from tests.console.giving import folder, give, looked_through
from tests.nodes import Nodes

pytestmark = pytest.mark.processes
_NUMBERS = count(885_000)


@pytest.fixture(scope="module")
def clerk(nodes: Nodes) -> Iterator[Desk]:
    desk = Desk(nodes, Side.CUSTOMS, "exporter")
    yield desk
    desk.client.close()


@pytest.fixture(scope="module")
def inspected(clerk: Desk) -> httpx2.Response:
    """The samples, inspected."""
    return looked_through(clerk, give(clerk, "inspections", folder("inspection")))


def test_an_inspection_says_what_to_do_next(inspected: httpx2.Response) -> None:
    text = inspected.text
    for told in (
        "14 declarations: 5 would clear, 9 would be held",
        "correct the declaration",
        "party.holder_differs",
        "name the trader&#39;s own certificate",
        "inspection/certificates.xlsx",
        "What was read",
        "rule set 2026.1",
    ):
        assert told in text, told
    assert "/tmp" not in text  # papers are called as their owner calls them  # noqa: S108


def test_its_reports_are_opened_and_taken_away(clerk: Desk, inspected: httpx2.Response) -> None:
    files = f"{inspected.url}/files"
    report = clerk.client.get(f"{files}/report.html")
    assert report.headers["content-disposition"].startswith("inline")
    assert "sandbox" in report.headers["content-security-policy"]
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    workbook = clerk.client.get(f"{files}/report.xlsx")
    assert zipfile.ZipFile(io.BytesIO(workbook.content)).testzip() is None
    assert workbook.headers["content-disposition"].startswith("attachment")
    told = orjson.loads(clerk.client.get(f"{files}/report.json").content)
    assert told["counts"]["declarations"] == {"clears": 5, "held": 9}
    for name in ("summary.json", "../given/x", "order"):
        assert clerk.client.get(f"{files}/{name}").status_code == 404


def test_nobody_else_sees_it(sit: Sit, inspected: httpx2.Response) -> None:
    address = str(inspected.url)
    for who in ("agent", "customs", "operator", "auditor"):
        desk = sit(Side.CUSTOMS, who)
        for path in ("", "/live", "/files/report.html", "/files/report.json"):
            assert desk.client.get(address + path).status_code in (403, 404), (who, path)
        assert desk.send(address + "/delete").status_code in (403, 404)
    assert sit(Side.CUSTOMS, "customs").see("/inspections").status_code == 403
    assert "Nothing yet" in sit(Side.CUSTOMS, "agent").see("/inspections").text


def test_it_is_deleted_on_request(nodes: Nodes, clerk: Desk) -> None:
    page = looked_through(clerk, give(clerk, "inspections", folder("inspection/declarations")))
    number = str(page.url).rsplit("/", 1)[1]
    kept = nodes.home / "customs" / "papers" / number
    assert (kept / "made" / "report.html").is_file()
    assert not (kept / "scratch").exists()
    gone = clerk.send(f"/inspections/{number}/delete")
    assert number not in gone.text
    assert not kept.exists()
    assert clerk.see(f"/inspections/{number}").status_code == 404


def test_it_is_cancelled_with_everything_it_started(nodes: Nodes, clerk: Desk) -> None:
    sheet = "证明编号,企业名称\n" + "".join(f"CK{n:010},北京合符\n" for n in range(400_000))
    page = give(clerk, "inspections", [("large.csv", sheet.encode())])
    number = str(page.url).rsplit("/", 1)[1]
    assert "Cancel" in page.text
    page = clerk.send(f"/inspections/{number}/cancel")
    assert "Cancelled" in page.text
    kept = str(nodes.home / "customs" / "papers" / number)
    working = [one for one in Path("/proc").glob("[0-9]*/cwd") if _leads_to(one).startswith(kept)]
    assert not working
    clerk.send(f"/inspections/{number}/delete")


def _leads_to(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def test_progress_is_told_live_until_it_is_over(clerk: Desk) -> None:
    page = give(clerk, "inspections", folder("inspection/declarations"))
    with clerk.client.stream("GET", f"{page.url}/live") as stream:
        assert next(stream.iter_lines()).startswith("data: ")  # and the line is lost
    with clerk.client.stream("GET", f"{page.url}/live") as stream:
        told = "\n".join(stream.iter_lines())
    assert "data: " in told
    assert told.rstrip().endswith("event: over\ndata: over")
    assert "reading" in told
    clerk.send(str(page.url) + "/delete")


@pytest.mark.parametrize("sent", [{"register": (None, b"yes")}, {"papers": ("", b"")}])
def test_what_was_not_given_is_said(clerk: Desk, sent: dict[str, Any]) -> None:
    page = clerk.client.post("/inspections", files=sent, headers={"origin": clerk.address})
    assert page.status_code == 422
    assert "no file was chosen" in page.text


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x"])
def test_what_is_no_form_is_refused(clerk: Desk, kind: str) -> None:
    headers = {"origin": clerk.address, "content-type": kind}
    for body in (b"", b"--x\r\nnonsense", b"\x00" * 1000):
        page = clerk.client.post("/inspections", content=body, headers=headers)
        assert page.status_code == 400
        assert "cut off or malformed" in page.text


def test_bad_files_are_told_as_on_the_command_line(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "exporter", "zh")
    page = looked_through(desk, give(desk, "inspections", [*folder("broken"), ("空.xlsx", b"")]))
    for told in ("没有可核验的单证", "broken/truncated.json", "空.xlsx", "文件为空", "未能读取"):
        assert told in page.text, told
    print(page.text)
    desk.send(str(page.url) + "/delete")


def test_names_lead_nowhere_and_are_never_run(nodes: Nodes, clerk: Desk) -> None:
    trap = b"from pathlib import Path\nPath('trapped').write_text('x')\nraise SystemExit\n"
    names = [
        "../../../up.csv",
        "/etc/abs.csv",
        "C:\\a\\win.csv",
        "x/../../y.csv",
        "con<>.csv",
        "." * 300,
        "长" * 300,
    ]
    traps = [
        "orjson.py",
        "multiprocessing/__init__.py",
        "polars/__init__.py",
        "encodings/__init__.py",
        "random.py",
    ]
    files = [(one, b"a,b\n1,2\n") for one in names]
    files += [(one, trap) for one in traps] + [
        ("same.csv", b"a\n"),
        ("same.csv", b"b\n"),
        ("same.csv/in.csv", b"c\n"),
    ]
    files += [
        *folder("inspection"),
        *folder("dossier/scans"),
    ]  # PDF: the reader's own process is started, too
    page = looked_through(clerk, give(clerk, "inspections", files))
    assert "14 declarations" in page.text
    number = str(page.url).rsplit("/", 1)[1]
    kept = nodes.home / "customs" / "papers"
    given = kept / number / "given"
    assert not list(kept.rglob("trapped"))
    assert len([one for one in given.rglob("*") if one.is_file()]) == len(files)
    assert (given / "up.csv").is_file()
    assert (given / "etc/abs.csv").is_file()
    assert (given / "same (2).csv").read_bytes() == b"b\n"
    assert (given / "same (3).csv" / "in.csv").is_file()
    clerk.send(f"/inspections/{number}/delete")


def test_no_more_than_ten_are_kept(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "agent")
    pages = [give(desk, "dossiers", [("a.md", b"note")]) for _ in range(11)]
    assert [one.status_code for one in pages] == [200] * 10 + [409]
    assert "delete one first" in pages[-1].text
    for one in pages[:-1]:
        desk.send(str(one.url) + "/delete")


def test_a_dossier_says_what_is_missing_and_due(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "exporter")
    page = looked_through(desk, give(desk, "dossiers", folder("dossier")))
    for told in ("Reminders, the nearest first", "530120260000007101", "Shipments"):
        assert told in page.text, told
    number = str(page.url).rsplit("/", 1)[1]
    one = desk.see(f"/dossiers/{number}/shipments/0")
    for told in ("Deadlines", "Papers", "Contradictions", "Ground"):
        assert told in one.text, told
    calendar = desk.see(f"/dossiers/{number}/files/deadlines.ics")
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    assert calendar.headers["content-type"].startswith("text/calendar")
    days = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)"', page.text)
    assert days
    assert days == sorted(days)
    assert desk.see(f"/dossiers/{number}/shipments/99").status_code == 404
    assert desk.see(f"/inspections/{number}").status_code == 404
    desk.send(f"/dossiers/{number}/delete")


def test_a_dossier_without_papers_says_so(sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "exporter", "zh")
    page = looked_through(desk, give(desk, "dossiers", [("说明.md", b"note")]))
    assert "没有可归档的单证" in page.text
    desk.send(str(page.url) + "/delete")


def test_the_register_is_asked_on_request_as_who_sits_there(nodes: Nodes, clerk: Desk) -> None:
    number, declared = lodged(nodes, next(_NUMBERS))
    nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{declared}/release")
    told = nodes.ask(Side.TAX, "tax", "GET", f"/v1/certificates/{number}")[1]
    files = [("certificate.json", orjson.dumps(told["document"]))]
    page = looked_through(clerk, give(clerk, "inspections", files, register="yes"))
    report = orjson.loads(clerk.client.get(f"{page.url}/files/report.json").content)
    assert report["live"][number]["state"] == "used"
    clerk.send(f"{page.url}/delete")
