"""CSV of a comparison for people: one file for each table, UTF-8 with byte-order mark, headings and words by language."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exporters.files import replacing
from pipeline.exporters.flat import safe
from pipeline.report import lines
from pipeline.report.lines import Line
from pipeline.report.words import heading, say, vocabulary, worded
from schemas.comparison import TABLES, Column

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

DEADLINE = ("raw", "kind", "start", "end")


def write(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write matrix.csv, findings.csv and a file for each other table."""
    written = []
    for table in TABLES:
        path = out / f"{table}.csv"
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headings(table, lang))
            writer.writerows(rows(table, lines.read(comparison, table), lang))
        written.append(path)
    return written


def headings(table: str, lang: str) -> list[str]:
    """Headings of the flat columns: a deadline has four (期限（原文）, 期限类型, 期限起日, 期限止日)."""
    found = []
    for column in TABLES[table]:
        head = heading(table, column.name, lang)
        found.extend([say(f"deadline_{part}", lang, head=head) for part in DEADLINE] if column.type == "object" else [head])
    return found


def rows(table: str, found: list[Line], lang: str) -> Iterator[list[Any]]:
    """Flat cells of each line: words for codes, lists joined with 、, formulas defused; numbers stay numbers."""
    for line in found:
        yield [cell for column in TABLES[table] for cell in _cells(table, column, line[column.name], lang)]


def _cells(table: str, column: Column, value: Any, lang: str) -> list[Any]:
    if column.type == "object":
        parts = value or {}
        kind = vocabulary("deadline_kind", lang).get(str(parts.get("kind")), parts.get("kind"))
        return [safe(kind if part == "kind" else parts.get(part)) for part in DEADLINE]
    if column.type == "list":
        return [safe("、".join("" if item is None else str(worded(table, column.name, item, lang)) for item in value or []))]
    return [safe(worded(table, column.name, value, lang))]
