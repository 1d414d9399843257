"""Units and the values that they carry; what is read from which words is in tests/specs/quantities.json."""

from fractions import Fraction
from itertools import product

import pytest

from extractors.masking import mask
from extractors.quantity import find_quantities
from schemas import vocab
from schemas.folded import fold
from tests.test_numerals import chinese


@pytest.mark.parametrize(
    ("text", "dimension", "factor"),
    [
        ("升/人·日", "volume/persons/duration", Fraction(1, 1000)),
        ("升/(人·日)", "volume/persons/duration", Fraction(1, 1000)),
        ("公里/百平方公里", "length/area", Fraction(1, 100000)),
        ("千克标准煤/吨", "energy/mass", Fraction(1, 1000)),
        ("万千瓦·时", "electricity", Fraction(10000)),
        ("/10万", "rate_per_100k", Fraction(1)),
        ("dB(A)", "sound_level", Fraction(1)),
    ],
)
def test_units_of_national_tables(text, dimension, factor):
    unit = vocab.units().find(text)
    assert (unit.dimension, unit.factor) == (dimension, factor)


@pytest.mark.parametrize("text", ["个/无", "/", "吨/", "亩产", "升/人·无", ""])
def test_what_is_no_unit(text):
    assert vocab.units().find(text) is None


def test_a_measure_word_is_no_unit_before_another_word():
    (found,) = find_quantities("3方面", bytearray(3))
    assert found.value.unit is None


@pytest.mark.parametrize("text", ["2024 200个", "1 20个", "12 0000米", "1.5 200个", "0 200个", "A1 200个"])
def test_a_blank_joins_only_groups_of_three_digits(text):
    assert not any(" " in m.text for m in find_quantities(text, bytearray(len(text))))


BEFORE = {
    ">=": "不低于 不少于 不小于 不得低于 不应少于 不能低于 至少 最低 最少 ≥ 达到或超过 大于等于",
    ">": "大于 超过 高于 多于 优于 突破 超 逾 ＞ ﹥",
    "<=": "不高于 不超过 不得超过 不应大于 不宜高于 不能超过 不大于 不突破 最多 最高 ≤ 小于或等于",
    "<": "低于 小于 少于 不足 ＜ ﹤",
    "~": "约 近 大约 将近 接近",
    "=": "达到 为 提高到 降至 保持在",
}
BEHIND = {">=": "以上 及以上 （含）以上", "<=": "以下 以内 之内 以内（含）", "~": "左右 上下", "=": "。"}
NUMBERS = {"5": 5, "12.5": 12.5, "1200": 1200, "1,200": 1200, "1 200": 1200, "十二": 12, "三百二十": 320, "1200.50": 1200.5}
UNITS = ["%", "家", "万亩", "个百分点", "微克/立方米", "吨标准煤/万元", "亿元", "千瓦时"]


def _read(text: str):
    folded = fold(text, [(0, len(text))]).text
    return [m.value for m in find_quantities(folded, mask(folded, [], None, None).marks)]


def test_every_operator_before_every_form_of_number_and_unit():
    for (operator, words), (number, value), unit in product(BEFORE.items(), NUMBERS.items(), UNITS):
        for word in words.split():
            (found,) = _read(f"总量{word}{number}{unit}。")
            assert (found.quantity.operator, float(found.quantity.value), found.unit) == (operator, value, unit), (word, number, unit)


def test_every_operator_behind_every_form_of_number_and_unit():
    for (operator, words), (number, value), unit in product(BEHIND.items(), NUMBERS.items(), UNITS):
        for word in words.split():
            (found,) = _read(f"总量达到{number}{unit}{word}。")
            assert (found.quantity.operator, float(found.quantity.value), found.unit) == (operator, value, unit), (word, number, unit)


def test_every_spelling_of_a_unit_is_read_whole():
    for form in vocab.units().by_form:
        (found,) = _read(f"总量达到12.5{form}以上。")
        assert found.unit == fold(form, [(0, len(form))]).text


@pytest.mark.parametrize(
    "unit", ["个", "项", "家", "座", "所", "条", "户", "人", "名", "处", "套", "台", "辆", "支", "件", "亩", "吨", "门", "头", "株"]
)
def test_counts_in_chinese_numerals(unit):
    for number in [*range(2, 40), 99, 101, 110, 121, 208, 350, 1200, 2008]:
        (found,) = _read(f"建成{chinese(number)}{unit}示范点。")
        assert (float(found.quantity.value), found.unit) == (number, unit)


