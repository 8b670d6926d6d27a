"""Do the days fit? The day of every bound and the day after it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.rules.case import Case
from hefu.rules.policy import Policy
from tests.builders import certificate, invoice_line, item, line
from tests.rules.pairs import (
    ACTS,
    AFTER_EXPORT,
    OTHER_EXPORT,
    Broken,
    codes,
    judged,
    only,
    pair,
    several,
)

ISSUED = date(2026, 3, 1)
EXPORTED = date(2026, 2, 1)
_broken = partial(Broken, field="declared_on", question="entitlement")


def _declared(day: date | str, act: str = "return", **shipped: object) -> Case:
    """The act is declared on this day; the certificate was issued on ISSUED."""
    return pair(act, decl={"declared_on": str(day)}, shipped=shipped)


def _certified(day: str | None, act: str = "return", **shipped: object) -> Case:
    """The certificate states this day of export."""
    return pair(act, cert={"lines": [line(export_date=day)]}, shipped=shipped)


def _shipped_on(day: str, act: str = "return", issued: str = "2026-03-01", **rest: object) -> Case:
    """The export was declared on this day; the act is of 5 March."""
    return pair(act, cert={"issued_on": issued}, shipped={"declared_on": day, **rest})


def _stated(day: str | None, act: str = "return", issued: str = "2026-03-01") -> Case:
    """Customs has no export declaration on record, the certificate states its day."""
    return pair(act, cert={"issued_on": issued, "lines": [line(export_date=day)]}, original=None)


BROKEN = (
    *(
        Broken(
            "date.before_export",
            _shipped_on("2026-03-06", act),
            "2026-03-05",
            "2026-03-06",
            "declared_on",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    *(
        Broken(
            "date.issued_before_export",
            _shipped_on("2026-03-02", act),
            "2026-03-02",
            "2026-03-01",
            "issued_on",
            severity="warn",
            question="entitlement",
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    *(
        _broken("date.issued_after_act", _declared("2026-02-28", act), "2026-02-28", "2026-03-01", why=act)
        for act in ACTS
    ),
    *(
        Broken(
            "date.export_date_differs",
            _certified("2026-02-02", act),
            "2026-02-01",
            "2026-02-02",
            "export_date",
            item=1,
            line=1,
            why=act,
        )
        for act in AFTER_EXPORT
    ),
    _broken("date.window_closed", _declared("2027-02-02"), "2027-02-02", "2027-02-01", severity="warn"),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_the_day_of_issue_passes_and_the_day_before_does_not(act: str) -> None:
    assert codes(_declared(ISSUED, act)) == []
    assert codes(_declared(ISSUED - timedelta(days=1), act)) == ["date.issued_after_act"]


@pytest.mark.parametrize(
    ("day", "fits"), [("2026-01-31", False), ("2026-02-01", True), ("2026-02-02", False)]
)
def test_the_export_date_is_equal_to_the_day(day: str, *, fits: bool) -> None:
    assert codes(_certified(day)) == ([] if fits else ["date.export_date_differs"])


@pytest.mark.parametrize(
    ("day", "fits"),
    [("2026-01-31", False), ("2026-02-01", True), ("2026-02-02", False), ("2026-02-03", True)],
)
def test_either_the_declaration_date_or_the_exit_date_counts(day: str, *, fits: bool) -> None:
    assert codes(_certified(day, moved_on="2026-02-03")) == ([] if fits else ["date.export_date_differs"])


def test_the_shown_day_of_export_is_the_exit_date_where_there_is_one() -> None:
    assert only(_certified("2026-02-02", moved_on="2026-02-03")).declared == "2026-02-03"


def test_a_certificate_without_export_date_has_none_to_differ() -> None:
    assert codes(_certified(None)) == []


def test_without_the_export_declaration_its_date_is_not_compared() -> None:
    case = pair(cert={"lines": [line(export_date="2020-06-01")]}, original=None)
    assert "date.export_date_differs" not in codes(case)


@pytest.mark.parametrize(
    ("exported", "end"),
    [
        ("2026-02-01", "2027-02-01"),
        ("2025-12-31", "2026-12-31"),
        ("2024-02-29", "2025-02-28"),
        ("2027-02-28", "2028-02-28"),
    ],
)
def test_a_return_on_the_last_day_of_the_year_passes_and_the_day_after_warns(exported: str, end: str) -> None:
    last = date.fromisoformat(end)
    shipped = {"declared_on": exported}
    early = {"issued_on": exported}
    inside = pair(cert=early, decl={"declared_on": str(last)}, shipped=shipped)
    outside = pair(cert=early, decl={"declared_on": str(last + timedelta(days=1))}, shipped=shipped)
    assert codes(inside) == []
    found = only(outside)
    assert (found.code, found.certified) == ("date.window_closed", end)


@pytest.mark.parametrize("mode", ["9610", "9710", "9810", "1210"])
@pytest.mark.parametrize(("exported", "end"), [("2026-02-01", "2026-08-01"), ("2026-08-31", "2027-02-28")])
def test_e_commerce_has_six_months(mode: str, exported: str, end: str) -> None:
    last = date.fromisoformat(end)

    def case(day: date) -> Case:
        return pair(
            cert={"issued_on": exported},
            decl={"declared_on": str(day)},
            shipped={"declared_on": exported, "mode": mode},
        )

    assert codes(case(last)) == []
    assert codes(case(last + timedelta(days=1))) == ["date.window_closed"]


def test_the_period_runs_from_the_exit_date_where_there_is_one() -> None:
    late = "2027-02-05"
    assert codes(_declared(late)) == ["date.window_closed"]
    assert codes(_declared(late, moved_on="2026-02-05")) == []
    assert codes(_declared("2027-02-06", moved_on="2026-02-05")) == ["date.window_closed"]


def test_without_the_export_declaration_the_period_runs_from_what_the_certificate_states() -> None:
    def case(day: str) -> Case:
        lines = [line(export_date="2026-02-01")]
        return pair(cert={"lines": lines}, decl={"declared_on": day}, original=None)

    assert codes(case("2027-02-01")) == ["original.unknown"]
    assert codes(case("2027-02-02")) == ["original.unknown", "date.window_closed"]


def test_without_any_day_of_export_there_is_no_period() -> None:
    case = pair(decl={"declared_on": "2036-01-01"}, original=None)
    assert codes(case) == ["original.unknown"]


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
def test_only_returns_have_a_period(act: str) -> None:
    assert codes(_declared("2036-01-01", act)) == []


@pytest.mark.parametrize(
    ("months", "end"), [(1, "2026-03-01"), (6, "2026-08-01"), (12, "2027-02-01"), (36, "2029-02-01")]
)
def test_the_length_of_the_period_is_policy(months: int, end: str) -> None:
    policy = Policy(return_window_months=months)
    last = date.fromisoformat(end)
    assert codes(_declared(last), policy) == []
    assert codes(_declared(last + timedelta(days=1)), policy) == ["date.window_closed"]


@pytest.mark.parametrize(("months", "end"), [(2, "2026-04-01"), (6, "2026-08-01"), (13, "2027-03-01")])
def test_the_length_of_the_e_commerce_period_is_policy(months: int, end: str) -> None:
    policy = Policy(ecommerce_window_months=months)
    last = date.fromisoformat(end)
    assert codes(_declared(last, mode="9810"), policy) == []
    assert codes(_declared(last + timedelta(days=1), mode="9810"), policy) == ["date.window_closed"]


def test_a_closed_period_warns_and_does_not_hold() -> None:
    answer = judged(_declared("2036-01-01"))
    assert answer.passes
    assert [one.severity.value for one in answer.findings] == ["warn"]


@settings(deadline=None, max_examples=60)
@given(
    exported=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 800),
    months=st.integers(1, 24),
)
def test_the_period_ends_on_the_same_day_of_its_last_month(exported: date, days: int, months: int) -> None:
    declared = exported + timedelta(days=days)
    case = pair(
        cert={"issued_on": str(exported)},
        decl={"declared_on": str(declared)},
        shipped={"declared_on": str(exported)},
    )
    late = declared > _months_after(exported, months)
    assert codes(case, Policy(return_window_months=months)) == ["date.window_closed"] * late


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


@pytest.mark.parametrize(
    ("mode", "last"), [("0110", "2026-05-01"), ("9810", "2026-08-01"), ("0615", "2027-02-01")]
)
def test_a_mode_may_have_a_window_of_its_own(mode: str, last: str) -> None:
    policy = Policy(window_months_by_mode={"0110": 3})
    for shift, expected in ((0, []), (1, ["date.window_closed"])):
        day = date.fromisoformat(last) + timedelta(days=shift)
        assert codes(_declared(day, mode=mode), policy) == expected


def test_without_a_day_of_export_there_is_no_window() -> None:
    case = pair(decl={"declared_on": "2030-01-01"}, original=None)
    assert codes(case) == ["original.unknown"]


@pytest.mark.parametrize(
    ("exported", "months", "last"),
    [("2026-01-31", 1, "2026-02-28"), ("2023-12-31", 2, "2024-02-29"), ("2026-08-31", 6, "2027-02-28")],
)
def test_a_window_ends_on_the_last_day_of_a_shorter_month(exported: str, months: int, last: str) -> None:
    policy = Policy(return_window_months=months)
    for shift, expected in ((0, []), (1, ["date.window_closed"])):
        day = date.fromisoformat(last) + timedelta(days=shift)
        case = pair(
            cert={"issued_on": exported, "lines": [line(export_date=exported)]},
            decl={"declared_on": str(day)},
            original=None,
        )
        assert codes(case, policy) == ["original.unknown", *expected]


@pytest.mark.parametrize(("day", "fits"), [("2026-03-01", True), ("2026-03-05", True), ("2026-03-06", False)])
@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_no_act_is_declared_before_its_export(act: str, day: str, *, fits: bool) -> None:
    """The day of issue is the same as that of the export, or the act's."""
    issued = min(day, "2026-03-05")
    assert codes(_shipped_on(day, act, issued)) == ([] if fits else ["date.before_export"])


