"""A sound message, and ways to change it."""

from __future__ import annotations

import re
from typing import Any

from hefu.documents.declaration import Declaration
from hefu.documents.readers.decmessage import read_decmessage
from hefu.documents.readers.decmessage_writer import write_decmessage
from tests.builders import AGENT, declaration, item

FILE = "m.xml"
SOUND = write_decmessage(
    declaration(
        declarant=AGENT,
        moved_on="2026-03-04",
        contract="HT-1",
        gross_weight="21",
        net_weight="20",
        items=[
            item(item=n, unit_price="2", total="200", currency="USD", origin="CHN", destination="USA")
            for n in (1, 2)
        ],
    )
).decode()


def message(*changes: tuple[str, str]) -> bytes:
    """The sound message, each pattern replaced once; every pattern must be there."""
    text = SOUND
    for pattern, instead in changes:
        text, found = re.subn(pattern, instead, text, count=1)
        assert found, pattern
    return text.encode()


def read(*changes: tuple[str, str], **options: Any) -> Declaration:
    return read_decmessage(message(*changes), FILE, **options)


def value(element: str, text: str) -> tuple[str, str]:
    """The change that puts another text into the first element of this name."""
    return f"<{element}>[^<]*</{element}>", f"<{element}>{text}</{element}>"


def without(element: str) -> tuple[str, str]:
    return rf" *<{element}>[^<]*</{element}>\n", ""


def head(xml: str) -> tuple[str, str]:
    """The change that adds elements to the head."""
    return "</DecHead>", f"{xml}</DecHead>"


def body(xml: str) -> tuple[str, str]:
    """The change that adds elements to the message."""
    return "</DecMessage>", f"{xml}</DecMessage>"


def line_of(data: bytes, element: str, nth: int = 1) -> int:
    lines = [n for n, text in enumerate(data.decode().splitlines(), 1) if f"<{element}>" in text]
    return lines[nth - 1]
