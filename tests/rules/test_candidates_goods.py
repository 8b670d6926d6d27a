"""What one might change about codes, units, quantities, days and modes; what is in use, and what cannot be made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from hefu.rules.case import Case, Standing, UseState
from hefu.rules.edits import APPLY, REISSUE
from tests.builders import EXPORT, certificate, declaration, invoice_line, item, line
from tests.rules.offers import after, offered, paper, told, words
from tests.rules.pairs import (
    ACTS,
    OTHER_EXPORT,
    Changes,
    pair,
    several,
    standing,
)

# --- codes, units, days, modes -----------------------------------------------------------------------------


OTHER_HS: Final[Changes] = {"hs_code": "6109909000"}


def _codes(act: str = "return", *, exported: str = "6110200000", of: str = EXPORT, **case: Any) -> Case:
    """Item 1 says 6109909000, line 2 of the certificate 6109100000, item 5 of the export declaration another code."""
    made = invoice_line(line=2) if act == "export" else line(line=2, item=5, declaration=of)
    goods = [item(item=1, hs_code="8517130000"), item(item=5, hs_code=exported)]
    return pair(
        act, cert={"lines": [made]}, decl={"items": [item(**OTHER_HS)]}, shipped={"items": goods}, **case
    )


@pytest.mark.parametrize(
    ("act", "case", "declared"),
    [
        ("export", {}, "6109100000"),
        ("return", {}, "6110200000"),
        ("amendment", {}, "6109100000"),
        ("withdrawal", {}, "6109100000"),
        ("return", {"of": OTHER_EXPORT}, "6109100000"),
        ("return", {"original": None}, "6109100000"),
    ],
)
def test_the_wrong_code_is_the_declarations_or_the_certificates(
    act: str, case: dict[str, Any], declared: str
) -> None:
    """What returns has the code under which it left; for other acts the certificate's."""
    made = _codes(act, **case)
    right, reissued = offered(made, "hs.differs", "6109909000", "6109100000", at=(1, 2))
    assert words([right, reissued]) == [
        f"declaration {made.declaration.number} items[1].hs_code: 6109909000 -> {declared} (declarant)",
        "certificate BSWT0001 lines[2].hs_code: 6109100000 -> 6109909000 (reissue)",
    ]
    assert after(right, made).declaration.items[0].hs_code == declared
    assert paper(after(reissued, made)).lines[0].hs_code == "6109909000"
    assert told(made, "hs.heading_differs", "6109909000", "6109100000", at=(1, 2)) == words([right])


def test_a_certificate_says_the_code_of_the_exported_item() -> None:
    case = _codes()
    assert told(case, "hs.original_differs", "6110200000", "6109100000", at=(1, 2)) == [
        "certificate BSWT0001 lines[2].hs_code: 6109100000 -> 6110200000 (reissue)"
    ]
    for unknown in (_codes(original=None), _codes(of=OTHER_EXPORT), _codes("export")):
        assert told(unknown, "hs.original_differs", at=(1, 2)) == []


PIECES: Final = {"quantity": "7", "unit": "008"}


def _units(exported: str = "035", **case: Any) -> Case:
    """Item 1 counts 7 of unit 008, line 2 100 of 011, item 5 of the export declaration counts otherwise."""
    goods = [item(item=5, first={"quantity": "100", "unit": exported})]
    return pair(
        cert={"lines": [line(line=2, item=5)]},
        decl={"items": [item(first=PIECES, second=None)]},
        **{"shipped": {"items": goods}, **case},
    )


def test_units_that_do_not_convert_are_the_certificates_or_the_declarations() -> None:
    case = _units()
    reissued, right = offered(case, "unit.not_convertible", "008 只", "011 件", at=(1, 2))
    assert words([reissued, right]) == [
        "certificate BSWT0001 lines[2].unit: 011 件 -> 008 (apply)",
        f"declaration {case.declaration.number} items[1].first: 7 008 -> 100 011 (declarant)",
    ]
    made = paper(after(reissued, case)).lines[0]
    assert (made.unit, str(made.quantity), made.exported_quantity) == ("008", "7", None)
    measure = after(right, case).declaration.items[0].first
    assert (measure.unit, str(measure.quantity)) == ("011", "100")


@pytest.mark.parametrize(("exported", "unit"), [("035", "035"), ("070", "070")])
def test_a_certificate_counts_as_the_export_did(exported: str, unit: str) -> None:
    case = _units(exported)
    (one,) = offered(case, "unit.not_of_export", "035 千克", "011 件", at=(1, 2))
    assert words([one]) == [f"certificate BSWT0001 lines[2].unit: 011 件 -> {unit} (apply)"]
    made = paper(after(one, case)).lines[0]
    assert (made.unit, str(made.quantity), made.exported_quantity) == (unit, "7", None)


def test_where_the_exported_item_is_not_known_a_certificate_counts_as_the_declaration_does() -> None:
    for case in (_units(original=None), _units(shipped={"items": [item(item=4)]})):
        assert [one.edit.after for one in offered(case, "unit.not_of_export", at=(1, 2))] == ["008"]


@pytest.mark.parametrize("act", ACTS)
def test_a_certificate_of_later_is_an_act_declared_too_early(act: str) -> None:
    case = pair(act)
    (one,) = offered(case, "date.issued_after_act", "2026-03-05", "2026-03-09", at=(0, 0))
    number = case.declaration.number
    assert words([one]) == [f"declaration {number} declared_on: 2026-03-05 -> 2026-03-09 (declarant)"]
    assert after(one, case).declaration.declared_on == date(2026, 3, 9)


