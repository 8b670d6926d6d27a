"""Parties of a document: who holds, trades, owns, declares."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from hefu.documents.canonical import Document
from hefu.documents.fields import CustomsCode, Name, Uscc, uscc_check_digit_fits
from hefu.documents.refusal import broken


class Party(Document):
    """A firm as a document names it.

    ``uscc`` is the unified social credit code, ``customs_code`` the ten-character customs
    registration code; a customs declaration may carry only one of them (DecHead ``TradeCoScc``,
    ``TradeCode``). ``name`` advises and never decides.
    """

    uscc: Uscc | None = None
    customs_code: CustomsCode | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if self.uscc is None and self.customs_code is None:
            raise broken("当事人须有统一社会信用代码或海关编码", "a party needs its USCC or its customs code")
        return self

    @property
    def checks(self) -> bool:
        """Whether the check digit of its USCC fits, if it has one. Advice only (domain.md §2.1)."""
        return self.uscc is None or uscc_check_digit_fits(self.uscc)

    def is_same(self, other: Party) -> bool:
        """Same firm: by USCC where both carry one, else by customs code."""
        if self.uscc is not None and other.uscc is not None:
            return self.uscc == other.uscc
        return self.customs_code is not None and self.customs_code == other.customs_code

    def identifiers(self) -> frozenset[str]:
        """Every identifier under which the firm may ask for its documents."""
        return frozenset(code for code in (self.uscc, self.customs_code) if code)
