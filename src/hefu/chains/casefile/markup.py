"""HTML built from elements: whatever is not an element already is escaped, so that no text can leave its place."""

from __future__ import annotations

from html import escape

from hefu.documents.visible import named, visible
from hefu.errors import Text

_VOID = frozenset({"br", "input", "meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Text | None


def el(name: str, /, *children: Child, **attributes: str | bool) -> Html:
    """An element. ``class_`` and ``for_`` lose their bar, other bars become hyphens; ``True`` is an attribute without a value,
    ``False`` none.
    """
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(named(str(value)))}"')
        for key, value in attributes.items()
        if value is not False
    )
    inner = "".join(map(_inner, children))
    return Html(f"<{name}{told}>" if name in _VOID else f"<{name}{told}>{inner}</{name}>")


def _inner(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, Text):
        return both(child)
    return escape(visible(child), quote=False)


def both(text: Text) -> Html:
    """A sentence in both languages, of which the page shows one; the same in both stands once."""
    zh, en = visible(text.zh), visible(text.en)
    if zh == en:
        return Html(escape(zh, quote=False))
    return Html(
        f'<span lang="zh-CN">{escape(zh, quote=False)}</span><span lang="en">{escape(en, quote=False)}</span>'
    )


def joined(*parts: Html) -> Html:
    """Elements one after the other."""
    return Html("".join(parts))
