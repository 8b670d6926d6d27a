"""``python -m tests.mutation``: what share of the mutants of a room its tests notice, with cosmic-ray.

Mutants are made in copies of the tree, one a worker. Left out is what no test could notice: annotations, which are
never evaluated here, caches, slots and strictness, which change no answer, the ``*`` before what is passed by name,
identity for order or equality, and the bounds from which on another way to the same answer is quicker; and what cannot even be evaluated, arithmetic for ``&`` and ``|`` and for the ``**``
that unpacks, which would only flatter the share. Of the tests run those that import the module, directly or not: no other could notice.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from random import Random

import grimp
from attrs import evolve
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.testing import run_tests
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).parents[2]
NEEDED = ("src", "tests", "docs", "pyproject.toml", "README.md", "samples")
TIMEOUT = 900.0
_BITS = ("BitAnd", "BitOr", "BitXor")
_LATE = ("tests/rules/test_mass.py", "tests/rules/test_compare.py")
_FRESHNESS = "tests/rules/test_docs.py"
"""Notices every change of a text by the pages generated from it: a proof of those pages alone."""
_FORMAL = ("slots=", "strict=", "frozen=")
_OPENING = ("(", "{", ",")
_BOUNDS = ("_MANY: Final", "_CASES: Final")
"""Where one of two ways to the same answer is taken; tests hold the ways against each other."""
_CACHES = ("@cache", "@lru_cache", "@cached_property")


def main() -> int:
    """Print the share a module and the survivors; exit 1 below the goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules of src/hefu/rules, such as value (default: all)")
    parser.add_argument("--share", type=float, default=1.0, help="share of the mutants to try (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (default 1)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--goal", type=float, default=0.95, help="share to reach (default 0.95)")
    parser.add_argument(
        "--json", type=Path, help="write what becomes of each mutant to this file, a line each"
    )
    chosen = parser.parse_args()
    room = ROOT / "src/hefu/rules"
    paths = [path for path in sorted(room.rglob("*.py")) if not chosen.modules or path.stem in chosen.modules]
    mutants = [one for path in paths for one in _mutants(path)]
    if chosen.share < 1:
        mutants = Random(chosen.seed).sample(mutants, round(len(mutants) * chosen.share))
    told = _try_all(mutants, chosen.workers, chosen.json)
    return _report(told, chosen.goal)


def _mutants(path: Path) -> Iterator[MutationSpec]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    annotations = list(_annotations(ast.parse(source)))
    for one in _all_mutants(path):
        kind, (number, column) = one.operator_name.rpartition("/")[2], one.start_pos
        if not any(begin <= one.start_pos < end for begin, end in annotations) and not _is_idle(
            kind, lines[number - 1][:column].strip(), lines[number - 1][column:]
        ):
            yield one


def _is_idle(kind: str, before: str, after: str) -> bool:
    """Whether a mutant could not be noticed, or not even be run; by what stands before and after its place."""
    operator = kind.split("_")[-2] if "_" in kind else ""
    unpacks = operator == "Pow" and (not before or before.endswith(_OPENING))
    return (
        (kind == "NumberReplacer" and before.startswith(_BOUNDS))
        or (kind.startswith("ReplaceComparisonOperator") and len({"Is", "IsNot"} & set(kind.split("_"))) == 1)
        or (kind == "ReplaceTrueWithFalse" and before.endswith(_FORMAL))
        or ("BinaryOperator_Bit" in kind and not kind.endswith(_BITS))
        or (operator == "Mul" and after.startswith("*,"))
        or unpacks
        or (kind in ("RemoveDecorator", "NumberReplacer") and f"{before}{after}".startswith(_CACHES))
    )


def _all_mutants(path: Path) -> list[MutationSpec]:
    with tempfile.TemporaryDirectory() as folder, use_db(Path(folder) / "mutants.sqlite") as session:
        init([path], session, {})
        return [
            evolve(one, module_path=path.relative_to(ROOT))
            for item in session.work_items
            for one in item.mutations
        ]


