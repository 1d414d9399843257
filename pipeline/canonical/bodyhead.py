"""What stands before a unit's own name: the parent, the place, the word of the level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import regex

from schemas import functions as vocab
from schemas import regions
from schemas.regions import Region
from schemas.structs import struct

_LEVELS = {"national": "national", "province": "province", "prefecture": "city", "county": "county"}
_STATELY = regex.compile(r"^(?:中共|中国共产党|中华人民共和国)(?=.{3,})|^(?:新疆)?生产建设(?=兵团)")


@struct(frozen=True, slots=True)
class Head:
    """`rest` is the unit's own name; `parent` the central body read over (国家统计局), `named` whether a place stands in the name (`full`: by
    its full name), `code` its division, `seat` that of a branch, `bare` whether nothing says whose body it is."""

    rest: str
    level: str | None = None
    code: str | None = None
    seat: str | None = None
    parent: str = ""
    named: bool = False
    full: bool = False
    bare: bool = False

    def at(self, level: str | None, code: str | None) -> Head:
        """The same at another level."""
        return replace(self, level=level, code=code)

    def own(self, region_code: str | None) -> Head:
        """As the document's own body: 发展和改革委 in a document of a city is the city's; 厅 is a province's."""
        if self.rest.endswith("厅"):
            inside = region_code and region_code != regions.NATIONAL
            return self.at("province", (region_code or "")[:2] + "0000" if inside else None)
        return self.at(_LEVELS[regions.level(region_code)], region_code) if region_code else self


def head_of(name: str, region_code: str | None, known: Callable[[str], bool]) -> Head:
    """The head of a folded name: 襄阳市 of 襄阳市生态环境局枣阳分局. `known` tells whether a text begins as an office's name does."""
    name = _STATELY.sub("", name)
    head = _begun(name, region_code, known)
    zone = vocab.shapes().zone.match(head.rest)
    return replace(head, rest=head.rest[zone.end() :], level=None, bare=False) if zone and head.level != "national" else head


def _begun(name: str, region_code: str | None, known: Callable[[str], bool]) -> Head:
    parent = vocab.shapes().parents.match(name)
    if parent and (found := _place(name[parent.end() :], region_code, lambda _: True)).named:
        return replace(found, parent=parent.group())
    if parent and (word := _word(name[parent.end() :], region_code)):
        return replace(word, parent=parent.group())
    place = _place(name, region_code, lambda rest: known(rest) and not known(name))
    if place.named:
        return place
    if word := _word(name, region_code):
        return word
    if vocab.shapes().national.search(name):
        return Head(name, "national", regions.NATIONAL)
    return Head(name, bare=True)


def seat_of(head: Head, region_code: str | None) -> Head:
    """A branch: the level is its parent's. 市生态环境分局 of a county-level city, like 泌阳县生态环境分局, is the prefecture's."""
    inner = regex.search(r"(?<=局)([一-龥]{2,8})分局$", head.rest)
    if inner:
        seat = _one(regions.find_regions(inner[1]), head.code or region_code, strict=True)
        return replace(head.own(region_code) if head.bare else head, seat=seat.code if seat else None)
    seat_code = region_code if head.bare else head.code
    if not head.rest.startswith("分局") and seat_code and regions.level(seat_code) == "county":
        up = regions.lineage(seat_code)[1:2]
        return replace(head, level=_level(up[0]) if up else None, code=up[0].code if up else None, seat=seat_code)
    if head.rest.startswith("分局"):  # 泌阳分局 does not say of what
        return replace(head, level=None, code=None, seat=head.code)
    if head.level == "county":
        return replace(head, level="city", code=None)
    return head.own(region_code) if head.level is None else head


def _level(region: Region) -> str:
    return _LEVELS[regions.level(region.code)]


def _one(found: tuple[Region, ...], region_code: str | None, strict: bool = False) -> Region | None:
    """The one division of several, nearest to the document's (or to a parent's) own."""
    for size in (4, 2) if region_code else ():
        near = [r for r in found if r.code.startswith((region_code or "")[:size])]
        if near:
            return near[0] if len(near) == 1 else None
    return found[0] if len(found) == 1 and not strict else None


def _place(name: str, region_code: str | None, fits: Callable[[str], bool]) -> Head:
    """The head of a name that a division's name begins: full, one below the other; short where `fits` says so of the rest."""
    at, near = 0, region_code
    found: tuple[Region, ...] = ()
    while size := regions.region_name_at(name, at, former=True):
        found = regions.find_regions(name[at : at + size])
        one = _one(found, near)
        near = one.code if one else near
        at += size
    if not at:
        size = next((n for n in range(min(6, len(name)), 1, -1) if name[:n] in regions.by_key() and (n == len(name) or fits(name[n:]))), 0)
        found = regions.find_regions(name[:size]) if size else ()
        higher = tuple(r for r in found if regions.level(r.code) != "county")
        found, at = higher if len(higher) == 1 else found, size
    if not found:
        return Head(name)
    region = _one(found, near)
    same = {_level(r) for r in found}
    level = _level(region) if region else same.pop() if len(same) == 1 else None
    return Head(name[at:], level, region.code if region else None, named=True, full=regions.region_name_at(name, 0, former=True) > 0)


def _word(name: str, region_code: str | None) -> Head | None:
    """The head of a name that a level's word begins: 市 in a document of 枣阳市 is a county's, in one of 上海市 a province's."""
    found = next((entry for entry in vocab.levels() if entry.pattern.match(name)), None)
    if found is None:
        return None
    rest = name[len(found.word) :]
    for region in regions.lineage(region_code) if region_code else ():
        if region.name.endswith(found.word):
            return Head(rest, _level(region), region.code)
    return Head(rest, found.level)
