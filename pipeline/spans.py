"""What merged cells say: header paths of several levels, whose text a covered place has, and which empty cells are empty on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.folded import Folded
from schemas.types import Where

Line = Sequence[tuple[Folded, Where]]
_DEEPEST = 4  # levels of a header


def header_paths(lines: Sequence[Line], at: int) -> list[list[str]] | None:
    """For each column the headings above it, from the top, where the line at `at` begins a header of several levels; None where it does not.

    `目标值` over `2024年` and `2025年` beside a tall `序号` gives [["序号"], ["目标值", "2024年"], ["目标值", "2025年"]].
    """
    first = lines[at]
    depth = max((where.rowspan for _, where in first), default=1)
    if depth == 1 and any(where.colspan > 1 for _, where in first):
        depth = 2
    if depth == 1 or depth > _DEEPEST or at + depth > len(lines) or any(len(line) != len(first) for line in lines[at : at + depth]):
        return None
    texts = [[""] * len(first) for _ in range(depth)]
    for i, line in enumerate(lines[at : at + depth]):
        for j, (cell, where) in enumerate(line):
            if cell.text:
                for r in range(i, min(i + where.rowspan, depth)):
                    for c in range(j, min(j + where.colspan, len(first))):
                        texts[r][c] = cell.plain
    paths = [[t for i, t in enumerate(column) if t and t not in column[:i]] for column in zip(*texts, strict=True)]
    grouped = any(where.colspan > 1 and cell.text for cell, where in first)
    paths[-1] = paths[-1] or [""]  # cells behind the last heading are not read
    return paths if grouped and all(paths) else None


def covered(body: Sequence[Line]) -> dict[tuple[int, int], tuple[Folded, Where]]:
    """Places (row, column from 0) that merged cells cover below their first row → the merged cell."""
    found = {}
    for line in body:
        for j, (cell, where) in enumerate(line):
            if where.rowspan > 1 and where.row and cell.text:
                for row in range(where.row + 1, where.row + where.rowspan):
                    found[row, j] = (cell, where)
    return found


def blanks(body: Sequence[Line], cover: dict[tuple[int, int], tuple[Folded, Where]]) -> set[tuple[int, int]]:
    """Empty cells of columns that have merged cells, where no merged cell covers them: they are empty on purpose and inherit nothing."""
    merged = {j for _, j in cover}
    return {(where.row or 0, j) for line in body for j, (cell, where) in enumerate(line) if j in merged and not cell.text} - set(cover)
