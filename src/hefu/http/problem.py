"""Errors as problem+json (RFC 9457), every problem in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response

from hefu import errors
from hefu.errors import HefuError, Kind, Problem, Text

INTERNAL = errors.kind(
    "internal",
    http=500,
    exit_code=3,
    message=Text("内部错误, 请求未被采用: {value}", "internal error, the request was not taken: {value}"),
    cure=Text(
        "重试; 仍不行请把时间和 instance 告诉运行人员",
        "try again; if it stays, tell the operator time and instance",
    ),
)
NO_ROUTE = errors.kind(
    "route.unknown",
    http=404,
    message=Text("没有 {place}", "there is no {place}"),
    cure=Text("接口说明见 /openapi.json", "see /openapi.json"),
)
WRONG_METHOD = errors.kind(
    "route.method",
    http=405,
    message=Text("{place} 不接受 {value}", "{place} does not take {value}"),
    cure=Text("接口说明见 /openapi.json", "see /openapi.json"),
)

_log = structlog.get_logger("hefu.http")


def as_problem(error: HefuError, instance: str = "", language: str = "en") -> tuple[int, dict[str, Any]]:
    """Status and problem+json body of an error."""
    first = error.first
    say = 0 if language.startswith("zh") else 1
    body: dict[str, Any] = {
        "type": f"urn:hefu:problem:{first.kind.code}",
        "title": first.kind.code,
        "status": first.kind.http,
        "detail": first.message[say],
        "cure": first.cure[say],
        "code": first.kind.code,
        "problems": [problem.as_json() for problem in error.problems],
    }
    if instance:
        body["instance"] = instance
    return first.kind.http, body


def respond(status: int, body: Mapping[str, Any], *, problem: bool = False) -> Response:
    """A JSON answer; 503 says when to come back."""
    kind = "application/problem+json" if problem else "application/json"
    headers = {"Retry-After": "1"} if status == 503 else None
    return Response(orjson.dumps(body), status, headers, kind)


async def on_error(request: Request, error: Exception) -> Response:
    """The answer to any exception of a route."""
    if not isinstance(error, HefuError):
        _log.exception("route failed", path=request.url.path, exc_info=error)
        error = HefuError(Problem(INTERNAL, value=type(error).__name__))
    status, body = as_problem(error, request.url.path, request.headers.get("accept-language", "en"))
    return respond(status, body, problem=True)


async def on_missing(request: Request, _: Exception) -> Response:
    """The answer to a path that nobody serves."""
    return await on_error(request, HefuError(_route_problem(NO_ROUTE, request)))


async def on_method(request: Request, _: Exception) -> Response:
    """The answer to a method that the path does not take."""
    return await on_error(request, HefuError(_route_problem(WRONG_METHOD, request)))


def _route_problem(kind: Kind, request: Request) -> Problem:
    return Problem(kind, place=request.url.path, value=request.method)
