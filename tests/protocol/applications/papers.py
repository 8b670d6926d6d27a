"""Sound applications to start from, and a tax office that has heard of the export they concern."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hefu.documents.application import Application
from hefu.errors import HefuError
from hefu.protocol.applications import deciding
from hefu.protocol.applications.findings import Finding
from hefu.protocol.applications.records import Filing
from hefu.protocol.applications.self_check import check
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Side
from tests.builders import EXPORTER, TAX_OFFICE, invoice_line, line
from tests.protocol.authorities import Authorities

SERIAL = "SQ2026-0001"
Told = Outcome | HefuError


def application(purpose: str = "return", **changes: Any) -> Application:
    """A sound application: 100 件 come back, no refund was claimed."""
    base: dict[str, Any] = {
        "serial": SERIAL,
        "applied_on": "2026-03-08",
        "purpose": purpose,
        "tax_office": TAX_OFFICE,
        "applicant": EXPORTER,
        "refund_state": "not_claimed",
        "reason": "质量原因退回",
        "lines": [invoice_line() if purpose == "export" else line()],
    }
    return Application.model_validate(
        {key: value for key, value in {**base, **changes}.items() if value is not None}
    )


def paid(**changes: Any) -> dict[str, Any]:
    """Tax of a line that was refunded and paid back in full, as it must be."""
    told = {"refunded_vat": "1300", "repaid_vat": "1300", "payment_slip": "JK1", "paid_on": "2026-03-02"}
    return {key: value for key, value in {**told, **changes}.items() if value is not None}


def checked(both: Authorities, paper: Application) -> list[Finding]:
    before = both.everything()
    found = both.write(Side.TAX, lambda book: check(book, paper, both.policy))
    assert both.everything() == before, "a check writes nothing"
    return list(found)


def codes(both: Authorities, paper: Application) -> list[str]:
    return [one.problem.kind.code for one in checked(both, paper)]


def at_tax(both: Authorities, work: Callable[[Book], Told]) -> Told:
    return both.write(Side.TAX, work)


def file(both: Authorities, paper: Application) -> Told:
    return at_tax(both, lambda book: deciding.file(book, paper, "firm", both.policy))


def approve(both: Authorities, *numbers: str, serial: str = SERIAL) -> Told:
    return at_tax(both, lambda book: deciding.approve(book, serial, numbers, "officer", both.policy))


def filing(both: Authorities, serial: str = SERIAL) -> Filing:
    found = both.get(Side.TAX, Filing, serial)
    assert found is not None
    return found


def done(told: Told) -> Outcome:
    assert isinstance(told, Outcome), told
    assert not told.refused, told
    return told


def refusals(told: Told) -> list[str]:
    """The codes under which something was refused."""
    if isinstance(told, HefuError):
        return [problem.kind.code for problem in told.problems]
    assert told.problem is not None, told
    return [told.problem.kind.code]
