"""``hefu``: the command line. Exit codes: 0 fine, 1 findings, 2 bad input or usage, 3 no answer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

import hefu
from hefu.cli.commands import Commands
from hefu.cli.options import BAD_INPUT
from hefu.errors import HefuError

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="hefu 合符: tax issues, customs verifies, one certificate, one declaration. 税务开具, 海关核验, 一证一单.",
)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        sys.stdout.write(f"hefu {hefu.__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the program; every error ends in its own exit code with a message that says what to do."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except HefuError as error:
        wrong = error
    except TyperException as error:
        from hefu.cli import usage  # noqa: PLC0415 - only a wrong call needs it

        if not error.format_message():
            sys.exit(BAD_INPUT)  # a command of commands was called alone, and has told which there are
        wrong = usage.understood(error)
    from hefu.cli.show import show_error  # noqa: PLC0415 - only an error needs it

    show_error(wrong)
    sys.exit(wrong.first.kind.exit)


if __name__ == "__main__":
    main()
