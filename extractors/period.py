"""Dates, deadlines and stretches of time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache, lru_cache

import regex

from extractors import rules
from extractors.dates import day_of, last_day, months_after, working_days_after
from extractors.numerals import DIGITS, parse_number
from extractors.terms import PLAN_STARTS
from schemas.types import Mention
from schemas.values import Period, Precision

_CONTINUOUS = regex.compile(
    r"持续(?:推进|实施|开展|优化|推动|进行)?|长期(?:坚持|推进|实施|任务|开展)?|常态化?(?:推进|开展)?|(?:持续性|经常性|日常)工作|每年持续推进|全年|全程|贯穿始终"
    r"|立即执行并?持续"
)
_QUARTER = regex.compile(r"[第前个季度]")
_CUES = re.compile(r"[年月季期日末叶天周]")
_ANNUAL = ("every_year", "every_year_by")
_UNDATED = ("bare_day", "bare_month", "bare_part", "year_end", "next_year", "entry_stretch", "entry_day", "entry_month")
_DATED = ("period.day", "period.month", "period.half_or_quarter", "period.year")
_FROM_TODAY = (*_UNDATED, "this_year", "two_years")
_PARTS = {"上旬": "10", "中旬": "20"}
_DAYS = {"日": 1, "天": 1, "周": 7, "个星期": 7}


def _in_figures(n: int) -> str:
    """A date in figures, with groups numbered by its place: 2025-12-31, 2025.6, 2024/3, 20251231, 2025."""
    return (
        rf"(?P<y{n}>(?:19|20)\d\d)(?:(?P<sep{n}>[-./])(?P<m{n}>1[0-2]|0?[1-9])(?:(?P=sep{n})(?P<d{n}>3[01]|[12]\d|0?[1-9])日?|月)?"
        rf"|(?P<m{n}>0[1-9]|1[0-2])(?P<d{n}>0[1-9]|[12]\d|3[01]))?(?: 0{{1,2}}:00(?::00)?)?"
    )


# a date cell of a spreadsheet: a date, 2024/3-2024/9, 2024.3-12, 2024-2026
_IN_FIGURES = regex.compile(
    rf"(?:截至|截止|到|至|于|在)?{_in_figures(1)}(?:(?:至|到|-{{1,2}}|~)(?:{_in_figures(2)}|(?<=[./]\d{{1,2}}[-~至到])(?P<m2>1[0-2]|0?[1-9])月?))?"
    r"(?:底|末)?(?:之?前|以前)?(?:完成)?[。;]?"
)


@cache
def _rules(entry: bool) -> rules.Openings:
    return rules.Openings(r for r in rules.load("period").values() if entry or r.attributes.get("use") != "entry")


def find_periods(text: str, today: date | None = None, issued: date | None = None) -> list[Mention]:
    """All dates and stretches in a folded text, in order, without overlap; the value of each mention is a `Period`.

    `today` lies in the year that the document speaks of: words such as 今年 and 6月底前 are read from it; `issued` is the day it was
    issued, from which 自印发之日起 counts. Without them such words stay unread.
    `find_periods("到2025年,达到95%")[0].value.end == "2025-12-31"`.
    """
    return _find(text, today, issued, False)


def find_unresolved(text: str, issued: date | None = None) -> list[Mention]:
    """Words for a deadline that no date could be given, because the day that they count from (or its calendar) is not known.

    `find_unresolved("自印发之日起6个月内完成")[0].rule == "period.since_issue"`; the value of such a mention is None.
    """
    if "发" not in text and "布" not in text and "台" not in text:
        return []
    hits = rules.words("period", "since_issue").finditer(text)
    return [Mention("period", *h.span(), h.group(), None, "period.since_issue") for h in hits if _build("since_issue", h, None, issued) is None]


@lru_cache(maxsize=1024)  # the rows of a table are due together
def read_deadline(text: str, today: date | None = None, issued: date | None = None) -> Mention | None:
    """The deadline that a 完成时限 entry states: its last date, else 持续/长期 as `continuous`.

    `read_deadline("持续推进").value.kind == "continuous"`, `read_deadline("2025-06").value.end == "2025-06-30"`.
    """
    if (whole := _IN_FIGURES.fullmatch(text)) and (figures := _figures(text, whole)):
        return figures
    found = _find(text, today, issued, True)
    if found:
        return next((m for m in reversed(found) if m.rule not in ("period.this_year", "period.every_year")), found[-1])
    hit = _CONTINUOUS.search(text)
    if not hit:
        return None
    return Mention("period", hit.start(), hit.end(), hit.group(), Period("continuous", None, None, hit.group()), "period.continuous")


def _find(text: str, today: date | None, issued: date | None, entry: bool) -> list[Mention]:
    found: list[Mention] = []
    if not _CUES.search(text):
        return found
    taken = bytearray(len(text))
    for rule in _rules(entry).within(text):
        for hit in rule.finditer(text, 0, len(text)):
            low, high = hit.span()
            if taken.find(1, low, high) >= 0:
                continue
            taken[low:high] = b"\1" * (high - low)
            if rule.attributes.get("use") == "nothing":
                continue
            here = _year_said(text, low, found, today) if rule.name in _UNDATED else today
            period = _build(rule.name, hit, here, issued)
            if period and not (rule.name in _UNDATED and here is today and _turned(period, issued)):
                found.append(Mention("period", high - len(period.raw), high, period.raw, period, f"period.{rule.name}"))
    return sorted(found, key=lambda m: m.start)


def _figures(text: str, hit: regex.Match[str]) -> Mention | None:
    """The date, or the stretch between two dates, that is written in figures only."""
    year, month, day = hit["y1"], hit["m1"], hit["d1"]
    whole = not (hit["m2"] or hit["y2"])
    start = None if whole else day_of(int(year), int(month or 1), day or "1")
    if not whole:
        year, month, day = hit["y2"] or year, hit["m2"], hit["d2"]
    end = last_day(int(year), int(month or 12), day)
    if end is None or (not whole and (start is None or start > end)):
        return None
    precision: Precision = "day" if day else "month" if month else "year"
    return Mention("period", 0, len(text), text, Period("by" if whole else "during", start, end, text, precision), "period.figures")


def _build(name: str, hit: regex.Match[str], today: date | None, issued: date | None) -> Period | None:
    """The period of a rule's hit; None where the calendar has no such day, or the day to count from is not known."""
    groups = hit.groupdict()
    raw = hit.group().removeprefix("力争")
    if name in _ANNUAL:
        return Period("annual", None, None, raw, "year")
    if name == "since_issue":
        end = _after(issued, groups["n"], groups["unit"])
        return Period("by", None, end.isoformat(), raw, "day") if end else None
    if name == "plan_term":
        return _plan(groups, raw)
    if name == "century":
        return Period("by", None, "2050-12-31", raw, "century")
    if name in _FROM_TODAY and today is None:
        return None
    if name == "two_years" and today:
        return Period("during", f"{today.year}-01-01", f"{today.year + 1}-12-31", raw, "year")
    year = _year(groups["y"]) if groups.get("y") else _year_of(groups.get("word") or "", today)
    return _stretch(year, groups, raw) if groups.keys() & {"y2", "m2", "d2"} else _single(year, groups, raw)


