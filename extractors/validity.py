"""What a text says of its own validity: from when and until when it holds, and whether it still does.

Only statements of the document about itself count: “本办法自…起施行，有效期5年”. The validity of a permit, a contract or another document is not
read. Which documents a text repeals or revises is read in `extractors.repeals`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

import regex

from extractors import rules
from extractors.dates import months_after
from extractors.numerals import DIGITS, parse_number
from extractors.period import find_periods
from schemas.structs import struct

Basis = Literal["stated", "start", "issue_date", "publish_date"]
_SENTENCE = re.compile(r"(?:《[^》]{1,150}》|[^。;!?])+")
_QUOTES = regex.compile(r"[\s《》〈〉<>“”\"]")
_BRACKETED = regex.compile(r"\([^()]*\)$")
_FIGURES = regex.compile(r"((?:19|20)\d\d)[-./](\d{1,2})[-./](\d{1,2})日?")
_DAY = regex.compile(r"(.{4})年(?:(.{1,3})月)?(?:(.{1,3})日)?[年底末]*")
_LONGEST = 6000  # characters; lists of some hundred repealed documents fit


@struct(frozen=True, slots=True)
class Known:
    """What is known of the document: its own title and 文号, the day it was issued and which date that is, the heading above the text."""

    title: str | None = None
    number: str | None = None
    issued: date | None = None
    issued_by: Basis | None = None
    heading: str = ""


@struct(frozen=True, slots=True)
class Stated:
    """One statement in a folded text, with offsets in it; dates are ISO, both inclusive, `term` is an ISO 8601 duration (P5Y, P18M).

    `basis` says what `end` rests on: it is written (stated), or counted by the term from the written first day (start) or from the day of
    issue or publication. `since` says what the first day is counted from: a written day, the issue, or a day left blank in a draft.
    """

    kind: Literal["valid", "repeals", "status", "revises", "extends"]
    start: int
    end: int
    rule: str
    value: str | None = None
    date_start: str | None = None
    date_end: str | None = None
    term: str | None = None
    basis: Basis | None = None
    title: tuple[int, int] | None = None
    number: tuple[int, int] | None = None
    since: Literal["day", "issue", "blank"] | None = None
    delay: int = 0  # days


def find_valid(text: str, known: Known) -> list[Stated]:
    """The statements of a folded text on how long the document itself holds; dates that are counted are still open (see `dated`).

    `find_valid("本办法自2024年1月1日起施行,有效期5年。", Known())[0].term == "P5Y"`.
    """
    if not any(rules.load("validity")[name].possible(text, 0, len(text)) for name in ("effect", "bound")):
        return []
    found: list[Stated] = []
    for sentence in sentences(text):
        at, stop = sentence.span()
        one = _stated(text, at, stop, known, bool(found))
        if one is not None:
            found.append(one)
    return found


def sentences(text: str) -> Iterator[re.Match[str]]:
    """The sentences of a folded text without what ends them; one that is too long for a sentence (a table copied as text) is left out."""
    return (hit for hit in _SENTENCE.finditer(text) if hit.end() - hit.start() <= _LONGEST)


def _stated(text: str, at: int, stop: int, known: Known, after_own: bool) -> Stated | None:
    effects = [hit for hit in rules.load("validity")["effect"].finditer(text, at, stop) if _clear(text, hit.start())]
    effect = next((hit for hit in effects if _owned(text, at, hit, known, after_own)), None)
    if effects and effect is None:
        return None  # a law's or a permit's own dates
    bound = rules.words("validity", "after").match(text, effect.end(), stop) if effect else None
    if bound is None:
        hits = rules.load("validity")["bound"].finditer(text, effect.end() if effect else at, stop)
        bound = next((hit for hit in hits if _owned(text, at, hit, known, after_own, effect is not None)), None)
    if effect is None:
        if bound is None:
            return None
        effect = rules.words("validity", "since").search(text, bound.end(), stop)
    return _read(effect, bound)


def _read(effect: regex.Match[str] | None, bound: regex.Match[str] | None) -> Stated:
    """The statement that the words for the first day and the words for the last day make together."""
    hits = [hit for hit in (effect, bound) if hit is not None]
    groups: dict[str, str] = {}
    for hit in hits:
        groups |= {name: words for name, words in hit.groupdict().items() if words and name not in groups}
    since: Literal["day", "issue", "blank"] | None = (
        "blank" if "blank" in groups else "day" if "day" in groups else "issue" if "issue" in groups else None
    )
    first = iso(groups["day"], first=True) if since == "day" else None
    last = iso(groups["until"]) if "until" in groups else None
    months = _months(groups)
    low, high = min(hit.start() for hit in hits), max(hit.end() for hit in hits)
    rule = "validity." + ("effect" if bound is None else "bound" if effect is None else "effect_bound")
    delay = _count(groups["delay"]) if "delay" in groups else 0
    term = (f"P{months // 12}Y" if months % 12 == 0 else f"P{months}M") if months else None
    return Stated("valid", low, high, rule, None, first, last, term, "stated" if last else None, since=since, delay=delay)


def _owned(text: str, at: int, hit: regex.Match[str], known: Known, after_own: bool, behind: bool = False) -> bool:
    """Whether words for a first or a last day are of the document itself, by what stands before them in the sentence.

    `behind`: the sentence has told the document's first day already.
    """
    groups = hit.groupdict()
    if groups.get("named"):
        return is_own(groups["named"], known)
    if groups.get("subject"):
        return True
    head = text[at : hit.start()]
    number = rules.words("validity", "number_head").match(head)
    head = head[number.end() :] if number else head
    if rules.words("validity", "foreign").search(head):
        return False
    if behind:
        return head[-1:] in ",、("
    if not head:
        context = text[:at] or known.heading
        return after_own or not rules.words("validity", "foreign").search(context.rstrip("。;"))
    if head[-1:] == "(" and (not head[:-1] or is_own(head[:-1], known)):
        return True
    return head[-1:] in ",:(、" and rules.words("validity", "speaks").search(head) is not None


def is_own(title: str, known: Known) -> bool:
    """Whether a title is the document's: one ends as the other does (a notice names the plan without its place), and is no mere kind of document."""
    mine, other = _bare(known.title or ""), _bare(title)
    return min(len(mine), len(other)) > 5 and (mine.endswith(other) or other.endswith(mine))


