"""What becomes of an application at tax: ``filed -> approved (with its certificates) | rejected | withdrawn``.

One officer decides. An approval checks again and issues in the transaction in which the application becomes approved: all
its certificates, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hefu import errors
from hefu.documents.application import Application
from hefu.documents.canonical import digest
from hefu.errors import HefuError, Text
from hefu.protocol import outcome, tax
from hefu.protocol.applications.findings import Finding
from hefu.protocol.applications.granting import certificate_of, next_number, parts_of
from hefu.protocol.applications.records import Filing, FilingState
from hefu.protocol.applications.self_check import check
from hefu.protocol.book import Book
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Issue
from hefu.rules.policy import Policy

_SIDE: Final = "tax"

NOT_FOUND: Final = errors.kind(
    "application.not_found",
    http=404,
    message=Text("没有申请 {place}", "there is no application {place}"),
    cure=Text("核对申请流水号; 或先提交 (hefu apply)", "check the serial, or file it first (hefu apply)"),
)
DECIDED: Final = errors.kind(
    "application.wrong_state",
    http=409,
    exit_code=1,
    message=Text(
        "申请 {place} 的状态为 {value}, 不能{what_zh}",
        "application {place} is {value}, it cannot be {what_en}",
    ),
    cure=Text(
        "已办结的申请不再变动; 需要时用新流水号另行申请",
        "what is decided stays so; apply anew under another serial where needed",
    ),
)
NUMBERS_DIFFER: Final = errors.kind(
    "application.numbers_differ",
    http=422,
    message=Text(
        "申请 {place} 要开具 {wanted} 份证明, 给了 {value} 个编号",
        "application {place} comes to {wanted} certificates, {value} numbers were given",
    ),
    cure=Text(
        "每份证明给一个不同的编号 (每份出口报关单一份), 或都不给",
        "give a number of its own for each certificate (one an export declaration), or none at all",
    ),
)


def file(book: Book, application: Application, actor: str, policy: Policy) -> Outcome | HefuError:
    """File an application: ``filed``, ``exists``, or refused with everything that blocks it."""
    serial, fingerprint = application.serial, digest(application)
    existing = book.get(Filing, serial)
    if existing is not None:
        if existing.digest == fingerprint:
            return Outcome("exists", serial, body={"state": existing.state.value})
        return outcome.refuse(
            outcome.DIFFERENT_CONTENT, serial, _SIDE, stored=existing.digest, given=fingerprint
        )
    found = check(book, application, policy)
    if any(one.blocks for one in found):
        return _blocked(found)
    book.put(Filing(serial, application, fingerprint, FilingState.FILED, actor, book.now))
    codes = [one.problem.kind.code for one in found]
    book.note(actor, "application.filed", serial, purpose=application.purpose.value, findings=codes)
    return Outcome("filed", serial, body={"state": "filed", "findings": [one.as_json() for one in found]})


def approve(
    book: Book, serial: str, numbers: Sequence[str], actor: str, policy: Policy
) -> Outcome | HefuError:
    """Issue what was applied for: ``approved`` with the numbers of the certificates, ``exists`` if it was approved before,
    or refused, by what the check finds now or by what issuing refuses. ``numbers`` are the officer's, one a certificate;
    without any they are made.
    """
    filing = book.get(Filing, serial)
    if filing is None:
        return outcome.refuse(NOT_FOUND, serial, _SIDE)
    if filing.state is FilingState.APPROVED and tuple(numbers) in ((), filing.certificates):
        return Outcome(
            "exists", serial, body={"state": "approved", "certificates": list(filing.certificates)}
        )
    if filing.state is not FilingState.FILED:
        return _decided(filing, "批准", "approved")
    found = check(book, filing.document, policy)
    if any(one.blocks for one in found):
        return _blocked(found)
    trial = book.trial()
    issued = _issued(trial, filing, numbers, actor, policy)
    if isinstance(issued, Outcome):
        return issued
    _close(trial, filing, FilingState.APPROVED, actor, certificates=issued)
    trial.note(actor, "application.approved", serial, certificates=list(issued))
    book.adopt(trial)
    return Outcome("approved", serial, body={"state": "approved", "certificates": list(issued)})


def _issued(
    trial: Book, filing: Filing, numbers: Sequence[str], actor: str, policy: Policy
) -> tuple[str, ...] | Outcome:
    """The numbers of the certificates that were issued, or what refused one of them."""
    application = filing.document
    parts = parts_of(application, application.lines, policy)
    if numbers and not len(set(numbers)) == len(numbers) == len(parts):
        return outcome.refuse(
            NUMBERS_DIFFER, filing.serial, _SIDE, value=len(numbers), wanted=str(len(parts))
        )
    issued: list[str] = []
    for place, part in enumerate(parts):
        number = numbers[place] if numbers else next_number(trial)
        taken = trial.get(Issue, number)
        if taken is not None:  # also by the same content: it was issued for something else
            state = taken.state.value
            return outcome.refuse(outcome.NUMBER_TAKEN, number, _SIDE, value=state, state=state)
        done = tax.issue(trial, certificate_of(application, part, number, trial.now), actor, policy)
        if done.refused:
            return done
        trial.note(actor, "certificate.applied_for", number, filing.serial)
        issued.append(number)
    return tuple(issued)


def reject(book: Book, serial: str, reason: str, actor: str) -> Outcome:
    """An officer says no, and why: ``rejected``."""
    return _ended(book, serial, FilingState.REJECTED, reason, actor)


def withdraw(book: Book, serial: str, reason: str, actor: str) -> Outcome:
    """The applicant takes it back before it is decided: ``withdrawn``."""
    return _ended(book, serial, FilingState.WITHDRAWN, reason, actor)


def _ended(book: Book, serial: str, state: FilingState, reason: str, actor: str) -> Outcome:
    filing = book.get(Filing, serial)
    if filing is None:
        return outcome.refuse(NOT_FOUND, serial, _SIDE)
    if filing.state is state:
        return Outcome("exists", serial, body={"state": state.value})
    if filing.state is not FilingState.FILED:
        what = {FilingState.REJECTED: ("驳回", "rejected"), FilingState.WITHDRAWN: ("撤回", "withdrawn")}
        return _decided(filing, *what[state])
    _close(book, filing, state, actor, reason=reason)
    book.note(actor, f"application.{state.value}", serial, reason=reason)
    return Outcome(state.value, serial, body={"state": state.value})


def _close(
    book: Book,
    filing: Filing,
    state: FilingState,
    actor: str,
    *,
    certificates: tuple[str, ...] = (),
    reason: str = "",
) -> None:
    decided = replace(filing, state=state, decided_by=actor, decided_at=book.now)
    book.put(replace(decided, certificates=certificates, reason=reason))


def _decided(filing: Filing, what_zh: str, what_en: str) -> Outcome:
    state = filing.state.value
    return outcome.refuse(DECIDED, filing.serial, _SIDE, value=state, what_zh=what_zh, what_en=what_en)


def _blocked(found: Sequence[Finding]) -> HefuError:
    return HefuError(*(one.problem for one in found if one.blocks))
