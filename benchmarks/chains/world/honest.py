"""Honest trade, with the noise that makes honest firms look like others."""

from __future__ import annotations

from benchmarks.chains.world.goods import DISTRICTS, Good
from benchmarks.chains.world.papers import Goods, Shipment
from benchmarks.chains.world.parameters import DAYS, USD
from benchmarks.chains.world.people import Firm, goods_of, person, share_what_offices_share
from benchmarks.chains.world.trade import Trade, small_goods


def populate(trade: Trade) -> None:
    """Factories, small owners, and every honest exporter with its year of trade."""
    dice, register, size = trade.dice, trade.register, trade.size
    factories = [_factory(trade) for _ in range(size.factories)]
    owners = [register.firm("other", "owner", trade.place()) for _ in range(size.owners)]
    for one in owners:
        one.goods = small_goods(trade, one.district)
    agents = [_exporter(trade, "agent", "agent") for _ in range(size.agents)]
    trade.agents = agents
    services = [_exporter(trade, "service", "service") for _ in range(size.services)]
    markets = [_exporter(trade, "agent", "market") for _ in range(size.market_agents)]
    for one in markets:
        one.district = dice.choice(("33079", "33029", "44059", "44019", "35059"))
    producers = [_exporter(trade, "producer", "producer") for _ in range(size.producers)]
    traders = [_exporter(trade, "trader", "trader") for _ in range(size.traders)]
    everyone = [*producers, *traders, *agents, *factories, *owners]
    share_what_offices_share(
        register, everyone, trade.constants.incubated, trade.constants.keeping, trade.constants.families
    )
    for one in producers:
        one.makes = True
        for good in one.goods:
            trade.suppliers.setdefault(good.hs, []).append(one)
    starts = dice.sample(traders, round(len(traders) * trade.constants.startups))
    for one in starts:
        one.role, one.registered = "startup", dice.randint(-150, 120)
        one.first_filing = one.registered + dice.randint(10, 40)
    for one in producers:
        produce(trade, one)
    for one in traders:
        deal(trade, one, trade.count(60 if one.role == "startup" else 6, 1.1))
    for one in agents:
        act_for_others(trade, one, owners, dice.randint(8, 60), trade.count(40, 0.8))
    for one in services:
        act_for_others(trade, one, owners, dice.randint(60, 180), trade.count(220, 0.5), claims=True)
    for one in markets:
        market(
            trade, one, dice.sample(owners, min(len(owners), dice.randint(40, 150))), trade.count(140, 0.5)
        )
    circles(trade, [*traders, *producers])


def _factory(trade: Trade) -> Firm:
    made = trade.register.firm("producer", "factory", trade.place())
    made.goods, made.makes = goods_of(trade.dice, made.district, trade.dice.randint(1, 2)), True
    for one in made.goods:
        trade.suppliers.setdefault(one.hs, []).append(made)
    return made


def _exporter(trade: Trade, kind: str, role: str) -> Firm:
    dice = trade.dice
    young = dice.random() < trade.constants.young
    made = trade.register.firm(
        kind, role, trade.place(), registered=dice.randint(-300, 150) if young else None
    )
    made.goods = goods_of(dice, made.district, dice.randint(1, 3) if role != "trader" else dice.randint(1, 8))
    trade.settled(made, dice.randint(1, 3), dice.randint(1, 3))
    if dice.random() < 0.03:
        made.closed = dice.randint(200, DAYS + 60)
        made.status, made.status_on = "closed", made.closed
    return made


def days_of(trade: Trade, firm: Firm, many: int) -> list[int]:
    """The days on which a firm exports, within its life."""
    start = max(0, firm.first_filing or 0)
    end = min(DAYS, firm.closed - 20) if firm.closed is not None else DAYS
    return sorted(trade.day(start, end) for _ in range(many)) if end - start > 10 else []


def produce(trade: Trade, firm: Firm) -> None:
    """A producer exports what it makes, buys inputs, and claims."""
    dice = trade.dice
    inputs = [trade.factory(dice.choice(firm.goods)) for _ in range(dice.randint(1, 3))]
    for day in days_of(trade, firm, trade.count(6.5)):
        shipment = trade.ship(firm, firm, trade.loads(firm, firm.district, trade.value()), day)
        firm.output += round(shipment.fob * 100)
        if dice.random() < 0.5:
            part = Goods(shipment.main, 1, shipment.fob, firm.district)
            supplier = dice.choice(inputs)
            trade.papers.invoice(supplier, firm, part, shipment.fob * 0.55, day - dice.randint(10, 90))
            if dice.random() < 0.5:
                trade.papers.pay(firm, supplier, shipment.fob * 0.6, day + dice.randint(-30, 60))
        trade.pays(firm, shipment)
        trade.refund(firm, shipment, shipment.fob)


