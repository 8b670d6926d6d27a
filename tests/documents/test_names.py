"""Names of firms and goods: what is one name in two spellings, and what only looks alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.names import name_key, same_name, similarity
from hefu.rules.policy import Policy

FIRM = "北京合符进出口有限公司"
ANY = st.text(max_size=40)
LEAST = Policy().goods_similarity


@pytest.mark.parametrize(
    "other",
    [
        "北京合符進出口有限公司",
        " 北京 合符进出口\u3000有限公司 ",
        "北京合符进出口有限公司。",
        "北京(合符)进出口有限公司",
        "北京（合符）进出口有限公司",
        "北京【合符】进出口有限公司",
        "北京《合符》进出口、有限公司",
    ],
)
def test_spelling_makes_no_other_firm(other: str) -> None:
    assert name_key(other) == name_key(FIRM)
    assert same_name(FIRM, other)
    assert same_name(other, FIRM)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("HEFU Trading Co., Ltd.", "ＨＥＦＵ　ＴＲＡＤＩＮＧ　ＣＯ，ＬＴＤ"),
        ("hefu trading co ltd", "HEFU TRADING CO.,LTD"),
        ("３Ｍ中国", "3M中国"),
        ("廣東東莞製衣廠", "广东东莞制衣厂"),
    ],
)
def test_widths_cases_and_traditional_signs_are_one(a: str, b: str) -> None:
    assert same_name(a, b)


@pytest.mark.parametrize(
    "other", ["北京合符进出口公司", "天津合符进出口有限公司", "合符", "", "北京合符进出口有限公司分公司"]
)
def test_another_name_is_another(other: str) -> None:
    assert not same_name(FIRM, other)
    assert not same_name(other, FIRM)


def test_a_former_name_is_one_of_the_firm_and_of_no_other() -> None:
    assert same_name(FIRM, "北京旧名贸易公司", ("北京旧名贸易公司",))
    assert same_name("北京舊名貿易公司", FIRM, ("另一家", "北京旧名贸易公司"))
    assert not same_name(FIRM, "北京旧名贸易公司", ("另一家",))


@pytest.mark.parametrize("length", [75, 100, 255, 300])
def test_a_name_that_a_store_has_cut_off_is_the_whole_one(length: int) -> None:
    whole = "国" * (length + 1)
    assert same_name(whole, whole[:length])
    assert same_name(whole[:length], whole)
    assert not same_name(whole, whole[: length - 10])


@pytest.mark.parametrize("size", [37, 50])
def test_a_store_may_count_bytes(size: int) -> None:
    whole = "合" * 60
    assert same_name(whole, whole[:size])
    assert not same_name(whole, whole[: size - 2])


@given(ANY)
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@given(ANY, ANY)
def test_likeness_is_between_none_and_all_and_the_same_both_ways(a: str, b: str) -> None:
    assert 0 <= similarity(a, b) <= 100
    assert similarity(a, b) == similarity(b, a)
    assert similarity(a, a) == 100


ALIKE = [
    ("棉制针织T恤衫", "针织T恤衫(棉制)"),
    ("棉制针织T恤衫", "棉製針織T恤衫"),
    ("男式棉制针织T恤衫", "T恤衫"),
    ("智能手机", "智能手机 5G 型号A1"),
    ("LED灯具", "灯具（LED）"),
    ("不锈钢餐具套装", "不锈钢餐具"),
    ("塑料玩具汽车", "玩具汽车(塑料)"),
    ("木制家具 餐桌", "木制餐桌"),
    ("汽车用轮胎", "轮胎"),
    ("锂离子电池", "锂电池"),
    ("电动自行车", "电动自行车用零件 电动自行车"),
    ("聚酯长丝布", "聚酯长丝机织布"),
    ("陶瓷砖", "瓷砖"),
    ("笔记本电脑", "便携式笔记本电脑"),
    ("女式针织毛衫", "针织女式毛衫"),
    ("钢铁制螺钉", "螺钉 钢铁制"),
    ("cotton T-shirt", "T shirts, cotton"),
    ("knitted cotton shirts", "shirt of cotton, knitted"),
    ("smart phone", "Smartphone"),
    ("LED lamps", "lamp LED"),
    ("color TV", "colour TV"),
    ("bicycle parts", "parts of bicycles"),
    ("steel screws", "SCREW STEEL M8"),
    ("wooden table", "table, wooden, for dining room"),
    ("plastic toys", "toy plastic car"),
    ("ceramic tiles", "tile ceramic"),
]
UNLIKE = [
    ("棉制针织T恤衫", "智能手机"),
    ("智能手机", "轮胎"),
    ("不锈钢餐具", "锂离子电池"),
    ("木制餐桌", "聚酯长丝布"),
    ("陶瓷砖", "女式毛衫"),
    ("螺钉", "自行车"),
    ("笔记本电脑", "塑料玩具"),
    ("冷冻虾仁", "显示器"),
    ("茶叶", "钢管"),
    ("太阳能组件", "婴儿奶粉"),
    ("smart phone", "cotton shirt"),
    ("steel screws", "cotton shirts"),
    ("bicycle", "frozen shrimp"),
    ("ceramic tiles", "laptop computer"),
    ("tea", "tyre"),
    ("LED lamp", "wooden table"),
    ("plastic toys", "lithium battery"),
    ("smart phone", "智能手表"),
]


@pytest.mark.parametrize(("a", "b"), ALIKE)
def test_the_same_goods_in_other_words_are_alike(a: str, b: str) -> None:
    assert similarity(a, b) >= LEAST


@pytest.mark.parametrize(("a", "b"), UNLIKE)
def test_other_goods_are_unlike(a: str, b: str) -> None:
    assert similarity(a, b) < LEAST


def test_nothing_is_like_nothing_only() -> None:
    assert similarity("", "") == 100
    assert similarity("", "茶叶") == 0
    assert similarity("()", "tea") == 0
