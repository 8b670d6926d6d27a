"""``hefu serve``: one node in this process."""

from __future__ import annotations

from typing import Annotated

import typer

from hefu.cli import processes
from hefu.protocol.records import Side
from hefu.settings import home


def serve(
    side: Side,
    until_stdin_closes: Annotated[bool, typer.Option(help="Stop when standard input closes.")] = False,
) -> None:
    """Run one node in this process 运行单个节点."""
    processes.serve(side, home(), until_stdin_closes=until_stdin_closes)
