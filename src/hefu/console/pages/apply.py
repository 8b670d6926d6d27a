"""Applying for a certificate step by step: what for, which goods, what became of their tax, and the self-check before it
is filed. Each step is the form of the one before sent on, so going back loses nothing and nothing works by scripts.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import Calls, Refused, part
from hefu.console.draft import GOODS, TAX, Draft, Line
from hefu.console.page import back_to, calls_of, form_of, page, pages
from hefu.documents.application import Application
from hefu.documents.certificate import Purpose, RefundState
from hefu.documents.fields import SHANGHAI
from hefu.documents.readers import records
from hefu.errors import HefuError
from hefu.http.node import now
from hefu.protocol.applications.records import FilingState
from hefu.trust.access import Identity

STEPS: Final = ("purpose", "goods", "taxes", "check")
_ASKED: Final = {
    "purpose": ("purpose", "refund_state", "applicant", "tax_office", "agent", "principal_certificate"),
    "taxes": ("reason", "remark", "serial", "applied_on"),
}
"""Which step asks for which field of the whole; lines are asked for by ``goods``, what became of their tax by ``taxes``."""
_FORM: Final = 2 * 1024 * 1024
"""Bytes of a draft: a thousand lines with all that they tell."""
_USCC: Final = 18
"""Characters of a unified social credit code; a customs code has fewer."""
_BLANK: Final = {"take": "yes", "own": "yes"}
"""A line for the person to fill in."""
_RECENT: Final = timedelta(days=365)
_OFFERED: Final = 100
"""Export declarations offered to choose from."""
_KEPT: Final = {"cache-control": "private, no-cache"}
"""A step may be shown again by the browser's own way back."""


def routes() -> APIRouter:
    """The steps, each a page."""
    router = pages()

    @router.get("/apply")
    async def begin(request: Request, declaration: str = "", purpose: str = "") -> Response:
        today = now().astimezone(SHANGHAI).date()
        applicant = next(iter(firms_of(request.state.identity)), "")
        draft = Draft.of(
            {
                "serial": f"SQ-{today:%Y%m%d}-{secrets.randbelow(1_000_000):06}",
                "applied_on": today.isoformat(),
                "purpose": purpose if purpose in list(Purpose) else Purpose.RETURN.value,
                "refund_state": RefundState.NOT_CLAIMED.value,
                "applicant": applicant,
                "tax_office": await _office(calls_of(request), applicant),
                "declarations": declaration,
            }
        )
        return await _shown(request, "purpose", draft)

    @router.post("/apply")
    async def go(request: Request) -> Response:
        """Go to a step, forwards or back; or file. A step is reached only when those before it are filled in."""
        form = await form_of(request, _FORM)
        draft, to = Draft.of(form), form.get("to", "purpose")
        if to == "file":
            return await _file(request, draft, form.get("key", ""))
        if to == "more":
            draft.lines.append({**_BLANK})
        wanted = to if to in STEPS else "goods"
        lacking = _lacking(_paper(request, draft))
        step = next((one for one in STEPS[: STEPS.index(wanted)] if one in lacking), wanted)
        return await _shown(request, step, draft, lacking[step] if step != wanted else ())

    return router


def firms_of(identity: Identity) -> dict[str, dict[str, str]]:
    """The firms for which a person may apply, by USCC. The customs code is told where it cannot be another firm's."""
    named = sorted(code for code in identity.codes if len(code) == _USCC)
    customs = [code for code in identity.codes if len(code) != _USCC]
    more = {"customs_code": customs[0]} if len(named) == len(customs) == 1 else {}
    return {code: {"uscc": code, "name": identity.organisation, **more} for code in named}


async def _shown(
    request: Request, step: str, draft: Draft, problems: Sequence[Mapping[str, Any]] = ()
) -> Response:
    calls, more = calls_of(request), dict[str, Any]()
    if step == "purpose":
        more["offered"], more["away"] = await _offered(calls, draft)
    elif step == "goods":
        more["problems"] = [*problems, *await _fill(calls, draft)]
    elif step == "check":
        more["told"], found = await _checked(request, draft)
        more["problems"] = found or problems
    answer = page(
        request,
        "apply.html",
        step=step,
        steps=STEPS,
        draft=draft,
        firms=firms_of(request.state.identity),
        purposes=[one.value for one in Purpose],
        states=list(TAX),
        **{"problems": problems, "offered": [], "away": None, "told": None, **more},
    )
    answer.headers.update(_KEPT)
    return answer


