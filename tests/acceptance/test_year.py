"""A year of an exporter, an agent and their broker: every deadline hit and missed, and hand-counted books at the end.

Both authorities run in one process on real stores, so that their clock can be steered; every write is held against the
invariants.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

import pytest

from hefu.documents.application import Application
from hefu.documents.declaration import Declaration
from hefu.documents.refund import RefundClaim, Repayment
from hefu.errors import HefuError
from hefu.procedures.agency.agreements import Agreement, firm_of
from hefu.procedures.agency.quarter import Quarter
from hefu.procedures.agency.report import make
from hefu.procedures.dossier.answer import answer
from hefu.procedures.dossier.deadlines import State
from hefu.procedures.dossier.papers import Held, Kind, Paper
from hefu.procedures.dossier.reading import Read
from hefu.protocol.applications import deciding
from hefu.protocol.outcome import Outcome
from hefu.protocol.records import DeclarationState, Lodgement, Side
from hefu.protocol.refunds import agency, claims
from hefu.protocol.refunds.giving_back import repay
from hefu.protocol.refunds.records import Claim
from hefu.protocol.refunds.view import ledger
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests import builders
from tests.builders import AGENT, EXPORTER, PRINCIPAL
from tests.protocol.authorities import Authorities

RATES: Final = {f"2026{month:02}": {"USD": "7.1" if month < 7 else "7.05"} for month in range(1, 13)}
POLICY: Final = Policy.model_validate({"rates": RATES})


def _code(told: Outcome | HefuError) -> str:
    return told.first.kind.code if isinstance(told, HefuError) else told.status


class Year:
    """The firms' acts, each on its day (10:00 in Shanghai). Exports are numbered by month: the exporter's 1 to 12, the
    agent's 51 to 62.
    """

    def __init__(self) -> None:
        self.both = Authorities(POLICY)
        self.both.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.papers: list[Held] = []

    def on(self, day: str) -> None:
        moment = datetime.combine(date.fromisoformat(day), time(2), UTC)
        assert moment.date() >= self.both.now.date(), "time goes on"
        self.both.now = max(moment, self.both.now)

    @property
    def today(self) -> str:
        return self.both.now.date().isoformat()

    def export(self, which: int, day: str, **changes: Any) -> str:
        """100 pieces for 1,000 US dollars, with their certificate, released the same day."""
        self.on(day)
        number = f"5301{day[:4]}0{which:09}"
        paper, trader = f"CK{which:04}", changes.get("trader", EXPORTER)
        line = builders.invoice_line(invoice=f"FP{which}")
        principal = {"agent": AGENT, "holder": PRINCIPAL} if changes.get("owner") is PRINCIPAL else {}
        told = {"number": paper, "issued_on": day, "lines": [line], "holder": trader, **principal}
        self.both.ready(builders.certificate("export", **told))
        if principal:
            own = {
                **told,
                "number": f"{paper}A",
                "holder": AGENT,
                "agent": None,
                "principal_certificate": paper,
            }
            self.both.ready(builders.certificate("export", **own))
            paper = f"{paper}A"
        items = [builders.item(total="1000", currency="USD")]
        values = {"number": number, "declared_on": day, "moved_on": day, "terms": "FOB", "items": items,
                  "certificates": [{"number": paper}], "declarant": AGENT, **changes}  # fmt: skip
        assert self.both.lodge(builders.declaration("export", **values)).status == "reserved"
        assert self.both.release(number).status == "released"
        self.both.settle()
        return number

    def claim(
        self, number: str, *lines: tuple[str, str], by: dict[str, str] = EXPORTER, agency_: str = ""
    ) -> str:
        """Claims: export and quantity; a quantity with a minus is reversed. 1.30 CNY of VAT a piece."""
        told = [
            builders.claim_line(
                line=place,
                declaration=export,
                quantity=quantity.lstrip("-"),
                vat=str(Decimal(quantity.lstrip("-")) * Decimal("1.3")),
                entry="reversal" if quantity.startswith("-") else "claim",
                agency_certificate=agency_ or None,
            )
            for place, (export, quantity) in enumerate(lines, 1)
        ]
        period = self.today[:7].replace("-", "")
        paper = builders.claim(number=number, period=period, claimed_on=self.today, claimant=by, lines=told)
        self.papers.append(Held(paper, "claims.json"))
        return _code(self.both.write(Side.TAX, lambda book: claims.file(book, paper, "firm")))

    def pay(self, number: str) -> None:
        assert self.both.write(Side.TAX, lambda book: claims.pay(book, number, "officer")).status == "paid"

    def recall(self, number: str) -> str:
        return self.both.write(Side.TAX, lambda book: claims.recall(book, number, "firm")).status

    def repay(self, slip: str, export: str, quantity: str) -> str:
        line = builders.claim_line(
            declaration=export, quantity=quantity, vat=str(Decimal(quantity) * Decimal("1.3"))
        )
        paper: Repayment = builders.repayment(payment_slip=slip, paid_on=self.today, lines=[line])
        return _code(self.both.write(Side.TAX, lambda book: repay(book, paper, "firm")))

    def apply(
        self, serial: str, export: str, quantity: str, purpose: str = "return", **changes: Any
    ) -> tuple[str, list[str]]:
        """File an application: what became of it, and the codes of its findings or problems."""
        exported = f"{self._exported(export):%Y-%m-%d}"
        line = builders.line(
            declaration=export, quantity=quantity, export_date=exported, tax=changes.pop("tax", None)
        )
        paper = Application.model_validate(
            {
                "serial": serial, "applied_on": self.today, "purpose": purpose, "tax_office": builders.TAX_OFFICE,
                "applicant": EXPORTER, "refund_state": "not_claimed", "lines": [line], "reason": "质量原因", **changes,
            }
        )  # fmt: skip
        told = self.both.write(Side.TAX, lambda book: deciding.file(book, paper, "firm", POLICY))
        if isinstance(told, HefuError):
            return "refused", [one.kind.code for one in told.problems]
        return told.status, [one["code"] for one in told.body["findings"]]

    def _exported(self, export: str) -> date:
        day = self.both.lodged(export).document.moved_on
        assert day is not None
        return day

    def approve(self, serial: str, number: str) -> str:
        told = self.both.write(
            Side.TAX, lambda book: deciding.approve(book, serial, (number,), "officer", POLICY)
        )
        self.both.to_customs()
        return _code(told)

    def act(
        self, kind: str, number: str, export: str, certificate: str, quantity: str, **changes: Any
    ) -> list[str]:
        """A return, amendment or withdrawal, released; the codes of what was found."""
        items = [builders.item(first={"quantity": quantity, "unit": "011"}, second=None, traded=None)]
        told = builders.declaration(
            kind, number=number, related=export, declared_on=self.today, moved_on=self.today, items=items,
            certificates=[{"number": certificate}], declarant=AGENT, **changes,
        )  # fmt: skip
        assert self.both.lodge(told).status == "reserved", self.both.findings(number)
        assert self.both.release(number).status == "released"
        self.both.settle()
        return [one["code"] for one in self.both.lodged(number).comparison["findings"]]

    def certify_agency(self, number: str, export: str) -> str:
        line = {"line": 1, "declaration": export, "item": 1, "quantity": "100", "unit": "件"}
        paper = builders.agency_certificate(number=number, issued_on=self.today, lines=[line])
        return _code(self.both.write(Side.TAX, lambda book: agency.certify(book, paper, "officer")))

    def book(self, export: str) -> dict[str, str]:
        """What the goods ledger says of the one item, without what is nothing."""
        told = ledger(self.both.stores[Side.TAX], export)
        assert told is not None
        (one,) = told["items"]
        names = ("exported", "certified", "returned", "amended", "withdrawn", "claimed", "refunded", "reversed", "repaid",
                 "agency_certified", "owed", "free")  # fmt: skip
        return {name: one[name] for name in names if one[name] != "0"}

    def report(self, quarter: str, agreements: list[Agreement]) -> dict[str, Decimal | None]:
        """The agent's report of a quarter from what customs has released: amount by declaration."""
        released = [
            (one.number, one.document)
            for one in self.both.stores[Side.CUSTOMS].every(Lodgement)
            if one.state is DeclarationState.RELEASED
        ]
        agent = firm_of(builders.declaration(trader=AGENT).trader)
        told = make(Quarter.of(quarter), agent, released, agreements, POLICY)
        assert not told.is_blocked
        assert {one.consignor.identifier for one in told.rows} <= {PRINCIPAL["uscc"]}
        return {one.declaration: one.amount for one in told.rows}

    def due(self, code: str, export: str, *more: Held) -> list[tuple[State, bool]]:
        """How a deadline stands for an export, by the papers of the firm."""
        lodged: Declaration = self.both.lodged(export).document
        mine = [one for one in self.papers if isinstance(one.document, RefundClaim) and any(
            line.declaration == export for line in one.document.lines)]  # fmt: skip
        read = Read([Held(lodged, "export.json"), *mine, *more])
        told = answer(read, (CURRENT, POLICY), self.both.now.date())
        return [
            (one.state, one.late) for made in told.of(export) for one in made.deadlines if one.code == code
        ]


