"""Plans as workbooks: title lines above the table, merged cells, notes below; by openpyxl."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.documents.archive import zipped
from tests.documents.model import Table


def write(items: Sequence[str | Table], path: Path) -> None:
    """Typeset a plan on one sheet: every paragraph a row merged over the width of the table, tables between empty rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    width = max((len(i.widths) for i in items if isinstance(i, Table)), default=1)
    row = 1
    for item in items:
        if isinstance(item, str):
            sheet.cell(row, 1, item)
            if width > 1:
                sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
            row += 1
            continue
        place(sheet, item, row)
        row += item.height + 1
    book.save(path)


def place(sheet: Worksheet, table: Table, row: int, column: int = 1) -> None:
    """A table with its upper left corner at a row and column."""
    for cell in table.cells:
        at, across = row + cell.row, column + cell.column
        sheet.cell(at, across, cell.text)
        if cell.rowspan > 1 or cell.colspan > 1:
            sheet.merge_cells(start_row=at, start_column=across, end_row=at + cell.rowspan - 1, end_column=across + cell.colspan - 1)


def workbook(fill: Callable[[Worksheet], Any], name: str = "Sheet1") -> bytes:
    """The bytes of a workbook with one sheet, filled by a function."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    fill(sheet)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def package(sheet: str, strings: str = "") -> bytes:
    """A bare XLSX with the given XML as its sheet and shared strings, for what openpyxl does not write."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return zipped(
        {
            "_rels/.rels": f'<Relationships {rels}><Relationship Id="r" Type="{base}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{base}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships {rels}><Relationship Id="r1" Type="{base}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{base}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet if sheet.startswith("<?") or "<worksheet" in sheet else f"<worksheet {main}>{sheet}</worksheet>",
            "xl/sharedStrings.xml": strings if "<sst" in strings else f"<sst {main}>{strings}</sst>",
        }
    )
