"""Databases and folders that do not take what they are given: full, read-only, locked, damaged; old schemas with rows in them."""

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from pipeline import batch, store
from pipeline.store.schema import MIGRATIONS
from schemas import tables
from schemas.errors import StorageError, StoreError
from tests.conftest import ROOT, read
from tests.faults.conftest import PLAN, dump, small_plans, start


@pytest.fixture
def docs(tmp_path):
    return small_plans(tmp_path / "docs", 30)


def restrict(database, pragma: str) -> None:
    sa.event.listen(database, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    database.dispose()


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(docs, tmp_path):
    url = f"sqlite:///{tmp_path}/z.db"
    database = store.connect(url)
    store.upgrade(database)
    with database.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    restrict(database, f"max_page_count={pages + 12}")
    report = batch.run([docs], database)
    assert report.status == "stopped"
    assert "full" in report.stopped
    stored = len(dump(url)["document"])
    assert 0 < stored < 30
    database.dispose()
    roomy = store.connect(url)
    report = batch.run([docs], roomy)
    assert (report.status, report.documents, report.unchanged) == ("done", 30 - stored, stored)
    assert store.read_runs(roomy, 1)[0]["status"] != "done"
    roomy.dispose()


def test_the_command_says_that_the_disk_is_full(docs, tmp_path):
    """A small file system of its own, where the system lets us have one."""
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        words = ["run", docs, "--db", f"sqlite:///{small}/z.db", "--out", small / "out", "--workers", 0]
        run = start(*words, stderr=subprocess.PIPE)
        notes = run.communicate()[1].decode()
        assert run.returncode in (1, 2), notes
        assert "Traceback" not in notes
        assert "full" in notes or "No space left" in notes
        for path in small.glob("z.db*"):  # what is there is whole
            shutil.copy(path, tmp_path / path.name)
        with store.connect(f"sqlite:///{tmp_path}/z.db").connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    finally:
        subprocess.run(["umount", small], check=True)


def test_an_output_folder_that_cannot_be_written_keeps_the_rows(docs, tmp_path):
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/z.db"
    run = start("run", docs, "--db", url, "--out", tmp_path / "file", "--workers", 0, stderr=subprocess.PIPE)
    notes = run.communicate()[1].decode()
    assert run.returncode == 2
    assert "name another folder with --out" in notes
    assert len(dump(url)["document"]) == 30
    again = start("run", docs, "--db", url, "--out", tmp_path / "out", "--workers", 0)
    assert again.wait() == 0
    assert (tmp_path / "out" / "targets.jsonl").read_text("utf-8").count("\n") == 30


def test_a_database_that_is_locked_is_waited_for(docs, tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(database)
    restrict(database, "busy_timeout=10")
    other = store.connect(f"sqlite:///{tmp_path}/z.db")
    held = threading.Event()

    def hold():
        with store.writing(other):
            held.set()
            time.sleep(1.5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    assert batch.run([docs], database).documents == 30
    thread.join()


def test_a_database_that_stays_locked_stops_the_run(docs, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.store.connecting.PATIENCE", 0.3)
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(database)
    restrict(database, "busy_timeout=10")
    with store.writing(store.connect(f"sqlite:///{tmp_path}/z.db")), pytest.raises(StorageError, match="locked"):
        batch.run([docs], database)


def test_a_document_that_the_database_refuses_fails_alone(docs, tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(database)
    trigger = "CREATE TRIGGER no BEFORE INSERT ON document WHEN new.name = 'plan-0004' BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    store.transact(database, lambda connection: connection.exec_driver_sql(trigger))
    report = batch.run([docs], database)
    assert (report.documents, len(report.failed), report.issues["store_failed"]) == (29, 1, 1)
    assert "not this one" in report.failed[0]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"files": 3}', '{"run": 1, "files": {"x": 1}}'])
def test_a_damaged_note_of_what_was_published_publishes_anew(docs, tmp_path, damage):
    from pipeline.publish import MANIFEST, publish

    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    batch.run([docs], database)
    out = tmp_path / "out"
    assert publish(database, out)
    assert publish(database, out) == []
    (out / MANIFEST).write_text(damage, "utf-8")
    assert publish(database, out)
    (out / "targets.jsonl").write_text("cut", "utf-8")
    assert publish(database, out)
    assert (out / "targets.jsonl").read_text("utf-8").count("\n") == 30
    assert json.loads((out / MANIFEST).read_text("utf-8"))["files"]["targets.jsonl"] == (out / "targets.jsonl").stat().st_size


def test_what_is_published_goes_by_the_database_not_by_counting_runs(docs, tmp_path):
    from pipeline.publish import publish

    out = tmp_path / "out"
    for value in (30, 60):  # deleted and made anew: its first run is number 1 again
        small_plans(docs, 30, value)
        database = store.connect(f"sqlite:///{tmp_path}/z.db")
        batch.run([docs], database)
        assert publish(database, out)
        database.dispose()
        for path in tmp_path.glob("z.db*"):
            path.unlink()
    assert json.loads((out / "targets.jsonl").read_text("utf-8").splitlines()[0])["value"] == 60


def test_runs_that_overlap_are_both_published(docs, tmp_path):
    from pipeline.publish import publish

    database, out = store.connect(f"sqlite:///{tmp_path}/z.db"), tmp_path / "out"
    store.upgrade(database)
    other, _ = store.begin_run(database, "x")
    batch.run([docs / "plan-0001.txt"], database)
    assert publish(database, out)
    store.save(database, read(PLAN.format(city="新河市", value=33)).rows)
    store.end_run(database, other, "done", True, {}, {})
    assert publish(database, out)
    assert len((out / "targets.jsonl").read_text("utf-8").splitlines()) == 2
    (out / "old.csv").write_text("", "utf-8")
    manifest = json.loads((out / "published.json").read_text("utf-8"))
    manifest["files"]["old.csv"] = 0
    manifest["day"] = "2000-01-01"
    (out / "published.json").write_text(json.dumps(manifest), "utf-8")
    assert publish(database, out)
    assert not (out / "old.csv").exists()


def test_a_database_of_a_newer_version_is_told(tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(database)
    store.transact(database, lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer zhibiao"):
        store.upgrade(database)


def test_a_migration_keeps_the_rows_of_an_older_database(docs, tmp_path):
    """The rows of a document stay when the table of documents is made anew."""
    url = f"sqlite:///{tmp_path}/z.db"
    database = store.connect(url)
    batch.run([docs], database)
    before = dump(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def down(connection):
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")

    store.transact(database, down, loose=True)
    store.upgrade(database)
    after = dump(url)
    for name in ("document", "target", "evidence", "task", "issue"):
        assert len(after[name]) == len(before[name]), name
    assert len(after["target"]) == 30
    assert [run["number"] for run in store.read_runs(database)] == [1]
    database.dispose()


def test_runs_that_were_killed_are_told_from_those_that_run(docs, tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(database)
    first, _ = store.begin_run(database, "x")
    gone = subprocess.Popen(["true"])
    gone.wait()
    store.transact(database, lambda c: c.execute(sa.update(tables.run).where(tables.run.c.id == first).values(process=gone.pid)))
    batch.run([docs], database)
    assert [(run["number"], run["status"]) for run in store.read_runs(database)] == [(2, "done"), (1, "killed")]


def test_no_place_for_the_database_is_told(tmp_path):
    run = start("run", Path(ROOT / "raw_docs"), "--db", "sqlite:////proc/none/z.db", "--out", tmp_path / "o", stderr=subprocess.PIPE)
    notes = run.communicate()[1].decode()
    assert run.returncode == 2
    assert "name another with --db" in notes
