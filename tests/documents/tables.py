"""Tables typeset over pages on a bare canvas, so that every way of ruling and cutting them can be made and is known exactly."""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import regex
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.documents.model import Cell, Table

_WQY = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
_TOKEN = regex.compile(r"[A-Za-z0-9.,%≥≤-]+[。，；]?|.[。，；、）]?")


@dataclass(frozen=True)
class Style:
    """How a table is drawn.

    `rules`: grid, frames (four lines around each cell), rows (no vertical lines, a line below each row), three (三线表), none.
    `cut`: rows may be cut by the page's edge. `closed`: a line closes the table at the foot of each page. `caption` stands above the
    table, `again` above its parts on later pages; `shift`: points by which even pages are moved to the right. `band`: padding above
    and below text where it is another.
    """

    rules: str = "grid"
    repeat: bool = True
    cut: bool = False
    closed: bool = True
    middle: bool = False
    centre: bool = False
    sides: bool = True
    thick: float = 0.5
    double: bool = False
    dash: tuple[float, float] | None = None
    pieces: float = 0.0
    shade: bool = False
    landscape: bool = False
    size: float = 9.0
    leading: float = 1.35
    padding: float = 4.0
    band: float | None = None
    shift: float = 0.0
    caption: str = ""
    again: str = ""
    head: str = ""
    margin: float = 60.0

    @property
    def white(self) -> float:
        """Padding above and below text."""
        return self.padding if self.band is None else self.band


@dataclass
class _Part:
    """A table row, or what of it stands on a page: from which to which line of text, at what height."""

    row: int
    top: float
    bottom: float
    lines: tuple[int, int] | None = None
    first: bool = True
    last: bool = True


@cache
def font() -> str:
    """A font with Chinese characters: one of the system, or the one that PDF viewers bring."""
    if _WQY.exists():
        pdfmetrics.registerFont(TTFont("Table", str(_WQY), subfontIndex=0))
        return "Table"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def wrap(text: str, width: float, size: float) -> list[str]:
    """Lines of a text: broken between Chinese characters, not within numbers and Latin words that fit a line."""
    lines, line = [], ""
    tokens = [t for token in _TOKEN.findall(text) for t in ([token] if _width(token, size) <= width else list(token))]
    for token in tokens:
        if line and _width(line + token, size) > width:
            lines.append(line)
            line = ""
        line += token if line or token != " " else ""
    return [*lines, line] if line else lines


