"""The schema: migrations, and the tables that hold the vocabularies."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from pipeline.evidence import key
from pipeline.store import searching
from pipeline.store.connecting import ask, file_of, shown, transact
from schemas import tables, vocab
from schemas.errors import StorageError, StoreError
from schemas.indicators import indicators
from schemas.regions import stored_regions
from schemas.standards import standards

_FIRST = 10.0  # seconds for which a server that does not answer at all is waited for; the address may be wrong
MIGRATIONS = Path(tables.__file__).with_name("migrations")


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to the newest migration and load the vocabularies where they changed. Creates an SQLite file and its folder."""

    vocab.version(), indicators(), standards()  # a faulty vocabulary is told before a database is made that lacks it
    if path := file_of(engine):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: the folder of the database cannot be made ({error.strerror}); name another with --db") from error
    try:
        if ask(engine, _state, _FIRST) != (_head(), vocab.version()):  # a database that is up to date is told by one look
            _migrate(engine)
    except (StorageError, sa.exc.DatabaseError) as error:
        reason = getattr(error, "orig", None) or getattr(error.__cause__, "orig", error)
        raise StoreError(f"{shown(engine)}: the database cannot be used ({reason}); is it a zhibiao database, and writable?") from error


def _head() -> str:
    """The newest revision: the number in the name of the last migration."""
    return max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("m*.py"))


def _state(connection: sa.Connection) -> tuple[str | None, str | None]:
    """Revision and version of the vocabularies of a database; None for what it does not have."""
    known = set(sa.inspect(connection).get_table_names())
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if "alembic_version" in known else None
    loaded = sa.select(tables.vocabulary.c.version).where(tables.vocabulary.c.name == "vocab")
    return revision, connection.execute(loaded).scalar() if "vocabulary" in known else None


def _migrate(engine: sa.Engine) -> None:
    """Run what migrations are missing and load the vocabularies in one transaction, alone among the writers."""
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def work(connection: sa.Connection) -> None:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(f"{shown(engine)}: the database is of a newer zhibiao, or of none ({error}); use that one, or another --db") from error
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first() if connection.dialect.name == "sqlite" else None
        if broken is not None:
            raise StoreError(f"{shown(engine)}: a row of {broken[0]} refers to one that is not there; the migration was undone")
        _load_vocabularies(connection)
        searching.fill(connection)

    transact(engine, work, loose=True)


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
