"""Words, times, numbers and money in the reader's language: gettext catalogues and Babel's formats.

English is the text in the code and the templates; ``locale/zh/console.po`` holds the Chinese of each. Texts that the
API sends carry both languages themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from starlette.requests import Request

from hefu.documents.fields import SHANGHAI

LANGUAGES: Final = {"zh": "中文", "en": "English"}
COOKIE: Final = "hefu_language"
_LOCALES: Final = {"zh": Locale("zh", "CN", script="Hans"), "en": Locale("en", "GB")}


@cache
def catalogue(code: str) -> NullTranslations:
    """The texts of a language; English are the texts themselves."""
    if code == "en":
        return NullTranslations()
    source = files("hefu.console").joinpath("locale", code, "console.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class Language:
    """One of the two languages, and how it writes things."""

    code: str

    @property
    def other(self) -> str:
        """The other language's code."""
        return "en" if self.code == "zh" else "zh"

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return "zh-CN" if self.code == "zh" else "en"

    def say(self, text: str, **slots: object) -> str:
        """A text of the console."""
        said = catalogue(self.code).gettext(text)
        return said.format(**slots) if slots else said

    def of(self, text: Mapping[str, str] | None) -> str:
        """This language's half of a text that the API sent."""
        return "" if text is None else text[self.code]

    def moment(self, value: datetime | str | None) -> str:
        """A moment in Asia/Shanghai, to the second."""
        if not value:
            return ""
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        at = at.astimezone(SHANGHAI)
        return f"{at:%Y-%m-%d %H:%M:%S}"

    def day(self, value: date | str | None) -> str:
        """A day, as documents and findings write it, in either language."""
        if not value:
            return ""
        return value if isinstance(value, str) else value.isoformat()

    def number(self, value: Decimal | int | str | None) -> str:
        """A quantity or count, with the language's grouping, exactly as many decimals as it has."""
        if value in (None, ""):
            return ""
        exact = Decimal(str(value))
        places = max(0, -int(exact.as_tuple().exponent)) if exact.is_finite() else 0
        return format_decimal(exact, "#,##0" + ("." + "0" * places if places else ""), _LOCALES[self.code])

    def size(self, value: int) -> str:
        """A size of bytes, to three digits."""
        exact = Decimal(value)
        for unit in ("B", "KB", "MB"):
            if exact < 1000:
                return f"{self.number(_three(exact))} {unit}"
            exact /= 1024
        return f"{self.number(_three(exact))} GB"

    def duration(self, seconds: float | None) -> str:
        """A stretch of time, in the unit that fits."""
        if seconds is None:
            return ""
        if abs(seconds) < 1:
            return f"{self.number(round(seconds * 1000))} ms"
        for size, unit in ((1, "s"), (60, "min")):
            if abs(seconds) < 100 * size:
                return f"{self.number(_three(Decimal(str(seconds)) / size))} {unit}"
        return f"{self.number(_three(Decimal(str(seconds)) / 3600))} h"

    def money(self, value: Decimal | int | str | None, currency: str) -> str:
        """An amount with its currency (ISO 4217)."""
        if value in (None, ""):
            return ""
        return format_currency(Decimal(str(value)), currency, locale=_LOCALES[self.code])


def _three(value: Decimal) -> Decimal:
    """Three digits of a number, whole ones all."""
    places = max(0, 2 - value.adjusted()) if value % 1 else 0
    return value.quantize(Decimal(1).scaleb(-min(places, 1)))


def language_of(request: Request) -> Language:
    """The language that the reader chose, else the first that the browser asks for, else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return Language(chosen)
    for part in request.headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip()[:2].lower()
        if wanted in LANGUAGES:
            return Language(wanted)
    return Language("zh")
