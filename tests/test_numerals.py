"""Numerals: written and read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.numerals import parse_number

_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number below 10^12 in Chinese numerals."""
    if number < 10:
        return _DIGITS[number]
    for size, word in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if rest and rest < size // 10 else ""
            return chinese(head) + word + gap + (chinese(rest) if rest else "")
    raise AssertionError


@given(st.integers(0, 10**11))
def test_chinese_numerals_come_back(number):
    if number == 0:
        return
    assert parse_number(chinese(number)) == number


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_arabic_numerals_come_back(whole, part):
    assert parse_number(f"{whole:,}.{part:02d}") == Decimal(f"{whole}.{part:02d}")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1万2千", 12000), ("3亿5千万", 350000000), ("1万2000", 12000), ("十五", 15), ("二〇二五", 2025), ("百", 100), ("1万2千亿", 1200000000000)],
)
def test_mixed(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "3亿5", "三千五", "甲", "1.2.3", "零", "万"])
def test_what_is_no_number_or_two_numbers(text):
    assert parse_number(text) is None
