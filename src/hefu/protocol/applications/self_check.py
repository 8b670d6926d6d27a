"""The self-check 数据自检: everything that speaks against an application, at once, before it is filed.

A pure function of the application and of what tax knows. Whether a certificate would be issued is asked of issuing
itself, in a trial that is dropped, so that the check and the issue can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from hefu.documents.application import Application
from hefu.documents.certificate import CertificateLine, LineTax, Purpose, RefundState
from hefu.documents.codes.tables import modes
from hefu.documents.fields import SHANGHAI, plain, scaled, unscaled
from hefu.documents.goods import GoodsKey, in_unit
from hefu.errors import Text
from hefu.protocol import tax
from hefu.protocol.applications import findings
from hefu.protocol.applications.findings import Finding, from_refusal
from hefu.protocol.applications.granting import certificate_of, next_number, parts_of
from hefu.protocol.book import Book
from hefu.protocol.records import Account, Cover, Issue
from hefu.protocol.refunds.records import Export
from hefu.rules.days import months_after
from hefu.rules.frame import TAX_SCALE, sum_of_taxes
from hefu.rules.policy import Policy
from hefu.rules.refund import repayment_due

_PURPOSES: Final = {
    Purpose.EXPORT: "出口",
    Purpose.RETURN: "退运",
    Purpose.AMENDMENT: "改单",
    Purpose.WITHDRAWAL: "撤单",
}
_INVOICE: Final = Text("发票号与行号, 不填报关单号", "invoice and invoice line, no declaration")
_DECLARATION: Final = Text("出口报关单号与项号", "export declaration and item")


def check(book: Book, application: Application, policy: Policy) -> tuple[Finding, ...]:
    """All findings: of the parties, of each line in its order, of what issuing would refuse. Writes nothing."""
    parties = [*_parties(application)]
    shapes = {
        place: [*_shape(application, place), *_unlinked(book, application, line)]
        for place, line in enumerate(application.lines)
    }
    sound = tuple(line for place, line in enumerate(application.lines) if not shapes[place])
    found = [*parties, *_whole(book, application)]
    for place, line in enumerate(application.lines):
        found += shapes[place]
        found += _tax_of(application, line)
        found += _repaid(book, application, line, policy)
        found += _days(book, application, line, policy)
        found += _known(book, application, line)
    if not any(one.blocks for one in parties):
        found += _refusals(book.trial(), application, sound, policy)
    return tuple(found)


def _parties(application: Application) -> Iterator[Finding]:
    serial, agent = application.serial, application.agent
    if application.applicant.uscc is None:
        yield findings.APPLICANT_USCC.found(serial)
    if agent is not None and application.principal_certificate is not None:
        yield findings.AGENT_AND_PRINCIPAL.found(serial, value=application.principal_certificate)
    if agent is not None and agent.is_same(application.applicant):
        yield findings.AGENT_IS_APPLICANT.found(serial, value=agent.uscc or agent.customs_code)


def _whole(book: Book, application: Application) -> Iterator[Finding]:
    serial = application.serial
    for party, zh, en in (
        (application.applicant, "申请人", "applicant"),
        (application.agent, "受托方", "agent"),
    ):
        if party is not None and not party.checks:
            yield findings.CHECK_DIGIT.found(serial, value=party.uscc, who_zh=zh, who_en=en)
    today = book.now.astimezone(SHANGHAI).date()
    if application.applied_on > today:
        yield findings.DATED_AHEAD.found(serial, value=application.applied_on, today=str(today))
    if application.refund_state is RefundState.NOT_CLAIMED and not application.reason:
        yield findings.REASON_MISSING.found(serial)
    if application.refund_state is RefundState.REFUNDED_OPEN:
        yield findings.OBLIGATION.found(serial)


# --- what a line names ----------------------------------------------------------------------------------


def _shape(application: Application, place: int) -> Iterator[Finding]:
    """Why no certificate could hold this line."""
    line, before = application.lines[place], application.lines[:place]
    serial = application.serial
    if any(one.line == line.line for one in before):
        yield findings.LINE_REPEATS.found(serial, line.line)
    wanted = _unnamed(application.purpose, line)
    if wanted is not None:
        yield findings.GOODS_UNNAMED.found(
            serial,
            line.line,
            purpose_zh=_PURPOSES[application.purpose],
            purpose_en=application.purpose.value,
            wanted_zh=wanted.zh,
            wanted_en=wanted.en,
        )
        return
    goods = _goods(application.purpose, line)
    twin = next((one for one in before if _goods(application.purpose, one) == goods), None)
    if twin is not None:
        yield findings.GOODS_REPEAT.found(serial, line.line, " ".join(map(str, goods)), other=twin.line)


def _unnamed(purpose: Purpose, line: CertificateLine) -> Text | None:
    if purpose is Purpose.EXPORT:
        named = line.invoice is not None and line.invoice_line is not None and line.declaration is None
        return None if named else _INVOICE
    return None if line.declaration is not None and line.item is not None else _DECLARATION


def _goods(purpose: Purpose, line: CertificateLine) -> tuple[object, ...]:
    if purpose is Purpose.EXPORT:
        return (line.invoice, line.invoice_line)
    return (line.declaration, line.item)


def _unlinked(book: Book, application: Application, line: CertificateLine) -> Iterator[Finding]:
    """An agent whose principal has a certificate already applies by it."""
    if application.principal_certificate is not None or line.declaration is None or line.item is None:
        return
    for cover in book.find(Cover, "goods", _item(line)):
        issue = book.get(Issue, cover.certificate)
        agent = issue.document.agent if issue is not None else None
        if agent is not None and agent.is_same(application.applicant):
            yield findings.PRINCIPAL_MISSING.found(application.serial, line.line, cover.certificate)
            return


# --- what has become of its tax -------------------------------------------------------------------------


def _tax_of(application: Application, line: CertificateLine) -> Iterator[Finding]:
    state, told = application.refund_state, line.tax or LineTax()
    against = ", ".join(_contradicting(state, told))
    if against:
        yield findings.STATE_CONTRADICTS.found(application.serial, line.line, against, state=state.value)
    if state is RefundState.REVERSED and (told.reversed_amount is None or told.reversal_period is None):
        amount = "-" if told.reversed_amount is None else plain(told.reversed_amount)
        period = told.reversal_period or "-"
        yield findings.REVERSAL_MISSING.found(application.serial, line.line, amount=amount, period=period)
    if state is RefundState.PAID_BACK and (told.payment_slip is None or told.paid_on is None):
        slip, day = told.payment_slip or "-", str(told.paid_on or "-")
        yield findings.PAYMENT_MISSING.found(application.serial, line.line, slip=slip, day=day)
    for settled, applied in (
        (str(told.paid_on or ""), str(application.applied_on)),
        (told.reversal_period or "", f"{application.applied_on:%Y%m}"),
    ):
        if settled > applied:
            yield findings.SETTLED_LATER.found(
                application.serial, line.line, settled, applied_on=str(application.applied_on)
            )


def _contradicting(state: RefundState, told: LineTax) -> Iterator[str]:
    """The fields of a line that say otherwise than the refund state: what was never claimed was not refunded, and what
    is open was not settled.
    """
    refunded = ("refunded_vat", "refunded_consumption_tax")
    settled = (
        "repaid_vat",
        "repaid_consumption_tax",
        "payment_slip",
        "paid_on",
        "reversed_amount",
        "reversal_period",
    )
    names = {RefundState.NOT_CLAIMED: (*refunded, *settled), RefundState.REFUNDED_OPEN: settled}.get(
        state, ()
    )
    return (name for name in names if getattr(told, name) not in (None, Decimal(0)))


def _repaid(book: Book, application: Application, line: CertificateLine, policy: Policy) -> Iterator[Finding]:
    """By the rule of the comparison (refund.amount_differs)."""
    if application.refund_state is not RefundState.PAID_BACK:
        return
    told = line.tax or LineTax()
    refunded = sum_of_taxes(told.refunded_vat, told.refunded_consumption_tax)
    repaid = sum_of_taxes(told.repaid_vat, told.repaid_consumption_tax)
    exported = _exported(book, line)
    if refunded is None or repaid is None or exported is None:
        yield findings.REPAYMENT_UNCHECKED.found(application.serial, line.line)
        return
    due = repayment_due(refunded, repaid, scaled(line.quantity), exported, policy)
    if due is not None:
        given, wanted = (plain(unscaled(one, TAX_SCALE)) for one in (repaid, due))
        yield findings.REPAID_DIFFERS.found(application.serial, line.line, given, due=wanted)


def _exported(book: Book, line: CertificateLine) -> int | None:
    """The exported quantity in the line's unit: as stated, else as the goods ledger has it."""
    if line.exported_quantity is not None:
        return scaled(line.exported_quantity)
    account = book.get(Account, _item(line))
    return None if account is None else in_unit(account.quantity, account.unit, line.unit)


