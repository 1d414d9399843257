"""The OpenAPI document: what routes answer, schemas made from the fields of `schemas.lines` and `schemas.comparison`."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from schemas import comparison, lines

Responses = dict[int | str, dict[str, Any]]
ABOUT = """Chinese government plans as comparable rows: which indicator is to reach which threshold by which deadline, and which bodies answer for it.

Lists come in pages: follow `next` (or the `Link` header) until it is null. A cursor is a place in the list, so rows that come meanwhile are neither
doubled nor make others be left out. Ids derive from content. Numbers are JSON numbers, what is absent is null. As CSV (`format=csv`, or `Accept:
text/csv`; `all=true` streams the whole list) text that a spreadsheet would run as a formula stands behind an apostrophe. Answers carry a weak ETag:
ask again with `If-None-Match`, and 304 says that nothing changed; while a run stores rows there is none. Errors are problem details (RFC 9457) whose
`detail` says what to do; a parameter that is not known is refused."""
PROBLEM: Responses = {
    "4XX": {
        "description": "What is wrong, and what to do",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
_TYPES = {"string": "string", "date": "string", "integer": "integer", "number": "number", "boolean": "boolean", "list": "array", "object": "object"}
_NAMES = {"documents": "Document", "tasks": "Task", "targets": "Target", "evidence": "Evidence", "issues": "Issue", "coverage": "Coverage"} | {
    "validity": "Validity",
    "bodies": "Body",
    "indicators": "Indicator",
    "regions": "Region",
    "standards": "Standard",
    "runs": "Run",
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def many(kind: str, counted: bool = True) -> Responses:
    """Answers of a list."""
    content = {"application/json": {"schema": _ref(f"{_NAMES[kind]}List")}, "text/csv": {"schema": {"type": "string"}}}
    headers = {"Link": {"description": 'rel="next": the next page', "schema": {"type": "string"}}, "ETag": {"schema": {"type": "string"}}}
    return {200: {"description": "A page", "content": content, "headers": headers}, 304: {"description": "Nothing changed"}, **PROBLEM}


def item(kind: str | None, evidence: bool = False) -> Responses:
    """Answers of one record; of None a text."""
    schema: dict[str, Any] = _ref(_NAMES[kind]) if kind else {}
    if evidence:
        schema = {
            "allOf": [schema, {"type": "object", "properties": {"evidence": {"type": "array", "items": _ref("Evidence")}}, "required": ["evidence"]}]
        }
    content = {"application/json": {"schema": schema}} if kind else {"text/plain": {"schema": {"type": "string"}}}
    return {200: {"description": "The record", "content": content}, 304: {"description": "Nothing changed"}, **PROBLEM}


def document(routes: list[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of the routes of the API."""
    made = get_openapi(title="zhibiao", version=version("zhibiao"), openapi_version="3.1.0", description=ABOUT, routes=routes)
    made["paths"] = {path: told for path, told in made["paths"].items() if path.startswith("/api/v1/")}
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _problem()
    for kind, name in _NAMES.items():
        schemas[name] = lines.schema(kind)
        schemas[f"{name}List"] = _list(_ref(name))
    schemas["ComparisonTable"], schemas["Job"] = _comparison(), _job()
    return made


def _list(items: dict[str, Any]) -> dict[str, Any]:
    following = {"type": ["string", "null"], "description": "Address of the next page; null at the end"}
    properties = {"items": {"type": "array", "items": items}, "next": following, "total": {"type": "integer", "description": "With count=true"}}
    return {"type": "object", "properties": properties, "required": ["items", "next"]}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    said = {"type": text, "title": text, "status": {"type": "integer"}, "detail": {"type": "string", "description": "What is wrong, and what to do"}}
    return {"type": "object", "properties": said, "required": ["title", "status", "detail"]}


def _job() -> dict[str, Any]:
    text, lines_ = {"type": ["string", "null"]}, {"type": "array", "items": {"type": "object"}}
    said: dict[str, Any] = dict.fromkeys(("id", "kind", "by", "created", "started", "finished", "message", "address"), text)
    said["state"] = {"type": "string", "enum": ["waiting", "running", "done", "failed", "cancelled", "interrupted"]}
    said |= {"run": {"type": ["integer", "null"]}, "files": lines_, "refused": lines_, "documents": lines_, "progress": {"type": "object"}}
    return {"type": "object", "properties": said, "required": ["id", "state", "documents"]}


def _comparison() -> dict[str, Any]:
    tables = [
        {
            "type": "object",
            "title": name,
            "properties": {c.name: {"type": [_TYPES[c.type], "null"], "description": c.about or c.en} for c in columns},
            "required": [c.name for c in columns],
        }
        for name, columns in comparison.TABLES.items()
    ]
    made = _list({"anyOf": tables})
    made["properties"] |= {
        "table": {"type": "string"},
        "columns": {"type": "array", "items": {"type": "string"}, "description": "Columns of the matrix: regions, documents or years"},
        "notes": {"type": "array", "items": {"type": "string"}, "description": "What a reader must know"},
    }
    return made
