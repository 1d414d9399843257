"""What decisions come to, written: into the rows of documents that are being stored, or as differences into rows that are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipeline.corrections.applying import Applied, apply
from pipeline.corrections.cases import text_hash
from pipeline.corrections.kinds import Values
from pipeline.corrections.matching import Reading
from pipeline.corrections.stored import about
from schemas import tables

if TYPE_CHECKING:
    from pipeline.normalise import Rows

_CHUNK = 500


def corrected(connection: sa.Connection, documents: Sequence[Rows]) -> list[Rows]:
    """The rows of documents with the decisions on them in force applied; those that nobody decided on as they are."""
    concerned = about(connection, [rows.document for rows in documents])
    return [_corrected(rows, concerned[rows.document["name"]]) if rows.document["name"] in concerned else rows for rows in documents]


def _corrected(rows: Rows, decisions: Sequence[Any]) -> Rows:
    by_target: dict[str, list[Values]] = defaultdict(list)
    others: list[Values] = []
    for one in rows.tables["evidence"]:
        (by_target[one["row_id"]] if one["row_table"] == "target" else others).append(one)
    text = rows.document["text"]
    known = rows.tables["evidence"]
    reading = Reading(rows.document, text_hash(text), rows.tables["target"], by_target, known, rows.tables["segment"], rows.tables["task"])
    applied = apply(reading, decisions)
    evidence = [*others, *(one for row in applied.targets for one in applied.evidence[row["id"]])]
    return replace(rows, tables={**rows.tables, "target": applied.targets, "evidence": evidence, "reviewed": applied.reviewed})


def store_applied(connection: sa.Connection, now: Mapping[str, list[Values]], applied: Applied) -> None:
    """Write what differs between the rows of a document's targets that are stored `now` and those that stand."""
    before = {row["id"]: row for row in now["target"]}
    held: dict[str, list[Values]] = defaultdict(list)
    for one in now["evidence"]:
        if one["row_table"] == "target":
            held[one["row_id"]].append(one)
    after = {row["id"]: row for row in applied.targets}
    moved = [i for i, row in after.items() if i in before and row["position"] != before[i]["position"]]
    for target_id in moved:
        position = after[target_id]["position"]
        connection.execute(sa.update(tables.target).where(tables.target.c.id == target_id).values(position=position))
        before[target_id]["position"] = position
    changed = [i for i in {**before, **after} if before.get(i) != after.get(i) or _differ(held[i], applied.evidence.get(i, []))]
    e, t = tables.evidence.c, tables.target.c
    for at in range(0, len(changed), _CHUNK):
        some = changed[at : at + _CHUNK]
        connection.execute(sa.delete(tables.evidence).where(e.row_table == "target", e.row_id.in_(some)))
        connection.execute(sa.delete(tables.target).where(t.id.in_(some)))
    _insert(connection, tables.target, [after[i] for i in changed if i in after])
    _insert(connection, tables.evidence, [one for i in changed for one in applied.evidence.get(i, ())])
    known, stands = ({row["id"]: row for row in rows} for rows in (now["reviewed"], applied.reviewed))
    other = [i for i in {**known, **stands} if known.get(i) != stands.get(i)]
    for at in range(0, len(other), _CHUNK):
        connection.execute(sa.delete(tables.reviewed).where(tables.reviewed.c.id.in_(other[at : at + _CHUNK])))
    _insert(connection, tables.reviewed, [stands[i] for i in other if i in stands])


def _insert(connection: sa.Connection, table: sa.Table, rows: list[Values]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _differ(some: Sequence[Values], others: Sequence[Values]) -> bool:
    return {one["id"]: one for one in some} != {one["id"]: one for one in others}
