"""Documents as a sheet told them: with the types of a document, without its demands. A list may leave out what the
paper itself would have to state.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

from hefu.documents.canonical import Document

D = TypeVar("D", bound=Document)


def taken(model: type[D], told: Mapping[str, Any]) -> D:
    """A document from its JSON form; what it does not state is ``None``, or the document's own default."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if told.get(name) is not None:
            values[name] = _value(field.annotation, told[name])
        elif field.is_required():
            values[name] = None
    return cast("D", model.model_construct(**values))


def _value(kind: Any, told: Any) -> Any:
    """A JSON value as its type: lists of documents, documents, numbers, days and codes; all else as it is."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(_value(inner[0], one) for one in told)
    if origin is Annotated:
        return _value(inner[0], told)
    if inner:
        return _value(next(one for one in inner if one is not NoneType), told)
    if isinstance(kind, type) and issubclass(kind, Document):
        return taken(kind, told)
    if kind is date:
        return date.fromisoformat(told)
    return kind(told) if isinstance(kind, type) and issubclass(kind, Decimal | Enum) else told
