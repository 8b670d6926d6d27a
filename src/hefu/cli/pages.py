"""Writes the pages of the rules: ``python -m hefu.cli.pages docs/rules`` (``make rules-docs``)."""

from __future__ import annotations

import sys
from pathlib import Path

from hefu.rules.docs.pages import pages


def write(folder: Path) -> list[Path]:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    told = pages()
    for name, text in told.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in told]


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written)
