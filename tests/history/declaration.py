"""One declaration as its clients see it: what was accepted is never lost, what has ended stays ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.history.certificate import Seen

_OPEN: Final = ("held", "reserved")


class Spec:
    """The specification: absent, held, reserved, released, withdrawn, refused. While it is used at passing a reserved
    declaration is not corrected.
    """

    initial = "absent"

    def __init__(self, used_at: str = "release") -> None:
        self._correctable = _OPEN if used_at == "release" else ("held",)

    def hidden(self, state: str) -> Iterator[str]:
        """What it waited for has come."""
        if state == "held":
            yield "reserved"

    def apply(self, state: str, seen: Seen) -> Iterator[str]:
        """What a call with this answer leads to."""
        if not seen.told:
            yield state
        match seen.what:
            case "look":
                if (seen.told == "present" and state != "absent") or seen.told == state:
                    yield state
            case "lodge" if state == "absent":
                yield seen.told or "held"
            case "correct" if state in self._correctable:
                yield seen.told or "held"
            case "approve" if state == "held":
                yield seen.told or "held"
            case "override" if state == "held":
                yield "released"
            case "move" if state == "held":
                yield "reserved"
            case "release" if state == "reserved":
                yield "released"
            case "withdraw" if state in _OPEN:
                yield "withdrawn"
            case "refuse" | "expire" if state in _OPEN:
                yield "refused"
            case _:
                pass
