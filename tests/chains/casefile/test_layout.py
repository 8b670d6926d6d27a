"""The drawing: nothing covers anything, at most fifteen boxes, nobody lost, the same every time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hefu.chains.case import Case, Link, Party, Role, Strength
from hefu.chains.casefile import words
from hefu.chains.casefile.captions import (
    NAME_SIZE,
    SMALL_SIZE,
    Language,
    box_lines,
    fit,
    label_lines,
    text_width,
    wrap,
)
from hefu.chains.casefile.folding import MOST, MOST_IN_CELL, MOST_LINES, PLACES, picture
from hefu.chains.casefile.layout import BOX_WIDTH, LABEL_WIDTH, Curve, Layout, Line, Rect, lay_out
from hefu.chains.casefile.strip import SIDE, strip
from hefu.errors import Text
from tests.chains.casefile.made import all_three, bought_invoices, layered_agency, lent_title

NO = Text("", "")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LANES = ("goods", "invoices", "money", "papers", "control", "something else")
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any case: up to forty parties in any roles, up to fifty links between any of them, also to themselves."""
    roles = draw(st.lists(st.sampled_from(list(Role)), min_size=1, max_size=40))
    parties = tuple(
        Party(f"P{at}", draw(names), role, draw(st.integers(0, 100)), (), draw(st.booleans()), NO)
        for at, role in enumerate(roles)
    )
    ends = st.integers(0, len(parties) - 1)
    dates = st.one_of(st.none(), st.dates(date(2019, 1, 1), date(2026, 12, 31)))
    links = tuple(
        Link(
            f"P{draw(ends)}", f"P{draw(ends)}", draw(st.sampled_from(LANES)), draw(st.sampled_from(Strength)), NO,
            draw(st.integers(0, 10**6)), draw(st.integers(0, 10**14)), on, on, tuple(draw(st.sets(st.integers(1, 400), max_size=12))),
        )
        for on in draw(st.lists(dates, max_size=50))
    )  # fmt: skip
    return Case("C", date(2026, 5, 1), "x", NO, 0.5, 50, parties, links, (), (), (), (), {})


def points(curve: Curve, steps: int = 24) -> list[tuple[float, float]]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    told = []
    for step in range(steps + 1):
        t = step / steps
        u = 1 - t
        told.append((
            u**3 * ax + 3 * u * u * t * bx + 3 * u * t * t * cx + t**3 * dx,
            u**3 * ay + 3 * u * u * t * by + 3 * u * t * t * cy + t**3 * dy,
        ))  # fmt: skip
    return told


def inside(point: tuple[float, float], rect: Rect) -> bool:
    return rect.x + 0.5 < point[0] < rect.right - 0.5 and rect.y + 0.5 < point[1] < rect.bottom - 0.5


def check(layout: Layout) -> None:
    whole = Rect(0, 0, layout.width, layout.height)
    rects = [one.at for one in layout.boxes] + [one.label for one in layout.lines]
    for one in rects:
        assert one.x >= whole.x
        assert one.y >= whole.y
        assert one.right <= whole.right
        assert one.bottom <= whole.bottom
    for one, other in combinations(rects, 2):
        assert not one.meets(other)
    for line in layout.lines:
        check_line(layout, line)
    tops = [at for _, at in layout.bands]
    assert all(a.bottom == b.y for a, b in pairwise(tops))


def check_line(layout: Layout, line: Line) -> None:
    assert line.path[0][0][0] in {
        side for one in [layout.boxes[line.what.source].at] for side in (one.x, one.right)
    }
    assert line.path[-1][3] == line.tip
    end = layout.boxes[line.what.target].at
    assert line.tip[0] in {end.x, end.right}
    assert end.y < line.tip[1] < end.bottom
    for before, after in zip(line.path, line.path[1:], strict=False):
        assert before[3] == after[0]
    others = [one.label for one in layout.lines if one is not line]
    for curve in line.path:
        for point in points(curve):
            assert not any(inside(point, one.at) for one in layout.boxes)
            assert not any(inside(point, one) for one in others)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_nothing_covers_anything(case: Case) -> None:
    check(lay_out(case))


