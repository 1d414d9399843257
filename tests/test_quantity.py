"""Numbers with units and operator words, by the table of tests/gold/GUIDE.md."""

import pytest

from extractors.quantity import find_quantities, lettered

SPECS = [
    ("≥4.5%", ">=", 4.5, None, "%", "4.5%"),
    ("不低于95%", ">=", 95, None, "%", "95%"),
    ("95%以上", ">=", 95, None, "%", "95%"),
    ("至少10家", ">=", 10, None, "家", "10家"),
    ("达到或超过90%", ">=", 90, None, "%", "90%"),
    ("大于95%", ">", 95, None, "%", "95%"),
    ("突破100亿元", ">", 100, None, "亿元", "100亿元"),
    ("超20个", ">", 20, None, "个", "20个"),
    ("≤0.70吨标煤/万元", "<=", 0.7, None, "吨标煤/万元", "0.70吨标煤/万元"),
    ("不超过100人", "<=", 100, None, "人", "100人"),
    ("5%以内", "<=", 5, None, "%", "5%"),
    ("低于55%以下", "<=", 55, None, "%", "55%"),
    ("低于36微克/立方米", "<", 36, None, "微克/立方米", "36微克/立方米"),
    ("82.5%", "=", 82.5, None, "%", "82.5%"),
    ("5个左右", "~", 5, None, "个", "5个"),
    ("约5000人", "~", 5000, None, "人", "5000人"),
    ("100余家", "~", 100, None, "家", "100余家"),
    ("5至10个位次", "range", 5, 10, "个位次", "5至10个位次"),
    ("80%~90%", "range", 80, 90, "%", "80%~90%"),
    ("12 000米", "=", 12000, None, "米", "12 000米"),
    ("约1 200 300棵", "~", 1200300, None, "棵", "1 200 300棵"),
    ("30.61万亩", "=", 30.61, None, "万亩", "30.61万亩"),
    ("百分之三十", "=", 30, None, "%", "百分之三十"),
    ("百分之九十五点五", "=", 95.5, None, "%", "百分之九十五点五"),
    ("千分之三", "=", 3, None, "‰", "千分之三"),
    ("八成", "=", 8, None, "成", "八成"),
    ("一百二十万亩", "=", 120, None, "万亩", "一百二十万亩"),
    ("24万", "=", 24, None, "万", "24万"),
    ("1万2千亿千瓦时", "=", 12000, None, "亿千瓦时", "1万2千亿千瓦时"),
    ("百万千瓦", "=", 100, None, "万千瓦", "百万千瓦"),
    ("490万千瓦", "=", 490, None, "万千瓦", "490万千瓦"),
    ("5千米", "=", 5, None, "千米", "5千米"),
    ("10个百分点", "=", 10, None, "个百分点", "10个百分点"),
    ("9/10万", "=", 9, None, "/10万", "9/10万"),
    ("15平方米/人", "=", 15, None, "平方米/人", "15平方米/人"),
]


@pytest.mark.parametrize(("text", "operator", "low", "high", "unit", "value"), SPECS)
def test_quantities(text, operator, low, high, unit, value):
    (found,) = find_quantities(text, bytearray(len(text)))
    measure = found.value
    assert (measure.quantity.operator, float(measure.quantity.value), measure.unit) == (operator, low, unit)
    assert (float(measure.quantity.value_max) if measure.quantity.value_max is not None else None) == high
    assert text[measure.value_start : measure.value_end] == value


@pytest.mark.parametrize("text", ["PM2.5浓度", "5G网络", "第五污水处理厂", "GB3838-2002", "三北工程", "零部件"])
def test_names_with_digits_are_no_quantities(text):
    masked = bytearray(len(text))
    for low, high in lettered(text):
        masked[low:high] = b"\1" * (high - low)
    assert [q for q in find_quantities(text, masked) if q.value.unit] == []


def test_a_measure_word_is_no_unit_before_another_word():
    (found,) = find_quantities("3方面", bytearray(3))
    assert found.value.unit is None


@pytest.mark.parametrize("text", ["2024 200个", "1 20个", "12 0000米", "1.5 200个", "0 200个", "A1 200个"])
def test_a_blank_joins_only_groups_of_three_digits(text):
    assert not any(" " in m.text for m in find_quantities(text, bytearray(len(text))))
