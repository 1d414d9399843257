"""PDF: characters and ruled lines of each page through pdfium; pages without text go to character recognition."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.content import Builder, Content
from pipeline.layout.flow import lay_out
from pipeline.layout.page import Page
from pipeline.parsers.pdf_lines import Drawing, read_drawing
from pipeline.parsers.pdf_text import Reader, Writing
from pipeline.parsers.pdf_view import view_of
from schemas.errors import ParseError
from schemas.limits import Budget

_DPI = 200  # for character recognition
_GARBLED = 0.1  # share of characters without Unicode value above which a page is not read as text
_PICTURE = 0.5  # share of the page that pictures cover on a scan


def parse(data: bytes, budget: Budget) -> Content:
    """Content of a PDF. Raises ParseError where it is encrypted or broken, LimitError before a page is read where there are too many."""
    document = _open(data)
    try:
        budget.check("pages", len(document), "pages")
        builder = Builder(budget)
        lay_out(_Pages(document, builder).read(), builder)
        content = builder.content()
    finally:
        document.close()
    if not any(block.end > block.start for block in content.blocks) and not content.issues:
        builder.issue("warning", "no_text", "document", "the PDF holds neither text nor pictures")
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


class _Pages:
    """Reads the pages of a document one after the other, and notes what was odd about them."""

    def __init__(self, document: pdfium.PdfDocument, builder: Builder) -> None:
        self._document, self._builder, self._reader = document, builder, Reader()
        self._recognised = 0

    def read(self) -> Iterator[Page]:
        """Every page that can be read; those that cannot are issues."""
        for number in range(1, len(self._document) + 1):
            try:
                page = self._document[number - 1]
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
        if self._is_readable(writing, drawing, number):
            view = writing.view
            return Page(number, view.width, view.height, writing.runs, drawing.rules(view))
        return self._recognise(page, number)

    def _is_readable(self, writing: Writing, drawing: Drawing, number: int) -> bool:
        """Whether the page is read by its text layer; notes what is odd about it."""
        area = writing.view.width * writing.view.height
        if writing.unmapped:
            share = writing.unmapped / writing.count
            note = f"{writing.unmapped} of {writing.count} characters have no Unicode value in their font"
            if share > _GARBLED:
                self._issue("warning", "unmapped_text", number, f"{note}: the page is read from its picture")
                return False
            self._issue("warning", "unmapped_text", number, f"{note} and are read as U+FFFD: compare the page")
        if writing.aslant:
            self._issue("info", "turned_text", number, f"{writing.aslant} characters run in another direction than the page's text and are left out")
        if writing.count == 0 and drawing.pictures > _PICTURE * area:
            self._issue("info", "scanned_page", number, "the page is a picture without text: it is read by character recognition")
            return False
        return True

    def _recognise(self, page: pdfium.PdfPage, number: int) -> Page | None:
        try:
            from pipeline.layout.recognise import page_of
        except ImportError:
            self._issue("error", "ocr_missing", number, "character recognition is not installed: pip install 'zhibiao[ocr]' and run again")
            return None
        self._recognised += 1
        self._builder.budget.check("ocr_pages", self._recognised, "pages for character recognition")
        bitmap = page.render(scale=_DPI / 72)
        image = bitmap.to_pil()
        try:
            return page_of(image, _DPI, number, self._builder.budget)
        finally:
            bitmap.close()

    def _issue(self, level: str, code: str, number: int, message: str) -> None:
        self._builder.issue(level, code, f"page {number}", message)
