"""Coming in and going out, choosing a language, and the files of the pages."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from hefu.console.language import COOKIE, LANGUAGES
from hefu.console.page import back_to, form_of, packed, page
from hefu.console.session import PATH, identity_of, require_own_form, sign_in, sign_out
from hefu.errors import HefuError
from hefu.http.problem import as_problem
from hefu.protocol.records import Side
from hefu.trust.access import Identity, Role

_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_YEAR: Final = 365 * 24 * 3600
_HOME: Final = {
    (Role.CUSTOMS_OFFICER, Side.CUSTOMS): "/gate",
    (Role.TAX_OFFICER, Side.TAX): "/applications",
    (Role.ENTERPRISE, Side.TAX): "/applications",
    (Role.ENTERPRISE, Side.CUSTOMS): "/mine",
    (Role.OPERATOR, Side.TAX): "/works",
    (Role.OPERATOR, Side.CUSTOMS): "/works",
    (Role.INVESTIGATOR, Side.CUSTOMS): "/cases",
    (Role.AUDITOR, Side.TAX): "/works",
    (Role.AUDITOR, Side.CUSTOMS): "/works",
}


def routes() -> APIRouter:
    """Pages for whoever has not signed in yet, too; a plain router, as there is nobody yet to ask the API for."""
    router = APIRouter(prefix=PATH)

    @router.get("")
    @router.get("/")
    async def start(request: Request) -> Response:
        identity = identity_of(request)
        return back_to("/sign-in" if identity is None else _home(request, identity))

    @router.get("/sign-in")
    async def entrance(request: Request) -> Response:
        return page(request, "sign_in.html", next=_inside(request.query_params.get("next", "")), wrong=None)

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        form = await form_of(request)
        wanted = _inside(form.get("next", ""))
        try:
            require_own_form(request)
            identity = request.app.state.door.identify(form.get("token"))
        except HefuError as error:
            status, _ = as_problem(error)
            return page(request, "sign_in.html", status, next=wanted, wrong=error.first.as_json())
        answer = back_to(wanted or _home(request, identity))
        sign_in(answer, request, form["token"])
        return answer

    @router.post("/sign-out")
    async def leave(request: Request) -> Response:
        require_own_form(request)
        answer = back_to("/sign-in")
        sign_out(answer)
        return answer

    @router.get("/language/{code}")
    async def speak(code: str, back: str = "/") -> Response:
        answer = RedirectResponse(PATH + (_inside(back) or "/"), 303)
        if code in LANGUAGES:
            answer.set_cookie(COOKIE, code, max_age=_YEAR, path=PATH, samesite="lax")
        return answer

    @router.get("/static/{_release}/{name}")
    async def static(request: Request, _release: str, name: str) -> Response:
        """A file of the console; the release in its address lets browsers keep it for a year."""
        found = files("hefu.console").joinpath("static", name)
        kind = _KINDS.get(name[name.rfind(".") :])
        if kind is None or not found.is_file():
            return Response(status_code=404)
        headers = {
            "cache-control": f"public, max-age={_YEAR}, immutable",
            "x-content-type-options": "nosniff",
            "vary": "accept-encoding",
        }
        return packed(request, found.read_bytes(), 200, headers, f"{kind}; charset=utf-8")

    return router


def _home(request: Request, identity: Identity) -> str:
    """Where a day begins."""
    return _HOME.get((identity.role, request.app.state.node.side), "/search")


def _inside(path: str) -> str:
    """A path below the console, empty if it would lead elsewhere."""
    inner = path.removeprefix(PATH)
    return inner if inner.startswith("/") and not inner.startswith(("//", "/\\")) else ""
