"""What a firm that is named in a case may ask for, and what a case may not do. Stands on every page and PDF."""

from __future__ import annotations

from typing import Final

from hefu.errors import Text

RIGHTS: Final[tuple[tuple[Text, Text], ...]] = (
    (
        Text(
            "本案卷是移交给人员核查的线索, 不是结论。分值只决定排序, 本身不扣货, 不延误, 不改变通道, 不处罚。",
            "This case file is a referral to a person, not a finding. Its score orders cases; by itself it holds nothing, delays"
            " nothing, changes no channel and penalises nobody.",
        ),
        Text("设计原则", "by design"),
    ),
    (
        Text(
            "企业有权知道据以怀疑的事实和依据, 查询自动记录的内容, 并陈述和申辩; 当局应当听取并复核。",
            "The firm may know the facts and grounds held against it, see what was recorded automatically, state its side and"
            " defend itself; what it says must be heard and checked.",
        ),
        Text("行政处罚法第四十一, 四十四, 四十五条", "Administrative Penalty Law arts. 41, 44, 45"),
    ),
    (
        Text("不得因企业申辩而给予更重的处罚。", "Nobody is penalised more heavily for defending himself."),
        Text("行政处罚法第四十五条", "Administrative Penalty Law art. 45"),
    ),
    (
        Text(
            "违法事实不清, 证据不足的, 不得处罚; 能证明没有主观过错的, 不予处罚; 初次且轻微并及时改正的, 可以不罚。",
            "No penalty where the facts are not clear or the evidence does not suffice; none where absence of fault is proved; a"
            " first and minor matter that was mended in time may go without.",
        ),
        Text("行政处罚法第三十三, 四十条", "Administrative Penalty Law arts. 33, 40"),
    ),
    (
        Text(
            "对企业罚款十万元以上的, 可以要求听证 (2004 年文本, 引用前核对修订)。",
            "A firm may ask for a hearing from a fine of CNY 100,000 (text of 2004: check for amendments before citing).",
        ),
        Text("海关行政处罚实施条例第四十九条; 行政处罚法第六十三条", "Customs Penalty Regulation art. 49; Administrative Penalty Law art. 63"),
    ),
    (
        Text(
            "自然人有权要求说明, 并拒绝仅由自动化作出的决定; 合符对企业同样如此。",
            "A natural person may ask for an explanation and refuse a decision made by automation alone; hefu gives firms the same.",
        ),
        Text("个人信息保护法第二十四条; 对企业系设计假设", "Personal Information Protection Law art. 24; for firms an assumption of the design"),
    ),
    (
        Text(
            "结案须两人; 结案后不再计入, 不留黑名单。无人处理的线索到期自行失效。对结案有异议的, 可以继续提交意见, 由两人再次结案。",
            "Two people close a case; a closed case stops counting, there is no blacklist. A referral that nobody acts on lapses."
            " Who objects to the outcome goes on answering; two people then close it again.",
        ),
        Text("设计原则", "by design"),
    ),
)  # fmt: skip
"""Each right with its ground (reference on risk, §4.3)."""

NOT_IN_PICTURE: Final = Text(
    "图中只有已加载的表所见。没有画出的联系不等于不存在, 画出的联系不等于违法。",
    "The drawing shows what the tables that were loaded say. A link that is not drawn may exist; a link that is drawn breaks no law"
    " by itself.",
)
NEVER_ADDED: Final = Text(
    "各项金额互有重叠, 不得相加。",
    "These amounts overlap and are never added.",
)
