"""Readings of documents to compare: what the program reads now, and an earlier reading from a database, an export, or the committed snapshot."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import batch, sources, store
from pipeline.batch import Settings
from pipeline.changes import Record
from pipeline.exporters import frames
from pipeline.exporters.files import replacing
from pipeline.exporters.frames import Frames, Line
from schemas.errors import ZhibiaoError

SNAPSHOT = Path("tests/golden/records")
Reading = dict[str, list[Record]]  # by document
_DOCUMENT = ("title", "doc_number", "issuer", "region", "region_code", "issue_date", "publish_date", "period_start", "period_end", "draft")
_TASK = ("task", "title", "lead", "cooperate", "responsible", "implement", "data_source", "deadline")
_GUIDE = ("task", "indicator", "scope", "kind", "operator", "value", "value_max", "value_text", "unit", "change_direction", "baseline")
_ADDED = ("strength", "indicator_id", "canonical_value", "canonical_value_max", "canonical_unit")
_TARGET = (*_GUIDE, "deadline", "status", *_ADDED, "quote")
_LEDGER = ("where", "reason", "text")


def read_now(paths: Sequence[Path], second: bool = True) -> tuple[Frames, list[str]]:
    """What the program reads from documents now, and their names; one that cannot be read has no lines; `second`: with the second reader.

    Raises ParseError where a path is missing, ModelError where the second reader is.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = store.connect(f"sqlite:///{folder}/now.db")
        batch.run(paths, engine, Settings(second=second))
        found = frames.read(engine)
        engine.dispose()
    return found, sorted(sources.names(sources.find(paths).documents).values())


def of_frames(found: Frames) -> Reading:
    """The records of the lines of an export, by document and in text order."""
    reading: Reading = defaultdict(list)
    for line in found["documents"]:
        reading[line["document"]].append(_record("document", line, _DOCUMENT, None))
    for line in found["tasks"]:
        reading[line["document"]].append(_record("task", line, _TASK, None))
    for line in found["targets"]:
        valued = line.get("value_start") is not None
        place = ("value_start", "value_end") if valued else ("start", "end")
        reading[line["document"]].append(_record("target", line, _TARGET, place))
    for line in found["coverage"]:
        reading[line["document"]].append(_record("ledger", line, _LEDGER, ("start", "end")))
    return dict(reading)


def _record(kind: str, line: Line, fields: Sequence[str], place: tuple[str, str] | None) -> Record:
    """A record without what is absent."""
    at = {"at": [line[place[0]], line[place[1]]]} if place else {}
    return {"record": kind, **at, **{f: line[f] for f in fields if line.get(f) not in (None, [])}}


def write(reading: Reading, folder: Path) -> None:
    """One file a document, one record a line; the same records give the same bytes."""
    for name, records in reading.items():
        with replacing(folder / f"{name}.jsonl") as temporary:
            temporary.write_text(text_of(records), "utf-8")


def text_of(records: Sequence[Record]) -> str:
    """The lines of a snapshot."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def read_earlier(against: str) -> Reading:
    """An earlier reading: from a database URL, the folder of an export, a folder of snapshots, or the snapshot of a git revision.

    Raises ZhibiaoError where there is none.
    """
    folder = Path(against)
    if "://" in against:
        return of_frames(frames.read(store.connect(against)))
    if (folder / "targets.jsonl").is_file():
        return of_frames({n: _lines((folder / f"{n}.jsonl").read_text("utf-8")) for n in ("documents", "tasks", "targets", "coverage")})
    if folder.is_dir():
        return {p.stem: _lines(p.read_text("utf-8")) for p in sorted(folder.glob("*.jsonl"))}
    return _of_revision(against)


def _of_revision(revision: str) -> Reading:
    """The snapshot that a git revision holds."""
    listed = _git("ls-tree", "--name-only", revision, f"{SNAPSHOT.as_posix()}/")
    if not listed:
        raise ZhibiaoError(f"{revision}: no database URL, folder of an earlier reading, or git revision with {SNAPSHOT}")
    return {Path(name).stem: _lines(_git("show", f"{revision}:./{name}") or "") for name in listed.splitlines()}


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-c", "core.quotePath=false", *words], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout.decode() if done.returncode == 0 else None


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


def write_export(reading: Mapping[str, Sequence[Record]], folder: Path) -> None:
    """The files of an export that the gold's scorer reads, with what is absent as null."""
    kinds = {"document": ("documents", _DOCUMENT), "task": ("tasks", _TASK), "target": ("targets", _TARGET)}
    lines: dict[str, list[Line]] = {file: [] for file, _ in kinds.values()}
    for name, records in reading.items():
        for record in records:
            if record["record"] in kinds:
                file, fields = kinds[record["record"]]
                lines[file].append({"document": name, **dict.fromkeys(fields), **record})
    for file, found in lines.items():
        (folder / f"{file}.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found), "utf-8")
