"""One change of one paper: what it says, what it would say, and the case as it would then be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.errors import Text
from hefu.rules.case import Case, Standing, UseState
from hefu.rules.words import edited

DECLARANT: Final = Text("申报人更正报关单", "the declarant corrects the declaration")
REISSUE: Final = Text(
    "税务机关将证明作废后重新开具 (未使用时)",
    "tax voids the certificate and issues it anew, while it is unused",
)
_REISSUABLE: Final = frozenset({"hs_code", "export_date"})
APPLY: Final = Text(
    "企业向主管税务机关申请证明 (未使用的旧证明先作废)",
    "the enterprise applies to its tax office for a certificate (an unused old one is voided first)",
)
WAIT: Final = Text("等待, 之后自动重新核验", "wait, verification repeats by itself")


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of one paper: where it stands, what it says, what it would say, and who may change it.

    ``document`` is ``declaration``, ``certificate`` or ``register`` (a state that time or another act
    changes); ``effort`` orders edits of equal number: correcting is less than reissuing, reissuing less
    than applying anew.
    """

    document: str
    number: str
    field: str
    before: str
    after: str
    who: Text
    effort: int = 1

    def as_json(self) -> dict[str, Any]:
        """For machines; ``words`` for people, codes with what they mean."""
        told: dict[str, Any] = {name: getattr(self, name) for name in ("document", "number", "field")}
        values = {"before": self.before, "after": self.after}
        words = {name: edited(self.field, value)._asdict() for name, value in values.items()}
        return {**told, **values, "words": words, "who": self.who._asdict()}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit and how a case reads after it: ``change`` returns ``None`` where it cannot be made."""

    edit: Edit
    change: Callable[[Case], Case | None]

    def make(self, case: Case) -> Case | None:
        """The case after the edit; ``None`` where it cannot be made, or no paper may read so."""
        try:
            return self.change(case)
        except ValidationError:
            return None


def in_declaration(case: Case, path: str, before: Any, after: Any) -> Candidate:
    """An edit of the declaration, by its path."""
    edit = Edit("declaration", case.declaration.number, path, text(before), text(after), DECLARANT)

    def make(now: Case) -> Case | None:
        told = put(as_json(now.declaration), path, after)
        return replace(now, declaration=Declaration.model_validate(told))

    return Candidate(edit, make)


def in_certificate(one: Standing, path: str, before: Any, after: Any, *others: tuple[str, Any]) -> Candidate:
    """An edit of a certificate, with what goes with it. A reissue covers the same goods and no more of
    them, and one in use cannot be reissued: then it takes a new certificate.
    """
    field = path.rpartition(".")[2]
    reissued = one.state is UseState.AVAILABLE and field in _REISSUABLE
    who, effort = (REISSUE, 2) if reissued else (APPLY, 3)
    edit = Edit("certificate", one.number, path, text(before), text(after), who, effort)

    def make(now: Case) -> Case | None:
        known = next((other for other in now.certificates if other.number == one.number), None)
        if known is None or known.document is None:
            return None
        told = as_json(known.document)
        for place, value in ((path, after), *others):
            told = put(told, place, value)
        fresh = Standing(one.number, UseState.AVAILABLE, Certificate.model_validate(told))
        return replace(now, certificates=with_standing(now, fresh))

    return Candidate(edit, make)


def in_register(case: Case, field: str, before: str, after: str, **changes: Any) -> Candidate:
    """A state that time or another act changes."""
    edit = Edit("register", case.export or case.declaration.number, field, before, after, WAIT)
    return Candidate(edit, lambda now: replace(now, **changes))


def with_standing(case: Case, fresh: Standing) -> tuple[Standing, ...]:
    """The certificates with one in a new standing."""
    return tuple(fresh if one.number == fresh.number else one for one in case.certificates)


def put(told: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one place changed; ``items[2].hs_code`` counts by the item's or line's own number."""
    head, _, rest = path.partition(".")
    name, _, number = head.rstrip("]").partition("[")
    if not number:
        inner = put(told.get(name) or {}, rest, value) if rest else value
        return {key: one for key, one in {**told, name: inner}.items() if one is not None}
    key = "item" if name == "items" else "line"
    return {
        **told,
        name: [put(one, rest, value) if str(one[key]) == number else one for one in told.get(name, [])],
    }


def text(value: Any) -> str:
    """A value as an edit shows it."""
    if value is None or value == []:
        return ""
    if isinstance(value, dict) and value.keys() == {"quantity", "unit"}:
        return f"{value['quantity']} {value['unit']}"
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values())
    return str(value)