@pytest.mark.parametrize("case", [*all_three(), lent_title(60)], ids=lambda one: str(one.id))
def test_nothing_covers_anything_in_real_ones(case: Case) -> None:
    check(lay_out(case))


@settings(max_examples=60, deadline=None)
@given(cases())
def test_at_most_fifteen_boxes_and_nobody_is_lost(case: Case) -> None:
    told = picture(case)
    assert len(told.boxes) <= MOST
    assert Counter(one.id for box in told.boxes for one in box.parties) == Counter(
        one.id for one in case.parties
    )
    cells = Counter(PLACES[box.role] for box in told.boxes)
    assert max(cells.values()) <= MOST_IN_CELL
    assert {box.role for box in told.boxes} == {one.role for one in case.parties}
    drawn = [at for line in told.lines for at in line.links]
    assert len(drawn) == len(set(drawn))
    assert sorted([*drawn, *told.hidden]) == list(range(len(case.links)))
    assert sum(line.fen for line in told.lines) <= sum(one.fen for one in case.links)
    if len(case.parties) <= MOST_IN_CELL and len(case.links) <= MOST_LINES:
        assert not told.folded
    roles = {box.role for box in told.boxes if not box.folded and box.besides}
    assert not roles  # a fold of one party saves nothing
    assert len(told.lines) <= MOST_LINES


def test_suspects_keep_their_box_before_others() -> None:
    case = lent_title(40)
    parties = [replace(one, suspect=at in {30, 31}) for at, one in enumerate(case.parties)]
    told = picture(replace(case, parties=tuple(parties)))
    alone = {box.parties[0].id for box in told.boxes if not box.folded}
    assert {parties[30].id, parties[31].id} <= alone
    fold = next(box for box in told.boxes if box.folded)
    assert len(fold.parties) == 40 - (MOST_IN_CELL - 1)
    assert fold.besides


def test_where_many_are_joined_with_many_they_are_folded_until_the_lines_can_be_followed() -> None:
    case = bought_invoices()
    mills = [replace(case.parties[4], id=f"M{at}") for at in range(5)]
    payers = [replace(case.parties[8], id=f"P{at}") for at in range(5)]
    links = [
        replace(case.links[4], source=one.id, target=other.id, lane=lane)
        for one in mills for other in payers for lane in ("money", "control")
    ]  # fmt: skip
    told = picture(replace(case, parties=(*mills, *payers), links=tuple(links)))
    assert len(told.lines) <= MOST_LINES
    assert sum(len(line.links) for line in told.lines) == 50
    for role in (Role.MILL, Role.PAYER):
        assert sum(box.role is role and not box.folded for box in told.boxes) >= 1
    assert told.folded
    assert not told.hidden