def _bare(title: str) -> str:
    title = _QUOTES.sub("", title.replace("（", "(").replace("）", ")"))
    while (cut := _BRACKETED.sub("", title)) != title:
        title = cut
    return title


def _clear(text: str, at: int) -> bool:
    """Whether a place stands outside the quoted titles of its text."""
    return text.count("《", 0, at) == text.count("》", 0, at)


def iso(words: str, first: bool = False) -> str | None:
    """The ISO date that words for a day stand for; of a month or a year its last day, or its `first` one.

    `iso("2025年底") == "2025-12-31"`, `iso("2024年3月", first=True) == "2024-03-01"`; None where the calendar has no such day.
    """
    figures = _FIGURES.fullmatch(words)
    parts = figures or _DAY.fullmatch(words)
    if parts is None:
        found = find_periods(words)
        return found[0].value.end if found else None
    year, month, day = parts.groups()
    number = int("".join(str(DIGITS.get(c, c)) for c in year))
    months = int(parse_number(month) or 0) if month else 1 if first else 12
    try:
        if day:
            return date(number, months, int(parse_number(day) or 0)).isoformat()
        start = date(number, months, 1)
    except ValueError:
        return None
    return (start if first else months_after(start, 1) - timedelta(days=1)).isoformat()


def _count(words: str) -> int:
    return int(parse_number(words) or 0)


def _months(groups: dict[str, str]) -> int | None:
    """Months of a term: 5年, 十八个月, 一年半, 半年."""
    if "n" not in groups:
        return None
    unit = 1 if groups["unit"] == "个月" else 12
    if groups["n"] == "半":
        return 6 if unit == 12 else None
    return _count(groups["n"]) * unit + (6 if "half" in groups and unit == 12 else 0) or None


def dated(found: Sequence[Stated], known: Known) -> Iterator[Stated]:
    """The statements of a whole document with the dates that can be counted.

    A term without a first day of its own (有效期5年) counts from the only first day that the document states, else from its day of issue. The
    last day is the one before the same day of the last month: 自2024年1月1日起施行，有效期5年 ends on 2028-12-31. What cannot be counted stays None.
    """
    found = [_begun(one, known) for one in found]
    stated = {(one.date_start, one.since) for one in found if one.kind == "valid" and one.since}
    alone = next(iter(stated)) if len(stated) == 1 else (None, None)
    for one in found:
        if one.kind == "valid" and one.term and one.since is None and one.date_end is None:
            if stated:
                one = replace(one, date_start=alone[0], since=alone[1])
            elif known.issued:
                one = replace(one, date_start=known.issued.isoformat(), since="issue")
        if one.term and one.date_start and one.date_end is None:
            end = _last_day(date.fromisoformat(one.date_start), one.term)
            one = replace(one, date_end=end.isoformat(), basis=known.issued_by if one.since == "issue" else "start")
        yield one


def _begun(one: Stated, known: Known) -> Stated:
    """A statement with the first day that counts from the issue of the document: 自发布之日起30日后施行 is 30 days later."""
    if one.kind != "valid" or one.since is None:
        return one
    day = known.issued if one.since == "issue" else date.fromisoformat(one.date_start) if one.date_start else None
    return replace(one, date_start=(day + timedelta(days=one.delay)).isoformat() if day else None, delay=0)


def _last_day(start: date, term: str) -> date:
    months = int(term[1:-1]) * (12 if term[-1] == "Y" else 1)
    end = months_after(start, months)
    return end - timedelta(days=1) if end.day == start.day else end  # a month without that day ends with its last one
