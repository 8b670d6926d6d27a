"""The goods ledger: what is still free to be certified (tax) or taken (customs). Guards I5, and with
``refunds`` I6.

An account counts one item of an export declaration, one invoice line before export, or one line of
a principal's certificate from which the agent's certificates draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hefu.documents.certificate import Certificate, CertificateLine
from hefu.documents.declaration import Declaration
from hefu.documents.fields import plain, scaled, unscaled
from hefu.documents.goods import GoodsKey, in_unit
from hefu.protocol import outcome
from hefu.protocol.book import Book
from hefu.protocol.contents import content
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import Account, Cover, Covering, Holding, Record
from hefu.protocol.refunds.fitting import (
    fit,
    lower_obligation,
    obligation,
    open_when_issued,
    stated_refund,
)
from hefu.protocol.refunds.records import Obligation
from hefu.rules.case import UseState
from hefu.rules.finding import Draw


def key_of(certificate: Certificate, line: CertificateLine) -> GoodsKey:
    """What a line is counted on: its goods, or the principal's line that it draws from."""
    if certificate.principal_certificate is None:
        return certificate.goods_key(line)
    return GoodsKey("certificate", "", certificate.principal_certificate, line.line)


def opened_by(certificate: Certificate, line: CertificateLine) -> Account:
    """The account that a line opens when its goods are not on record yet.

    Without a stated exported quantity the line's own is taken, which leaves no room for a second
    certificate until customs has sent the export declaration.
    """
    stated = line.exported_quantity
    return Account(
        goods=str(key_of(certificate, line)),
        unit=line.unit,
        quantity=scaled(stated or line.quantity),
        taken=0,
        basis="stated" if stated else "assumed",
    )


def plan_cover(book: Book, certificate: Certificate) -> tuple[list[Record], Outcome | None]:
    """What issuing would write into the ledger, or the refusal. Writes nothing."""
    planned: list[Record] = []
    for line in certificate.lines:
        account, refusal = _account_for(book, certificate, line)
        if refusal is not None:
            return [], refusal
        wanted = in_unit(scaled(line.quantity), line.unit, account.unit)
        shown = {"goods": account.goods, "line": line.line, "unit": account.unit}
        if wanted is None:
            return [], outcome.refuse(
                outcome.GOODS_UNIT, certificate.number, "tax", value=line.unit, given=line.unit, **shown
            )
        left = account.quantity - account.taken
        if wanted > left:
            by = [c.certificate for c in book.find(Cover, "goods", account.goods)]
            return [], outcome.refuse(
                outcome.GOODS_COVERED if by else outcome.GOODS_FEWER,
                certificate.number,
                "tax",
                value=plain(unscaled(wanted)),
                quantity=plain(unscaled(account.quantity)),
                taken=plain(unscaled(account.taken)),
                left=plain(unscaled(left)),
                wanted=plain(unscaled(wanted)),
                by=", ".join(dict.fromkeys(by)),
                **shown,
            )
        refunded, refusal = fit(book, certificate, line, account, wanted)
        if refusal is not None:
            return [], refusal
        planned.append(
            replace(
                account,
                taken=account.taken + wanted,
                owed=account.owed + refunded.owed,
                claimed=account.claimed + refunded.stated,
            )
        )
        planned.append(Cover(account.goods, certificate.number, line.line, wanted))
        planned += refunded.records
    return planned, None


def _account_for(
    book: Book, certificate: Certificate, line: CertificateLine
) -> tuple[Account, Outcome | None]:
    """The account of a line's goods, opened or corrected by a better known quantity."""
    opened = opened_by(certificate, line)
    account = book.get(Account, opened.goods)
    if account is None:
        return opened, None
    if line.exported_quantity is None or key_of(certificate, line).kind == "certificate":
        return account, None
    given = in_unit(scaled(line.exported_quantity), line.unit, account.unit)
    if given is None or given == account.quantity:
        return account, None
    if account.basis == "assumed" and given > account.quantity:
        return replace(account, quantity=given, basis="stated"), None
    return account, outcome.refuse(
        outcome.GOODS_QUANTITY_DIFFERS,
        certificate.number,
        "tax",
        value=plain(line.exported_quantity),
        goods=account.goods,
        line=line.line,
        unit=account.unit,
        quantity=plain(unscaled(account.quantity)),
        basis=account.basis,
        given=plain(unscaled(given)),
    )


