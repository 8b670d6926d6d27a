"""Does the supervision mode allow it?"""

from __future__ import annotations

from functools import partial

import pytest

from hefu.documents.codes.tables import modes
from hefu.rules.case import Case
from hefu.rules.policy import Policy
from tests.builders import EXPORT
from tests.rules.pairs import ACTS, AFTER_EXPORT, Broken, codes, judged, pair

_broken = partial(Broken, field="mode", question="entitlement")
NARROW = Policy(scope="announcement-256")


def _mode(act: str, mode: str | None) -> Case:
    return pair(act, decl={"mode": mode})


def _exported_under(mode: str, act: str = "return") -> Case:
    return pair(act, shipped={"mode": mode})


BROKEN = (
    _broken("mode.not_for_act", _mode("return", "0110"), "0110", "return"),
    *(
        _broken("mode.unknown", _mode(act, "8888"), "8888", act, severity="warn", why=act)
        for act in ("export", "return")
    ),
    *(
        _broken("mode.not_refundable", _exported_under("1039", act), "1039", act, severity="warn", why=act)
        for act in AFTER_EXPORT
    ),
    *(
        _broken(
            "mode.original_unknown", _exported_under("8888", act), "8888", EXPORT, severity="warn", why=act
        )
        for act in AFTER_EXPORT
    ),
    _broken("mode.not_refundable", _mode("export", "1039"), "1039", "export", severity="warn", why="export"),
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize("code", sorted(modes()))
@pytest.mark.parametrize("act", ["export", "return"])
def test_every_mode_of_the_table_serves_the_acts_that_the_table_says(act: str, code: str) -> None:
    found = codes(_mode(act, code))
    assert ("mode.not_for_act" in found) is (act not in modes()[code].acts)
    assert "mode.unknown" not in found


@pytest.mark.parametrize("code", sorted(modes()))
def test_exports_under_every_mode_are_refundable_as_the_table_says(code: str) -> None:
    expected = ["mode.not_refundable"] if modes()[code].refundable == "no" else []
    assert codes(_exported_under(code)) == expected


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
@pytest.mark.parametrize("mode", [None, "0110", "4500", "4561"])
def test_amendments_and_withdrawals_are_free_in_their_mode(act: str, mode: str | None) -> None:
    assert codes(_mode(act, mode)) == []


def test_the_mode_of_the_return_itself_need_not_be_refundable() -> None:
    assert modes()["4561"].refundable == "no"
    assert codes(_mode("return", "4561")) == []


def test_a_mode_outside_the_table_is_not_taken_for_one_that_does_not_serve() -> None:
    answer = judged(_mode("return", "8888"))
    assert answer.passes
    assert "mode.not_for_act" not in [one.code for one in answer.findings]


def test_an_export_under_an_unknown_mode_is_not_called_unrefundable() -> None:
    assert codes(_exported_under("8888")) == ["mode.original_unknown"]


@pytest.mark.parametrize("act", AFTER_EXPORT)
def test_one_unknown_code_in_the_act_and_in_its_export_is_told_once(act: str) -> None:
    same = pair(act, decl={"mode": "8888"}, shipped={"mode": "8888"})
    other = pair(act, decl={"mode": "8888"}, shipped={"mode": "7777"})
    assert codes(same) == ["mode.unknown"]
    assert codes(other) == ["mode.unknown", "mode.original_unknown"]


def test_without_the_export_declaration_its_mode_is_not_judged() -> None:
    assert codes(pair(original=None)) == ["original.unknown"]


@pytest.mark.parametrize("mode", ["4500", "8888"])
def test_out_of_scope_the_mode_is_not_asked_for(mode: str) -> None:
    assert not {"mode.not_for_act", "mode.unknown"} & set(codes(_mode("export", mode), NARROW))
    assert {"mode.not_for_act", "mode.unknown"} & set(codes(_mode("export", mode)))


@pytest.mark.parametrize("act", ACTS)
def test_what_concerns_the_act_is_said_once_however_many_certificates(act: str) -> None:
    found = codes(_mode(act, "8888"))
    assert len(found) == len(set(found))
