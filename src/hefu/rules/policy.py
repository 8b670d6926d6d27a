"""The points that no source settles, as named settings with their default and its source (DESIGN §9)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hefu.documents.canonical import canonical_bytes, digest
from hefu.documents.coded import Currency
from hefu.documents.codes.hs import Change
from hefu.documents.declaration import Act, Declaration
from hefu.documents.fields import Name, Uscc
from hefu.documents.refusal import broken
from hefu.rules.tolerance import BY_WEIGHT, Share, Tolerance

Months = Annotated[int, Field(ge=1, le=120)]
Money = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Rate = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=8)]
Period = Annotated[str, Field(pattern=r"^[0-9]{4}(?:0[1-9]|1[0-2])$")]


class Policy(BaseModel):
    """How this authority reads the open points. Immutable; its digest goes into every verdict."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Literal["broad", "announcement-256"] = Field(
        "broad",
        description="Which acts need a certificate. broad: exports, returns, amendments, withdrawals"
        " (the mission); announcement-256: returns, amendments, withdrawals only.",
    )
    original_unknown: Literal["warn", "hold"] = Field(
        "warn",
        description="The export declaration named by the act is not in the customs register. Assumption:"
        " exports before the network started are not in it, the certificate states what was exported.",
    )
    return_window_months: int = Field(
        12,
        ge=1,
        le=120,
        description="Months from export to return, quality returns (Duty Regulation art. 43).",
    )
    ecommerce_window_months: int = Field(
        6,
        ge=1,
        le=120,
        description="Months from export to return, e-commerce modes (MOF/GACC/STA 4/2023, 16/2026).",
    )
    window_months_by_mode: dict[str, Months] = Field(
        default_factory=dict,
        description="Months from export to return for single modes of export, before the two settings above.",
    )
    reservation_days: int = Field(
        14, ge=1, le=365, description="Days a reservation waits for release before it expires. Assumption."
    )
    used_at: Literal["release", "passing"] = Field(
        "release",
        description="When a certificate becomes used. release: reserved when the comparison passes, used at"
        " release; passing: used as soon as the comparison passes. Both refuse voiding (DESIGN §9).",
    )
    certificate_pattern: str = Field(
        "",
        description="Regular expression for the whole certificate number; empty: opaque text up to 20"
        " characters. No structure has been published.",
    )
    tolerances: tuple[Tolerance, ...] = Field(
        BY_WEIGHT,
        description="By unit and commodity code: the excess over a certified quantity that still fits, per"
        " cent and amount, flagged only beyond both. Goods by weight 0.5 % and 1 unit; all else is exact.",
    )
    value_percent: Share = Field(
        Decimal(5),
        description="A value is flagged when off by more than this many per cent and value_amount.",
    )
    value_amount: Money = Field(
        Decimal(1),
        description="... and by more than this many US dollars (tax-side comparison of FOB values).",
    )
    rates: dict[Period, dict[Currency, Rate]] = Field(
        default_factory=dict,
        description="Customs exchange rates by month (yyyymm) and currency: CNY for one unit. Customs takes the"
        " rate of the third Wednesday of the previous month.",
    )
    repaid_amount: Money = Field(
        Decimal("0.01"),
        description="How far the repaid tax may be off from refunded tax x quantity / exported quantity, CNY.",
    )
    goods_similarity: int = Field(
        40,
        ge=0,
        le=100,
        description="Names of goods less alike than this (0 to 100) are pointed out. Assumption; they never block.",
    )
    former_names: dict[Uscc, tuple[Name, ...]] = Field(
        default_factory=dict, description="Former names of firms, by unified social credit code."
    )
    successors: dict[Uscc, Uscc] = Field(
        default_factory=dict,
        description="Firms that were merged or re-registered: the old code and the code of the successor.",
    )
    hs_changes: tuple[Change, ...] = Field(
        (),
        description="Changes of commodity codes beyond the table of this version: since, old, new, source.",
    )
    certificate_lines: Literal["one-declaration", "several"] = Field(
        "one-declaration",
        description="Whether the lines of one certificate may belong to several export declarations (DESIGN §9).",
    )
    license_code: str = Field(
        "",
        description="Supporting-document code (DocuCode) under which the certificate number stands; empty: any."
        " No code has been published.",
    )

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            re.compile(self.certificate_pattern)
        except re.error as error:
            raise broken(
                "certificate_pattern 不是正则表达式: {error}",
                "certificate_pattern is not a regular expression: {error}",
                error=error,
            ) from error
        return self

    def needs_certificate(self, declaration: Declaration) -> bool:
        """Whether this act is in scope: nothing in scope clears without a valid certificate."""
        if declaration.act is Act.OTHER:
            return False
        return declaration.act is not Act.EXPORT or self.scope == "broad"

    def return_months(self, mode: str | None, *, ecommerce: bool) -> int:
        """Months from export to return: those of the mode of export, else of its kind of trade."""
        usual = self.ecommerce_window_months if ecommerce else self.return_window_months
        return self.window_months_by_mode.get(mode or "", usual)

    def rate(self, day: date, currency: str) -> Decimal | None:
        """CNY for one unit of a currency at the customs rate of the month of a day; ``None`` if none is set."""
        if currency == "CNY":
            return Decimal(1)
        return self.rates.get(day.strftime("%Y%m"), {}).get(currency)

    @cached_property
    def digest(self) -> str:
        """Digest of all settings, so that a verdict can name the policy it was given under."""
        return digest(canonical_bytes(self.model_dump(mode="json")))

    def __hash__(self) -> int:
        """Policies that say the same are the same."""
        return hash(self.digest)
