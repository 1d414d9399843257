"""Numbers with their units and operators."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import cast

import regex

from extractors import rules
from extractors.numerals import parse_number
from schemas import vocab
from schemas.types import Mention
from schemas.values import Operator, Quantity


@dataclass(frozen=True, slots=True)
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


_BLANKS = r"(?<![\d.,A-Za-z-] ?)[1-9]\d{0,2}(?: \d{3}){1,4}(?![\d,]| \d)(?:\.\d+)?"  # 12 000: a blank between thousands
_ARABIC = rf"(?:{_BLANKS}|\d{{1,3}}(?:,\d{{3}}){{1,9}}+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?)"
_CN = "[零〇一二两三四五六七八九十百千]"
_NUM = rf"(?:{_ARABIC}|{_CN})(?:[零〇一二两三四五六七八九十百千万亿]|(?<=[千万亿]){_ARABIC}){{0,24}}"
_LETTERED = regex.compile(
    r"[A-Za-z][A-Za-z\-_.]{0,40}+\d[\d.\-/A-Za-z]*|(?<!\d)\d++(?:[.+]\d++){0,20}+(?P<letters>[A-Za-z]+)\d*|(?<!\d)\d++(?:\+\d++){1,20}+"
)
_MAGNITUDE = regex.compile(r"(?:万亿|[万亿])$")
_ORDINAL = regex.compile(r"[第其]$|[\d.A-Za-z]$")
_SHARE = {"百": ("%", 1), "千": ("‰", 1), "万": ("‱", 1)}


@cache
def _pattern() -> regex.Pattern[str]:
    unit = vocab.units().pattern
    return regex.compile(
        rf"(?P<share>[百千万])分之(?P<n0>{_CN}+点{_CN}+|{_NUM})(?:(?:至|到|-{{1,2}}|~)(?:[百千万]分之)?(?P<n0b>{_NUM}))?"
        rf"|(?P<n>{_NUM})(?P<more>[余多来])?(?P<mag>万亿|[万亿])?(?P<u1>{unit})?"
        rf"(?:(?P<dash>至|到|-{{1,2}}|~)(?P<n2>{_NUM})(?P<more2>[余多])?(?P<mag2>万亿|[万亿])?(?P<u2>{unit})?)?"
    )


@cache
def _operators(side: str) -> tuple[tuple[regex.Pattern[str], Operator], ...]:
    anchor = "(?:{})$" if side == "before" else "^(?:{})"
    return tuple(
        (regex.compile(anchor.format(rule.pattern.pattern), regex.VERBOSE), cast(Operator, rule.attributes["op"]))
        for rule in rules.load("quantity").values()
        if rule.attributes["side"] == side
    )


def lettered(text: str) -> list[tuple[int, int]]:
    """Ranges of names made of letters and digits (PM2.5, 5G, GB3838-2002, 1+3+N), in which no number is a quantity."""
    found = []
    for hit in _LETTERED.finditer(text):
        letters = hit["letters"]
        if letters and letters in vocab.units().by_form:
            continue
        found.append(hit.span())
    return found


def find_quantities(text: str, masked: bytearray) -> list[Mention]:
    """All numbers with unit in a folded text that do not touch a masked character; the value is a `Measure`.

    "提高到16%以上" → operator >=, value 16, unit %, value text "16%"; "5至10个位次" → range 5–10, unit 个位次.
    """
    found = []
    at = 0
    while hit := _pattern().search(text, at):
        at = hit.end()
        if any(masked[hit.start() : hit.end()]):
            # a date may touch a number on its right: look again behind the masked part
            free = next((i for i in range(hit.start(), hit.end()) if not masked[i]), hit.end())
            at = max(free, hit.start() + 1)
            while at < len(text) and masked[at]:
                at += 1
            continue
        if _ORDINAL.search(text, max(0, hit.start() - 1), hit.start()) and not hit["share"]:
            continue
        measure = _measure(text, hit)
        if measure is None:
            at = hit.start() + max(1, len(hit["n"] or ""))
            continue
        mention, at = measure
        found.append(mention)
    return found


def _measure(text: str, hit: regex.Match[str]) -> tuple[Mention, int] | None:
    if hit["share"]:
        return _share(text, hit)
    number, magnitude, unit = _split(hit["n"], hit["mag"], hit["u1"], text, hit.end("n"))
    low = parse_number(number.replace(" ", ""))
    if low is None:
        return None
    high: Decimal | None = None
    end = hit.end("u1") if hit["u1"] else hit.end("mag") if hit["mag"] else hit.end("more") if hit["more"] else hit.end("n")
    if unit and not hit["u1"]:
        end = hit.end("n") - len(hit["n"]) + len(number) + len(unit) + len(magnitude)
    more = bool(hit["more"])
    if hit["n2"]:
        number2, magnitude2, unit2 = _split(hit["n2"], hit["mag2"], hit["u2"], text, hit.end("n2"))
        second = parse_number(number2.replace(" ", ""))
        same = not (unit or magnitude) or (unit, magnitude) == (unit2, magnitude2) or (magnitude == magnitude2 and not unit)
        if second is not None and second > low and same and (unit2 or magnitude2):
            high, unit, magnitude = second, unit2, magnitude2
            end = hit.end() if not unit2 or hit["u2"] else hit.end("n2") - len(hit["n2"]) + len(number2) + len(magnitude2) + len(unit2)
            more = bool(hit["more2"])
    spelled = (magnitude + (unit or "")) or None
    chinese = not any(c.isdigit() for c in hit["n"])
    if chinese and not unit:
        return None
    return _finish(text, hit.start(), end, low, high, spelled, more, chinese)


def _split(number: str, magnitude: str | None, unit: str | None, text: str, end: int) -> tuple[str, str, str | None]:
    """Numeral, magnitude word and unit: a final 万/亿 belongs to the unit, a final 千 may be the head of 千瓦 or 千米."""
    if number.endswith("千") and len(number) > 1:
        longer = regex.compile(vocab.units().pattern).match(text, end - 1)
        if longer and longer.group().startswith("千") and (not unit or not magnitude):
            number, unit = number[:-1], longer.group()
            magnitude = None
    tail = _MAGNITUDE.search(number)
    if tail and tail.start() > 0:
        return number[: tail.start()], tail.group() + (magnitude or ""), unit
    return number, magnitude or "", unit


def _share(text: str, hit: regex.Match[str]) -> tuple[Mention, int] | None:
    unit, _ = _SHARE[hit["share"]]
    whole, point, part = hit["n0"].partition("点")
    low = parse_number(whole)
    if point:
        digits = parse_number("零" + part) if len(part) > 1 else parse_number(part)
        low = Decimal(f"{low}.{int(digits or 0):0{len(part)}d}")
    high = parse_number(hit["n0b"]) if hit["n0b"] else None
    if low is None:
        return None
    return _finish(text, hit.start(), hit.end(), low, high, unit, False, not any(c.isdigit() for c in hit["n0"]))


def _finish(text: str, start: int, end: int, low: Decimal, high: Decimal | None, unit: str | None, more: bool, chinese: bool) -> tuple[Mention, int]:
    """Read the operator words on both sides and make the mention."""
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
    known = vocab.units().find(unit) if unit else None
    count = bool(known and known.count)
    measure = Measure(Quantity(operator, low, high), unit, start, end, bool(before or after), text[end:op_end], chinese, count)
    return Mention("quantity", op_start, op_end, text[op_start:op_end], measure, "quantity.number"), op_end


def _before(text: str, start: int) -> tuple[Operator | None, int]:
    window = text[max(0, start - 8) : start]
    best: tuple[Operator | None, int] = (None, start)
    for pattern, op in _operators("before"):
        hit = pattern.search(window)
        if hit and start - len(window) + hit.start() < best[1]:
            best = (op, start - len(window) + hit.start())
    return best


def _after(text: str, end: int) -> tuple[Operator | None, int]:
    for pattern, op in _operators("after"):
        hit = pattern.match(text[end : end + 6])
        if hit:
            return op, end + hit.end()
    return None, end
