"""The order of a run: which documents need reading, what becomes of each, what is stored and what is reported."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from extractors import reader
from pipeline import engines, remote, sources, store, versions
from pipeline.batch.report import Report
from pipeline.batch.writer import Writer
from pipeline.cache import Cache
from pipeline.engines import Engine
from pipeline.members import readable
from pipeline.progress import Silent
from pipeline.sources import Found, Place
from pipeline.stopping import Stop
from pipeline.store import Source
from pipeline.work import Job, Outcome
from schemas.errors import RuleError, StorageError, StoreError
from schemas.limits import Limits

_log = logging.getLogger(__name__)
_CHUNK = 200  # places whose state is asked for at once


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run reads. `second`: with the second reader; `workers`: processes (None: one a core, 0: this process); `address`: of a cluster instead.

    `force`: read everything anew. `retry`: also what is quarantined. `prune`: delete the rows of documents that are gone. `cache`: of parsed
    documents.
    """

    limits: Limits = field(default_factory=Limits)
    second: bool = True
    workers: int | None = 0
    address: str | None = None
    force: bool = False
    retry: bool = False
    prune: bool = False
    cache: Cache | None = None


def run(
    paths: Sequence[str | Path],
    database: sa.Engine,
    settings: Settings | None = None,
    out: Path | None = None,
    progress: Silent | None = None,
    engine: Engine | None = None,
    only: Collection[str] | None = None,
    stop: Stop | None = None,
) -> Report:
    """Read and store what is new or changed; what fails is noted and the batch goes on. `engine`: one to be used and kept open; `only`: locations,
    where not all that stands in the folders is to be looked at; `stop`: asked between two documents.

    A run that must stop (the database takes no rows, an interrupt) stores what it has and says so in its report. Raises ModelError before
    anything is read or stored where the second reader is asked for and missing, ParseError where a path is.
    """
    settings = settings or Settings()
    if settings.second:
        reader.ensure()
    found = sources.find(paths, out)
    given = sources.read_given(found.lists)
    store.upgrade(database)
    return _Run(database, settings, paths, out, found, given, progress or Silent(), only, stop or Stop()).work(engine)


