"""Whole numbers as lists and spreadsheets write them: letters, Roman and Chinese numerals."""

from __future__ import annotations

from functools import lru_cache

_ROMAN_SIZES = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
_ROMAN = tuple(zip(_ROMAN_SIZES, ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"), strict=True))


@lru_cache(maxsize=16384)  # the columns of a sheet
def letters(n: int) -> str:
    """A number from 1 as the letters of a spreadsheet's column: `letters(28) == "AB"`."""
    text = ""
    while n > 0:
        n, rest = divmod(n - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def roman(n: int) -> str:
    """Small Roman numerals from 1 to 3999, digits for other numbers: `roman(4) == "iv"`."""
    text = ""
    for size, sign in _ROMAN:
        while 0 < size <= n < 4000:
            text, n = text + sign, n - size
    return text or str(n)


def chinese(n: int, digits: str = "零一二三四五六七八九", units: str = "十百千", short: bool = True) -> str:
    """Chinese numerals up to 9999, digits for larger numbers: `chinese(105) == "一百零五"`; `short`: 十五 and not 一十五."""
    if not 0 < n < 10000:
        return str(n) if n else digits[0]
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = n // 10**place % 10
        if digit:
            text += (digits[0] if gap else "") + digits[digit] + (units[place - 1] if place else "")
            gap = False
        else:
            gap = bool(text)
    return text[1:] if short and 10 <= n < 20 else text


__all__ = ["chinese", "letters", "roman"]
