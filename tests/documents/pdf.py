"""Typesets paragraphs and tables as a PDF the way offices do: indented paragraphs, centred titles, running head, page numbers, ruled tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Table, TableStyle

from tests.documents import model
from tests.documents.fonts import pdf_font

# What stands together on a line: a Latin word or number with its signs, or one character; closing marks stay with what precedes them.
_TOKEN = re.compile(r"(?:[“‘《〈（〔【(]*)(?:[A-Za-z0-9.%/+#@·-]+|.)(?:[”’》〉）〕】),，。、；：！？;:!?]*)", re.S)


@dataclass(frozen=True)
class Style:
    """How paragraphs and pages are set; sizes in points."""

    size: float = 16
    leading: float = 28
    wide: bool = False  # the page lies on its side
    head: str = ""
    number: str = "— {} —"
    repeat: bool = True  # the header rows of a table stand on each of its pages
    centred: frozenset[str] = frozenset()
    right: frozenset[str] = frozenset()
    lowered: bool = True  # the 2.5 of PM2.5 is a subscript


class Text(Flowable):
    """A paragraph in lines; splits over pages. `lines`: pairs of text and whether it is the first of the paragraph."""

    def __init__(self, text: str, style: Style, lines: Sequence[str] | None = None, first: bool = True, size: float = 0) -> None:
        super().__init__()
        self.text, self.style, self.lines, self.first, self.scale = text, style, lines, first, size or style.size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.room = width
        if self.lines is None:
            self.lines = self._broken(width)
        return width, len(self.lines) * self.style.leading

    def _broken(self, width: float) -> list[str]:
        lines, line = [], ""
        indent = 0 if self.text in self.style.centred | self.style.right else 2 * self.scale
        for token in _TOKEN.findall(self.text):
            room = width - (0 if lines else indent)
            if line and pdfmetrics.stringWidth(line + token, pdf_font(), self.scale) > room + 0.5 * self.scale:
                lines.append(line)
                line = ""
            line += token
        return [*lines, line]

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        assert self.lines is not None
        fits = int(height / self.style.leading)
        if fits < 1:
            return []
        parts = (self.lines[:fits], self.lines[fits:])
        return [Text(self.text, self.style, p, self.first and i == 0, self.scale) for i, p in enumerate(parts) if p]

    def draw(self) -> None:
        assert self.lines is not None
        top = len(self.lines) * self.style.leading
        for i, line in enumerate(self.lines):
            wide = pdfmetrics.stringWidth(line, pdf_font(), self.scale)
            x = 2 * self.scale if self.first and i == 0 else 0.0
            if self.text in self.style.centred:
                x = (self.room - wide) / 2
            elif self.text in self.style.right:
                x = self.room - wide - 2 * self.scale
            self._put(x, top - (i + 0.75) * self.style.leading, line)

    def _put(self, x: float, y: float, line: str) -> None:
        """A line of text, 2.5 behind PM smaller and lower."""
        for part in re.split(r"(?<=PM)(2\.5)", line):
            small = self.style.lowered and part == "2.5"
            size = self.scale * (0.6 if small else 1)
            self.canv.setFont(pdf_font(), size)
            self.canv.drawString(x, y - (0.18 * self.scale if small else 0), part)
            x += pdfmetrics.stringWidth(part, pdf_font(), size)


def write(items: Sequence[str | model.Table], style: Style | None = None, **settings: object) -> bytes:
    """The PDF of paragraphs and tables. `settings` go to reportlab's document (encrypt=…)."""
    style = style or Style()
    page = landscape(A4) if style.wide else A4
    out = BytesIO()
    document = BaseDocTemplate(out, pagesize=page, leftMargin=80, rightMargin=80, topMargin=100, bottomMargin=90, **settings)
    # the width is a whole number of characters, as in official papers
    width = (page[0] - 160) // style.size * style.size
    frame = Frame(80, 90, width, page[1] - 190, 0, 0, 0, 0)

    def furniture(canvas: Canvas, _: object) -> None:
        canvas.setFont(pdf_font(), 12)
        if style.head:
            canvas.drawCentredString(page[0] / 2, page[1] - 60, style.head)
        if style.number:
            canvas.drawCentredString(page[0] / 2, 50, style.number.format(canvas.getPageNumber()))

    document.addPageTemplates(PageTemplate("page", [frame], onPage=furniture))
    document.build([_flowable(item, style, width) for item in items])
    return out.getvalue()


def _flowable(item: str | model.Table, style: Style, width: float) -> Flowable:
    if isinstance(item, str):
        return Text(item, style, size=style.size * 1.375 if item in style.centred else style.size)
    widths = [w * width / sum(item.widths) for w in item.widths]
    rows = [[""] * len(widths) for _ in range(item.height)]
    spans = []
    for cell in item.cells:
        room = sum(widths[cell.column : cell.column + cell.colspan]) - 8
        rows[cell.row][cell.column] = "\n".join(_cell_lines(cell.text, room))
        if cell.rowspan * cell.colspan > 1:
            spans.append(("SPAN", (cell.column, cell.row), (cell.column + cell.colspan - 1, cell.row + cell.rowspan - 1)))
    look = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONT", (0, 0), (-1, -1), pdf_font(), 10), ("LEADING", (0, 0), (-1, -1), 13)]
    look += [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4)]
    return Table(rows, widths, repeatRows=item.header if style.repeat else 0, style=TableStyle(look + spans))


def _cell_lines(text: str, room: float) -> list[str]:
    lines = [""]
    for token in _TOKEN.findall(text):
        if lines[-1] and pdfmetrics.stringWidth(lines[-1] + token, pdf_font(), 10) > room:
            lines.append("")
        lines[-1] += token
    return lines
