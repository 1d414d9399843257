"""Columns of text without vertical lines: bits of lines, the white strips between columns, rows between white bands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import regex

from pipeline.heads import role_of
from pipeline.layout.page import Run

_GUTTER, _SURE = 0.3, 8  # ems of white between columns, at least, where so many lines leave it free
_GUTTER_FEW = 0.45  # where fewer lines do
_BAND = 0.25  # ems by which the white between rows is wider than that within cells
_NUMBER = regex.compile(r"[(（]?\d{1,4}[)）]?[.、．]?")
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
    lines = [*header, *lines]
    size = median(line.size for line in lines)
    white = (_GUTTER if len(lines) >= _SURE else _GUTTER_FEW) * size
    covered: list[list[float]] = []
    for x0, x1 in sorted((bit.x0, bit.x1) for line in lines for bit in line.bits):
        if covered and x0 <= covered[-1][1] + white:
            covered[-1][1] = max(covered[-1][1], x1)
        else:
            covered.append([x0, x1])
    covered = [c for c in covered if c[1] > left - size and c[0] < right + size]
    heads = [(bit.x0 + bit.x1) / 2 for line in header for bit in line.bits]

    most = max(map(parts, lines))
    full = [line for line in lines if parts(line) >= 0.7 * most]

    def counts(x0: float, x1: float) -> bool:
        """Whether a stretch of text is a column: it has a heading, or most of the lines that are full have it."""
        named = not heads or any(x0 - 1 <= x <= x1 + 1 for x in heads)
        return named or sum(any(x0 <= b.x0 <= x1 for b in line.bits) for line in full) > 0.6 * len(full)

    return [(a[1], b[0]) for a, b in pairwise(covered) if counts(b[0], b[1])]


def column_of(strips: Sequence[Strip], x: float) -> int:
    """The column (from 0) of a place."""
    return bisect_right([(a + b) / 2 for a, b in strips], x)


def crosses(line: Line, strips: Sequence[Strip]) -> bool:
    """Whether a bit of a line lies across a strip."""
    return any(bit.x0 < a - 1 and bit.x1 > b + 1 for bit in line.bits for a, b in strips)


def columns_in(line: Line, strips: Sequence[Strip]) -> set[int]:
    """Columns in which a line has text."""
    return {column_of(strips, (bit.x0 + bit.x1) / 2) for bit in line.bits}


def split_rows(lines: Sequence[Line], strips: Sequence[Strip], floors: Sequence[float]) -> list[list[Line]]:
    """Lines (from top to bottom) as rows: ruled lines part them, else the wider white between them, checked by the running numbers."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not any(groups[-1][-1].top < y < line.bottom and (groups[-1][-1].top + groups[-1][-1].bottom) / 2 < y for y in floors):
            groups[-1].append(line)
        else:
            groups.append([line])
    if len(groups) >= 3 and all(_numbers(g, strips) <= 1 for g in groups):
        return groups
    return [row for group in groups for row in _by_bands(group, strips)]


def is_doubtful(rows: Sequence[Sequence[Line]], strips: Sequence[Strip]) -> bool:
    """Whether rows disagree with the running numbers that the table has: more than one row in ten has none or several."""
    counts = [_numbers(row, strips) for row in rows]
    return sum(counts) >= 0.5 * len(rows) and sum(n != 1 for n in counts) > max(1, 0.1 * len(rows))


def _numbers(lines: Sequence[Line], strips: Sequence[Strip]) -> int:
    """How many running numbers stand in the first column."""
    return sum(column_of(strips, (b.x0 + b.x1) / 2) == 0 and bool(_NUMBER.fullmatch(b.text)) for line in lines for b in line.bits)


