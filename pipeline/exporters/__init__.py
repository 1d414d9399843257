"""Exports: `EXPORTERS` names the writer of each format; a writer gets the lines of each kind, which it reads one after another, and a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.exporters import csv, datapackage, jsonl, parquet, xlsx
from pipeline.exporters.frames import Frames

EXPORTERS: dict[str, Callable[[Frames, Path], list[Path]]] = {
    "jsonl": jsonl.write,
    "csv": csv.write,
    "xlsx": xlsx.write,
    "parquet": parquet.write,
    "datapackage": datapackage.write,
}
