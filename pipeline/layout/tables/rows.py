"""Rows of tables without vertical lines: between ruled lines or white bands, checked by running numbers, figures or the room that lines had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import regex

from pipeline.layout.page import Run
from pipeline.layout.tables.cut import UNIT
from pipeline.layout.tables.strips import Line, Strip, column_of, columns_in, crosses

_MANY = 6  # lines that are hardly one row
_BAND = 0.25  # ems by which the white between rows is wider than that within cells
_NUMBER = regex.compile(r"[(（]?\d{1,4}[)）]?[.、．]?")
_FIGURE = regex.compile(r"[≥≤><＞＜±+\-－\[(（【]*\d[\d.,]*(?:[～~〜—-]\d[\d.,]*)?[%％‰\])）】]*(?:以[上下内]|左右)?|[-－—]+")
_GROUP = regex.compile(r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]).{2,24}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Bits (by id) of which each row has one: running numbers, or the figures of one column."""

    figures: bool
    bits: frozenset[int]


def split_rows(lines: Sequence[Line], strips: Sequence[Strip], floors: Sequence[float]) -> list[list[Line]]:
    """Lines (from top to bottom) as rows: ruled lines part them, else the wider white between them, checked by running numbers or figures."""
    anchor = _anchor(lines, strips)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not any(groups[-1][-1].top < y < line.bottom and (groups[-1][-1].top + groups[-1][-1].bottom) / 2 < y for y in floors):
            groups[-1].append(line)
        else:
            groups.append([line])
    if len(groups) >= 3 and all(_anchors(g, anchor) <= 1 for g in groups):
        return groups
    sections = [section for group in groups for section in _sections(group, strips, anchor)]
    later = [section for section in sections[1:] if _anchors(section, anchor)]
    top = bool(later) and all(_anchors(section[:1], anchor) for section in later)
    return [row for section in sections for row in _by_bands(section, strips, anchor, top)]


def is_doubtful(rows: Sequence[Sequence[Line]], strips: Sequence[Strip]) -> bool:
    """Whether rows disagree with the running numbers or figures of the table: more than one row in ten has none or several."""
    anchor = _anchor([line for row in rows for line in row], strips)
    counts = [_anchors(row, anchor) for row in rows if not _is_group(row, strips)]
    if not sum(counts):
        return _is_even(rows)
    return sum(counts) >= 0.5 * len(counts) and sum(n != 1 for n in counts) > max(1, 0.1 * len(counts))


