"""Commands that print what is read from one document: parse, segment, extract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.app import app
from pipeline.cli.options import File, Limit, Readers, Reading, line

if TYPE_CHECKING:
    from pipeline.run import Result


@app.command()
def parse(file: File, limit: Limit = None) -> None:
    """Print the blocks of a document as JSON lines."""
    from dataclasses import asdict

    document = _result(file, limit).document
    for block in document.blocks:
        line({**asdict(block), "text": document.text[block.start : block.end]})


@app.command()
def segment(file: File, limit: Limit = None) -> None:
    """Print the segments of a document as JSON lines."""
    for s in _result(file, limit).segments:
        line(
            {
                "id": s.id,
                "kind": s.kind,
                "path": s.path,
                "title": s.title,
                "headings": s.headings,
                "section": s.section,
                "cells": [
                    {"role": c.role, "header": c.header, "text": c.text.plain, "start": c.text.starts[0] if c.text.starts else None} for c in s.cells
                ],
            }
        )


@app.command()
def extract(file: File, limit: Limit = None, readers: Reading = Readers.both) -> None:
    """Print the tasks and targets of a document as JSON lines, with the offsets of their evidence."""
    rows = _result(file, limit, readers is Readers.both).rows
    paths = {t["id"]: t["path"] for t in rows.tables["task"]}
    for kind in ("task", "task_body", "target"):
        for row in rows.tables[kind]:
            line({"row": kind, **row, "task": paths.get(row.get("task_id") or "")})
    for row in rows.tables["coverage"]:
        line({"row": "coverage", **row})
    for issue in rows.issues:
        line({"row": "issue", "level": issue.level, "code": issue.code, "where": issue.where, "message": issue.message})


def _result(file: str, limit: list[str] | None, second: bool = False) -> Result:
    from pipeline.parsers import parse_bytes
    from pipeline.run import process, process_file
    from schemas.limits import read_limits

    limits = read_limits(limit or ())
    if file == "-":
        return process(parse_bytes(sys.stdin.buffer.read(), "-", limits=limits), second=second)
    return process_file(Path(file), limits=limits, second=second)
