"""The console at a node: all its pages under ``/console``."""

from __future__ import annotations

from fastapi import FastAPI

from hefu.console.pages import (
    acts,
    applications,
    apply,
    certificates,
    declarations,
    entrance,
    gate,
    search,
    works,
)
from hefu.protocol.records import Side


def attach(app: FastAPI) -> None:
    """Serve the console of a node, each authority its own pages beside the common ones."""
    own = (gate, declarations) if app.state.node.side is Side.CUSTOMS else (applications, apply)
    for one in (entrance, search, certificates, acts, works, *own):
        app.include_router(one.routes(), include_in_schema=False)
