"""``hefu rules``: what the rules say."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from hefu.cli import show
from hefu.cli.options import AsJson
from hefu.http.judging import rules_under
from hefu.protocol.records import Side
from hefu.rules import describe
from hefu.rules.docs import texts
from hefu.rules.docs.examples import Example, example, shown
from hefu.rules.finding import Question
from hefu.rules.policy import Policy
from hefu.rules.rule import Rule
from hefu.rules.ruleset import RuleSet
from hefu.settings import home

_EXAMPLE_PAPERS: Final = {"export": "export declaration", "principal": "principal's certificate"}
_VERDICTS: Final = {"pass": ("通过", "pass"), "warn": ("警告", "warn"), "fail": ("不通过", "fail")}


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
        show.print_json({**told, "rules": [describe.as_json(rule, chosen, policy) for rule in found]})
    elif code:
        _explain(found[0], chosen, policy)
    elif not found:
        show.out().print(
            show.say(
                f"规则集 {chosen.version} 中没有规则",
                f"the rule set {chosen.version} has no rules",
            )
        )
    else:
        _list(found, chosen, policy)


def _list(chosen: Sequence[Rule], ruleset: RuleSet, policy: Policy) -> None:
    """Rules as a list."""
    titles = [("代码", "code"), ("严重程度", "severity"), ("问题", "question"), ("说明", "says")]
    show.show_table(
        titles,
        [
            (
                rule.code,
                ruleset.severity(rule, policy).value,
                rule.question.value,
                getattr(rule.message, show.language()),
            )
            for rule in chosen
        ],
    )


def _explain(rule: Rule, ruleset: RuleSet, policy: Policy) -> None:
    """One rule in full, with an example that breaks it."""
    console = show.out()
    severity = ruleset.severity(rule, policy).value
    console.print(f"[bold]{rule.code}[/bold]  {severity}  {rule.question.value}  ({rule.field})")
    for title, text in (
        (show.say("条件", "speaks when"), texts.conditions()[rule.code]),
        (show.say("说明", "says"), rule.message),
        (show.say("处理", "cure"), rule.remedy),
        (show.say("依据", "source"), rule.ground),
    ):
        console.print(f"  {title}: {text.zh}\n    {text.en}", markup=False)
    read = texts.fields(rule.reads)
    told = (
        f"{show.say(*texts.papers()[paper])}: {', '.join(show.say(*one) for one in fields)}"
        for paper, fields in read.items()
    )
    console.print(f"  {show.say('读取', 'reads')}: {'; '.join(told)}", markup=False)
    worked = example(rule.code)
    if worked is not None:
        _example(worked, ruleset)


def _example(worked: Example, ruleset: RuleSet) -> None:
    """A story, the fields that break the rule, what is then said, and the verdict."""
    console = show.out()
    console.print(f"  {show.say('示例', 'example')}: {show.say(*worked.story)}", markup=False)
    for key, value in worked.settings.items():
        console.print(f"      {show.say('政策', 'policy')} {key} = {shown(value)}", markup=False)
    for one in worked.edits:
        paper = show.say(show.PAPERS[one.document], _EXAMPLE_PAPERS.get(one.document, one.document))
        console.print(f"      {paper} {one.field}: {shown(one.before)} → {shown(one.after)}", markup=False)
    answer = worked.judged(ruleset)
    show.show_findings([finding.as_json() for finding in answer.findings])
    match, entitlement = (show.say(*_VERDICTS[answer.verdict(one)]) for one in Question)
    passes = show.say("放行条件满足", "passes") if answer.passes else show.say("扣留", "held")
    console.print(
        f"  {show.say('结论', 'verdict')}: {show.say('相符', 'match')} {match}, {show.say('资格', 'entitlement')}"
        f" {entitlement} → {passes}",
        markup=False,
    )
