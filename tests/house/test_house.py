"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import hefu
from hefu import errors
from hefu.rules.ruleset import CURRENT

for _module in pkgutil.walk_packages(hefu.__path__, "hefu."):
    importlib.import_module(_module.name)  # so that every error is registered

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 70
DOCUMENTED = 0.9

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SLOT = re.compile(r"\{(\w+)\}")


def tracked() -> list[Path]:
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in told.splitlines() if (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_a_module_fits_in_a_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without the functions inside it (a router's routes are read one by one)."""
    inner = [node for node in functions(function) if node is not function]
    outermost = [n for n in inner if not any(n is not m and n in set(functions(m)) for m in inner)]
    whole = (function.end_lineno or 0) - function.lineno + 1
    return whole - sum((n.end_lineno or 0) - n.lineno + 1 for n in outermost)


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{path.name}:{function.lineno} {function.name} {own_lines(function)}"
        for path in SOURCES
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if own_lines(function) > LONGEST_FUNCTION
    ]
    assert not long


def test_public_names_are_documented() -> None:
    told: list[tuple[str, bool]] = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
        for body in (tree.body, *(one.body for one in classes)):
            for node in body:
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    continue
                if node.name[0] != "_":
                    told.append((f"{path.name}:{node.lineno}", ast.get_docstring(node) is not None))
    bare = [place for place, documented in told if not documented]
    assert 1 - len(bare) / len(told) >= DOCUMENTED, bare


def test_every_error_speaks_both_languages_and_names_a_cure() -> None:
    assert len(errors.registry()) > 40
    for code, kind in errors.registry().items():
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", code), code
        for text in (kind.message, kind.cure):
            assert text.en, code
            free = _SLOT.sub("", text.zh)
            assert _CHINESE.search(text.zh) or not re.search(r"\w", free), code
            assert not _CHINESE.search(text.en), code


def test_the_two_languages_of_an_error_use_the_same_slots() -> None:
    for code, kind in errors.registry().items():
        zh, en = (
            {re.sub(r"(^|_)(zh|en)$", "", slot) for slot in _SLOT.findall(text)} for text in kind.message
        )
        assert zh == en, code


def test_every_rule_speaks_both_languages_and_names_its_ground() -> None:
    codes = [rule.code for rule in CURRENT.rules]
    assert len(codes) == len(set(codes))
    for rule in CURRENT.rules:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", rule.code)
        assert rule.ground, rule.code
        for text in (rule.message, rule.remedy):
            assert _CHINESE.search(text.zh), rule.code
            assert text.en, rule.code
            assert not _CHINESE.search(text.en), rule.code
        assert set(_SLOT.findall(rule.message.zh)) == set(_SLOT.findall(rule.message.en)), rule.code


def test_locks_name_no_registry() -> None:
    for name in ("runtime.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_what_is_declared_is_what_is_locked() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8").splitlines()
    assert sorted(declared) == sorted(line for line in lines if line and not line.startswith("#"))


def test_every_dependency_is_used_and_has_its_reason() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    reasons = (ROOT / "docs/decisions/0001-tools-and-libraries.md").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    modules = {
        "python-calamine": "python_calamine", "python-multipart": "python_multipart", "python-stdnum": "stdnum",
        "tomli-w": "tomli_w",
    }  # fmt: skip
    for requirement in declared:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert name in reasons, name
        assert re.search(rf"^\s*(import|from) {modules.get(name, name)}\b", code, re.MULTILINE), name


def test_nothing_of_a_machine_and_nothing_unfinished_is_tracked() -> None:
    machine = re.compile(r"/(work|root|home)/\w+")
    unfinished = re.compile(r"\b(TODO|FIXME|XXX)\b")
    for path, text in texts():
        if path == Path(__file__):
            continue
        assert not machine.search(text), path
        assert not unfinished.search(text), path


@pytest.mark.parametrize("path", [p for p in tracked() if p.suffix == ".md"], ids=lambda p: p.name)
def test_a_page_has_one_title_and_its_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_pages_that_errors_point_to_exist() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for target in set(re.findall(r"\b((?:docs|samples)/[\w./-]*\w)", code)):
        assert (ROOT / target).exists(), target


def test_the_two_readmes_say_the_same() -> None:
    blocks = [
        re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
        for name in ("README.md", "README.zh.md")
    ]
    told = [
        [re.sub(r'#.*|".*?"', "", line).split() for block in one for line in block.splitlines()]
        for one in blocks
    ]
    assert told[0] == told[1]
    rows = [
        [row.split("|")[1].split()[:2] for row in (ROOT / name).read_text(encoding="utf-8").splitlines()
         if row.startswith("| `hefu")]
        for name in ("README.md", "README.zh.md")
    ]  # fmt: skip
    assert len(rows[0]) == len(rows[1]) > 8
