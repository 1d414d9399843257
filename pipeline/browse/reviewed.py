"""One thing of the review queue with everything that a person needs to decide about it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from pipeline.browse.passages import Spans, passages
from pipeline.browse.queue import reason_of
from schemas import tables

Line = dict[str, Any]
SLOTS = ("indicator", "scope", "value", "unit", "deadline", "baseline", "act")
READ = ("indicator", "scope", "kind", "operator", "value", "value_max", "unit", "change_direction", "baseline", "deadline", "status", "strength")
_ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")
_SECOND = ("indicator", "operator", "value", "value_max", "unit")


def target(connection: sa.Connection, target_id: str) -> Line | None:
    """A stored target: its row, `fields` (as they may be corrected), document, task with bodies, the second reader's reading, spans, passages."""
    row = connection.execute(sa.select(tables.target).where(tables.target.c.id == target_id)).first()
    if row is None:
        return None
    one: Line = dict(row._mapping)
    spans, quote = spans_of(connection, target_id)
    return {
        **one,
        "key": f"t:{target_id}",
        "target_id": target_id,
        "aside": False,
        "reason": reason_of(one["readers"], one["confidence"]),
        "fields": fields_of(one),
        "document": document(connection, one["document_id"]),
        "task": task(connection, one["task_id"]),
        "second": second_of(one),
        "spans": spans,
        "passages": passages(connection, one["document_id"], spans, quote or next(iter(spans.values()))[0]) if spans else [],
    }


def second_of(row: Line) -> Line | None:
    """What the second reader makes of a target's value, by field; None where it agrees or was not asked."""
    second = json.loads(row["second"]) if row.get("second") else None
    return {name: second.get(name) for name in (*_SECOND, "value_text")} if second else None


def number(connection: sa.Connection, coverage_id: str) -> Line | None:
    """A number of the ledger: its row, document, what the second reader takes for targets in it, passages."""
    row = connection.execute(sa.select(tables.coverage).where(tables.coverage.c.id == coverage_id)).first()
    if row is None:
        return None
    one: Line = dict(row._mapping)
    spans: Spans = {"number": [(one["start"], one["end"])]}
    return {
        **one,
        "key": f"c:{coverage_id}",
        "aside": False,
        "ledger": one["reason"],
        **dict.fromkeys(("task", "second", "confidence", "review", "target_id", "indicator_id")),
        "document": document(connection, one["document_id"]),
        "proposals": json.loads(one["proposals"] or "[]"),
        "spans": spans,
        "passages": passages(connection, one["document_id"], spans, (one["start"], one["end"])),
    }


def fields_of(row: Line) -> Line:
    """What may be corrected, as JSON values: whole numbers without a point, the deadline as one object or None."""
    found: Line = {name: _plain(row.get(name)) for name in READ if name != "deadline"}
    deadline = {part: row.get(f"deadline_{part}") for part in ("raw", "kind", "start", "end")}
    return {name: (deadline if any(deadline.values()) else None) if name == "deadline" else found[name] for name in READ}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def spans_of(connection: sa.Connection, target_id: str) -> tuple[dict[str, list[tuple[int, int]]], tuple[int, int] | None]:
    """Where the fields of a target stand, slot → ranges, and from where to where its quote goes."""
    e = tables.evidence.c
    query = sa.select(e.slot, e.start, e.end).where(e.row_table == "target", e.row_id == target_id).order_by(e.slot, e.position)
    found: dict[str, list[tuple[int, int]]] = {}
    for slot, start, end in connection.execute(query):
        found.setdefault(slot, []).append((start, end))
    quote = found.pop("quote", None)
    spans = {slot: found[slot] for slot in SLOTS if slot in found}
    return spans, (min(s for s, _ in quote), max(e for _, e in quote)) if quote else None


def document(connection: sa.Connection, document_id: str) -> Line | None:
    """What a page says of a document; None where there is none."""
    names = ("id", "name", "title", "region", "issue_date", "publish_date", "period_start", "period_end", "format")
    row = connection.execute(sa.select(*(tables.document.c[name] for name in names)).where(tables.document.c.id == document_id)).first()
    return dict(row._mapping) if row else None


def task(connection: sa.Connection, task_id: str | None) -> Line | None:
    """A task and the bodies that answer for it, by role."""
    if task_id is None:
        return None
    t, link = tables.task.c, tables.task_body.c
    row = connection.execute(sa.select(t.path, t.title).where(t.id == task_id)).first()
    if row is None:
        return None
    query = sa.select(link.role, tables.body.c.name).join_from(tables.task_body, tables.body, link.body_id == tables.body.c.id)
    bodies: dict[str, list[str]] = {}
    for role, name in connection.execute(query.where(link.task_id == task_id).order_by(link.role, link.position)):
        bodies.setdefault(role, []).append(name)
    return {"path": row.path, "title": row.title, "bodies": {role: bodies[role] for role in _ROLES if role in bodies}}


def added_here(connection: sa.Connection, document_id: str, start: int, end: int) -> list[str]:
    """Targets that people added and whose value stands in a stretch of the text: a number of the ledger that is dealt with."""
    e, t = tables.evidence.c, tables.target.c
    query = (
        sa.select(t.id)
        .join_from(tables.target, tables.evidence, sa.and_(e.row_table == "target", e.row_id == t.id))
        .where(t.document_id == document_id, t.review == "added", e.slot == "value", e.start < end, e.end > start)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))
