"""Names of firms and goods: what is one name in two spellings, and what only looks alike."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hefu.documents.names import name_key, same_name, similarity
from hefu.rules.policy import Policy

FIRM = "北京合符进出口有限公司"
ANY = st.text(max_size=40)
GOODS = st.text(st.sampled_from("棉制針织男式T恤衫abce sing'-"), min_size=1, max_size=20)
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
    ("棉制针织T恤衫", "全棉T恤"),
    ("男式棉制衬衫", "衬衫(男, 棉)"),
    ("LED吸顶灯", "吸顶灯"),
    ("不锈钢保温杯", "保温杯(不锈钢制)"),
    ("塑料玩具汽车", "玩具车"),
    ("女式皮鞋", "皮制女鞋"),
    ("冷冻虾仁", "虾仁(冻)"),
    ("铝合金窗", "铝窗"),
    ("电动自行车", "自行车（电动）"),
    ("镀锌钢板", "热镀锌板材"),
    ("USB数据线", "数据线|USB接口|1米"),
    ("智能手机", "手机|5G|黑色"),
    ("玻璃杯", "杯子(玻璃制)"),
    ("運動鞋", "运动鞋 男式"),
    ("电饭锅", "家用电饭锅"),
    ("太阳能电池板", "太阳能板"),
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
    ("smart phones 128GB", "smartphone, black"),
    ("mobile phone", "smart phone"),
    ("women's leather shoes", "Leather shoes for women"),
    ("lithium batteries", "rechargeable lithium-ion battery"),
    ("stainless steel kitchen knives", "kitchen knife, stainless steel"),
    ("aluminium foil", "aluminum foil"),
    ("glass bottles", "bottle, glass"),
    ("Ladies' knitted pullovers", "pullover knit ladies"),
    ("power bank", "powerbank 10000mAh"),
    ("electric rice cooker", "rice cookers"),
    ("backpack", "back pack, nylon"),
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
    ("smart phone", "智能手表"),
    ("手机", "手套"),
    ("电视机", "电动机"),
    ("汽车", "汽油"),
    ("洗衣机", "打印机"),
    ("皮鞋", "皮带"),
    ("棉布", "棉花"),
    ("木制家具", "木制玩具"),
    ("LED吸顶灯", "LED手电筒"),
    ("5G智能手机", "5G路由器"),
    ("棉制针织T恤衫", "塑料衣架"),
    ("自行车", "自动扶梯"),
    ("玻璃纤维布", "光纤电缆"),
    ("电饭锅", "电冰箱"),
    ("铝合金窗", "铝箔"),
    ("5G smart phone", "5G路由器"),
    ("smart phone", "cotton shirt"),
    ("steel screws", "cotton shirts"),
    ("bicycle", "frozen shrimp"),
    ("ceramic tiles", "laptop computer"),
    ("tea", "tyre"),
    ("LED lamp", "wooden table"),
    ("plastic toys", "lithium battery"),
    ("cotton shirt", "cotton bag"),
    ("leather shoes", "leather sofa"),
    ("shirt", "skirt"),
    ("boots", "books"),
    ("ring", "string"),
    ("pan", "japan lacquer"),
    ("tea", "steam iron"),
    ("pants", "pan"),
    ("plastic toys", "plastic pipes"),
    ("parts of pumps", "bags of leather"),
    ("LED lamp", "LED display"),
    ("lamp", "clamp"),
    ("motor", "motorcycle"),
    ("printing paper", "paper bags"),
    ("car", "carpet"),
    ("power bank", "power drill"),
    ("smart watch", "smart phone"),
]
TOO_CLOSE = [
    ("塑料玩具", "塑料衣架"),
    ("玻璃杯", "玻璃门"),
    ("男式棉制衬衫", "男式棉制长裤"),
    ("washing machine", "printing machine"),
    ("men's cotton shirt", "men's cotton trousers"),
    ("stainless steel knife", "stainless steel pipe"),
    ("太阳镜", "太阳能板"),
]
"""Other goods that share what they are made of or what they do: no measure without a dictionary tells them."""


@pytest.mark.parametrize(("a", "b"), ALIKE)
def test_the_same_goods_in_other_words_are_alike(a: str, b: str) -> None:
    assert similarity(a, b) >= LEAST


@pytest.mark.parametrize(("a", "b"), UNLIKE)
def test_other_goods_are_unlike(a: str, b: str) -> None:
    assert similarity(a, b) < LEAST


@pytest.mark.parametrize(("a", "b"), TOO_CLOSE)
def test_what_names_do_not_tell_is_left_to_the_commodity_codes(a: str, b: str) -> None:
    assert LEAST <= similarity(a, b) < 100


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("棉制针织T恤衫", "棉製針織Ｔ恤衫", 100),
        ("棉针织T恤衫", "棉制针织T恤衫|圆领|男式", 100),
        ("甲乙丙丁", "甲乙戊己", 50),
        ("甲乙丙丁", "甲戊乙己", 25),
        ("甲甲乙", "甲丙丁", 16),
        ("mobile phone", "smart phone", 50),
        ("cotton shirt", "cotton bag", 25),
        ("leather shoes", "shoes of leather", 50),
        ("shoes, leather", "leather shoes", 75),
        ("smartphone 5G", "5G (smart phone)", 100),
        ("dresses", "DRESS", 100),
        ("of", "of the", 50),
        ("的", "制", 0),
    ],
)
def test_terms_beside_shared_ones_count_in_full_and_others_half(a: str, b: str, expected: int) -> None:
    assert similarity(a, b) == similarity(b, a) == expected


@pytest.mark.parametrize(
    "words",
    [
        ("shirt", "shirts", "SHIRT'S"),
        ("knit", "knitted", "knitting"),
        ("battery", "batteries"),
        ("wood", "wooden"),
        ("wool", "woolen", "woollen"),
        ("glass", "glasses"),
        ("shoe", "shoes"),
    ],
)
def test_a_word_is_one_with_any_ending(words: tuple[str, ...]) -> None:
    assert {similarity(f"{one} red", f"{other} blue tea") for one in words for other in words} <= {25, 100}
    assert all(similarity(one, other) == 100 for one in words for other in words)


@given(GOODS, GOODS)
def test_what_is_added_in_brackets_takes_nothing_away(name: str, added: str) -> None:
    assert similarity(f"灯{name}", f"灯{name} ({added})") >= LEAST


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("aluminium", "aluminum", 100),
        ("polyster yarn", "polyester yarn", 100),
        ("refrigerator", "refridgerator", 100),
        ("printer", "painter", 0),
        ("charger", "changer", 0),
        ("power", "powder", 0),
        ("plastic", "plaster", 0),
        ("A1000000", "A10000000", 0),
    ],
)
def test_a_long_word_is_one_with_a_slip_of_the_pen(a: str, b: str, expected: int) -> None:
    assert similarity(a, b) == similarity(b, a) == expected


def test_commands_start_without_what_only_some_names_need() -> None:
    code = "import sys, hefu.documents.names; sys.exit(bool({'opencc', 'rapidfuzz'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nothing_is_like_nothing_only() -> None:
    assert similarity("", "") == 100
    assert similarity("", "茶叶") == 0
    assert similarity("()", "tea") == 0
