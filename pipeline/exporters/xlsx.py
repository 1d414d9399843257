"""XLSX: one workbook, a sheet for each kind of line, with filters and fixed headings; what a sheet cannot hold goes on in further sheets."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exporters.files import replacing
from pipeline.exporters.flat import flatten, runs
from pipeline.exporters.frames import Frames, Line

if TYPE_CHECKING:
    from openpyxl import Workbook

ROWS = 1_048_576  # of a sheet, its heading among them
_CHARACTERS = 32_767  # of a cell
_HEAD = 5_000  # lines that are held to tell how large a small sheet is
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write(frames: Frames, out: Path) -> list[Path]:
    """Write zhibiao.xlsx. Where a kind of line needs several sheets, or a text is longer than a cell, a sheet `notes` in front says so."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    notes = [note for name, lines in frames.items() for note in _Table(book, name).write(lines)]
    if notes:
        sheet = book.create_sheet("notes", 0)
        for note in notes:
            sheet.append([note])
    path = out / "zhibiao.xlsx"
    with replacing(path) as temporary:
        book.save(temporary)
    return [path]


class _Table:
    """The sheets of one kind of line."""

    def __init__(self, book: Workbook, name: str) -> None:
        self._book = book
        self._name = name
        self._titles: list[str] = []
        self._cut = 0

    def write(self, lines: Iterable[Line]) -> list[str]:
        """Write the lines and tell what a reader must know."""
        flat = (flatten(line, defused=False) for line in lines)
        first = list(itertools.islice(flat, 1))
        heads = list(first[0]) if first else ["document"]
        rest: Iterator[Line] = itertools.chain(first, flat)
        count = self._sheet(heads, rest)
        while more := list(itertools.islice(rest, 1)):
            count += self._sheet(heads, itertools.chain(more, rest))
        notes = []
        if len(self._titles) > 1:
            notes.append(f"{self._name}: {count} lines, in the sheets {', '.join(self._titles)} (a sheet holds {ROWS} rows)")
        if self._cut:
            notes.append(f"{self._name}: {self._cut} texts are longer than a cell holds and cut after {_CHARACTERS} characters; CSV has them whole")
        return notes

    def _sheet(self, heads: list[str], lines: Iterator[Line]) -> int:
        """One sheet with as many lines as it holds; returns their number."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        self._titles.append(self._name if not self._titles else f"{self._name} ({len(self._titles) + 1})")
        sheet: Any = self._book.create_sheet(self._titles[-1])
        sheet.freeze_panes = "B2"
        last, count = get_column_letter(len(heads)), 0
        mine = itertools.islice(lines, ROWS - 1)
        small = list(itertools.islice(mine, _HEAD))
        if len(small) < _HEAD:  # else the sheet is written without telling its size first
            sheet.calculate_dimension = lambda: f"A1:{last}{len(small) + 1}"
        top = [WriteOnlyCell(sheet, head) for head in heads]
        for cell in top:
            cell.font = Font(bold=True)
        sheet.append(top)
        for line in itertools.chain(small, mine):
            sheet.append([self._cell(sheet, value) for value in line.values()])
            count += 1
        sheet.auto_filter.ref = f"A1:{last}{count + 1}"
        return count

    def _cell(self, sheet: Any, value: Any) -> Any:
        """What a cell is made from: text is a string, never a formula or an error value, also where somebody edits the cell later."""
        if not isinstance(value, str):
            return value
        text = _CONTROL.sub("", value)
        self._cut += len(text) > _CHARACTERS
        text = text[:_CHARACTERS]
        if not (text.startswith("#") or runs(text)):
            return text
        from openpyxl.cell import WriteOnlyCell

        cell: Any = WriteOnlyCell(sheet, text)
        cell.data_type, cell.quotePrefix = "s", True
        return cell
