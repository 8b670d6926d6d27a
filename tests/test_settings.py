"""Settings come back as they were written; what is wrong in a file is named with its place and cure."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from hefu.errors import HefuError, Problem
from hefu.settings import (
    Caller,
    ClientIdentity,
    ClientSettings,
    NodeSettings,
    home,
    load_client,
    load_node,
    write,
)

NODE: dict[str, Any] = {"side": "tax", "port": 8601, "peer": "http://127.0.0.1:8602"}
CLIENT: dict[str, Any] = {
    "tax": "http://127.0.0.1:8601",
    "customs": "http://127.0.0.1:8602",
    "identities": {"enterprise": {"organisation": "甲", "role": "enterprise", "token": "t", "codes": ["1"]}},
}
KINDS: dict[str, tuple[Callable[[Path], BaseModel], dict[str, Any]]] = {
    "node.json": (load_node, NODE),
    "client.json": (load_client, CLIENT),
}
EACH = pytest.mark.parametrize("name", KINDS)


def problem_of(folder: Path, name: str, content: bytes | None) -> Problem:
    """The one problem that loading a file with this content gives."""
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(HefuError) as caught:
        KINDS[name][0](folder)
    (problem,) = caught.value.problems
    assert problem.file == str(folder / name)
    for text in (problem.message, problem.cure):
        assert all(text)
        assert not any("{" in one for one in text if "Invalid JSON" not in one)
    assert all(str(folder / name) in one for one in problem.message)
    return problem


def wrong(folder: Path, name: str, **changes: Any) -> Problem:
    content = {key: value for key, value in {**KINDS[name][1], **changes}.items() if value is not None}
    problem = problem_of(folder, name, orjson.dumps(content))
    assert problem.kind.code == "settings.invalid"
    assert all(problem.place in one and problem.value in one for one in problem.message)
    return problem


# --- there and back -----------------------------------------------------------------------------------

ROLES = ["enterprise", "tax_officer", "customs_officer", "operator", "auditor"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NODES = st.builds(
    NodeSettings,
    side=st.sampled_from(["tax", "customs"]),
    host=TEXTS,
    port=st.integers(1, 65535),
    peer=TEXTS,
    peer_keys=st.lists(st.dictionaries(TEXTS, TEXTS, max_size=2), max_size=2),
    callers=st.lists(
        st.builds(
            Caller,
            token_sha256=TEXTS,
            organisation=TEXTS,
            role=st.sampled_from(ROLES),
            codes=st.lists(TEXTS, max_size=2),
        ),
        max_size=2,
    ),
    policy=st.dictionaries(TEXTS, TEXTS | st.integers(-(2**53), 2**53), max_size=2),
    pull_seconds=st.floats(0.001, 1e6),
    retry_seconds=st.floats(0.001, 1e6),
    max_retry_seconds=st.floats(0.001, 1e6),
    sweep_seconds=st.floats(0.001, 1e6),
)
CLIENTS = st.builds(
    ClientSettings,
    tax=TEXTS,
    customs=TEXTS,
    identities=st.dictionaries(
        TEXTS,
        st.builds(
            ClientIdentity, organisation=TEXTS, role=TEXTS, token=TEXTS, codes=st.lists(TEXTS, max_size=2)
        ),
        max_size=2,
    ),
)


@given(NODES)
def test_a_nodes_settings_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, node: NodeSettings
) -> None:
    folder = tmp_path_factory.mktemp("node")
    write(folder / "node.json", node)
    assert load_node(folder) == node


@given(CLIENTS)
def test_a_callers_settings_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, client: ClientSettings
) -> None:
    folder = tmp_path_factory.mktemp("client")
    write(folder / "client.json", client)
    assert load_client(folder) == client


def test_writing_makes_the_folder_and_replaces_a_longer_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "node.json"
    write(path, NodeSettings(**{**NODE, "host": "h" * 500}))
    write(path, NodeSettings(**NODE))
    assert load_node(path.parent) == NodeSettings(**NODE)


def test_a_file_made_new_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    write(path, ClientSettings(**CLIENT))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# --- defaults -----------------------------------------------------------------------------------------


def test_what_a_node_does_not_say_has_the_documented_default(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_bytes(orjson.dumps(NODE))
    node = load_node(tmp_path)
    assert (node.host, node.policy, node.callers, node.peer_keys) == ("127.0.0.1", {}, [], [])
    assert (node.pull_seconds, node.retry_seconds, node.max_retry_seconds, node.sweep_seconds) == (
        2,
        0.2,
        5,
        30,
    )


def test_every_setting_of_a_node_says_what_it_is_for() -> None:
    for kind in (NodeSettings, Caller):
        for name, field in kind.model_fields.items():
            assert field.description, f"{kind.__name__}.{name}"


def test_settings_do_not_change() -> None:
    node = NodeSettings(**NODE)
    with pytest.raises(ValidationError):
        node.port = 1  # type: ignore[misc]


def test_the_home_folder_is_var_unless_the_environment_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEFU_HOME", raising=False)
    assert home() == Path("var")
    monkeypatch.setenv("HEFU_HOME", "/somewhere/else")
    assert home() == Path("/somewhere/else")


# --- what is wrong ------------------------------------------------------------------------------------


@EACH
def test_a_missing_file_is_named_with_how_to_make_it(tmp_path: Path, name: str) -> None:
    problem = problem_of(tmp_path, name, None)
    assert problem.kind.code == "settings.missing"
    assert all("hefu up" in one and "HEFU_HOME" in one for one in problem.cure)


@EACH
def test_a_folder_in_place_of_the_file_is_a_missing_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert problem_of(tmp_path, name, None).kind.code == "settings.missing"


@EACH
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"'])
def test_a_file_that_is_no_object_of_settings_is_invalid(tmp_path: Path, name: str, content: bytes) -> None:
    problem = problem_of(tmp_path, name, content)
    assert problem.kind.code == "settings.invalid"
    assert problem.value


@EACH
def test_an_unknown_key_is_named(tmp_path: Path, name: str) -> None:
    problem = wrong(tmp_path, name, prot=8601)
    assert problem.place == "prot"
    assert "not permitted" in problem.value


def test_an_unknown_key_further_in_is_named_with_its_whole_place(tmp_path: Path) -> None:
    caller = {"token_sha256": "0", "organisation": "甲", "role": "auditor", "tokne": "t"}
    assert wrong(tmp_path, "node.json", callers=[caller]).place == "callers.0.tokne"
    identities = {"me": {"organisation": "甲", "role": "auditor", "token": "t", "tokne": "t"}}
    assert wrong(tmp_path, "client.json", identities=identities).place == "identities.me.tokne"


@pytest.mark.parametrize(
    ("name", "missing"), [(name, key) for name, (_, content) in KINDS.items() for key in content]
)
def test_a_required_key_that_is_missing_is_named(tmp_path: Path, name: str, missing: str) -> None:
    problem = wrong(tmp_path, name, **{missing: None})
    assert (problem.place, problem.value) == (missing, "Field required")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("port", 0),
        ("port", 65536),
        ("port", "http"),
        ("port", 1.5),
        ("pull_seconds", 0),
        ("retry_seconds", -1),
        ("max_retry_seconds", 0),
        ("sweep_seconds", "soon"),
        ("host", 5),
        ("peer", ["a"]),
        ("callers", {}),
        ("policy", "broad"),
    ],
)
def test_a_bad_value_is_named_with_its_place(tmp_path: Path, place: str, value: object) -> None:
    assert wrong(tmp_path, "node.json", **{place: value}).place == place


def test_an_invalid_file_tells_to_correct_it_and_where_settings_are_explained(tmp_path: Path) -> None:
    problem = wrong(tmp_path, "node.json", port=0)
    assert all("docs/operate/settings.md" in one for one in problem.cure)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = {
        "side": "moon",
        "port": 0,
        "callers": [{"token_sha256": "0", "organisation": "甲", "role": "boss"}],
    }
    (tmp_path / "node.json").write_bytes(orjson.dumps(told))
    with pytest.raises(HefuError) as caught:
        load_node(tmp_path)
    assert {problem.place for problem in caught.value.problems} == {"side", "port", "peer", "callers.0.role"}


def test_a_configuration_that_is_no_json_is_told_with_a_place(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_text("{")
    with pytest.raises(HefuError) as caught:
        load_node(tmp_path)
    assert caught.value.first.place == "$"


def test_a_file_that_others_could_read_is_closed_to_them_when_written_again(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    path.write_text("{}")
    path.chmod(0o644)
    write(path, ClientSettings(tax="http://a", customs="http://b", identities={}))
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["client.json"]
