"""The sheet 说明: what was compared, what a reader must know, what states and verdicts mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.report.words import LEGENDS, explained, say, tone, vocabulary
from pipeline.report.workbook.book import Book


def write(book: Book, regions: Sequence[str], notes: Sequence[str]) -> None:
    """Legend and notes of the comparison."""
    sheet = book.sheet(say("legend", book.lang), book.note, 3, [24, 22, 96])
    row = 2
    general = [(say("regions", book.lang), say("regions_join", book.lang).join(regions))]
    general += [
        ("", say("made", book.lang, sheet=say("grid", book.lang))),
        ("", say("hidden_columns", book.lang)),
        ("", say("more_tables", book.lang)),
    ]
    for head, text in [*general, *((say("notes", book.lang) if i == 0 else "", note) for i, note in enumerate(notes))]:
        _line(book, sheet, row, head, "", text, "")
        row += 1
    for head, name in LEGENDS:
        row += 1
        for i, (code, word) in enumerate(vocabulary(name, book.lang).items()):
            _line(book, sheet, row, say(head, book.lang) if i == 0 else "", word, explained(code, book.lang), tone(code))
            row += 1


def _line(book: Book, sheet: Any, row: int, head: str, word: str, text: str, colour: str) -> None:
    book.text(sheet, row, 0, head, book.format(bold=True, border=0))
    book.text(sheet, row, 1, word, book.toned(colour, bold=True) if colour else book.format(border=0))
    book.text(sheet, row, 2, text, book.format(border=0))
