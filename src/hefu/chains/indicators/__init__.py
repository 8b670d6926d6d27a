"""The indicators: every rule with its words, in the order of the reference on risk, §1.4."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hefu.chains.indicators import firms, gate, goods, invoices, loops, money, naming, spread
from hefu.chains.indicators.indicator import HITS, Find, Indicator, Threshold
from hefu.errors import Text

__all__ = ["HITS", "Indicator", "Threshold", "indicator", "indicators", "limits_of"]

_MODULES: Final = (gate, naming, spread, firms, invoices, money, goods, loops)


@cache
def indicators() -> tuple[Indicator, ...]:
    """All of them."""
    told = tomllib.loads((files("hefu.chains.indicators") / "indicators.toml").read_text("utf-8"))
    grounds = {name: Text(*pair) for name, pair in told.pop("grounds").items()}
    return tuple(_made(name, entry, grounds) for name, entry in told.items())


def indicator(name: str) -> Indicator:
    """One of them, by the name under which it stands in the table."""
    return next(one for one in indicators() if one.code == f"chains.{name}")


def limits_of(name: str) -> dict[str, float]:
    """The thresholds of one."""
    return {key: one.value for key, one in indicator(name).thresholds.items()}


def _made(name: str, entry: dict[str, Any], grounds: dict[str, Text]) -> Indicator:
    return Indicator(
        code=f"chains.{name}",
        row=entry["row"],
        grain=entry.get("grain", "declaration"),
        inputs=tuple(entry["in"]),
        source=entry["source"],
        weight=entry["weight"],
        joins=entry["joins"],
        names=entry["names"],
        pattern=entry["pattern"],
        title=Text(*entry["title"]),
        says=Text(*entry["says"]),
        innocent=Text(*entry["innocent"]),
        clears=Text(*entry["clears"]),
        ground=grounds[entry["ground"]],
        thresholds={key: Threshold(*pair) for key, pair in entry.get("limits", {}).items()},
        find=_function(name),
    )


def _function(name: str) -> Find:
    found: list[Find] = [getattr(module, name) for module in _MODULES if hasattr(module, name)]
    if len(found) != 1:
        raise AssertionError(f"indicator without one function: {name}")
    return found[0]
