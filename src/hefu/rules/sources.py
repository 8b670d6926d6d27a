"""Where rules come from, as findings cite it, in both languages."""

from __future__ import annotations

from typing import Final

from hefu.errors import Text

A256: Final = Text("海关总署 税务总局联合公告2025年第256号", "GACC and STA Joint Announcement 256 of 2025")
DECREE_220: Final = Text(
    "海关总署令第220号 (报关单修改和撤销)",
    "Customs Decree 220 of 2014 (amendment and withdrawal of declarations)",
)
DUTY_43: Final = Text(
    "《进出口关税条例》第43条 (一年内退运)", "Duty Regulation art. 43 (return within one year)"
)
ECOMMERCE: Final = Text(
    "财政部 海关总署 税务总局公告2023年第4号, 2026年第16号 (跨境电商退运)",
    "MOF/GACC/STA Announcements 4 of 2023 and 16 of 2026 (returns of e-commerce exports)",
)
STA_5: Final = Text(
    "税务总局公告2026年第5号 (证明的申请与退(免)税状态)",
    "STA Announcement 5 of 2026 (application for the certificate, refund states)",
)
STA_17: Final = Text(
    "税务总局公告2025年第17号第七条 (代理出口报送实际委托方)",
    "STA Announcement 17 of 2025 art. 7 (agents report the actual consignor)",
)
DECLARATION_FORM: Final = Text("报关单填制项目 (DecMessage)", "items of the customs declaration (DecMessage)")
CERTIFICATE_RECORD: Final = Text("税务端证明数据项", "data items of the certificate at tax")
TAX_PRACTICE: Final = Text("税务端比对惯例", "practice of the comparison at tax")
UNIT_TABLE: Final = Text("海关计量单位代码表", "customs unit table")
MODE_TABLE: Final = Text("监管方式代码表", "supervision mode table")
TARIFF: Final = Text("《进出口税则》及其年度调整", "customs tariff and its yearly changes")
USCC: Final = Text("GB 32100 统一社会信用代码编码规则", "GB 32100, coding of the unified social credit code")
ONE_CERTIFICATE: Final = Text(
    "一证一单 (hefu 政策, 不变式 I1)", "one certificate, one declaration (hefu policy, I1)"
)
GOODS_ONCE: Final = Text(
    "同一货物不重复开证和使用 (hefu 不变式 I5)", "the same goods are covered once (hefu, I5)"
)
POLICY: Final = Text("按政策设置", "as the policy is set")
ASSUMPTION: Final = Text("推定: 无公开依据", "assumption: no source settles it")


def cite(*sources: Text) -> Text:
    """Several sources as one."""
    return Text("; ".join(one.zh for one in sources), "; ".join(one.en for one in sources))
