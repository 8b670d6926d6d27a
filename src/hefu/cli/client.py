"""A caller's side of the API, for the command line."""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson

from hefu import errors
from hefu.documents.canonical import as_json
from hefu.documents.readers.json_documents import Paper
from hefu.errors import HefuError, Problem, Text
from hefu.protocol.records import Side
from hefu.settings import load_client

UNREACHABLE = errors.kind(
    "node.unreachable",
    http=503,
    exit_code=3,
    message=Text("{place} 节点没有应答: {value}", "the {place} node does not answer: {value}"),
    cure=Text("先运行 hefu up (或 make up)", "start it with hefu up (or make up)"),
)
NO_IDENTITY = errors.kind(
    "client.no_identity",
    http=400,
    message=Text("配置中没有身份 {value}", "there is no identity {value} in the configuration"),
    cure=Text("可用身份: {known}", "known identities: {known}"),
)
REFUSED = errors.kind(
    "node.refused",
    http=502,
    exit_code=1,
    message=Text("{place}: {zh}", "{place}: {en}"),
    cure=Text("{cure_zh}", "{cure_en}"),
)
_BULK: Final = 200
"""Documents in one request."""


class Client:
    """Calls both nodes as one of the identities in ``client.json``, at the addresses there unless others are given."""

    def __init__(self, home: Path, identity: str, addresses: Mapping[Side, str] | None = None) -> None:
        self.settings = load_client(home)
        known = self.settings.identities
        if identity not in known:
            errors.fail(NO_IDENTITY, value=identity, known=", ".join(known))
        headers = {"Authorization": f"Bearer {known[identity].token}"}
        given = addresses or {}
        self._clients = {
            side: httpx2.Client(
                base_url=given.get(side)
                or (self.settings.tax if side is Side.TAX else self.settings.customs),
                headers=headers,
                timeout=60,
                trust_env=False,
            )
            for side in Side
        }
        for one in self._clients.values():
            weakref.finalize(self, one.close)

    def ask(self, side: Side, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON body. Raises ``node.unreachable``."""
        answer = self._said(side, method, path, body)
        told: dict[str, Any] = orjson.loads(answer.content)
        return answer.status_code, told

    def _said(self, side: Side, method: str, path: str, body: Any = None) -> httpx2.Response:
        headers = {} if method == "GET" else {"Idempotency-Key": str(uuid.uuid4())}
        content = None if body is None else orjson.dumps(body)
        try:
            return self._clients[side].request(method, path, content=content, headers=headers)
        except httpx2.HTTPError as error:
            errors.fail(UNREACHABLE, place=side.value, value=f"{type(error).__name__}: {error}")

    def file(self, side: Side, path: str) -> bytes:
        """A file that a GET answers. Raises what the node refuses."""
        answer = self._said(side, "GET", path)
        if answer.status_code >= httpx2.codes.BAD_REQUEST:
            raise refused(orjson.loads(answer.content))
        return answer.content

    def get(self, side: Side, path: str) -> dict[str, Any]:
        """The JSON body of a GET. Raises what the node refuses."""
        status, told = self.ask(side, "GET", path)
        if status >= httpx2.codes.BAD_REQUEST:
            raise refused(told)
        return told

    def license_code(self) -> str:
        """The supporting-document code under which the customs node looks for certificates."""
        return str(self.get(Side.CUSTOMS, "/v1/rules")["policy"]["license_code"])

    def send(self, side: Side, path: str, papers: Sequence[Paper]) -> Iterator[dict[str, Any]]:
        """Documents through bulk intake; one result each, in order."""
        for start in range(0, len(papers), _BULK):
            part = [as_json(paper) for paper in papers[start : start + _BULK]]
            status, told = self.ask(side, "POST", path, part)
            if status >= httpx2.codes.BAD_REQUEST:
                raise refused(told)
            yield from told["results"]


_NODES: Final = ("hefu.customs.node", "hefu.tax.node")
"""The rooms that say what is wrong with a call; no other call needs them here."""


def _kinds(codes: set[str]) -> Mapping[str, errors.Kind]:
    """All kinds of errors; the rooms of the nodes are loaded if one of the codes is not known without them."""
    if codes - errors.registry().keys():
        for room in _NODES:
            import_module(room)
    return errors.registry()


def refused(told: dict[str, Any]) -> HefuError:
    """A node's problem+json as an error here, with its own exit code and texts."""
    problems = told.get("problems", [])
    known = _kinds({one["code"] for one in problems})
    found: list[Problem] = []
    for one in problems:
        kind = known.get(one["code"])
        if kind is not None:
            found.append(
                Problem(kind, one["place"], one["value"], one["file"], one["side"], one.get("details", {}))
            )
            continue
        details = {
            "zh": one["message"]["zh"],
            "en": one["message"]["en"],
            "cure_zh": one["cure"]["zh"],
            "cure_en": one["cure"]["en"],
        }
        foreign = replace(
            REFUSED, code=one["code"], message=Text("{zh}", "{en}")
        )  # of a room this program lacks
        found.append(Problem(foreign, one["place"], one["value"], one["file"], one["side"], details))
    if not found:
        details = {"zh": str(told), "en": str(told), "cure_zh": "", "cure_en": ""}
        found.append(Problem(REFUSED, details=details))
    return HefuError(*found)
