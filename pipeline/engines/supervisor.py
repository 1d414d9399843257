"""Workers of this machine under supervision, within limits of seconds and memory: what ends a worker costs the one document it was reading."""

from __future__ import annotations

import logging
import os
import pickle
import select
import signal
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from pipeline.engines import wire
from pipeline.engines.nursery import OUT_OF_MEMORY, Nursery
from pipeline.work import Job, Outcome
from schemas.errors import ZhibiaoError
from schemas.limits import resident_mb

_log = logging.getLogger(__name__)
_TRIES = 2
_GRACE = 2.0  # seconds over the limit, in which a parser may still say itself what took so long
_NURSERIES = 10  # in one run
_TICK = 0.1  # seconds between two looks at the workers
_AHEAD, _AHEAD_BYTES = 8, 32_768  # jobs, and their bytes, that wait in a worker's pipe, so that it never waits for the parent
_GROWN_MB = 600  # a worker that keeps so much more than it began with is replaced between two documents
_REASONS: dict[int, str] = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "abort",
    signal.SIGBUS: "bus error",
    signal.SIGKILL: "killed",
    signal.SIGFPE: "arithmetic error",
}


@dataclass(slots=True)
class _Worker:
    """A worker and the jobs in its hands. `sent`: number → job, in order; the first is in work where `began` says since when."""

    pid: int
    jobs: int
    inbox: wire.Inbox
    errors: IO[bytes]
    resident: float
    sent: dict[int, Job] = field(default_factory=dict)
    waiting: int = 0  # bytes of the jobs that are not begun
    began: float | None = None
    peak: float = 0.0
    why: tuple[str, str] | None = None  # code and reason, where we ended it


