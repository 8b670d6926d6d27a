"""From what clients were told to what each certificate and each declaration sees of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from tests.history.certificate import Seen
from tests.history.linear import Call
from tests.history.operations import Answer, Operation

Place = tuple[str, str]
"""``certificate`` or ``declaration``, and its number."""

_CHANGES: Final = {
    "lodge": ("held", "reserved"),
    "correct": ("held", "reserved"),
    "release": ("released",),
    "override": ("released",),
    "withdraw": ("withdrawn",),
    "refuse": ("refused",),
    "expire": ("refused",),
}
_ABSENT: Final = ("not_found", "declaration.not_found", "certificate.not_found")
_AT_REST: Final = Answer("rest")
_IN_FORCE: Final = "issued asked reasked"
_KNOWN: Final = f"{_IN_FORCE} voided superseded"
_STATES: Final = {"void_requested": "asked reasked", "reissue_requested": "reasked"}
"""States at tax whose public name says less, or another word, than the model's."""


def standing(answer: Answer) -> str:
    """The state of a declaration that an answer tells of; empty if it tells of none."""
    match answer.result:
        case "exists" | "read":
            return str(answer.told["state"])
        case "declaration.wrong_state":
            return str(answer.told["value"])
        case "paper.contested":
            return "reserved"
        case "exists_with_different_content":
            return "present"
        case result:
            return "absent" if result in _ABSENT else ""


