"""Names of units: the members of a list, each written out in full."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from extractors import rules
from schemas.functions import begins_as_authority
from schemas.regions import regions
from schemas.structs import struct
from schemas.types import Mention

_OPEN, _CLOSE = "([《“〈", ")]》”〉"
_BRACKET = r"(?:[(\[〈][^()\[\]〈〉]*[)\]〉])"
_OPENING = frozenset("([〈")
_ETC = re.compile(
    r"等(?:\d+个|[一二三四五六七八九十]+个)?(?:有关|相关|各)?(?:[省市县区州]级|[省市县区州]直|省市|市县)?(?:有关|相关|主管|行业主管)?(?:单位|部门|地区|地方|机构|[市县区]+)?$"
)
_BY_DUTY = re.compile(r"[,、]?按照?(?:各自)?(?:职责|职能|分工)(?:分工)?$")
_BEFORE = re.compile(r"^(?:\(?\d{1,2}[).、]|[①-⑳])?(?:并?由|以及|以|及其?|和|与|联合|包括)(?=[一-龥]{2})|^(?:\(?\d{1,2}[).、]|[①-⑳])")
_LEVEL = re.compile(
    r"^(?:自治区|[省市县区州盟旗](?!场|政(?!府)|民(?!政|族|宗|委|兵)|容|长|域|属|际|区|里)(?:委|政府|直)?(?=[^一-龥]|.{2,})"
    r"|各[^、]{0,8}?(?=(?:人民)?政府|党委|党工委|管委会|街道))"
)
_OWN_LEVEL = re.compile(r"[省市县区州盟旗](?!场|区)")
_BARE_OFFICE = re.compile(rf"(?:残联|妇联|文联|工商联|侨联|社科联|科协|局|委|办|厅|中心|委员会|公司|办公室|部|会|社|队|分局|院|处|站){_BRACKET}?$")
_DEPARTMENT = re.compile(rf"(?:[^布格全大结]局|委|[^主承协举创督]办|厅){_BRACKET}?$")
_PARTY = re.compile(
    r"^(?:组织部|宣传部|统战部|政法委|网信办|编办|党校|老干部局|机要局|政研室|改革办|社会工作部|台办|巡察办|农办|人才办|金融办|军民融合办|机构编制)"
)
_EVERY = re.compile(rf"^(各(?:级|[市县区镇乡旗盟州]|{_BRACKET}|、)*(?:地方|有关|相关)?)(?:人民政府|政府|党委|党工委|管委会|街道|办事处)")
_OF_EVERY = re.compile(r"(?:人民政府|政府|党委|党工委|管委会)(?:部门)?$")
_LOCAL = re.compile(r"(?:[镇乡]|街道(?:办事处)?|办事处|乡镇|镇街|园区|开发区)$")
# names of their own: no prefix of the list belongs to them
_COMPLETE = re.compile(
    r"各|相关|有关|其他|所有|国家|国务院|中国|驻|在|全|国网|国有|中央|涉|《|“|团|武警|民航|国铁|中铁|人行|金融监管|中|本|高新|经开|属地|责任|牵头|市属|三大|电信|移动|联通"
    r"|铁塔|人民银行|银保监|海关|.*(?:管委会|有限|集团|大学|学院)|.{6,}公司|.*(?:开发区|园区|新区|示范区)"
)
_FUNCTION = re.compile(
    r"城市|市场|水利|交通|农业|商务|林业|文化|教育|海关|体育|公安|民政|财政|统计|审计|金融|应急|气象|科技|住房|住建|卫生|卫健|人力|人社|生态|自然|发展|工业|工信|司法|税务|信访"
)
_DIVISIONS = re.compile(rf"各省(?:、自治区)?|(?:各|相关|有关|涉及)(?:设区)?[市县区镇乡州盟旗](?:州)?{_BRACKET}?")
_DIVISIONS_GO_ON = re.compile(rf"自治区|直辖市|(?:[市县区镇乡州盟旗]|{_BRACKET})+(?:.{{0,8}}(?:政府|党委|管委会|部门)|$|[、,;。)\]])")
_JOINED = re.compile(
    r"(?:局|委|办|厅|部|政府|中心|公司|院|会|社|室|队)(?=(?P<level>[省市县区州])(?!直|级|属|区|场|政(?!府办))[一-龥]{2,10}?(?:局|委|办|厅|部|中心|联|会|院|社))"
)
_COMPLETE_BEFORE = re.compile(rf"(?:局|办|厅|部|政府|公司|中心|部门|单位|委员会|[^建]委|党委|院|会|社|室){_BRACKET}?$")
_HAN = re.compile(r"[一-龥]{2}")
_HEAD = re.compile(r"各|有关|相关|国家|团[省市县区]委")
_ROLES = (("lead", "牵头主"), ("cooperate", "配协参"), ("implement", "落实"), ("responsible", "负责承"))


@struct(frozen=True, slots=True)
class Assignment:
    """A unit, written out in full, and its role."""

    name: str
    role: str


@dataclass(slots=True)
class Carried:
    """What the members of a list hand on: the level (市, 省委, 新蔡县) and the group (各县(区))."""

    prefix: str = ""
    every: str = ""

    def note(self, name: str) -> None:
        """Take over what a written-out name says for those that follow."""
        if name.startswith("各"):
            scope = _EVERY.match(name)
            self.every = scope.group(1) if scope else "各"
            self.prefix = "" if _DEPARTMENT.search(name) else self.prefix
        elif level := _LEVEL.match(name):
            self.prefix, self.every = level.group(), ""
        elif (place := _place(name)) and place[-1] in "省市县区州盟旗" and _DEPARTMENT.search(name):
            self.prefix = "" if self.prefix else place  # behind 市…, a county's office leaves open whose the next one is


def units(text: str, start: int, end: int, role: str, rule: str, carried: Carried | None = None) -> list[Mention]:
    """Units of a list, each written out in full: "市发展和改革委、财政局" → 市发展和改革委, 市财政局.

    A mark behind a unit gives its own role: "市委组织部(牵头)、市人社局". People and dates are no units. `carried` is what the
    lists before it in the same statement hand on.
    """
    found: list[Mention] = []
    carried = carried or Carried()
    for low, high in members(text, start, end):
        low, high, own = _trimmed(text, low, high)
        member = text[low:high]
        if not (_HAN.search(member) or (carried.every and member in ("镇", "乡"))) or rules.words("body", "no_unit").search(member):
            continue
        name = _full_name(member, carried)
        carried.note(name)
        found.append(Mention("body", low, high, member, Assignment(name, own or role), "body.mark" if own else rule))
    return found


@lru_cache(maxsize=256)  # a list of authorities is one of units first
def unit_like(text: str) -> bool:
    """Whether a text is a list of units: at least half of its members end as units do and none is a sentence."""
    pieces = [text[slice(*_trimmed(text, low, high)[:2])] for low, high in members(text, 0, len(text))]
    named = sum(_named(piece) for piece in pieces)
    return 0 < len(pieces) <= 2 * named and len(text) < 300 and not any(rules.words("body", "sentence").search(p) for p in pieces)


def official(text: str) -> bool:
    """Whether every member of a list is an authority by its name: a list that needs no verb to be known as one."""
    pieces = [text[slice(*_trimmed(text, low, high)[:2])] for low, high in members(text, 0, len(text))]
    return (
        unit_like(text)
        and all(rules.words("body", "authority").search(p) or _named(p) for p in pieces)
        and bool(rules.words("body", "authority").search(pieces[0]))
        and bool(_LEVEL.match(pieces[0]) or _HEAD.match(pieces[0]) or _place(pieces[0]) or begins_as_authority(pieces[0]))
    )


def is_body(text: str) -> bool:
    """Whether a text looks like the name of one unit: 市机关事务中心 does, 加强组织领导 does not."""
    return 2 <= len(text) <= 24 and bool(rules.words("body", "unit").search(text)) and not rules.words("body", "work").match(text)


def _named(piece: str) -> bool:
    return bool(rules.words("body", "unit").search(piece)) and not rules.words("body", "anyone").match(piece)


def _trimmed(text: str, low: int, high: int) -> tuple[int, int, str | None]:
    """A member without what stands before and behind the name, and the role that a mark behind it gives."""
    own = None
    while low < high:
        member = text[low:high]
        if before := _BEFORE.match(member):
            low += before.end()
        elif member[-1] in ")]" and (mark := rules.words("body", "mark").search(member)):
            own = next(role for role, chars in _ROLES if mark["role"][0] in chars)
            high -= len(mark.group())
        elif behind := _behind(member):
            high -= len(behind.group())
        else:
            break
    return low, high, own


def _behind(member: str) -> re.Match[str] | regex.Match[str] | None:
    """What stands behind a name and is none of it: 等有关部门, 按职责分工, (含开发区)."""
    return (
        (rules.words("body", "aside").search(member) if not _OPENING.isdisjoint(member) else None)
        or (_ETC.search(member) if "等" in member else None)
        or (_BY_DUTY.search(member) if "按" in member else None)
    )


def _full_name(member: str, carried: Carried) -> str:
    prefix, every = carried.prefix, carried.every
    if every and _OF_EVERY.match(member):
        return every + member
    if every and _LOCAL.match(member):
        return "各" + member
    if not prefix or _LEVEL.match(member) or _OWN_LEVEL.match(member) or not _BARE_OFFICE.search(member):
        return member
    if _COMPLETE.match(member) or (_place(member) and not _FUNCTION.match(member)):
        return member
    party = "党委" if prefix == "自治区" else "委"
    if len(prefix) > 1 and prefix[0] in "省市县区州盟旗" and prefix.endswith(("委", "政府", "直")):
        return (prefix if _PARTY.match(member) and prefix.endswith("委") else prefix[0]) + member
    return (prefix + party if _PARTY.match(member) else prefix) + member


@cache
def _place_names() -> frozenset[str]:
    return frozenset({r.short for r in regions() if len(r.short) > 1} | {r.name for r in regions()})


def _place(member: str) -> str:
    """The place that a unit's name begins with (武汉铁路局驻马店车务段: 武汉), or nothing."""
    return next((member[:n] for n in range(min(9, len(member)), 1, -1) if member[:n] in _place_names()), "")


