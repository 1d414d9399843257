"""Numbers with their units and operators."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import cast

import regex

from extractors import rules
from extractors.numerals import parse_number
from schemas import vocab
from schemas.structs import struct
from schemas.types import Mention
from schemas.values import Operator, Quantity


@struct(frozen=True, slots=True)
class Measure:
    """A parsed number: threshold, unit as written, place of number and unit (without operator words), and its form.

    `said` tells whether operator words or a sign were written; `chinese` that the numeral has no Arabic digit.
    """

    quantity: Quantity
    unit: str | None
    value_start: int
    value_end: int
    said: bool
    suffix: str
    chinese: bool
    count: bool


@struct(frozen=True, slots=True)
class _Term:
    """One number of a text with its magnitude word and unit: "10余万亩" is 10, 万, 亩, `more`; `end` is where it ends."""

    value: Decimal
    magnitude: str
    unit: str | None
    end: int
    more: bool

    @property
    def spelled(self) -> str | None:
        return (self.magnitude + (self.unit or "")) or None


_BLANKS = r"(?<![\d.,A-Za-z-] ?)[1-9]\d{0,2}(?: \d{3}){1,4}(?![\d,]| \d)(?:\.\d+)?"  # 12 000: a blank between thousands
_ARABIC = rf"(?:{_BLANKS}|\d{{1,3}}(?:,\d{{3}}){{1,9}}+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?)"
_CN = "[零〇一二两三四五六七八九十百千廿]"
_NUM = rf"(?:{_ARABIC}|{_CN})(?:[零〇一二两三四五六七八九十百千万亿]|(?<=[千万亿]){_ARABIC}){{0,24}}"
_POWER = r"[×xX*]10(?:\^(?:\d{1,2}|\{\d{1,2}\})|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_DASH = "至|到|-{1,2}|~"
_LETTERED = regex.compile(
    r"[A-Za-z][A-Za-z\-_.]{0,40}+\d[\d.\-/A-Za-z]*|(?<!\d)\d++(?:[.+]\d++){0,20}+(?P<letters>[A-Za-z]+)\d*|(?<!\d)\d++(?:\+(?:\d++|[A-Za-z](?![A-Za-z]))){1,20}+"
)
_UNIT_TAIL = regex.compile(r"(?<=[\d/·(一二两三四五六七八九十百千万亿吨克μµmk] ?)(?:[kKhc]?m[23]|Nm3|t?CO2)(?![A-Za-z0-9])")
_MAGNITUDE = re.compile(r"(?:万亿|[万亿])$")
_ORDINAL = re.compile(r"[第其]$|[\d.A-Za-z]$")
# a minus sign stands at the head, behind punctuation, or behind a word that leads to a value; behind other words a dash may just part them
_SIGNED = regex.compile(r"(?:^|[(\[,:;、=≥≤<>~/\s]|[约为至到达于率幅值速在过是增长降低])$")
_NEGATIVE = regex.compile(r"(?<![担肩抱背自欺辜胜])负$")
# a verb may part 至少 from its number (至少建成1所, 最多可设3个); a number in between has it for itself (至少三个县建成5个)
_OR_MEASURE = regex.compile(r"\((?P<word>[一-龥]{1,2})\)(?![一-龥]?[、,]?[一-龥]?\))")
_AHEAD = regex.compile(r"(?:(?P<least>[至最]少)|[至最]多)[一-龥--[一二两三四五六七八九十百千万半几多]]{1,8}$", regex.V1)
_SHARE = {"百": "%", "千": "‰", "万": "‱", "十万": "/10万"}


@cache
def _pattern() -> regex.Pattern[str]:
    unit = vocab.units().pattern  # units are many: the second is read by the pattern of the first
    return regex.compile(
        rf"(?=[\d零〇一二两三四五六七八九十百千万廿])(?:(?P<share>十?万|[百千])分之(?P<n0>{_CN}+点{_CN}+|{_NUM})(?:(?:{_DASH})(?:(?:十?万|[百千])分之)?(?P<n0b>{_CN}+点{_CN}+|{_NUM}))?"
        rf"|(?P<n>{_NUM})(?P<power>{_POWER})?(?P<more>[余多来])?(?P<mag>万亿|[万亿])?(?:\ ?(?P<u1>{unit}))?"
        rf"(?:(?P<dash>{_DASH})(?P<n2>(?<=[至到~])-\d+(?:\.\d+)?|{_NUM})(?P<more2>[余多])?(?P<mag2>万亿|[万亿])?(?:\ ?(?P<u2>(?&u1)))?)?)"
    )


@cache
def _unit() -> regex.Pattern[str]:
    return regex.compile(vocab.units().pattern)


@cache
def _operators(side: str) -> tuple[regex.Pattern[str], dict[str, Operator]]:
    """All operator words of one side in one pattern; before a number the first to begin wins, behind it the first rule."""
    found = [r for r in rules.load("quantity").values() if r.attributes["side"] == side]
    either = "|".join(f"(?P<{r.name}>{r.pattern.pattern})" for r in found)
    return regex.compile(f"(?:{either})$" if side == "before" else either, regex.VERBOSE), {r.name: cast(Operator, r.attributes["op"]) for r in found}


def lettered(text: str) -> list[tuple[int, int]]:
    """Ranges of names made of letters and digits (PM2.5, 5G, GB3838-2002, 1+3+N), in which no number is a quantity."""
    found = []
    for hit in _LETTERED.finditer(text):
        letters = hit.start("letters")
        if letters >= 0 and (unit := _unit().match(text, letters)) and unit.end() >= hit.end():
            continue  # 5MW, 100m2, 35mg/L
        if _UNIT_TAIL.match(text, hit.start()):
            continue  # the end of a unit: 35μg/m3
        found.append(hit.span())
    return found


def find_quantities(text: str, masked: bytearray) -> list[Mention]:
    """All numbers with unit in a folded text that do not touch a masked character; the value is a `Measure`.

    "提高到16%以上" → operator >=, value 16, unit %, value text "16%"; "5至10个位次" → range 5–10, unit 个位次.
    """
    found = []
    at = 0
    search = _pattern().search
    while hit := search(text, at):
        at = hit.end()
        whole = hit.start("dash") if hit["dash"] and masked.find(1, hit.start("dash"), at) >= 0 else at
        if masked.find(1, hit.start(), whole) >= 0:
            # a date may touch a number on its right: look again behind the masked part
            free = masked.find(0, hit.start(), at)
            at = max(free if free >= 0 else at, hit.start() + 1)
            while at < len(text) and masked[at]:
                at += 1
            continue
        if _ORDINAL.search(text, max(0, hit.start() - 1), hit.start()) and not hit["share"]:
            continue
        mention, at = _share(text, hit) if hit["share"] else _measure(text, hit, whole)
        if mention is not None:
            found.append(mention)
    return found


def _measure(text: str, hit: regex.Match[str], whole: int) -> tuple[Mention | None, int]:
    """The number, or the range of two numbers, and where to go on; no mention where it cannot be told what is meant."""
    low = _term(text, hit, "n", "mag", "u1", "more")
    if low is None:
        return None, hit.start() + max(1, len(hit["n"]))
    if _in_date(text, hit.start(), low):
        return None, low.end
    start, sign = _sign(text, hit.start(), hit["n"])
    if sign == 0:
        return None, low.end
    value = low.value * sign * _power(hit["power"])
    chinese = not any(c.isdigit() for c in hit["n"])
    high = _term(text, hit, "n2", "mag2", "u2", "more2") if hit["n2"] and whole == hit.end() and not hit["power"] else None
    if high is None:
        return (None, low.end) if chinese and not low.unit else _finish(text, start, low.end, value, None, low.spelled, low.more, chinese)
    same = low.spelled is None or low.spelled == high.spelled or (low.magnitude == high.magnitude and not low.unit)
    if same and high.value > value and (high.spelled or not chinese):
        if chinese and not high.unit:
            return None, high.end
        return _finish(text, start, high.end, value, high.value, high.spelled, high.more, chinese)
    if _comparable(low, high):
        return None, high.end  # 8000-1万人, 500万-1亿元: one unit cannot hold both
    if chinese and not low.unit:
        return None, low.end
    return _finish(text, start, low.end, value, None, low.spelled, low.more, chinese)


def _in_date(text: str, start: int, term: _Term) -> bool:
    """Whether a number is part of a date that no rule has read: 2024年春节前, 6月5日, 12月龄."""
    if term.unit is None:
        return text[term.end : term.end + 1] == "月"
    return (term.unit == "年" and 1900 <= term.value < 2100) or (term.unit == "日" and text[start - 1 : start] == "月")


def _comparable(low: _Term, high: _Term) -> bool:
    """Whether two numbers beside a dash are a range, whichever unit each has; 由3个到5所 is none."""
    first, second = (vocab.units().find(t.unit) if t.unit else None for t in (low, high))
    return first is None or second is None or first.dimension == second.dimension


def _term(text: str, hit: regex.Match[str], number: str, mag: str, unit: str, more: str) -> _Term | None:
    """One number of a hit: a final 万/亿 of the numeral belongs to the unit, a final 千 or 百 may be the head of 千瓦 or 百分点."""
    numeral, magnitude, name = hit[number], hit[mag] or "", hit[unit]
    end = hit.end(number)
    if numeral[-1] in "千百" and len(numeral) > 1 and (not name or not magnitude):
        longer = _unit().match(text, end - 1)
        if longer and longer.group()[0] == numeral[-1]:
            numeral, name, magnitude = numeral[:-1], longer.group(), ""
            end = longer.end()
    tail = _MAGNITUDE.search(numeral)
    if tail and tail.start() > 0:
        numeral, magnitude = numeral[: tail.start()], tail.group() + magnitude
    negative = numeral.startswith("-")
    value = parse_number(numeral.removeprefix("-").replace(" ", ""))
    if value is None:
        return None
    return _Term(-value if negative else value, magnitude, name, max(end, hit.end(mag), hit.end(unit), hit.end(more)), bool(hit[more]))


def _sign(text: str, start: int, number: str) -> tuple[int, int]:
    """Where a number begins with its sign, and the sign: "-3.5%" is -1; 0 where a dash may be a sign or may part two words (目标-10%)."""
    if start == 0 or not number[0].isdigit():
        return start, 1
    if text[start - 1] == "-" and (start < 2 or text[start - 2] != "-"):
        if _SIGNED.search(text, max(0, start - 2), start - 1):
            return start - 1, -1
        return start, 0 if "一" <= text[start - 2] <= "龥" else 1
    return (start - 1, -1) if _NEGATIVE.search(text, max(0, start - 2), start) else (start, 1)


def _power(written: str | None) -> int:
    """The factor of "×10⁶" or "×10^6"."""
    return 10 ** int(written[3:].translate(_RAISED).strip("^{}")) if written else 1


def _share(text: str, hit: regex.Match[str]) -> tuple[Mention | None, int]:
    """百分之三十 → 30 %, 百分之三至五 → 3–5 %, 十万分之九 → 9 /10万."""
    low, high = _spoken(hit["n0"]), _spoken(hit["n0b"]) if hit["n0b"] else None
    if low is None or text[hit.start() - 1 : hit.start()] in tuple("十百千"):
        return None, hit.end()
    chinese = not any(c.isdigit() for c in hit["n0"])
    return _finish(text, hit.start(), hit.end(), low, high, _SHARE[hit["share"]], False, chinese)


def _spoken(numeral: str) -> Decimal | None:
    """A numeral that may have a spoken decimal point: 五点五 is 5.5, 零点零五 is 0.05."""
    whole, point, part = numeral.partition("点")
    if not point:
        return parse_number(whole)
    digits = [parse_number(c) for c in part]
    head = Decimal(0) if whole in ("零", "〇") else parse_number(whole)
    if head is None or "十" in part:
        return None
    return Decimal(f"{head}.{''.join(str(int(d or 0)) for d in digits)}")


def _finish(text: str, start: int, end: int, low: Decimal, high: Decimal | None, unit: str | None, more: bool, chinese: bool) -> tuple[Mention, int]:
    """Read the operator words on both sides and make the mention."""
    known = vocab.units().find(unit) if unit else None
    count = bool(known and known.count)
    if count and (other := _OR_MEASURE.match(text, end)) and (second := vocab.units().find(other["word"])) and second.count:
        unit, end = f"{unit}{other.group()}", other.end()  # 95000套(户), 10条(段)
    before, op_start = _before(text, start)
    after, op_end = _after(text, end)
    operator: Operator
    if high is not None:
        operator = "range"
    elif after == "~" or before == "~" or (more and before in (None, "~") and after is None):
        operator = "~"
    elif after and before in (None, ">", "<"):
        operator = after  # 低于X以下 is <=, 超过X以上 is >=
    elif before:
        operator = before
    else:
        operator = after or "="
    measure = Measure(Quantity(operator, low, high), unit, start, end, bool(before or after), text[end:op_end], chinese, count)
    return Mention("quantity", op_start, op_end, text[op_start:op_end], measure, "quantity.number"), op_end


def _before(text: str, start: int) -> tuple[Operator | None, int]:
    pattern, operators = _operators("before")
    if hit := pattern.search(text, max(0, start - 10), start):
        return operators[hit.lastgroup or ""], hit.start()
    apart = _AHEAD.search(text, max(0, start - 10), start)
    return ((">=" if apart["least"] else "<=") if apart else None), start


def _after(text: str, end: int) -> tuple[Operator | None, int]:
    pattern, operators = _operators("after")
    hit = pattern.match(text, end)
    return (operators[hit.lastgroup or ""], hit.end()) if hit else (None, end)
