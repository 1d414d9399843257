"""One worker as its parent sees it: the jobs in its hands, what it says, the limits it is held to, and how it ended."""

from __future__ import annotations

import os
import pickle
import select
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pipeline.engines import wire
from pipeline.engines.nursery import OUT_OF_MEMORY, Nursery
from pipeline.work import Job
from schemas.limits import resident_mb

GRACE = 2.0  # seconds over the limit, in which a parser may still say itself what took so long
_AHEAD_BYTES = 4000  # of jobs that wait in a pipe: the smallest pipe holds them, so that writing to a worker that is busy never waits
_TAIL = 2000  # bytes of what it printed last
_NAMES: dict[int, str] = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "abort",
    signal.SIGBUS: "bus error",
    signal.SIGKILL: "killed",
    signal.SIGFPE: "arithmetic error",
}


@dataclass(frozen=True, slots=True)
class End:
    """How a worker ended: the job that it was reading (None where that was not the cause), those it had not begun, code and reason."""

    first: Job | None
    rest: list[Job]
    code: str
    reason: str
    trace: str | None
    seconds: float
    peak_mb: float


class Worker:
    """A forked process that reads jobs one after the other. Raises EOFError where the nursery has ended."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 – it lives as long as the worker
        (take, self._jobs), (results, give) = os.pipe(), os.pipe()
        try:
            self.pid = nursery.fork(take, give, self._errors.fileno())
        except EOFError:
            os.close(self._jobs)
            os.close(results)
            self._errors.close()
            raise
        finally:
            os.close(take)
            os.close(give)
        self.inbox = wire.Inbox(results)
        self.resident = resident_mb(self.pid)
        self.sent: dict[int, Job] = {}  # number → job, in order; the first is in work where `began` says since when
        self.began: float | None = None
        self._sizes: dict[int, int] = {}  # bytes of the jobs that are not begun
        self._peak = 0.0
        self._condemned: tuple[int, str, str] | None = None  # number of the job over which we ended it, code, reason

    def has_room(self, ahead: int) -> bool:
        """Whether it holds at most `ahead` jobs, and its pipe surely takes another."""
        return not self.sent or (len(self.sent) <= ahead and sum(self._sizes.values()) < _AHEAD_BYTES // 2)

    def give(self, number: int, job: Job) -> bool:
        """Hand it a job; False where the job is too large to wait in the pipe of a worker that is busy."""
        message = pickle.dumps((number, job))
        if self.sent and sum(self._sizes.values()) + len(message) > _AHEAD_BYTES:
            return False
        self.sent[number], self._sizes[number] = job, len(message) + wire.HEAD
        with suppress(OSError):  # it has just ended: that is seen at the next look, and its jobs are given to others
            wire.send(self._jobs, message)
        return True

    def hear(self) -> list[tuple[str, Any]]:
        """What it says: `done` with an outcome, `raised` with an error, `note` with a line for the log."""
        said = []
        for message in self.inbox.messages():
            number, what, content = pickle.loads(message)
            if what == "began":
                self._sizes.pop(number, None)
                self.began, self._peak = time.monotonic(), 0.0
                os.ftruncate(self._errors.fileno(), 0)
                os.lseek(self._errors.fileno(), 0, os.SEEK_SET)  # the worker writes through the same description
                continue
            if what != "note":
                del self.sent[number]
                self.began = None
            said.append((what, content))
        return said

    def grown_mb(self) -> float:
        """By how much it has grown since it was forked."""
        return resident_mb(self.pid) - self.resident

    def hold_to_limits(self) -> None:
        """End it where its document goes beyond a limit; not while it has something to say."""
        if self.began is None or self._condemned or select.select([self.inbox.pipe], [], [], 0)[0]:
            return
        number, job = next(iter(self.sent.items()))
        spent, grown = time.monotonic() - self.began, self.grown_mb()
        self._peak = max(self._peak, grown)
        if spent > job.limits.seconds + GRACE:
            over = "time_limit", f"{spent:,.0f} seconds are over the limit seconds={job.limits.seconds} (raise it with --limit seconds=…)"
        elif grown > job.limits.memory_mb:
            over = "memory_limit", f"{grown:,.0f} MB are over the limit memory_mb={job.limits.memory_mb} (raise it with --limit memory_mb=…)"
        else:
            return
        self._condemned = number, *over
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> End:
        """How it ended, once its pipe has."""
        status = self._nursery.end_of(self.pid)
        jobs = list(self.sent.items())
        guilty = bool(jobs) and self.began is not None
        if self._condemned and (not guilty or jobs[0][0] != self._condemned[0]):
            guilty = False  # it had finished what it was ended over
        elif not self._condemned and status is None and self._nursery.ended:
            guilty = False  # it ended with the nursery
        code, reason = self._condemned[1:] if self._condemned else _reason(status)
        first = jobs[0][1] if guilty else None
        seconds = time.monotonic() - (self.began or time.monotonic())
        return End(first, [job for _, job in jobs[guilty:]], code, reason, self._tail(), seconds, self._peak)

    def _tail(self) -> str | None:
        """The last of what it printed: where a native library crashed."""
        size = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), _TAIL, max(size - _TAIL, 0)).decode("utf-8", "replace").strip("\0\n ") or None

    def dismiss(self) -> None:
        """Close its pipes, so that it ends when it has nothing left to read, and clear away what it left."""
        os.close(self._jobs)
        os.close(self.inbox.pipe)
        self._errors.close()
        shutil.rmtree(self._nursery.folder_of(self.pid), ignore_errors=True)


def _reason(status: int | None) -> tuple[str, str]:
    """Code and reason of a worker that ended by itself."""
    if status == OUT_OF_MEMORY:
        return "memory_limit", "memory ran out (raise the limit with --limit memory_mb=…)"
    if status is None or status >= 0:
        return "worker_crashed", f"its worker ended (exit status {status})"
    name = _NAMES.get(-status, "")
    code = "worker_killed" if -status == signal.SIGKILL else "worker_crashed"
    return code, f"its worker was ended by signal {-status}{f' ({name})' if name else ''}"
