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
from hefu.documents.fields import scaled
from hefu.documents.readers.records import rule_of
from hefu.errors import Text
from hefu.inspection.fields.codes import choices, code_of, is_coded
from hefu.inspection.fields.fields import Field
from hefu.inspection.fields.marks import marked
from hefu.rules.days import as_number

Value = str | int
BLANK: Final = frozenset(
    {"-", "--", "---", "–", "—", "——", "/", "\\", "无", "n/a", "na", "nan", "nat", "none", "null", "nil"}
)
"""What people and programs write into a cell that says nothing; in free text it stays what it is."""
FREE: Final = (forms.Name, forms.Remark)
"""Free text may look like anything."""
_LOST: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2}")
DIGITS_LOST: Final = Text(
    "电子表格把它当数字保存, 15 位以后的数字已丢失: 将该列设为文本后重新录入或重新导出",
    "the spreadsheet kept it as a number and lost the digits after the 15th: format the column as text and enter or"
    " export it again",
)
FORMULA: Final = Text(
    "公式, 文件中没有保存其结果: 用电子表格程序打开, 保存后再试",
    "a formula whose value is not stored in the file: open it in a spreadsheet program, save it and try again",
)
_SHORT_HS: Final = re.compile(r"[0-9]{7}|[0-9]{9}")
ZERO_LOST: Final = Text(
    "少一位: 电子表格把它当数字保存时会丢失开头的 0; 将该列设为文本后重新录入",
    "one digit is missing: a spreadsheet that keeps it as a number loses a leading 0; format the column as text and"
    " enter it again",
)
_NO_VALUE: Final = Text("不是可用的值", "is no value that can be taken")
_NOUGHT: Final = re.compile(r"-?0*\.?0*")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_WHOLE: Final = re.compile(r"([0-9]{1,15})\.0+")
"""A whole number as programs write it that know no whole numbers."""
_TIME: Final = r"(?:T|\s+)?(?:上午|下午|[AP]M)?\s*[0-9]{1,2}[:时点][0-9]{1,2}(?:[:分](?:[0-9]{1,2}(?:\.[0-9]+)?秒?)?)?(?:\s*[AP]M)?"
_PLAIN_DAY: Final = re.compile(
    rf"([0-9]{{4}})\s*[-/.年]\s*([0-9]{{1,2}})\s*[-/.月]\s*([0-9]{{1,2}})\s*日?(?:{_TIME})?", re.IGNORECASE
)
_ENGLISH_DAY: Final = ("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
_SERIAL: Final = re.compile(r"([2-7][0-9]{4}|80000)(?:\.[0-9]+)?")
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial dates."""
_NUMBERED: Final = frozenset({"declaration", "related", "held_by", "line_declaration"})
_LONGEST: Final = 200
"""Signs of a cell in which a number, a day or a code is looked for."""
_FORMS: Final[dict[int, Any]] = {}


@cache
def _adapter(form: int) -> TypeAdapter[Any]:
    return TypeAdapter(_FORMS[form])


def read_cell(field: Field, text: str) -> Value | Text | None:
    """The value of a cell as its column holds it, or the rule that it breaks; ``None`` where it says nothing."""
    _FORMS[id(field.form)] = field.form
    adapter = _adapter(id(field.form))
    if field.form not in FREE:
        if unicodedata.normalize("NFKC", text).strip().casefold() in BLANK:
            return None
        if _LOST.fullmatch(text) and not field.digits:
            return DIGITS_LOST
        if text.startswith("="):
            return FORMULA
    refused: Text | None = None
    for reading in _readings(field, text):
        try:
            return _held(adapter.validate_python(reading), field)
        except ValidationError as error:
            refused = refused or rule_of(error.errors(include_url=False)[0])
    if field.form is forms.Quantity and not field.needed and _NOUGHT.fullmatch(text):
        return None  # a quantity that may be absent, written as 0
    if field.form is forms.HsCode and _SHORT_HS.fullmatch(text):
        return ZERO_LOST
    return choices(field) or refused or _NO_VALUE


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
    """What a cell may say, the plainest first. Codes are looked up before they are taken as they stand, or CHINA would
    be one.
    """
    text = text.strip().removeprefix("'").strip()
    wide = unicodedata.normalize("NFKC", text).strip()
    if field.form in FREE or field.form in (forms.Short, forms.PaymentSlip) or len(text) > _LONGEST:
        yield text
        return
    found = _WHOLE.fullmatch(wide)
    if found and not field.digits and field.form is not forms.Day:
        text = wide = found[1]
    if is_coded(field):
        code, is_contradicted = code_of(field, wide)
        if code is not None:
            yield code
        if code is not None or is_contradicted:
            return
    yield text
    if wide != text:
        yield wide
    if field.form is forms.Day:
        yield from _days(wide)
    elif field.digits:
        yield from _numbers(field, wide)
    elif field.form is forms.ItemNumber:
        yield wide.removeprefix("第").removesuffix("项").removesuffix("行").strip()
    elif field.name in _NUMBERED:
        yield re.sub(r"[\s-]", "", wide)
    elif field.form is forms.HsCode:
        yield re.sub(r"[\s.]", "", wide)
    elif field.form in (forms.Uscc, forms.CustomsCode):
        yield re.sub(r"\s", "", wide)


def _days(text: str) -> Iterator[str]:
    if found := _PLAIN_DAY.fullmatch(text):
        yield f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    for form in _ENGLISH_DAY:
        try:
            yield datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    if found := _SERIAL.fullmatch(text):
        yield (_EPOCH + timedelta(days=int(found[1]))).isoformat()


def _numbers(field: Field, text: str) -> Iterator[str]:
    """A number without its thousands, and money without its mark; a quantity with a unit behind it is in doubt."""
    if field.form is not forms.Quantity and (mark := marked(text)) is not None:
        text = mark.number
        if not mark.fits(field.name):
            return
    if "," not in text or _GROUPED.fullmatch(text):
        yield text.replace(",", "")