def test_the_day_on_which_the_goods_left_does_not_matter_to_an_act_before_it() -> None:
    assert codes(_shipped_on("2026-03-01", "amendment", moved_on="2026-03-09")) == []


@pytest.mark.parametrize(("day", "fits"), [("2026-03-05", True), ("2026-03-06", False), (None, True)])
def test_where_the_export_is_not_on_record_the_certificate_tells_its_day(
    day: str | None, *, fits: bool
) -> None:
    found = codes(_stated(day, issued="2026-03-05"))
    assert found == ["original.unknown", *([] if fits else ["date.before_export"])]


def test_what_is_on_record_goes_before_what_the_certificate_says_of_its_day() -> None:
    case = pair(cert={"lines": [line(export_date="2026-03-06")]}, shipped={"declared_on": "2026-03-01"})
    assert codes(case) == ["date.export_date_differs"]


def test_an_act_before_its_certificate_and_its_export_is_told_once() -> None:
    assert codes(_declared("2026-01-31")) == ["date.issued_after_act"]


def test_an_act_before_its_export_is_told_once_however_many_lines_and_certificates() -> None:
    documents = [certificate(number=name, lines=[line(quantity="50")]) for name in "AB"]
    assert codes(several(documents, shipped={"declared_on": "2026-03-06"})) == ["date.before_export"]


