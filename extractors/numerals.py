"""Chinese, Arabic and mixed numerals to exact decimals."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

import regex

DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_TAIL = regex.compile(r"\d+$")
_TOKEN = regex.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|.")
_ARABIC = regex.compile(r"\d")
_PLAIN = regex.compile(r"[0-9]{1,12}(?:\.[0-9]{1,8})?")


@lru_cache(maxsize=4096)
def parse_number(text: str) -> Decimal | None:
    """The value of a numeral, or None where the text is not wholly one.

    `parse_number("1万2千") == 12000`, `parse_number("三百二十") == 320`, `parse_number("二〇二五") == 2025`,
    `parse_number("1,200.5") == Decimal("1200.5")`, `parse_number("3亿5") is None` (5 of what?).
    """
    if not text or text in ("零", "〇"):
        return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if "廿" in text or "卅" in text:
        text = text.replace("廿", "二十").replace("卅", "三十")
    if len(text) > 3 and all(c in DIGITS for c in text):  # 二〇二五; shorter ones are neighbours: 一二三产业
        return Decimal("".join(str(DIGITS[c]) for c in text))
    total, section, number = Decimal(0), Decimal(0), None
    last_unit = 10**12
    for token in _TOKEN.findall(text):
        if token[0].isdigit() and _ARABIC.match(token):
            if number is not None:
                return None
            number = Decimal(token.replace(",", ""))
        elif token in DIGITS:
            if number not in (None, 0):
                return None
            number = Decimal(DIGITS[token])
        elif token in _SMALL:
            unit = _SMALL[token]
            if number is None:
                if section and unit >= last_unit:
                    return None
                number = Decimal(1)
            section += number * unit
            number, last_unit = None, unit
        elif token in _LARGE:
            if number is None and not section and not total:
                return None
            section += number or 0
            if token == "亿" or not total:
                total = (total + section) * _LARGE[token]
            else:
                total += section * _LARGE[token]
            section, number, last_unit = Decimal(0), None, _LARGE[token]
        else:
            return None
    if number is not None:
        # "3万5" is colloquial for 35000 and could be read as 30005: neither is taken
        if last_unit < 10**12 and last_unit > 10 and not text[-2:].startswith(("零", "〇")) and not _plain_tail(text):
            return None
        section += number
    return total + section


def _plain_tail(text: str) -> bool:
    """Whether the last digits may stand alone: behind 十, or a full group such as 1万2000."""
    tail = _TAIL.search(text)
    return text[-2:-1] == "十" or (tail is not None and len(tail.group()) >= 3) or "零" in text[-3:]
