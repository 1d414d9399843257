"""What a sentence reports as achieved, and what it only says is so today."""

from __future__ import annotations

import regex

from extractors import rules
from extractors.findings import Context, between
from extractors.sentence import Sentence
from schemas.types import Mention

_FUTURE = regex.compile(r"力争|争取|确保|将|要|目标|到20\d\d年|实现|计划|预期|提高到|降低?到|控制")
_INTENDED = regex.compile(r"力争|争取|确保|(?<!即)将|要(?![求素件闻点])|目标|计划(?!生育)|预期|今年|明年|本年度|到20\d\d年|务必|必须")
_PRESENT = regex.compile(r"目前|现状|截至|现有")
_REVIEWED = regex.compile(
    r"(?<!较|比|与|同|在)(?:去年|(?<!以)上年)(?!度?工作)|上一年|前年|过去[一二三四五]年|[一二三四五六七八九十\d]年来|以来|近年来|(?:工作|情况)回顾|取得[^,。]{0,8}(?:胜利|历史性成就)|清醒地?(?:看到|认识到)"
)
_PERFECTIVE = regex.compile(r"[一-龥]{2}了$")
_YEAR_ON_YEAR = regex.compile(r"同比")  # in a table or a section of goals it states the goal
_PART_OF_YEAR = regex.compile(r"(?:[上下]半年|(?:前?[一二三四]|第[一二三四]|前三)(?:个)?季度|\d{1,2}(?:-|至)\d{1,2}月)")
_TO_DATE = regex.compile(r"到|20\d\d年")
_DUE = regex.compile(r"到|前$|底|末|20\d\d年")
_ONLY = regex.compile(r"仅(?:为|有|占|达)?$|只有$")


def is_past(text: str, q: Mention, sentence: Sentence, context: Context) -> bool:
    """Whether a number is a result: 去年增长5.5%, 累计清理了1523个, 前三季度…同比增长14.2%.

    去年…,今年力争… : a later word or date of the future ends what was achieved.
    """
    at: int = q.value.value_start
    if context.results:
        return not dated_ahead(text, 0, q.start, context)  # 2020年,产量33万吨。2021年,…
    if _ONLY.search(text, sentence.start, at):
        return True
    if _REVIEWED.search(text, sentence.start, q.start):
        return achieved_before(text, q.start, sentence, context)
    if _PERFECTIVE.search(text, sentence.start, at) and not _intended(text, sentence.start, at, context):
        return True
    if not (context.aimed or context.goal or q.value.suffix) and _YEAR_ON_YEAR.search(text, sentence.start, _reach(text, q, sentence)):
        return not _intended(text, sentence.start, at, context)
    whole = text[sentence.start : q.start]
    return bool(rules.words("phrase", "past").search(whole)) and not _FUTURE.search(whole) and not _PRESENT.search(whole)


def _reach(text: str, q: Mention, sentence: Sentence) -> int:
    """How far 同比 is looked for: over the whole sentence where it opens with a part of a year (前三季度,…,同比增长14.2%)."""
    return sentence.end if _PART_OF_YEAR.match(text, sentence.start) else q.start


def achieved_before(text: str, at: int, sentence: Sentence, context: Context) -> bool:
    """Whether a place stands in the reach of words that look back: 五年来,…零就业家庭动态清零."""
    hits = list(_REVIEWED.finditer(text, sentence.start, at))
    return bool(hits) and not _intended(text, hits[-1].end(), at, context)


def is_present(text: str, start: int, end: int) -> bool:
    """Whether the words before a number say that it is the present value and nothing says that it is to be reached."""
    return bool(_PRESENT.search(text, start, end)) and not _FUTURE.search(text, start, end)


def _intended(text: str, start: int, end: int, context: Context) -> bool:
    """Whether words or a date of the future stand in a stretch."""
    return bool(_INTENDED.search(text, start, end)) or dated_ahead(text, start, end, context)


def dated_ahead(text: str, start: int, end: int, context: Context) -> bool:
    """Whether a date of the future stands in a stretch; where the document's year is not known, 到2025年 is one, in a review 2025年 is not."""
    for date in between(context.dates, start, end):
        year = int(date.value.end[:4]) if date.value.end else 0
        if year > (context.year or 9999) or (context.year is None and (date.text.startswith("到") if context.results else _TO_DATE.match(date.text))):
            return True
        if year == context.year and _DUE.search(date.text):
            return True
    return False
