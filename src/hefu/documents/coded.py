"""Codes of official lists as documents carry them: letters and numbers of one thing become one code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from hefu.documents.codes.tables import Coded, countries, currencies, terms
from hefu.documents.fields import Code


def _known(table: Callable[[], Mapping[str, Coded]]) -> Callable[[Any], Any]:
    """The table's own code for a code or number that it knows; others stay as they are."""

    def normal(value: Any) -> Any:
        found = table().get(value.strip().upper()) if isinstance(value, str) else None
        return found.code if found else value

    return normal


Currency = Annotated[Code, AfterValidator(_known(currencies))]
"""Currency by letters; 142 and CNY are the same (domain.md §2.3). Currencies have no form of two letters."""

Country = Annotated[Code, AfterValidator(_known(countries))]
"""Country or region by three letters; 142, CHN and, as many systems write it, CN are the same (domain.md §2.3;
ISO 3166-1).
"""

Terms = Annotated[Code, AfterValidator(_known(terms)), BeforeValidator(_known(terms))]
"""Terms of delivery 成交方式 (TransMode) by code; 3 and FOB are the same (domain.md §2.3). Looked up before
the form is checked too: C&F has a sign that a code has not.
"""
