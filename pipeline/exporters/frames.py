"""The lines of an export, read from the database: one list of dicts for each kind of line."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from pipeline import store
from pipeline.validity import valid_until
from schemas import tables
from schemas.reasons import explain

Line = dict[str, Any]
Frames = dict[str, list[Line]]
_DOCUMENT = ("title", "doc_number", "issuer", "region", "issue_date", "publish_date", "period_start", "period_end", "draft")
_ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")
_TARGET = (
    "indicator",
    "scope",
    "kind",
    "operator",
    "value",
    "value_max",
    "value_text",
    "unit",
    "change_direction",
    "baseline",
)
_VALIDITY = ("kind", "value", "date_start", "date_end", "term", "basis", "title", "doc_number", "rule", "raw", "start", "end")
# what normalising and the second reader add
_ADDED = (
    "strength",
    "act",
    "indicator_id",
    "indicator_rule",
    "canonical_value",
    "canonical_value_max",
    "canonical_unit",
    "dimension",
    "unit_rule",
    "rule",
    "confidence",
    "readers",
)


def read(engine: sa.Engine) -> Frames:
    """Lines of `documents`, `tasks`, `targets`, `issues` and `coverage` in document and text order."""
    with store.reading(engine) as connection:
        documents = store.fetch(connection, tables.document, tables.document.c.name)
        names = {d["id"]: d["name"] for d in documents}
        order = {d["id"]: i for i, d in enumerate(documents)}

        def rows(table: sa.Table) -> list[Line]:
            found = store.fetch(connection, table, table.c.position)
            return sorted(found, key=lambda r: order[r["document_id"]])

        tasks = rows(tables.task)
        links = rows(tables.task_body)
        bodies = {b["id"]: b for b in store.fetch(connection, tables.body, tables.body.c.id)}
        targets = rows(tables.target)
        spans = _spans(connection)
        issues = store.fetch(connection, tables.issue, tables.issue.c.document, tables.issue.c.id)
        coverage = rows(tables.coverage)
        validity: dict[str, list[Line]] = defaultdict(list)
        for row in rows(tables.validity):
            validity[row["document_id"]].append(row)
    return {
        "documents": [_document(d, validity[d["id"]]) for d in documents],
        "tasks": _tasks(tasks, links, bodies, names),
        "targets": _targets(targets, tasks, names, spans),
        "issues": [{k: i[k] for k in ("document", "level", "code", "where", "message")} for i in issues],
        "coverage": [_coverage(c, names) for c in coverage],
    }


def _spans(connection: sa.Connection) -> dict[str, tuple[int, int, list[Line]]]:
    """First and last source offset of every target's quote, and its evidence by slot."""
    found: dict[str, list[Line]] = defaultdict(list)
    query = (
        sa.select(tables.evidence)
        .where(tables.evidence.c.row_table == "target")
        .order_by(tables.evidence.c.row_id, tables.evidence.c.slot, tables.evidence.c.position)
    )
    for row in connection.execute(query):
        found[row.row_id].append(dict(row._mapping))
    result = {}
    for row_id, evidence in found.items():
        quote = [e for e in evidence if e["slot"] == "quote"]
        result[row_id] = (min(e["start"] for e in quote), max(e["end"] for e in quote), evidence)
    return result


def _document(row: Line, validity: list[Line]) -> Line:
    return {
        "document": row["name"],
        **{k: row[k] for k in _DOCUMENT},
        "region_code": row["region_code"],
        "valid_until": valid_until(validity),
        "validity": [{k: v[k] for k in _VALIDITY} for v in validity],
        "given": json.loads(row["given"] or "{}"),
        "sha256": row["sha256"],
        "path": row["path"],
        "format": row["format"],
        "rules_version": row["rules_version"],
        "vocab_version": row["vocab_version"],
    }


def _coverage(row: Line, names: dict[str, str]) -> Line:
    place = {k: row[k] for k in ("where", "reason", "text", "start", "end")}
    return {"document": names[row["document_id"]], **place, "explanation": explain(row["reason"]), "proposals": json.loads(row["proposals"] or "[]")}


def _deadline(row: Line) -> Line | None:
    if row["deadline_kind"] is None:
        return None
    return {k: row[f"deadline_{k}"] for k in ("raw", "kind", "start", "end")}


def _tasks(tasks: list[Line], links: list[Line], bodies: dict[str, Line], names: dict[str, str]) -> list[Line]:
    units: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for link in sorted(links, key=lambda r: int(r["position"])):
        units[link["task_id"]][link["role"]].append(link)
    lines = []
    for task in tasks:
        mine = units[task["id"]]
        lines.append(
            {
                "document": names[task["document_id"]],
                "task": task["path"],
                "title": task["title"],
                **{role: [x["text"] for x in mine[role]] for role in _ROLES},
                "deadline": _deadline(task),
                "functions": {role: [bodies[x["body_id"]]["function"] for x in mine[role]] for role in _ROLES if mine[role]},
                "id": task["id"],
            }
        )
    return lines


def _targets(targets: list[Line], tasks: list[Line], names: dict[str, str], spans: dict[str, tuple[int, int, list[Line]]]) -> list[Line]:
    paths = {t["id"]: t["path"] for t in tasks}
    lines = []
    counts: dict[str, int] = defaultdict(int)
    for row in targets:
        counts[row["document_id"]] += 1
        start, end, evidence = spans[row["id"]]
        value = next((e for e in evidence if e["slot"] == "value"), None)
        lines.append(
            {
                "document": names[row["document_id"]],
                "id": f"T{counts[row['document_id']]:03d}",
                "task": paths.get(row["task_id"]),
                **{k: row[k] for k in _TARGET},
                "value": _whole(row["value"]),
                "value_max": _whole(row["value_max"]),
                "deadline": _deadline(row),
                "status": row["status"],
                "quote": row["quote"],
                "start": start,
                "end": end,
                **{k: value[k] if value else None for k in ("file", "page", "line", "table", "row", "column", "sheet", "cell")},
                "box": json.loads(value["box"]) if value and value["box"] else None,
                "value_start": value["start"] if value else None,
                "value_end": value["end"] if value else None,
                **{k: row[k] for k in _ADDED},
                "second": json.loads(row["second"]) if row["second"] else None,
                "target_id": row["id"],
            }
        )
    return lines


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
