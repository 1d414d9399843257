"""What the first page tells: how much is stored, what is new, what is due, what people corrected last, what a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.browse import decided
from pipeline.browse.queue import Wanted, page
from pipeline.browse.wording import COLUMNS, shown
from pipeline.review import LOW_CONFIDENCE
from schemas import tables
from schemas.reasons import REASONS

_d, _t = tables.document.c, tables.target.c
_RANKED = tuple(name for name, reason in REASONS.items() if reason.rank is not None)


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


def open_items(connection: sa.Connection) -> int:
    """Places that a person should look at: numbers that may be targets, and targets that were read without certainty and that nobody has decided
    on. Walks over all targets."""
    numbers = sa.select(sa.func.count()).where(tables.coverage.c.reason.in_(_RANKED))
    doubtful = sa.select(sa.func.count()).where(_t.review.is_(None), sa.or_(_t.confidence < LOW_CONFIDENCE, _t.readers.in_(("rules", "differs"))))
    return int(connection.execute(numbers).scalar_one()) + int(connection.execute(doubtful).scalar_one())


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
    """What people decided last and is in force, a target each, as the list of decisions of the review page has it."""
    wanted = Wanted(state="decided")
    return page(connection, wanted, decided.parts(wanted), None, limit)[0]
