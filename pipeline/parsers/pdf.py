"""PDF: characters and ruled lines of each page through pdfium; pages without text go to character recognition."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.content import Builder, Content
from pipeline.layout.flow import lay_out
from pipeline.layout.page import Page, Rule, Run
from schemas.errors import ParseError
from schemas.limits import Budget

_THIN = 3.0  # points: a filled rectangle thinner than this is a ruled line


def parse(data: bytes, budget: Budget) -> Content:
    """Content of a PDF. Raises ParseError where it is encrypted or broken."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise ParseError(f"the PDF cannot be opened ({error})") from error
    builder = Builder(budget)
    try:
        budget.check("pages", len(document), "pages")
        lay_out(_pages(document), builder)
    finally:
        document.close()
    return builder.content()


def _pages(document: pdfium.PdfDocument) -> Iterator[Page]:
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        try:
            yield read_page(page, number)
        finally:
            page.close()


def read_page(page: pdfium.PdfPage, number: int) -> Page:
    """Runs and rules of one page."""
    width, height = page.get_size()
    text = page.get_textpage()
    try:
        runs = _runs(text.raw, height)
    finally:
        text.close()
    return Page(number, width, height, runs, _rules(page.raw, height))


def _runs(text: object, height: float) -> list[Run]:
    """Characters in the order of the page's content, cut where the line, the size or the flow changes."""
    count = raw.FPDFText_CountChars(text)
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    runs: list[Run] = []
    run: Run | None = None
    for i in range(count):
        code = raw.FPDFText_GetUnicode(text, i)
        if code < 32 or raw.FPDFText_IsGenerated(text, i) == 1:
            continue
        raw.FPDFText_GetLooseCharBox(text, i, box)
        raw.FPDFText_GetCharOrigin(text, i, x, y)
        size = raw.FPDFText_GetFontSize(text, i)
        base, left, right = height - y.value, box.left, box.right
        if run is None or abs(run.base - base) > 0.5 or abs(run.size - size) > 0.1 or not -1 <= left - run.rights[-1] < size:
            run = Run("", [], [], height - box.top, height - box.bottom, base, size)
            runs.append(run)
        run.text += chr(code)
        run.lefts.append(left)
        run.rights.append(right)
    return runs


def _rules(page: object, height: float) -> list[Rule]:
    """Horizontal and vertical lines: strokes, frames, and filled rectangles so thin that they are lines."""
    rules: list[Rule] = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for i in range(raw.FPDFPage_CountObjects(page)):
        thing = raw.FPDFPage_GetObject(page, i)
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_PATH:
            continue
        raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top)
        box = (left.value, height - top.value, right.value, height - bottom.value)
        if box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN:
            rules.append(Rule(*box))
        else:
            x0, y0, x1, y1 = box
            rules += [Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1), Rule(x0, y0, x0, y1), Rule(x1, y0, x1, y1)]
    return rules
