"""Documents: their rows are replaced whole, several documents in one transaction; notes of those that could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipeline.evidence import key
from pipeline.members import readable
from pipeline.store import searching
from pipeline.store.connecting import by_characters, insert_rows, reading, transact, upsert_rows
from pipeline.store.sources import Source, note, put
from schemas import tables
from schemas.errors import StoreError
from schemas.types import Issue

if TYPE_CHECKING:
    from pipeline.normalise import Rows


@dataclass(frozen=True, slots=True)
class Stored:
    """What a save changed for a document: its targets before (None where it is new) and now; `skipped` where another run had stored the same."""

    name: str
    before: int | None
    targets: int
    skipped: bool = False


def save(engine: sa.Engine, rows: Rows) -> None:
    """Replace a document's rows in one transaction. Raises StoreError where evidence is not what the source says."""
    save_all(engine, [(rows, None)])


def save_all(engine: sa.Engine, documents: Sequence[tuple[Rows, Source | None]], anew: bool = False) -> list[Stored]:
    """Replace the rows of documents, and note the state of the sources that they were read from, in one transaction.

    A document that another run has stored already, made from the same, is left as it is, unless `anew`. Raises StoreError where evidence is not
    what the source says, before anything is written; StorageError where the database takes no rows.
    """
    for rows, _ in documents:
        check_evidence(rows)
    return transact(engine, lambda connection: _replace(connection, documents, anew))


def _replace(connection: sa.Connection, documents: Sequence[tuple[Rows, Source | None]], anew: bool) -> list[Stored]:
    made = {} if anew else _made_of(connection, [source for _, source in documents if source is not None])
    fresh = [(rows, source) for rows, source in documents if source is None or made.get(source.id) != (source.key, source.limits)]
    kept = {id(rows) for rows, _ in fresh}
    names = [rows.document["name"] for rows, _ in fresh]
    fresh = list(zip(_decided(connection, [rows for rows, _ in fresh]), [source for _, source in fresh], strict=True))
    before, bodies = _clear(connection, names)
    insert_rows(connection, tables.document, [_document(rows) for rows, _ in fresh])
    upsert_rows(connection, tables.body, list({body["id"]: body for rows, _ in fresh for body in rows.tables["body"]}.values()))
    for table in tables.OF_DOCUMENT:
        insert_rows(connection, table, [row for rows, _ in fresh for row in _rows_of(rows, table)])
    searching.index(connection, [rows.document for rows, _ in fresh])
    put(connection, [source for _, source in fresh if source is not None])
    _sweep(connection, bodies)
    stand = {rows.document["name"]: len(rows.tables["target"]) for rows, _ in fresh}
    return [
        Stored(name, before.get(name), stand.get(name, len(rows.tables["target"])), id(rows) not in kept)
        for name, rows in ((rows.document["name"], rows) for rows, _ in documents)
    ]


def _decided(connection: sa.Connection, documents: Sequence[Rows]) -> list[Rows]:
    """The rows as they stand with what people decided on these documents; one question where nothing was ever decided."""
    if not documents or connection.execute(sa.select(tables.correction.c.id).limit(1)).first() is None:
        return list(documents)
    from pipeline.corrections.storing import corrected  # it stores by this package, and most databases never need it

    found = corrected(connection, documents)
    for rows in found:
        check_evidence(rows)
    return found


def _made_of(connection: sa.Connection, sources: Sequence[Source]) -> dict[str, tuple[str, str | None]]:
    """Id of a source → what its stored rows were made from, and the limits that shaped them."""
    s = tables.source.c
    wanted = s.id.in_([source.id for source in sources]), s.state == "stored", s.key.is_not(None)
    return {row.id: (row.key, row.limits) for row in connection.execute(sa.select(s.id, s.key, s.limits).where(*wanted))}


