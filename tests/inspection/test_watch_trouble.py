"""The desk's own gate in trouble: drives that go, disks that fill, folders that are shared, papers that come twice."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

import hefu.inspection.desk.watch as watched
from hefu.documents.canonical import as_json
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.errors import HefuError
from hefu.inspection import report
from hefu.inspection.desk.message import Desk
from hefu.inspection.desk.watch import Event, Watch
from hefu.rules.ruleset import CURRENT
from tests.builders import certificate, declaration
from tests.inspection.test_watch import Place, _export, _killing
from tests.rules.pairs import DEFAULT


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def _returns(place: Place) -> None:
    place.certificates.write_text(json.dumps([as_json(certificate("return"))]))


def _outcomes(events: list[Event]) -> list[str]:
    return [one.outcome for one in events]


def test_a_certificate_that_a_return_leaves_to_its_export_serves_once_too(place: Place) -> None:
    _returns(place)
    place.put("a.xml", declaration("return", certificates=None))
    place.put("b.xml", declaration("return", number="530120261000000002", certificates=None))
    assert _outcomes(place.run()) == ["passed", "held"]


def test_a_second_message_learns_which_one_took_its_certificate(place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    place.put("b.xml", _export(2, "N1"))
    place.run()
    told = json.loads((place.held / "b.xml.report.json").read_text("utf-8"))
    assert "N1 went out" in told["assumptions"][-1]["en"]
    assert "a.xml" in told["assumptions"][-1]["zh"]


def test_a_declaration_with_other_content_is_not_sent_again(place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    assert _outcomes(place.run()) == ["passed"]
    place.put("b.xml", _export(1, "N1", quantity="99"))
    (event,) = place.run()
    assert event.outcome == "held"
    assert event.codes == ("watch.sent_before",)


def test_a_drive_that_is_gone_after_a_kill_loses_nothing(place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    place.run(_killing("entered"))
    away = place.into.with_name("away")
    place.into.rename(away)
    place.into.mkdir()  # where the drive was
    assert _outcomes(place.run()) == ["failed"]
    assert place.waiting() == ["a.xml"]
    place.into.rmdir()
    away.rename(place.into)
    place.run()
    assert place.messages(place.into) == Counter([data])
    assert place.waiting() == []


def test_a_drive_that_is_gone_gets_nothing_where_it_was(place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    place.run()
    away = place.into.with_name("away")
    place.into.rename(away)
    place.into.mkdir()
    data = place.put("b.xml", _export(2, "N2"))
    (event,) = place.run()
    assert (event.outcome, event.codes) == ("failed", ("watch.folder_away",))
    assert list(place.into.iterdir()) == []
    assert watched.forget(place.outbox, str(place.into)) == [
        str(place.into.resolve())
    ]  # it is meant to be new
    assert _outcomes(place.run()) == ["passed"]
    assert place.messages(place.into) == Counter([data])


def test_a_name_that_cannot_be_given_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    data = place.put("a.xml", _export(1, "N1"))

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    gate = place.watch()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refused)
        broken.setattr(Path, "rename", refused)
        list(gate.look())
        assert _outcomes(list(gate.look())) == ["failed"]
    assert _outcomes(list(gate.look())) == ["passed"]
    gate.close()
    place.run()
    assert place.messages(place.into) == Counter([data])
    assert place.waiting() == []


def test_watchers_of_two_outboxes_share_an_import_folder(place: Place, tmp_path: Path) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    other = Place(tmp_path / "other")
    other.into = place.into

    def meanwhile(step: str) -> None:
        if step == "entered":
            other.run()

    assert _outcomes(place.run(meanwhile)) == ["passed"]
    assert place.messages(place.into) == Counter([data])


def test_a_name_taken_while_a_message_was_on_its_way_is_not_overwritten(place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    place.run(_killing("entered"))
    (place.into / "a.xml").write_bytes(b"of somebody else")
    place.run()
    assert place.messages(place.into) == Counter([data, b"of somebody else"])


def test_a_message_does_not_bring_its_own_certificate(place: Place) -> None:
    forged = [as_json(certificate("export", number="N9")), as_json(_export(1, "N9"))]
    (place.outbox / "a.json").write_text(json.dumps(forged))
    assert _outcomes(place.run()) == ["held"]


def test_an_export_is_judged_whoever_refers_to_it(place: Place) -> None:
    _returns(place)
    both = [as_json(declaration("export", certificates=None)), as_json(declaration("return"))]
    (place.outbox / "a.json").write_text(json.dumps(both))
    (event,) = place.run()
    assert event.outcome == "held"
    assert "certificate.missing" in event.codes


@pytest.mark.parametrize(
    "folders", [("a", "a", "h"), ("a", "b", "b"), ("a", "a/b", "h"), ("a/b", "a", "h"), ("a", "b", "a")]
)
def test_folders_that_overlap_are_refused(tmp_path: Path, folders: tuple[str, str, str]) -> None:
    outbox, into, held = (tmp_path / one for one in folders)
    outbox.mkdir(parents=True)
    with pytest.raises(HefuError) as caught:
        Watch(outbox, into, held, Desk([], [], CURRENT, DEFAULT))
    assert caught.value.first.kind.code == "watch.unusable"


def test_a_report_that_cannot_be_written_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put("a.xml", _export(1, "N9"))
    place.put("b.xml", _export(2, "N2"))
    with monkeypatch.context() as broken:
        broken.setattr(report, "write_json", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        assert _outcomes(place.run()) == ["failed", "passed"]
    assert _outcomes(place.run()) == ["held"]


def test_what_no_judge_can_bear_is_held_by_itself(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    place.put("b.xml", _export(2, "N2"))
    judge = Desk.judge

    def breaking(self: Desk, told: bytes, *rest: object) -> object:
        if told == data:
            raise ZeroDivisionError("of the judge")
        return judge(self, told, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "judge", breaking)
    first, second = place.run()
    assert (first.outcome, second.outcome) == ("held", "passed")
    assert "ZeroDivisionError" in first.problem.en
    assert "ZeroDivisionError" in (place.held / "a.xml.report.json").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_of_old_systems_are_taken(place: Place) -> None:
    data = write_decmessage(_export(1, "N1"))
    (place.outbox / os.fsdecode("报关单.xml".encode("gb18030"))).write_bytes(data)
    assert _outcomes(place.run()) == ["passed"]
    assert place.messages(place.into) == Counter([data])


def test_a_long_name_is_held_like_any_other(place: Place) -> None:
    name = "x" * 250 + ".xml"
    place.put(name, _export(1, "N9"))
    assert _outcomes(place.run()) == ["held"]
    assert (place.held / name).exists()
    assert len(list(place.held.glob("*.report.html"))) == 1


def test_an_outbox_that_is_gone_is_looked_at_again(place: Place) -> None:
    gate = place.watch()
    away = place.outbox.with_name("away")
    place.outbox.rename(away)
    (event,) = gate.look()
    assert event.outcome == "failed"
    away.rename(place.outbox)
    data = place.put("a.xml", _export(1, "N1"))
    list(gate.look())
    assert _outcomes(list(gate.look())) == ["passed"]
    assert place.messages(place.into) == Counter([data])
    gate.close()


def test_certificates_that_are_gone_hold_nothing(place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    place.certificates.rename(place.certificates.with_name("away"))
    assert "failed" in _outcomes(place.run())
    assert place.waiting() == ["a.xml"]
    place.certificates.with_name("away").rename(place.certificates)
    assert _outcomes(place.run()) == ["passed"]


def test_what_is_no_message_is_left_alone(place: Place) -> None:
    for name in ("Thumbs.db", "note.txt", ".hidden.xml", "~a.xml", "a.xml.tmp"):
        (place.outbox / name).write_bytes(b"x")
    (place.outbox / "link.xml").symlink_to(place.certificates)
    before = place.waiting()
    assert place.run() == []
    assert place.waiting() == before


def test_a_huge_file_is_held_without_being_read_whole(place: Place) -> None:
    with (place.outbox / "a.xml").open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    (event,) = place.run()
    assert event.outcome == "held"
    assert (place.held / "a.xml").stat().st_size == 200 * 1024 * 1024


def test_a_certificate_that_no_item_draws_on_stays_free(place: Place) -> None:
    place.put("a.xml", _export(1, "N1", "N2"))
    place.put("b.xml", _export(2, "N2"))
    assert _outcomes(place.run()) == ["passed", "passed"]


def test_what_customs_returned_may_go_again_once_it_is_forgotten(place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    place.run()
    (place.into / "a.xml").unlink()
    assert watched.forget(place.outbox, "N1") == ["a.xml"]
    assert watched.forget(place.outbox, "N1") == []
    (place.outbox / "a.xml").write_bytes(data)
    assert _outcomes(place.run()) == ["passed"]
    place.put("b.xml", _export(2, "N1"))
    assert _outcomes(place.run()) == ["held"]


def test_only_what_a_watcher_remembers_is_forgotten_and_only_when_it_has_ended(place: Place) -> None:
    with pytest.raises(HefuError) as caught:
        watched.forget(place.outbox, "N1")
    assert caught.value.first.kind.code == "watch.unusable"
    gate = place.watch()
    with pytest.raises(HefuError) as caught:
        watched.forget(place.outbox, "N1")
    assert caught.value.first.kind.code == "watch.locked"
    gate.close()


def test_where_a_certificate_stands_is_told_in_the_report(place: Place) -> None:
    place.put("a.xml", _export(1, "N1", quantity="101"))
    place.run()
    told = json.loads((place.held / "a.xml.report.json").read_text("utf-8"))
    (found,) = [one for one in told["findings"] if one["severity"] == "block"]
    assert found["certified_file"] == place.certificates.as_posix()
    assert found["declared_file"] == "a.xml"
