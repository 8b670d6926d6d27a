"""Every setting, typed, with its default and where it comes from.

A home folder holds one configuration a node (``tax/node.json``, ``customs/node.json``) and one for
callers (``client.json``). ``hefu up`` makes them with fresh keys and tokens when they are missing.
``HEFU_HOME`` names the folder, ``./var`` by default.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hefu import errors
from hefu.errors import HefuError, Problem, Text

NO_CONFIGURATION = errors.kind(
    "settings.missing",
    http=500,
    message=Text("没有配置文件 {file}", "there is no configuration {file}"),
    cure=Text(
        "先运行 hefu up (或 make up) 生成, 或用 HEFU_HOME 指定目录",
        "run hefu up (or make up) to make one, or name its folder in HEFU_HOME",
    ),
)
BAD_CONFIGURATION = errors.kind(
    "settings.invalid",
    http=500,
    message=Text("配置文件 {file} 有误: {place}: {value}", "configuration {file} is wrong: {place}: {value}"),
    cure=Text("更正该项; 说明见 docs/operate/settings.md", "correct it; see docs/operate/settings.md"),
)


class _Setting(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=_Setting)


class Caller(_Setting):
    """A caller that a node knows: by the SHA-256 of its token."""

    token_sha256: str = Field(description="SHA-256 of the token, hex.")
    organisation: str = Field(description="Name of the organisation, as the journal shows it.")
    role: Literal["enterprise", "tax_officer", "customs_officer", "operator", "auditor", "investigator"] = (
        Field(description="What kind of organisation it is.")
    )
    codes: list[str] = Field(default_factory=list, description="USCC and customs code of an enterprise.")
    person: str = Field(
        "", description="Who of the organisation it is; acts of two officers tell persons apart."
    )


class NodeSettings(_Setting):
    """One node."""

    side: Literal["tax", "customs"] = Field(description="Whose node it is.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(description="Port to listen on.", ge=1, le=65535)
    peer: str = Field(description="Base address of the other authority's node.")
    peer_console: str = Field(
        "",
        pattern=r"^(https?://[^\s\"'<>]+)?$",
        description="Address at which people reach the other authority's console, to which pages then lead. Empty: to none.",
    )
    peer_keys: list[dict[str, str]] = Field(
        default_factory=list,
        description="First public keys of the peer: key_id, algorithm, public_key, not_before.",
    )
    callers: list[Caller] = Field(default_factory=list, description="Who may call, until real sign-in comes.")
    rules: str = Field(
        "",
        description="Rule set: a version that comes with hefu, or a file in this folder; empty: the newest.",
    )
    policy: dict[str, Any] = Field(
        default_factory=dict, description="Open points that differ from the rule set's policy."
    )
    pull_seconds: float = Field(
        2.0, gt=0, description="How long a declaration waits for a pulled certificate."
    )
    retry_seconds: float = Field(
        0.2, gt=0, description="First pause after a failed delivery; doubles up to max_retry_seconds."
    )
    max_retry_seconds: float = Field(5.0, gt=0, description="Longest pause between attempts to deliver.")
    reconcile_hours: float = Field(
        24.0, gt=0, description="How often the two registers are compared, besides after every outage."
    )
    beat_seconds: float = Field(
        15.0, gt=0, description="How often customs asks the peer whether it is there, and notices an outage."
    )
    contingency_minutes: int = Field(
        120,
        ge=0,
        le=10080,
        description="The published time: after so long without a function one officer opens a contingency, before it"
        " takes two (DESIGN §9, assumption). 0: one officer at any time.",
    )
    reads_days: int = Field(
        180,
        ge=1,
        description="How many days it is kept who looked at what. Assumption: no source sets a time for it.",
    )
    sweep_seconds: float = Field(30.0, gt=0, description="How often expired reservations are looked for.")
    cases: str = Field(
        "",
        description="Folder of case files, as hefu chains analyse -o writes it, that investigators open in the console of"
        " customs; sought in this folder. Empty: none.",
    )
    signs_declarations: int = Field(
        100_000,
        ge=0,
        description="Of how many of the latest declarations customs remembers the parties, to point out signs of"
        " buy-and-export to a person. 0: none.",
    )
    papers_hours: float = Field(
        8.0, gt=0, description="How long papers that an enterprise gives in the console are kept for it."
    )
    papers_megabytes: int = Field(512, ge=1, description="How large such papers may be, given at once.")
    papers_at_once: int = Field(
        1, ge=1, description="How many of them are looked through at once, each in a process of its own."
    )


class ClientIdentity(_Setting):
    """A caller's own side of it: the token in clear. Keep the file to yourself."""

    organisation: str
    role: str
    token: str
    codes: list[str] = Field(default_factory=list)
    person: str = ""


class ClientSettings(_Setting):
    """Where the nodes are and who I am."""

    tax: str
    customs: str
    identities: dict[str, ClientIdentity]


def home() -> Path:
    """The folder of configurations and stores."""
    return Path(os.environ.get("HEFU_HOME", "var"))


def load_node(folder: Path) -> NodeSettings:
    """The configuration of the node in this folder."""
    return _load(NodeSettings, folder / "node.json")


def load_client(folder: Path) -> ClientSettings:
    """The callers' configuration in the home folder."""
    return _load(ClientSettings, folder / "client.json")


def _load(kind: type[S], path: Path) -> S:
    if not path.is_file():
        errors.fail(NO_CONFIGURATION, file=str(path))
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise HefuError(*wrong(path, error)) from error


def wrong(path: Path, error: ValidationError, *above: str) -> list[Problem]:
    """A problem for everything that is wrong in a configuration, below the place ``above``."""
    return [
        Problem(
            BAD_CONFIGURATION,
            file=str(path),
            place=".".join(map(str, (*above, *one["loc"]))) or "$",
            value=one["msg"],
        )
        for one in error.errors()
    ]


def write(path: Path, settings: BaseModel) -> None:
    """Write a configuration, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(settings.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
    beside.replace(path)
