"""Who trades: firms with their registers, and natural persons, who have a name only."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from benchmarks.chains.world.goods import DISTRICTS, GOODS, Good

_CHARS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = [pow(3, place, 31) for place in range(17)]  # GB 32100-2015
_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国志文海燕春秋波斌辉玲雪松林峰云飞翔宇浩然欣怡子轩梓涵佳"
_BRAND: Final = (
    "恒盛隆泰鑫瑞宏达腾飞锦绣源丰茂诚信远航嘉禾博雅凯旋万通顺和兴旺天成富康祥云金桥银河海润卓越创新启明"
)
_SUFFIX: Final = {
    "producer": ("制造有限公司", "实业有限公司", "科技有限公司", "工贸有限公司"),
    "trader": ("进出口有限公司", "贸易有限公司", "国际贸易有限公司", "商贸有限公司"),
    "agent": ("进出口有限公司", "国际贸易有限公司", "对外贸易有限公司"),
    "service": ("外贸综合服务有限公司", "供应链管理有限公司"),
    "broker": ("报关有限公司", "报关服务有限公司"),
    "forwarder": ("国际货运代理有限公司", "物流有限公司", "国际物流有限公司"),
    "other": ("商行", "经营部", "加工厂", "日用品商行"),
}


@dataclass(slots=True, eq=False)
class Firm:
    """A firm, or a natural person when ``id`` is empty. ``role`` is what it is in truth; no table shows it."""

    id: str
    name: str
    kind: str
    role: str
    district: str
    registered: int  # days, 0 is the first day of the world
    address: str = ""
    legal_person: str = ""
    finance_head: str = ""
    tax_handler: str = ""
    phone: str = ""
    capital: int = 0  # fen
    staff: int = 0
    first_filing: int | None = None
    closed: int | None = None
    status: str = "normal"
    status_on: int | None = None
    customs_code: str = ""
    former: str = ""
    goods: tuple[Good, ...] = ()
    brokers: tuple[Firm, ...] = ()
    forwarders: tuple[Firm, ...] = ()
    hong_kong: float = 0.0
    price: float = 1.0
    careless: float = 1.0
    lateness: tuple[int, int] = (-60, 10)
    output: int = 0  # fen, goods that it says it made
    makes: bool = False  # whether real inputs and power stand behind its output
    family: list[Firm] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What truth calls it."""
        return self.id or self.name


def person(name: str) -> Firm:
    """A natural person as a party of payments and farm invoices."""
    return Firm("", name, "person", "person", "", 0)


class Register:
    """Makes firms and persons that nobody else is."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.firms: list[Firm] = []
        self._names: set[str] = set()
        self._ids: set[str] = set()

    def code(self, district: str, kind: str) -> str:
        """A social credit code that is not taken, with its check digit (GB 32100-2015)."""
        while True:
            body = "".join(self.dice.choices(_CHARS, k=8))
            org = body + self.dice.choice("0123456789X")
            head = ("92" if kind == "other" else "91") + district[:4] + "00" + org
            total = sum(_CHARS.index(one) * weight for one, weight in zip(head, _WEIGHTS, strict=True))
            made = head + _CHARS[(31 - total % 31) % 31]
            if made not in self._ids:
                self._ids.add(made)
                return made

    def human(self) -> str:
        """A person's name. Names of persons do repeat."""
        given = self.dice.choice(_GIVEN)
        if self.dice.random() < 0.8:
            given += self.dice.choice(_GIVEN)
        return self.dice.choice(_SURNAMES) + given

    def alone(self) -> str:
        """A person's name that nobody else in this world has as a party."""
        while (name := self.human()) in self._names:
            pass
        self._names.add(name)
        return name

    def phone(self) -> str:
        """A mobile number (assumed form)."""
        return "13" + "".join(self.dice.choices("0123456789", k=9))

    def address(self, district: str) -> str:
        """A street address of its own."""
        place = DISTRICTS[district].name
        road = "".join(self.dice.sample(_BRAND, 2))
        return f"{place}市{road}路{self.dice.randint(1, 999)}号{self.dice.randint(1, 30)}0{self.dice.randint(1, 9)}室"

    def age(self) -> int:
        """Day of registration of an established firm, one to twenty-five years before."""
        return -365 - int(365 * min(24.0, self.dice.lognormvariate(1.5, 0.7)))

    def firm(self, kind: str, role: str, district: str, *, registered: int | None = None) -> Firm:
        """A new firm with its register entry."""
        dice = self.dice
        while True:
            brand = "".join(dice.choices(_BRAND, k=2 if dice.random() < 0.7 else 3))
            name = DISTRICTS[district].name[:2] + ("市" if dice.random() < 0.5 else "") + brand
            name += dice.choice(_SUFFIX[kind])
            if name not in self._names:
                break
        self._names.add(name)
        boss = self.human()
        born = self.age() if registered is None else registered
        small = kind in {"trader", "other", "agent"}
        made = Firm(
            self.code(district, kind),
            name,
            kind,
            role,
            district,
            born,
            address=self.address(district),
            legal_person=boss,
            finance_head=self.human() if dice.random() < 0.7 else boss,
            tax_handler=self.human() if dice.random() < 0.6 else boss,
            phone=self.phone(),
            capital=round(dice.lognormvariate(13.2 if small else 15.0, 1.0)) * 100,
            staff=max(0, round(dice.lognormvariate(1.3 if small else 3.4, 0.8)) - 1),
            first_filing=born + dice.randint(15, 150),
            customs_code=district + "".join(dice.choices("0123456789", k=5)),
        )
        self.firms.append(made)
        return made


def goods_of(dice: random.Random, district: str, count: int, *, local: bool = True) -> tuple[Good, ...]:
    """Goods of a firm, in the first place those that its district makes."""
    near = [one for one in GOODS if district in one.districts]
    pool = near if local and near else list(GOODS)
    return tuple(dice.sample(pool, min(count, len(pool))))


def share_what_offices_share(
    register: Register, firms: list[Firm], incubated: float, keeping: float, families: float
) -> None:
    """Incubators lend an address, accountants a tax handler and a phone, families have one head of several firms."""
    dice = register.dice
    by_district: dict[str, list[Firm]] = {}
    for one in firms:
        by_district.setdefault(one.district, []).append(one)
    for district in sorted(by_district):
        inside = by_district[district]
        pool = dice.sample(inside, round(len(inside) * incubated))
        while pool:
            address = register.address(district).replace("室", "室(集群注册)")
            tenants, pool = pool[: (size := dice.randint(4, 60))], pool[size:]
            for one in tenants:
                one.address = address
        pool = dice.sample(inside, round(len(inside) * keeping))
        while pool:
            handler, phone = register.human(), register.phone()
            clients, pool = pool[: (size := dice.randint(3, 40))], pool[size:]
            for one in clients:
                one.tax_handler = handler
                if dice.random() < 0.7:
                    one.phone = phone
        pool = dice.sample(inside, round(len(inside) * families))
        while len(pool) > 1:
            kin, pool = pool[: (size := dice.randint(2, 5))], pool[size:]
            for one in kin[1:]:
                one.finance_head = kin[0].finance_head
                one.phone = kin[0].phone
                if dice.random() < 0.5:
                    one.legal_person = kin[0].legal_person
                if dice.random() < 0.5:
                    one.address = kin[0].address
