"""Who is logged in: kept by the server in memory, so that a restart ends all sessions."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

IDLE, LONGEST = 4 * 3600.0, 24 * 3600.0  # seconds
MOST, MOST_EACH = 5000, 20


@dataclass(slots=True)
class Session:
    """One login. `password`: what was stored of it then, so that a new one ends the session. Times are of a steady clock, in seconds."""

    name: str
    password: str
    csrf: str
    made: float
    seen: float


@dataclass(slots=True)
class Sessions:
    """Sessions by a hash of their ids, the longest unused first."""

    clock: Callable[[], float] = time.monotonic
    _kept: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, name: str, password: str) -> str:
        """Begin one; gives its id, 256 random bits."""
        made, now = secrets.token_urlsafe(32), self.clock()
        with self._lock:
            mine = [key for key, one in self._kept.items() if one.name == name]
            for key in mine[: max(0, len(mine) - MOST_EACH + 1)]:
                del self._kept[key]
            while len(self._kept) >= MOST:
                self._kept.popitem(last=False)
            self._kept[_key(made)] = Session(name, password, secrets.token_urlsafe(32), now, now)
        return made

    def find(self, given: str) -> Session | None:
        """The session of an id, None where there is none or it has ended; it counts as used now."""
        now, key = self.clock(), _key(given)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if now - found.seen > IDLE or now - found.made > LONGEST:
                del self._kept[key]
                return None
            found.seen = now
            self._kept.move_to_end(key)
            return found

    def end(self, given: str) -> None:
        """End a session."""
        with self._lock:
            self._kept.pop(_key(given), None)

    def end_all(self, name: str) -> None:
        """End all sessions of a person."""
        with self._lock:
            for key in [key for key, one in self._kept.items() if one.name == name]:
                del self._kept[key]

    def count(self, name: str) -> int:
        """How many sessions of a person are open."""
        now = self.clock()
        with self._lock:
            return sum(one.name == name and now - one.seen <= IDLE and now - one.made <= LONGEST for one in self._kept.values())


def _key(given: str) -> str:
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
