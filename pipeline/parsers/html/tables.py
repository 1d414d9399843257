"""Which tables of a page hold data and which only lay it out, and the places of a data table's cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from pipeline.celltext import join_lines
from pipeline.content import Place
from pipeline.parsers.html.flow import Line, TableAt, flow
from pipeline.parsers.html.tree import Tree
from schemas.limits import Budget

_GROUPS = ("thead", "tbody", "tfoot")
_MAIN = re.compile(r"TRS_Editor|UCAP-CONTENT|pages_content|^zoom$", re.I)
_LONGEST_SPAN = 1000  # as browsers clamp colspan (65,534 for rowspan, which the group of rows clamps)
_PAGE_CELL = 300  # characters of a cell that holds an article and not data, if it is most of a table of at most three rows
_DEEPEST = 6  # tables in tables: what holds more of them lays out a page
_ENDED = re.compile(r"[。；;，,：:]$")
_NOTE = re.compile(r"(?:注|备注|说明|注释|填表说明)\s*[:：]")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell as it stands in the markup: its element, row (from 0) and the places it takes."""

    node: int
    row: int
    rowspan: int
    colspan: int


@dataclass(slots=True)
class Grid:
    """A data table: the lines that stand above it (caption, title rows), its cells, the notes below it."""

    node: int
    above: list[str]
    cells: list[Place]
    below: list[str]
    links: int = 0
    width: int = 0
    height: int = 0

    @property
    def length(self) -> int:
        """Characters of its cells."""
        return sum(len(c.text) for c in self.cells)


@dataclass(slots=True)
class Tables:
    """The data tables of a page by the index of their elements."""

    tree: Tree
    budget: Budget
    found: dict[int, Grid] = field(default_factory=dict)

    def read(self) -> dict[int, Grid]:
        """All data tables; inner tables are judged before those around them, which then are layout."""
        tree = self.tree
        deep: dict[int, int] = {}
        for node in reversed([i for i, tag in enumerate(tree.tags) if tag == "table"]):
            deep[node] = 1 + max((deep.pop(n) for n in list(takewhile(lambda n, end=tree.ends[node]: n < end, reversed(deep)))), default=0)  # type: ignore[misc]
            if deep[node] > _DEEPEST:
                continue
            grid = self._grid(node)
            if grid is None or not self._takes(node, grid):
                continue
            for n in list(takewhile(lambda n, end=tree.ends[node]: n < end, reversed(self.found))):  # type: ignore[misc]
                del self.found[n]
            self.found[node] = grid
        return self.found

    def _takes(self, node: int, grid: Grid) -> bool:
        """Whether the tables inside it are small things in cells, and not the page's parts."""
        tree, inside, at = self.tree, 0, node + 1
        while at < tree.ends[node]:
            if tree.tags[at] == "table":
                inside += sum(len(tree.texts.get(i, "").strip()) for i in range(at, tree.ends[at]))
                at = tree.ends[at]
            else:
                at += 1
        return not inside or (inside <= 0.3 * grid.length and grid.height >= 3)

    def _grid(self, node: int) -> Grid | None:
        """The table as data; None where it only lays out."""
        tree = self.tree
        if tree.get(node, "role") in ("presentation", "none") or self._is_frame(node):
            return None
        cells = _cells(tree, node)
        if len(cells) < 2:
            return None
        lines = {c.node: _inner_rows(tree, c.node, flow(tree, c.node + 1, tree.ends[c.node], (), self.budget)) for c in cells}
        places = _place(cells, self.budget)
        texts = [Place(join_lines(line.text for line in lines[cell.node]), p.row, p.column, p.rowspan, p.colspan) for cell, p in places]
        texts = _squeezed(texts)
        width = max((p.column + p.colspan - 1 for p in texts), default=0)
        height = max((p.row for p in texts), default=0)
        headed = any(tree.tags[c.node] == "th" for c in cells)
        links = sum(line.links for found in lines.values() for line in found)
        grid = Grid(node, _captions(tree, node, self.budget), texts, [], links, width, height)
        headed = headed or _is_head([t for t in texts if t.row == 1], height)
        if width < 2 or (not headed and _is_page(lines, height)) or (links > 0.5 * max(grid.length, 1) and not headed):
            return None
        self.budget.check("cells", width * height, "cells of a table")
        _lift(grid)
        return grid if grid.height and grid.width > 1 else None

    def _is_frame(self, node: int) -> bool:
        """Whether it holds what only the frame of a page holds: a heading, the article."""
        tree = self.tree
        for i in range(node + 1, tree.ends[node]):
            if tree.tags[i] in ("h1", "article", "nav", "footer", "main"):
                return True
            if _MAIN.search(tree.get(i, "id")) or _MAIN.search(tree.get(i, "class")):
                return True
        return False


def _inner_rows(tree: Tree, cell: int, items: Iterable[Line | TableAt]) -> list[Line]:
    """The lines of a cell; a row of a table inside it is one line, a blank between its cells and ； behind it."""
    found: list[Line] = []
    last = -1
    for item in items:
        if not isinstance(item, Line):
            continue
        row = item.node
        while row > cell and tree.tags[row] != "tr":
            row = tree.parents[row]
        if row > cell and row == last:
            found[-1] = Line(f"{found[-1].text} {item.text}", found[-1].links + item.links, item.node)
            continue
        if last > cell and not _ENDED.search(found[-1].text):
            found[-1] = Line(found[-1].text + "；", found[-1].links, found[-1].node)
        found.append(item)
        last = row
    return found


