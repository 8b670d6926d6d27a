"""Whoever calls a command wrongly is told so in his own language, with what would be right: exit code 2."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Hefu

WRONG = [
    ("replay --since 2026-13-01", ("--since", "2026-13-01", "2026-01-31")),
    ("dossier --as-of soon", ("--as-of", "soon", "2026-01-31")),
    ("inspect a b --on soon", ("--on", "soon", "2026-01-31")),
    ("watch x --every 0", ("--every", "0.1")),
    ("watch x --every often", ("--every",)),
    ("watch x", ("--into", "--certificates")),
    ("void X --wait long", ("--wait",)),
    ("acts --approve first", ("--approve",)),
    ("acts --approve 1 --reject 2", ("--approve", "--reject")),
    ("keys --rotate moon", ("--rotate", "moon", "tax", "customs")),
    ("serve moon", ("moon", "tax", "customs")),
    ("serve tax --until-stdin-closes=1", ("--until-stdin-closes",)),
    ("applications --approve", ("SERIAL",)),
    ("applications X --approve --withdraw", ("--approve", "--withdraw")),
    ("paper x.json", ("--declaration", "--ticket", "--scan")),
    ("trace", ("number",)),
    ("trace a b", ("b",)),
    ("replay --sinc 2026-01-01", ("--sinc", "--since")),
    ("replay --since", ("--since",)),
    ("nosuch", ("nosuch",)),
    ("claim", ()),
    ("claim nofile.json", ("files", "nofile.json")),
    ("chains analyse nofolder", ("papers", "nofolder")),
    ("steps return", ()),
    ("rules no.such", ("no.such", "hefu rules")),
]


@pytest.mark.parametrize(("words", "named"), WRONG)
def test_a_wrong_call_is_explained_in_either_language(words: str, named: tuple[str, ...], hefu: Hefu) -> None:
    for language in ("zh", "en"):
        done = hefu(*words.split(), language=language)
        assert (done.code, done.out) == (2, "")
        said, cure = done.err.splitlines()
        assert said.startswith("[usage.wrong] ")
        assert all(one in said for one in named)
        assert bool(re.search("[一-鿿]", said)) is (language == "zh")
        assert not re.search("Invalid|Input|Value error", said)
        assert "--help" in cure


def test_a_command_of_commands_alone_tells_which_there_are(hefu: Hefu) -> None:
    done = hefu("decide")
    assert done.code == 2
    assert "reopen" in done.out + done.err
    assert "usage.wrong" not in done.err
