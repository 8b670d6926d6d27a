"""The gate board under load, and the console behind a slow link that loses connections."""

from __future__ import annotations

import html
import re
import threading
import time
from itertools import count
from typing import Any

import httpx2
import orjson
import pytest

from hefu.console.board import REASONS
from hefu.protocol.records import Side
from tests.builders import STRANGER
from tests.console.conftest import Sit
from tests.console.desk import Desk, key_of, lodged
from tests.console.seats import behind
from tests.faults.proxy import Weather
from tests.nodes import Nodes, goods

pytestmark = pytest.mark.processes
_NUMBERS = count(860_000)
BURST = 1000


def burst(nodes: Nodes, many: int = BURST) -> list[str]:
    """So many declarations that fit, at once, of a firm that nobody else looks at; their numbers."""
    pairs = [goods(next(_NUMBERS)) for _ in range(many)]
    for certificate, declaration in pairs:
        certificate["holder"] = declaration["trader"] = declaration["owner"] = STRANGER
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates/bulk", [one for one, _ in pairs])[0] == 200
    nodes.settled()
    declared = [one for _, one in pairs]
    assert nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations/bulk", declared)[0] == 200
    return [one["number"] for one in declared]


def figures(html: str) -> dict[str, int]:
    """The figures of a board by their names."""
    found = re.findall(r'class="value">([\d,]+)</span><span class="name">([^<]+)<', html)
    return {name: int(value.replace(",", "")) for value, name in found}


def standing(nodes: Nodes) -> dict[str, int]:
    """What the tables say of declarations, under the board's names."""
    counts = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/status")[1]["counts"]["lodgement"]
    return {
        name.capitalize(): counts.get(name, 0)
        for name in ("held", "reserved", "released", "refused", "withdrawn")
    }


class Watcher(threading.Thread):
    """An open board without a browser: the frames that come, until it is right or the time is over."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(daemon=True)
        self.desk = desk
        self.frames: list[str] = []
        self.open = threading.Event()
        self.wanted: dict[str, int] = {}

    def run(self) -> None:
        with self.desk.client.stream("GET", "/gate/live") as stream:
            data: list[str] = []
            for line in stream.iter_lines():
                self.open.set()
                if line.startswith("data: "):
                    data.append(line[6:])
                elif not line and data:
                    self.frames.append("\n".join(data))
                    data = []
                    if self.wanted and self.wanted.items() <= figures(self.frames[-1]).items():
                        return


def test_a_burst_on_open_boards_is_shown_whole(nodes: Nodes, sit: Sit) -> None:
    watchers = [Watcher(sit(Side.CUSTOMS, "customs")) for _ in range(3)]
    for one in watchers:
        one.start()
        assert one.open.wait(10)
    before = standing(nodes)
    wanted = {"Reserved": before["Reserved"] + BURST}
    for one in watchers:
        one.wanted = wanted
    numbers = burst(nodes)
    for one in watchers:
        one.join(20)
        assert not one.is_alive(), (wanted, [figures(frame) for frame in one.frames[-1:]])
        assert numbers[-1] in one.frames[-1]
        assert figures(one.frames[-1])["lodged in the last minute"] >= BURST
        assert len(one.frames) < 40  # however many declarations come


def test_the_board_counts_by_the_journal_what_the_tables_hold(nodes: Nodes, sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "customs")
    desk.see("/gate")
    for end in ("release", "refuse", "withdraw"):
        _, declared = lodged(nodes, next(_NUMBERS))
        body = {} if end == "release" else {"reason": "papers"}
        assert (
            nodes.ask(Side.CUSTOMS, "customs", "POST", f"/v1/declarations/{declared}/{end}", body)[0] == 200
        )
    which = next(_NUMBERS)
    _, right = goods(which)
    wrong = [{**one, "hs_code": "8517130000"} for one in right["items"]]
    _, declared = lodged(nodes, which, items=wrong)
    held = figures(_later(desk, "/gate"))
    assert standing(nodes).items() <= held.items()
    assert nodes.ask(Side.CUSTOMS, "customs", "PUT", f"/v1/declarations/{declared}", right)[0] == 201
    corrected = figures(_later(desk, "/gate"))
    assert standing(nodes).items() <= corrected.items()
    assert corrected["Held"] == held["Held"] - 1


def test_the_board_shows_the_declarations_of_one_state_alone(nodes: Nodes, sit: Sit) -> None:
    desk = sit(Side.CUSTOMS, "customs")
    _, fits = lodged(nodes, next(_NUMBERS))
    which = next(_NUMBERS)
    _, differs = lodged(
        nodes, which, items=[{**one, "hs_code": "8517130000"} for one in goods(which)[1]["items"]]
    )
    held = _later(desk, "/gate?state=held")
    assert (differs in held, fits in held) == (True, False)
    assert "The declarations lodged last that are now: Held" in held
    assert standing(nodes).items() <= figures(held).items()
    assert (fits in desk.see("/gate?state=reserved").text, "Nobody" in held) == (True, False)
    with desk.client.stream("GET", "/gate/live?state=held") as stream:
        name = next(line for line in stream.iter_lines() if line.startswith("id: "))
    assert name.endswith(":held")
    assert desk.see("/gate?state=nonsense").text.count('aria-current="true"') == 1  # all


def test_the_list_of_held_says_why_in_the_readers_language(nodes: Nodes, sit: Sit) -> None:
    desk, zh = sit(Side.CUSTOMS, "customs"), sit(Side.CUSTOMS, "customs", "zh")
    _, declared = lodged(nodes, next(_NUMBERS))
    which = next(_NUMBERS)
    wrong = [
        {**one, "hs_code": "8517130000", "first": {**one["first"], "quantity": "99999"}}
        for one in goods(which)[1]["items"]
    ]
    _, differs = lodged(nodes, which, items=wrong, trader=STRANGER, owner=STRANGER)
    told = nodes.ask(Side.CUSTOMS, "customs", "GET", f"/v1/declarations/{differs}")[1]
    reasons = list(
        {
            one["message"]["en"]: one["message"] for one in told["findings"] if one["severity"] == "block"
        }.values()
    )
    assert len(reasons) > REASONS
    for one, column, more in (
        (desk, "Why it is held", f"and {len(reasons) - REASONS} more"),
        (zh, "扣留原因", f"另有 {len(reasons) - REASONS} 项"),
    ):
        page = _later(one, "/gate?state=held")
        row = _row(page, differs)
        language = "en" if one is desk else "zh"
        shown = [html.escape(text[language], quote=False) in row for text in reasons]
        assert (column in page, more in row) == (True, True)
        assert shown == [True] * REASONS + [False] * (len(reasons) - REASONS)
        assert column not in one.see("/gate?state=reserved").text
    with desk.client.stream("GET", "/gate/live?state=held") as stream:
        live = next(line for line in stream.iter_lines() if "Why it is held" in line)
    assert live
    assert declared not in _later(desk, "/gate?state=held")


def _row(page: str, number: str) -> str:
    rows: list[str] = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    return next(one for one in rows if number in one)


def _later(desk: Desk, path: str) -> str:
    time.sleep(0.5)  # a board is as old as the pause between two looks, at most
    return desk.see(path).text


def test_events_go_on_where_the_line_was_cut(nodes: Nodes) -> None:
    """A browser's EventSource in short: connect again with the id of the last whole event."""
    with behind(nodes, Weather(delay=0.01, cut=0.3)) as (address, wire):
        start = nodes.ask(Side.CUSTOMS, "auditor", "GET", "/v1/events?before=0&limit=1")[1]["entries"][0][
            "id"
        ]
        numbers = burst(nodes, 60)
        got: list[tuple[int, dict[str, Any]]] = []
        until = time.monotonic() + 30
        wanted = {(number, "declaration.reserved") for number in numbers}
        while wanted:
            assert time.monotonic() < until, len(got)
            got += _until_cut(nodes, address, got[-1][0] if got else start)
            wanted -= {(one["number"], one["event"]) for _, one in got}
    assert wire.done["cut"] > 0
    told = nodes.ask(Side.CUSTOMS, "auditor", "GET", f"/v1/events?after={start}&limit=500")[1]["entries"]
    ids = [place for place, _ in got]
    assert ids == [one["id"] for one in told][: len(ids)]  # each once, in order, none missing