# --- days, and what tax knows ---------------------------------------------------------------------------


def _days(book: Book, application: Application, line: CertificateLine, policy: Policy) -> Iterator[Finding]:
    exported, applied = line.export_date, application.applied_on
    if exported is None:
        return
    if exported > applied:
        yield findings.BEFORE_EXPORT.found(application.serial, line.line, exported, applied_on=str(applied))
    export = book.get(Export, line.declaration or "")
    mode = modes().get(export.document.mode or "") if export else None
    months = policy.return_months(mode.code if mode else None, ecommerce=bool(mode and mode.ecommerce))
    until = months_after(exported, months)
    if application.purpose is Purpose.RETURN and applied > until:
        yield findings.WINDOW_CLOSED.found(application.serial, line.line, exported, until=str(until))


def _known(book: Book, application: Application, line: CertificateLine) -> Iterator[Finding]:
    """What an earlier certificate has stated of an export is not what customs has declared of it."""
    account = book.get(Account, _item(line))
    if (
        line.declaration is not None
        and line.item is not None
        and (account is None or account.basis != "declared")
    ):
        yield findings.EXPORT_UNKNOWN.found(application.serial, line.line, f"{line.declaration}/{line.item}")


def _item(line: CertificateLine) -> str:
    """The account of an exported item; no account has the name of goods that are not exported yet."""
    return str(GoodsKey("item", "", line.declaration or "", line.item or 0))


# --- what issuing would refuse --------------------------------------------------------------------------


def _refusals(
    trial: Book, application: Application, lines: tuple[CertificateLine, ...], policy: Policy
) -> Iterator[Finding]:
    """Each part is issued in a trial. Issuing tells the first thing that it refuses: what is refused is tried line by line
    as well, so that nothing is left to be found by the next attempt.
    """
    told: set[tuple[str, Text]] = set()
    for part in parts_of(application, lines, policy):
        refused = [*_refused(trial, application, part, policy)]
        if not refused:
            continue
        alone = [one for line in part for one in _refused(trial.trial(), application, (line,), policy)]
        for one in alone or refused:
            if (one.problem.kind.code, one.problem.message) not in told:
                told.add((one.problem.kind.code, one.problem.message))
                yield one


def _refused(
    book: Book, application: Application, part: Iterable[CertificateLine], policy: Policy
) -> Iterator[Finding]:
    certificate = certificate_of(application, tuple(part), next_number(book), book.now)
    outcome = tax.issue(book, certificate, "self-check", policy)
    if outcome.problem is not None:
        yield from_refusal(outcome.problem, application.serial)
