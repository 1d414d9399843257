"""Coordinated names and scopes: which names "A、B和C" stands for, and the head or modifier that they share.

工伤保险和失业保险参保人数 → 工伤保险参保人数, 失业保险参保人数.
"""

from __future__ import annotations

import regex

from extractors import nlp
from extractors.indicator import Name, Phrase, Stretch, is_measurable

_NUMERAL = regex.compile(r"[\d一二三四五六七八九十]")
_UNNAMED = ("m", "q", "f", "eng", "x")  # parts of speech that count for no word of a name
_LATIN = regex.compile(r"[A-Za-z0-9.+-]+")
LEVEL = regex.compile(r"(?:国家|自治区|省|市|县|区|镇|乡|村|[一二三四五]|[1-5]A|[1-5])级(?:及?以上)?")
_PER_UNIT = regex.compile(r"单位[一-龥A-Z]{2,8}?(?=能耗|能源消耗|用水量|二氧化碳|碳排放|水耗|电耗)")
_RATIO = regex.compile(r"与[^、]*(?:之比|比率?|比例|比重|差距|倍差)$")
_CONSUMED = regex.compile(r"能耗|能源|用水|二氧化碳|碳排放|水耗|电耗")
_PEOPLE = regex.compile(r".*(?:患者|人群|居民|职工|学生|企业|老年人|儿童|孕产妇)")


def split_subjects(text: str, phrase: Phrase, count: int, marked: bool) -> list[Name]:
    """The names that a coordinated phrase stands for.

    `count` is the number of values to distribute (分别) or 1; `marked` tells that 均, 都, 各 or 分别 was said. Coordinated
    names are split where each is measurable by itself, or where they were marked: "A的参与度和满意度" → A的参与度, A的满意度;
    "A公开和B公开的比例均" → A公开的比例, B公开的比例.
    """
    whole = Name(((phrase.start, phrase.end),))
    pieces = _coordinates(text, phrase.start, phrase.end)
    if len(pieces) < 2:
        return [whole]
    heads = [is_measurable(text[a:b]) for a, b in pieces]
    ratio = _RATIO.search(text[phrase.start : phrase.end])
    if ratio and not (marked and count == len(pieces)):
        return [whole]  # 社会物流总费用与地区生产总值比率 is one name
    if all(heads):
        return _share_head(text, pieces)
    if levels := _share_level(text, pieces):
        return levels
    if not marked or (count > 1 and count != len(pieces)):
        if heads[-1] and any(heads[:-1]) and not marked:
            return [whole]
        if not marked:
            return [whole]
        grouped = _group(pieces, heads)
        if (count > 1 and len(grouped) != count) or len(grouped) < 2:
            return [whole]
        pieces, heads = grouped, [True] * len(grouped)
        return _share_head(text, pieces)
    if heads[-1] and not any(heads[:-1]):
        return _share_tail(text, pieces)
    if not any(heads) or not heads[-1]:  # 游客人次、旅游花费均
        return _share_head(text, pieces) if _PER_UNIT.match(text, *pieces[0]) else [Name((p,)) for p in pieces]
    grouped = _group(pieces, heads)
    return _share_head(text, grouped) if len(grouped) > 1 else [whole]


def _group(pieces: list[Stretch], heads: list[bool]) -> list[Stretch]:
    """Join pieces until each group ends with a measurable one: 装配式建筑、低能耗建筑占比 | 绿色建材比例."""
    groups: list[Stretch] = []
    begin: int | None = None
    for (low, high), head in zip(pieces, heads, strict=True):
        begin = low if begin is None else begin
        if head:
            groups.append((begin, high))
            begin = None
    return groups


def _share_head(text: str, pieces: list[Stretch]) -> list[Name]:
    """Give the modifiers of the first name to bare later ones: 公众对建设的参与度和满意度."""
    first = text[pieces[0][0] : pieces[0][1]]
    cut = first.rfind("的")
    names = [Name((pieces[0],))]
    for low, high in pieces[1:]:
        bare = text[low:high]
        shared = _PEOPLE.match(first)
        per = _PER_UNIT.match(first)
        if cut > 0 and len(bare) <= 5 and "的" not in bare and len(first) - cut <= 7:
            names.append(Name(((pieces[0][0], pieces[0][0] + cut + 1), (low, high))))
        elif per and _CONSUMED.match(bare):
            names.append(Name(((pieces[0][0], pieces[0][0] + per.end()), (low, high))))
        elif shared and len(bare) <= 6 and shared.end() + 2 < len(first):
            names.append(Name(((pieces[0][0], pieces[0][0] + shared.end()), (low, high))))
        else:
            names.append(Name(((low, high),)))
    return names


