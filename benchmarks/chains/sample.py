"""``python -m benchmarks.chains.sample``: the small world of samples/chains, with three rings and their honest twins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from benchmarks.chains.world.making import World, make
from benchmarks.chains.world.parameters import Kind, Size
from benchmarks.chains.world.truth import Template, Truth
from hefu.chains.case import Role
from hefu.chains.tables import TABLES

FOLDER: Final = Path(__file__).parents[2] / "samples/chains"
SEED: Final = 29
_SIZE: Final = Size(4, 5, 3, 0, 0, 8, 8, 6, 8, rings_each=1, twins_each=1, busy=0.08)
_KINDS: Final = frozenset({Template.CLASSIC, Template.LAYERED, Template.SWAP})


def sample(seed: int = SEED) -> World:
    """The world that is kept as files."""
    return make(seed, Kind.TRAINING, _SIZE, templates=_KINDS, adaptation=0.4, pace=0.4)


def told(truth: Truth) -> str:
    """What is planted, for a person; the engine reads tables only."""
    names = {key: name for name, key in truth.names.items() if "(" not in name and "责任" not in name}
    lines = [
        "# A small simulated trade with three rings",
        "",
        "Made by `python -m benchmarks.chains.sample`; no firm or person exists. `hefu chains analyse samples/chains -o cases/`",
        "reads the tables; what follows is the truth, which no table says. 模拟数据, 企业和人名均为虚构; 以下为真相, 表中没有.",
    ]
    for ring in truth.rings:
        headers = sorted(names[key] for key, roles in ring.roles.items() if Role.HEADER in roles)
        mills = sorted(names[key] for key, roles in ring.roles.items() if Role.MILL in roles)
        value, taken = sum(ring.declarations.values()) / 1e6, sum(fen for _, fen in ring.money) / 1e6
        lines += [
            "",
            (
                f"- **{ring.template}**: {len(ring.declarations)} exports under a bought name, CNY {value:.1f} (10,000);"
                f" refunds claimed {taken:.1f}. Headers 抬头: {', '.join(headers)}. Invoices from 开票: {', '.join(mills)}."
            ),
        ]
    for twin in truth.twins:
        firms = sorted(names[key] for key in twin.members)
        lines += ["", f"- Honest, though it looks like *{twin.template}* 诚实的相似者: {', '.join(firms)}."]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write the tables as CSV, and the page that tells what is planted."""
    world = sample()
    tables = world.look()
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        tables[table.name].write_csv(folder / f"{table.name}.csv")
    (folder / "README.md").write_text(told(world.truth), encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
