"""Frictionless Data Package: the tables as CSV with their types, vocabularies, keys and links in datapackage.json.

Cells are the values themselves (lists and deadlines as JSON), nothing is defused: this is for tools; people take `csv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.exporters.package import Field, Table, foreign, write_package
from pipeline.report import lines
from pipeline.report.lines import Line
from pipeline.report.words import table_title, title, vocabulary, vocabulary_of
from schemas.comparison import TABLES, Column

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

Frames = Mapping[str, Sequence[Line]]

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
_REQUIRED = {"matrix": ("group", "state"), "findings": ("id", "type"), "plans": ("document",)}
# what a list of a finding points to, as a table of its own: package keys cannot reach into lists
_LINKS = {"documents": "document", "targets": "target"}


def write(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write datapackage.json and data/*.csv."""
    tables = {table: lines.read(comparison, table) for table in TABLES}
    about = {
        "name": "zhibiao-comparison",
        "title": title(comparison.subjects, lang),
        "description": " ".join(comparison.notes),
        "created": f"{comparison.as_of.isoformat()}T00:00:00Z",
        "sources": [{"title": line["title"] or line["document"]} for line in tables["plans"]],
    }
    return write_package(out, about, [*_tables(tables, lang), *_links(tables["findings"])])


def _tables(tables: Frames, lang: str) -> Iterable[Table]:
    for table, columns in TABLES.items():
        schema: Field = {"fields": [_field(table, column, lang) for column in columns], "missingValues": [""]}
        if table in _KEYS:
            schema["primaryKey"] = [_KEYS[table]]
        here = [foreign(name, "" if table == "plans" else "plans", "document") for name in _DOCUMENTS.get(table, ())]
        yield Table(table, {**schema, **({"foreignKeys": here} if here else {})}, tables[table], table_title(table, lang))


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


def _links(findings: Sequence[Line]) -> Iterable[Table]:
    """findings_documents and findings_targets: finding, position in its list, what stands there."""
    for name, field in _LINKS.items():
        found = [{"finding": f["id"], "position": i, field: item} for f in findings for i, item in enumerate(f[name] or [], 1) if item is not None]
        fields = [{"name": "finding", "type": "string"}, {"name": "position", "type": "integer"}, {"name": field, "type": "string"}]
        keys = [foreign("finding", "findings", "id"), *([foreign("document", "plans", "document")] if field == "document" else [])]
        schema = {"fields": fields, "missingValues": [""], "primaryKey": ["finding", "position"], "foreignKeys": keys}
        yield Table(f"findings_{name}", schema, found, f"findings_{name}")
