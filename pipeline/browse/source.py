"""One document as the workbench shows it: a part of its text, what was read there, and where everything stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from pipeline.browse import spans
from pipeline.browse.spans import Block, Mark
from schemas import tables
from schemas.reasons import REASONS

_AT_ONCE = 500  # ids in one IN list
_ISSUES = 200
# what the legend explains, in its order; `task` is the title of a task
FIELDS = ("indicator", "scope", "value", "unit", "baseline", "deadline", "body", "task", "meta", "ledger")
_COLUMNS = [
    tables.evidence.c[name]
    for name in ("row_table", "row_id", "slot", "start", "end", "file", "page", "box", "line", "table", "row", "sheet", "cell")
]
_LAYERS = ("quote", "task", "meta", "body", "act", "deadline", "scope", "indicator", "baseline", "unit", "value")  # of boxes: later ones lie above
_ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")


@dataclass(slots=True)
class Source:
    """A document, its parts and the one shown; `tasks`: records in text order, targets by their task (first those of none, where there are any)."""

    document: dict[str, Any]
    parts: list[tuple[int, int]]
    part: int
    blocks: list[Block]
    tasks: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    meta: list[dict[str, Any]]
    issues: list[dict[str, Any]]
    counts: dict[str, int]
    boxes: list[dict[str, Any]] = field(default_factory=list)
    chosen: dict[str, Any] = field(default_factory=dict)


def document(connection: sa.Connection, document_id: str) -> dict[str, Any] | None:
    """The row of a document and what is known of its source; None where there is none."""
    row = connection.execute(sa.select(tables.document).where(tables.document.c.id == document_id)).mappings().first()
    if row is None:
        return None
    s = tables.source.c
    source = connection.execute(sa.select(s.location, s.state, s.sha256).where(s.name == row["name"])).mappings().first()
    return dict(row) | {"location": source["location"] if source else None, "source_sha256": source["sha256"] if source else None}


def place_of(connection: sa.Connection, document_id: str, target: str | None, task: str | None) -> tuple[int, int] | None:
    """Where the value of a target (or else its text), or the title of a task, stands in a document; None for none of that document."""
    e = tables.evidence.c
    wanted, slots = (target, ("value", "quote", "indicator")) if target else (task, ("title",))
    query = sa.select(e.slot, e.start, e.end).where(e.row_table == ("target" if target else "task"), e.row_id == wanted, e.slot.in_(slots))
    found = connection.execute(query.where(e.document_id == document_id).order_by(e.position)).all()
    ordered = sorted(found, key=lambda row: slots.index(row.slot))
    return (ordered[0].start, ordered[0].end) if ordered else None


def read(
    connection: sa.Connection, row: Mapping[str, Any], at: tuple[int, int] | None, part: int | None = None, asked: tuple[int, int] | None = None
) -> Source:
    """A part of a document: the one asked for (from 1), else that in which a place (offsets) lies, else the first. `asked`: a place to mark."""
    text = row["text"]
    cut = spans.parts(text)
    part = part - 1 if part is not None else None
    if part is None:
        part = next((i for i, (_, high) in enumerate(cut) if at and at[0] < high), 0)
    part = max(0, min(part, len(cut) - 1))
    low, high = cut[part]
    found = _evidence(connection, row["id"], low, high)
    records = _Records(connection, row["id"], found)
    ledger = _ledger(connection, row["id"], low, high)
    rows = _segments(connection, row["id"], low, high)
    marks = [*records.marks(found), *(Mark(one["start"], one["end"], one["field"], entry=i) for i, one in enumerate(ledger))]
    marks += [Mark(*asked, "asked")] if asked else []
    shown = {name: value for name, value in row.items() if name != "text"} | {"length": len(text)}
    return Source(
        document=shown,
        parts=cut,
        part=part,
        blocks=spans.blocks(text, low, high, marks, rows),
        tasks=records.grouped(),
        ledger=ledger,
        meta=_meta(connection, row),
        issues=_issues(connection, row["id"]),
        counts=_counts(connection, row["id"]),
        boxes=records.boxes(found),
    )


def read_page(connection: sa.Connection, row: Mapping[str, Any], file: str | None, page: int) -> Source:
    """A page of a document, of one of its files where it has several: what was read there, with its boxes."""
    e = tables.evidence.c
    of_file = e.file.is_(None) if file is None else e.file == file
    found = _rows(connection, sa.select(*_COLUMNS).where(e.document_id == row["id"], e.page == page, of_file).order_by(e.start, e.end))
    records = _Records(connection, row["id"], found)
    shown = {name: value for name, value in row.items() if name != "text"} | {"length": len(row["text"])}
    boxes = [box for box in records.boxes(found) if box["page"] == page]
    meta, issues, counts = _meta(connection, row), _issues(connection, row["id"]), _counts(connection, row["id"])
    return Source(shown, [(0, len(row["text"]))], 0, [], records.grouped(), [], meta, issues, counts, boxes)


def _rows(connection: sa.Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _evidence(connection: sa.Connection, document_id: str, low: int, high: int) -> list[dict[str, Any]]:
    e = tables.evidence.c
    query = sa.select(*_COLUMNS).where(e.document_id == document_id, e.start < high, e.end > low)
    return _rows(connection, query.order_by(e.start, e.end))


def _by_ids(connection: sa.Connection, table: sa.Table, column: sa.Column[Any], ids: Iterable[str]) -> list[dict[str, Any]]:
    wanted, found = sorted(ids), []
    for first in range(0, len(wanted), _AT_ONCE):
        query = sa.select(table).where(column.in_(wanted[first : first + _AT_ONCE]))
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found


class _Records:
    """The targets and tasks that some evidence speaks of, numbered in text order."""

    def __init__(self, connection: sa.Connection, document_id: str, evidence: Sequence[Mapping[str, Any]]) -> None:
        t = tables.task_body.c
        by_table: dict[str, set[str]] = {"target": set(), "task": set(), "task_body": set()}
        for row in evidence:
            by_table.setdefault(row["row_table"], set()).add(row["row_id"])
        targets = _by_ids(connection, tables.target, tables.target.c.id, by_table["target"])
        self.links = {link["id"]: link for link in _by_ids(connection, tables.task_body, t.id, by_table["task_body"])}
        tasks = by_table["task"] | {x["task_id"] for x in targets if x["task_id"]} | {x["task_id"] for x in self.links.values()}
        self.tasks = sorted(_by_ids(connection, tables.task, tables.task.c.id, tasks), key=lambda x: x["position"])
        of_tasks = _by_ids(connection, tables.task_body, t.task_id, (x["id"] for x in self.tasks))
        self.bodies: dict[str, dict[str, list[str]]] = {}
        for link in sorted(of_tasks, key=lambda x: (_ROLES.index(x["role"]) if x["role"] in _ROLES else 9, x["position"])):
            self.bodies.setdefault(link["task_id"], {}).setdefault(link["role"], []).append(link["text"])
        task_number = {x["id"]: i for i, x in enumerate(self.tasks)}
        self.targets = sorted(targets, key=lambda x: (task_number.get(x["task_id"], -1), x["position"]))
        self.target_number = {x["id"]: i for i, x in enumerate(self.targets)}
        self.task_number = task_number
        self.places: dict[str, dict[str, Any]] = {}
        for row in evidence:
            if (row["row_table"], row["slot"]) in (("target", "value"), ("task", "title")) or row["row_id"] not in self.places:
                if row["slot"] == "value" and self.places.get(row["row_id"], {}).get("slot") == "value":
                    continue
                self.places[row["row_id"]] = dict(row)

    def _owner(self, row: Mapping[str, Any]) -> tuple[str, tuple[int, ...], tuple[int, ...]] | None:
        """Field, numbers of targets and of tasks of an evidence row; None for what is no record's."""
        kind, slot = row["row_table"], row["slot"]
        if kind == "target":
            number = self.target_number.get(row["row_id"])  # a target that a person rejected has evidence no longer shown
            return None if number is None else (slot, (number,), ())
        if kind == "task":
            task = self.task_number.get(row["row_id"])
            return None if task is None else ("task" if slot == "title" else slot, (), (task,))
        if kind == "task_body":
            link = self.links.get(row["row_id"])
            return None if link is None else ("body", (), (self.task_number[link["task_id"]],))
        return "meta", (), ()

    def marks(self, evidence: Sequence[Mapping[str, Any]]) -> list[Mark]:
        """A mark for each evidence row."""
        owned = ((row, self._owner(row)) for row in evidence)
        return [Mark(row["start"], row["end"], *owner) for row, owner in owned if owner]

    def boxes(self, evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The boxes of the evidence on pages, those of whole sentences below those of fields."""
        found = []
        for row in evidence:
            owner = self._owner(row) if row["box"] else None
            if owner is None:
                continue
            for page, x0, top, x1, bottom in json.loads(row["box"]):
                place = {"file": row["file"], "page": page, "x": x0, "y": top, "width": round(x1 - x0, 2), "height": round(bottom - top, 2)}
                found.append(place | {"field": owner[0], "targets": owner[1], "tasks": owner[2], "start": row["start"]})
        return sorted(found, key=lambda box: _LAYERS.index(box["field"]) if box["field"] in _LAYERS else 0)

    def grouped(self) -> list[dict[str, Any]]:
        """Tasks with their targets; those without a task in a group of their own."""
        groups: dict[str | None, dict[str, Any]] = {}
        for number, task in enumerate(self.tasks):
            groups[task["id"]] = task | {
                "number": number,
                "bodies": self.bodies.get(task["id"], {}),
                "targets": [],
                "place": self.places.get(task["id"]),
            }
        none: dict[str, Any] = {"id": None, "number": None, "bodies": {}, "targets": [], "place": None, "path": None, "title": None}
        for number, target in enumerate(self.targets):
            bodies = self.bodies.get(target["task_id"] or "", {})
            deadline = {part: target[f"deadline_{part}"] for part in ("raw", "kind", "start", "end")} if target["deadline_kind"] else None
            shown = target | {"number": number, "bodies": bodies, "deadline": deadline, "place": self.places.get(target["id"])}
            groups.get(target["task_id"], none)["targets"].append(shown)
        return [*([none] if none["targets"] else []), *groups.values()]


def _ledger(connection: sa.Connection, document_id: str, low: int, high: int) -> list[dict[str, Any]]:
    """The entries of the ledger in a part; `field` is `ledger` for those that a person should look at, `known` for numbers that are explained."""
    c = tables.coverage.c
    query = sa.select(c.id, c.start, c.end, c.text, c.reason, c.where).where(c.document_id == document_id, c.start < high, c.end > low)
    found = []
    for row in connection.execute(query.order_by(c.start, c.position)).mappings():
        known = row["reason"] in REASONS and REASONS[row["reason"]].rank is None
        found.append(dict(row) | {"field": "known" if known else "ledger"})
    return found


def _segments(connection: sa.Connection, document_id: str, low: int, high: int) -> list[tuple[int, int]]:
    s = tables.segment.c
    query = sa.select(s.start, s.end).where(s.document_id == document_id, s.kind == "row", s.start < high, s.end > low)
    return [(row[0], row[1]) for row in connection.execute(query)]


def _meta(connection: sa.Connection, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was read of the document as a whole, with the places that say so; a field without a place was not read."""
    e = tables.evidence.c
    # the table's name as an expression: as a plain column SQLite would walk over the evidence of all documents by the index of rows
    query = sa.select(e.slot, e.start, e.end, e.text).where(e.document_id == row["id"], e.row_table.concat("") == "document").order_by(e.start)
    places: dict[str, list[dict[str, Any]]] = {}
    for one in connection.execute(query).mappings():
        places.setdefault(one["slot"], []).append(dict(one))
    names = ("title", "doc_number", "issuer", "region", "issue_date", "publish_date", "period_start", "period_end", "follows")
    return [{"name": name, "value": row[name], "places": places.get(name, [])} for name in names if row[name]]


def _issues(connection: sa.Connection, document_id: str) -> list[dict[str, Any]]:
    i = tables.issue.c
    query = sa.select(i.level, i.code, i.where, i.message).where(i.document_id == document_id).limit(_ISSUES)
    return [dict(row) for row in connection.execute(query).mappings()]


def _counts(connection: sa.Connection, document_id: str) -> dict[str, int]:
    """Number of tasks and targets of the whole document, and of the issues."""
    found = {}
    for name in ("task", "target", "issue"):
        table = tables.metadata.tables[name]
        found[name] = connection.execute(sa.select(sa.func.count()).select_from(table).where(table.c.document_id == document_id)).scalar_one()
    return found
