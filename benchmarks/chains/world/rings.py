"""The templates of rings (the reference on risk, §1.2 and §3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmarks.chains.world.goods import BY_HS, DISTRICTS, GOODS, Good
from benchmarks.chains.world.papers import Goods, Shipment
from benchmarks.chains.world.parameters import DAYS, USD
from benchmarks.chains.world.people import Firm, goods_of, person
from benchmarks.chains.world.plot import Plot
from benchmarks.chains.world.truth import Template
from hefu.chains.case import Role

_DEAR: Final = tuple(
    BY_HS[hs] for hs in ("2106909090", "0308120000", "0902109000", "0712390010", "1604209990")
)
_CHANGED: Final = tuple(
    (BY_HS[real], BY_HS[told])
    for real, told in (
        ("8507200000", "8507600090"),
        ("0703200000", "2008999000"),
        ("3808931990", "2933990099"),
        ("0712390010", "2106909090"),
    )
)
_SMALL: Final = tuple(BY_HS[hs] for hs in ("8542399000", "8517130000", "8473309000", "8518300000"))


def _owned(plot: Plot, owner: Firm, value: float) -> list[Goods]:
    good = plot.dice.choice(owner.goods)
    return [plot.trade.load(good, owner.district, value)]


def _settle(
    plot: Plot, header: Firm, mill: Firm, shipment: Shipment, *, lines: list[Goods] | None = None
) -> None:
    """Invoices, money, foreign exchange and the claim of a bought export."""
    cost = plot.invoices(header, mill, shipment, lines=lines)
    plot.round_trip(header, mill, cost, shipment.day)
    plot.paid_from_abroad(header, shipment)
    plot.claim(header, shipment, cost)


def classic(plot: Plot) -> None:
    """买单配票: headers and mills around one forwarder that knows whose goods have no papers."""
    dice = plot.dice
    headers = [plot.header() for _ in range(dice.randint(1, 6))]
    mills = [plot.mill() for _ in range(dice.randint(2, 5))]
    owners = [plot.owner() for _ in range(dice.randint(10, 30))]
    carrier = plot.carrier()
    broker = plot.trade.office("broker")
    plot.tied_registers([*headers, *mills])
    for day in (days := plot.days(len(headers))):
        header, owner = dice.choice(headers), dice.choice(owners)
        shipment = plot.export(
            header, owner, _owned(plot, owner, plot.value()), day, carrier=carrier, broker=broker
        )
        _settle(plot, header, dice.choice(mills), shipment)
        if plot.often(0.4, 0.1):
            plot.trade.papers.pay(
                header, carrier, dice.choice((800, 1000, 1500, 2000)), day + dice.randint(3, 30)
            )
    for one in headers:
        plot.cover(one, len(days) // len(headers))


def lender(plot: Plot) -> None:
    """假自营真代理: an established trader exports for hidden owners as if it had bought from them."""
    dice, trade = plot.dice, plot.trade
    header = plot.header(aged=True)
    header.staff += dice.randint(3, 20)
    owners = [
        plot.cast(trade.factory(dice.choice(GOODS)), Role.OWNER, Role.MILL)
        for _ in range(dice.randint(10, 26))
    ]
    for day in (days := plot.days(3)):
        owner = dice.choice(owners)
        shipment = plot.export(header, owner, _owned(plot, owner, plot.value()), day)
        fee = trade.constants.title_fee * dice.uniform(0.8, 1.2)
        cost = shipment.fob / (1 + shipment.main.vat) * (1 + shipment.main.refund) * 0.98
        trade.bought(header, owner, shipment, cost, paid=False)
        on = plot.paid_from_abroad(header, shipment)
        claimed = plot.claim(header, shipment, cost)
        if on is not None:
            trade.papers.pay(header, owner, shipment.fob * (1 - fee), on + dice.randint(1, 12))
        if claimed is not None and plot.often(0.8, 0.4):
            refund = cost * shipment.main.refund
            trade.papers.pay(header, owner, refund * dice.uniform(0.85, 0.98), claimed + dice.randint(0, 50))
        if plot.often(0.25, 0.05):
            trade.papers.report(header, shipment, owner)
    plot.cover(header, round(len(days) * 1.6))


def price(plot: Plot) -> None:
    """低值高报: cheap farm goods at the price of fine ones, with invoices that the own mill writes to itself."""
    dice, trade = plot.dice, plot.trade
    good = dice.choice(_DEAR)
    headers = [plot.header(district=dice.choice(good.districts)) for _ in range(dice.randint(1, 3))]
    mills = [plot.mill(good) for _ in range(dice.randint(1, 2))]
    farmers = [person(trade.register.human()) for _ in range(25)]
    plot.tied_registers([*headers, *mills])
    over = 1 + (trade.constants.overpriced - 1) * (1 - 0.5 * plot.adaptation)
    for day in (days := plot.days(len(headers) + 1)):
        header, mill = dice.choice(headers), dice.choice(mills)
        lines = [trade.load(good, dice.choice(good.districts), plot.value(), over * dice.uniform(0.8, 1.2))]
        shipment = plot.export(header, mill, lines, day, named=header)
        _settle(plot, header, mill, shipment)
        if plot.often(1, 0.6):
            farm = Goods(good, lines[0].quantity, lines[0].fob, lines[0].district)
            trade.papers.invoice(
                dice.choice(farmers),
                mill,
                farm,
                shipment.fob * dice.uniform(0.6, 0.8),
                day - dice.randint(3, 30),
                farm=True,
            )
    for one in headers:
        plot.cover(one, len(days) // len(headers))


def changed(plot: Plot) -> None:
    """变票: a mill buys goods of a low refund rate and invoices goods of a high one."""
    dice, trade = plot.dice, plot.trade
    real, told = dice.choice(_CHANGED)
    headers = [plot.header() for _ in range(dice.randint(1, 4))]
    mills = [plot.mill(told) for _ in range(dice.randint(1, 3))]
    makers = [trade.factory(real) for _ in range(3)]
    plot.tied_registers([*headers, *mills])
    for day in (days := plot.days(len(headers) + 1)):
        header, mill, maker = dice.choice(headers), dice.choice(mills), dice.choice(makers)
        lines = [trade.load(told, maker.district, plot.value())]
        shipment = plot.export(header, mill, lines, day, named=header)
        plot.edges.discard((min(mill.key, header.key), max(mill.key, header.key)))
        _settle(plot, header, mill, shipment)
        if plot.often(1, 0.7):
            bought = Goods(real, max(1, round(shipment.fob / real.price)), shipment.fob, maker.district)
            trade.papers.invoice(
                maker, mill, bought, shipment.fob * dice.uniform(0.4, 0.7), day - dice.randint(1, 25)
            )
    for one in headers:
        plot.cover(one, len(days) // len(headers))


def carousel(plot: Plot) -> None:
    """循环出口: the same small, dear goods leave, come back under an importer of the ring, and leave again."""
    dice, trade = plot.dice, plot.trade
    good = dice.choice(_SMALL)
    headers = [plot.header() for _ in range(dice.randint(1, 3))]
    importers = [
        plot.cast(trade.register.firm("trader", "importer", trade.place()), Role.OWNER)
        for _ in range(dice.randint(1, 3))
    ]
    for one in importers:
        trade.settled(one, 2, 2)
    mills = [plot.mill(good) for _ in range(dice.randint(1, 3))]
    broker = trade.office("broker")
    days = plot.days(len(headers) + 1)
    for day in days:
        header, mill, importer = dice.choice(headers), dice.choice(mills), dice.choice(importers)
        lines = [trade.load(good, header.district, plot.value())]
        shipment = plot.export(
            header,
            importer,
            lines,
            day,
            named=header,
            broker=broker,
            destination=dice.choice(("HKG", "VNM", "MYS", "SGP")),
        )
        _settle(plot, header, mill, shipment)
        if plot.often(1, 0.6):
            part = lines[0].quantity * dice.uniform(*((0.985, 1.0) if plot.often(1, 0.3) else (0.5, 0.97)))
            back = [Goods(good, max(1, round(part)), lines[0].fob * dice.uniform(0.8, 1), lines[0].district)]
            come_back(plot, shipment, importer, back, day + dice.randint(4, 30))
            trade.papers.invoice(
                importer, mill, back[0], back[0].fob * dice.uniform(0.85, 1.0), day + dice.randint(8, 45)
            )
            plot.tie(importer, mill)
    for one in headers:
        plot.cover(one, len(days) // len(headers))


def come_back(plot: Plot, export: Shipment, importer: Firm, lines: list[Goods], day: int) -> None:
    """An import of goods that had left, as if new."""
    clerk = export.declarant if plot.often(0.9, 0.3) else plot.dice.choice(importer.brokers)
    plot.trade.bring(importer, lines, day, clerk, export.destination)


def subsidy(plot: Plot) -> None:
    """骗补: many young inland shells lend their names to coastal goods, for the reward alone."""
    dice, trade = plot.dice, plot.trade
    inland = dice.choice([one.code for one in DISTRICTS.values() if not one.coast])
    span = round(60 + 200 * plot.adaptation)
    shells = []
    for _ in range(dice.randint(10, 24)):
        shell = plot.header(Role.HEADER, district=inland, aged=dice.random() < 0.5 * plot.adaptation)
        if shell.registered > -400:
            shell.registered = plot.start - dice.randint(20, 20 + span)
            shell.first_filing = shell.registered + dice.randint(10, 40)
        shells.append(shell)
    plot.tied_registers(shells)
    brokers = [trade.office("broker") for _ in range(1 + round(3 * plot.adaptation))]
    carrier = plot.carrier()
    owners = [plot.owner() for _ in range(dice.randint(15, 40))]
    for shell in shells:
        total = 0.0
        for _ in range(dice.randint(3, 9)):
            day, owner = dice.randint(plot.start, plot.end), dice.choice(owners)
            done = plot.export(
                shell,
                owner,
                _owned(plot, owner, plot.value()),
                day,
                carrier=carrier,
                broker=dice.choice(brokers),
            )
            total += done.fob
            if plot.often(0, 0.5):
                plot.paid_from_abroad(shell, done)
        paid = min(DAYS + 40, plot.end + dice.randint(10, 60))
        amount = total / USD * trade.constants.reward
        trade.papers.reward(shell, amount, total, paid)
        plot.money.append((paid, round(amount * 100)))
        if plot.often(0.8, 0.2):
            shell.closed = paid + dice.randint(10, 80)
            shell.status, shell.status_on = "closed", shell.closed
        if plot.often(0, 0.5):
            plot.cover(shell, 3)


def layered(plot: Plot) -> None:
    """A middleman is reported as consignor to honest agents; the owners behind it are in no report."""
    dice, trade = plot.dice, plot.trade
    middle = [plot.header(aged=plot.adaptation > 0.3) for _ in range(dice.randint(1, 2))]
    mills = [plot.mill() for _ in range(dice.randint(1, 3))]
    owners = [plot.owner() for _ in range(dice.randint(8, 24))]
    agents = [dice.choice(trade.agents) for _ in range(dice.randint(1, 3))]
    for one in middle:
        for agent in agents:
            trade.papers.agree(agent, one, plot.start - dice.randint(0, 20), trade.constants.agent_fee)
    for day in plot.days(len(middle) + 2):
        who, owner, agent = dice.choice(middle), dice.choice(owners), dice.choice(agents)
        shipment = trade.ship(
            agent, who if dice.random() < 0.85 else agent, _owned(plot, owner, plot.value()), day, smooth=True
        )
        plot.declarations[shipment.number] = round(shipment.fob * 100)
        plot.tie(owner, who)
        plot.tie(agent, who)
        if dice.random() > trade.constants.report_missing:
            trade.papers.report(agent, shipment, who)
        cost = plot.invoices(who, dice.choice(mills), shipment)
        plot.round_trip(who, dice.choice(mills), cost, day)
        plot.claim(who, shipment, cost)
        on = plot.paid_from_abroad(agent, shipment)
        if on is not None:
            net = shipment.fob * (1 - trade.constants.agent_fee)
            passed = on + dice.randint(1, 12)
            trade.papers.pay(agent, who, net, passed)
            if plot.often(0.95, 0.6):
                trade.papers.pay(who, owner, net * dice.uniform(0.93, 0.98), passed + dice.randint(0, 9))
    for one in middle:
        plot.cover(one, dice.randint(2, 8))


def swap(plot: Plot) -> None:
    """What is held under one header is withdrawn and lodged again under another."""
    dice = plot.dice
    headers = [plot.header() for _ in range(dice.randint(3, 6))]
    mills = [plot.mill() for _ in range(dice.randint(1, 3))]
    owners = [plot.owner() for _ in range(dice.randint(6, 18))]
    broker = plot.cast(
        plot.trade.brokers[dice.randint(len(plot.trade.brokers) // 4, len(plot.trade.brokers) - 1)],
        Role.BROKER,
    )
    plot.tied_registers(headers)
    for day in (days := plot.days(len(headers))):
        owner = dice.choice(owners)
        lines, header = _owned(plot, owner, plot.value()), dice.choice(headers)
        named = owner if dice.random() < 0.35 else None
        moment = day
        if dice.random() < 0.4:
            first = dice.choice([one for one in headers if one is not header])
            moment = _held(plot, first, named or first, lines, day, broker)
            if plot.often(0.2, 0.7):
                lines = [
                    Goods(
                        one.good,
                        max(1, round(one.quantity * dice.uniform(0.96, 1.03))),
                        one.fob,
                        one.district,
                    )
                    for one in lines
                ]
        shipment = plot.export(header, owner, lines, moment, named=named, broker=broker)
        plot.tie(broker, header)
        _settle(plot, header, dice.choice(mills), shipment)
    for one in headers:
        plot.cover(one, len(days) // len(headers))


def _held(plot: Plot, header: Firm, named: Firm, lines: list[Goods], day: int, broker: Firm) -> int:
    """The first try under another header; gives back the day of the second."""
    trade, dice = plot.trade, plot.dice
    clerk = broker if plot.often(0.9, 0.5) else dice.choice(header.brokers)
    trade.attempt(header, named, lines, day, clerk)
    return day + dice.randint(2, 12 + round(16 * plot.adaptation))


def concealment(plot: Plot) -> None:
    """No refund and no income: small owners pay for a name, and are paid on accounts of their own."""
    dice, trade = plot.dice, plot.trade
    headers = [plot.header(Role.HEADER, aged=plot.often(0.6, 0.95)) for _ in range(dice.randint(2, 5))]
    owners = [plot.owner() for _ in range(dice.randint(15, 40))]
    carrier = plot.carrier()
    for day in (days := plot.days(len(headers))):
        header, owner = dice.choice(headers), dice.choice(owners)
        shipment = plot.export(header, owner, _owned(plot, owner, plot.value() * 0.7), day, carrier=carrier)
        plot.money.append((shipment.day, round(shipment.fob * 100)))
        if plot.often(0.9, 0.5):
            trade.papers.pay(carrier, header, dice.choice((300, 500, 500, 800)), day + dice.randint(1, 35))
        if plot.often(0.6, 0.25):
            trade.pays(owner, shipment)
        elif plot.often(0.1, 0.6):
            on = plot.paid_from_abroad(header, shipment)
            if on is not None:
                trade.papers.pay(header, owner, shipment.fob * 0.985, on + dice.randint(1, 10))
    for one in headers:
        plot.cover(one, len(days) // len(headers))


def _any(plot: Plot, count: int) -> tuple[Good, ...]:
    return goods_of(plot.dice, plot.trade.place(), count)


PLOTS: Final[dict[Template, Callable[[Plot], None]]] = {
    Template.CLASSIC: classic,
    Template.LENDER: lender,
    Template.PRICE: price,
    Template.CHANGED: changed,
    Template.CAROUSEL: carousel,
    Template.SUBSIDY: subsidy,
    Template.LAYERED: layered,
    Template.SWAP: swap,
    Template.CONCEALMENT: concealment,
}