class Projection:
    """The calls of each object, in the order of invocation. Every call about a declaration is one of each certificate
    that any of its papers or answers could concern: which these are is taken from the whole history.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.calls: defaultdict[Place, list[Call]] = defaultdict(list)
        self._covering: defaultdict[str, set[str]] = defaultdict(set)
        self._touched: defaultdict[str, set[str]] = defaultdict(set)
        self._letters: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for operation in operations:
            self._learn(operation)
        for operation in operations:
            if operation.asked.export:
                self._touched[operation.asked.about] |= self._covering[operation.asked.export]
        for operation in operations:
            self._project(operation)

    def _learn(self, operation: Operation) -> None:
        asked, answer = operation.asked, operation.answer
        number = asked.other if asked.what == "reissue" else asked.about
        for export in asked.covers:
            self._covering[export].add(number)
        if asked.what in ("approve", "move"):
            self._touched[asked.other].add(asked.about)
        elif asked.what in _CHANGES or asked.what == "read declaration":
            self._touched[asked.about].update(asked.names)
            if answer is not None:
                self._touched[asked.about].update(answer.told.get("certificates", ()))

    def _project(self, operation: Operation) -> None:
        match operation.asked.what:
            case "issue":
                self._issue(operation)
            case "void" | "reissue":
                self._void(operation)
            case "read at tax":
                self._read_at_tax(operation)
            case "read at customs":
                self._read_at_customs(operation)
            case "approve":
                self._approve(operation)
            case "move":
                self._move(operation)
            case "rest":
                for kind, number in list(self.calls):
                    if kind == "certificate" and operation.answer == _AT_REST:
                        self._see(operation, number, Seen("rest"))
            case what if what in _CHANGES or what == "read declaration":
                self._declare(operation)
            case _:
                pass  # it is about neither

    # --- putting down -----------------------------------------------------------------------------

    def _see(self, operation: Operation, number: str, seen: Seen, blank: Seen | None = None) -> None:
        self._put(("certificate", number), operation, seen, blank)

    def _put(self, place: Place, operation: Operation, seen: Seen, blank: Seen | None) -> None:
        if operation.answer is not None:
            self.calls[place].append(Call(operation, seen, blank, certain=True))
        elif blank is not None:
            self.calls[place].append(Call(operation, blank, blank, certain=False))

    def _letter(self, certificate: str, declaration: str | None) -> str:
        """A short name of a declaration within a certificate's history, so that alike histories look alike."""
        letters = self._letters[certificate]
        return letters.setdefault(declaration, f"d{len(letters)}") if declaration else ""

    # --- declarations -----------------------------------------------------------------------------

    def _declare(self, operation: Operation) -> None:
        asked, answer = operation.asked, operation.answer
        what, told, certificates = asked.what, "", None
        if answer is not None:
            if answer.result in _CHANGES.get(what, ()):
                told = answer.result
            else:
                what, told = "look", standing(answer)
                if not told:
                    return
            certificates = answer.told.get("certificates")
        changes = asked.what in _CHANGES
        blank = Seen(asked.what) if changes else None
        self._put(("declaration", asked.about), operation, Seen(what, told=told), blank)
        if told == "present":
            return
        for number in sorted(self._touched[asked.about]):
            by, wants = self._letter(number, asked.about), self._wants(operation, number)
            holds = None if certificates is None else number in certificates
            blank = Seen(asked.what, by, wants=wants) if changes else None
            self._see(operation, number, Seen(what, by, told, holds, wants), blank)

    def _wants(self, operation: Operation, number: str) -> str:
        if number in operation.asked.names:
            return "names"
        return "finds" if number in self._covering.get(operation.asked.export, ()) else ""

    def _approve(self, operation: Operation) -> None:
        asked, answer = operation.asked, operation.answer
        if answer is not None and answer.result != "approved":
            return
        told = str(answer.told["declaration_state"]) if answer else ""
        self._put(("declaration", asked.other), operation, Seen("approve", told=told), Seen("approve"))
        seen = Seen("approve", self._letter(asked.about, asked.other), told, wants="names")
        self._see(operation, asked.about, seen, seen._replace(told=""))

    def _move(self, operation: Operation) -> None:
        asked, answer = operation.asked, operation.answer
        if answer is not None and answer.result != "moved":
            return
        told = "moved" if answer else ""
        self._put(("declaration", asked.other), operation, Seen("move", told=told), Seen("move"))
        seen = Seen("move", self._letter(asked.about, asked.other), told)
        self._see(operation, asked.about, seen, seen._replace(told=""))

    # --- certificates -----------------------------------------------------------------------------

    def _issue(self, operation: Operation) -> None:
        number, blank = operation.asked.about, Seen("issue")
        for seen in _issued(operation.answer or Answer("")):
            self._see(operation, number, seen, blank if seen.what == "issue" else None)

    def _void(self, operation: Operation) -> None:
        asked, answer = operation.asked, operation.answer or Answer("")
        for seen in self._asked(asked.what, asked.about, answer):
            blank = Seen(asked.what) if seen.what == asked.what else None
            self._see(operation, asked.about, seen, blank)
        if asked.what == "void":
            return
        heir = asked.other
        if answer.result == "certificate.number_taken":
            self._see(operation, heir, _at_tax(str(answer.told["value"])))
        elif (
            not answer.result
            or answer.result in ("reissue_requested", "superseded", "voided")
            or _late(answer)
        ):
            self._see(operation, heir, Seen("draft", told="draft"), Seen("draft"))
        self._superseded_by(operation)

    def _asked(self, what: str, number: str, answer: Answer) -> Iterator[Seen]:
        """What an answer to a void or a reissue says of the certificate; one that waited for customs tells twice."""
        result, state = answer.result, str(answer.told.get("state", ""))
        ask = Seen(what, told="asked")
        if result in ("", "void_requested", "reissue_requested"):
            yield ask
        elif result in ("voided", "superseded"):
            yield from (ask, _at_tax(result))
        elif result == "certificate.already_used" and _late(answer):
            yield from (ask, Seen("refusal", self._letter(number, answer.told["declaration"])))
        elif result == "certificate.already_used":
            yield Seen("at tax", self._letter(number, answer.told["declaration"]), _IN_FORCE, use="used")
        elif result in ("exists", "certificate.not_in_force"):
            asked = {"void_requested": "asked"} if what == "reissue" else {}
            yield _at_tax(asked.get(state, state))
        elif result == "certificate.not_found":
            yield _at_tax("none draft")
        elif result == "certificate.drawn_by_agent":
            yield _at_tax(_IN_FORCE)
        elif what == "reissue" and result.startswith(("certificate.", "goods.")):
            yield _at_tax("issued")

    def _superseded_by(self, operation: Operation) -> None:
        """Whoever is told that one certificate has replaced another is told that it is in force."""
        answer = operation.answer or Answer("")
        superseded = "superseded" in (answer.result, answer.told.get("state"))
        if superseded and answer.told.get("replacement"):
            self._see(operation, str(answer.told["replacement"]), _at_tax(_KNOWN))

    def _read_at_tax(self, operation: Operation) -> None:
        number, answer = operation.asked.about, operation.answer
        if answer is None:
            return
        if answer.result in _ABSENT:
            self._see(operation, number, _at_tax("none"))
            return
        state = str(answer.told["state"])
        if state == "void_requested":
            state = "reasked" if answer.told["replacement"] else "asked"
        by = self._letter(number, answer.told["declaration"])
        self._see(operation, number, Seen("at tax", by, state, use=str(answer.told["usage"])))
        self._superseded_by(operation)

    def _read_at_customs(self, operation: Operation) -> None:
        number, answer = operation.asked.about, operation.answer
        if answer is None:
            return
        if answer.result in _ABSENT:
            self._see(operation, number, Seen("use", told="not_found"))
        else:
            by = self._letter(number, answer.told["declaration"])
            self._see(operation, number, Seen("use", by, str(answer.told["state"])))


def _late(answer: Answer) -> bool:
    """Whether a refusal of a void is customs' own, for which the caller waited."""
    return answer.result == "certificate.already_used" and answer.told.get("side") == "customs"


def _at_tax(state: str) -> Seen:
    return Seen("at tax", told=_STATES.get(state, state))


def _issued(answer: Answer) -> Iterator[Seen]:
    match answer.result:
        case "" | "issued":
            yield Seen("issue", told="issued")
        case "exists":
            yield _at_tax(str(answer.told["state"]))
        case "exists_with_different_content":
            yield _at_tax(_KNOWN)
        case "certificate.number_taken":
            yield _at_tax("draft")
        case result if result.startswith(("certificate.", "goods.")):
            yield _at_tax("none")
        case _:
            pass
