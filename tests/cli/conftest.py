"""``hefu`` in this process, and stores and rule sets for it to replay."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from hefu.cli.main import main
from hefu.protocol.records import Side
from hefu.rules.finding import Severity
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT, RuleSet
from tests.builders import certificate, declaration, item, line
from tests.protocol.authorities import OTHER_RETURN, Authorities


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


MORE = [item(first={"quantity": "101", "unit": "011"})]
Hefu = Callable[..., Done]


@pytest.fixture
def hefu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Hefu:
    def run(*words: object, language: str = "en") -> Done:
        monkeypatch.setenv("HEFU_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HEFU_LANG", language)
        monkeypatch.setattr(sys, "argv", ["hefu", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            main()
        told = capsys.readouterr()
        return Done(int(caught.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A customs store: one return that passed, and one that was held the day after."""
    return saved(two_returns(), tmp_path / "customs" / "store.sqlite")


def two_returns() -> Authorities:
    made = Authorities()
    made.issue(certificate())
    made.issue(certificate(number="BSWT0002", lines=[line(item=2)]))
    made.settle()
    made.lodge(declaration())
    made.pass_days(1)
    made.lodge(declaration(number=OTHER_RETURN, certificates=[{"number": "BSWT0002"}], items=MORE))
    return made


def saved(both: Authorities, path: Path, side: Side = Side.CUSTOMS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    both.stores[side].connection.execute("VACUUM INTO ?", (str(path),))
    both.close()
    return path


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A rule set to try: two findings milder, the narrow scope."""
    return written(tmp_path / "trial.toml")


def written(path: Path, version: str = "trial") -> Path:
    severities = {"original.unknown": Severity.INFO, "quantity.exceeds_certificate": Severity.WARN}
    ruleset = RuleSet(version, CURRENT.rules, severities=severities)
    path.write_text(ruleset.as_toml(Policy(value_percent=Decimal(3))))
    return path
