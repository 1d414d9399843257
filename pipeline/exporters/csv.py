"""CSV: one file for each kind of line, UTF-8 with byte-order mark (spreadsheets read it as Chinese)."""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.exporters.files import replacing
from pipeline.exporters.flat import flatten
from pipeline.exporters.frames import Frames


def write(frames: Frames, out: Path) -> list[Path]:
    """Write documents.csv, tasks.csv, targets.csv, issues.csv and coverage.csv; the columns are those of the first line of each.

    Raises ValueError for a line that has others.
    """
    written = []
    for name, lines in frames.items():
        path = out / f"{name}.csv"
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer: csv.DictWriter[str] | None = None
            for line in map(flatten, lines):
                if writer is None:
                    writer = csv.DictWriter(file, list(line), lineterminator="\n")
                    writer.writeheader()
                writer.writerow(line)
            if writer is None:
                file.write("\n")
        written.append(path)
    return written
