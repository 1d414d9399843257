"""What the pages of one server share: the database, the settings, finished comparisons."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pipeline import store
from pipeline.web.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa
    from starlette.requests import Request

_T = TypeVar("_T")


@dataclass(slots=True)
class Kept:
    """The last results of dear questions, each asked once however many wait for it; older ones go first.

    Together they weigh `most` at most, by `weigh` (default: each 1); the last one is kept whatever it weighs.
    """

    most: int = 64
    weigh: Callable[[Any], int] = lambda _: 1
    _found: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asking: dict[Hashable, threading.Lock] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The result for a key, made where it is not kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return cast(_T, self._found[key])
            mine = self._asking.setdefault(key, threading.Lock())
        with mine:
            with self._lock:
                if key in self._found:
                    return cast(_T, self._found[key])
            try:
                made = make()
                with self._lock:
                    self._found[key] = made
                    while len(self._found) > 1 and sum(map(self.weigh, self._found.values())) > self.most:
                        self._found.popitem(last=False)
            finally:
                with self._lock:
                    self._asking.pop(key, None)
            return made


@dataclass(slots=True)
class Workbench:
    """One server. `kept`: results by what they were asked for and `version()` of the database; `parts`: what a part of it holds while it runs."""

    settings: Settings
    engine: sa.Engine
    kept: Kept = field(default_factory=Kept)
    parts: dict[str, Any] = field(default_factory=dict)

    def version(self) -> tuple[str, ...]:
        """What tells one state of the stored rows from another: results made in one state are not shown in the next."""
        return tuple(store.state(self.engine))


def workbench(request: Request) -> Workbench:
    """The server that a request came to."""
    return cast(Workbench, request.app.state.workbench)
