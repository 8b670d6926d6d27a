"""Registers that say different things: found by name, mended by the owner of the fact, or left to two officers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.errors import HefuError
from hefu.link.envelope import seal
from hefu.protocol import decisions
from hefu.protocol.contingency.records import TwoOfficerAct
from hefu.protocol.invariants import settled, violations
from hefu.protocol.records import Copy, Holding, Issue, Side
from hefu.protocol.recovery.records import Divergence
from tests.builders import certificate, declaration, invoice_line
from tests.link.registers_pair import Both
from tests.registers import registers

TAX, CUSTOMS = Side.TAX, Side.CUSTOMS


def _certificate(which: int) -> Certificate:
    line = invoice_line(invoice=f"FP{which}")
    return certificate("export", number=f"N{which:04}", issued_on="2026-01-05", lines=[line])


def _declaration(which: int) -> Declaration:
    return declaration("export", number=_number(which), certificates=[{"number": f"N{which:04}"}])


def _number(which: int) -> str:
    return f"53012026000000{which:04}"


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """1 used, 2 reserved, 3 voided, 4 free; everybody knows."""
    made = Both(tmp_path)
    made.issue(*(_certificate(which) for which in range(1, 5)))
    made.flow()
    assert [one.status for one in made.lodge(_declaration(1), _declaration(2))] == ["reserved", "reserved"]
    made.release(_number(1))
    made.void("N0003")
    made.flow()
    yield made
    made.close()


def _sound(both: Both) -> None:
    now = registers(both.reader(TAX), both.reader(CUSTOMS), both.policy)
    assert [*violations(now), *settled(now)] == []


def _codes(both: Both, side: Side) -> list[tuple[str, str]]:
    told = both.reconcile(side)
    return [(one["code"], one["state"]) for one in told.divergences]


def test_registers_that_say_the_same_take_one_question(both: Both) -> None:
    for side in Side:
        before = both.everything(side)
        told = both.reconcile(side)
        assert (told.equal, told.exchanges, told.differing) == (True, 1, 0)
        assert both.everything(side) == before
    _sound(both)


def test_what_is_under_way_is_no_divergence(both: Both) -> None:
    both.issue(_certificate(5))
    both.release(_number(2))
    for side in Side:
        assert both.reconcile(side).equal
    both.flow()
    _sound(both)


HEALED = {
    "a copy is gone": (
        CUSTOMS, ("DELETE FROM copy WHERE number = 'N0004'",), "content.missing",
    ),
    "a copy says more": (
        CUSTOMS,
        ("UPDATE copy SET digest = 'sha256:0', document = replace(document, '100', '900') WHERE number = 'N0004'",),
        "content.differs",
    ),
    "a use is gone": (CUSTOMS, ("DELETE FROM holding WHERE certificate = 'N0001'",), "use.differs"),
    "a void is gone": (CUSTOMS, ("DELETE FROM holding WHERE certificate = 'N0003'",), "use.differs"),
    "a cursor of what came is gone": (
        CUSTOMS, ("DELETE FROM cursor WHERE way = 'in' AND stream = 'N0004'",), "stream.lost",
    ),
    "a use is not known at tax": (
        TAX, ("UPDATE issue SET usage = 'available', declaration = NULL WHERE number = 'N0001'",), "use.differs",
    ),
    "a use that nobody made is known at tax": (
        TAX, ("UPDATE issue SET usage = 'used', declaration = 'X' WHERE number = 'N0004'",), "use.differs",
    ),
    "a certificate says more at tax": (
        TAX, ("UPDATE issue SET digest = 'sha256:0' WHERE number = 'N0002'",), "content.differs",
    ),
    "a certificate is gone at tax": (TAX, ("DELETE FROM issue WHERE number = 'N0002'",), "content.missing"),
    "a free certificate and its cover are gone at tax": (
        TAX,
        (
            "DELETE FROM issue WHERE number = 'N0004'", "DELETE FROM cover WHERE certificate = 'N0004'",
            "UPDATE account SET taken = 0 WHERE goods LIKE '%FP4%'",
        ),
        "content.missing",
    ),
    "tax has forgotten what it sent": (
        TAX,
        ("DELETE FROM cursor WHERE way = 'out' AND stream = 'N0002'", "DELETE FROM outgoing WHERE stream = 'N0002'",
         "DELETE FROM issue WHERE number = 'N0002'", "DELETE FROM cover WHERE certificate = 'N0002'",
         "UPDATE account SET taken = 0 WHERE goods LIKE '%FP2%'",
         "DELETE FROM cursor WHERE way = 'in' AND stream = 'N0002'"),
        "stream.forgotten",
    ),
    "customs has forgotten a whole certificate": (
        CUSTOMS,
        ("DELETE FROM cursor WHERE stream = 'N0003'", "DELETE FROM outgoing WHERE stream = 'N0003'",
         "DELETE FROM copy WHERE number = 'N0003'", "DELETE FROM holding WHERE certificate = 'N0003'"),
        "stream.forgotten",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEALED)
def test_a_spoilt_register_is_healed_and_the_fault_is_named(both: Both, name: str) -> None:
    side, statements, code = HEALED[name]
    both.spoil(side, *statements)
    other = _register(both, side.peer)
    told = both.reconcile(side)
    assert [(one["code"], one["state"]) for one in told.divergences] == [(code, "healed")]
    assert told.divergences[0]["done"]
    assert told.divergences[0]["message"]["zh"] != told.divergences[0]["message"]["en"]
    assert _register(both, side.peer) == other, "what was wrong here has spread"
    for one in Side:
        assert both.reconcile(one).equal
    _states(both)


@pytest.mark.parametrize("name", [one for one in HEALED if HEALED[one][0] is CUSTOMS])
def test_the_other_side_sees_it_too_and_mends_nothing_of_its_own(both: Both, name: str) -> None:
    side, statements, code = HEALED[name]
    both.spoil(side, *statements)
    before = [row for row in both.everything(TAX) if row[0] in ("issue", "cover", "account")]
    told = both.reconcile(TAX)
    assert told.divergences[0]["code"].split(".")[0] == code.split(".")[0]
    assert told.divergences[0]["state"] == "healed"
    assert [row for row in both.everything(TAX) if row[0] in ("issue", "cover", "account")] == before
    both.reconcile(CUSTOMS)
    assert both.reconcile(TAX).equal
    _states(both)


def _register(both: Both, side: Side) -> list[tuple[str, list[str]]]:
    """What a side holds, whatever was sent again."""
    return [(name, rows) for name, rows in both.everything(side) if name != "outgoing"]


def _states(both: Both) -> None:
    """1 is used, 2 reserved, 3 voided, 4 free, at both sides."""
    told = {
        one.certificate: (one.state.value, one.declaration) for one in both.reader(CUSTOMS).every(Holding)
    }
    assert told == {
        "N0001": ("used", _number(1)),
        "N0002": ("reserved", _number(2)),
        "N0003": ("withdrawn", None),
    }
    known = {one.number: one for one in both.reader(TAX).every(Issue)}
    assert [known[f"N{n:04}"].usage.value for n in (1, 2, 4)] == ["used", "reserved", "available"]
    assert known["N0003"].state.value == "voided"
    for copy in both.reader(CUSTOMS).every(Copy):
        assert copy.document == known[copy.number].document == _certificate(int(copy.number[1:]))
    now = registers(both.reader(TAX), both.reader(CUSTOMS), both.policy)
    assert [one for one in violations(now) if not one.startswith("I7")] == []


LEFT = {
    "a use that customs never told of": (
        CUSTOMS,
        ("INSERT INTO holding VALUES ('N0004', 'used', 'X', '2026-03-10T00:00:00+00:00')",),
        "use.differs",
    ),
    "a use by another declaration": (
        CUSTOMS,
        ("UPDATE holding SET declaration = 'X' WHERE certificate = 'N0001'",),
        "use.differs",
    ),
    "a void that customs never granted": (
        TAX,
        ("UPDATE issue SET state = 'voided' WHERE number = 'N0004'",),
        "use.differs",
    ),
    "a used certificate with other content": (
        CUSTOMS,
        ("UPDATE copy SET digest = 'sha256:0' WHERE number = 'N0001'",),
        "content.differs",
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_no_word_settles_is_left_to_officers_and_never_spread(both: Both, name: str) -> None:
    side, statements, code = LEFT[name]
    both.spoil(side, *statements)
    before = both.everything(side.peer)
    told = _codes(both, side)
    assert told[0] == (code, "open")
    assert all(one.startswith("own.") and state == "open" for one, state in told[1:])
    assert both.everything(side.peer) == before
    found = list(both.reader(side).every(Divergence))
    assert _codes(both, side) == told
    assert list(both.reader(side).every(Divergence)) == found, "the same one is kept once"
    holdings = list(both.reader(CUSTOMS).every(Holding))
    assert _codes(both, side.peer) in ([(code, "open")], [(code, "healed")])
    assert list(both.reader(CUSTOMS).every(Holding)) == holdings


def test_of_many_only_those_that_differ_are_asked_for(tmp_path: Path) -> None:
    """Questions grow with the logarithm, and with what differs."""
    both = Both(tmp_path)
    try:
        both.issue(*(_certificate(which) for which in range(3000)))
        both.flow()
        both.spoil(CUSTOMS, "DELETE FROM copy WHERE number IN ('N0017', 'N2900')")
        told = both.reconcile(CUSTOMS)
        assert (told.differing, [one["state"] for one in told.divergences]) == (2, ["healed", "healed"])
        assert told.exchanges <= 10
        assert both.wires[CUSTOMS].bytes < 40_000
        assert both.reconcile(TAX).equal
    finally:
        both.close()


@pytest.mark.parametrize("side", list(Side))
def test_a_store_of_yesterday_takes_its_words_back(both: Both, side: Side, tmp_path: Path) -> None:
    both.stores[side].close()
    shutil.copy(both.path(side), tmp_path / "yesterday")
    both.open(side)
    both.issue(_certificate(5), _certificate(6), _certificate(7))
    both.flow()
    both.lodge(_declaration(4), _declaration(5), _declaration(6))
    both.release(_number(2), _number(4), _number(5))
    both.void("N0007")
    both.flow()
    known = {one.number: (one.state, one.usage, one.declaration) for one in both.reader(TAX).every(Issue)}
    both.stores[side].close()
    for suffix in ("-wal", "-shm"):
        Path(both.path(side) + suffix).unlink(missing_ok=True)
    shutil.copy(tmp_path / "yesterday", both.path(side))
    both.open(side)
    told = both.reconcile(side, recover=True)
    assert told.recovered >= (8 if side is CUSTOMS else 4)
    assert known == {
        one.number: (one.state, one.usage, one.declaration) for one in both.reader(TAX).every(Issue)
    }
    for one in Side:
        assert both.reconcile(one).equal
    if side is CUSTOMS:
        held = both.lodge(declaration("export", number=_number(99), certificates=[{"number": "N0005"}]))
        assert held[0].status == "held"


def test_decisions_of_two_officers_come_back_with_their_words(both: Both, tmp_path: Path) -> None:
    """A moved use, reopened goods and a release by two, all since the backup: acts and grounds are entered again."""
    used, again, bare = _number(2), _number(98), _number(97)
    both.release(used)
    both.flow()
    both.stores[CUSTOMS].close()
    shutil.copy(both.path(CUSTOMS), tmp_path / "yesterday")
    both.open(CUSTOMS)
    certificate = f"N{2:04}"
    both.lodge(_declaration(2).model_copy(update={"number": again}))
    both.lodge(declaration("export", number=bare, certificates=[]))
    both.decide(lambda book: decisions.propose_move(book, certificate, again, "typo", "a", both.verification))
    both.decide(lambda book: decisions.propose_override(book, bare, "court order", "a", both.verification))
    with both.stores[CUSTOMS].write(both.clock()) as book:
        both.gate.withdraw(book, again, "not shipped", "firm")
    both.decide(lambda book: decisions.propose_reopening(book, again, "still here", "a"))
    both.flow()
    both.stores[CUSTOMS].close()
    for suffix in ("-wal", "-shm"):
        Path(both.path(CUSTOMS) + suffix).unlink(missing_ok=True)
    shutil.copy(tmp_path / "yesterday", both.path(CUSTOMS))
    both.open(CUSTOMS)
    both.reconcile(CUSTOMS, recover=True)
    (holding,) = both.reader(CUSTOMS).find(Holding, "declaration", again)
    assert (holding.certificate, holding.state.value) == (certificate, "used")
    acts = {one.kind: one for one in both.reader(CUSTOMS).every(TwoOfficerAct)}
    assert (acts["use.move"].ground, acts["use.move"].decided_by) == ("typo", "b")
    assert (acts["declaration.override"].subject, acts["declaration.override"].ground) == (
        bare,
        "court order",
    )
    now = registers(both.reader(TAX), both.reader(CUSTOMS), both.policy)
    assert list(violations(now)) == []
    for one in Side:
        assert both.reconcile(one).equal


def test_a_question_of_nobody_is_refused(both: Both) -> None:
    """Neither what is not signed by the other side, nor what is no question."""
    wire = both.wires[CUSTOMS]
    both.reconcile(CUSTOMS)
    assert wire.answer is not None
    own = seal(TAX, "registers", {"prefixes": [""]}, both.keys[TAX], both.clock())
    for data, code in (
        (b"{}", "envelope.unreadable"),
        (own, "envelope.signature_invalid"),
        (seal(CUSTOMS, "pull", {"streams": []}, both.keys[CUSTOMS], both.clock()), "reconcile.no_question"),
        (seal(CUSTOMS, "registers", {"words": 1}, both.keys[CUSTOMS], both.clock()), "reconcile.no_question"),
        (seal(CUSTOMS, "registers", {}, both.keys[CUSTOMS], both.clock()), "reconcile.no_question"),
    ):
        with pytest.raises(HefuError) as caught:
            asyncio.run(wire.answer(data))
        assert caught.value.first.kind.code == code
