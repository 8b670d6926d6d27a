"""Firms, goods and subsidies: for each indicator a hit, a near miss, an innocent twin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.chains.builders import YUAN, day, declared, firm, line, parties

Rows = dict[str, list[dict[str, Any]]]


def exports(*names: str, **more: Any) -> Rows:
    """Four exports of CNY 500,000 for each."""
    numbers = [(name, f"{name}{n}", n * 20) for name in names for n in range(4)]
    return {
        "declarations": [declared(number, name, n) for name, number, n in numbers],
        "lines": [line(number, **more) for _, number, _ in numbers],
    }


def test_shared_control() -> None:
    def shared(**more: Any) -> set[str]:
        firms = [firm(one, legal_person="张三", phone="139") for one in "AB"]
        return parties("shared_control", **exports("A", "B"), firms=[firms[0], firms[1] | more])

    assert shared() == {"A", "B"}
    assert not shared(legal_person="李四"), "one thing in common"
    keeper = [firm(one, tax_handler="王五", address="1 Road") for one in "AB"]
    assert not parties("shared_control", **exports("A", "B"), firms=keeper), "an accountant in an incubator"
    names = [f"F{n:02}" for n in range(21)]
    crowd = [firm(one, legal_person="张三", phone="139") for one in names]
    assert not parties("shared_control", **exports(*names), firms=crowd), (
        "more than twenty: no person does that"
    )


def fresh(age: int, share: int = 1) -> set[str]:
    names = [f"F{n:02}" for n in range(20)]
    rows = exports(*names, "NEW")
    for row in rows["lines"]:
        if row["declaration"].startswith("NEW"):
            row["fob"] *= share
    firms = [firm("NEW", registered=day(0) - timedelta(days=age)), *(firm(one) for one in names)]
    return parties("three_new", **rows, firms=firms)


def test_three_new() -> None:
    assert fresh(30, share=9) == {"NEW"}
    assert not fresh(181, share=9)
    rows = exports("OLD", "NEW")
    rows["lines"] = [
        one | ({"fob": 1} if one["declaration"].startswith("NEW") else {}) for one in rows["lines"]
    ]
    small = [firm("OLD"), firm("NEW", registered=day(-10))]
    assert not parties("three_new", **rows, firms=small), "a start-up that starts small"


def test_capacity() -> None:
    def power(fen: int, kind: str = "producer") -> set[str]:
        bill = [{"firm": "A", "year": "2026", "power": fen, "wages": 1}]
        return parties("capacity", **exports("A"), firms=[firm("A", kind)], capacity=bill)

    assert power(1_000 * YUAN) == {"A"}
    assert not power(3_000 * YUAN)
    assert not power(1_000 * YUAN, "trader"), "a trader needs no power"


def test_light_firm() -> None:
    def light(capital: int, staff: int) -> set[str]:
        return parties("light_firm", **exports("A"), firms=[firm("A", capital=capital * YUAN, staff=staff)])

    assert light(10_000, 2) == {"A"}
    assert not light(10_000, 3)
    assert not light(30_000, 2)


def test_gone_after_money() -> None:
    claim = {
        "claim": "R1",
        "claimant": "A",
        "declaration": "A0",
        "refund": 5,
        "claimed": day(30),
        "paid": day(40),
        "state": "paid",
    }

    def gone(**more: Any) -> set[str]:
        return parties("gone_after_money", claims=[claim], firms=[firm("A", **more)])

    assert gone(closed=day(100)) == {"A"}
    assert not gone(closed=day(131))
    assert gone(status="vanished") == {"A"}
    assert not gone()


def test_troubled_supplier_and_troubled_firm() -> None:
    bought = [
        {"invoice": f"V{n}", "issued": day(n), "seller": seller, "buyer": "A", "amount": amount}
        for n, (seller, amount) in enumerate([("BAD", 30), ("GOOD", 70)])
    ]
    claims = [{"claim": "R1", "claimant": "A", "declaration": "A0", "claimed": day(30)}]
    firms = [firm("A"), firm("BAD", status="vanished"), firm("GOOD")]
    assert parties("troubled_supplier", invoices=bought, claims=claims, firms=firms) == {"A"}
    assert parties("troubled_firm", invoices=bought, claims=claims, firms=firms) == {"BAD"}
    little = [bought[0] | {"amount": 10}, bought[1]]
    assert not parties("troubled_supplier", invoices=little, claims=claims, firms=firms)
    released = [firm("A"), firm("BAD"), firm("GOOD")]
    assert not parties("troubled_supplier", invoices=bought, claims=claims, firms=released)
    assert not parties("troubled_firm", invoices=bought, claims=claims, firms=released)


def priced(times: float) -> set[str]:
    rows: Rows = {"declarations": [], "lines": []}
    for m in range(40):
        rows["declarations"].append(declared(f"D{m}", f"F{m % 8}", m))
        rows["lines"].append(line(f"D{m}", fob=(500_000 + 5_000 * (m % 9)) * YUAN))
    rows["declarations"].append(declared("X", "DEAR", 5))
    rows["lines"].append(line("X", fob=int(500_000 * times) * YUAN))
    return parties("unit_price", **rows)


def test_unit_price() -> None:
    assert priced(4) == {"DEAR"}
    assert not priced(1.5)
    few = {
        "declarations": [declared(f"D{n}", f"F{n}") for n in range(9)],
        "lines": [line(f"D{n}", fob=10**n) for n in range(9)],
    }
    assert not parties("unit_price", **few), "too few to say what is usual"


def round_trip(times: int, gap: int = 10, quantity: int = 100, act: str = "other") -> set[str]:
    rows: Rows = {"declarations": [], "lines": []}
    for n in range(times):
        rows["declarations"] += [
            declared(f"E{n}", "OUT", n * 60),
            declared(f"I{n}", "IN", n * 60 + gap, act=act),
        ]
        rows["lines"] += [line(f"E{n}", quantity=100), line(f"I{n}", quantity=quantity)]
    return parties("carousel", **rows)


def test_carousel() -> None:
    assert round_trip(2) == {"IN", "OUT"}
    assert not round_trip(1)
    assert not round_trip(2, gap=31)
    assert not round_trip(2, quantity=110)
    assert not round_trip(2, act="amendment")


def test_impossible_weight() -> None:
    def weighed(gross: int, **more: Any) -> set[str]:
        bill = {"bill": "B1", "declaration": "D1", "container": "M1", "gross_weight": gross, "shared": False}
        rows = {"declarations": [declared("D1", "A")], "lines": [line("D1", net_weight=20_000_000)]}
        return parties("impossible_weight", **rows, transport=[bill | more])

    assert weighed(10_000_000) == {"A"}
    assert not weighed(21_000_000)
    assert not weighed(10_000_000, shared=True), "a bill for a part of the container"
    heavy = {"declarations": [declared("D1", "A")], "lines": [line("D1", net_weight=31_000_000)]}
    bill = [
        {"bill": "B1", "declaration": "D1", "container": "M1", "gross_weight": 32_000_000, "shared": False}
    ]
    assert parties("impossible_weight", **heavy, transport=bill) == {"A"}
    second = bill[0] | {"bill": "B2", "container": "M2", "gross_weight": 1_000_000}
    assert not parties("impossible_weight", **heavy, transport=[*bill, second])


def cohort(size: int, **more: Any) -> Rows:
    names = [f"S{n:02}" for n in range(size)]
    firms = [firm(one, registered=day(-30 + n * 3), district="5101") | more for n, one in enumerate(names)]
    return exports(*names) | {"firms": firms}


def test_shell_cohort() -> None:
    assert parties("shell_cohort", **cohort(8)) == {"BROKER", *(f"S{n:02}" for n in range(8))}
    assert not parties("shell_cohort", **cohort(7))
    assert not parties("shell_cohort", **cohort(8, kind="producer")), "a park with real tenants"
    assert not parties("shell_cohort", **cohort(8, district="3302")), "goods from where they sit"
    claims = [
        {"claim": f"R{n}", "claimant": f"S{n:02}", "declaration": "x", "claimed": day(90)} for n in range(8)
    ]
    assert not parties("shell_cohort", **cohort(8), claims=claims)


def test_rewards() -> None:
    reward = [{"firm": "A", "paid": day(100), "amount": 5, "basis": 100}]
    gone = [firm("A", closed=day(200))]
    assert parties("reward_and_gone", subsidies=reward, firms=gone) == {"A"}
    assert not parties("reward_and_gone", subsidies=reward, firms=[firm("A", closed=day(300))])
    claims = [{"claim": "R1", "claimant": "A", "declaration": "A0", "claimed": day(90)}]
    assert not parties("reward_and_gone", subsidies=reward, firms=gone, claims=claims)
    assert parties("reward_without_trade", **exports("A"), subsidies=reward, firms=[firm("A")]) == {"A"}
    assert not parties(
        "reward_without_trade", **exports("A"), subsidies=reward, firms=[firm("A")], claims=claims
    )
    assert not parties(
        "reward_without_trade", **exports("A"), subsidies=reward, firms=[firm("A", "producer")]
    )
