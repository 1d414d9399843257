"""Pauses after wrong passwords: for a name from one address, for a name from anywhere, for an address with any names."""

from __future__ import annotations

import ipaddress
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

# wrong tries that cost nothing, and the longest pause in seconds. A name alone pauses shortly only: else whoever knows it could lock its owner out
FREE = {"both": (4, 900.0), "name": (30, 60.0), "address": (20, 900.0)}
FORGOTTEN = 3600.0  # seconds after the last try
MOST = 20_000


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    until: float = 0.0
    last: float = 0.0


@dataclass(slots=True)
class Attempts:
    """What was tried of late. A try counts as wrong from its beginning, so that many at once gain nothing."""

    clock: Callable[[], float] = time.monotonic
    _kept: OrderedDict[tuple[str, ...], _Tries] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, address: str, name: str) -> float:
        """Seconds to wait before the next try; 0 where this one may go on, and then it counts."""
        now = self.clock()
        with self._lock:
            mine = [self._tries(key, now) for key in _keys(address, name)]
            wait = max(one.until - now for one in mine)
            if wait > 0:
                return wait
            for one, (free, longest) in zip(mine, FREE.values(), strict=True):
                one.wrong, one.last = one.wrong + 1, now
                if one.wrong > free:
                    one.until = now + min(longest, 2.0 ** min(one.wrong - free, 20))
            return 0.0

    def right(self, address: str, name: str) -> None:
        """The password was right: the name from this address begins anew; the address keeps what it tried with other names."""
        now = self.clock()
        with self._lock:
            for kind, key in zip(FREE, _keys(address, name), strict=True):
                if kind == "both":
                    self._kept.pop(key, None)
                else:
                    tries = self._tries(key, now)
                    tries.wrong, tries.until = max(0, tries.wrong - 1), 0.0

    def _tries(self, key: tuple[str, ...], now: float) -> _Tries:
        found = self._kept.get(key)
        if found is None or now - max(found.last, found.until) > FORGOTTEN:
            found = self._kept[key] = _Tries()
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found


def _keys(address: str, name: str) -> tuple[tuple[str, ...], ...]:
    where, who = _network(address), unicodedata.normalize("NFKC", name[:200]).casefold()
    return ("both", where, who), ("name", who), ("address", where)


def _network(address: str) -> str:
    """An address; of IPv6 its network of 64 bits, which one household has whole."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
