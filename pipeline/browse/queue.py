"""The review queue a page at a time: what a person should look at first, without reading what stands behind it.

The queue is a row of parts (conflicts, disagreements of the readers, low confidence, numbers of the ledger, the rest); each part is one question
that an index answers in its order, and a page goes on in the part where the one before it ended. Whatever is stored, a page reads as many rows
as it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pipeline.review import LOW_CONFIDENCE
from schemas import tables
from schemas.reasons import REASONS

Row = dict[str, Any]
DOUBTS = ("differs", "rules")
NUMBERS = tuple(sorted((name for name, reason in REASONS.items() if reason.rank is not None), key=lambda name: REASONS[name].rank or 0))
REASONS_SHOWN = ("conflict", *DOUBTS, "confidence", *NUMBERS, "proposal", "rest")
STATES = ("open", "decided", "conflicts", "all")
_FEW = 20  # names of indicators that are rare among all
_NAMES = 400  # names of indicators that words are looked for in at a time
LISTED = (
    *("id", "document_id", "task_id", "position", "indicator", "scope", "operator", "value_text", "unit", "kind", "status", "confidence"),
    *("value", "value_max", "change_direction"),  # what the shared wording tells beside them
    *("deadline_raw", "deadline_kind", "deadline_start", "deadline_end", "readers", "review", "quote"),
)
_t, _c, _d = tables.target.c, tables.coverage.c, tables.document.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue is asked for. `document`: an id; `reason`: one of REASONS_SHOWN; `words` stand in the name of the indicator or its scope,
    within one document also in its quote."""

    state: str = "open"
    document: str | None = None
    region: str | None = None
    reason: str | None = None
    reviewer: str | None = None
    words: str | None = None
    named: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # indicators and scopes that hold the words: looked up once for a page


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the queue: `rows` gives its rows behind a place, in order, and `place` what to go on behind."""

    name: str
    rows: Callable[[sa.Connection, Wanted, str | None, int], list[Row]]


def page(connection: sa.Connection, wanted: Wanted, asked: Sequence[Part], after: str | None, limit: int) -> tuple[list[Row], str | None]:
    """Rows of the queue behind a place, and the place to go on behind; None at the end. A place that cannot be read is the beginning.

    Each row has `key` ("t:…" a target, "c:…" a number of the ledger), `reason`, `document`, `region`, `where`, and what was read.
    """
    if wanted.words and not wanted.document:
        wanted = replace(wanted, named=(_said(connection, _t.indicator, wanted.words), _said(connection, _t.scope, wanted.words)))
    name, _, place = (after or "").partition("~")
    begun = next((i for i, part in enumerate(asked) if part.name == name), 0) if after else 0
    found: list[Row] = []
    for i, part in enumerate(asked[begun:], begun):
        rows = part.rows(connection, wanted, place if i == begun and place else None, limit + 1 - len(found))
        found += [{**row, "reason": part.name, "after": f"{part.name}~{row['place']}"} for row in rows]
        if len(found) > limit:
            break
    shown = found[:limit]
    _name(connection, shown)
    return shown, shown[-1]["after"] if len(found) > limit else None


def parts_of(wanted: Wanted) -> list[Part]:
    """The parts of the queue that nobody has looked at, in order; that of a reason alone where one is asked for."""
    parts = [Part(name, _targets(name)) for name in (*DOUBTS, "confidence")]
    parts += [Part(name, _numbers(name)) for name in (*NUMBERS, "proposal")]
    parts += [Part("rest", _targets("rest"))]
    return [part for part in parts if wanted.reason in (None, part.name)]


def _targets(name: str) -> Callable[[sa.Connection, Wanted, str | None, int], list[Row]]:
    """The targets of a part, those that are the least sure first."""

    def rows(connection: sa.Connection, wanted: Wanted, place: str | None, limit: int) -> list[Row]:
        query = sa.select(*(_t[column] for column in LISTED)).where(*_of_part(name), _t.review.is_(None), *_narrowed(wanted))
        if (behind := _behind(place)) is not None:
            query = query.where(sa.tuple_(_t.confidence, _t.id) > sa.tuple_(sa.literal(behind[0]), sa.literal(behind[1])))
        if wanted.document or wanted.region:  # few rows to sort; in the order of confidence nearly all would be passed over
            query = query.with_hint(tables.target, "INDEXED BY ix_target_document_id", "sqlite")
        elif wanted.named and not wanted.named[1] and 0 < len(wanted.named[0]) <= _FEW:  # rare names likewise
            query = query.with_hint(tables.target, "INDEXED BY ix_target_naming", "sqlite")
        told = []
        for row in connection.execute(query.order_by(_t.confidence, _t.id).limit(limit)):
            one = dict(row._mapping)
            told.append({**one, "key": f"t:{one['id']}", "place": f"{one['confidence']!r}~{one['id']}"})
        return told

    return rows


def _of_part(name: str) -> tuple[Any, ...]:
    """The condition of a part; the words of the partial index stand in it as they stand there, or SQLite would not use it."""
    if name in DOUBTS:
        return (sa.text(tables.DOUBT), _t.readers == name)
    sure = _t.readers.not_in(DOUBTS)
    return (sure, _t.confidence < LOW_CONFIDENCE) if name == "confidence" else (sure, _t.confidence >= LOW_CONFIDENCE)


def _narrowed(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    yield from in_documents(wanted, _t.document_id)
    if wanted.words and wanted.document:
        yield sa.or_(*(column.contains(wanted.words, autoescape=True) for column in (_t.indicator, _t.scope, _t.quote)))
    elif wanted.named:
        some = [column.in_(texts) for column, texts in zip((_t.indicator, _t.scope), wanted.named, strict=True) if texts]
        yield sa.or_(*some) if some else sa.false()


def in_documents(wanted: Wanted, column: sa.Column[Any]) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions by document and region."""
    if wanted.document:
        yield column == wanted.document
    if wanted.region:
        yield column.in_(sa.select(_d.id).where(_d.region == wanted.region))


