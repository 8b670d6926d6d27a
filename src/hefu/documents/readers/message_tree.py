"""The element tree of a message, asked by local names: what may stand once stands once, what is a
value is plain text. Anything else is noted, to be refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from hefu import errors
from hefu.documents.refusal import shown
from hefu.errors import Kind, Problem, Text

REPEATED = errors.kind(
    "decmessage.repeated",
    http=422,
    message=Text(
        "{file}: {place}: 元素 {value} 只能出现一次", "{file}: {place}: element {value} may stand only once"
    ),
    cure=Text(
        "删去多余的元素, 或用单一窗口重新导出报文",
        "remove the surplus element, or export the message again from the Single Window",
    ),
)
NESTED = errors.kind(
    "decmessage.nested",
    http=422,
    message=Text(
        "{file}: {place}: 应为文本, 其中却有元素 {value}",
        "{file}: {place}: must be plain text, but has the element {value} in it",
    ),
    cure=Text("该元素只填文本, 不含子元素", "write plain text in this element, without elements in it"),
)


class Part:
    """An element and its children by local name; an absent part has none."""

    def __init__(
        self,
        children: Iterable[etree._Element],
        at: etree._Element,
        file: str,
        place: str = "",
        wrong: dict[str, Problem] | None = None,
    ) -> None:
        self.place = place
        self.wrong: dict[str, Problem] = {} if wrong is None else wrong
        """What was found wrong in the whole message so far, by place."""
        self._at = at
        self._file = file
        self._children: dict[str, list[etree._Element]] = {}
        for child in children:
            self._children.setdefault(child.tag.rpartition("}")[2], []).append(child)

    def text(self, name: str) -> str:
        """The text of a child, empty if there is none."""
        child = self._one(name)
        if child is None:
            return ""
        if len(child):
            self._note(NESTED, name, child[0])
        return (child.text or "").strip()

    def part(self, name: str) -> Part:
        """The one child of this name."""
        child = self._one(name)
        return self._below(name, (), self._at) if child is None else self._below(name, child, child)

    def parts(self, name: str) -> list[Part]:
        """Every child of this name, with its number in its place."""
        found = self._children.get(name, ())
        return [self._below(f"{name}[{number}]", child, child) for number, child in enumerate(found, 1)]

    def where(self, name: str = "") -> str:
        """The place of this part, or of a child, with the line in the file."""
        at = self._children.get(name, [self._at])[0]
        return f"{self._path(name)} (line {at.sourceline})"

    def _one(self, name: str) -> etree._Element | None:
        found = self._children.get(name)
        if found is None:
            return None
        if len(found) > 1:
            self._note(REPEATED, name, found[1])
        return found[0]

    def _below(self, name: str, children: Iterable[etree._Element], at: etree._Element) -> Part:
        return Part(children, at, self._file, self._path(name), self.wrong)

    def _path(self, name: str) -> str:
        return "/".join(step for step in (self.place, name) if step)

    def _note(self, kind: Kind, name: str, what: etree._Element) -> None:
        place = f"{self._path(name)} (line {what.sourceline})"
        value = shown(etree.QName(what).localname)
        self.wrong[place] = Problem(kind, place, value, self._file)
