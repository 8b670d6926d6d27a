"""Who sits at the console: the token of the configuration in a cookie that scripts and other sites cannot use."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hefu import errors
from hefu.errors import HefuError, Text
from hefu.trust.access import Identity

PATH: Final = "/console"
COOKIE: Final = "hefu_token"
_HOURS: Final = 12

FOREIGN: Final = errors.kind(
    "console.foreign_form",
    http=403,
    message=Text("表单来自其他网站: {value}", "the form was sent by another site: {value}"),
    cure=Text("在控制台的页面上重新操作", "do it again on the console's own page"),
)


def token_of(request: Request) -> str:
    """The token in the cookie, empty if there is none."""
    return request.cookies.get(COOKIE, "")


def identity_of(request: Request) -> Identity | None:
    """Who has signed in, if anybody has."""
    try:
        found: Identity = request.app.state.door.identify(token_of(request))
    except HefuError:
        return None
    return found


def require_own_form(request: Request) -> None:
    """Raises ``console.foreign_form`` if another site sent the form. Browsers tell where a form comes from; one that
    does not (an old one) still sends the cookie from this site only.
    """
    said = request.headers.get("origin") or request.headers.get("referer")
    if said and urlsplit(said).netloc != request.headers.get("host"):
        errors.fail(FOREIGN, value=said)


def sign_in(response: Response, request: Request, token: str) -> None:
    """Remember the token for a working day."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=_HOURS * 3600,
        path=PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def sign_out(response: Response) -> None:
    """Forget the token."""
    response.delete_cookie(COOKIE, path=PATH)
