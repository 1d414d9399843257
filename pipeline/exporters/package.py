"""Frictionless Data Packages: tables as CSV, with types, keys and licence in datapackage.json.

Cells are the values themselves (lists and objects as JSON), nothing is defused: packages are for tools; people take `csv`.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
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
    """One resource: its name, Table Schema, lines (read once) and title for people.

    Where the schema names no fields they are those of the first line, and their types those of all values.
    """

    name: str
    schema: Field
    lines: Iterable[Line]
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


class _Types:
    """The types of columns, told by the values that pass."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._kinds: dict[str, set[type]] = {column: set() for column in columns}

    def watch(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines, noted. Raises ValueError for a line with a column of its own."""
        for line in lines:
            for column, value in line.items():
                if column not in self._kinds:
                    raise ValueError(f"a line has “{column}”, which the first one has not")
                self._kinds[column].add(type(value))
            yield line

    def fields(self) -> list[Field]:
        """Names and types of the columns."""
        return [{"name": column, "type": _type(kinds - {type(None)})} for column, kinds in self._kinds.items()]


def _type(kinds: set[type]) -> str:
    """The type of all values that there are; string where they are of several."""
    names = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    if kinds == {int, float}:
        return "number"
    return names.get(kinds.pop(), "string") if len(kinds) == 1 else "string"


def _resource(path: Path, table: Table) -> Field:
    """Write one CSV and describe it."""
    schema, lines, types = table.schema, iter(table.lines), None
    if "fields" not in schema:
        first = next(lines, {})
        types = _Types(first)
        lines = types.watch(itertools.chain((first,), lines))
    columns = list(first) if types else [field["name"] for field in schema["fields"]]
    with replacing(path) as temporary:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(line.get(column)) for column in columns] for line in lines)
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
        "schema": {"fields": types.fields(), **schema} if types else schema,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
