"""JSON lines of a comparison, the contract with other tools: one file for each table, keys as in `TABLES`, the same bytes for the same comparison."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.exporters.files import replacing
from pipeline.report import lines
from schemas.comparison import TABLES

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison


def write(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write matrix.jsonl, findings.jsonl and a file for each other table; `lang` changes nothing here."""
    written = []
    for table in TABLES:
        path = out / f"{table}.jsonl"
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines.read(comparison, table))
        written.append(path)
    return written
