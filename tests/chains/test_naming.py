"""Who is who on the papers: for each indicator a hit, a near miss, an innocent twin."""

from __future__ import annotations

from typing import Any

from tests.chains.builders import YUAN, day, declared, firm, hits, line, parties


def report(number: str, agent: str, consignor: str, **more: Any) -> dict[str, Any]:
    told = {
        "quarter": "2026Q1",
        "filed": day(100),
        "agent": agent,
        "declaration": number,
        "consignor": consignor,
    }
    return told | {"amount": 500_000 * YUAN} | more


def agreement(agent: str, principal: str, **more: Any) -> dict[str, Any]:
    return {"agreement": f"{agent}-{principal}", "agent": agent, "principal": principal} | more


def test_single_header() -> None:
    d = [declared("D1", "A")]
    assert parties("single_header", declarations=d, agency=[report("D1", "A", "B")]) == {"A"}
    assert not parties("single_header", declarations=d, agency=[report("D1", "A", "A")])
    assert not parties(
        "single_header", declarations=[declared("D1", "A", owner="B")], agency=[report("D1", "A", "B")]
    )
    cleared = agreement("A", "B", signed=day(-10), until=day(300))
    assert not parties("single_header", declarations=d, agency=[report("D1", "A", "B")], agreements=[cleared])
    late = agreement("A", "B", signed=day(10))
    assert parties("single_header", declarations=d, agency=[report("D1", "A", "B")], agreements=[late]) == {
        "A"
    }


def test_the_consignor_may_be_written_by_name_alone() -> None:
    firms = [firm("A"), firm("B", firm_name="宁波乙进出口有限公司", former_names="宁波乙贸易有限公司")]
    for written in ("宁波乙进出口有限公司", "宁波乙 贸易有限公司"):
        rows = [report("D1", "A", "", consignor_name=written)]
        assert hits("single_header", declarations=[declared("D1", "A")], agency=rows, firms=firms)[
            "other"
        ].to_list() == ["B"]


def test_other_owner() -> None:
    d = [declared("D1", "A", owner="B")]
    assert parties("other_owner", declarations=d, agency=[report("D1", "A", "C")]) == {"A", "C"}
    assert not parties("other_owner", declarations=d, agency=[report("D1", "A", "B")])


def layered(n: int = 6, kind: str = "other", **more: Any) -> set[str]:
    numbers = range(n)
    told: dict[str, Any] = {
        "declarations": [declared(f"D{i}", "AGENT", i * 5, owner="MIDDLE") for i in numbers],
        "lines": [line(f"D{i}", hs=f"{61 + i % 3}09100010", district=f"33{i % 4:02}") for i in numbers],
        "agency": [report(f"D{i}", "AGENT", "MIDDLE") for i in numbers],
        "firms": [firm("MIDDLE", kind, district="4403"), firm("AGENT", "agent")],
    }
    return parties("layered_principal", **(told | more))


def test_layered_principal_names_the_middleman_who_never_declares() -> None:
    assert layered() == {"MIDDLE"}
    assert not layered(4)
    assert not layered(kind="producer")
    bought = [
        {"invoice": "V1", "issued": day(1), "seller": "S", "buyer": "MIDDLE", "amount": 3_000_000 * YUAN}
    ]
    assert not layered(invoices=bought), "a buying office that bought the goods"
    claims = [
        {"claim": f"R{i}", "claimant": "MIDDLE", "declaration": f"D{i}", "claimed": day(60), "state": "paid"}
        for i in range(6)
    ]
    assert not layered(claims=claims), "who claims has input invoices"


def own(n: int, bought: int, kind: str = "trader", **more: Any) -> dict[str, Any]:
    numbers = range(n)
    return {
        "declarations": [declared(f"D{i}", "A", i) for i in numbers],
        "lines": [line(f"D{i}") for i in numbers],
        "firms": [firm("A", kind)],
        "invoices": [
            {"invoice": "V1", "issued": day(1), "seller": "S", "buyer": "A", "amount": bought * YUAN}
        ],
    } | more


def test_unsupported_export() -> None:
    assert parties("unsupported_export", **own(4, 300_000)) == {"A"}
    assert not parties("unsupported_export", **own(4, 500_000))
    assert not parties("unsupported_export", **own(1, 10_000)), "below CNY 1 m"
    assert not parties("unsupported_export", **own(4, 300_000, "producer"))
    assert not parties("unsupported_export", **(own(4, 300_000) | {"invoices": []})), (
        "invoices that are not loaded"
    )


