"""A run on many workers with one writer, document by document: what the closed formula of `scaling` leaves out must be small.

A coordinator gives documents to workers while fewer than `ahead` for each worker are on their way (given, being read, or waiting to be stored),
and stores one result after another. A worker that is lost gives its document back and is replaced; a document that ends the process that reads it is
read once more and then given up.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Site:
    """Workers, and times in seconds: `serial` is what the coordinator spends on a document, `life` the mean time until a worker is lost.

    `restart`: until a lost worker is replaced. `crash`: share of the documents that end the process they are read in, each time; `fork`: until
    there is another.
    """

    workers: int
    serial: float
    ahead: int = 4
    life: float = math.inf
    restart: float = 10.0
    crash: float = 0.0
    fork: float = 0.1


@dataclass(slots=True)
class Made:
    """What a simulated run took: seconds until all is stored, documents stored and given up, readings lost, most documents on their way, share of
    the time that workers read and that the coordinator stores."""

    seconds: float = 0.0
    stored: int = 0
    given_up: int = 0
    lost: int = 0
    most_on_way: int = 0
    reading: float = 0.0
    storing: float = 0.0


@dataclass(slots=True)
class _State:
    """Queues of the simulation; times are those of its own clock."""

    now: float = 0.0
    to_come: int = 0  # the first document that has not been given out
    on_way: int = 0
    ready: deque[int] = field(default_factory=deque)
    done: deque[int] = field(default_factory=deque)
    idle: int = 0
    storing: bool = False
    tries: dict[int, int] = field(default_factory=dict)
    events: list[tuple[float, int, str, int]] = field(default_factory=list)
    count: int = 0

    def after(self, seconds: float, what: str, job: int = -1) -> None:
        """Something will happen; what happens at the same time happens in the order of these calls."""
        self.count += 1
        heapq.heappush(self.events, (self.now + seconds, self.count, what, job))


def simulate(works: Sequence[float], site: Site, seed: int = 1) -> Made:
    """A run over documents that take `works` seconds to read. The same arguments give the same run."""
    draw, state, made = random.Random(seed), _State(idle=site.workers), Made()
    crashing = {job for job in range(len(works)) if draw.random() < site.crash}
    while True:
        while state.to_come < len(works) and state.on_way < site.workers * site.ahead:
            state.ready.append(state.to_come)
            state.to_come += 1
            state.on_way += 1
        made.most_on_way = max(made.most_on_way, state.on_way)
        while state.idle and state.ready:
            _read(state, works, site, crashing, draw, made)
        if state.done and not state.storing:
            state.storing = True
            state.after(site.serial, "stored", state.done.popleft())
        if not state.events:
            break
        state.now, _, what, job = heapq.heappop(state.events)
        _happens(what, job, state, site, made)
    made.seconds = state.now
    made.reading /= max(state.now * site.workers, 1e-9)
    made.storing = (made.stored + made.given_up) * site.serial / max(state.now, 1e-9)
    return made


def _read(state: _State, works: Sequence[float], site: Site, crashing: set[int], draw: random.Random, made: Made) -> None:
    """A free worker takes the next document; the time until it is lost has no memory, so it is drawn anew for each."""
    job = state.ready.popleft()
    state.idle -= 1
    ends = draw.expovariate(1 / site.life) if math.isfinite(site.life) else math.inf
    spent = min(works[job], ends)
    made.reading += spent
    state.after(spent, "lost" if ends < works[job] else "crashed" if job in crashing else "read", job)


def _happens(what: str, job: int, state: _State, site: Site, made: Made) -> None:
    """What an event changes."""
    if what == "stored":
        state.storing = False
        state.on_way -= 1
        if state.tries.get(job, 0) > 1:
            made.given_up += 1
        else:
            made.stored += 1
    elif what == "read":
        state.idle += 1
        state.done.append(job)
    elif what == "back":
        state.idle += 1
    else:
        state.after(site.restart if what == "lost" else site.fork, "back")
        made.lost += what == "lost"
        state.tries[job] = state.tries.get(job, 0) + (what == "crashed")
        if state.tries[job] > 1:
            state.done.append(job)
        else:
            state.ready.appendleft(job)


def closed(works: Sequence[float], site: Site) -> float:
    """Seconds by formula: whichever takes longer, all reading shared by the workers, or all storing by the one coordinator.

    A reading that is lost begins anew: with losses at a rate λ a document of s seconds takes (e^λs - 1) (1/λ + restart) of a worker on average.
    """
    rate = 1 / site.life

    def expected(seconds: float) -> float:
        return seconds if not rate else math.expm1(rate * seconds) * (1 / rate + site.restart)

    reading = sum(map(expected, works))
    reading += site.crash * (reading + 2 * site.fork * len(works))  # read twice, its process replaced twice
    return max(reading / site.workers, len(works) * site.serial)
