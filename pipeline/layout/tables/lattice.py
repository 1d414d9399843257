"""Ruled lines → grids of cells: lines are snapped and merged, what touches is one grid, a missing inner line merges cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.layout.page import Page, Rule, Run

_SNAP = 4.0  # points: lines nearer than this are one (double lines, frames drawn for each cell); no row of text is as low
_REACH = 3.0  # points by which a line may fall short of the one it should touch
_DASH = 5.0  # points between the pieces of a dashed line
_SHORT = 7.0  # points: a line shorter than this bounds no cell
_OPEN = 7.0  # points by which lines must stand out beyond the last crossing line to bound an open row or column
_COVER = 0.6  # share of a side that a line must cover to close it


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight line: its place across (`at`), where it begins and ends."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class GridCell:
    """Row and column (from 0) of a cell's upper left corner and the places it takes."""

    row: int
    column: int
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Edges of columns and rows, the cells between them, which cell owns each place, and the sides that no line closes."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[GridCell, ...]
    owner: tuple[tuple[int, ...], ...]
    open_above: bool = False
    open_below: bool = False

    def find(self, x: float, y: float) -> int | None:
        """The number of the cell at a point, None outside."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1:
            return self.owner[row][column]
        return None

    def box(self, cell: GridCell) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a cell."""
        return self.xs[cell.column], self.ys[cell.row], self.xs[cell.column + cell.colspan], self.ys[cell.row + cell.rowspan]


def find_grids(page: Page) -> tuple[list[Grid], list[Segment]]:
    """The grids of a page from top to bottom, and the horizontal lines that belong to none of them."""
    across, down = segments(page)
    across = _without_underlines(across, page.runs)
    grids, loose = [], []
    for horizontals, verticals in _with_lone(_components(across, down)):
        grid = _grid(horizontals, verticals) if verticals else None
        if grid is None:
            loose += horizontals
        else:
            grids.append(grid)
    return sorted(grids, key=lambda g: (g.ys[0], g.xs[0])), loose


def segments(page: Page) -> tuple[list[Segment], list[Segment]]:
    """Horizontal and vertical lines of a page, pieces of one line merged; lines along the page's own edge are left out."""
    across, down = [], []
    for rule in page.rules:
        if _along_edge(rule, page):
            continue
        wide, high = rule.x1 - rule.x0, rule.bottom - rule.top
        middle_y, middle_x = (rule.top + rule.bottom) / 2, (rule.x0 + rule.x1) / 2
        if wide >= high or wide <= _DASH:
            across.append(Segment(middle_y, rule.x0, rule.x1))
        if high > wide or high <= _DASH:
            down.append(Segment(middle_x, rule.top, rule.bottom))
    return _merge(across), _merge(down)


def _along_edge(rule: Rule, page: Page) -> bool:
    """Whether a line is the page's own edge (a coloured ground, a cutting frame) or stands outside the page."""
    if rule.horizontal:
        return rule.bottom < 2 or rule.top > page.height - 2
    return rule.x1 < 2 or rule.x0 > page.width - 2


def _merge(pieces: list[Segment]) -> list[Segment]:
    """Pieces on one line become one segment; what stays too short to bound a cell is dropped.

    Lines at nearly the same place are one line only where they overlap or follow each other.
    """
    pieces.sort(key=lambda s: (s.at, s.start))
    merged: list[Segment] = []
    first = 0
    for i in range(1, len(pieces) + 1):
        if i < len(pieces) and pieces[i].at - pieces[i - 1].at <= 1.0:
            continue
        run: Segment | None = None
        for piece in sorted(pieces[first:i], key=lambda s: s.start):
            if run is not None and piece.start <= run.end + _DASH:
                run = Segment(run.at, run.start, max(run.end, piece.end))
                continue
            if run is not None:
                merged.append(run)
            run = piece
        if run is not None:
            merged.append(run)
        first = i
    return [s for s in merged if s.end - s.start >= _SHORT]


