"""The lines of an export, read from the database some documents at a time: whatever is stored, memory stays flat."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa

from pipeline import store
from pipeline.validity import valid_until
from schemas import tables
from schemas.reasons import explain

Line = dict[str, Any]
Frames = Mapping[str, Iterable[Line]]  # every kind of line may be iterated more than once
_ROWS = 2_000  # of the table that lines are made of, read at a time
_DOCUMENTS = 500  # read at a time at most: databases limit the parameters of a statement
_DOCUMENT = ("title", "doc_number", "issuer", "region", "issue_date", "publish_date", "period_start", "period_end", "draft")
_ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")
_TARGET = (
    "indicator",
    "scope",
    "kind",
    "operator",
    "value",
    "value_max",
    "value_text",
    "unit",
    "change_direction",
    "baseline",
)
_VALIDITY = ("kind", "value", "date_start", "date_end", "term", "basis", "title", "doc_number", "rule", "raw", "start", "end")
# what normalising, the second reader and people add
_ADDED = (
    "strength",
    "act",
    "indicator_id",
    "indicator_rule",
    "canonical_value",
    "canonical_value_max",
    "canonical_unit",
    "dimension",
    "unit_rule",
    "rule",
    "confidence",
    "readers",
    "review",
)
_DEADLINE = ("raw", "kind", "start", "end")
_PLACE = ("file", "page", "line", "table", "row", "column", "sheet", "cell")
# the columns of tables that lines are made from
DOCUMENT = ("id", "name", *_DOCUMENT, "region_code", "given", "sha256", "path", "format", "rules_version", "vocab_version")
TASK = ("id", "path", "title", *(f"deadline_{k}" for k in _DEADLINE))
TARGET = tuple(dict.fromkeys((*_TARGET, *(f"deadline_{k}" for k in _DEADLINE), "status", "quote", *_ADDED, "second")))
VALIDITY = _VALIDITY


class Lines:
    """Lines of one kind: each iteration reads them anew."""

    def __init__(self, reading: Callable[[], Iterator[Line]]) -> None:
        self._reading = reading

    def __iter__(self) -> Iterator[Line]:
        return self._reading()


@contextmanager
def opened(engine: sa.Engine) -> Iterator[dict[str, Lines]]:
    """Lines of `documents`, `tasks`, `targets`, `issues` and `coverage` in document and text order, streamed as long as the block lasts.

    All are of one moment, whatever is written meanwhile. Raises StoreError where there is no database.
    """
    with store.reading(engine) as connection:
        kinds = {"documents": _documents, "tasks": _tasks, "targets": _targets, "issues": _issues, "coverage": _coverage}
        yield {name: Lines(partial(reading, connection)) for name, reading in kinds.items()}


def read(engine: sa.Engine) -> dict[str, list[Line]]:
    """All lines at once: for a small database, and for what needs them more than once (review, diff, tests)."""
    with opened(engine) as lines:
        return {name: list(some) for name, some in lines.items()}


def _chunks(connection: sa.Connection, table: sa.Table) -> Iterator[dict[str, str]]:
    """Ids and names of documents, by name; so many at a time that about _ROWS rows of a table are theirs."""
    document = tables.document.c
    counts: dict[str, int] = {}
    if table is not tables.document:
        counted = connection.execute(sa.select(table.c.document_id, sa.func.count()).group_by(table.c.document_id))
        counts = {row[0]: row[1] for row in counted}
    some: dict[str, str] = {}
    rows = 0
    for identity, name in connection.execute(sa.select(document.id, document.name).order_by(store.by_characters(connection, document.name))).all():
        more = counts.get(identity, 0) if counts or table is not tables.document else 1
        if some and (rows + more > _ROWS or len(some) >= _DOCUMENTS):
            yield some
            some, rows = {}, 0
        if more:
            some[identity] = name
            rows += more
    if some:
        yield some


def _rows(connection: sa.Connection, table: sa.Table, columns: Iterable[str], some: Mapping[str, str]) -> dict[str, list[Line]]:
    """Columns of the rows of some documents by document, in the order of their positions."""
    names = list(columns)
    query = sa.select(table.c.document_id, *(table.c[name] for name in names)).where(table.c.document_id.in_(list(some)))
    found: dict[str, list[Line]] = {identity: [] for identity in some}
    for identity, *values in connection.execute(query.order_by(table.c.position)).all():
        found[identity].append(dict(zip(names, values, strict=True)))
    return found


def _documents(connection: sa.Connection) -> Iterator[Line]:
    document = tables.document.c
    names = DOCUMENT
    for some in _chunks(connection, tables.document):
        validity = _rows(connection, tables.validity, _VALIDITY, some)
        query = sa.select(*(document[name] for name in names)).where(document.id.in_(list(some)))
        query = query.order_by(store.by_characters(connection, document.name))
        for values in connection.execute(query):
            row = dict(zip(names, values, strict=True))
            yield document_line(row, validity[row["id"]])


def document_line(row: Line, validity: list[Line]) -> Line:
    """The line of a document: its row under the names of the table, and what it says of its validity."""
    return {
        "document": row["name"],
        **{k: row[k] for k in _DOCUMENT},
        "region_code": row["region_code"],
        "valid_until": valid_until(validity),
        "validity": validity,
        "given": json.loads(row["given"] or "{}"),
        "sha256": row["sha256"],
        "path": row["path"],
        "format": row["format"],
        "rules_version": row["rules_version"],
        "vocab_version": row["vocab_version"],
    }


def _coverage(connection: sa.Connection) -> Iterator[Line]:
    place = ("where", "reason", "text", "start", "end")
    for some in _chunks(connection, tables.coverage):
        found = _rows(connection, tables.coverage, (*place, "proposals"), some)
        for identity, name in some.items():
            for row in found[identity]:
                proposals = json.loads(row.pop("proposals") or "[]")
                yield {"document": name, **row, "explanation": explain(row["reason"]), "proposals": proposals}


def _issues(connection: sa.Connection) -> Iterator[Line]:
    issue = tables.issue.c
    names = ("document", "level", "code", "where", "message")
    query = (
        sa.select(*(issue[name] for name in names))
        .order_by(store.by_characters(connection, issue.document), issue.id)
        .execution_options(yield_per=_ROWS)
    )
    for values in connection.execute(query):
        yield dict(zip(names, values, strict=True))


def _deadline(row: Line) -> Line | None:
    return {k: row[f"deadline_{k}"] for k in _DEADLINE} if row["deadline_kind"] is not None else None


def _tasks(connection: sa.Connection) -> Iterator[Line]:
    columns = TASK
    for some in _chunks(connection, tables.task):
        units = units_of(connection, tables.task_body.c.document_id.in_(list(some)))
        found = _rows(connection, tables.task, columns, some)
        for identity, name in some.items():
            for task in found[identity]:
                yield task_line(name, task, units[task["id"]])


def task_line(document: str, task: Line, units: Mapping[str, list[tuple[str, str | None]]]) -> Line:
    """The line of a task: its row, and role → name and functions of the bodies."""
    return {
        "document": document,
        "task": task["path"],
        "title": task["title"],
        **{role: [text for text, _ in units.get(role, ())] for role in _ROLES},
        "deadline": _deadline(task),
        "functions": {role: [function for _, function in units[role]] for role in _ROLES if role in units},
        "id": task["id"],
    }


def units_of(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Mapping[str, dict[str, list[tuple[str, str | None]]]]:
    """Task id → role → name as written and functions of each body, in the order of the text."""
    link, body = tables.task_body.c, tables.body.c
    query = sa.select(link.task_id, link.role, link.text, body.function).join_from(tables.task_body, tables.body, link.body_id == body.id)
    found: dict[str, dict[str, list[tuple[str, str | None]]]] = defaultdict(dict)
    for task, role, text, function in connection.execute(query.where(which).order_by(link.position)).all():
        found[task].setdefault(role, []).append((text, function))
    return found


def _targets(connection: sa.Connection) -> Iterator[Line]:
    target, task = tables.target.c, tables.task.c
    columns = TARGET
    wanted = sa.select(target.document_id, target.id, task.path, *(target[name] for name in columns))
    joined = wanted.join_from(tables.target, tables.task, target.task_id == task.id, isouter=True)
    for some in _chunks(connection, tables.target):
        e = tables.evidence.c
        # the table's name as an expression: as a plain column SQLite would walk over the evidence of all documents by the index of rows
        places = places_of(connection, e.document_id.in_(list(some)) & (e.row_table.concat("") == "target"))
        found: dict[str, list[Line]] = {identity: [] for identity in some}
        for identity, key, path, *values in connection.execute(joined.where(target.document_id.in_(list(some))).order_by(target.position)).all():
            mine = found[identity]
            row = dict(zip(columns, values, strict=True))
            mine.append(target_line(some[identity], f"T{len(mine) + 1:03d}", key, path, row, places[key]))
        for identity in some:
            yield from found[identity]


def target_line(document: str, number: str, key: str, path: str | None, row: Line, places: Mapping[str, list[Any]]) -> Line:
    """The line of a target: its number in the document (T001), its id, the path of its task, its row, and its places (see `places_of`)."""
    quote = places["quote"]
    start, end, box, *where = places["value"][0] if places.get("value") else (None, None, None, *(None for _ in _PLACE))
    return {
        "document": document,
        "id": number,
        "task": path,
        **{k: row[k] for k in _TARGET},
        "value": _whole(row["value"]),
        "value_max": _whole(row["value_max"]),
        "deadline": _deadline(row),
        "status": row["status"],
        "quote": row["quote"],
        "start": min(e[0] for e in quote),
        "end": max(e[1] for e in quote),
        **dict(zip(_PLACE, where, strict=True)),
        "box": json.loads(box) if box else None,
        "value_start": start,
        "value_end": end,
        **{k: row[k] for k in _ADDED},
        "second": json.loads(row["second"]) if row["second"] else None,
        "target_id": key,
    }


def places_of(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Mapping[str, dict[str, list[Any]]]:
    """Target id → slot (quote, value) → start, end, box and place of each piece of its evidence."""
    e = tables.evidence.c
    query = sa.select(e.row_id, e.slot, e.start, e.end, e.box, *(e[name] for name in _PLACE))
    query = query.where(which, e.slot.in_(("quote", "value"))).order_by(e.position)
    found: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    for row_id, slot, *piece in connection.execute(query).all():
        found[row_id].setdefault(slot, []).append(piece)
    return found


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
