"""For an investigator: the case files of buy-and-export, opened, answered and closed by two."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from hefu import errors
from hefu.chains.casefile import record as records
from hefu.chains.casefile import words as told_words
from hefu.chains.casefile.case_page import FILES, case_page
from hefu.chains.casefile.record import PAPERS, Outcome, Record
from hefu.console.cases import MONEY, STATES, Cases, name_of
from hefu.console.language import language_of
from hefu.console.page import back_to, form_of, page, pages
from hefu.console.papers.bundle import UNKNOWN
from hefu.console.papers.intake import first_file, received
from hefu.errors import HefuError, Text
from hefu.http.guard import admit
from hefu.http.problem import as_problem
from hefu.http.reads import Subject
from hefu.stores.sqlite import SqliteReader
from hefu.trust.access import Action, Identity

SHOWN: Final = 50
"""Cases of a page."""
_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a document of the firm."""
_FIRST: Final = 2
"""Parties, and ways to clear it, that a row of the list names."""
_ALONE: Final = (
    "sandbox allow-scripts allow-modals; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""A case page is kept apart from the console that shows it, and nothing leads out of it."""
_HEADERS: Final = {
    "content-security-policy": _ALONE,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
NO_OUTCOME: Final = errors.kind(
    "console.no_outcome",
    http=422,
    message=Text("没有选择结果: {value}", "no outcome was chosen: {value}"),
    cure=Text("选择一个结果并写明理由", "choose an outcome and say the ground"),
)
NOT_PROPOSED: Final = errors.kind(
    "console.not_proposed",
    http=409,
    message=Text("{value}: 没有待确认的结案提议", "{value}: no closing waits to be confirmed"),
    cure=Text("重新打开案卷, 看此后发生了什么", "open the case again and see what has happened since"),
)


def routes() -> APIRouter:
    """The list, a case, its files, and what is entered into its record."""
    router = pages()
    _looking(router)
    _entering(router)
    return router


def _looking(router: APIRouter) -> None:
    @router.get("/cases")
    async def cases(request: Request, state: str = "", start: int = 0) -> Response:
        """All cases by state; opening the list opens none of them."""
        desk = _admitted(request)
        found, wrong = await asyncio.to_thread(desk.all)
        kept = [one for one in found if not state or one.state == state]
        first = max(0, start)
        return page(
            request,
            "cases.html",
            folder=desk.folder,
            states={one: sum(each.state == one for each in found) for one in STATES},
            state=state if state in STATES else "",
            rows=kept[first : first + SHOWN],
            many=len(kept),
            start=first,
            shown=SHOWN,
            wrong=[one.as_json() for one in wrong],
            money=[(kind, told_words.AMOUNTS[kind]._asdict()) for kind in MONEY],
            short=told_words.short_range,
            first=_FIRST,
        )

    @router.get("/cases/{number}")
    async def case(request: Request, number: str) -> Response:
        """A case with its record, and who has opened it."""
        return await _case(request, number)

    @router.get("/cases/{number}/page")
    async def alone(request: Request, number: str) -> Response:
        """The page of a case, kept apart from the console."""
        desk = _admitted(request, number)
        one = await asyncio.to_thread(desk.one, number)
        await desk.see(request.state.identity, number, "case.opened")
        told = await asyncio.to_thread(
            partial(
                case_page, one.case, one.record, records.now().date(), language_of(request).code, inside=True
            )
        )
        return Response(told, headers=_HEADERS, media_type="text/html; charset=utf-8")

    @router.get("/cases/{number}/files/{name}")
    async def file(request: Request, number: str, name: str) -> Response:
        """A file of a case, or a document of the firm, to take away."""
        desk = _admitted(request, number)
        own = await asyncio.to_thread(desk.find, number)
        if name in {"case.html", *(known for known, _ in FILES)}:
            path = own / name
        else:
            path = own / PAPERS / name
            record = await asyncio.to_thread(records.read, own)
            if name not in {one.document for one in record.answers}:
                errors.fail(UNKNOWN, value=name)
        if not path.is_file():
            errors.fail(UNKNOWN, value=name)
        await desk.see(request.state.identity, number, "case.taken", name)
        return FileResponse(
            path, media_type="application/octet-stream", filename=f"{number}-{name}", headers=_HEADERS
        )


def _entering(router: APIRouter) -> None:
    @router.post("/cases/{number}/answer")
    async def answer(request: Request, number: str) -> Response:
        """Enter what the firm's side says, with a document if there is one."""
        desk = _admitted(request, number)
        desk.find(number)
        with tempfile.TemporaryDirectory(prefix="hefu-answer-") as folder:
            writing = await received(request, Path(folder), _LIMIT)
            fields = writing.fields
            act = partial(
                records.answer,
                by=fields.get("by", ""),
                text=fields.get("text", ""),
                document=first_file(Path(folder)),
                entered_by=name_of(request.state.identity),
            )
            return await _written(request, number, fields.get("key", ""), act)

    @router.post("/cases/{number}/propose")
    async def propose(request: Request, number: str) -> Response:
        """One person proposes how the case ends."""
        _admitted(request, number)
        form = await form_of(request)
        told = form.get("outcome", "")
        if told not in set(Outcome):
            return await _again(request, number, HefuError(errors.Problem(NO_OUTCOME, value=told or "–")))
        act = partial(
            records.propose,
            outcome=Outcome(told),
            by=name_of(request.state.identity),
            text=form.get("text", ""),
        )
        return await _written(request, number, form.get("key", ""), act)

    @router.post("/cases/{number}/close")
    async def close(request: Request, number: str) -> Response:
        """Another person confirms what was proposed, as they saw it: the case is closed by both."""
        desk = _admitted(request, number)
        form = await form_of(request)
        second = name_of(request.state.identity)

        def act(own: Path) -> Record:
            one = desk.one(number)
            proposed = one.record.proposed
            if proposed is None or proposed.outcome is None or one.record.digest != form.get("digest"):
                errors.fail(NOT_PROPOSED, value=number)
            return records.close(own, one.case, proposed.outcome, (*proposed.by, second), proposed.text)

        return await _written(request, number, form.get("key", ""), act)


async def _written(request: Request, number: str, key: str, act: Any) -> Response:
    """The case after something was entered; with what is wrong if it was not."""
    try:
        desk, identity = _admitted(request, number), request.state.identity
        await desk.write(identity, number, key, language_of(request).code, act)
    except HefuError as error:
        return await _again(request, number, error)
    return back_to(f"/cases/{number}")


async def _again(request: Request, number: str, wrong: HefuError) -> Response:
    status, _ = as_problem(wrong)
    return await _case(request, number, status, wrong)


async def _case(request: Request, number: str, status: int = 200, wrong: HefuError | None = None) -> Response:
    desk = _admitted(request, number)
    identity: Identity = request.state.identity
    one = await asyncio.to_thread(desk.one, number)
    await desk.see(identity, number, "case.opened")

    def looks(reader: SqliteReader) -> list[Any]:
        return [each for each in reader.journal_of(number) if each.event in ("case.opened", "case.taken")]

    return page(
        request,
        "case.html",
        status,
        one=one,
        case=one.case,
        shown=SHOWN,
        record=one.record,
        files=[("case.html", {"zh": "案卷页 (HTML)", "en": "Case page (HTML)"})]
        + [(name, text._asdict()) for name, text in FILES],
        outcomes=[(each.value, told_words.OUTCOMES[each.value]._asdict()) for each in Outcome],
        outcome_of={each.value: told_words.OUTCOMES[each.value]._asdict() for each in Outcome},
        money=[
            (told_words.amount_kind(each.kind)._asdict(), told_words.money_range(each)._asdict())
            for each in one.case.amounts
        ],
        referral=told_words.REFERRAL._asdict(),
        new=one.record.unknown_to_it(one.case) if one.record.closings else 0,
        own_proposal=bool(one.record.proposed and name_of(identity) in one.record.proposed.by),
        looks=(await request.app.state.node.read(looks))[::-1][:SHOWN],
        wrong=wrong.first.as_json() if wrong else None,
    )


def _admitted(request: Request, *numbers: str) -> Cases:
    """The case files, for whom the table lets in; with numbers a case of them is looked at."""
    admit(request, Action.INVESTIGATE, Subject.CASE if numbers else Subject.CASES, *numbers)
    cases: Cases = request.app.state.cases
    return cases