def _by_bands(lines: list[Line], strips: Sequence[Strip]) -> list[list[Line]]:
    """Rows where the white between lines is wide: the width is chosen so that no row has two running numbers and few have none."""
    if len(lines) < 2:
        return [lines]
    size = median(line.size for line in lines)
    whites, reach = [], lines[0].bottom
    for line in lines[1:]:
        whites.append(line.top - reach)
        reach = max(reach, line.bottom)
    total = _numbers(lines, strips)
    steps = sorted({round(w, 1) for w in whites})
    best = max(
        ((_score(rows, strips, total), width, rows) for width, limit in _limits(steps, size) if (rows := _cut(lines, whites, limit))),
        key=lambda choice: choice[:2],
    )
    if best[0] == 1 or not total:
        return best[2]
    return _by_middles(lines, strips) or (best[2] if best[0] >= 0.9 else _by_starts(lines, strips))


def _limits(steps: Sequence[float], size: float) -> list[tuple[float, float]]:
    """Widths of white that may part rows, each with how clear it is: every line a row, no line, or between two widths that differ clearly."""
    found = [(0.0, steps[0] - 1), (-1.0, steps[-1] + 1)]
    return found + [(high - low, (low + high) / 2) for low, high in pairwise(steps) if high - low >= 0.5 * _BAND * size]


def _cut(lines: Sequence[Line], whites: Sequence[float], limit: float) -> list[list[Line]]:
    rows = [[lines[0]]]
    for line, white in zip(lines[1:], whites, strict=True):
        if white > limit:
            rows.append([line])
        else:
            rows[-1].append(line)
    return rows


def _score(rows: Sequence[Sequence[Line]], strips: Sequence[Strip], total: int) -> float:
    """How well rows agree with the running numbers (1: each has one), or, without numbers, whether each fills most columns."""
    if total:
        return sum(_numbers(row, strips) == 1 for row in rows) / len(rows)
    width = len(strips) + 1
    return sum(len(set().union(*(columns_in(line, strips) for line in row))) >= 0.75 * width for row in rows) / len(rows)


def _by_middles(lines: Sequence[Line], strips: Sequence[Strip]) -> list[list[Line]] | None:
    """Rows whose cells are centred on their running number, with no white between rows; None where that does not come out even.

    A row reaches as far below its number as above it, so each row's end follows from its beginning.
    """
    first = [(b.top + b.bottom) / 2 for x in lines for b in x.bits if column_of(strips, (b.x0 + b.x1) / 2) == 0 and _NUMBER.fullmatch(b.text)]
    middles = sorted((x.top + x.bottom) / 2 for x in lines)
    height = median(x.bottom - x.top for x in lines)
    if middles[0] > first[0] - 0.3 * height:
        return None  # the first row begins with its number: cells stand at the top
    places = sorted({round((b.top + b.bottom) / 2, 1) for x in lines for b in x.bits})
    pitch = max((b - a for a, b in pairwise(places)), default=height)
    top, rows, at = middles[0] - pitch / 2, [], 0
    for number, next_ in zip(first, [*first[1:], middles[-1] + pitch], strict=True):
        end = 2 * number - top
        gaps = [(a + b) / 2 for a, b in pairwise([*middles, middles[-1] + pitch]) if number < (a + b) / 2 < next_]
        end = min(gaps, key=lambda y: abs(y - end), default=end)
        if not number < end <= next_:
            return None
        row = [x for x in lines[at:] if (x.top + x.bottom) / 2 < end]
        if not row:
            return None
        rows.append(row)
        top, at = end, at + len(row)
    if not all(_is_centred(row, strips, 0.35 * pitch) for row in rows[:-1]):
        return None
    return rows if at == len(lines) else [*rows, list(lines[at:])]  # the rest is cut by the page's edge


def _is_centred(row: Sequence[Line], strips: Sequence[Strip], within: float) -> bool:
    """Whether the text of each column reaches as far above the row's middle as below it."""
    columns: dict[int, list[Run]] = {}
    for line in row:
        for bit in line.bits:
            columns.setdefault(column_of(strips, (bit.x0 + bit.x1) / 2), []).append(bit)
    middles = [(min(b.top for b in bits) + max(b.bottom for b in bits)) / 2 for bits in columns.values()]
    return max(middles) - min(middles) < within


def _by_starts(lines: Sequence[Line], strips: Sequence[Strip]) -> list[list[Line]]:
    """Rows that begin where the first column has text."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and 0 not in columns_in(line, strips):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows
