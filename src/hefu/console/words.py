"""The console's words for what the API names by code: states, events, kinds, fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from hefu.console.language import Language
from hefu.documents.codes.tables import units
from hefu.documents.readers.records import FIELD


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find a text
    """Mark a text for the catalogue."""
    return text


WORDS: Final = {
    "available": N_("Available"),
    "reserved": N_("Reserved"),
    "used": N_("Used"),
    "withdrawn": N_("Withdrawn"),
    "held": N_("Held"),
    "lodged": N_("Lodged"),
    "released": N_("Released"),
    "refused": N_("Refused"),
    "draft": N_("Draft"),
    "issued": N_("Issued"),
    "void_requested": N_("Void requested"),
    "voided": N_("Voided"),
    "superseded": N_("Superseded"),
    "unknown": N_("Unknown"),
    "filed": N_("Filed"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "proposed": N_("Proposed"),
    "lapsed": N_("Lapsed"),
    "export": N_("Export"),
    "return": N_("Return"),
    "amendment": N_("Amendment"),
    "withdrawal": N_("Withdrawal"),
    "other": N_("Other"),
    "not_claimed": N_("Refund not claimed"),
    "reversed": N_("Claim reversed"),
    "paid_back": N_("Refund paid back"),
    "refunded_open": N_("Refunded, to be reversed with the next claim"),
    "pass": N_("Fits"),
    "fail": N_("Does not fit"),
    "unchecked": N_("Not compared"),
    "block": N_("Blocks"),
    "warn": N_("Warning"),
    "info": N_("Note"),
    "up": N_("Works"),
    "down": N_("Down"),
    "contingency": N_("Contingency"),
    "entered": N_("Entered"),
    "settled": N_("Settled"),
    "contested": N_("Contested"),
    "closed": N_("Closed"),
    "contingency.open": N_("Open a contingency"),
    "paper.enter": N_("Handle on paper"),
    "contest.close": N_("Close a contest"),
    "declaration.override": N_("Release a held declaration"),
    "goods.reopen": N_("Open goods again"),
    "use.move": N_("Move a use to another declaration"),
    "divergence.close": N_("Close a difference of the registers"),
    "certificates": N_("Certificate data from tax to customs"),
    "issuing": N_("Electronic issuing at tax"),
    "verification": N_("Network verification at customs"),
    "tax": N_("Tax"),
    "customs": N_("Customs"),
    "enterprise": N_("Enterprise"),
    "tax_officer": N_("Tax officer"),
    "customs_officer": N_("Customs officer"),
    "operator": N_("Operator"),
    "auditor": N_("Auditor"),
    "investigator": N_("Investigator"),
    "certificate": N_("Certificate"),
    "declaration": N_("Declaration"),
    "register": N_("Register"),
    "certificate.drafted": N_("Certificate drafted to replace another"),
    "certificate.issued": N_("Certificate issued"),
    "certificate.arrived": N_("Certificate arrived at customs"),
    "certificate.reserved": N_("Certificate reserved for the declaration"),
    "certificate.used": N_("Certificate used"),
    "certificate.freed": N_("Certificate free again"),
    "certificate.void_requested": N_("Tax asks to void"),
    "certificate.void_granted": N_("Customs grants the void"),
    "certificate.void_refused": N_("Customs refuses the void"),
    "certificate.voided": N_("Certificate voided"),
    "certificate.superseded": N_("Certificate replaced by a new one"),
    "certificate.withdrawn": N_("Certificate withdrawn at customs"),
    "certificate.moved": N_("Use moved to another declaration"),
    "certificate.marked": N_("Certificate marked"),
    "certificate.presented": N_("Certificate presented on paper"),
    "certificate.goods_reopened": N_("Goods opened again"),
    "declaration.lodged": N_("Declaration lodged"),
    "declaration.held": N_("Declaration held"),
    "declaration.reserved": N_("Declaration fits, certificate reserved"),
    "declaration.released": N_("Declaration released"),
    "declaration.corrected": N_("Declaration corrected"),
    "declaration.withdrawn": N_("Declaration withdrawn"),
    "declaration.refused": N_("Declaration refused"),
    "declaration.amended": N_("Declaration amended after release"),
    "export.entered": N_("Export entered in the goods ledger"),
    "application.filed": N_("Application filed"),
    "application.approved": N_("Application approved"),
    "application.rejected": N_("Application rejected"),
    "application.withdrawn": N_("Application withdrawn"),
    "paper.entered": N_("Paper certificate entered"),
    "paper.approved": N_("Paper certificate approved"),
    "paper.contested": N_("Paper certificate contested"),
    "paper.settled": N_("Paper certificate settled"),
    "message.contested": N_("Message of the other side contested"),
    "message.recovered": N_("Own message taken back after a restore"),
    "message.set_aside": N_("Message set aside"),
    "restore.paper_lost": N_("Paper certificate lost with the disk"),
    "register.mended": N_("Register mended"),
    "register.divergence_closed": N_("Difference of the registers closed"),
    "register.diverged": N_("The registers differ"),
    "refund.repaid": N_("Refund repaid"),
    "paper.overtaken": N_("Paper overtaken by the record"),
    "paper.unknown_at_tax": N_("Number on paper unknown at tax"),
    "paper.closed": N_("Paper case closed"),
    "node.recovered": N_("Node recovered"),
    "key.rotated": N_("Signing key changed"),
    "key.retired": N_("Key retired"),
    "key.announced": N_("Key announced"),
    "goods.contested": N_("Goods contested"),
    "function.up": N_("Function works again"),
    "function.down": N_("Function down"),
    "declaration.withdrawn_after_release": N_("Withdrawn after release; the certificate stays used"),
    "contingency.opened": N_("Contingency opened"),
    "contingency.closed": N_("Contingency closed"),
    "contest.raised": N_("Contest raised"),
    "contest.closed": N_("Contest closed"),
    "claim.refused": N_("Refund claim refused"),
    "claim.recalled": N_("Refund claim recalled"),
    "claim.paid": N_("Refund paid"),
    "claim.held": N_("Refund claim waits for its export"),
    "claim.accepted": N_("Refund claim accepted"),
    "certificate.draft_dropped": N_("Draft dropped"),
    "certificate.applied_for": N_("Certificate applied for"),
    "certificate.amendment_done": N_("Amendment took effect"),
    "certificate.unknown": N_("Certificate unknown at tax"),
    "agency.voided": N_("Agency certificate voided"),
    "agency.issued": N_("Agency certificate issued"),
    "act.proposed": N_("Act proposed"),
    "act.approved": N_("Act approved by a second officer"),
    "act.rejected": N_("Act rejected"),
    "act.lapsed": N_("Act lapsed"),
    "case.opened": N_("Case file opened"),
    "case.taken": N_("File of a case taken away"),
    "reads.sealed": N_("Record of looks sealed"),
    "read.certificate": N_("Certificate"),
    "read.states": N_("States of certificates"),
    "read.declaration": N_("Declaration"),
    "read.declarations": N_("List of declarations"),
    "read.changes": N_("What would clear a declaration"),
    "read.check": N_("Check beforehand"),
    "read.trace": N_("Trace"),
    "read.search": N_("Search"),
    "read.gate": N_("Gate board"),
    "read.journal": N_("Journal"),
    "read.application": N_("Application"),
    "read.applications": N_("List of applications"),
    "read.ledger": N_("Goods ledger"),
    "read.claim": N_("Refund claim"),
    "read.agency": N_("Agency certificate"),
    "read.paper": N_("Paper certificate"),
    "read.papers": N_("List of paper certificates"),
    "read.scan": N_("Scan of a paper"),
    "read.contests": N_("Contests"),
    "read.uses": N_("Uses of contingency"),
    "read.acts": N_("Acts of two officers"),
    "read.divergences": N_("Differences of the registers"),
    "read.case": N_("Case file"),
    "read.cases": N_("List of case files"),
    "read.signs": N_("Signs at the gate"),
    "read.due": N_("What is due"),
    "read.reads": N_("Who looked at what"),
    "read.lost": N_("Looks that could not be written"),
    "way.api": N_("API"),
    "way.console": N_("Console"),
    "way.other_console": N_("Console of the other authority"),
    "answered": N_("Answered"),
    "closing": N_("Closing proposed"),
    "expired": N_("Lapsed"),
    "waiting": N_("Waiting"),
    "running": N_("In progress"),
    "done": N_("Done"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
    "open": N_("Open"),
    "soon": N_("Soon due"),
    "overdue": N_("Overdue"),
    "passed": N_("Passed"),
    "present": N_("There"),
    "missing": N_("Missing"),
    "later": N_("Has time"),
    "agency-export": N_("Agency export"),
    "now": N_("To be done now"),
    "blocked": N_("Blocked"),
    "arrived": N_("Arrived"),
    "number": N_("Number"),
    "purpose": N_("Purpose"),
    "holder": N_("Holder"),
    "trader": N_("Trader"),
    "owner": N_("Owner of the goods"),
    "declarant": N_("Declarant"),
    "agent": N_("Agent"),
    "hs_code": N_("Commodity code"),
    "goods_name": N_("Goods"),
    "quantity": N_("Quantity"),
    "unit": N_("Unit"),
    "state": N_("State"),
    "mode": N_("Supervision mode"),
    "office": N_("Customs office"),
    "declared_on": N_("Declared on"),
    "issued_on": N_("Issued on"),
    "refund_state": N_("Refund state"),
    "tax_office": N_("Tax office"),
    "covers": N_("Covers"),
    "invoice": N_("Invoice"),
    "item": N_("Item"),
    "invoice_line": N_("Invoice line"),
    "exported_quantity": N_("Exported quantity"),
    "export_date": N_("Export date"),
    "refunded_vat": N_("VAT refunded"),
    "refunded_consumption_tax": N_("Consumption tax refunded"),
    "repaid_vat": N_("VAT paid back"),
    "repaid_consumption_tax": N_("Consumption tax paid back"),
    "outstanding": N_("Still to be paid back"),
    "payment_slip": N_("Payment slip"),
    "paid_on": N_("Paid on"),
    "reversed_amount": N_("Amount reversed"),
    "reversal_period": N_("Period of the reversal (yyyymm)"),
    "serial": N_("Number of the application"),
    "applied_on": N_("Day of the application"),
    "applicant": N_("Applicant"),
    "uscc": N_("USCC"),
    "holder_uscc": N_("Holder's USCC"),
    "holder_name": N_("Holder's name"),
    "agent_uscc": N_("Agent's USCC"),
    "agent_name": N_("Agent's name"),
    "principal_certificate": N_("Principal's certificate"),
    "reason": N_("Reason"),
    "remark": N_("Remark"),
    "person": N_("Person or organisation"),
    "from": N_("From day"),
    "to": N_("until"),
    "after": N_("After"),
    "before": N_("Before"),
}
"""English by code. What is not here is shown as its code, so that nothing is hidden behind a guess."""

_SYSTEM: Final = N_("by itself")
_KEPT: Final = N_("Correct this field; everything else that you filled in is kept.")

TONES: Final = {
    "held": "bad",
    "contested": "bad",
    "entered": "wait",
    "settled": "good",
    "closed": "off",
    "fail": "bad",
    "block": "bad",
    "refused": "bad",
    "failed": "bad",
    "overdue": "bad",
    "missing": "bad",
    "blocked": "bad",
    "rejected": "bad",
    "down": "bad",
    "answered": "wait",
    "closing": "wait",
    "expired": "off",
    "voided": "off",
    "withdrawn": "off",
    "superseded": "off",
    "reserved": "wait",
    "void_requested": "wait",
    "filed": "wait",
    "waiting": "wait",
    "running": "wait",
    "soon": "wait",
    "now": "wait",
    "proposed": "wait",
    "warn": "wait",
    "contingency": "wait",
    "released": "good",
    "used": "good",
    "issued": "good",
    "done": "good",
    "present": "good",
    "approved": "good",
    "available": "good",
    "pass": "good",
    "up": "good",
}
"""How a state looks; its word always stands beside the colour."""


def word(language: Language, code: str | None) -> str:
    """The word for a code, or the code itself."""
    if not code:
        return ""
    return language.say(WORDS[code]) if code in WORDS else code


_ROW: Final = re.compile(r"(items|lines|line )\[?(\d+)\]?")
_INDEX: Final = re.compile(r"\[(\d+)\]")
_FIELDS: Final = {
    "certificate": N_("what it certifies"),
    "certificates": N_("Certificates named"),
    "items": N_("Items"),
    "lines": N_("Lines"),
    "related": N_("Export declaration concerned"),
    "first": N_("First statutory quantity"),
    "second": N_("Second statutory quantity"),
    "traded": N_("Quantity traded"),
    "export_state": N_("State of the export declaration"),
    "changing": N_("Amendment under way"),
    "origin": N_("Country of origin"),
}
"""Fields of documents that mean something else elsewhere, or nothing."""
_ROWS: Final = {"items": N_("Item"), "lines": N_("Line"), "line ": N_("Line")}


def place(language: Language, path: str) -> str:
    """A place in a document (``items[1].hs_code``, ``line 1.quantity``) in words."""
    told = []
    for step in path.split("."):
        row = _ROW.fullmatch(step)
        field = language.say(_FIELDS[step]) if step in _FIELDS else word(language, step)
        told.append(f"{language.say(_ROWS[row[1]])} {row[2]}" if row else field)
    return " · ".join(told)


def said(language: Language, problem: Mapping[str, Any]) -> str:
    """What a problem says: of a field of a form by the names that stand there; else with the number or place it is about."""
    path, details = problem["place"], problem.get("details", {})
    if problem["code"] == FIELD.code and path.startswith("$."):
        counted = _INDEX.sub(
            lambda found: f"[{int(found[1]) + 1}]", path.removeprefix("$.")
        )  # from one, as people do
        return f"{place(language, counted)}: {details['found']}{details[f'rule_{language.code}']}"
    message = language.of(problem["message"])
    return message if path in message else f"{path}: {message}"


def cure(language: Language, problem: Mapping[str, Any]) -> str:
    """What to do about a problem; a form keeps what stands in its other fields."""
    if problem["code"] == FIELD.code and problem["place"].startswith("$."):
        return language.say(_KEPT)
    return language.of(problem["cure"])


def asked(language: Language, query: str) -> str:
    """A filter (``state=held&from=2026-03-01``) in words."""
    return " · ".join(f"{word(language, name)}: {word(language, value)}" for name, value in parse_qsl(query))


def actor(language: Language, said: str) -> str:
    """Who did something, as the journal names it (``role:organisation/person``, ``side:key``, ``side``), in words."""
    role, _, name = said.partition(":")
    told = word(language, role)
    if role in ("tax", "customs"):
        return f"{told} ({language.say(_SYSTEM)})"
    return f"{told} · {name.replace('/', ' · ')}" if name else told


def unit(language: Language, code: str | None) -> str:
    """A customs unit by its name (domain.md §2.3); what is not in the table is shown as it came."""
    found = units().get(code or "")
    if found is None:
        return code or ""
    return found.english if found.english and language.code != "zh" else found.name


def tone(code: str | None) -> str:
    """How a state looks."""
    return TONES.get(code or "", "plain")
