"""Which item draws from which certificate line, and how much.

What the declaration states counts: ties of items to lines (EcoRelation), and in an amendment or withdrawal the number
of the exported item. Of a return or an export the rest is found: lines with the same commodity code on the common
prefix and a convertible unit, those of exactly the item's quantity first, then any that have something left, so that
items may share a line and lines an item. Certificates that may serve go before those that may not, lines of the
export declaration concerned before others. What then has no line of its code takes one that nothing draws on, if
they have the heading or the kind of unit in common: there the code or the unit is what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hefu.documents.certificate import CertificateLine
from hefu.documents.codes.tables import units
from hefu.documents.declaration import Act, Declaration, DeclarationItem, Measure
from hefu.documents.fields import scaled
from hefu.rules.case import Case, Standing, UseState

Line = tuple[Standing, CertificateLine]


class Pair(NamedTuple):
    """An item, the line it draws from, and how much, in the unit of ``measure``."""

    item: DeclarationItem
    standing: Standing
    line: CertificateLine
    measure: Measure
    quantity: int


def items_of(case: Case) -> tuple[DeclarationItem, ...]:
    """The items concerned; a withdrawal without items concerns all of the export declaration."""
    if case.declaration.act is Act.WITHDRAWAL and not case.declaration.items and case.original:
        return case.original.items
    return case.declaration.items


def item_numbered(declaration: Declaration | None, number: int | None) -> DeclarationItem | None:
    """The item with this number, if there is such a declaration and item."""
    items = declaration.items if declaration else ()
    return next((item for item in items if item.item == number), None)


def measure_for(item: DeclarationItem, unit: str) -> Measure:
    """The statutory measure that is compared with a quantity in ``unit``: the first, unless only the
    second converts (docs/rules, row 12: statutory against statutory, never the transaction unit).
    """
    dimension = units()[unit].dimension
    second = item.second
    if units()[item.first.unit].dimension != dimension and second is not None:
        return second if units()[second.unit].dimension == dimension else item.first
    return item.first


def same_code(a: str, b: str) -> bool:
    """Equal on the common prefix of the shorter code (codes have at least 8 digits)."""
    return a.startswith(b) or b.startswith(a)


def pair(case: Case) -> list[Pair]:
    """Pair the items of a case to the certificate lines, as the module's docstring says."""
    items = items_of(case)
    lines = [(one, line) for one in case.certificates if one.document for line in one.document.lines]
    by_number = case.declaration.act in (Act.AMENDMENT, Act.WITHDRAWAL)
    tied = {one.item for one in case.declaration.certificates if one.item is not None}
    all_known = all(one.document is not None for one in case.certificates)
    if len(items) == 1 and len(lines) == 1 and all_known and not tied and not by_number:
        return _drawn(items[0], lines)
    found: dict[int, list[Pair]] = {}
    for item in items:
        if by_number:
            found[item.item] = _drawn(item, _numbered(case, item, lines))
        elif item.item in tied:
            found[item.item] = _drawn(item, _tied(case, item, lines))
    rest = [item for item in items if item.item not in found]
    if (
        by_number
    ):  # a line of another declaration, or for an item that was never exported, is numbered wrongly
        known = {one.item for one in case.original.items} if case.original else {n.item for _, n in lines}
        rest = [item for item in items if not found[item.item] and item.item in known]
        lines = [(o, n) for o, n in lines if n.declaration != case.export or n.item not in known]
    for pairs in _Allocation(case, rest, lines, found).made():
        found[pairs[0].item.item] = pairs
    return [one for item in items for one in found.get(item.item, ())]


def _concerns(case: Case, one: Line) -> bool:
    """Whether a line is of the export declaration concerned, as far as one is known."""
    return case.export is None or one[1].declaration == case.export


def may_serve(case: Case, one: Standing) -> bool:
    """Whether a certificate is free or this declaration's, and for this act."""
    free = one.state is UseState.AVAILABLE or one.declaration == case.declaration.number
    document = one.document
    return free and document is not None and document.purpose.value == case.declaration.act.value


def _tied(case: Case, item: DeclarationItem, lines: Sequence[Line]) -> list[Line]:
    ties = [(r.number, r.line) for r in case.declaration.certificates if r.item == item.item]
    found: list[Line] = []
    for number, line in ties:
        named = [(o, n) for o, n in lines if o.number == number and line in (None, n.line)]
        found += named[:1] if line is None else named
    return found


