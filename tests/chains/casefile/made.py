"""Three cases made by hand, as the engine tells them: buy-and-export with bought invoices, a lent title, layered agency.

Firms and numbers are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hefu.chains.case import Amount, Case, Evidence, Link, Party, Role, Strength, Unknown
from hefu.errors import Text

HOSTILE = "<img src=x onerror=alert(1)>\u202e'\"&amp;]]></script><!-- =cmd|' /C calc'!A0"
DAY = date(2026, 3, 2)
_GROUNDS = {
    "A1": Text("海关行政处罚实施条例第十五条第(五)项", "Customs Penalty Regulation art. 15(5)"),
    "B1": Text("国家税务总局公告2025年第17号第七条", "STA Announcement 17/2025 art. 7"),
    "B2": Text("国家税务总局公告2025年第17号第七条", "STA Announcement 17/2025 art. 7"),
    "B3": Text("税收征收管理法第六十六条", "Tax Collection Law art. 66"),
    "B5": Text("海关行政处罚实施条例第十七条", "Customs Penalty Regulation art. 17"),
    "D1": Text("法释〔2024〕4号第七条", "Interpretation 4/2024 art. 7"),
    "D3": Text("刑法第二百零五条", "Criminal Law art. 205"),
    "E2": Text("法释〔2024〕4号第七条第(二)项", "Interpretation 4/2024 art. 7(2)"),
    "E3": Text("税收征收管理法第六十六条", "Tax Collection Law art. 66"),
    "E8": Text("财税〔2012〕39号第七条", "MOF/STA 39/2012 art. 7"),
}


def evidence(
    number: int, indicator: str, table: str, document: str, field: str, value: str, against: str, on: date | None,
    says: tuple[str, str], innocent: tuple[str, str], clears: tuple[str, str],
) -> Evidence:  # fmt: skip
    return Evidence(
        number, indicator, table, document, field, value, against, on, Text(*says), Text(*innocent), Text(*clears),
        _GROUNDS.get(indicator, Text("", "")),
    )  # fmt: skip


def party(
    uscc: str, name: str, role: Role, confidence: int, why: tuple[str, str], *others: tuple[Role, int], suspect: bool = False
) -> Party:  # fmt: skip
    return Party(uscc, name, role, confidence, others, suspect, Text(*why))


def link(
    source: str, target: str, lane: str, strength: Strength, claim: tuple[str, str], rows: Sequence[int],
    *, count: int = 1, fen: int = 0, first: date | None = DAY, last: date | None = None,
) -> Link:  # fmt: skip
    return Link(source, target, lane, strength, Text(*claim), count, fen, first, last or first, tuple(rows))


OWNER, FORWARDER, BROKER = "92330782MA2AHT1C3U", "91330201MA2J8LHN0A", "91330206MA282Q7T5X"
HEADER, PAYER, ACCOUNT = "91330212MA2CKF9Y41", "HK ORIENT BRIGHT", "P 6217****3381"
MILLS = ("91340421MA2WQX8L0H", "91360481MA39C7RJ6D", "91130982MA0E5TKU2M")


def bought_invoices() -> Case:
    """A market trader's goods under a young header, invoices written afterwards, money that comes back."""
    rows = (
        evidence(1, "B1", "A", "2026Q1 / 310120260000418873", "实际委托方", "义乌市恒达日用品商行",
            "报关单生产销售单位: 宁波丰泽进出口有限公司", date(2026, 4, 12),
            ("代理汇总表所列实际委托方与报关单生产销售单位不同", "The agent's report names another consignor than the declaration's owner"),
            ("申报员沿用模板, 未改生产销售单位", "The clerk kept the template and did not change the owner"),
            ("代理出口协议和更正后的报关单", "The agency agreement and the corrected declaration")),
        evidence(2, "A1", "D", "310120260000421190", "境内收发货人", "宁波丰泽进出口有限公司",
            "310120260000418502 (9 天前退单, 收发货人: 宁波佳胜贸易有限公司)", date(2026, 3, 11),
            ("同一集装箱和商品退单后换抬头再次申报", "The same container and goods were lodged again under another header after a refusal"),
            ("委托方合法更换代理", "The principal lawfully changed its agent"),
            ("两份有日期的代理协议", "Both agency agreements, dated")),
        evidence(3, "B3", "D", "310120260000418873 等 34 份", "离岸价", "12,406,880.00 元",
            "进项和代理资料覆盖 6% (< 20%)", date(2026, 3, 2),
            ("自营出口缺少采购, 生产或代理资料", "Exports on own account without purchases, production or agency"),
            ("免税货物, 市场采购或自产农产品", "Exempt goods, market purchase, own produce"),
            ("采购合同和入库单", "Purchase contracts and stock receipts")),
        evidence(4, "D1", "V", "26340421110004417", "开票日期", "2026-03-21",
            "报关单 310120260000418873 于 2026-03-02 申报; 中位数 +14 天 (> 8 天)", date(2026, 3, 21),
            ("发票按报关单品名数量事后开具", "Invoices repeat name and quantity of the declaration and come after it"),
            ("供应商月底集中开票", "The supplier invoices at the end of the month"),
            ("送货单和对账单", "Delivery notes and statements")),
        evidence(5, "D3", "V", "26360481110002209", "税额", "481,327.43 元",
            "三家供应商占进项税 96% (> 90%)", date(2026, 3, 24),
            ("进项集中于同一控制人的供应商", "Input tax comes from suppliers of one controller"),
            ("单一货源工厂", "A factory with a single source"),
            ("供应商生产能力和用电资料", "The suppliers' capacity and power bills")),
        evidence(6, "D3", "V", "26130982110000871", "税额", "226,104.00 元", "同上", date(2026, 3, 25),
            ("同一控制人", "The same controller"), ("集团内采购", "Purchases within a group"), ("股权说明", "A statement of ownership")),
        evidence(7, "E3", "X", "FX20260403-118", "付款国别", "HKG", "运抵国 MEX; 香港占 91% (≥ 80%)", date(2026, 4, 3),
            ("收汇付款人不在运抵国", "The payer is not in the country of destination"),
            ("离岸贸易公司付款是常态", "Offshore trading arms are normal"),
            ("三方付款协议", "A three-party payment agreement")),
        evidence(8, "E2", "P", "NB20260407-0093", "金额", "3,180,000.00 元",
            "4 天内 92% 回到抬头公司控制人账户", date(2026, 4, 7),
            ("货款经个人账户在 10 天内回流, 差额 8%", "The price returns through a private account within ten days, less 8 %"),
            ("归还借款", "Repayment of a loan"), ("借款合同和银行回单", "The loan contract and bank slips")),
        evidence(9, "E2", "P", "NB20260411-0021", "金额", "2,925,600.00 元", "88–97% 区间", date(2026, 4, 11),
            ("回流第二段", "The second leg of the return"), ("归还借款", "Repayment of a loan"), ("借款合同", "The loan contract")),
        evidence(10, "B9", "T", "COSU6391047720", "货代", "宁波海联国际货运代理有限公司",
            "60 天内首次服务 7 家新抬头 (≥ 5)", date(2026, 3, 5),
            ("多家新设抬头首次出口都由同一货代承运", "Many new headers had their first exports with this forwarder"),
            ("新货代促销", "A new forwarder's promotion"), ("订舱委托书", "The booking orders")),
    )  # fmt: skip
    links = (
        link(OWNER, FORWARDER, "goods", Strength.INFERRED, ("义乌市恒达日用品商行装箱的货物由海联货代订舱", "Goods packed by Hengda of Yiwu were booked by the forwarder Hailian"), [10], count=31, fen=1_120_000_000, first=date(2026, 3, 1), last=date(2026, 4, 18)),
        link(FORWARDER, HEADER, "goods", Strength.DOCUMENT, ("34 份报关单以丰泽为境内收发货人, 均由海联承运", "34 declarations name Fengze as trader, all carried by Hailian"), [2, 3, 10], count=34, fen=1_240_688_000, first=date(2026, 3, 2), last=date(2026, 4, 20)),
        link(BROKER, HEADER, "papers", Strength.DOCUMENT, ("通衢报关行申报全部 34 份报关单", "The broker Tongqu lodged all 34 declarations"), [2], count=34, first=date(2026, 3, 2), last=date(2026, 4, 20)),
        link(OWNER, HEADER, "papers", Strength.MISSING, ("应有代理出口协议, 未见", "An agency agreement is expected and was not found"), [1], count=0),
        link(MILLS[0], HEADER, "invoices", Strength.DOCUMENT, ("宏远向丰泽开具 41 份发票", "Hongyuan issued 41 invoices to Fengze"), [4], count=41, fen=412_300_000, first=date(2026, 3, 21), last=date(2026, 4, 27)),
        link(MILLS[1], HEADER, "invoices", Strength.DOCUMENT, ("瑞昌针织向丰泽开具 37 份发票", "Ruichang issued 37 invoices to Fengze"), [5], count=37, fen=370_250_000, first=date(2026, 3, 24), last=date(2026, 4, 25)),
        link(MILLS[2], HEADER, "invoices", Strength.DOCUMENT, ("金泰纺织向丰泽开具 19 份发票", "Jintai issued 19 invoices to Fengze"), [6], count=19, fen=173_930_000, first=date(2026, 3, 25), last=date(2026, 4, 21)),
        link(PAYER, HEADER, "money", Strength.DOCUMENT, ("香港 Orient Bright 支付 91% 的收汇", "Orient Bright of Hong Kong paid 91 % of the receipts"), [7], count=22, fen=1_129_000_000, first=date(2026, 4, 3), last=date(2026, 5, 6)),
        link(HEADER, MILLS[0], "money", Strength.DOCUMENT, ("丰泽支付货款 318 万元", "Fengze paid CNY 3.18 m for goods"), [8], count=3, fen=318_000_000, first=date(2026, 4, 7), last=date(2026, 4, 9)),
        link(MILLS[0], ACCOUNT, "money", Strength.DOCUMENT, ("其中 92% 转入个人账户", "92 % of it went to a private account"), [8, 9], count=6, fen=292_560_000, first=date(2026, 4, 8), last=date(2026, 4, 11)),
        link(ACCOUNT, HEADER, "money", Strength.INFERRED, ("个人账户持有人可能是丰泽的控制人", "The holder of the private account may control Fengze"), [9], count=4, fen=292_560_000, first=date(2026, 4, 11), last=date(2026, 4, 12)),
    )  # fmt: skip
    parties = (
        party(OWNER, "义乌市恒达日用品商行", Role.OWNER, 78, ("代理汇总表列为实际委托方", "named as actual consignor in the agent's report"), (Role.UNKNOWN, 22)),
        party(FORWARDER, "宁波海联国际货运代理有限公司", Role.FORWARDER, 64, ("承运全部货物; 同期首次服务 7 家新抬头", "carried all goods; first served seven new headers"), (Role.WITNESS, 36)),
        party(BROKER, "宁波通衢报关有限公司", Role.WITNESS, 90, ("申报了单证, 自身没有指标", "lodged the papers; no indicator of its own"), (Role.BROKER, 10)),
        party(HEADER, "宁波丰泽进出口有限公司", Role.HEADER, 86, ("自营申报但没有采购和生产", "declares on its own account without purchases or production"), (Role.AGENT, 14), suspect=True),
        party(MILLS[0], "安徽宏远服饰有限公司", Role.MILL, 71, ("无进项, 发票晚于报关单", "no input; its invoices follow the declarations"), (Role.UNKNOWN, 29), suspect=True),
        party(MILLS[1], "瑞昌市锦绣针织有限公司", Role.MILL, 58, ("与宏远同一办税人", "shares its tax handler with Hongyuan"), (Role.OWNER, 30), (Role.UNKNOWN, 12)),
        party(MILLS[2], "河北金泰纺织有限公司", Role.MILL, 55, ("与宏远同一电话", "shares its telephone with Hongyuan"), (Role.OWNER, 35), (Role.UNKNOWN, 10)),
        party(PAYER, "ORIENT BRIGHT TRADING LIMITED", Role.PAYER, 66, ("付款国别与运抵国不同", "pays from another country than that of destination"), (Role.WITNESS, 34)),
        party(ACCOUNT, "个人账户 尾号 3381", Role.PAYER, 60, ("回流经过的账户", "the account through which money returns"), (Role.UNKNOWN, 40)),
    )  # fmt: skip
    return Case(
        "HF-7C21E09B", date(2026, 5, 15), "bought_invoices",
        Text("宁波丰泽: 市场货物借抬头出口, 事后配票, 货款回流", "Fengze of Ningbo: a market trader's goods under a header, invoices written afterwards, money that returns"),
        0.94, 83, parties, links, rows,
        (
            Amount("goods", 1_240_688_000, 1_240_688_000, Text("34 份报关单离岸价", "FOB value of 34 declarations")),
            Amount("refund_paid", 41_220_000, 41_220_000, Text("2026 年 4 月已退库", "paid in April 2026")),
            Amount("refund_open", 83_065_000, 83_065_000, Text("5 月申报, 未退库", "claimed in May, not paid")),
            Amount("vat_upstream", 0, 18_600_000, Text("三家开票方已申报销项的 0–15%", "0–15 % of what the three issuers declared")),
        ),
        (
            Unknown(Text("恒达与丰泽之间有无代理出口协议", "Whether Hengda and Fengze have an agency agreement"), Text("请丰泽提供一份协议", "Ask Fengze for one agreement")),
            Unknown(Text("尾号 3381 账户持有人", "Who holds the account ending in 3381"), Text("向开户行查询一户", "Ask one bank about one account")),
            Unknown(Text("三家开票方用电量", "What power the three issuers used"), Text("向供电局查询三户全年电费", "Ask the power company for three yearly bills")),
        ),
        tuple(f"3101202600004{18873 + 71 * at}" for at in range(34)),
        {"D": 100, "L": 100, "C": 22, "A": 33, "G": 0, "E": 78, "R": 11, "V": 44, "P": 56, "X": 22, "T": 33, "U": 0, "S": 0},
        "2026.1 · 4f1c9a27",
    )  # fmt: skip