class _Run:
    """One run: what it knows of the documents that are on their way, and its report."""

    def __init__(
        self,
        database: sa.Engine,
        settings: Settings,
        paths: Sequence[str | Path],
        out: Path | None,
        found: Found,
        given: Mapping[str, Mapping[str, str]],
        progress: Silent,
        only: Collection[str] | None,
        stop: Stop,
    ) -> None:
        self._database, self._settings, self._paths, self._out = database, settings, paths, out
        self._found, self._given, self._progress, self._asked = found, given, progress, stop
        self._made_by = versions.upstream()
        self._limits = json.dumps(asdict(settings.limits))
        self._places = {place.location: place for place in found.documents if only is None or place.location in only}
        self._on_the_way: dict[str, Source] = {}
        self._report = Report(found=len(self._places), engine=settings.address or f"{_workers(settings)} workers")
        self._writer = Writer(database, self._report, self._done, settings.force)

    def work(self, engine: Engine | None) -> Report:
        """All documents; the report is stored whatever happens."""
        begun = time.monotonic()
        run, self._report.number = store.begin_run(self._database, str(self._made_by))
        own = None
        self._progress.begin(len(self._places))
        try:
            self._names = store.assign(self._database, sources.choices(self._found.documents), self._moved)
            engine = engine or (own := self._open())
            self._read(engine)
            self._look_for_gone()
            self._report.status = "done"
        except StorageError as error:
            self._stop(str(error))
        except KeyboardInterrupt:
            self._stop("interrupted")
        finally:
            self._progress.end()
            if own is not None:
                own.close()
            self._report.seconds = time.monotonic() - begun
            self._end(run)
            _log.info("run %d: %s", self._report.number, self._report.status, extra={"fields": {"report": self._report.as_dict()}})
        return self._report

    def _open(self) -> Engine:
        """An engine of this run's own; no more workers than there are documents."""
        workers = min(_workers(self._settings), max(len(self._places), 1))
        return engines.open_engine(self._settings.address, workers, self._settings.second)

    def _read(self, engine: Engine) -> None:
        try:
            with closing(engine.run(self._jobs())) as outcomes:
                for outcome in outcomes:
                    if outcome is not None:
                        self._settle(outcome)
                    if self._writer.overdue():
                        self._writer.flush()
                    self._heed()
        finally:  # what was read before an interrupt is kept
            self._writer.flush()

    def _heed(self) -> None:
        """Stop here, between two documents, where that was asked."""
        if self._asked.is_set():
            raise KeyboardInterrupt

    def _stop(self, why: str) -> None:
        self._report.status, self._report.stopped = "stopped", why
        _log.error("the run stops: %s", why)

    def _end(self, run: str) -> None:
        report = self._report
        if report.status == "running":
            report.status = "stopped"
        counts = {"documents": report.documents, "tasks": report.tasks, "targets": report.targets, "seconds": round(report.seconds, 3)}
        try:
            if report.changed:
                store.tidy(self._database, report.documents)
            report.stored = store.totals(self._database)
            counts["failed"] = len(report.failed) + len(report.quarantined)
            # a run that was stopped in the middle may have changed more than it has counted
            changed = report.changed or (False if report.status == "done" else None)
            store.end_run(self._database, run, report.status, changed, counts, report.as_dict())
        except StoreError as error:
            _log.error("the report of this run cannot be stored: %s", error)

    def _jobs(self) -> Iterator[Job]:
        """The documents that need reading, found while the others are read."""
        places = list(self._places.values())
        for start in range(0, len(places), _CHUNK):
            self._heed()
            some = places[start : start + _CHUNK]
            known = store.states(self._database, [place.location for place in some])
            back = [replace(s, state="stored") for s in known.values() if s.state == "gone" and s.key is not None]
            store.mark(self._database, back)
            known |= {s.location: s for s in back}
            for place in some:
                job = self._job(place, known.get(place.location) or Source(place.location, self._names[place.location]))
                if job is not None:
                    yield job

    def _job(self, place: Place, source: Source) -> Job | None:
        """What is to be done about a document; None where nothing is."""
        settings, given = self._settings, self._given.get(place.file, {})
        same = bool(place.stamp) and place.stamp == source.stamp
        sha256 = source.sha256 if same else sources.digest(place, settings.limits.file_mb)
        key = self._key(source.name, sha256 or place.stamp or place.location, given)
        if not settings.force and source.limits in (None, self._limits):
            if source.state == "stored" and source.key == key and sha256 is not None:
                self._leave(source, "unchanged")
                return None
            if source.state == "quarantined" and source.tried == key and not settings.retry:
                self._leave(source, "quarantined")
                return None
        stored = source.state == "stored" and source.sha256 is not None and source.limits in (None, self._limits) and not settings.force
        known = source.sha256 if stored and source.key == self._key(source.name, source.sha256 or "", given) else None
        self._on_the_way[place.location] = replace(source, tried=key)
        content = None if place.stamp else sha256
        return Job(place.location, place.path, place.shown, source.name, given, settings.limits, settings.second, content, known, settings.cache)

    def _key(self, name: str, content: str, given: Mapping[str, str]) -> str:
        return versions.key(content, name, given, self._settings.second, self._made_by)

    def _leave(self, source: Source, what: str) -> None:
        """Count a document that is not read again."""
        if what == "unchanged":
            self._report.unchanged += 1
        else:
            self._report.quarantined.append(source.message or source.location)
        self._done(source.name, what)

    def _done(self, name: str, what: str) -> None:
        """Tell of a document that is settled."""
        self._progress.done(name, what)
        _log.info("%s: %s", name, what, extra={"fields": {"run": self._report.number, "document": name, "what": what}})

    def _settle(self, outcome: Outcome) -> None:
        """Store what a job gave."""
        job = outcome.job
        source, place = self._on_the_way.pop(job.location), self._places[job.location]
        limits = self._limits if outcome.shaped else None
        if outcome.unchanged:
            store.mark(self._database, [replace(source, stamp=place.stamp or None)])
            self._leave(source, "unchanged")
        elif outcome.rows is not None:
            self._same_versions(outcome.rows.document)
            key = self._key(source.name, outcome.sha256 or "", job.given)
            spent = round(sum(outcome.seconds.values()), 3)
            made = Source(job.location, job.name, "stored", outcome.sha256, place.stamp or None, key, None, limits, seconds=spent)
            self._writer.add(outcome, made)
        else:
            self._fail(outcome, replace(source, limits=limits))

    def _same_versions(self, document: Mapping[str, str]) -> None:
        """Raises RuleError where a worker has other rules or vocabularies than this process, which is older: its keys would not be true."""
        made_by = versions.Versions(document["parser_version"], document["rules_version"], document["vocab_version"])
        if made_by != self._made_by:
            raise RuleError(f"the rules or vocabularies have changed since this process began ({self._made_by}; now {made_by}): start it again")

    def _fail(self, outcome: Outcome, source: Source) -> None:
        if outcome.trace:
            _log.error("%s: %s\n%s", readable(outcome.job.shown), outcome.message, outcome.trace)
        code, message = outcome.code or "parse_failed", outcome.message or ""
        state = "quarantined" if outcome.ended or outcome.spent else "failed"
        if outcome.ended:
            message = f"{readable(outcome.job.shown)}: reading it ended its worker twice: {message}"
        if state == "quarantined":
            message += "; it is set aside until it, zhibiao or its limits change (--retry reads it again)"
        self._report.time(outcome)
        self._writer.fail(outcome, source, state, code, message)

    def _moved(self, location: str, holder: Source) -> bool:
        """Whether a location is the new place of what another source held."""
        if remote.is_url(location) or remote.is_url(holder.location) or holder.sha256 is None or os.path.lexists(holder.location):
            return False
        return sources.digest(self._places[location], self._settings.limits.file_mb) == holder.sha256

    def _look_for_gone(self) -> None:
        """Report the documents of the folders of this run that are no longer there; delete their rows where that is asked.

        A folder in which nothing is found at all may be a share that is not mounted: nothing of it is deleted.
        """
        folders = self._found.folders
        if not folders:
            return
        there = {place.location for place in self._found.documents}

        def still(_: Sequence[str]) -> set[str]:
            there.update(place.location for place in sources.find(self._paths, self._out).documents)
            return there

        lost, forgotten = store.gone(self._database, lambda location: location not in there and _parent(location) in folders, still)
        self._report.gone = [source.location for source in lost]
        self._report.changed = self._report.changed or forgotten > 0
        if self._settings.prune:
            self._prune(lost, {_parent(location) for location in there})

    def _prune(self, lost: Sequence[Source], alive: Collection[str]) -> None:
        chosen = [source for source in lost if _parent(source.location) in alive]
        if len(chosen) < len(lost):
            _log.warning("%d documents of folders in which nothing is found were not pruned: are they mounted?", len(lost) - len(chosen))
        if chosen:
            store.prune(self._database, chosen)
            self._report.pruned, self._report.changed = len(chosen), True


def _parent(location: str) -> str:
    return Place(location, location).parent


def _workers(settings: Settings) -> int:
    return engines.cores() if settings.workers is None else settings.workers


__all__ = ["Report", "Settings", "run"]
