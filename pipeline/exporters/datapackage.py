"""Frictionless Data Package of the stored rows: documents, tasks, targets, issues and the ledger, with their types and keys."""

from __future__ import annotations

from pathlib import Path

from pipeline.exporters.frames import Frames
from pipeline.exporters.package import Table, fields_of, foreign, write_package

_KEYS = {"documents": ["document"], "tasks": ["id"], "targets": ["target_id"]}
_OF_DOCUMENTS = ("tasks", "targets", "coverage")  # an issue may be of a document that could not be stored


def write(frames: Frames, out: Path) -> list[Path]:
    """Write datapackage.json and data/*.csv."""
    about = {"name": "zhibiao", "title": "zhibiao", "sources": [{"title": d["title"] or d["document"]} for d in frames["documents"]]}
    tables = []
    for name, lines in frames.items():
        if not lines:
            continue  # a resource must have fields, and they are those of the lines
        schema = {"fields": fields_of(lines), "missingValues": [""]}
        if name in _KEYS:
            schema["primaryKey"] = _KEYS[name]
        if name in _OF_DOCUMENTS:
            schema["foreignKeys"] = [foreign("document", "documents", "document")]
        tables.append(Table(name, schema, lines, name))
    return write_package(out, about, tables)
