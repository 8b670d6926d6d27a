"""What many commands share: the option for machines, and the exit codes of DESIGN §7."""

from __future__ import annotations

from typing import Annotated, Final

import typer

FINDINGS: Final = 1
BAD_INPUT: Final = 2
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
