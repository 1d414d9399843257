"""The database: idempotent, whole or not at all, evidence checked."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline import batch, store
from schemas import tables
from schemas.errors import StoreError
from tests.conftest import RAW, read


@pytest.fixture
def engine(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/deep/folder/z.db")
    store.upgrade(engine)
    yield engine
    engine.dispose()


def dump(engine) -> dict[str, list]:
    with engine.connect() as connection:
        return {t.name: sorted(map(tuple, connection.execute(sa.select(t)))) for t in tables.metadata.sorted_tables if t.name != "run"}


def test_migrations_make_the_schema_of_the_tables(engine):
    left_out = {"include_name": lambda name, kind, _: name not in tables.SEARCH}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=left_out), tables.metadata) == []
        kept = {"opts": {"include_name": lambda name, kind, _: kind != "table" or name == "passage"}}
        assert compare_metadata(MigrationContext.configure(connection, **kept), tables.search) == []


def test_running_again_changes_nothing(engine, tmp_path):
    path = tmp_path / "zaoyang-2021-scheme.txt"
    path.write_bytes((RAW / path.name).read_bytes())
    batch.run([path], engine)
    first = dump(engine)
    batch.run([path], engine)
    assert dump(engine) == first
    assert len(first["target"]) > 30
    path.write_text("枣阳市方案\n一、任务\n1.造林。森林覆盖率≥41%。\n", "utf-8")
    batch.run([path], engine)
    changed = dump(engine)
    assert (len(changed["document"]), len(changed["target"])) == (1, 1)


def test_evidence_that_differs_from_the_source_is_refused_and_nothing_stored(engine):
    rows = read("方案\n一、任务\n1.造林。森林覆盖率≥41%。\n").rows
    store.save(engine, rows)
    before = dump(engine)
    wrong = [dict(e) | {"text": "42%"} if e["slot"] == "value" else e for e in rows.tables["evidence"]]
    with pytest.raises(StoreError, match=r"plan: evidence of target\.value says “42%”"):
        store.save(engine, replace(rows, tables={**rows.tables, "evidence": wrong}))
    assert dump(engine) == before


def test_a_failure_inside_the_transaction_leaves_the_document_as_it_was(engine):
    rows = read("方案\n一、任务\n1.造林。森林覆盖率≥41%。\n").rows
    store.save(engine, rows)
    before = dump(engine)
    broken = [dict(t) | {"task_id": "nowhere"} for t in rows.tables["target"]]
    with pytest.raises(sa.exc.IntegrityError):
        store.save(engine, replace(rows, tables={**rows.tables, "target": broken}))
    assert dump(engine) == before


def test_every_stored_value_stands_in_the_source(gold_results):
    for result in gold_results.values():
        store.check_evidence(result.rows)
        slots = {(e["row_id"], e["slot"]) for e in result.rows.tables["evidence"]}
        for row in result.rows.tables["target"]:
            for slot, value in (("indicator", row["indicator"]), ("value", row["value_text"]), ("quote", row["quote"]), ("scope", row["scope"])):
                assert value is None or (row["id"], slot) in slots, (result.document.name, row["indicator"], slot)


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = Path(tmp_path) / "no.db"
    path.write_text("not a database at all, just text " * 50, "utf-8")
    with pytest.raises(StoreError, match=r"no\.db.*cannot be used"):
        store.upgrade(store.connect(f"sqlite:///{path}"))


def test_a_database_that_takes_no_rows_is_named(engine):
    engine.dispose()
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    with pytest.raises(StoreError, match=r"z\.db: the database cannot be written \(attempt to write a readonly database\)"):
        store.save(engine, read("方案\n一、任务\n1.造林。森林覆盖率≥41%。\n").rows)


def test_reading_creates_nothing(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/typo/z.db")
    with pytest.raises(StoreError, match=r"typo/z\.db: there is no such database"), store.reading(engine):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["notaurl", "odd://x", "postgresql://u:p@h:port/y"])
def test_a_url_that_is_none_is_told(url):
    with pytest.raises(StoreError, match=r"cannot be used as a database URL .*sqlite:///"):
        store.connect(url)
