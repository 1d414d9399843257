"""Tables typeset over pages on a bare canvas, so that every way of ruling and cutting them can be made and is known exactly."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from tests.documents.fonts import pdf_font
from tests.documents.model import Cell, Table
from tests.documents.ruling import Pen, Style
from tests.documents.typeset import wrap


@dataclass
class _Part:
    """A table row, or what of it stands on a page: from which to which line of text, at what height."""

    row: int
    top: float
    bottom: float
    lines: tuple[int, int] | None = None
    first: bool = True
    last: bool = True


def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, pdf_font(), size))


@dataclass
class Typesetter:
    """Puts paragraphs and tables on pages."""

    style: Style
    page: int = 1
    y: float = 0.0
    buffer: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.width, self.height = landscape(A4) if self.style.landscape else A4
        self.canvas = Canvas(self.buffer, (self.width, self.height))
        self.pen = Pen(self.canvas, self.height, self.style)
        self._begin()

    def _begin(self) -> None:
        self.y = self.style.margin
        self.left = self.style.margin + (self.style.shift if self.page % 2 == 0 else 0)
        if self.style.head:
            self._text(self.left, 40, self.style.head, 9)
        self._text(self.width / 2 - 10, self.height - 36, f"- {self.page} -", 9)

    def _next(self) -> None:
        self.canvas.showPage()
        self.page += 1
        self._begin()

    def _text(self, x: float, y: float, text: str, size: float) -> None:
        self.canvas.setFont(pdf_font(), size)
        self.canvas.drawString(x, self.height - y, text)

    @property
    def foot(self) -> float:
        return self.height - self.style.margin

    def paragraph(self, text: str, size: float = 12.0) -> None:
        """A paragraph over the width of the page."""
        for line in wrap("　　" + text, self.width - 2 * self.style.margin - abs(self.style.shift), size, _width):
            if self.y + size * 1.5 > self.foot:
                self._next()
            self._text(self.left, self.y + size, line, size)
            self.y += size * 1.5

    def caption(self, text: str) -> None:
        """A line in the middle of the page."""
        if self.y + 80 > self.foot:
            self._next()
        self._text(self.left + (self.width - 2 * self.style.margin - _width(text, 11)) / 2, self.y + 11, text, 11)
        self.y += 20

    def table(self, table: Table) -> None:
        """A table, over as many pages as it takes."""
        if self.style.caption:
            self.caption(self.style.caption)
        total = self.width - 2 * self.style.margin - abs(self.style.shift)
        edges = [0.0]
        for width in table.widths:
            edges.append(edges[-1] + width / sum(table.widths) * total)
        room = {c: edges[c.column + c.colspan] - edges[c.column] - 2 * self.style.padding for c in table.cells}
        lines = {c: wrap(c.text, room[c], self.style.size, _width) for c in table.cells}
        heights = self._heights(table, lines)
        shown: dict[Cell, int] = {}
        parts: list[_Part] = []
        for row in range(table.height):
            parts = self._row(table, row, heights, lines, edges, parts, shown)
        self._draw(table, edges, lines, parts, shown, True)
        self.y = parts[-1].bottom + 12

    def _heights(self, table: Table, lines: dict[Cell, list[str]]) -> list[float]:
        step = self.style.size * self.style.leading
        heights = [step + 2 * self.style.white] * table.height
        for cell, texts in sorted(lines.items(), key=lambda item: item[0].rowspan):
            need, rows = len(texts) * step + 2 * self.style.white, range(cell.row, cell.row + cell.rowspan)
            if sum(heights[r] for r in rows) < need:
                heights[rows[-1]] += need - sum(heights[r] for r in rows)
        return heights

    def _row(
        self,
        table: Table,
        row: int,
        heights: list[float],
        lines: dict[Cell, list[str]],
        edges: list[float],
        parts: list[_Part],
        shown: dict[Cell, int],
    ) -> list[_Part]:
        """Put a row below the parts of this page, on the next page, or on both; gives the parts of the page that is then open."""
        height, step = heights[row], self.style.size * self.style.leading
        fits = int((self.foot - self.y - 2 * self.style.white) // step)
        total = max((len(v) for c, v in lines.items() if c.row == row and c.rowspan == 1), default=1)
        if self.y + height <= self.foot:
            parts.append(_Part(row, self.y, self.y + height))
            self.y += height
            return parts
        cut = self.style.cut and row >= table.header and 1 <= fits < total
        if cut:
            bottom = self.y + fits * step + 2 * self.style.white
            parts.append(_Part(row, self.y, bottom, (0, fits), True, False))
        self._draw(table, edges, lines, parts, shown, False)
        self._next()
        if self.style.again:
            self.caption(self.style.again)
        parts = []
        if self.style.repeat and row >= table.header:
            for head in range(table.header):
                parts.append(_Part(head, self.y, self.y + heights[head]))
                self.y += heights[head]
        rest = (total - fits) * step + 2 * self.style.white if cut else height
        parts.append(_Part(row, self.y, self.y + rest, (fits, total) if cut else None, not cut))
        self.y += rest
        return parts

    def _draw(self, table: Table, edges: list[float], lines: dict[Cell, list[str]], parts: list[_Part], shown: dict[Cell, int], last: bool) -> None:
        """Text and lines of the parts of one page."""
        if not parts:
            return
        header = [p for p in parts if p.row < table.header]
        for group in (header, [p for p in parts if p.row >= table.header]):
            rows = {p.row for p in group}
            for cell in table.cells:
                if rows & set(range(cell.row, cell.row + cell.rowspan)):
                    self._cell(table, cell, edges, lines[cell], [p for p in group if cell.row <= p.row < cell.row + cell.rowspan], shown)
        self._rule(table, edges, parts, header, last)

    def _cell(self, table: Table, cell: Cell, edges: list[float], lines: list[str], parts: list[_Part], shown: dict[Cell, int]) -> None:
        """One cell, or its part on this page: its text, ground and own frame."""
        style, step = self.style, self.style.size * self.style.leading
        top, bottom = parts[0].top, parts[-1].bottom
        x0, x1 = self.left + edges[cell.column], self.left + edges[cell.column + cell.colspan]
        if style.shade and cell.row < table.header:
            self.canvas.setFillGray(0.85)
            self.canvas.rect(x0, self.height - bottom, x1 - x0, bottom - top, stroke=0, fill=1)
            self.canvas.setFillGray(0)
        if cell.row < table.header:
            begin, end = 0, len(lines)
        elif cell.rowspan == 1 and parts[0].lines:
            begin, end = parts[0].lines
        else:
            begin = shown.get(cell, 0)
            end = min(len(lines), begin + int((bottom - top - 2 * style.white + 0.01) // step))
        shown[cell] = end
        part = lines[begin:end]
        free = bottom - top - 2 * style.white - len(part) * step
        y = top + style.white + (max(free, 0) / 2 if style.middle else 0)
        for i, text in enumerate(part):
            space = x1 - x0 - 2 * style.padding - _width(text, style.size)
            self._text(x0 + style.padding + (space / 2 if style.centre else 0), y + i * step + 0.86 * style.size, text, style.size)
        if style.rules == "frames":
            self.canvas.setLineWidth(0.5)
            self.canvas.rect(x0, self.height - bottom, x1 - x0, bottom - top, stroke=1, fill=0)

    def _rule(self, table: Table, edges: list[float], parts: list[_Part], header: list[_Part], last: bool) -> None:
        """The lines of the parts of one page."""
        style, left, right = self.style, self.left, self.left + edges[-1]
        top, bottom = parts[0].top, parts[-1].bottom
        if style.rules in ("frames", "none"):
            return
        starts = parts[0].row == 0
        if style.rules in ("three", "rows"):
            if starts:
                self.pen.line(left, top, right, top, 1.2)
            if header:
                self.pen.line(left, header[-1].bottom, right, header[-1].bottom, 0.6)
                self._under(table, edges, header)
            if last or (style.closed and style.rules == "rows"):
                self.pen.line(left, bottom, right, bottom, 1.2)
            if style.rules == "rows":
                for part in parts[:-1]:
                    if part not in header:
                        self.pen.line(left, part.bottom, right, part.bottom, 0.4)
            return
        if starts or style.closed:
            self.pen.line(left, top, right, top, style.thick)
        if last or style.closed:
            self.pen.line(left, bottom, right, bottom, style.thick)
        for part, below in itertools.pairwise(parts):
            for x0, x1 in self._gaps(table, edges, part.row, below.row):
                self.pen.line(left + x0, part.bottom, left + x1, part.bottom)
        for part in parts:
            for cell in table.cells:
                if cell.row <= part.row < cell.row + cell.rowspan and cell.column:
                    self.pen.line(left + edges[cell.column], part.top, left + edges[cell.column], part.bottom)
        if style.sides:
            self.pen.line(left, top, left, bottom, style.thick)
            self.pen.line(right, top, right, bottom, style.thick)

    def _under(self, table: Table, edges: list[float], header: list[_Part]) -> None:
        """Lines below the group heads of a header of several levels."""
        for cell in table.cells:
            part = next((p for p in header if p.row == cell.row + cell.rowspan - 1), None)
            if part is not None and part is not header[-1] and cell.row < table.header:
                x0, x1 = self.left + edges[cell.column] + 3, self.left + edges[cell.column + cell.colspan] - 3
                self.pen.line(x0, part.bottom, x1, part.bottom, 0.4)

    def _gaps(self, table: Table, edges: list[float], row: int, below: int) -> Sequence[tuple[float, float]]:
        """Where a line parts two rows: not through merged cells."""
        closed = []
        for column in range(len(table.widths)):
            owner = next((c for c in table.cells if c.row <= row < c.row + c.rowspan and c.column <= column < c.column + c.colspan), None)
            if owner is None or not owner.row <= below < owner.row + owner.rowspan:
                closed.append((edges[column], edges[column + 1]))
        return closed

    def save(self) -> bytes:
        """The PDF."""
        self.canvas.save()
        return self.buffer.getvalue()


def write(items: Sequence[str | Table], style: Style | None = None) -> bytes:
    """A PDF of paragraphs and tables; after `"\\f"` a new page begins."""
    setter = Typesetter(style or Style())
    for item in items:
        if isinstance(item, Table):
            setter.table(item)
        elif item == "\f":
            setter._next()
        else:
            setter.paragraph(item)
    return setter.save()
