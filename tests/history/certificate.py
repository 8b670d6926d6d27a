"""One certificate as its clients see it: a sequential specification over both nodes and what is under way between.

Each node answers by its own state; messages about the certificate go each way in order and take effect at any time
(hidden steps). The rules are those of DESIGN §2, said once more and shorter, so that the product is held against
something else than itself. A new operation is one function with ``@operation``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple


class Use(NamedTuple):
    """State of use, and the declaration that holds it."""

    state: str
    by: str = ""


FREE: Final = Use("available")
GONE: Final = Use("withdrawn")


class State(NamedTuple):
    """``tax``: none, draft, issued, asked (may it be voided?), reasked (may it be reissued?), voided, superseded.
    ``view``: use as tax has been told; ``refusal``: who held it when the last void was refused. ``here``: the record is
    at customs. ``bound``: whose paper it is. ``moved``: two officers have moved its use. ``waiting``: held declarations that may take it. ``down`` and ``up``:
    messages to customs and to tax.
    """

    tax: str = "none"
    view: Use = FREE
    refusal: str = ""
    here: bool = False
    use: Use = FREE
    bound: str = ""
    moved: bool = False
    waiting: frozenset[str] = frozenset()
    down: tuple[str, ...] = ()
    up: tuple[Use, ...] = ()

    def says(self, use: Use) -> State:
        """Customs has another use of it, and tells tax, once it has its record."""
        return self._replace(use=use, up=(*self.up, use) if self.here else self.up)

    def without(self, by: str) -> State:
        return self._replace(waiting=self.waiting - {by}) if by in self.waiting else self


class Seen(NamedTuple):
    """What the certificate sees of a call: about which declaration (or with which fact), what was told (empty: no
    answer), whether the answer says that the declaration holds it (``None``: it does not say), whether the papers sent
    name it or may find it (``names``, ``finds``), and the use that the answer tells besides.
    """

    what: str
    by: str = ""
    told: str = ""
    holds: bool | None = None
    wants: str = ""
    use: str = ""


class Spec:
    """The specification. ``taking``: what a certificate becomes by a declaration that passes."""

    initial = State()

    def __init__(self, used_at: str = "release") -> None:
        self.taking = "used" if used_at == "passing" else "reserved"

    def hidden(self, state: State) -> Iterator[State]:
        """A message arrives, a held declaration takes it, a draft is put in force or dropped."""
        if state.down:
            yield self._at_customs(state._replace(down=state.down[1:]), state.down[0])
        if state.up:
            yield _at_tax(state._replace(up=state.up[1:]), state.up[0])
        for by in state.waiting:
            yield from self.take(state, by)
        if state.tax == "draft":
            yield _in_force(state)
            yield state._replace(tax="none")

    def apply(self, state: State, seen: Seen) -> Iterator[State]:
        """What a call with this answer leads to."""
        return _OPERATIONS[seen.what](self, state, seen)

    def _at_customs(self, state: State, message: str) -> State:
        if message == "issued":
            come = state._replace(here=True)
            return come.says(state.use) if state.use.by else come
        by = state.use.by or state.bound
        if by:
            return state._replace(up=(*state.up, Use("refused", by)))
        return state._replace(use=GONE, up=(*state.up, Use("granted")))

    def take(self, state: State, by: str) -> Iterator[State]:
        """A declaration that passes takes it: free, on record or on its own paper, on nobody else's."""
        if state.use == FREE and (state.bound == by or (state.here and not state.bound)):
            yield state.without(by).says(Use(self.taking, by))

    def close(self, state: State, by: str) -> Iterator[State]:
        """A declaration is closed before release: it gives back what is not used, and its paper."""
        if state.use == Use("used", by):
            if self.taking == "used" or state.moved:
                yield state
            return
        yield self.give_back(state, by, keeping=False).without(by)

    def give_back(self, state: State, by: str, *, keeping: bool) -> State:
        after = state.says(FREE) if state.use == Use("reserved", by) else state
        return after._replace(bound="") if after.bound == by and not keeping else after

    def settle(self, state: State, seen: Seen) -> Iterator[State]:
        """A declaration was compared."""
        if seen.told == "held":
            yield state._replace(waiting=state.waiting | {seen.by}) if seen.wants else state.without(seen.by)
            return
        if seen.holds is not False:
            yield from self.take(state, seen.by)
        if not seen.holds:
            yield state.without(seen.by)


def _at_tax(state: State, message: Use) -> State:
    match message.state:
        case "granted":
            return state._replace(tax="superseded" if state.tax == "reasked" else "voided")
        case "refused":
            return state._replace(tax="issued", refusal=message.by)
        case _:
            return state._replace(view=message)


def _in_force(state: State) -> State:
    return state._replace(tax="issued", down=(*state.down, "issued"))


Operation = Callable[[Spec, State, Seen], Iterator[State]]
_OPERATIONS: Final[dict[str, Operation]] = {}


