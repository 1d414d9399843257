"""JSON lines: documents.jsonl, tasks.jsonl, targets.jsonl, issues.jsonl, coverage.jsonl."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.exporters.files import replacing
from pipeline.exporters.frames import Frames


def write(frames: Frames, out: Path) -> list[Path]:
    """One file for each kind of line, UTF-8, each written whole or not at all."""
    written = []
    for name, lines in frames.items():
        path = out / f"{name}.jsonl"
        with replacing(path) as temporary:
            temporary.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
        written.append(path)
    return written
