"""Bodies: the offices that plans name, with their function and level."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pipeline.browse.tables import After, Key, Row, contains, page
from schemas import tables


def listed(connection: sa.Connection, filters: dict[str, Any], q: str | None, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of bodies, each with the number of tasks that name it. `filters`: column (function, kind, level, region_code) → value."""
    b, link = tables.body.c, tables.task_body.c
    query = sa.select(tables.body)
    for name, value in filters.items():
        if value is not None:
            query = query.where(b[name] == value)
    if q:
        query = query.where(contains(b.name, q))
    rows, behind = page(connection, query, (Key(b.id),), after, limit)
    ids = [row["id"] for row in rows]
    counted = sa.select(link.body_id, sa.func.count(sa.distinct(link.task_id))).where(link.body_id.in_(ids)).group_by(link.body_id)
    tasks = {row[0]: row[1] for row in connection.execute(counted)}
    return [row | {"tasks": tasks.get(row["id"], 0)} for row in rows], behind


def one(connection: sa.Connection, body_id: str) -> Row | None:
    """A body by its id."""
    found = connection.execute(sa.select(tables.body).where(tables.body.c.id == body_id)).first()
    if found is None:
        return None
    link = tables.task_body.c
    tasks = connection.execute(sa.select(sa.func.count(sa.distinct(link.task_id))).where(link.body_id == body_id)).scalar_one()
    return dict(found._mapping) | {"tasks": tasks}
