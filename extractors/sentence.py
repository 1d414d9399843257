"""Sentences and clauses of a folded text, with what stands in brackets set apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.structs import struct

_OPEN, _CLOSE = "([《", ")]》"
_BRACKET = re.compile(r"[()\[\]。]")
_MARK = re.compile(r"[。!?,;:]")
# No sentence of a plan is as long; one that is, is read in parts, so that time grows with its length only.
_LONGEST, _LONGEST_CLAUSE = 3000, 800


@struct(frozen=True, slots=True)
class Clause:
    """A stretch between commas; `mark` is the punctuation before it ("" at the head of a sentence)."""

    start: int
    end: int
    mark: str


@struct(frozen=True, slots=True)
class Sentence:
    """Clauses up to a full stop; `inner` for the text of a bracket."""

    start: int
    end: int
    clauses: tuple[Clause, ...]
    inner: bool = False


def split(text: str, closed: list[tuple[int, int]]) -> list[Sentence]:
    """Sentences of a folded text, then those of its brackets. `closed` stretches (lists of units) end a sentence."""
    hidden = bytearray(len(text))
    for low, high in closed:
        hidden[low:high] = b"\1" * (high - low)
    brackets = [(a, b) for a, b in _brackets(text) if b - a < _LONGEST and hidden.find(1, a, b + 1) < 0]
    deep = bytearray(len(text))
    for a, b in brackets:
        deep[a : b + 1] = b"\1" * (b + 1 - a)
    found = list(_sentences(text, 0, len(text), hidden, deep, inner=False))
    shallow = bytearray(len(text))
    for a, b in brackets:
        found += _sentences(text, a + 1, b, hidden, shallow, inner=True)
    return found


def too_long(text: str) -> bool:
    """Whether a sentence or clause of a text is longer than is read as a whole."""
    limits = ((r"[。!?]", _LONGEST), (r"[,;:。!?]", _LONGEST_CLAUSE))
    return len(text) > _LONGEST_CLAUSE and any(len(part) > limit for marks, limit in limits for part in re.split(marks, text))


def _brackets(text: str) -> list[tuple[int, int]]:
    """Outermost pairs of round and square brackets."""
    pairs, stack = [], []
    for hit in _BRACKET.finditer(text):
        i, char = hit.start(), hit.group()
        if char in "([":
            stack.append(i)
        elif char in ")]":
            start = stack.pop() if stack else i
            if not stack and start < i:
                pairs.append((start, i))
        elif stack and i - stack[0] > 300:
            stack = []  # a bracket that never closes
    return pairs


def _sentences(text: str, low: int, high: int, hidden: bytearray, deep: bytearray, inner: bool) -> Iterator[Sentence]:
    begin, clauses, mark = low, [], ""
    at = low
    for i in _places(text, low, high, hidden):
        char = text[i] if i < high else "。"
        if i < high and deep[i] and not hidden[i]:
            continue
        stop = char in "。!?" or (i < high and bool(hidden[i]))
        inside = not stop and char not in ",;:"
        if inside and i - at < _LONGEST_CLAUSE:
            continue
        stop = stop or i - begin >= _LONGEST
        if i > at:
            clauses.append(Clause(at, i, mark))
        mark = "" if stop else char
        at = i if inside else i + 1
        if stop:
            if clauses:
                yield Sentence(begin, i, tuple(clauses), inner)
            begin, clauses, mark = at, [], ""


def _places(text: str, low: int, high: int, hidden: bytearray) -> Sequence[int]:
    """Where a clause may end: at marks, at hidden characters, at the end; anywhere in a text that may hold too long a clause."""
    if high - low >= _LONGEST_CLAUSE:
        return range(low, high + 1)
    places = [hit.start() for hit in _MARK.finditer(text, low, high)]
    if (first := hidden.find(1, low, high)) >= 0:
        places = sorted({*places, *(i for i in range(first, high) if hidden[i])})
    return [*places, high]


def depth_at(text: str, start: int, at: int) -> int:
    """How many brackets are open at a place, counted from `start`."""
    part = text[start:at]
    return sum(part.count(c) for c in _OPEN) - sum(part.count(c) for c in _CLOSE)
