"""The field types that documents are made of, with the lengths and alphabets of the official forms.

Normalising happens here, once, at the edge: full-width characters become half-width (NFKC), outer
spaces go, identifiers become upper case. What is compared later is already in this form.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from stdnum.cn import uscc

QUANTITY_SCALE: Final = 5
"""Decimals of a quantity: (17,5) on the tax form, (19,5) in DecMessage."""

QUANTITY_DIGITS: Final = 18
"""Digits of a quantity that hefu takes: one more than the tax form's 17, so that a scaled quantity
fits a signed 64-bit integer. The message's nineteenth digit (10^13 units) is refused by name."""


def _text(value: Any) -> Any:
    if isinstance(value, str):
        if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in value):
            raise ValueError("control character in text / 文本中有控制字符")
        return unicodedata.normalize("NFC", value).strip()
    return value


def _identifier(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    return unicodedata.normalize("NFKC", str(value)).strip().upper()


def _day(value: Any) -> Any:
    """Accept yyyy-mm-dd and the message's yyyyMMdd; a time of day is cut off, not shifted."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        digits = re.sub(r"[-/.]", "", unicodedata.normalize("NFKC", value).strip())
        if re.fullmatch(r"\d{8}(\d{6})?([T ].*)?", digits):
            try:
                return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
            except ValueError as error:
                raise ValueError(f"no such day / 日期不存在: {value}") from error
    if isinstance(value, date):
        return value
    raise ValueError("a day as yyyy-mm-dd or yyyyMMdd / 日期应为 yyyy-mm-dd 或 yyyyMMdd")


def _decimal(value: Any) -> Any:
    """Accept text, integers and Decimals; a float has already lost digits and is refused."""
    if isinstance(value, float):
        raise ValueError(  # noqa: TRY004 - pydantic reports ValueError as a finding about the field
            "write the number as text, a float loses digits / 数字请用字符串, 浮点数会丢失精度"
        )
    if isinstance(value, str):
        value = unicodedata.normalize("NFKC", value).strip()
        if not re.fullmatch(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+", value):
            raise ValueError("a plain decimal number / 应为普通十进制数")
    return value


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_PLAIN = PlainSerializer(_plain, return_type=str)

_USCC_SHAPE: Final = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")


def _uscc(value: str) -> str:
    if not _USCC_SHAPE.fullmatch(value):
        raise ValueError("18 characters of 0-9 A-Z without I O S V Z / 18 位, 数字与大写字母, 不含 I O S V Z")
    return value


def uscc_check_digit_fits(code: str) -> bool:
    """Whether the check digit of a unified social credit code is right.

    Advice only: published real codes exist whose check digit is wrong (domain.md §2.1).
    """
    return bool(uscc.is_valid(code))


_EXPORT_NUMBER: Final = re.compile(r"\d{4}\d{4}[0E]\d{9}")


def split_tax_declaration_number(value: str) -> tuple[str, int | None]:
    """Cut the tax form of a declaration number into number and item.

    The tax side writes 21 characters: 18 of the declaration, "0", two of the item (domain.md §2.1).
    An 18-character number comes back with ``None``; anything else is returned whole, to be refused
    by the field that holds it.
    """
    if len(value) == 21 and value[18:].isdigit() and value[18] == "0":
        return value[:18], int(value[19:])
    return value, None


def _declaration_number(value: str) -> str:
    if not re.fullmatch(r"\d{4}\d{4}[01EI]\d{9}", value):
        raise ValueError(
            "18 characters: office 4, year 4, direction 0/1/E/I, sequence 9"
            " / 18 位: 关区 4, 年份 4, 进出口标志 0/1/E/I, 流水 9"
        )
    return value


def _export_number(value: str) -> str:
    if not _EXPORT_NUMBER.fullmatch(value):
        raise ValueError(
            "an export declaration number: 18 characters with 0 or E at position 9"
            " / 出口报关单号: 18 位, 第 9 位为 0 或 E"
        )
    return value


def scaled(value: Decimal, digits: int = QUANTITY_SCALE) -> int:
    """The value as an integer of ``10**-digits``, rounded half up."""
    return int(value.scaleb(digits).to_integral_value(rounding=ROUND_HALF_UP))


def unscaled(value: int, digits: int = QUANTITY_SCALE) -> Decimal:
    """The inverse of :func:`scaled`."""
    return Decimal(value).scaleb(-digits)


def plain(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros."""
    return _plain(value)


Name = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=300)]
"""Names of firms and goods: up to 300 characters, the longest of the stores seen (domain.md §6 row 7)."""

Remark = Annotated[str, BeforeValidator(_text), Field(max_length=3000)]
"""Free text: remarks on the certificate (<= 3000), NoteS on the declaration (<= 255)."""

Short = Annotated[str, BeforeValidator(_text), Field(max_length=75)]
"""A short text, such as an invoice, contract or payment-slip number."""

CertificateNumber = Annotated[
    str, BeforeValidator(_identifier), Field(min_length=1, max_length=20, pattern=r"^[^\s\x00-\x1f/?#%]+$")
]
"""Opaque text up to 20 characters, upper-cased, compared exactly (DESIGN §9)."""

Uscc = Annotated[str, BeforeValidator(_identifier), AfterValidator(_uscc)]
"""Unified social credit code 统一社会信用代码. Length and alphabet are checked, the check digit advises."""

CustomsCode = Annotated[str, BeforeValidator(_identifier), Field(pattern=r"^[0-9A-Z]{10}$")]
"""Customs registration code 海关注册编码, 10 characters."""

DeclarationNumber = Annotated[str, BeforeValidator(_identifier), AfterValidator(_declaration_number)]
"""Customs declaration number 海关编号, 18 characters, import or export."""

ExportNumber = Annotated[str, BeforeValidator(_identifier), AfterValidator(_export_number)]
"""Number of an export declaration 出口报关单号, 18 characters."""

ActNumber = Annotated[str, BeforeValidator(_identifier), Field(pattern=r"^[0-9A-Z-]{6,20}$")]
"""Number of a customs act: a declaration, or an application to amend or withdraw one (assumption:
no source gives the form of application numbers, so up to 20 letters, digits and dashes)."""

HsCode = Annotated[
    str, BeforeValidator(_identifier), Field(pattern=r"^[0-9]{8}(?:[0-9]{2}(?:[0-9A-Z]{1,10})?)?$")
]
"""Commodity code 商品编号: 8 or 10 digits; tax codes may carry more characters (domain.md §6 row 8)."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    Field(gt=0, max_digits=QUANTITY_DIGITS, decimal_places=QUANTITY_SCALE),
    _PLAIN,
]
"""A quantity above zero, at most 5 decimals."""

Amount = Annotated[Decimal, BeforeValidator(_decimal), Field(max_digits=18, decimal_places=4), _PLAIN]
"""An amount of money, at most 4 decimals (the message's prices; the tax form keeps 2)."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day in Asia/Shanghai."""

Code = Annotated[str, BeforeValidator(_identifier), Field(pattern=r"^[0-9A-Z]{1,8}$")]
"""A code of an official list: supervision mode, office, currency, country."""

TaxOffice = Annotated[str, BeforeValidator(_identifier), Field(pattern=r"^[0-9A-Z]{11}$")]
"""Code of the competent tax authority 主管税务机关, 11 characters (domain.md §1.2)."""

ItemNumber = Annotated[
    int,
    BeforeValidator(lambda v: int(v) if isinstance(v, str) and v.strip().isdigit() else v),
    Field(ge=1, le=9999),
]
"""Item of a declaration or line of a certificate; "01", "1" and 1 are the same item."""
