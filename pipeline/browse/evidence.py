"""Evidence: the characters that values were read from."""

from __future__ import annotations

import json

import sqlalchemy as sa

from pipeline.browse.tables import After, Key, Row, page
from schemas import tables

E = tables.evidence.c


def listed(
    connection: sa.Connection, document: str | None, row_table: str | None, row: str | None, slot: str | None, after: After, limit: int
) -> tuple[list[Row], After]:
    """A page of the evidence of a document, or of one row (of targets, tasks, task_body, document), or of all."""
    query = sa.select(tables.evidence)
    keys: tuple[Key, ...] = (Key(E.document_id), Key(E.id))
    if row is not None:
        query = query.where(E.row_table == (row_table or "target"), E.row_id == row)
        keys = (Key(E.slot), Key(E.position), Key(E.id))
    elif row_table is not None:
        query = query.where(E.row_table.concat("") == row_table)
    if document is not None:
        query = query.where(E.document_id == document)
    if slot is not None:
        query = query.where(E.slot == slot)
    rows, behind = page(connection, query, keys, after, limit)
    return [shown(row) for row in rows], behind


def one(connection: sa.Connection, evidence_id: str) -> Row | None:
    """A piece of evidence by its id."""
    found = connection.execute(sa.select(tables.evidence).where(E.id == evidence_id)).first()
    return shown(dict(found._mapping)) if found else None


def shown(row: Row) -> Row:
    """A row with its box as numbers."""
    return {**row, "box": json.loads(row["box"]) if row["box"] else None}
