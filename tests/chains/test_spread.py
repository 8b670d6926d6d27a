"""How a title is used, against peers: for each indicator a hit, a near miss, an innocent twin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.chains.builders import YUAN, day, declared, firm, hits, line, parties

Rows = dict[str, list[dict[str, Any]]]


def peers(kind: str = "trader", odd: str = "ODD", chapters: int = 12, *, ports: bool = False) -> Rows:
    """Forty firms of one kind with one line of trade each, and one that exports everything from everywhere."""
    rows: Rows = {"declarations": [], "lines": [], "firms": []}
    for m in range(41):
        name = odd if m == 40 else f"F{m:02}"
        rows["firms"].append(firm(name, kind))
        for n in range(12 + m % 3):
            number = f"{name}-{n}"
            many = chapters if name == odd else 1 + m % 2
            port = f"22{n % many:02}" if ports else "2248"
            rows["declarations"].append(declared(number, name, n * 7, port=port))
            rows["lines"].append(
                line(number, hs=f"{(20 + n % many):02}0910001{m % 9}", district=f"33{n % many:02}")
            )
    return rows


def test_header_diversity_is_held_against_firms_of_one_kind_and_size() -> None:
    assert "ODD" in parties("header_diversity", **peers())
    assert "ODD" not in parties("header_diversity", **peers(chapters=2))
    everybody = peers(kind="service", chapters=2)
    for row in everybody["lines"]:
        row["hs"] = f"{20 + int(row['declaration'].split('-')[1])}09100010"
    assert "ODD" not in parties("header_diversity", **everybody), "a service firm among service firms"


def test_title_across_ports() -> None:
    assert "ODD" in parties("title_across_ports", **peers(ports=True))
    assert "ODD" not in parties("title_across_ports", **peers(ports=True, chapters=2))


def two_titles(kinds: int = 9, chapters: int = 6, kind: str = "trader", town: str = "") -> set[str]:
    rows: Rows = {
        "declarations": [],
        "lines": [],
        "firms": [firm(one, kind, district="4403") for one in "AB"],
    }
    for n in range(kinds):
        for one in "AB":
            rows["declarations"].append(declared(f"{one}{n}", one, n))
            rows["lines"].append(
                line(f"{one}{n}", hs=f"{61 + n % chapters}0{n}100010", district=f"33{n % 4:02}")
            )
    for m in range(20 if town else 0):  # they have the same goods, too
        rows["firms"].append(firm(f"N{m}", district=town))
        for n in range(kinds):
            rows["declarations"].append(declared(f"N{m}-{n}", f"N{m}", n))
            rows["lines"].append(
                line(f"N{m}-{n}", hs=f"{61 + n % chapters}0{n}100010", district=f"33{n % 4:02}")
            )
    for m in range(400):  # the rest of the market
        rows["declarations"].append(declared(f"M{m}", f"F{m}", 1))
        rows["lines"].append(line(f"M{m}", hs=f"85{m % 100:02}100010", district="4401"))
    return parties("shared_cargo", **rows)


def test_shared_cargo() -> None:
    assert two_titles() == {"A", "B"}
    assert not two_titles(kinds=7)
    assert not two_titles(chapters=3), "two firms in one line of trade"
    assert not two_titles(kind="agent"), "agents serve whoever comes"
    assert not two_titles(town="4403"), "their whole town has these goods"
    assert two_titles(town="4404") == {"A", "B"}, "another town has them"


def test_unclaimed_export() -> None:
    d = [declared("D1", "A"), declared("D2", "A", 1)]
    claim = {"claim": "R1", "claimant": "A", "declaration": "D1", "claimed": day(40), "state": "paid"}
    assert hits("unclaimed_export", declarations=d, claims=[claim])["declaration"].to_list() == ["D2"]
    young = [d[0], declared("D2", "A", 380)]
    assert not parties("unclaimed_export", declarations=young, claims=[claim])
    exempt = [d[0], declared("D2", "A", 1, mode="1039")]
    assert not parties("unclaimed_export", declarations=exempt, claims=[claim])
    row = {"quarter": "2026Q1", "filed": day(90), "agent": "A", "declaration": "D2", "consignor": "B"}
    assert not parties("unclaimed_export", declarations=d, claims=[claim], agency=[row]), (
        "the principal claims"
    )


def away(share: int, seller_at: str = "9999") -> set[str]:
    numbers = range(10)
    return parties(
        "origin_elsewhere",
        declarations=[declared(f"D{n}", "A", n) for n in numbers],
        lines=[line(f"D{n}", district="5101" if n < share else "3302") for n in numbers],
        invoices=[{"invoice": "V1", "issued": day(1), "seller": "S", "buyer": "A", "amount": 1}],
        firms=[firm("A"), firm("S", district=seller_at)],
    )


def test_origin_elsewhere() -> None:
    assert away(7) == {"A"}
    assert not away(6)
    assert not away(7, seller_at="5101"), "a supplier sits there"


def titles(many: int, gap: int) -> set[str]:
    return parties(
        "many_headers", declarations=[declared(f"D{n}", f"T{n}", n * gap, owner="OWNER") for n in range(many)]
    )


def test_many_headers() -> None:
    assert titles(3, 20) == {"OWNER"}
    assert not titles(2, 20)
    assert not titles(3, 60), "a new agent every other month"
    assert not parties("many_headers", declarations=[declared(f"D{n}", f"T{n}", n) for n in range(3)]), (
        "each its own goods"
    )


def burst(young: int, gap: int = 5, kind: str = "trader") -> Rows:
    rows: Rows = {"declarations": [], "lines": [], "firms": []}
    for m in range(60):
        age = 100 if m < young else 2000
        rows["firms"].append(firm(f"F{m:02}", kind, registered=day(m * gap) - timedelta(days=age)))
        hub = "HUB" if m < young else f"B{m % 9}"
        rows["declarations"].append(
            declared(f"D{m:02}", f"F{m:02}", m * gap if m < young else m, declarant=hub)
        )
        rows["lines"].append(line(f"D{m:02}"))
    return rows


def test_new_header_burst() -> None:
    assert parties("new_header_burst", **burst(6)) == {"HUB", *(f"F{m:02}" for m in range(6))}
    assert not parties("new_header_burst", **burst(4))
    assert not parties("new_header_burst", **burst(6, gap=30)), "over half a year"
    assert not parties("new_header_burst", **burst(6, kind="producer")), "a park with new factories"


def test_broker_rotation() -> None:
    def used(brokers: int, each: int = 1) -> set[str]:
        d = [declared(f"D{b}-{n}", "A", b, declarant=f"B{b}") for b in range(brokers) for n in range(each)]
        return parties("broker_rotation", declarations=d)

    assert used(6) == {"A"}
    assert not used(5)
    assert not used(6, each=5)


@pytest.mark.parametrize(("far", "expected"), [(8, {"A"}), (5, set())])
def test_far_port(far: int, expected: set[str]) -> None:
    d = [declared(f"D{n}", "A", n, port="9999" if n < far else "2248") for n in range(10)]
    d += [declared(f"H{m}", f"F{m}", m) for m in range(20)]
    lines = [line(one["declaration"]) for one in d]
    assert parties("far_port", declarations=d, lines=lines) == expected
    if far:  # many go there: a route, no detour
        more = [declared(f"X{m}", f"F{m}", m, port="9999") for m in range(20)]
        assert not parties(
            "far_port", declarations=d + more, lines=lines + [line(one["declaration"]) for one in more]
        )


def succession(gap: int, kind: str = "trader", broker: str = "BROKER") -> set[str]:
    rows: Rows = {"declarations": [], "lines": [], "firms": [firm("OLD", kind), firm("NEW", kind)]}
    for n in range(3):
        for name, start, by in (("OLD", 0, "BROKER"), ("NEW", 60 + gap, broker)):
            number = f"{name}{n}"
            rows["declarations"].append(
                declared(number, name, start + n * 30, consignee_name="ACME LLC", declarant=by)
            )
            rows["lines"].append(line(number))
    return parties("header_succession", **rows)


def test_header_succession() -> None:
    assert succession(20) == {"NEW"}
    assert not succession(61)
    assert not succession(-40), "both at work for a long time"
    assert not succession(20, broker="ANOTHER")
    assert not succession(20, kind="producer"), "a buyer that changed its factory"


def test_values_are_told() -> None:
    (row,) = hits("broker_rotation", declarations=[declared(f"D{b}", "A", b, declarant=f"B{b}") for b in range(7)], lines=[
        line(f"D{b}", fob=YUAN) for b in range(7)
    ]).to_dicts()  # fmt: skip
    assert row["value"] == "7"
    assert row["against"] == "> 5"
    assert row["fen"] == 7 * YUAN
