"""How results look to a person, in the person's language."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text as Rich

from hefu.errors import HefuError, Problem

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one time zone without summer time since 1991."""

_GOOD: Final = {
    "issued",
    "reserved",
    "released",
    "voided",
    "superseded",
    "exists",
    "used",
    "available",
    "withdrawn",
}
_WAIT: Final = {"held", "void_requested", "reissue_requested", "lodged"}

_ACTS: Final = {
    "export": "出口", "return": "退运", "amendment": "改单", "withdrawal": "撤单", "other": "其他",
}  # fmt: skip
_STATES: Final = {
    "issued": "已开具", "void_requested": "待海关答复作废", "reissue_requested": "待海关答复作废并重新开具", "voided": "已作废",
    "superseded": "已作废并重新开具", "available": "可用", "reserved": "已预留", "used": "已使用", "withdrawn": "已撤回",
    "lodged": "已申报", "held": "扣留", "released": "已放行", "refused": "已退单", "exists": "已存在",
    "arrived": "已到达", "entries": "条目",
}  # fmt: skip
_EVENTS: Final = {
    "certificate.issued": "税务开具证明", "certificate.drafted": "税务起草重新开具的证明", "certificate.draft_dropped": "重新开具的草稿作废",
    "certificate.arrived": "证明数据到达海关", "certificate.reserved": "证明预留", "certificate.freed": "证明释放",
    "certificate.used": "证明已使用", "certificate.void_requested": "税务请求作废", "certificate.void_refused": "海关拒绝作废",
    "certificate.withdrawn": "海关同意, 证明撤出", "certificate.voided": "证明作废", "certificate.superseded": "证明作废并重新开具",
    "certificate.marked": "证明加注", "declaration.lodged": "报关单申报", "declaration.held": "核验不符, 扣留",
    "declaration.reserved": "核验通过, 待放行", "declaration.released": "放行", "declaration.withdrawn": "撤回",
    "declaration.refused": "退单", "declaration.corrected": "更正", "declaration.amended": "改单生效",
    "declaration.withdrawn_after_release": "放行后撤单", "export.entered": "出口记入货物账", "goods.contested": "货物账有出入",
    "message.contested": "报文有争议",
    "message.set_aside": "报文搁置", "message.recovered": "找回报文", "node.restored": "节点由备份恢复", "node.recovered": "节点找回完毕",
    "register.mended": "登记修复", "register.diverged": "登记不一致", "certificate.presented": "凭纸质提交", "paper.entered": "登记纸质证明",
    "paper.approved": "批准纸质证明", "paper.closed": "纸质证明结束", "paper.settled": "纸质与电子核对一致", "paper.contested": "纸质有争议",
    "paper.overtaken": "电子数据先到, 登记作废", "contest.raised": "发现争议", "contest.closed": "争议了结", "act.proposed": "提出双人事项",
    "act.approved": "批准双人事项", "act.rejected": "驳回双人事项", "act.lapsed": "双人事项失效", "contingency.opened": "启动应急",
    "application.filed": "提交证明申请", "application.approved": "批准证明申请", "application.rejected": "驳回证明申请",
    "application.withdrawn": "撤回证明申请", "certificate.applied_for": "依申请开具",
    "contingency.closed": "结束应急", "function.down": "功能中断", "function.up": "功能恢复", "key.announced": "对方公布新密钥", "key.rotated": "轮换密钥", "key.retired": "密钥停用",
    "claim.accepted": "受理退税申报", "claim.held": "申报等待海关数据", "claim.refused": "不予受理申报", "claim.paid": "退税",
    "claim.recalled": "撤回申报", "refund.repaid": "缴回退税", "agency.issued": "开具代理证明", "agency.voided": "作废代理证明",
    "certificate.amendment_done": "改单完成",
}  # fmt: skip


_REFUND: Final = {
    "not_claimed": "尚未申报", "reversed": "已冲减", "paid_back": "已缴回", "refunded_open": "已办理未冲减",
}  # fmt: skip
_REGISTERS: Final = {
    "issue": ("证明", "certificates"), "copy": ("海关的证明", "certificates at customs"),
    "holding": ("证明的使用", "use of certificates"), "lodgement": ("报关单", "declarations"), "journal": ("日志", "journal"),
}  # fmt: skip