def operation(*names: str) -> Callable[[Operation], Operation]:
    """What an operation leads to; a call without answer (``told`` is empty) may also have done nothing."""

    def keep(function: Operation) -> Operation:
        _OPERATIONS.update(dict.fromkeys(names, function))
        return function

    return keep


# --- at customs ---------------------------------------------------------------------------------------


@operation("lodge")
def lodge(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Told ``held`` or ``reserved``: it was new."""
    if not seen.told:
        yield state
        if seen.wants:
            yield state._replace(waiting=state.waiting | {seen.by})
    elif state.use.by != seen.by:
        yield from spec.settle(state, seen)


@operation("correct")
def correct(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Told ``held`` or ``reserved``: what it held is free first."""
    if not seen.told:
        yield state
    if state.use == Use("used", seen.by):
        return
    free = spec.give_back(state, seen.by, keeping=seen.wants == "names")
    if seen.told:
        yield from spec.settle(free, seen)
    else:
        yield free._replace(waiting=free.waiting | {seen.by}) if seen.wants else free.without(seen.by)


@operation("release")
def release(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Told ``released``: what it held is used by it, for good (I3)."""
    if not seen.told:
        yield state
    held = state.use == Use(spec.taking, seen.by) or (state.moved and state.use.by == seen.by)
    if held and seen.holds is not False:
        yield state if state.use.state == "used" else state.says(Use("used", seen.by))
    elif seen.told and not seen.holds and state.use.by != seen.by:
        yield state.without(seen.by)


@operation("withdraw", "refuse", "expire")
def close(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Told ``withdrawn`` or ``refused``."""
    if not seen.told:
        yield state
    yield from spec.close(state, seen.by)


@operation("approve")
def approve(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """A paper is bound to its declaration, which is compared at once."""
    if not seen.told:
        yield state
    if state.use == FREE and not state.bound:
        bound = state._replace(bound=seen.by, waiting=state.waiting | {seen.by})
        yield from spec.settle(bound, seen) if seen.told else (bound,)


@operation("override")
def override(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Two officers have released it though it was held: what it names becomes used by it."""
    if not seen.told:
        yield state
    if seen.holds is not False:
        for taken in spec.take(state, seen.by):
            yield taken if taken.use.state == "used" else taken.says(Use("used", seen.by))
    if not seen.holds and state.use.by != seen.by:
        yield state.without(seen.by)


@operation("move")
def move(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Two officers have put another declaration in the place of one that used it wrongly."""
    if not seen.told:
        yield state
    if state.use.state == "used" and state.use.by != seen.by and state.here and not state.bound:
        yield state.without(seen.by)._replace(moved=True).says(Use("used", seen.by))


@operation("look")
def look(spec: Spec, state: State, seen: Seen) -> Iterator[State]:
    """A declaration is said to be in a state, and to hold the certificate or not."""
    by, use = seen.by, state.use
    if use.by != by:
        possible = not seen.holds and (seen.told != "absent" or by not in {state.bound, *state.waiting})
    elif seen.told in ("withdrawn", "refused"):
        possible = use.state == "used" and (spec.taking == "used" or state.moved)
    else:
        wanted = {"reserved": "used" if state.moved else spec.taking, "released": "used"}.get(seen.told)
        possible = seen.holds is not False and use.state == wanted
    if possible:
        yield state


@operation("use")
def use_at_customs(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Read at customs: the use, or ``not_found`` before the record has come."""
    if (state.here and state.use == Use(seen.told, seen.by)) or (seen.told == "not_found" and not state.here):
        yield state


# --- at tax -------------------------------------------------------------------------------------------


@operation("issue")
def issue(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    if not seen.told:
        yield state
    if seen.told in ("", "issued") and state.tax == "none":
        yield _in_force(state)


@operation("void", "reissue")
def ask(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Told ``asked``: customs is asked, or has been. Never once tax knows it used."""
    asking = "asked" if seen.what == "void" else "reasked"
    if not seen.told:
        yield state
    if state.tax == "issued" and state.view.state != "used":
        yield state._replace(tax=asking, down=(*state.down, "void"))
    elif seen.told and state.tax == asking and state.view.state != "used":
        yield state


@operation("draft")
def draft(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """It is to take the place of another, once customs has granted that."""
    if not seen.told:
        yield state
    if state.tax == "none" or (seen.told and state.tax == "draft"):
        yield state._replace(tax="draft")


@operation("at tax")
def at_tax(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """An answer of tax that names its state (one, or several separated by blanks), and may name the use."""
    if state.tax in seen.told.split() and (not seen.use or state.view == Use(seen.use, seen.by)):
        yield state


@operation("refusal")
def refusal(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """A void that waited for customs was refused, because of this declaration."""
    if state.tax == "issued" and state.refusal == seen.by:
        yield state


# --- at rest ------------------------------------------------------------------------------------------


@operation("rest")
def rest(_: Spec, state: State, seen: Seen) -> Iterator[State]:
    """Both nodes say that they have nothing to send: each knows what the other told (I4)."""
    if not state.up and not state.down and state.tax not in ("asked", "reasked", "draft"):
        yield state
