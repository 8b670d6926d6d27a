"""``hefu rules``: what the rules say."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import orjson
import typer

from hefu.cli import show
from hefu.http.judging import rules_under
from hefu.protocol.records import Side
from hefu.rules import describe
from hefu.settings import home

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def rules(
    code: Annotated[str, typer.Argument(help="A code, such as hs.differs; all without it.")] = "",
    ruleset: Annotated[
        str, typer.Option("--rules", help="A rule-set file or version; else the customs node's.")
    ] = "",
    as_set: Annotated[
        bool, typer.Option("--as-set", help="Write the whole set as a file (TOML), to edit and replay.")
    ] = False,
    as_machine: AsJson = False,
) -> None:
    """The rules of the comparison; with a code, one of them with an example 比对规则."""
    chosen, policy = rules_under(home() / Side.CUSTOMS.value, ruleset)
    found = [rule for rule in chosen.rules if code in ("", rule.code)]
    if code and not found:
        raise typer.BadParameter(
            show.say(
                f"没有规则 {code}; hefu rules 列出全部", f"there is no rule {code}; hefu rules lists them"
            )
        )
    if as_set:
        sys.stdout.write(chosen.as_toml(policy))
    elif as_machine:
        told = describe.set_as_json(chosen, policy)
        _print({**told, "rules": [describe.as_json(rule, chosen, policy) for rule in found]})
    elif code:
        show.show_rule(found[0], chosen, policy)
    elif not found:
        show.out().print(
            show.say(
                f"规则集 {chosen.version} 中没有规则",
                f"the rule set {chosen.version} has no rules",
            )
        )
    else:
        show.show_rules(found, chosen, policy)


def _print(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