class Supervisor:
    """An engine of worker processes. `run` may be called again; `close` ends all workers."""

    def __init__(self, workers: int, task: str = "pipeline.work:perform", prepare: str | None = None) -> None:
        self._count = max(workers, 1)
        self._names = (task, prepare)
        self._nursery: Nursery | None = None
        self._workers: list[_Worker] = []
        self._returned: deque[Job] = deque()  # were in the hands of a worker that ended over another
        self._again: deque[Job] = deque()  # ended their worker: tried again when all others are done
        self._nurseries = 0
        self._tries: dict[str, int] = {}
        self._number = 0

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Outcomes as they come. A job that ends its worker is tried once more, at the end; then its outcome says why, with `ended`.

        Raises what a job raises (RuleError, ModelError): no document can be read then. Jobs are taken only when there is room for them.
        """
        source, more = iter(jobs), True
        while True:
            more = self._feed(source, more)
            if not (more or self._returned or self._again or any(w.sent for w in self._workers)):
                return
            yield from self._listen()
            yield from self._judge()

    def close(self) -> None:
        """End all workers, also those at work."""
        for worker in self._workers:
            self._dismiss(worker)
        self._workers = []
        if self._nursery:
            self._nursery.close()
            self._nursery = None

    def _feed(self, source: Iterator[Job], more: bool) -> bool:
        """Give jobs to workers, the idle ones first; whether the source may have more."""
        for ahead in range(_AHEAD):
            for worker in [*self._workers, *[None] * (self._count - len(self._workers))]:
                if worker is not None and (len(worker.sent) > ahead or (worker.sent and worker.waiting > _AHEAD_BYTES)):
                    continue
                job = self._returned.popleft() if self._returned else next(source, None) if more else None
                more = more and job is not None
                if job is None and self._again and not any(len(w.sent) > 1 for w in self._workers):
                    job = self._again.popleft()
                if job is None:
                    return more
                self._give(worker or self._hire(), job)
        return more

    def _give(self, worker: _Worker, job: Job) -> None:
        self._number += 1
        worker.sent[self._number] = job
        message = pickle.dumps((self._number, job))
        worker.waiting += len(message)
        with suppress(OSError):  # it has just ended: `_judge` sees it and gives its jobs to others
            wire.send(worker.jobs, message)

    def _hire(self) -> _Worker:
        """A new worker; a nursery that has ended is replaced. Raises ZhibiaoError where nurseries end again and again."""
        while True:
            if self._nursery is None or self._nursery.ended:
                self._renew()
            assert self._nursery is not None
            errors = tempfile.TemporaryFile()  # noqa: SIM115 – it lives as long as the worker
            (take, jobs), (results, give) = os.pipe(), os.pipe()
            try:
                pid = self._nursery.fork(take, give, errors.fileno())
            except EOFError:
                os.close(jobs)
                os.close(results)
                errors.close()
                continue
            finally:
                os.close(take)
                os.close(give)
            worker = _Worker(pid, jobs, wire.Inbox(results), errors, resident_mb(pid))
            self._workers.append(worker)
            return worker

    def _renew(self) -> None:
        """Start a nursery in place of one that has ended."""
        if self._nursery is not None:
            self._nursery.close()
        self._nurseries += 1
        if self._nurseries > _NURSERIES:
            raise ZhibiaoError("the process that prepares workers ends again and again (see its messages); try --workers 0, which needs none")
        self._nursery = Nursery(*self._names)

    def _listen(self) -> Iterator[Outcome]:
        """What workers say within a moment."""
        ready = select.select([w.inbox.pipe for w in self._workers if not w.inbox.ended], [], [], _TICK)[0]
        for worker in [w for w in self._workers if w.inbox.pipe in ready]:
            for message in worker.inbox.messages():
                number, what, said = pickle.loads(message)
                if what == "began":
                    worker.began, worker.peak = time.monotonic(), 0.0
                    continue
                job = worker.sent.pop(number)
                worker.began, worker.waiting = None, worker.waiting if worker.sent else 0
                if what == "raised":
                    raise said
                self._tries.pop(job.location, None)
                yield said
            if not worker.sent and resident_mb(worker.pid) - worker.resident > _GROWN_MB:
                self._dismiss(worker)
                self._workers.remove(worker)

    def _judge(self) -> Iterator[Outcome]:
        """End workers that go beyond a limit; bury those that have ended."""
        for worker in list(self._workers):
            if worker.began is not None and worker.why is None:
                self._hold_to_limits(worker, next(iter(worker.sent.values())))
            if worker.inbox.ended:
                self._workers.remove(worker)
                yield from self._bury(worker)

    def _hold_to_limits(self, worker: _Worker, job: Job) -> None:
        spent, grown = time.monotonic() - (worker.began or 0.0), resident_mb(worker.pid) - worker.resident
        worker.peak = max(worker.peak, grown)
        if spent > job.limits.seconds + _GRACE:
            worker.why = "time_limit", f"{spent:,.0f} seconds are over the limit seconds={job.limits.seconds} (raise it with --limit seconds=…)"
        elif grown > job.limits.memory_mb:
            worker.why = "memory_limit", f"{grown:,.0f} MB are over the limit memory_mb={job.limits.memory_mb} (raise it with --limit memory_mb=…)"
        else:
            return
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)

    def _bury(self, worker: _Worker) -> Iterator[Outcome]:
        """Settle the jobs of a worker that has ended: the one in work is tried again or given up, the others are given to another."""
        assert self._nursery is not None
        status = self._nursery.end_of(worker.pid)
        innocent = status is None and worker.why is None and self._nursery.ended  # ended with the nursery, not over its document
        jobs = list(worker.sent.values())
        first, rest = (jobs[0], jobs[1:]) if jobs and worker.began is not None and not innocent else (None, jobs)
        self._returned.extendleft(reversed(rest))
        if first is not None:
            code, reason = worker.why or _reason(status)
            self._tries[first.location] = self._tries.get(first.location, 0) + 1
            trace = _tail(worker.errors)
            _log.warning("%s: %s; %s", first.shown, reason, "tried again later" if self._tries[first.location] < _TRIES else "given up")
            if self._tries[first.location] < _TRIES:
                self._again.append(first)
            else:
                del self._tries[first.location]
                seconds = {"parse": time.monotonic() - (worker.began or 0.0)}
                yield Outcome(first, None, first.sha256, code, reason, trace, ended=True, seconds=seconds, growth_mb=worker.peak)
        self._dismiss(worker)

    def _dismiss(self, worker: _Worker) -> None:
        """Close a worker's pipes; it ends when it has nothing left to read."""
        os.close(worker.jobs)
        os.close(worker.inbox.pipe)
        worker.errors.close()


def _reason(status: int | None) -> tuple[str, str]:
    """Code and reason of a worker that ended by itself."""
    if status == OUT_OF_MEMORY:
        return "memory_limit", "memory ran out (raise the limit with --limit memory_mb=…)"
    if status is None or status >= 0:
        return "worker_crashed", f"its worker ended (exit status {status})"
    name = _REASONS.get(-status, "")
    code = "worker_killed" if -status == signal.SIGKILL else "worker_crashed"
    return code, f"its worker was ended by signal {-status}{f' ({name})' if name else ''}"


def _tail(errors: IO[bytes]) -> str | None:
    """The last of what a worker printed: where a native library crashed."""
    errors.seek(0, os.SEEK_END)
    errors.seek(max(errors.tell() - 2000, 0))
    return errors.read().decode("utf-8", "replace").strip() or None


__all__ = ["Supervisor"]
