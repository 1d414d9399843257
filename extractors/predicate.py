"""What stands between a noun phrase and its number, read backwards from the number."""

from __future__ import annotations

from functools import cache

import regex

from extractors import rules
from schemas.structs import struct

Stretch = tuple[int, int]


@struct(frozen=True, slots=True)
class Predicate:
    """`start` is where it begins (the noun phrase ends there).

    `way` is None, increase, decrease or rank; `verb` tells that a verb of level was read, `marked` that the values are
    spread over several names (均, 都, 各) and `apart` that each has its own (分别, 依次); `base` is the stretch of the
    baseline; `strength` is 力争 where the text says so; `level` stands in 代表性项目达到国家级8项.
    """

    start: int
    way: str | None = None
    verb: bool = False
    marked: bool = False
    apart: bool = False
    base: Stretch | None = None
    annual: bool = False
    strength: str | None = None
    doing: str = ""
    level: Stretch | None = None


_LEVEL_BEHIND = regex.compile(r"(?:达到|已有|拥有|分别有|分别为)(?P<level>(?:国家|省|市|县)级)$")
_EACH = regex.compile(r"(?<!年)均$|都$|各$|各自|分别|依次")
_CHANGE = regex.compile(r"(?:提高|提升|增加|增长|扩大|上升|下降|降低|减少|压缩|缩短|缩减|发展)$")


@cache
def _tails() -> tuple[tuple[str, str, regex.Pattern[str]], ...]:
    return tuple((n, r.attributes.get("way", ""), r.pattern) for n, r in rules.load("phrase").items() if r.attributes["role"] == "tail")


@cache
def _apart_verb() -> regex.Pattern[str]:
    """分别新发展, 各新建: the verb of doing that values of their own follow."""
    return regex.compile(rf"(?P<how>分别|依次|各自|各)(?P<doing>{rules.words('phrase', 'doing').pattern})$", regex.VERBOSE)


def read_back(text: str, start: int, end: int, dates: list[Stretch]) -> Predicate:
    """The predicate that ends at `end` (where operator words and number begin), looking back to `start`.

    "公路货物周转量占比较2022年下降" + "10个百分点" → way decrease, baseline 2022年, noun phrase ends before 较.
    """
    way: str | None = None
    verb = marked = apart = annual = False
    base: Stretch | None = None
    strength: str | None = None
    doing = ""
    level: Stretch | None = None
    if graded := _LEVEL_BEHIND.search(text, start, end):
        verb, level, end = True, graded.span("level"), graded.start()
    moved = True
    dated = False
    while moved and end > start:
        moved = False
        if dated and text[end - 1] in "、和及" and any(high == end - 1 for _, high in dates):
            end -= 1  # 2024年、2025年分别达到
        for low, high in dates:
            if low >= start and high == end:
                end, moved, dated = low, True, True
                if end > start and text[end - 1] in "较比同与":
                    base, end = (low, high), end - 1
                elif text[low] in "到至" and not way and (change := _CHANGE.search(text, start, end)):
                    verb, end = True, change.start()  # 上升到2020年的: a level, dated
        window = max(start, end - 24)
        if not verb and (hit := _apart_verb().search(text, window, end)):
            verb = marked = moved = True
            apart, doing, end = apart or hit["how"] != "各", hit["doing"], hit.start()
            continue
        for name, turn, pattern in _tails():
            hit = pattern.search(text, window, end)
            if not hit or hit.end() != end or hit.start() == end:
                continue
            word = hit.group()
            if turn and (way or verb) and name != "rank_word":
                continue  # 提高幅度达到: the noun of change belongs to the name
            if name == "level_verb":
                if way:
                    continue
                verb = True
                doing = word
            if turn:
                way = turn
            if hit.groupdict().get("base"):
                base = hit.span("base")
            marked = marked or (name == "adverb" and bool(_EACH.search(word)))
            apart = apart or word.startswith(("分别", "依次", "各自"))
            annual = annual or "年均" in word or word in ("每年", "平均每年")
            if word in ("力争", "争取", "力求", "力争达", "力争到"):
                strength = "力争"
            end, moved = hit.start(), True
            break
    return Predicate(end, way, verb, marked, apart, base, annual, strength, doing, level)
