"""XLS and XLSB through calamine."""

from __future__ import annotations

import io
import struct
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.parsers.counting import letters
from pipeline.parsers.ole import stream
from pipeline.parsers.sheets import formats
from pipeline.parsers.sheets.xlsx import HIDDEN, SheetData, Tally, issues_of
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue

_DIMENSIONS = 0x200  # a record of the sheet's size
_ROWS, _COLUMNS = 65536, 256  # of a sheet before 2007


def read_workbook(data: bytes, budget: Budget) -> tuple[list[SheetData], list[Issue]]:
    """The visible sheets, and an issue for each hidden one. Raises ParseError and LimitError."""
    _refuse_impossible(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise ParseError("the workbook is protected by a password: save it without one in Excel or WPS and run again") from error
    except python_calamine.CalamineError as error:
        raise ParseError(f"the workbook cannot be read ({error}): save it as .xlsx in Excel or WPS and run again") from error
    found, issues = [], []
    total = Tally()
    for sheet in workbook.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            issues.append(Issue("info", "sheet_not_read", sheet.name, "the sheet is a chart or macro sheet and holds no cells"))
        elif sheet.visible != SheetVisibleEnum.Visible:
            issues.append(Issue("info", "hidden_sheet", sheet.name, HIDDEN))
        else:
            found.append(_sheet(workbook, sheet.name, budget, total))
    return found, issues


def _refuse_impossible(data: bytes) -> None:
    """Raise ParseError where a sheet says that it has more rows or columns than there can be.

    The library asks for the memory of all of them at once, and the process ends where the system does not give it.
    """
    records = stream(data, "Workbook") or stream(data, "Book")
    at = 0
    while at + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, at)
        if kind == _DIMENSIONS and length in (10, 14) and at + 4 + length <= len(records):
            _, rows, _, columns = struct.unpack_from("<IIHH" if length == 14 else "<HHHH", records, at + 4)
            if rows > _ROWS or columns > _COLUMNS:
                raise ParseError(f"a sheet says that it has {rows:,} rows and {columns:,} columns: the workbook is damaged, fetch it again")
        at += 4 + length


def _sheet(workbook: Any, name: str, budget: Budget, total: Tally) -> SheetData:
    data = SheetData(name)
    tally = Tally(cells=total.cells, characters=total.characters)
    sheet = workbook.get_sheet_by_name(name)
    data.merged = [(r + 1, c + 1, r2 + 1, c2 + 1) for (r, c), (r2, c2) in sheet.merged_cell_ranges or ()]
    first = sheet.start or (0, 0)
    for row, values in enumerate(sheet.iter_rows(), first[0] + 1):
        texts = {}
        for column, value in enumerate(values, first[1] + 1):
            text = _text(value, tally, f"{letters(column)}{row}")
            if text.strip():
                texts[column] = text
                tally.count(budget, text)
        if texts:
            data.rows[row] = texts
    total.cells, total.characters = tally.cells, tally.characters
    data.issues += issues_of(name, tally)
    return data


def _text(value: Any, tally: Tally, place: str) -> str:
    """The text of a value; a number between 0 and 1 may be a percentage."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        number = formats.exact(value) or Decimal(0)
        if 0 < abs(number) <= 1 and number != number.to_integral_value():
            tally.note("percent_unknown", place)
        return formats.plain(number)
    if isinstance(value, datetime) and value.time() != time():
        return f"{value.year}-{value.month}-{value.day} {value:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}-{value.month}-{value.day}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value) if isinstance(value, timedelta) else ""
