"""Rule sets as versioned files: which rules, in which revision, how severe, under which policy.

A set is a TOML file. Those of hefu stand in ``sets/``, one a version, and stay there; an authority writes
its own from one of them (``hefu rules --as-set``). The conditions are Python in this room: a set names
them by code and revision, so a verdict can be made again years later under the set that made it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import polars as pl
import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hefu import errors
from hefu.documents.codes.tables import tables
from hefu.documents.readers.records import rule_of
from hefu.documents.refusal import shown
from hefu.errors import HefuError, Problem, Text
from hefu.rules.finding import Severity
from hefu.rules.library import RULES
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule

NO_SUCH_SET = errors.kind(
    "ruleset.missing",
    http=404,
    message=Text("没有规则集 {value}{by_zh}", "there is no rule set {value}{by_en}"),
    cure=Text("给出规则集文件, 或版本之一: {known}", "name a rule-set file, or one of the versions {known}"),
)
BAD_SET = errors.kind(
    "ruleset.invalid",
    http=422,
    message=Text(
        "规则集文件 {file} 有误: {place}: {value}{rule_zh}",
        "rule-set file {file} is wrong: {place}: {value}{rule_en}",
    ),
    cure=Text(
        "更正该项; hefu rules --as-set 写出一份正确的文件",
        "correct it; hefu rules --as-set writes one that is right",
    ),
)
UNKNOWN_RULE = errors.kind(
    "ruleset.unknown_rule",
    http=422,
    message=Text(
        "规则集文件 {file} 有误: {place}: 没有规则 {value}",
        "rule-set file {file} is wrong: {place}: there is no rule {value}",
    ),
    cure=Text("{near_zh}hefu rules 列出全部规则", "{near_en}hefu rules lists all rules"),
)
RULE_TWICE = errors.kind(
    "ruleset.rule_twice",
    http=422,
    message=Text(
        "规则集文件 {file} 有误: {place}: 规则 {value} 写了 {times} 次",
        "rule-set file {file} is wrong: {place}: the rule {value} stands there {times} times",
    ),
    cure=Text("只留一处", "keep one of them"),
)

_DECIDING: Final = {
    **{
        room: sorted(one.name for one in files(room).iterdir() if one.name.endswith(".py"))
        for room in ("hefu.rules", "hefu.rules.mass")
    },
    "hefu.documents": [
        "certificate.py",
        "coded.py",
        "declaration.py",
        "fields.py",
        "goods.py",
        "names.py",
        "party.py",
    ],
    "hefu.documents.codes": ["hs.py", "tables.py"],
}
"""What could change a verdict: every module of the rules, and how documents are read into numbers."""

_NEAR: Final = 3
_ALIKE: Final = 0.5
"""Rules told in place of one that is not known: how many at most, and how much alike at least."""

_BY_NAME: Final[Mapping[str, Rule]] = {rule.name: rule for rule in RULES}
M = TypeVar("M", bound=BaseModel)


class _File(BaseModel):
    """A rule-set file as it is written."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
    in_force: date
    about_zh: str = ""
    about_en: str = ""
    rules: tuple[str, ...]
    severity: dict[str, Severity] = Field(default_factory=dict)
    policy: dict[str, Any] | None = None


