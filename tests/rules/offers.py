"""What one might change about a finding, in words, and the case as it would then be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from hefu.documents.certificate import Certificate
from hefu.errors import Text
from hefu.rules.candidates import candidates
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.edits import APPLY, DECLARANT, REISSUE, WAIT, Candidate
from hefu.rules.finding import Finding, Question, Severity

WHO: Final = {DECLARANT: "declarant", REISSUE: "reissue", APPLY: "apply", WAIT: "wait"}
EFFORT: Final = {"declarant": 1, "reissue": 2, "apply": 3, "wait": 1}
NOTHING: Final = Text("", "")


def finding(
    code: str,
    declared: str = "",
    certified: str = "",
    *,
    cert: str = "BSWT0001",
    at: tuple[int, int] = (1, 1),
) -> Finding:
    """A finding about item and line ``at`` (0: none)."""
    question, severity = Question.MATCH, Severity.BLOCK
    values = (declared, certified, cert, at[0] or None, at[1] or None)
    return Finding(code, question, severity, "", *values, NOTHING, NOTHING, NOTHING)


def offered(case: Case, *asked: Any, **more: Any) -> list[Candidate]:
    return list(candidates(case, finding(*asked, **more)))


def told(case: Case, *asked: Any, **more: Any) -> list[str]:
    """The candidates in words; what correcting, reissuing and applying cost is the same everywhere."""
    made = offered(case, *asked, **more)
    for one in made:
        assert one.edit.effort == EFFORT[WHO[one.edit.who]]
    return words(made)


def words(made: Sequence[Candidate]) -> list[str]:
    edits = [one.edit for one in made]
    return [f"{e.document} {e.number} {e.field}: {e.before} -> {e.after} ({WHO[e.who]})" for e in edits]


def after(one: Candidate, case: Case) -> Case:
    made = one.make(case)
    assert made is not None
    return made


def paper(case: Case, number: str = "BSWT0001") -> Certificate:
    """The certificate in a case, which is free again."""
    (one,) = (one for one in case.certificates if one.number == number)
    assert one.document is not None
    assert one == Standing(number, UseState.AVAILABLE, one.document)
    return one.document
