"""XLSX: one workbook, a sheet for each kind of line, with filters and fixed headings."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.exporters.files import replacing
from pipeline.exporters.flat import flatten
from pipeline.exporters.frames import Frames

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write(frames: Frames, out: Path) -> list[Path]:
    """Write zhibiao.xlsx."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook(write_only=False)
    for sheet in book.worksheets:
        book.remove(sheet)
    for name, lines in frames.items():
        sheet = book.create_sheet(name)
        flat = [flatten(line) for line in lines]
        heads = list(flat[0]) if flat else ["document"]
        sheet.append(heads)
        for line in flat:
            sheet.append([_CONTROL.sub("", v)[:32767] if isinstance(v, str) else v for v in line.values()])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = sheet.dimensions
    path = out / "zhibiao.xlsx"
    with replacing(path) as temporary:
        book.save(temporary)
    return [path]
