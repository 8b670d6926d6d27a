"""What holds of any folder: no order of files matters, no shipment changes another, time moves one way, nothing crashes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from hefu.errors import HefuError, Problem
from hefu.procedures.dossier.invoices import default, read_invoice
from hefu.procedures.dossier.papers import Held
from hefu.procedures.dossier.reading import LOOSE, read
from tests.builders import PRINCIPAL, certificate, declaration
from tests.procedures.dossier.shipments import answer_of, complete, export, held, paper

OTHER = "530120260000000002"
BESIDE = [
    export(number=OTHER, certificates=[], contract="HT-OTHER", owner=PRINCIPAL),
    paper("contract", "HT-OTHER", day="2026-03-03"),
    paper("export_invoice", "FP-OTHER", contracts=["HT-OTHER"], amount="1", currency="EUR"),
    paper("transport", "COSU-OTHER", invoices=["FP-OTHER"], day="2026-02-05"),
    paper("receipt", "SH-OTHER", invoices=["FP-OTHER"], amount="2", currency="EUR"),
]
BACK = declaration(certificates=[{"number": "TY0001"}])
RETURNED = [
    *complete(),
    held(certificate(number="TY0001", issued_on="2026-03-12", refund_state="refunded_open"), "return.json"),
    held(BACK, "return.xml"),
]


def told(papers: list[Held]) -> list[dict[str, object]]:
    """The answer without what follows the order of files: which of two like papers is named first."""
    made = []
    for one in answer_of(*papers).dossiers:
        as_json = one.as_json()
        made.append(
            {
                "number": as_json["number"],
                "kind": (as_json["kind"]["trade"], as_json["kind"]["changes"]),
                "papers": sorted((each["kind"], each["number"]) for each in as_json["papers"]),
                "missing": as_json["missing"],
                "deadlines": sorted(
                    (each["code"], each["state"], each["day"]) for each in as_json["deadlines"]
                ),
                "contradictions": sorted(each["code"] for each in as_json["contradictions"]),
            }
        )
    return made


@settings(max_examples=25, deadline=None)
@given(st.permutations([*RETURNED, *BESIDE]))
def test_the_order_of_files_does_not_matter(papers: list[Held]) -> None:
    assert told(papers) == told([*RETURNED, *BESIDE])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(BESIDE), unique_by=lambda one: one.number))
def test_other_shipments_change_nothing(beside: list[Held]) -> None:
    (alone,) = told(RETURNED)
    assert alone in told([*RETURNED, *beside])


STEPS = {"open": 0, "soon": 1, "overdue": 2, "passed": 2, "done": 3}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(RETURNED), min_size=1, unique_by=id),
    st.integers(0, 4000),
    st.integers(0, 400),
)
def test_time_alone_never_makes_anything_less_urgent(papers: list[Held], first: int, more: int) -> None:
    start = date(2026, 1, 1) + timedelta(days=first)
    before, after = (
        {
            (shipment.shipment.number, one.code, one.about): one.state
            for shipment in answer_of(*papers, as_of=day.isoformat()).dossiers
            for one in shipment.deadlines
        }
        for day in (start, start + timedelta(days=more))
    )
    assert before.keys() == after.keys()
    for code, state in before.items():
        assert STEPS[state.value] <= STEPS[after[code].value]
        assert (state == "done") == (after[code] == "done")


NAMES = st.sampled_from(
    [
        name.split("/")[-1]
        for part in (default().invoice, default().line)
        for many in part.values()
        for name in many
    ]
)
TEXTS = st.one_of(
    st.just("1"),
    st.just("20260305"),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40),
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> etree._Element:
    element = etree.Element(draw(NAMES))
    element.text = draw(TEXTS)
    if depth:
        element.extend(draw(st.lists(trees(depth - 1), max_size=4)))
    return element


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(trees())
def test_any_tree_is_an_invoice_or_refused_by_name(root: etree._Element) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        told = answer_of(read_invoice(root, "fp.xml", default()))
        numbers = [one.shipment.number for one in told.dossiers]
        assert numbers or [one.kind for one in told.problems] == [LOOSE]  # not dropped in silence
    except HefuError as error:
        problems = error.problems
    assert all(one.message.zh and one.cure.en for one in problems)
    assert {one.kind.code for one in problems} <= {
        "dossier.not_an_invoice", "dossier.invoice_several", "document.field",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".json", ".xml", ".toml", ".xlsx", ""])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_papers_or_problems(tmp_path: Path, suffix: str, data: bytes) -> None:
    file = tmp_path / f"some{suffix}"
    file.write_bytes(data)
    made = read([file])
    assert made.papers or made.problems
    assert all(one.message.zh and one.cure.en for one in made.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.text(max_size=30), min_size=8, max_size=8), max_size=4))
def test_any_cells_are_taken_or_refused_by_their_place(tmp_path: Path, rows: list[list[str]]) -> None:
    titles = ["种类", "编号", "日期", "金额", "币制", "卖方税号", "数量", "文件"]
    clean = [
        [text.replace('"', "").replace("\r", "").replace("\n", "").replace("\0", "") for text in row]
        for row in rows
    ]
    lines = [titles, *([("提单" if place % 2 else row[0]), *row[1:]] for place, row in enumerate(clean))]
    file = tmp_path / "papers.csv"
    file.write_text(
        "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines), "utf-8", errors="replace"
    )
    made = read([file])
    assert all(one.place or one.file for one in made.problems)
    answer_of(*made.papers)