def put_cover(book: Book, planned: list[Record]) -> None:
    """Write what :func:`plan_cover` planned."""
    for record in planned:
        book.put(record)


def open_for_agent(book: Book, principal: Certificate) -> None:
    """Open one account a line of a principal's certificate, for the agent's certificates to draw on."""
    for line in principal.lines:
        goods = GoodsKey("certificate", "", principal.number, line.line)
        book.put(Account(str(goods), line.unit, scaled(line.quantity), 0, "stated"))


def drawn_by_agents(book: Book, principal: Certificate) -> list[str]:
    """The live agents' certificates that draw on a principal's certificate."""
    found: list[str] = []
    if principal.agent is not None:
        for line in principal.lines:
            goods = str(GoodsKey("certificate", "", principal.number, line.line))
            found += [cover.certificate for cover in book.find(Cover, "goods", goods)]
    return list(dict.fromkeys(found))


def wider_than(book: Book, certificate: Certificate, old: str) -> Outcome | None:
    """The refusal if a reissue covers goods, or a quantity, that the old certificate did not, or
    states another exported quantity than is on record.
    """
    room = {cover.goods: cover.quantity for cover in book.find(Cover, "certificate", old)}
    for line in certificate.lines:
        account, refusal = _account_for(book, certificate, line)
        if refusal is not None:
            return refusal
        wanted = in_unit(scaled(line.quantity), line.unit, account.unit)
        if wanted is None or wanted > room.get(account.goods, 0):
            return outcome.refuse(
                outcome.REISSUE_WIDER, certificate.number, "tax", value=line.quantity, line=line.line, old=old
            )
    return None


def move_cover(book: Book, old: str, certificate: Certificate) -> None:
    """Let a reissue cover what it asked for in the place of the old certificate. :func:`wider_than` has
    seen that this is no more; what has been stated or declared about the goods since does not matter.
    """
    owed = {one.goods: one.quantity for one in book.find(Obligation, "certificate", old)}
    lift_cover(book, old)
    cover_again(book, certificate, owed)


def cover_again(book: Book, certificate: Certificate, owed: Mapping[str, int] | None = None) -> None:
    """Enter what a certificate covers that was issued and forgotten, or takes the place of another, which ``owed`` so much.
    What was forgotten owes what it owed when it was issued: a reversal since then is forgotten, too, and filed again.
    Whether the goods suffice was asked when it was issued; what has been stated or declared since does not matter. What
    is claimed beside it now, because the reversal is forgotten, is owed.
    """
    for line in certificate.lines:
        opened = opened_by(certificate, line)
        account = book.get(Account, opened.goods) or opened
        if account.basis == "assumed" and opened.basis == "stated":
            stated = in_unit(opened.quantity, opened.unit, account.unit) or 0
            account = replace(account, quantity=max(account.quantity, stated), basis="stated")
        wanted = in_unit(scaled(line.quantity), line.unit, account.unit) or 0
        taken = account.taken + wanted
        after = replace(account, taken=taken, quantity=max(account.quantity, taken))
        if owed is None:
            open_then, shown = open_when_issued(book, certificate, account.goods, wanted)
        else:
            open_then = shown = owed.get(account.goods, 0)
        due = min(wanted, max(open_then, -after.free))
        stated = min(max(open_then - max(shown, 0), 0), max(after.free + due, 0))
        book.put(replace(after, owed=after.owed + due, claimed=after.claimed + stated))
        if stated:
            book.put(stated_refund(certificate, line, account.goods, stated))
        book.put(Cover(account.goods, certificate.number, line.line, wanted))
        if due:
            book.put(obligation(book, certificate, line, account.goods, due))


def lift_cover(book: Book, certificate: str) -> None:
    """Give back everything that a certificate covers."""
    for cover in book.find(Cover, "certificate", certificate):
        _shrink(book, cover, 0)


def settle_cover(book: Book, certificate: Certificate, drawn: dict[int, str]) -> None:
    """After use: a line covers what was used of it, the rest returns to the ledger (DESIGN §9)."""
    for cover in book.find(Cover, "certificate", certificate.number):
        line = certificate.line_numbered(cover.line)
        account = book.get(Account, cover.goods)
        if line is None or account is None:
            continue
        used = in_unit(int(drawn.get(cover.line, "0")), line.unit, account.unit)
        _shrink(book, cover, min(cover.quantity, used or 0))


