"""Tolerances as data: per unit and commodity (DESIGN §9; docs/rules, rows 16, 17, 22)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from hefu.documents.fields import QUANTITY_SCALE, scaled
from hefu.documents.goods import UnitCode

Share = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
"""Per cent, at most four decimals."""


class Tolerance(BaseModel):
    """How much more than the certificate covers still fits: a difference is flagged only when it is
    more than ``percent`` of the certified quantity and more than ``amount`` of the unit.

    ``hs`` is the beginning of a commodity code; empty means every commodity.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: UnitCode
    hs: Annotated[str, Field(pattern=r"^[0-9]{0,10}$")] = ""
    percent: Share
    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=QUANTITY_SCALE)]

    def allowance(self, quantity: int) -> int:
        """The greatest excess, scaled, over a scaled certified quantity."""
        share = quantity * scaled(self.percent, 4) // 10**6
        return max(share, scaled(self.amount))


_KILOGRAM_IN_UNIT: Final = {
    "千克": "1",
    "吨": "0.001",
    "公担": "0.01",
    "担": "0.02",
    "斤": "2",
    "磅": "2.20462",
    "长吨": "0.00098",
    "短吨": "0.0011",
}

BY_WEIGHT: Final = (
    *(
        Tolerance(unit=unit, percent=Decimal("0.5"), amount=Decimal(amount))
        for unit, amount in _KILOGRAM_IN_UNIT.items()
    ),
    *(Tolerance(unit=unit, percent=Decimal("0.5"), amount=Decimal(1)) for unit in ("克", "克拉", "盎司")),
)
"""Goods counted by weight: 0.5 % and 1 unit. The unit of the larger measures is the kilogram, so that
the same goods are judged alike in tonnes and in kilograms (docs/rules, row 16: a suggestion)."""


def find(tolerances: tuple[Tolerance, ...], unit: str, hs: str) -> Tolerance | None:
    """The tolerance of a unit and commodity: the one with the longest fitting beginning of the code."""
    fitting = [one for one in tolerances if one.unit == unit and hs.startswith(one.hs)]
    return max(fitting, key=lambda one: len(one.hs), default=None)
