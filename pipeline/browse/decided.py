"""What people decided, as the review page lists it: the last decisions first, and what waits for a person again."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from pipeline.browse import reviewed
from pipeline.browse.passages import Spans, passages
from pipeline.browse.queue import LISTED, Part, Row, Wanted, in_documents, parts_of
from schemas import tables

Line = dict[str, Any]
_r = tables.reviewed.c
_COLUMNS = ("id", "document_id", "subject", "target_id", "state", "conflict", "author", "made", "disputed", "decision", "machine")
_LOOKED_AT = 2_000  # of the last decisions in which words are looked for
_PEOPLE = 200
WAITING = ("lost", "unread", "ambiguous", "differs")


def parts(wanted: Wanted) -> list[Part]:
    """The parts of the queue that are asked for: open ones begin with what waits for a person again."""
    waiting = [Part("conflict", conflicts)] if wanted.reason in (None, "conflict") else []
    done = [Part("decided", latest)]
    by_state = {"open": [*waiting, *parts_of(wanted)], "decided": done, "conflicts": [Part("conflict", conflicts)], "all": [*parts_of(wanted), *done]}
    return by_state[wanted.state]


def conflicts(connection: sa.Connection, wanted: Wanted, place: str | None, limit: int) -> list[Row]:
    """Decisions that a person should look at again, and those about which people disagree."""
    waits = _r.conflict.in_([sa.literal_column(f"'{word}'") for word in WAITING])
    found = (
        _rows(connection, wanted, (waits,), place if place and place.startswith("w") else None, limit) if not (place or "").startswith("d") else []
    )
    told = [{**row, "place": f"w{row['place']}"} for row in found]
    if len(told) < limit:
        begun = place if place and place.startswith("d") else None
        others = _rows(
            connection, wanted, (sa.text(tables.DISPUTED), sa.or_(_r.conflict.is_(None), _r.conflict == "agreed")), begun, limit - len(told)
        )
        told += [{**row, "place": f"d{row['place']}"} for row in others]
    return told


def latest(connection: sa.Connection, wanted: Wanted, place: str | None, limit: int) -> list[Row]:
    """What was decided, the last first."""
    return _rows(connection, wanted, (), place, limit)


def _rows(connection: sa.Connection, wanted: Wanted, mine: tuple[Any, ...], place: str | None, limit: int) -> list[Row]:
    query = sa.select(*(_r[name] for name in _COLUMNS)).where(*mine, *in_documents(wanted, _r.document_id))
    if wanted.reviewer:
        query = query.where(_r.author == wanted.reviewer)
    made, _, identity = (place or "").lstrip("wd").partition("~")
    if identity:
        query = query.where(sa.tuple_(_r.made, _r.id) < sa.tuple_(sa.literal(made), sa.literal(identity)))
    found: list[Row] = []
    for some in connection.execute(query.order_by(_r.made.desc(), _r.id.desc()).limit(limit if not wanted.words else _LOOKED_AT)).mappings():
        row = _row(connection, some)
        if not wanted.words or any(wanted.words in str(row[name] or "") for name in ("indicator", "scope", "quote")):
            found.append(row)
    return found[:limit]


def _row(connection: sa.Connection, some: Any) -> Row:
    """A row of the queue from what stands, else from what the program reads, else from what it read when a person decided."""
    shown = _stands(connection, some) or _known(connection, some["decision"])
    row = {**dict.fromkeys(LISTED), **{name: shown.get(name) for name in LISTED if name in shown}}
    return {
        **row,
        "document_id": some["document_id"],
        "key": f"t:{some['target_id']}" if some["target_id"] else f"s:{some['subject']}",
        "place": f"{some['made']}~{some['id']}",
        "review": some["state"],
        "disputed": some["disputed"],
        "author": some["author"],
        "made": some["made"],
    }


def _stands(connection: sa.Connection, some: Any) -> Row | None:
    found = connection.execute(sa.select(tables.target).where(tables.target.c.id == some["target_id"])).first() if some["target_id"] else None
    if found is not None:
        return dict(found._mapping)
    return json.loads(some["machine"])["target"] if some["machine"] else None


def _known(connection: sa.Connection, decision: str) -> Row:
    """What the program had read when a decision was made, and what the decision says of it."""
    c = tables.correction.c
    rows = connection.execute(sa.select(c.field, c.after, c.anchor).where(c.decision == decision)).all()
    anchor: Line = next((json.loads(row.anchor) for row in rows if row.anchor), {})
    base = (anchor.get("base") or {}).get("target") or {}
    said = {row.field: json.loads(row.after) for row in rows if row.field and row.after is not None}
    value: Line = next(iter((anchor.get("pointed") or {}).get("value", ())), {})
    return {"value_text": value.get("text", ""), "quote": (anchor.get("passage") or {}).get("text"), **base, **said}


def aside(connection: sa.Connection, identity: str) -> Line | None:
    """What people decided on that does not stand (rejected, or no longer in the text), by the id of its target or its subject."""
    query = sa.select(*(_r[name] for name in _COLUMNS)).where(sa.or_(_r.target_id == identity, _r.subject == identity)).limit(1)
    some = connection.execute(query).mappings().first()
    if some is None:
        return None
    machine = json.loads(some["machine"]) if some["machine"] else None
    row: Row = {**dict.fromkeys(c.name for c in tables.target.c), **(machine["target"] if machine else _known(connection, some["decision"]))}
    spans: dict[str, list[tuple[int, int]]] = {}
    for one in machine["evidence"] if machine else ():
        spans.setdefault(one["slot"], []).append((one["start"], one["end"]))
    quote = spans.pop("quote", None) or next(iter(spans.values()), None)
    kept: Spans = {slot: spans[slot] for slot in reviewed.SLOTS if slot in spans}
    return {
        **row,
        "target_id": some["target_id"] or some["subject"],
        "document_id": some["document_id"],
        "key": f"t:{some['target_id']}" if some["target_id"] else f"s:{some['subject']}",
        "aside": True,
        "reason": "decided",
        "confidence": row["confidence"] if row["confidence"] is not None else 0.0,
        "fields": reviewed.fields_of(row),
        "document": reviewed.document(connection, some["document_id"]),
        "task": reviewed.task(connection, row["task_id"]),
        "second": reviewed.second_of(row),
        "spans": kept,
        "passages": passages(connection, some["document_id"], kept, (quote[0][0], quote[-1][1])) if quote else [],
    }


def reviewers(connection: sa.Connection) -> list[str]:
    """Who decided what stands."""
    return list(connection.execute(sa.select(_r.author).distinct().order_by(_r.author).limit(_PEOPLE)).scalars())


def waiting(connection: sa.Connection) -> int:
    """How many decisions wait for a person again."""
    waits = sa.select(sa.func.count()).select_from(tables.reviewed).where(_r.conflict.in_([sa.literal_column(f"'{word}'") for word in WAITING]))
    others = (
        sa.select(sa.func.count())
        .select_from(tables.reviewed)
        .where(sa.text(tables.DISPUTED), sa.or_(_r.conflict.is_(None), _r.conflict == "agreed"))
    )
    return (connection.execute(waits).scalar() or 0) + (connection.execute(others).scalar() or 0)


def by_document(connection: sa.Connection, limit: int) -> list[Line]:
    """The documents of which something is decided, those with the most decisions first: `name`, `title`, `id`, `decided` by state, `targets`."""
    counted = sa.select(_r.document_id, _r.state, sa.func.count()).where(_r.target_id.is_not(None)).group_by(_r.document_id, _r.state)
    found: dict[str, dict[str, int]] = {}
    for document_id, state, count in connection.execute(counted):
        found.setdefault(document_id, {})[state] = count
    first = sorted(found, key=lambda one: (-sum(found[one].values()), one))[:limit]
    d, t = tables.document.c, tables.target.c
    named = {row.id: row for row in connection.execute(sa.select(d.id, d.name, d.title, d.region).where(d.id.in_(first)))}
    standing = sa.select(t.document_id, sa.func.count()).where(t.document_id.in_(first)).group_by(t.document_id)
    stand = {row[0]: row[1] for row in connection.execute(standing)}
    told = []
    for one in first:
        done = sum(found[one].values())
        targets = stand.get(one, 0) + found[one].get("rejected", 0)
        told.append({**named[one]._mapping, "states": found[one], "decided": done, "targets": targets})
    return told
