"""The steps of a case as one page that can be printed or sent on: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Final

from hefu.errors import Text
from hefu.procedures.steps.walk import ROLES, Standing, Taken, Walk

STANDINGS: Final[Mapping[Standing, Text]] = {
    Standing.DONE: Text("已完成", "done"),
    Standing.NOW: Text("现在办理", "now"),
    Standing.WAITING: Text("等待", "waiting for"),
    Standing.BLOCKED: Text("受阻", "blocked"),
    Standing.LATER: Text("以后", "later"),
    Standing.UNKNOWN: Text("不明", "not known"),
}
"""Where a step stands, in words."""
_STYLE: Final = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c2430;background:#fff}
h1{font-size:1.4rem;margin:0 0 .2rem}p.head{color:#5a6675;margin:0 0 1.4rem}
ol{list-style:none;padding:0;margin:0}li{border-left:4px solid #c5ccd6;padding:.4rem 0 .6rem 1rem;margin:0 0 .6rem}
li.done{border-color:#2e7d4f}li.now{border-color:#1f5fbf;background:#f2f6fd}li.waiting{border-color:#b8860b}
li.blocked{border-color:#b3261e;background:#fdf3f2}li.later,li.unknown{color:#5a6675}
h2{font-size:1.05rem;margin:0}h2 small{font-weight:normal;color:#5a6675}dl{display:grid;grid-template-columns:7rem 1fr;margin:.3rem 0 0;
gap:.1rem .8rem}dt{color:#5a6675}dd{margin:0}code{background:#eef1f5;padding:.1rem .35rem;border-radius:3px;word-break:break-all}
li.late dd.due{color:#b3261e;font-weight:bold}@media print{body{margin:0}li{break-inside:avoid}}
@media(prefers-color-scheme:dark){body{background:#14181d;color:#dde3ea}li.now{background:#1a2536}li.blocked{background:#2d1b1a}
code{background:#232a33}}
"""


def page(walk: Walk, as_of: date, language: str) -> bytes:
    """The page in one language (``zh`` or ``en``)."""

    def say(text: Text) -> str:
        return escape(text.zh if language == "zh" else text.en)

    title = f"{say(walk.title)} {escape(walk.export)}"
    head = say(Text(f"截至 {as_of}", f"as of {as_of}"))
    steps = "\n".join(_step(number, one, language) for number, one in enumerate(walk.steps, 1))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>\n"
        f'<p class="head">{head}</p>\n<ol>\n{steps}\n</ol></body></html>\n'
    ).encode()


def standing(one: Taken) -> Text:
    """Where a step stands, with whom it waits for."""
    told, who = STANDINGS[one.standing], ROLES[one.who]
    if one.standing is Standing.WAITING:
        return Text(f"{told.zh}{who.zh}", f"{told.en} {who.en}")
    return told


def _step(number: int, one: Taken, language: str) -> str:
    def say(text: Text) -> str:
        return text.zh if language == "zh" else text.en

    assumed = Text("(推定)", "(assumption)")
    due = one.deadline
    rows = [
        (Text("由谁", "who"), say(ROLES[one.who])),
        (Text("办什么", "what"), say(one.step.do)),
        (Text("单证", "papers"), say(one.step.paper)),
        (Text("凭", "shown by"), one.evidence),
        (Text("期限", "due"), f"{due.day}" if due and due.day else ""),
        (Text("依据", "source"), say(one.step.source) + (f" {say(assumed)}" if one.step.assumption else "")),
        *((Text("注意", "note"), say(note)) for note in one.notes),
    ]
    told = "".join(
        f"<dt>{escape(say(name))}</dt><dd class={'due' if name.en == 'due' else 'told'}>{escape(value)}</dd>"
        for name, value in rows
        if value
    )
    if one.command:
        told += (
            f"<dt>{escape(say(Text('下一条命令', 'next')))}</dt><dd><code>{escape(one.command)}</code></dd>"
        )
    late = " late" if one.late else ""
    words = escape(say(standing(one)))
    return (
        f'<li class="{one.standing.value}{late}"><h2>{number}. {escape(say(one.step.title))}'
        f" <small>{words}</small></h2><dl>{told}</dl></li>"
    )
