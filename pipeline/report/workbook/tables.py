"""Sheets that show a table of the comparison line by line: what a reader wants first, ids and canonical values folded behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.report.grid import when
from pipeline.report.lines import Line
from pipeline.report.shown import sheets, targets_of
from pipeline.report.words import heading, say, table_title, tone, worded
from pipeline.report.workbook.book import Book
from schemas.comparison import TABLES

FIRST = 3  # rows before the first line: title, note, header
MOST = 20_000  # lines of a sheet; the rest is in the CSV: a workbook of a million styled cells opens on no office machine
_TYPES = {table: {c.name: c.type for c in columns} for table, columns in TABLES.items()}


def write(book: Book, table: str, lines: Sequence[Line], places: Mapping[str, int]) -> None:
    """One table as a sheet; where its lines have targets, the first column leads to their evidence.

    `places`: target id → its row in the sheet of evidence.
    """
    layout = sheets()[table]
    opened = list(layout["open"])
    names = opened + [c.name for c in TABLES[table] if c.name not in layout["open"]]
    before = [say("evidence", book.lang)] if "target" in layout else []
    first, kept = len(before), lines[:MOST]
    widths = [8.0] * first + [layout["open"].get(name, 22) for name in names]
    printed = first + len(opened)
    sheet = book.sheet(table_title(table, book.lang), note(book, table, len(kept), len(lines)), printed, widths)
    if len(names) > len(opened):
        sheet.set_column(printed, first + len(names) - 1, 22, None, {"level": 1, "hidden": True})
        sheet.set_column(first + len(names), first + len(names), 3, None, {"collapsed": True})
    book.head(sheet, before + [heading(table, name, book.lang) for name in names], len(kept), first + 2)
    for row, line in enumerate(kept, FIRST):
        if before:
            _evidence(book, sheet, row, [places[t] for t in targets_of(table, line) if t in places])
        for column, name in enumerate(names, first):
            _cell(book, sheet, (row, column), (table, name), line)
    sheet.print_area(0, 0, 2 + max(len(kept), 1), printed - 1)


def _evidence(book: Book, sheet: Any, row: int, places: Sequence[int]) -> None:
    """The number of the first target's evidence as a link; those of the others behind it. A link of its own: a text of several lines is none."""
    if not places:
        sheet.write_blank(row, 0, None, book.format())
        return
    book.link(sheet, row, 0, f"'{say('evidence', book.lang)}'!A{places[0]}", "、".join(str(place - FIRST) for place in places))


def note(book: Book, table: str, shown: int, total: int) -> str:
    """The line under a title: the day of judgement, and how many lines are left out."""
    cut = say("cut_rows", book.lang, shown=shown, total=total, file=f"{table}.csv") if total > shown else ""
    return f"{book.note}　{cut}".strip()


def _cell(book: Book, sheet: Any, at: tuple[int, int], what: tuple[str, str], line: Line) -> None:
    """One cell by the type of its value: number as number, day as day, everything else as text."""
    table, name = what
    value = line[name]
    type_ = _TYPES[table][name]
    colour = tone(value) if name in sheets()[table]["colour"] and isinstance(value, str) else ""
    if value is None or value == []:
        sheet.write_blank(*at, None, book.format())
    elif type_ == "object":
        book.text(sheet, *at, when(value, book.lang))
    elif type_ in ("integer", "number"):
        sheet.write_number(*at, value, book.format(num_format=_number_format(value, line, name), align="right"))
    elif type_ == "date":
        sheet.write_datetime(*at, date.fromisoformat(value), book.format(num_format="yyyy-mm-dd", align="left"))
    else:
        several = value if isinstance(value, list) else [value]
        words = [say("missing", book.lang) if v is None else str(worded(table, name, v, book.lang)) for v in several]
        shown = ("\n" if name in ("quotes", "values", "documents") else "、").join(words)
        book.text(sheet, *at, shown, book.toned(colour) if colour else None)


def _number_format(value: float, line: Line, name: str) -> str:
    """Percent signs as stated (95 of % is shown 95%), decimals as many as the number has, at least two where it has any."""
    percent = '"%"' if name in ("value", "value_max", "difference") and line.get("unit") == "%" else ""
    if isinstance(value, int):
        return f"0{percent}"
    return f"0.{'0' * max(2, min(len(repr(value).partition('.')[2]), 6))}{percent}"
