"""Acts of two officers: what waits for a second one, and what was decided."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from hefu.console.calls import part
from hefu.console.page import back_to, calls_of, form_of, page, pages

_STATES: Final = ("proposed", "approved", "rejected", "lapsed")


def routes() -> APIRouter:
    """The list and the decision."""
    router = pages()

    @router.get("/acts")
    async def acts(request: Request, state: str = "proposed", done: int = 0, became: str = "") -> Response:
        """The acts of a state; ``done``: the one that was just decided, and what it ``became``."""
        calls = calls_of(request)
        told = await calls.get("/v1/acts", state=state)
        decided = (await calls.get("/v1/acts", state=became))["acts"] if done and became in _STATES else []
        return page(
            request,
            "acts.html",
            state=state,
            states=_STATES,
            rows=told["acts"],
            done=next((one for one in decided if one["act"] == done), None),
        )

    @router.post("/acts/{act}/{decision}")
    async def decide(request: Request, act: str, decision: str) -> Response:
        """Approve or reject what another officer has proposed."""
        form = await form_of(request)
        path = f"/v1/acts/{part(act)}/{part(decision)}"
        await calls_of(request).post(path, {"remark": form.get("remark", "")}, key=form.get("key", ""))
        back = form.get("back", "")
        became = {"approve": "approved", "reject": "rejected"}.get(decision, "")
        return back_to(back if back.startswith("/") else f"/acts?done={part(act)}&became={became}")

    return router