def test_lines_without_evidence_are_left_out_first_and_listed() -> None:
    case = bought_invoices()
    roles = list(Role)[:6]
    parties = tuple(replace(one, role=role) for one, role in zip(case.parties, roles, strict=False))
    pairs = [(one.id, other.id) for one in parties for other in parties if one is not other] * 2
    links = [
        replace(
            case.links[0],
            source=one,
            target=other,
            fen=at,
            evidence=(1,) if at % 3 == 0 else (),
            lane=LANES[at // 30],
        )
        for at, (one, other) in enumerate(pairs)
    ]
    told = picture(replace(case, parties=parties, links=tuple(links)))
    drawn = {at for line in told.lines for at in line.links}
    assert len(told.lines) == MOST_LINES
    assert drawn >= {at for at in range(len(links)) if at % 3 == 0}
    assert sorted([*drawn, *told.hidden]) == list(range(len(links)))
    bare = sorted(at for at in drawn if at % 3)
    assert bare == sorted(at for at in range(len(links)) if at % 3)[-len(bare) :]


def test_links_of_folded_parties_are_one_line_with_their_sums() -> None:
    case = lent_title(40)
    told = picture(case)
    fold = next(at for at, box in enumerate(told.boxes) if box.folded)
    lines = [one for one in told.lines if one.source == fold]
    assert {one.lane for one in lines} == {"goods", "money"}
    for line in lines:
        links = [case.links[at] for at in line.links]
        assert len(links) == 35
        assert line.count == sum(one.count for one in links)
        assert line.fen == sum(one.fen for one in links)
        assert line.evidence == tuple(sorted({number for one in links for number in one.evidence}))


def test_a_link_to_somebody_who_is_not_of_the_case_is_counted_not_drawn() -> None:
    case = bought_invoices()
    stray = Link("nobody", case.parties[0].id, "goods", Strength.DOCUMENT, NO, 1, 0, None, None, ())
    told = picture(replace(case, links=(*case.links, stray)))
    assert told.hidden == (len(case.links),)
    assert len(told.lines) == len(case.links)


@pytest.mark.parametrize("make", [bought_invoices, layered_agency])
def test_owner_broker_header_claimant_stand_from_left_to_right(make: type) -> None:
    layout = lay_out(make())
    order = (Role.OWNER, Role.FORWARDER, Role.BROKER, Role.AGENT, Role.HEADER, Role.CLAIMANT)
    x = {one.what.role: one.at.x for one in layout.boxes}
    known = [x[role] for role in order if role in x]
    assert known == sorted(known)
    y = {one.what.role: one.at.y for one in layout.boxes}
    if Role.MILL in y:
        assert y[Role.MILL] < y[Role.HEADER] < y[Role.PAYER]
        assert [name for name, _ in layout.bands] == ["invoices", "goods", "money"]


def test_the_same_case_is_drawn_the_same() -> None:
    assert lay_out(bought_invoices()) == lay_out(bought_invoices())


@settings(max_examples=100)
@given(names, st.integers(30, 400))
def test_texts_are_cut_to_their_room(text: str, width: int) -> None:
    assert text_width(fit(text, width, NAME_SIZE), NAME_SIZE) <= width
    told = wrap(text, width, NAME_SIZE, 2)
    assert len(told) <= 2
    for one in told:
        assert text_width(one, NAME_SIZE) <= max(width, NAME_SIZE)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_captions_fit_their_boxes_and_labels(case: Case) -> None:
    told = picture(case)
    for language in LANGUAGES:
        for box in told.boxes:
            head, name, below = box_lines(box, language)
            assert text_width(head, SMALL_SIZE) <= BOX_WIDTH - 16
            assert all(text_width(one, NAME_SIZE) <= BOX_WIDTH - 16 for one in name)
            assert text_width(below, SMALL_SIZE - 1) <= BOX_WIDTH - 16
        for at, line in enumerate(told.lines):
            for one in label_lines(line, words.letter(at), language):
                assert text_width(one, SMALL_SIZE) <= LABEL_WIDTH - 6


def test_the_strip_has_a_mark_for_each_dated_document_and_its_days_do_not_touch() -> None:
    for case in all_three():
        told = strip(case, 900)
        assert told is not None
        dated = [one for one in case.evidence if one.on]
        assert [(one.evidence, one.on) for one in told.marks] == [(one.number, one.on) for one in dated]
        assert all(SIDE[0] <= one.x <= 900 - SIDE[1] for one in told.marks)
        assert all(b - a >= 58 for (a, _), (b, _) in zip(told.ticks, told.ticks[1:], strict=False))
        known = [one for link in case.links for one in (link.first, link.last) if one]
        assert told.first <= min(known)
        assert told.last >= max(known)


@given(st.dates(date(1990, 1, 1), date(2026, 1, 1)), st.integers(0, 14_000))
def test_the_strip_names_days_for_any_span(first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    link = Link("a", "a", "goods", Strength.DOCUMENT, NO, 1, 0, first, last, ())
    case = Case("C", last, "x", NO, 0.5, 50, (), (link,), (), (), (), (), {})
    told = strip(case, 900)
    assert told is not None
    assert all(b - a >= 58 for (a, _), (b, _) in zip(told.ticks, told.ticks[1:], strict=False))
    assert told.x(told.first) == told.left
    assert told.x(told.last) == told.right


def test_a_case_without_a_date_has_no_strip() -> None:
    assert strip(Case("C", date(2026, 1, 1), "x", NO, 0.5, 50, (), (), (), (), (), (), {}), 900) is None
