"""PDF: characters and ruled lines of each page through pdfium; pages without text go to character recognition."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.content import Builder, Content
from pipeline.layout.flow import lay_out
from pipeline.layout.page import Page
from pipeline.parsers.pdf.drawing import Drawing, read_drawing
from pipeline.parsers.pdf.text import Reader, Writing
from pipeline.parsers.pdf.view import view_of
from pipeline.recognise.settings import DPI, usual_dpi
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget

_AT_ONCE = 50  # pages that are read before the file is opened anew
_GARBLED = 0.1  # share of characters without Unicode value above which a page is not read as text
_BROKEN_NUMBER = re.compile("[0-9０-９]\ufffd|\ufffd[0-9０-９]")
_PICTURE, _FEW = 0.5, 30  # on a scan pictures cover this share of the page at least, and fewer characters stand on them (a stamp, a page number)


def parse(data: bytes, budget: Budget) -> Content:
    """Content of a PDF. Raises ParseError where it is encrypted or broken, LimitError before a page is read where there are too many."""
    builder = Builder(budget)
    pages = _Pages(data, builder)
    lay_out(pages.read(), builder)
    content = builder.content()
    if pages.unread and not content.blocks:
        raise ParseError(pages.unread)
    if not content.blocks:
        builder.issue("warning", "no_text", "document", "no text was found on any page of the PDF")
        content = builder.content()
    return content


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = raw.FPDF_GetLastError()
        if code == raw.FPDF_ERR_PASSWORD:
            raise ParseError("the PDF asks for a password: save it without one and run again") from error
        if code == raw.FPDF_ERR_SECURITY:
            raise ParseError("the PDF is encrypted in a way that cannot be read: save it without encryption and run again") from error
        raise ParseError(f"the PDF is broken and cannot be repaired ({error}): open it in a reader, print it to a new PDF and run again") from error
    if len(document) < 1:
        document.close()
        raise ParseError("the PDF has no pages that can be found: open it in a reader, print it to a new PDF and run again")
    return document


def is_garbled(writing: Writing) -> bool:
    """Whether too much of a text layer has no Unicode value, or a digit stands beside such a character."""
    if not writing.unmapped:
        return False
    return writing.unmapped > _GARBLED * writing.count or any(_BROKEN_NUMBER.search(run.text) for run in writing.runs)


def is_scan(writing: Writing, drawing: Drawing) -> bool:
    """Whether a page is a picture with hardly any text on it."""
    return writing.count < _FEW and drawing.pictures > _PICTURE * writing.view.width * writing.view.height


def scan_scale(width: float, height: float) -> float:
    """Pixels a point at which a page is recognised: scanners' software also makes pages of 2480 × 3504 points."""
    return DPI / usual_dpi(round(width), round(height), 72)


class _Pages:
    """Reads the pages of a document one after the other, and notes what was odd about them."""

    def __init__(self, data: bytes, builder: Builder) -> None:
        self._data, self._builder, self._reader = data, builder, Reader()
        self._recognised = 0
        self.unread = ""  # why pages without text were not read

    def read(self) -> Iterator[Page]:
        """Every page that can be read; those that cannot are issues. The file is opened anew now and then: pdfium keeps all that it has decoded."""
        document = _open(self._data)
        try:
            count = len(document)
            self._builder.budget.check("pages", count, "pages")
            for first in range(1, count + 1, _AT_ONCE):
                if first > 1:
                    document.close()
                    document = _open(self._data)
                yield from self._some(document, first, min(first + _AT_ONCE, count + 1))
        finally:
            document.close()

    def _some(self, document: pdfium.PdfDocument, first: int, end: int) -> Iterator[Page]:
        for number in range(first, end):
            try:
                page = document[number - 1]
            except pdfium.PdfiumError as error:
                self._issue("error", "page_failed", number, f"the page cannot be read ({error}); the others were")
                continue
            try:
                found = self._page(page, number)
            finally:
                page.close()
            if found is not None:
                yield found

    def _page(self, page: pdfium.PdfPage, number: int) -> Page | None:
        drawing = read_drawing(page.raw)
        try:
            text = page.get_textpage()
        except pdfium.PdfiumError as error:
            self._issue("error", "page_failed", number, f"the text of the page cannot be read ({error}); other pages were")
            return None
        try:
            writing = self._reader.read(text.raw, view_of(page.raw), bool(drawing.hidden))
        finally:
            text.close()
        view = writing.view
        found = Page(number, view.width, view.height, writing.runs, drawing.rules(view))
        if self._is_garbled(writing, number):
            return self._recognise(page, number)
        if writing.aslant:
            self._issue("info", "turned_text", number, f"{writing.aslant} characters run in another direction than the page's text and are left out")
        if writing.hidden:
            self._issue("info", "hidden_text", number, "the text is that which another program recognised in the picture of the page")
        if is_scan(writing, drawing):
            self._issue("info", "scanned_page", number, "the page is a picture and is read by character recognition")
            return self._recognise(page, number) or found
        return found

    def _is_garbled(self, writing: Writing, number: int) -> bool:
        """Whether too much of the text layer has no Unicode value, or a digit stands beside such a character: then a number may be wrong."""
        if not writing.unmapped:
            return False
        note = f"{writing.unmapped} of {writing.count} characters have no Unicode value in their font"
        garbled = is_garbled(writing)
        tail = "the page is read by character recognition" if garbled else "they are read as U+FFFD: compare the page"
        self._issue("warning", "unmapped_text", number, f"{note}: {tail}")
        return garbled

    def _recognise(self, page: pdfium.PdfPage, number: int) -> Page | None:
        """The page from its picture; None, with an issue, where character recognition is not installed."""
        from pipeline.recognise import page_of, report

        self._recognised += 1
        self._builder.budget.check("ocr_pages", self._recognised, "pages for character recognition")
        width, height = page.get_size()
        scale = scan_scale(width, height)
        self._builder.budget.check("pixels", width * height * scale * scale, f"pixels of page {number}")
        bitmap = page.render(scale=scale, rev_byteorder=True)
        try:
            found = page_of(bitmap.to_numpy()[:, :, :3], DPI, number, self._builder.budget)
        except LimitError:
            raise
        except ParseError as error:
            self.unread = str(error)
            self._issue("error", "ocr_missing", number, str(error))
            return None
        finally:
            bitmap.close()
        report(found, self._builder)
        return found

    def _issue(self, level: str, code: str, number: int, message: str) -> None:
        self._builder.issue(level, code, f"page {number}", message)
