"""Geometry of a Word table: from grid columns, which every row cuts as it likes, to the columns that a reader sees."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.content import Place
from schemas.types import Where

# twips; cells of rows that were dragged by hand miss each other's edges by this much: one character takes 210 and a margin of 216
_SLIVER = 240


@dataclass(slots=True)
class GridCell:
    """A cell as the file has it: text, the grid columns from `start` to `end` (from 0, half open), whether it continues the cell above."""

    text: str
    start: int
    end: int
    continues: bool
    where: Where


def place_cells(rows: Sequence[Sequence[GridCell]], widths: Sequence[int]) -> list[Place]:
    """The cells at rows and columns from 1; `widths` of the grid columns in twips (may be missing)."""
    edges = _edges(rows, widths)
    representative = sorted(set(edges.values()))
    places: dict[tuple[int, int], Place] = {}
    above: dict[int, tuple[int, int]] = {}  # column → the cell that a continuing cell below would belong to
    for at, row in enumerate(rows, 1):
        current: dict[int, tuple[int, int]] = {}
        for cell in row:
            column = bisect_left(representative, edges[cell.start]) + 1
            span = max(bisect_left(representative, edges.get(cell.end, cell.end)) + 1 - column, 1)
            owner = above.get(column)
            if cell.continues and owner is not None:
                old = places[owner]
                places[owner] = Place(old.text + cell.text, old.row, old.column, at - old.row + 1, old.colspan, old.where)
                current[column] = owner
            else:
                places[at, column] = Place(cell.text, at, column, 1, span, cell.where)
                current[column] = (at, column)
        above = current
    return list(places.values())


def _edges(rows: Sequence[Sequence[GridCell]], widths: Sequence[int]) -> dict[int, int]:
    """For every grid column at which a cell starts the one that stands for it: edges that hardly differ are one."""
    starts = sorted({cell.start for row in rows for cell in row})
    merged = {start: start for start in starts}
    if not starts or len(widths) < max(cell.end for row in rows for cell in row) or 0 in widths:
        return merged
    position = [0]
    for width in widths:
        position.append(position[-1] + width)
    apart = {(a.start, b.start) for row in rows for a, b in pairwise(row)}
    for left, right in pairwise(starts):
        first = merged[left]
        group = [s for s in starts if merged[s] == first]
        if position[right] - position[first] < _SLIVER and not any((s, right) in apart for s in group):
            merged[right] = first
    return merged


def size(places: Sequence[Place]) -> tuple[int, int]:
    """Rows and columns."""
    return max((p.row + p.rowspan - 1 for p in places), default=0), max((p.column + p.colspan - 1 for p in places), default=0)