# units of plans of all domains: economy, farming, water, air, energy, carbon, transport, health, schools, computing
KNOWN = {
    "money/area": "万元/亩 亿元/平方公里 元/平方米 万元/公顷",
    "money/persons": "万元/人 元/人",
    "money/mass": "元/吨",
    "money": "亿元 万元 万亿元",
    "area": "万亩 百亩 千亩 公顷 万公顷 平方公里 平方千米 ㎡ km² hm2 万平方米",
    "energy": "吨标煤 万吨标准煤 千克标准煤 tce 亿吨标准煤",
    "power": "万千瓦 兆瓦 吉瓦 MW GW 百万千瓦 瓦",
    "apparent_power": "万千伏安 兆伏安 MVA",
    "electricity": "千瓦时 亿千瓦时 太瓦时 kWh 度电 亿度电 万千瓦·时",
    "mass/volume": "微克/立方米 毫克/升 mg/L μg/m³ ug/m3 纳克/立方米",
    "volume/money": "立方米/万元 立方米/万元GDP",
    "volume/duration": "立方米/日 万立方米/日 万m3/d 立方米/秒",
    "mass/duration": "万吨/日 吨/天 t/d 吨/小时",
    "volume/persons/duration": "升/人·日 升/（人·日） L/(人·d)",
    "visits": "人次 万人次 亿人次",
    "visits/duration": "万人次/日",
    "person_days": "人日 人天 人·日",
    "count/persons": "件/万人 个/万人 张/千人 册/人 床/千人 所/万人",
    "persons/persons": "人/千人 人/万人 名/千人",
    "area/persons": "平方米/人 ㎡/人",
    "count/elderly": "张/千名老年人 张/百名老人",
    "area/pupils": "平方米/生",
    "count/households": "辆/百户",
    "vehicle_trips": "车次 万车次",
    "containers": "标箱 万标箱 TEU 万TEU 标准箱",
    "length/area": "公里/百平方公里",
    "length/duration": "公里/小时 km/h",
    "duration": "分钟 小时 天",
    "months": "个月 个季度",
    "years_of_age": "岁",
    "sound_level": "分贝 dB(A)",
    "steam_capacity": "蒸吨 蒸吨/小时",
    "carbon/money": "吨二氧化碳/万元 tCO2/万元",
    "carbon_equivalent": "吨二氧化碳当量 万吨二氧化碳当量",
    "energy/mass": "千克标准煤/吨 kgce/t",
    "rate_per_100k": "/10万 /十万 1/10万",
    "freight": "吨公里 亿吨公里 吨海里",
    "passenger_traffic": "万人公里",
    "money_jpy": "亿日元",
    "data": "TB PB 万TB",
    "computing": "PFLOPS EFLOPS",
}


@pytest.mark.parametrize(("dimension", "spelling"), [(name, text) for name, texts in KNOWN.items() for text in texts.split()])
def test_units_of_plans_are_known(dimension, spelling):
    assert vocab.units().find(spelling).dimension == dimension


@pytest.mark.parametrize(
    "text", ["蒲式耳", "万蒲式耳", "英寸", "千卡", "度", "点", "个点", "折", "级", "星", "档", "公亩", "顷", "元/浮屠", "浮屠/人", "/人·无"]
)
def test_a_unit_that_is_not_known_is_not_guessed(text):
    assert vocab.units().find(text) is None


@pytest.mark.parametrize(
    "apart",
    [
        "人 人次 户 户次 床 家次 人天 人年 岁",
        "吨 吨标准煤 吨标准油 吨二氧化碳 吨二氧化碳当量 吨公里 载重吨 总吨 吨级 蒸吨 吨/日",
        "千瓦 千瓦时 千伏安 千伏 吉焦 吨标准煤",
        "立方米 立方米/日 标准立方米",
        "元 美元 欧元 日元 元/人 元/亩 元/月",
        "标箱 吨 箱 个",
        "% 个百分点 倍 番 分 /千 /万 /10万",
        "公里 车道公里 皮长公里 芯公里 车公里 人公里 公里/平方公里",
        "亩 亩次",
        "辆 车次 标辆",
        "套 个 户 组 对 批 箱 种 次 例 人",
        "天 个月 年 岁 工作日 课时 学时",
        "P PFLOPS PB 兆",
        "张/千人 张/千名老年人 张/千户 张",
    ],
)
def test_what_differs_has_no_dimension_in_common(apart):
    names = [vocab.units().find(text).dimension for text in apart.split()]
    assert len(set(names)) == len(names), names


def test_share_is_the_same_in_percent_permille_and_tenths():
    units = vocab.units()
    assert {units.find(text).dimension for text in ("%", "‰", "‱", "成")} == {"ratio"}
    assert units.find("成").factor == 10 * units.find("%").factor == 100 * units.find("‰").factor


# several spellings of one measure word; every other word that counts is its own base, so no factor leads from one to another
SYNONYMS = [{"人", "名", "位", "人口"}, {"株", "棵"}, {"栋", "幢"}, {"口", "眼"}, {"床", "床位"}, {"场", "场次"}, {"批", "批次"}]


def test_no_factor_leads_from_one_measure_word_to_another():
    words = {form: unit for form, unit in vocab.units().by_form.items() if unit.count and unit.id not in ("端口", "学位")}
    assert all(unit.factor == 1 and unit.base == unit.id for unit in words.values())
    for one, other in product(words, repeat=2):
        if words[one].base == words[other].base and one != other:
            same = any({one, other} <= group for group in SYNONYMS) or one.strip("个()") == other.strip("个()")
            assert same or set(one) & set(other), (one, other)


def test_units_of_one_base_are_of_one_dimension():
    bases: dict[str, set[str]] = {}
    for unit in vocab.units().by_form.values():
        bases.setdefault(unit.base, set()).add(unit.dimension)
    assert {base: names for base, names in bases.items() if len(names) > 1} == {"1": {"ratio", "ratio_difference"}}
    loose = {unit.dimension for unit in vocab.units().by_form.values() if not unit.count}
    for name in loose:  # only what is counted has several bases in one dimension
        assert len({unit.base for unit in vocab.units().by_form.values() if unit.dimension == name}) == 1, name
