"""What customs has released for an agent, page by page, as papers of its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlencode

from hefu.documents.declaration import Declaration
from hefu.procedures.agency.quarter import Quarter
from hefu.rules.days import months_after

_BEFORE: Final = 6
"""Months before a quarter in which what leaves in it may have been declared. Assumption: a declaration is lodged days, not
months, before its goods leave.
"""
_LATEST: Final = "9999-12-31"


def released(
    get: Callable[[str], dict[str, Any]], agent: str, quarter: Quarter, place: str
) -> Iterator[tuple[str, Declaration]]:
    """The agent's released declarations that may belong into a quarter, with the acts that have changed them since; each
    with where it was read. ``get`` asks the customs node.
    """
    asked = {
        "trader": agent,
        "from": months_after(quarter.first, -_BEFORE).isoformat(),
        "to": _LATEST,
        "after": "",
    }
    while True:
        told = get(f"/v1/declarations?{urlencode(asked)}")
        for one in told["declarations"]:
            if one["state"] == "released":
                yield f"{place} {one['number']}", Declaration.model_validate(one["document"])
        if not told["next"]:
            return
        asked["after"] = told["next"]