@pytest.mark.parametrize(("issued", "day"), [("2026-03-06", "2026-03-09"), ("2026-03-10", "2026-03-10")])
def test_an_act_before_its_export_was_declared_later_and_after_its_certificates(
    issued: str, day: str
) -> None:
    case = pair(cert={"issued_on": issued})
    (one,) = offered(case, "date.before_export", "2026-03-05", "2026-03-09", at=(0, 0))
    number = case.declaration.number
    assert words([one]) == [f"declaration {number} declared_on: 2026-03-05 -> {day} (declarant)"]
    bare = pair(certificates=())
    (one,) = offered(bare, "date.before_export", "2026-03-05", "2026-03-09", at=(0, 0))
    assert one.edit.after == "2026-03-09"


def test_the_day_of_export_is_corrected_in_the_certificate() -> None:
    case = pair(cert={"lines": [line(line=4, export_date="2026-02-02")]})
    (one,) = offered(case, "date.export_date_differs", "2026-02-01", "2026-02-02", at=(1, 4))
    assert words([one]) == ["certificate BSWT0001 lines[4].export_date: 2026-02-02 -> 2026-02-01 (reissue)"]
    assert paper(after(one, case)).lines[0].export_date == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("act", "usual"), [("return", "4561"), ("export", "0110"), ("amendment", ""), ("withdrawal", "")]
)
def test_an_act_has_its_usual_mode(act: str, usual: str) -> None:
    case = pair(act, decl={"mode": "9999"})
    made = offered(case, "mode.not_for_act", "9999", at=(0, 0), cert="")
    number = case.declaration.number
    assert words(made) == ([f"declaration {number} mode: 9999 -> {usual} (declarant)"] if usual else [])
    assert [after(one, case).declaration.mode for one in made] == ([usual] if usual else [])


@pytest.mark.parametrize(
    "code",
    [
        "declaration.differs",
        "item.not_found",
        "hs.differs",
        "hs.original_differs",
        "hs.heading_differs",
        "unit.not_convertible",
        "unit.not_of_export",
        "quantity.exceeds_certificate",
        "quantity.exceeds_export",
        "quantity.exceeds_goods",
        "date.export_date_differs",
    ],
)
def test_without_the_line_there_is_nothing_to_change(code: str) -> None:
    assert told(pair(), code, "1", "1", at=(1, 0)) == []
    assert told(pair(), code, "1", "1", at=(1, 9)) == []
    assert told(pair(), code, "1", "1", cert="Z") == []
    unknown = pair(certificates=(Standing("BSWT0001", UseState.UNKNOWN),))
    assert told(unknown, code, "1", "1") == []


@pytest.mark.parametrize(
    "code", ["hs.differs", "unit.not_convertible", "unit.not_of_export", "quantity.exceeds_certificate"]
)
def test_without_the_item_there_is_nothing_to_change(code: str) -> None:
    assert told(pair(), code, "1", "1", at=(0, 1)) == []
    assert told(pair(), code, "1", "1", at=(9, 1)) == []


# --- what is in use, and what cannot be made ------------------------------------------------------------------


@pytest.mark.parametrize("state", list(UseState)[1:])
@pytest.mark.parametrize(
    ("code", "field"), [("hs.differs", "hs_code"), ("date.export_date_differs", "export_date")]
)
def test_only_an_unused_certificate_is_reissued(state: UseState, code: str, field: str) -> None:
    case = pair(certificates=(replace(standing(certificate()), state=state, declaration="X"),))
    made = [
        one
        for one in offered(case, code, "2026-02-01", "2026-02-02")
        if one.edit.field == f"lines[1].{field}"
    ]
    assert [one.edit.who for one in made] == [REISSUE if state is UseState.AVAILABLE else APPLY]
    assert [one.edit.effort for one in made] == [2 if state is UseState.AVAILABLE else 3]


def test_a_change_that_the_paper_cannot_hold_is_not_made() -> None:
    case = pair()
    for code, wrong in (("date.issued_after_act", "soon"), ("date.issued_after_act", "")):
        (one,) = offered(case, code, "", wrong)
        assert one.make(case) is None
    (one,) = offered(case, "date.export_date_differs", "soon", "")
    assert one.make(case) is None
    two = pair(cert={"lines": [line(), line(line=2, item=7)]})
    (one,) = offered(two, "item.not_found", EXPORT, "7", at=(1, 2))
    assert one.make(two) is None  # two lines for the same goods


def test_a_change_is_made_in_the_case_as_it_is_then() -> None:
    case = pair()
    (one,) = offered(case, "date.export_date_differs", "2026-02-03", "")
    assert one.make(replace(case, certificates=())) is None
    assert one.make(replace(case, certificates=(Standing("BSWT0001", UseState.UNKNOWN),))) is None
    later = replace(case, declaration=declaration(remark="later"))
    assert after(one, later).declaration.remark == "later"


@pytest.mark.parametrize("number", ["A", "B", "C"])
def test_of_several_certificates_only_the_one_meant_is_changed(number: str) -> None:
    days = {"A": "2026-02-02", "B": "2026-02-03", "C": "2026-02-04"}
    papers = [
        certificate(number=name, lines=[line(item=n, export_date=day)])
        for n, (name, day) in enumerate(days.items(), 1)
    ]
    case = several(papers)
    (one,) = offered(case, "date.export_date_differs", "2026-02-01", days[number], cert=number)
    now = after(one, case)
    assert [one.number for one in now.certificates] == ["A", "B", "C"]
    told = {one.number: one.document.lines[0] for one in now.certificates if one.document}
    assert {name: line.item for name, line in told.items()} == {"A": 1, "B": 2, "C": 3}
    assert {name: str(line.export_date) for name, line in told.items()} == {**days, number: "2026-02-01"}
