"""Decisions and readings in the database: rows ↔ decisions, and a document's rows as the program reads them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from pipeline.corrections.cases import text_hash
from pipeline.corrections.kinds import Action, Decision, Values
from pipeline.corrections.matching import Reading
from pipeline.evidence import key
from schemas import tables

_C, _R = tables.correction.c, tables.reviewed.c
_CHUNK = 500  # values in one IN list


def decisions(connection: sa.Connection, *where: sa.ColumnElement[bool], anchors: bool = True) -> list[Decision]:
    """Decisions whose rows fulfil some conditions, in their order; without `anchors` faster, for showing."""
    columns = [c for c in tables.correction.c if anchors or c.name != "anchor"]
    rows = connection.execute(sa.select(*columns).where(*where).order_by(_C.number, _C.id)).all()
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.decision].append(dict(row._mapping))
    return [_decision(some) for some in found.values()]


def _decision(rows: Sequence[Mapping[str, Any]]) -> Decision:
    first = rows[0]
    anchor = next((row["anchor"] for row in rows if row.get("anchor")), None)
    spans = next((row["spans"] for row in rows if row["spans"]), None)
    return Decision(
        id=first["decision"],
        number=first["number"],
        action=cast(Action, first["action"]),
        document=first["document"],
        target_id=first["target_id"],
        changes={row["field"]: (json.loads(row["before"]), json.loads(row["after"])) for row in rows if row["field"]},
        spans={slot: tuple((a, b) for a, b in some) for slot, some in json.loads(spans or "{}").items()},
        reason=first["reason"],
        author=first["author"],
        made=first["made"],
        undoes=first["undoes"],
        subject=first["subject"],
        sha256=first["sha256"],
        evidence_id=first["evidence_id"],
        anchor=json.loads(anchor or "{}"),
    )


def rows_of(decision: Decision) -> list[Values]:
    """The rows of a decision: one a field, or one with the field "" where it names none."""
    said = list(decision.changes.items()) or [("", (None, None))]
    rows = []
    for position, (name, (before, after)) in enumerate(said):
        rows.append(
            {
                "id": key(decision.id, name),
                "field": name,
                "before": json.dumps(before, ensure_ascii=False) if name else None,
                "after": json.dumps(after, ensure_ascii=False) if name else None,
                "decision": decision.id,
                **{k: getattr(decision, k) for k in ("evidence_id", "reason", "author", "made", "number", "action", "document", "sha256")},
                **{k: getattr(decision, k) for k in ("subject", "target_id", "undoes")},
                "anchor": json.dumps(decision.anchor, ensure_ascii=False) if not position and decision.anchor else None,
                "spans": json.dumps(decision.spans) if not position and decision.spans else None,
            }
        )
    return rows


def about(connection: sa.Connection, documents: Iterable[Mapping[str, Any]]) -> dict[str, list[Decision]]:
    """Name of a document → the decisions that concern it: made under its name, on the same bytes under another name, or followed by it before.

    One question where nothing was ever decided. `documents`: rows or the like with name and sha256.
    """
    some = list(documents)
    if not some or connection.execute(sa.select(_C.id).limit(1)).first() is None:
        return {}
    names = [one["name"] for one in some]
    d = tables.document.c
    followed: dict[str, set[str]] = defaultdict(set)
    joined = sa.select(d.name, _R.subject).join_from(tables.document, tables.reviewed, _R.document_id == d.id).where(d.name.in_(names))
    for name, subject in connection.execute(joined):
        followed[name].add(subject)
    subjects = {subject for mine in followed.values() for subject in mine}
    wanted = sa.select(_C.subject).where(sa.or_(_C.document.in_(names), _C.sha256.in_([one["sha256"] for one in some]))).distinct()
    subjects |= set(connection.execute(wanted).scalars())
    listed = sorted(subjects)
    every = [x for at in range(0, len(listed), _CHUNK) for x in decisions(connection, _C.subject.in_(listed[at : at + _CHUNK]))]
    found: dict[str, list[Decision]] = {}
    for one in some:
        mine = followed[one["name"]] | {x.subject for x in every if x.document == one["name"] or x.sha256 == one["sha256"]}
        if concerned := [x for x in every if x.subject in mine]:
            found[one["name"]] = concerned
    return found


def reading_of(connection: sa.Connection, document_id: str) -> tuple[Reading, Mapping[str, list[Values]]]:
    """A stored document as the program reads it, with what people decided taken back; and its rows as they stand by table."""
    document = dict(connection.execute(sa.select(tables.document).where(tables.document.c.id == document_id)).one()._mapping)
    now = {table.name: _rows(connection, table, document_id) for table in (tables.target, tables.evidence, tables.reviewed)}
    targets, evidence, known = taken_back(now["target"], now["evidence"], now["reviewed"])
    segments, tasks = (_rows(connection, table, document_id) for table in (tables.segment, tables.task))
    return Reading(document, text_hash(document["text"]), targets, evidence, known, segments, tasks), now


def _rows(connection: sa.Connection, table: sa.Table, document_id: str) -> list[Values]:
    return [dict(row._mapping) for row in connection.execute(sa.select(table).where(table.c.document_id == document_id))]


def taken_back(
    targets: Sequence[Values], evidence: Sequence[Values], reviewed: Sequence[Values]
) -> tuple[list[Values], dict[str, list[Values]], list[Values]]:
    """Targets in their order, their evidence and all evidence, as the program reads them: without what people said."""
    touched = {row["target_id"] for row in reviewed}
    rows = [row for row in targets if row["id"] not in touched]
    others = [row for row in evidence if row["row_table"] != "target"]
    by_target: dict[str, list[Values]] = defaultdict(list)
    for row in evidence:
        if row["row_table"] == "target" and row["row_id"] not in touched:
            by_target[row["row_id"]].append(row)
    for one in reviewed:
        if one["machine"]:
            machine = json.loads(one["machine"])
            rows.append({**machine["target"], "position": one["position"], "review": None})
            by_target[machine["target"]["id"]] = machine["evidence"]
    rows.sort(key=lambda row: row["position"])
    return rows, dict(by_target), others + [e for mine in by_target.values() for e in mine]
