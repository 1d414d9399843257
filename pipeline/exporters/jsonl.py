"""JSON lines: documents.jsonl, tasks.jsonl, targets.jsonl, issues.jsonl, coverage.jsonl."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.exporters.files import replacing
from pipeline.exporters.frames import Frames


def write(frames: Frames, out: Path) -> list[Path]:
    """One file for each kind of line, UTF-8, each written whole or not at all."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    written = []
    for name, lines in frames.items():
        path = out / f"{name}.jsonl"
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
            file.writelines(encode(line) + "\n" for line in lines)
        written.append(path)
    return written
