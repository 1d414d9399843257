"""Five-year plans: the words that name them, and the years in which they begin."""

from __future__ import annotations

import regex

PLAN_STARTS = {"一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026, "六": 2031, "七": 2036}
TERM = r"(?:[“\"]?十(?P<term>[一二三四五六七])五[”\"]?(?:规划)?|第十(?P<named>[一二三四五六七])个五年规划)"
_TERMS = regex.compile(TERM)


def start_of(hit: regex.Match[str]) -> int:
    """The first year of the plan that a match of TERM names."""
    return PLAN_STARTS[hit["term"] or hit["named"]]


def term_of(text: str) -> int | None:
    """First year of the five-year plan that a title or heading names: `term_of("第十四个五年规划纲要") == 2021`."""
    hit = _TERMS.search(text)
    return start_of(hit) if hit else None


def terms_of(text: str) -> list[int]:
    """First years of all the plans that a text names."""
    return [start_of(hit) for hit in _TERMS.finditer(text)]


__all__ = ["PLAN_STARTS", "TERM", "start_of", "term_of", "terms_of"]
