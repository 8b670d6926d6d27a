"""A year of an agent: papers, and beside them the four reports as a person would write them, amounts worked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hefu.documents.declaration import Declaration
from hefu.procedures.agency.agreements import Agreement, Firm
from hefu.rules.policy import Policy
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER, item

POLICY = Policy.model_validate(
    {
        "rates": {
            "202601": {"USD": "7.0"}, "202602": {"USD": "7.1"}, "202603": {"USD": "7.2"}, "202605": {"EUR": "8.0"},
            "202608": {"USD": "7.05", "JPY": "0.045"}, "202611": {"USD": "6.9"}, "202612": {"USD": "6.9"},
        }
    }
)  # fmt: skip
ME = Firm.model_validate(AGENT)
WANG = {"name": "王小明", "taxpayer_id": "110105198001010011"}
ABROAD = {"name": "Muster GmbH", "country": "DEU"}
OWNERS = {"E": EXPORTER, "P": PRINCIPAL, "S": STRANGER, "A": AGENT}


def export(serial: int, of: str, day: str, *totals: str, **more: Any) -> tuple[str, Declaration]:
    """A declaration 53012026 0 … with an item for each total, FOB, declared on the day of export."""
    currency = more.pop("currency", "USD")
    values = {
        "number": f"530120260{serial:09}", "act": "export", "mode": "0110", "declared_on": day, "moved_on": day,
        "trader": AGENT, "owner": OWNERS[of], "terms": "FOB",
        "items": [item(item=n, total=t, currency=currency) for n, t in enumerate(totals, 1)], **more,
    }  # fmt: skip
    return f"{serial}.xml", Declaration.model_validate(values)


def change(number: str, act: str, of: int, day: str, **more: Any) -> tuple[str, Declaration]:
    values = {
        "number": number,
        "act": act,
        "related": f"530120260{of:09}",
        "declared_on": day,
        "trader": AGENT,
    }
    return f"{number}.json", Declaration.model_validate({**values, **more})


def agreement(
    number: str, principal: dict[str, Any], agent: dict[str, Any] = AGENT, **more: Any
) -> Agreement:
    covers = [
        {"declaration": f"530120260{serial:09}", "items": list(items)}
        for serial, *items in more.pop("covers", [])
    ]
    return Agreement.model_validate(
        {"number": number, "agent": agent, "principal": principal, "covers": covers, **more}
    )


PAPERS = [
    # first quarter
    export(1, "P", "2026-01-10", "1000"),
    export(2, "A", "2026-01-11", "500"),  # own
    export(3, "E", "2026-03-31", "100", "200.005", declared_on="2026-02-27"),  # rate of February, by day of export
    export(4, "P", "2026-02-01", "10", "20", "30"),  # several consignors: item 2 is Wang's, item 3 is S's
    export(5, "P", "2026-01-20", "9999"),  # withdrawn
    export(6, "P", "2026-02-15", "50", "60"),  # item 1 is amended
    # second
    export(7, "S", "2026-05-05", "1000", "3000", currency="EUR", terms="CIF",
           freight={"mark": "total", "value": "100", "currency": "EUR"}, insurance={"mark": "rate", "value": "0.5"}),
    export(8, "A", "2026-04-01", "777", currency="CNY", mode="1039"),  # market procurement for Wang
    # third
    export(9, "E", "2026-08-08", "100", currency="JPY", terms="C&F", net_weight="2500",
           freight={"mark": "unit", "value": "0.4", "currency": "JPY"}),
    export(10, "S", "2026-09-30", "0.005", currency="CNY", declared_on="2026-10-01"),
    # fourth
    export(11, "P", "2026-12-31", "1", moved_on=None),
    export(12, "P", "2026-12-31", "2", moved_on="2027-01-01"),  # of the next year
    change("XG2026000001", "amendment", 6, "2026-03-01", items=[item(item=1)],
           becomes=[item(item=1, total="70", currency="USD")]),
    change("CX2026000001", "withdrawal", 5, "2026-03-02"),
]  # fmt: skip
AGREEMENTS = [
    agreement("F-P", PRINCIPAL, since="2026-01-01", until="2026-12-31"),  # a frame
    agreement("C-S", STRANGER, covers=[(3, 1, 2)]),  # C <- S ...
    agreement("S-E", EXPORTER, agent=STRANGER, covers=[(3,)]),  # ... <- E
    agreement("C-W", WANG, covers=[(4, 2), (8,)], kind="market"),
    agreement("C-S2", STRANGER, covers=[(4, 3), (7,), (10,)]),
    agreement("C-X", PRINCIPAL, consignor=EXPORTER, covers=[(9,)]),
]
P, E, S, W = PRINCIPAL["uscc"], EXPORTER["uscc"], STRANGER["uscc"], WANG["taxpayer_id"]
BY_HAND: dict[str, list[tuple[int, str, str]]] = {
    "2026Q1": [
        (1, P, "7000.00"),  # 1000 x 7.0
        (3, E, "2130.04"),  # 300.005 x 7.1 = 2130.0355
        (4, P, "71.00"), (4, W, "142.00"), (4, S, "213.00"),
        (6, P, "923.00"),  # (70 + 60) x 7.1
    ],
    "2026Q2": [
        (7, S, "31040.00"),  # (4000 - 100 - 4000 x 0.5 %) x 8 = 3880 x 8
        (8, W, "777.00"),
    ],
    "2026Q3": [
        (9, E, "4.46"),  # (100 - 0.4 x 2.5 t) x 0.045 = 4.455
        (10, S, "0.01"),  # 0.005
    ],
    "2026Q4": [(11, P, "6.90")],
}  # fmt: skip
TOTALS = {
    "2026Q1": Decimal("10479.04"),
    "2026Q2": Decimal("31817.00"),
    "2026Q3": Decimal("4.47"),
    "2026Q4": Decimal("6.90"),
}
