"""At the desk: messages before customs has numbered them, and many messages in one file."""

from __future__ import annotations

import pytest

from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage import is_unnumbered, read_decmessage
from hefu.documents.readers.json_documents import read_papers
from hefu.errors import HefuError
from tests.documents.readers.messages import FILE, SOUND, message, read, value, without


def _at_desk(*changes: tuple[str, str]) -> Declaration:
    return read_decmessage(message(*changes), FILE, at_desk=True)


def test_a_message_without_number_gets_one_of_the_desk() -> None:
    told = _at_desk(without("EntryId"))
    assert is_unnumbered(told.number)
    assert told.number[8] == read().number[8]
    assert told.model_copy(update={"number": read().number}) == read()


def test_the_same_message_gets_the_same_number_and_another_another() -> None:
    first = _at_desk(without("EntryId"))
    assert _at_desk(without("EntryId")).number == first.number
    assert _at_desk(without("EntryId"), value("ContrNo", "HT-OTHER")).number != first.number


@pytest.mark.parametrize(("flag", "digit"), [("I", "1"), ("E", "0")])
def test_the_number_says_import_or_export(flag: str, digit: str) -> None:
    told = _at_desk(without("EntryId"), value("IEFlag", flag))
    assert told.number[8] == digit


def test_a_number_of_customs_stays() -> None:
    assert _at_desk() == read()
    assert not is_unnumbered(read().number)


def test_a_message_without_a_readable_day_is_refused_for_the_day_alone() -> None:
    with pytest.raises(HefuError) as caught:
        _at_desk(without("EntryId"), value("IEDate", "soon"), without("PDate"))
    assert {one.kind.code for one in caught.value.problems} == {"document.field"}


def _under_one_root(*messages: str) -> bytes:
    return ("<Download>" + "".join(messages) + "</Download>").encode()


def test_messages_under_one_root_are_read_each() -> None:
    inner = SOUND[SOUND.index("<DecMessage") :]
    broken = inner.replace("<GNo>1</GNo>", "<GNo>x</GNo>", 1)
    told = list(read_papers(_under_one_root(inner, broken, inner), FILE))
    assert [isinstance(one, HefuError) for one in told] == [False, True, False]
    assert told[0] == told[2] == read()


def test_a_root_that_gathers_something_else_is_refused_once() -> None:
    (told,) = read_papers(b"<Download><Other/></Download>", FILE)
    assert isinstance(told, HefuError)
    assert told.first.kind.code == "decmessage.not_one"
