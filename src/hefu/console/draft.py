"""The draft of an application as it travels in the form from step to step: nothing of it is kept on the server."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hefu.documents.fields import split_tax_declaration_number

HEADS: Final = (
    "serial",
    "applied_on",
    "purpose",
    "tax_office",
    "applicant",
    "agent_uscc",
    "agent_name",
    "principal_certificate",
    "refund_state",
    "reason",
    "remark",
)
"""Fields of the application as a whole. ``applicant`` is the code under which the person's firm applies."""
GOODS: Final = (
    "declaration",
    "item",
    "invoice",
    "invoice_line",
    "hs_code",
    "goods_name",
    "unit",
    "quantity",
    "exported_quantity",
    "export_date",
)
TAX: Final[Mapping[str, tuple[str, ...]]] = {
    "not_claimed": (),
    "reversed": ("reversed_amount", "reversal_period"),
    "paid_back": (
        "refunded_vat",
        "repaid_vat",
        "refunded_consumption_tax",
        "repaid_consumption_tax",
        "payment_slip",
        "paid_on",
    ),
    "refunded_open": ("refunded_vat", "refunded_consumption_tax", "outstanding"),
}
"""What a line tells of its tax, by refund state."""
_TAXES: Final = tuple(dict.fromkeys(name for names in TAX.values() for name in names))
_MARKS: Final = ("take", "own")
"""Whether a line is applied for, and whether the person has typed it rather than taken it from what tax knows."""
_TYPED: Final = ("quantity", "export_date", *_TAXES)
"""What a person fills in of a line that tax knows."""
_LINE: Final = re.compile(r"l(\d{1,4})\.(\w+)")
_NUMBER: Final = re.compile(r"[^\s,;，；、]+")

Line = dict[str, str]


@dataclass
class Draft:
    """Heads, the export declarations named, and lines. What was filled in stays, even where another refund state does
    not ask for it.
    """

    heads: dict[str, str]
    declarations: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Draft:
        """The draft in a form."""
        named = [
            split_tax_declaration_number(one.upper())[0]
            for one in _NUMBER.findall(form.get("declarations", ""))
        ]
        ticked = [value for name, value in form.items() if name.startswith("d.")]
        return cls(
            {name: form.get(name, "") for name in HEADS},
            list(dict.fromkeys([*named, *ticked])),
            lines_in(form, (*_MARKS, *GOODS, *_TAXES)),
        )

    @property
    def taken(self) -> list[Line]:
        """The lines applied for."""
        return [one for one in self.lines if one.get("take")]

    @property
    def taxes(self) -> tuple[str, ...]:
        """What each line tells of its tax."""
        return TAX.get(self.heads["refund_state"], ())

    def fields(self, *shown: str) -> Iterator[tuple[str, str]]:
        """Names and values of everything but what the step itself shows: heads by name, ``declarations``, ``goods`` and
        ``taxes`` (of the lines taken) as a whole.
        """
        for name, value in self.heads.items():
            if name not in shown:
                yield name, value
        if "declarations" not in shown:
            yield "declarations", " ".join(self.declarations)
        for place, line in enumerate(self.lines):
            for name, value in line.items():
                of_goods = name not in _TAXES
                asked = bool(line.get("take")) and name in self.taxes
                if not (of_goods and "goods" in shown) and not (asked and "taxes" in shown):
                    yield f"l{place}.{name}", value

    def keep(self, found: Iterable[Line]) -> None:
        """The lines of what is named now: what was filled in stays with its goods, and so do lines of one's own."""
        known = {goods_of(one): one for one in self.lines}
        lines = [_refreshed(one, known.get(goods_of(one))) for one in found]
        named = {goods_of(one) for one in lines}
        self.lines = [*lines, *(one for one in self.lines if one.get("own") and goods_of(one) not in named)]

    def paper(self, applicant: Mapping[str, str]) -> dict[str, Any]:
        """The application as the API takes it; what is empty is left out."""
        heads = {
            name: self.heads[name] for name in HEADS if name not in ("applicant", "agent_uscc", "agent_name")
        }
        agent = filled({"uscc": self.heads["agent_uscc"], "name": self.heads["agent_name"]})
        lines = []
        for number, line in enumerate(self.taken, 1):
            goods = {name: line.get(name, "") for name in GOODS}
            tax = {name: line.get(name, "") for name in self.taxes}
            lines.append(filled({"line": number, **goods, "tax": filled(tax)}))
        return filled({**heads, "applicant": dict(applicant), "agent": agent, "lines": lines})


def _refreshed(found: Line, known: Line | None) -> Line:
    if known is None:
        return found
    return {**found, "take": known.get("take", ""), **{name: known[name] for name in _TYPED if name in known}}


def lines_in(form: Mapping[str, str], names: Collection[str]) -> list[Line]:
    """The lines of a form, whose fields are named ``l0.quantity``."""
    lines: dict[int, Line] = {}
    for name, value in form.items():
        found = _LINE.fullmatch(name)
        if found and found[2] in names:
            lines.setdefault(int(found[1]), {})[found[2]] = value
    return [lines[place] for place in sorted(lines)]


def goods_of(line: Line) -> tuple[str, ...]:
    """Which goods a line is about."""
    return tuple(line.get(name, "") for name in ("declaration", "item", "invoice", "invoice_line"))


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is not empty."""
    return {name: value for name, value in values.items() if value not in ("", {}, None)}
