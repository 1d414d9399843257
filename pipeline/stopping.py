"""Stopping where it is safe: a signal is remembered, and work looks for it between two steps; nothing is interrupted inside a transaction."""

from __future__ import annotations

import signal
import time
from types import FrameType


class Stop:
    """Whether somebody asked to stop. Its lock-free flag may be set by a signal handler at any moment, which a `threading.Event` may not."""

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        """Ask to stop."""
        self._asked = True

    def is_set(self) -> bool:
        """Whether it was asked."""
        return self._asked

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is asked."""
        until = time.monotonic() + seconds
        while not self._asked and (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, 0.1))

    def on_signals(self) -> Stop:
        """Ask at the first SIGTERM or SIGINT; a second one interrupts at once."""

        def asked(*_: int | FrameType | None) -> None:
            if self._asked:
                raise KeyboardInterrupt
            self._asked = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, asked)
        return self
