"""The noun phrase that a number belongs to: the indicator's name, whom it covers, and coordinated names.

All offsets count in one folded text. A name may be put together from several stretches (a shared head or tail).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import regex

from extractors import nlp, rules
from schemas.regions import region_name_at
from schemas.structs import struct

Stretch = tuple[int, int]


@struct(frozen=True, slots=True)
class Name:
    """A name as stretches of the folded text, in reading order."""

    parts: tuple[Stretch, ...]

    def text(self, source: str) -> str:
        return "".join(source[a:b] for a, b in self.parts)

    @property
    def start(self) -> int:
        return min(a for a, _ in self.parts)

    @property
    def end(self) -> int:
        return max(b for _, b in self.parts)


@struct(frozen=True, slots=True)
class Phrase:
    """A noun phrase without its lead words: what is measured (`start`, `end`), its scope, and the verb of doing before it.

    `apart` tells that 分别 stands before that verb: 甲县、乙县分别打造示范路15公里和12公里.
    """

    start: int
    end: int
    scope: Stretch | None = None
    verb: Stretch | None = None
    raised: bool = False
    apart: bool = False

    @property
    def empty(self) -> bool:
        return self.end <= self.start


@cache
def _scopes() -> rules.Openings:
    """The rules of scopes: 全市, 规模以上工业企业."""
    return rules.Openings(r for r in rules.load("phrase").values() if r.attributes["role"] == "scope")


@cache
def _leads() -> rules.Openings:
    """The rules of words that lead up to a name: (一), 确保, 进一步提高."""
    return rules.Openings(rules.load("phrase")[name] for name in ("item_mark", "connective", "raise", "bookish"))


_NOT_A_LEAD = regex.compile(r"[率值额]|度(?!假|汛)|量(?!子)|数(?!据|字|控|智|学|值)|比(?!亚)|合格|达标")
_NOUN_VERB = regex.compile(
    r"绿化|造林|治理|整治|修复|培训|服务|发展|生产|建设|改造|保障|转化|养护|种植|培养|消纳|处置|回收|运行|运营|供应|推广|覆盖|开放|入库|组织|利用|储备"
)
_SECOND_VERB = regex.compile(
    r"提升|改造|处置|建设(?!用地)|完善|扩建|改扩建|迁建|升级|巩固|培育|打造|创建|完成|实施|开展|认定|新建|改建|推广|发展|引进|累计"
)
_CLEAR_VERB = regex.compile(r"引进|引育|新建(?!设|成)|新增|培育|打造|建成")  # 引进人才 may be one word of a segmenter
_PLAIN_VERB = regex.compile(r"实现|完成|开展|推进|推动|安排|落实|达到|努力|新增")
_RATE = regex.compile(r"(?:率|比例|占比|比重|[^热力湿温密角]度)$")
_INSTITUTE = regex.compile(r"(?:人民|中|妇幼|疾控|专科)?(?:保健)?医?院|疾控|档案|图书|文化|博物|体育|党校")
_APART = ("分别", "依次", "各自")
_QUOTES = regex.compile(r"[“”\"]")
_NAMED_PLACE = regex.compile(r"(?:[一-龥]{2,3}?(?:县|镇|乡)|开发区|高新区|经开区|示范区)(?=、|和|及)")
_JOINTS = frozenset("、和及")  # behind a named place of three or four characters
_PLACES_JOINT = regex.compile(r"[、,]|和|及|与")
_NOT_A_PLACE = regex.compile(r"(?:人民)?政府|委|[级直]|党|内外|籍|场")


@cache
def head_pattern() -> regex.Pattern[str]:
    """What an indicator's name usually ends with (率, 比例, 浓度, 面积 …)."""
    data = rules.fragment("phrase", "head")
    return regex.compile(rf"(?r){data}(?:\([^)]*\))?$")  # from the end: one look, however long the text


def is_measurable(text: str) -> bool:
    """Whether a name ends like something measured: 森林覆盖率 does, 工作机制 does not."""
    return bool(head_pattern().search(text)) and len(text) > 1


def is_action(text: str) -> bool:
    """Whether a word names something done: 整治 and 溯源 do, 红薯 does not."""
    return bool(_NOUN_VERB.search(text)) or nlp.words(text)[-1][2].startswith("v")


def noun_phrase(text: str, start: int, end: int, masked: list[Stretch], doing: bool = False) -> Phrase:
    """Strip lead words, dates and scope from the head of a stretch; with `doing` also a verb of doing.

    "确保全市污染地块安全利用率" → scope 全市, name 污染地块安全利用率; "培育国家、省级绿色工厂" with `doing` → verb 培育.
    """
    scope: Stretch | None = None
    verb: Stretch | None = None
    raised = apart = False
    while start < end and text[end - 1] in "、,:;的 ":
        end -= 1
    while start < end:
        before = start
        start = _skip_masked(text, start, end, masked)
        if start < end and text[start] in "、,:;的 -":
            start += 1
            continue
        if doing and verb is None and text.startswith(_APART, start, end) and _verb(text, start + 2, end):
            apart, start = True, start + 2
            continue
        if doing and (behind := _doing(text, start, end, verb)):
            verb = (verb[0] if verb else start, behind)
            start = behind
            continue
        step = _lead(text, start, end)
        if step and not (text[start] == "与" and (start == 0 or text[start - 1] in ",。;:!")):  # 与其他国家货物贸易: nothing stands before it
            raised = raised or step[1] == "raise"
            start = step[0]
            continue
        found = _scope(text, start, end) if start < end else None
        if found and found < end:
            scope = (scope[0] if scope and scope[1] == start else start, _trim_right(text, start, found))
            start = found
            continue
        if verb and verb[1] == start and text[start] == "(" and 0 < (close := text.find(")", start, end)) < end - 2:
            start = close + 1  # 新建(续建)重点水利工程
            continue
        if start == before:
            break
    return Phrase(start, end, scope, verb, raised, apart)


