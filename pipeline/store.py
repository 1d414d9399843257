"""The database: the only module that opens it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

from pipeline.evidence import key
from schemas import tables, vocab
from schemas.errors import StoreError
from schemas.indicators import indicators
from schemas.regions import stored_regions
from schemas.standards import standards
from schemas.types import Issue

if TYPE_CHECKING:
    from pipeline.normalise import Rows

MIGRATIONS = Path(tables.__file__).with_name("migrations")


def connect(url: str) -> sa.Engine:
    """An engine for a database URL; SQLite enforces foreign keys and writes ahead. Nothing is created yet.

    Raises StoreError for a URL that cannot be used.
    """
    try:
        address = sa.make_url(url)
        engine = sa.create_engine(address)
    except (sa.exc.ArgumentError, ValueError, ImportError) as error:
        raise StoreError(f"{url}: cannot be used as a database URL ({error}); write for example sqlite:///output/zhibiao.db") from error
    if address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _pragmas)
    return engine


def _file(engine: sa.Engine) -> Path | None:
    """The file of an SQLite database; None for one in memory or on a server."""
    name = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _pragmas(connection: Any, _: Any) -> None:
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to the newest migration and load the vocabularies where they changed. Creates an SQLite file and its folder."""
    from alembic import command
    from alembic.config import Config

    vocab.version(), indicators(), standards()  # a faulty vocabulary is told before a database is made that lacks it
    if path := _file(engine):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: the folder of the database cannot be made ({error.strerror}); name another with --db") from error
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _load_vocabularies(connection)
    except sa.exc.DatabaseError as error:
        raise StoreError(f"{engine.url}: the database cannot be used ({error.orig}); is it a zhibiao database, and writable?") from error


def _load_vocabularies(connection: sa.Connection) -> None:
    version = vocab.version()
    if connection.execute(sa.select(tables.vocabulary.c.version).where(tables.vocabulary.c.name == "vocab")).scalar() == version:
        return
    present = {row.id for row in connection.execute(sa.select(tables.indicator.c.id))}
    for one in indicators():
        values = {name: getattr(one, name) for name in ("name", "domain", "unit", "direction", "dimension", "statistic", "denominator")}
        if one.id in present:
            connection.execute(sa.update(tables.indicator).where(tables.indicator.c.id == one.id).values(values))
        else:
            connection.execute(sa.insert(tables.indicator).values(id=one.id, **values))
    for table in (tables.indicator_alias, tables.unit, tables.region):
        connection.execute(sa.delete(table))
    aliases = [(i.id, a, w) for i in indicators() for names, w in ((i.aliases, False), (i.weak, True)) for a in dict.fromkeys(names)]
    connection.execute(
        sa.insert(tables.indicator_alias), [{"id": key(i, a, str(w)), "indicator_id": i, "alias": a, "weak": w} for i, a, w in aliases]
    )
    units = {u.id: u for u in vocab.units().by_form.values()}
    connection.execute(
        sa.insert(tables.unit),
        [{"id": u.id, "dimension": u.dimension, "base": u.base, "factor": str(u.factor), "count": u.count} for u in units.values()],
    )
    connection.execute(
        sa.insert(tables.region),
        [
            {
                "code": r.code,
                "name": r.name,
                "short": r.short,
                "pinyin": r.pinyin,
                "parent": r.parent or None,
                "valid_from": str(r.valid_from) if r.valid_from else None,
                "valid_to": str(r.valid_to) if r.valid_to else None,
            }
            for r in stored_regions()
        ],
    )
    _load_standards(connection)
    connection.execute(sa.delete(tables.vocabulary))
    connection.execute(sa.insert(tables.vocabulary).values(name="vocab", version=version))


def _load_standards(connection: sa.Connection) -> None:
    for table in (tables.standard_threshold, tables.standard):
        connection.execute(sa.delete(table))
    known = standards()
    connection.execute(sa.insert(tables.standard), [{"id": s.id, "title": s.title, "doc_number": s.doc_number, "year": s.year} for s in known])
    connection.execute(
        sa.insert(tables.standard_threshold),
        [
            {
                "id": key(s.id, str(n), t.indicator),
                "standard_id": s.id,
                "indicator_id": t.indicator,
                "condition": "；".join(filter(None, (t.level, t.condition_text, f"{t.year}年" if t.year else None))),
                "operator": t.operator,
                "value": t.state if t.value is None else f"{t.value}{f'—{t.value_max}' if t.value_max is not None else ''}",
                "unit": t.unit,
                "certainty": t.certainty,
                "source": "；".join(filter(None, (t.source, t.also and f"并{t.also}", t.alternative and f"或{t.alternative}", t.note))),
            }
            for s in known
            for n, t in enumerate(s.thresholds)
        ],
    )


