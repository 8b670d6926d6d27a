"""The record of a case: only added to, closed by two, lapsing by itself, and whoever changes a line is noticed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hefu.chains.casefile import record as records
from hefu.chains.casefile.record import FILE, LAPSES_AFTER, PAPERS, Act, Outcome, Status
from hefu.chains.casefile.writing import counting, load, refresh, write_cases
from hefu.errors import HefuError
from tests.chains.casefile.made import all_three, bought_invoices, layered_agency

DAY = date(2026, 6, 1)
CASE = bought_invoices()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / CASE.id
    records.opened(folder, CASE, DAY)
    return folder


def test_a_referral_lapses_by_itself(own: Path) -> None:
    record = records.read(own)
    assert record.expires == DAY + LAPSES_AFTER
    assert record.status(DAY + LAPSES_AFTER) is Status.OPEN
    assert record.status(DAY + LAPSES_AFTER + timedelta(days=1)) is Status.EXPIRED


def test_finding_the_same_again_does_not_renew_it(own: Path) -> None:
    assert (
        records.opened(own, replace(CASE, as_of=DAY), DAY + timedelta(days=90)).expires == DAY + LAPSES_AFTER
    )
    fewer = replace(CASE, evidence=CASE.evidence[:3])
    assert len(records.opened(own, fewer, DAY + timedelta(days=90)).entries) == 1


def test_new_documents_renew_it(own: Path) -> None:
    more = replace(CASE, evidence=(*CASE.evidence, replace(CASE.evidence[0], number=99, document="another")))
    later = DAY + timedelta(days=90)
    record = records.opened(own, more, later)
    assert [one.act for one in record.entries] == [Act.OPENED, Act.OPENED]
    assert record.expires == later + LAPSES_AFTER


def test_what_the_firm_says_is_kept_with_its_document(own: Path, tmp_path: Path) -> None:
    paper = tmp_path / "代理 协议(1).pdf"
    paper.write_bytes(b"%PDF the agreement")
    record = records.answer(own, " 宁波丰泽 法务 ", "我们有协议", paper)
    (said,) = record.answers
    assert said.by == ("宁波丰泽 法务",)
    assert said.sha256 == hashlib.sha256(b"%PDF the agreement").hexdigest()
    assert (own / PAPERS / said.document).read_bytes() == b"%PDF the agreement"
    assert said.document.endswith("-代理_协议_1_.pdf")
    assert record.status(DAY) is Status.OPEN


def test_a_document_cannot_leave_the_folder(own: Path, tmp_path: Path) -> None:
    (tmp_path / "..evil").write_text("x")
    name = records.answer(own, "A", "", tmp_path / "..evil").answers[-1].document
    assert "/" not in name
    assert (own / PAPERS / name).parent == own / PAPERS


@pytest.mark.parametrize(("by", "text"), [("", "something"), (" ", "something"), ("A", ""), ("A", " \n")])
def test_nothing_said_is_refused(own: Path, by: str, text: str) -> None:
    with pytest.raises(HefuError) as told:
        records.answer(own, by, text)
    assert told.value.first.kind.code == "chains.nothing_said"
    assert len(records.read(own).entries) == 1


@pytest.mark.parametrize("by", [(), ("A",), ("A", "A"), ("Li Na", " li na "), ("A", "")])
def test_one_person_cannot_close_a_case(own: Path, by: tuple[str, ...]) -> None:
    with pytest.raises(HefuError) as told:
        records.close(own, CASE, Outcome.CLEARED, by, "why")
    assert told.value.first.kind.code == "chains.two_people"
    assert records.read(own).status(DAY) is Status.OPEN


def test_two_people_close_it_and_it_stays_closed(own: Path) -> None:
    with pytest.raises(HefuError):
        records.close(own, CASE, Outcome.CLEARED, ("A", "B"), " ")
    record = records.close(own, CASE, Outcome.CLEARED, ("A", "B"), "the agreement is genuine")
    assert record.status(DAY) is Status.CLOSED
    more = replace(CASE, evidence=(*CASE.evidence, replace(CASE.evidence[0], document="another")))
    again = records.opened(own, more, DAY + timedelta(days=400))
    assert again.status(DAY + timedelta(days=400)) is Status.CLOSED
    assert len(again.entries) == 2
    assert again.unknown_to_it(more) == 1
    assert again.unknown_to_it(CASE) == 0


def test_after_an_objection_it_is_closed_anew_and_both_outcomes_stay(own: Path) -> None:
    records.close(own, CASE, Outcome.PASSED_ON, ("A", "B"), "not answered")
    records.answer(own, "the firm", "we object")
    record = records.close(own, CASE, Outcome.CLEARED, ("C", "D"), "the objection is right")
    assert [one.outcome for one in record.closings] == [Outcome.PASSED_ON, Outcome.CLEARED]
    assert [one.act for one in record.entries] == [Act.OPENED, Act.CLOSED, Act.ANSWERED, Act.CLOSED]


def changed(line: bytes) -> list[bytes]:
    return [line.replace(b"not answered", b"not_answered"), line[:-1], line[: len(line) // 2], b"", b"{}\n"]


@pytest.mark.parametrize("how", range(5))
def test_a_line_that_was_changed_or_taken_out_is_noticed(own: Path, how: int) -> None:
    records.close(own, CASE, Outcome.PASSED_ON, ("A", "B"), "not answered")
    records.answer(own, "the firm", "we object")
    lines = (own / FILE).read_bytes().splitlines(keepends=True)
    lines[1] = changed(lines[1])[how]
    (own / FILE).write_bytes(b"".join(lines))
    with pytest.raises(HefuError) as told:
        records.read(own)
    assert told.value.first.kind.code == "chains.record_damaged"
    assert told.value.first.place in {"2", "3"}
    with pytest.raises(HefuError):
        records.answer(own, "somebody", "more")


def test_the_digest_is_that_of_the_last_line(own: Path) -> None:
    record = records.answer(own, "the firm", "we object")
    last = (own / FILE).read_bytes().splitlines(keepends=True)[-1]
    assert record.digest == hashlib.sha256(last).hexdigest()
    assert records.read(own / "none").digest == ""


def test_two_writers_at_once_both_stand(own: Path) -> None:
    """Both have read the same last line: neither loses its own."""
    before = records.read(own)
    for name in ("A", "B"):
        records._add(own, records.Entry(Act.ANSWERED, records.now(), (name,), "at once"), before)
    assert [one.by for one in records.read(own).answers] == [("A",), ("B",)]


def test_a_closed_case_stops_counting_and_its_page_says_so(tmp_path: Path) -> None:
    cases = all_three()
    write_cases(cases, tmp_path, today=DAY)
    own = tmp_path / CASE.id
    assert [one.id for one in counting(cases, tmp_path, DAY)] == [one.id for one in cases]
    records.close(own, CASE, Outcome.NO_ACTION, ("A", "B"), "nothing there")
    refresh(own)
    assert [one.id for one in counting(cases, tmp_path, DAY)] == [one.id for one in cases[1:]]
    assert "Closed: it no longer counts" in (own / "case.html").read_text(encoding="utf-8")
    assert 'data-status="closed"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    write_cases(cases, tmp_path, today=DAY)
    assert records.read(own).status(DAY) is Status.CLOSED
    assert counting(cases, tmp_path, DAY + LAPSES_AFTER + timedelta(days=1)) == []


def test_cases_of_earlier_runs_stay(tmp_path: Path) -> None:
    write_cases([bought_invoices()], tmp_path, today=DAY)
    index = write_cases([layered_agency()], tmp_path, today=DAY).read_text(encoding="utf-8")
    assert bought_invoices().id in index
    assert load(tmp_path / bought_invoices().id) == bought_invoices()


def test_a_folder_without_a_case_and_a_spoilt_case_are_said(tmp_path: Path) -> None:
    with pytest.raises(HefuError) as told:
        load(tmp_path / "nothing")
    assert told.value.first.kind.code == "chains.unknown_case"
    write_cases([CASE], tmp_path, today=DAY)
    file = tmp_path / CASE.id / "case.json"
    file.write_bytes(file.read_bytes().replace(b'"as_of": "2026-05-15"', b'"as_of": "soon"'))
    with pytest.raises(HefuError) as told:
        load(tmp_path / CASE.id)
    assert told.value.first.kind.code == "chains.not_a_case"
    assert "as_of" in told.value.first.value
