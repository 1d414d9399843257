"""Indicator tables that were copied as text, back into rows and columns: a row a line, or a cell a line.

Only where the heads of the columns are known and the rows are numbered in order; a table that does not fit stays text, with an Issue.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.parsers.flat.cells import read_cells
from pipeline.parsers.flat.pieces import FlatTable, Line, Parts, Range, headings, read_head
from pipeline.parsers.flat.rows import read_rows
from schemas.types import Issue

_TALLEST, _LONGEST = 5, 14  # lines of a header: with a row a line, with a cell a line


def find_tables(text: str, lines: Sequence[Line]) -> tuple[list[FlatTable], list[Issue]]:
    """The tables in the filled lines of a text, and an Issue for each header whose rows do not fit it."""
    parts = Parts(text, lines)
    tables: list[FlatTable] = []
    issues: list[Issue] = []
    at = 0
    while at < len(lines):
        height = _head_height(parts, at)
        if not height:
            at += 1
            continue
        table = next((t for k in range(at, at + height) if (t := _read(parts, k, at + height - k))), None)
        if table is not None:
            tables.append(table)
            at = table.last
            continue
        if any(read_head([parts[k] for k in range(first, at + height)]) for first in range(at, at + height)):
            message = "the header of an indicator table, but the lines below it do not fit it: they stay text"
            issues.append(Issue("warning", "table_not_read", f"line {lines[at].number}", message))
        at += height
    return tables, issues


def _read(parts: Parts, first: int, height: int) -> FlatTable | None:
    """The table whose header begins at a line (the lines above that one may be its title: 主要指标)."""
    table = read_rows(parts, first, first + height) if height <= _TALLEST else None
    return table or read_cells(parts, first, first + height)


def _head_height(parts: Parts, at: int) -> int:
    """How many lines from `at` on hold nothing but known headings."""
    height = 0
    while at + height < len(parts) and height < _LONGEST and parts.is_short(at + height) and headings(parts.whole(at + height)):
        height += 1
    return height


__all__ = ["FlatTable", "Line", "Range", "find_tables"]
