"""Sound pairs of certificate and act, and the one question asked of them: which findings?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any, Final

from hefu.documents.certificate import Certificate
from hefu.documents.fields import scaled
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.compare import compare
from hefu.rules.finding import Comparison, Finding
from hefu.rules.policy import Policy
from hefu.rules.rule import Once
from hefu.rules.ruleset import CURRENT
from tests.builders import AGENT, EXPORT, PRINCIPAL, certificate, declaration

Changes = dict[str, Any]

DEFAULT: Final = Policy()
ACTS: Final = ("export", "return", "amendment", "withdrawal")
AFTER_EXPORT: Final = ("return", "amendment", "withdrawal")
OTHER_EXPORT: Final = "530120260000000002"
OTHER_ACT: Final = "530120261000000009"
UNIT: Final = Decimal("0.00001")
"""The least quantity that a document can state."""


def standing(
    document: Certificate, state: UseState = UseState.AVAILABLE, held_by: str | None = None
) -> Standing:
    """A certificate of which customs has the data."""
    return Standing(document.number, state, document, held_by)


def left(quantity: str = "100", unit: str = "011", item: int = 1) -> dict[tuple[str, int], tuple[int, str]]:
    """What is left of one export item."""
    return {(EXPORT, item): (scaled(Decimal(quantity)), unit)}


def pair(
    act: str = "return",
    *,
    cert: Changes | None = None,
    decl: Changes | None = None,
    shipped: Changes | None = None,
    **case: Any,
) -> Case:
    """A sound pair: changes of the certificate, the act, the export declaration shipped, the case."""
    document = certificate(act, **(cert or {}))
    lodged = declaration(act, **{"declared_on": "2026-03-05", **(decl or {})})
    told: dict[str, Any] = {
        "certificates": (standing(document),),
        "export": None if act == "export" else lodged.related or EXPORT,
        "original": None if act == "export" else declaration("export", certificates=None, **(shipped or {})),
        "goods_left": {} if act == "export" else left(),
    }
    told |= case
    known = ExportState.UNKNOWN if told["original"] is None else ExportState.IN_FORCE
    return Case(lodged, **{"export_state": known, **told})


def several(documents: Sequence[Certificate], act: str = "return", **rest: Any) -> Case:
    """A pair in which the act names several certificates."""
    decl = {"certificates": [{"number": one.number} for one in documents], **rest.pop("decl", {})}
    return pair(act, decl=decl, **{"certificates": tuple(standing(one) for one in documents), **rest})


def chained(act: str = "return", *, principal: Changes | None = None, **rest: Any) -> Case:
    """An agency export: the agent trades, its certificate stands on the principal's."""
    behind = certificate(act, number="WT0001", **{"holder": PRINCIPAL, "agent": AGENT, **(principal or {})})
    told: dict[str, Any] = {
        "cert": {"holder": AGENT, "principal_certificate": "WT0001", **rest.pop("cert", {})},
        "decl": {"trader": AGENT, "owner": PRINCIPAL, **rest.pop("decl", {})},
        "shipped": {"trader": AGENT, "owner": PRINCIPAL, **rest.pop("shipped", {})},
        "principals": {"WT0001": standing(behind)},
    }
    return pair(act, **{**told, **rest})


def judged(case: Case, policy: Policy = DEFAULT) -> Comparison:
    """The answer for one case."""
    (answer,) = compare([case], policy)
    return answer


def codes(case: Case, policy: Policy = DEFAULT) -> list[str]:
    """The codes found, in the order shown."""
    return [finding.code for finding in judged(case, policy).findings]


def only(case: Case, policy: Policy = DEFAULT) -> Finding:
    """The one finding of a case that has exactly one."""
    findings = judged(case, policy).findings
    assert len(findings) == 1, [finding.code for finding in findings]
    return findings[0]


@dataclass(frozen=True)
class Broken:
    """A sound pair with one thing broken, and all that the comparison must say of it."""

    code: str
    case: Case
    declared: str
    certified: str
    field: str
    severity: str = "block"
    question: str = "match"
    certificate: str = "BSWT0001"
    item: int | None = None
    line: int | None = None
    policy: Policy = DEFAULT
    why: str = ""

    def __str__(self) -> str:
        """The name of the example in the list of tests."""
        return f"{self.code}-{self.why}" if self.why else self.code

    def check(self) -> None:
        """Exactly this finding and no other, with both values, severity, field and remedy."""
        found = only(self.case, self.policy)
        told = found.as_json()
        expected = {name: getattr(self, name) for name in told if hasattr(self, name)}
        rule = CURRENT.rule(self.code)
        if rule is None or rule.once is Once.CASE:  # what concerns the case as a whole names no certificate
            expected["certificate"] = ""
        assert {name: told[name] for name in expected} == expected
        for text in (found.message, found.remedy):
            _is_said_in_both_languages(text.zh, text.en)
        assert found.ground
        assert judged(self.case, self.policy).passes is (self.severity != "block")


def _is_said_in_both_languages(zh: str, en: str) -> None:
    assert any("一" <= sign <= "鿿" for sign in zh), zh
    assert any("a" <= sign <= "z" for sign in en), en
    for said in (zh, en):
        assert "{" not in said, said
        assert "None" not in said, said


def produced(modules: Sequence[ModuleType]) -> set[str]:
    """The codes that the broken pairs of these test modules bring about, asked of the rules anew."""
    examples: list[Broken] = [one for module in modules for one in module.BROKEN]
    return {only(one.case, one.policy).code for one in examples}


ALL_CODES: Final = frozenset(rule.code for rule in CURRENT.rules)
