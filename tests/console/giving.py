"""Papers given at the console, without a browser."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx2

from tests.console.desk import Desk

SAMPLES = Path(__file__).parents[2] / "samples"


def folder(name: str) -> list[tuple[str, bytes]]:
    """The files of a folder of samples, under their names in it."""
    root = SAMPLES / name
    return [
        (f"{name}/{path.relative_to(root)}", path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    ]


def give(desk: Desk, kind: str, files: list[tuple[str, bytes]], **fields: str) -> httpx2.Response:
    """Send files as a browser does; the page that is shown then."""
    return desk.client.post(
        f"/{kind}",
        files=[("papers", one) for one in files],
        data=fields,
        headers={"origin": desk.address},
    )


def looked_through(desk: Desk, page: httpx2.Response, seconds: float = 60) -> httpx2.Response:
    """The page of a bundle when there is nothing more to come."""
    address = str(page.url)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page = desk.client.get(address)
        if not re.search(r'data-live="', page.text):
            return page
        time.sleep(0.2)
    raise AssertionError("it goes on and on")
