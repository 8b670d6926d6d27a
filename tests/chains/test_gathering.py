"""What the nodes hold, as tables: what each side knows, how the two are put together, and that the analysis reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

from hefu.chains.gathering import gather
from hefu.chains.tables import TABLES, Tables
from hefu.protocol.records import Side
from hefu.rules.policy import Policy
from tests.builders import EXPORT, EXPORTER, STRANGER, certificate, claim_line, declaration, item, line
from tests.protocol.authorities import OTHER_RETURN, RETURN
from tests.protocol.refunds.test_claims import NARROW, Desk

RATES = Policy.model_validate({"rates": {"202602": {"USD": "7"}}})
TODAY = date(2026, 3, 10)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(NARROW)
    yield made
    made.close()


def gathered(desk: Desk, *sides: Side, policy: Policy = RATES) -> Tables:
    customs, tax = (desk.stores[side] if side in sides else None for side in (Side.CUSTOMS, Side.TAX))
    try:
        return gather(customs, tax, policy)
    finally:
        for store in (customs, tax):
            if store is not None:
                store.connection.execute("ROLLBACK")


def row(table: pl.DataFrame, **by: Any) -> dict[str, Any]:
    (found,) = table.filter(**by).to_dicts()
    return found


def test_customs_knows_declarations_their_states_and_which_certificates_they_used(desk: Desk) -> None:
    desk.used()
    desk.ready(certificate(number="BSWT0002", holder=STRANGER, lines=[line(item=2)]))
    desk.lodge(declaration(number=OTHER_RETURN, certificates=[{"number": "BSWT0002"}]))
    told = gathered(desk, Side.CUSTOMS)
    assert set(told) == {"declarations", "lines", "certificates"}
    released = row(told["declarations"], declaration=RETURN)
    assert (released["state"], released["lodged"], released["released"]) == ("released", TODAY, TODAY)
    assert (released["act"], released["trader"], released["covers"]) == ("return", EXPORTER["uscc"], EXPORT)
    held = row(told["declarations"], declaration=OTHER_RETURN)
    assert (held["state"], held["released"]) == ("held", None)
    assert "party.holder_differs" in held["hold_codes"].split()
    used = row(told["certificates"], certificate="BSWT0001")
    assert (used["declaration"], used["used"], used["on_paper"]) == (RETURN, TODAY, False)
    assert row(told["certificates"], certificate="BSWT0002")["declaration"] is None


def test_an_export_has_its_value_and_one_that_was_taken_back_is_withdrawn(desk: Desk) -> None:
    desk.export(items=[item(total="50", currency="USD")], terms="FOB")
    fob = row(gathered(desk, Side.CUSTOMS)["lines"], declaration=EXPORT)["fob"]
    assert fob == 35000
    desk.ready(certificate("withdrawal", number="CD0001"))
    taking_back = declaration("withdrawal", certificates=[{"number": "CD0001"}])
    desk.lodge(taking_back)
    assert desk.release(taking_back.number).status == "released"
    states = gathered(desk, Side.CUSTOMS)["declarations"]
    assert row(states, declaration=EXPORT)["state"] == "withdrawn"
    assert row(states, declaration=taking_back.number)["state"] == "released"


def test_tax_knows_what_replaced_what_and_customs_how_it_was_used(desk: Desk) -> None:
    desk.ready()
    desk.reissue(certificate(number="BSWT0009"))
    desk.settle()
    desk.lodge(declaration(certificates=[{"number": "BSWT0009"}]))
    desk.release()  # tax does not know yet
    alone = row(gathered(desk, Side.TAX)["certificates"], certificate="BSWT0009")
    assert (alone["replaces"], alone["declaration"]) == ("BSWT0001", None)
    both = gathered(desk, Side.CUSTOMS, Side.TAX)["certificates"]
    assert both["certificate"].to_list().count("BSWT0009") == 1
    new = row(both, certificate="BSWT0009")
    assert (new["replaces"], new["declaration"], new["ended"]) == ("BSWT0001", RETURN, None)
    assert row(both, certificate="BSWT0001")["ended"] == TODAY


def test_a_certificate_on_paper_that_never_arrived_is_among_them(desk: Desk) -> None:
    paper = certificate(number="BSWT0007")
    desk.lodge(declaration(certificates=[{"number": "BSWT0007"}]))
    desk.on_paper(paper)
    told = row(gathered(desk, Side.CUSTOMS)["certificates"], certificate="BSWT0007")
    assert told["on_paper"] is True
    assert told["holder"] == EXPORTER["uscc"]


def test_claims_are_claimed_paid_refused_or_reversed(desk: Desk) -> None:
    desk.export()
    desk.claim(lines=[claim_line(quantity="40", vat="520.50")])
    told = row(gathered(desk, Side.TAX)["claims"])
    assert (told["state"], told["refund"], told["quantity"], told["paid"]) == (
        "claimed",
        52050,
        4000000,
        None,
    )
    assert (told["claimant"], told["declaration"], told["item"]) == (EXPORTER["uscc"], EXPORT, 1)
    desk.pay()
    told = row(gathered(desk, Side.TAX)["claims"])
    assert (told["state"], told["paid"]) == ("paid", TODAY)
    desk.repay(lines=[claim_line(quantity="40", vat="520.50")])
    assert row(gathered(desk, Side.TAX)["claims"])["state"] == "reversed"


def test_a_claim_that_was_recalled_counts_as_refused(desk: Desk) -> None:
    desk.export()
    desk.claim()
    desk.recall()
    assert row(gathered(desk, Side.TAX)["claims"])["state"] == "refused"


def test_an_empty_node_gives_empty_tables_of_the_right_columns(desk: Desk) -> None:
    told = gathered(desk, Side.CUSTOMS, Side.TAX)
    known = {one.name: one.schema for one in TABLES}
    assert {name: table.schema for name, table in told.items()} == {name: known[name] for name in told}
    assert sum(table.height for table in told.values()) == 0
