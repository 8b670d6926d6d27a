"""Papers of a sound own export to start from; each test changes what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from hefu.procedures.agency.agreements import Firm
from hefu.procedures.dossier.answer import Answer, Dossier, answer
from hefu.procedures.dossier.papers import AnyPaper, Held, Paper
from hefu.procedures.dossier.reading import Read
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.builders import EXPORT, EXPORTER, certificate, claim, declaration, item

POLICY = Policy()
BUYER = {"name": "Muster Trading GmbH", "country": "DEU"}
CONTRACT, INVOICE = "HT-2026-01", "FP0001"
SELLER = {"name": EXPORTER["name"], "uscc": EXPORTER["uscc"]}


def held(document: AnyPaper, file: str = "papers.json") -> Held:
    return Held(document, file)


def paper(kind: str, number: str, **more: Any) -> Held:
    return held(Paper.model_validate({"kind": kind, "number": number, **more}), f"{number}.json")


def export(**changes: Any) -> Held:
    """100 T-shirts for USD 500, exported on 1 February 2026 by the exporter itself."""
    told = {"contract": CONTRACT, "items": [item(total="500", currency="USD")], **changes}
    return held(declaration("export", **told), "export.xml")


def commercial(**changes: Any) -> list[Held]:
    """Contract and invoice of that export."""
    line = {"item": 1, "hs_code": "6109100000", "quantity": "100", "unit": "件", "amount": "500"}
    told = {"seller": SELLER, "buyer": BUYER, "amount": "500", "currency": "USD"}
    return [
        paper("contract", CONTRACT, day="2026-01-05", **told),
        paper(
            "export_invoice",
            INVOICE,
            day="2026-01-20",
            contracts=[CONTRACT],
            lines=[line],
            **{**told, **changes},
        ),
    ]


def complete() -> list[Held]:
    """Everything that the export needs, claimed and put on file."""
    return [
        *commercial(),
        export(),
        held(certificate("export", issued_on="2026-01-25"), "certificate.json"),
        paper("transport", "COSU6200001", day="2026-02-02", contracts=[CONTRACT]),
        paper("receipt", "SH-01", day="2026-03-01", amount="500", currency="USD", invoices=[INVOICE]),
        held(claim(), "claim.json"),
        paper("file_list", "BA-01", day="2026-03-20", declarations=[EXPORT]),
    ]


def answer_of(*papers: Held, as_of: str = "2026-03-25", enterprise: Firm | None = None) -> Answer:
    return answer(Read(list(papers)), (CURRENT, POLICY), date.fromisoformat(as_of), enterprise)


def dossier_of(*papers: Held, as_of: str = "2026-03-25", enterprise: Firm | None = None) -> Dossier:
    (one,) = answer_of(*papers, as_of=as_of, enterprise=enterprise).dossiers
    return one


def without(papers: list[Held], *kinds: str) -> list[Held]:
    return [one for one in papers if one.kind.value not in kinds]
