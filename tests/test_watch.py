"""The inbox: half-written files wait, what landed is read once, a signal ends it cleanly."""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.watch import Inbox, watch
from schemas.errors import ParseError, RuleError, StorageError
from tests.faults.conftest import PLAN, dump, start

TEXT = PLAN.format(city="新河市", value=30)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def due(inbox: Inbox) -> list[str]:
    return [Path(location).name for location in inbox.look()]


def test_a_file_is_due_when_it_stays_the_same(folder):
    inbox = Inbox([folder])
    assert due(inbox) == []
    with (folder / "a.txt").open("w") as file:
        for _ in range(4):
            file.write("half a line")
            file.flush()
            assert due(inbox) == []
    assert due(inbox) == []
    assert due(inbox) == ["a.txt"]
    inbox.took(inbox.look())
    assert due(inbox) == []
    (folder / "a.txt").write_text("changed", "utf-8")
    assert [due(inbox) for _ in range(3)] == [[], [], ["a.txt"]]


def test_what_is_still_being_fetched_waits_under_its_other_name(folder):
    inbox = Inbox([folder])
    (folder / "plan.pdf.part").write_bytes(b"%PDF")
    assert [due(inbox) for _ in range(4)] == [[], [], [], []]
    (folder / "plan.pdf.part").rename(folder / "plan.pdf")
    assert [due(inbox) for _ in range(3)] == [[], [], ["plan.pdf"]]


def test_a_folder_is_due_when_all_in_it_stays_the_same(folder):
    inbox = Inbox([folder])
    (folder / "several").mkdir()
    for i in range(3):
        (folder / "several" / f"{i}.txt").write_text(TEXT, "utf-8")
        assert due(inbox) == []
    assert [due(inbox) for _ in range(2)] == [[], ["several"]]


def test_a_list_that_changes_makes_its_documents_due(folder):
    inbox = Inbox([folder], settle=1)
    (folder / "a.txt").write_text(TEXT, "utf-8")
    inbox.look()
    inbox.took(inbox.look())
    (folder / "SOURCES.csv").write_text("file,title\na.txt,一\n", "utf-8")
    assert [due(inbox) for _ in range(2)] == [[], ["a.txt"]]


def test_a_folder_that_goes_away_is_waited_for(folder):
    stop, read = threading.Event(), []
    inbox = Inbox([folder / "later"], settle=1)

    def take(locations):
        read.extend(locations)
        stop.set()
        return True

    thread = threading.Thread(target=watch, args=(inbox, take, lambda: None, stop, 0.02))
    thread.start()
    time.sleep(0.2)
    (folder / "later").mkdir()
    (folder / "later" / "a.txt").write_text(TEXT, "utf-8")
    thread.join(10)
    assert [Path(location).name for location in read] == ["a.txt"]


def test_what_was_not_read_to_its_end_is_read_again_and_published_once(folder):
    """A database that is away, a list without its column, a folder that is full: the service goes on."""
    stop, seen = threading.Event(), []
    inbox = Inbox([folder], settle=1)
    answers = iter([ParseError("no column “file”"), False, StorageError("away"), True])

    def read(locations):
        answer = next(answers)
        seen.append(type(answer).__name__)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def publish():
        seen.append("published")
        stop.set()

    (folder / "a.txt").write_text(TEXT, "utf-8")
    thread = threading.Thread(target=watch, args=(inbox, read, publish, stop, 0.01))
    thread.start()
    thread.join(20)
    assert seen == ["ParseError", "bool", "StorageError", "bool", "published"]


def test_rules_at_fault_end_the_watch(folder):
    def read(_):
        raise RuleError("changed: start it again")

    (folder / "a.txt").write_text(TEXT, "utf-8")
    with pytest.raises(RuleError):
        watch(Inbox([folder], settle=1), read, lambda: None, threading.Event(), 0.01)


def stored(url: str) -> int:
    """Documents in a database, 0 while it is being made."""
    try:
        return len(dump(url)["document"])
    except sa.exc.OperationalError:
        return 0


def until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)


def test_the_service_reads_what_lands_and_ends_on_a_signal(folder, tmp_path):
    url = f"sqlite:///{tmp_path}/z.db"
    words = ("watch", folder, "--db", url, "--out", tmp_path / "out", "--every", "0.2", "--workers", "1", "--log", tmp_path / "log.jsonl")
    service = start(*words, stderr=subprocess.PIPE)
    targets = tmp_path / "out" / "targets.jsonl"
    (folder / "a.txt").write_text(TEXT, "utf-8")
    until(lambda: targets.exists() and len(targets.read_text("utf-8").splitlines()) == 1)
    (folder / "b.txt").write_text(TEXT.replace("30", "31"), "utf-8")
    (folder / "c.rar").write_bytes(b"Rar!\x1a\x07\x00")
    until(lambda: len(targets.read_text("utf-8").splitlines()) == 2)
    until(lambda: any(row[3] == "failed" for row in dump(url)["source"]))
    service.send_signal(signal.SIGTERM)
    notes = service.communicate(timeout=30)[1].decode()
    assert service.returncode == 0, notes
    assert "Traceback" not in notes
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert {e["document"] for e in events if e.get("what") == "stored"} == {"a", "b"}


def test_a_run_that_is_told_to_end_stores_what_it_has(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    for i in range(400):
        (docs / f"{i:03}.txt").write_text(TEXT * 10, "utf-8")
    url = f"sqlite:///{tmp_path}/z.db"
    run = start("run", docs, "--db", url, "--out", tmp_path / "out", stderr=subprocess.PIPE)
    until(lambda: stored(url) > 10)
    os.kill(run.pid, signal.SIGTERM)
    notes = run.communicate(timeout=30)[1].decode()
    assert run.returncode == 1, notes
    assert "interrupted" in notes
    assert "Traceback" not in notes
    (last,) = store.read_runs(store.connect(url))
    assert (last["status"], last["documents"]) == ("stopped", len(dump(url)["document"]))
    assert not (tmp_path / "out" / "targets.jsonl").exists()
