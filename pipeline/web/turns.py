"""The thread that gives jobs their turn: it starts a reading, follows it, notes what came of it and tells those who want to know."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import Any

from pipeline import store
from pipeline.browse import documents
from pipeline.web import webhooks
from pipeline.web.jobs import Job, State, jobs_of
from pipeline.web.reading import Progress, Reading, end_orphan
from pipeline.web.state import Workbench
from schemas.errors import ZhibiaoError

_log = logging.getLogger(__name__)
_PATIENCE = 45.0  # seconds for which a server that stops waits for its job


class Turns:
    """One thread; one reading at a time."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench, self._jobs = workbench, jobs_of(workbench)
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._now: tuple[Job, Reading] | None = None
        self._cancelled: set[str] = set()

    def begin(self) -> None:
        """Know the jobs of earlier servers, note those that were interrupted, and start the thread."""
        self._jobs.load()
        for job in self._jobs.known.values():
            if not job.ended:
                if job.process is not None:
                    end_orphan(job.process, self._jobs.path(job))
                self._close(job, "interrupted", "server_ended")
        self._thread.start()

    def end(self) -> None:
        """Tell the running reading to end, wait for it, and stop the thread; what waits is noted as interrupted."""
        self._jobs.ending.set()
        self._jobs.wake.set()
        with self._jobs.lock:
            now = self._now
        if now is not None:
            now[1].stop()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)
        with self._jobs.lock:
            for name in self._jobs.waiting:
                self._close(self._jobs.known[name], "interrupted", "server_stopped")
            self._jobs.waiting.clear()

    def cancel(self, job: Job) -> None:
        """End a job that waits or runs. Raises ZhibiaoError for one that is over."""
        with self._jobs.lock:
            if job.ended:
                raise ZhibiaoError("this job is over")
            if job.id in self._jobs.waiting:
                self._jobs.waiting.remove(job.id)
                self._close(job, "cancelled", None)
                return
            self._cancelled.add(job.id)
            if self._now is not None and self._now[0] is job:
                self._now[1].stop()

    def _work(self) -> None:
        while not self._jobs.ending.is_set():
            job = self._next()
            if job is None:
                self._jobs.wake.wait()
                self._jobs.wake.clear()
                continue
            try:
                self._turn(job)
            except Exception as error:  # a fault of ours ends this job, and no other
                _log.exception("job %s", job.id)
                self._close(job, "failed", None, f"{type(error).__name__}: {error}")
            finally:
                with self._jobs.lock:
                    self._now = None
                    self._cancelled.discard(job.id)

    def _next(self) -> Job | None:
        """The job whose turn it is, marked as running."""
        with self._jobs.lock:
            if not self._jobs.waiting or self._jobs.ending.is_set():
                return None
            job = self._jobs.known[self._jobs.waiting.pop(0)]
            folder = self._jobs.path(job)
            base = folder if job.kind == "upload" else self._jobs.folder
            reading = Reading(self._workbench.settings, folder, base, Progress(len(job.paths)), job.force)
            job.state, job.started = "running", _now()
            self._now = (job, reading)
            return job

    def _turn(self, job: Job) -> None:
        assert self._now is not None
        reading = self._now[1]
        reading.begin(job.paths)
        with self._jobs.lock:
            job.process = reading.process
            self._jobs.keep(job)
            stop = self._jobs.ending.is_set() or job.id in self._cancelled
        if stop:
            reading.stop()
        status = reading.wait()
        self._settle(job, reading, status)

    def progress(self, job: Job) -> dict[str, Any]:
        """How far a job is: total, done, failed, last, phase."""
        with self._jobs.lock:
            if self._now is not None and self._now[0] is job:
                told = self._now[1].progress
                return {name: getattr(told, name) for name in ("total", "done", "failed", "last", "phase")}
        return job.progress or {"total": len(job.paths), "done": 0, "failed": 0, "last": None, "phase": "starting"}

    def _settle(self, job: Job, reading: Reading, status: int) -> None:
        """Note what came of a reading that has ended."""
        report = reading.report()
        job.report, job.run = report, report["number"] if report else None
        job.progress = {name: getattr(reading.progress, name) for name in ("total", "done", "failed", "last", "phase")}
        with store.reading(self._workbench.engine) as connection:
            job.documents = documents.at(connection, job.paths)
        with self._jobs.lock:
            cancelled = job.id in self._cancelled
        done = report is not None and report.get("status") == "done" and status in (0, 1)
        if done:
            self._close(job, "done", None)
            self._tell(job)
        elif cancelled:
            self._close(job, "cancelled", None)
        elif self._jobs.ending.is_set():
            self._close(job, "interrupted", "server_stopped")
        else:
            said = (report or {}).get("stopped") or reading.complaint(self._hide) or f"exit status {status}"
            self._close(job, "failed", None, self._hide(str(said)))

    def _hide(self, text: str) -> str:
        """A text without the database's password."""
        engine = self._workbench.engine
        text = text.replace(self._workbench.settings.database, store.shown(engine))
        return text.replace(engine.url.password, "***") if engine.url.password else text

    def _tell(self, job: Job) -> None:
        """Tell the addresses that want to know."""
        addresses = self._workbench.settings.webhooks
        if not addresses:
            return
        read = [{name: one[name] for name in ("id", "name", "state", "targets")} for one in job.documents if one["state"] == "stored"]
        failed = [{name: one[name] for name in ("name", "state", "message")} for one in job.documents if one["state"] != "stored"]
        event = {"event": "documents.read", "job": job.id, "run": job.run, "documents": read, "failed": failed}
        job.hooks = webhooks.tell(addresses, event, self._jobs.ending.wait)
        for one in job.hooks:
            if one["error"]:
                _log.warning("%s was not told of job %s: %s", one["address"], job.id, one["error"])
        self._jobs.keep(job)

    def _close(self, job: Job, state: State, code: str | None, message: str | None = None) -> None:
        with self._jobs.lock:
            job.state, job.finished, job.process = state, _now(), None
            job.message = message if code is None else code
            try:
                self._jobs.keep(job)
            except ZhibiaoError as error:
                _log.error("%s", error)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def startup(workbench: Workbench) -> None:
    """Begin with the jobs of a server that starts."""
    turns = workbench.parts["turns"] = Turns(workbench)
    turns.begin()


def shutdown(workbench: Workbench) -> None:
    """End the job of a server that stops."""
    turns_of(workbench).end()


def turns_of(workbench: Workbench) -> Turns:
    """The thread of a server's jobs. Raises ZhibiaoError where the server does not run them."""
    found: Turns | None = workbench.parts.get("turns")
    if found is None:
        raise ZhibiaoError("this server does not run jobs")
    return found