def test_a_certificate_of_another_export_declaration_tells_nothing_of_the_day() -> None:
    case = pair(
        decl={"related": OTHER_EXPORT}, cert={"lines": [line(export_date="2026-04-01")]}, original=None
    )
    assert codes(case) == ["declaration.differs"]


@pytest.mark.parametrize("issued", ["2026-02-28", "2026-03-01", "2026-03-02"])
@pytest.mark.parametrize("known", [True, False])
def test_a_certificate_is_issued_on_the_day_of_export_or_later(issued: str, *, known: bool) -> None:
    expected = ["date.issued_before_export"] if issued == "2026-02-28" else []
    if known:
        assert codes(_shipped_on("2026-03-01", issued=issued)) == expected
    else:
        assert codes(_stated("2026-03-01", issued=issued)) == ["original.unknown", *expected]


def test_the_lines_day_of_export_is_the_day_that_its_issue_is_held_against() -> None:
    case = pair(
        cert={"issued_on": "2026-03-01", "lines": [line(export_date="2026-03-02")]},
        shipped={"declared_on": "2026-02-01", "moved_on": "2026-03-02"},
    )
    assert codes(case) == ["date.issued_before_export"]
    assert judged(case).passes


def test_a_wrong_day_of_export_is_not_told_again_as_too_early_an_issue() -> None:
    case = pair(cert={"lines": [line(export_date="2026-03-02")]})
    assert codes(case) == ["date.export_date_differs"]


def test_an_issue_before_the_export_is_told_once_a_certificate() -> None:
    goods = [item(), item(item=2, hs_code="8517130000")]
    lines = [line(), line(line=2, item=2, hs_code="8517130000")]
    case = pair(
        cert={"lines": lines},
        decl={"items": goods},
        shipped={"items": goods, "declared_on": "2026-03-02"},
        goods_left={},
    )
    assert codes(case) == ["date.issued_before_export"]


@pytest.mark.parametrize("code", ["date.before_export", "date.issued_before_export"])
def test_before_export_there_is_no_day_of_export_to_be_early_for(code: str) -> None:
    case = pair("export", cert={"lines": [invoice_line(export_date="2027-01-01")]})
    assert code not in codes(case)
