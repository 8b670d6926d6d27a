"""The comparison of very many says exactly what the comparison of one says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.declaration import Act
from hefu.rules.case import Case, ExportState, UseState
from hefu.rules.compare import compare
from hefu.rules.finding import Question
from hefu.rules.mass.judge import FINDINGS, Judged, judge
from hefu.rules.mass.tables import DECLARATIONS, Tables, tables_of
from hefu.rules.policy import Policy
from tests.builders import AGENT, certificate, item, line
from tests.rules.mutations import mutated
from tests.rules.pairs import ACTS, ALL_CODES, DEFAULT, OTHER_EXPORT, Broken, pair, several, standing
from tests.rules.test_compare import NEEDS_POLICY, POLICIES
from tests.rules.test_ruleset import SUBJECTS

MANY = 700
Said = tuple[Any, ...]


def _renumbered(told: Any, seed: int) -> Any:
    """A document's fields with every number of a document made this seed's own."""
    if isinstance(told, dict):
        return {name: _renumbered(one, seed) for name, one in told.items()}
    if isinstance(told, list | tuple):
        return [_renumbered(one, seed) for one in told]
    if not isinstance(told, str):
        return told
    if re.fullmatch(r"[NP]\d|XG\d{10}", told):
        return f"{told}-{seed}"
    return f"{told[:9]}{seed:06d}{told[-3:]}" if re.fullmatch(r"5301\d{14}", told) else told


def own(case: Case, seed: int) -> Case:
    """The case under numbers of its own, so that it stands beside others without meeting them."""

    def of(model: Any) -> Any:
        return model and type(model).model_validate(_renumbered(model.model_dump(mode="json"), seed))

    def standing(one: Any) -> Any:
        return replace(
            one,
            number=_renumbered(one.number, seed),
            document=of(one.document),
            declaration=_renumbered(one.declaration, seed),
        )

    return replace(
        case,
        declaration=of(case.declaration),
        certificates=tuple(map(standing, case.certificates)),
        principals={_renumbered(name, seed): standing(one) for name, one in case.principals.items()},
        original=of(case.original),
        export=_renumbered(case.export, seed),
        changing=_renumbered(case.changing, seed),
        goods_left={
            (_renumbered(paper, seed), item): left for (paper, item), left in case.goods_left.items()
        },
    )


def _assembled(case: Case) -> bool:
    """Whether registers could tell this case: tables hold a document under its own number only, and what is
    said of an export declaration under the number that the case concerns.
    """
    if case.original is not None and case.original.number != case.export:
        return False
    if case.export is not None:
        return case.export in (case.declaration.related, _only_export(case))
    silent = case.declaration.related is None and _only_export(case) is None
    return silent and case.export_state is ExportState.UNKNOWN and not case.changing and not case.amended_on


def _only_export(case: Case) -> str | None:
    """The one export declaration that the certificates of a return speak of."""
    if case.declaration.act is not Act.RETURN:
        return None
    told = {line.declaration for one in case.certificates if one.document for line in one.document.lines}
    return next(iter(told)) if len(told) == 1 else None


@cache
def _case(seed: int) -> Case | None:
    case = own(mutated(seed), seed)
    return case if _assembled(case) else None


def _cases(seeds: range | list[int]) -> list[Case]:
    return [case for seed in seeds if (case := _case(seed))]


def _said(answer: Judged) -> Counter[Said]:
    return Counter(answer.findings.select(list(FINDINGS)).iter_rows())


def _said_singly(cases: list[Case], policy: Policy) -> Counter[Said]:
    return Counter(
        (
            answer.declaration,
            one.code,
            one.question.value,
            one.severity.value,
            one.certificate,
            one.item,
            one.line,
            one.declared,
            one.certified,
        )
        for answer in compare(cases, policy)
        for one in answer.findings
    )


def _agree(cases: list[Case], policy: Policy) -> Judged:
    answer = judge(tables_of(cases), policy)
    assert _said(answer) == _said_singly(cases, policy)
    told = {
        one.declaration: tuple(one.verdict(question) for question in Question)
        for one in compare(cases, policy)
    }
    assert {row[0]: row[1:] for row in answer.verdicts.select("declaration", *Question).iter_rows()} == told
    return answer


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.digest[7:15])
def test_all_in_one_go_are_answered_as_one_by_one(policy: Policy) -> None:
    answer = _agree(_cases(range(MANY)), policy)
    assert answer.pairs > MANY // 2


def test_they_are_no_empty_proof() -> None:
    cases = _cases(range(MANY))
    assert len(cases) > 0.5 * MANY
    found = {said[1] for said in _said(judge(tables_of(cases), DEFAULT))}
    assert found >= ALL_CODES - NEEDS_POLICY - {"declaration.ambiguous"}


@pytest.mark.parametrize("broken", [one for module in SUBJECTS for one in module.BROKEN], ids=str)
def test_the_example_of_every_code_is_answered_alike(broken: Broken) -> None:
    if _assembled(broken.case):
        _agree([broken.case], broken.policy)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 10**5), min_size=1, max_size=6, unique=True),
    st.sampled_from(POLICIES),
)
def test_any_few_are_answered_as_one_by_one(seeds: list[int], policy: Policy) -> None:
    if cases := _cases(seeds):
        _agree(cases, policy)


@pytest.mark.parametrize("act", ACTS)
def test_sound_pairs_have_no_findings(act: str) -> None:
    answer = _agree([pair(act)], DEFAULT)
    assert answer.findings.is_empty()
    assert answer.findings.schema == pl.Schema(FINDINGS)


def test_nothing_asked_nothing_found() -> None:
    empty = Tables(*(frame.clear() for frame in _frames(tables_of([pair("return")]))))
    answer = judge(empty, DEFAULT)
    assert (answer.findings.height, answer.verdicts.height, answer.pairs) == (0, 0, 0)


def test_documents_may_stand_in_any_order() -> None:
    cases = _cases(range(200))
    frames = _frames(tables_of(cases))
    shuffled = Tables(*(one.sort(pl.nth(0).hash(seed=5), maintain_order=True) for one in frames))
    assert _said(judge(shuffled, DEFAULT)) == _said(judge(tables_of(cases), DEFAULT))


def test_what_is_out_of_scope_and_names_nothing_passes() -> None:
    case = pair("export", decl={"certificates": []}, certificates=())
    policy = Policy(scope="announcement-256")
    answer = judge(tables_of([case]), policy)
    assert answer.findings.is_empty()
    assert answer.verdicts.rows() == [(case.declaration.number, "pass", "pass")]
    assert not judge(tables_of([case]), DEFAULT).findings.is_empty()


def plain_cases() -> list[Case]:
    """Cases of every way in which items find their lines, each of which tells at a glance."""
    two = [item(), item(item=2, hs_code="8517130000")]
    lines = [line(), line(line=2, item=2, hs_code="8517130000")]
    crossed = [line(hs_code="8517130000"), line(line=2, item=2)]
    ties = [{"number": "N1", "item": 1, "line": 2}, {"number": "N1", "item": 2, "line": 1}]
    single = pair(cert={"number": "N1"}, decl={"certificates": [{"number": "N1"}]})
    told: list[Case] = []
    for act in ACTS:
        of_export = {"declaration": None, "item": None, "invoice": "F"} if act == "export" else {}
        for stated, named in ((lines, [{"number": "N1"}]), (crossed, ties)):
            held = [{**one, **of_export, "invoice_line": one["line"]} if of_export else one for one in stated]
            told += [
                pair(
                    act,
                    cert={"number": "N1", "lines": held},
                    decl={"items": two, "certificates": named}
                    | ({"becomes": two} if act == "amendment" else {}),
                    shipped={"items": two},
                )
            ]
    weighed = [
        line(line=n, item=n, hs_code=one["hs_code"][:8], unit="千克", quantity="20")
        for n, one in enumerate(two, 1)
    ]
    by_weight = pair(
        cert={"number": "N1", "lines": weighed},
        decl={"items": two, "certificates": [{"number": "N1"}]},
        shipped={"items": two},
        goods_left={},
    )
    return [own(case, seed) for seed, case in enumerate([*told, single, by_weight] * 3)]


def test_what_tells_at_a_glance_needs_no_pairing_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(case: Case) -> Any:
        raise AssertionError(case)

    cases = plain_cases()
    expected = _said_singly(cases, DEFAULT)
    monkeypatch.setattr("hefu.rules.mass.pairing.pair", never)
    answer = judge(tables_of(cases), DEFAULT)
    assert _said(answer) == expected
    assert answer.pairs == sum(len(one.declaration.items) for one in cases)


def test_two_certificates_for_the_same_goods_are_counted_together() -> None:
    phone = "8517130000"
    documents = [
        certificate(number="N1", lines=[line()]),
        certificate(number="N2", lines=[line(hs_code=phone)]),
    ]
    case = several(documents, decl={"items": [item(), item(item=2, hs_code=phone)]})
    answer = _agree([own(case, 1)], DEFAULT)
    assert "quantity.exceeds_goods" in answer.findings.get_column("code")


def test_a_certificate_that_two_declarations_name_is_judged_in_both() -> None:
    one = pair(cert={"number": "N1"}, decl={"certificates": [{"number": "N1"}]})
    other = replace(one, declaration=one.declaration.model_copy(update={"number": "530120261000000009"}))
    _agree([one, other], DEFAULT)
    assert judge(tables_of([one, other]), DEFAULT).pairs == 2


def _frames(tables: Tables) -> list[pl.DataFrame]:
    return [getattr(tables, name) for name in Tables.__slots__]


def test_every_table_has_the_columns_that_are_named() -> None:
    tables = tables_of([pair("return"), pair("export", decl={"related": None})])
    assert tables.declarations.schema == pl.Schema(dict(DECLARATIONS))
    assert OTHER_EXPORT not in tables.declarations.get_column("declaration")


@pytest.mark.parametrize("total", ["500", None])
def test_charges_are_shared_out_only_by_totals_that_are_all_stated(total: str | None) -> None:
    shipped = {
        "items": [item(total="1000", currency="USD"), item(item=2, total=total, currency="USD")],
        "terms": "CIF",
        "freight": {"mark": "total", "value": "70", "currency": "USD"},
        "insurance": {"mark": "rate", "value": "1"},
    }
    case = pair(
        cert={"number": "N1", "lines": [line(fob_usd="1000")]},
        decl={"certificates": [{"number": "N1"}]},
        shipped=shipped,
    )
    assert not _agree([own(case, 1)], DEFAULT).findings.is_empty()


@pytest.mark.parametrize("unit", ["米", "千克", "升", "只"])
def test_the_second_measure_counts_only_for_a_line_of_its_own_kind_of_unit(unit: str) -> None:
    made = item(second={"quantity": "20", "unit": "千克"})
    case = pair(
        cert={"number": "N1", "lines": [line(unit=unit, quantity="20")]},
        decl={"items": [made], "certificates": [{"number": "N1"}]},
        shipped={"items": [made]},
        goods_left={},
    )
    assert not _agree([own(case, 1)], DEFAULT).findings.is_empty()


@pytest.mark.parametrize("act", ["amendment", "withdrawal"])
@pytest.mark.parametrize("state", [UseState.AVAILABLE, UseState.WITHDRAWN])
def test_a_number_under_another_export_declaration_is_no_number_of_this_one(
    act: str, state: UseState
) -> None:
    other = line(declaration=OTHER_EXPORT, hs_code="8703600000", unit="千克")
    document = certificate(act, number="N1", lines=[other])
    case = pair(
        act,
        certificates=(standing(document, state),),
        decl={"items": [item(second=None)], "certificates": [{"number": "N1"}]},
        shipped={"items": [item(second=None)]},
        goods_left={},
    )
    answer = _agree([own(case, 1)], DEFAULT)
    assert answer.pairs == 0


@pytest.mark.parametrize("code", ["uscc", "customs_code"])
def test_an_agent_may_be_known_by_either_code(code: str) -> None:
    agent = {"name": AGENT["name"], code: AGENT[code]}
    answer = _agree([own(pair(cert={"agent": agent}), 1)], DEFAULT)
    assert not answer.findings.is_empty()


def test_an_export_that_names_a_certificate_for_a_return_is_no_return() -> None:
    other = [line(declaration=OTHER_EXPORT)]
    case = pair("export", certificates=(standing(certificate("return", number="N1", lines=other)),))
    named = case.declaration.model_copy(
        update={"certificates": pair(decl={"certificates": [{"number": "N1"}]}).declaration.certificates}
    )
    reported = replace(case, declaration=named, consignor=certificate(holder=AGENT).holder)
    answer = _agree([own(reported, 1)], DEFAULT)
    assert {"purpose.differs", "party.consignor_differs"} <= set(answer.findings.get_column("code"))


@pytest.mark.parametrize("first", ["011", "035"])
@pytest.mark.parametrize("unit", ["件", "千克"])
def test_either_measure_of_an_export_may_be_that_of_the_line(first: str, unit: str) -> None:
    second = {"011": "035", "035": "011"}[first]
    made = item(first={"quantity": "30", "unit": first}, second={"quantity": "20", "unit": second})
    case = pair(
        "amendment",
        cert={"number": "N1", "lines": [line(unit=unit, quantity="25")]},
        decl={"items": [made], "certificates": [{"number": "N1"}]},
        shipped={"items": [made]},
        goods_left={},
    )
    assert not _agree([own(case, 1)], DEFAULT).findings.is_empty()


def test_an_export_declaration_may_be_one_that_is_judged_itself() -> None:
    """The same list may hold exports and the returns of their goods."""
    returned = own(pair(shipped={"items": [item(hs_code="8517130000")]}), 1)
    assert returned.original is not None
    tables = tables_of([returned])
    alone = judge(tables, DEFAULT).findings
    together = replace(tables, declarations=tables.declarations.with_columns(judged=pl.lit(value=True)))
    told = judge(together, DEFAULT).findings.filter(declaration=returned.declaration.number)
    assert sorted(told.rows()) == sorted(alone.rows())
    assert "hs.original_differs" in alone["code"]


@pytest.mark.parametrize(("first", "second"), [("011", "035"), ("035", "011")])
@pytest.mark.parametrize("less", ["0", "1"])
def test_what_a_withdrawal_names_may_be_measured_the_other_way_round(
    first: str, second: str, less: str
) -> None:
    exported = item(first={"quantity": "100", "unit": first}, second={"quantity": "20", "unit": second})
    named = item(
        first={"quantity": "20", "unit": second}, second={"quantity": str(100 - int(less)), "unit": first}
    )
    case = pair(
        "withdrawal",
        cert={"number": "N1"},
        decl={"items": [named], "certificates": [{"number": "N1"}]},
        shipped={"items": [exported]},
        goods_left={},
    )
    _agree([own(case, 1)], DEFAULT)
