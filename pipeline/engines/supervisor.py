"""Workers of this machine under supervision, within limits of seconds and memory: what ends a worker costs the one document it was reading."""

from __future__ import annotations

import logging
import select
from collections import deque
from collections.abc import Generator, Iterable, Iterator

from pipeline.engines.nursery import Nursery
from pipeline.engines.worker import Worker
from pipeline.members import readable
from pipeline.work import Job, Outcome
from schemas.errors import ZhibiaoError

_log = logging.getLogger(__name__)
_TRIES = 2
_NURSERIES = 10  # in one run
_TICK = 0.1  # seconds between two looks at the workers
_AHEAD = 8  # jobs that wait in a worker's pipe, so that it never waits for the parent
_GROWN_MB = 600  # a worker that keeps so much more than it began with is replaced between two documents


class Supervisor:
    """An engine of worker processes. `run` may be called again, but not while it runs; `close` ends all workers."""

    def __init__(self, workers: int, task: str = "pipeline.work:perform", prepare: str | None = None) -> None:
        """`task`: module:function of a job, and `prepare`: of what is called once before workers are forked."""
        self._count = max(workers, 1)
        self._names = (task, prepare)
        self._nursery: Nursery | None = None
        self._workers: list[Worker] = []
        self._returned: deque[Job] = deque()  # not begun when their worker ended, or too large to wait
        self._again: deque[Job] = deque()  # ended their worker: tried again when all others are done
        self._nurseries = 0
        self._tries: dict[str, int] = {}
        self._number = 0

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome | None]:
        """Outcomes as they come. A job that ends its worker is tried once more, at the end; then its outcome says why, with `ended`.

        Raises what a job raises (RuleError, ModelError): no document can be read then. Jobs are taken only when there is room for them.
        None comes now and then while no outcome does.
        """
        source, more = iter(jobs), True
        self._nurseries = 0
        try:
            while True:
                more = self._feed(source, more)
                if not (more or self._returned or self._again or any(w.sent for w in self._workers)):
                    return
                yield from self._listen()
                yield from self._judge()
                yield None
        finally:  # left before its end: what is on its way belongs to nobody
            if any(w.sent for w in self._workers):
                self._drop()

    def close(self) -> None:
        """End all workers, also those at work."""
        self._drop()
        if self._nursery:
            self._nursery.close()
            self._nursery = None

    def _drop(self) -> None:
        """End all workers and forget all jobs."""
        for worker in self._workers:
            worker.kill()
            worker.dismiss()
        self._workers = []
        self._returned.clear()
        self._again.clear()
        self._tries.clear()

    def _feed(self, source: Iterator[Job], more: bool) -> bool:
        """Give jobs to workers, the idle ones first; whether the source may have more."""
        for ahead in range(_AHEAD):
            for worker in [*self._workers, *[None] * (self._count - len(self._workers))]:
                if worker is not None and not worker.has_room(ahead):
                    continue
                job = self._returned.popleft() if self._returned else next(source, None) if more else None
                more = more and job is not None
                if job is None and self._again and not any(len(w.sent) > 1 for w in self._workers):
                    job = self._again.popleft()
                if job is None:
                    return more
                self._number += 1
                if not (worker or self._hire()).give(self._number, job):
                    self._returned.appendleft(job)  # the next worker that is idle takes it
                    return more
        return more

    def _hire(self) -> Worker:
        """A new worker; a nursery that has ended is replaced. Raises ZhibiaoError where nurseries end again and again."""
        while True:
            if self._nursery is None or self._nursery.ended:
                self._renew()
            assert self._nursery is not None
            try:
                worker = Worker(self._nursery)
            except EOFError:
                continue
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
            for what, content in worker.hear():
                if what == "raised":
                    raise content
                if what == "note":
                    _log.warning("%s", content)
                    continue
                self._tries.pop(content.job.location, None)
                yield content
            if not worker.sent and worker.grown_mb() > _GROWN_MB:
                worker.dismiss()
                self._workers.remove(worker)

    def _judge(self) -> Iterator[Outcome]:
        """End workers that go beyond a limit; bury those that have ended."""
        for worker in list(self._workers):
            worker.hold_to_limits()
            if worker.inbox.ended:
                self._workers.remove(worker)
                yield from self._bury(worker)

    def _bury(self, worker: Worker) -> Iterator[Outcome]:
        """Settle the jobs of a worker that has ended: the one in work is tried again or given up, the others are given to another."""
        end = worker.end()
        worker.dismiss()
        self._returned.extendleft(reversed(end.rest))
        if end.first is None:
            return
        tries = self._tries[end.first.location] = self._tries.get(end.first.location, 0) + 1
        _log.warning("%s: %s; %s", readable(end.first.shown), end.reason, "tried again later" if tries < _TRIES else "given up")
        if tries < _TRIES:
            self._again.append(end.first)
            return
        del self._tries[end.first.location]
        seconds = {"parse": end.seconds}
        yield Outcome(end.first, None, end.first.sha256, end.code, end.reason, end.trace, ended=True, seconds=seconds, growth_mb=end.peak_mb)


__all__ = ["Supervisor"]