async def _office(calls: Calls, applicant: str) -> str:
    """The tax office of the firm's last application; empty if it has none that is filed or approved."""
    filed: list[dict[str, Any]] = []
    for state in (FilingState.APPROVED, FilingState.FILED):
        asked = {"state": state.value, "limit": "1000", "after": ""}
        while True:
            told = await calls.get("/v1/applications", **asked)
            filed += (one for one in told["applications"] if one["applicant"].get("uscc") == applicant)
            asked["after"] = told["next"]
            if not told["next"]:
                break
    if not filed:
        return ""
    last = max(filed, key=lambda one: str(one["filed_at"]))
    document = (await calls.get(f"/v1/applications/{part(last['number'])}"))["document"]
    return str(document["tax_office"])


def _lacking(paper: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """What keeps the draft from being an application at all, by the step that asks for it."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    try:
        records.build(Application, paper, "request")
    except HefuError as error:
        for one in error.problems:
            found.setdefault(_asked_in(one.place), []).append(one.as_json())
    return found


def _asked_in(path: str) -> str:
    """The step that asks for a field, by its path."""
    if path.startswith("$.lines"):
        return "taxes" if ".tax" in path else "goods"
    return next(
        (step for step, names in _ASKED.items() if path.split(".")[1:2] and path.split(".")[1] in names),
        "check",
    )


async def _offered(calls: Calls, draft: Draft) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The firm's export declarations of late, released, as customs tells them."""
    since = (now() - _RECENT).astimezone(SHANGHAI).date()
    told, away = await calls.peer(
        f"/v1/declarations?trader={part(draft.heads['applicant'])}&from={since}&limit=1000"
    )
    found = [
        one["document"]
        for one in (told or {}).get("declarations", [])
        if one["act"] == Purpose.EXPORT.value and one["state"] == "released"
    ]
    return sorted(found, key=lambda one: str(one["declared_on"]), reverse=True)[:_OFFERED], away


async def _fill(calls: Calls, draft: Draft) -> list[Mapping[str, Any]]:
    """Lines from what tax knows of the goods; what could not be found, as problems."""
    found: list[Line] = []
    problems: list[Mapping[str, Any]] = []
    if draft.heads["purpose"] != Purpose.EXPORT.value:  # goods not yet exported are in no ledger
        principal = draft.heads["principal_certificate"]
        if principal:
            told = await _asked(calls, f"/v1/certificates/{part(principal)}", problems)
            found += [_certified(one) for one in told["document"]["lines"]] if told else []
        certified = {one["declaration"] for one in found}
        for number in draft.declarations:
            if number in certified:
                continue
            told = await _asked(calls, f"/v1/ledger/{part(number)}", problems)
            found += (
                [_exported(told, one) for one in told["items"] if one["in_export"] is not False]
                if told
                else []
            )
            if told is None and not any(one.get("declaration") == number for one in draft.lines):
                draft.lines.append({**_BLANK, "declaration": number})
    draft.keep(found)
    if not draft.lines:
        draft.lines.append({**_BLANK})
    return problems


async def _asked(calls: Calls, path: str, problems: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    try:
        return await calls.get(path)
    except Refused as refused:
        problems += refused.body.get("problems", [])
        return None


def _exported(ledger: dict[str, Any], item: dict[str, Any]) -> Line:
    """The line of an exported item: all of it that is free."""
    free = item["free"] if Decimal(item["free"]) > 0 else ""
    refunded = sum(Decimal(one["vat"]) for one in item["claims"] if one["state"] == "paid")
    return {
        "free": item["free"],
        "take": "yes" if free else "",
        "declaration": ledger["declaration"],
        "item": str(item["item"]),
        "hs_code": item.get("hs_code", ""),
        "goods_name": item.get("goods_name", ""),
        "unit": item["unit"],
        "quantity": free,
        "exported_quantity": item["exported"],
        "export_date": ledger.get("declared_on", ""),
        "refunded_vat": str(refunded) if refunded else "",
    }


def _certified(line: dict[str, Any]) -> Line:
    """The line of an agent's application by the line of its principal's certificate."""
    kept = (name for name in GOODS if name not in ("invoice", "invoice_line"))
    return {"take": "yes", **{name: str(line.get(name) or "") for name in kept}}


def _paper(request: Request, draft: Draft) -> dict[str, Any]:
    firms = firms_of(request.state.identity)
    return draft.paper(firms.get(draft.heads["applicant"], {"uscc": draft.heads["applicant"]}))


async def _checked(
    request: Request, draft: Draft
) -> tuple[dict[str, Any] | None, Sequence[Mapping[str, Any]]]:
    """What the self-check says; or why it is no application yet."""
    try:
        return await calls_of(request).post("/v1/applications/check", _paper(request, draft)), ()
    except Refused as refused:
        return None, refused.body.get("problems", [])


async def _file(request: Request, draft: Draft, key: str) -> Response:
    try:
        told = await calls_of(request).post("/v1/applications", _paper(request, draft), key=key)
    except Refused as refused:
        return await _shown(request, "check", draft, refused.body.get("problems", []))
    return back_to(f"/applications/{part(told['number'])}")
