"""How well a node has served over the last hour or day, drawn and in numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console import plots
from hefu.console.page import calls_of, page, pages
from hefu.console.plots import Axis
from hefu.protocol.records import Side

WINDOWS: Final = (1, 24)
_SLOW: Final = 5.0
"""Seconds that 99 of 100 messages should stay below. Assumption: a yardstick of this project, no source sets one."""
_COUNTED: Final = {
    Side.CUSTOMS: (("fits", "declaration.reserved"), ("holds", "declaration.held")),
    Side.TAX: (("issues", "certificate.issued"),),
}
_MARK: Final = timedelta(seconds=1)


def routes() -> APIRouter:
    """The page of service levels."""
    router = pages()

    @router.get("/works/levels")
    async def levels(request: Request, hours: int = 1) -> Response:
        """The node's own numbers; how long messages of the other side took, that side tells."""
        window = hours if hours in WINDOWS else WINDOWS[0]
        calls = calls_of(request)
        own = await calls.get("/v1/levels", hours=str(window))
        theirs, away = await calls.peer(f"/v1/levels?hours={window}")
        side: Side = request.app.state.node.side
        return page(
            request,
            "levels.html",
            hours=window,
            windows=WINDOWS,
            own=own,
            served=_served(side, own),
            ways={told["side"]: _way(told) for told in (own, theirs) if told},
            away=away,
            levels={name: _waiting(own, name) for name in ("backlog", "aside")},
            bands=_bands(own),
            slow=_SLOW,
            rows=_rows(own, theirs),
        )

    return router


def _axis(told: dict[str, Any]) -> Axis:
    return Axis(
        datetime.fromisoformat(told["from"]), timedelta(seconds=told["step_seconds"]), len(told["stretches"])
    )


def _served(side: Side, told: dict[str, Any]) -> dict[str, Any]:
    """What is counted, a minute of each stretch."""
    minutes = told["step_seconds"] / 60
    stacks = [
        (kind, [one["counts"].get(event, 0) / minutes for one in told["stretches"]])
        for kind, event in _COUNTED[side]
    ]
    sums = {
        kind: sum(one["counts"].get(event, 0) for one in told["stretches"]) for kind, event in _COUNTED[side]
    }
    whole = sum(sums.values())
    return {
        "plot": plots.bars(_axis(told), stacks),
        "sums": sums,
        "whole": whole,
        "share": f"{100 * sums.get('holds', 0) / whole:.1f}" if whole else "",
        "most": _rate(max(map(sum, zip(*(values for _, values in stacks), strict=True)))),
        "events": _COUNTED[side],
    }


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _way(told: dict[str, Any]) -> dict[str, Any]:
    """How long messages of a side took, and how long its oldest one without a receipt has waited, in seconds."""
    series = [(name, [one[name] for one in told["stretches"]]) for name in ("p50", "p99")]
    oldest = told["oldest_open"]
    waits = 0.0
    if oldest:
        waits = (datetime.fromisoformat(told["at"]) - datetime.fromisoformat(oldest)).total_seconds()
    window = told["whole_window"]
    return {
        "plot": plots.lines(_axis(told), series, logarithmic=True),
        **window,
        "waits": waits,
        "is_good": waits <= _SLOW and (window["p99"] is None or window["p99"] <= _SLOW),
        "is_skewed": any(one is not None and one < 0 for _, values in series for one in values),
    }


def _waiting(told: dict[str, Any], name: str) -> dict[str, Any]:
    values = [one[name] for one in told["stretches"]]
    known = [one for one in values if one is not None]
    return {
        "plot": plots.lines(_axis(told), [(name, values)]),
        "now": known[-1] if known else None,
        "most": max(known, default=None),
    }


def _bands(told: dict[str, Any]) -> dict[str, Any]:
    """Silences, outages and contingencies as rows of bands, and the moments at which the registers were compared."""
    silences, outages, contingencies = (
        [
            (datetime.fromisoformat(one["since"]), datetime.fromisoformat(one["until"]), kind)
            for one in told["bands"]
            if one["kind"] == kind
        ]
        for kind in ("silence", "outage", "contingency")
    )
    compared = [
        (at, at + _MARK, "same" if one["equal"] else "differs")
        for one in told["reconciliations"]
        for at in (datetime.fromisoformat(one["at"]),)
    ]
    return {
        "plot": plots.bands(_axis(told), [silences, outages, contingencies, compared]),
        "many": max(len(silences), len(outages)) + len(contingencies),  # of one cause are the first two
        "are_open": any(not one["over"] for one in told["bands"]),
        "differed": sum(not one["equal"] for one in told["reconciliations"]),
    }


def _rows(own: dict[str, Any], theirs: dict[str, Any] | None) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Stretches in which there was anything, the newest first, each with the other side's of the same time."""
    beside = {one["at"]: one for one in theirs["stretches"]} if theirs else {}
    rows = [(one, beside.get(one["at"], {})) for one in reversed(own["stretches"])]
    return [
        (one, other)
        for one, other in rows
        if any(
            (*one["counts"].values(), one["messages"], other.get("messages"), one["backlog"], one["aside"])
        )
    ]