def deal(trade: Trade, firm: Firm, many: int, *, start: int = 0, end: int = DAYS) -> list[Shipment]:
    """A trader buys from factories and exports on its own account."""
    dice, constants = trade.dice, trade.constants
    margin = dice.uniform(constants.margin_low, constants.margin_high)
    suppliers: dict[str, list[Firm]] = {}
    single = dice.random() < 0.85
    done = []
    for day in days_of(trade, firm, many):
        if not start <= day < end:
            continue
        good = dice.choice(firm.goods)
        usual = suppliers.setdefault(good.hs, [trade.factory(good) for _ in range(dice.randint(1, 3))])
        supplier = dice.choice(usual)
        district = supplier.district
        if dice.random() < constants.elsewhere:
            district = dice.choice(good.districts)
        lines = [trade.load(good, district, trade.value(), firm.price)]
        shipment = trade.ship(firm, firm if single else supplier, lines, day)
        trade.bought(
            firm, supplier, shipment, shipment.fob / (1 + margin) / (1 + good.vat) * (1 + good.refund)
        )
        trade.pays(firm, shipment)
        trade.refund(firm, shipment, shipment.fob / (1 + margin) / (1 + good.vat) * (1 + good.refund))
        done.append(shipment)
    return done


def act_for_others(
    trade: Trade, agent: Firm, owners: list[Firm], principals: int, many: int, *, claims: bool = False
) -> None:
    """An agent or service firm lends its name openly: two names on the declaration, a row in the report."""
    dice = trade.dice
    clients = [_principal(trade, agent, owners) for _ in range(principals)]
    for day in days_of(trade, agent, many):
        client, proper = dice.choice(clients)
        lines = trade.loads(client, client.district, trade.value() * (1 if proper else 0.6))
        entrusted(trade, agent, client, lines, day, proper=proper, others=clients, claims=claims)


def _principal(trade: Trade, agent: Firm, owners: list[Firm]) -> tuple[Firm, bool]:
    """A client, and whether it is a taxpayer with invoices and a right to claim."""
    dice = trade.dice
    proper = dice.random() < 0.55
    client = trade.factory(_any_good(trade)) if proper else dice.choice(owners)
    if dice.random() < 0.85:
        trade.papers.agree(agent, client, dice.randint(-200, 60), trade.constants.agent_fee)
    return client, proper


def _any_good(trade: Trade) -> Good:
    return trade.dice.choice(goods_of(trade.dice, trade.place(), 4))


def entrusted(
    trade: Trade,
    agent: Firm,
    client: Firm,
    lines: list[Goods],
    day: int,
    *,
    proper: bool,
    others: list[tuple[Firm, bool]],
    claims: bool = False,
    mode: str = "0110",
) -> Shipment:
    """One export by an agent with the clerical noise of agents."""
    dice, constants = trade.dice, trade.constants
    sloppy = agent.careless
    named = agent if dice.random() < constants.single_header * min(sloppy, 2.5) else client
    shipment = trade.ship(agent, named, lines, day, mode=mode)
    if shipment.trader is agent and dice.random() > constants.report_missing * sloppy:
        wrong = others and dice.random() < constants.report_wrong * sloppy
        told = dice.choice(others)[0] if wrong else client
        trade.papers.report(agent, shipment, told, late=dice.random() < 0.05 * sloppy)
    cost = shipment.fob * 0.92 / (1 + shipment.main.vat) * (1 + shipment.main.refund)
    if claims and proper:
        trade.bought(agent, client, shipment, cost, paid=False)
        trade.refund(agent, shipment, cost)
    elif proper:
        trade.refund(client, shipment, cost)
    on = trade.pays(agent, shipment)
    if on is not None:
        fee = dice.uniform(0.8, 1.2) * constants.agent_fee
        trade.papers.pay(
            agent, client, shipment.fob * (1 - fee) * dice.uniform(0.97, 1), on + dice.randint(1, 20)
        )
    return shipment


def market(trade: Trade, agent: Firm, sellers: list[Firm], many: int) -> None:
    """An agent of market purchase (1039): many small sellers, no refunds, one name on most declarations."""
    dice = trade.dice
    for day in days_of(trade, agent, many):
        group = dice.sample(sellers, min(len(sellers), dice.randint(1, 3)))
        value = min(trade.value() * 0.5, 150_000 * 7.1)  # 1039 stops at USD 150,000 a declaration
        lines = [trade.load(one.goods[0], one.district, value / len(group)) for one in group]
        owner = agent if dice.random() < 0.6 else group[0]
        shipment = trade.ship(agent, owner, lines, day, mode="1039")
        if dice.random() < 0.5:
            trade.papers.report(agent, shipment, group[0], late=dice.random() < 0.1)
        if dice.random() < 0.5:
            on = trade.pays(agent, shipment)
            if on is not None:
                for one in group:
                    trade.papers.pay(agent, one, shipment.fob / len(group) * 0.985, on + dice.randint(1, 12))


