"""Connections: SQLite files and PostgreSQL servers, one writer at a time, waits and retries while a database is busy or restarting."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event

from schemas.errors import StorageError, StoreError

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_WRITES, _LOOSE = "zhibiao_writes", "zhibiao_loose"
_LOCK = 7_235_421_986  # any number: writers of zhibiao on one PostgreSQL database wait for each other by it
PATIENCE = 120.0  # seconds for which a writer waits for a database that is locked, restarting or unreachable
_NOT_ALLOWED = "42501"  # SQLSTATE: the role may only read
_FOR_GOOD = ("does not exist", "authentication failed", "pg_hba.conf", "could not translate host name")  # said of a connection that was refused
# SQLSTATE classes and codes of PostgreSQL that pass: connection lost, deadlock, not serialisable, lock not available, shutting down or starting
_PASSING = ("08", "40001", "40P01", "55P03", "57P01", "57P02", "57P03")


def connect(url: str) -> sa.Engine:
    """An engine for a database URL (SQLite file, or PostgreSQL through psycopg). Nothing is created yet.

    Raises StoreError for a URL that cannot be used.
    """
    try:
        address = sa.make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    except (sa.exc.ArgumentError, ValueError, ImportError) as error:
        advice = "; PostgreSQL needs the extra `postgres`: pip install 'zhibiao[postgres]'" if isinstance(error, ImportError) else ""
        raise StoreError(f"{url}: cannot be used as a database URL ({error}){advice}; write for example sqlite:///output/zhibiao.db") from error
    if address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _pragmas)
        event.listen(engine, "begin", _begin_sqlite)
    elif address.get_backend_name() == "postgresql":
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def file_of(engine: sa.Engine) -> Path | None:
    """The file of an SQLite database; None for one in memory or on a server."""
    name = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _pragmas(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, also before a change of the schema
    # the keys of the indexes are in no order: 64 MB of cache keep their upper levels in memory, and pages are written back once per 32 MB
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "wal_autocheckpoint=8000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes the lock at once: one that reads first and writes later could not wait for another writer.

    Foreign keys rest while a migration makes a table anew: dropping the old one must not take the rows that refer to it.
    """
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if options.get(_LOOSE) else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


@contextmanager
def writing(engine: sa.Engine, loose: bool = False) -> Iterator[sa.Connection]:
    """A transaction that writes, alone among the writers of its database; a database that takes no rows gives a StorageError."""
    try:
        with engine.connect().execution_options(**{_WRITES: True, _LOOSE: loose}) as connection, connection.begin():
            yield connection
    except (sa.exc.OperationalError, sa.exc.InternalError, sa.exc.InterfaceError, sa.exc.ProgrammingError) as error:
        if isinstance(error, sa.exc.ProgrammingError) and getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
            raise
        raise StorageError(f"{shown(engine)}: the database cannot be written ({error.orig})") from error


def transact(engine: sa.Engine, work: Callable[[sa.Connection], _T], patience: float | None = None, loose: bool = False) -> _T:
    """The result of `work` in a transaction that writes; again from its beginning while the database is locked, restarting or unreachable.

    `loose`: foreign keys of SQLite rest. Raises StorageError after `patience` seconds (default PATIENCE), and at once where waiting does not
    help (full disk, read-only).
    """

    def attempt() -> _T:
        with writing(engine, loose) as connection:
            return work(connection)

    return _patiently(attempt, patience)


def ask(engine: sa.Engine, work: Callable[[sa.Connection], _T], patience: float | None = None) -> _T:
    """The result of `work`, which only reads; again from its beginning as `transact` does. Raises StorageError likewise."""

    def attempt() -> _T:
        try:
            with engine.connect() as connection:
                return work(connection)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            raise StorageError(f"{shown(engine)}: the database cannot be read ({error.orig})") from error

    return _patiently(attempt, patience)


def _patiently(attempt: Callable[[], _T], patience: float | None) -> _T:
    until, pause = time.monotonic() + (PATIENCE if patience is None else patience), 0.05
    while True:
        try:
            return attempt()
        except StorageError as error:
            if not _passes(error.__cause__) or time.monotonic() + pause > until:
                raise
            _log.warning("%s; waiting %.1f s", error, pause)
            time.sleep(pause)
            pause = min(pause * 2, 5.0)


def _passes(error: BaseException | None) -> bool:
    """Whether an error of the database is one that goes by: locked, restarting, connection lost."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return bool(state.startswith(_PASSING))
    said = str(error.orig)
    if any(word in said for word in _FOR_GOOD):
        return False
    return error.connection_invalidated or "locked" in said or "busy" in said or "connection" in said.lower()


def shown(engine: sa.Engine) -> str:
    """A database's URL without its password."""
    return engine.url.render_as_string(hide_password=True)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection for reading, to which the database is as it was at the first question, whatever is written meanwhile.

    A database that is not there or is none gives a StoreError, and none is created.
    """
    path = file_of(engine)
    if path and not path.exists():
        raise StoreError(f"{path}: there is no such database; name one with --db, or make it with `zhibiao run`")
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    except sa.exc.DatabaseError as error:
        raise StoreError(f"{shown(engine)}: {error.orig}; run `zhibiao run` or `zhibiao db upgrade` first") from error


def fetch(connection: sa.Connection, table: sa.Table, *order: sa.Column[Any]) -> list[dict[str, Any]]:
    """All rows of a table as dicts, in an order."""
    return [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(*order))]


def by_characters(connection: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column of text to order by: by the numbers of its characters, as SQLite and Python do, whatever language a PostgreSQL database sorts by."""
    return sa.collate(column, "C") if connection.dialect.name == "postgresql" else column


def insert_rows(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all name the same columns: by COPY on PostgreSQL, by one prepared statement on SQLite."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    names = list(rows[0])
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    values = list(map(itemgetter(*names), rows))
    if connection.dialect.name == "postgresql":
        dbapi = connection.dialect.loaded_dbapi
        try:
            with connection.connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
        except dbapi.Error as error:  # it comes past SQLAlchemy, which would tell lost connections and full disks from faults of ours
            raise sa.exc.DBAPIError.instance(f"COPY {into}", None, error, dbapi.Error, dialect=connection.dialect) from error
    else:
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})", values)


def upsert_rows(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows by their id; one that is there takes the new values. No id may stand twice."""
    if not rows:
        return
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    changed = {name: insert.excluded[name] for name in rows[0] if name != "id"}
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed), rows)
