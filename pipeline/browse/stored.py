"""Documents as the exports have them, with their text, issues, ledger and what they say of their validity."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.browse import places
from pipeline.browse.tables import After, Key, Row, contains, page
from pipeline.exporters import frames
from schemas import tables
from schemas.reasons import explain

_ISSUE = ("id", "document_id", "document", "level", "code", "where", "message")
_COVERAGE = ("where", "reason", "text", "start", "end", "proposals")


@dataclass(frozen=True, slots=True)
class Asked:
    """What documents are asked for; what is empty lets everything through. `q`: a text in name, title or number."""

    regions: tuple[str, ...] = ()
    format: str | None = None
    draft: bool | None = None
    q: str | None = None


def _where(connection: sa.Connection, asked: Asked) -> list[sa.ColumnElement[bool]]:
    d = tables.document.c
    found: list[sa.ColumnElement[bool]] = []
    if asked.regions:
        found.append(d.id.in_(places.documents_of_regions(connection, asked.regions)))
    if asked.format:
        found.append(d.format == asked.format)
    if asked.draft is not None:
        found.append(d.draft.is_(asked.draft))
    if asked.q:
        found.append(sa.or_(contains(d.name, asked.q), contains(d.title, asked.q), contains(d.doc_number, asked.q)))
    return found


def listed(connection: sa.Connection, asked: Asked, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of documents in the order of their ids, and the place behind it."""
    rows, behind = page(connection, sa.select(tables.document.c.id).where(*_where(connection, asked)), (Key(tables.document.c.id),), after, limit)
    return lines(connection, [row["id"] for row in rows]), behind


def count(connection: sa.Connection, asked: Asked) -> int:
    """How many documents fit."""
    return connection.execute(sa.select(sa.func.count()).select_from(tables.document).where(*_where(connection, asked))).scalar_one()


def lines(connection: sa.Connection, ids: Sequence[str]) -> list[Row]:
    """Lines of documents in the order of their ids, with the numbers of their tasks and targets."""
    d = tables.document.c
    query = sa.select(*(d[name] for name in frames.DOCUMENT), d.follows, d.follows_reason).where(d.id.in_(list(ids)))
    found = {row.id: dict(row._mapping) for row in connection.execute(query)}
    said = _validity(connection, list(found))
    counts = {}
    for name in ("task", "target"):
        c = tables.metadata.tables[name].c
        query = sa.select(c.document_id, sa.func.count()).where(c.document_id.in_(list(found))).group_by(c.document_id)
        counts[name] = {row[0]: row[1] for row in connection.execute(query)}
    return [
        frames.document_line(found[one], said[one])
        | {"document_id": one, "follows": found[one]["follows"], "follows_reason": found[one]["follows_reason"]}
        | {f"{name}s": counts[name].get(one, 0) for name in ("task", "target")}
        for one in ids
        if one in found
    ]


def _validity(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Row]]:
    v = tables.validity.c
    found: dict[str, list[Row]] = {one: [] for one in ids}
    query = sa.select(v.document_id, *(v[name] for name in frames.VALIDITY)).where(v.document_id.in_(list(ids))).order_by(v.position)
    for row in connection.execute(query):
        values = dict(row._mapping)
        found[values.pop("document_id")].append(values)
    return found


def text(connection: sa.Connection, document_id: str) -> str | None:
    """The text whose characters all offsets count."""
    return connection.execute(sa.select(tables.document.c.text).where(tables.document.c.id == document_id)).scalar()


def known(connection: sa.Connection, document_id: str) -> bool:
    """Whether there is such a document."""
    return connection.execute(sa.select(tables.document.c.id).where(tables.document.c.id == document_id)).first() is not None


def issues(
    connection: sa.Connection, document_id: str | None, level: str | None, code: str | None, after: After, limit: int
) -> tuple[list[Row], After]:
    """A page of issues, also of documents that could not be stored."""
    i = tables.issue.c
    query = sa.select(*(i[name] for name in _ISSUE))
    for column, value in ((i.document_id, document_id), (i.level, level), (i.code, code)):
        if value is not None:
            query = query.where(column == value)
    return page(connection, query, (Key(i.id),), after, limit)


def coverage(connection: sa.Connection, document_id: str, reason: str | None, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of the ledger of a document: numbers that gave no target, each with the reason."""
    c = tables.coverage.c
    query = sa.select(tables.document.c.name.label("document"), *(c[name] for name in _COVERAGE), c.id, c.document_id)
    query = query.join_from(tables.coverage, tables.document, c.document_id == tables.document.c.id).where(c.document_id == document_id)
    query = query.where(c.reason == reason) if reason else query
    rows, behind = page(connection, query, (Key(c.position), Key(c.id)), after, limit)
    return [row | {"proposals": json.loads(row["proposals"] or "[]"), "explanation": explain(row["reason"])} for row in rows], behind


def validity(connection: sa.Connection, document_id: str) -> list[Row]:
    """What a document says of its validity, in the order of the text."""
    return _validity(connection, [document_id])[document_id]