def circles(trade: Trade, firms: list[Firm]) -> None:
    """Group companies sell to each other, also in circles, and lend each other money."""
    dice = trade.dice
    pool = dice.sample(firms, round(len(firms) * trade.constants.groups))
    while len(pool) > 2:
        members, pool = pool[: (size := dice.randint(3, 4))], pool[size:]
        for one in members[1:]:
            one.finance_head = members[0].finance_head
            one.role = "group" if one.role in {"trader", "producer"} else one.role
        good = dice.choice(members[0].goods)
        for _ in range(dice.randint(1, 5)):
            day, amount = trade.day(0), trade.value() * dice.uniform(1, 3)
            for seller, buyer in zip(members, [*members[1:], members[0]], strict=True):
                part = Goods(good, round(amount / good.price), amount, seller.district)
                trade.papers.invoice(seller, buyer, part, amount, day)
                trade.papers.pay(buyer, seller, amount * 1.13, day + dice.randint(1, 9))
                day += dice.randint(2, 18)
                amount *= dice.uniform(0.96, 1.06)


def close_books(trade: Trade) -> None:
    """Factories' own inputs, power and wages, after all that was sold is known."""
    dice, papers = trade.dice, trade.papers
    sources = [
        trade.register.firm("producer", "upstream", trade.place())
        for _ in range(max(8, trade.size.factories // 8))
    ]
    for firm in list(trade.register.firms):
        if (
            firm.makes and firm.output and dice.random() < 0.82
        ):  # others buy from sellers without invoices, or sell labour
            _inputs(trade, firm, sources)
        if firm.kind in {"broker", "forwarder", "other"}:
            continue
        if dice.random() < 0.4:
            share = dice.lognormvariate(-4.0, 0.6) if firm.makes else dice.lognormvariate(-7.5, 0.7)
            power = max(150_000, round(firm.output * share))
            wages = firm.staff * round(6_500_000 * dice.uniform(0.7, 1.3))
            papers.capacity(firm, power, wages)


def _inputs(trade: Trade, firm: Firm, sources: list[Firm]) -> None:
    dice = trade.dice
    many = dice.randint(2, 8)
    total = firm.output / 100 * dice.uniform(0.35, 0.8)
    usual = dice.sample(sources, min(3, len(sources)))
    for _ in range(many):
        source = dice.choice(usual)
        source.goods = source.goods or (_any_good(trade),)
        part = Goods(source.goods[0], 1, total / many, source.district)
        trade.papers.invoice(source, firm, part, total / many * dice.uniform(0.6, 1.4), trade.day(0))
        if dice.random() < 0.5:
            trade.papers.pay(firm, source, total / many * 1.13, trade.day(0) + dice.randint(0, 40))


def private_accounts(trade: Trade) -> None:
    """Owners lend to their firms and take it out again, pay wages and small purchases privately; small sums come in."""
    dice, papers = trade.dice, trade.papers
    for firm in list(trade.register.firms):
        if firm.kind in {"broker", "forwarder", "other"}:
            continue
        trading = bool(firm.brokers)
        if dice.random() < trade.constants.private * (1 if trading or firm.makes else 0.5):
            boss = person(firm.legal_person)
            others = [boss, *(person(trade.register.human()) for _ in range(dice.randint(0, 3)))]
            for _ in range(dice.randint(1, 9)):
                day, amount = trade.day(0), trade.value() * dice.uniform(0.15, 0.9)
                lender = dice.choice(others)
                way = dice.random()
                if way < 0.7:
                    papers.pay(lender, firm, amount, day)
                if way > 0.35:
                    papers.pay(firm, lender, amount * dice.uniform(0.9, 1), day + dice.randint(1, 40))
        if trading and dice.random() < 0.3:
            office = dice.choice(firm.forwarders)
            for _ in range(dice.randint(1, 10)):
                papers.pay(office, firm, dice.choice((200, 300, 500, 800, 1200)), trade.day(0))


def imports(trade: Trade) -> None:
    """Ordinary imports, so that an import by itself says nothing."""
    dice = trade.dice
    firms = [
        one for one in trade.register.firms if one.brokers and one.role in {"producer", "trader", "importer"}
    ]
    for firm in dice.sample(firms, len(firms) // 4):
        for day in days_of(trade, firm, trade.count(2)):
            good = dice.choice(firm.goods) if firm.goods and dice.random() < 0.5 else _any_good(trade)
            origin = dice.choice(("KOR", "JPN", "HKG", "DEU", "USA", "MYS", "TWN"))
            trade.bring(
                firm, [trade.load(good, firm.district, trade.value())], day, dice.choice(firm.brokers), origin
            )


def rewards(trade: Trade) -> None:
    """Inland districts reward the exports of firms that are there."""
    dice = trade.dice
    for firm in trade.register.firms:
        inland = firm.district in DISTRICTS and not DISTRICTS[firm.district].coast
        if inland and firm.role in {"trader", "producer", "startup", "agent"} and dice.random() < 0.3:
            total = trade.value() * dice.randint(3, 12)
            trade.papers.reward(
                firm, total / USD * trade.constants.reward, total, dice.randint(90, DAYS + 40)
            )
