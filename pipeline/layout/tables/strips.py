"""Columns of text without vertical lines: bits of lines, the white strips between columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.heads import role_of
from pipeline.layout.page import Run

_GUTTER, _SURE = 0.3, 8  # ems of white between columns, at least, where so many lines leave it free
_GUTTER_FEW = 0.45  # where fewer lines do
Strip = tuple[float, float]


@dataclass(slots=True)
class Line:
    """Bits of text (runs without gaps) that share a baseline, from left to right."""

    top: float
    bottom: float
    size: float
    bits: list[Run]

    @property
    def text(self) -> str:
        """The text, without blanks."""
        return "".join(bit.text for bit in self.bits).replace(" ", "")


def lines_of_bits(runs: Iterable[Run]) -> list[Line]:
    """Lines from top to bottom; raised or lowered bits stand in the line that they overlap."""
    lines: list[Line] = []
    for bit in sorted((b for run in runs for b in _bits(run)), key=lambda b: b.base):
        near = next((x for x in reversed(lines[-3:]) if _beside(x, bit)), None)
        if near is None:
            lines.append(Line(bit.top, bit.bottom, bit.size, [bit]))
            continue
        near.bits.append(bit)
        near.top, near.bottom, near.size = min(near.top, bit.top), max(near.bottom, bit.bottom), max(near.size, bit.size)
    for line in lines:
        line.bits = _words(sorted(line.bits, key=lambda b: b.x0))
    return sorted(lines, key=lambda x: x.top)


def _beside(line: Line, bit: Run) -> bool:
    shared = min(line.bottom, bit.bottom) - max(line.top, bit.top)
    return shared > (0.75 if bit.size > 0.82 * line.size else 0.5) * (bit.bottom - bit.top)


def _bits(run: Run) -> list[Run]:
    """A run cut at its blanks and gaps."""
    bits, start = [], 0
    for i in range(1, len(run.text) + 1):
        if i == len(run.text) or run.text[i] in " \u3000" or run.text[i - 1] in " \u3000" or run.lefts[i] - run.rights[i - 1] > 0.25 * run.size:
            if run.text[start:i].strip():
                bits.append(run.cut(start, i))
            start = i
    return bits


def _words(bits: list[Run]) -> list[Run]:
    """Bits with headings that are spaced out (单　位) put together again."""
    kept: list[Run] = []
    for bit in bits:
        old = kept[-1] if kept else None
        if old is not None and len(bit.text) == len(old.text) == 1 and bit.x0 - old.x1 < 2.5 * bit.size and role_of(old.text + bit.text):
            kept[-1] = Run(old.text + bit.text, old.lefts + bit.lefts, old.rights + bit.rights, old.top, old.bottom, old.base, old.size)
        else:
            kept.append(bit)
    return kept


def parts(line: Line) -> int:
    """How many parts of a line stand apart."""
    return 1 + sum(b.x0 - a.x1 > line.size for a, b in zip(line.bits, line.bits[1:], strict=False))


def gutters(lines: Sequence[Line], header: Sequence[Line], left: float, right: float) -> list[Strip]:
    """The white strips that all lines leave free and that part columns, each of which has a heading or is filled in most lines."""
    every = [*header, *lines]
    size = median(line.size for line in every)
    white = (_GUTTER if len(every) >= _SURE else _GUTTER_FEW) * size
    covered: list[list[float]] = []
    for x0, x1 in sorted((bit.x0, bit.x1) for line in every for bit in line.bits):
        if covered and x0 <= covered[-1][1] + white:
            covered[-1][1] = max(covered[-1][1], x1)
        else:
            covered.append([x0, x1])
    covered = [c for c in covered if c[1] > left - size and c[0] < right + size]
    if lines and header:
        covered = _headed(covered, lines, header)
    heads = [(bit.x0 + bit.x1) / 2 for line in header for bit in line.bits]

    most = max(map(parts, every))
    full = [line for line in every if parts(line) >= 0.7 * most]

    def counts(x0: float, x1: float) -> bool:
        """Whether a stretch of text is a column: it has a heading, or most of the lines that are full have it."""
        named = not heads or any(x0 - 1 <= x <= x1 + 1 for x in heads)
        return named or sum(any(x0 <= b.x0 <= x1 for b in line.bits) for line in full) > 0.6 * len(full)

    return [(a[1], b[0]) for a, b in pairwise(covered) if counts(b[0], b[1])]


def _headed(covered: Sequence[list[float]], lines: Sequence[Line], header: Sequence[Line]) -> list[list[float]]:
    """Stretches of text; one that only the header has and the nearest that only the rows have are one: a heading may stand beside its column."""

    def has(stretch: list[float], rows: Sequence[Line]) -> bool:
        return any(stretch[0] <= (bit.x0 + bit.x1) / 2 <= stretch[1] for line in rows for bit in line.bits)

    kinds = [(has(c, header), has(c, lines)) for c in covered]
    found: list[list[float]] = []
    i = 0
    while i < len(covered):
        pair = i + 1 < len(covered) and {kinds[i], kinds[i + 1]} == {(True, False), (False, True)}
        rival = i + 2 < len(covered) and kinds[i + 2] == kinds[i] and covered[i + 2][0] - covered[i + 1][1] < covered[i + 1][0] - covered[i][1]
        if pair and (not rival or (i + 3 < len(covered) and kinds[i + 3] == kinds[i + 1])):
            found.append([covered[i][0], covered[i + 1][1]])
            i += 2
        else:
            found.append(list(covered[i]))
            i += 1
    return found


def column_of(strips: Sequence[Strip], x: float) -> int:
    """The column (from 0) of a place."""
    return bisect_right([(a + b) / 2 for a, b in strips], x)


def crosses(line: Line, strips: Sequence[Strip]) -> bool:
    """Whether a bit of a line lies across a strip."""
    return any(bit.x0 < a - 1 and bit.x1 > b + 1 for bit in line.bits for a, b in strips)


def columns_in(line: Line, strips: Sequence[Strip]) -> set[int]:
    """Columns in which a line has text."""
    return {column_of(strips, (bit.x0 + bit.x1) / 2) for bit in line.bits}
