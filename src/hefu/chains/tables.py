"""What an investigator joins: a table for each kind of paper, and its columns.

Core tables are what the two authorities hold by their office; file tables are there only when somebody loads them,
and any of them may be missing for some firms or for all. A party stands in two columns: its identifier (USCC, else
customs code, else empty) and its name as written (``<column>_name``). Money is in fen (CNY 0.01), quantities are scaled
by 10^5 as in the documents, weights are in grams; dates are days in Asia/Shanghai. Nothing here decides a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import polars as pl

from hefu.chains import vocabulary
from hefu.errors import Text


class Holder(StrEnum):
    """Where a table comes from: ``core`` lies in the nodes, ``file`` is loaded for a case."""

    CORE = "core"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type, the title that a person gives it, and whether each row must have it. ``also`` are titles that
    forms and exports of other programs use for it. ``words``: of a column that takes certain words only, each with those
    that stand for it, the first of them its Chinese name.
    """

    name: str
    dtype: pl.DataType
    title: Text
    needed: bool = False
    also: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of paper. ``letter`` is its short name in case files; ``by`` are the columns that tell rows apart;
    ``also`` are other names that files have.
    """

    name: str
    letter: str
    holder: Holder
    title: Text
    columns: tuple[Column, ...]
    by: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def schema(self) -> pl.Schema:
        """Names and types in order."""
        return pl.Schema({one.name: one.dtype for one in self.columns})

    def empty(self) -> pl.DataFrame:
        """The table without rows: what stands for one that nobody has."""
        return self.schema.to_frame()


_TEXT: Final = pl.String()
_DAY: Final = pl.Date()
_WHOLE: Final = pl.Int64()
_FLAG: Final = pl.Boolean()


def _text(name: str, zh: str, en: str, *also: str, needed: bool = False) -> Column:
    return Column(name, _TEXT, Text(zh, en), needed, also)


def _word(name: str, zh: str, en: str, words: vocabulary.Words, *, needed: bool = False) -> Column:
    return Column(name, _TEXT, Text(zh, en), needed, words=words)


def _day(name: str, zh: str, en: str, *, needed: bool = False) -> Column:
    return Column(name, _DAY, Text(zh, en), needed)


def _whole(name: str, zh: str, en: str, *also: str, needed: bool = False) -> Column:
    return Column(name, _WHOLE, Text(zh, en), needed, also)


def _party(name: str, zh: str, en: str, *also: str, needed: bool = False) -> tuple[Column, Column]:
    """The two columns of a party; ``also`` are other words for it, which stand alone for its name, too."""
    ids = tuple(
        f"{one}{kind}" for one in (zh, *also) for kind in ("统一社会信用代码", "纳税人识别号", "识别号")
    )
    names = tuple(f"{one}{kind}" for one in (zh, *also) for kind in ("名称", "") if one + kind)
    return (
        _text(name, ids[0], f"{en}, id", *ids[1:], needed=needed),
        _text(f"{name}_name", names[0], f"{en}, name", *names[1:]),
    )


DECLARATIONS: Final = Table(
    "declarations",
    "D",
    Holder.CORE,
    Text("报关单", "declarations"),
    (
        _text("declaration", "报关单号", "declaration", "海关编号", needed=True),
        _word("act", "业务", "act", vocabulary.ACTS, needed=True),  # documents.declaration.Act
        _day("lodged", "申报日期", "lodged", needed=True),
        _day("released", "放行日期", "released"),
        _word("state", "状态", "state", vocabulary.STATES, needed=True),
        _text("hold_codes", "扣留原因", "codes of the hold"),  # blank-separated codes of findings
        *_party("trader", "境内收发货人", "trader", "境内发货人", "收发货人", needed=True),
        *_party("owner", "生产销售单位", "owner"),
        *_party("declarant", "申报单位", "declarant"),
        _text("consignee_name", "境外收货人", "foreign consignee"),
        _text("destination", "运抵国", "destination"),  # ISO 3166 alpha-3
        _text("office", "申报地海关", "customs office"),
        _text("port", "离境口岸", "port of exit", "出境关别"),
        _text("mode", "监管方式", "supervision mode"),
        _text("covers", "关联报关单号", "export that it returns, amends or withdraws", "原报关单号"),
    ),
    ("declaration",),
)
LINES: Final = Table(
    "lines",
    "L",
    Holder.CORE,
    Text("报关单商品", "lines of declarations"),
    (
        _text("declaration", "报关单号", "declaration", "海关编号", needed=True),
        _whole("item", "项号", "item", needed=True),
        _text("hs", "商品编号", "commodity code", needed=True),
        _text("name", "商品名称", "name of goods"),
        _whole("quantity", "法定数量", "statutory quantity", "法定第一数量"),
        _text("unit", "法定计量单位", "statutory unit", "法定第一计量单位"),
        _whole("net_weight", "净重", "net weight"),
        _whole("fob", "离岸价", "FOB value"),
        _text("district", "境内货源地", "district of origin"),
    ),
    ("declaration", "item"),
)
CERTIFICATES: Final = Table(
    "certificates",
    "C",
    Holder.CORE,
    Text("证明", "certificates"),
    (
        _text("certificate", "证明编号", "certificate", needed=True),
        *_party("holder", "持有人", "holder", needed=True),
        _word("purpose", "用途", "purpose", vocabulary.PURPOSES, needed=True),
        _word("refund_state", "退税状态", "refund state", vocabulary.REFUND_STATES),
        _text("export", "出口报关单号", "export declaration"),
        _whole("item", "项号", "item"),
        _whole("quantity", "数量", "quantity"),
        _day("issued", "开具日期", "issued", needed=True),
        _day("ended", "作废日期", "voided or superseded"),
        _text("replaces", "补办自", "replaces"),
        _text("declaration", "使用报关单号", "used by declaration"),
        _day("used", "使用日期", "used"),
        Column("on_paper", _FLAG, Text("纸质应急", "presented on paper")),
    ),
    ("certificate", "item"),
)
AGENCY: Final = Table(
    "agency",
    "A",
    Holder.CORE,
    Text("代理出口企业受托出口情况汇总表", "agents' quarterly reports"),  # STA 17/2025 art. 7
    (
        _text("quarter", "季度", "quarter", needed=True),  # 2026Q1
        _day("filed", "报送日期", "filed", needed=True),
        *_party("agent", "代理出口企业", "agent", needed=True),
        _text("declaration", "报关单号", "declaration", needed=True),
        *_party("consignor", "实际委托方", "actual consignor"),
        _whole("amount", "出口金额", "amount"),
    ),
    ("agent", "declaration", "consignor"),
)
AGREEMENTS: Final = Table(
    "agreements",
    "G",
    Holder.CORE,
    Text("代理出口协议", "agency agreements"),
    (
        _text("agreement", "协议编号", "agreement", needed=True),
        *_party("agent", "代理方", "agent", needed=True),
        *_party("principal", "委托方", "principal"),
        _day("signed", "签订日期", "signed"),
        _day("until", "有效期至", "valid until"),
        _whole("fee_ppm", "代理费率(百万分之)", "fee, millionths of the value"),
    ),
    ("agreement",),
)
FIRMS: Final = Table(
    "firms",
    "E",
    Holder.CORE,
    Text("企业", "firms"),
    (
        *_party("firm", "企业", "firm", "纳税人", "", needed=True),
        _text("customs_code", "海关编码", "customs code"),
        _text("former_names", "曾用名", "former names"),  # separated by ;
        _word("kind", "类型", "kind", vocabulary.KINDS),
        _day("registered", "注册日期", "registered"),
        _day("first_filing", "首次备案日期", "first customs or refund filing"),
        _day("closed", "注销日期", "closed"),
        _word("status", "状态", "status", vocabulary.STATUSES),
        _text("district", "所在地", "district"),
        _text("address", "地址", "address"),
        _text("legal_person", "法定代表人", "legal representative"),
        _text("finance_head", "财务负责人", "head of finance"),
        _text("tax_handler", "办税人", "tax handler"),
        _text("phone", "电话", "telephone"),
        _whole("capital", "实缴资本", "paid-in capital"),
        _whole("staff", "参保人数", "insured staff"),
    ),
    ("firm",),
)
CLAIMS: Final = Table(
    "claims",
    "R",
    Holder.CORE,
    Text("退税申报", "refund claims"),
    (
        _text("claim", "申报编号", "claim", needed=True),
        *_party("claimant", "申报人", "claimant", needed=True),
        _text("declaration", "报关单号", "declaration", "海关编号", needed=True),
        _whole("item", "项号", "item"),
        _whole("quantity", "数量", "quantity"),
        _whole("purchase", "进货金额", "purchase amount"),
        _whole("refund", "退税额", "refund"),
        _day("claimed", "申报日期", "claimed", needed=True),
        _day("paid", "退库日期", "paid"),
        _word("state", "状态", "state", vocabulary.CLAIM_STATES),
    ),
    ("claim", "declaration", "item"),
)
INVOICES: Final = Table(
    "invoices",
    "V",
    Holder.FILE,
    Text("增值税发票", "VAT invoices"),
    (
        _text("invoice", "发票号码", "invoice", "数电发票号码", needed=True),
        _day("issued", "开票日期", "issued", needed=True),
        *_party("seller", "销售方", "seller", "销方"),
        *_party("buyer", "购买方", "buyer", "购方", needed=True),
        _text("hs", "商品编码", "commodity code"),  # of the customs tariff, where the loader could map it
        _text("name", "货物名称", "name of goods"),
        _whole("quantity", "数量", "quantity"),
        _text("unit", "单位", "unit"),
        _whole("amount", "金额", "amount without tax"),
        _whole("vat", "税额", "tax"),
        Column("farm_purchase", _FLAG, Text("农产品收购", "farm purchase, issued to itself")),
        Column("abnormal", _FLAG, Text("异常凭证", "listed as abnormal")),
    ),
    ("invoice",),
    ("发票",),
)
PAYMENTS: Final = Table(
    "payments",
    "P",
    Holder.FILE,
    Text("境内付款", "domestic payments"),
    (
        _text("payment", "流水号", "payment", needed=True),
        _day("on", "日期", "on", needed=True),
        *_party("payer", "付款方", "payer"),
        *_party("payee", "收款方", "payee"),
        _whole("amount", "金额", "amount", needed=True),
    ),
    ("payment",),
)
RECEIPTS: Final = Table(
    "receipts",
    "X",
    Holder.FILE,
    Text("收汇", "foreign receipts"),
    (
        _text("receipt", "收汇编号", "receipt", needed=True),
        _day("on", "日期", "on", needed=True),
        *_party("receiver", "收款方", "receiver", needed=True),
        _text("payer_name", "付款人", "payer"),
        _text("payer_country", "付款国别", "payer's country"),
        _whole("amount", "金额", "amount", needed=True),
        _text("declaration", "报关单号", "declaration"),
    ),
    ("receipt",),
)
TRANSPORT: Final = Table(
    "transport",
    "T",
    Holder.FILE,
    Text("运输单证", "transport documents"),
    (
        _text("bill", "提单号", "bill of lading", needed=True),
        _text("declaration", "报关单号", "declaration"),
        _text("shipper_name", "托运人", "shipper"),
        _text("shipper", "托运人统一社会信用代码", "shipper, id"),
        *_party("forwarder", "货代", "forwarder"),
        _text("container", "集装箱号", "container"),
        _text("seal", "封号", "seal"),
        _day("sailed", "开航日期", "sailed"),
        _whole("gross_weight", "毛重", "gross weight"),
        Column("shared", _FLAG, Text("拼箱", "less than a container")),
    ),
    ("bill", "declaration"),
)
CAPACITY: Final = Table(
    "capacity",
    "U",
    Holder.FILE,
    Text("用电与社保", "power and insurance"),
    (
        _text("firm", "企业统一社会信用代码", "firm, id", "统一社会信用代码", "纳税人识别号", needed=True),
        _text("year", "年度", "year", needed=True),
        _whole("power", "电费", "power bill"),
        _whole("wages", "工资总额", "wages"),
    ),
    ("firm", "year"),
)
SUBSIDIES: Final = Table(
    "subsidies",
    "S",
    Holder.FILE,
    Text("出口奖励", "export rewards"),
    (
        _text("firm", "企业统一社会信用代码", "firm, id", "统一社会信用代码", "纳税人识别号", needed=True),
        _day("paid", "拨付日期", "paid", needed=True),
        _whole("amount", "金额", "amount", needed=True),
        _whole("basis", "出口额", "export value that was rewarded"),
    ),
    ("firm", "paid"),
)

TABLES: Final = (
    DECLARATIONS,
    LINES,
    CERTIFICATES,
    AGENCY,
    AGREEMENTS,
    FIRMS,
    CLAIMS,
    INVOICES,
    PAYMENTS,
    RECEIPTS,
    TRANSPORT,
    CAPACITY,
    SUBSIDIES,
)
BY_NAME: Final = {one.name: one for one in TABLES}

Tables = dict[str, pl.DataFrame]
"""Every table by its name; one that nobody has is there without rows."""
