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
