"""Frictionless Data Package: the tables as CSV with their types, vocabularies, keys and links in datapackage.json.

Cells are the values themselves (lists and deadlines as JSON), nothing is defused: this is for tools; people take `csv`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exporters.files import replacing
from pipeline.report import lines
from pipeline.report.lines import Line
from pipeline.report.words import table_title, title, vocabulary, vocabulary_of
from schemas.comparison import TABLES, Column

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

Frames = Mapping[str, Sequence[Line]]
Field = dict[str, Any]

_TYPES = {"list": "array"}  # the others are called alike
_KEYS = {"plans": "document", "findings": "id"}
_DOCUMENTS = {
    "matrix": ("document",),
    "pairs": ("left_document", "right_document"),
    "standards": ("document",),
    "changes": ("before_document", "after_document"),
    "leads": ("document",),
    "timeline": ("document",),
    "plans": ("duplicate_of",),
}
_REQUIRED = {"matrix": ("group", "region", "state"), "findings": ("id", "type"), "plans": ("document",)}
# what a list of a finding points to, as a table of its own: package keys cannot reach into lists
_LINKS = {"documents": "document", "targets": "target"}
LICENCE = {
    "name": "notspecified",
    "title": "not stated; the sources are official texts (Copyright Law of the People's Republic of China, article 5)",
}


def write(comparison: Comparison, out: Path, lang: str, database: Frames | None = None, licence: Mapping[str, str] | None = None) -> list[Path]:
    """Write datapackage.json and data/*.csv. `database`: further tables (those of an export: documents, tasks, targets …) by name.

    `licence`: name, path or title of the licence under which the package is given on; without it the package says that none is stated.
    """
    tables = {table: lines.read(comparison, table) for table in TABLES}
    written, resources = [], []
    for name, schema, found in [*_tables(tables, lang), *_links(tables["findings"]), *_database(database or {})]:
        path = out / "data" / f"{name}.csv"
        resources.append(_resource(path, name, schema, found, table_title(name, lang) if name in TABLES else name))
        written.append(path)
    package = {
        "profile": "tabular-data-package",
        "name": "zhibiao-comparison",
        "title": title(comparison.regions, lang),
        "description": " ".join(comparison.notes),
        "created": f"{comparison.as_of.isoformat()}T00:00:00Z",
        "licenses": [dict(licence or LICENCE)],
        "sources": [{"title": line["title"] or line["document"]} for line in tables["plans"]],
        "resources": resources,
    }
    path = out / "datapackage.json"
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return [path, *written]


Table = tuple[str, Field, Sequence[Line]]


def _tables(tables: Frames, lang: str) -> Iterable[Table]:
    for table, columns in TABLES.items():
        schema: Field = {"fields": [_field(table, column, lang) for column in columns], "missingValues": [""]}
        if table in _KEYS:
            schema["primaryKey"] = [_KEYS[table]]
        here = [_foreign(name, "" if table == "plans" else "plans", "document") for name in _DOCUMENTS.get(table, ())]
        yield table, {**schema, **({"foreignKeys": here} if here else {})}, tables[table]


def _field(table: str, column: Column, lang: str) -> Field:
    """One column: name, type, title by language, description, and what its values may be."""
    field: Field = {"name": column.name, "type": _TYPES.get(column.type, column.type), "title": column.zh if lang == "zh" else column.en}
    if column.about:
        field["description"] = column.about
    constraints: Field = {"required": True} if column.name in _REQUIRED.get(table, ()) else {}
    words = vocabulary_of(table, column.name)
    if words in ("state", "verdict", "standing", "change", "finding", "due", "validity", "certainty"):
        constraints["enum"] = list(vocabulary(words, lang))
    return {**field, **({"constraints": constraints} if constraints else {})}


def _foreign(field: str, resource: str, other: str) -> Field:
    return {"fields": [field], "reference": {"resource": resource, "fields": [other]}}


def _links(findings: Sequence[Line]) -> Iterable[Table]:
    """findings_documents and findings_targets: finding, position in its list, what stands there."""
    for name, field in _LINKS.items():
        found = [{"finding": f["id"], "position": i, field: item} for f in findings for i, item in enumerate(f[name] or [], 1) if item is not None]
        fields = [{"name": "finding", "type": "string"}, {"name": "position", "type": "integer"}, {"name": field, "type": "string"}]
        keys = [_foreign("finding", "findings", "id"), *([_foreign("document", "plans", "document")] if field == "document" else [])]
        yield f"findings_{name}", {"fields": fields, "missingValues": [""], "primaryKey": ["finding", "position"], "foreignKeys": keys}, found


def _database(frames: Frames) -> Iterable[Table]:
    """Tables of the database, by the types of their values."""
    for name, found in frames.items():
        names = dict.fromkeys(key for line in found for key in line)
        fields = [{"name": key, "type": _type([line.get(key) for line in found])} for key in names]
        yield f"database_{name}", {"fields": fields, "missingValues": [""]}, found


def _type(values: Iterable[Any]) -> str:
    """The type of all values that there are; string where they are of several."""
    kinds = {type(value) for value in values if value is not None}
    names = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    if kinds == {int, float}:
        return "number"
    return names.get(kinds.pop(), "string") if len(kinds) == 1 else "string"


def _resource(path: Path, name: str, schema: Field, found: Sequence[Line], heading: str) -> Field:
    """Write one CSV and describe it."""
    columns = [field["name"] for field in schema["fields"]]
    with replacing(path) as temporary:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(line.get(column)) for column in columns] for line in found)
        size, digest = temporary.stat().st_size, _digest(temporary)
    return {
        "name": name,
        "path": f"data/{path.name}",
        "profile": "tabular-data-resource",
        "title": heading,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest}",
        "schema": schema,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
