"""What a document costs on this machine: processor seconds of reading by kind, of storing by database, bytes of what is stored.

The documents are the plans of raw_docs, as they are and typeset anew by tests/documents. Seconds are processor time, so that what else runs on
the machine counts little; the time that a disk takes to confirm a transaction is not in them.
"""

from __future__ import annotations

import copy
import datetime
import hashlib
import json
import math
import pickle
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from pipeline import store
from pipeline.cache import Cache
from pipeline.exporters import EXPORTERS, frames
from pipeline.normalise import Rows
from pipeline.parsers import parse_bytes
from pipeline.run import process
from schemas.types import Document
from tests.bench.bench_speed import forget
from tests.bench.large import fill
from tests.conftest import RAW
from tests.documents import docx, html, pdf, scan
from tests.documents.model import Table, read_plan

_RUNS = 3
_SCANNED = ("zhumadian-2023-three-year", "zhumadian-2023-task-table")  # a page of text and one of a table of each
_TABLES = "zhumadian-2023-task-table"
_BATCH = 8  # documents in one transaction, as a run has them
_STEP = 400  # documents stored before the next look at the speed
_STEPS = 4
_AGAIN = 40  # documents that are stored again in the full database


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one reading, and what it gave."""

    parse: float
    extract: float
    rows: Rows
    message: bytes
    parsed: int
    parsed_again: float


def documents() -> Iterator[tuple[str, str, bytes]]:
    """Kind, file name and bytes of what is measured; a scan is a page, the others are whole plans."""
    for path in sorted(RAW.glob("*.txt")):
        items = read_plan(path.stem)
        yield "text", path.name, path.read_bytes()
        yield "html", f"{path.stem}.html", html.write(items)
        yield "docx", f"{path.stem}.docx", _docx(items)
        yield "pdf_tables" if path.stem == _TABLES else "pdf", f"{path.stem}.pdf", pdf.write(items)
    for name in _SCANNED:
        for number, leaf in enumerate(scan.typeset(read_plan(name))[1:3]):
            yield "scan_page", f"{name}-{number}.png", _png(leaf)


def _docx(items: list[str | Table]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.docx"
        docx.write(items, path)
        return path.read_bytes()


def _png(leaf: Any) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        scan.scan(scan.draw(leaf)).save(path, dpi=(200, 200))
        return path.read_bytes()


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


def read(name: str, data: bytes, runs: int) -> Spent:
    """The fastest of some readings, with nothing kept of the text from an earlier one."""
    best: Spent | None = None
    for _ in range(runs):
        forget()
        document, parse = _timed(lambda: parse_bytes(data, name))
        rows, extract = _timed(lambda document=document: process(document).rows)  # type: ignore[misc]
        message, pack = _timed(lambda rows=rows: pickle.dumps(rows, pickle.HIGHEST_PROTOCOL))  # type: ignore[misc]
        parsed, again = _kept(document)
        spent = Spent(parse, extract + pack, rows, message, parsed, again)
        if best is None or parse + extract < best.parse + best.extract:
            best = spent
    assert best is not None
    return best


def _kept(document: Document) -> tuple[int, float]:
    """Bytes of a parsed document in the cache, and seconds of getting it from there."""
    with TemporaryDirectory() as folder:
        cache = Cache(folder)
        cache.put(document.id, document, math.inf)
        (path,) = (p for p in Path(folder).rglob("*") if p.is_file())
        found, seconds = _timed(lambda: cache.get(document.id))
        assert found == document
        return path.stat().st_size, seconds


def kinds() -> tuple[dict[str, dict[str, float]], list[Rows]]:
    """Kind → mean seconds, rows and bytes of a document (of a page, for scans); and the rows of the plans read as text."""
    found: dict[str, list[dict[str, float]]] = {}
    plans: list[Rows] = []
    process(parse_bytes(b"\xe6\xa3\xae", "warm.txt"))
    for kind, name, data in documents():
        if kind == "scan_page" and kind not in found:
            parse_bytes(data, name)  # the recogniser loads its models with the first page
        spent = read(name, data, 1 if kind == "scan_page" else _RUNS)
        plans += [spent.rows] if kind == "text" else []
        _, take = _timed(lambda spent=spent, data=data: (pickle.loads(spent.message), hashlib.sha256(data)))  # type: ignore[misc]
        figures = {
            "parse_seconds": spent.parse,
            "extract_seconds": spent.extract,
            "parsed_load_seconds": spent.parsed_again,
            "take_seconds": take,
            "file_bytes": len(data),
            "parsed_bytes": spent.parsed,
            "message_bytes": len(spent.message),
            "rows": sum(map(len, spent.rows.tables.values())) + 1,
            "targets": len(spent.rows.tables["target"]),
            "characters": len(spent.rows.document["text"]),
        }
        found.setdefault(kind, []).append(figures)
    mean = {kind: {name: sum(one[name] for one in some) / len(some) for name in some[0]} for kind, some in found.items()}
    return {kind: {"documents": len(found[kind]), **figures} for kind, figures in mean.items()}, plans


def clone(rows: Rows, number: int) -> Rows:
    """The rows of another document of the same size: ids are other ones, spread as hashes are; offices are shared by documents of one district."""

    def other(name: str, value: Any) -> Any:
        if not isinstance(value, str) or not (name == "id" or name.endswith("_id")) or name == "indicator_id":
            return value
        return hashlib.sha256(f"{number % 300 if value in offices else number} {value}".encode()).hexdigest()[: len(value)]

    offices = {body["id"] for body in rows.tables["body"]}
    tables = {table: [{name: other(name, value) for name, value in row.items()} for row in some] for table, some in rows.tables.items()}
    document = copy.copy(dict(rows.document))
    document |= {"id": other("id", document["id"]), "name": f"{document['name']}-{number}"}
    return Rows(document, tables, ())


def database(url: str, plans: list[Rows]) -> dict[str, Any]:
    """Seconds and bytes of storing documents in an empty database, and how the seconds change as it grows. Its tables must be empty."""
    engine = store.connect(url)
    store.upgrade(engine)
    begun, before = _size(engine), _server_seconds(engine)
    steps, number, stored = [], 0, 0
    for _ in range(_STEPS):
        made = [clone(plans[i % len(plans)], number + i) for i in range(_STEP)]
        number += _STEP
        count = sum(sum(map(len, rows.tables.values())) + 1 for rows in made)
        spent = time.process_time()
        for start in range(0, _STEP, _BATCH):
            store.save_all(engine, [(rows, None) for rows in made[start : start + _BATCH]])
        after = _server_seconds(engine)
        spent = time.process_time() - spent
        whole = spent + after - before
        steps.append({"stored_rows": stored, "seconds_per_row": whole / count, "server_share": (after - before) / whole})
        before, stored = after, stored + count
    size, index = _size(engine) - begun, _index_bytes(engine)
    again = _again(engine, plans)
    with engine.connect() as connection:
        targets = connection.execute(sa.text("SELECT count(*) FROM target")).scalar_one()
    engine.dispose()
    bytes_of = {"bytes_per_row": size / stored, "bytes_per_target": size / targets, "index_bytes_per_row": index / stored if index else None}
    return {"steps": steps, "rows": stored, "seconds_per_row_again": again, **bytes_of}


def _again(engine: sa.Engine, plans: list[Rows]) -> float:
    """Seconds a row of storing documents that are there: their rows are deleted and written anew."""
    made = [clone(plans[i % len(plans)], i) for i in range(_AGAIN)]
    before, begun = _server_seconds(engine), time.process_time()
    for start in range(0, _AGAIN, _BATCH):
        store.save_all(engine, [(rows, None) for rows in made[start : start + _BATCH]])
    spent = time.process_time() - begun + _server_seconds(engine) - before
    return spent / sum(sum(map(len, rows.tables.values())) + 1 for rows in made)


def _server_seconds(engine: sa.Engine) -> float:
    """Processor seconds of the server's process that answers this engine; 0 for SQLite. It must run on this machine."""
    if engine.dialect.name != "postgresql":
        return 0.0
    with engine.connect() as connection:
        backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    spent = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / 100  # ticks of user and system


