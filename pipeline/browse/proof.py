"""The proof of a value: what its target says, which words of the source say it, where these stand, who answers, and what people made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from schemas import tables

_TARGET, _DOCUMENT, _EVIDENCE, _COVERAGE = tables.target.c, tables.document.c, tables.evidence.c, tables.coverage.c
_CHUNK = 500
AROUND = 140  # characters of the source before and behind
_LONGEST = 4000  # of a quote that is shown
# a place that belongs to several fields is of the first
_FIELDS = ("value", "unit", "indicator", "deadline", "scope", "baseline", "act", "quote")
_ROLES = ("lead", "responsible", "implement", "cooperate", "data_source")
Bodies = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the source text and the field that was read from it: one of `_FIELDS`, "" around the quote."""

    text: str
    field: str


@dataclass(frozen=True, slots=True)
class Proof:
    """`target`: its row; `document`: id, name, title, region; `task`: path and title; `bodies`: role and names; `pieces`: the quote in its
    surroundings; `evidence`: the row of the value's (else the quote's) evidence, for the place. Of a sentence that was not read: `ledger`, its row.
    """

    document: dict[str, Any]
    pieces: list[Piece]
    target: dict[str, Any] | None = None
    task: dict[str, Any] | None = None
    bodies: Bodies = ()
    evidence: dict[str, Any] | None = None
    ledger: dict[str, Any] | None = None


def of_target(connection: sa.Connection, identity: str) -> Proof | None:
    """The proof of a target by id; None where there is none."""
    row = connection.execute(sa.select(tables.target).where(_TARGET.id == identity)).mappings().first()
    if row is None:
        return None
    spans = [dict(r) for r in connection.execute(_spans(identity)).mappings()]
    here = next((s for slot in ("value", "quote") for s in spans if s["slot"] == slot), None)
    return Proof(
        _document(connection, row["document_id"]),
        _pieces(connection, row["document_id"], [(s["slot"], s["start"], s["end"]) for s in spans], row["quote"]),
        dict(row),
        *_task(connection, row["task_id"]),
        here,
    )


def of_ledger(connection: sa.Connection, identity: str) -> Proof | None:
    """The proof of a sentence that names an indicator and was not read: a line of the coverage ledger by id."""
    row = connection.execute(sa.select(tables.coverage).where(_COVERAGE.id == identity)).mappings().first()
    if row is None:
        return None
    pieces = _pieces(connection, row["document_id"], [("value", row["start"], row["end"])], row["text"])
    return Proof(_document(connection, row["document_id"]), pieces, ledger=dict(row))


def _spans(target: str) -> sa.Select[Any]:
    own = sa.and_(_EVIDENCE.row_table == "target", _EVIDENCE.row_id == target)
    return sa.select(tables.evidence).where(own).order_by(_EVIDENCE.start, _EVIDENCE.position)


def _document(connection: sa.Connection, identity: str) -> dict[str, Any]:
    query = sa.select(_DOCUMENT.id, _DOCUMENT.name, _DOCUMENT.title, _DOCUMENT.region, _DOCUMENT.format).where(_DOCUMENT.id == identity)
    return dict(connection.execute(query).mappings().one())


def _task(connection: sa.Connection, identity: str | None) -> tuple[dict[str, Any] | None, Bodies]:
    if identity is None:
        return None, ()
    task = connection.execute(sa.select(tables.task).where(tables.task.c.id == identity)).mappings().first()
    link = tables.task_body.c
    query = sa.select(link.role, tables.body.c.name).join_from(tables.task_body, tables.body, link.body_id == tables.body.c.id)
    found: dict[str, list[str]] = {role: [] for role in _ROLES}
    for role, name in connection.execute(query.where(link.task_id == identity).order_by(link.position)):
        found.setdefault(role, []).append(name)
    return dict(task) if task else None, tuple((role, tuple(dict.fromkeys(names))) for role, names in found.items() if names)


