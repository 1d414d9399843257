"""Tables of a page: the cells that ruled lines bound, and columns that stand without vertical lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from pipeline.content import Place
from pipeline.layout.page import Fragment, Page, Run
from pipeline.layout.tables.cells import cell_text
from pipeline.layout.tables.lattice import Grid, GridCell, Segment, find_grids
from pipeline.layout.tables.unruled import find_unruled
from schemas.types import Box, Where

_STROKES = "iIl|!1丨"  # what a piece of a vertical line is recognised as


def find_tables(page: Page, above: Fragment | None = None) -> tuple[list[Fragment], list[Run]]:
    """The parts of tables that stand on a page, and the runs that belong to none.

    `above` is the last table of the page before, where nothing stands below it: a part without lines is known by its columns.
    """
    fragments: list[Fragment] = []
    rest = page.runs
    loose: list[Segment] = []
    if page.rules:
        grids, loose = find_grids(page)
        for grid in grids:
            fragment, left = _fill(grid, page, rest, above)
            if fragment is not None:
                fragments.append(fragment)
                rest = left
    others, rest = find_unruled(page, rest, loose, above)
    return sorted([*fragments, *others], key=lambda f: f.top), rest


def _fill(grid: Grid, page: Page, runs: Sequence[Run], above: Fragment | None) -> tuple[Fragment | None, list[Run]]:
    """The cells of a grid with their text, and the runs outside; None where the lines bound no table."""
    inside: dict[int, list[Run]] = {}
    rest: list[Run] = []
    for run in runs:
        middle = (run.top + run.bottom) / 2
        if run.x1 < grid.xs[0] or run.x0 > grid.xs[-1] or not grid.ys[0] <= middle <= grid.ys[-1]:
            rest.append(run)
            continue
        for cell, part in _split(grid, run, middle):
            if cell is None:
                rest.append(part)
            else:
                inside.setdefault(cell, []).append(part)
    if not (_is_table(grid, inside) or (inside and _goes_on(grid, page, above))):
        return None, list(runs)
    cells = [place for i, cell in enumerate(grid.cells) for place in _places(grid, cell, page, inside.get(i, []))]
    xs, ys = grid.xs, grid.ys
    return Fragment(page.number, xs[0], ys[0], xs[-1], ys[-1], xs, cells, grid.open_above, grid.open_below), rest


def _split(grid: Grid, run: Run, middle: float) -> list[tuple[int | None, Run]]:
    """A run cut where its characters stand in different cells (each belongs where its middle is)."""
    centres = run.centres
    first, last = (grid.find(x, middle) for x in (centres[0], centres[-1]))
    if first == last:
        return [(first, run)]
    return run.split([grid.find(x, middle) for x in centres])


def _is_table(grid: Grid, inside: dict[int, list[Run]]) -> bool:
    """Whether a grid is a table: text in at least two cells of different columns, and not a chart's lines with a label here and there."""
    filled = [grid.cells[i] for i, runs in inside.items() if any(r.text.strip() for r in runs)]
    columns = {cell.column for cell in filled}
    return len(columns) >= 2 and len(filled) * 5 >= len(grid.cells)


def _goes_on(grid: Grid, page: Page, above: Fragment | None) -> bool:
    """Whether a grid with text in one column has the columns of the table that ends the page before: the rest of a cut row."""
    if above is None or not above.ruled or above.page != page.number - 1 or len(above.columns) != len(grid.xs):
        return False
    move = grid.xs[0] - above.columns[0]
    return all(abs(new - old - move) < 2.5 for new, old in zip(grid.xs, above.columns, strict=True))


def _places(grid: Grid, cell: GridCell, page: Page, runs: Sequence[Run]) -> list[Place]:
    """A cell, or several where only the lines between them are missing: text stands apart in most of the columns it lies across."""
    if cell.colspan >= 3:
        edges = grid.xs[cell.column : cell.column + cell.colspan + 1]
        if page.recognised:
            runs = [part for run in runs for part in _without_borders(run, edges[1:-1])]
        free = not any(left < edge - 0.5 and right > edge + 0.5 for r in runs for edge in edges[1:-1] for left, right in _words(r))
        columns = {bisect_right(edges, (left + right) / 2) for r in runs for left, right in _words(r)}
        if free and len(columns) >= max(3, 0.6 * cell.colspan):
            parts = [GridCell(cell.row, cell.column + k, cell.rowspan, 1) for k in range(cell.colspan)]
            shares: list[list[Run]] = [[] for _ in parts]
            for run in runs:
                for k, part in run.split([min(max(bisect_right(edges, x) - 1, 0), cell.colspan - 1) for x in run.centres]):
                    shares[k or 0].append(part)
            return [_place(grid, part, page.number, share) for part, share in zip(parts, shares, strict=True)]
    return [_place(grid, cell, page.number, runs)]


def _without_borders(run: Run, edges: Sequence[float]) -> list[Run]:
    """A recognised run without the strokes that are not letters but what is left of a worn border: an i on the edge of a column."""
    parts, start = [], 0
    for i, (char, left, right) in enumerate(zip(run.text, run.lefts, run.rights, strict=True)):
        if char in _STROKES and any(left - 1 <= edge <= right + 1 for edge in edges):
            parts.append(run.cut(start, i))
            start = i + 1
    return [part for part in (*parts, run.cut(start, len(run.text))) if part.text]


def _words(run: Run) -> list[tuple[float, float]]:
    """From where to where the stretches of a run without gaps go."""
    stretches = [[run.lefts[0], run.rights[0]]]
    for char, left, right in zip(run.text[1:], run.lefts[1:], run.rights[1:], strict=True):
        if char.isspace():
            continue
        if left - stretches[-1][1] > 0.3 * run.size:
            stretches.append([left, right])
        else:
            stretches[-1][1] = max(stretches[-1][1], right)
    return [(left, right) for left, right in stretches]


def _place(grid: Grid, cell: GridCell, page: int, runs: Sequence[Run]) -> Place:
    x0, top, x1, bottom = grid.box(cell)
    text, pieces = cell_text(runs, page, x1 - x0)
    where = Where(boxes=(Box(page, x0, top, x1, bottom),))
    return Place(text, cell.row + 1, cell.column + 1, cell.rowspan, cell.colspan, where, pieces)