def members(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Places of the members of a list: split at 、 , ; and at 和/及 behind a complete unit, never inside brackets."""
    merged: list[tuple[int, int]] = []
    for low, high in _split(text, start, end):
        while low < high and text[low] in " :/":
            low += 1
        before = text[merged[-1][0] : merged[-1][1]] if merged else ""
        # "各区、县(市)政府" is one name: its first part says only which divisions
        if merged and _DIVISIONS.fullmatch(before) and _DIVISIONS_GO_ON.match(text[low:high]):
            merged[-1] = (merged[-1][0], high)
        elif high > low:
            merged.append((low, high))
    return merged


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts, depth, begin = [], 0, start
    for i in range(start, end):
        char = text[i]
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth > 0:
            continue
        if char in "、,;。 " or (char in "和及与联/以" and _joint(text, begin, i, end)):
            cuts.append((begin, i))
            begin = i + 1 if char in "、,;。 /" else i
    cuts.append((begin, end))
    return [piece for low, high in cuts for piece in _unjoined(text, low, high)]


def _joint(text: str, begin: int, i: int, end: int) -> bool:
    """Whether 和, 及, 与, 以及, 联合 or / stands between two units."""
    if text[i] in "联以" and not text.startswith(("联合", "以及"), i):
        return False
    return i > begin + 1 and end - i > 2 and bool(_COMPLETE_BEFORE.search(text[begin:i])) and not text.startswith("联合会", i)


def _unjoined(text: str, low: int, high: int) -> list[tuple[int, int]]:
    """Units that stand one behind the other with nothing between: 市教育局市财政局 (a layout's blank or line break was there)."""
    pieces = []
    for hit in _JOINED.finditer(text, low, high):
        if hit["level"] == text[low] and hit.end() - low > 2:
            pieces.append((low, hit.end()))
            low = hit.end()
    return [*pieces, (low, high)]
