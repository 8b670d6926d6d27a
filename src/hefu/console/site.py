"""The console at a node: all its pages under ``/console``."""

from __future__ import annotations

from types import ModuleType

from fastapi import FastAPI

from hefu.console.cases import Cases
from hefu.console.pages import (
    acts,
    applications,
    apply,
    cases,
    certificates,
    contingency,
    declarations,
    due,
    entrance,
    gate,
    levels,
    mine,
    paper,
    papers,
    reads,
    search,
    signs,
    steps,
    works,
)
from hefu.console.papers.cabinet import keep_papers
from hefu.protocol.records import Side


def attach(app: FastAPI) -> None:
    """Serve the console of a node, each authority its own pages beside the common ones."""
    own: tuple[ModuleType, ...] = (applications, apply)
    if app.state.node.side is Side.CUSTOMS:
        keep_papers(app)
        app.state.cases = Cases(app.state.node)
        own = (gate, declarations, contingency, paper, mine, papers, steps, cases, signs)
    for one in (entrance, search, certificates, acts, works, levels, reads, due, *own):
        app.include_router(one.routes(), include_in_schema=False)
