"""What a register says of each stream, in one row, and the digests by which two registers are compared.

Both sides can write the same row of a stream: content, use and holder of the certificate, and how many messages
have gone each way. Rows lie in 65,536 leaves by the hash of their stream; digests of four levels above them lead
to the leaves that differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

DEPTH: Final = 4
"""Hex digits of a leaf."""
_WHOLE: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Row:
    """One stream at one side. ``content``: digest of the certificate, or of the released
    export declaration, empty if there is none. ``use`` and
    ``declaration``: ``available``, ``reserved``, ``used`` or ``withdrawn``, and who holds it. ``issued`` and
    ``answered``: messages of tax, and of customs, that this side has sent or applied. ``open``: those it has sent and
    has no receipt for; ``aside``: those it could not apply. Both are no part of the digest.
    """

    stream: str
    content: str = ""
    use: str = ""
    declaration: str = ""
    issued: int = 0
    answered: int = 0
    open: int = 0
    aside: int = 0

    @property
    def leaf(self) -> str:
        """Where it lies."""
        return leaf_of(self.stream)

    @property
    def facts(self) -> tuple[str, str, str, int, int]:
        """What must be the same at both sides."""
        return (self.content, self.use, self.declaration, self.issued, self.answered)

    def as_list(self) -> list[Any]:
        """The row as it travels."""
        return [self.stream, *self.facts, self.open, self.aside]


def leaf_of(stream: str) -> str:
    """The leaf of a stream."""
    return sha256(stream.encode()).hexdigest()[:DEPTH]


class Tree:
    """Digests of rows. The digest of a leaf is the sum of the hashes of its rows, so their order does not matter."""

    def __init__(self, rows: Iterable[Row]) -> None:
        sums: dict[str, int] = {}
        for row in rows:
            if any(row.facts):
                told = "\x1f".join(map(str, (row.stream, *row.facts))).encode()
                leaf = row.leaf
                sums[leaf] = (sums.get(leaf, 0) + int.from_bytes(sha256(told).digest())) % _WHOLE
        self._sums = sums

    @cached_property
    def _levels(self) -> dict[str, str]:
        level = {leaf: f"{total:064x}" for leaf, total in self._sums.items() if total}
        every = dict(level)
        for _ in range(DEPTH):
            above: dict[str, list[str]] = {}
            for prefix in sorted(level):
                above.setdefault(prefix[:-1], []).append(f"{prefix}{level[prefix]}")
            level = {prefix: sha256("".join(told).encode()).hexdigest() for prefix, told in above.items()}
            every |= level
        return every

    @property
    def root(self) -> str:
        """The digest of everything; empty if there is nothing."""
        return self._levels.get("", "")

    def children(self, prefix: str) -> dict[str, str]:
        """The digests below a prefix, by prefix; empty ones are left out."""
        below = (prefix + digit for digit in "0123456789abcdef")
        return {one: self._levels[one] for one in below if one in self._levels}

    def differing(self, prefix: str, theirs: dict[str, str]) -> list[str]:
        """The children of a prefix that differ from the other side's."""
        mine = self.children(prefix)
        return sorted(one for one in mine.keys() | theirs.keys() if mine.get(one) != theirs.get(one))
