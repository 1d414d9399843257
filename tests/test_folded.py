"""Folded text: every character knows its place."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.folded import fold

_ALPHABET = st.text(alphabet="全市率达到95％（，。）2023 年\n\t≥$\\geq{}_.PM万亩Ⅲ“”—ａ", max_size=60)


@given(_ALPHABET)
def test_offsets_are_ordered_and_inside(source):
    folded = fold(source, [(0, len(source))])
    assert len(folded.text) == len(folded.plain) == len(folded.starts) == len(folded.ends)
    assert all(0 <= a < b <= len(source) for a, b in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)


@given(_ALPHABET)
def test_spans_cover_the_characters(source):
    folded = fold(source, [(0, len(source))])
    covered = "".join(source[s.start : s.end] for s in folded.spans(0, len(folded)))
    kept = [source[a:b] for a, b in zip(folded.starts, folded.ends, strict=True)]
    assert all(piece in covered for piece in kept)


def test_remains_of_formulas():
    source = "下降率 $\\geq 4.5\\%$，PM _{2.5} 浓度"
    assert fold(source, [(0, len(source))]).text == "下降率≥4.5%,PM2.5浓度"


def test_spaces_go_but_not_between_latin_words():
    assert fold("2023 年 8 月", [(0, 10)]).text == "2023年8月"
    assert fold("AI OPC 企业", [(0, 9)]).text == "AI OPC企业"


def test_a_range_over_a_break_gives_pieces():
    source = "在售用水" + "x" * 40 + "器具占比"
    folded = fold(source, [(0, 4), (44, 48)])
    assert [source[s.start : s.end] for s in folded.spans(0, 8)] == ["在售用水", "器具占比"]


def test_a_raised_digit_behind_a_digit_is_a_power_and_not_a_digit():
    folded = {source: fold(source, [(0, len(source))]).text for source in ("10⁴亩", "5m³", "PM₂.₅")}
    assert folded == {"10⁴亩": "10⁴亩", "5m³": "5m3", "PM₂.₅": "PM2.5"}


def test_a_middle_dot_between_digits_is_a_decimal_point():
    source = "发展节水灌溉2·5万亩·年"
    assert fold(source, [(0, len(source))]).text == "发展节水灌溉2.5万亩·年"
