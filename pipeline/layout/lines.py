"""Runs → lines of text in reading order: baselines, raised and lowered characters, blanks, columns of text."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import lt, sub
from statistics import median

from pipeline.layout.columns import split_columns
from pipeline.layout.page import Run, TextLine
from schemas.types import Piece

_SAME_BASE = 0.3  # ems by which the baselines of one line differ
_SCRIPT = 0.86  # a raised or lowered character is smaller than this share of its neighbour (browsers: 0.83)
_SOLID = 0.25  # ems: characters closer than this have no blank between them
_WORDS = 0.16  # ems: letters closer than this have no blank between them (a blank may be narrowed by kerning)
_APART, _LOOSE = 0.4, 0.7  # ems beyond the line's own spacing that make a blank between two Chinese characters, and beside other signs
_LETTER = re.compile("[A-Za-z]")


@dataclass(slots=True)
class _Row:
    """Runs that share a baseline; `base` and `size` are those of its longest run."""

    base: float
    size: float
    length: int
    runs: list[Run]


def read_lines(runs: Sequence[Run], page: int = 1, known: float | None = None) -> list[TextLine]:
    """Lines in reading order: from top to bottom, two columns of text one after the other (only where they are beyond doubt, or `known`)."""
    lines = []
    for column, part in split_columns(runs, known):
        lines += [_line(row, page, column) for row in _rows(part)]
    return lines


def lines_of(runs: Sequence[Run], page: int) -> list[TextLine]:
    """Lines of runs that stand in one column, from top to bottom."""
    return [_line(row, page, 0) for row in _rows(runs)]


def join_lines(lines: Sequence[TextLine]) -> tuple[str, tuple[Piece, ...]]:
    """The text of lines that go on with each other, and where its characters stand.

    Chinese lines are joined directly, Latin words with a blank; a hyphen at the end of a line is part of the word where a capital or digit
    follows, else it is the typesetter's. Digits before and behind the break are one number: no typesetter breaks a line of Chinese between two.
    """
    text = ""
    pieces: list[Piece] = []
    for line in lines:
        own = line.text
        if text and own and ord(text[-1]) < 0x2E80 and ord(own[0]) < 0x2E80:
            if text[-1] == "-" and text[-2:-1].isalpha() and own[0].islower():
                text = text[:-1]
                pieces[-1:] = [kept for p in pieces[-1:] if (kept := p.cut(0, p.end - 1))]
            elif text[-1].isascii() and own[0].isascii() and (text[-1].isalpha() or own[0].isalpha()) and text[-1].isalnum() and own[0].isalnum():
                text += " "
        pieces += [p.moved(len(text)) for p in line.pieces]
        text += own
    return text, tuple(pieces)


def _rows(runs: Sequence[Run]) -> list[_Row]:
    """Runs by line, from top to bottom, raised and lowered ones in the line they belong to."""
    rows: list[_Row] = []
    for run in sorted(runs, key=lambda r: r.base):
        row = rows[-1] if rows else None
        if row is None or run.base - row.base > _SAME_BASE * min(run.size, row.size):
            rows.append(_Row(run.base, run.size, len(run.text), [run]))
            continue
        row.runs.append(run)
        if len(run.text) * run.size > row.length * row.size:
            row.base, row.size, row.length = run.base, run.size, len(run.text)
    for i, row in enumerate(rows):
        neighbours = [n for n in rows[max(i - 2, 0) : i + 3] if n is not row and row.size < _SCRIPT * n.size]
        if neighbours:
            _attach(row, neighbours)
    rows = [row for row in rows if row.runs]
    for row in rows:
        row.runs.sort(key=lambda r: r.x0)
    return rows


def _attach(row: _Row, neighbours: Sequence[_Row]) -> None:
    """Give the small runs of a row to a line beside whose characters they stand raised or lowered."""
    for run in list(row.runs):
        for line in neighbours:
            near = any(m.size * _SCRIPT > run.size and -0.5 * m.size < run.x0 - m.x1 and run.x0 - m.x1 < 0.5 * m.size for m in line.runs)
            near = near or any(m.x0 <= run.x0 <= m.x1 for m in line.runs)
            top, bottom = line.base - 0.88 * line.size, line.base + 0.12 * line.size
            inside = min(bottom, run.bottom) - max(top, run.top)
            if near and inside > 0.5 * (run.bottom - run.top):
                row.runs.remove(run)
                line.runs.append(run)
                break


def _line(row: _Row, page: int, column: int) -> TextLine:
    """The line of a row: its characters from left to right."""
    text, lefts, rights = _solid(row.runs) or _spaced(row)
    if any(map(lt, lefts[1:], rights)):
        lefts, rights = _parted(lefts, rights)
    edges = array("d", [x for pair in zip(lefts, rights, strict=True) for x in pair])
    sizes: Counter[float] = Counter()
    for run in row.runs:
        sizes[round(run.size, 1)] += len(run.text)
    size = sizes.most_common(1)[0][0]
    top = min(r.top for r in row.runs if r.size > _SCRIPT * size)
    bottom = max(r.bottom for r in row.runs if r.size > _SCRIPT * size)
    confidence = sum(r.confidence * len(r.text) for r in row.runs) / sum(len(r.text) for r in row.runs)
    piece = Piece(0, len(text), page, top, bottom, edges, confidence)
    return TextLine(page, min(lefts), top, max(rights), bottom, size, text, (piece,), column)


def _parted(lefts: Sequence[float], rights: Sequence[float]) -> tuple[list[float], list[float]]:
    """Edges of which none lies in a neighbour: typesetters push marks together, and the box of one must not reach into the other."""
    lefts, rights = list(lefts), list(rights)
    for i, (right, left) in enumerate(zip(rights[:-1], lefts[1:], strict=True)):
        if left < right:
            rights[i] = lefts[i + 1] = max((left + right) / 2, lefts[i])
    return lefts, rights


def _solid(runs: Sequence[Run]) -> tuple[str, list[float], list[float]] | None:
    """The usual line: no blank in it and no gap that might be one."""
    for run in runs:
        gap = max(map(sub, run.lefts[1:], run.rights), default=0.0) / run.size
        if " " in run.text or gap > _SOLID or (gap > _WORDS and _LETTER.search(run.text)):
            return None
    if any(not -0.6 * b.size < b.lefts[0] - a.rights[-1] <= _SOLID * min(a.size, b.size) for a, b in pairwise(runs)):
        return None
    if len(runs) == 1:
        return runs[0].text, runs[0].lefts, runs[0].rights
    return "".join(r.text for r in runs), [x for r in runs for x in r.lefts], [x for r in runs for x in r.rights]


def _spaced(row: _Row) -> tuple[str, list[float], list[float]]:
    """A line with gaps: a blank where words or parts stand apart, none where a line is spaced out letter by letter."""
    marks = [(x0, x1, c, run.size) for run in row.runs for c, x0, x1 in zip(run.text, run.lefts, run.rights, strict=True)]
    if any(b.x0 < a.x1 - 0.6 * b.size for a, b in pairwise(row.runs)):
        marks.sort(key=lambda m: m[0])
    written = [False]  # whether the file itself has a blank before the character
    kept: list[tuple[float, float, str, float]] = []
    for mark in marks:
        if mark[2] == " ":
            written[-1] = True
        else:
            kept.append(mark)
            written.append(False)
    gaps = [b[0] - a[1] for a, b in pairwise(kept)]
    usual = max(0.0, (min(gaps) if len(gaps) < 4 else median(gaps)) if gaps else 0.0)
    text, lefts, rights = [kept[0][2]], [kept[0][0]], [kept[0][1]]
    for i, (a, b) in enumerate(pairwise(kept)):
        em = max(a[3], b[3])
        if _is_blank(a[2], b[2], gaps[i] / em, usual / em, written[i + 1]):
            text.append(" ")
            lefts.append(a[1])
            rights.append(max(a[1], b[0]))
        text.append(b[2])
        lefts.append(b[0])
        rights.append(b[1])
    return "".join(text), lefts, rights


def _is_blank(a: str, b: str, gap: float, usual: float, written: bool) -> bool:
    """Whether a blank stands between two characters that are `gap` ems apart where the line's characters usually are `usual` ems apart."""
    if usual > _SOLID and gap < 1.6 * usual:
        return False  # spaced out letter by letter, with blanks or without
    if written and gap > 0.1:
        return True
    if ord(a) < 0x2000 and ord(b) < 0x2000:
        return gap - usual > (_WORDS if a.isalpha() and b.isalpha() else _SOLID)
    return gap - usual > (_APART if "一" <= a <= "鿿" and "一" <= b <= "鿿" else _LOOSE)