def _doing(text: str, start: int, end: int, before: Stretch | None) -> int | None:
    """The end of a verb of doing at `start` that is no part of the name, after another one or the first: 改造提升|老旧小区."""
    if before is not None and not _SECOND_VERB.match(text, start):
        return None
    hit = _verb(text, start, end)
    if hit is None or _NOT_A_LEAD.match(text, hit.end()):
        return None
    if end - hit.end() <= 3 and _NOUN_VERB.fullmatch(hit.group()) and is_measurable(text[hit.end() : end]):
        return None  # 绿化面积
    return hit.end() if nlp.is_boundary(text[start:end], hit.end() - start) or _clear_verb(text, hit) else None


def _verb(text: str, start: int, end: int) -> regex.Match[str] | None:
    """A verb of doing at `start`; before a rate only verbs that cannot be part of its name (养护机械化率 keeps 养护)."""
    hit = rules.words("phrase", "doing").match(text, start, end)
    if hit and _RATE.search(text, hit.end(), end) and not _PLAIN_VERB.fullmatch(hit.group()):
        return None
    return hit


def _clear_verb(text: str, verb: regex.Match[str]) -> bool:
    """Whether a verb of doing is one also where a segmenter takes it and its object for one word."""
    clear = _CLEAR_VERB.match(text, verb.start())
    return clear is not None and clear.end() == verb.end()


def _trim_right(text: str, start: int, end: int) -> int:
    """The end of a scope without the words that tie it on: 全市范围内 → 全市; 全省境内 stays."""
    if text[start:end].endswith(("范围", "范围内")):
        end = start + text[start:end].rindex("范围")
    while end > start and text[end - 1] in "的、和及与内" and text[end - 2 : end] not in ("境内", "域内"):
        end -= 1
    return end


def _skip_masked(text: str, start: int, end: int, masked: list[Stretch]) -> int:
    """The end of the date that `start` stands in or at: 2025年底前|森林覆盖率; else `start`."""
    for low, high in masked:
        if low <= start < high <= end:
            return high
    return start


def _lead(text: str, start: int, end: int) -> tuple[int, str] | None:
    """The end of a lead word at `start` and its rule, where it is no part of the name: 提高|森林覆盖率, but 提高率."""
    for rule in _leads().at(text, start):
        name, hit = rule.name, rule.pattern.match(text, start, end)
        if not hit or hit.end() <= start:
            continue
        if name in ("connective", "raise"):
            rest = text[hit.end() : end]
            if not rest and name == "connective":
                return hit.end(), name
            if _NOT_A_LEAD.match(rest) or not rest:
                continue
            size = hit.end() - start
            if not nlp.is_boundary(text[start:end], size):
                continue
            if name == "raise" and not is_measurable(text[start:end]):
                continue
        return hit.end(), name
    return None


def _scope(text: str, start: int, end: int) -> int | None:
    """The end of the longest scope at `start` that leaves a name: 全市|森林覆盖率; also of named places (新蔡县、汝南县|…), and of 市 alone."""
    best = 0
    for rule in _scopes().at(text, start):
        hit = rule.match(text, start, end)
        if hit and hit.end() > best and hit.end() < end:
            best = hit.end()
    places = _places(text, start, end)
    best = max(best, places or 0)
    if (
        not best
        and text[start] in "市县区"
        and not _INSTITUTE.match(text, start + 1)
        and end - start > 4
        and nlp.is_boundary(text[start:end], 1)
        and nlp.words(text[start:end])[0][1] == 1
    ):
        best = start + 1
    return best or None


def _places(text: str, start: int, end: int) -> int | None:
    """The end of a list of named divisions at the head: 新蔡县、汝南县和西平县…"""
    at, last = start, None
    while at < end:
        size = region_name_at(text, at)
        if not size:
            hit = _NAMED_PLACE.match(text, at, end) if not _JOINTS.isdisjoint(text[at + 3 : at + 5]) else None
            size = hit.end() - at if hit else 0
        if not size:
            break
        at += size
        last = at
        joint = _PLACES_JOINT.match(text, at, end)
        if not joint:
            break
        at = joint.end()
    if last and _NOT_A_PLACE.match(text, last):
        return None
    return last


def without_quotes(text: str) -> str:
    """A name without the quotation marks around it: “四美乡村” → 四美乡村 (marks inside stay)."""
    bare = text.strip("的、,:;— ")
    if bare[:1] in '“"' and bare[-1:] in '”"' and not _QUOTES.search(bare[1:-1]):
        return bare[1:-1]
    if bare[:1] == "“" and "”" not in bare:
        return bare[1:]  # “智慧社区”15个: the name ends before its closing mark
    return bare


def narrowed(phrase: Phrase, start: int) -> Phrase:
    """The phrase from a later start on."""
    return replace(phrase, start=start)
