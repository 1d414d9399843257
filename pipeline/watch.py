"""Watching an inbox: what lands in folders is read once it is whole, until the service is told to end."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import sources
from pipeline.stopping import Stop
from schemas.errors import ModelError, RuleError, StoreError, ZhibiaoError

_log = logging.getLogger(__name__)
# what downloads and copies are called until they are whole
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp")
_LONGEST = 300.0  # seconds between two looks after many that went wrong
_PUBLISH_AFTER = 60.0  # seconds after which results are published although more is due
_State = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class Inbox:
    """What has been seen in some folders.

    A place is settled when its size and time stay the same for `settle` looks, and due when it is settled and has changed since it was last
    taken, or the sources list beside it has; what the clock says is never asked.
    """

    folders: Sequence[Path]
    out: Path | None = None
    settle: int = 2
    _seen: dict[str, tuple[_State, int]] = field(default_factory=dict)
    _taken: dict[str, _State] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Locations that are due. Raises ParseError where a folder is not there."""
        found = sources.find(self.folders, self.out)
        lists = {place.parent: _state(place.path) for place in found.lists}
        due, now = [], {}
        for place in found.documents:
            if place.file.lower().endswith(_UNFINISHED):
                continue
            state = _state(place.path) + lists.get(place.parent, ())
            before, looks = self._seen.get(place.location, ((), 0))
            looks = looks + 1 if state == before else 0
            now[place.location] = state, looks
            if looks >= self.settle and self._taken.get(place.location) != state:
                due.append(place.location)
        self._seen = now
        return due

    def took(self, locations: Sequence[str]) -> None:
        """Remember that places were read as they were last seen."""
        for place in locations:
            if place in self._seen:
                self._taken[place] = self._seen[place][0]


def _state(location: str) -> _State:
    """Names, sizes and times of a file, or of the files of a folder: they change while something is being written."""
    try:
        paths = [location, *(os.path.join(folder, name) for folder, _, names in os.walk(location) for name in names)]
        return tuple((path, info.st_size, info.st_mtime_ns) for path in sorted(paths) for info in [os.stat(path)])
    except OSError:
        return ((location, -1, 0),)  # it goes away or comes just now: the next look tells


def watch(inbox: Inbox, read: Callable[[Sequence[str]], bool], idle: Callable[[], None], stop: Stop | threading.Event, seconds: float = 2.0) -> None:
    """Look every few seconds and have what is due read, until `stop` is set; what is being read then is finished or left whole by `read`.

    `read` says whether all of it was read; what was not is due again. `idle` is called once nothing is due after something was read, and now and
    then while more and more comes. What goes wrong with files, folders or the database is logged and tried again, later each time; rules,
    vocabularies and the model that are at fault end the watch (RuleError, ModelError). Looking through many files takes at most a tenth of the time.
    """
    pending, since, wait = False, time.monotonic(), seconds
    while not stop.is_set():
        begun = time.monotonic()
        try:
            due = inbox.look()
            if due:
                whole = read(due)
                if stop.is_set():
                    return
                if not whole:
                    raise StoreError("the batch was not read to its end")
                inbox.took(due)
                pending = True
            if pending and (not due or begun - since > _PUBLISH_AFTER):
                idle()
                pending, since = False, time.monotonic()
            wait = seconds
        except (RuleError, ModelError):
            raise
        except ZhibiaoError as error:
            wait = min(wait * 2, _LONGEST)
            _log.warning("%s; looking again in %.0f s", error, wait)
            due = []
        if not due:
            stop.wait(max(wait, 10 * (time.monotonic() - begun) if not pending else 0))