@pytest.fixture
def year() -> Iterator[Year]:
    made = Year()
    yield made
    made.both.close()


def test_a_year_of_an_exporter(year: Year) -> None:
    exports = {month: year.export(month, f"2026-{month:02}-10", **({"mode": "9610"} if month == 3 else {}))
               for month in range(1, 4)}  # fmt: skip
    year.on("2026-04-02")
    for month in (1, 2, 3):
        assert year.claim(f"TS{month}", (exports[month], "100")) == "accepted"
        year.pay(f"TS{month}")
    exports[4] = year.export(4, "2026-04-10")
    _file_in_time_and_late(year, exports)
    for month in (5, 6):
        exports[month] = year.export(month, f"2026-{month:02}-10")
    _a_return_within_the_year(year, exports[1])
    _refunded_and_open(year, exports)
    exports |= {month: year.export(month, f"2026-{month:02}-10") for month in (7, 8)}
    _an_amendment(year, exports[8])
    exports[9] = year.export(9, "2026-09-05")
    _returns_of_e_commerce(year, exports[3])
    _a_withdrawal(year, exports[9])
    exports |= {month: year.export(month, f"2026-{month:02}-10") for month in (10, 11)}
    _claimed_and_recalled(year, exports[10])
    exports[12] = year.export(12, "2026-12-10")
    year.on("2027-01-15")
    assert year.claim("TS11", (exports[11], "60")) == "accepted"
    assert year.claim("TS12", (exports[12], "101")) == "claim.exceeds_exported"
    _a_return_after_the_year(year, exports[2])
    _claims_until_36_months(year, exports)
    assert {month: year.book(export) for month, export in exports.items()} == {
        1: {"exported": "100", "returned": "20", "refunded": "80", "reversed": "20"},
        2: {"exported": "100", "returned": "10", "refunded": "90", "repaid": "10"},
        3: {"exported": "100", "returned": "15", "refunded": "85", "repaid": "15"},
        4: {"exported": "100", "certified": "30", "refunded": "70", "reversed": "30"},
        5: {"exported": "100", "claimed": "100"},
        6: {"exported": "100", "claimed": "100"},
        7: {"exported": "100", "free": "100"},
        8: {"exported": "90", "claimed": "90"},
        9: {"exported": "100", "withdrawn": "100"},
        10: {"exported": "100", "returned": "40", "claimed": "60"},
        11: {"exported": "100", "claimed": "60", "free": "40"},
        12: {"exported": "100", "free": "100"},
    }
    states = {one.number: one.state.value for one in year.both.stores[Side.TAX].every(Claim)}
    assert states.pop("TS10A") == "recalled"
    assert {name for name, state in states.items() if state == "paid"} == {"TS1", "TS2", "TS3", "TS4"}
    year.both.settle()


