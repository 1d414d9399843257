"""Runs with their reports, and the documents that these name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from schemas import tables

_r = tables.run.c
LISTED = ("number", "started", "finished", "status", "seconds", "documents", "tasks", "targets", "failed", "changed")


def page(connection: sa.Connection, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Runs without their reports, the latest first, from the one before a number on."""
    asked = sa.select(*(tables.run.c[name] for name in LISTED)).order_by(_r.number.desc()).limit(limit)
    rows = connection.execute(asked if before is None else asked.where(_r.number < before))
    return [dict(row._mapping) for row in rows]


def count(connection: sa.Connection) -> int:
    """How many runs there are."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(tables.run)).scalar_one())


def earlier(connection: sa.Connection, number: int) -> int | None:
    """The number of the last run before one that ended with a report."""
    return connection.execute(sa.select(sa.func.max(_r.number)).where(_r.number < number, _r.report.is_not(None))).scalar()


def around(connection: sa.Connection, number: int) -> Mapping[str, int | None]:
    """Numbers of the runs before and after one."""
    return {
        "before": connection.execute(sa.select(sa.func.max(_r.number)).where(_r.number < number)).scalar(),
        "after": connection.execute(sa.select(sa.func.min(_r.number)).where(_r.number > number)).scalar(),
    }
