"""Dates, deadlines and stretches of time."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import regex

from extractors import rules
from extractors.numerals import DIGITS, parse_number
from schemas.types import Mention
from schemas.values import Period

_PLAN_START = {"一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026, "六": 2031, "七": 2036}
_CONTINUOUS = regex.compile(
    r"持续(?:推进|实施|开展|优化|推动|进行)?|长期(?:坚持|推进|实施|任务|开展)?|常态化(?:推进|开展)?|持续性?工作|每年持续推进|全年|贯穿始终|立即执行并?持续"
)
_UNDATED = ("bare_month", "bare_part", "year_end", "next_year")
_DATED = ("period.day", "period.month", "period.half_or_quarter", "period.year")
_PARTS = {"上旬": 10, "中旬": 20}
# a date cell of a spreadsheet, or a date in figures: 2025-12-31, 2025.6, 2024/3-2024/9, 2025
_FIGURES = r"((?:19|20)\d\d)(?:[-./](1[0-2]|0?[1-9])(?:[-./](3[01]|[12]\d|0?[1-9])日?|月)?)?(?: 0{1,2}:00(?::00)?)?"
_IN_FIGURES = regex.compile(rf"(?:截至|截止|到|至|于|在)?{_FIGURES}(?:(?:至|到|-{{1,2}}|~){_FIGURES})?(?:底|末)?(?:之?前|以前)?(?:完成)?[。;]?")


def find_periods(text: str, today: date | None = None, issued: date | None = None) -> list[Mention]:
    """All dates and stretches in a folded text, in order, without overlap; the value of each mention is a `Period`.

    `today` lies in the year that the document speaks of: words such as 今年 and 6月底前 are read from it; `issued` is the day it was
    issued, from which 自印发之日起 counts. Without them such words stay unread.
    `find_periods("到2025年,达到95%")[0].value.end == "2025-12-31"`.
    """
    found: list[Mention] = []
    if not any(c in text for c in "年月季期日末"):
        return found
    taken = bytearray(len(text))
    for name, rule in rules.load("period").items():
        for hit in rule.pattern.finditer(text):
            if any(taken[hit.start() : hit.end()]):
                continue
            here = _year_said(text, hit.start(), found, today) if name in _UNDATED else today
            period = _build(name, hit, here, issued)
            taken[hit.start() : hit.end()] = b"\1" * (hit.end() - hit.start())
            if period:
                start = hit.end() - len(period.raw)
                found.append(Mention("period", start, hit.end(), period.raw, period, f"period.{name}"))
    return sorted(found, key=lambda m: m.start)


def read_deadline(text: str, today: date | None = None, issued: date | None = None) -> Mention | None:
    """The deadline that a 完成时限 entry states: its last date, else 持续/长期 as `continuous`.

    `read_deadline("持续推进").value.kind == "continuous"`, `read_deadline("2025-06").value.end == "2025-06-30"`.
    """
    if (whole := _IN_FIGURES.fullmatch(text)) and (figures := _figures(text, whole)):
        return figures
    found = find_periods(text, today, issued)
    if found:
        return next((m for m in reversed(found) if m.rule not in ("period.this_year", "period.every_year")), found[-1])
    hit = _CONTINUOUS.search(text)
    if not hit:
        return None
    return Mention("period", hit.start(), hit.end(), hit.group(), Period("continuous", None, None, hit.group()), "period.continuous")


def _figures(text: str, hit: regex.Match[str]) -> Mention | None:
    """The date, or the stretch between two dates, that is written in figures only."""
    first, last = hit.groups()[:3], hit.groups()[3:]
    end = _last_day(int(last[0] or first[0]), *((int(last[1] or 12), last[2]) if last[0] else (int(first[1] or 12), first[2])))
    start = _day_of(int(first[0]), int(first[1] or 1), first[2] or "1") if last[0] else None
    if end is None or (last[0] and (start is None or start > end)):
        return None
    return Mention("period", 0, len(text), text, Period("during" if start else "by", start, end, text), "period.figures")


def _build(name: str, hit: regex.Match[str], today: date | None, issued: date | None) -> Period | None:
    groups = hit.groupdict()
    raw = hit.group().removeprefix("力争")
    if name == "every_year" or name == "every_year_by":
        return Period("annual", None, None, raw)
    if name.startswith("since_issue"):
        end = _after(issued, groups["n"], groups["unit"])
        return Period("by", None, end.isoformat(), raw) if end else None
    if name == "plan_term":
        start = _PLAN_START[groups["plan"][1]]
        if groups["edge"] in ("期间", "时期", "期内", "五年"):
            return Period("during", f"{start}-01-01", f"{start + 4}-12-31", raw)
        year = start + (2 if groups["edge"] == "中期" else 4)
        return Period("by", None, f"{year}-12-31", raw)
    if name == "this_year" or name in _UNDATED:
        if today is None:
            return None
        year = today.year + (1 if (groups.get("word") or "")[:1] in ("明", "次") else 0)
    else:
        year = _year(groups["y"])
    month = _month(groups.get("m"))
    if groups.get("y2") or groups.get("m2"):
        first = _day_of(year, month or 1, groups.get("d") or "1")
        last = _last_day(_year(groups["y2"]) if groups.get("y2") else year, _month(groups.get("m2")) or 12, groups.get("d2"))
        return Period("during", first, last, raw) if first and last and first <= last else None
    day = groups.get("d")
    part, edge = groups.get("part") or "", groups.get("edge") or ""
    if "初" in edge:
        month, day = month or 1, day or ("10" if month else None)
    elif "中" in edge and not month:
        month = 6
    if part in _PARTS:
        day = str(_PARTS[part])
    elif part.endswith("半年"):
        month = 6 if part[0] == "上" else 12
    elif part.endswith("季度"):
        month = 3 * int(parse_number(part.removeprefix("第")[0]) or 0)
    last = _last_day(year, month or 12, day)
    return Period("by", None, last, raw) if last else None


def _year_said(text: str, at: int, found: list[Mention], today: date | None) -> date | None:
    """The year that a date without one belongs to: that of the last full date of the sentence (2025年6月底前…,12月底前…), else today's."""
    sentence = text.rfind("。", 0, at)
    full = [m for m in found if sentence < m.start < at and m.rule in _DATED]
    return date(int(max(full, key=lambda m: m.start).value.end[:4]), 1, 1) if full else today


def _year(text: str) -> int:
    return int("".join(str(DIGITS.get(c, c)) for c in text))


def _month(text: str | None) -> int | None:
    return int(parse_number(text) or 0) if text else None


def _last_day(year: int, month: int, day: str | None) -> str | None:
    return _day_of(year, month, day or str(calendar.monthrange(year, month)[1]))


def _day_of(year: int, month: int, day: str) -> str | None:
    """The date in ISO form; None where the calendar has no such day."""
    return f"{year}-{month:02d}-{int(day):02d}" if 1 <= int(day) <= calendar.monthrange(year, month)[1] else None


def _after(issued: date | None, count: str, unit: str) -> date | None:
    """The last day of a stretch that begins when the document is issued; working days stay unread (they need a calendar)."""
    number = parse_number(count)
    if issued is None or number is None or unit == "个工作日":
        return None
    if unit in ("日", "天"):
        return issued + timedelta(days=int(number))
    months = issued.month - 1 + int(number) * (12 if unit == "年" else 1)
    year, month = issued.year + months // 12, months % 12 + 1
    return date(year, month, min(issued.day, calendar.monthrange(year, month)[1]))
