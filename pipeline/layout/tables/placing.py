"""Cells of tables without vertical lines: rows below the header, and headers whose groups are underlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.content import Place
from pipeline.heads import role_of
from pipeline.layout.page import Fragment, Run
from pipeline.layout.tables.cells import MARGIN, cell_text
from pipeline.layout.tables.lattice import Segment
from pipeline.layout.tables.rows import is_doubtful, split_rows
from pipeline.layout.tables.strips import Line, Strip, column_of, crosses, gutters, parts
from schemas.types import Box, Where


@dataclass(slots=True)
class Region:
    """What stands between the first and the last line of a table: header lines, body lines, rules, extents, whether a rule ends it."""

    top: float
    bottom: float
    left: float
    right: float
    header: list[Line]
    body: list[Line]
    rules: list[Segment]
    closed: bool


def build(page: int, region: Region, known: Sequence[Strip] | None = None) -> Fragment | None:
    """Cells of a region; None where it has too few columns or rows to be a table."""
    lowest = leaves(region)
    if known is not None:
        strips = _narrowed(known, region.body)
    else:
        strips = gutters([x for x in region.body if parts(x) > 1], lowest, region.left, region.right)
    names = sum(bool(role_of(b.text.strip())) for x in region.header for b in x.bits)
    if len(strips) < (1 if names >= 2 or known is not None else 2):
        return None
    rows = split_rows(region.body, strips, [s.at for s in region.rules if s.end - s.start > 0.8 * (region.right - region.left)])
    if known is None and not region.header:
        return None
    edges = (region.left, *((a + b) / 2 for a, b in strips), region.right)
    subs = [s for s in region.rules if s.end - s.start <= 0.8 * (region.right - region.left)]
    cells: list[Place] = []
    header, foot = 0, region.top
    if region.header:
        foot = (max(x.bottom for x in region.header) + min(x.top for x in region.body)) / 2
        cells, header = _header_cells(page, region.header, edges, strips, [s for s in subs if s.at < foot - 3], region.top, foot)
    tops = [foot, *((max(x.bottom for x in a) + min(x.top for x in b)) / 2 for a, b in pairwise(rows))]
    for i, (row, top, bottom) in enumerate(zip(rows, tops, [*tops[1:], region.bottom], strict=True)):
        cells += _row_cells(page, row, header + i + 1, edges, strips, top, bottom)
    heads = tuple(c.text.replace(" ", "") for c in cells if c.row <= header and c.text)
    closed, doubtful = region.closed, is_doubtful(rows, strips)
    box = (edges[0], region.top, edges[-1], region.bottom)
    return Fragment(page, *box, edges, cells, False, not closed, False, tuple(strips), header, heads, doubtful=doubtful)


def _narrowed(strips: Sequence[Strip], lines: Sequence[Line]) -> list[Strip]:
    """The strips as far as lines leave them free."""
    found = []
    for low, high in strips:
        for line in lines:
            for bit in line.bits:
                if bit.x0 < low - 1 and bit.x1 > high + 1:
                    continue
                middle = (low + high) / 2
                if (bit.x0 + bit.x1) / 2 < middle:
                    low = max(low, min(bit.x1, high - 0.5))
                else:
                    high = min(high, max(bit.x0, low + 0.5))
        found.append((low, high))
    return found


def leaves(region: Region) -> list[Line]:
    """The header without heads of groups, which stand above a rule of their own."""
    subs = [s for s in region.rules if s.end - s.start < 0.8 * (region.right - region.left)]

    def is_leaf(bit: Run) -> bool:
        foot = max(x.bottom for x in region.header)
        return not any(bit.bottom - 2 < s.at + 2 and s.at < foot and s.start < (bit.x0 + bit.x1) / 2 < s.end for s in subs)

    return [Line(x.top, x.bottom, x.size, kept) for x in region.header if (kept := [b for b in x.bits if is_leaf(b)])]


def _row_cells(page: int, lines: Sequence[Line], row: int, edges: Sequence[float], strips: Sequence[Strip], top: float, bottom: float) -> list[Place]:
    """The cells of a row; a heading that lies across columns is one merged cell."""
    width = len(edges) - 1
    bits = [bit for line in lines for bit in line.bits]
    if len(bits) == 1 and any(crosses(line, strips) for line in lines):
        return [_place(page, bits, row, 0, width, 1, edges, strips, top, bottom)]
    columns: list[list[Run]] = [[] for _ in range(width)]
    for bit in bits:
        columns[column_of(strips, (bit.x0 + bit.x1) / 2)].append(bit)
    return [_place(page, runs, row, j, 1, 1, edges, strips, top, bottom) for j, runs in enumerate(columns)]


def _header_cells(
    page: int, lines: Sequence[Line], edges: Sequence[float], strips: Sequence[Strip], subs: Sequence[Segment], top: float, bottom: float
) -> tuple[list[Place], int]:
    """The cells of a header and its rows: a rule below a part of the columns makes what stands on it the head of those columns."""
    width = len(edges) - 1
    under: list[list[Segment]] = [[] for _ in range(width)]
    for sub in sorted(subs, key=lambda s: s.at):
        for j in range(width):
            if min(sub.end, edges[j + 1]) - max(sub.start, edges[j]) > 0.5 * (edges[j + 1] - edges[j]):
                under[j].append(sub)
    levels = sorted({round(s.at) for column in under for s in column})
    levels = [y for i, y in enumerate(levels) if not i or y - levels[i - 1] > 4]
    found: dict[tuple[int, int, int], list[int]] = {}
    for j, column in enumerate(under):
        floors = [*[min(range(len(levels)), key=lambda k: abs(levels[k] - s.at)) + 1 for s in column], len(levels) + 1]
        start = 0
        for floor, head in zip(floors, [*map(id, column), -1 - j], strict=True):
            found.setdefault((start, floor, head), []).append(j)
            start = floor
    heights = [top, *levels, bottom]
    cells = []
    bits = [bit for line in lines for bit in line.bits]
    for (start, floor, _), columns in found.items():
        y0, y1 = heights[start], heights[floor]
        inside = [b for b in bits if column_of(strips, (b.x0 + b.x1) / 2) in columns and y0 <= (b.top + b.bottom) / 2 <= y1]
        cells.append(_place(page, inside, start + 1, columns[0], len(columns), floor - start, edges, strips, y0, y1))
    return cells, len(levels) + 1


def _place(
    page: int,
    runs: Sequence[Run],
    row: int,
    column: int,
    colspan: int,
    rowspan: int,
    edges: Sequence[float],
    strips: Sequence[Strip],
    top: float,
    bottom: float,
) -> Place:
    x0, x1 = edges[column], edges[column + colspan]
    left = strips[column - 1][1] if column else x0
    right = strips[column + colspan - 1][0] if column + colspan < len(edges) - 1 else x1
    text, pieces = cell_text(runs, page, right - left + MARGIN)
    return Place(text, row, column + 1, rowspan, colspan, Where(boxes=(Box(page, x0, top, x1, bottom),)), pieces)
