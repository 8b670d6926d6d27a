"""Writing histories by hand: who asked what, when, and what was told."""

from __future__ import annotations

from typing import Any

from tests.history.operations import NEVER, Answer, Asked, Operation

C, OTHER = "C1", "C2"
D1, D2 = "D1", "D2"


class Story:
    """Operations one after another, unless ``at`` says when each was asked and answered."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._now = 0.0

    def tell(
        self, asked: Asked, result: str | None, at: tuple[float, float] | None = None, **told: Any
    ) -> Story:
        """One call and its answer; ``None``: there was none, and ``at`` says until when it could take effect."""
        invoked, ended = at or (self._now + 1, self._now + 2)
        answer = None if result is None else Answer(result, told)
        self.operations.append(Operation("client", asked, invoked, ended, answer))
        self._now = max(self._now, invoked if ended == NEVER else ended)
        return self

    def issue(self, number: str = C, result: str | None = "issued", **more: Any) -> Story:
        return self.tell(Asked("issue", number), result, **more)

    def declare(
        self,
        what: str,
        number: str,
        result: str | None,
        *,
        names: tuple[str, ...] = (C,),
        holds: tuple[str, ...] = (C,),
        **more: Any,
    ) -> Story:
        """Lodge or correct; ``holds`` is what it holds if it is reserved."""
        if result is not None:
            more["certificates"] = list(holds) if result == "reserved" else []
        return self.tell(Asked(what, number, names=names, needs=True), result, **more)

    def lodge(self, number: str, result: str | None, **more: Any) -> Story:
        return self.declare("lodge", number, result, **more)

    def act(self, what: str, number: str, result: str | None, **told: Any) -> Story:
        """Release, withdraw, refuse, expire, void."""
        if result == "released":
            told.setdefault("certificates", [C])
        return self.tell(Asked(what, number), result, **told)

    def void(self, result: str | None = "void_requested", **more: Any) -> Story:
        return self.act("void", C, result, **more)

    def reissue(self, result: str | None = "reissue_requested", **more: Any) -> Story:
        return self.tell(Asked("reissue", C, other=OTHER), result, **more)

    def approve(self, declaration: str, state: str, **more: Any) -> Story:
        """A paper of the certificate is approved for a declaration."""
        told = {"declaration_state": state, **more}
        return self.tell(Asked("approve", C, other=declaration), "approved", **told)

    def at_tax(self, state: str, usage: str = "available", by: str | None = None, **more: Any) -> Story:
        """The certificate is read at tax."""
        told = {"state": state, "usage": usage, "declaration": by, "replacement": None, **more}
        number = str(told.pop("number", C))
        return self.tell(
            Asked("read at tax", number), "not_found" if state == "not_found" else "read", **told
        )

    def at_customs(self, state: str, by: str | None = None, number: str = C, **more: Any) -> Story:
        """The certificate is read at customs."""
        result = "not_found" if state == "not_found" else "read"
        return self.tell(
            Asked("read at customs", number), result, **{"state": state, "declaration": by, **more}
        )

    def declared(self, number: str, state: str, holds: tuple[str, ...] = (), **more: Any) -> Story:
        """The declaration is read."""
        result = "not_found" if state == "not_found" else "read"
        return self.tell(
            Asked("read declaration", number), result, **{"state": state, "certificates": list(holds), **more}
        )

    def rest(self, result: str = "rest") -> Story:
        """Both nodes say that they have nothing to send."""
        return self.tell(Asked("rest", ""), result)


def used() -> Story:
    """A certificate issued, reserved by D1 and used by it."""
    return Story().issue().lodge(D1, "reserved").act("release", D1, "released")
