"""Is there a certificate, and may it still be used?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from hefu.rules.case import Case, Standing, UseState
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORTER, certificate, declaration, item, line
from tests.rules.pairs import (
    ACTS,
    OTHER_ACT,
    Broken,
    chained,
    codes,
    judged,
    pair,
    several,
    standing,
)

NUMBER = "BSWT0001"
OWN = "530120261000000001"


def _stands(state: UseState, held_by: str | None = None) -> Case:
    return pair(certificates=(standing(certificate(), state, held_by),))


def _unknown(act: str = "return") -> Case:
    return pair(act, certificates=(Standing(NUMBER, UseState.UNKNOWN),))


_broken = partial(Broken, field="certificates", question="entitlement")


BROKEN = (
    _broken(
        "certificate.on_paper",
        pair(certificates=(replace(standing(certificate()), ticket="YJ2026-0001"),)),
        declared=NUMBER,
        certified="YJ2026-0001",
    ),
    _broken(
        "certificate.behind",
        pair(certificates=(replace(standing(certificate()), behind=True),)),
        declared=NUMBER,
        certified="available",
    ),
    *(
        _broken(
            "certificate.number_form",
            pair(act),
            declared=NUMBER,
            certified=act,
            policy=Policy(certificate_pattern="BSWT[0-9]{3}|SWT0001"),
            why=act,
        )
        for act in ACTS
    ),
    *(
        _broken(
            "certificate.missing",
            pair(act, decl={"certificates": None}, certificates=()),
            act,
            "",
            certificate="",
            why=act,
        )
        for act in ACTS
    ),
    *(_broken("certificate.unknown", _unknown(act), NUMBER, "unknown", why=act) for act in ACTS),
    _broken("certificate.withdrawn", _stands(UseState.WITHDRAWN), NUMBER, "withdrawn"),
    _broken("certificate.used", _stands(UseState.USED, OTHER_ACT), NUMBER, OTHER_ACT),
    _broken("certificate.reserved", _stands(UseState.RESERVED, OTHER_ACT), NUMBER, OTHER_ACT),
    _broken("certificate.for_agent", pair(cert={"agent": AGENT}), NUMBER, EXPORTER["uscc"]),
    _broken(
        "certificate.not_needed",
        several([certificate(), certificate(number="BSWT0002")]),
        "BSWT0002",
        "return",
        certificate="BSWT0002",
        question="match",
        severity="warn",
    ),
)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("", True), ("BSWT[0-9]{4}", True), ("BSWT", False), ("SWT0001", False), ("BSWT000[12]|X", True)],
)
def test_a_pattern_is_asked_of_the_whole_number(pattern: str, *, fits: bool) -> None:
    expected = [] if fits else ["certificate.number_form"]
    assert codes(pair(), Policy(certificate_pattern=pattern)) == expected


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_one_broken_thing_yields_exactly_its_code(broken: Broken) -> None:
    broken.check()


@pytest.mark.parametrize("act", ACTS)
def test_a_sound_pair_of_every_act_passes_without_findings(act: str) -> None:
    answer = judged(pair(act))
    assert answer.findings == ()
    assert answer.passes
    assert [(draw.item, draw.certificate, draw.line) for draw in answer.draws] == [(1, NUMBER, 1)]


@pytest.mark.parametrize("state", [UseState.RESERVED, UseState.USED])
def test_a_certificate_held_by_this_very_act_is_no_obstacle(state: UseState) -> None:
    assert codes(_stands(state, OWN)) == []


@pytest.mark.parametrize("state", [UseState.RESERVED, UseState.USED])
def test_a_certificate_held_by_nobody_on_record_is_still_not_free(state: UseState) -> None:
    assert codes(_stands(state, None)) == [f"certificate.{state.value}"]


def test_a_withdrawn_certificate_stays_withdrawn_whoever_asks() -> None:
    assert codes(_stands(UseState.WITHDRAWN, OWN)) == ["certificate.withdrawn"]


def test_the_answer_waits_for_what_is_unknown_and_for_nothing_else() -> None:
    assert judged(_unknown()).waits_for == (NUMBER,)
    assert judged(pair()).waits_for == ()
    assert judged(_stands(UseState.USED, OTHER_ACT)).waits_for == ()


def test_an_unknown_certificate_draws_nothing() -> None:
    assert judged(_unknown()).draws == ()


def test_items_are_not_called_uncovered_while_a_certificate_is_still_unknown() -> None:
    known = certificate()
    case = pair(
        decl={
            "certificates": [{"number": NUMBER}, {"number": "BSWT0002"}],
            "items": [item(), item(item=2, hs_code="6205200000")],
        },
        certificates=(standing(known), Standing("BSWT0002", UseState.UNKNOWN)),
    )
    assert codes(case) == ["certificate.unknown"]


def test_each_certificate_is_judged_on_its_own() -> None:
    case = pair(
        decl={"certificates": [{"number": "A"}, {"number": "B"}]},
        certificates=(
            standing(certificate(number="A"), UseState.USED, OTHER_ACT),
            Standing("B", UseState.UNKNOWN),
        ),
    )
    found = {(one.code, one.certificate) for one in judged(case).findings}
    assert found == {("certificate.used", "A"), ("certificate.unknown", "B")}


def test_what_concerns_the_whole_case_is_said_once_however_many_items() -> None:
    case = pair(
        decl={"certificates": None, "items": [item(item=n) for n in range(1, 6)]},
        certificates=(),
    )
    assert codes(case) == ["certificate.missing"]


def test_what_concerns_a_certificate_is_said_once_however_many_items_draw_on_it() -> None:
    kinds = dict(enumerate(("6109100000", "6205200000", "6403990000"), start=1))
    document = certificate(lines=[line(line=n, item=n, hs_code=code) for n, code in kinds.items()])
    items = [item(item=n, hs_code=code) for n, code in kinds.items()]
    case = pair(
        decl={"items": items},
        shipped={"items": items},
        certificates=(standing(document, UseState.USED, OTHER_ACT),),
        goods_left={},
    )
    assert codes(case) == ["certificate.used"]


def test_a_principals_certificate_is_refused_even_to_its_agent() -> None:
    case = chained(cert={"holder": EXPORTER, "agent": AGENT, "principal_certificate": None})
    assert codes(case) == ["certificate.for_agent"]


NARROW = Policy(scope="announcement-256")


def test_out_of_scope_nothing_is_needed_and_nothing_is_found() -> None:
    answer = judged(pair("export", decl={"certificates": None}, certificates=()), NARROW)
    assert (answer.findings, answer.draws, answer.waits_for) == ((), (), ())


def test_a_certificate_named_out_of_scope_is_looked_at_all_the_same() -> None:
    case = pair("export", certificates=(standing(certificate("export"), UseState.USED, OTHER_ACT),))
    assert codes(case, NARROW) == ["certificate.used"]


def test_other_imports_need_no_certificate() -> None:
    lodged = declaration("other", number="530120261000000005", certificates=None)
    assert codes(Case(lodged)) == []


def test_a_used_certificate_is_found_even_on_an_import_that_needs_none() -> None:
    lodged = declaration("other", number="530120261000000005")
    case = Case(lodged, (standing(certificate(), UseState.USED, OTHER_ACT),))
    assert codes(case) == ["certificate.used"]
