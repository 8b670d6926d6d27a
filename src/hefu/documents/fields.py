"""The field types that documents are made of, with the lengths and alphabets of the official forms.

Normalising happens here, once, at the edge: full-width characters become half-width (and no other
look-alike does: "1²" is not 12), outer spaces go, identifiers become upper case. What is compared later
is already in this form.

A constraint stands before its ``BeforeValidator``, so that it belongs to the type itself: pydantic
then checks it natively, and names it as the type does ("longer than 75 characters").
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticKnownError
from stdnum.cn import uscc

from hefu.documents.refusal import broken
from hefu.errors import Text

QUANTITY_SCALE: Final = 5
"""Decimals of a quantity: (17,5) on the tax form, (19,5) in DecMessage."""

QUANTITY_DIGITS: Final = 18
"""Digits of a quantity that hefu takes: one more than the tax form's 17, so that a scaled quantity
fits a signed 64-bit integer. The message's nineteenth digit (10^13 units) is refused by name."""


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FULL_WIDTH: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value.isprintable() and _CONTROL.search(value):
        raise broken("文本中有控制字符", "control character in text")
    return (value if value.isascii() else unicodedata.normalize("NFC", value)).strip()


def _half_width(text: str) -> str:
    return (text if text.isascii() else text.translate(_FULL_WIDTH)).strip()


def identifier(value: Any) -> Any:
    """Half-width, without outer spaces, in upper case."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    text = _half_width(str(value)).upper()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


_DAY: Final = re.compile(
    r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})"
    r"(?:[T ]?([0-9:]{4,8}(?:[.,][0-9]+)?)(Z|[+-][0-9:]{2,6})?)?"
)
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time of both authorities; no summer time since 1991, so an offset will do."""


def _day(value: Any) -> Any:
    """Accept yyyy-mm-dd and the message's yyyyMMdd. A time of day is cut off; where it names another
    offset than Shanghai's it is shifted there first.
    """
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(SHANGHAI)).date()
    if isinstance(value, date):
        return value
    found = _DAY.fullmatch(_half_width(value)) if isinstance(value, str) else None
    if found is None:
        raise broken("日期应为 yyyy-mm-dd 或 yyyyMMdd", "a day as yyyy-mm-dd or yyyyMMdd")
    try:
        if found[6] is not None:
            at = datetime.fromisoformat(f"{found[1]}-{found[3]}-{found[4]}T{found[5]}{found[6]}")
            return at.astimezone(SHANGHAI).date()
        return date(int(found[1]), int(found[3]), int(found[4]))
    except (ValueError, OverflowError) as error:
        raise broken("日期不存在", "no such day or time") from error


_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def _decimal(value: Any) -> Any:
    """Accept text, integers and Decimals; a float has already lost digits and is refused."""
    if isinstance(value, float):
        raise broken("数字请用字符串, 浮点数会丢失精度", "write the number as text, a float loses digits")
    if isinstance(value, str):
        value = _half_width(value)
        if not _DECIMAL.fullmatch(value):
            raise broken("应为普通十进制数", "a plain decimal number")
    return value


def _item_number(value: Any) -> Any:
    """Nine digits are what the message has room for (DecGNo)."""
    if isinstance(value, str):
        value = _half_width(value)
        if not re.fullmatch(r"[0-9]{1,9}", value):
            raise PydanticKnownError("int_parsing")
        return int(value)
    if type(value) is not int:  # True is not item 1
        raise PydanticKnownError("int_type")
    return value


def plain(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros, no minus before zero."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


_PLAIN = PlainSerializer(plain, return_type=str)

_USCC_SHAPE: Final = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")


def _uscc(value: str) -> str:
    if not _USCC_SHAPE.fullmatch(value):
        raise broken("18 位, 数字与大写字母, 不含 I O S V Z", "18 characters of 0-9 A-Z without I O S V Z")
    return value


@lru_cache(maxsize=100_000)
def uscc_check_digit_fits(code: str) -> bool:
    """Whether the check digit of a unified social credit code is right.

    Advice only: published real codes exist whose check digit is wrong (domain.md §2.1).
    """
    return bool(uscc.is_valid(code))


_EXPORT_NUMBER: Final = re.compile(r"[0-9]{8}[0E][0-9]{9}")
_TAX_FORM: Final = re.compile(r"(.{18})0([0-9]{2})")


def split_tax_declaration_number(value: str) -> tuple[str, int | None]:
    """Cut the tax form of a declaration number into number and item.

    The tax side writes 21 characters: 18 of the declaration, "0", two of the item (domain.md §2.1).
    An 18-character number comes back with ``None``; anything else is returned whole, to be refused
    by the field that holds it.
    """
    found = _TAX_FORM.fullmatch(_half_width(value))
    return (found[1], int(found[2])) if found else (value, None)


def _export_number(value: str) -> str:
    if not _EXPORT_NUMBER.fullmatch(value):
        raise broken(
            "出口报关单号: 18 位, 第 9 位为 0 或 E",
            "an export declaration number: 18 characters with 0 or E at position 9",
        )
    return value


def scaled(value: Decimal, digits: int = QUANTITY_SCALE) -> int:
    """The value as an integer of ``10**-digits``, rounded half up."""
    return int(value.scaleb(digits).to_integral_value(rounding=ROUND_HALF_UP))


def unscaled(value: int, digits: int = QUANTITY_SCALE) -> Decimal:
    """The inverse of :func:`scaled`."""
    return Decimal(value).scaleb(-digits)


Name = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_text)]
"""Names of firms and goods: up to 300 characters, the longest of the stores seen (domain.md §6 row 7)."""