def _clear(connection: sa.Connection, names: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """Delete what is stored under some names, and the notes of earlier failures; the number of targets that each had, and the bodies named there."""
    issue, document, target, link = tables.issue.c, tables.document.c, tables.target.c, tables.task_body.c
    connection.execute(sa.delete(tables.issue).where(issue.document.in_(names), issue.document_id.is_(None)))
    old = {row.id: row.name for row in connection.execute(sa.select(document.id, document.name).where(document.name.in_(names)))}
    if not old:
        return {}, set()
    counted = sa.select(target.document_id, sa.func.count()).where(target.document_id.in_(old)).group_by(target.document_id)
    counts = {row[0]: row[1] for row in connection.execute(counted)}
    bodies = set(connection.execute(sa.select(link.body_id).where(link.document_id.in_(old)).distinct()).scalars())
    searching.unindex(connection, old)
    for table in reversed(tables.OF_DOCUMENT):
        connection.execute(sa.delete(table).where(table.c.document_id.in_(old)))
    connection.execute(sa.delete(tables.document).where(document.id.in_(old)))
    return {name: counts.get(found, 0) for found, name in old.items()}, bodies


def _sweep(connection: sa.Connection, bodies: Iterable[str]) -> None:
    """Delete those of some bodies that no task names any more."""
    found, link = list(bodies), tables.task_body.c
    for start in range(0, len(found), 500):
        some = found[start : start + 500]
        named = set(connection.execute(sa.select(link.body_id).where(link.body_id.in_(some)).distinct()).scalars())
        connection.execute(sa.delete(tables.body).where(tables.body.c.id.in_([body for body in some if body not in named])))


def prune(engine: sa.Engine, sources: Sequence[Source]) -> None:
    """Delete sources, their documents and all their rows."""

    def work(connection: sa.Connection) -> None:
        for start in range(0, len(sources), 500):
            some = sources[start : start + 500]
            _sweep(connection, _clear(connection, [x.name for x in some])[1])
            connection.execute(sa.delete(tables.source).where(tables.source.c.id.in_([x.id for x in some])))

    transact(engine, work)


def _document(rows: Rows) -> dict[str, Any]:
    return dict(rows.document) | {"given": json.dumps(rows.document["given"], ensure_ascii=False)}


def _rows_of(rows: Rows, table: sa.Table) -> list[dict[str, Any]]:
    if table is tables.issue:
        return _issues(rows.issues, rows.document["name"], rows.document["id"])
    if table is tables.target:  # rows that nobody decided on do not say so
        return [row if "review" in row else {**row, "review": None} for row in rows.tables["target"]]
    return rows.tables.get(table.name, [])


def check_evidence(rows: Rows) -> None:
    """The invariant: the source text from start to end equals the evidence's text. Raises StoreError naming the row."""
    text = rows.document["text"]
    for row in rows.tables["evidence"]:
        if not row["text"] or text[row["start"] : row["end"]] != row["text"]:
            raise StoreError(
                f"{rows.document['name']}: evidence of {row['row_table']}.{row['slot']} says “{row['text'][:40]}”, "
                f"the source at {row['start']}–{row['end']} says “{text[row['start'] : row['end']][:40]}”; nothing of this document was stored"
            )


def broken_evidence(engine: sa.Engine) -> Iterator[str]:
    """Every stored evidence row whose text is not what its document says at its place, in words; reads document by document."""
    d, e = tables.document.c, tables.evidence.c
    with reading(engine) as connection:
        for document, name in connection.execute(sa.select(d.id, d.name).order_by(by_characters(connection, d.name))).all():
            text = connection.execute(sa.select(d.text).where(d.id == document)).scalar_one()
            for row in connection.execute(sa.select(e.row_table, e.slot, e.start, e.end, e.text).where(e.document_id == document)):
                if not row.text or text[row.start : row.end] != row.text:
                    yield f"{name}: evidence of {row.row_table}.{row.slot} at {row.start}–{row.end} is not what the source says there"


def save_failures(engine: sa.Engine, failed: Sequence[tuple[str, Issue, Source | None]]) -> None:
    """Note documents that could not be stored (name, why, state of the source) in one transaction; their rows from an earlier run stay."""

    def work(connection: sa.Connection) -> None:
        names = [name for name, _, _ in failed]
        connection.execute(sa.delete(tables.issue).where(tables.issue.c.document.in_(names), tables.issue.c.document_id.is_(None)))
        insert_rows(connection, tables.issue, [row for name, issue, _ in failed for row in _issues((issue,), name, None)])
        note(connection, [source for _, _, source in failed if source])

    if failed:
        transact(engine, work)


def documents_with(engine: sa.Engine, code: str) -> list[str]:
    """Names of the documents that have an issue of a code."""
    query = sa.select(tables.issue.c.document).where(tables.issue.c.code == code).distinct()
    with reading(engine) as connection:
        return sorted(connection.execute(query).scalars())


def failures(engine: sa.Engine) -> list[tuple[str, str]]:
    """Document name and path of each noted failure."""
    with engine.connect() as connection:
        noted = connection.execute(sa.select(tables.issue.c.document, tables.issue.c.where).where(tables.issue.c.document_id.is_(None)))
        return [(row[0], row[1]) for row in noted]


def _issues(issues: Sequence[Issue], name: str, document_id: str | None) -> list[dict[str, Any]]:
    return [
        {
            "id": key(document_id or name, "issue", str(i), x.code, x.where),
            "document_id": document_id,
            "document": name,
            "level": x.level,
            "code": x.code,
            "where": readable(x.where),
            "message": "\n".join(map(readable, x.message.splitlines())),
        }
        for i, x in enumerate(issues)
    ]
