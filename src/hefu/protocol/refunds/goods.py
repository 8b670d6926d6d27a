"""The goods of a claim or repayment line: its account, and its quantity in the account's unit."""

from __future__ import annotations

from hefu.documents.fields import scaled
from hefu.documents.goods import GoodsKey, in_unit
from hefu.documents.refund import ItemOfExport
from hefu.errors import Kind, Problem
from hefu.protocol.book import Book
from hefu.protocol.records import Account
from hefu.protocol.refunds import kinds


def item_key(declaration: str, item: int) -> str:
    """The account of an exported item."""
    return str(GoodsKey("item", "", declaration, item))


def in_account(book: Book, paper: str, line: ItemOfExport) -> tuple[Account | None, int, Problem | None]:
    """The account of a line's goods and its quantity there, or what is wrong."""
    account = book.get(Account, item_key(line.declaration, line.item))
    if account is None:
        return None, 0, problem(kinds.NO_ITEM, paper, line, None)
    wanted = in_unit(scaled(line.quantity), line.unit, account.unit)
    if wanted is None:
        return account, 0, problem(kinds.UNIT, paper, line, account, given=line.unit)
    return account, wanted, None


def problem(
    kind: Kind, paper: str, line: ItemOfExport, account: Account | None, **details: object
) -> Problem:
    """What is wrong with a line, at its place."""
    shown = {
        "line": line.line,
        "declaration": line.declaration,
        "item": line.item,
        "goods": account.goods if account else "",
        "unit": account.unit if account else "",
        **details,
    }
    return Problem(
        kind,
        place=paper.partition(":")[2],
        value=f"{line.declaration}/{line.item}",
        side="tax",
        details=shown,
    )
