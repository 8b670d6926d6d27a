"""What stands at the other end of ``--node`` may be anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from hefu.errors import HefuError
from hefu.inspection.live import beside
from tests.inspection.reported import sample

Answer = tuple[int, bytes]
Server = Callable[[Callable[[str, Any], Answer]], str]
RULES = {"version": "another", "hash": "sha256:0"}


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers path and body as it is told."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str, Any], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, body = answer(self.path, json.loads(data or b"null"))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        running.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=running[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_port}"

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


def _node(path: str, body: Any) -> Answer:
    told: dict[str, Any] = RULES
    if path.endswith("states"):
        told = {"states": [{"number": one, "state": "available", "more": 1} for one in body["numbers"]]}
    elif path.endswith("check"):
        told = {"results": [{"state": "held", "findings": [{"code": "hs.differs"}]} for _ in body]}
    return 200, json.dumps(told).encode()


def test_the_record_stands_beside_and_other_rules_are_told(server: Server) -> None:
    told = sample()
    url = server(_node)
    steps: list[int] = []
    answer = beside(told, url, "token", steps.append)
    assert answer.node == url
    for number in told.certificates["certificate"]:
        assert answer.live[number] == {"state": "available", "more": 1}
    for number in told.details:
        assert answer.live[number] == {"state": "held", "codes": ["hs.differs"]}
    assert "another" in answer.assumptions[-1][1]
    assert sum(steps) == told.certificates.height + len(told.details)


def test_the_same_rules_are_not_worth_a_word(server: Server) -> None:
    told = sample()

    def same(path: str, body: Any) -> Answer:
        if path.endswith("rules"):
            return 200, json.dumps({"version": told.ruleset, "hash": told.ruleset_hash}).encode()
        return _node(path, body)

    assert beside(told, server(same), "token").assumptions == told.assumptions


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"), (200, b"[]"), (200, b"null"), (500, b'"x"'), (502, b"<html>"), (200, b""), (403, b'{"problems": [1]}'),
        (403, b'{"problems": []}'), (403, b'{"problems": [{"message": "x"}]}'), (200, b'{"version": 1, "hash": 2}'),
    ],
)  # fmt: skip
def test_whatever_answers_is_told_as_no_node(server: Server, status: int, body: bytes) -> None:
    with pytest.raises(HefuError) as caught:
        beside(sample(), server(lambda *_: (status, body)), "token")
    assert caught.value.first.kind.code == "inspection.not_a_node"


def test_an_answer_too_few_is_told(server: Server) -> None:
    def short(path: str, body: Any) -> Answer:
        return (200, b'{"results": []}') if path.endswith("check") else _node(path, body)

    with pytest.raises(HefuError) as caught:
        beside(sample(), server(short), "token")
    assert caught.value.first.kind.code == "inspection.not_a_node"


def test_a_refusal_is_told_in_its_own_words(server: Server) -> None:
    body = json.dumps({"problems": [{"message": {"zh": "不行", "en": "you may not"}}]}).encode()
    with pytest.raises(HefuError) as caught:
        beside(sample(), server(lambda *_: (403, body)), "token")
    assert caught.value.first.kind.code == "inspection.node_refused"
    assert caught.value.first.message.zh.endswith("不行")
    assert caught.value.first.message.en.endswith("you may not")


@pytest.mark.parametrize(
    ("url", "token", "code"),
    [
        ("", "x", "node_unreachable"), ("foo", "x", "node_unreachable"), ("http://[::1", "x", "node_unreachable"),
        ("ftp://x", "x", "node_unreachable"), ("http://127.0.0.1:9", "x", "node_unreachable"),
        ("http://127.0.0.1:9", "令牌", "node_refused"), ("http://127.0.0.1:9", "a\nb", "node_unreachable"),
    ],
)  # fmt: skip
def test_a_wrong_address_or_token_is_told(url: str, token: str, code: str) -> None:
    with pytest.raises(HefuError) as caught:
        beside(sample(), url, token)
    assert caught.value.first.kind.code == f"inspection.{code}"