def _share_level(text: str, pieces: list[Stretch]) -> list[Name]:
    """Levels that share the noun of the last: 国家级、省级和市级示范农场 → 国家级示范农场, 省级示范农场, 市级示范农场."""
    low, high = pieces[-1]
    own = LEVEL.match(text, low, high)
    if own is None or own.end() == high or not all(LEVEL.fullmatch(text, a, b) for a, b in pieces[:-1]):
        return []
    return [Name((p, (own.end(), high))) for p in pieces[:-1]] + [Name((pieces[-1],))]


def _share_tail(text: str, pieces: list[Stretch]) -> list[Name]:
    """Give the head noun of the last name to the earlier ones: A、B和C产值 → A产值, B产值, C产值."""
    low, high = pieces[-1]
    last = text[low:high]
    cut = last.rfind("的")
    if cut > 0:
        tail = (low + cut, high)
    else:
        own = _own_words(last, text[slice(*pieces[-2])])
        if not own:
            return [Name(((pieces[0][0], high),))]
        tail = (low + own, high)
    return [Name((p, tail)) for p in pieces[:-1]] + [Name((pieces[-1],))]


def _own_words(last: str, model: str) -> int:
    """How many characters of the last name are its own, when it is built like the one before: up to the word that both have,
    else as many words, else all but a measurable end; 0 where none fits.

    `_own_words("工伤保险参保人数", "失业保险") == 4`, `_own_words("食用菌全产业链产值", "柑橘") == 3`,
    `_own_words("农药利用率", "主要农作物化肥") == 2`.
    """
    if (latin := _LATIN.match(last)) and _LATIN.match(model):
        return latin.end()
    words = nlp.words(last)
    for size in range(len(model) - 1, 0, -1):
        at = last.find(model[-size:])
        if at > 0 and is_measurable(last[at + size :]) and (size > 1 or nlp.is_boundary(last, at + size)):
            return at + size
    number = len([w for w in nlp.words(model) if w[2] not in _UNNAMED])
    seen, before = 0, ""
    for start, end, flag in words:
        seen += flag not in _UNNAMED and not (before == "m" and end - start == 1)  # 2型糖尿病 is one word
        before = flag
        if seen == number and end < len(last):
            return end
    return next((start for start, _, _ in words[::-1] if start and is_measurable(last[start:])), 0)


def _coordinates(text: str, start: int, end: int) -> list[Stretch]:
    """Parts of a phrase between 、 和 及 与 以及 (outside brackets and quotes, at word boundaries)."""
    pieces: list[Stretch] = []
    depth, begin = 0, start
    i = start
    while i < end:
        char = text[i]
        depth += (char in "([《“") - (char in ")]》”")
        joint = 0
        if depth == 0:
            if char == "、" and _NUMERAL.match(text[i - 1]) and _NUMERAL.match(text[i + 1 : i + 2]):
                joint = 0  # 四、五类桥梁
            elif char == "、":
                joint = 1
            elif text[i : i + 2] == "以及":
                joint = 2
            elif (
                char in "和及与"
                and text[i + 1 : i + 3] not in ("以上", "以下")
                and begin < i < end - 1
                and nlp.is_boundary(text[start:end], i - start)
                and nlp.is_boundary(text[start:end], i - start + 1)
            ):
                joint = 1
        if joint:
            pieces.append((begin, i))
            begin = i + joint
            i += joint
            continue
        i += 1
    pieces.append((begin, end))
    return [(a, b) for a, b in pieces if b > a]


def split_scopes(text: str, scope: Stretch) -> list[Stretch]:
    """The members of a coordinated scope: 中心城区和县城 → 中心城区, 县城."""
    return _coordinates(text, *scope)