def _is_even(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether there is as much white within rows as between them."""
    between = [b[0].top - max(x.bottom for x in a) for a, b in pairwise(rows)]
    within = [b.top - a.bottom for row in rows for a, b in pairwise(row)]
    return bool(between and within) and min(between) < max(within) + 0.5 * _BAND * rows[0][0].size


def _anchor(lines: Sequence[Line], strips: Sequence[Strip]) -> Anchor:
    """What tells rows apart: running numbers in the first column, else the column with the most lines of which nearly all are figures."""
    columns: dict[int, list[Run]] = {}
    for line in lines:
        for bit in line.bits:
            columns.setdefault(column_of(strips, (bit.x0 + bit.x1) / 2), []).append(bit)
    numbers = [b for b in columns.pop(0, []) if _NUMBER.fullmatch(b.text)]
    figures = [[b for b in bits if _FIGURE.fullmatch(b.text)] for bits in columns.values()]
    sure = [hits for hits, bits in zip(figures, columns.values(), strict=True) if len(hits) >= 3 and len(hits) >= 0.9 * len(bits)]
    if len(numbers) > 1 or not sure:
        return Anchor(False, frozenset(map(id, numbers)))
    most = max(sure, key=len)
    rest = {id(b) for a, b in pairwise(most) if a.text.endswith((".", ","))}  # a figure that goes on in the next line
    return Anchor(True, frozenset(map(id, most)) - rest)


def _anchors(lines: Sequence[Line], anchor: Anchor) -> int:
    """How many running numbers or figures lines hold."""
    return sum(id(b) in anchor.bits for line in lines for b in line.bits)


def _is_group(row: Sequence[Line], strips: Sequence[Strip]) -> bool:
    """Whether a row is a numbered heading of a group of rows: one line that stands alone."""
    alone = len(row) == 1 and (crosses(row[0], strips) or columns_in(row[0], strips) == {0})
    return alone and bool(_GROUP.fullmatch(row[0].text))


def _sections(lines: list[Line], strips: Sequence[Strip], anchor: Anchor) -> list[list[Line]]:
    """Lines cut before and behind headings of groups, where figures tell the rows apart."""
    sections: list[list[Line]] = []
    begin = True
    for i, line in enumerate(lines):
        fresh = i + 1 < len(lines) and bool(columns_in(lines[i + 1], strips) - {0})
        heading = anchor.figures and fresh and _is_group([line], strips)
        if begin or heading:
            sections.append([])
        sections[-1].append(line)
        begin = heading
    return sections


def _by_bands(lines: list[Line], strips: Sequence[Strip], anchor: Anchor, top: bool) -> list[list[Line]]:
    """Rows where the white between lines is wide: the width is chosen so that no row has two running numbers or figures and few have none.

    `top`: cells are known to begin at the top of their rows.
    """
    if len(lines) < 2:
        return [lines]
    size = median(line.size for line in lines)
    whites, reach = [], lines[0].bottom
    for line in lines[1:]:
        whites.append(line.top - reach)
        reach = max(reach, line.bottom)
    total = _anchors(lines, anchor)
    steps = sorted({round(w, 1) for w in whites})
    best = max(
        ((_score(rows, strips, total, anchor), width, rows) for width, limit in _limits(steps, size) if (rows := _cut(lines, whites, limit))),
        key=lambda choice: choice[:2],
    )
    if total == 1 and not anchor.figures and (rest := _rest(lines, strips, anchor)):
        return [lines[:rest], lines[rest:]]
    if not total and best[0] < 0.9:
        rows = _by_room(lines, strips)
        return rows if _score(rows, strips, 0, anchor) >= best[0] else best[2]
    if best[0] == 1 or not total:
        return best[2]
    starts = _by_starts(lines, strips, anchor)
    if anchor.figures and _score(starts, strips, total, anchor) > best[0]:
        return starts
    even = None if top else _by_middles(lines, strips, anchor)
    return even or (best[2] if best[0] >= 0.9 else starts)


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


def _score(rows: Sequence[Sequence[Line]], strips: Sequence[Strip], total: int, anchor: Anchor) -> float:
    """How well rows agree with the running numbers or figures (1: each has one), or, without these, whether each fills most columns."""
    if total:
        return sum(_anchors(row, anchor) == 1 for row in rows) / len(rows)
    if len(rows) == 1 and len(rows[0]) >= _MANY:
        return 0.5  # one row fills all columns whatever it holds
    width = len(strips) + 1
    return sum(len(set().union(*(columns_in(line, strips) for line in row))) >= 0.75 * width for row in rows) / len(rows)


def _by_middles(lines: Sequence[Line], strips: Sequence[Strip], anchor: Anchor) -> list[list[Line]] | None:
    """Rows whose cells are centred on their running number or figure, with no white between rows; None where that does not come out even.

    A row reaches as far below its number as above it, so each row's end follows from its beginning.
    """
    first = [(b.top + b.bottom) / 2 for x in lines for b in x.bits if id(b) in anchor.bits]
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


def _by_starts(lines: Sequence[Line], strips: Sequence[Strip], anchor: Anchor) -> list[list[Line]]:
    """Rows that begin where the first column has text; without running numbers where a figure stands or most columns have text."""
    figures = anchor.figures
    rows: list[list[Line]] = []
    for line in lines:
        columns = columns_in(line, strips)
        fresh = 0 in columns and (not figures or _anchors([line], anchor) > 0 or len(columns) >= 0.6 * (len(strips) + 1))
        if rows and not fresh:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _by_room(lines: Sequence[Line], strips: Sequence[Strip]) -> list[list[Line]]:
    """Rows whose cells begin at their top: a row begins with a line that fills most columns, one of which had room in the line above."""
    places = _places(lines, strips)
    ends = {j: max(p[j].x1 for p in places if j in p) for j in set().union(*places)}
    rows: list[list[Line]] = []
    for i, (line, place) in enumerate(zip(lines, places, strict=True)):
        above = places[i - 1] if i else {}
        on = all(j in above and ends[j] - above[j].x1 < _need(bit) for j, bit in place.items())
        if rows and (on or len(place) < 0.75 * (len(strips) + 1)):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _places(lines: Sequence[Line], strips: Sequence[Strip]) -> list[dict[int, Run]]:
    """For each line its last bit in each column."""
    return [{column_of(strips, (b.x0 + b.x1) / 2): b for b in line.bits} for line in lines]


def _rest(lines: Sequence[Line], strips: Sequence[Strip], anchor: Anchor) -> int:
    """How many lines before the only running number are the rest of another row: one of their columns ends there with room to spare."""
    places = _places(lines, strips)
    ends = {j: max(p[j].x1 for p in places if j in p) for j in set().union(*places)}
    at = next(i for i, line in enumerate(lines) if _anchors([line], anchor))
    above = places[at - 1] if at else {}
    return at if any(j in above and ends[j] - above[j].x1 >= _need(bit) for j, bit in places[at].items()) else 0


def _need(bit: Run) -> float:
    """The room that the first characters of a line need which no line break parts."""
    unit = UNIT.match(bit.text)
    return bit.rights[(unit.end() if unit else 1) - 1] - bit.x0 + 0.3 * bit.size
