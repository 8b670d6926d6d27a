"""``hefu watch`` once, as a person and as a machine meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hefu
from tests.inspection.test_watch import Place, _export


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def _words(place: Place, *more: str) -> tuple[object, ...]:
    return ("watch", place.outbox, "--into", place.into, "-c", place.certificates, "--held", place.held, "--once", "--every", "0.1", *more)  # fmt: skip


def test_nothing_there_is_fine(hefu: Hefu, place: Place) -> None:
    assert hefu(*_words(place)).code == 0


def test_what_passes_is_fine_and_what_is_held_is_a_finding(hefu: Hefu, place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    assert hefu(*_words(place)).code == 0
    place.put("b.xml", _export(2, "N2", quantity="101"))
    done = hefu(*_words(place))
    assert done.code == 1
    assert "quantity.exceeds_certificate" in done.out
    assert "b.xml" in done.out


def test_machines_get_a_line_an_event(hefu: Hefu, place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    place.put("b.xml", _export(2, "N9"))
    told = [json.loads(line) for line in hefu(*_words(place, "--json")).out.splitlines()]
    assert [(one["name"], one["outcome"]) for one in told] == [("a.xml", "passed"), ("b.xml", "held")]
    assert told[1]["codes"] == ["certificate.unknown"]


@pytest.mark.parametrize(("language", "word"), [("zh", "放行"), ("en", "passed")])
def test_a_person_is_told_in_their_language(hefu: Hefu, place: Place, language: str, word: str) -> None:
    place.put("a.xml", _export(1, "N1"))
    assert word in hefu(*_words(place), language=language).out


def test_a_message_that_customs_returned_is_forgotten_on_demand(hefu: Hefu, place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    assert hefu(*_words(place)).code == 0
    done = hefu("watch", place.outbox, "--forget", "N1", "--json")
    assert (done.code, json.loads(done.out)) == (0, {"forgotten": ["a.xml"]})
    assert hefu("watch", place.outbox, "--forget", "N1").code == 1
    (place.into / "a.xml").unlink()
    (place.outbox / "a.xml").write_bytes(data)
    assert hefu(*_words(place)).code == 0


def test_without_folders_it_is_a_wrong_use(hefu: Hefu, place: Place) -> None:
    assert hefu("watch", place.outbox).code == 2


def test_what_is_in_the_way_is_told_once_and_ends_with_its_code(hefu: Hefu, place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    place.certificates.unlink()
    done = hefu(*_words(place, "--json"))
    assert done.code == 3
    (told,) = map(json.loads, done.out.splitlines())
    assert told["codes"] == ["watch.papers_missing"]
    assert told["problem"]["zh"]
