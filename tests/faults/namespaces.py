"""Each node in a network of its own, with a wire of the kernel between them that may be made bad.

``python -m tests.faults.namespaces HOME SECONDS OUT`` is the load, run within the network of customs.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from hefu.protocol.records import Side
from tests.faults.load import Load
from tests.nodes import Nodes

ADDRESS: Final = {Side.TAX: "10.213.77.1", Side.CUSTOMS: "10.213.77.2"}
_TRY: Final = f"hefu-try-{os.getpid()}"
DEVICE: Final = {Side.TAX: "hefu-t", Side.CUSTOMS: "hefu-c"}


def run(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, capture_output=True, check=False, timeout=30)


def impossible() -> str:
    """Why there can be no namespaces here; empty if there can."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    if shutil.which("ip") is None:
        return "there is no ip (package iproute2)"
    told = run("ip", "netns", "add", _TRY)
    run("ip", "netns", "del", _TRY)
    return told.stderr.decode().strip()


def no_netem() -> str:
    """Why the kernel cannot make a wire bad by ``tc netem``; empty if it can."""
    if why := impossible():
        return why
    run("ip", "netns", "add", _TRY)
    told = run(
        "ip", "netns", "exec", _TRY, "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"
    )
    run("ip", "netns", "del", _TRY)
    return f"the kernel has no netem: {told.stderr.decode().strip()}" if told.returncode else ""


class Namespaces:
    """Two networks with a wire between, and a node in each."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.space = {side: f"hefu-{os.getpid()}-{side.value}" for side in Side}
        self.running: list[subprocess.Popen[bytes]] = []
        self.nodes = Nodes(home)
        self._readdress()

    def _readdress(self) -> None:
        port = {side: int(self.nodes.address(side).rpartition(":")[2]) for side in Side}
        for side in Side:
            file = self.home / side.value / "node.json"
            told = orjson.loads(file.read_bytes())
            peer = f"http://{ADDRESS[side.peer]}:{port[side.peer]}"
            file.write_bytes(orjson.dumps({**told, "host": ADDRESS[side], "peer": peer}))
        file = self.home / "client.json"
        told = orjson.loads(file.read_bytes())
        at = {side.value: f"http://{ADDRESS[side]}:{port[side]}" for side in Side}
        file.write_bytes(orjson.dumps({**told, **at}))

    def within(self, side: Side, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.space[side], *words]

    def must(self, *words: str) -> None:
        told = run(*words)
        assert told.returncode == 0, (words, told.stderr.decode())

    def start(self) -> None:
        for side in Side:
            words = [sys.executable, "-m", "hefu.cli.main", "serve", side.value, "--until-stdin-closes"]
            with (self.home / side.value / "node.log").open("ab") as log:
                self.running.append(
                    subprocess.Popen(
                        self.within(side, *words),
                        stdin=subprocess.PIPE,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env={**os.environ, "HEFU_HOME": str(self.home)},
                    )
                )

    def load(self, seconds: float, out: Path) -> subprocess.Popen[bytes]:
        """Clients for so long, in the network of customs; what was accepted is written to ``out``."""
        words = [sys.executable, "-m", "tests.faults.namespaces", str(self.home), str(seconds), str(out)]
        return subprocess.Popen(self.within(Side.CUSTOMS, *words), cwd=Path(__file__).parents[2])

    def mute(self, side: Side) -> None:
        """Nothing that this side sends leaves; what is sent to it arrives."""
        self.must(*self.within(side, "ip", "route", "replace", "blackhole", f"{ADDRESS[side.peer]}/32"))

    def speak(self, side: Side) -> None:
        self.must(*self.within(side, "ip", "route", "del", "blackhole", f"{ADDRESS[side.peer]}/32"))

    def unplug(self, side: Side, *, plugged: bool) -> None:
        self.must(*self.within(side, "ip", "link", "set", DEVICE[side], "up" if plugged else "down"))

    def netem(self, side: Side, *words: str) -> None:
        """How what this side sends travels; without words as it should."""
        device = ("dev", DEVICE[side], "root")
        if words:
            self.must(*self.within(side, "tc", "qdisc", "replace", *device, "netem", *words))
        else:
            self.must(*self.within(side, "tc", "qdisc", "del", *device))


@contextmanager
def namespaces(home: Path) -> Iterator[Namespaces]:
    """Two networks, and both nodes up in them."""
    made = Namespaces(home)
    try:
        for side in Side:
            made.must("ip", "netns", "add", made.space[side])
        made.must("ip", "link", "add", DEVICE[Side.TAX], "netns", made.space[Side.TAX], "type", "veth", "peer",
                  "name", DEVICE[Side.CUSTOMS], "netns", made.space[Side.CUSTOMS])  # fmt: skip
        for side in Side:
            made.must(*made.within(side, "ip", "addr", "add", f"{ADDRESS[side]}/24", "dev", DEVICE[side]))
            for device in ("lo", DEVICE[side]):
                made.must(*made.within(side, "ip", "link", "set", device, "up"))
        made.start()
        yield made
    finally:
        for process in made.running:
            process.kill()
            process.communicate()
        for side in Side:
            for pid in run("ip", "netns", "pids", made.space[side]).stdout.split():
                os.kill(int(pid), 9)
            run("ip", "netns", "del", made.space[side])


def accepted(file: Path, nodes: Nodes) -> Load:
    """What the load wrote down."""
    told = orjson.loads(file.read_bytes())
    return Load(nodes, issued=set(told["issued"]), lodged=set(told["lodged"]), released=set(told["released"]))


async def _work(home: Path, seconds: float) -> Load:
    load = Load(Nodes(home), tries=4000)
    async with load.clients(6):
        await asyncio.sleep(seconds)
    await asyncio.to_thread(load.nodes.settled, 120)
    return load


def main(words: Sequence[str]) -> None:
    """The load."""
    home, seconds, out = words
    load = asyncio.run(_work(Path(home), float(seconds)))
    told = {name: sorted(getattr(load, name)) for name in ("issued", "lodged", "released")}
    Path(out).write_bytes(orjson.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
