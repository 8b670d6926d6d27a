"""The style and script of the pages, and the policy that lets only these run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from hefu.chains.casefile.markup import Html, el, joined
from hefu.errors import Text

_SHELL: Final = "<!DOCTYPE html>\n"


@cache
def asset(name: str) -> str:
    """A file of the pages."""
    return (files("hefu.chains.casefile") / "page" / name).read_text(encoding="utf-8")


@cache
def script(name: str) -> str:
    """A script as it stands in a page: strict, with no names of its own outside."""
    return f'(() => {{\n"use strict";\n{asset(name)}}})();'


def document(title: Text, body: Html, scripts: tuple[str, ...], language: str) -> str:
    """A whole page that asks for nothing: one style, scripts by their hashes, no request of any kind."""
    style, code = asset("case.css"), [script(one) for one in scripts]
    allowed = " ".join(map(_hash, code))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {allowed};"
        " base-uri 'none'; form-action 'none'"
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="title", data_zh=title.zh, data_en=title.en),
        el("title", f"{title.zh} · {title.en}"),
        Html(f"<style>{style}</style>"),
    )
    told = joined(body, *(Html(f"<script>{one}</script>") for one in code))
    return _SHELL + el("html", head, el("body", told), lang="zh-CN", data_first=language) + "\n"


def top(brand: Text, *links: Html) -> Html:
    """The bar on top: a way past it, the name, other pages, language, print."""
    return joined(
        el("a", Text("跳到正文", "Skip to the content"), class_="skip", href="#main"),
        el(
            "header",
            el(
                "div",
                el("span", brand, class_="brand"),
                el("nav", *links, aria_label="页面", data_zh="页面", data_en="Pages") if links else None,
                el(
                    "div",
                    el("button", "中文", type="button", data_language="zh"),
                    el("button", "English", type="button", data_language="en"),
                    class_="lang",
                    role="group",
                    aria_label="语言",
                    data_zh="语言",
                    data_en="Language",
                ),
                el("button", Text("打印", "Print"), type="button", id="print"),
                class_="bar",
            ),
            class_="top",
        ),
    )


def _hash(text: str) -> str:
    """The hash of a script or style as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