def _year_of(word: str, today: date | None) -> int:
    return (today.year if today else 0) + {"明": 1, "次": 1, "来": 1, "后": 2}.get(word[:1], 0)


def _plan(groups: dict[str, str | None], raw: str) -> Period:
    """A five-year plan or a part of it: “十四五”期间, “十四五”末, “十五五”前两年."""
    edge = groups["edge"] or ""
    first = PLAN_STARTS[(groups["plan"] or "")[1]]
    start, last = (PLAN_STARTS[groups["plan0"][1]] if groups["plan0"] else first), first + 4
    if "末" in edge:
        return Period("by", None, f"{last}-12-31", raw, "plan")
    if "中" in edge or "初" in edge:
        return Period("by", None, f"{first + (2 if '中' in edge else 0)}-12-31", raw, "plan")
    if edge[0] in "前后":
        count = int(parse_number(edge[1]) or 0)
        start, last = (first, first + count - 1) if edge[0] == "前" else (last - count + 1, last)
    return Period("during", f"{start}-01-01", f"{last}-12-31", raw, "plan" if edge[0] not in "前后" else "year")


def _stretch(year: int, groups: dict[str, str | None], raw: str) -> Period | None:
    """From one date to another: 2022年5月至6月, 2021-2025年, 2024年3月1日至31日."""
    month = _month(groups.get("m"))
    last_year = _year(groups["y2"]) if groups.get("y2") else year
    last_month = _month(groups.get("m2")) or (month if groups.get("d2") and "m2" not in groups else 12) or 12
    first = day_of(year, month or 1, _day(groups.get("d")) or "1")
    last = last_day(last_year, last_month, _day(groups.get("d2")))
    precision: Precision = "day" if groups.get("d2") else "month" if groups.get("m2") else "year"
    return Period("during", first, last, raw, precision) if first and last and first <= last else None


