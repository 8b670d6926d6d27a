"""The papers of a world, as they are written, with the day on which each reaches the investigator."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from benchmarks.chains.world.goods import DISTRICTS, Good
from benchmarks.chains.world.parameters import DAYS, FIRST_DAY, Parameters
from benchmarks.chains.world.people import Firm
from hefu.chains.tables import BY_NAME, TABLES, Table

_EPOCH: Final = FIRST_DAY - date(1970, 1, 1).toordinal()
_HOLDS: Final = (
    "certificate.missing",
    "certificate.unknown",
    "party.holder_differs",
    "hs.differs",
    "item.not_covered",
    "certificate.used",
)


@dataclass(slots=True)
class Goods:
    """A line of a shipment: what, how much (statutory units), and its FOB value in CNY."""

    good: Good
    quantity: float
    fob: float
    district: str


@dataclass(slots=True, eq=False)
class Shipment:
    """A declared export. ``day`` is the day of lodging, ``out`` the day of release or None."""

    number: str
    day: int
    out: int | None
    trader: Firm
    owner: Firm
    declarant: Firm
    forwarder: Firm
    lines: list[Goods]
    destination: str
    consignee: str
    office: str
    port: str
    state: str
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def fob(self) -> float:
        """FOB value in CNY."""
        return sum(one.fob for one in self.lines)

    @property
    def main(self) -> Good:
        """The good of the first line."""
        return self.lines[0].good


class Papers:
    """Collects rows table by table. Values are days (0 is the first day), fen, and quantities as in the tables."""

    def __init__(self, dice: random.Random, constants: Parameters) -> None:
        self.dice, self.constants = dice, constants
        self._rows: dict[str, list[dict[str, Any]]] = {one.name: [] for one in TABLES}
        self._numbers: set[str] = set()
        self.names: dict[str, str] = {}

    def number(self, prefix: str) -> str:
        """A document number that is not taken and tells nothing by its order."""
        return self.unique(lambda: f"{prefix}{int(self.dice.random() * 10**10):010d}")

    def serial(self, office: str, direction: str, day: int) -> str:
        """A declaration number: office, year, direction (0 out, 1 in), and a serial that grows with the day."""
        return self.unique(
            lambda: f"{office}2026{direction}{(day + 100 + self.dice.random()) * 100_000:09.0f}"
        )

    def unique(self, made: Callable[[], str]) -> str:
        """The first number made that is not taken."""
        while (number := made()) in self._numbers:
            pass
        self._numbers.add(number)
        return number

    def add(self, table: Table, arrived: int, late: int | None = None, **values: Any) -> None:
        """Write a row. ``late`` is the day on which a fact about it (voided, listed, gone) becomes known."""
        values["arrived"], values["late"] = arrived, late
        self._rows[table.name].append(values)

    def as_written(self, party: Firm, column: str, *, firmly: bool = False) -> dict[str, Any]:
        """A party in its two columns; clerks write names another way and leave identifiers out."""
        identifier, name = party.id, party.name
        if identifier and not firmly and self.dice.random() < self.constants.without_id:
            identifier = ""
        if self.dice.random() < self.constants.name_noise:
            name = self._variant(name)
        self.names[name] = party.key
        return {column: identifier, f"{column}_name": name}

    def _variant(self, name: str) -> str:
        changed = self.dice.randrange(3)
        if changed == 0:
            return name.replace("有限公司", "有限责任公司")
        if changed == 1:
            return name.replace("市", "", 1)
        return name[:2] + "(" + name[2:4] + ")" + name[4:] if len(name) > 6 else name + " "

    def frames(self) -> dict[str, pl.DataFrame]:
        """Every table with the days ``arrived`` and ``late`` as two more columns."""
        made = {}
        for name, rows in self._rows.items():
            schema = BY_NAME[name].schema
            days = [key for key, dtype in schema.items() if dtype == pl.Date()] + ["arrived", "late"]
            written = {**schema, "arrived": pl.Date(), "late": pl.Date()}
            frame = pl.DataFrame(
                rows, {**written, **dict.fromkeys(days, pl.Int32())}, infer_schema_length=None
            )
            frame = frame.with_columns((pl.col(days) + _EPOCH).cast(pl.Date))
            made[name] = frame.sort(*BY_NAME[name].by, "arrived")
        return made

    # the papers of an export

    def declare(
        self, shipment: Shipment, act: str = "export", covers: str = "", hold: str = "", mode: str = "0110"
    ) -> None:
        """Write a declaration and its lines."""
        self.add(
            BY_NAME["declarations"],
            shipment.day,
            declaration=shipment.number,
            act=act,
            lodged=shipment.day,
            released=shipment.out,
            state=shipment.state,
            hold_codes=hold,
            **self.as_written(shipment.trader, "trader", firmly=True),
            **self.as_written(shipment.owner, "owner"),
            **self.as_written(shipment.declarant, "declarant", firmly=True),
            consignee_name=shipment.consignee,
            destination=shipment.destination,
            office=shipment.office,
            port=shipment.port,
            mode=mode,
            covers=covers or None,
        )
        for item, line in enumerate(shipment.lines, 1):
            self.add(
                BY_NAME["lines"],
                shipment.day,
                declaration=shipment.number,
                item=item,
                hs=line.good.hs,
                name=line.good.name,
                quantity=round(line.quantity * 100_000),
                unit=line.good.unit,
                net_weight=round(line.quantity * line.good.weight * 1000),
                fob=fen(line.fob),
                district=line.district,
            )

    def certify(
        self,
        shipment: Shipment,
        purpose: str,
        *,
        export: str = "",
        holder: Firm | None = None,
        asked: int | None = None,
    ) -> None:
        """Certificates of a declaration, one a line, used on release; now and then voided and issued again."""
        dice, constants = self.dice, self.constants
        who = holder or shipment.trader
        for item, line in enumerate(shipment.lines, 1):
            issued = shipment.day - dice.randint(1, 15) if asked is None else asked
            before = None
            given = {
                "purpose": purpose,
                "refund_state": "not_claimed" if dice.random() < 0.9 else "reversed",
                "export": export or None,
                "item": item if export else None,
                "quantity": round(line.quantity * 100_000),
            }
            if dice.random() < constants.churn * who.careless:
                before = self.number("Z")
                self.add(
                    BY_NAME["certificates"], issued - 3, late=issued, certificate=before, issued=issued - 3, ended=issued,
                    **self.as_written(who, "holder", firmly=True), **given,
                )  # fmt: skip
            used = shipment.out if shipment.state == "released" else None
            ended = None if used is not None else shipment.day + dice.randint(1, 20)
            self.add(
                BY_NAME["certificates"], issued, late=ended, certificate=self.number("Z"), issued=issued, ended=ended,
                replaces=before, declaration=shipment.number if used is not None else None, used=used,
                on_paper=dice.random() < constants.on_paper,
                **self.as_written(who, "holder", firmly=True), **given,
            )  # fmt: skip

    def transport(self, shipment: Shipment, shipper: Firm, *, shared: bool, container: str = "") -> None:
        """The bill of lading; it reaches the file days after sailing."""
        sailed = (shipment.out if shipment.out is not None else shipment.day) + self.dice.randint(1, 7)
        shipment.extra["container"] = container or self.number("CNTU")
        written = self.as_written(shipper, "shipper")
        self.add(
            BY_NAME["transport"],
            sailed + self.dice.randint(3, 15),
            bill=self.number("BL"),
            declaration=shipment.number,
            shipper_name=written["shipper_name"],
            shipper=written["shipper"] if self.dice.random() < 0.6 else "",
            **self.as_written(shipment.forwarder, "forwarder", firmly=True),
            container=shipment.extra["container"],
            seal=self.number("S"),
            sailed=sailed,
            gross_weight=round(sum(one.quantity * one.good.weight for one in shipment.lines) * 1060),
            shared=shared,
        )

    # taxes and money

    def invoice(
        self,
        seller: Firm,
        buyer: Firm,
        line: Goods,
        amount: float,
        issued: int,
        *,
        abnormal: int | None = None,
        farm: bool = False,
    ) -> None:
        """A VAT invoice of ``amount`` CNY before tax; it is in the file within ten days."""
        value = fen(amount)
        seller.output += value
        self.add(
            BY_NAME["invoices"],
            issued + self.dice.randint(1, 10),
            late=abnormal,
            invoice=self.number("26"),
            issued=issued,
            **self.as_written(seller, "seller", firmly=True),
            **self.as_written(buyer, "buyer", firmly=True),
            hs=line.good.hs if self.dice.random() < 0.9 else "",
            name=line.good.name,
            quantity=round(line.quantity * 100_000),
            unit=line.good.unit,
            amount=value,
            vat=round(value * line.good.vat),
            farm_purchase=farm,
            abnormal=abnormal is not None,
        )

    def pay(self, payer: Firm, payee: Firm, amount: float, on: int) -> None:
        """A payment inside the country; statements come weeks later."""
        self.add(
            BY_NAME["payments"], on + self.dice.randint(10, 40), payment=self.number("P"), on=on, amount=fen(amount),
            **self.as_written(payer, "payer", firmly=True), **self.as_written(payee, "payee", firmly=True),
        )  # fmt: skip

    def receive(
        self, receiver: Firm, shipment: Shipment, amount: float, on: int, country: str, payer: str
    ) -> None:
        """A receipt from abroad."""
        self.add(
            BY_NAME["receipts"], on + self.dice.randint(7, 30), receipt=self.number("X"), on=on, amount=fen(amount),
            payer_name=payer, payer_country=country, **self.as_written(receiver, "receiver", firmly=True),
            declaration=shipment.number if self.dice.random() < 0.8 else "",
        )  # fmt: skip

    def claim(
        self, claimant: Firm, shipment: Shipment, purchase: float, on: int, *, state: str = "paid"
    ) -> tuple[int, int]:
        """A refund claim for every line; gives back the day and the refund in fen."""
        number, whole = self.number("R"), shipment.fob
        paid = on + self.dice.randint(8, 35) if state == "paid" else None
        total = 0
        for item, line in enumerate(shipment.lines, 1):
            base = fen(purchase * line.fob / whole)
            refund = round(base * line.good.refund)
            total += refund
            self.add(
                BY_NAME["claims"], on, late=paid, claim=number, claimed=on, paid=paid, state=state, item=item,
                declaration=shipment.number, quantity=round(line.quantity * 100_000), purchase=base, refund=refund,
                **self.as_written(claimant, "claimant", firmly=True),
            )  # fmt: skip
        return on, total

    def agree(self, agent: Firm, principal: Firm, signed: int, fee: float) -> None:
        """An agency agreement of a year."""
        self.add(
            BY_NAME["agreements"], signed, agreement=self.number("G"), signed=signed, until=signed + 365,
            fee_ppm=round(fee * 1_000_000),
            **self.as_written(agent, "agent", firmly=True), **self.as_written(principal, "principal"),
        )  # fmt: skip

    def report(self, agent: Firm, shipment: Shipment, consignor: Firm, *, late: bool = False) -> None:
        """A row of the agent's report, filed in the month after the quarter (STA 17/2025 art. 7)."""
        quarter = min(3, max(0, shipment.day // 92))
        filed = (
            (91, 182, 274, 366)[quarter]
            + self.dice.randint(0, 14)
            + (self.dice.randint(10, 80) if late else 0)
        )
        self.add(
            BY_NAME["agency"], filed, quarter=f"2026Q{quarter + 1}", filed=filed, declaration=shipment.number,
            **self.as_written(agent, "agent", firmly=True), **self.as_written(consignor, "consignor"),
            amount=fen(shipment.fob),
        )  # fmt: skip

    # registers

    def enter(self, firm: Firm) -> None:
        """The firm in the register."""
        born = firm.registered
        self.add(
            BY_NAME["firms"], min(born, 0) if born <= 0 else born, late=firm.status_on,
            firm=firm.id, firm_name=firm.name, customs_code=firm.customs_code, former_names=firm.former, kind=firm.kind,
            registered=born, first_filing=firm.first_filing, closed=firm.closed, status=firm.status,
            district=firm.district, address=firm.address, legal_person=firm.legal_person,
            finance_head=firm.finance_head, tax_handler=firm.tax_handler, phone=firm.phone, capital=firm.capital,
            staff=firm.staff,
        )  # fmt: skip

    def capacity(self, firm: Firm, power: int, wages: int) -> None:
        """Power bill and wages of the year in fen; they come a month after it."""
        self.add(BY_NAME["capacity"], DAYS + 35, firm=firm.id, year="2026", power=power, wages=wages)

    def reward(self, firm: Firm, amount: float, basis: float, paid: int) -> None:
        """An export reward of the local commerce office, CNY."""
        self.add(
            BY_NAME["subsidies"], paid + 15, firm=firm.id, paid=paid, amount=fen(amount), basis=fen(basis)
        )

    def hold_code(self) -> str:
        """What a hold is about."""
        return self.dice.choice(_HOLDS)


def fen(cny: float) -> int:
    """CNY as fen."""
    return round(cny * 100)


def usual_port(dice: random.Random, district: str, far: float) -> tuple[str, str]:
    """Office and port that goods of a district leave by; with the chance ``far``, any other."""
    place = DISTRICTS[district]
    if dice.random() < far:
        place = DISTRICTS[dice.choice(list(DISTRICTS))]
    port = place.ports[0] if dice.random() < 0.7 else place.ports[1]
    return port, port
