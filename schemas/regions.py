"""Administrative divisions of GB/T 2260, those of today and those of the past: finding, placing and following them.

Years stand for days: the source says in which year a division began or ended, and in that year both the old and the new name hold.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import regex

from schemas.vocab import FOLDER, read

Level = Literal["national", "province", "prefecture", "county"]
NATIONAL = "000000"


@dataclass(frozen=True, slots=True)
class Region:
    """A division: GB/T 2260 code, full and short name, pinyin of the short name, code of its parent ("" for a province).

    `valid_from`, `valid_to`: the years in which it began and ended (None: before 1990; still there). `successors`: the codes that took it in.
    """

    code: str
    name: str
    short: str
    pinyin: str
    parent: str
    valid_from: int | None = None
    valid_to: int | None = None
    successors: tuple[str, ...] = ()

    def holds(self, year: int) -> bool:
        """Whether it was a division in a year, the years of its beginning and end included."""
        return (self.valid_from or 0) <= year <= (self.valid_to or 9999)


def _rows(name: str) -> tuple[Region, ...]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        return tuple(
            Region(code, name, short, pinyin, parent, int(began) if began else None, *((int(rest[0]), tuple(rest[1].split())) if rest else ()))
            for code, name, short, pinyin, parent, began, *rest in lines
        )


@cache
def regions() -> tuple[Region, ...]:
    """Divisions of today down to counties, as of `data_date()`."""
    return _rows("regions.csv")


@cache
def former_regions() -> tuple[Region, ...]:
    """Divisions that ended since 1990, under the code and name they had: 襄樊市 420600 until 2010, its successor 420600."""
    return _rows("regions_history.csv")


def data_date() -> date:
    """The day of the present table (Ministry of Civil Affairs); source and licence stand in `vocab/regions.yaml`."""
    day: date = read("regions")["source"]["present"]
    return day


def _forms(region: Region) -> set[str]:
    """Names under which a division goes in texts: 恩施州 for 恩施土家族苗族自治州, 长阳县 for 长阳土家族自治县, 宁夏 for 宁夏回族自治区."""
    kind = region.name[-1]
    if kind == "区" and region.name.endswith("自治区"):
        return {region.name, region.short}
    if region.name.endswith(("自治州", "自治县", "自治旗")):
        return {region.name, region.short + kind, region.short + "自治" + kind}
    return {region.name}


@cache
def _name_heads(former: bool) -> dict[str, tuple[int, ...]]:
    """The first two characters of names of divisions → the lengths of those names, longest first."""
    heads: dict[str, set[int]] = {}
    for name in _known(former):
        heads.setdefault(name[:2], set()).add(len(name))
    return {head: tuple(sorted(sizes, reverse=True)) for head, sizes in heads.items()}


@cache
def _known(former: bool) -> frozenset[str]:
    if not former:
        return frozenset(r.name for r in regions())
    past = (r for r in former_regions() if len(r.name) > 2 or r.name[-1] != "区")  # 新区, 市区, 东区 are words of every text
    return frozenset(form for r in (*regions(), *past) for form in _forms(r))


def region_name_at(text: str, at: int, former: bool = False) -> int:
    """The length of the longest name of a division that begins at a place of a text, 0 where none does.

    `former`: names of the past and usual short forms too (襄樊市, 恩施州, 内蒙古); else full names of today.
    """
    sizes = _name_heads(former).get(text[at : at + 2])
    return next((n for n in sizes if text[at : at + n] in _known(former)), 0) if sizes else 0


def region_names_in(text: str, former: bool = False) -> list[tuple[int, int, str]]:
    """Names of divisions in a text with their places, longest first at each place; `former` as in `region_name_at`."""
    found = []
    at = 0
    while at < len(text):
        size = region_name_at(text, at, former)
        if size:
            found.append((at, at + size, text[at : at + size]))
        at += size or 1
    return found


def region_chain(text: str, former: bool = False) -> list[tuple[int, int, str]]:
    """The divisions that a text names first, each directly behind its parent: 江苏省 and 太仓市 in 江苏省太仓市人民政府."""
    found = region_names_in(text, former)
    end = next((i for i in range(1, len(found)) if found[i][0] != found[i - 1][1]), len(found))
    return found[:end]


def region_in(text: str, former: bool = False) -> str | None:
    """The lowest division that a text names first: `region_in("江苏省太仓市人民政府") == "太仓市"`."""
    chain = region_chain(text, former)
    return chain[-1][2] if chain else None


@cache
def _by_code() -> dict[str, tuple[Region, ...]]:
    """Divisions by code: that of today first, then the latest of the past."""
    found: dict[str, list[Region]] = {}
    for region in (*regions(), *sorted(former_regions(), key=lambda r: -(r.valid_to or 0))):
        found.setdefault(region.code, []).append(region)
    return {code: tuple(hits) for code, hits in found.items()}


@cache
def by_key() -> Mapping[str, Sequence[Region]]:
    """Divisions of all times by code, full name, usual form, short name and pinyin."""
    found: dict[str, list[Region]] = {}
    for region in (*regions(), *former_regions()):
        for key in {region.code, region.short, region.pinyin} | _forms(region):
            found.setdefault(key, []).append(region)
    return found


def stored_regions() -> tuple[Region, ...]:
    """One division for every code: that of today, else the latest of the past."""
    return tuple(hits[0] for _, hits in sorted(_by_code().items()))


def _year(on: date | int | None) -> int | None:
    return on.year if isinstance(on, date) else on


def find_regions(query: str, within: str | None = None, on: date | int | None = None) -> tuple[Region, ...]:
    """Divisions by code, full name, short name or pinyin; a chain of names (济南市莱芜区) is read from its parents down.

    `within`: a code or the beginning of one that settles names that stand twice; where it fits none, all are given. `on`: a day or year; the
    divisions of that time are given if the name had a bearer then. Else those of today are, and those of the past where today has none:
    they carry `successors`. `find_regions("zhumadian")[0].code == "411700"`; `find_regions("襄樊市")[0].successors == ("420600",)`.
    """
    key = query.strip().lower()
    hits = by_key().get(key, [])
    if not hits and (chain := region_chain(key, former=True)) and len(chain) > 1 and chain[0][0] == 0 and chain[-1][1] == len(key):
        return _below(find_regions(chain[-1][2], within, on), [name for _, _, name in chain[:-1]], on)
    hits = [r for r in hits if key in (r.name, r.code)] or [r for r in hits if key in _forms(r)] or hits
    year = _year(on)
    held = [r for r in hits if year is not None and r.holds(year)]
    found = _latest(held or [r for r in hits if r.valid_to is None] or hits)
    prefix = regex.sub(r"(?:00){1,2}$", "", within or "")
    return tuple(r for r in found if r.code.startswith(prefix)) or tuple(found)


def _latest(found: Sequence[Region]) -> list[Region]:
    """Without those that another of the same name followed under a new code: 偃师市 419012 became 410381."""
    return [r for r in found if not any(o.name == r.name and o.code in r.successors and o is not r for o in found)]


def _below(found: Iterable[Region], parents: Sequence[str], on: date | int | None) -> tuple[Region, ...]:
    return tuple(r for r in found if all(any(p in _forms(up) for up in lineage(r, on)[1:]) for p in parents))


def lineage(region: Region | str, on: date | int | None = None) -> tuple[Region, ...]:
    """A division (or the code of one) and what it belongs to, up to its province: 枣阳市, 襄阳市, 湖北省.

    `on`: a day or year whose names are wanted: 枣阳市, 襄樊市, 湖北省 in 2009. A code that is no division's gives ().
    """
    first = region if isinstance(region, Region) else _of(region, _year(on))
    found: list[Region] = []
    year = _year(on) if on is not None or first is None else first.valid_to
    while first is not None:
        found.append(first)
        first = _of(first.parent, year) if first.parent else None
    return tuple(found)


def _of(code: str, year: int | None) -> Region | None:
    """The division of a code in a year, the later where it changed then; of today, else the latest, without a year or a bearer then."""
    hits = _by_code().get(code, ())
    held = [r for r in hits if year is not None and r.holds(year)]
    return next(iter(held or hits), None)


def level(code: str) -> Level:
    """The level of a code: 000000 is national, 410000 a province, 411700 a prefecture; 419001 (济源市, under the province) a county.

    A city without counties is a prefecture all the same (东莞市, 441900).
    """
    if code == NATIONAL:
        return "national"
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def present_codes(code: str, on: date | int | None = None) -> tuple[str, ...]:
    """The codes of today that took in the division of a code: 371200 (莱芜市) gives 370116 and 370117; 420600 gives itself.

    `on`: when the code was used, for codes that passed to another division. A code of no division, or one whose end is not known, gives ().
    """
    year = _year(on)
    hits = _by_code().get(code, ())
    held = [r for r in hits if year is not None and r.holds(year)] or list(hits[:1])
    return tuple(sorted({c for r in held for c in _followed(r)}))


def _followed(region: Region) -> set[str]:
    if region.valid_to is None:
        return {region.code}
    ended = region.valid_to
    heirs = []
    for code in region.successors:
        later = [r for r in _by_code().get(code, ()) if (r.valid_to or 9999) > ended]
        heirs += [r for r in later if r.holds(ended)] or later[-1:]  # the source passes over a step: 获鹿县 (1994), 鹿泉市, 鹿泉区 (2014)
    return {code for heir in heirs for code in _followed(heir)}


def present_code(code: str, on: date | int | None = None) -> str | None:
    """The one code of today for a code of any time, None where it went to several or its end is not known.

    `present_code("410381") == "410307"` (偃师市 → 偃师区); `present_code("371200") is None`. `on` as in `present_codes`.
    """
    found = present_codes(code, on)
    return found[0] if len(found) == 1 else None


def settle(found: Sequence[Region], texts: Iterable[str], on: date | int | None = None) -> Region | None:
    """The one division of several with the same name that texts point to, by what they name it under; the strongest text comes first.

    In each text a parent directly before the name (徐州市鼓楼区) weighs more than a prefecture named anywhere, and that more than a province.
    None where nothing, or more than one, is pointed to.
    """
    for text in texts:
        named = {name for _, _, name in region_names_in(text, former=True)}
        ups = {r: lineage(r, on)[1:] for r in found}
        written = {r for r in found for form in _forms(r) for up in ups[r] if any(f + form in text for f in _forms(up))}
        below = {r for r in found if any(level(up.code) == "prefecture" and _forms(up) & named for up in ups[r])}
        inside = {r for r in found if any(level(up.code) == "province" and _forms(up) & named for up in ups[r])}
        pointed = written or below or inside
        if pointed:
            return pointed.pop() if len(pointed) == 1 else None
    return None
