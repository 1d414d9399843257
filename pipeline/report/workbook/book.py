"""One workbook: its formats, and text that any spreadsheet takes."""

from __future__ import annotations

import math
import re
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from pipeline.report.lines import CONTROL
from pipeline.report.words import say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

LONGEST = 32_767
_A4, _A3, _WIDE = 9, 8, 190
_LINE, _HIGHEST = 14.5, 409
_FONT = {"font_name": "等线", "font_size": 10.5}
TONES = {
    "good": ("#E4F3E9", "#16603A"),
    "doubt": ("#FFF3D1", "#7A5000"),
    "bad": ("#FBE4DF", "#9A2B18"),
    "quiet": ("#F2F4F6", "#55616C"),
    "odd": ("#EDE5F7", "#593A8A"),
}


def clean(text: object, longest: int = LONGEST) -> str:
    """Text as a cell may hold it: no control characters, at most `longest` characters."""
    return CONTROL.sub("", str(text))[:longest]


class Book:
    """The workbook being written and its formats, each made once. `lang` is zh or en; document text never becomes a formula, number or link."""

    def __init__(self, path: Path, lang: str, as_of: date, title: str) -> None:
        """A new workbook at `path`; the date of creation is `as_of`, so that the same comparison gives the same bytes."""
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
        self.file = xlsxwriter.Workbook(str(path), options)
        self.lang = lang
        self.title = title
        self.note = say("as_of", lang, date=as_of.isoformat())
        self.file.set_properties({"title": clean(title, 255), "created": datetime.combine(as_of, time()), "author": "zhibiao", "company": ""})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._widths: dict[Any, list[float]] = {}
        self._lines: dict[Any, dict[int, int]] = {}

    def format(self, **wanted: Any) -> Any:
        """A format: the workbook's font, top-aligned and wrapped, with what is wanted besides."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            base = {**_FONT, "valign": "top", "text_wrap": True, "border": 1, "border_color": "#D5DBE1"}
            self._formats[key] = self.file.add_format({**base, **wanted})
        return self._formats[key]

    def inline(self, **wanted: Any) -> Any:
        """A format of a part of a cell's text."""
        return self.format(border=0, **wanted)

    def toned(self, tone: str, **wanted: Any) -> Any:
        """A cell in one of the report's colours; the plain one for ""."""
        return self.format(bg_color=TONES[tone][0], font_color=TONES[tone][1], **wanted) if tone else self.format(**wanted)

    def sheet(self, name: str, note: str, columns: int, widths: list[float]) -> Any:
        """A sheet with title, note and room for the header in row 3; the first `columns` are printed, the others are folded.

        It prints on A4, A3 where it is wide, landscape, one page wide, with the header on every page.
        """
        sheet = self.file.add_worksheet(clean(re.sub(r"[\[\]:*?/\\]", " ", name), 31))
        sheet.merge_range(
            0, 0, 0, max(columns - 1, 1), clean(f"{name}　{self.title}"), self.format(bold=True, font_size=15, border=0, text_wrap=False)
        )
        sheet.merge_range(1, 0, 1, max(columns - 1, 1), clean(note), self.format(font_color="#55616C", border=0, text_wrap=False))
        sheet.set_row(0, 26)
        for i, width in enumerate(widths):
            sheet.set_column(i, i, width)
        self._widths[sheet], self._lines[sheet] = widths[:columns], {}
        sheet.set_landscape()
        sheet.set_paper(_A3 if sum(widths[:columns]) > _WIDE else _A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.hide_gridlines(2)
        sheet.set_footer(f"&L{clean(self.title, 120).replace('&', '&&')}&R{say('page', self.lang, n='&P', total='&N')}")
        return sheet

    def head(self, sheet: Any, heads: list[str], lines: int, frozen: int = 1) -> None:
        """The header in row 3 with filters over `lines` lines; header and the first `frozen` columns stay in view."""
        style = self.format(bold=True, bg_color="#24476B", font_color="#FFFFFF", valign="vcenter")
        for i, head in enumerate(heads):
            sheet.write_string(2, i, clean(head), style)
        sheet.set_row(2, 30)
        sheet.autofilter(2, 0, 2 + max(lines, 1), len(heads) - 1)
        sheet.freeze_panes(3, frozen)

    def text(self, sheet: Any, row: int, column: int, value: object, style: Any = None) -> None:
        """Text as text, whatever it begins with."""
        shown = clean(value)
        sheet.write_string(row, column, shown, style or self.format())
        self.room(sheet, row, column, shown)

    def link(self, sheet: Any, row: int, column: int, place: str, value: object, style: Any = None) -> None:
        """Text that leads to a place in the workbook: `'依据'!A4:A6`."""
        shown = style or self.format(font_color="#0B57A4", underline=1)
        sheet.write_url(row, column, f"internal:{place}", shown, "-")
        self.text(sheet, row, column, value, shown)

    def room(self, sheet: Any, row: int, column: int, text: str) -> None:
        """Room for a text in its row, unless its column is folded: not every program finds the height of wrapped rows by itself."""
        if column >= len(self._widths[sheet]):
            return
        width = max(self._widths[sheet][column] - 1, 1)
        lines = sum(max(1, math.ceil(sum(1 if c < "\u1100" else 2 for c in part) / width)) for part in text.split("\n"))
        self._lines[sheet][row] = max(lines, self._lines[sheet].get(row, 1))

    def close(self) -> None:
        """Set the heights and write the file."""
        for sheet, rows in self._lines.items():
            for row, lines in rows.items():
                sheet.set_row(row, min(_LINE * lines + 4, _HIGHEST))
        self.file.close()
