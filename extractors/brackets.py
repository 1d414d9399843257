"""Brackets of a folded text."""

from __future__ import annotations

import re

_BRACKET = re.compile(r"[()\[\]]")


def outermost(text: str) -> list[tuple[int, int]]:
    """Start and end of the outermost brackets that close, ( and [ alike, in one pass: text of nothing but opening brackets must not take long.

    `outermost("甲(乙[丙])丁(戊") == [(1, 7)]`.
    """
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for hit in _BRACKET.finditer(text):
        if hit.group() in "([":
            opened.append(hit.start())
        elif opened:
            start = opened.pop()
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, hit.end()))
    return found