def _without_underlines(lines: list[Segment], runs: Sequence[Run]) -> list[Segment]:
    """The lines that underline (or strike out) no run of text, being as long as it and at its foot."""
    starts: dict[int, list[Run]] = {}
    for run in runs:
        starts.setdefault(int(run.x0 // 5), []).append(run)

    def underlines(line: Segment) -> bool:
        key = int(line.start // 5)
        near = (run for k in (key - 1, key, key + 1) for run in starts.get(k, ()))
        return any(
            run.top < line.at < run.bottom + 0.25 * run.size and abs(run.x0 - line.start) < 2.5 and abs(run.x1 - line.end) < 2.5 for run in near
        )

    return [line for line in lines if not underlines(line)]


def _components(across: list[Segment], down: list[Segment]) -> Iterable[tuple[list[Segment], list[Segment]]]:
    """Groups of lines that touch each other."""
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    ordered = sorted(range(len(across)), key=lambda i: across[i].at)
    heights = [across[i].at for i in ordered]
    for j, v in enumerate(down):
        low, high = bisect_right(heights, v.start - _REACH), bisect_right(heights, v.end + _REACH)
        for i in ordered[low:high]:
            h = across[i]
            if h.start - _REACH <= v.at <= h.end + _REACH:
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, h in enumerate(across):
        groups.setdefault(root(i), ([], []))[0].append(h)
    for j, v in enumerate(down):
        groups.setdefault(root(len(across) + j), ([], []))[1].append(v)
    return groups.values()


def _with_lone(groups: Iterable[tuple[list[Segment], list[Segment]]]) -> Iterable[tuple[list[Segment], list[Segment]]]:
    """Groups with the vertical lines that no horizontal line touches because one merged cell takes the whole height beside the other columns."""
    groups = list(groups)
    lone = [v for across, down in groups if not across for v in down]
    for across, down in groups:
        if across and down:
            top, bottom = min(v.start for v in down), max(v.end for v in down)
            yield across, down + [v for v in lone if abs(v.start - top) < _OPEN and abs(v.end - bottom) < _OPEN]
        elif across:
            yield across, down


def _grid(across: list[Segment], down: list[Segment]) -> Grid | None:
    """The grid of lines that touch; None where they bound fewer than two columns or no row."""
    if not across:
        return None
    xs, ys = _edges([v.at for v in down]), _edges([h.at for h in across])
    left, right = min(h.start for h in across), max(h.end for h in across)
    top, bottom = min(v.start for v in down), max(v.end for v in down)
    above, below = ys[0] - top > _OPEN, bottom - ys[-1] > _OPEN
    xs = [left] * (xs[0] - left > _OPEN) + xs + [right] * (right - xs[-1] > _OPEN)
    ys = [top] * above + ys + [bottom] * below
    if len(xs) < 3 or len(ys) < 2:
        return None
    walls = _walls(down, xs, ys)
    floors = _walls(across, ys, xs)
    cells, owner = _cells(walls, floors, len(ys) - 1, len(xs) - 1)
    return Grid(tuple(xs), tuple(ys), cells, owner, above, below)


def _edges(places: list[float]) -> list[float]:
    """Places of lines, those nearer than the snap distance taken together."""
    places = sorted(places)
    edges, group = [], [places[0]]
    for place in places[1:]:
        if place - group[-1] <= _SNAP and place - group[0] <= 1.5 * _SNAP:
            group.append(place)
        else:
            edges.append(sum(group) / len(group))
            group = [place]
    return [*edges, sum(group) / len(group)]


def _walls(lines: list[Segment], places: Sequence[float], cross: Sequence[float]) -> list[list[bool]]:
    """For each edge in `places` and each interval between `cross` edges: whether lines close it."""
    covered = [[0.0] * (len(cross) - 1) for _ in places]
    reached = [cross[0] - 1.0] * len(places)  # parts that two lines beside each other both cover count once
    for line in sorted(lines, key=lambda s: s.start):
        at = min(range(len(places)), key=lambda i: abs(places[i] - line.at))
        start, reached[at] = max(line.start, reached[at]), max(line.end, reached[at])
        for k in range(len(cross) - 1):
            shared = min(line.end, cross[k + 1]) - max(start, cross[k])
            if shared > 0:
                covered[at][k] += shared
    return [[length >= _COVER * (cross[k + 1] - cross[k]) for k, length in enumerate(row)] for row in covered]


def _cells(walls: list[list[bool]], floors: list[list[bool]], rows: int, columns: int) -> tuple[tuple[GridCell, ...], tuple[tuple[int, ...], ...]]:
    """Cells as the largest rectangles without inner lines, from the upper left; `walls[x][row]`, `floors[y][column]`."""
    owner = [[-1] * columns for _ in range(rows)]
    cells: list[GridCell] = []
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] >= 0:
                continue
            right = column + 1
            while right < columns and not walls[right][row] and owner[row][right] < 0:
                right += 1
            below = row + 1
            while below < rows and _joined(walls, floors, below, column, right):
                below += 1
            for y in range(row, below):
                owner[y][column:right] = [len(cells)] * (right - column)
            cells.append(GridCell(row, column, below - row, right - column))
    return tuple(cells), tuple(tuple(line) for line in owner)


def _joined(walls: list[list[bool]], floors: list[list[bool]], row: int, left: int, right: int) -> bool:
    """Whether the places `left` to `right` of a row belong to the cell above them."""
    return not any(floors[row][left:right]) and not any(walls[x][row] for x in range(left + 1, right))
