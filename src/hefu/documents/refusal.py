"""How a validator refuses a value: one sentence in two languages, kept apart until someone reads them."""

from __future__ import annotations

from typing import Final

from pydantic_core import PydanticCustomError

from hefu.errors import Text

_SHOWN: Final = 60
"""Characters of a stranger's text that are shown."""


def broken(zh: str, en: str, **slots: object) -> PydanticCustomError:
    """What a validator raises: the rule that is broken, with its ``{name}`` slots filled."""
    return PydanticCustomError("value_error", "{en}", Text(zh, en).fill(slots)._asdict())


def shown(value: object) -> str:
    """A stranger's value as an error shows it: its beginning, quoted, without what cannot be printed."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = str(value)
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
