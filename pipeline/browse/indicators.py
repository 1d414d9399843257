"""The vocabularies beside what is stored of them: indicators with their targets, regions with their documents, standards with their thresholds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from pipeline.browse.tables import After, Key, Row, contains, page
from schemas import tables

_THRESHOLD = ("indicator_id", "condition", "operator", "value", "unit", "certainty", "source")


def listed(connection: sa.Connection, domain: str | None, q: str | None, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of indicators with their other names and the number of their targets."""
    i, a = tables.indicator.c, tables.indicator_alias.c
    query = sa.select(tables.indicator)
    query = query.where(i.domain == domain) if domain else query
    if q:
        query = query.where(sa.or_(contains(i.name, q), i.id == q, i.id.in_(sa.select(a.indicator_id).where(contains(a.alias, q)))))
    rows, behind = page(connection, query, (Key(i.id),), after, limit)
    return _told(connection, rows), behind


def one(connection: sa.Connection, indicator_id: str) -> Row | None:
    """An indicator by its id."""
    found = connection.execute(sa.select(tables.indicator).where(tables.indicator.c.id == indicator_id)).first()
    return _told(connection, [dict(found._mapping)])[0] if found else None


def _told(connection: sa.Connection, rows: list[Row]) -> list[Row]:
    a, t = tables.indicator_alias.c, tables.target.c
    ids = [row["id"] for row in rows]
    names: dict[tuple[str, bool], list[str]] = {}
    for row in connection.execute(sa.select(a.indicator_id, a.alias, a.weak).where(a.indicator_id.in_(ids)).order_by(a.alias)):
        names.setdefault((row.indicator_id, row.weak), []).append(row.alias)
    query = sa.select(t.indicator_id, sa.func.count()).where(t.indicator_id.in_(ids)).group_by(t.indicator_id)
    counts = {row[0]: row[1] for row in connection.execute(query)}
    return [
        row | {"aliases": names.get((row["id"], False), []), "weak": names.get((row["id"], True), []), "targets": counts.get(row["id"], 0)}
        for row in rows
    ]


def regions(connection: sa.Connection, q: str | None, parent: str | None, stored: bool, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of divisions with the number of their documents; `stored`: only those that have some."""
    r, d = tables.region.c, tables.document.c
    query = sa.select(tables.region)
    if q:
        query = query.where(sa.or_(r.code == q, contains(r.name, q), r.pinyin == q.lower()))
    query = query.where(r.parent == parent) if parent else query
    query = query.where(r.code.in_(sa.select(d.region_code).where(d.region_code.is_not(None)))) if stored else query
    rows, behind = page(connection, query, (Key(r.code),), after, limit)
    codes = [row["code"] for row in rows]
    counted = sa.select(d.region_code, sa.func.count()).where(d.region_code.in_(codes)).group_by(d.region_code)
    counts = {row[0]: row[1] for row in connection.execute(counted)}
    return [row | {"documents": counts.get(row["code"], 0)} for row in rows], behind


def standards(connection: sa.Connection, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of standards with what they demand."""
    rows, behind = page(connection, sa.select(tables.standard), (Key(tables.standard.c.id),), after, limit)
    h = tables.standard_threshold.c
    found: dict[str, list[Any]] = {row["id"]: [] for row in rows}
    query = sa.select(h.standard_id, *(h[name] for name in _THRESHOLD)).where(h.standard_id.in_(list(found)))
    for row in connection.execute(query.order_by(h.indicator_id, h.condition, h.id)):
        values = dict(row._mapping)
        found[values.pop("standard_id")].append(values)
    return [row | {"thresholds": found[row["id"]]} for row in rows], behind


def runs(connection: sa.Connection, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of runs, the latest first, without their reports."""
    r = tables.run.c
    query = sa.select(*(c for c in r if c.name not in ("report", "process", "host")))
    return page(connection, query, (Key(r.number, down=True),), after, limit)


def settled(connection: sa.Connection) -> bool:
    """Whether no run is storing rows at this moment: what is read twice is then the same."""
    return connection.execute(sa.select(tables.run.c.id).where(tables.run.c.status == "running").limit(1)).first() is None
