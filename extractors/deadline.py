"""Which date governs a place of a sentence."""

from __future__ import annotations

import regex

from extractors.findings import between
from extractors.indicator import noun_phrase
from extractors.sentence import Clause, Sentence, depth_at
from schemas.types import Mention

_PAST_DATE = regex.compile(
    r"(?:以来|开始|伊始|[之以]?后(?![期续勤备方])|率先[一-龥]{1,6}后|[一-龥]{0,10}后(?=,)|期间?累计已|版|起(?!重)|[一-龥]{0,4}排行|(?:的)?基础上|为基[期数准年])"
)
_ALL_BY = regex.compile(r"(?:以上[一-龥]{0,4})?(?:均|全部|都)(?:力争|确保|要|须)?(?:于|在)?$")
_DONE = regex.compile(r"(?:全部|基本)?(?:完成|完工|建成|竣工|投用|投入使用|到位|开工|达到|实现)[一-龥]{0,8}$")
_STARTS = regex.compile(r"实现|负责|加快|推进|加强|完成|持续|建立|健全|开展")
_WORDS = regex.compile(r"[一-龥]{7}")
_BASE_BEFORE = regex.compile(r"(?:较|比|同|与|自|继|从|由|以|按|于|对照|截至目前|截至|根据|结合|按照|落实|依据)$")


def governing_date(text: str, dates: list[Mention], sentence: Sentence, at: int, goal: bool = False, listed: bool = False) -> Mention | None:
    """The date that governs a place of a sentence: the last one before it that is no baseline and whose reach has not ended.

    A semicolon ends the reach of a date, unless the list goes on with a noun phrase. A full stop ends it too, but in a section of goals the
    date that heads a paragraph holds for its sentences without a date. `listed`: a list of things to do goes on behind semicolons.
    """
    best: Mention | None = None
    for d in between(dates, sentence.start, at):
        if d.end > at:
            continue
        if depth_at(text, sentence.start, d.start) > 0 or _BASE_BEFORE.search(text[max(0, d.start - 3) : d.start]):
            continue
        if _PAST_DATE.match(text, d.end) or (d.text == "年度" and text[d.end : d.end + 1].isdigit()):
            continue
        later = _later_clause(sentence, d, at) if d.value.kind == "annual" and text[d.end : d.end + 1] != "," else None
        if later and not _doing_first(text, later):
            continue  # 每年新增5万人,失业率控制在5.5%以内: 每年 says nothing of the rate
        if d.value.kind == "annual" and "累计" in text[d.end : at]:
            continue
        best = d
    if best is None and (closing := _closing_date(text, dates, sentence, at)):
        return closing
    if best is None:
        if not goal or sentence.inner:
            return None
        earlier = reversed(between(dates, 0, sentence.start))
        return next((d for d in earlier if not _WORDS.search(text[text.rfind("。", 0, d.start) + 1 : d.start])), None)
    for clause in sentence.clauses:
        if clause.mark == ";" and best.end <= clause.start <= at:
            alone = text[best.end : best.end + 1] in (",", ":") or goal  # "到2025年,…": the date heads a list
            if not alone or (_verb_first(text, clause) and not (listed and _parallel(text, sentence, best))):
                return None
    return best


def _parallel(text: str, sentence: Sentence, date: Mention) -> bool:
    """Whether what a date heads begins with a verb of doing, so that the clauses behind semicolons go on with it: 到2027年,培育3个…;形成10个…"""
    first = next((c for c in sentence.clauses if c.start >= date.end and c.end > date.end), None)
    return first is not None and _doing_first(text, first)


def _later_clause(sentence: Sentence, d: Mention, at: int) -> Clause | None:
    """The clause of a place, where it is not that of the date."""
    return next((c for c in sentence.clauses if c.start <= at < c.end and not c.start <= d.start < c.end), None)


def _doing_first(text: str, clause: Clause) -> bool:
    """Whether a clause goes on with a list of things to do: 每年净增企业180家,攻克关键技术10项."""
    return noun_phrase(text, clause.start, clause.end, [], doing=True).verb is not None


def _closing_date(text: str, dates: list[Mention], sentence: Sentence, at: int) -> Mention | None:
    """A date that a last clause gives to all before it: 改造小区42个,整治积水点8处,均于10月底前完工."""
    for clause in sentence.clauses:
        if clause.start <= at:
            continue
        for d in between(dates, clause.start, clause.end):
            if _ALL_BY.match(text[clause.start : d.start]) and _DONE.match(text[d.end : clause.end]):
                return d
    return None


def _verb_first(text: str, clause: Clause) -> bool:
    """Whether a clause begins with a verb of doing (after scope and adverbs), so that it starts something new."""
    return _doing_first(text, clause) or bool(_STARTS.match(text, clause.start, clause.end))
