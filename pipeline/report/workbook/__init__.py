"""The workbook of a comparison, as an office hands it on: 对比总表, 逐项明细, 差异与问题 … 依据, 说明."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.exporters.files import replacing
from pipeline.report import grid, lines
from pipeline.report.words import title
from pipeline.report.workbook import legend, overview, tables
from pipeline.report.workbook.book import Book
from schemas.comparison import TABLES

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

_SHEETS = ("matrix", "findings", "standards", "changes", "load", "leads", "timeline", "plans")


def write(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write compare.xlsx; the same comparison gives the same bytes."""
    found = {table: lines.read(comparison, table) for table in TABLES if table in _SHEETS}
    whole = grid.read(comparison, found["matrix"])
    regions, rows = whole.regions, overview.kept(whole.rows)
    proof = overview.proof_rows(rows)
    places = overview.places(rows, proof)
    path = out / "compare.xlsx"
    with replacing(path) as temporary:
        book = Book(temporary, lang, comparison.as_of, title(comparison.subjects, lang))
        overview.write_grid(book, rows, len(whole.rows), regions, proof)
        for table in _SHEETS:
            tables.write(book, table, found[table], places)
        overview.write_proof(book, rows, regions, comparison.contexts, proof)
        legend.write(book, regions, comparison.notes)
        book.close()
    return [path]
