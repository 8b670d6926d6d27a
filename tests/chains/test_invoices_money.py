"""Invoices and money: for each indicator a hit, a near miss, an innocent twin."""

from __future__ import annotations

from typing import Any

from tests.chains.builders import YUAN, day, declared, firm, line, parties

Rows = dict[str, list[dict[str, Any]]]


def invoice(
    number: str, seller: str, buyer: str, n: int = 0, amount: int = 400_000, **more: Any
) -> dict[str, Any]:
    told = {
        "invoice": number, "issued": day(n), "seller": seller, "buyer": buyer, "hs": "6109100010", "unit": "011",
        "quantity": 1000 * 10**5, "amount": amount * YUAN, "vat": amount * 13,
    }  # fmt: skip
    return told | more


def payment(number: str, payer: str, payee: str, n: int, amount: float) -> dict[str, Any]:
    return {"payment": number, "on": day(n), "payer": payer, "payee": payee, "amount": round(amount * YUAN)}


def receipt(number: str, receiver: str, n: int, amount: int, **more: Any) -> dict[str, Any]:
    return {"receipt": number, "on": day(n), "receiver": receiver, "amount": amount * YUAN} | more


def traded(name: str, many: int, kind: str = "trader") -> Rows:
    return {
        "declarations": [declared(f"{name}{n}", name, n * 20) for n in range(many)],
        "lines": [line(f"{name}{n}") for n in range(many)],
        "firms": [firm(name, kind)],
    }


def lagging(days: int, others: int = -5) -> set[str]:
    rows = traded("A", 6)
    told = [invoice(f"V{n}", "S", "A", n * 20 + days) for n in range(6)]
    for m in range(20):
        more = traded(f"F{m:02}", 6)
        rows = {key: rows[key] + more[key] for key in rows}
        told += [invoice(f"F{m}-{n}", "S", f"F{m:02}", n * 20 + others) for n in range(6)]
    return parties("invoice_after_export", **rows, invoices=told)


def test_invoice_after_export() -> None:
    assert lagging(9) == {"A"}
    assert not lagging(8)
    assert "A" not in lagging(9, others=10), "as late as everybody"


def mill(bought: int, kind: str = "trader") -> set[str]:
    told = [invoice("V1", "MILL", "A", 5, 1_000_000), invoice("V0", "RAW", "MILL", 1, bought)]
    return parties("supplier_cover", invoices=told, firms=[firm("MILL", kind), firm("RAW", "producer")])


def test_supplier_cover() -> None:
    assert mill(140_000) == {"MILL"}
    assert not mill(160_000)
    assert not mill(140_000, "producer"), "makes what it sells"
    alone = [invoice("V1", "MILL", "A", 5, 1_000_000), invoice("V2", "M2", "A", 5, 1_000_000)]
    assert not parties("supplier_cover", invoices=alone), "nobody's purchases are loaded"


def concentrated(share: int, kind: str = "trader", phone: str = "139") -> set[str]:
    rows = traded("A", 2, kind)
    firms = [
        *rows["firms"],
        firm("M1", legal_person="张三", phone="139"),
        firm("M2", legal_person="张三", phone=phone),
        firm("OK"),
    ]
    told = [invoice(f"V{n}", f"M{1 + n % 2}", "A", n, share * 10) for n in range(10)]
    told += [invoice("W", "OK", "A", 1, (100 - share) * 100)]
    return parties("supplier_concentration", **(rows | {"firms": firms}), invoices=told)


def test_supplier_concentration() -> None:
    assert concentrated(95) == {"A"}
    assert not concentrated(85)
    assert not concentrated(95, "producer")
    assert not concentrated(95, phone="138"), "two firms whose heads have one name"


def circle(amounts: tuple[int, int, int], gap: int = 10) -> set[str]:
    ends = [("A", "B"), ("B", "C"), ("C", "A")]
    told = [invoice(f"V{n}", *ends[n], n * gap, amount) for n, amount in enumerate(amounts)]
    return parties("invoice_circle", invoices=[*told, invoice("X", "A", "D", 1, 100)])


def test_invoice_circle() -> None:
    assert circle((100, 95, 91)) == {"A", "B", "C"}
    assert not circle((100, 95, 85))
    assert not circle((100, 95, 91), gap=31)
    assert not parties("invoice_circle", invoices=[invoice("V1", "A", "B"), invoice("V2", "B", "A", 3)]), (
        "a return"
    )


def test_quantity_beyond_purchase() -> None:
    def beyond(had: int, **more: Any) -> set[str]:
        return parties(
            "quantity_beyond_purchase",
            **traded("A", 4),
            invoices=[invoice("V1", "S", "A", quantity=had * 10**5, **more)],
        )

    assert beyond(2_000) == {"A"}
    assert not beyond(3_000)
    assert not beyond(2_000, unit="035"), "other units cannot be compared"


