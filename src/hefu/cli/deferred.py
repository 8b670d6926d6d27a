"""Commands of rooms that few calls need: they are loaded when they are called, or listed, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

_MODULES: Final = {
    "agency-report": ("hefu.cli.agency_report", "agency_report"),
    "dossier": ("hefu.cli.dossier", "dossier"),
    "steps": ("hefu.cli.steps", "steps"),
    "chains": ("hefu.cli.chains", "app"),
}
"""Module and function, or group, of each command. Nothing that a node answers comes from these rooms."""


class Deferred(TyperGroup):
    """A group that has these commands besides its own."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Its own commands, then these."""
        return [*(one for one in super().list_commands(ctx) if one not in _MODULES), *_MODULES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command, loaded if need be."""
        if cmd_name in _MODULES and cmd_name not in self.commands:
            self.add_command(_load(cmd_name), cmd_name)
        return super().get_command(ctx, cmd_name)


def _load(name: str) -> Any:
    module, what = _MODULES[name]
    found = getattr(import_module(module), what)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)
