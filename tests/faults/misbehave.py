"""A task for workers that does what the first word of a document says: hang, crash, eat memory, or read it as usual."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.work import Job, Outcome
from pipeline.work import perform as read


def perform(job: Job) -> Outcome:
    """Misbehave as told, else read the document."""
    path = Path(job.path)
    word, _, rest = path.read_text("utf-8", "replace").partition("\n")[0].partition(" ")
    if word == "hang":
        time.sleep(3600)
    elif word == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif word == "segfault":
        ctypes.string_at(0)
    elif word == "abort":
        os.abort()
    elif word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "exit":
        os._exit(3)
    elif word == "eat":
        kept = []
        while True:
            kept.append(b"x" * 10_000_000)
            time.sleep(0.002)
    elif word == "gulp":
        bytearray(60_000_000_000)
    elif word == "child":  # leaves a process that would outlive it, in a session of its own, as converters do
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"], start_new_session=True)
        Path(rest).write_text(str(child.pid))
        time.sleep(3600)
    elif word == "litter":
        Path(tempfile.mkdtemp(prefix="litter"), "x").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "once" and not Path(rest).exists():
        Path(rest).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "sleep":
        time.sleep(float(rest))
    return read(job)
