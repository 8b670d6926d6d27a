"""``hefu rules`` as a person and as a machine meets it: all rules, one of them, and the set as a file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from hefu.settings import NodeSettings, write
from tests.cli.conftest import Done, Hefu

FINE, BAD = 0, 2
CODES = [rule.code for rule in CURRENT.rules]
SMALL = """version = "small"
in_force = 2026-03-01
rules = ["purpose.differs", "hs.differs"]
[severity]
"hs.differs" = "info"
[policy]
value_percent = "3"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A set of two rules, one milder than its own, under another policy."""
    return written(tmp_path / "small.toml", SMALL)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def first_words(done: Done) -> list[list[str]]:
    """The first three words of each line that begins with a code."""
    rows = [line.split() for line in done.out.splitlines() if line[:1].isalpha()]
    return [row[:3] for row in rows if "." in row[0]]


# --- all rules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "titles", "said"),
    [
        ("en", ["code", "severity", "question", "says"], "customs has no data of certificate"),
        ("zh", ["代码", "严重程度", "问题", "说明"], "海关尚无证明"),
    ],
)
def test_all_rules_are_listed_in_their_order(hefu: Hefu, language: str, titles: list[str], said: str) -> None:
    done = hefu("rules", language=language)
    assert (done.code, done.err) == (FINE, "")
    assert done.out.splitlines()[0].split() == titles
    assert said in done.out
    assert [row[0] for row in first_words(done)] == CODES
    assert ["hs.differs", "block", "match"] in first_words(done)
    assert ["original.unknown", "warn", "match"] in first_words(done)
    assert ["refund.open", "warn", "entitlement"] in first_words(done)


def test_a_list_in_one_language_has_no_other(hefu: Hefu) -> None:
    assert not any("一" <= sign <= "鿿" for sign in hefu("rules").out)
    assert "commodity code" not in hefu("rules", language="zh").out


def test_all_rules_for_machines(hefu: Hefu) -> None:
    told = hefu("rules", "--json").json
    assert told.keys() == {"version", "in_force", "hash", "policy", "rules"}
    assert (told["version"], told["in_force"]) == ("2026.1", "2026-01-01")
    assert told["hash"] == CURRENT.hash_under(Policy())
    assert told["policy"]["original_unknown"] == "warn"
    assert [rule["code"] for rule in told["rules"]] == CODES
    assert all(rule["example"]["finding"]["code"] == rule["code"] for rule in told["rules"])


def test_rules_of_a_file_are_told_with_its_severities_and_policy(hefu: Hefu, small: Path) -> None:
    assert first_words(hefu("rules", "--rules", small)) == [
        ["purpose.differs", "block", "entitlement"],
        ["hs.differs", "info", "match"],
    ]
    told = hefu("rules", "--rules", small, "--json").json
    assert (told["version"], told["in_force"], told["policy"]["value_percent"]) == (
        "small",
        "2026-03-01",
        "3",
    )
    assert [(rule["code"], rule["severity"]) for rule in told["rules"]] == [
        ("purpose.differs", "block"),
        ("hs.differs", "info"),
    ]
    assert told["hash"] != CURRENT.hash_under(Policy())


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "the rule set none has no rules"), ("zh", "规则集 none 中没有规则")],
)
def test_a_set_without_rules_says_so(hefu: Hefu, tmp_path: Path, language: str, said: str) -> None:
    empty = written(tmp_path / "none.toml", 'version = "none"\nin_force = 2026-01-01\nrules = []\n')
    done = hefu("rules", "--rules", empty, language=language)
    assert (done.code, done.out.strip(), done.err) == (FINE, said, "")
    assert hefu("rules", "--rules", empty, "--json").json["rules"] == []


def test_the_set_that_the_customs_node_names_is_told(hefu: Hefu, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "customs"
    folder.mkdir(parents=True)
    written(folder / "small.toml", SMALL)
    settings = NodeSettings(side="customs", port=1, peer="", rules="small.toml", policy={"value_percent": 5})
    write(folder / "node.json", settings)
    told = hefu("rules", "--json").json
    assert (told["version"], told["policy"]["value_percent"]) == ("small", "5")


# --- one rule -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "titles", "verdict"),
    [
        (
            "en",
            ("says", "cure", "source", "reads", "example"),
            "verdict: match fail, entitlement pass → held",
        ),
        ("zh", ("说明", "处理", "依据", "读取", "示例"), "结论: 相符 "),
    ],
)
def test_one_rule_is_told_in_full_with_an_example(
    hefu: Hefu, language: str, titles: tuple[str, ...], verdict: str
) -> None:
    done = hefu("rules", "hs.differs", language=language)
    assert (done.code, done.err) == (FINE, "")
    assert done.out.splitlines()[0] == "hs.differs  block  match  (hs_code)"
    for title in titles:
        assert f"\n  {title}: " in done.out
    assert verdict in done.out
    assert "6109100000 → 6109909000" in done.out
    for said in ("第 {item} 项商品编号", "commodity code {declared} of item {item}"):
        assert said in done.out


def test_one_rule_for_machines(hefu: Hefu) -> None:
    done = hefu("rules", "purpose.differs", "--json")
    (told,) = done.json["rules"]
    assert (done.code, done.json["version"]) == (FINE, "2026.1")
    assert (told["code"], told["severity"], told["question"]) == ("purpose.differs", "block", "entitlement")
    assert told["example"]["finding"]["code"] == "purpose.differs"


def test_one_rule_of_a_file_is_as_severe_as_the_file_says(hefu: Hefu, small: Path) -> None:
    done = hefu("rules", "hs.differs", "--rules", small)
    assert done.out.splitlines()[0] == "hs.differs  info  match  (hs_code)"
    assert "→ passes" in done.out


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "there is no rule {}; hefu rules lists them"), ("zh", "没有规则 {}; hefu rules 列出全部")],
)
@pytest.mark.parametrize("more", [[], ["--json"], ["--as-set"]], ids=str)
def test_a_code_that_no_rule_has_is_wrong_usage(
    hefu: Hefu, language: str, said: str, more: list[str]
) -> None:
    done = hefu("rules", "hs.nosuch", *more, language=language)
    assert (done.code, done.out) == (BAD, "")
    assert said.format("hs.nosuch") in done.err


def test_a_rule_that_is_not_in_the_set_asked_for_is_none(hefu: Hefu, small: Path) -> None:
    done = hefu("rules", "refund.open", "--rules", small)
    assert (done.code, done.out) == (BAD, "")
    assert "refund.open" in done.err


# --- as a file -----------------------------------------------------------------------------------------


def test_the_set_as_a_file_is_read_back_the_same(hefu: Hefu, tmp_path: Path) -> None:
    text = hefu("rules", "--as-set").out
    told = tomllib.loads(text)
    assert (told["version"], told["rules"], told["severity"]) == ("2026.1", CODES, {})
    assert told["policy"]["original_unknown"] == "warn"
    copy = written(tmp_path / "copy.toml", text)
    assert hefu("rules", "--rules", copy, "--json").json == hefu("rules", "--json").json
    assert hefu("rules", "--rules", copy, "--as-set").out == text


def test_a_file_of_ones_own_is_written_out_with_every_setting(
    hefu: Hefu, small: Path, tmp_path: Path
) -> None:
    done = hefu("rules", "--rules", small, "--as-set", language="zh")
    told = tomllib.loads(done.out)
    assert done.code == FINE
    assert (told["version"], told["rules"]) == ("small", ["purpose.differs", "hs.differs"])
    assert told["severity"] == {"hs.differs": "info"}
    assert told["policy"].keys() == Policy().model_dump(mode="json").keys()
    assert told["policy"]["value_percent"] == "3"


def test_a_rule_named_beside_takes_nothing_from_the_file(hefu: Hefu) -> None:
    assert hefu("rules", "hs.differs", "--as-set").out == hefu("rules", "--as-set").out


# --- sets that will not do -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("there is no rule set nosuch.toml", "versions 2026.1")),
        ("zh", ("没有规则集 nosuch.toml", "版本之一: 2026.1")),
    ],
)
@pytest.mark.parametrize("more", [[], ["hs.differs"], ["--as-set"], ["--json"]], ids=str)
def test_a_set_that_is_not_there_is_told_with_those_that_are(
    hefu: Hefu, language: str, said: tuple[str, ...], more: list[str]
) -> None:
    done = hefu("rules", *more, "--rules", "nosuch.toml", language=language)
    assert (done.code, done.out) == (BAD, "")
    for word in ("[ruleset.missing]", *said):
        assert word in done.err


def test_a_folder_is_no_set(hefu: Hefu, tmp_path: Path) -> None:
    done = hefu("rules", "--rules", tmp_path)
    assert (done.code, done.out) == (BAD, "")
    assert "[ruleset.missing]" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules = [", ("[ruleset.invalid]", ": TOML: ")),
        (SMALL.replace('"small"', '"a b"'), ("[ruleset.invalid]", ": version: ")),
        (SMALL.replace("2026-03-01", '"soon"'), ("[ruleset.invalid]", ": in_force: ")),
        (SMALL.replace('"info"', '"loud"'), ("[ruleset.invalid]", ": severity.hs.differs: ")),
        (SMALL.replace('"3"', '"much"'), ("[ruleset.invalid]", ": policy.value_percent: ")),
        (
            SMALL.replace('", "hs.differs"', '", "hs.difers"'),
            ("[ruleset.unknown_rule]", ": rules: ", "hs.difers", "hs.differs"),
        ),
        (
            SMALL.replace('"hs.differs" =', '"hs.difers" ='),
            ("[ruleset.unknown_rule]", ": severity: ", "hs.difers", "hs.differs"),
        ),
        (
            SMALL.replace("purpose.differs", "hs.differs"),
            ("[ruleset.rule_twice]", ": rules: ", "hs.differs", "2"),
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_file_that_is_wrong_is_told_with_its_place(
    hefu: Hefu, tmp_path: Path, text: str, said: tuple[str, ...], language: str
) -> None:
    file = written(tmp_path / "wrong.toml", text)
    done = hefu("rules", "--rules", file, language=language)
    assert (done.code, done.out) == (BAD, "")
    for word in (*said, str(file)):
        assert word in done.err
    assert done.err.count("  → ") == 1


def test_all_that_is_wrong_in_a_file_is_told_at_once(hefu: Hefu, tmp_path: Path) -> None:
    text = SMALL.replace('"small"', '"a b"').replace('"info"', '"loud"').replace("purpose.differs", "no.such")
    done = hefu("rules", "--rules", written(tmp_path / "wrong.toml", text))
    assert done.code == BAD
    assert done.err.count("[ruleset.invalid]") == 2
    assert done.err.count("[ruleset.unknown_rule]") == 1
    assert "hefu rules lists all rules" in done.err
    assert done.err.count("hefu rules --as-set writes one that is right") == 2
