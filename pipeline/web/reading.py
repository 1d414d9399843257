"""One reading in a process of its own: `zhibiao run` over the files of a job, its progress and its report.

Workers are forked by that process and never by this one, which has threads. The database's URL, which may hold a password, goes by environment.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.web.settings import Settings

LIST, LOG, REPORT, SAID = "paths.list", "run.log", "report.json", "errors.log"  # beside the files of a job
_ROOT = Path(__file__).parents[2]
_LOOK = 0.2  # seconds between two looks
_GRACE = 30.0  # seconds in which a run that was told to stop ends by itself: it stores what it has read


@dataclass(slots=True)
class Progress:
    """How far a reading is. `last`: the document that was done last; `phase`: starting, reading or publishing."""

    total: int
    done: int = 0
    failed: int = 0
    last: str | None = None
    phase: str = "starting"
    _at: int = 0

    def take(self, log: Path) -> None:
        """Go on where the log was read to; a line that is not whole yet waits."""
        with suppress(OSError), log.open("rb") as file:
            file.seek(self._at)
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                self._at += len(raw)
                self._line(raw)

    def _line(self, raw: bytes) -> None:
        with suppress(ValueError):
            said = json.loads(raw)
            if "what" in said:
                self.phase = "reading"
                self.done, self.last = self.done + 1, str(said.get("document"))
                self.failed += said["what"] in ("failed", "quarantined")
            elif "report" in said:
                self.phase = "publishing"


@dataclass(slots=True)
class Reading:
    """A run over paths; what it writes stands in `folder`. Paths below `base` are called by where they are in it. `stop()` may be called from any
    thread."""

    settings: Settings
    folder: Path
    base: Path
    progress: Progress
    force: bool = False
    _process: subprocess.Popen[bytes] | None = None
    _asked: float | None = field(default=None)

    @property
    def process(self) -> int | None:
        """The number of its process."""
        return self._process.pid if self._process else None

    def begin(self, paths: Sequence[str]) -> None:
        """Start the process. Raises OSError where it cannot be started."""
        called = [os.path.relpath(path, self.base) if path.startswith(f"{self.base}{os.sep}") else path for path in paths]
        (self.folder / LIST).write_text("".join(f"{path}\n" for path in called), "utf-8", "surrogateescape")
        for name in (LOG, REPORT, SAID):
            (self.folder / name).unlink(missing_ok=True)
        environment = {**os.environ, "ZHIBIAO_DB": from_anywhere(self.settings.database)}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        with (self.folder / REPORT).open("wb") as out, (self.folder / SAID).open("wb") as errors:
            streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": errors}
            self._process = subprocess.Popen(self._command(), cwd=self.base, env=environment, start_new_session=True, **streams)  # type: ignore[call-overload]

    def _command(self) -> list[str]:
        settings, folder = self.settings, self.folder
        command = [sys.executable, "-m", "pipeline.cli", "run", "--list", str(folder / LIST), "--out", str(settings.out.absolute()), "--json"]
        command += ["--log", str(folder / LOG), "--readers", settings.readers, *(["--force"] if self.force else [])]
        return command + [part for limit in settings.limits for part in ("--limit", limit)]

    def stop(self) -> None:
        """Tell it to end; what it has read it stores first."""
        if self._process and self._process.poll() is None and self._asked is None:
            self._asked = time.monotonic()
            self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Its exit status, when it has ended; one that does not end when told to is killed, with all that it started."""
        assert self._process is not None
        while (status := self._process.poll()) is None:
            self.progress.take(self.folder / LOG)
            if self._asked is not None and time.monotonic() - self._asked > _GRACE:
                with suppress(OSError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            time.sleep(_LOOK)
        self.progress.take(self.folder / LOG)
        return status

    def report(self) -> dict[str, Any] | None:
        """What the run tells at its end; None where it could not."""
        with suppress(OSError, ValueError):
            said = json.loads((self.folder / REPORT).read_text("utf-8").strip().rpartition("\n")[2])
            return said if isinstance(said, dict) else None
        return None

    def complaint(self, hide: Callable[[str], str]) -> str:
        """The last line that it wrote to standard error; `hide` takes passwords out."""
        with suppress(OSError):
            lines = (self.folder / SAID).read_text("utf-8", "replace").strip().splitlines()
            return hide(lines[-1].strip())[:500] if lines else ""
        return ""


def from_anywhere(url: str) -> str:
    """A database's URL that is the same in every folder: a file of SQLite is named by its whole path."""
    found = re.fullmatch(r"(sqlite(?:\+\w+)?:///)([^/].*)", url)
    return f"{found[1]}{os.path.abspath(found[2])}" if found else url


def end_orphan(process: int, folder: Path) -> None:
    """Tell a reading to end that outlived its server: one whose command names the folder of the job."""
    with suppress(OSError):
        command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        if os.fsencode(folder / LIST) in command:
            os.kill(process, signal.SIGTERM)