@dataclass(frozen=True)
class RuleSet:
    """The rules in the order in which findings are shown, under a version.

    ``severities`` are where the set differs from the rules' own; ``policy`` is the policy that came
    with the set, if one did.
    """

    version: str
    rules: tuple[Rule, ...]
    in_force: date = date(2026, 1, 1)
    about: Text = field(default_factory=lambda: Text("", ""))
    severities: Mapping[str, Severity] = field(default_factory=dict)
    policy: Policy | None = None

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the version, the rules' names and severities, the source text of every module that
        decides, and the digests of the code tables: a change of anything that could change a verdict changes
        the hash, on any machine alike. (Serialised expressions would change with the library that writes them.)
        """
        sources = [(files(room) / name).read_bytes() for room, names in _DECIDING.items() for name in names]
        told = [f"{code}={severity}" for code, severity in sorted(self.severities.items())]
        parts = [one.encode() for one in (self.version, *(rule.name for rule in self.rules), *told)]
        parts += [*sources, *(info.digest.encode() for info in tables().values())]
        return "sha256:" + hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in parts)).hexdigest()

    @cached_property
    def flags(self) -> list[pl.Expr]:
        """One boolean expression a rule, named by its code; null where the rule does not apply."""
        return [rule.broken.alias(rule.code) for rule in self.rules]

    def hash_under(self, policy: Policy) -> str:
        """The hash that a verdict carries: of the rules and of the policy they were applied under."""
        both = f"{self.hash} {policy.digest}".encode()
        return "sha256:" + hashlib.sha256(both).hexdigest()

    def severity(self, rule: Rule, policy: Policy) -> Severity:
        """How severe a rule is in this set under a policy."""
        return self.severities.get(rule.code) or rule.severity_under(policy)

    def rule(self, code: str) -> Rule | None:
        """The rule with this code."""
        return next((rule for rule in self.rules if rule.code == code), None)

    def as_toml(self, policy: Policy) -> str:
        """The set as a file, with every setting of the policy written out."""
        told = {
            "version": self.version,
            "in_force": self.in_force,
            "about_zh": self.about.zh,
            "about_en": self.about.en,
            "rules": [rule.name for rule in self.rules],
            "severity": {code: severity.value for code, severity in self.severities.items()},
            "policy": policy.model_dump(mode="json"),
        }
        return tomli_w.dumps(told)


def shipped() -> tuple[str, ...]:
    """The versions that come with hefu, oldest first."""
    names = (one.name for one in files("hefu.rules.sets").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load(name: str, by: str = "") -> RuleSet:
    """The set of a shipped version, or of a file; ``by`` is the configuration that names it. Raises
    ``ruleset.missing`` and ``ruleset.invalid``.
    """
    if name in shipped():
        return _shipped(name)
    path = Path(name)
    if not path.is_file():
        by_zh, by_en = (f" ({by} 中的 rules)", f" (rules in {by})") if by else ("", "")
        errors.fail(NO_SUCH_SET, file=by, value=name, known=", ".join(shipped()), by_zh=by_zh, by_en=by_en)
    return read(path.read_bytes(), str(path))


@cache
def _shipped(version: str) -> RuleSet:
    return read((files("hefu.rules.sets") / f"{version}.toml").read_bytes(), f"{version}.toml")


def read(data: bytes, file: str) -> RuleSet:
    """The set in the bytes of a rule-set file. Raises every problem at once."""
    try:
        written = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        errors.fail(BAD_SET, file=file, place="TOML", value=error)
    wrong: list[Problem] = []
    told = _built(_File, {**written, "policy": None}, file, wrong)
    wrong += _names(written, file)
    policy = _built(Policy, written["policy"], file, wrong, "policy") if "policy" in written else None
    if told is None or wrong:
        raise HefuError(*wrong)
    return RuleSet(
        version=told.version,
        rules=tuple(_BY_NAME[name] for name in told.rules),
        in_force=told.in_force,
        about=Text(told.about_zh, told.about_en),
        severities=told.severity,
        policy=policy,
    )


def _built(kind: type[M], values: Any, file: str, wrong: list[Problem], *above: str) -> M | None:
    """The model of these values, or ``None`` and all that is wrong with them."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place, rule = ".".join(map(str, (*above, *one["loc"]))), rule_of(one)
            value = "" if one["type"] in ("missing", "extra_forbidden") else shown(one["input"])
            said = {"rule_zh": f"{value and ': '}{rule.zh}", "rule_en": f"{value and ': '}{rule.en}"}
            wrong.append(Problem(BAD_SET, file=file, place=place, value=value, details=said))
        return None


def _names(written: Mapping[str, Any], file: str) -> Iterator[Problem]:
    """The names of rules that no rule has, with those that come near, and rules that stand there twice, in
    whatever revision. Severities go by the code.
    """
    for place, known in (("rules", _BY_NAME), ("severity", {rule.code: rule for rule in _BY_NAME.values()})):
        told = written.get(place)
        names = [one for one in told if isinstance(one, str)] if isinstance(told, list | dict) else []
        for name in dict.fromkeys(one for one in names if one not in known):
            near = ", ".join(get_close_matches(name, known, _NEAR, _ALIKE))
            near_zh, near_en = (f"相近的有 {near}; ", f"near to it: {near}; ") if near else ("", "")
            details = {"near": near, "near_zh": near_zh, "near_en": near_en}
            yield Problem(UNKNOWN_RULE, file=file, place=place, value=name, details=details)
        for code, times in Counter(known[name].code for name in names if name in known).items():
            if times > 1:
                yield Problem(RULE_TWICE, file=file, place=place, value=code, details={"times": times})


CURRENT: Final = load("2026.1")
"""The rule set in force."""
