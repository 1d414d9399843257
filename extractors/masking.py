"""Characters of a text in which no number is a quantity: units that answer for a task, references, names with a digit, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import regex

from extractors import rules
from extractors.period import find_periods
from extractors.quantity import lettered
from schemas.folded import Folded
from schemas.structs import struct
from schemas.types import Mention

Stretch = tuple[int, int]

_SAID = regex.compile(r"(?:[≥≤<>=]|达到?|不(?:高于|低于|少于|多于|超过)|(?:提[高升]|增加|下?降低?|减少)[到至]|控制在|超过|至少|保持在?|稳定在?)$")
_SIZED = regex.compile(r"(?!\d[AGKD](?![A-Za-z]))\d")  # 55dB, not 5G, 4A, 8K, 3D
_NUMERIC = regex.compile(r"[\d.]{2}")


@struct(frozen=True, slots=True)
class Masked:
    """A byte for each character of a text, 1 where no number is a quantity; why, by stretch; and the dates, which are masked too."""

    marks: bytearray
    why: list[tuple[int, int, str]]
    dates: list[Mention]


def mask(text: str, closed: Sequence[Stretch], today: date | None, issued: date | None) -> Masked:
    """What of a folded text holds no quantity; `closed` are stretches that assign units. `today` and `issued` as for `find_periods`.

    "到2025年,PM2.5浓度不高于35微克(GB3095-2012)": all numbers but 35.
    """
    marks = bytearray(len(text))
    why: list[tuple[int, int, str]] = []
    for low, high in closed:
        marks[low:high] = b"\1" * (high - low)
    for rule in _references().within(text):
        for hit in rule.finditer(text, 0, len(text)):
            low, high = hit.span()
            marks[low:high] = b"\1" * (high - low)
            why.append((low, high, rule.attributes["reason"]))
    for low, high in lettered(text):
        marks[low:high] = b"\1" * (high - low)
        threshold = _SAID.search(text, max(0, low - 8), low) and _SIZED.match(text, low)
        why.append((low, high, "unknown_unit" if threshold else "name"))
    dates = [d for d in find_periods(text, today, issued) if marks.find(1, d.start, d.end) < 0]
    for d in dates:
        marks[d.start : d.end] = b"\1" * (d.end - d.start)
    return Masked(marks, why, dates)


@cache
def _references() -> rules.Openings:
    return rules.Openings(rules.load("reference").values())


def parted(text: Folded, quantities: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Numbers that stand in one piece, and those that a line break runs through: a page may have put something else between."""
    if isinstance(text.starts, range):  # one character of the source for one
        return list(quantities), []
    broken = [
        q
        for q in quantities
        if any(text.starts[i + 1] != text.ends[i] and _NUMERIC.match(text.text[i : i + 2]) for i in range(q.value.value_start, q.value.value_end - 1))
    ]
    return [q for q in quantities if q not in broken], broken
