"""Two columns of text side by side, read one after the other; only where they are beyond doubt."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.layout.page import Run

_MOST_BINS = 100_000  # of a page, however far apart things stand on it
_BIN = 1.0  # points
_ROWS = 6  # lines that each column has at least
_CHARS = 80  # characters that each column has at least


def between_columns(runs: Sequence[Run]) -> float | None:
    """The place between the two columns of text that runs stand in; None where they stand in one."""
    parts = dict(split_columns(runs))
    return (max(r.x1 for r in parts[1]) + min(r.x0 for r in parts[2])) / 2 if 1 in parts else None


def split_columns(runs: Sequence[Run], known: float | None = None) -> list[tuple[int, list[Run]]]:
    """Parts of a page in reading order, each with its number of the column: 0 for the whole width, 1 left, 2 right.

    `known`: where the page has its columns; a few lines that keep them are columns too.
    """
    whole = [(0, list(runs))]
    sides = _sides(runs, known) if known is not None else []
    if sides:
        return sides
    if len(runs) < 2 * _ROWS:
        return whole
    left, right = min(r.x0 for r in runs), max(r.x1 for r in runs)
    size = median(r.size for r in runs)
    gutter = _gutter(runs, left, right, size)
    if gutter is None:
        return whole
    crossing = sorted(r.base for r in runs if r.x0 < gutter < r.x1)
    bounds = [float("-inf"), *crossing, float("inf")]
    bases = sorted(r.base for r in runs)
    above, below = max(pairwise(bounds), key=lambda b: max(bisect_left(bases, b[1]) - bisect_right(bases, b[0]), 0))
    body = [r.base for r in runs if above < r.base < below and abs(r.size - size) < 0.08 * size]
    if not body:
        return whole
    above, below = max(above, min(body) - size), min(below, max(body) + size)  # heads and footers are set in another size
    first = [r for r in runs if above < r.base < below and r.x1 <= gutter]
    second = [r for r in runs if above < r.base < below and r.x0 >= gutter]
    if not (_is_column(first, size) and _is_column(second, size)):
        return whole
    parts = [(0, [r for r in runs if r.base <= above]), (1, first), (2, second), (0, [r for r in runs if r.base >= below])]
    return [(number, part) for number, part in parts if part]


def _sides(runs: Sequence[Run], known: float) -> list[tuple[int, list[Run]]]:
    """The two columns beside a place, and what lies across it above or below them; nothing where something lies across between."""
    left, right = [r for r in runs if r.x1 <= known], [r for r in runs if r.x0 >= known]
    places = [r.base for r in (*left, *right)]
    over = [r for r in runs if r.x0 < known < r.x1]
    head, foot = [r for r in over if not places or r.base < min(places)], [r for r in over if places and r.base > max(places)]
    if len(head) + len(foot) < len(over):
        return []
    return [(number, part) for number, part in ((0, head), (1, left), (2, right), (0, foot)) if part]


def _gutter(runs: Sequence[Run], left: float, right: float, size: float) -> float | None:
    """The middle of the widest gap near the centre that nearly all lines leave free."""
    step = max(_BIN, (right - left) / _MOST_BINS)
    count = int((right - left) / step) + 2
    steps = [0] * (count + 1)
    for run in runs:
        steps[int((run.x0 - left) / step)] += 1
        steps[int((run.x1 - left) / step) + 1] -= 1
    free: list[tuple[int, int]] = []
    height, begun, limit = 0, None, len(runs) // 6
    for i in range(count):
        height += steps[i]
        if height <= limit and 0.35 * count < i < 0.65 * count:
            begun = i if begun is None else begun
        elif begun is not None:
            free.append((begun, i))
            begun = None
    wide = [(b, e) for b, e in free if (e - b) * step >= 0.7 * size]
    if not wide:
        return None
    begin, end = max(wide, key=lambda f: f[1] - f[0])
    return left + (begin + end) / 2 * step


def _is_column(runs: Sequence[Run], size: float) -> bool:
    """Whether runs fill a column: enough lines, of which many reach its right edge."""
    if sum(len(r.text) for r in runs) < _CHARS:
        return False
    ends: dict[int, float] = {}
    for run in runs:
        row = round(run.base / size)
        ends[row] = max(ends.get(row, 0.0), run.x1)
    edge = max(ends.values())
    return len(ends) >= _ROWS and sum(x > edge - 1.5 * size for x in ends.values()) >= 0.4 * len(ends)
