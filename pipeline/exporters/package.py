"""Frictionless Data Packages: tables as CSV, with types, keys and licence in datapackage.json.

Cells are the values themselves (lists and objects as JSON), nothing is defused: packages are for tools; people take `csv`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.exporters.files import replacing

Line = dict[str, Any]
Field = dict[str, Any]
LICENCE = {
    "name": "notspecified",
    "title": "not stated; the sources are official texts (Copyright Law of the People's Republic of China, article 5)",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One resource: its name, Table Schema, lines and title for people."""

    name: str
    schema: Field
    lines: Sequence[Line]
    title: str


def write_package(out: Path, about: Mapping[str, Any], tables: Iterable[Table]) -> list[Path]:
    """Write datapackage.json with the properties `about`, and data/<table>.csv; returns the paths, the description first."""
    resources, written = [], []
    for table in tables:
        path = out / "data" / f"{table.name}.csv"
        resources.append(_resource(path, table))
        written.append(path)
    path = out / "datapackage.json"
    package = {"profile": "tabular-data-package", "licenses": [LICENCE], **about, "resources": resources}
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return [path, *written]


def foreign(field: str, resource: str, other: str) -> Field:
    """A foreign key of one field."""
    return {"fields": [field], "reference": {"resource": resource, "fields": [other]}}


def fields_of(found: Sequence[Line]) -> list[Field]:
    """Names and types of the fields of lines, by their values."""
    names = dict.fromkeys(key for line in found for key in line)
    return [{"name": key, "type": _type([line.get(key) for line in found])} for key in names]


def _type(values: Iterable[Any]) -> str:
    """The type of all values that there are; string where they are of several."""
    kinds = {type(value) for value in values if value is not None}
    names = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    if kinds == {int, float}:
        return "number"
    return names.get(kinds.pop(), "string") if len(kinds) == 1 else "string"


def _resource(path: Path, table: Table) -> Field:
    """Write one CSV and describe it."""
    columns = [field["name"] for field in table.schema["fields"]]
    with replacing(path) as temporary:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(line.get(column)) for column in columns] for line in table.lines)
        size, digest = temporary.stat().st_size, _digest(temporary)
    return {
        "name": table.name,
        "path": f"data/{path.name}",
        "profile": "tabular-data-resource",
        "title": table.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest}",
        "schema": table.schema,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
