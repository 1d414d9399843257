"""Units and the values that they carry; what is read from which words is in tests/specs/quantities.json."""

from fractions import Fraction

import pytest

from extractors.quantity import find_quantities
from schemas import vocab


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
