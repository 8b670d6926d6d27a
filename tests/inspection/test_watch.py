"""The desk's own gate: killed at any moment, every message ends once, whole, in its place."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.documents.canonical import as_json
from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage_writer import write_decmessage
from hefu.errors import HefuError
from hefu.inspection.desk.message import Desk
from hefu.inspection.desk.watch import Event, Watch
from hefu.rules.ruleset import CURRENT
from tests.builders import certificate, declaration, item
from tests.rules.pairs import DEFAULT

STEPS = ("reported", "written", "entered", "renamed", "closed", "left")


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


class Place:
    """An outbox, the client's folder, what was held, and the certificates at hand."""

    def __init__(self, folder: Path) -> None:
        self.outbox, self.into, self.held = (folder / name for name in ("outbox", "into", "held"))
        self.certificates = folder / "certificates.json"
        for one in (self.outbox, self.into, self.held):
            one.mkdir(parents=True)
        self.give("N1", "N2")

    def give(self, *numbers: str) -> None:
        lines = [certificate("export", number=number, lines=[_line(at)]) for at, number in enumerate(numbers)]
        self.certificates.write_text(json.dumps([as_json(one) for one in lines]))

    def put(self, name: str, one: Declaration) -> bytes:
        data = write_decmessage(one)
        (self.outbox / name).write_bytes(data)
        return data

    def watch(self, stop: Callable[[str], None] = lambda _: None) -> Watch:
        desk = Desk([self.certificates], [], CURRENT, DEFAULT)
        return Watch(self.outbox, self.into, self.held, desk, stop)

    def run(self, stop: Callable[[str], None] = lambda _: None) -> list[Event]:
        """Two looks: the first learns the sizes. A kill ends it where it happens."""
        gate: Watch | None = None
        try:
            gate = self.watch(stop)
            list(gate.look())
            return list(gate.look())
        except Killed:
            return []
        finally:
            if gate is not None:
                gate.close()

    def messages(self, folder: Path) -> Counter[bytes]:
        return Counter(file.read_bytes() for file in folder.glob("*.xml"))

    def waiting(self) -> list[str]:
        return sorted(file.name for file in self.outbox.iterdir() if file.is_file())


def _line(at: int) -> dict[str, object]:
    told = certificate("export").lines[0].model_dump(mode="json", exclude_none=True)
    return {**told, "invoice": f"FP{at}"}


