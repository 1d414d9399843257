"""Parquet: one file for each kind of line; lists of names as lists, deadlines as columns, other structures as JSON. Needs the extra `export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.exporters.files import replacing
from pipeline.exporters.frames import Frames, Line
from schemas.errors import ZhibiaoError


def write(frames: Frames, out: Path) -> list[Path]:
    """Write documents.parquet, tasks.parquet, targets.parquet, issues.parquet and coverage.parquet.

    Raises ZhibiaoError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ZhibiaoError("Parquet needs the package pyarrow: pip install 'zhibiao[export]'") from error
    written = []
    for name, lines in frames.items():
        path = out / f"{name}.parquet"
        with replacing(path) as temporary:
            parquet.write_table(pa.table(_columns(lines)), temporary, compression="zstd")
        written.append(path)
    return written


def _columns(lines: list[Line]) -> dict[str, list[Any]]:
    """Lines as columns of values that Parquet has a type for."""
    names = dict.fromkeys(key for line in lines for key in line)
    found: dict[str, list[Any]] = {}
    for name in names:
        values = [line.get(name) for line in lines]
        if name == "deadline":
            found |= {f"deadline_{part}": [(v or {}).get(part) for v in values] for part in ("raw", "kind", "start", "end")}
        elif any(isinstance(v, dict) or (isinstance(v, list) and any(not isinstance(x, str) for x in v)) for v in values):
            found[name] = [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]
        else:
            found[name] = values
    return found
