"""Paragraphs that look back: what was achieved is no target, also where no heading says that it is a review."""

from __future__ import annotations

import re
from collections import Counter

import regex

from extractors.terms import TERM, start_of, term_of, terms_of
from pipeline.official import Official

_IN_TERM = regex.compile(rf"(?:全市|全省|全区|全县|我[省市县区国])?{TERM}(?:实施)?(?:时期|期间|以来|末|收官)")
_BACK = regex.compile(
    r"(?:全市|全省|全区|全县|我[省市县区]|各位代表[!,])?(?:过去(?:的)?(?:[一二三四五两几]年|\d{4}年)|[这近][一二三四五两]年(?:来|,|间)|[一两三四五]年来"
    r"|回顾过去|回首|(?:20\d\d|上)年以来,.{0,40}(?:完成|实现|取得))"
)
_YEAR = regex.compile(r"(?P<year>20\d\d)年(?:,|是|以来|全[省市区县年])")
_AHEAD = regex.compile(
    r"(?:到|至|力争|展望|锚定|今年(?!以来|来)|今后|未来|下一步|面向|新的一年|本届政府|根据|按照|综合|总体要求|(?:主要|总体|发展|预期)?目标)"
)
_WISHES = regex.compile(r"目标|力争|要|将|计划")
_OFTEN = 3

_SENTENCES = regex.compile(r"[。;]")
_ACHIEVED = regex.compile(
    r"(?<!(?:推动|力争|争取|确保|努力|促进|加快|全力|不断|推进)[^。]{0,20})取得[^。]{0,16}(?:成效|成就|进展|突破)|圆满(?:完成|收官)|胜利完成|顺利(?:完成|收官)|五年来|过去[一二三四五]年|[一二三四五六七八九十]年来|“?十[二三四]五”?以来"
)
_LOOKS_BACK = re.compile("取得|完成|收官|年来|过去|以来")  # one of them is in all that _ACHIEVED finds
_AIM = regex.compile(r"^到?20\d\d年|到20\d\d年|目标|力争|预期")


def is_review(text: str) -> bool:
    """Whether a paragraph says in its first two sentences what was achieved: 圆满完成…, 取得显著成效."""
    if not _LOOKS_BACK.search(text):
        return False
    opening = "。".join(_SENTENCES.split(text[:200])[:2])
    hit = _ACHIEVED.search(opening)
    return hit is not None and not _AIM.search(opening, 0, max(hit.start(), 30))


def year_spoken_of(official: Official, year: int | None) -> int | None:
    """The document's year: `year` where it is known, else the first year of the five-year plan in its title, else of the one it names most."""
    title = official.metadata.get("title")
    if year or (title and (year := term_of(title.text))):
        return year
    named = Counter(term for line in official.lines for term in terms_of(line.text.text))
    most = named.most_common(1)
    return most[0][0] if most and most[0][1] >= _OFTEN else None


def looks_back(text: str, year: int | None) -> bool | None:
    """Whether a paragraph opens as a review (过去五年, “十三五”期间 in a later plan), or looks ahead (今年, 到2030年); None: neither.

    `looks_back("“十三五”期间,我市GDP年均增长6%。", 2021) is True`, `looks_back("“十四五”时期,…", 2021) is False`.
    """
    if hit := _IN_TERM.match(text):
        return start_of(hit) + 5 <= year if year else None
    if _BACK.match(text):
        return True
    if year and (hit := _YEAR.match(text)):
        first = text.partition("。")[0]
        return int(hit["year"]) < year and not _WISHES.search(first[:40])
    return False if _AHEAD.match(text) else None


__all__ = ["is_review", "looks_back", "year_spoken_of"]
