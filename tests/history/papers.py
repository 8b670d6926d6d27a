"""The papers of a storm: small groups of certificates and declarations that want the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from tests import builders
from tests.history.operations import Asked, declaring, issuing, reissuing

TAX, CUSTOMS = "tax", "customs"


@dataclass(frozen=True, slots=True)
class Request:
    """A call over HTTP: to which side, and what it asks in the history's terms."""

    side: str
    method: str
    path: str
    body: Any
    asked: Asked


def reading(asked: Asked) -> Request:
    """``read at tax``, ``read at customs`` or ``read declaration``."""
    side = TAX if asked.what == "read at tax" else CUSTOMS
    kind = "declarations" if asked.what == "read declaration" else "certificates"
    return Request(side, "GET", f"/v1/{kind}/{asked.about}", None, asked)


@dataclass
class Plot:
    """Two certificates over one invoice, what may take the place of the first, and five declarations: two want the
    first, one the second, one both, one the reissued. ``left`` is how many more calls it gets.
    """

    which: int
    left: int
    certificates: list[Certificate] = field(init=False)
    heirs: list[Certificate] = field(init=False)
    declarations: list[Declaration] = field(init=False)

    def __post_init__(self) -> None:
        first, second = self._certificate("A"), self._certificate("B")
        self.certificates = [first, second]
        self.heirs = [self._certificate(f"R{n}") for n in range(2)]
        wanted = [("50", first), ("50", first), ("50", second), ("100", first, second), ("50", self.heirs[0])]
        self.declarations = [
            self._declaration(n, str(quantity), [one for one in named if isinstance(one, Certificate)])
            for n, (quantity, *named) in enumerate(wanted)
        ]

    def _certificate(self, suffix: str) -> Certificate:
        line = builders.invoice_line(invoice=f"FP{self.which}", quantity="50")
        number = f"S{self.which:07}{suffix}"
        return builders.certificate("export", number=number, issued_on="2026-01-05", lines=[line])

    def _declaration(self, n: int, quantity: str, named: list[Certificate]) -> Declaration:
        return builders.declaration(
            "export",
            number=f"530120260{self.which * 10 + n:09}",
            certificates=[{"number": one.number} for one in named],
            items=[builders.item(first={"quantity": quantity, "unit": "011"})],
        )

    def request(self, rng: random.Random) -> Request:
        """The next call, by lot."""
        self.left -= 1
        (make,) = rng.choices(list(_CALLS), list(_CALLS.values()))
        return make(self, rng)


def _issue(plot: Plot, rng: random.Random) -> Request:
    one = rng.choice(plot.certificates)
    return Request(TAX, "POST", "/v1/certificates", _json(one), issuing(one))


def _void(plot: Plot, rng: random.Random) -> Request:
    number = rng.choice([*plot.certificates, *plot.heirs]).number
    wait = rng.choice(["", "?wait=3"])
    return Request(
        TAX, "POST", f"/v1/certificates/{number}/void{wait}", {"reason": "storm"}, Asked("void", number)
    )


def _reissue(plot: Plot, rng: random.Random) -> Request:
    old, new = rng.choice([plot.certificates[0], *plot.heirs[:1]]).number, rng.choice(plot.heirs)
    wait = rng.choice(["", "?wait=3"])
    body = {"certificate": _json(new), "reason": "storm"}
    return Request(TAX, "POST", f"/v1/certificates/{old}/reissue{wait}", body, reissuing(old, new))


def _lodge(plot: Plot, rng: random.Random) -> Request:
    one = rng.choice(plot.declarations)
    return Request(CUSTOMS, "POST", "/v1/declarations", _json(one), declaring("lodge", one, needs=True))


def _correct(plot: Plot, rng: random.Random) -> Request:
    one, other = rng.sample(plot.declarations, 2)
    one = one.model_copy(update={"certificates": other.certificates, "items": other.items})
    asked = declaring("correct", one, needs=True)
    return Request(CUSTOMS, "PUT", f"/v1/declarations/{one.number}", _json(one), asked)


def _move(what: str) -> Callable[[Plot, random.Random], Request]:
    def make(plot: Plot, rng: random.Random) -> Request:
        number = rng.choice(plot.declarations).number
        body = None if what == "release" else {"reason": "storm"}
        return Request(CUSTOMS, "POST", f"/v1/declarations/{number}/{what}", body, Asked(what, number))

    return make


def _read(what: str) -> Callable[[Plot, random.Random], Request]:
    def make(plot: Plot, rng: random.Random) -> Request:
        numbers = [one.number for one in (*plot.certificates, *plot.heirs)]
        if what == "read declaration":
            numbers = [one.number for one in plot.declarations]
        return reading(Asked(what, rng.choice(numbers)))

    return make


_CALLS: dict[Callable[[Plot, random.Random], Request], int] = {
    _issue: 6, _void: 4, _reissue: 3, _lodge: 12, _correct: 5,
    _move("release"): 5, _move("withdraw"): 3, _move("refuse"): 2,
    _read("read at tax"): 8, _read("read at customs"): 10, _read("read declaration"): 6,
}  # fmt: skip


def _json(document: Certificate | Declaration) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude_none=True)
