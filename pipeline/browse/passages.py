"""Stretches of a document's text around what was read from it, cut where a field begins or ends.

Offsets count characters of the stored text. What is shown has one character for each of them, so that a place in it is a place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from schemas import tables

Spans = Mapping[str, Sequence[tuple[int, int]]]
AROUND = 260  # characters before and behind
_JOINED = 420  # fields farther from the quote stand in a passage of their own
_ASIDE = 60  # characters around those
_LONGEST = 6_000
_NOT_SHOWN = re.compile("[\x00-\x08\x0b\x0c\r\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # HTML drops or changes them, and offsets would be wrong


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters from `start` on that belong to the same fields."""

    start: int
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A continuous stretch of the text. `more_before`, `more_behind`: the document goes on there."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    more_before: bool
    more_behind: bool


def passages(connection: sa.Connection, document_id: str, spans: Spans, main: tuple[int, int]) -> list[Passage]:
    """The passage around `main` with the fields near it, then those that stand far from it, in text order."""
    near, far = _near(spans, main)
    whole = _window(connection, document_id, max(near[0] - AROUND, 0), min(near[1] + AROUND, near[0] + _LONGEST), near, spans)
    aside: list[Passage] = []
    for low, high in far:
        if not whole.start <= low < whole.end and not any(p.start <= low < p.end for p in aside):
            aside.append(_window(connection, document_id, max(low - _ASIDE, 0), high + _ASIDE, (low, high), spans))
    return [whole, *sorted(aside, key=lambda passage: passage.start)]


def around(connection: sa.Connection, document_id: str, start: int, end: int) -> tuple[str, int]:
    """The text around a place and the offset where it begins."""
    begin = max(start - AROUND, 0)
    return _text(connection, document_id, begin, end + AROUND), begin


def between(connection: sa.Connection, document_id: str, start: int, end: int) -> str:
    """Characters of a document's text, as they are stored; "" for a document that is not there."""
    return _text(connection, document_id, start, end)


def _near(spans: Spans, main: tuple[int, int]) -> tuple[tuple[int, int], list[tuple[int, int]]]:
    low, high = main
    far: list[tuple[int, int]] = []
    for start, end in sorted((s for some in spans.values() for s in some), key=lambda s: abs(s[0] - main[0])):
        if low - _JOINED <= start and end <= high + _JOINED:
            low, high = min(low, start), max(high, end)
        elif (start, end) not in far:
            far.append((start, end))
    return (low, high), far


def _text(connection: sa.Connection, document_id: str, start: int, end: int) -> str:
    d = tables.document.c
    query = sa.select(sa.func.substr(d.text, start + 1, max(end - start, 0))).where(d.id == document_id)
    return connection.execute(query).scalar() or ""


def _window(connection: sa.Connection, document_id: str, start: int, end: int, kept: tuple[int, int], spans: Spans) -> Passage:
    """A passage that begins with a line or sentence where one begins near its edge."""
    text = _text(connection, document_id, start, end + 1)
    behind, text = len(text) > end - start, text[: end - start]
    if start and (cut := _edge(text[: min(kept[0] - start, 120)])):
        start, text = start + cut, text[cut:]
    tail = max(kept[1] - start, len(text) - 120, 0)
    if behind and (cut := _edge(text[tail:])):
        text = text[: tail + cut]
    return Passage(start, start + len(text), cut_up(text, start, spans), start > 0, behind)


def _edge(text: str) -> int:
    """Where the first sentence or line ends in a text; 0 where none does."""
    return next((i + 1 for i, char in enumerate(text) if char in "\n。；"), 0)


def cut_up(text: str, start: int, spans: Spans) -> tuple[Piece, ...]:
    """A text that begins at an offset, in pieces that belong to the same fields.

    `cut_up("达到95%", 7, {"value": [(9, 12)]})` has two pieces, of which the second has the fields ("value",).
    """
    end = start + len(text)
    edges = {start, end} | {edge for edge in _edges(spans) if start < edge < end}
    found = []
    for low, high in pairwise(sorted(edges)):
        fields = tuple(name for name, some in spans.items() if any(s <= low and high <= e for s, e in some))
        found.append(Piece(low, _shown(text[low - start : high - start]), fields))
    return tuple(found)


def _shown(text: str) -> str:
    return _NOT_SHOWN.sub("\ufffd", text.replace("\r", " "))


def _edges(spans: Spans) -> Iterable[int]:
    for some in spans.values():
        for span in some:
            yield from span