def _until_cut(nodes: Nodes, address: str, last: int) -> list[tuple[int, dict[str, Any]]]:
    got: list[tuple[int, dict[str, Any]]] = []
    headers = {**nodes.headers("auditor"), "Last-Event-ID": str(last)}
    place = 0
    try:
        with (
            httpx2.Client(base_url=address, trust_env=False, timeout=2) as client,
            client.stream("GET", "/v1/events/live", headers=headers) as stream,
        ):
            for line in stream.iter_lines():
                if line.startswith("id: "):
                    place = int(line[4:])
                elif line.startswith("data: "):
                    data = line[6:]
                elif not line and place:
                    got.append((place, orjson.loads(data)))
    except httpx2.HTTPError:
        pass
    return got


def test_a_form_sent_again_because_no_answer_came_is_done_once(nodes: Nodes) -> None:
    _, declared = lodged(nodes, next(_NUMBERS))
    with (
        behind(nodes, Weather(delay=0.01)) as (address, wire),
        httpx2.Client(base_url=address + "/console", trust_env=False, timeout=1) as client,
    ):
        origin = {"origin": address}
        token = nodes.settings.identities["customs"].token
        client.post("/sign-in", data={"token": token, "next": ""}, headers=origin)
        key = key_of(client.get(f"/declarations/{declared}"), "release")
        path, form = f"/declarations/{declared}/release", {"key": key}
        wire.weather = Weather(mute=True)
        with pytest.raises(httpx2.HTTPError):
            client.post(path, data=form, headers=origin)
        wire.weather = Weather()
        assert client.post(path, data=form, headers=origin).status_code == 303
    trace = nodes.ask(Side.CUSTOMS, "auditor", "GET", f"/v1/trace/{declared}")[1]["entries"]
    assert [one["event"] for one in trace].count("declaration.released") == 1
