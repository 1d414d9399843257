"""The division that issues a document, from its issuer, title, first lines or, weakest, the whole text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex

from pipeline.labels import Line
from schemas.places import is_national, zone_at
from schemas.regions import region_chain, region_names_in
from schemas.types import Slot

_NATIONAL = regex.compile(r"国务院|国家(?!级)|中共中央|中华人民共和国|全国")
_UNKNOWN_PLACE = regex.compile(
    r"(?!城市|全市|各市|我市|都市|本市|园区|社区|地区|全县|全区|健康|平安|美丽|文明)(?:[一-龥]{2,5}市)?([一-龥]{2,6}?(?<!示范|城|园|社|地|开发|新)[省市县区州旗])"
)
# what may stand before the division in a name or title: 中共新河市委, 2025年新河市政府工作报告, 《新河市…》
_BEFORE = regex.compile(r"(?:中共|《|(?:19|20)\d\d年度?)*")
# a first line speaks of the issuing division at its head, behind these words, or with these behind the name (在新河市第五届人民代表大会上)
_LEADS = regex.compile(r"(?:^|[《(]|印发|关于|中共|[年月日])$")
_OFFICE = regex.compile(r"第[一二三四五六七八九十\d]+届|人民|市?政府|[省市县区州]?委|办公|人大")
_OURS = regex.compile(r"(?:我|全|本)([国省市县区州旗])")
_MENTIONS = 3


def issuing_region(issuer: Slot | None, title: Slot | None, before: Sequence[Line], tail: Sequence[Line], lines: Sequence[Line]) -> Slot | None:
    """The division (or development zone) that issues, as written, with the place and the rule that found it; None for a national body.

    `before`: the lines up to the title, `tail`: those behind it, `lines`: all. The issuer's name says it best, then the title, then the first
    lines, last what the whole text calls its own (我市 in a text that names one city): 枣阳市 for 枣阳市人民政府办公室.
    """
    whole = "".join(line.text.text for line in (*before, *tail))
    for slot in (issuer, title):
        if slot is None:
            continue
        if place := _place(slot.text, whole):
            return _within(slot, *place, lines)
        if slot is issuer and (_NATIONAL.match(slot.text) or is_national(slot.text)):
            return None
    return _of_first_lines([*before, *tail[:3]]) or _of_body(lines)


def _place(text: str, whole: str) -> tuple[int, int] | None:
    """Where the lowest division at the head of a name stands; one that no list knows counts if the document names it again."""
    head = _BEFORE.match(text)
    at = head.end() if head else 0
    bare = text[at:]
    if zone := zone_at(bare, whole):
        return at, at + len(zone)
    known = region_names_in(bare, former=True)
    if known and known[0][0] == 0:
        start, end, _ = region_chain(bare, former=True)[-1]
        return at + start, at + end
    hit = _UNKNOWN_PLACE.match(bare)
    if hit and whole.count(hit[1]) > 1:
        return at + hit.start(1), at + hit.end(1)
    return (at + known[0][0], at + known[0][1]) if known and known[0][0] > 6 else None


def _within(slot: Slot, start: int, end: int, lines: Sequence[Line]) -> Slot:
    """The part of a field that names the division; where its characters cannot be placed one by one, the field stands for it."""
    name = slot.text[start:end]
    rule = f"official.region_of_{slot.rule.partition('.')[2]}"
    for line in lines:
        if slot.spans and slot.spans[0].start in line.text.starts:
            at = line.text.starts.index(slot.spans[0].start) + start
            if line.text.plain[at : at + len(name)] == name:
                return Slot(name, line.text.spans(at, at + len(name)), rule)
    return Slot(name, slot.spans, rule)


def _of_first_lines(lines: Sequence[Line]) -> Slot | None:
    for line in lines:
        text = line.text.text
        chain = region_chain(text, former=True) if len(text) < 80 else []
        if chain and (_LEADS.search(text[: chain[0][0]]) or _OFFICE.match(text, chain[-1][1])):
            start, end, _ = chain[-1]
            return Slot(line.text.plain[start:end], line.text.spans(start, end), "official.region_of_text")
    return None


def _of_body(lines: Sequence[Line]) -> Slot | None:
    """The one division of its kind that the text names, where it speaks of 我市, 全县 …; without such words the one city, named three times.

    A text that says 全国 and 我国 more often than these is national; one that names two of the kind says nothing.
    """
    ours = Counter(word for line in lines for word in _OURS.findall(line.text.text))
    kind = ours.most_common(1)[0][0] if ours else ""
    named = [(line, *found) for line in lines for found in region_names_in(line.text.text) if len(found[2]) > 2 and found[2].endswith(kind or "市")]
    if kind == "国" or len({name for _, _, _, name in named}) != 1 or (not kind and len(named) < _MENTIONS):
        return None
    line, start, end, _ = named[0]
    return Slot(line.text.plain[start:end], line.text.spans(start, end), "official.region_of_body")