def _export(at: int, *names: str, quantity: str = "100") -> Declaration:
    return declaration(
        "export",
        number=f"53012026000000{at:04}",
        declared_on="2026-03-05",
        certificates=[{"number": name} for name in names],
        items=[item(first={"quantity": quantity, "unit": "011"})],
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_passes_moves_on_byte_for_byte(place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    (event,) = place.run()
    assert event.outcome == "passed"
    assert (place.into / "a.xml").read_bytes() == data
    assert place.waiting() == []


def test_what_would_be_held_stays_beside_its_report(place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1", quantity="101"))
    (event,) = place.run()
    assert (event.outcome, event.codes) == ("held", ("quantity.exceeds_certificate",))
    assert (place.held / "a.xml").read_bytes() == data
    told = json.loads((place.held / "a.xml.report.json").read_text())
    assert [one["code"] for one in told["findings"] if one["severity"] == "block"] == [
        "quantity.exceeds_certificate"
    ]
    assert told["details"][_export(1).number]["changes"]
    assert (place.held / "a.xml.report.html").exists()
    assert not place.messages(place.into)


def test_what_cannot_be_read_is_held_with_its_problem(place: Place) -> None:
    (place.outbox / "a.xml").write_bytes(b"<DecMessage>")
    (event,) = place.run()
    assert event.outcome == "held"
    assert event.problem.en
    assert (place.held / "a.xml").exists()


def test_a_certificate_serves_one_message(place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    place.put("b.xml", _export(2, "N1"))
    first, second = place.run()
    assert (first.outcome, second.outcome) == ("passed", "held")
    assert second.codes == ("certificate.used",)
    place.put("c.xml", _export(3, "N1"))
    assert [one.outcome for one in place.run()] == ["held"]


def test_the_same_content_again_is_not_sent_twice(place: Place) -> None:
    data = place.put("a.xml", _export(1, "N1"))
    place.run()
    (place.into / "a.xml").unlink()  # the client has taken it
    (place.outbox / "again.xml").write_bytes(data)
    (event,) = place.run()
    assert event.outcome == "exists"
    assert not place.messages(place.into)
    assert place.waiting() == []


def test_a_held_message_passes_when_its_certificate_has_come(place: Place) -> None:
    place.put("a.xml", _export(1, "N9"))
    assert [one.outcome for one in place.run()] == ["held"]
    place.give("N1", "N9")
    place.put("a.xml", _export(1, "N9"))
    assert [one.outcome for one in place.run()] == ["passed"]


def test_certificates_are_read_anew_when_they_change(place: Place) -> None:
    gate = place.watch()
    list(gate.look())
    place.give("N7")
    place.put("a.xml", _export(1, "N7"))
    list(gate.look())
    assert [one.outcome for one in gate.look()] == ["passed"]
    gate.close()


def test_a_message_that_is_still_written_is_left_alone(place: Place) -> None:
    place.put("a.xml", _export(1, "N1"))
    gate = place.watch()
    assert list(gate.look()) == []
    place.put("a.xml", _export(1, "N2", quantity="99"))  # another size
    assert list(gate.look()) == []
    assert [one.outcome for one in gate.look()] == ["passed"]
    gate.close()


def test_names_that_collide_do_not_overwrite(place: Place) -> None:
    (place.into / "a.xml").write_bytes(b"of somebody else")
    data = place.put("a.xml", _export(1, "N1"))
    (event,) = place.run()
    assert event.target.endswith("a-2.xml")
    assert (place.into / "a-2.xml").read_bytes() == data
    assert (place.into / "a.xml").read_bytes() == b"of somebody else"


def test_a_return_is_compared_with_the_export_given(place: Place, tmp_path: Path) -> None:
    place.certificates.write_text(json.dumps([as_json(certificate("return"))]))
    shipped = tmp_path / "exports.json"
    shipped.write_text(json.dumps(as_json(declaration("export", certificates=None))))
    place.put("r.xml", declaration("return"))
    desk = Desk([place.certificates], [shipped], CURRENT, DEFAULT)
    gate = Watch(place.outbox, place.into, place.held, desk)
    list(gate.look())
    assert [one.outcome for one in gate.look()] == ["passed"]
    gate.close()


def test_two_watchers_of_one_outbox_are_refused(place: Place) -> None:
    gate = place.watch()
    with pytest.raises(HefuError) as caught:
        place.watch()
    assert caught.value.first.kind.code == "watch.locked"
    gate.close()
    place.watch().close()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HefuError) as caught:
        Watch(tmp_path / "file", tmp_path / "into", tmp_path / "held", Desk([], [], CURRENT, DEFAULT))
    assert caught.value.first.kind.code == "watch.unusable"


def test_a_full_disk_leaves_the_message_and_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = place.put("a.xml", _export(1, "N1"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("hefu.inspection.desk.watch._write", full)
        (event,) = place.run()
    assert (event.outcome, event.problem.en) == ("failed", "No space left on device")
    assert place.waiting() == ["a.xml"]
    assert [one.outcome for one in place.run()] == ["passed"]
    assert place.messages(place.into) == Counter([data])


# Killed


def _killing(step: str, times: int = 1) -> Callable[[str], None]:
    left = [times]

    def stop(here: str) -> None:
        if here == step:
            left[0] -= 1
            if not left[0]:
                raise Killed

    return stop


@pytest.mark.parametrize("taken", [False, True], ids=["client-waits", "client-takes"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_every_message_ends_once(place: Place, step: str, taken: bool) -> None:
    sent = {place.put("a.xml", _export(1, "N1")), place.put("b.xml", _export(2, "N2", quantity="101"))}
    seen: Counter[bytes] = Counter()
    for stop in (_killing(step), _killing(step), lambda _: None, lambda _: None):
        place.run(stop)
        if taken:
            for file in place.into.glob("*.xml"):
                seen[file.read_bytes()] += 1
                file.unlink()
    seen += place.messages(place.into) + place.messages(place.held)
    assert seen == Counter(dict.fromkeys(sent, 1))
    assert place.waiting() == []
    assert not list(place.into.glob(".*.part"))


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_order_of_kills_and_messages_loses_and_repeats_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = Place(tmp_path_factory.mktemp("watch"))
    sent: set[bytes] = set()
    seen: Counter[bytes] = Counter()
    for at in range(data.draw(st.integers(1, 5))):
        name = data.draw(st.sampled_from(["N1", "N2", "N9"]))
        sent.add(place.put(f"{at}.xml", _export(at, name)))
        step = data.draw(st.sampled_from(STEPS))
        place.run(_killing(step, data.draw(st.integers(1, 3))))
        if data.draw(st.booleans()):
            for file in place.into.glob("*.xml"):
                seen[file.read_bytes()] += 1
                file.unlink()
    place.run()
    place.run()
    passed = seen + place.messages(place.into)
    assert passed + place.messages(place.held) == Counter(dict.fromkeys(sent, 1))
    for number in ("N1", "N2"):
        assert sum(number.encode() in one for one in passed) <= 1
    assert not any(b"N9" in one for one in passed)


@pytest.mark.processes
def test_killed_for_real_nothing_is_lost_or_sent_twice(place: Place) -> None:
    place.give(*(f"C{at:02}" for at in range(6)))
    chance = random.Random(5)
    words = [
        sys.executable, "-m", "hefu.cli.main", "watch", str(place.outbox), "--into", str(place.into), "-c",
        str(place.certificates), "--held", str(place.held), "--every", "0.1", "--json",
    ]  # fmt: skip
    home = {**os.environ, "HEFU_HOME": str(place.outbox / "home")}
    sent = {
        place.put(f"{at}.xml", _export(at, f"C{at:02}", quantity="100" if at % 3 else "101"))
        for at in range(6)
    }
    seen: Counter[bytes] = Counter()
    while left := len(place.waiting()):
        with subprocess.Popen(words, env=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
            while len(place.waiting()) == left:
                assert running.poll() is None
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.05))  # amid the next ones
            running.send_signal(signal.SIGKILL)
        for file in place.into.glob("*.xml"):
            seen[file.read_bytes()] += 1
            file.unlink()
    subprocess.run([*words, "--once"], env=home, check=False, capture_output=True)
    seen += place.messages(place.into) + place.messages(place.held)
    assert seen == Counter(dict.fromkeys(sent, 1))
