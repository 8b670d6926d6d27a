"""What rings have in common: shells, mills, money that comes back, and what each hides as well as it has learnt to."""

from __future__ import annotations

from datetime import date

from benchmarks.chains.world.goods import GOODS, Good
from benchmarks.chains.world.honest import deal
from benchmarks.chains.world.papers import Goods, Shipment
from benchmarks.chains.world.parameters import DAYS, FIRST_DAY, USD
from benchmarks.chains.world.people import Firm, goods_of, person
from benchmarks.chains.world.trade import Trade, small_goods
from benchmarks.chains.world.truth import Ring, Template
from hefu.chains.case import Role


class Plot:
    """A ring while it works. ``adaptation`` of 0 hides nothing, of 1 pays for every known evasion."""

    def __init__(self, trade: Trade, name: str, template: Template, adaptation: float | None = None) -> None:
        self.trade, self.dice, self.name, self.template = trade, trade.dice, name, template
        constants = trade.constants
        self.adaptation = (
            self.dice.uniform(constants.adaptation_low, constants.adaptation_high)
            if adaptation is None
            else adaptation
        )
        self.start = self.dice.randint(0, 110)
        self.end = min(DAYS - 5, self.start + self.dice.randint(170, 340))
        self.roles: dict[str, set[Role]] = {}
        self.declarations: dict[str, int] = {}
        self.edges: set[tuple[str, str]] = set()
        self.money: list[tuple[int, int]] = []
        self.hops = [person(trade.register.alone()) for _ in range(self.dice.randint(2, 5))]
        self.fronts = [trade.buyer() for _ in range(2 + round(8 * self.adaptation))]
        self.bosses: dict[Firm, Firm] = {}

    def often(self, naive: float, adapted: float) -> bool:
        """A chance that goes from ``naive`` to ``adapted`` with the dial."""
        return self.dice.random() < naive + (adapted - naive) * self.adaptation

    def cast(self, firm: Firm, *roles: Role) -> Firm:
        """Give a party its part."""
        self.roles.setdefault(firm.key, set()).update(roles)
        return firm

    def tie(self, one: Firm, other: Firm) -> None:
        """The two truly dealt in this scheme."""
        if one.key != other.key:
            self.edges.add((min(one.key, other.key), max(one.key, other.key)))

    def done(self) -> Ring:
        """The ring as truth keeps it."""
        return Ring(
            self.name,
            self.template,
            round(self.adaptation, 3),
            {key: frozenset(roles) for key, roles in self.roles.items()},
            self.declarations,
            frozenset(self.edges),
            tuple((date.fromordinal(FIRST_DAY + day), fen) for day, fen in sorted(self.money)),
        )

    # parties

    def header(self, *roles: Role, district: str = "", aged: bool | None = None) -> Firm:
        """A shell or a bought trader that lends its name; the better adapted, the older and the more like others."""
        trade, dice = self.trade, self.dice
        old = self.often(0.15, 0.95) if aged is None else aged
        born = None if old else self.start - dice.randint(25, 200)
        made = trade.register.firm("trader", "header", district or trade.place(), registered=born)
        made.goods = goods_of(dice, made.district, dice.randint(2, 6))
        trade.settled(made, dice.randint(1, 3), dice.randint(1, 3))
        made.price = 1.0
        if not old:
            made.first_filing = (born or 0) + dice.randint(10, 25)
        boss = trade.register.alone()
        made.legal_person = boss
        self.bosses[made] = person(boss)
        if dice.random() < 0.3:
            made.former = made.name[:2] + "旧" + made.name[2:]
        return self.cast(made, *(roles or (Role.HEADER, Role.CLAIMANT)))

    def mill(self, good: Good | None = None) -> Firm:
        """Issues the invoices: an empty factory, or a real one that sells its surplus."""
        trade, dice = self.trade, self.dice
        if self.often(0.05, 0.6):
            made = trade.factory(good or dice.choice(GOODS))
        else:
            young = None if self.often(0.3, 0.8) else self.start - dice.randint(60, 500)
            made = trade.register.firm("producer", "mill", trade.place(), registered=young)
            if dice.random() < trade.constants.mill_gone:
                made.status, made.status_on = "vanished", self.end + dice.randint(20, 110)
            made.makes = self.often(0.1, 0.5)  # buys inputs, or invoices for them
        return self.cast(made, Role.MILL)

    def owner(self) -> Firm:
        """A small seller without papers."""
        made = self.trade.register.firm("other", "owner", self.trade.place())
        made.goods = small_goods(self.trade, made.district)
        return self.cast(made, Role.OWNER)

    def carrier(self) -> Firm:
        """The forwarder in the scheme, which serves honest firms as well."""
        pool = self.trade.forwarders
        return self.cast(pool[self.dice.randint(len(pool) // 6, len(pool) - 1)], Role.FORWARDER)

    def tied_registers(self, firms: list[Firm]) -> None:
        """Shells of one hand share a handler, a phone or an address, unless they know better."""
        for one in firms[1:]:
            if self.often(0.6, 0.08):
                one.tax_handler = firms[0].tax_handler
            if self.often(0.4, 0.04):
                one.address = firms[0].address
            if self.often(0.4, 0.06):
                one.phone = firms[0].phone
            if self.often(0.3, 0.12):
                one.finance_head = firms[0].finance_head

    # exports

    def days(self, headers: int = 1) -> list[int]:
        """Days of the exports under bought names."""
        months = (self.end - self.start) / 30.4
        many = max(5, round(months * self.trade.constants.pace * headers * self.dice.uniform(0.75, 1.25)))
        return sorted(self.dice.randint(self.start, self.end) for _ in range(many))

    def value(self) -> float:
        """FOB value of an export in CNY, the nearer to honest ones the better adapted."""
        bold = USD * self.trade.constants.ring_value * self.dice.lognormvariate(0, 0.45)
        return bold if self.often(1.0, 0.3) else self.trade.value()

    def cover(self, header: Firm, bought: int) -> None:
        """Genuine trade of the header, so that its bought exports do not stand alone."""
        share = self.trade.constants.cover * (0.3 + 0.7 * self.adaptation)
        deal(self.trade, header, round(bought * share / (1 - share)), start=max(0, self.start - 40))

    def export(
        self,
        header: Firm,
        owner: Firm,
        lines: list[Goods],
        day: int,
        *,
        carrier: Firm | None = None,
        named: Firm | None = None,
        broker: Firm | None = None,
        smooth: bool = True,
        **more: str,
    ) -> Shipment:
        """An export of the owner's goods under the header's name."""
        dice = self.dice
        clerk = None if broker is None or self.often(0.1, 0.65) else broker
        truck = None if carrier is None or self.often(0.05, 0.5) else carrier
        own = named or (owner if self.often(0.2, 0.05) else header)
        shipper = owner if self.often(0.4, 0.1) else header if dice.random() < 0.9 else None
        done = self.trade.ship(
            header, own, lines, day, declarant=clerk, forwarder=truck, shipper=shipper, smooth=smooth, **more
        )
        self.declarations[done.number] = round(done.fob * 100)
        self.tie(owner, header)
        if carrier is not None:
            self.tie(carrier, header)
            if self.often(0.5, 0.2):
                self.trade.papers.pay(owner, carrier, 3000 + done.fob * 0.012, day + dice.randint(-3, 20))
        return done

    # invoices and money

    def invoices(
        self, buyer: Firm, mill: Firm, shipment: Shipment, *, lines: list[Goods] | None = None
    ) -> float:
        """Invoices that fit the declaration, written afterwards; gives back their amount before tax."""
        trade, dice = self.trade, self.dice
        line = shipment.lines[0]
        rate = line.good.refund
        base = shipment.fob * dice.uniform(0.84, 0.97) / (1 + line.good.vat) * (1 + rate)
        many = max(1, round(dice.gauss(trade.constants.invoices_each, 0.8)))
        for one in lines or shipment.lines:
            part = Goods(one.good, one.quantity / many, one.fob / many, one.district)
            for _ in range(many):
                late = dice.randint(4, 45) if self.often(0.85, 0.35) else dice.randint(-30, 5)
                caught = None
                if mill.status == "vanished" and dice.random() < 0.25:
                    caught = self.end + dice.randint(30, 150)
                trade.papers.invoice(
                    mill, buyer, part, base * part.fob / shipment.fob, shipment.day + late, abnormal=caught
                )
        self.tie(mill, buyer)
        return base

    def round_trip(self, header: Firm, mill: Firm, amount: float, day: int) -> None:
        """The header pays the mill and gets it back through persons, less the fee for the invoices."""
        trade, dice = self.trade, self.dice
        if self.often(0.05, 0.3):
            return  # left unpaid
        gross = amount * (1 + 0.13)
        on = day + dice.randint(0, 25)
        trade.papers.pay(header, mill, gross, on)
        self.tie(header, mill)
        back = gross * (1 - trade.constants.invoice_fee * dice.uniform(0.8, 1.2))
        parts = 1 if self.often(0.8, 0.3) else dice.randint(2, 4)
        hops = [mill, *dice.sample(self.hops, dice.randint(1, min(2, len(self.hops))))]
        end = self.bosses.get(header, header)
        if self.often(0.5, 0.15):
            end = header
        wait = trade.constants.return_days / len(hops)
        for part in range(parts):
            when = on + part
            for payer, payee in zip(hops, [*hops[1:], end], strict=True):
                when += dice.randint(0, max(1, round(2 * wait)))
                trade.papers.pay(payer, payee, back / parts * dice.uniform(0.985, 1), when)
                self.tie(payer, payee)
                if not payee.id:
                    self.cast(payee, Role.PAYER)

    def paid_from_abroad(self, header: Firm, shipment: Shipment) -> int | None:
        """Foreign exchange that was bought, or the real buyer's."""
        keep = shipment.consignee
        if self.often(0.7, 0.4):
            shipment.consignee = self.dice.choice(self.fronts)
        on = self.trade.pays(header, shipment, hong_kong=self.trade.constants.ring_hong_kong)
        shipment.consignee = keep
        return on

    def claim(self, claimant: Firm, shipment: Shipment, purchase: float) -> int | None:
        """The refund is claimed, soon if bold."""
        if shipment.out is None:
            return None
        gone = shipment.extra.get("reversed")
        on = shipment.out + (
            self.dice.randint(10, 45) if self.often(0.8, 0.2) else self.dice.randint(20, 110)
        )
        if gone is not None and gone < on:
            return None
        day, refund = self.trade.papers.claim(claimant, shipment, purchase, on)
        self.money.append((day, refund))
        return on
