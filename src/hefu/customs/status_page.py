"""The status page: what works, in both languages, without script, for whoever stands in a queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from hefu.documents.fields import SHANGHAI
from hefu.errors import Text

FUNCTIONS: Final[Mapping[str, Text]] = {
    "certificates": Text("证明数据从税务传到海关", "certificate data from tax to customs"),
    "issuing": Text("税务电子开具证明", "electronic issuing at tax"),
    "verification": Text("海关联网核验", "network verification at customs"),
}
_STATES: Final[Mapping[str, tuple[Text, str]]] = {
    "up": (Text("正常", "works"), "good"),
    "down": (Text("中断", "down"), "bad"),
    "contingency": (Text("应急: 可凭纸质证明办理", "contingency: paper certificates serve"), "paper"),
}
_STYLE: Final = """
:root{color-scheme:light dark;--line:#8884;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:start;padding:.5rem .75rem;border-bottom:1px solid var(--line);vertical-align:top}
.good{color:light-dark(#0a6b2d,#6fdc93)}.bad{color:light-dark(#a3141a,#ff9b9b)}.paper{color:light-dark(#7a4b00,#ffc766)}
small{display:block;opacity:.8}
"""


def page(functions: Sequence[Mapping[str, Any]], past: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The page, as HTML."""
    rows = "".join(_row(one) for one in functions)
    outages = "".join(_outage(one) for one in past["outages"][:20])
    history = (
        f"<h2>最近的中断 <small lang=en>Recent outages</small></h2><table><tbody>{outages}</tbody></table>"
        if outages
        else "<p>没有记录到中断 <small lang=en>No outage on record</small></p>"
    )
    return (
        "<!doctype html><html lang=zh><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1"><meta http-equiv=refresh content=60>'
        f"<title>合符 hefu: 运行状况 status</title><style>{_STYLE}</style></head><body>"
        "<h1>运行状况 <small lang=en>Status</small></h1>"
        "<table><thead><tr><th scope=col>功能 <small lang=en>Function</small></th>"
        "<th scope=col>状态 <small lang=en>State</small></th><th scope=col>自 <small lang=en>Since</small></th>"
        "<th scope=col>应急编号 <small lang=en>Ticket</small></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{history}"
        "<p>时间为北京时间; 本页每分钟刷新 <small lang=en>Times in Asia/Shanghai; renewed every minute</small></p>"
        "</body></html>"
    )


def _row(one: Mapping[str, Any]) -> str:
    name, (state, style) = FUNCTIONS[one["function"]], _STATES[one["state"]]
    ground = f"<small>{escape(one['ground'])}</small>" if one["ground"] else ""
    return (
        f"<tr><th scope=row>{_both(name)}</th><td class={style}>{_both(state)}</td>"
        f"<td>{_local(one['since'])}</td><td>{escape(one['ticket'] or '')}{ground}</td></tr>"
    )


def _outage(one: Mapping[str, Any]) -> str:
    until = _local(one["until"]) or "…"
    return (
        f"<tr><th scope=row>{_both(FUNCTIONS[one['function']])}</th>"
        f"<td>{_local(one['since'])} – {until}</td></tr>"
    )


def _both(text: Text) -> str:
    return f"{escape(text.zh)}<small lang=en>{escape(text.en)}</small>"


def _local(moment: str | None) -> str:
    if not moment:
        return ""
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
