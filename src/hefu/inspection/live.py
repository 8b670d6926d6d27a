"""The authority's own record beside the enterprise's: where each certificate stands, and a dry run of the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import httpx2
import orjson

from hefu import errors
from hefu.errors import Text
from hefu.inspection.result import Inspection

T = TypeVar("T")

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
_AT_ONCE: Final = 1000
_CHECKED_AT_ONCE: Final = 100
_SECONDS: Final = 60


def beside(
    inspection: Inspection, url: str, token: str, on_step: Callable[[int], None] = lambda _: None
) -> Inspection:
    """The inspection with what the node says: of each certificate ``state``, ``declaration`` and ``digest``, of each
    declaration that is kept whole what lodging it now would come to, which reserves nothing. Raises
    ``inspection.node_unreachable`` and ``inspection.node_refused``.
    """
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False) as client:
        rules = _asked(client, "GET", "/v1/rules", None)
        live: dict[str, Mapping[str, Any]] = {}
        for part in _parts(inspection.certificates.get_column("certificate").to_list(), _AT_ONCE):
            told = _asked(client, "POST", "/v1/certificates/states", {"numbers": part})
            live |= {
                one["number"]: {key: one[key] for key in one if key != "number"} for one in told["states"]
            }
            on_step(len(part))
        papers = [one.declaration for one in inspection.details.values()]
        for part in _parts(papers, _CHECKED_AT_ONCE):
            told = _asked(client, "POST", "/v1/declarations/check", part)
            for paper, one in zip(part, told["results"], strict=True):
                live[paper["number"]] = _checked(one)
            on_step(len(part))
    same = rules["hash"] == inspection.ruleset_hash
    assumed = () if same else (_other_rules(inspection, rules),)
    return replace(inspection, live=live, node=url, assumptions=(*inspection.assumptions, *assumed))


def _parts(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    return (list(rows[start : start + size]) for start in range(0, len(rows), size))


def _checked(one: Mapping[str, Any]) -> dict[str, Any]:
    """What lodging would come to, in short: the state, or the code of a refusal, and the codes found."""
    told = {
        "state": one.get("state") or one.get("code", ""),
        "codes": [f["code"] for f in one.get("findings", [])],
    }
    return {key: value for key, value in told.items() if value}


def _other_rules(inspection: Inspection, rules: Mapping[str, Any]) -> tuple[str, str]:
    here, there = (
        f"{inspection.ruleset} ({inspection.ruleset_hash[:19]}…)",
        f"{rules['version']} ({rules['hash'][:19]}…)",
    )
    return (
        f"海关节点的规则集 {there} 与本次自查的 {here} 不同, 结论可能不同",
        f"the node judges by rule set {there}, this inspection by {here}: answers may differ",
    )


def _asked(client: httpx2.Client, method: str, path: str, body: Any) -> dict[str, Any]:
    place = str(client.base_url)
    try:
        answer = client.request(method, path, content=None if body is None else orjson.dumps(body))
        told: dict[str, Any] = orjson.loads(answer.content)
    except (httpx2.HTTPError, orjson.JSONDecodeError) as error:
        errors.fail(UNREACHABLE, place=place, value=f"{type(error).__name__}: {error}")
    if answer.status_code >= httpx2.codes.BAD_REQUEST:
        first = (told.get("problems") or [{"message": {"zh": str(told), "en": str(told)}}])[0]
        errors.fail(REFUSED, place=place, value=answer.status_code, **first["message"])
    return told
