"""What ends a worker costs one document: hangs, crashes, memory, kills from outside; the batch goes on and says why."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import batch, engines, store
from pipeline.batch import Settings
from pipeline.engines.supervisor import Supervisor
from pipeline.work import Job
from schemas import tables
from schemas.errors import RuleError
from schemas.limits import Limits
from tests.conftest import ROOT

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。(责任单位:市林业局)\n"
TASK = "tests.faults.misbehave:perform"
LIMITS = Limits(seconds=2, memory_mb=300)


@pytest.fixture
def database(tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/db/z.db")
    yield database
    database.dispose()


@pytest.fixture
def workers():
    supervisor = Supervisor(2, TASK, "pipeline.work:warm")
    yield supervisor
    supervisor.close()


@pytest.fixture(autouse=True)
def no_grace(monkeypatch):
    monkeypatch.setattr("pipeline.engines.worker.GRACE", 0.1)


def write(folder: Path, words: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, word in words.items():
        (folder / f"{name}.txt").write_text(f"{word}\n{PLAN}" if word else PLAN, "utf-8")
    return folder


def rows(database, table):
    with database.connect() as connection:
        return connection.execute(sa.select(table)).all()


def living(pid: int) -> bool:
    """Whether a process lives; one that has ended and is not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


CAUSES = {
    "hang": ("time_limit", "seconds=2"),
    "stop": ("time_limit", "seconds=2"),
    "segfault": ("worker_crashed", "segmentation fault"),
    "abort": ("worker_crashed", "signal 6"),
    "kill": ("worker_killed", "signal 9"),
    "exit": ("worker_crashed", "exit status 3"),
    "eat": ("memory_limit", "memory_mb=300"),
}


def test_each_way_to_end_a_worker_costs_its_document_only(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {**{word: word for word in CAUSES}, "gulp": "gulp", **{f"good{i}": "" for i in range(9)}})
    report = batch.run([docs], database, Settings(LIMITS), engine=workers)
    assert (report.status, report.documents) == ("done", 9)
    assert {row.name for row in rows(database, tables.document)} == {f"good{i}" for i in range(9)}
    issues = {row.document: row for row in rows(database, tables.issue) if row.document_id is None}
    for name, (code, reason) in CAUSES.items():
        assert issues[name].code == code, issues[name]
        assert reason in issues[name].message
        assert "twice" in issues[name].message
        assert "--retry" in issues[name].message
    assert issues["gulp"].code == "memory_limit"
    states = {row.name: row.state for row in rows(database, tables.source)}
    assert all(states[name] == "quarantined" for name in CAUSES)


def test_what_ended_its_worker_once_is_read_the_second_time(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {"a": "", "b": f"once {tmp_path}/marker", "c": ""})
    report = batch.run([docs], database, Settings(LIMITS), engine=workers)
    assert (report.documents, report.bad) == (3, False)


def test_quarantine_lasts_until_the_file_or_the_limits_change(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {"bad": "kill", "good": ""})
    batch.run([docs], database, Settings(LIMITS), engine=workers)
    begun = time.monotonic()
    again = batch.run([docs], database, Settings(LIMITS), engine=workers)
    assert (again.unchanged, len(again.quarantined), again.changed) == (1, 1, False)
    assert again.bad
    assert time.monotonic() - begun < 1
    assert not batch.run([docs], database, Settings(LIMITS, retry=True), engine=workers).changed  # tried, and the same came of it
    write(docs, {"bad": ""})
    assert batch.run([docs], database, Settings(LIMITS), engine=workers).documents == 1
    assert all(row.document_id for row in rows(database, tables.issue))


def test_what_went_over_a_limit_is_read_again_under_another(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {"slow": "sleep 5"})
    assert len(batch.run([docs], database, Settings(LIMITS), engine=workers).quarantined) == 1
    assert batch.run([docs], database, Settings(Limits(seconds=20)), engine=workers).documents == 1