def test_claims_without_purchase() -> None:
    claim = {
        "claim": "R1",
        "claimant": "A",
        "declaration": "D0",
        "purchase": 1_000_000 * YUAN,
        "claimed": day(30),
        "state": "paid",
    }
    assert parties("claims_without_purchase", **own(2, 400_000), claims=[claim]) == {"A"}
    assert not parties("claims_without_purchase", **own(2, 600_000), claims=[claim])
    assert not parties("claims_without_purchase", **own(2, 400_000), claims=[claim | {"state": "reversed"}])
    assert not parties("claims_without_purchase", **own(2, 400_000, "producer"), claims=[claim])


def test_unreported_agency() -> None:
    d = [declared("D1", "A", owner="B"), declared("D2", "A", 1, owner="C")]
    assert parties("unreported_agency", declarations=d, agency=[report("D1", "A", "B")]) == {"A"}
    assert not parties(
        "unreported_agency", declarations=d, agency=[report("D1", "A", "B"), report("D2", "A", "C")]
    )
    not_due = declared("D2", "A", 380, owner="C")
    assert not parties("unreported_agency", declarations=[d[0], not_due], agency=[report("D1", "A", "B")])
    assert not parties("unreported_agency", declarations=d), "no reports are loaded at all"


def test_agency_without_agreement() -> None:
    d = [declared("D1", "A", owner="B")]
    other = agreement("X", "Y")
    assert parties("agency_without_agreement", declarations=d, agreements=[other]) == {"A"}
    assert not parties("agency_without_agreement", declarations=d, agreements=[other, agreement("A", "B")])
    over = agreement("A", "B", signed=day(-400), until=day(-30))
    assert parties("agency_without_agreement", declarations=d, agreements=[over]) == {"A"}
    assert not parties("agency_without_agreement", declarations=d), "no agreements are loaded at all"


def test_foreign_claimant() -> None:
    d = [declared("D1", "A", owner="B")]
    claim = {
        "claim": "R1",
        "claimant": "C",
        "declaration": "D1",
        "claimed": day(60),
        "state": "claimed",
        "refund": 1,
    }
    assert parties("foreign_claimant", declarations=d, claims=[claim]) == {"A", "C"}
    for honest in ("A", "B"):
        assert not parties("foreign_claimant", declarations=d, claims=[claim | {"claimant": honest}])
    assert not parties("foreign_claimant", declarations=d, claims=[claim], agency=[report("D1", "A", "C")])


def test_two_contracts() -> None:
    d = [declared("D1", "A")]
    sold = [{"invoice": "V1", "issued": day(1), "seller": "B", "buyer": "A", "amount": 1}]
    assert parties("two_contracts", declarations=d, invoices=sold, agreements=[agreement("A", "B")]) == {"A"}
    assert not parties("two_contracts", declarations=d, invoices=sold, agreements=[agreement("A", "C")])
    assert not parties(
        "two_contracts",
        declarations=[declared("D1", "A", owner="B")],
        invoices=sold,
        agreements=[agreement("A", "B")],
    )


def shipped(shipper: str, **more: Any) -> set[str]:
    bill = {
        "bill": "B1",
        "declaration": "D1",
        "shipper": shipper,
        "forwarder": "F",
        "sailed": day(3),
        "shared": False,
    }
    firms = [firm("L", "forwarder"), firm("A"), firm("S")]
    d = [declared("D1", "A", owner="O")]
    return parties(
        "foreign_shipper",
        declarations=d,
        transport=[bill | more],
        agency=[report("D1", "A", "C")],
        firms=firms,
    )


def test_foreign_shipper() -> None:
    assert shipped("S") == {"A"}
    for honest in ("A", "O", "C", "F", "L"):
        assert not shipped(honest), honest
    assert not shipped("S", shared=True), "a consolidated container"


def test_what_an_unlisted_firm_did_not_buy_says_nothing_where_the_kinds_of_the_others_are_known() -> None:
    claim = {
        "claim": "R1", "claimant": "A", "declaration": "D0", "purchase": 1_000_000 * YUAN, "claimed": day(30), "state": "paid",
    }  # fmt: skip
    rows = own(2, 400_000)
    unlisted = rows | {"firms": []}
    assert parties("claims_without_purchase", **unlisted, claims=[claim]) == {"A"}, "nobody's kind is known"
    others = [declared(f"E{n}", f"LISTED{n}") for n in range(3)]
    known = unlisted | {
        "declarations": [*rows["declarations"], *others],
        "firms": [firm(f"LISTED{n}") for n in range(3)],
    }
    assert not parties("claims_without_purchase", **known, claims=[claim])
    assert not parties("unsupported_export", **known)