def _pieces(connection: sa.Connection, document: str, spans: list[tuple[str, int, int]], quote: str) -> list[Piece]:
    """The quote between what stands around it; fields that stand elsewhere in the text (a heading, the head of a table) are not in it."""
    main = [span for span in spans if span[0] == "quote"] or [span for span in spans if span[0] == "value"]
    if not main:
        return [Piece(quote, "quote")]
    low, high = min(start for _, start, _ in main), max(end for _, _, end in main)
    high = min(high, low + _LONGEST)
    left = max(0, low - AROUND)
    slice_ = sa.func.substr(_DOCUMENT.text, left + 1, high + AROUND - left)
    text = connection.execute(sa.select(slice_).where(_DOCUMENT.id == document)).scalar_one() or ""
    inside = [(slot, max(start, left), min(end, left + len(text))) for slot, start, end in spans]
    return list(_cut(text, left, [span for span in inside if span[1] < span[2]]))


def _cut(text: str, at: int, spans: list[tuple[str, int, int]]) -> Iterator[Piece]:
    """A text in pieces, each of one field; what lies in several is of the one named first in `_FIELDS`."""
    edges = sorted({at, at + len(text), *(edge for _, start, end in spans for edge in (start, end))})
    pending: Piece | None = None
    for start, end in pairwise(edges):
        over = {slot for slot, low, high in spans if low <= start and end <= high}
        field = next((name for name in _FIELDS if name in over), "")
        piece = Piece(text[start - at : end - at], field)
        if pending is not None and pending.field == field:
            pending = Piece(pending.text + piece.text, field)
            continue
        if pending is not None:
            yield pending
        pending = piece
    if pending is not None:
        yield pending


def reviews(connection: sa.Connection, targets: Collection[str]) -> dict[str, str]:
    """Target → what people made of it (accepted, corrected, added); none where the database keeps no reviews."""
    column = _TARGET.get("review")
    if column is None:
        return {}
    query = sa.select(_TARGET.id, column).where(column.is_not(None))
    return {identity: state for some in _chunked(targets) for identity, state in connection.execute(query.where(_TARGET.id.in_(some)))}


def documents_named(connection: sa.Connection, names: Collection[str]) -> dict[str, str]:
    """Name of a document → its id."""
    query = sa.select(_DOCUMENT.name, _DOCUMENT.id)
    return {name: identity for some in _chunked(names) for name, identity in connection.execute(query.where(_DOCUMENT.name.in_(some)))}


def documents_of(connection: sa.Connection, targets: Collection[str]) -> dict[str, tuple[str, str]]:
    """Target → id and name of its document."""
    query = sa.select(_TARGET.id, _DOCUMENT.id, _DOCUMENT.name).join_from(tables.target, tables.document, _TARGET.document_id == _DOCUMENT.id)
    return {one: (own, name) for some in _chunked(targets) for one, own, name in connection.execute(query.where(_TARGET.id.in_(some)))}


def numbers_of(connection: sa.Connection, targets: Collection[str]) -> dict[str, dict[str, Any]]:
    """Target → its numbers with unit, as written and canonical."""
    columns = [_TARGET[name] for name in ("id", "value", "value_max", "unit", "canonical_value", "canonical_unit", "kind", "change_direction")]
    query = sa.select(*columns)
    rows = (dict(row) for some in _chunked(targets) for row in connection.execute(query.where(_TARGET.id.in_(some))).mappings())
    return {row["id"]: row for row in rows}


def ledger_places(connection: sa.Connection, lines: Collection[str]) -> dict[str, tuple[str, int, int]]:
    """Line of the coverage ledger → id of its document, start, end."""
    query = sa.select(_COVERAGE.id, _COVERAGE.document_id, _COVERAGE.start, _COVERAGE.end)
    return {row[0]: (row[1], row[2], row[3]) for some in _chunked(lines) for row in connection.execute(query.where(_COVERAGE.id.in_(some)))}


def _chunked(values: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(values)
    return (wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK))