def _file_in_time_and_late(year: Year, exports: dict[int, str]) -> None:
    """Claimed on 2 April: on file by the 17th, or late, or not at all."""
    for month, day, today, wanted in (
        (3, "", "2026-04-17", (State.SOON, False)),
        (3, "", "2026-04-18", (State.OVERDUE, False)),
        (1, "2026-04-17", "2026-04-20", (State.DONE, False)),
        (2, "2026-04-18", "2026-04-20", (State.DONE, True)),
    ):
        year.on(today)
        listed = (
            [
                Paper(
                    kind=Kind.FILE_LIST,
                    number="ML",
                    day=date.fromisoformat(day),
                    declarations=(exports[month],),
                )
            ]
            if day
            else []
        )
        assert year.due("filing", exports[month], *(Held(one, "list.json") for one in listed)) == [wanted]


def _a_return_within_the_year(year: Year, export: str) -> None:
    """20 of January's come back in June, reversed first."""
    year.on("2026-06-12")
    tax = {"reversed_amount": "1000", "reversal_period": "202606"}
    early = year.apply("SQ1", export, "20", refund_state="reversed", tax=tax)
    assert early == ("refused", ["refund.not_reversed"])
    assert year.claim("TS1R", (export, "-20")) == "accepted"
    assert year.apply("SQ1", export, "20", refund_state="reversed", tax=tax) == ("filed", [])
    assert year.approve("SQ1", "TY1") == "approved"
    year.on("2026-06-20")
    assert year.act("return", "530120261000000101", export, "TY1", "20") == []


