"""``python -m benchmarks.chains``: worlds through the gate, every method, the page benchmarks/CHAINS.md."""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
from pathlib import Path

import orjson
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.chains import cost
from benchmarks.chains.evaluation import Trained, accepted, look_closer, measure
from benchmarks.chains.report import page
from benchmarks.chains.study import Study
from benchmarks.chains.world.parameters import Size

PAGE = Path(__file__).parents[1] / "CHAINS.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chains", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="worlds that must pass the gate (default 3)")
    parser.add_argument("--first", type=int, default=1, help="first seed (default 1)")
    parser.add_argument(
        "--closer", type=int, default=1, help="worlds with monthly looks and explanations (default 1)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the firms, for trying things out")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    parser.add_argument("--write", action="store_true", help="write benchmarks/CHAINS.md")
    chosen = parser.parse_args()
    console = Console(stderr=True)
    size = Size() if chosen.scale == 1 else Size().scaled(chosen.scale)
    study, costs = Study(), cost.side_by_side()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    with console.status("training") as status:

        def say(what: str) -> None:
            status.update(what)
            if not console.is_terminal:
                console.print(what)

        trained = Trained.on(size, say)
        for place, world in enumerate(accepted(study, trained, size, chosen.seeds, say, chosen.first)):
            measure(study, world, trained, say)
            if place < chosen.closer:
                look_closer(study, world, trained, say)
            if chosen.write:  # after each world, so that a run that is cut short leaves what it has
                PAGE.write_text(page(study, costs, machine), encoding="utf-8")
    if not study.seeds:
        for seed, reasons in study.refused:
            console.print(f"world {seed} refused: {'; '.join(reasons)}")
        console.print("no world passed the gate / 没有世界通过门槛")
        return 1
    if chosen.json:
        print(
            orjson.dumps(
                dataclasses.asdict(study), option=orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2
            ).decode()
        )
    else:
        Console(width=160).print(Markdown(page(study, costs, machine)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
