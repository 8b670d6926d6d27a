"""The story on the sample documents: steps as data, each with the outcome that it must have.

``samples/story.json`` lists the steps; the documents lie beside it. The demo plays them through the
command line's own client against two fresh nodes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from rich.table import Table

import hefu
from hefu import errors
from hefu.cli import home as homes
from hefu.cli import processes, show
from hefu.cli.client import Client
from hefu.documents.canonical import as_json
from hefu.documents.readers.json_documents import read_paths
from hefu.errors import HefuError, Text
from hefu.protocol.records import Side

NO_SAMPLES = errors.kind(
    "samples.missing",
    http=500,
    message=Text("找不到样例目录 {file}", "there is no samples folder {file}"),
    cure=Text("在代码检出目录中运行, 或重新安装", "run it in the checkout, or install again"),
)
_SETTLE_SECONDS: Final = 20.0
"""How long a step may take to reach its outcome: the link works while it waits."""


@dataclass(frozen=True, slots=True)
class Played:
    """One step: what was expected, what came, and what the node said."""

    step: str
    title: str
    file: str
    expected: str
    outcome: str
    codes: tuple[str, ...]
    right: bool
    told: dict[str, Any]


def samples() -> Path:
    """The folder of samples: in the checkout, or where the installed package put it."""
    for folder in (Path(hefu.__file__).parents[2], Path(sys.prefix) / "share/hefu"):
        if (folder / "samples/story.json").is_file():
            return folder / "samples"
    return errors.fail(NO_SAMPLES, file=str(Path(sys.prefix) / "share/hefu/samples"))


def demo(*, as_machine: bool) -> bool:
    """Play the story on two fresh nodes; whether every step came out as it must."""
    with tempfile.TemporaryDirectory(prefix="hefu-demo-") as folder:
        home = Path(folder)
        homes.make(home, {side: homes.free_port() for side in Side})
        with processes.both(home):
            results = play(home, announce=not as_machine)
    right = all(one.right for one in results)
    if as_machine:
        print_json(results)
    else:
        wrong = sum(not one.right for one in results)
        show.out().print(
            show.say(
                f"\n共 {len(results)} 步, {len(results) - wrong} 步符合预期, {wrong} 步不符",
                f"\n{len(results)} steps, {len(results) - wrong} as they must be, {wrong} not",
            )
        )
    return right


def play(home: Path, *, announce: bool) -> list[Played]:
    """Play every step; print the table of what happened to each document."""
    folder = samples()
    steps = orjson.loads((folder / "story.json").read_bytes())
    clients: dict[str, Client] = {}

    def client(name: str) -> Client:
        return clients.setdefault(name, Client(home, name))

    results = [_step(client, folder, step) for step in steps]
    if announce:
        _show(results)
    return results


def print_json(results: list[Played]) -> None:
    """The results for machines."""
    told = [
        {
            "step": r.step,
            "file": r.file,
            "expected": r.expected,
            "outcome": r.outcome,
            "codes": r.codes,
            "right": r.right,
            "answer": r.told,
        }
        for r in results
    ]
    show.print_json(told)


def _step(client: Any, folder: Path, step: dict[str, Any]) -> Played:
    who = client(step.get("as", "tax" if step["do"] in ("issue", "void", "reissue") else "customs"))
    until = time.monotonic() + _SETTLE_SECONDS
    outcome, codes, told = _do(who, folder, step)
    while (
        not _as_expected(step, outcome, codes)
        and step["do"] in ("state", "usage")
        and time.monotonic() < until
    ):
        time.sleep(0.02)
        outcome, codes, told = _do(who, folder, step)
    return Played(
        step=step["step"],
        title=step["zh"] if show.language() == "zh" else step["en"],
        file=step.get("file", step.get("number", "")),
        expected=" ".join([step["expect"], *step.get("codes", [])]),
        outcome=outcome,
        codes=codes,
        right=_as_expected(step, outcome, codes),
        told=told,
    )


def _as_expected(step: dict[str, Any], outcome: str, codes: tuple[str, ...]) -> bool:
    return outcome == step["expect"] and sorted(codes) == sorted(step.get("codes", []))


def _do(client: Client, folder: Path, step: dict[str, Any]) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Outcome, blocking codes (or what else the step is about) and the node's answer."""
    match step["do"]:
        case "issue" | "declare" | "correct":
            return _submit(client, folder / step["file"], step["do"])
        case "reissue":
            paper = _only(folder / step["file"])
            body = {"certificate": as_json(paper), "reason": step["reason"]}
            return _ask(client, Side.TAX, f"/v1/certificates/{step['number']}/reissue?wait=15", body)
        case "void":
            return _ask(
                client,
                Side.TAX,
                f"/v1/certificates/{step['number']}/void?wait=15",
                {"reason": step["reason"]},
            )
        case "release" | "withdraw" | "refuse" as verb:
            ground = {"reason": step["reason"]} if "reason" in step else None
            return _ask(client, Side.CUSTOMS, f"/v1/declarations/{step['number']}/{verb}", ground)
        case "state":
            _, told = client.ask(Side.CUSTOMS, "GET", f"/v1/declarations/{step['number']}")
            return str(told.get("state", told.get("code"))), _blocks(told), told
        case "usage":
            _, told = client.ask(Side.TAX, "GET", f"/v1/certificates/{step['number']}")
            return (
                str(told.get("usage", told.get("code"))),
                tuple(filter(None, [told.get("declaration")])),
                told,
            )
        case "trace":
            entries = [e for side in Side for e in client.get(side, f"/v1/trace/{step['number']}")["entries"]]
            events = {entry["event"] for entry in entries}
            return ("complete" if set(step["events"]) <= events else "incomplete"), (), {"entries": entries}
        case other:
            raise AssertionError(f"the story has no step {other}")


def _submit(client: Client, path: Path, verb: str) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    ((_, paper),) = read_paths([path], client.license_code)
    if isinstance(paper, HefuError):
        codes = tuple(dict.fromkeys(problem.kind.code for problem in paper.problems))
        return "unreadable", codes, {"problems": [problem.as_json() for problem in paper.problems]}
    if verb == "correct":
        return _ask(client, Side.CUSTOMS, f"/v1/declarations/{paper.number}", as_json(paper), "PUT")
    side, place = (Side.TAX, "certificates") if verb == "issue" else (Side.CUSTOMS, "declarations")
    return _ask(client, side, f"/v1/{place}", as_json(paper))


def _only(path: Path) -> Any:
    ((_, paper),) = read_paths([path])
    if isinstance(paper, HefuError):
        raise paper
    return paper


def _ask(
    client: Client, side: Side, path: str, body: Any, method: str = "POST"
) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    status, told = client.ask(side, method, path, body)
    if status >= 400:
        named = told["problems"][0].get("details", {}).get("declaration")
        return str(told["code"]), (named,) if named else (), told
    return str(told.get("state") or told["result"]), _blocks(told), told


def _blocks(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f["code"] for f in told.get("findings", []) if f["severity"] == "block"))


def _show(results: list[Played]) -> None:
    console = show.out()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in (("", ""), ("步骤", "step"), ("单证", "document"), ("结果", "outcome"), ("原因", "reason")):
        table.add_column(show.say(zh, en), overflow="fold")
    for one in results:
        mark = "[green]✓[/green]" if one.right else "[red]✗[/red]"
        reason = ", ".join(one.codes) if one.right else f"{', '.join(one.codes)} (≠ {one.expected})"
        table.add_row(mark, f"{one.step} {one.title}", one.file, show.state(one.outcome), reason)
    console.print(table)
