"""The reference of the API for people: resources and parameters from the OpenAPI document, examples from files that tests run."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pipeline.web.api.root import described
from pipeline.web.render import HERE, page
from schemas.views import VIEWS

router = APIRouter(include_in_schema=False)
EXAMPLES = HERE / "examples"
# what is tried by a link: operation → query
TRIED = {
    "listDocuments": "?count=true",
    "listTargets": "?indicator=森林覆盖率&limit=5",
    "listTasks": "?role=lead&limit=5",
    "listIndicators": "?limit=5",
    "listRegions": "?stored=true",
    "listBodies": "?limit=5",
    "listEvidence": "?limit=5",
    "listIssues": "?limit=5",
    "listStandards": "?limit=2",
    "listRuns": "?limit=5",
    "compare": "?table=findings&limit=5",
}


@router.get("/api")
def reference(request: Request) -> Response:
    """The reference."""
    document = json.loads(described(request.app))
    address = f"{request.url.scheme}://{request.url.netloc}"
    return page(request, "api.html", area="api", groups=_groups(document), tried=TRIED, address=address, examples=_examples(), views=VIEWS)


@cache
def _examples() -> dict[str, str]:
    """The examples as they stand in their files."""
    return {name: (EXAMPLES / name).read_text("utf-8") for name in ("examples.sh", "examples.py")}


def _groups(document: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Operations by their tag, in the order of the document, each with its parameters."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            shown = {"path": path, "method": method.upper(), "id": told.get("operationId", ""), "about": told.get("description", "")}
            shown["parameters"] = [_parameter(one) for one in told.get("parameters", [])]
            groups.setdefault(told.get("tags", ["other"])[0], []).append(shown)
    return list(groups.items())


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    schema = one["schema"]
    plain = next((option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"), schema)
    inner = plain.get("items", plain)
    values = inner.get("enum") or ([inner["const"]] if "const" in inner else [])
    shown = "、".join(map(str, values)) if values else inner.get("format") or inner.get("type", "")
    default = schema.get("default")
    return {
        "name": one["name"],
        "place": one["in"],
        "kind": shown,
        "many": "items" in plain,
        "default": "" if default is None else json.dumps(default) if not isinstance(default, str) else default,
        "about": one.get("description") or schema.get("description", ""),
    }
