"""Comparisons, made once for each state of the database and kept as long as memory allows; and which are too large to be made for a page."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from pipeline import store
from pipeline.browse.choices import Choices, choices, running
from pipeline.compare import LIMIT, Comparison, Options, Shared, compare, share, targets_read
from pipeline.report import grid, lines
from pipeline.report.lines import Line
from pipeline.web.pages.compare.asked import View
from pipeline.web.state import Kept, Workbench
from schemas.errors import ZhibiaoError
from schemas.indicators import indicators

_log = logging.getLogger(__name__)
MOST_TARGETS = 10_000  # read for a page: about a second
MOST_CELLS = 60_000
_ALL_THE_SAME = 3  # times as much is read where a reader says that it should be
_LASTS = 20  # seconds for which a comparison is shown while a run is storing documents
_ROOM = 60_000  # lines that are kept, of all comparisons; one takes about 3 KB
# the tables that each tab is made from
TABLES = {
    "matrix": ("matrix",),
    "charts": ("matrix",),
    **{name: (name,) for name in ("findings", "standards", "changes", "load", "leads", "timeline", "plans")},
}
CHART_TABLES = {"values": ("matrix",), "timeline": ("timeline",), "editions": ("changes", "plans")}


@dataclass(frozen=True, slots=True)
class Made:
    """A comparison as plain lines. `columns`: the columns of the matrix; `whole`: the matrix as a grid, None where it was not asked for;
    `why`: (row, column) of its empty cells → reason in words; `lines`: the lines of all tables by name."""

    columns: tuple[str, ...]
    notes: tuple[str, ...]
    whole: grid.Grid | None
    why: Mapping[tuple[str, str], str]
    lines: Mapping[str, list[Line]]
    weight: int

    def line(self, key: str) -> Line | None:
        """The line of the matrix of a target or of an unread sentence."""
        rows = self.whole.rows if self.whole else ()
        return next((e for row in rows for e in row.entries if (e["target"] or next(iter(e["evidence"] or []), None)) == key), None)


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Why a comparison is not made: the targets it would read, or the cells it would have; `possible`: whether it can be made all the same."""

    targets: int
    cells: int
    possible: bool


@dataclass(slots=True)
class Whole:
    """What is known of one state of a database as a whole: what can be asked for, and what comparisons share."""

    known: Choices
    shared: Shared = field(default_factory=Shared)


@dataclass(slots=True)
class Latest:
    """What is known of the latest state; of earlier ones nothing is kept."""

    _state: Hashable = None
    _whole: Whole | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, state: Hashable, make: Callable[[], Whole]) -> Whole:
        """What is known of a state, made where it is not the latest."""
        with self._lock:
            if self._whole is None or self._state != state:
                self._state, self._whole = state, make()
            return self._whole


def state(wb: Workbench) -> tuple[str, ...]:
    """What tells one state of the rows from another; while a run is storing documents, none lasts longer than some seconds."""
    with store.reading(wb.engine) as connection:
        storing = running(connection)
    return (*wb.version(), *((f"storing {int(time.time() // _LASTS)}",) if storing else ()))


def whole(wb: Workbench) -> Whole:
    """What is known of the database as it is."""

    def make() -> Whole:
        with store.reading(wb.engine) as connection:
            return Whole(choices(connection))

    return wb.kept.get("latest", Latest).get(state(wb), make)


def stored(wb: Workbench) -> Choices:
    """What can be asked for."""
    return whole(wb).known


def comparison(wb: Workbench, options: Options) -> Made:
    """The comparison for some options. Raises ZhibiaoError for regions, indicators, domains and functions that are not known."""
    return wb.kept.get("comparisons", lambda: Kept(_ROOM, attrgetter("weight"))).get((state(wb), options), lambda: _plain(compared(wb, options)))


def compared(wb: Workbench, options: Options) -> Comparison:
    """A comparison with its tables as frames; it is not kept."""
    try:
        return compare(wb.engine, options, whole(wb).shared)
    except KeyError:  # rows that were stored since then have names that what is shared does not know
        return compare(wb.engine, options)


def _plain(result: Comparison) -> Made:
    found = {name: lines.read(result, name) for name in result.tables}
    matrix, weight = found.get("matrix"), sum(map(len, found.values()))
    if matrix is None:
        return Made(result.regions, result.notes, None, {}, found, weight)
    by = result.by
    why = {(line["group"], grid.column(line, by)): line["reason"] or "" for line in matrix if line["state"] not in ("stated", "unparsed")}
    return Made(result.regions, result.notes, grid.read(result, matrix), why, found, weight)


def too_large(wb: Workbench, view: View, known: Choices) -> TooLarge | None:
    """Whether a comparison is too large for a page; None where it is not. Raises ZhibiaoError as `comparison` does."""
    narrow = bool(view.region or view.indicator or view.domain)
    targets = known.targets
    if narrow and targets > MOST_TARGETS:
        asked = view.options("zh", TABLES[view.view])
        key = ("targets_read", state(wb), asked.regions, asked.indicators, asked.domains, asked.tables)
        targets = wb.kept.get(key, partial(_targets_read, wb, asked))
    columns = len(view.region) or len(known.places)
    rows = len(view.indicator) or sum(one.domain in view.domain for one in indicators()) or min(targets, 2000)
    cells = columns * rows if view.view in ("matrix", "charts") and columns > 40 else 0
    if targets <= MOST_TARGETS and cells <= MOST_CELLS:
        return None
    possible = targets <= min(LIMIT, _ALL_THE_SAME * MOST_TARGETS) and cells <= _ALL_THE_SAME * MOST_CELLS
    return None if possible and view.large else TooLarge(targets, cells, possible)


def _targets_read(wb: Workbench, options: Options) -> int:
    try:
        return targets_read(wb.engine, options, whole(wb).shared)
    except KeyError:  # as in `compared`
        return targets_read(wb.engine, options)


def warm(wb: Workbench) -> threading.Thread:
    """Load what comparing needs and make the first one, behind the back of the server's start; returns the thread that does so."""

    def work() -> None:
        try:
            importlib.import_module("pandas")
            known = stored(wb)
            share(wb.engine, whole(wb).shared)
            view = View()
            if known.targets and too_large(wb, view, known) is None:
                comparison(wb, view.options("zh", TABLES["matrix"]))
        except ZhibiaoError as error:  # the first page will tell it
            _log.warning("%s", error)

    thread = threading.Thread(target=work, name="warm", daemon=True)
    thread.start()
    return thread