def _numbered(case: Case, item: DeclarationItem, lines: Sequence[Line]) -> list[Line]:
    """The lines for this item of the export declaration, of certificates that may serve if any may."""
    found = [(o, n) for o, n in lines if (n.declaration, n.item) == (case.export, item.item)]
    return [(one, line) for one, line in found if may_serve(case, one)] or found


def _alike(item: DeclarationItem, line: CertificateLine) -> bool:
    return same_code(item.hs_code, line.hs_code) and _converts(measure_for(item, line.unit).unit, line.unit)


def _converts(a: str, b: str) -> bool:
    return units()[a].dimension == units()[b].dimension


def _size(quantity: int, unit: str) -> int:
    """A scaled quantity in parts that all units of its kind have in common: these compare exactly."""
    return quantity * units()[unit].size


_RANKS = ((True, True), (True, False), (False, True), (False, False))
"""Lines that concern the export declaration and may serve, then those that do only one of both, then others."""
_CONCERNED = 2
"""So many ranks concern it; an item that draws on them does not go on to lines of other declarations."""


class _Allocation:
    """What items take of lines that are like them, while there is something left."""

    def __init__(
        self,
        case: Case,
        items: Sequence[DeclarationItem],
        lines: Sequence[Line],
        stated: dict[int, list[Pair]],
    ) -> None:
        self.items = items
        self.all_known = all(one.document is not None for one in case.certificates)
        self.ranks = [
            [one for one in lines if (_concerns(case, one), may_serve(case, one[0])) == rank]
            for rank in _RANKS
        ]
        self.left = {self._place(one): _size(scaled(one[1].quantity), one[1].unit) for one in lines}
        self.whole = dict(self.left)
        for pairs in stated.values():
            for one in pairs:
                place = (one.standing.number, one.line.line)
                if place in self.left:
                    self.left[place] -= _size(one.quantity, one.measure.unit)
        self.need = {item.item: scaled(item.first.quantity) for item in items}
        self.pairs: dict[int, list[Pair]] = {item.item: [] for item in items}

    @staticmethod
    def _place(one: Line) -> tuple[str, int]:
        return one[0].number, one[1].line

    def made(self) -> Iterator[list[Pair]]:
        """The pairs of each item that has any."""
        for place, lines in enumerate(self.ranks):
            for item in self.items:
                self._exactly(item, lines)
            for item in self.items:
                if place < _CONCERNED or not self.pairs[item.item]:
                    self._as_far_as_it_goes(item, lines)
        for item in self.items if self.all_known else ():
            self._beyond(item)
        for item in self.items:
            self._in_common(item)
        yield from filter(None, self.pairs.values())

    def _exactly(self, item: DeclarationItem, lines: Sequence[Line]) -> None:
        """All of an item from a line of just that quantity."""
        for one in lines if not self.pairs[item.item] else ():
            place, measure = self._place(one), measure_for(item, one[1].unit)
            size = _size(scaled(measure.quantity), measure.unit)
            if _alike(item, one[1]) and self.left[place] == self.whole[place] == size:
                self._take(item, one, measure, scaled(measure.quantity))
                return

    def _as_far_as_it_goes(self, item: DeclarationItem, lines: Sequence[Line]) -> None:
        """From each like line what it has left, in whole steps of the item's unit."""
        for one in lines:
            place, measure = self._place(one), self._measure(item, one[1])
            if measure is None or not self.need[item.item] or not _alike(item, one[1]):
                continue
            has = self.left[place] // units()[measure.unit].size
            if (part := min(self.need[item.item], has)) > 0:
                self._take(item, one, measure, part)

    def _measure(self, item: DeclarationItem, line: CertificateLine) -> Measure | None:
        """The measure that counts; once an item has drawn, only lines that count in the same one."""
        measure, drawn = measure_for(item, line.unit), self.pairs[item.item]
        if not drawn:
            self.need[item.item] = scaled(measure.quantity)
        return measure if not drawn or drawn[0].measure is measure else None

    def _beyond(self, item: DeclarationItem) -> None:
        """What no line has left goes to the last that it draws on, or to the first that is like it; while a
        certificate is not here yet it may be that one's.
        """
        drawn, need = self.pairs[item.item], self.need[item.item]
        if drawn and need:
            drawn[-1] = drawn[-1]._replace(quantity=drawn[-1].quantity + need)
        elif not drawn:
            like = next((one for lines in self.ranks for one in lines if _alike(item, one[1])), None)
            if like is not None:
                measure = measure_for(item, like[1].unit)
                self._take(item, like, measure, scaled(measure.quantity))

    def _in_common(self, item: DeclarationItem) -> None:
        """A line that nothing draws on, with the item's heading or kind of unit."""
        if self.pairs[item.item]:
            return
        for one in (one for lines in self.ranks for one in lines):
            place, line = self._place(one), one[1]
            measure = measure_for(item, line.unit)
            common = _converts(measure.unit, line.unit) or item.hs_code[:4] == line.hs_code[:4]
            if common and self.left[place] == self.whole[place]:
                self._take(item, one, measure, scaled(measure.quantity))
                return

    def _take(self, item: DeclarationItem, one: Line, measure: Measure, part: int) -> None:
        self.left[self._place(one)] -= _size(part, measure.unit)
        self.need[item.item] = (
            scaled(measure.quantity) - part if not self.pairs[item.item] else self.need[item.item] - part
        )
        self.pairs[item.item].append(Pair(item, *one, measure, part))


