"""What is wrong with how a command was called, in both languages: typer says it in English alone."""

from __future__ import annotations

import re
from typing import Final

from typer.exceptions import TyperException

from hefu import errors
from hefu.errors import HefuError, Problem, Text

WRONG: Final = errors.kind(
    "usage.wrong",
    http=400,
    message=Text("{zh}", "{en}"),
    cure=Text("用法见 {command} --help", "see {command} --help"),
)

_PLACE: Final = r"Invalid value for '(?P<place>[^']+)': "
_SAID: Final = (
    (
        r"Invalid value: (?P<place>.*)",
        Text("{place}", "{place}"),
    ),  # what a command says itself, in the reader's language
    (
        _PLACE + r".*'(?P<value>.*)' does not match the formats",
        Text(
            "{place} 不是日期: {value}; 日期写作 2026-01-31 或 20260131",
            "{place}: {value} is not a day; a day is written 2026-01-31 or 20260131",
        ),
    ),
    (
        _PLACE + r".*'(?P<value>.*)' is not one of (?P<choices>.*)\.$",
        Text("{place} 不能是 {value}; 可选 {choices}", "{place}: {value} is not one of {choices}"),
    ),
    (
        _PLACE + r".*'(?P<value>.*)' does not exist",
        Text("{place}: 没有 {value}", "{place}: there is no {value}"),
    ),
    (
        _PLACE + r"Input should be greater than or equal to (?P<least>\S+)",
        Text("{place} 至少是 {least}", "{place} is at least {least}"),
    ),
    (
        _PLACE + r"Input should be a valid integer",
        Text("{place} 须是整数", "{place} must be a whole number"),
    ),
    (_PLACE + r"Input should be a valid number", Text("{place} 须是数字", "{place} must be a number")),
    (r"Missing \w+ '(?P<place>[^']+)'", Text("缺少 {place}", "{place} is missing")),
    (
        r"Option '(?P<place>[^']+)' requires an argument",
        Text("{place} 之后缺少取值", "{place} needs a value after it"),
    ),
    (r"Option '(?P<place>[^']+)' does not take a value", Text("{place} 不带取值", "{place} takes no value")),
    (
        r"No such option: (?P<place>\S+)(?: \(Possible options: (?P<choices>.*)\))?",
        Text("没有选项 {place} {near}", "there is no option {place} {near}"),
    ),
    (r"No such command '(?P<place>[^']+)'", Text("没有命令 {place}", "there is no command {place}")),
    (
        r"Got unexpected extra argument(?:\(s\))? \((?P<place>.*)\)",
        Text("多出了 {place}", "{place} is one thing too many"),
    ),
)
"""What typer and pydantic say, and how it is said here; what is not listed is passed on as it is."""


def understood(error: TyperException) -> HefuError:
    """The same in the shape of every other error."""
    said = error.format_message()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "hefu"
    for pattern, text in _SAID:
        if found := re.match(pattern, said, re.DOTALL):
            told = {name: one or "" for name, one in found.groupdict().items()}
            near = f"({told['choices']})" if told.get("choices") else ""
            zh, en = (one.strip() for one in text.fill({**told, "near": near}))
            return _wrong(Text(zh, en), command, told["place"], told.get("value", ""))
    return _wrong(Text(said, said), command)


def _wrong(said: Text, command: str, place: str = "", value: str = "") -> HefuError:
    return HefuError(Problem(WRONG, place, value, details={**said._asdict(), "command": command}))
