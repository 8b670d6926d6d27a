"""What a page says, read without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """Elements with attributes; all text outside of style and script, by the language that it stands in."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.code: dict[str, list[str]] = {"style": [], "script": []}
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.elements.append((tag, told))
        if tag in self.code:
            self.code[tag].append("")
        if tag not in _VOID:
            inherited = self.open[-1][1] if self.open else ""
            self.open.append((tag, (told.get("lang") or inherited) if tag != "html" else ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            self.unbalanced.append(tag)
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        tag, language = self.open[-1] if self.open else ("", "")
        if tag in self.code:
            self.code[tag][-1] += data
        elif data.strip():
            self.texts.append((language, data.strip()))

    def told(self, language: str = "") -> str:
        """All text that a reader of a language sees."""
        return "\n".join(text for lang, text in self.texts if not language or lang in {language, ""})

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]
