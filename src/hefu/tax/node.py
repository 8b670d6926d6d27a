"""The tax node, wired."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from hefu.http.application import application
from hefu.http.node import Node
from hefu.settings import load_node
from hefu.tax.applications_http import application_routes
from hefu.tax.http import routes
from hefu.tax.service import TaxAuthority


def build(folder: Path) -> FastAPI:
    """The tax node of a folder, as an ASGI application."""
    node = Node(folder, load_node(folder))
    authority = TaxAuthority(node.policy)
    own = routes(node, authority)
    own.include_router(application_routes(node))
    return application(node, authority, own)
