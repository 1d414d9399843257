"""What a run shows while it works: nothing, plain lines for a log, or a bar on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

_EVERY = 10.0  # seconds between two lines of a log, once a run takes longer than a few documents
_FIRST = 20  # documents that have a line of their own


class Silent:
    """Shows nothing; the others show more."""

    def begin(self, total: int) -> None:
        """The number of documents is known."""

    def done(self, name: str, what: str) -> None:
        """A document is done; `what`: stored, unchanged, failed or quarantined."""

    def end(self) -> None:
        """The run is over."""


class Lines(Silent):
    """A line for each of the first documents and each failure, then one every ten seconds with count, rate, time left and failures."""

    def __init__(self, write: Callable[[str], Any] | None = None) -> None:
        self._write = write or (lambda line: print(line, file=sys.stderr, flush=True))
        self._total = self._count = self._failed = 0
        self._begun = self._last = time.monotonic()

    def begin(self, total: int) -> None:
        """Remember how many there are."""
        self._total = total

    def done(self, name: str, what: str) -> None:
        """Count, and write a line where one is due."""
        self._count += 1
        bad = what in ("failed", "quarantined")
        self._failed += bad
        now = time.monotonic()
        if bad or self._count <= _FIRST or self._count == self._total or now - self._last >= _EVERY:
            self._last = now
            self._write(f"[{self._count}/{self._total}] {name}: {what}{self._pace(now) if self._count > _FIRST else ''}")

    def _pace(self, now: float) -> str:
        rate = self._count / max(now - self._begun, 1e-9)
        left = (self._total - self._count) / rate
        return f" ({rate:,.1f} documents/s, {_clock(left)} left, {self._failed} failed)"


class Bar(Silent):
    """A bar with rate, time left and failures."""

    def __init__(self) -> None:
        self._bar: RichProgress | None = None
        self._task: Any = None
        self._count = self._failed = 0
        self._begun = time.monotonic()

    def begin(self, total: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
        self._bar = Progress(*columns, TextColumn("[red]{task.fields[failed]}"), console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("读取", total=total, rate="", failed="")
        self._bar.start()

    def done(self, name: str, what: str) -> None:
        """Move the bar; name a failure above it."""
        if self._bar is None:
            return
        if what in ("failed", "quarantined"):
            self._failed += 1
            self._bar.console.print(f"{name}: {what}", markup=False, style="red")
        self._count += 1
        rate = self._count / max(time.monotonic() - self._begun, 0.1)  # of the whole run: documents are told some at a time
        shown = f"{self._failed} failed" if self._failed else ""
        self._bar.update(self._task, advance=1, rate=f"{rate:,.1f}/s", failed=shown)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