def _refunded_and_open(year: Year, exports: dict[int, str]) -> None:
    """30 of April's are certified while refunded: May's claim must carry the reversal."""
    year.on("2026-06-25")
    assert year.claim("TS4", (exports[4], "100")) == "accepted"
    year.pay("TS4")
    assert year.apply("SQ4", exports[4], "30", refund_state="refunded_open") == (
        "filed",
        ["application.obligation"],
    )
    assert year.approve("SQ4", "TY4") == "approved"
    assert year.book(exports[4])["owed"] == "30"
    assert year.claim("TS5", (exports[5], "100")) == "claim.obligation_open"
    assert year.claim("TS5", (exports[4], "-29"), (exports[5], "100")) == "claim.obligation_open"
    assert year.claim("TS5", (exports[4], "-30"), (exports[5], "100")) == "accepted"


def _an_amendment(year: Year, export: str) -> None:
    """August's were 90: nothing is claimed before the amended record has come."""
    year.on("2026-08-20")
    assert year.apply("SQ8", export, "100", "amendment") == ("filed", [])
    assert year.approve("SQ8", "TY8") == "approved"
    assert year.claim("TS8", (export, "90")) == "claim.amendment_pending"
    year.on("2026-08-25")
    becomes = [
        builders.item(
            first={"quantity": "90", "unit": "011"}, second=None, traded=None, total="900", currency="USD"
        )
    ]
    year.act("amendment", "XG2026000008", export, "TY8", "100", becomes=becomes, mode=None)
    assert year.claim("TS8", (export, "91")) == "claim.exceeds_exported"
    assert year.claim("TS8", (export, "90")) == "accepted"


def _returns_of_e_commerce(year: Year, export: str) -> None:
    """Six months from 10 March: the last day, and the day after."""
    year.on("2026-09-10")
    assert year.repay("JS3", export, "15") == "repaid"
    tax = {"payment_slip": "JS3", "paid_on": "2026-09-10", "refunded_vat": "130", "repaid_vat": "13"}
    assert year.apply("SQ3", export, "10", refund_state="paid_back", tax=tax) == ("filed", [])
    assert year.approve("SQ3", "TY3") == "approved"
    assert year.act("return", "530120261000000103", export, "TY3", "10") == []
    year.on("2026-09-11")
    tax |= {"repaid_vat": "6.5"}
    late = year.apply("SQ3B", export, "5", refund_state="paid_back", tax=tax)
    assert late == ("filed", ["application.window_closed"])
    assert year.approve("SQ3B", "TY3B") == "approved"
    assert year.act("return", "530120261000000104", export, "TY3B", "5") == ["date.window_closed"]


def _a_withdrawal(year: Year, export: str) -> None:
    """September's never left."""
    year.on("2026-09-12")
    assert year.apply("SQ9", export, "100", "withdrawal") == ("filed", [])
    assert year.approve("SQ9", "TY9") == "approved"
    assert year.claim("TS9", (export, "100")) == "claim.export_withdrawn"
    year.act("withdrawal", "CX2026000009", export, "TY9", "100", mode=None)
    assert year.claim("TS9", (export, "1")) == "claim.export_withdrawn"