def test_a_worker_that_is_ended_takes_what_it_started_with_it(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {"child": f"child {tmp_path}/pid"})
    batch.run([docs], database, Settings(LIMITS), engine=workers)
    pid = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 5
    while living(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not living(pid)


@pytest.mark.parametrize("which", ["worker", "nursery"])
def test_kills_from_outside_cost_nothing(database, tmp_path, which):
    docs = write(tmp_path / "docs", {f"d{i:02}": "sleep 0.1" for i in range(12)})
    workers = Supervisor(2, TASK, "pipeline.work:warm")

    def kill():
        until = time.monotonic() + 10
        while not workers._workers and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(workers._workers[0].pid if which == "worker" else workers._nursery.process.pid, signal.SIGKILL)

    threading.Thread(target=kill).start()
    report = batch.run([docs], database, Settings(LIMITS), engine=workers)
    workers.close()
    assert (report.documents, report.bad) == (12, False)


def test_workers_end_with_the_run(tmp_path):
    """A run that is killed leaves nothing behind, also where a worker is stuck in a document."""
    docs = write(tmp_path / "docs", {"hang": "hang"})
    code = f"""
import threading, time
from pipeline.engines.supervisor import Supervisor
from pipeline.work import Job
workers = Supervisor(1, {TASK!r})
threading.Thread(target=lambda: list(workers.run([Job("x", {str(docs / "hang.txt")!r}, "x", "x")])), daemon=True).start()
while not (workers._workers and workers._workers[0].began):
    time.sleep(0.01)
print(workers._workers[0].pid, workers._nursery.process.pid, flush=True)
time.sleep(3600)
"""
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    pids = [int(word) for word in run.stdout.readline().split()]
    assert all(map(living, pids))
    run.kill()
    run.wait()
    until = time.monotonic() + 5
    while any(map(living, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(living, pids))


def test_large_jobs_do_not_wait_in_the_pipe_of_a_worker_that_hangs(database, tmp_path):
    """Writing to a worker that does not read would stop the parent, and with it every limit."""
    docs = write(tmp_path / "docs", {"a": "hang", **{f"b{i}": "" for i in range(6)}})
    notes = "长" * 40_000
    (docs / "SOURCES.csv").write_text("file,notes\n" + "".join(f"b{i}.txt,{notes}\n" for i in range(6)), "utf-8")
    workers = Supervisor(1, TASK, "pipeline.work:warm")
    report = batch.run([docs], database, Settings(LIMITS), engine=workers)
    workers.close()
    assert (report.documents, len(report.quarantined)) == (6, 1)


def test_an_engine_that_was_left_in_the_middle_begins_anew(database, tmp_path):
    docs = write(tmp_path / "docs", {f"d{i:02}": "sleep 0.05" for i in range(12)})
    workers = Supervisor(2, TASK, "pipeline.work:warm")

    class Stopping(batch.Silent):
        def done(self, name, what):
            raise KeyboardInterrupt

    assert batch.run([docs], database, Settings(LIMITS), progress=Stopping(), engine=workers).status == "stopped"
    report = batch.run([docs], database, Settings(LIMITS), engine=workers)
    workers.close()
    assert (report.status, report.documents + report.unchanged) == ("done", 12)


def test_a_name_that_is_no_text_and_ends_its_worker(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {"good": ""})
    (Path(os.fsdecode(os.fsencode(docs) + b"/\xb7\xbd\xb0\xb8.txt"))).write_text("kill\n", "utf-8")
    report = batch.run([docs], database, Settings(LIMITS), engine=workers)
    assert (report.status, report.documents, len(report.quarantined)) == ("done", 1, 1)
    assert "方案.txt" in report.quarantined[0]


def test_temporary_files_of_a_worker_go_with_it(database, workers, tmp_path):
    docs = write(tmp_path / "docs", {"litter": "litter", "good": ""})
    batch.run([docs], database, Settings(LIMITS), engine=workers)
    folder = Path(workers._nursery._folder)
    assert not list(folder.rglob("litter*"))
    workers.close()
    assert not folder.exists()


def test_an_error_that_concerns_all_documents_reaches_the_caller():
    workers = Supervisor(1, "tests.faults.test_supervisor:faulty")
    with pytest.raises(RuleError, match="no rules"):
        list(workers.run([Job("x", "x", "x", "x")]))
    workers.close()


def faulty(job):
    raise RuleError("no rules")


def test_jobs_are_taken_only_when_there_is_room(tmp_path):
    docs = write(tmp_path / "docs", {"a": ""})
    taken = 0

    def jobs():
        nonlocal taken
        for i in range(500):
            taken += 1
            yield Job(f"{i}", str(docs / "a.txt"), "a", f"d{i}")

    workers = engines.Supervisor(2)
    outcomes = workers.run(jobs())
    for done, _ in enumerate(outcomes, 1):
        assert taken - done <= 2 * 9
        if done == 40:
            break
    workers.close()
