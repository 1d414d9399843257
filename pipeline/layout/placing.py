"""Cells of tables without vertical lines: rows below the header, and headers whose groups are underlined."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.content import Place
from pipeline.layout.cells import MARGIN, cell_text
from pipeline.layout.lattice import Segment
from pipeline.layout.page import Run
from pipeline.layout.strips import Line, Strip, column_of, crosses
from schemas.types import Box, Where


def row_cells(page: int, lines: Sequence[Line], row: int, edges: Sequence[float], strips: Sequence[Strip], top: float, bottom: float) -> list[Place]:
    """The cells of a row; a heading that lies across columns is one merged cell."""
    width = len(edges) - 1
    bits = [bit for line in lines for bit in line.bits]
    if len(bits) == 1 and any(crosses(line, strips) for line in lines):
        return [_place(page, bits, row, 0, width, 1, edges, strips, top, bottom)]
    columns: list[list[Run]] = [[] for _ in range(width)]
    for bit in bits:
        columns[column_of(strips, (bit.x0 + bit.x1) / 2)].append(bit)
    return [_place(page, runs, row, j, 1, 1, edges, strips, top, bottom) for j, runs in enumerate(columns)]


def header_cells(
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
