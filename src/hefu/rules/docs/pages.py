"""The pages of docs/rules, in both languages, from the rules themselves and the words beside this module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from hefu.documents.codes.tables import units
from hefu.errors import Text
from hefu.rules.docs import texts
from hefu.rules.docs.examples import Example, example, shown
from hefu.rules.finding import Finding, Question, Severity
from hefu.rules.policy import Policy
from hefu.rules.rule import Once, Rule
from hefu.rules.ruleset import CURRENT, RuleSet
from hefu.rules.words import said

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

_SEVERITIES: Final[Mapping[Severity, Text]] = {
    Severity.BLOCK: Text("阻断", "block"),
    Severity.WARN: Text("警告", "warn"),
    Severity.INFO: Text("提示", "info"),
}
_QUESTIONS: Final[Mapping[Question, Text]] = {
    Question.MATCH: Text("相符", "match"),
    Question.ENTITLEMENT: Text("资格", "entitlement"),
}
_ONCE: Final[Mapping[Once, Text]] = {
    Once.CASE: Text("每份报关单一次", "once a declaration"),
    Once.CERTIFICATE: Text("每份证明一次", "once a certificate"),
    Once.PAIR: Text("每对商品项和明细行一次", "for each pair of item and line"),
}
_VERDICTS: Final[Mapping[str, Text]] = {
    "pass": Text("通过", "pass"),
    "warn": Text("警告", "warn"),
    "fail": Text("不通过", "fail"),
}
_WRITTEN: Final = Text(
    "本页由 `make rules-docs` 按规则写出, 请改规则和 `src/hefu/rules/docs` 中的文字, 不改本页。",
    "Written by `make rules-docs` from the rules: change those, or the words in `src/hefu/rules/docs`, not this page.",
)
_INTRODUCTION: Final = Text(
    "海关收到报关单, 即把它与所填证明, 所涉出口报关单和登记中的情况比对。每条规则只问一件事, 不成立时给出代码, 双方的值,"
    " 处理办法和依据。同一份单证在同一规则集和政策之下总得到同一结果; 每个结论都带着规则集的摘要, 多年之后仍可重做。",
    "When a declaration is lodged customs holds it against its certificates, the export declaration concerned and what"
    " is on record. Each rule asks one thing; where it does not hold it gives a code, the values of both sides, the"
    " remedy and the ground. The same papers under the same rule set and policy always get the same answer, and every"
    " verdict carries the hash of the rule set, so that it can be made again years later.",
)
_READING: Final = (
    Text(
        "**阻断**扣留报关单; **警告**请人核对, 不扣留; **提示**只告知。",
        "**block** holds the declaration; **warn** asks a person to look and holds nothing; **info** only tells.",
    ),
    Text(
        "**相符**问单证与证明说的是否同一件事; **资格**问证明能否用于此事。第三个问题, 执行, 是系统随后做了什么, 不由规则回答。"
        "三者从不合并。",
        "**match** asks whether papers and certificate say the same; **entitlement** whether the certificate may serve"
        " for this act. The third question, execution, is what the system then did and is not a rule's. The three are"
        " never merged.",
    ),
    Text(
        "同一原因只说一次: 规则只在它所比的内容都在且可比时才说话。",
        "One cause is told once: a rule speaks only where what it compares is there and comparable.",
    ),
    Text(
        "所说的出口报关单, 在出口时就是本单, 在退运, 改单, 撤单时是所涉的那一份。",
        "The export declaration is the declaration itself when goods are exported, and the one concerned when they are"
        " returned or it is amended or withdrawn.",
    ),
    Text(
        "‹ › 中是发现里填入的值。",
        "Where ‹ › stands, a finding has the value.",
    ),
    Text(
        "各例从一对相符的单证出发, 只改列出的各处, 恰好得到这一条发现。单证号和企业都是虚构的。",
        "Each example starts from papers that fit and changes what is listed, no more: exactly this finding results."
        " Numbers and firms are invented.",
    ),
    Text(
        "`hefu rules 代码` 在命令行给出同样的内容, `hefu rules --as-set` 写出可以修改的规则集。",
        "`hefu rules CODE` tells the same on the command line, `hefu rules --as-set` writes the set to be edited.",
    ),
)


def pages(ruleset: RuleSet = CURRENT) -> dict[str, str]:
    """Every page by file name, under a rule set and the default policy."""
    told: dict[str, str] = {}
    for language in LANGUAGES:
        book = _Book(language, ruleset)
        told[book.file("README")] = book.index()
        told |= {book.file(subject): book.subject(subject) for subject in book.subjects}
        told[book.file("policies")] = book.policies()
    return told


def anchor(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class _Book:
    """The pages in one language."""

    def __init__(self, language: Language, ruleset: RuleSet) -> None:
        self.language: Language = language
        self.ruleset = ruleset
        self.policy = Policy()
        names = {rule.name for rule in ruleset.rules}
        found = {
            name: tuple(rule for rule in rules if rule.name in names)
            for name, rules in texts.SUBJECTS.items()
        }
        self.subjects = {name: rules for name, rules in found.items() if rules}
        self.places = {rule.code: name for name, rules in self.subjects.items() for rule in rules}

    def say(self, zh: str, en: str) -> str:
        """One of the two."""
        return zh if self.language == "zh" else en

    def file(self, page: str, language: Language | None = None) -> str:
        """The file of a page."""
        return f"{page}.zh.md" if (language or self.language) == "zh" else f"{page}.md"

    def index(self) -> str:
        """What the rule set is, the table, the answers and all codes."""
        policies = self.file("policies")
        under = self.say(f"默认[政策]({policies})之下", f"under the default [policy]({policies})")
        since = self.ruleset.in_force.isoformat()
        return _page(
            f"# {self.say('比对规则', 'Rules of the comparison')}",
            self._languages("README"),
            self.say(*_INTRODUCTION),
            _list(
                f"{self.say('规则集', 'rule set')}: `{self.ruleset.version}`, {self.say(*self.ruleset.about)}",
                f"{self.say('起用', 'in force since')}: {since}",
                f"{self.say('规则', 'rules')}: {len(self.ruleset.rules)}",
                f"{self.say('摘要', 'hash')} ({under}): `hefu rules --json`",
            ),
            self.say(*_WRITTEN),
            f"## {self.say('怎样读', 'How to read')}",
            _list(*(self.say(*one) for one in _READING)),
            f"## {self.say('比对什么', 'What is compared')}",
            self._table(),
            f"## {self.say('须区分的回答', 'Answers told apart')}",
            self._answers(),
            f"## {self.say('全部代码', 'All codes')}",
            self._codes(),
        )

    def _table(self) -> str:
        answering = {row.number: self._answering(row.number) for row in texts.rows()}
        return _table(
            [
                "#",
                self.say("证明上", "on the certificate"),
                self.say("报关单上", "on the declaration"),
                self.say("怎样比", "how it is compared"),
                self.say("规则", "rules"),
            ],
            [
                (
                    f'<a id="row-{row.number}"></a>{row.number}',
                    self.say(*row.certificate),
                    self.say(*row.declaration),
                    self.say(*row.how),
                    ", ".join(map(self.link, answering[row.number])),
                )
                for row in texts.rows()
            ],
        )

    def _answering(self, number: int) -> list[str]:
        return [rule.code for rule in self.ruleset.rules if number in texts.rows_of(rule)]

    def _answers(self) -> str:
        nothing = self.say("没有发现", "no finding")
        told = [
            (self.say(*one.told), ", ".join(map(self.link, filter(self.places.get, one.codes))) or nothing)
            for one in texts.answers()
            if not one.codes or any(code in self.places for code in one.codes)
        ]
        return _table([self.say("回答", "answer"), self.say("规则", "rules")], told)

    def _codes(self) -> str:
        titles = [self.say("代码", "code"), self.say("程度", "severity"), self.say("问题", "question")]
        return _table(
            [*titles, self.say("何时说话", "when it speaks")],
            [
                (self.link(rule.code), self._severity(rule), self.say(*_QUESTIONS[rule.question]), when)
                for rule in self.ruleset.rules
                for when in [self.say(*texts.conditions()[rule.code])]
            ],
        )

    def subject(self, subject: str) -> str:
        """The rules of one subject."""
        title = self.say(*texts.subject_title(subject))
        all_rules = f"[{self.say('全部规则', 'all rules')}]({self.file('README')})"
        parts = [part for rule in self.subjects[subject] for part in self._rule(rule)]
        return _page(f"# {title}", f"{self._languages(subject)} | {all_rules}", *parts)

    def _rule(self, rule: Rule) -> list[str]:
        slots = {
            name: self._slot(name)
            for name in (
                "item",
                "line",
                "certificate",
                "held_by",
                "principal",
                "unit",
                "export",
                "export_item",
            )
        }
        slots |= {"declared": self._slot(rule.declared), "certified": self._slot(rule.certified)}
        rows = ", ".join(f"[{one}]({self.file('README')}#row-{one})" for one in texts.rows_of(rule))
        moved = [name for name, one in texts.settings().items() if rule.code in one.rules]
        facts = [
            (self.say("程度", "severity"), self._severity(rule)),
            (self.say("问题", "question"), self.say(*_QUESTIONS[rule.question])),
            (self.say("说几次", "speaks"), self.say(*_ONCE[rule.once])),
            (self.say("说什么", "says"), self.say(*said(rule.message, slots))),
            (self.say("处理", "remedy"), self.say(*said(rule.remedy, slots))),
            (self.say("依据", "ground"), self.say(*rule.ground)),
            (self.say("读取", "reads"), self._reads(rule)),
            (self.say("所指项目", "field"), f"`{rule.field}`"),
            (self.say("表中的行", "row of the table"), rows),
            (self.say("政策", "policy"), ", ".join(map(self._setting_link, moved))),
        ]
        told = [f"{name}: {value}" for name, value in facts if value]
        worked = example(rule.code)
        return [
            f"## {rule.code}",
            self.say(*texts.conditions()[rule.code]),
            _list(*told),
            *(self._example(worked) if worked else ()),
        ]

    def _slot(self, column: str) -> Text:
        return Text(*(f"‹{one}›" for one in texts.column(column)))

    def _severity(self, rule: Rule) -> str:
        told = self.say(*_SEVERITIES[self.ruleset.severity(rule, self.policy)])
        if rule.code in self.ruleset.severities or isinstance(rule.severity, Severity):
            return told
        return f"{told} ({self.say('视政策而定', 'a matter of policy')})"

    def _reads(self, rule: Rule) -> str:
        read = texts.fields(rule.reads)
        told = [
            f"{self.say(*texts.papers()[paper])}: {', '.join(self.say(*one) for one in fields)}"
            for paper, fields in read.items()
        ]
        return "; ".join(told)

    def _example(self, worked: Example) -> Iterable[str]:
        yield f"**{self.say('例', 'Example')}.** {self.say(*worked.story)}"
        for name, value in worked.settings.items():
            yield f"{self.say('政策', 'Policy')}: {self._setting_link(name)} = {_given(value)}"
        yield _table(
            [
                self.say("单证", "paper"),
                self.say("项目", "field"),
                self.say("原来", "before"),
                self.say("改为", "after"),
            ],
            [
                (
                    self.say(*texts.papers()[one.document]),
                    f"`{one.field}`",
                    _code(one.before),
                    _code(one.after),
                )
                for one in worked.edits
            ],
        )
        finding = worked.finding(self.ruleset)
        if finding is not None:
            yield self._finding(finding, worked)

    def _finding(self, finding: Finding, worked: Example) -> str:
        answer = worked.judged(self.ruleset)
        verdicts = [
            f"{self.say(*_QUESTIONS[one])} {self.say(*_VERDICTS[answer.verdict(one)])}" for one in Question
        ]
        end = self.say("可以放行", "it passes") if answer.passes else self.say("扣留", "it is held")
        return "\n>\n".join(
            (
                f"> **{self.say(*_SEVERITIES[finding.severity])}** `{finding.code}` {self.say(*finding.message)}",
                f"> → {self.say(*finding.remedy)}",
                f"> {self.say('结论', 'verdict')}: {', '.join(verdicts)}; {end}",
            )
        )

    def policies(self) -> str:
        """Every setting of the policy."""
        all_rules = f"[{self.say('全部规则', 'all rules')}]({self.file('README')})"
        about = self.say(
            "没有公开依据可循之处, 各自是一项有名称的设置, 有默认值, 由主管机关改定。整套设置的摘要写入每个结论。",
            "What no source settles is a named setting with a default, for the authority to change. The digest of all"
            " of them is part of every verdict.",
        )
        parts = [part for name in Policy.model_fields for part in self._setting(name)]
        return _page(
            f"# {self.say('政策', 'Policy')}", f"{self._languages('policies')} | {all_rules}", about, *parts
        )

    def _setting(self, name: str) -> list[str]:
        one = texts.settings()[name]
        rules = ", ".join(self.link(code) for code in one.rules if code in self.places)
        return [
            f"## {name}",
            self.say(*one.means),
            _list(
                f"{self.say('取值', 'values')}: {self.say(*one.values)}",
                f"{self.say('默认', 'default')}: {self._default(name)}",
                f"{self.say('来源', 'source')}: {self.say(*one.source)}",
                f"{self.say('影响的规则', 'rules it moves')}: {rules}",
            ),
        ]

    def _default(self, name: str) -> str:
        held = self.policy.model_dump(mode="json")[name]
        if held in ("", [], {}):
            return self.say("空", "empty")
        return self._tolerances(held) if name == "tolerances" else f"`{held}`"

    def _tolerances(self, held: Sequence[Mapping[str, Any]]) -> str:
        told = []
        for one in held:
            unit = units()[one["unit"]]
            code = f" {one['hs']}" if one["hs"] else ""
            told.append(f"{self.say(unit.name, unit.english)}{code} {one['percent']} % + {one['amount']}")
        return "; ".join(told).replace(" + ", self.say(" 且 ", " and "))

    def link(self, code: str) -> str:
        """A link to a rule."""
        return f"[{code}]({self.file(self.places[code])}#{anchor(code)})"

    def _setting_link(self, name: str) -> str:
        return f"[{name}]({self.file('policies')}#{anchor(name)})"

    def _languages(self, page: str) -> str:
        return self.say(f"[English]({self.file(page, 'en')})", f"[中文]({self.file(page, 'zh')})")


def _code(value: Any) -> str:
    return "∅" if value is None else f"`{_flat(value)}`"


def _flat(value: Any) -> str:
    """A value on one line; rows of a list one after the other."""
    return "; ".join(map(shown, value)) if isinstance(value, list) else shown(value)


def _given(value: Any) -> str:
    """A setting as an example has it; keys stay with their values."""
    told = (
        [f"{key}: {shown(one)}" for key, one in value.items()] if isinstance(value, dict) else [shown(value)]
    )
    return f"`{', '.join(told)}`"


def _list(*points: str) -> str:
    return "\n".join(f"- {one}" for one in points)


def _table(titles: Sequence[str], told: Iterable[Sequence[str]]) -> str:
    rows = [titles, ["---"] * len(titles), *told]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _page(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
