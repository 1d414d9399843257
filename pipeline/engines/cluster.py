"""An existing Dask cluster as an engine: documents are read on its workers, each in a supervised process of its own."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from pipeline import versions
from pipeline.engines.supervisor import Supervisor
from pipeline.work import Job, Outcome
from schemas.errors import ZhibiaoError

_AHEAD = 4  # documents a thread of the cluster that are on their way: back-pressure for the rest
_TRIES = 2
_here = threading.local()


def read(job: Job) -> Outcome:
    """Read a document on a worker of the cluster, in a process beside it: what ends that process does not end the worker."""
    kept: dict[bool, Supervisor] = _here.__dict__.setdefault("supervisors", {})
    if job.second not in kept:
        kept[job.second] = Supervisor(1, prepare=f"pipeline.work:warm{'' if job.second else '_rules'}")
    (outcome,) = (found for found in kept[job.second].run([job]) if found is not None)
    return outcome


def version_of_worker() -> str:
    """What rows that a worker makes are made from."""
    return str(versions.upstream())


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, address: str, seconds: float = 20.0) -> None:
        """`seconds`: how long the scheduler has to answer.

        Raises ZhibiaoError where none answers, it has no workers, or they run another version of zhibiao.
        """
        try:
            self._client: Any = Client(address, timeout=seconds, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise ZhibiaoError(f"{address}: no scheduler answers ({error}); start one: dask scheduler --port 8786") from error
        found: dict[str, str] = self._client.run(version_of_worker)
        mine = version_of_worker()
        other = sorted(worker for worker, version in found.items() if version != mine)
        if other or not found:
            self.close()
            fault = (
                f"the workers {', '.join(other)} run another version of zhibiao, its vocabularies or its libraries" if other else "it has no workers"
            )
            raise ZhibiaoError(f"{address}: {fault}; start workers from the same installation: dask worker {address} --nthreads 1")

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome | None]:
        """Outcomes as they come; a few documents a thread are on their way at a time. A job whose worker is lost goes to another one."""
        source, waiting = iter(jobs), as_completed(loop=self._client.loop)  # type: ignore[no-untyped-call]
        sent: dict[Any, tuple[Job, int]] = {}
        while True:
            for job in _some(source, self._room() - len(sent)):
                self._submit(job, 1, sent, waiting)
            if not sent:
                return
            future = next(waiting)
            job, tries = sent.pop(future.key)
            yield from self._settle(future, job, tries, sent, waiting)

    def _room(self) -> int:
        return int(max(sum(self._client.nthreads().values()), 1)) * _AHEAD

    def _submit(self, job: Job, tries: int, sent: dict[Any, tuple[Job, int]], waiting: Any) -> None:
        future = self._client.submit(read, job, pure=False)
        sent[future.key] = job, tries
        waiting.add(future)

    def _settle(self, future: Any, job: Job, tries: int, sent: dict[Any, tuple[Job, int]], waiting: Any) -> Iterator[Outcome]:
        """The outcome of a future; a job whose workers were lost, several times by the scheduler's count, is sent once more, then given up."""
        error = future.exception() if future.status != "finished" else None
        if error is None and future.status == "finished":
            yield future.result()
        elif isinstance(error, KilledWorker) or future.status in ("lost", "cancelled"):
            if tries < _TRIES:
                self._submit(job, tries + 1, sent, waiting)
            else:
                yield Outcome(job, None, job.sha256, "worker_killed", f"workers of the cluster were lost over it ({error})", ended=True)
        else:
            raise error or ZhibiaoError(f"{job.shown}: the cluster gave no result ({future.status})")
        future.release()

    def close(self) -> None:
        """Leave the cluster; what it was reading for us is given up."""
        self._client.close()


def _some(source: Iterator[Job], count: int) -> Iterator[Job]:
    for _ in range(count):
        job = next(source, None)
        if job is None:
            return
        yield job
