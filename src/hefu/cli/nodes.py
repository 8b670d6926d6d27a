"""``hefu setup``, ``up``, ``demo``: a home, both nodes in it, the story of the samples."""

from __future__ import annotations

from typing import Annotated

import typer

from hefu.cli import home as homes
from hefu.cli import show, story
from hefu.cli import up as running
from hefu.cli.options import FINDINGS, AsJson
from hefu.settings import home


def up(
    samples: Annotated[bool, typer.Option(help="Load the sample documents into a fresh home.")] = True,
    as_machine: AsJson = False,
) -> None:
    """Start both nodes, load the samples, serve until Ctrl-C 启动."""
    running.up(home(), samples=samples, as_machine=as_machine)


def demo(as_machine: AsJson = False) -> None:
    """Play the whole story on the samples; exit 0 only if every step came out as it must 演示."""
    if not story.demo(as_machine=as_machine):
        raise typer.Exit(FINDINGS)


def setup() -> None:
    """Make keys, tokens and configurations in HEFU_HOME, unless they are there 初始化."""
    homes.make(home())
    show.out().print(str(home().resolve()))