def language() -> str:
    """``zh`` or ``en``: HEFU_LANG, else the system's language."""
    told = os.environ.get("HEFU_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "zh" if told.lower().startswith("zh") else "en"


def say(zh: str, en: str) -> str:
    """One of the two sentences."""
    return zh if language() == "zh" else en


def state(value: str) -> Rich:
    """A state or outcome, coloured, in the person's language."""
    style = "green" if value in _GOOD else "yellow" if value in _WAIT else "red"
    return Rich(_STATES.get(value, value) if language() == "zh" else value, style=style)


def refund_state(value: str) -> str:
    """A refund state in the person's language."""
    return _REFUND.get(value, value) if language() == "zh" else value


def act(value: str) -> str:
    """An act in the person's language."""
    return _ACTS.get(value, value) if language() == "zh" else value


def event(value: str) -> str:
    """A journal event in the person's language."""
    return _EVENTS.get(value, value) if language() == "zh" else value


def local(moment: str) -> str:
    """A time in Asia/Shanghai to the millisecond."""
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def out() -> Console:
    """Where results go."""
    width = None if sys.stdout.isatty() else 160
    return Console(highlight=False, soft_wrap=True, width=width)


def print_json(value: Any) -> None:
    """A value for machines, on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def show_error(error: HefuError) -> None:
    """Every problem with its cure, to standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in error.problems:
        message = say(*problem.message)
        cure = say(*problem.cure)
        console.print(Rich.assemble((f"[{problem.kind.code}] ", "red"), message))
        console.print(Rich.assemble(("  → ", "cyan"), cure))


def show_problems(problems: Sequence[Problem]) -> None:
    """What could not be read beside all that was, each with its cure."""
    for problem in problems:
        out().print(say(*problem.message), style="red", markup=False)
        out().print(f"  {say(*problem.cure)}", markup=False)


def show_findings(findings: Sequence[dict[str, Any]]) -> None:
    """Each finding with both values, the rule's ground and what to do."""
    console = out()
    for one in findings:
        style = {"block": "red", "warn": "yellow"}.get(one["severity"], "cyan")
        console.print(
            Rich.assemble(
                ("  " + one["severity"] + " ", style), (one["code"], "bold"), "  ", one["message"][language()]
            )
        )
        console.print(Rich.assemble(("      → ", "cyan"), one["remedy"][language()]))


def show_results(results: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """What became of each document, with the reasons of those that did not pass."""
    console = out()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in (("文件", "file"), ("编号", "number"), ("结果", "result"), ("原因", "reason")):
        table.add_column(say(zh, en), overflow="fold")
    for file, told in results:
        findings = told.get("findings", [])
        blocks = list(dict.fromkeys(f["code"] for f in findings if f["severity"] != "info"))
        number = told.get("number") or next((p["place"] for p in told.get("problems", [])), "")
        outcome = told.get("state") or told.get("result") or told.get("code", "")
        table.add_row(file, number, state(outcome), ", ".join(blocks))
    console.print(table)
    for _, told in results:
        if told.get("findings"):
            console.print(Rich(f"\n{told['number']}", style="bold"))
            show_findings(told["findings"])
            show_changes(told.get("changes", []))
        for one in told.get("problems", []):
            console.print(Rich.assemble((f"\n[{one['code']}] ", "red"), one["message"][language()]))
            console.print(Rich.assemble(("  → ", "cyan"), one["cure"][language()]))


def show_trace(number: str, standings: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]]) -> None:
    """A number's history on both sides, in time order."""
    console = out()
    console.print(Rich(number, style="bold"))
    for one in standings:
        facts = [
            _fact(key, value) for key, value in one.items() if value not in (None, [], "") and key in _FACTS
        ]
        console.print(f"  {side(one['side'])}: {', '.join(facts)}", markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in (
        ("时间 (上海)", "time (Shanghai)"),
        ("一侧", "side"),
        ("事件", "event"),
        ("编号", "number"),
        ("关联", "with"),
        ("经办", "by"),
        ("说明", "why"),
    ):
        table.add_column(say(zh, en), overflow="fold")
    for entry in entries:
        table.add_row(
            local(entry["at"]),
            side(entry["side"]),
            event(entry["event"]),
            entry["number"],
            entry["other"],
            actor(entry["actor"]),
            _why(entry["detail"]),
        )
    console.print(table)


_FACTS: Final = {
    "state": "状态", "usage": "使用", "declaration": "报关单", "replacement": "替代证明", "replaces": "替代的证明", "revision": "版次",
    "match": "单证一致", "entitlement": "证明适用", "certificates": "证明", "marks": "标记",
}  # fmt: skip
_DETAILS: Final = {
    **_FACTS, "reason": "理由", "ground": "理由", "why": "原因", "codes": "不符项", "findings": "核验结果", "waits_for": "等待",
    "certificate": "证明", "kind": "事项", "ticket": "应急单", "act": "业务", "purpose": "用途", "mark": "标记", "decision": "决定",
    "claimant": "申报人", "contest": "争议", "since": "自", "period": "所属期", "request": "第几次请求", "backup": "备份",
}  # fmt: skip
_ROLES: Final = {
    "enterprise": "企业", "tax_officer": "税务人员", "customs_officer": "关员", "operator": "运行人员", "auditor": "审计人员",
    "investigator": "稽查人员",
}  # fmt: skip
_VALUES: Final = {"pass": "是", "fail": "否", "unchecked": "未核"}


def side(value: str) -> str:
    """One of the two authorities, in the person's language."""
    return {"tax": "税务", "customs": "海关"}.get(value, value) if language() == "zh" else value


def actor(value: str) -> str:
    """Who did something, as the journal names it, in the person's language."""
    role, _, name = value.partition(":")
    if role in ("tax", "customs"):
        return f"{side(role)} ({say('系统自动', 'by itself')})"
    told = _ROLES.get(role, role) if language() == "zh" else role.replace("_", " ")
    return " · ".join([told, *name.split("/")]) if name else told


def _fact(name: str, value: Any) -> str:
    """A fact with its name, in the person's language."""
    told = [str(one) for one in (value if isinstance(value, list) else [value])]
    if language() != "zh":
        return f"{name}: {', '.join(told)}"
    return f"{_DETAILS.get(name, name)}: {', '.join({**_STATES, **_ACTS, **_VALUES}.get(one, one) for one in told)}"


def _why(detail: dict[str, Any]) -> str:
    left_out = ("rules", "drawn", "facts", "severities")
    return ", ".join(
        _fact(name, value)
        for name, value in detail.items()
        if name not in left_out and value not in ("", [], None)
    )


def show_status(told: dict[str, dict[str, Any]]) -> None:
    """Counts, link and rules of both nodes."""
    console = out()
    for side, one in told.items():
        link = one["link"]
        well = say("正常", "well") if not link["failures"] else f"{link['failures']} × {link['last_error']}"
        console.print(f"[bold]{side}[/bold]  {one['version']}  {say('链路', 'link')}: {well}")
        if one["recovering"]:
            console.print(
                f"  [red]{say('由备份恢复, 正在找回', 'restored, recovering what it has said since')}[/]"
            )
        if one["reads"]["error"] or one["reads"]["lost"]:
            unwritten = say("查看记录无法写入", "who looks at what cannot be written")
            console.print(f"  [red]{unwritten}[/] {one['reads']}")
        for message in one["aside"]:
            console.print(
                f"  [red]{say('搁置', 'set aside')}[/] {message['stream']}/{message['sequence']}: {message['why']}"
            )
        for table, counts in one["counts"].items():
            if counts and any(counts.values()):
                told_of = say(*_REGISTERS.get(table, (table, table)))
                console.print(
                    f"  {told_of}: " + ", ".join(f"{state(name)} {number}" for name, number in counts.items())
                )
    policy = one["policy"]
    console.print(
        f"{say('规则', 'rules')}: {one['ruleset']} {one['ruleset_hash'][:23]}…  scope={policy['scope']}"
    )


def show_changes(changes: Sequence[Sequence[dict[str, Any]]]) -> None:
    """The smallest changes that would clear a declaration, each applied and verified again."""
    console = out()
    for place, edits in enumerate(changes):
        lead = say("改动后可通过", "it would pass with") if not place else say("或者", "or")
        console.print(Rich.assemble(("  ✓ ", "green"), lead))
        for one in edits:
            before, after = (one["words"][name][language()] for name in ("before", "after"))
            before = f"{before} → " if before else ""
            console.print(
                f"      {say(PAPERS[one['document']], one['document'])} {one['number']} {one['field']}:"
                f" {before}{after or '∅'}  ({one['who'][language()]})",
                markup=False,
            )


PAPERS: Final = {
    "declaration": "报关单", "certificate": "证明", "register": "登记",
    "export": "出口报关单", "principal": "委托方证明", "further": "另一份证明",
}  # fmt: skip


def show_table(titles: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> None:
    """Rows under titles in both languages."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in titles:
        table.add_column(say(zh, en), overflow="fold")
    for row in rows:
        table.add_row(*row)
    out().print(table)


def show_keys(told: dict[str, dict[str, Any]]) -> None:
    """The signing keys of both nodes, and what the other one knows of them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for zh, en in (("一侧", "side"), ("密钥", "key"), ("算法", "algorithm"), ("起用", "since"), ("", "")):
        table.add_column(say(zh, en), overflow="fold")
    for side, one in told.items():
        for key in one["own"]:
            signs = key["key_id"] == one["signs_with"]
            waits = say("等对方确认", "waits for the peer")
            note = say("在用", "signs") if signs else "" if key["confirmed"] else waits
            table.add_row(side, key["key_id"], key["algorithm"], local(key["not_before"]), note)
    out().print(table)
