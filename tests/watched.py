"""A page in a real browser that is watched, for the tests of files that are opened from a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Watched:
    """What the page asks for, what it complains about, whether a dialog opens."""

    def __init__(self, context: Any, folder: Path) -> None:
        self.page = context.new_page()
        self.folder = folder
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda one: self.asked.append(one.url))
        self.page.on("console", lambda one: self.wrong.append(one.text))
        self.page.on("pageerror", lambda one: self.wrong.append(str(one)))
        self.page.on("dialog", self._refuse)

    def _refuse(self, dialog: Any) -> None:
        self.wrong.append(dialog.message)
        dialog.dismiss()
