"""A command comes to a named outcome; a refusal says why and what to do."""

from __future__ import annotations

import pytest

from hefu import errors
from hefu.errors import HefuError, Kind
from hefu.protocol import outcome
from hefu.protocol.outcome import Outcome
from tests.protocol.authorities import NUMBER, RETURN

KINDS = [one for one in vars(outcome).values() if isinstance(one, Kind)]
MISSING = {outcome.UNKNOWN_CERTIFICATE, outcome.UNKNOWN_DECLARATION}


def test_an_outcome_without_a_problem_is_not_refused_and_passes_through() -> None:
    done = Outcome("issued", NUMBER, body={"state": "issued"})
    assert not done.refused
    assert done.or_raise() is done


def test_a_refusal_has_the_code_of_its_kind_for_status() -> None:
    told = outcome.refuse(outcome.CERTIFICATE_USED, NUMBER, "tax", value=RETURN, declaration=RETURN)
    assert told.refused
    assert (told.status, told.number) == ("certificate.already_used", NUMBER)
    assert told.problem is not None
    assert (told.problem.place, told.problem.side, told.problem.value) == (NUMBER, "tax", RETURN)
    assert told.problem.details == {"declaration": RETURN}


def test_a_refusal_asked_for_as_an_error_is_raised_with_its_problem() -> None:
    told = outcome.refuse(outcome.UNKNOWN_CERTIFICATE, NUMBER, "tax")
    with pytest.raises(HefuError) as caught:
        told.or_raise()
    assert caught.value.problems == (told.problem,)


def test_a_refusal_speaks_both_languages_with_its_values_in_place() -> None:
    told = outcome.refuse(outcome.CERTIFICATE_USED, NUMBER, "tax", declaration=RETURN)
    assert told.problem is not None
    for text in told.problem.message:
        assert NUMBER in text
        assert RETURN in text
    assert all(NUMBER in text for text in told.problem.cure)


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.code)
def test_a_refusal_is_404_for_what_is_not_there_and_409_for_what_does_not_fit(kind: Kind) -> None:
    assert kind.http == (404 if kind in MISSING else 409)
    assert kind.exit == (2 if kind in MISSING else 1)
    assert errors.registry()[kind.code] is kind


def test_same_number_other_content_has_a_name_of_its_own() -> None:
    assert outcome.DIFFERENT_CONTENT.code == "exists_with_different_content"
