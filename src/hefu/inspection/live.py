"""The authority's own record beside the enterprise's: where each certificate stands, and a dry run of the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import httpx2
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hefu import errors
from hefu.errors import Text
from hefu.inspection.findings.result import Inspection

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

UNREACHABLE = errors.kind(
    "inspection.node_unreachable",
    http=503,
    exit_code=3,
    message=Text("海关节点 {place} 没有应答: {value}", "the customs node {place} does not answer: {value}"),
    cure=Text(
        "核对 --node 的网址和网络; 不带 --node 也可自查",
        "check the URL of --node and the network; without --node the inspection works too",
    ),
)
REFUSED = errors.kind(
    "inspection.node_refused",
    http=502,
    exit_code=3,
    message=Text("海关节点 {place} 拒绝: {zh}", "the customs node {place} refuses: {en}"),
    cure=Text("用 --token 或 HEFU_TOKEN 给出有效的令牌", "give a valid token with --token or in HEFU_TOKEN"),
)
NOT_A_NODE = errors.kind(
    "inspection.not_a_node",
    http=502,
    exit_code=3,
    message=Text(
        "{place} 的应答不是海关节点的应答: {value}", "{place} does not answer as a customs node does: {value}"
    ),
    cure=Text("核对 --node 的网址和节点的版本", "check the URL of --node and the version of the node"),
)
_AT_ONCE: Final = 1000
_CHECKED_AT_ONCE: Final = 100
_SECONDS: Final = 60


class _Rules(BaseModel):
    version: str
    hash: str


class _State(BaseModel):
    model_config = ConfigDict(extra="allow")

    number: str


class _States(BaseModel):
    states: list[_State]


class _Finding(BaseModel):
    code: str


class _Result(BaseModel):
    state: str = ""
    code: str = ""
    findings: list[_Finding] = []


class _Results(BaseModel):
    results: list[_Result]


class _Problems(BaseModel):
    class One(BaseModel):
        class Sentence(BaseModel):
            zh: str
            en: str

        message: Sentence

    problems: list[One] = Field(min_length=1)


def beside(
    inspection: Inspection, url: str, token: str, on_step: Callable[[int], None] = lambda _: None
) -> Inspection:
    """The inspection with what the node says: of each certificate ``state``, ``declaration`` and ``digest``, of each
    declaration that is kept whole what lodging it now would come to, which reserves nothing. Raises
    ``inspection.node_unreachable``, ``inspection.node_refused`` and ``inspection.not_a_node``.
    """
    with _client(url, token) as client:
        rules = _asked(client, "GET", "/v1/rules", None, _Rules)
        live: dict[str, Mapping[str, Any]] = {}
        for part in _parts(inspection.certificates.get_column("certificate").to_list(), _AT_ONCE):
            told = _asked(client, "POST", "/v1/certificates/states", {"numbers": part}, _States)
            live |= {one.number: one.model_dump(exclude={"number"}) for one in told.states}
            on_step(len(part))
        papers = [one.declaration for one in inspection.details.values()]
        for part in _parts(papers, _CHECKED_AT_ONCE):
            checked = _asked(client, "POST", "/v1/declarations/check", part, _Results).results
            if len(checked) != len(part):
                errors.fail(NOT_A_NODE, place=url, value=f"{len(checked)} != {len(part)}")
            live |= {paper["number"]: _checked(one) for paper, one in zip(part, checked, strict=True)}
            on_step(len(part))
    same = rules.hash == inspection.ruleset_hash
    assumed = () if same else (_other_rules(inspection, rules),)
    return replace(inspection, live=live, node=url, assumptions=(*inspection.assumptions, *assumed))


def _client(url: str, token: str) -> httpx2.Client:
    try:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False)
    except httpx2.InvalidURL as error:
        errors.fail(UNREACHABLE, place=url, value=error)
    except UnicodeEncodeError:  # no token has such signs
        errors.fail(REFUSED, place=url, zh="令牌无效", en="the token is not valid")


def _parts(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    return (list(rows[start : start + size]) for start in range(0, len(rows), size))


def _checked(one: _Result) -> dict[str, Any]:
    """What lodging would come to, in short: the state, or the code of a refusal, and the codes found."""
    told = {"state": one.state or one.code, "codes": [found.code for found in one.findings]}
    return {key: value for key, value in told.items() if value}


def _other_rules(inspection: Inspection, rules: _Rules) -> tuple[str, str]:
    here, there = (
        f"{inspection.ruleset} ({inspection.ruleset_hash[:19]}…)",
        f"{rules.version} ({rules.hash[:19]}…)",
    )
    return (
        f"海关节点的规则集 {there} 与本次自查的 {here} 不同, 结论可能不同",
        f"the node judges by rule set {there}, this inspection by {here}: answers may differ",
    )


def _asked(client: httpx2.Client, method: str, path: str, body: Any, form: type[M]) -> M:
    place = str(client.base_url)
    try:
        answer = client.request(method, path, content=None if body is None else orjson.dumps(body))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        errors.fail(UNREACHABLE, place=place, value=f"{type(error).__name__}: {error}")
    try:
        if answer.status_code >= httpx2.codes.BAD_REQUEST:
            first = _Problems.model_validate_json(answer.content).problems[0].message
            errors.fail(REFUSED, place=place, value=answer.status_code, zh=first.zh, en=first.en)
        return form.model_validate_json(answer.content)
    except ValidationError as error:
        wrong = error.errors()[0]
        value = f"{answer.status_code} {path} {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
        errors.fail(NOT_A_NODE, place=place, value=value)