def _claimed_and_recalled(year: Year, export: str) -> None:
    """40 of October's come back while all are claimed: the claim is recalled first."""
    year.on("2026-11-20")
    assert year.claim("TS10A", (export, "100")) == "accepted"
    assert year.apply("SQ10", export, "40") == ("refused", ["refund.claimed"])
    assert year.recall("TS10A") == "recalled"
    assert year.apply("SQ10", export, "40") == ("filed", [])
    assert year.approve("SQ10", "TY10") == "approved"
    assert year.claim("TS10B", (export, "61")) == "claim.goods_certified"
    assert year.claim("TS10B", (export, "60")) == "accepted"
    year.on("2026-11-25")
    assert year.act("return", "530120261000000110", export, "TY10", "40") == []


def _a_return_after_the_year(year: Year, export: str) -> None:
    """10 of February's come back on 11 February of the next year, a day late."""
    year.on("2027-02-11")
    assert year.repay("JS2", export, "10") == "repaid"
    tax = {"payment_slip": "JS2", "paid_on": "2027-02-11", "refunded_vat": "130", "repaid_vat": "13"}
    told = year.apply("SQ2", export, "10", refund_state="paid_back", tax=tax)
    assert told == ("filed", ["application.window_closed"])
    assert year.approve("SQ2", "TY2") == "approved"
    assert year.act("return", "530120271000000102", export, "TY2", "10") == ["date.window_closed"]


def _claims_until_36_months(year: Year, exports: dict[int, str]) -> None:
    """June's on the last day, July's on the day after; both are past 30 April of the next year."""
    year.on("2027-04-30")
    assert year.due("claim", exports[6]) == [(State.SOON, False)]
    year.on("2027-05-01")
    assert year.due("claim", exports[6]) == [(State.OVERDUE, False)]
    year.on("2029-06-10")
    assert year.claim("TS6", (exports[6], "100")) == "accepted"
    assert year.due("claim_last", exports[6]) == [(State.DONE, False)]
    year.on("2029-07-11")
    assert year.claim("TS7", (exports[7], "100")) == "claim.late"


def test_a_year_of_an_agent(year: Year) -> None:
    """The agent exports each quarter for its principal, once for itself; certificates in time and late."""
    agreement = Agreement.model_validate({"number": "DL-FRAME", "agent": AGENT, "principal": PRINCIPAL})
    abroad = {"trader": AGENT, "owner": PRINCIPAL}
    exports = {2: year.export(52, "2026-02-15", **abroad)}
    own = year.export(53, "2026-03-15", trader=AGENT, owner=AGENT)
    exports[5] = year.export(55, "2026-05-15", **abroad)
    year.on("2026-05-20")
    assert year.report("2026Q1", [agreement]) == {exports[2]: Decimal("7100.00")}
    assert year.certify_agency("DL2", exports[2]) == "issued"
    assert year.claim("PS2", (exports[2], "100"), by=PRINCIPAL) == "claim.other_firm"
    assert year.claim("AS2", (exports[2], "1"), by=AGENT) == "claim.certified_to_principal"
    assert year.claim("PS2", (exports[2], "100"), by=PRINCIPAL, agency_="DL2") == "accepted"
    year.pay("PS2")
    exports |= {month: year.export(50 + month, f"2026-{month:02}-15", **abroad) for month in (8, 11)}
    year.on("2027-01-10")
    assert year.report("2026Q2", [agreement]) == {exports[5]: Decimal("7100.00")}
    assert year.report("2026Q3", [agreement]) == {exports[8]: Decimal("7050.00")}
    assert year.report("2026Q4", [agreement]) == {exports[11]: Decimal("7050.00")}
    assert year.claim("AS3", (own, "100"), by=AGENT) == "accepted"
    year.on("2029-05-15")
    assert year.certify_agency("DL5", exports[5]) == "issued", "the last day of 36 months"
    year.on("2029-08-16")
    assert year.certify_agency("DL8", exports[8]) == "agency.late", "the day after"
    assert {month: year.book(export) for month, export in exports.items()} == {
        2: {"exported": "100", "refunded": "100", "agency_certified": "100"},
        5: {"exported": "100", "agency_certified": "100", "free": "100"},
        8: {"exported": "100", "free": "100"},
        11: {"exported": "100", "free": "100"},
    }
