"""Frictionless Data Package of the stored rows: documents, tasks, targets, issues and the ledger, with their types and keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from pipeline.exporters.frames import Frames
from pipeline.exporters.package import Field, Table, foreign, write_package

_KEYS = {"documents": ["document"], "tasks": ["id"], "targets": ["target_id"]}
_OF_DOCUMENTS = ("tasks", "targets", "coverage")  # an issue may be of a document that could not be stored


def write(frames: Frames, out: Path) -> list[Path]:
    """Write datapackage.json and data/*.csv."""
    about = {"name": "zhibiao", "title": "zhibiao", "sources": [{"title": d["title"] or d["document"]} for d in frames["documents"]]}
    return write_package(out, about, _tables(frames))


def _tables(frames: Frames) -> Iterator[Table]:
    for name, lines in frames.items():
        rest = iter(lines)
        first = list(itertools.islice(rest, 1))
        if not first:
            continue  # a resource must have fields, and they are those of the lines
        schema: Field = {"missingValues": [""]}
        if name in _KEYS:
            schema["primaryKey"] = _KEYS[name]
        if name in _OF_DOCUMENTS:
            schema["foreignKeys"] = [foreign("document", "documents", "document")]
        yield Table(name, schema, itertools.chain(first, rest), name)
