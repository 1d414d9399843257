"""Tasks with the bodies that answer for them; their fields are those of the exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.browse import places
from pipeline.browse.tables import After, Key, Row, contains, page
from pipeline.exporters import frames
from schemas import tables


@dataclass(frozen=True, slots=True)
class Asked:
    """What tasks are asked for; what is empty lets everything through. `body`: a name as the text has it; `role`: in which it answers."""

    documents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    body: str | None = None
    function: str | None = None
    role: str | None = None
    year: int | None = None
    q: str | None = None


def _where(connection: sa.Connection, asked: Asked) -> list[sa.ColumnElement[bool]]:
    k = tables.task.c
    found: list[sa.ColumnElement[bool]] = []
    if asked.documents:
        found.append(k.document_id.in_(places.documents_named(connection, asked.documents)))
    if asked.regions:
        found.append(k.document_id.in_(places.documents_of_regions(connection, asked.regions)))
    if asked.body or asked.function:
        found.append(k.id.in_(_answered(asked)))
    elif asked.role:  # most tasks have one: each is looked at, rather than all links of bodies listed
        found.append(sa.exists().where(tables.task_body.c.task_id == k.id, tables.task_body.c.role == asked.role))
    if asked.year:
        found += [k.deadline_end >= f"{asked.year}-01-01", k.deadline_end <= f"{asked.year}-12-31"]
    if asked.q:
        found.append(contains(k.title, asked.q))
    return found


def _answered(asked: Asked) -> sa.Select[tuple[str]]:
    link, body = tables.task_body.c, tables.body.c
    query = sa.select(link.task_id).join_from(tables.task_body, tables.body, link.body_id == body.id)
    if asked.body:
        query = query.where(sa.or_(link.text == asked.body, body.name == asked.body, body.id == asked.body))
    if asked.function:
        listed = body.function.concat("、")  # a body of several functions names them with 、
        query = query.where(sa.or_(listed.startswith(f"{asked.function}、", autoescape=True), contains(listed, f"、{asked.function}、")))
    return query.where(link.role == asked.role) if asked.role else query


def listed(connection: sa.Connection, asked: Asked, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of tasks in the order of documents and text, and the place behind it."""
    k = tables.task.c
    keys = (Key(k.document_id), Key(k.position), Key(k.id))
    rows, behind = page(connection, sa.select(k.id).where(*_where(connection, asked)), keys, after, limit)
    return lines(connection, [row["id"] for row in rows]), behind


def count(connection: sa.Connection, asked: Asked) -> int:
    """How many tasks fit."""
    return connection.execute(sa.select(sa.func.count()).select_from(tables.task).where(*_where(connection, asked))).scalar_one()


def lines(connection: sa.Connection, ids: Sequence[str]) -> list[Row]:
    """Lines of tasks in the order of their ids."""
    k, d = tables.task.c, tables.document.c
    query = sa.select(d.name.label("document"), k.document_id, *(k[name] for name in frames.TASK)).join_from(
        tables.task, tables.document, k.document_id == d.id
    )
    found = {row.id: dict(row._mapping) for row in connection.execute(query.where(k.id.in_(list(ids))))}
    units = frames.units_of(connection, tables.task_body.c.task_id.in_(list(found)))
    return [frames.task_line(found[i]["document"], found[i], units.get(i, {})) | {"document_id": found[i]["document_id"]} for i in ids if i in found]