def lent_title(owners: int = 9) -> Case:
    """An established trader exports for many small owners as if on its own account, for a fee below one per cent."""
    title = "91320594739421876C"
    names = ("虎丘区明月家具厂", "常熟市海虞镇友谊服装厂", "太仓市双凤塑料制品厂", "昆山市周市五金加工部", "张家港市金港木业经营部", "吴江区盛泽丝绸商行",
             "相城区渭塘珍珠饰品店", "高新区枫桥电器配件厂", "工业园区唯亭玩具加工场")  # fmt: skip
    ids = [f"9232050{at:02d}MA1X{at:02d}KT{at % 10}" for at in range(owners)]
    rows = [
        evidence(at + 1, "E8", "P", f"SZ202602{at + 1:02d}-0{at}17", "金额", f"{930 + at * 37}.00 元", "货值的 0.93% (0.5–1.5%), 无代理协议",
            date(2026, 1, 8) + timedelta(days=9 * at),
            ("固定比例费用, 没有代理协议", "A fee of fixed proportion without an agency agreement"),
            ("有口头代理关系, 漏签协议", "Agency by word of mouth, the agreement forgotten"),
            ("补签协议不算; 以往往来函电", "Not a late agreement; earlier correspondence"))
        for at in range(owners)
    ]  # fmt: skip
    rows.append(
        evidence(owners + 1, "B5", "L", "5601 等 148 行", "商品章数", "23", "同类型同规模 p99: 11", date(2026, 2, 20),
            ("一个抬头下商品章数, 货源地异常分散", "One header with unusually many unrelated chapters and districts"),
            ("外贸综合服务企业本来如此", "Normal for a service firm"), ("综服企业备案", "Registration as a service firm"))
    )  # fmt: skip
    links = [
        link(one, title, "goods", Strength.INFERRED, (f"第 {at + 1} 家货主的货物以苏合名义出口", f"Goods of owner {at + 1} left in the name of Suhe"), [at + 1, owners + 1], count=4 + at, fen=10_000_000 * (at + 3), first=date(2026, 1, 6) + timedelta(days=9 * at), last=date(2026, 3, 28))
        for at, one in enumerate(ids)
    ] + [
        link(one, title, "money", Strength.DOCUMENT, (f"第 {at + 1} 家货主支付 0.93% 费用", f"Owner {at + 1} paid a fee of 0.93 %"), [at + 1], count=4 + at, fen=93_000 * (at + 3), first=date(2026, 1, 8) + timedelta(days=9 * at), last=date(2026, 3, 30))
        for at, one in enumerate(ids)
    ] + [
        link("BR", title, "papers", Strength.DOCUMENT, ("报关行申报全部单证", "The broker lodged all declarations"), [owners + 1], count=148, first=date(2026, 1, 6), last=date(2026, 3, 28)),
        link(title, "BANK", "money", Strength.INFERRED, ("退税款分给货主的去向", "Where the refund is shared out"), [], count=2, fen=44_000_000, first=date(2026, 4, 2), last=date(2026, 4, 9)),
    ]  # fmt: skip
    parties = [
        party(one, names[at % len(names)], Role.OWNER, 70 - at, ("支付固定比例费用", "pays a fee of fixed proportion"), (Role.UNKNOWN, 30 + at))
        for at, one in enumerate(ids)
    ] + [
        party("BR", "苏州捷关报关服务有限公司", Role.WITNESS, 92, ("申报了单证", "lodged the papers")),
        party(title, "苏州苏合对外贸易股份有限公司", Role.CLAIMANT, 71, ("申报退税, 但不承担货物和收款风险", "claims the refund but bears no risk of goods or payment"), (Role.AGENT, 29), suspect=True),
        party("BANK", "苏州工业园区汇通咨询服务中心", Role.PAYER, 51, ("收到退税款的 80% 以上", "received more than 80 % of the refund"), (Role.UNKNOWN, 49)),
    ]  # fmt: skip
    return Case(
        "HF-19D4C0AA", date(2026, 4, 20), "title_lender",
        Text("苏合外贸: 假自营真代理", "Suhe Foreign Trade: own account in name, agency in truth"),
        0.71, 64, tuple(parties), tuple(links), tuple(rows),
        (
            Amount("goods", 585_000_000, 585_000_000, Text("148 行商品离岸价", "FOB value of 148 lines")),
            Amount("refund_paid", 52_000_000, 58_500_000, Text("按 9 家货主货值占比估算", "by the owners' share of the value")),
            Amount("income", 0, 585_000_000, Text("9 家货主未见收入申报", "no income found declared by the nine owners")),
        ),
        (Unknown(Text("苏合是否备案为外贸综合服务企业", "Whether Suhe is registered as a service firm"), Text("查一条备案记录", "Look up one registration")),),
        tuple(f"2302202600001{20_000 + at}" for at in range(60)),
        {"D": 100, "L": 100, "A": 8, "E": 92, "R": 8, "P": 83, "G": 0},
        "2026.1 · 4f1c9a27",
    )  # fmt: skip