def _drawn(item: DeclarationItem, lines: Sequence[Line]) -> list[Pair]:
    """Split the item over its lines: each up to its quantity, the last takes the rest.

    Lines that count in another dimension than the first (pieces beside kilograms) cannot share with
    it: each is held against the whole item.
    """
    if not lines:
        return []
    first = measure_for(item, lines[0][1].unit)
    alike = [place for place, (_, line) in enumerate(lines) if _converts(first.unit, line.unit)]
    rest = scaled(first.quantity)
    pairs: list[Pair] = []
    for place, (one, line) in enumerate(lines):
        measure = measure_for(item, line.unit)
        if place not in alike:
            apart = bool(alike) or not pairs
            part = scaled(measure.quantity) if apart else 0
        else:
            part = rest if place == alike[-1] else min(rest, _in_unit(line, first.unit))
            rest -= part
        if part > 0:
            pairs.append(Pair(item, one, line, measure, part))
    return pairs


def _in_unit(line: CertificateLine, unit: str) -> int:
    """What a line holds, in whole steps of the item's unit."""
    return _size(scaled(line.quantity), line.unit) // units()[unit].size


def shares(pairs: Sequence[Pair]) -> list[tuple[bool, ...]]:
    """Of each pair: first on its line, the line has more, first of its goods, the goods have more, the
    item has more.
    """
    if len(pairs) == 1:
        return [(True, False, True, False, False)]
    lines = [(p.standing.number, p.line.line) for p in pairs]
    goods = [(p.line.declaration, p.line.item) for p in pairs]
    of_line, of_goods, of_item = Counter(lines), Counter(goods), Counter(p.item.item for p in pairs)
    lines_seen: set[Any] = set()
    goods_seen: set[Any] = set()
    told: list[tuple[bool, ...]] = []
    for one, line, key in zip(pairs, lines, goods, strict=True):
        of_lines = (line not in lines_seen, of_line[line] > 1)
        of_export = (key not in goods_seen, key[0] is not None and of_goods[key] > 1)
        told.append((*of_lines, *of_export, of_item[one.item.item] > 1))
        lines_seen.add(line)
        goods_seen.add(key)
    return told


def pools(pairs: Sequence[Pair]) -> list[int | None]:
    """Of each pair the lines that are drawn on together, by a number: lines that one item draws on in units that
    convert, and lines of items that share one of these. ``None`` for a line that stands alone.
    """
    if len({p.item.item for p in pairs}) == len(pairs):
        return [None] * len(pairs)
    lines = [(p.standing.number, p.line.line) for p in pairs]
    pool_of = {line: place for place, line in enumerate(dict.fromkeys(lines))}
    first: dict[tuple[int, str], tuple[str, int]] = {}
    for one, line in zip(pairs, lines, strict=True):
        mine = pool_of[first.setdefault((one.item.item, units()[one.line.unit].dimension), line)]
        if mine != (theirs := pool_of[line]):
            pool_of = {name: mine if pool == theirs else pool for name, pool in pool_of.items()}
    size = Counter(pool_of.values())
    return [pool_of[line] if size[pool_of[line]] > 1 else None for line in lines]
