"""By which rules and under which policy a node judges: made here, for the node and for whoever asks what it
would say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hefu import errors
from hefu.documents.fields import SHANGHAI
from hefu.errors import HefuError, Text
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet, load
from hefu.settings import NodeSettings, load_node, wrong

NOT_IN_FORCE = errors.kind(
    "ruleset.not_in_force",
    http=500,
    message=Text(
        "{place} 选用的规则集 {file} 自 {value} 起生效, 今天 (上海) 是 {today}",
        "{place} names the rule set {file}, which is in force from {value}; today (Shanghai) is {today}",
    ),
    cure=Text(
        "到 {value} 再以它启动节点, 此前在 rules 中写现行的规则集; 试算不受限制: hefu replay --rules {file}",
        "start the node with it on {value}, and name the set in force in rules until then; to try it is free:"
        " hefu replay --rules {file}",
    ),
)


def rules_of(folder: Path, settings: NodeSettings) -> tuple[RuleSet, Policy]:
    """The rule set and policy that a node is configured with. Raises ``settings.invalid``,
    ``ruleset.missing`` and ``ruleset.invalid``.
    """
    ruleset = load(_named(folder, settings), str(folder / "node.json")) if settings.rules else CURRENT
    return ruleset, policy_of(ruleset, folder, settings)


def rules_in_force(folder: Path, settings: NodeSettings, moment: datetime) -> tuple[RuleSet, Policy]:
    """The same for a node that is about to judge: a set that it names must have come into force, by the day
    of Shanghai. Raises ``ruleset.not_in_force`` too.
    """
    ruleset, policy = rules_of(folder, settings)
    today = moment.astimezone(SHANGHAI).date()
    if settings.rules and ruleset.in_force > today:
        errors.fail(
            NOT_IN_FORCE,
            file=_named(folder, settings),
            place=str(folder / "node.json"),
            value=ruleset.in_force,
            today=str(today),
        )
    return ruleset, policy


def policy_of(ruleset: RuleSet, folder: Path, settings: NodeSettings) -> Policy:
    """The policy of a node under a rule set: the set's, with what the node's configuration says on top.
    Raises ``settings.invalid``.
    """
    told = ruleset.policy.model_dump(mode="json") if ruleset.policy else {}
    try:
        return Policy.model_validate({**told, **settings.policy})
    except ValidationError as error:
        raise HefuError(*wrong(folder / "node.json", error, "policy")) from error


def rules_under(folder: Path, name: str = "") -> tuple[RuleSet, Policy]:
    """A rule set by name or file with the policy under which the node of a folder would judge by it; without a
    name the set of the node. A folder without a node adds nothing to the set's own policy.
    """
    settings = load_node(folder) if has_node(folder) else None
    if settings is not None and not name:
        return rules_of(folder, settings)
    ruleset = load(name) if name else CURRENT
    return ruleset, policy_of(ruleset, folder, settings) if settings else ruleset.policy or Policy()


def has_node(folder: Path) -> bool:
    """Whether a node is configured in a folder."""
    return (folder / "node.json").is_file()


def overridden(ruleset: RuleSet, policy: Policy) -> Mapping[str, tuple[Any, Any]]:
    """The settings in which a policy differs from the rule set's own: what the set says, and the policy."""
    own = (ruleset.policy or Policy()).model_dump(mode="json")
    return {
        name: (own[name], value)
        for name, value in policy.model_dump(mode="json").items()
        if value != own[name]
    }


def _named(folder: Path, settings: NodeSettings) -> str:
    file = folder / settings.rules
    return str(file) if file.is_file() else settings.rules
