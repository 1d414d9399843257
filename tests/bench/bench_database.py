"""A database of very many targets: how long its questions take, how fast it is exported, how much memory that needs.

    python -m tests.bench.bench_database                     # 1,000,000 targets, in documents of 10 and of 333
    python -m tests.bench.bench_database 100000              # another number
    ZHIBIAO_PG=postgresql+psycopg://user@127.0.0.1/zhibiao python -m tests.bench.bench_database

Where ZHIBIAO_PG names an empty PostgreSQL database, it is filled and measured too (each shape in a schema of its own); what is there is kept and
measured again. Times are of the processor; those of the queries of a server, which works in another process, of the clock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from pipeline import store
from tests.bench.bench_compare import _peak
from tests.bench.large import fill

TARGETS = 1_000_000
SHAPES = {"100,000 documents": 10, "3,000 documents": 333}  # targets in each
FEW = 100_000  # targets up to which every format is measured
PLACES = 3_000
INDICATORS, CITIES = 40, 20


class Watch:
    """The statements of an engine, and the seconds that they and the reading of their rows take when they are run again."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._said: list[tuple[str, Any]] = []
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        self._said.append((statement, parameters))

    def again(self) -> tuple[float, int]:
        """Seconds and number of the queries noted so far, run again without the rest; then forgets them."""
        queries = [(s, p) for s, p in self._said if s.lstrip().upper().startswith(("SELECT", "WITH"))]
        raw = self._engine.raw_connection()
        cursor = raw.cursor()
        # SQLite works in this process, a server in its own
        clock = time.process_time if self._engine.dialect.name == "sqlite" else time.perf_counter
        begun = clock()
        for statement, parameters in queries:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        seconds = clock() - begun
        raw.close()
        self._said.clear()
        return seconds, len(queries)


def asked(engine: sa.Engine) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """20 cities with the most documents, 40 indicators spread over the names."""
    with engine.connect() as connection:
        cities = connection.execute(
            sa.text("select region from document where region like '%市' group by region order by count(*) desc, region limit :n"), {"n": CITIES}
        )
        regions = tuple(row[0] for row in cities)
        names = [row[0] for row in connection.execute(sa.text("select indicator from target group by indicator order by indicator"))]
    return regions, tuple(names[:: max(1, len(names) // INDICATORS)][:INDICATORS])


def questions(url: str) -> dict[str, Any]:
    """Queries (seconds, number) and processor seconds of each question, the second time that it is asked in this process."""
    import pandas  # noqa: F401

    from pipeline.compare import Options, compare, targets_read

    engine = store.connect(url)
    regions, indicators = asked(engine)
    whole = {"regions": regions, "indicators": indicators, "contexts": False}
    calls = {
        "matrix 40 x 20": lambda: compare(engine, Options(**whole, tables=("matrix",))),
        "all tables 40 x 20": lambda: compare(engine, Options(**whole)),
        "40 indicators, all places": lambda: compare(engine, Options(indicators=indicators, tables=("matrix",), contexts=False)),
        "findings of one city": lambda: compare(engine, Options(regions=regions[:1], tables=("findings",), contexts=False)),
        "matrix of 20 cities, all indicators": lambda: compare(engine, Options(regions=regions, tables=("matrix",), contexts=False)),
        "evidence of one document": lambda: evidence(engine),
        "count of a comparison": lambda: targets_read(engine, Options(regions=regions, indicators=indicators)),
    }
    watch, found = Watch(engine), {}
    for name, call in calls.items():
        call()
        watch.again()
        begun = time.process_time()
        call()
        spent = time.process_time() - begun
        found[name] = (*watch.again(), spent)
    return {"questions": found, "memory": _peak()}


def evidence(engine: sa.Engine) -> int:
    """All evidence of the document in the middle, by its id."""
    from schemas import tables

    with engine.connect() as connection:
        one = connection.execute(
            sa.select(tables.document.c.id).where(tables.document.c.name > "3").order_by(tables.document.c.name).limit(1)
        ).scalar()
        return len(connection.execute(sa.select(tables.evidence).where(tables.evidence.c.document_id == one)).all())


def exported(url: str, name: str) -> dict[str, Any]:
    """Processor seconds and peak memory of an export."""
    from pipeline.exporters import EXPORTERS, frames

    with TemporaryDirectory() as folder:
        begun = time.process_time()
        with frames.opened(store.connect(url)) as lines:
            written = EXPORTERS[name](lines, Path(folder))
        return {"seconds": time.process_time() - begun, "memory": _peak(), "bytes": sum(path.stat().st_size for path in written)}


def apart(task: str, *words: str) -> dict[str, Any]:
    """A measurement in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_database", task, *words]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def databases(folder: Path, targets: int) -> Iterator[tuple[str, str]]:
    """Name and URL of each database, filled where it is empty."""
    server = os.environ.get("ZHIBIAO_PG")
    for shape, each in SHAPES.items():
        urls = {"SQLite": f"sqlite:///{folder / f'{each}.db'}"}
        if server:
            schema = f"n{targets}_{each}"
            with sa.create_engine(server).begin() as connection:
                connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
            urls["PostgreSQL"] = f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        for kind, url in urls.items():
            prepare(url, targets, each, f"{kind}, {shape}")
            yield f"{kind}, {shape}", url


def prepare(url: str, targets: int, each: int, name: str) -> None:
    """Fill a database that is empty, and give it the indexes."""
    engine = store.connect(url)
    begun = time.process_time()
    if not sa.inspect(engine).has_table("target"):
        fill(engine, targets, PLACES, each)
        print(f"{name}: {targets:,} targets filled in {time.process_time() - begun:.0f} s", flush=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()


def main(targets: int = TARGETS) -> None:
    """Print a line for each question and export of each database."""
    with TemporaryDirectory() as folder:
        for name, url in databases(Path(folder), targets):
            print(f"\n{name}")
            told = apart("questions", url)
            for question, (seconds, queries, spent) in told["questions"].items():
                print(f"  {question:36} queries {seconds:6.3f} s ({queries:3}), whole call {spent:6.2f} s of processor time", flush=True)
            print(f"  peak memory of these {told['memory']:,.0f} MB")
            for format in ("jsonl", "csv", "parquet") if targets <= FEW else ("jsonl",):
                one = apart("export", url, format)
                rate, size = targets / one["seconds"], one["bytes"] / 1e6
                print(f"  export {format:8} {rate:8,.0f} targets/s, {one['seconds']:6.1f} s, peak {one['memory']:4,.0f} MB, {size:,.0f} MB written")


if __name__ == "__main__":
    if sys.argv[1:2] == ["questions"]:
        print(json.dumps(questions(sys.argv[2])))
    elif sys.argv[1:2] == ["export"]:
        print(json.dumps(exported(sys.argv[2], sys.argv[3])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else TARGETS)
