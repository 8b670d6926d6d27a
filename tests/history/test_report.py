"""What is reported: as few answers as contradict each other, with who, when, what and what was told."""

from __future__ import annotations

from tests.history.check import check
from tests.history.telling import D1, D2, C, Story


def test_the_shortest_contradicting_history_is_told() -> None:
    story = Story().issue().at_tax("issued").lodge(D1, "reserved").lodge(D2, "held")
    for _ in range(20):
        story.at_customs("reserved", D1).at_tax("issued", "reserved", D1).declared(D1, "reserved", (C,))
    story.act("release", D1, "released").at_customs("available").at_tax("issued", "used", D1)
    report = check(story.operations)
    (found,) = report.contradictions
    assert (found.place, found.among, len(found.calls)) == (("certificate", C), 67, 2)
    told = str(report).splitlines()
    assert told[0].startswith(
        f"certificate {C}: these 2 answers cannot all be true, whatever the other 65 calls"
    )
    assert told[1].split() == [
        "129",
        "to",
        "130",
        "client",
        "release",
        D1,
        "->",
        "released",
        f"certificates=['{C}']",
    ]
    assert told[2].split() == [
        "131",
        "to",
        "132",
        "client",
        "read",
        "at",
        "customs",
        C,
        "->",
        "read",
        "state=available",
    ]
    assert report.broken[0].startswith(f"I3: {C} is not used after a release")


def test_what_came_after_the_contradiction_is_not_looked_at() -> None:
    story = Story().issue().lodge(D1, "reserved").lodge(D2, "reserved")
    (found,) = check(story.operations).contradictions
    for _ in range(10):
        story.at_customs("reserved", D1)
    assert check(story.operations).contradictions[0].calls == found.calls
