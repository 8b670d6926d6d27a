"""Whole columns of cells that are evidently plain, as expressions; what they leave null goes cell by cell.

They take no cell that its type (``cells.read_cell``) would not take, and give it the same value.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from hefu.documents import fields as forms
from hefu.inspection.fields.cells import BLANK
from hefu.inspection.fields.fields import Field
from hefu.inspection.fields.marks import codes_for

_MOST: Final = {id(forms.Name): 300, id(forms.Short): 75, id(forms.Remark): 3000, id(forms.PaymentSlip): 20}
_PATTERNS: Final = {
    id(forms.Uscc): r"^[0-9A-HJ-NP-RT-UW-Y]{18}$",
    id(forms.CustomsCode): r"^[0-9A-Z]{10}$",
    id(forms.CertificateNumber): r"^[A-Z-]{0,8}[0-9][0-9A-Z-]{0,11}$",
    id(forms.ActNumber): r"^[0-9][0-9A-Z-]{5,19}$",
    id(forms.ExportNumber): r"^[0-9]{8}[0E][0-9]{9}$",
    id(forms.HsCode): r"^[0-9]{8}(?:[0-9]{2}(?:[0-9A-Z]{1,10})?)?$",
    id(forms.CustomsOffice): r"^[0-9]{4}$",
}
"""What is evidently of the form; the types say what else is."""
_UNUSUAL: Final = r"[^ -&(-~·\u2010-\u2027\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]"
"""Signs that are not known to stay as they are: the apostrophe, controls, marks that join the letter before them."""
_CONTROL: Final = r"[\x00-\x1f\x7f-\x9f']"
_LOST: Final = r"^[0-9](?:\.[0-9]+)?E\+[0-9]{2}$"


def plain(field: Field) -> pl.Expr:
    """The values of cells that are evidently plain; null for all others."""
    text = pl.col(field.name)
    if field.form is forms.Day:
        return _days(text, r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$")
    if field.digits:
        return _numbers(text, field, text.str.contains(rf"^[0-9]{{1,12}}(?:\.[0-9]{{1,{field.digits}}})?$"))
    if field.form is forms.ItemNumber:
        number = pl.when(text.str.contains(r"^[0-9]{1,4}$")).then(text).cast(pl.Int64)
        return pl.when(number > 0).then(number)
    if id(field.form) in _MOST:
        return _texts(text, field, ~text.str.contains(_UNUSUAL))
    if id(field.form) in _PATTERNS:
        return pl.when(text.str.contains(_PATTERNS[id(field.form)])).then(text)
    return pl.lit(None, pl.String)


def common(field: Field) -> pl.Expr | None:
    """The same for what is a little less plain and may differ from row to row: thousands, days with a time, texts of any
    script. Nothing for fields whose cells have few values.
    """
    text = pl.col(field.name)
    if field.form is forms.Day:
        time = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?$"
        return _days(pl.when(text.str.contains(time)).then(text.str.slice(0, 10)), "")
    if field.digits:
        number = rf"(?:[0-9]{{1,12}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}})(?:\.[0-9]{{1,{field.digits}}})?"
        mark = "|".join(codes_for(field.name)) if field.form is not forms.Quantity else ""
        form = rf"^(?:(?:{mark}) ?{number}|{number} ?(?:{mark}))$" if mark else f"^{number}$"
        return _numbers(text.str.replace_all(r"[A-Z ,]", ""), field, text.str.contains(form))
    if id(field.form) in _MOST:
        sound = ~text.str.contains(_CONTROL) & (text.str.normalize("NFC") == text)
        return _texts(text, field, sound)
    return None


def _days(text: pl.Expr, form: str) -> pl.Expr:
    dashed = pl.when(text.str.contains(form)).then(text)
    return dashed.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Int64)


def _numbers(number: pl.Expr, field: Field, sound: pl.Expr) -> pl.Expr:
    """Digits with at most as many decimals as the field has, so that nothing is rounded."""
    value = number.cast(pl.Decimal(20, field.digits), strict=False).to_physical().cast(pl.Int64, strict=False)
    return pl.when(sound & (value > 0) if field.form is forms.Quantity else sound).then(value)


def _texts(text: pl.Expr, field: Field, sound: pl.Expr) -> pl.Expr:
    sound &= text.str.len_chars() <= _MOST[id(field.form)]
    if field.form in (forms.Short, forms.PaymentSlip):
        sound &= (
            ~text.str.starts_with("=")
            & ~text.str.contains(_LOST)
            & ~text.str.to_lowercase().is_in(list(BLANK))
        )
    return pl.when(sound).then(text)
