"""How a table is drawn, and the pen that draws its lines so."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas


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


@dataclass(frozen=True)
class Pen:
    """Draws the lines of a style on a page of some height."""

    canvas: Canvas
    height: float
    style: Style

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> None:
        """A horizontal or vertical line `width` points wide, from the upper left corner of the page."""
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
