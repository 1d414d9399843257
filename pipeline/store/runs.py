"""Runs: one row each, begun before the first document and ended with the report."""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.connecting import ask, reading, transact
from schemas import tables

_MANY = 1000  # documents after which PostgreSQL does not wait for its own vacuum
# fields of targets and documents whose share of filled rows a run reports
FILLED = {
    "target": ("indicator_id", "value", "canonical_value", "unit", "deadline_end", "task_id", "scope"),
    "document": ("title", "issuer", "region_code", "issue_date"),
}


def begin_run(engine: sa.Engine, versions: str) -> tuple[str, int]:
    """Id and number of a new run. Earlier runs of this machine that still say `running` and whose process has ended are marked `killed`."""

    def work(connection: sa.Connection) -> tuple[str, int]:
        r = tables.run.c
        for row in connection.execute(sa.select(r.id, r.process).where(r.status == "running", r.host == socket.gethostname())).all():
            if not _lives(row.process):
                connection.execute(sa.update(tables.run).where(r.id == row.id).values(status="killed"))
        number = (connection.execute(sa.select(sa.func.max(r.number))).scalar() or 0) + 1
        started = datetime.now(UTC).isoformat(timespec="seconds")
        row_id = uuid.uuid4().hex[:20]  # an event, not a content: no two are the same, in whatever database
        values = {"started": started, "seconds": 0.0, "versions": versions, "host": socket.gethostname(), "process": os.getpid()}
        counts = dict.fromkeys(("documents", "tasks", "targets", "failed"), 0)
        connection.execute(sa.insert(tables.run).values(id=row_id, number=number, status="running", **values, **counts))
        return row_id, number

    return transact(engine, work)


def _lives(process: int | None) -> bool:
    """Whether a process of this machine lives, other than this one (whose number an earlier one may have had)."""
    if process is None or process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_run(engine: sa.Engine, run: str, status: str, changed: bool | None, counts: Mapping[str, float], report: Mapping[str, Any]) -> None:
    """Store a run's report.

    `changed`: whether what is stored changed, None where that is not known; `counts`: documents, tasks, targets, failed of this run, its seconds.
    """
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    told = json.dumps(report, ensure_ascii=False)
    values = {"status": status, "changed": changed, "finished": finished, "report": told, **counts}
    transact(engine, lambda connection: connection.execute(sa.update(tables.run).where(tables.run.c.id == run).values(values)), patience=10.0)


def tidy(engine: sa.Engine, documents: int) -> None:
    """Bring what the database knows of its tables up to date after a run that stored so many documents, so that it plans questions well."""

    def work(connection: sa.Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA optimize")
        elif documents >= _MANY:
            for name in ("document", "task", "target", "evidence", "task_body"):
                connection.exec_driver_sql(f"ANALYZE {name}")

    transact(engine, work, patience=10.0)


def state(engine: sa.Engine) -> list[str]:
    """What tells one state of the stored rows from another: the last run that changed them, those that may have or still may (not ended), and
    the last decision of a person."""
    r, c = tables.run.c, tables.correction.c
    with reading(engine) as connection:
        last = connection.execute(sa.select(r.id).where(r.changed).order_by(r.number.desc()).limit(1)).scalars().all()
        open_ = connection.execute(sa.select(r.id).where(r.changed.is_(None)).order_by(r.number)).scalars().all()
        decided = connection.execute(sa.select(sa.func.max(c.number))).scalar()
    return [*last, *open_, *([f"decision {decided}"] if decided else [])]


def read_runs(engine: sa.Engine, number: int | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    """Runs, the latest first, each with its report as a dict; `number`: only that one."""
    r = tables.run.c
    query = sa.select(tables.run).order_by(r.number.desc()).limit(limit)
    with reading(engine) as connection:
        rows = connection.execute(query if number is None else query.where(r.number == number)).all()
    return [dict(row._mapping) | {"report": json.loads(row.report or "{}")} for row in rows]


def totals(engine: sa.Engine) -> dict[str, Any]:
    """What is stored: number of documents, tasks, targets and ledger entries, and the share of filled fields (`target.unit`: 0.81)."""

    def work(connection: sa.Connection) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in ("document", "task", "target", "coverage"):
            table = tables.metadata.tables[name]
            fields = FILLED.get(name, ())
            row = connection.execute(sa.select(sa.func.count(), *(sa.func.count(table.c[field]) for field in fields)).select_from(table)).one()
            found[name] = row[0]
            found |= {f"{name}.{field}": round(count / row[0], 4) for field, count in zip(fields, row[1:], strict=True) if row[0]}
        return found

    with reading(engine):  # a database that is not there is told, and not made
        return ask(engine, work)
