"""The commands of ``hefu``, and where each stands."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

_MODULES: Final = {
    "issue": ("hefu.cli.papers", "issue"),
    "declare": ("hefu.cli.papers", "declare"),
    "release": ("hefu.cli.papers", "release"),
    "withdraw": ("hefu.cli.papers", "withdraw"),
    "refuse": ("hefu.cli.papers", "refuse"),
    "void": ("hefu.cli.papers", "void"),
    "reissue": ("hefu.cli.papers", "reissue"),
    "trace": ("hefu.cli.looking", "trace"),
    "status": ("hefu.cli.looking", "status"),
    "apply": ("hefu.cli.apply", "apply"),
    "applications": ("hefu.cli.apply", "applications"),
    "steps": ("hefu.cli.steps", "steps"),
    "due": ("hefu.cli.due", "due"),
    "dossier": ("hefu.cli.dossier", "dossier"),
    "ledger": ("hefu.cli.refunds", "ledger"),
    "claim": ("hefu.cli.refunds", "claim"),
    "repay": ("hefu.cli.refunds", "repay"),
    "agency": ("hefu.cli.refunds", "agency"),
    "agency-report": ("hefu.cli.agency_report", "agency_report"),
    "inspect": ("hefu.cli.inspect", "inspect"),
    "watch": ("hefu.cli.watch", "watch"),
    "rules": ("hefu.cli.rules", "rules"),
    "replay": ("hefu.cli.replay", "replay"),
    "chains": ("hefu.cli.chains", "app"),
    "contingency": ("hefu.cli.contingency", "app"),
    "paper": ("hefu.cli.contingency", "paper"),
    "acts": ("hefu.cli.officers", "acts"),
    "decide": ("hefu.cli.officers", "app"),
    "contests": ("hefu.cli.officers", "contests"),
    "divergences": ("hefu.cli.officers", "divergences"),
    "reconcile": ("hefu.cli.reconcile", "reconcile"),
    "backup": ("hefu.cli.backup", "backup"),
    "restore": ("hefu.cli.backup", "restore"),
    "reads": ("hefu.cli.looking", "reads"),
    "keys": ("hefu.cli.looking", "keys"),
    "up": ("hefu.cli.nodes", "up"),
    "demo": ("hefu.cli.nodes", "demo"),
    "serve": ("hefu.cli.serve", "serve"),
    "setup": ("hefu.cli.nodes", "setup"),
}
"""Module and function, or group, of each command, in the order in which they are listed."""


class Commands(TyperGroup):
    """All commands: each is loaded when it is called or listed, so that none waits for what only others need."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of the table."""
        return list(_MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command, loaded if need be; ``None`` if there is none of that name."""
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
