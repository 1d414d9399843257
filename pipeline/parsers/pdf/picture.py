"""A PDF page as a picture, held as it is read: boxes of what was read there lie on it."""

from __future__ import annotations

from typing import Any

import pypdfium2 as pdfium

from pipeline.parsers.image import turned
from pipeline.parsers.pdf import _open, is_garbled, is_scan, scan_scale
from pipeline.parsers.pdf.drawing import read_drawing
from pipeline.parsers.pdf.text import Reader
from pipeline.parsers.pdf.view import view_of
from pipeline.recognise import DPI, straighten
from schemas.errors import ParseError
from schemas.limits import Budget


def draw(data: bytes, number: int, pixels: int, budget: Budget) -> tuple[Any, float, float, int]:
    """Page `number`: pixels (about so many across), width and height in points, and how many pages there are.

    Raises ParseError where there is no such page, LimitError for one too large.
    """
    document = _open(data)
    try:
        count = len(document)
        if not 1 <= number <= count:
            raise ParseError(f"there is no page {number}: the file has {count}")
        try:
            page = document[number - 1]
        except pdfium.PdfiumError as error:
            raise ParseError(f"page {number} cannot be read ({error})") from error
        quarter = _quarter(page)
        if quarter is None:  # recognised from its picture: that picture, turned straight
            picture, dpi = straighten(_rendered(page, scan_scale(*page.get_size()), number, budget), DPI)
            return picture, picture.shape[1] * 72 / dpi, picture.shape[0] * 72 / dpi, count
        width, height = page.get_size()
        width, height = (height, width) if quarter % 2 else (width, height)
        return turned(_rendered(page, pixels / width, number, budget), quarter), width, height, count
    finally:
        document.close()


def _quarter(page: pdfium.PdfPage) -> int | None:
    """The quarters by which a page is turned, counter-clockwise, so that its text runs from left to right; None where it is read as a picture."""
    drawing, view = read_drawing(page.raw), view_of(page.raw)
    text = page.get_textpage()
    try:
        writing = Reader().read(text.raw, view, bool(drawing.hidden))
    finally:
        text.close()
    if is_garbled(writing) or is_scan(writing, drawing):
        return None
    return next((quarter for quarter in range(4) if view.turned(quarter) == writing.view), 0)


def _rendered(page: pdfium.PdfPage, scale: float, number: int, budget: Budget) -> Any:
    width, height = page.get_size()
    budget.check("pixels", width * height * scale * scale, f"pixels of page {number}")
    bitmap = page.render(scale=scale, rev_byteorder=True)
    try:
        return bitmap.to_numpy()[:, :, :3].copy()
    finally:
        bitmap.close()