def test_value_gain() -> None:
    def gain(amount: int, hs: str = "6109100010") -> set[str]:
        return parties(
            "value_gain", **traded("A", 2), invoices=[invoice("V1", "S", "A", amount=amount, hs=hs)]
        )

    assert gain(90_000) == {"A"}
    assert not gain(110_000)
    assert not gain(90_000, "8517120000"), "other goods"


def changed(fits: int, kind: str = "trader") -> set[str]:
    told = [
        invoice(f"S{n}", "A", "B", 10, 100, hs="8507600000" if n >= fits else "8507100000") for n in range(10)
    ]
    return parties(
        "changed_goods", invoices=[invoice("V1", "RAW", "A", hs="8507100000"), *told], firms=[firm("A", kind)]
    )


def test_changed_goods_needs_another_heading() -> None:
    assert not changed(0), (
        "lead-acid and lithium batteries share a heading: here the price would have to tell"
    )
    told = [invoice(f"S{n}", "A", "B", 10, 100, hs="8544421100") for n in range(10)]
    gold = [invoice("V1", "RAW", "A", hs="7108130000"), *told]
    assert parties("changed_goods", invoices=gold, firms=[firm("A")]) == {"A"}
    assert not parties("changed_goods", invoices=gold, firms=[firm("A", "producer")]), "own processing"
    mixed = [*gold[:7], *(one | {"hs": "7108130000"} for one in gold[7:])]
    assert not parties("changed_goods", invoices=mixed, firms=[firm("A")])


def farm(spread: int, many: int = 8) -> set[str]:
    told = [
        invoice(f"V{n}", f"FARMER{n}", "A", n * 20, 1_000 + spread * (n % 2), farm_purchase=True)
        for n in range(many)
    ]
    return parties("farm_invoices", invoices=[*told, invoice("X", "S", "A", 1, 2_000)])


def test_farm_invoices() -> None:
    assert farm(10) == {"A"}
    assert not farm(100), "prices that move with the season"
    assert not farm(10, many=5)


def test_abnormal_vouchers() -> None:
    told = [invoice(f"V{n}", "BAD", "A", n, abnormal=True) for n in range(2)]
    assert parties("abnormal_vouchers", invoices=told) == {"A", "BAD"}
    assert not parties("abnormal_vouchers", invoices=[told[0], told[1] | {"abnormal": False}])


def passing(share: float, wait: int = 2, supplier: bool = False) -> set[str]:
    told = []
    for n in range(5):
        told += [
            payment(f"I{n}", "X", "A", n * 20, 1_000),
            payment(f"O{n}", "A", "Y", n * 20 + wait, 1_000 * share),
        ]
    return parties("pass_through", payments=told, invoices=[invoice("V1", "Y", "A")] if supplier else [])


def test_pass_through() -> None:
    assert passing(0.9) == {"A"}
    assert not passing(0.8)
    assert not passing(0.9, wait=6)
    assert not passing(0.9, supplier=True), "a distributor that pays its supplier"


def returning(last: float, gap: int = 3) -> set[str]:
    rows = traded("A", 1)
    told = [
        payment("P1", "A", "M", 0, 1_000),
        payment("P2", "M", "Z", gap, 970),
        payment("P3", "Z", "A", 2 * gap, last),
    ]
    return parties("return_flow", **rows, payments=told)


def test_return_flow() -> None:
    assert returning(900) == {"A", "M", "Z"}
    assert not returning(800)
    assert not returning(900, gap=8)
    assert not returning(1_100), "more came back than was paid"


def abroad(elsewhere: int, others: int = 0) -> set[str]:
    rows = traded("A", 6)
    told = [
        receipt(f"R{n}", "A", n, 100, payer_country="HKG" if n < elsewhere else "USA", declaration=f"A{n}")
        for n in range(6)
    ]
    for m in range(20):
        more = traded(f"F{m:02}", 6)
        rows = {key: rows[key] + more[key] for key in rows}
        told += [
            receipt(
                f"F{m}-{n}",
                f"F{m:02}",
                n,
                100,
                payer_country="HKG" if n < others else "USA",
                declaration=f"F{m:02}{n}",
            )
            for n in range(6)
        ]
    return parties("payer_country", **rows, receipts=told)  # fmt: skip


def test_payer_country() -> None:
    assert abroad(5) == {"A"}
    assert not abroad(2)
    assert "A" not in abroad(4, others=5), "offshore trading arms are normal there"


def test_missing_receipts() -> None:
    claims = [{"claim": "R1", "claimant": "A", "declaration": "A0", "claimed": day(30), "refund": 5}]

    def missing(amount: int) -> set[str]:
        return parties(
            "missing_receipts", **traded("A", 4), claims=claims, receipts=[receipt("X1", "A", 40, amount)]
        )

    assert missing(1_500_000) == {"A"}
    assert not missing(1_700_000)
    assert not parties("missing_receipts", **traded("A", 4), claims=claims), "receipts that are not loaded"


