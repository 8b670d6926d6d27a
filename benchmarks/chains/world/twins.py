"""For each template of rings, honest parties that look like it and differ in what truly happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from benchmarks.chains.world.goods import BY_HS, DISTRICTS, GOODS
from benchmarks.chains.world.honest import deal, entrusted, market
from benchmarks.chains.world.papers import Goods, Shipment
from benchmarks.chains.world.parameters import DAYS, USD
from benchmarks.chains.world.people import Firm, goods_of, person
from benchmarks.chains.world.rings import _DEAR, _SMALL
from benchmarks.chains.world.trade import Trade, small_goods
from benchmarks.chains.world.truth import Template, Twin


class Cast:
    """Collects who and what belongs to the twin."""

    def __init__(self, trade: Trade) -> None:
        self.trade, self.dice = trade, trade.dice
        self.members: list[Firm] = []
        self.declarations: list[str] = []

    def firm(self, kind: str, role: str, district: str = "", *, young: bool = False) -> Firm:
        """An honest firm of the twin."""
        trade, dice = self.trade, self.dice
        born = dice.randint(-150, 60) if young else None
        made = trade.register.firm(kind, role, district or trade.place(), registered=born)
        made.goods = goods_of(dice, made.district, dice.randint(2, 5))
        if young:
            made.first_filing = (born or 0) + dice.randint(10, 30)
        self.members.append(trade.settled(made, 2, 2))
        return made

    def keep(self, shipments: Iterable[Shipment]) -> None:
        """Note the exports."""
        self.declarations += [one.number for one in shipments]


def siblings(cast: Cast) -> None:
    """Classic: young trading firms of one family share handler and forwarder, invoice late, are paid from Hong Kong."""
    dice, trade = cast.dice, cast.trade
    firms = [cast.firm("trader", "startup", young=True) for _ in range(dice.randint(2, 5))]
    carrier = trade.office("forwarder")
    for one in firms:
        one.tax_handler, one.phone = firms[0].tax_handler, firms[0].phone
        one.lateness, one.hong_kong = (2, 50), dice.uniform(0.4, 0.8)
        one.forwarders = (carrier,)
        cast.keep(deal(trade, one, dice.randint(8, 26)))


def agency(cast: Cast) -> None:
    """Lender: an agent for as many owners, with two names, agreements and reports, that advances refunds."""
    dice, trade = cast.dice, cast.trade
    agent = cast.firm("agent", "agent")
    clients = [(trade.factory(dice.choice(GOODS)), True) for _ in range(dice.randint(10, 26))]
    for client, _ in clients:
        trade.papers.agree(agent, client, dice.randint(-100, 30), trade.constants.agent_fee)
    for _ in range(dice.randint(30, 70)):
        client, _ = dice.choice(clients)
        lines = trade.loads(client, client.district, trade.value())
        cast.keep(
            [entrusted(trade, agent, client, lines, trade.day(0), proper=True, others=clients, claims=True)]
        )


def premium(cast: Cast) -> None:
    """Price: fine farm goods far above the usual price, bought from farmers under contract."""
    dice, trade = cast.dice, cast.trade
    good = dice.choice(_DEAR)
    firm = cast.firm("producer", "producer", dice.choice(good.districts))
    firm.goods, firm.makes, firm.price = (good,), True, dice.uniform(2, 6)
    farmers = [person(trade.register.human()) for _ in range(30)]
    for _ in range(dice.randint(12, 40)):
        day = trade.day(0)
        shipment = trade.ship(firm, firm, trade.loads(firm, firm.district, trade.value()), day)
        firm.output += round(shipment.fob * 100)
        farmer = dice.choice(farmers)
        amount = shipment.fob * dice.uniform(0.4, 0.6)
        trade.papers.invoice(farmer, firm, shipment.lines[0], amount, day - dice.randint(5, 90), farm=True)
        trade.papers.pay(firm, farmer, amount, day - dice.randint(0, 60))
        trade.pays(firm, shipment)
        trade.refund(firm, shipment, shipment.fob)
        cast.keep([shipment])


def assembler(cast: Cast) -> None:
    """Changed: a factory whose inputs are other goods than its output, because it works them."""
    dice, trade = cast.dice, cast.trade
    cells, packs = BY_HS["8507200000"], BY_HS["8507600090"]
    if dice.random() < 0.5:
        cells, packs = BY_HS["0703200000"], BY_HS["2008999000"]
    firm = cast.firm("producer", "factory", dice.choice(packs.districts))
    firm.goods, firm.makes = (packs,), True
    exporters = [cast.firm("trader", "trader") for _ in range(dice.randint(1, 3))]
    for one in exporters:
        for _ in range(dice.randint(8, 24)):
            day = trade.day(0)
            shipment = trade.ship(one, one, [trade.load(packs, firm.district, trade.value())], day)
            trade.bought(one, firm, shipment, shipment.fob * 0.9)
            maker = trade.factory(cells)
            part = Goods(
                cells, max(1, round(shipment.fob * 0.5 / cells.price)), shipment.fob * 0.5, maker.district
            )
            trade.papers.invoice(maker, firm, part, shipment.fob * 0.5, day - dice.randint(10, 60))
            trade.papers.pay(firm, maker, shipment.fob * 0.55, day + dice.randint(0, 40))
            trade.pays(one, shipment)
            trade.refund(one, shipment, shipment.fob * 0.9)
            cast.keep([shipment])


def processor(cast: Cast) -> None:
    """Carousel: imports and exports of the same small goods, worked or repaired in between."""
    dice, trade = cast.dice, cast.trade
    good = dice.choice(_SMALL)
    firm = cast.firm("producer", "producer", dice.choice(good.districts))
    firm.goods, firm.makes = (good,), True
    for _ in range(dice.randint(10, 30)):
        day = trade.day(0)
        lines = trade.loads(firm, firm.district, trade.value())
        clerk = dice.choice(firm.brokers)
        parts = [
            Goods(
                good,
                max(1, round(lines[0].quantity * dice.uniform(0.8, 1.1))),
                lines[0].fob * 0.7,
                firm.district,
            )
        ]
        trade.bring(firm, parts, day - dice.randint(8, 40), clerk, dice.choice(("HKG", "MYS", "KOR", "TWN")))
        shipment = trade.ship(firm, firm, lines, day, declarant=clerk)
        firm.output += round(shipment.fob * 100)
        trade.pays(firm, shipment)
        trade.refund(firm, shipment, shipment.fob * 0.4)
        if dice.random() < 0.2 and shipment.out is not None and "reversed" not in shipment.extra:
            back = trade.reverse(shipment, "return", shipment.out + dice.randint(20, 60))
            trade.ship(firm, firm, lines, back.day + dice.randint(10, 40), declarant=clerk)
        cast.keep([shipment])


def park(cast: Cast) -> None:
    """Subsidy: a park of young inland firms with one address and broker, real purchases, and rewards."""
    dice, trade = cast.dice, cast.trade
    inland = dice.choice([one.code for one in DISTRICTS.values() if not one.coast])
    address, handler = trade.register.address(inland) + "跨境电商产业园", trade.register.human()
    broker = trade.office("broker")
    for _ in range(dice.randint(10, 20)):
        firm = cast.firm("trader", "park", inland, young=True)
        firm.address, firm.brokers = address, (broker, trade.office("broker"))
        firm.goods = goods_of(dice, inland, dice.randint(2, 5), local=dice.random() < 0.4)
        if dice.random() < 0.5:
            firm.tax_handler = handler
        done = deal(trade, firm, dice.randint(3, 12))
        cast.keep(done)
        if dice.random() < 0.8:
            total = sum(one.fob for one in done)
            trade.papers.reward(
                firm, total / USD * trade.constants.reward, total, DAYS + dice.randint(-60, 40)
            )


def buying_office(cast: Cast) -> None:
    """Layered: a buying office without a factory, reported as consignor, that owns what it bought and paid for."""
    dice, trade = cast.dice, cast.trade
    office = cast.firm("trader", "office")
    agents = [dice.choice(trade.agents) for _ in range(dice.randint(1, 3))]
    makers = [trade.factory(dice.choice(GOODS)) for _ in range(dice.randint(6, 16))]
    for agent in agents:
        trade.papers.agree(agent, office, dice.randint(-100, 20), trade.constants.agent_fee)
    for _ in range(dice.randint(14, 40)):
        day, agent, maker = trade.day(0), dice.choice(agents), dice.choice(makers)
        lines = trade.loads(maker, maker.district, trade.value())
        shipment = trade.ship(agent, office if dice.random() < 0.85 else agent, lines, day)
        if dice.random() > trade.constants.report_missing:
            trade.papers.report(agent, shipment, office)
        cost = shipment.fob * 0.93 / (1 + shipment.main.vat) * (1 + shipment.main.refund)
        trade.bought(office, maker, shipment, cost, paid=False)
        trade.refund(office, shipment, cost)
        on = trade.pays(agent, shipment)
        if on is not None:
            paid = on + dice.randint(1, 12)
            trade.papers.pay(agent, office, shipment.fob * (1 - trade.constants.agent_fee), paid)
            trade.papers.pay(
                office, maker, shipment.fob * dice.uniform(0.9, 0.97), paid + dice.randint(0, 12)
            )
        cast.keep([shipment])


def changes_agent(cast: Cast) -> None:
    """Swap: a factory whose goods are held under one agent goes to the next, with agreements and reports."""
    dice, trade = cast.dice, cast.trade
    firm = cast.firm("producer", "factory")
    firm.makes = True
    agents = dice.sample(trade.agents, min(len(trade.agents), dice.randint(3, 5)))
    cast.members += agents
    broker = trade.office("broker")
    for agent in agents:
        trade.papers.agree(agent, firm, dice.randint(-20, 40), trade.constants.agent_fee)
    for _ in range(dice.randint(12, 30)):
        day, agent = trade.day(0), dice.choice(agents)
        lines = trade.loads(firm, firm.district, trade.value())
        if dice.random() < 0.4:
            first = dice.choice([one for one in agents if one is not agent])
            trade.attempt(first, firm, lines, day, broker)
            day += dice.randint(2, 25)
        shipment = trade.ship(agent, firm, lines, day, declarant=broker, smooth=True)
        if dice.random() > trade.constants.report_missing:
            trade.papers.report(agent, shipment, firm)
        trade.refund(firm, shipment, shipment.fob * 0.95)
        on = trade.pays(agent, shipment)
        if on is not None:
            trade.papers.pay(agent, firm, shipment.fob * 0.99, on + dice.randint(1, 15))
        cast.keep([shipment])


def market_hall(cast: Cast) -> None:
    """Concealment: a small agent of market purchase, whose sellers need no invoices and claim nothing."""
    trade, dice = cast.trade, cast.dice
    agent = cast.firm("agent", "market", dice.choice(("33079", "44059", "35059")))
    sellers = [trade.register.firm("other", "owner", agent.district) for _ in range(dice.randint(15, 40))]
    for one in sellers:
        one.goods = small_goods(trade, one.district)
    market(trade, agent, sellers, dice.randint(25, 60))


TWINS: Final[dict[Template, Callable[[Cast], None]]] = {
    Template.CLASSIC: siblings,
    Template.LENDER: agency,
    Template.PRICE: premium,
    Template.CHANGED: assembler,
    Template.CAROUSEL: processor,
    Template.SUBSIDY: park,
    Template.LAYERED: buying_office,
    Template.SWAP: changes_agent,
    Template.CONCEALMENT: market_hall,
}


def enact(trade: Trade, name: str, template: Template) -> Twin:
    """Write the papers of a twin."""
    cast = Cast(trade)
    TWINS[template](cast)
    return Twin(name, template, frozenset(one.key for one in cast.members), frozenset(cast.declarations))