def layered_agency() -> Case:
    """An honest agent reports a middleman as principal; the makers behind it are not named anywhere."""
    agent, middle, claimant = "91440300279345671E", "91440300MA5FH2W83P", "91440300MA5FH2W99Q"
    makers = ("91441900MA4W1KLM0T", "91441900MA4X77QJ3B", "91445100MA51T8C26N")
    rows = (
        evidence(1, "B2", "A", "2026Q1 / 530420260000077120", "实际委托方", "深圳前海联创供应链有限公司", "生产销售单位: 东莞市长安华强电子厂", date(2026, 4, 10),
            ("汇总表所列委托方不是报关单上的生产销售单位", "The principal reported is not the owner declared"),
            ("委托方为采购公司", "The principal is a buying office"), ("采购合同和付款凭证", "The purchase contract and payment slips")),
        evidence(2, "B2", "P", "SZ20260309-5521", "金额", "98% 于 6 天内转出", "≥ 95% / 10 天", date(2026, 3, 9),
            ("委托方收款后几乎全额转付", "The principal passes on nearly all that it receives"),
            ("代收代付业务", "Payment agent by trade"), ("支付业务许可", "A payment licence")),
        evidence(3, "B7", "D", "530420260000077120", "收发货人", "90 天内 4 家抬头", "≥ 3", date(2026, 2, 27),
            ("同一货主的货物出现在多家抬头下", "Goods of one owner under several headers"),
            ("旺季运力不足", "Short of capacity in the season"), ("各抬头的代理协议", "The agreement with each header")),
    )  # fmt: skip
    links = (
        *(link(one, middle, "goods", Strength.INFERRED, (f"第 {at + 1} 家工厂的货物经联创转手", f"Goods of factory {at + 1} pass through Lianchuang"), [3], count=9 - at, fen=(80 - 17 * at) * 1_000_000, first=date(2026, 1, 12), last=date(2026, 3, 30)) for at, one in enumerate(makers)),
        link(middle, agent, "papers", Strength.DOCUMENT, ("联创以委托方身份与中海外签订代理协议", "Lianchuang signed the agency agreement as principal"), [1], count=1, first=date(2026, 1, 5)),
        link(middle, agent, "goods", Strength.DOCUMENT, ("21 份报关单由中海外代理出口", "21 declarations, exported by Zhonghaiwai as agent"), [1, 3], count=21, fen=182_000_000, first=date(2026, 1, 14), last=date(2026, 3, 31)),
        link(makers[0], agent, "papers", Strength.MISSING, ("实际委托方应列入汇总表, 未见", "The true consignor should stand in the report and does not"), [1], count=0),
        link(agent, claimant, "papers", Strength.DOCUMENT, ("代理出口货物证明开给联创易达", "The certificate of agency export was given to Lianchuang Yida"), [1], count=21, first=date(2026, 2, 3), last=date(2026, 4, 8)),
        link(middle, claimant, "control", Strength.INFERRED, ("两家同一办税人", "The two share a tax handler"), [2], count=1),
        link(agent, middle, "money", Strength.DOCUMENT, ("中海外支付货款", "Zhonghaiwai pays the price"), [2], count=18, fen=171_000_000, first=date(2026, 2, 9), last=date(2026, 4, 2)),
        link(middle, makers[0], "money", Strength.INFERRED, ("98% 于 6 天内转付工厂", "98 % goes on to a factory within six days"), [2], count=17, fen=167_000_000, first=date(2026, 2, 11), last=date(2026, 4, 8)),
        link(claimant, makers[0], "money", Strength.INFERRED, ("退税款的一部分转给工厂", "Part of the refund goes to the factory"), [], count=2, fen=3_100_000, first=date(2026, 4, 15), last=date(2026, 4, 16)),
    )  # fmt: skip
    parties = (
        party(makers[0], "东莞市长安华强电子厂", Role.OWNER, 74, ("报关单生产销售单位", "the owner on the declarations"), (Role.WITNESS, 26)),
        party(makers[1], "东莞市虎门精工五金制品厂", Role.OWNER, 52, ("货源地和品名相符", "district and goods fit"), (Role.UNKNOWN, 48)),
        party(makers[2], "潮州市枫溪陶瓷二厂", Role.OWNER, 50, ("货源地和品名相符", "district and goods fit"), (Role.UNKNOWN, 50)),
        party(middle, "深圳前海联创供应链有限公司", Role.BROKER, 69, ("被列为委托方, 但全额转付", "reported as principal, passes everything on"), (Role.OWNER, 21), (Role.UNKNOWN, 10), suspect=True),
        party(agent, "深圳市中海外贸易有限公司", Role.AGENT, 88, ("如实报送所知委托方", "reported the principal that it knew"), (Role.HEADER, 12)),
        party(claimant, "深圳联创易达贸易有限公司", Role.CLAIMANT, 63, ("以代理出口货物证明申报退税", "claims with the certificate of agency export"), (Role.WITNESS, 37), suspect=True),
    )  # fmt: skip
    return Case(
        "HF-5B03F7E2", date(2026, 4, 30), "layered_agency",
        Text("前海联创: 代理出口的委托方不是货主", "Lianchuang of Qianhai: the principal of the agency export is not the owner"),
        0.66, 58, parties, links, rows,
        (
            Amount("goods", 182_000_000, 182_000_000, Text("21 份报关单离岸价", "FOB value of 21 declarations")),
            Amount("refund_open", 19_400_000, 23_660_000, Text("待退税款, 退税率 13%", "open, at 13 %")),
        ),
        (Unknown(Text("三家工厂是否知情", "Whether the three factories know"), Text("问一家工厂卖给谁", "Ask one factory whom it sold to")),),
        tuple(f"5304202600000{77_120 + 13 * at}" for at in range(21)),
        {"D": 100, "L": 100, "A": 33, "G": 17, "E": 100, "R": 17, "P": 50},
        "2026.1 · 4f1c9a27",
    )  # fmt: skip


def all_three() -> list[Case]:
    return [bought_invoices(), lent_title(), layered_agency()]


def hostile() -> Case:
    """A case whose every text from outside is an attack."""
    case = layered_agency()
    return replace(
        case,
        id="HF-0000000X",
        title=Text(HOSTILE, "hostile " + HOSTILE.replace("\u202e", "")),
        parties=tuple(replace(one, name=HOSTILE) for one in case.parties),
        links=tuple(replace(one, claim=Text(HOSTILE, HOSTILE)) for one in case.links),
        evidence=tuple(
            replace(one, document=HOSTILE, field=HOSTILE, value="=1+1", against="@SUM(A1)", says=Text(HOSTILE, HOSTILE))
            for one in case.evidence
        ),
        declarations=(HOSTILE, *case.declarations),
        engine=HOSTILE,
    )  # fmt: skip
