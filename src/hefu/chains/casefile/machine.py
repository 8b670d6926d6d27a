"""A case as JSON, and back."""

from __future__ import annotations

from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from hefu import errors
from hefu.chains.case import Case
from hefu.errors import Text

NOT_A_CASE: Final = errors.kind(
    "chains.not_a_case",
    http=422,
    message=Text("{file}: 不是案卷: {value}", "{file}: not a case: {value}"),
    cure=Text(
        "给出 hefu chains analyse 写出的 case.json, 不要手工改动",
        "give a case.json as hefu chains analyse writes it, not changed by hand",
    ),
)
_CASE: Final = TypeAdapter(Case)


def case_json(case: Case) -> bytes:
    """A case for machines; keys are the names of :class:`hefu.chains.case.Case`, days are ISO 8601, money is in fen."""
    return orjson.dumps(case, default=_plain, option=orjson.OPT_INDENT_2)


def read_case(content: bytes, file: str) -> Case:
    """A case from its JSON. Raises ``chains.not_a_case``."""
    try:
        return _CASE.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        errors.fail(NOT_A_CASE, file=file, value=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def _plain(value: object) -> Any:
    if isinstance(value, Text):
        return value._asdict()
    raise TypeError(type(value).__name__)
