"""The nursery: a process that has loaded rules, vocabularies and the model, and forks workers that share them.

It holds no connection to a database and has no threads, so a fork of it is safe at any time. Workers end when it ends, and it ends when the
process that started it does; what a worker leaves running (a converter) is ended with it.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import logging
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from pipeline.engines import wire

OUT_OF_MEMORY = 77  # exit status of a worker whose memory ran out
_PARENT_DEATH_SIGNAL, _CHILD_SUBREAPER = 1, 36  # of prctl(2)
_PIPE_BYTES = 1 << 20  # room for some results while the parent writes to the database
_ADDRESSES_MB = 4000  # libraries reserve more addresses than they use memory
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of fcntl(2)


class Nursery:
    """The parent's side: starts the process, asks it for workers, hears how they ended."""

    def __init__(self, task: str, prepare: str | None = None) -> None:
        """`task`: module:function of a job, and `prepare`: of what is called once before workers are forked."""
        self._socket, theirs = socket.socketpair()
        self._folder = tempfile.mkdtemp(prefix="zhibiao-")  # workers make their temporary files in it
        paths = [p or os.getcwd() for p in sys.path]
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # workers share the cores among themselves
        start = "from pipeline.engines.nursery import main; main()"
        command = [sys.executable, "-P", "-c", start, str(theirs.fileno()), task, prepare or "", self._folder]
        self.process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | one | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        theirs.close()
        self._heard = b""
        self._ends: dict[int, int] = {}

    def fork(self, jobs: int, results: int, errors: int) -> int:
        """A new worker's process id; it reads jobs from a pipe, writes results to a pipe and errors to a file.

        Raises EOFError where the nursery has ended.
        """
        try:
            socket.send_fds(self._socket, [b"fork\n"], [jobs, results, errors])
        except OSError as error:
            raise EOFError("the nursery has ended") from error
        while "forked" not in (said := self._hear() or {}):
            self._note(said)
        self._ends.pop(said["forked"], None)  # numbers of processes are used again
        return int(said["forked"])

    def end_of(self, worker: int, seconds: float = 1.0) -> int | None:
        """How a worker ended: its exit status, minus the number of the signal that ended it; None where the nursery cannot tell."""
        with suppress(EOFError):
            while worker not in self._ends and (said := self._hear(seconds)) is not None:
                self._note(said)
        return self._ends.pop(worker, None)

    def folder_of(self, worker: int) -> str:
        """The folder of a worker's temporary files."""
        return os.path.join(self._folder, str(worker))

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def _hear(self, seconds: float | None = None) -> dict[str, Any] | None:
        """The next thing it says; None where it says nothing for so long."""
        while b"\n" not in self._heard:
            if self._socket.fileno() < 0:
                raise EOFError("the nursery was closed")
            if not select.select([self._socket], [], [], seconds)[0]:
                return None
            part = self._receive()
            if not part:
                raise EOFError("the nursery has ended")
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return dict(json.loads(line))

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(4096)
        except ConnectionError:
            return b""

    def _note(self, said: dict[str, Any]) -> None:
        if "ended" in said:
            self._ends[said["ended"]] = said["status"]

    def close(self) -> None:
        """End it, and with it all workers."""
        self._socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def main() -> None:
    """The nursery's own process: prepare, then fork a worker for each request until the parent ends."""
    control = socket.socket(fileno=int(sys.argv[1]))
    task, prepare = _named(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _prctl(_CHILD_SUBREAPER, 1)
    if prepare:
        _named(prepare)()
    gc.collect()
    gc.freeze()  # the collector of a worker does not touch, and so not copy, what all share
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, _noted)
    workers: set[int] = set()
    while True:
        ready = select.select([control.fileno(), woken], [], [])[0]
        if woken in ready:
            os.read(woken, 4096)
            _reap(workers, control)
        if control.fileno() in ready and not _answer(control, task, workers):
            break
    for worker in workers:
        _kill(worker)
    _kill_adopted(set())
    shutil.rmtree(sys.argv[4], ignore_errors=True)
    os._exit(0)


def _named(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _noted(_: int, __: FrameType | None) -> None:
    """A child ended: `signal.set_wakeup_fd` has woken the loop, which asks for it."""


def _answer(control: socket.socket, task: Callable[..., Any], workers: set[int]) -> bool:
    """Fork a worker for one request; whether the parent is still there."""
    try:
        said, fds, _, _ = socket.recv_fds(control, 16, 3)
    except ConnectionError:
        return False
    if not said:
        return False
    jobs, results, errors = fds
    worker = os.fork()
    if worker == 0:
        control.close()
        _serve(jobs, results, errors, task)
    for fd in fds:
        os.close(fd)
    workers.add(worker)
    control.sendall(json.dumps({"forked": worker}).encode() + b"\n")
    return True


def _reap(workers: set[int], control: socket.socket) -> None:
    """Tell the parent of each worker that has ended, and end what it left running."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in workers:
            workers.discard(pid)
            _kill_adopted(workers)
            with suppress(OSError):  # the parent has ended: the loop sees it next
                control.sendall(json.dumps({"ended": pid, "status": os.waitstatus_to_exitcode(status)}).encode() + b"\n")


def _kill_adopted(workers: set[int]) -> None:
    """End the children that are no workers: what ended workers had started."""
    with suppress(OSError):  # a system without this file adopts nothing
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            if int(child) not in workers:
                _kill(int(child))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _serve(jobs: int, results: int, errors: int, task: Callable[..., Any]) -> None:
    """A worker's life: job after job until the pipe ends. What is printed goes to the file of errors."""
    parent = os.getppid()
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        os.dup2(errors, 1)
        os.dup2(errors, 2)
        _enlarge(results)
        tempfile.tempdir = os.environ["TMPDIR"] = os.path.join(sys.argv[4], str(os.getpid()))
        os.makedirs(tempfile.tempdir)
        notes = _Notes()
        logging.getLogger("pipeline").addHandler(notes)
        import faulthandler

        faulthandler.enable(file=2)
        while os.getppid() == parent and (message := wire.receive(jobs)) is not None:
            number, job = pickle.loads(message)
            wire.send(results, pickle.dumps((number, "began", None)))
            _hold(job)
            try:
                done: tuple[int, str, Any] = (number, "done", task(job))
            except MemoryError:
                os._exit(OUT_OF_MEMORY)
            except Exception as error:  # what no document can be read with: the parent stops
                done = (number, "raised", error)
            for note in notes.taken():
                wire.send(results, pickle.dumps((number, "note", note)))
            wire.send(results, pickle.dumps(done, protocol=5))
    except OSError:
        os._exit(0)  # the parent has ended
    except BaseException:  # a fault of ours around the job: told with the job, not hidden
        traceback.print_exc()
        os._exit(1)
    os._exit(0)  # no more jobs


class _Notes(logging.Handler):
    """What is logged while a job is done, for the parent to log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())

    def taken(self) -> list[str]:
        """The lines since the last call."""
        lines, self._lines = self._lines, []
        return lines


def _hold(job: Any) -> None:
    """Bound the address space, so that one allocation without measure fails at once; growth by small steps is seen by the parent."""
    import resource

    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere nothing says how much there is already
        now = int(statm.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        wanted = now + (job.limits.memory_mb + _ADDRESSES_MB) * 1_000_000
        with suppress(ValueError, OSError):  # a system that does not let us
            resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _enlarge(pipe: int) -> None:
    import fcntl

    with suppress(OSError):  # a system with less room for pipes
        fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE_BYTES)


def _prctl(option: int, value: int) -> None:
    """Ask Linux for a property of this process; other systems go without it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
