"""From plain values to a document: every field that is wrong becomes one problem with place, value,
rule and cure, in both languages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hefu import errors
from hefu.documents.canonical import Document
from hefu.documents.fields import FORMS
from hefu.documents.refusal import shown
from hefu.errors import HefuError, Problem, Text

FIELD = errors.kind(
    "document.field",
    http=422,
    message=Text(
        "{file}: {place}: {found}{rule_zh}",
        "{file}: {place}: {found}{rule_en}",
    ),
    cure=Text(
        "更正该字段后重新提交; 其余内容未被采用",
        "correct this field and submit again; nothing else was taken",
    ),
)

_RULES: Final = {
    "missing": Text("必填", "is required"),
    "extra_forbidden": Text("没有这个字段", "there is no such field"),
    "value_error": Text("{zh}", "{en}"),  # hefu.documents.refusal
    "string_type": Text("应为文本", "must be text"),
    "string_too_long": Text("超过 {max_length} 个字符", "longer than {max_length} characters"),
    "string_too_short": Text("少于 {min_length} 个字符", "shorter than {min_length} characters"),
    "string_unicode": Text("含有不成对的代理项 (半个字符)", "half of a character (a lone surrogate)"),
    "string_pattern_mismatch": Text("格式应为 {pattern}", "must have the form {pattern}"),
    "enum": Text("应为以下之一: {expected}", "must be one of {expected}"),
    "literal_error": Text("应为以下之一: {expected}", "must be one of {expected}"),
    "greater_than": Text("应大于 {gt}", "must be more than {gt}"),
    "greater_than_equal": Text("应不小于 {ge}", "must be at least {ge}"),
    "less_than_equal": Text("应不大于 {le}", "must be at most {le}"),
    "decimal_parsing": Text("应为十进制数", "must be a decimal number"),
    "decimal_type": Text("应为十进制数, 写成文本", "must be a decimal number, written as text"),
    "decimal_max_digits": Text("超过 {max_digits} 位数字", "more than {max_digits} digits"),
    "decimal_whole_digits": Text(
        "整数部分超过 {whole_digits} 位", "more than {whole_digits} digits before the point"
    ),
    "decimal_max_places": Text("小数超过 {decimal_places} 位", "more than {decimal_places} decimals"),
    "finite_number": Text("应为有限的数", "must be a finite number"),
    "int_parsing": Text("应为整数", "must be a whole number"),
    "int_type": Text("应为整数", "must be a whole number"),
    "date_type": Text("应为日期, 如 2026-01-31", "must be a day such as 2026-01-31"),
    "date_from_datetime_parsing": Text("应为日期, 如 2026-01-31", "must be a day such as 2026-01-31"),
    "too_short": Text("至少 {min_length} 项", "at least {min_length} of them"),
    "too_long": Text("至多 {max_length} 项", "at most {max_length} of them"),
    "tuple_type": Text("应为列表", "must be a list"),
    "model_type": Text("应为对象", "must be an object"),
    "model_attributes_type": Text("应为对象", "must be an object"),
    "dict_type": Text("应为对象", "must be an object"),
}

_NO_VALUE: Final = Text("不是可用的值", "is no value that can be taken")

D = TypeVar("D", bound=Document)


def build(
    document: type[D], values: Any, file: str, place: Callable[[tuple[int | str, ...]], str] | None = None
) -> D:
    """The document of these values. Raises one :class:`HefuError` with every problem.

    ``place`` turns a field's path into words; by default a JSON path.
    """
    try:
        return document.model_validate(values)
    except ValidationError as error:
        found = [_problem(detail, file, place or json_path) for detail in error.errors(include_url=False)]
        raise HefuError(*found) from error


def json_path(path: tuple[int | str, ...]) -> str:
    """``$.lines[0].quantity``; a key that is long or cannot be printed is quoted."""
    return "$" + "".join(map(_step, path))


def _step(step: int | str) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isprintable() and len(step) < 60 else f"[{shown(step)}]"


def rule_of(detail: ErrorDetails) -> Text:
    """The rule that a value breaks, in words."""
    slots = detail.get("ctx", {})
    return FORMS.get(slots.get("pattern", "")) or _RULES.get(detail["type"], _NO_VALUE).fill(slots)


def _problem(detail: ErrorDetails, file: str, place: Callable[[tuple[int | str, ...]], str]) -> Problem:
    rule = rule_of(detail)
    value = "" if detail["type"] == "missing" else shown(detail["input"])
    return Problem(
        FIELD,
        place=place(detail["loc"]),
        value=value,
        file=file,
        details={
            "rule": detail["type"],
            "found": f"{value}: " if value else "",
            "rule_zh": rule.zh,
            "rule_en": rule.en,
        },
    )