def _annotations(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if isinstance(noted := getattr(node, name, None), ast.expr):
                begin, end = (noted.lineno, noted.col_offset), (noted.end_lineno, noted.end_col_offset)
                yield begin, (end[0] or 0, end[1] or 0)


Tried = tuple[MutationSpec, str, str]
"""A mutant, what became of it (noticed, timed out, lived), and its difference."""


def _try_all(mutants: list[MutationSpec], workers: int, record: Path | None) -> list[Tried]:
    """Each mutant against the tests; before that the tests alone, which must pass."""
    graph = grimp.build_graph("hefu", "tests", cache_dir=None)
    with tempfile.TemporaryDirectory(prefix="hefu-mutation-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            trees.put(_copied(Path(folder) / str(number)))
        outcome, output = run_tests(
            _command(Path(folder) / "0", Path("src/hefu/rules/value.py"), graph), TIMEOUT
        )
        if outcome is not TestOutcome.SURVIVED:
            raise SystemExit(f"the tests fail without any mutant:\n{output[-2000:]}")

        def tried(one: MutationSpec) -> Tried:
            tree = trees.get()
            try:
                result = mutate_and_test(
                    [evolve(one, module_path=tree / one.module_path)],
                    _command(tree, one.module_path, graph),
                    TIMEOUT,
                )
            finally:
                trees.put(tree)
            became = "noticed" if result.is_killed else "lived"
            if result.is_killed and result.output == "timeout":
                became = "timed out"
            if record:
                told = [str(one.module_path), one.start_pos, one.operator_name, became, result.diff]
                with record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(told) + "\n")
            return one, became, result.diff or ""

        with Progress(console=Console(stderr=True)) as progress, ThreadPoolExecutor(workers) as pool:
            return list(progress.track(pool.map(tried, mutants), total=len(mutants), description="mutants"))


def _copied(tree: Path) -> Path:
    tree.mkdir()
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name)
        else:
            shutil.copy2(source, tree / name)
    return tree


def _command(tree: Path, module: Path, graph: grimp.ImportGraph) -> str:
    """The module's own tests first, what takes long last: most mutants end early."""
    run = f"{shlex.quote(sys.executable)} -m pytest -x -q -n 0 -p no:cacheprovider"
    room = module.parent.name
    own = f"tests/rules/test_{room if room in ('mass', 'docs') else module.stem}.py"
    name = ".".join(module.relative_to("src").with_suffix("").parts)
    tests = [
        f"{one.replace('.', '/')}.py"
        for one in sorted(graph.find_downstream_modules(name))
        if one.startswith("tests.rules.test_")
    ]
    stages = [
        [one for one in tests if one == own],
        [one for one in tests if one not in (own, *_LATE, _FRESHNESS)],
        [one for one in tests if one in _LATE and one != own],
    ]
    chain = " && ".join(f"{run} {' '.join(stage)}" for stage in stages if stage)
    return f"sh -c {shlex.quote(f'cd {tree} && export PYTHONPATH={tree}/src:{tree} && {chain}')}"


def _report(told: list[Tried], goal: float) -> int:
    console = Console(width=None if sys.stdout.isatty() else 150)
    for one, became, difference in told:
        if became == "lived":
            changed = [
                line
                for line in difference.splitlines()
                if line[:1] in "+-" and line[:3] not in ("---", "+++")
            ]
            console.print(f"{one.module_path}:{one.start_pos[0]}", style="bold")
            console.print("\n".join(changed), markup=False, highlight=False)
    table = Table("module", "mutants", "noticed", "timed out", "lived", "noticed of all", title="mutants")
    by_module: dict[str, Counter[str]] = {}
    for one, became, _ in told:
        by_module.setdefault(str(one.module_path), Counter())[became] += 1
    every = sum(by_module.values(), Counter[str]())
    for name, found in (*sorted(by_module.items()), ("all", every)):
        cells = (found.total(), *(found[became] for became in ("noticed", "timed out", "lived")))
        table.add_row(name, *map(str, cells), f"{found['noticed'] / max(1, found.total()):.1%}")
    console.print(table)
    return 0 if every["noticed"] >= goal * every.total() else 1


if __name__ == "__main__":
    sys.exit(main())
