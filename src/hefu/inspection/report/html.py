"""The report as one page: self-contained, without a request of any kind, safe with whatever the papers say."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson

from hefu.inspection.findings.result import Inspection
from hefu.inspection.report.content import content

_SCRIPTS: Final = ("base", "controls", "charts", "findings", "tables", "papers", "search", "main")
"""The modules of the page, in the order in which they use each other."""

_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write_html(inspection: Inspection, file: Path, language: str = "") -> None:
    """Write the page. ``language``: ``zh`` or ``en``; empty, the browser's. What a reader then chooses is kept in the
    address.
    """
    file.write_text(page(inspection, language), encoding="utf-8", newline="\n")


def page(inspection: Inspection, language: str = "") -> str:
    """The page as text. Nothing of the papers stands outside of the JSON, and there no character can end a script
    element or open a comment.
    """
    style, script = _asset("page.css"), _script()
    slots = {
        "policy": f"default-src 'none'; style-src '{csp_source(style)}'; script-src '{csp_source(script)}';"
        " base-uri 'none'; form-action 'none'",
        "style": style,
        "words": _embedded(_words()),
        "data": _embedded({"language": language, **content(inspection)}),
        "script": script,
    }
    parts = _asset("page.html").split("%%")
    return "".join(slots[part] if place % 2 else part for place, part in enumerate(parts))


def _embedded(value: Any) -> str:
    text = orjson.dumps(value).decode()
    for one, escaped in _ESCAPES.items():
        text = text.replace(one, escaped)
    return text


def style() -> str:
    """The style of the pages that are written for enterprises."""
    return _asset("page.css")


@cache
def _asset(name: str) -> str:
    return (files("hefu.inspection.report") / "page" / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    modules = "\n".join(_asset(f"{name}.js") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{modules}\n}})();'


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_asset("words.toml"))


def csp_source(text: str) -> str:
    """How a content security policy names a style or script that stands in the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
