"""The trade in the making: who there is, and how an export goes through the gate whoever lodges it."""

from __future__ import annotations

import random
from typing import Final

from benchmarks.chains.world.goods import DESTINATIONS, DISTRICTS, GOODS, Good
from benchmarks.chains.world.papers import Goods, Papers, Shipment, usual_port
from benchmarks.chains.world.parameters import DAYS, USD, Parameters, Size
from benchmarks.chains.world.people import Firm, Register, goods_of

_FOREIGN: Final = (
    "GLOBAL",
    "PACIFIC",
    "UNION",
    "NOVA",
    "STAR",
    "PRIME",
    "ATLAS",
    "ORIENT",
    "SUMMIT",
    "DELTA",
    "CROWN",
)
_LINE: Final = (
    "TRADING",
    "IMPORT",
    "SUPPLY",
    "HOME",
    "RETAIL",
    "INDUSTRIES",
    "SOURCING",
    "GROUP",
    "PARTS",
    "STORES",
)
_FORM: Final = ("LTD", "LLC", "GMBH", "INC", "CO LTD", "PTE LTD", "SA")
_CODES: Final = list(DISTRICTS)
_MAKING: Final = [sum(code in one.districts for one in GOODS) for code in _CODES]


class Trade:
    """State of a world while it is written."""

    def __init__(self, dice: random.Random, constants: Parameters, size: Size) -> None:
        self.dice, self.constants, self.size = dice, constants, size
        self.register = Register(dice)
        self.papers = Papers(dice, constants)
        self.suppliers: dict[str, list[Firm]] = {}
        self.agents: list[Firm] = []
        self.brokers: list[Firm] = []
        self.forwarders: list[Firm] = []
        self.served = [
            *self._offices("broker", size.brokers),
            *self._offices("forwarder", size.forwarders),
        ]

    def _offices(self, kind: str, many: int) -> list[Firm]:
        made = [self.register.firm(kind, kind, self.place()) for _ in range(many)]
        setattr(self, f"{kind}s", made)
        return made

    # choices

    def place(self) -> str:
        """A district, the likelier the more it makes."""
        return self.dice.choices(_CODES, _MAKING)[0]

    def office(self, kind: str) -> Firm:
        """A broker or forwarder; shares are Zipf-like."""
        pool = self.brokers if kind == "broker" else self.forwarders
        return pool[min(int(len(pool) ** self.dice.random()) - 1, len(pool) - 1)]

    def settled(self, firm: Firm, brokers: int, forwarders: int) -> Firm:
        """The firm with its usual brokers and forwarders, and its buyers' habits."""
        firm.brokers = tuple(self.office("broker") for _ in range(brokers))
        firm.forwarders = tuple(self.office("forwarder") for _ in range(forwarders))
        share = self.constants.hong_kong
        firm.hong_kong = (
            self.dice.betavariate(4, 4) if self.dice.random() < share * 1.5 else self.dice.uniform(0, 0.15)
        )
        if self.dice.random() < self.constants.careless:
            firm.careless = 3.0
        if self.dice.random() < self.constants.late_invoices:
            firm.lateness = (-10, 60)
        if self.dice.random() < self.constants.luxury:
            firm.price = self.dice.uniform(2.5, 8)
        return firm

    def buyer(self) -> str:
        """A foreign firm."""
        dice = self.dice
        return f"{dice.choice(_FOREIGN)} {dice.choice(_LINE)} {dice.choice(_FORM)} {dice.randint(1, 400)}"

    def day(self, start: int, end: int = DAYS) -> int:
        """A day of trade; trade grows over the year."""
        start = max(start, 0)
        return start + int(
            (max(end, start + 1) - start) * self.dice.random() ** (1 / (1 + self.constants.growth))
        )

    def count(self, usual: float, spread: float = 1.0) -> int:
        """How many declarations a firm has in the year."""
        return max(1, min(400, round(self.dice.lognormvariate(0, spread) * usual * self.size.busy)))

    def load(self, good: Good, district: str, fob: float, price: float = 1.0) -> Goods:
        """Goods worth about ``fob`` CNY at a price around the usual one."""
        unit = good.price * price * self.dice.lognormvariate(0, self.constants.price_spread)
        quantity = max(1.0, round(fob / unit))
        return Goods(good, quantity, quantity * unit, district)

    def value(self) -> float:
        """FOB value in CNY of an honest export (assumed: median USD 42,000)."""
        return min(USD * 600_000, USD * self.dice.lognormvariate(10.65, 0.8))

    def loads(self, firm: Firm, district: str, value: float) -> list[Goods]:
        """One line, sometimes two or three, of what the firm deals in."""
        lines = 1 if self.dice.random() < 0.75 else self.dice.randint(2, 3)
        chosen = self.dice.sample(firm.goods, min(lines, len(firm.goods)))
        return [self.load(one, district, value / len(chosen), firm.price) for one in chosen]

    # the gate

    def ship(
        self,
        trader: Firm,
        owner: Firm,
        lines: list[Goods],
        day: int,
        *,
        declarant: Firm | None = None,
        forwarder: Firm | None = None,
        destination: str = "",
        consignee: str = "",
        mode: str = "0110",
        shipper: Firm | None = None,
        port: str = "",
        smooth: bool = False,
    ) -> Shipment:
        """Lodge an export. ``smooth`` goods are never withdrawn and lodged again by an honest change of mind."""
        dice, constants = self.dice, self.constants
        clerk = declarant or (dice.choice(trader.brokers) if dice.random() < 0.93 else self.office("broker"))
        carrier = forwarder or (
            dice.choice(trader.forwarders) if dice.random() < 0.9 else self.office("forwarder")
        )
        gate = port or usual_port(dice, lines[0].district, constants.far_port)[0]
        shipment = Shipment(
            self.papers.serial(gate, "0", day),
            day,
            day + int(dice.expovariate(0.9)),
            trader,
            owner,
            clerk,
            carrier,
            lines,
            destination or dice.choices(list(DESTINATIONS), list(DESTINATIONS.values()))[0],
            consignee or self.buyer(),
            gate,
            gate,
            "released",
        )
        hold = ""
        if dice.random() < constants.held * trader.careless:
            hold = self.papers.hold_code()
            if not smooth and dice.random() < constants.relodged:
                return self._again(shipment, hold, mode)
            shipment.out = day + dice.randint(1, 8)
        self.papers.declare(shipment, hold=hold, mode=mode)
        self.papers.certify(shipment, "export")
        self._sail(shipment, shipper)
        self._afterwards(shipment)
        return shipment

    def hold(self, shipment: Shipment, code: str, mode: str = "0110") -> None:
        """Write an export that was held at the gate and then withdrawn or refused."""
        shipment.out, shipment.state = None, "withdrawn" if self.dice.random() < 0.7 else "refused"
        self.papers.declare(shipment, hold=code, mode=mode)
        self.papers.certify(shipment, "export")

    def attempt(self, trader: Firm, owner: Firm, lines: list[Goods], day: int, declarant: Firm) -> None:
        """An export that is held and given up under this trader."""
        gate = usual_port(self.dice, lines[0].district, self.constants.far_port)[0]
        self.hold(
            Shipment(
                self.papers.serial(gate, "0", day), day, None, trader, owner, declarant, self.dice.choice(trader.forwarders), lines,
                self.dice.choices(list(DESTINATIONS), list(DESTINATIONS.values()))[0], self.buyer(), gate, gate, "held",
            ),
            self.papers.hold_code(),
        )  # fmt: skip

    def bring(self, importer: Firm, lines: list[Goods], day: int, declarant: Firm, origin: str) -> None:
        """An ordinary import. ``origin`` stands where an export has its destination."""
        gate = usual_port(self.dice, lines[0].district, self.constants.far_port)[0]
        made = Shipment(
            self.papers.serial(gate, "1", day), day, day + self.dice.randint(0, 3), importer, importer, declarant, declarant, lines,
            origin, self.buyer(), gate, gate, "released",
        )  # fmt: skip
        self.papers.declare(made, act="other", mode="0110")

    def _again(self, first: Shipment, code: str, mode: str) -> Shipment:
        """Honest: the same goods again after a hold, now and then through an agent with its papers in order."""
        dice = self.dice
        self.hold(first, code, mode)
        trader, day = first.trader, first.day + dice.randint(2, 25)
        other = dice.random() < self.constants.other_agent
        if other:
            trader = dice.choice([one for one in self.agents if one is not first.trader])
            if dice.random() < 0.9:
                self.papers.agree(trader, first.owner, day - dice.randint(0, 3), self.constants.agent_fee)
        again = self.ship(
            trader, first.owner, first.lines, day, declarant=first.declarant, forwarder=first.forwarder,
            destination=first.destination, consignee=first.consignee, mode=mode, port=first.port, smooth=True,
        )  # fmt: skip
        if other and dice.random() > self.constants.report_missing:
            self.papers.report(trader, again, first.owner)
        return again

    def _sail(self, shipment: Shipment, shipper: Firm | None) -> None:
        dice, constants = self.dice, self.constants
        shared = dice.random() < constants.shared_container
        who = shipper or shipment.trader
        if shipper is None and dice.random() < constants.other_shipper * (2 if shared else 0.7):
            who = shipment.forwarder if dice.random() < 0.5 else dice.choice(self.register.firms)
        box = self.papers.number("LCLU")[:-1] if shared else ""
        self.papers.transport(shipment, who, shared=shared, container=box)
        if dice.random() < 0.25:
            freight = 4000 + 0.01 * shipment.fob * dice.random()
            self.papers.pay(shipment.trader, shipment.forwarder, freight, shipment.day + dice.randint(5, 60))

    def _afterwards(self, shipment: Shipment) -> None:
        """Amendments, withdrawals and returns of a released export, each with its certificate."""
        dice, constants = self.dice, self.constants
        if shipment.out is None:
            return
        luck = dice.random() / shipment.trader.careless
        if luck < constants.returned:
            self.reverse(shipment, "return", shipment.out + dice.randint(30, 150))
        elif luck < constants.returned + constants.withdrawn:
            self.reverse(shipment, "withdrawal", shipment.out + dice.randint(2, 40))
        elif luck < constants.returned + constants.withdrawn + constants.amended:
            self.reverse(shipment, "amendment", shipment.out + dice.randint(2, 60))

    def reverse(
        self,
        export: Shipment,
        act: str,
        day: int,
        *,
        lines: list[Goods] | None = None,
        trader: Firm | None = None,
    ) -> Shipment:
        """A return, withdrawal or amendment of an export, under a certificate of its trader."""
        if act != "amendment":
            export.extra["reversed"] = day
        who = trader or export.trader
        made = Shipment(
            self.papers.serial(export.office, "1" if act == "return" else "0", day), day, day + self.dice.randint(0, 4), who, export.owner,
            export.declarant, export.forwarder, lines or export.lines, export.destination, export.consignee,
            export.office, export.port, "released",
        )  # fmt: skip
        self.papers.declare(made, act=act, covers=export.number, mode="4561" if act == "return" else "0110")
        self.papers.certify(
            made, act, export=export.number, holder=export.trader, asked=day - self.dice.randint(1, 20)
        )
        return made

    # what an honest export settles

    def pays(
        self, receiver: Firm, shipment: Shipment, *, hong_kong: float | None = None, rest: float = 1.0
    ) -> int | None:
        """The foreign buyer pays, or is overdue; gives back the day."""
        dice = self.dice
        if dice.random() < self.constants.unpaid:
            return None
        elsewhere = dice.random() < (receiver.hong_kong if hong_kong is None else hong_kong)
        country, payer = shipment.destination, shipment.consignee
        if elsewhere:
            country = dice.choices(("HKG", "SGP", "ARE", "TWN"), (7, 2, 1, 1))[0]
            payer = self.buyer() if dice.random() < 0.6 else payer
        on = shipment.day + dice.randint(-20, 90)
        self.papers.receive(
            receiver, shipment, shipment.fob * rest * dice.uniform(0.9, 1.02), on, country, payer
        )
        return on

    def refund(self, claimant: Firm, shipment: Shipment, purchase: float) -> None:
        """An honest claim; goods that came back are not claimed, or the claim is reversed."""
        if shipment.out is None or shipment.main.refund == 0:
            return
        on = shipment.out + self.dice.randint(20, 110)
        gone = shipment.extra.get("reversed")
        if gone is not None and gone < on:
            return
        self.papers.claim(claimant, shipment, purchase, on, state="reversed" if gone is not None else "paid")

    def bought(
        self, buyer: Firm, seller: Firm, shipment: Shipment, cost: float, *, paid: bool = True
    ) -> None:
        """Invoices of one purchase for a shipment, and their payment."""
        dice = self.dice
        for line in shipment.lines:
            parts = 1 if dice.random() < 0.7 else dice.randint(2, 4)
            for _ in range(parts):
                issued = shipment.day + dice.randint(*buyer.lateness)
                share = Goods(line.good, line.quantity / parts, line.fob / parts, line.district)
                self.papers.invoice(seller, buyer, share, cost * share.fob / shipment.fob, issued)
        if paid and dice.random() < 0.85:
            gross = cost * (1 + shipment.main.vat)
            self.papers.pay(buyer, seller, gross * dice.uniform(0.9, 1), shipment.day + dice.randint(-30, 75))

    def factory(self, good: Good) -> Firm:
        """Somebody who makes this good."""
        pool = self.suppliers.get(good.hs)
        if pool:
            return self.dice.choice(pool)
        made = self.register.firm("producer", "factory", self.dice.choice(good.districts))
        made.goods, made.makes = (good,), True
        self.suppliers[good.hs] = [made]
        return made


def small_goods(trade: Trade, district: str) -> tuple[Good, ...]:
    """What a small seller has: one or two goods of its district."""
    return goods_of(trade.dice, district, trade.dice.randint(1, 2))