def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, font(), size))


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
        self.canvas.setFont(font(), size)
        self.canvas.drawString(x, self.height - y, text)

    @property
    def foot(self) -> float:
        return self.height - self.style.margin

    def paragraph(self, text: str, size: float = 12.0) -> None:
        """A paragraph over the width of the page."""
        for line in wrap("　　" + text, self.width - 2 * self.style.margin - abs(self.style.shift), size):
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
        lines = {c: wrap(c.text, edges[c.column + c.colspan] - edges[c.column] - 2 * self.style.padding, self.style.size) for c in table.cells}
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
                self._line(left, top, right, top, 1.2)
            if header:
                self._line(left, header[-1].bottom, right, header[-1].bottom, 0.6)
                self._under(table, edges, header)
            if last or (style.closed and style.rules == "rows"):
                self._line(left, bottom, right, bottom, 1.2)
            if style.rules == "rows":
                for part in parts[:-1]:
                    if part not in header:
                        self._line(left, part.bottom, right, part.bottom, 0.4)
            return
        if starts or style.closed:
            self._line(left, top, right, top, style.thick)
        if last or style.closed:
            self._line(left, bottom, right, bottom, style.thick)
        for part, below in itertools.pairwise(parts):
            for x0, x1 in self._gaps(table, edges, part.row, below.row):
                self._line(left + x0, part.bottom, left + x1, part.bottom)
        for part in parts:
            for cell in table.cells:
                if cell.row <= part.row < cell.row + cell.rowspan and cell.column:
                    self._line(left + edges[cell.column], part.top, left + edges[cell.column], part.bottom)
        if style.sides:
            self._line(left, top, left, bottom, style.thick)
            self._line(right, top, right, bottom, style.thick)

    def _under(self, table: Table, edges: list[float], header: list[_Part]) -> None:
        """Lines below the group heads of a header of several levels."""
        for cell in table.cells:
            part = next((p for p in header if p.row == cell.row + cell.rowspan - 1), None)
            if part is not None and part is not header[-1] and cell.row < table.header:
                x0, x1 = self.left + edges[cell.column] + 3, self.left + edges[cell.column + cell.colspan] - 3
                self._line(x0, part.bottom, x1, part.bottom, 0.4)

    def _gaps(self, table: Table, edges: list[float], row: int, below: int) -> Sequence[tuple[float, float]]:
        """Where a line parts two rows: not through merged cells."""
        closed = []
        for column in range(len(table.widths)):
            owner = next((c for c in table.cells if c.row <= row < c.row + c.rowspan and c.column <= column < c.column + c.colspan), None)
            if owner is None or not owner.row <= below < owner.row + owner.rowspan:
                closed.append((edges[column], edges[column + 1]))
        return closed

    def _line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> None:
        style = self.style
        self.canvas.setLineWidth(width)
        if style.dash:
            self.canvas.setDash(*style.dash)
        shifts = (-0.8, 0.8) if style.double else (0.0,)
        for shift in shifts:
            dx, dy = (0.0, shift) if abs(x1 - x0) > abs(y1 - y0) else (shift, 0.0)
            if style.pieces:
                self._broken(x0 + dx, y0 + dy, x1 + dx, y1 + dy)
            else:
                self.canvas.line(x0 + dx, self.height - y0 - dy, x1 + dx, self.height - y1 - dy)

    def _broken(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A line as short pieces, each an object of its own."""
        length, step = abs(x1 - x0) + abs(y1 - y0), self.style.pieces
        at = 0.0
        while at < length:
            a, b = at / length, min(at + step, length) / length
            self.canvas.line(x0 + (x1 - x0) * a, self.height - (y0 + (y1 - y0) * a), x0 + (x1 - x0) * b, self.height - (y0 + (y1 - y0) * b))
            at += 2 * step

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


_NAMES = [
    "森林覆盖率",
    "PM2.5年均浓度",
    "城镇生活污水处理率",
    "优良天数比例",
    "单位GDP能耗降低",
    "湿地保护率",
    "农村卫生厕所普及率",
    "河湖岸线保护率",
]
_UNITS = ["市生态环境局", "市发展和改革委员会", "市自然资源和规划局", "市住房和城乡建设局", "市农业农村局", "市水利局", "市林业局", "各县（区）政府"]
_VALUES = "≥35.5%,≤0.42,-3.5,100%,12.8万亩,1,234.5,不下降,≥90,44.0,0.05‰".replace("1,234", "1，234").split(",")
_WORK = (
    "持续推进火电、钢铁等行业超低排放改造",
    "开展入河排污口排查整治",
    "新建污水管网不少于120.5公里",
    "确保PM2.5年均浓度下降3.5%以上",
    "完成造林绿化5万亩",
    "严格落实“三线一单”管控要求",
    "建立健全部门联动机制（每季度会商一次）",
    "推广Green Building Label标准",
)


def random_rows(seed: int, count: int, columns: int = 6, longest: int = 6) -> list[list[str]]:
    """Rows of a task table: number, name, value, task, lead unit, further units."""
    rng = random.Random(seed)
    rows = []
    for number in range(1, count + 1):
        work = "，".join(rng.choice(_WORK) for _ in range(rng.randint(1, longest))) + "。"
        units = "、".join(rng.sample(_UNITS, rng.randint(1, 3)))
        row = [str(number), rng.choice(_NAMES), rng.choice(_VALUES), work, rng.choice(_UNITS), units]
        rows.append((row + [rng.choice(_VALUES) for _ in range(columns)])[:columns])
    return rows


HEAD = ["序号", "指标名称", "目标值", "工作任务", "牵头单位", "配合单位"]
WIDTHS = (0.8, 1.6, 1.0, 4.0, 1.6, 2.2)


def ruled(seed: int, count: int = 98, longest: int = 3) -> Table:
    """A table with a header of one row."""
    rows = [HEAD, *random_rows(seed, count, longest=longest)]
    return Table(tuple(Cell(t, r, c) for r, texts in enumerate(rows) for c, t in enumerate(texts)), WIDTHS, 1)


def grouped(seed: int, count: int = 98, longest: int = 3) -> Table:
    """A table whose first column holds merged cells of 1 to 9 rows."""
    rng = random.Random(seed)
    rows = [["领域", *HEAD], *[["", *row] for row in random_rows(seed, count, longest=longest)]]
    cells = [Cell(t, r, c) for r, texts in enumerate(rows) for c, t in enumerate(texts) if c or not r]
    row = 1
    while row <= count:
        span = min(rng.randint(1, 9), count + 1 - row)
        cells.append(Cell(rng.choice(["空间", "经济", "安全", "生活"]) + str(row), row, 0, span))
        row += span
    return Table(tuple(cells), (1.0, *WIDTHS), 1)


def levelled(seed: int, count: int = 98, levels: int = 2) -> Table:
    """A table with a header of two or three levels."""
    top = [Cell("序号", 0, 0, levels), Cell("指标名称", 0, 1, levels), Cell("单位", 0, 2, levels), Cell("目标值", 0, 3, 1, 3)]
    if levels == 2:
        top += [Cell("2023年", 1, 3), Cell("2024年", 1, 4), Cell("2025年", 1, 5)]
    else:
        top += [Cell("近期", 1, 3, 1, 2), Cell("2030年", 1, 5, 2), Cell("2024年", 2, 3), Cell("2025年", 2, 4)]
    top.append(Cell("责任单位", 0, 6, levels))
    rng = random.Random(seed)
    cells = list(top)
    for i in range(count):
        row = [str(i + 1), rng.choice(_NAMES) + f"（第{i}项）", rng.choice(["%", "公里", "微克/立方米"]), *(rng.choice(_VALUES) for _ in range(3))]
        cells += [Cell(t, levels + i, c) for c, t in enumerate([*row, "、".join(rng.sample(_UNITS, rng.randint(1, 2)))])]
    return Table(tuple(cells), (0.8, 2.0, 1.0, 1.0, 1.0, 1.0, 2.6), levels)
