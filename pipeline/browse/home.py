"""What the first page tells: how much is stored, what is new, what is due, what people corrected last, what a person should look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.browse.wording import COLUMNS, shown
from schemas import tables

_FIELDS = 12  # rows that a decision has at most, one a field
_d, _t, _c, _e = tables.document.c, tables.target.c, tables.correction.c, tables.evidence.c


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many documents, targets, regions and indicators are stored, and sources that failed."""
    asked = {
        "documents": sa.select(sa.func.count()).select_from(tables.document),
        "targets": sa.select(sa.func.count()).select_from(tables.target),
        "regions": sa.select(sa.func.count(_d.region.distinct())),
        "indicators": sa.select(sa.func.count(_t.indicator_id.distinct())),
        "failed": sa.select(sa.func.count()).select_from(tables.source).where(tables.source.c.state.in_(("failed", "quarantined"))),
    }
    return {name: connection.execute(question).scalar_one() for name, question in asked.items()}


def due(connection: sa.Connection, today: str, limit: int) -> list[dict[str, Any]]:
    """Targets whose deadline ends on a day (ISO) or after it, the next first."""
    return _dated(connection, _t.deadline_end >= today, False, limit)


def past(connection: sa.Connection, today: str, limit: int) -> list[dict[str, Any]]:
    """Targets whose deadline ended before a day, the latest first."""
    return _dated(connection, _t.deadline_end < today, True, limit)


def _dated(connection: sa.Connection, when: sa.ColumnElement[bool], latest: bool, limit: int) -> list[dict[str, Any]]:
    """By the index of deadlines, and the few that it gives put in order: a million may end on one day."""

    def order(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return column.desc() if latest else column.asc()

    first = sa.select(_t.id, _t.document_id, _t.deadline_end, _t.indicator, _t.scope, *(_t[name] for name in COLUMNS)).where(
        when, _t.status == "target"
    )
    some = first.order_by(order(_t.deadline_end)).limit(limit).subquery()
    asked = sa.select(some, _d.name, _d.region).join(tables.document, _d.id == some.c.document_id)
    found = connection.execute(asked.order_by(order(some.c.deadline_end), some.c.id)).mappings()
    return [{**row, "shown": shown(dict(row))} for row in found]


def named(connection: sa.Connection, names: Sequence[str]) -> list[dict[str, Any]]:
    """Stored documents by name, in that order, with the number of their targets."""
    count = sa.select(sa.func.count()).where(_t.document_id == _d.id).scalar_subquery()
    asked = sa.select(_d.id, _d.name, _d.title, _d.region, count.label("targets")).where(_d.name.in_(names))
    found = {row.name: dict(row._mapping) for row in connection.execute(asked)}
    return [found[name] for name in names if name in found]


def ids(connection: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """Name → id of stored documents."""
    return {row.name: row.id for row in connection.execute(sa.select(_d.name, _d.id).where(_d.name.in_(names)))}


def corrections(connection: sa.Connection, limit: int) -> list[dict[str, Any]]:
    """What people decided last, the latest first: `action`, `author`, `made`, `changes` (field → before, after), and the place that each is about.

    `document_id`, `target_id` and `indicator` are None where that is no longer stored; `text` is what stands there.
    """
    named = ("id", "evidence_id", "field", "before", "after", "author", "made", "number", "decision", "action")
    last = sa.select(*(_c[name] for name in named)).order_by(_c.number.desc(), _c.made.desc(), _c.id).limit(limit * _FIELDS).subquery()
    joined = last.outerjoin(tables.evidence, _e.id == last.c.evidence_id).outerjoin(
        tables.target, sa.and_(_t.id == _e.row_id, _e.row_table == "target")
    )
    asked = sa.select(last, _e.document_id, _e.text, _t.id.label("target_id"), _t.indicator).select_from(joined)
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(asked.order_by(last.c.number.desc(), last.c.made.desc(), last.c.id)).mappings():
        one = found.setdefault(row["decision"] or row["id"], {**row, "changes": {}})
        if row["field"]:
            one["changes"][row["field"]] = (_said(row["before"]), _said(row["after"]))
    return list(found.values())[:limit]


def _said(value: str | None) -> Any:
    """A stored value; a text that is no JSON, as another version may have written it, as it is."""
    try:
        return None if value is None else json.loads(value)
    except ValueError:
        return value
