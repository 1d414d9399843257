"""Engines: where documents are read. `open_engine` gives the one asked for; each turns jobs into outcomes and takes jobs only as it has room."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from typing import Protocol

from pipeline.engines.supervisor import Supervisor
from pipeline.work import Job, Outcome, perform
from schemas.errors import ZhibiaoError


class Engine(Protocol):
    """Reads documents."""

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome | None]:
        """Outcomes as they come, in no order; None now and then while none comes. Raises RuleError or ModelError where no document can be read."""

    def close(self) -> None:
        """End what was started."""


class Inline:
    """One document after another in this process, without isolation: for tests and for looking into a fault."""

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome | None]:
        """Outcomes in the order of the jobs."""
        for job in jobs:
            yield perform(job)

    def close(self) -> None:
        """Nothing was started."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_engine(address: str | None = None, workers: int | None = None, second: bool = True) -> Engine:
    """The engine at an address (a Dask scheduler: tcp://host:8786), or `workers` processes of this machine (default: one a core; 0: this process).

    `second`: whether the second reader is needed. Raises ZhibiaoError where the address is none or does not answer.
    """
    if address is not None:
        if not address.startswith(("tcp://", "tls://", "inproc://")):
            raise ZhibiaoError(f"{address}: no engine; name the scheduler of a Dask cluster: tcp://host:8786")
        from pipeline.engines.cluster import Cluster

        return Cluster(address)
    if workers == 0:
        return Inline()
    return Supervisor(cores() if workers is None else workers, prepare=f"pipeline.work:warm{'' if second else '_rules'}")


__all__ = ["Engine", "Inline", "Supervisor", "cores", "open_engine"]
