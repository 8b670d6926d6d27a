"""I1 to I7 as functions over what the two registers hold; those of refunds and applications stand in their rooms.

Used by the simulation after every step, by tests and by an operator's check alike. Each function
yields one sentence a violation; nothing means that the invariant holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hefu.documents.fields import scaled
from hefu.documents.goods import in_unit
from hefu.protocol.acts import ActKind
from hefu.protocol.applications.invariants import granted_once
from hefu.protocol.contingency.records import ActState, PaperState, TwoOfficerAct
from hefu.protocol.goods import key_of
from hefu.protocol.marks import AFTER_USE, DONE
from hefu.protocol.records import (
    Account,
    DeclarationState,
    Entry,
    IssueState,
    Lodgement,
)
from hefu.protocol.refunds.invariants import (
    claims_counted,
    given_back_once,
    owed_until_given_back,
    refunds_apart,
)
from hefu.protocol.registers import Registers
from hefu.rules.case import UseState

_LIVE = (IssueState.ISSUED, IssueState.VOID_REQUESTED)
_BOUND = (DeclarationState.RESERVED, DeclarationState.RELEASED)


def _is_bound(lodgement: Lodgement) -> bool:
    """Whether it has its draws: while reserved or released, or closed when they were used already."""
    return lodgement.state in _BOUND or (AFTER_USE in lodgement.marks and not lodgement.state.is_open)


def violations(now: Registers) -> list[str]:
    """Everything that does not hold."""
    checks = (
        one_declaration,
        never_void_and_used,
        released_only_when_used,
        bound_by_two,
        delivered_in_order,
        goods_once,
        refunds_apart,
        claims_counted,
        given_back_once,
        owed_until_given_back,
        granted_once,
        told,
    )
    return [
        f"{check.__doc__.split(':')[0]}: {text}" for check in checks for text in check(now) if check.__doc__
    ]


def one_declaration(now: Registers) -> Iterator[str]:
    """I1: a certificate is reserved or used by one declaration at most, and used by one ever."""
    drawn: defaultdict[str, list[str]] = defaultdict(list)
    for lodgement in now.lodgements.values():
        if _is_bound(lodgement):
            for certificate in lodgement.certificates:
                drawn[certificate].append(lodgement.number)
                holding = now.holdings.get(certificate)
                if holding is None or holding.declaration != lodgement.number:
                    yield f"{lodgement.number} draws on {certificate}, which {holding} holds"
    for certificate, declarations in drawn.items():
        if len(declarations) > 1:
            yield f"{certificate} is drawn on by {declarations}"
    for certificate, holding in now.holdings.items():
        if (certificate, holding.declaration) in now.lost:
            continue
        if holding.declaration and holding.declaration not in drawn.get(certificate, []):
            yield f"{certificate} is held by {holding.declaration}, which does not draw on it"
    yield from _used_by_one(now)


def _used_by_one(now: Registers) -> Iterator[str]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for entry in now.customs_journal:
        if entry.event == "certificate.used" and entry.other not in users[entry.number]:
            users[entry.number].append(entry.other)
        elif entry.event == "certificate.moved":
            if users[entry.number] != [entry.detail["moved_from"]] or not _moved_by_two(now, entry):
                yield f"{entry.number} moved from {users[entry.number]} to {entry.other} without an act of two"
            users[entry.number] = [entry.other]
    for certificate, ever in users.items():
        holding = now.holdings.get(certificate)
        if len(ever) > 1:
            yield f"{certificate} was used by {sorted(ever)}"
        if holding is None or holding.state is not UseState.USED or holding.declaration not in ever:
            yield f"{certificate} was used by {ever} and is not any more"


def _moved_by_two(now: Registers, entry: Entry) -> bool:
    wanted = {"certificate": entry.number, "from": entry.detail["moved_from"], "to": entry.other}
    return any(act.content == wanted for act in _decided(now, ActKind.MOVE_USE))


def _decided(now: Registers, kind: ActKind) -> Iterator[TwoOfficerAct]:
    """The acts of a kind that one officer has proposed on a ground and another approved."""
    for act in now.acts:
        by_two = act.decided_by and act.decided_by != act.proposed_by
        if act.kind == kind.value and act.state is ActState.APPROVED and act.ground and by_two:
            yield act


def never_void_and_used(now: Registers) -> Iterator[str]:
    """I2: never voided or superseded at tax and reserved or used at customs; and superseded only by
    a certificate that has been put in force.
    """
    for issue in now.issues.values():
        if issue.state in (IssueState.VOIDED, IssueState.SUPERSEDED):
            holding = now.holdings.get(issue.number)
            if holding is None or holding.state is not UseState.WITHDRAWN:
                yield f"{issue.number} is {issue.state.value} at tax and {holding} at customs"
        if issue.state is IssueState.SUPERSEDED:
            heir = now.issues.get(issue.replacement or "")
            if heir is None or heir.state is IssueState.DRAFT or heir.replaces != issue.number:
                yield f"{issue.number} is superseded by {issue.replacement}, which is not in force"


def released_only_when_used(now: Registers) -> Iterator[str]:
    """I3: nothing in scope is released unless every certificate it needs is used by it, or two officers decided so."""
    decided = {act.subject for act in _decided(now, ActKind.OVERRIDE)}
    decided |= {str(act.content["from"]) for act in _decided(now, ActKind.MOVE_USE)}
    decided |= {declaration for _, declaration in now.lost}
    for lodgement in now.lodgements.values():
        if lodgement.state is not DeclarationState.RELEASED:
            continue
        needs = now.policy.needs_certificate(lodgement.document) and lodgement.number not in decided
        if needs and not lodgement.draws:
            yield f"{lodgement.number} is released without a certificate"
        for certificate in lodgement.certificates:
            holding = now.holdings.get(certificate)
            if (
                holding is None
                or holding.state is not UseState.USED
                or holding.declaration != lodgement.number
            ):
                yield f"{lodgement.number} is released, its {certificate} is {holding}"


def bound_by_two(now: Registers) -> Iterator[str]:
    """I1: what is bound on paper was bound by two officers and belongs to no other declaration."""
    for case in now.papers.values():
        holding = now.holdings.get(case.certificate)
        if not case.state.binds:
            continue
        if not case.approved_by or case.approved_by == case.entered_by:
            yield f"{case.certificate} is bound on paper by {case.entered_by} alone"
        if holding is not None and holding.declaration != case.declaration:
            yield f"{case.certificate} is {case.declaration}'s on paper and {holding}"
        lodgement = now.lodgements.get(case.declaration)
        released = lodgement is not None and lodgement.state is DeclarationState.RELEASED
        if lodgement is None or not (lodgement.deferred and (lodgement.state.is_open or released or holding)):
            yield f"{case.certificate} is bound on paper to {case.declaration}, which is {lodgement}"


def delivered_in_order(now: Registers) -> Iterator[str]:
    """I4: what has been applied was sent, and feedback at tax never says more than customs did."""
    for here, there in ((now.tax_cursors, now.customs_cursors), (now.customs_cursors, now.tax_cursors)):
        sent = {cursor.stream: cursor.sequence for cursor in there if cursor.way == "out"}
        for cursor in here:
            if cursor.way == "in" and cursor.sequence > sent.get(cursor.stream, 0):
                yield f"{cursor.stream}/{cursor.sequence} was applied, {sent.get(cursor.stream, 0)} were sent"
    users = {
        (entry.number, user)
        for entry in now.customs_journal
        if entry.event == "certificate.moved"
        for user in (entry.detail["moved_from"], entry.other)
    }
    for issue in now.issues.values():
        holding = now.holdings.get(issue.number)
        if issue.usage is UseState.USED and (
            holding is None
            or holding.state is not UseState.USED
            or (holding.declaration != issue.declaration and (issue.number, issue.declaration) not in users)
        ):
            yield f"tax holds {issue.number} for used by {issue.declaration}, customs has {holding}"


def goods_once(now: Registers) -> Iterator[str]:
    """I5: live certificates never cover more than the goods, nor acts take more."""
    covered: defaultdict[str, int] = defaultdict(int)
    lines: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for cover in now.covers:
        covered[cover.goods] += cover.quantity
        lines[cover.certificate][cover.line] = cover.quantity
        issue = now.issues.get(cover.certificate)
        if issue is None or issue.state not in _LIVE:
            yield f"{cover.certificate} covers {cover.goods} and is not live"
    for issue in now.issues.values():
        whole = lines[issue.number]
        if issue.state in _LIVE and issue.usage is not UseState.USED and DONE not in issue.marks:
            for line in issue.document.lines:
                account = now.tax_accounts.get(str(key_of(issue.document, line)))
                due = in_unit(scaled(line.quantity), line.unit, account.unit) if account else None
                if whole.get(line.line) != due:
                    yield f"{issue.number} line {line.line} covers {whole.get(line.line)}, not {due}"
    yield from _balanced("tax", now.tax_accounts, covered)
    taken: defaultdict[str, int] = defaultdict(int)
    documents = {issue.number: issue.document for issue in now.issues.values()}
    documents |= {one.certificate: now.typed[one.digest] for one in now.papers.values() if one.state.binds}
    for lodgement in now.lodgements.values():
        if _is_bound(lodgement):
            for draw in lodgement.counted:
                certificate = documents.get(draw.certificate)
                drawn = certificate.line_numbered(draw.line) if certificate else None
                goods = str(certificate.goods_key(drawn)) if certificate and drawn else ""
                account = now.customs_accounts.get(goods)
                if drawn is None or account is None:
                    yield f"{lodgement.number} draws on {draw.certificate} line {draw.line} without an account"
                    continue
                taken[goods] += in_unit(draw.quantity, drawn.unit, account.unit) or 0
    yield from _balanced("customs", now.customs_accounts, taken)


def _balanced(side: str, accounts: Mapping[str, Account], taken: Mapping[str, int]) -> Iterator[str]:
    for goods, account in accounts.items():
        if account.taken != taken.get(goods, 0):
            yield f"{side} account {goods} says {account.taken} taken, its certificates say {taken.get(goods, 0)}"
        if account.taken > account.quantity:
            yield f"{side} account {goods}: {account.taken} taken of {account.quantity}"


_USES = {
    "certificate.used": "used",
    "certificate.reserved": "reserved",
    "certificate.freed": "available",
    "certificate.withdrawn": "withdrawn",
    "certificate.moved": "used",
}
_STATES = {
    "certificate.drafted": "draft",
    "certificate.issued": "issued",
    "certificate.void_requested": "void_requested",
    "certificate.void_refused": "issued",
    "certificate.voided": "voided",
    "certificate.superseded": "superseded",
}


def _told_at_tax(now: Registers) -> Iterator[str]:
    states = {e.number: _STATES[e.event] for e in now.tax_journal if e.event in _STATES}
    uses = {e.number: _USES[e.event] for e in now.tax_journal if e.event in _USES}
    for issue in now.issues.values():
        if states.get(issue.number) != issue.state.value:
            yield f"{issue.number} is {issue.state.value}, its journal ends with {states.get(issue.number)}"
        if uses.get(issue.number, "available") != issue.usage.value:
            yield f"{issue.number} is {issue.usage.value} at tax, its journal says {uses.get(issue.number)}"
    told_of = {
        (room, e.number): state for e in now.tax_journal for room, _, state in [e.event.partition(".")]
    }
    papers = [("claim", claim.number, claim.state.value) for claim in now.claims.values()]
    papers += [("application", filing.serial, filing.state.value) for filing in now.filings.values()]
    for room, number, state in papers:
        if told_of.get((room, number)) != state:
            yield f"{room} {number} is {state}, its journal ends with {told_of.get((room, number))}"


def told(now: Registers) -> Iterator[str]:
    """I7: the last entry about a declaration, a certificate, a claim or an application names the state that it is in."""
    last: dict[str, str] = {}
    for entry in now.customs_journal:
        if entry.event.startswith("declaration.") and entry.event.split(".")[1] in set(DeclarationState):
            last[entry.number] = entry.event.split(".")[1]
    for lodgement in now.lodgements.values():
        if last.get(lodgement.number) != lodgement.state.value:
            yield f"{lodgement.number} is {lodgement.state.value}, its journal ends with {last.get(lodgement.number)}"
    uses = {e.number: _USES[e.event] for e in now.customs_journal if e.event in _USES}
    for number in sorted(uses.keys() | now.holdings.keys()):
        holding = now.holdings.get(number)
        actual = holding.state.value if holding else "available"
        if actual != uses.get(number, "available"):
            yield f"{number} is {actual} at customs, its journal ends with {uses.get(number)}"
    yield from _told_at_tax(now)


def settled(now: Registers) -> Iterator[str]:
    """At rest, when everything has been delivered, both sides say the same of every certificate."""
    for here, there in ((now.tax_cursors, now.customs_cursors), (now.customs_cursors, now.tax_cursors)):
        sent = {(c.stream, c.sequence) for c in here if c.way == "out"}
        come = {(c.stream, c.sequence) for c in there if c.way == "in"}
        for stream, sequence in sorted(sent - come):
            yield f"{stream}: {sequence} sent, not all applied"
    for issue in now.issues.values():
        holding = now.holdings.get(issue.number)
        actual = holding.state if holding else UseState.AVAILABLE
        if issue.state is IssueState.VOID_REQUESTED:
            yield f"{issue.number} still waits for the answer of customs"
        elif issue.state is IssueState.DRAFT:
            yield f"{issue.number} is still a draft"
        elif issue.state is IssueState.ISSUED and issue.usage is not actual:
            yield f"{issue.number} is {issue.usage.value} at tax, {actual.value} at customs"
        elif issue.state is IssueState.ISSUED and holding and issue.declaration != holding.declaration:
            yield f"{issue.number} is {issue.declaration}'s at tax, {holding.declaration}'s at customs"
    for case in now.papers.values():
        if case.state in (PaperState.ENTERED, PaperState.APPROVED) and case.certificate in now.copies:
            yield f"the record of {case.certificate} has come, its paper is {case.state.value}"
