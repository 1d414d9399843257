"""What takes long and stands on the first page: findings of the comparison of everything, and how much waits for a person; made aside."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline import store
from pipeline.browse import home, queue
from pipeline.web.state import Workbench

_log = logging.getLogger(__name__)
SHOWN = {"contradiction": 5, "changed": 6}  # findings of a type that the page lists

_TELLING = ("relaxed", "postponed", "tightened", "advanced", "changed", "unit", "scope", "kind")  # changes, the most telling first; then other leads


@dataclass(frozen=True, slots=True)
class Told:
    """`state`: ready, working, many (regions must be chosen) or failed. `found`: type → the first findings; `counts`: of all types."""

    state: str
    waiting: int | None = None
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def told(workbench: Workbench, lang: str) -> Told:
    """What is known; where it is not, it is being worked out after this."""
    key = (workbench.version(), date.today().isoformat(), lang)
    with _LOCK:
        known: dict[Hashable, Told] = workbench.parts.setdefault("told", {})
        if key in known:
            return known[key]
        for old in [one for one in known if isinstance(one, tuple) and one[:2] != key[:2]]:
            known.pop(old)
        known[key] = Told("working")
    threading.Thread(target=_work, args=(workbench, known, key, lang), name="findings", daemon=True).start()
    return known[key]


_LOCK = threading.Lock()
_ONE = threading.Lock()  # comparisons take memory: one at a time


def _work(workbench: Workbench, known: dict[Hashable, Told], key: Hashable, lang: str) -> None:
    try:
        with _ONE:
            with _LOCK:
                if key not in known:  # the rows have changed while this waited: nobody will ask for it any more
                    return
            with store.reading(workbench.engine) as connection:
                waiting = queue.doubts(connection)
            made = _findings(workbench, waiting, lang)
    except Exception:
        _log.exception("the findings of the first page")
        made = Told("failed")
    with _LOCK:
        if key in known:
            known[key] = made


def _findings(workbench: Workbench, waiting: int, lang: str) -> Told:
    from pipeline.compare import LIMIT, Options, compare, targets_read

    if targets_read(workbench.engine) > LIMIT:
        return Told("many", waiting)
    options = Options(tables=("findings",), contexts=False, lang="en" if lang == "en" else "zh")
    records: list[dict[str, Any]] = compare(workbench.engine, options).tables["findings"].to_dict("records")  # type: ignore[assignment]
    ordered = sorted(records, key=lambda r: _TELLING.index(r["change"]) if r["change"] in _TELLING else len(_TELLING))
    found = {kind: [_plain(one) for one in [r for r in ordered if r["type"] == kind][:most]] for kind, most in SHOWN.items()}
    return Told("ready", waiting, _linked(workbench, found), dict(Counter(str(r["type"]) for r in records)))


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """A finding as lists and texts."""
    lists = {name: _list(record[name]) for name in ("documents", "tasks", "values", "deadlines", "targets")}
    texts = {name: record[name] if isinstance(record[name], str) else None for name in ("type", "change", "region", "indicator", "reason")}
    return {**lists, **texts}


def _list(value: Any) -> list[Any]:
    return [one if isinstance(one, str) else None for one in value] if isinstance(value, list | tuple) else []


def _linked(workbench: Workbench, found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Each side with its place: {document, id, target, value}."""
    names = sorted({name for some in found.values() for one in some for name in one["documents"] if name})
    with store.reading(workbench.engine) as connection:
        known = home.ids(connection, names)
    for one in (one for some in found.values() for one in some):
        documents = one["documents"] if len(one["documents"]) > 1 else one["documents"] * max(len(one["values"]), 1)
        one["sides"] = [
            {"document": name, "id": known.get(name), "target": _at(one["targets"], i), "value": _at(one["values"], i)}
            for i, name in enumerate(documents)
        ]
    return found


def _at(values: list[Any], number: int) -> Any:
    return values[number] if number < len(values) else None
