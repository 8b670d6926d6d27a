"""The memory is bounded, and what it counts is of the declarations that it holds."""

from __future__ import annotations

from random import Random

from hefu.chains.gate.memory import DAYS, Memory
from tests.chains.gate.lodged import code, goods, lodged, taken


def some(number: int, chance: Random, day: int = 0) -> object:
    trader = chance.randrange(12)
    return lodged(
        number,
        "return" if chance.random() < 0.2 else "export",
        day=day,
        state=chance.choice(["reserved", "held", "released"]),
        findings=("party.owner_differs",) if chance.random() < 0.3 else (),
        trader=trader,
        owner=chance.choice([trader, 20, 21]),
        declarant=chance.choice([trader, 40, 41]),
        office=chance.choice(["5301", "2202"]),
        items=[
            goods(1, chance.choice(["6109100000", "8517130000"]), total="700", currency="USD"),
            goods(2, "9403609990"),
        ],
    )


def told(memory: Memory) -> dict[str, object]:
    return {
        "declarations": list(memory.declarations),
        "exports": memory.exports,
        "slips": +memory.slips,
        "traders": {
            name: (one.n, one.others, +one.slips, one.goods.spread.n, round(one.goods.spread.entropy, 9))
            for name, one in sorted(memory.traders.items())
        },
        "titles": {owner: dict(sorted(titles.items())) for owner, titles in sorted(memory.titles.items())},
        "indexes": (sorted(memory._stopped), sorted(memory._returned), sorted(memory._served.items())),
    }


def test_it_holds_so_many_and_counts_what_it_holds() -> None:
    chance = Random(3)
    papers = [some(number, chance) for number in range(400)]
    memory, only_last = Memory(50), Memory(1000)
    taken(memory, *papers)  # type: ignore[arg-type]
    taken(only_last, *papers[-50:])  # type: ignore[arg-type]
    assert len(memory.declarations) == 50
    assert told(memory) == told(only_last)


def test_a_declaration_that_comes_again_is_held_once_and_last() -> None:
    memory = Memory(10)
    taken(memory, lodged(1, trader=1), lodged(2, trader=1), lodged(1, trader=2, revision=2))
    assert [one[-1] for one in memory.declarations] == ["2", "1"]
    assert {name: one.n for name, one in memory.traders.items()} == {code(1): 1, code(2): 1}


def test_what_is_too_old_goes_a_few_at_a_time() -> None:
    memory = Memory(100)
    taken(memory, *(lodged(number, trader=number) for number in range(10)))
    taken(memory, lodged(50, trader=1, day=DAYS + 1))
    assert len(memory.declarations) == 9
    for number in range(51, 56):
        taken(memory, lodged(number, trader=1, day=DAYS + 1))
    assert len(memory.declarations) == 6
    assert list(memory.traders) == [code(1)]


def test_a_held_declaration_that_is_released_is_stopped_no_more() -> None:
    memory = Memory(10)
    taken(memory, lodged(1, trader=1, state="held"))
    number = next(iter(memory.declarations))
    assert memory._stopped
    memory.stop(number, stopped=False)
    assert not memory._stopped
    taken(memory, lodged(1, "withdrawal", trader=1, related=number, items=None))
    assert memory.declarations[number].stopped
