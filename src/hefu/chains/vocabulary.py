"""The words that coded columns take, each with what stands for it in Chinese: the name that is shown, then others.

They are those of forms and registers (domain.md §1.3, 1.4, 2.2) or what offices call them; any other word is refused with
its row, because an indicator that does not know a word would be silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, tuple[str, ...]]

ACTS: Final[Words] = {
    "export": ("出口",),
    "return": ("退运", "退运进口"),
    "amendment": ("修改", "改单"),
    "withdrawal": ("撤销", "撤单"),
    "other": ("其他", "其它"),
}
"""As in documents.declaration.Act."""
STATES: Final[Words] = {
    "lodged": ("申报", "已申报"),
    "released": ("放行", "已放行", "结关", "已结关"),
    "held": ("扣留", "待核查"),
    "reserved": ("待放行",),
    "refused": ("不予放行", "退单"),
    "withdrawn": ("撤销", "已撤销", "撤单"),
}
"""As in protocol.records.DeclarationState."""
PURPOSES: Final[Words] = {one: ACTS[one] for one in ("export", "return", "amendment", "withdrawal")}
"""As in documents.certificate.Purpose."""
REFUND_STATES: Final[Words] = {
    "not_claimed": ("尚未申报退税", "尚未申报退(免)税", "未申报", "未退税"),
    "reversed": ("已冲减退税", "已冲减退(免)税", "已冲减"),
    "paid_back": ("已缴回退税", "已缴回退(免)税", "已缴回", "已补税"),
    "refunded_open": ("已办理退税", "已办理退(免)税", "已办理"),
}
"""As in documents.certificate.RefundState."""
KINDS: Final[Words] = {
    "producer": ("生产企业",),
    "trader": ("外贸企业", "贸易企业"),
    "agent": ("代理企业", "代理出口企业"),
    "service": ("综服企业", "外贸综合服务企业"),
    "broker": ("报关企业", "报关行"),
    "forwarder": ("货代", "货运代理", "国际货运代理"),
    "other": ("其他", "其它"),
}
STATUSES: Final[Words] = {
    "normal": ("正常",),
    "abnormal": ("非正常", "非正常户"),
    "vanished": ("走逃", "失联", "走逃(失联)"),
    "closed": ("注销", "已注销"),
    "under investigation": ("立案", "立案检查"),
}
CLAIM_STATES: Final[Words] = {
    "claimed": ("已申报",),
    "paid": ("已退税", "已退库"),
    "refused": ("不予退税",),
    "reversed": ("已冲减", "已缴回"),
}
