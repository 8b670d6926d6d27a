"""The points that no source settles, as named settings with their default and its source (DESIGN §9)."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hefu.documents.canonical import canonical_bytes, digest
from hefu.documents.declaration import Act, Declaration


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
    reservation_days: int = Field(
        14, ge=1, le=365, description="Days a reservation waits for release before it expires. Assumption."
    )
    certificate_lines: Literal["one-declaration", "several"] = Field(
        "one-declaration",
        description="Whether the lines of one certificate may belong to several export declarations (DESIGN §9).",
    )
    license_code: str = Field(
        "",
        description="Supporting-document code (DocuCode) under which the certificate number stands; empty: any."
        " No code has been published (domain.md §2.6).",
    )

    def needs_certificate(self, declaration: Declaration) -> bool:
        """Whether this act is in scope: nothing in scope clears without a valid certificate."""
        if declaration.act is Act.OTHER:
            return False
        return declaration.act is not Act.EXPORT or self.scope == "broad"

    @cached_property
    def digest(self) -> str:
        """Digest of all settings, so that a verdict can name the policy it was given under."""
        return digest(canonical_bytes(self.model_dump(mode="json")))