def _said(connection: sa.Connection, column: sa.Column[Any], words: str) -> tuple[str, ...]:
    """The different texts of a column that hold words: an index holds them all, and is read without the rows."""
    query = sa.select(column).distinct().where(column.contains(words, autoescape=True)).limit(_NAMES)
    index = {"indicator": "ix_target_naming", "scope": "ix_target_scope"}[column.name]
    return tuple(connection.execute(query.with_hint(tables.target, f"INDEXED BY {index}", "sqlite")).scalars())


def _behind(place: str | None) -> tuple[float, str] | None:
    sure, _, identity = (place or "").partition("~")
    try:
        return (float(sure), identity) if identity else None
    except ValueError:
        return None


def _numbers(name: str) -> Callable[[sa.Connection, Wanted, str | None, int], list[Row]]:
    """The numbers of the ledger for one reason, or those that the second reader takes for targets."""

    def rows(connection: sa.Connection, wanted: Wanted, place: str | None, limit: int) -> list[Row]:
        if name == "proposal":
            mine: tuple[Any, ...] = (sa.text(tables.PROPOSED), _c.reason.not_in(NUMBERS))
        else:
            mine = (_c.reason == name,)
        columns = ("id", "document_id", "position", "where", "text", "reason", "start", "end")
        query = sa.select(*(_c[column] for column in columns)).where(*mine, *in_documents(wanted, _c.document_id))
        if wanted.words:
            query = query.where(_c.text.contains(wanted.words, autoescape=True))
        document, _, position = (place or "").partition("~")
        if position.isdecimal() and len(position) < 10:
            query = query.where(sa.tuple_(_c.document_id, _c.position) > sa.tuple_(sa.literal(document), sa.literal(int(position))))
        found = connection.execute(query.order_by(_c.document_id, _c.position).limit(limit))
        told = []
        for row in found:
            one = dict(row._mapping)
            more = {"key": f"c:{one['id']}", "place": f"{one['document_id']}~{one['position']}", "confidence": None, "review": None}
            told.append({**dict.fromkeys(LISTED), **one, **more})
        return told

    return rows


def _name(connection: sa.Connection, rows: list[Row]) -> None:
    """Give rows the name, title and region of their documents, and the number of their tasks."""
    documents = {row["document_id"] for row in rows}
    query = sa.select(_d.id, _d.name, _d.title, _d.region).where(_d.id.in_(documents))
    known = {row.id: row for row in connection.execute(query)} if documents else {}
    tasks = {row["task_id"] for row in rows if row.get("task_id")}
    numbers = sa.select(tables.task.c.id, tables.task.c.path).where(tables.task.c.id.in_(tasks))
    paths = {row.id: row.path for row in connection.execute(numbers)} if tasks else {}
    for row in rows:
        of = known.get(row["document_id"])
        row |= {"document": of.name if of else "", "title": of.title if of else None, "region": of.region if of else None}
        row.setdefault("where", paths.get(row.get("task_id") or "", ""))


def reason_of(readers: str, confidence: float) -> str:
    """The part of the queue that a target stands in."""
    return readers if readers in DOUBTS else "confidence" if confidence < LOW_CONFIDENCE else "rest"


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many rows each part of the open queue has, from the indexes alone."""

    def count(*of: Any) -> int:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.target).where(_t.review.is_(None), *of)).scalar() or 0

    few = _of_part("differs")[0]
    found = {name: count(few, _t.readers == name) for name in DOUBTS}
    for name, side in (("confidence", _t.confidence < LOW_CONFIDENCE), ("rest", _t.confidence >= LOW_CONFIDENCE)):
        found[name] = count(side) - count(few, side)  # the doubts are few, and stand in another index
    numbers = sa.select(_c.reason, sa.func.count()).where(_c.reason.in_(NUMBERS)).group_by(_c.reason)
    found |= dict.fromkeys(NUMBERS, 0) | {row[0]: row[1] for row in connection.execute(numbers)}
    proposals = sa.select(sa.func.count()).select_from(tables.coverage).where(sa.text(tables.PROPOSED), _c.reason.not_in(NUMBERS))
    return found | {"proposal": connection.execute(proposals).scalar() or 0}


def doubts(connection: sa.Connection) -> int:
    """How many rows of the open queue a person should look at: all parts but the rest, of which the program is sure."""
    return sum(count for name, count in counts(connection).items() if name != "rest")


def document_id(connection: sa.Connection, said: str) -> str:
    """The id of a document that is asked for by id or name; what is neither stays, and finds nothing."""
    found = connection.execute(sa.select(_d.id).where(sa.or_(_d.id == said, _d.name == said)).limit(1)).scalar()
    return found or said


def documents(connection: sa.Connection, limit: int) -> list[Row]:
    """Documents to choose from, by region and name."""
    query = sa.select(_d.id, _d.name, _d.title, _d.region).order_by(_d.region, _d.name).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def regions(connection: sa.Connection, limit: int) -> list[str]:
    """Regions to choose from."""
    query = sa.select(_d.region).distinct().where(_d.region.is_not(None)).order_by(_d.region).limit(limit)
    return list(connection.execute(query).scalars())
