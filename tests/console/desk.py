"""A person at the console of a node, without a browser."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx2

from hefu.protocol.records import Side
from tests.nodes import Nodes, goods


class Desk:
    """One person at one node; ``see`` and ``send`` follow to the page that is shown in the end."""

    def __init__(self, nodes: Nodes, side: Side, who: str, language: str = "en") -> None:
        self.address = nodes.address(side)
        self.client = httpx2.Client(
            base_url=self.address + "/console",
            headers={"accept-language": language},
            follow_redirects=True,
            timeout=60,
            trust_env=False,
        )
        self.send("/sign-in", token=nodes.settings.identities[who].token, next="")

    def see(self, path: str) -> httpx2.Response:
        return self.client.get(path)

    def send(self, path: str, origin: str = "", **fields: str) -> httpx2.Response:
        return self.client.post(path, data=fields, headers={"origin": origin or self.address})

    def upload(
        self, path: str, fields: dict[str, str], scan: bytes, name: str = "scan.png"
    ) -> httpx2.Response:
        """Send a form with a scan."""
        return self.client.post(
            path, data=fields, files={"scan": (name, scan)}, headers={"origin": self.address}
        )


def key_of(page: httpx2.Response, decision: str) -> str:
    """The key in the form of a decision."""
    found = re.search(rf'name="key" value="([\w-]+-{decision})"', page.text)
    assert found, page.text
    return found[1]


def lodged(nodes: Nodes, which: int, **changed: Any) -> tuple[str, str]:
    """A certificate issued and a declaration lodged that names it; their numbers."""
    certificate, declaration = goods(which)
    assert nodes.ask(Side.TAX, "tax", "POST", "/v1/certificates", certificate)[0] == 201
    assert (
        nodes.ask(Side.CUSTOMS, "customs", "POST", "/v1/declarations", {**declaration, **changed})[0] == 201
    )
    return certificate["number"], declaration["number"]


def fields_of(page: httpx2.Response, action: str) -> dict[str, str]:
    """What a browser would send of the form with this action, without its buttons: hidden fields, inputs, choices."""
    form = next(
        one for one in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'action="{action}"' in one
    )
    told: dict[str, str] = {}
    for tag, text in re.findall(r"(<(?:input|textarea)[^>]*>)([^<]*)", form):
        name = re.search(r'name="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name is None or (kind and kind[1] in ("checkbox", "radio") and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        told[name[1]] = html.unescape(text if tag.startswith("<textarea") else value[1] if value else "on")
    return told