def _index_bytes(engine: sa.Engine) -> int | None:
    """Bytes of all indexes, which a server should hold in memory; None where the database does not tell."""
    if engine.dialect.name != "postgresql":
        return None
    asked = "SELECT sum(pg_indexes_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    with engine.connect() as connection:
        return int(connection.execute(sa.text(asked)).scalar_one())


def _size(engine: sa.Engine) -> int:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one())
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert engine.url.database is not None
    return Path(engine.url.database).stat().st_size


def exports(url: str) -> dict[str, float]:
    """Bytes of the JSON lines of a database for each target."""
    with TemporaryDirectory() as folder:
        engine = store.connect(url)
        written = EXPORTERS["jsonl"](frames.read(engine), Path(folder))
        with engine.connect() as connection:
            targets = connection.execute(sa.text("SELECT count(*) FROM target")).scalar_one()
        engine.dispose()
        return {"jsonl_bytes_per_target": sum(path.stat().st_size for path in written) / targets}


def comparing(folder: Path, targets: int = 100_000) -> dict[str, float]:
    """Seconds and megabytes of comparing invented plans of 300 regions, in a process of its own."""
    url = f"sqlite:///{folder}/large.db"
    engine = store.connect(url)
    fill(engine, targets, 300)
    engine.dispose()
    command = [sys.executable, "-m", "tests.bench.bench_compare", "measure", url]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"targets": targets, "seconds": done["seconds"], "megabytes": done["memory"]}


def machine() -> str:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return f"{names[0] if names else platform.machine()}, Python {platform.python_version()}"


def measure(postgres: str | None = None) -> dict[str, Any]:
    """All figures. `postgres`: URL of an empty database of a server on this machine."""
    by_kind, plans = kinds()
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/grown.db"
        databases = {"sqlite": database(url, plans)}
        more = exports(url)
        if postgres:
            databases["postgresql"] = database(postgres, plans)
        compared = comparing(Path(folder))
    date = datetime.date.today().isoformat()
    return {"machine": machine(), "date": date, "kinds": by_kind, "databases": databases, "exports": more, "compare": compared}