Remark = Annotated[str, Field(max_length=3000), BeforeValidator(_text)]
"""Free text: remarks on the certificate (<= 3000), NoteS on the declaration (<= 255)."""

Short = Annotated[str, Field(min_length=1, max_length=75), BeforeValidator(_text)]
"""A short text, such as an invoice, contract or payment-slip number."""

CertificateNumber = Annotated[
    str, Field(min_length=1, max_length=20, pattern=r"^[^\s\x00-\x1f/?#%]+$"), BeforeValidator(identifier)
]
"""Opaque text up to 20 characters, upper-cased, compared exactly (DESIGN §9)."""

Uscc = Annotated[str, BeforeValidator(identifier), AfterValidator(_uscc)]
"""Unified social credit code 统一社会信用代码. Length and alphabet are checked, the check digit advises."""

CustomsCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{10}$"), BeforeValidator(identifier)]
"""Customs registration code 海关注册编码, 10 characters."""

ExportNumber = Annotated[str, BeforeValidator(identifier), AfterValidator(_export_number)]
"""Number of an export declaration 出口报关单号, 18 characters."""

ActNumber = Annotated[str, Field(pattern=r"^[0-9A-Z-]{6,20}$"), BeforeValidator(identifier)]
"""Number of a customs act: a declaration, or an application to amend or withdraw one (assumption:
no source gives the form of application numbers, so up to 20 letters, digits and dashes)."""

HsCode = Annotated[
    str, Field(pattern=r"^[0-9]{8}(?:[0-9]{2}(?:[0-9A-Z]{1,10})?)?$"), BeforeValidator(identifier)
]
"""Commodity code 商品编号: 8 or 10 digits; tax codes may carry more characters (domain.md §6 row 8)."""

Quantity = Annotated[
    Decimal,
    Field(gt=0, max_digits=QUANTITY_DIGITS, decimal_places=QUANTITY_SCALE),
    BeforeValidator(_decimal),
    _PLAIN,
]
"""A quantity above zero, at most 5 decimals."""

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=4), BeforeValidator(_decimal), _PLAIN]
"""An amount of money, at most 4 decimals (the message's prices; the tax form keeps 2)."""

Tax = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6), BeforeValidator(_decimal), _PLAIN]
"""An amount of tax in CNY, (18,6) in the record."""

ChargeValue = Annotated[
    Decimal, Field(ge=0, max_digits=18, decimal_places=5), BeforeValidator(_decimal), _PLAIN
]
"""Freight, insurance or other charges, (19,5) in the message."""

Month = Annotated[str, Field(pattern=r"^[0-9]{4}(?:0[1-9]|1[0-2])$"), BeforeValidator(identifier)]
"""A period of the tax side, yyyymm."""

PaymentSlip = Annotated[str, Field(min_length=1, max_length=20), BeforeValidator(_text)]
"""Number of a tax payment slip."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day in Asia/Shanghai."""

Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,8}$"), BeforeValidator(identifier)]
"""A code of an official list: supervision mode, currency, country."""

CustomsOffice = Annotated[str, Field(pattern=r"^[0-9]{4}$"), BeforeValidator(identifier)]
"""Code of a customs office 关区, 4 digits."""

TaxOffice = Annotated[str, Field(pattern=r"^[0-9A-Z]{11}$"), BeforeValidator(identifier)]
"""Code of the competent tax authority 主管税务机关, 11 characters (domain.md §1.2)."""

ItemNumber = Annotated[int, Field(ge=1, le=9999), BeforeValidator(_item_number)]
"""Item of a declaration or line of a certificate; "01", "1" and 1 are the same item."""


FORMS: Final = {
    r"^[^\s\x00-\x1f/?#%]+$": Text("不含空格和 / ? # %", "no spaces and none of / ? # %"),
    r"^[0-9A-Z]{10}$": Text("10 位数字或字母", "10 digits or letters"),
    r"^[0-9A-Z-]{6,20}$": Text("6 至 20 位数字, 字母或 -", "6 to 20 digits, letters or dashes"),
    r"^[0-9]{8}(?:[0-9]{2}(?:[0-9A-Z]{1,10})?)?$": Text(
        "8 位或 10 位数字 (税务代码可再加至多 10 位)",
        "8 or 10 digits (a tax code may add up to 10 characters)",
    ),
    r"^[0-9A-Z]{1,8}$": Text("至多 8 位数字或字母", "up to 8 digits or letters"),
    r"^[0-9]{4}$": Text("4 位数字", "4 digits"),
    r"^[0-9]{4}(?:0[1-9]|1[0-2])$": Text("年月 yyyymm", "year and month, yyyymm"),
    r"^[0-9A-Z]{11}$": Text("11 位数字或字母", "11 digits or letters"),
}
"""The patterns above in words, for people."""
