"""Outputs of a comparison: `REPORTS` names the writer of each format; a writer gets the comparison, a folder, and zh or en."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.report import charts, csv, datapackage, jsonl, page, parquet, workbook

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

REPORTS: dict[str, Callable[[Comparison, Path, str], list[Path]]] = {
    "jsonl": jsonl.write,
    "csv": csv.write,
    "xlsx": workbook.write,
    "html": page.write,
    "parquet": parquet.write,
    "datapackage": datapackage.write,
    "svg": charts.write_svg,
    "png": charts.write_png,
}
