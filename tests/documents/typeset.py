"""Plan items set on pages, in points from the upper left corner: what the writers of OFD files and scans draw."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from tests.documents.model import Table

PAD = 3.0
LEADING = 1.5
NO_START = "，。、；：！？）】》”’％%…)],.;:!?"
PORTRAIT = (595.0, 842.0)
LANDSCAPE = (842.0, 595.0)
Advance = Callable[[str, float], float]


@dataclass(frozen=True)
class Line:
    """Characters of one line: the left edge of each and the top of the em box."""

    text: str
    lefts: tuple[float, ...]
    top: float
    size: float


@dataclass
class Leaf:
    """A page: lines of text and ruled lines (x0, top, x1, bottom)."""

    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)


def half_em(char: str, size: float) -> float:
    """Chinese characters are as wide as high, all others half as wide."""
    return size if unicodedata.east_asian_width(char) in "WFA" else size / 2


def placed(text: str, x: float, top: float, size: float, advance: Advance = half_em) -> Line:
    """A line of text that begins at a place."""
    return Line(text, tuple(accumulate((advance(c, size) for c in text), initial=x))[: len(text)], top, size)


def wrap(text: str, width: float, size: float, advance: Advance = half_em, indent: float = 0) -> list[str]:
    """Lines of at most `width` points; numbers and Latin words stay whole, no line begins with a closing mark."""
    lines, line = [], ""
    for word in _words(text):
        room = indent if not lines else 0.0
        if line and room + sum(advance(c, size) for c in line + word) > width:
            carried = line[-1] if word in NO_START and len(line) > 1 else ""
            lines.append(line[: len(line) - len(carried)])
            line, word = carried, word if carried else word.lstrip()
        for char in word:
            if line and sum(advance(c, size) for c in line + char) > width:
                lines.append(line)
                line = ""
            line += char
    return [*lines, line] if line.strip() else lines


def _words(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        if char.isascii() and not char.isspace():
            word += char
            continue
        if word:
            yield word
        word = ""
        yield char
    if word:
        yield word


@dataclass
class Setter:
    """Sets items one below the other and begins new pages."""

    page: tuple[float, float] = PORTRAIT
    size: float = 10.5
    margin: float = 50.0
    repeat_header: bool = True
    advance: Advance = half_em
    leaves: list[Leaf] = field(default_factory=list)
    y: float = 0.0

    def set(self, items: list[str | Table]) -> list[Leaf]:
        """The pages of all items."""
        self._turn()
        for item in items:
            if isinstance(item, str):
                self._paragraph(item)
            else:
                self._table(item)
        for number, leaf in enumerate(self.leaves, 1):
            leaf.lines.append(placed(f"- {number} -", leaf.width / 2 - 10, leaf.height - 30, 9, self.advance))
        return self.leaves

    def _turn(self) -> None:
        self.leaves.append(Leaf(*self.page))
        self.y = self.margin

    def _paragraph(self, text: str) -> None:
        width, size = self.page[0] - 2 * self.margin, self.size + 1.5
        title = len(text) < 40 and not self.leaves[-1].lines
        indent = 0 if title else 2 * size
        for number, line in enumerate(wrap(text, width, size, self.advance, indent)):
            if self.y + size > self.page[1] - self.margin:
                self._turn()
            start = self.margin + (indent if number == 0 else 0)
            if title:
                start = (self.page[0] - sum(self.advance(c, size) for c in line)) / 2
            self.leaves[-1].lines.append(placed(line, start, self.y, size, self.advance))
            self.y += size * LEADING

    def _table(self, table: Table) -> None:
        scale = (self.page[0] - 2 * self.margin) / sum(table.widths)
        edges = [self.margin + scale * sum(table.widths[:i]) for i in range(len(table.widths) + 1)]
        wrapped = {}
        for c in table.cells:
            width = edges[c.column + c.colspan] - edges[c.column] - 2 * PAD
            wrapped[c.row, c.column] = wrap(c.text, width, self.size, self.advance)
        heights = self._heights(table, wrapped)
        self.y += self.size
        row = 0
        while row < table.height:
            head = list(range(table.header)) if row >= table.header and self.repeat_header else []
            rows, room = [], self.page[1] - self.margin - self.y - sum(heights[r] for r in head)
            while row < table.height and (sum(heights[r] for r in rows) + heights[row] <= room or (not rows and self.y == self.margin)):
                rows.append(row)
                row += 1
            self._fragment(table, wrapped, heights, edges, head + rows if rows else [])
            if row < table.height:
                self._turn()

    def _heights(self, table: Table, wrapped: dict[tuple[int, int], list[str]]) -> list[float]:
        step = self.size * 1.25
        heights = [step + 2 * PAD] * table.height
        for cell in sorted(table.cells, key=lambda c: c.rowspan):
            have = sum(heights[cell.row : cell.row + cell.rowspan])
            need = len(wrapped[cell.row, cell.column]) * step + 2 * PAD
            heights[cell.row + cell.rowspan - 1] += max(need - have, 0)
        return heights

    def _fragment(self, table: Table, wrapped: dict[tuple[int, int], list[str]], heights: list[float], edges: list[float], rows: list[int]) -> None:
        """The rows that stand on one page; a merged cell that began on the page before goes on without text."""
        tops = {}
        for row in rows:
            tops[row] = self.y
            self.y += heights[row]
        leaf = self.leaves[-1]
        for cell in table.cells:
            own = [r for r in range(cell.row, cell.row + cell.rowspan) if r in tops]
            if not own:
                continue
            top, bottom = tops[own[0]], tops[own[-1]] + heights[own[-1]]
            x0, x1 = edges[cell.column], edges[cell.column + cell.colspan]
            for rule in ((x0, top, x1, top), (x0, bottom, x1, bottom), (x0, top, x0, bottom), (x1, top, x1, bottom)):
                if rule not in leaf.rules:
                    leaf.rules.append(rule)
            if own[0] == cell.row:
                self._fill(leaf, wrapped[cell.row, cell.column], (x0, top, x1, bottom))

    def _fill(self, leaf: Leaf, lines: list[str], box: tuple[float, float, float, float]) -> None:
        step = self.size * 1.25
        y = max((box[1] + box[3] - len(lines) * step) / 2 + self.size * 0.125, box[1] + PAD)
        for line in lines:
            leaf.lines.append(placed(line, box[0] + PAD, y, self.size, self.advance))
            y += step
