"""Whether two readings of one plan say the same: rows without offsets, and the strict figure against the gold."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import store
from pipeline.exporters import frames, jsonl
from pipeline.run import Result, process
from tests.conftest import GOLD
from tests.documents.model import Table, table_of


def rows_of(result: Result) -> dict[str, list[Any]]:
    """Tasks and targets as comparable values, in order, without offsets and spaces."""

    def text(slot: Any) -> str | None:
        return None if slot is None else "".join(slot.text.split())

    def period(found: Any) -> tuple[Any, ...] | None:
        return found and (found.kind, found.start, found.end)

    tasks = [
        {
            "path": t.path,
            "title": text(t.title),
            "bodies": {role: tuple(text(s) for s in slots) for role, slots in t.bodies.items()},
            "deadline": period(t.deadline),
        }
        for t in result.extraction.tasks
    ]
    slots = ("indicator", "scope", "value", "unit", "baseline", "quote")
    values = ("task", "kind", "quantity", "change_direction", "status", "strength")
    targets = [
        {name: text(getattr(t, name)) for name in slots} | {name: getattr(t, name) for name in values} | {"deadline": period(t.deadline)}
        for t in result.extraction.targets
    ]
    return {"tasks": tasks, "targets": targets}


def strict_f1(result: Result, name: str) -> float:
    """The strict F1 of a reading on the gold of the document `name`."""
    with tempfile.TemporaryDirectory() as folder:
        engine = store.connect(f"sqlite:///{folder}/one.db")
        store.upgrade(engine)
        store.save(engine, process(replace(result.document, name=name)).rows)
        jsonl.write(frames.read(engine), Path(folder))
        engine.dispose()
        done = subprocess.run([sys.executable, GOLD / "score.py", GOLD, folder, "--json"], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)[name]["strict"]["f1"])


def mended(items: list[str | Table], merged: tuple[int, ...] = ()) -> list[str | Table]:
    """A plan in which the rows that the page breaks of its source cut are whole again, with the cells below in `merged` columns merged.

    A row without number whose second cell is filled goes on with the second cell of the row that has the number.
    """
    plan: list[str | Table] = []
    for item in items:
        if isinstance(item, Table):
            rows = item.texts()
            owner = 0
            for i, row in enumerate(rows):
                if row[0]:
                    owner = i
                elif row[1]:
                    rows[owner][1], row[1] = rows[owner][1] + row[1], ""
            plan.append(table_of(rows, merged, item.header, item.widths))
        else:
            plan.append(item)
    return plan
