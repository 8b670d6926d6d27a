"""What every page is: behind the sign-in, in the reader's language, asking the API as who sits there."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import RedirectResponse, Response

import hefu
from hefu.console import words
from hefu.console.calls import Calls, Refused
from hefu.console.language import LANGUAGES, Language, language_of
from hefu.console.session import PATH, identity_of, require_own_form, token_of
from hefu.errors import HefuError, Problem
from hefu.http.guard import body_of
from hefu.http.problem import INTERNAL, as_problem
from hefu.http.reads import begin, look_of, settle_page
from hefu.trust.access import Identity

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_log = structlog.get_logger("hefu.console")
_SIGNED_OUT: Final = 401
_FORM: Final = 256 * 1024
"""Bytes of a form without files."""


class PageRoute(APIRoute):
    """A page: whoever has not signed in is led to the entrance, and what goes wrong is told as a page. What a person
    may see and do the API decides that the page asks.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The page behind the sign-in."""
        inner = super().get_route_handler()

        async def behind_the_sign_in(request: Request) -> Response:
            identity = identity_of(request)
            if identity is None:
                return to_sign_in(request)
            request.state.identity = identity
            look = begin(request, None)
            answer = await told(request)
            settle_page(request, identity, look, answer.status_code)
            return answer

        async def told(request: Request) -> Response:
            try:
                if request.method != "GET":
                    require_own_form(request)
                return await inner(request)
            except Refused as refused:
                return problem_page(request, refused.status, refused.body)
            except HefuError as error:
                return problem_page(request, *as_problem(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a page
                _log.exception("page failed", path=request.url.path)
                return problem_page(
                    request, *as_problem(HefuError(Problem(INTERNAL, value=type(error).__name__)))
                )

        return behind_the_sign_in


def pages() -> APIRouter:
    """A router for pages."""
    return APIRouter(prefix=PATH, route_class=PageRoute)


async def form_of(request: Request, limit: int = _FORM) -> dict[str, str]:
    """The fields of a form that was sent; of one sent twice the last."""
    told = (await body_of(request, limit)).decode("utf-8", errors="replace")
    return {name: value.strip() for name, value in parse_qsl(told, keep_blank_values=True)}


def back_to(path: str) -> Response:
    """The page that shows what a form has done."""
    return RedirectResponse(PATH + path, 303)


def calls_of(request: Request) -> Calls:
    """The API, asked by who sits at the console."""
    return Calls(request.app, token_of(request), look_of(request))


@cache
def _environment(code: str) -> Environment:
    language = Language(code)
    made = Environment(
        loader=PackageLoader("hefu.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=language.say, language=language, path=PATH, version=hefu.__version__, words=words)
    made.filters.update(
        moment=language.moment,
        day=language.day,
        number=language.number,
        size=language.size,
        duration=language.duration,
        money=language.money,
        of=language.of,
        word=lambda value: words.word(language, value),
        place=lambda value: words.place(language, value),
        filter=lambda asked: words.asked(language, asked),
        said=lambda problem: words.said(language, problem),
        cure=lambda problem: words.cure(language, problem),
        actor=lambda value: words.actor(language, value),
        unit=lambda code: words.unit(language, code),
    )
    return made


def rendered(language: Language, template: str, **values: Any) -> str:
    """A template in a language."""
    return _environment(language.code).get_template(template).render(**values)


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A whole page, in the reader's language."""
    identity: Identity | None = getattr(request.state, "identity", None)
    text = rendered(
        language_of(request),
        template,
        request=request,
        side=request.app.state.node.side.value,
        identity=identity,
        role=identity.role.value if identity else "",
        form_key=secrets.token_urlsafe(16),
        languages=LANGUAGES,
        peer_console=request.app.state.node.settings.peer_console.rstrip("/"),
        **values,
    )
    headers = {
        "content-security-policy": _POLICY,
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "content-language": language_of(request).tag,
        "vary": "accept-encoding",
    }
    return packed(request, text.encode(), status, headers, "text/html; charset=utf-8")


def packed(request: Request, content: bytes, status: int, headers: dict[str, str], kind: str) -> Response:
    """An answer, packed for whoever takes it so: a slow line is slower than any computer packs."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["content-encoding"] = gzip.compress(content, 5, mtime=0), "gzip"
    return Response(content, status, headers, kind)


def to_sign_in(request: Request) -> Response:
    """The entrance, which leads back to what was asked for, with its filters."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{PATH}/sign-in?{urlencode({'next': asked}, safe='/')}", 303)


def problem_page(request: Request, status: int, body: Any) -> Response:
    """What went wrong and what to do next."""
    if status == _SIGNED_OUT:
        return to_sign_in(request)
    problems, code = body.get("problems", []), body.get("code", "")
    return page(request, "problem.html", status, problems=problems, code=code, back=_before(request))


def _before(request: Request) -> str:
    """The page of this console from which a form was sent or a link followed; empty if none is told."""
    said = urlsplit(request.headers.get("referer", ""))
    inside = said.netloc == request.headers.get("host") and said.path.startswith(f"{PATH}/")
    return said._replace(scheme="", netloc="").geturl() if inside and said.path != request.url.path else ""
