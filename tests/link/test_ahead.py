"""A message before its turn is remembered, so that nobody takes what is known for the latest."""

from __future__ import annotations

from typing import Any

from hefu.link.envelope import Opened
from hefu.link.inbox import Inbox
from hefu.protocol.book import Book
from hefu.protocol.cases import assemble
from hefu.protocol.messages import CertificateIssued, Message, VoidRequested
from hefu.protocol.records import Ahead, Side
from tests.builders import certificate, declaration
from tests.protocol.authorities import NUMBER, Authorities


class Customs(Authorities):
    """Customs behind its inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox = Inbox(Side.CUSTOMS, self.gate.receive)

    def check(self) -> None:
        """Not here: the messages of these tests come from nobody's register."""

    def take(self, *messages: tuple[int, Message]) -> list[str]:
        told: list[dict[str, Any]] = [
            {"stream": one.stream, "sequence": sequence, "body": one.body()} for sequence, one in messages
        ]
        envelope = Opened("e", "k", "messages", self.now, {"messages": told}, b"")
        results = self.write(Side.CUSTOMS, lambda book: self.inbox.accept(book, envelope))
        return [result for _, _, result in results]

    def ahead(self) -> int | None:
        found = self.get(Side.CUSTOMS, Ahead, NUMBER)
        return found.sequence if found else None


ISSUED = CertificateIssued(number=NUMBER, certificate=certificate())
FIRST = VoidRequested(number=NUMBER, request=1, reason="r")
SECOND = VoidRequested(number=NUMBER, request=2, reason="r")


def test_a_gap_is_remembered_until_it_is_closed() -> None:
    customs = Customs()
    assert customs.take((1, ISSUED)) == ["applied"]
    assert customs.ahead() is None
    assert customs.take((3, SECOND)) == ["gap"]
    assert customs.ahead() == 3
    assert customs.take((2, FIRST)) == ["applied"]
    assert customs.ahead() == 3
    assert customs.take((3, SECOND)) == ["applied"]
    assert customs.ahead() is None


def test_the_latest_of_several_counts_whatever_their_order() -> None:
    customs = Customs()
    customs.take((4, SECOND), (3, FIRST))
    assert customs.ahead() == 4
    customs.take((5, SECOND))
    assert customs.ahead() == 5


def test_a_repeat_is_no_gap() -> None:
    customs = Customs()
    customs.take((1, ISSUED))
    assert customs.take((1, ISSUED)) == ["duplicate"]
    assert customs.ahead() is None


def test_a_declaration_is_held_while_something_is_missing_and_goes_on_by_itself() -> None:
    customs = Customs()
    customs.take((1, ISSUED), (3, SECOND))
    assert customs.lodge(declaration()).status == "held"
    case = assemble(Book(customs.stores[Side.CUSTOMS], customs.now), declaration(), customs.policy)
    assert case.certificates[0].behind
    (first,) = customs.stores[Side.CUSTOMS].verdicts()
    assert first.detail["findings"] == ["certificate.behind", "original.unknown"]
    customs.take((2, FIRST), (3, SECOND))
    last = list(customs.stores[Side.CUSTOMS].verdicts())[-1]
    assert "certificate.withdrawn" in last.detail["findings"]
    assert "certificate.behind" not in last.detail["findings"]
