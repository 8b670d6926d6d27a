"""An inspection as a report is given it: some forty declarations with every outcome and status, judged by the real
rules, in frames made by hand; hostile texts among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from hefu.documents.canonical import as_json
from hefu.documents.certificate import Certificate
from hefu.documents.declaration import Declaration
from hefu.inspection.findings.actions import Action, action_of
from hefu.inspection.findings.checks import SAID
from hefu.inspection.findings.result import (
    CERTIFIED,
    COLUMNS,
    DECLARED,
    FILES,
    FOUND,
    REFUSALS,
    Detail,
    Inspection,
    empty,
)
from hefu.inspection.findings.wording import in_words
from hefu.rules.case import Case, ExportState, Standing, UseState
from hefu.rules.change import smallest_changes
from hefu.rules.compare import compare
from hefu.rules.policy import Policy
from hefu.rules.ruleset import CURRENT
from tests.builders import AGENT, EXPORTER, PRINCIPAL, STRANGER, certificate, declaration, invoice_line, line
from tests.builders import item as goods_item

POLICY: Final = Policy()
AT: Final = datetime(2026, 3, 20, 6, 30, tzinfo=UTC)
IMAGE: Final = "<img src=x onerror=alert(1)>"
SCRIPT: Final = "</script><script>alert(2)</script><!--"
LINK: Final = "javascript:alert(3)"
TURNED: Final = "\u202e\u2028=cmd|' /C calc'!A0\x07"
HOSTILE: Final = (IMAGE, SCRIPT, LINK, TURNED)

GOODS: Final = (
    ("6109100000", "棉制针织T恤衫", "011", "4.20"),
    ("8517130000", "智能手机", "001", "186.00"),
    ("9405190090", "LED吸顶灯", "011", "12.75"),
    ("6403990090", "皮面鞋靴", "025", "18.40"),
    ("7210701010", "彩色涂层钢板", "035", "0.98"),
)
KINDS: Final = (
    *("sound",) * 3, "quantity", "hs", "sound", "returned", "missing", "holder", "other", "sound", "late", "unknown",
    "returned", "purpose", "sound", "name", "used", "other", "quantity", "sound", "withdrawn", "returned", "unit",
    "missing", "window", "sound", "agency", "other", "value", "sound", "hs", "returned", "missing", "several",
    "several", "sound", "hostile", "other", "sound", "quantity", "returned",
)  # fmt: skip
"""What is the matter with each declaration, in turn."""


def export_number(at: int) -> str:
    return f"53012026{0}{at + 1:09}"


DECLARED_AS: Final[dict[str, dict[str, Any]]] = {
    "agency": {"trader": AGENT, "owner": PRINCIPAL},
    "several": {"certificates": [{"number": "CK2026000034"}]},
    "missing": {"certificates": []},
    "other": {"certificates": []},
    "name": {"trader": EXPORTER | {"name": "深圳市合符贸易有限公司"}, "owner": EXPORTER},
    "hostile": {"trader": PRINCIPAL | {"name": IMAGE}},
}
CERTIFIED_AS: Final[dict[str, dict[str, Any]]] = {
    "holder": {"holder": STRANGER},
    "agency": {"holder": PRINCIPAL, "agent": AGENT},
    "several": {"number": "CK2026000034"},
    "name": {"holder": EXPORTER},
}
ITEM_AS: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "quantity": (1, {"first": {"quantity": "550", "unit": "011"}}),
    "hs": (0, {"hs_code": "6114200090"}),
    "hostile": (
        1,
        {"goods_name": SCRIPT, "specification": LINK, "first": {"quantity": "501", "unit": "011"}},
    ),
}
STATE_AS: Final = {"used": (UseState.USED, export_number(800)), "withdrawn": (UseState.WITHDRAWN, None)}
SHORTS: Final = {"hs_code": "6103420090", "goods_name": "棉制针织短裤"}


def pair_of(kind: str, at: int) -> Case:
    """A declaration and its certificate of a kind."""
    code, name, unit, price = GOODS[at % len(GOODS)]
    quantity, worth = str(100 * (at % 9 + 1)), str(Decimal(price) * 100 * (at % 9 + 1))
    act = "return" if kind in {"returned", "window"} else "other" if kind == "other" else "export"
    day = date(2025, 11, 3) + timedelta(days=3 * at)
    shipped = date(2024, 9, 9) if kind == "window" else day - timedelta(days=200)
    source = export_number(900 + at)
    sort = {"hs_code": code, "goods_name": name}
    own = goods_item(
        **sort, first={"quantity": quantity, "unit": unit}, second=None,
        traded={"quantity": quantity, "unit": unit}, unit_price=price, total=worth, currency="USD", origin="CHN",
    )  # fmt: skip
    two = (
        own
        | SHORTS
        | {"item": 2, "first": {"quantity": "500", "unit": "011"}, "unit_price": "4.2", "total": "2100"}
    )
    two["traded"] = two["first"]
    items = [own] if act == "return" else [own, two]
    if kind in ITEM_AS:
        items[ITEM_AS[kind][0]] |= ITEM_AS[kind][1]
    trader = (EXPORTER, PRINCIPAL)[at % 2]
    lodged = declaration(
        act,
        **{
            "number": export_number(at) if act == "export" else f"5301202611{at + 1:08}",
            "declared_on": str(day), "contract": f"HT-2026-{at:03}", "terms": "FOB", "trader": trader, "owner": trader,
            "items": items, "certificates": [{"number": f"CK2026{at:06}"}],
            **({"related": source, "mode": "4561"} if act == "return" else {}), **DECLARED_AS.get(kind, {}),
        },
    )  # fmt: skip
    sold = {**sort, "unit": unit, "quantity": quantity, "fob_usd": worth, "exported_quantity": None}
    first = invoice_line(**sold, invoice=f"FP{2026000 + at}")
    first |= {"unit": {"unit": "千克" if unit != "035" else "件"}, "value": {"fob_usd": "1.00"}}.get(kind, {})
    second = first | SHORTS | {
        "line": 2, "invoice_line": 2, "unit": "011", "quantity": "500", "fob_usd": "2100"
    }  # fmt: skip
    returned = line(**sold, declaration=source, item=1, export_date=str(shipped)) | {
        "exported_quantity": quantity
    }
    paper: dict[str, Any] = {
        "number": f"CK2026{at:06}", "holder": trader,
        "issued_on": str(day + timedelta(days=2 if kind == "late" else -4)),
        "lines": [returned] if act == "return" else [line(**sort)] if kind == "purpose" else [first, second],
        **CERTIFIED_AS.get(kind, {}),
    }  # fmt: skip
    document = certificate("return" if act == "return" or kind == "purpose" else "export", **paper)
    state, held_by = STATE_AS.get(kind, (UseState.AVAILABLE, None))
    standings = tuple(
        Standing(one, UseState.UNKNOWN) if kind == "unknown" else Standing(one, state, document, held_by)
        for one in lodged.certificate_numbers()
    )
    if act != "return":
        return Case(lodged, standings)
    original = declaration(
        "export", number=source, declared_on=str(shipped), items=[own], trader=trader, owner=trader
    )
    return Case(lodged, standings, export=source, original=original, export_state=ExportState.IN_FORCE)


def cases() -> list[Case]:
    return [pair_of(kind, at) for at, kind in enumerate(KINDS)]


def worth(one: Declaration) -> Decimal | None:
    return sum((item.total or Decimal(0) for item in one.items), Decimal(0))


def _frame(rows: Iterable[dict[str, Any]], schema: Any) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema))


def _found(judged: list[Case]) -> list[dict[str, Any]]:
    rows = []
    for at, (case, told) in enumerate(zip(judged, compare(judged, POLICY, CURRENT), strict=True)):
        for one in told.findings:
            texts = {
                f"{name}_{tongue}": getattr(getattr(one, name), tongue)
                for name in ("message", "remedy", "ground")
                for tongue in ("zh", "en")
            }
            rows.append({
                "declaration": case.declaration.number, "code": one.code, "question": one.question.value,
                "severity": one.severity.value, "certificate": one.certificate, "item": one.item, "line": one.line,
                "field": one.field, "declared": one.declared, "certified": one.certified,
                "action": action_of(one.code, one.severity.value).value, "usd": worth(case.declaration), **texts,
                "declared_file": "报关单.zip/3月.xlsx", "declared_sheet": "出口", "declared_row": 5 + at,
                "certified_file": "证明清单.xlsx" if one.certificate else None,
                "certified_sheet": "Sheet1" if one.certificate else None,
                "certified_row": 3 + 2 * at if one.certificate else None,
            })  # fmt: skip
    return rows


def _papers() -> list[dict[str, Any]]:
    """Findings across documents."""
    said = _frame(
        (
            {"code": "papers.certificate_on_several", "certificate": "CK2026000034",
             "other": f"{export_number(34)}, {export_number(35)}"},
            {"code": "papers.goods_covered_twice", "certificate": "CK2026000101", "declared": "100 件",
             "certified": "200 件", "other": f"{export_number(700)}:1"},
            {"code": "papers.certificate_unused", "certificate": "CK2026000100"},
            {"code": "papers.certificate_lapsing", "certificate": "CK2026000102", "other": "2026-04-09"},
            {"code": "papers.total_differs", "declaration": export_number(5), "item": 1, "declared": "7.65",
             "certified": "7650"},
            {"code": "papers.owner_missing", "declaration": export_number(10)},
        ),
        SAID,
    )  # fmt: skip
    usd = {"CK2026000101": Decimal("31000.0000"), export_number(5): Decimal("9750.0000")}
    return [
        one
        | {"usd": usd.get(one["certificate"] or one["declaration"]), "certificate": one["certificate"] or ""}
        for one in in_words(said).to_dicts()
    ]


def _declared(judged: list[Case], found: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for at, case in enumerate(judged):
        one = case.declaration
        own = found.filter(pl.col("declaration") == one.number)
        blocks = int((own["severity"] == "block").sum())
        outcome = "not_needed" if one.act.value == "other" else "held" if blocks else "clears"
        rows.append({
            "declaration": one.number, "act": one.act.value, "declared_on": one.declared_on,
            "trader_uscc": one.trader.uscc, "trader_name": one.trader.name,
            "certificates": list(one.certificate_numbers()), "outcome": outcome, "match": "pass", "entitlement": "pass",
            "action": own["action"][0] if own.height else "", "blocks": blocks,
            "warns": int((own["severity"] == "warn").sum()),
            "usd": None if at == 9 else worth(one), "file": "报关单.zip/3月.xlsx", "sheet": "出口", "row": 5 + at,
        })  # fmt: skip
    return _frame(rows, DECLARED)


def _certified(judged: list[Case], declared: pl.DataFrame) -> pl.DataFrame:
    held = set(declared.filter(pl.col("outcome") == "held")["declaration"])
    rows: dict[str, dict[str, Any]] = {}
    for at, case in enumerate(judged):
        for one in case.certificates:
            paper = one.document
            if paper is None:
                continue
            named = rows.get(one.number, {}).get("declarations", [])
            state = {"used": "used", "withdrawn": "voided"}.get(one.state.value)
            status = (
                "several" if named else state or ("held" if case.declaration.number in held else "matched")
            )
            rows[one.number] = _certificate_row(paper, status, [*named, case.declaration.number], 3 + 2 * at)
    for number, status, until in (
        ("CK2026000100", "unused", None), ("CK2026000101", "over_covered", None),
        ("CK2026000102", "lapsing", date(2026, 4, 9)), ("CK2026000103", "lapsed", date(2026, 2, 1)),
    ):  # fmt: skip
        told = certificate("return" if until else "export", number=number)
        rows[number] = _certificate_row(told, status, [], 90) | {"until": until, "usd": Decimal("31000.0000")}
    return _frame(rows.values(), CERTIFIED)


def _certificate_row(one: Certificate, status: str, named: list[str], row: int) -> dict[str, Any]:
    return {
        "certificate": one.number, "purpose": one.purpose.value, "issued_on": one.issued_on,
        "holder_uscc": one.holder.uscc, "holder_name": one.holder.name, "declarations": named, "status": status,
        "usd": sum((line.fob_usd or Decimal(0) for line in one.lines), Decimal(0)),
        "file": "证明清单.xlsx", "sheet": "Sheet1", "row": row,
    }  # fmt: skip


def _read() -> list[pl.DataFrame]:
    """Files, columns and refusals."""
    files = (
        ("证明清单.xlsx", "Sheet1", "certificate", 2, 84, 82, 2),
        ("报关单.zip/3月.xlsx", "出口", "declaration", 4, 84, 82, 2),
        ("报关单.zip/说明.xlsx", "备注", "", 0, 0, 0, 0),
        (LINK, IMAGE, "invoice", 1, 3, 3, 0),
    )
    columns = (
        ("证明清单.xlsx", "Sheet1", "A", "证明编号", "certificate", ""),
        ("证明清单.xlsx", "Sheet1", "B", "海关商品码", "line_hs", ""),
        ("证明清单.xlsx", "Sheet1", "C", "数量(计)", "", "line_quantity"),
        ("报关单.zip/3月.xlsx", "出口", "A", "报关单号", "declaration", ""),
        ("报关单.zip/3月.xlsx", "出口", "F", SCRIPT, "", "item_name"),
    )
    refusals = (
        ("报关单.zip/3月.xlsx", "出口", 17, "G17", "法定数量", "first", "一百", "应为数字 → 改为数字", "a number → type digits"),
        ("报关单.zip/3月.xlsx", "出口", 31, "B31", "商品编号", "item_hs", SCRIPT, "应为 8 到 13 位 → 更正", "8 to 13 digits → correct it"),
        ("证明清单.xlsx", "Sheet1", 44, "C44", "数量(计)", "line_quantity", TURNED, "应为数字 → 改为数字", "a number → type digits"),
        ("证明清单.xlsx", "Sheet1", 45, "", "", "", "", "没有证明编号 → 补填", "no certificate number → add it"),
    )  # fmt: skip
    parts = ((files, FILES), (columns, COLUMNS), (refusals, REFUSALS))
    return [pl.DataFrame(list(rows), schema=dict(schema), orient="row") for rows, schema in parts]


def sample() -> Inspection:
    """The inspection."""
    judged = cases()
    order = {action.value: place for place, action in enumerate(Action)}
    rows = [*_found(judged), *_papers()]
    rows.sort(key=lambda one: (order[one["action"]], -(one["usd"] or Decimal(0))))
    found = _frame(rows, FOUND)
    declared = _declared(judged, found)
    details = {
        case.declaration.number: Detail(
            as_json(case.declaration),
            tuple(as_json(one.document) for one in case.certificates if one.document),
            None if case.original is None else as_json(case.original),
            tuple(tuple(one.as_json()) for one in smallest_changes(case, POLICY, CURRENT)),
        )
        for case in judged
        if case.declaration.number in set(found["declaration"])
    }
    files, columns, refusals = _read()
    return Inspection(
        at=AT, version="0.1.0", ruleset=CURRENT.version, ruleset_hash=CURRENT.hash_under(POLICY),
        policy=POLICY.model_dump(mode="json"), files=files, columns=columns, refusals=refusals, declarations=declared,
        certificates=_certified(judged, declared), findings=found, pairs=71, details=details, omitted=0,
        assumptions=(("2 份出口报关单视为此前已放行", "2 export declarations are taken as released before"),),
    )  # fmt: skip


def asked(inspection: Inspection) -> Inspection:
    """The same after a node was asked."""
    live = {
        number: {"number": number, "state": state, "declaration": held_by}
        for number, state, held_by in (
            ("CK2026000000", "reserved", export_number(0)), ("CK2026000001", "reserved", export_number(701)),
            ("CK2026000003", "available", None),
            ("CK2026000100", "used", export_number(77)), ("CK2026000017", "used", export_number(800)),
        )
    }  # fmt: skip
    return replace(inspection, node="https://customs.example", live=live)


def nothing() -> Inspection:
    """Of nothing that could be read."""
    return replace(
        sample(), files=empty(FILES), columns=empty(COLUMNS), refusals=empty(REFUSALS), declarations=empty(DECLARED),
        certificates=empty(CERTIFIED), findings=empty(FOUND), details={}, pairs=0, assumptions=(),
    )  # fmt: skip


def sound() -> Inspection:
    """In which nothing is to be done."""
    whole = sample()
    declared = whole.declarations.filter(pl.col("outcome") == "clears")
    return replace(whole, refusals=empty(REFUSALS), findings=empty(FOUND), declarations=declared, details={},
        files=whole.files.with_columns(judged="rows", refused=pl.lit(0, pl.Int64)))  # fmt: skip