def _is_head(first: Sequence[Place], height: int) -> bool:
    """Whether the first row looks like a header."""
    filled = [p.text for p in first if p.text]
    return height > 1 and len(filled) > 1 and all(len(text) <= 12 for text in filled)


def _is_page(lines: dict[int, list[Line]], height: int) -> bool:
    """Whether one cell holds an article."""
    if height > 3:
        return False
    sizes = {node: sum(len(line.text) for line in found) for node, found in lines.items()}
    largest = max(sizes, key=lambda n: sizes[n])
    share = sizes[largest] / max(sum(sizes.values()), 1)
    return len(lines[largest]) >= 6 and share > 0.7 and (sizes[largest] >= _PAGE_CELL or height == 1)


def _cells(tree: Tree, node: int) -> list[_Cell]:
    """The table's own cells, in rows of groups: a rowspan ends with its group."""
    groups: list[list[int]] = []
    loose: list[int] = []
    children = tree.children(node)
    for child in sorted(children, key=lambda c: _GROUPS.index(tree.tags[c]) if tree.tags[c] in _GROUPS else 1):
        if tree.tags[child] in _GROUPS:
            groups.append([r for r in tree.children(child) if tree.tags[r] == "tr"])
        elif tree.tags[child] == "tr":
            loose.append(child)
    cells = []
    row = 0
    for group in [*groups, loose]:  # the parser puts rows without group into a <tbody>; loose ones stand below
        for at, tr in enumerate(group):
            for td in (c for c in tree.children(tr) if tree.tags[c] in ("td", "th")):
                rowspan = _span(tree.get(td, "rowspan"), len(group) - at)
                colspan = min(_span(tree.get(td, "colspan"), 1, 1), _LONGEST_SPAN)
                cells.append(_Cell(td, row, rowspan, colspan))
            row += 1
    return cells


def _span(text: str, most: int, zero: int | None = None) -> int:
    """A rowspan within its group (0: to its end) or, with `most` 1, a colspan."""
    hit = re.match(r"\s*(\d{1,6})", text)
    value = int(hit[1]) if hit else 1
    if zero is not None:
        return value or zero
    return min(value or most, most)


def _place(cells: Sequence[_Cell], budget: Budget) -> list[tuple[_Cell, Place]]:
    """Each cell with its row and column (from 1): the next place of its row that no merged cell covers."""
    taken: dict[int, set[int]] = {}
    placed = []
    column, row = 0, -1
    for cell in cells:
        if cell.row != row:
            row, column = cell.row, 0
            taken = {r: columns for r, columns in taken.items() if r >= row}
        busy = taken.setdefault(row, set())
        while column in busy:
            column += 1
        budget.cells(cell.rowspan * cell.colspan)
        for r in range(row, row + cell.rowspan):
            taken.setdefault(r, set()).update(range(column, column + cell.colspan))
        placed.append((cell, Place("", row + 1, column + 1, cell.rowspan, cell.colspan)))
        column += cell.colspan
    return placed


def _squeezed(cells: list[Place]) -> list[Place]:
    """The cells without rows and columns in which no cell begins or all are empty (grids of Word, spacers)."""
    rows = _numbers({c.row for c in cells if c.text})
    columns = _numbers({c.column for c in cells if c.text})
    kept = []
    for c in cells:
        rowspan = sum(r in rows for r in range(c.row, c.row + c.rowspan))
        colspan = sum(i in columns for i in range(c.column, c.column + c.colspan))
        if rowspan and colspan:
            first_row = next(r for r in range(c.row, c.row + c.rowspan) if r in rows)
            first_column = next(i for i in range(c.column, c.column + c.colspan) if i in columns)
            kept.append(Place(c.text, rows[first_row], columns[first_column], rowspan, colspan))
    return kept


def _numbers(used: set[int]) -> dict[int, int]:
    return {old: new for new, old in enumerate(sorted(used), 1)}


def _captions(tree: Tree, node: int, budget: Budget) -> list[str]:
    found = []
    for child in tree.children(node):
        if tree.tags[child] == "caption":
            found += [line.text for line in flow(tree, child + 1, tree.ends[child], (), budget) if isinstance(line, Line)]
    return found


def _lift(grid: Grid) -> None:
    """Take title rows (one cell over the whole width) off the top and notes off the bottom."""
    filled: dict[int, list[Place]] = {}
    for cell in grid.cells:
        if cell.text:
            filled.setdefault(cell.row, []).append(cell)
    first, last = 1, grid.height
    while (top := _whole(filled.get(first, []), grid.width)) is not None:
        grid.above.append(top.text)
        first += 1
    while last >= first and (note := _whole(filled.get(last, []), grid.width)) is not None and _NOTE.match(note.text):
        grid.below.append(note.text)
        last -= 1
    grid.below.reverse()
    grid.height = last - first + 1
    grid.cells = [Place(c.text, c.row - first + 1, c.column, c.rowspan, c.colspan) for c in grid.cells if first <= c.row <= last]


def _whole(cells: Sequence[Place], width: int) -> Place | None:
    """The cell of a row that alone is filled and takes its whole width."""
    return cells[0] if len(cells) == 1 and cells[0].colspan == width and cells[0].rowspan == 1 else None
