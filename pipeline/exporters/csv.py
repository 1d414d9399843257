"""CSV: one file for each kind of line, UTF-8 with byte-order mark (spreadsheets read it as Chinese)."""

from __future__ import annotations

from pathlib import Path

from pipeline.exporters.files import replacing
from pipeline.exporters.flat import flatten
from pipeline.exporters.frames import Frames


def write(frames: Frames, out: Path) -> list[Path]:
    """Write documents.csv, tasks.csv, targets.csv, issues.csv and coverage.csv."""
    import pandas as pd

    written = []
    for name, lines in frames.items():
        path = out / f"{name}.csv"
        with replacing(path) as temporary:
            pd.DataFrame([flatten(line) for line in lines], dtype=object).to_csv(temporary, index=False, encoding="utf-8-sig")
        written.append(path)
    return written