def _single(year: int, groups: dict[str, str | None], raw: str) -> Period | None:
    """One date: 2025年底前, 2023年8月, 6月上旬, 今年三季度."""
    month, day = _month(groups.get("m")), _day(groups.get("d"))
    part, edge = groups.get("part") or "", groups.get("edge") or ""
    precision: Precision = "day" if day else "month" if month else "year"
    if "初" in edge:
        precision = "ten_days" if month else "month"
        month, day = month or 1, day or ("10" if month else None)
    elif "中" in edge and not month:
        month, precision = 6, "half"
    if part.endswith("旬"):
        day, precision = _PARTS.get(part), "ten_days"
    elif part.endswith("半年"):
        month, precision = (6 if part[0] == "上" else 12), "half"
    elif part.endswith("季度"):
        count = _QUARTER.sub("", part)
        month, precision = 3 * int(parse_number(count) or 0), "quarter"
    last = last_day(year, month or 12, day)
    return Period("by", None, last, raw, precision) if last else None


def _year_said(text: str, at: int, found: list[Mention], today: date | None) -> date | None:
    """The year that a date without one belongs to: that of the last full date of the sentence (2025年6月底前…,12月底前…), else today's."""
    sentence = text.rfind("。", 0, at)
    full = [m for m in found if sentence < m.start < at and m.rule in _DATED]
    return date(int(max(full, key=lambda m: m.start).value.end[:4]), 1, 1) if full else today


def _turned(period: Period, issued: date | None) -> bool:
    """Whether a date without a year has gone by when a document is issued late in a year: 3月底前 of a November may be next year's."""
    return issued is not None and issued.month >= 10 and (period.end or "") < issued.isoformat()


def _year(text: str | None) -> int:
    return int("".join(str(DIGITS.get(c, c)) for c in text or ""))


def _month(text: str | None) -> int | None:
    return int(parse_number(text) or 0) if text else None


def _day(text: str | None) -> str | None:
    return str(int(parse_number(text) or 0)) if text else None


def _after(issued: date | None, count: str | None, unit: str | None) -> date | None:
    """The last day of a stretch that begins when the document is issued: 6个月, 半年, 30日, 20个工作日, 两周."""
    if issued is None or count is None:
        return None
    if count == "半":
        return months_after(issued, 6) if unit == "年" else issued + timedelta(days=15) if unit == "个月" else None
    number = int(parse_number(count) or 0)
    if not number:
        return None
    if unit == "个工作日":
        return working_days_after(issued, number)
    if unit in _DAYS:
        return issued + timedelta(days=number * _DAYS[unit])
    return months_after(issued, number * (12 if unit == "年" else 1))