@contextmanager
def _writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction; a database that takes no rows (full disk, locked, read-only) gives a StoreError."""
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.OperationalError as error:
        raise StoreError(f"{engine.url}: the database cannot be written ({error.orig})") from error


def save(engine: sa.Engine, rows: Rows) -> None:
    """Replace a document's rows in one transaction. Raises StoreError where evidence is not what the source says."""
    check_evidence(rows)
    document = dict(rows.document) | {"given": json.dumps(rows.document["given"], ensure_ascii=False)}
    with _writing(engine) as connection:
        for old in connection.execute(sa.select(tables.document.c.id).where(tables.document.c.name == document["name"])).scalars().all():
            for table in reversed(tables.OF_DOCUMENT):
                connection.execute(sa.delete(table).where(table.c.document_id == old))
            connection.execute(sa.delete(tables.document).where(tables.document.c.id == old))
        connection.execute(sa.insert(tables.document).values(document))
        present = set(connection.execute(sa.select(tables.body.c.id)).scalars())
        for body in rows.tables["body"]:
            if body["id"] in present:
                connection.execute(sa.update(tables.body).where(tables.body.c.id == body["id"]).values(body))
            else:
                connection.execute(sa.insert(tables.body).values(body))
        for table in tables.OF_DOCUMENT:
            values = _issues(rows.issues, document["name"], document["id"]) if table is tables.issue else rows.tables[table.name]
            if values:
                connection.execute(sa.insert(table), values)


def check_evidence(rows: Rows) -> None:
    """The invariant: the source text from start to end equals the evidence's text. Raises StoreError naming the row."""
    text = rows.document["text"]
    for row in rows.tables["evidence"]:
        if not row["text"] or text[row["start"] : row["end"]] != row["text"]:
            raise StoreError(
                f"{rows.document['name']}: evidence of {row['row_table']}.{row['slot']} says “{row['text'][:40]}”, "
                f"the source at {row['start']}–{row['end']} says “{text[row['start'] : row['end']][:40]}”; nothing of this document was stored"
            )


def save_failure(engine: sa.Engine, name: str, issue: Issue) -> None:
    """Note a document that could not be stored; its rows from an earlier run stay."""
    with _writing(engine) as connection:
        connection.execute(sa.delete(tables.issue).where(tables.issue.c.document == name, tables.issue.c.document_id.is_(None)))
        connection.execute(sa.insert(tables.issue), _issues((issue,), name, None))


def failures(engine: sa.Engine) -> list[tuple[str, str]]:
    """Document name and path of each noted failure."""
    with engine.connect() as connection:
        noted = connection.execute(sa.select(tables.issue.c.document, tables.issue.c.where).where(tables.issue.c.document_id.is_(None)))
        return [(row[0], row[1]) for row in noted]


def forget_failure(engine: sa.Engine, name: str) -> None:
    """Drop the note of an earlier failure."""
    with _writing(engine) as connection:
        connection.execute(sa.delete(tables.issue).where(tables.issue.c.document == name, tables.issue.c.document_id.is_(None)))


def save_run(engine: sa.Engine, values: dict[str, Any]) -> None:
    """Store a run's report."""
    with _writing(engine) as connection:
        connection.execute(sa.insert(tables.run).values(values))


def _issues(issues: Sequence[Issue], name: str, document_id: str | None) -> list[dict[str, Any]]:
    return [
        {
            "id": key(document_id or name, "issue", str(i), x.code, x.where),
            "document_id": document_id,
            "document": name,
            "level": x.level,
            "code": x.code,
            "where": x.where,
            "message": x.message,
        }
        for i, x in enumerate(issues)
    ]


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection for reading; a database that is not there or is none gives a StoreError, and none is created."""
    path = _file(engine)
    if path and not path.exists():
        raise StoreError(f"{path}: there is no such database; name one with --db, or make it with `zhibiao run`")
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DatabaseError as error:
        raise StoreError(f"{engine.url}: {error.orig}; run `zhibiao run` or `zhibiao db upgrade` first") from error


def fetch(connection: sa.Connection, table: sa.Table, *order: sa.Column[Any]) -> list[dict[str, Any]]:
    """All rows of a table as dicts, in an order."""
    return [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(*order))]