def test_third_party_money() -> None:
    def paid(times: int, kind: str = "forwarder") -> set[str]:
        rows = traded("A", 2)
        told = [payment(f"P{n}", "L", "A", n, 100) for n in range(times)]
        return parties(
            "third_party_money", **(rows | {"firms": [*rows["firms"], firm("L", kind)]}), payments=told
        )

    assert paid(3) == {"A", "L"}
    assert not paid(2)
    assert not paid(3, "trader")


def test_price_elsewhere() -> None:
    rows = traded("A", 1)
    told = [receipt("X1", "OWNER", 9, 500, declaration="A0")]
    assert parties("price_elsewhere", **rows, receipts=told) == {"A", "OWNER"}
    assert not parties("price_elsewhere", **rows, receipts=[told[0] | {"receiver": "A"}])
    platform = rows | {"declarations": [declared("A0", "A", mode="9810")]}
    assert not parties("price_elsewhere", **platform, receipts=told)
    claims = [{"claim": "R1", "claimant": "OWNER", "declaration": "A0", "claimed": day(30)}]
    assert not parties("price_elsewhere", **rows, receipts=told, claims=claims), "the principal of an agency"


def handed_on(share: float, times: int = 2, supplier: bool = False) -> set[str]:
    claims = [
        {"claim": f"R{n}", "claimant": "A", "declaration": f"A{n}", "claimed": day(n * 40), "paid": day(n * 40 + 20), "state": "paid", "refund": 1_000 * YUAN}
        for n in range(times)
    ]  # fmt: skip
    told = [payment(f"P{n}", "A", "B", n * 40 + 25, 1_000 * share) for n in range(times)]
    return parties(
        "refund_shared", claims=claims, payments=told, invoices=[invoice("V1", "B", "A")] if supplier else []
    )


def test_refund_shared() -> None:
    assert handed_on(0.9) == {"A"}
    assert not handed_on(0.7)
    assert not handed_on(0.9, times=1)
    assert not handed_on(0.9, supplier=True), "it pays for the goods"


def fees(rate: float, **more: Any) -> set[str]:
    rows = traded("A", 4)
    told = [payment(f"P{n}", "B", "A", n * 20 + 3, 500_000 * rate) for n in range(4)]
    return parties("title_fee", **rows, payments=told, **more)


def test_title_fee() -> None:
    assert fees(0.01) == {"A", "B"}
    assert not fees(0.02)
    assert not fees(0.01, agreements=[{"agreement": "G1", "agent": "A", "principal": "B"}]), "an agent's fee"
    assert not fees(0.01, invoices=[invoice("V1", "A", "B")]), "it pays for goods"


def test_return_flow_to_who_controls_the_trader() -> None:
    rows = traded("A", 2)
    firms = [firm("A", legal_person="王小明"), firm("B", legal_person="赵六")]
    rows = rows | {"firms": firms, "declarations": [*rows["declarations"], declared("B1", "B")]}

    def paid(last: str) -> set[str]:
        told = [
            payment("P1", "A", "M", 0, 1_000),
            payment("P2", "M", "", 2, 970) | {"payee_name": "赵六"},
            payment("P3", "", "", 4, 900) | {"payer_name": "赵六", "payee_name": last},
        ]
        return parties("return_flow", **rows, payments=told)

    assert paid("王小明") == {"A", "M", "name:赵六"}, "and not B, whose head has the name of a person between"
    assert not paid("钱七")


def test_supplier_cover_of_a_producer_without_power() -> None:
    def producing(powered: int) -> set[str]:
        firms = [firm("MILL", "producer"), *(firm(f"F{n}", "producer") for n in range(9))]
        told = [invoice(f"V{n}", f"F{n}", "A", 5, 1_000_000) for n in range(9)]
        told += [invoice(f"I{n}", "RAW", f"F{n}", 1, 500_000) for n in range(9)]
        told.append(invoice("V9", "MILL", "A", 5, 1_000_000))
        power = [{"firm": f"F{n}", "year": "2026", "power": 5_000_000} for n in range(powered)]
        return parties("supplier_cover", invoices=told, firms=firms, capacity=power)

    assert producing(9) == {"MILL"}
    assert not producing(7), "too few are known to have power"


def test_common_payer() -> None:
    def pays(buyer: str = "SHOP LTD", hands: str = "") -> set[str]:
        names = ["A", "B", "C"]
        d = [declared(f"{one}{n}", one, n, consignee_name=buyer) for one in names for n in range(4)]
        told = [
            receipt(f"R{one}{n}", one, n + 9, 100, payer_name="PAY LTD") for one in names for n in range(4)
        ]
        firms = [firm(one, legal_person=hands or f"{one}人") for one in names]
        return parties("common_payer", declarations=d, receipts=told, firms=firms)

    assert pays() == {"A", "B", "C"}
    assert not pays(buyer="PAY LTD"), "it buys from them"
    assert not pays(hands="王小明"), "one group's paying arm"