def _shrink(book: Book, cover: Cover, to: int) -> None:
    account = book.get(Account, cover.goods)
    settled = lower_obligation(book, cover.certificate, cover.line, to)
    if account is not None:
        book.put(replace(account, taken=account.taken - cover.quantity + to, owed=account.owed - settled))
    if to:
        book.put(replace(cover, quantity=to))
    else:
        book.drop(cover)


def enter_export(book: Book, declaration: Declaration, actor: str) -> None:
    """Enter the items of a released export declaration.

    What a certificate stated, or an earlier revision declared, is replaced by what is declared. If
    more was taken than the declaration holds, the account keeps what it says and the contradiction is
    on record.
    """
    for item in declaration.items:
        goods = str(GoodsKey("item", "", declaration.number, item.item))
        quantity = scaled(item.first.quantity)
        account = book.get(Account, goods)
        if account is None:
            book.put(Account(goods, item.first.unit, quantity, 0, "declared"))
            continue
        declared = in_unit(quantity, item.first.unit, account.unit)
        if declared is None or declared < max(account.taken, account.quantity - account.free):
            book.note(
                actor,
                "goods.contested",
                declaration.number,
                goods=goods,
                declared=f"{plain(item.first.quantity)} {item.first.unit}",
                taken=f"{plain(unscaled(account.taken))} {account.unit}",
            )
        else:
            book.put(replace(account, quantity=declared, basis="declared"))


def taken_by(book: Book, draws: tuple[Draw, ...]) -> dict[str, int]:
    """What draws take from the items of export declarations, by account, in the account's unit."""
    taken: dict[str, int] = {}
    for draw in draws:
        certificate = content(book, draw.certificate)
        line = certificate.line_numbered(draw.line) if certificate else None
        if line is None or line.declaration is None:
            continue
        account = exported(book, line.declaration, line.item or 0)
        amount = in_unit(draw.quantity, line.unit, account.unit) if account else None
        if account is not None and amount is not None:
            taken[account.goods] = taken.get(account.goods, 0) + amount
    return taken


def exported(book: Book, export: str, item: int) -> Account | None:
    """The account of an exported item at customs. While the export declaration is not on record it is
    what the certificates that have arrived state at most, or their own quantity for want of better.
    """
    goods = str(GoodsKey("item", "", export, item))
    account = book.get(Account, goods)
    if account is not None and account.basis == "declared":
        return account
    for covering in book.find(Covering, "export", export):
        certificate, holding = content(book, covering.certificate), book.get(Holding, covering.certificate)
        if certificate is None or (holding is not None and holding.state is UseState.WITHDRAWN):
            continue
        for line in certificate.lines:
            if (line.declaration, line.item) == (export, item):
                account = _at_least(account, goods, line)
    return account


def _at_least(account: Account | None, goods: str, line: CertificateLine) -> Account:
    stated = line.exported_quantity
    basis = "stated" if stated else "assumed"
    known = scaled(stated or line.quantity)
    if account is None:
        return Account(goods, line.unit, known, 0, basis)
    quantity = in_unit(known, line.unit, account.unit)
    if quantity is None or quantity <= account.quantity:
        return account
    return replace(account, quantity=quantity, basis=basis)


def take(book: Book, draws: tuple[Draw, ...]) -> None:
    """Take what a reserved act draws from the exported goods (customs)."""
    for draw in draws:
        certificate = content(book, draw.certificate)
        line = certificate.line_numbered(draw.line) if certificate else None
        if line is not None and line.declaration is not None:
            account = exported(book, line.declaration, line.item or 0)
            if account is not None:
                book.put(account)
    _add(book, taken_by(book, draws), 1)


def give_back(book: Book, draws: tuple[Draw, ...]) -> None:
    """Undo :func:`take` when the act is withdrawn, refused or corrected before release."""
    _add(book, taken_by(book, draws), -1)


def _add(book: Book, amounts: dict[str, int], sign: int) -> None:
    for goods, amount in amounts.items():
        account = book.get(Account, goods)
        if account is not None:
            book.put(replace(account, taken=account.taken + sign * amount))
