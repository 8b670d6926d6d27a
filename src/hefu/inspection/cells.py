"""One cell: people's habits undone, then the document's own type has the last word.

A cell is accepted if the type of the field accepts what the cell says, and its value is the type's value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from hefu.documents import fields as forms
from hefu.documents.coded import Country, Currency, Terms
from hefu.documents.codes.tables import Coded, countries, currencies, modes, offices, terms, units
from hefu.documents.fields import scaled
from hefu.documents.goods import UnitCode
from hefu.documents.readers.records import rule_of
from hefu.errors import Text
from hefu.inspection.fields import Field
from hefu.inspection.titles import folded, words
from hefu.rules.days import as_number

Value = str | int
_LOST: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2}")
DIGITS_LOST: Final = Text(
    "电子表格把它当数字保存, 15 位以后的数字已丢失: 将该列设为文本后重新录入或重新导出",
    "the spreadsheet kept it as a number and lost the digits after the 15th: format the column as text and enter or"
    " export it again",
)
_FREE: Final = (forms.Name, forms.Remark, forms.Short)
"""Free text may look like anything."""
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MONEY: Final = re.compile(
    r"(?:[A-Z]{3}|US\$|[¥$€£元])?\s*([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?:[A-Z]{3}|元)?"
)
_PLAIN_DAY: Final = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[T ].*)?"
)
_ENGLISH_DAY: Final = ("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
_SERIAL: Final = re.compile(r"[2-7][0-9]{4}(?:\.[0-9]+)?")
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial dates."""
_NUMBERED: Final = frozenset({"declaration", "related", "held_by", "line_declaration"})
_CODED: Final = re.compile(
    r"([0-9A-Za-z]{1,8})[\s:：|/-]+\S.*|\S.*?[(（\[【]\s*([0-9A-Za-z]{1,8})\s*[)）\]】]"
)
"""A code with its name behind it, or its name with the code in brackets."""


@cache
def _adapter(form: int) -> TypeAdapter[Any]:
    return TypeAdapter(_FORMS[form])


_FORMS: dict[int, Any] = {}


def read_cell(field: Field, text: str) -> Value | Text:
    """The value of a cell as its column holds it, or the rule that it breaks."""
    _FORMS[id(field.form)] = field.form
    adapter = _adapter(id(field.form))
    if _LOST.fullmatch(text) and not field.digits and field.form not in _FREE:
        return DIGITS_LOST
    refused: Text | None = None
    for reading in _readings(field, text):
        try:
            return _held(adapter.validate_python(reading), field)
        except ValidationError as error:
            refused = refused or rule_of(error.errors(include_url=False)[0])
    return refused or Text("不是可用的值", "is no value that can be taken")


def _held(value: Any, field: Field) -> Value:
    if isinstance(value, Decimal):
        return scaled(value, field.digits)
    if isinstance(value, date):
        told = as_number(value)
        if told is None:
            raise AssertionError(value)
        return told
    return value if isinstance(value, int) else str(value)


def _readings(field: Field, text: str) -> Iterator[str]:
    """What a cell may say, the plainest first. As it stands comes first, so that no habit overrules a value."""
    text = text.strip().removeprefix("'").strip()
    if field.form is forms.Code and text.isdigit():
        yield text.zfill(4)  # a mode that was kept as a number
    yield text
    wide = unicodedata.normalize("NFKC", text).strip()
    if wide != text and not wide.isalpha() and field.form is not forms.Name:
        yield wide
    if field.form is forms.Day:
        yield from _days(wide)
    elif field.digits:
        yield from _numbers(wide)
    elif field.form is forms.ItemNumber:
        yield wide.removesuffix(".0").removeprefix("第").removesuffix("项").removesuffix("行").strip()
    elif field.name in _NUMBERED:
        yield re.sub(r"[\s-]", "", wide)
    elif field.form is forms.HsCode:
        yield re.sub(r"[\s.]", "", wide)
    elif field.form is UnitCode:
        yield from _units(wide)
    else:
        yield from _values(field, wide)


def _days(text: str) -> Iterator[str]:
    found = _PLAIN_DAY.fullmatch(text)
    if found:
        yield f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    for form in _ENGLISH_DAY:
        try:
            yield datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    if _SERIAL.fullmatch(text):
        yield (_EPOCH + timedelta(days=int(text.split(".", maxsplit=1)[0]))).isoformat()


def _numbers(text: str) -> Iterator[str]:
    found = _MONEY.fullmatch(text)
    if found and ("," not in found[1] or _GROUPED.fullmatch(found[1])):
        yield found[1].replace(",", "")


def _units(text: str) -> Iterator[str]:
    found = _CODED.fullmatch(text)
    if found:
        yield found[1] or found[2]
    parts = re.split(r"[\s/|:：-]+", text)
    if len(parts) == 2 and parts[1] in units():
        yield parts[1]
    yield from (
        code
        for code, one in units().items()
        if text.casefold() in (one.english.casefold(), *_UNITS.get(code, ()))
    )
    if text.isdigit():
        yield text.zfill(3)


_UNITS: Final = {
    "035": ("kg", "kgs", "公斤", "千克kg"),
    "070": ("t", "mt", "公吨"),
    "036": ("g",),
    "030": ("m",),
    "095": ("l",),
}
"""Signs of units that stand for one unit only; pieces and sets are several (个, 件, 只) and stay as they are."""


def _values(field: Field, text: str) -> Iterator[str]:
    kind = "mark" if field.name.endswith("_mark") else field.name
    known = words("terms" if field.form is Terms else kind)
    if folded(text) in known:
        yield known[folded(text)]
    tables: dict[int, Any] = {
        id(Country): countries, id(Currency): currencies, id(Terms): terms, id(forms.Code): modes,
        id(forms.CustomsOffice): offices,
    }  # fmt: skip
    table = tables.get(id(field.form))
    if table is None:
        return
    yield from (code for code, one in table().items() if text in _called(one))
    found = _CODED.fullmatch(text)
    if found and (found[1] or found[2]).upper() in table():
        yield found[1] or found[2]


def _called(one: Any) -> tuple[str, ...]:
    return (one.name, one.english) if not isinstance(one, Coded) else (one.name, one.english, one.number)
