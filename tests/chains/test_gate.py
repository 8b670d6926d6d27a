"""Around the certificate and the gate: for each indicator a hit, a near miss, an innocent twin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chains.builders import day, declared, firm, line, parties

Rows = dict[str, list[dict[str, Any]]]


def certificate(number: str, holder: str, n: int = 0, **more: Any) -> dict[str, Any]:
    told = {
        "certificate": number,
        "holder": holder,
        "purpose": "return",
        "refund_state": "not_claimed",
        "issued": day(n),
    }
    return told | more


def swap(later: dict[str, Any] | None = None, **more: Any) -> Rows:
    """D1 was refused under OLD; D2 carries the same goods under NEW."""
    again = {"owner": "OWNER"} | (later or {})
    return {
        "declarations": [
            declared("D1", "OLD", state="refused", owner="OWNER"),
            declared("D2", "NEW", 9) | again,
        ],
        "lines": [line("D1"), line("D2", **more)],
    }


AGREED = {"agreement": "G1", "agent": "NEW", "principal": "OWNER", "signed": day(5)}
REPORTED = {"quarter": "2026Q1", "filed": day(120), "agent": "NEW", "declaration": "D2", "consignor": "OWNER"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (swap(), {"OLD", "NEW"}),
        (swap(quantity=1009 * 10**5), {"OLD", "NEW"}),
        (swap(quantity=1011 * 10**5), set()),
        (swap({"lodged": day(31)}), set()),
        (swap({"trader": "OLD"}), set()),
        (swap({"owner": "SOMEBODY", "declarant": "ANOTHER"}), set()),
        (swap({"owner": "SOMEBODY"}), {"OLD", "NEW"}),
        # the principal changed its agent: both papers are needed to say so
        (swap() | {"agreements": [AGREED], "agency": [REPORTED]}, set()),
        (swap() | {"agreements": [AGREED]}, {"OLD", "NEW"}),
        (swap() | {"agreements": [AGREED | {"signed": day(20)}], "agency": [REPORTED]}, {"OLD", "NEW"}),
    ],
    ids=["hit", "near", "other quantity", "late", "same trader", "other goods", "same broker", "cleared", "half", "signed later"],
)  # fmt: skip
def test_header_swap(rows: Rows, expected: set[str]) -> None:
    assert parties("header_swap", **rows) == expected


def test_header_swap_by_container_and_seal() -> None:
    rows = swap(hs="9999999999")
    boxes = [{"bill": f"B{n}", "declaration": f"D{n}", "container": "MSKU1", "seal": "S1"} for n in (1, 2)]
    assert parties("header_swap", **rows, transport=boxes) == {"OLD", "NEW"}
    boxes[1]["seal"] = "S2"
    assert not parties("header_swap", **rows, transport=boxes)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"TRADER", "HOLDER"}),
        ({"holder": "TRADER"}, set()),
        ({"holder": "OWNER"}, set()),
    ],
)
def test_other_holder(more: dict[str, Any], expected: set[str]) -> None:
    rows: Rows = {
        "declarations": [declared("D1", "TRADER", owner="OWNER")],
        "certificates": [certificate("C1", "HOLDER", declaration="D1", used=day(2)) | more],
    }
    assert parties("other_holder", **rows) == expected
    agreed = [{"agreement": "G1", "agent": "TRADER", "principal": "HOLDER"}]
    assert not parties("other_holder", **rows, agreements=agreed)


def double(certified: dict[str, Any], claimed: dict[str, Any]) -> set[str]:
    return parties(
        "refund_despite_certificate",
        declarations=[declared("D1", "A")],
        lines=[line("D1", quantity=100)],
        certificates=[certificate("C1", "A", 30, export="D1", item=1, quantity=60) | certified],
        claims=[{"claim": "R1", "claimant": "B", "declaration": "D1", "item": 1, "quantity": 60, "claimed": day(20), "state": "paid", "paid": day(25), "refund": 1} | claimed],
    )  # fmt: skip


def test_a_certificate_and_a_claim_for_the_same_goods() -> None:
    assert double({}, {}) == {"A", "B"}
    assert not double({}, {"quantity": 40}), "a part came back, the rest is refunded"
    assert not double({}, {"state": "reversed"})
    assert not double({"ended": day(31)}, {})
    assert not double({"purpose": "amendment"}, {"claimed": day(40), "paid": day(50)}), (
        "amended, then claimed"
    )
    assert double({"purpose": "amendment"}, {}) == {"A", "B"}
    assert not double({"refund_state": "paid_back"}, {})
    assert not double({"item": 2}, {})


def churn(gone: int) -> Rows:
    told = [certificate(f"X{n}", "CHURNER", n, ended=day(n + 1) if n < gone else None) for n in range(8)]
    told += [
        certificate(f"H{n}", f"HONEST{n % 20}", n, ended=day(300) if n % 50 == 0 else None)
        for n in range(200)
    ]
    return {"certificates": told}


def test_certificate_churn() -> None:
    assert parties("certificate_churn", **churn(6)) == {"CHURNER"}
    assert not parties("certificate_churn", **churn(2))
    everybody = [certificate(f"H{n}", f"F{n % 20}", n, ended=day(300) if n % 2 else None) for n in range(200)]
    assert not parties("certificate_churn", certificates=everybody), "as at all others"


def test_party_changed() -> None:
    was = declared("D1", "A")
    assert parties(
        "party_changed", declarations=[was, declared("D2", "B", 5, act="amendment", covers="D1")]
    ) == {"A"}
    assert not parties(
        "party_changed", declarations=[was, declared("D2", "A", 5, act="amendment", covers="D1")]
    )
    spelling = [firm("A", firm_name="甲公司"), firm("B", firm_name="乙公司")]
    same = declared("D2", "", 5, act="amendment", covers="D1", trader_name="甲公司", owner="A")
    assert not parties("party_changed", declarations=[was, same], firms=spelling), (
        "one firm, written by its name"
    )


def loops(times: int, gap: int = 20, quantity: int = 100) -> set[str]:
    d, lines = [], []
    for n in range(times):
        d += [declared(f"R{n}", "A", n * 100, act="return"), declared(f"E{n}", "A", n * 100 + gap)]
        lines += [line(f"R{n}", quantity=100), line(f"E{n}", quantity=quantity)]
    return parties("return_and_again", declarations=d, lines=lines)


def test_return_and_again() -> None:
    assert loops(2) == {"A"}
    assert not loops(1), "once is a repair"
    assert not loops(2, gap=61)
    assert not loops(2, quantity=110)


def test_paper_share() -> None:
    told = [certificate(f"P{n}", "PAPER", n, used=day(n), on_paper=n < 4) for n in range(5)]
    told += [certificate(f"H{n}", f"F{n % 20}", n, used=day(n), on_paper=n < 2) for n in range(200)]
    assert parties("paper_share", certificates=told) == {"PAPER"}
    assert not parties("paper_share", certificates=[one | {"on_paper": True} for one in told]), (
        "an outage for all"
    )


def spread_certificates(districts: int, kind: str = "trader") -> set[str]:
    numbers = range(6)
    return parties(
        "certificate_districts",
        declarations=[declared(f"D{n}", "A", n) for n in numbers],
        lines=[line(f"D{n}", district=str(n % districts)) for n in numbers],
        certificates=[certificate(f"C{n}", "A", n, export=f"D{n}") for n in numbers],
        firms=[firm("A", kind)],
    )


def test_certificate_districts() -> None:
    assert spread_certificates(5) == {"A"}
    assert not spread_certificates(4)
    assert not spread_certificates(5, "agent")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (swap({"trader": "OLD", "owner": "OTHER"}), {"OWNER", "OTHER"}),
        (swap({"trader": "OLD", "owner": "OTHER", "declarant": "ANOTHER"}), set()),
        (swap({"trader": "OLD", "owner": "OLD"}), set()),
        (swap({"trader": "OLD", "owner": None}), set()),
        # whose goods they were all along was agreed before they were stopped, and is reported
        (
            swap({"trader": "OLD", "owner": "OTHER"})
            | {
                "agreements": [AGREED | {"agent": "OLD", "principal": "OTHER", "signed": day(-5)}],
                "agency": [REPORTED | {"agent": "OLD", "consignor": "OTHER"}],
            },
            set(),
        ),
    ],
    ids=["hit", "other broker", "left out later", "not said", "cleared"],
)
def test_header_swap_of_the_owner_behind_one_title(rows: Rows, expected: set[str]) -> None:
    assert parties("header_swap", **rows) == expected
