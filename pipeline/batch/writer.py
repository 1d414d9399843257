"""The one writer of a run: outcomes become rows, several documents in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from pipeline import store
from pipeline.batch.report import Report
from pipeline.members import readable
from pipeline.store import Source
from pipeline.work import Outcome
from schemas.errors import StorageError, StoreError
from schemas.types import Issue

_log = logging.getLogger(__name__)
_DOCUMENTS, _FAILURES, _ROWS, _SECONDS = 8, 200, 20_000, 1.0  # what one transaction takes at most, and how long a result waits for it


class Writer:
    """Stores outcomes and counts them in a report. `told(name, what)` hears of each document when it is settled."""

    def __init__(self, engine: sa.Engine, report: Report, told: Callable[[str, str], None], anew: bool = False) -> None:
        """`anew`: also rows that are stored already, made from the same."""
        self._engine, self._report, self._told, self._anew = engine, report, told, anew
        self._waiting: list[tuple[Outcome, Source]] = []
        self._failed: list[tuple[str, Issue, Source | None]] = []
        self._rows = 0
        self._since = 0.0

    def add(self, outcome: Outcome, source: Source) -> None:
        """Store an outcome with rows, now or with the next ones; `source`: the state of its source when it is stored. Raises StorageError."""
        assert outcome.rows is not None
        self._begin()
        self._waiting.append((outcome, source))
        self._rows += sum(map(len, outcome.rows.tables.values()))
        if len(self._waiting) >= _DOCUMENTS or self._rows >= _ROWS:
            self.flush()

    def _begin(self) -> None:
        """Remember since when something waits."""
        if not (self._waiting or self._failed):
            self._since = time.monotonic()

    def overdue(self) -> bool:
        """Whether a result has waited long enough."""
        return bool(self._waiting or self._failed) and time.monotonic() - self._since > _SECONDS

    def flush(self) -> None:
        """Store what waits. A document that the database refuses fails alone. Raises StorageError where it takes no rows at all."""
        self._flush_rows()
        failed, self._failed = self._failed, []
        store.save_failures(self._engine, failed)
        for name, _, source in failed:
            self._told(name, source.state if source else "failed")

    def _flush_rows(self) -> None:
        waiting, self._waiting, self._rows = self._waiting, [], 0
        if not waiting:
            return
        begun = time.perf_counter()
        try:
            self._store(waiting)
        except StorageError:
            raise
        except Exception as error:  # one of them is refused: each alone, so that it costs only itself
            if len(waiting) == 1:
                self._refused(*waiting[0], error)
                return
            for one in waiting:
                self._waiting = [one]
                self._flush_rows()
            return
        self._report.stages["store"] += time.perf_counter() - begun

    def _store(self, waiting: list[tuple[Outcome, Source]]) -> None:
        rows = [(outcome.rows, source) for outcome, source in waiting if outcome.rows is not None]
        done = store.save_all(self._engine, rows, self._anew)
        for (outcome, _), stored in zip(waiting, done, strict=True):
            self._report.count(outcome, stored)
            self._told(outcome.job.name, "stored")

    def _refused(self, outcome: Outcome, source: Source, error: Exception) -> None:
        if isinstance(error, StoreError):
            code, message = "store_failed", str(error)
        else:
            _log.error("%s: the database refuses its rows", outcome.job.shown, exc_info=error)
            said = " ".join(str(error).split())[:300]
            code, message = (
                "store_failed",
                f"{outcome.job.shown}: {type(error).__name__}: {said}; this is a fault of zhibiao: please report this with the file",
            )
        self.fail(outcome, source, "failed", code, message)

    def fail(self, outcome: Outcome, source: Source, state: str, code: str, message: str) -> None:
        """Note a document that could not be read or stored. `source`: what was known of it before; rows of an earlier reading stay."""
        where, message = readable(outcome.job.shown), "\n".join(map(readable, message.splitlines()))
        self._report.changed = self._report.changed or (source.state, source.code, source.message) != (state, code, message)
        (self._report.quarantined if state == "quarantined" else self._report.failed).append(message)
        self._report.issues[code] += 1
        now = replace(source, state=state, code=code, message=message)
        self._begin()
        self._failed.append((outcome.job.name, Issue("error", code, where, message), now))
        if len(self._failed) >= _FAILURES:
            self.flush()
