"""Only what is new or changed is read; what is gone is reported; failures are tried again; names stay."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import batch, store, versions
from pipeline.batch import Settings
from pipeline.progress import Silent
from schemas import tables
from schemas.errors import RuleError
from schemas.limits import Limits
from schemas.types import Issue
from tests.faults.conftest import PLAN, small_plans

RAR = b"Rar!\x1a\x07\x00"


@pytest.fixture
def database(tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/db/z.db")
    yield database
    database.dispose()


@pytest.fixture
def docs(tmp_path) -> Path:
    return small_plans(tmp_path / "docs", 3)


def counts(report) -> tuple[int, int, bool]:
    return report.documents, report.unchanged, report.changed


def names(database) -> list[str]:
    with database.connect() as connection:
        return sorted(connection.execute(sa.select(tables.document.c.name)).scalars())


def write(path: Path, value: int = 30, city: str = "新河市") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(PLAN.format(city=city, value=value), "utf-8")


def test_the_second_run_does_nothing(database, docs):
    assert counts(batch.run([docs], database)) == (3, 0, True)
    with database.connect() as connection:
        before = connection.exec_driver_sql("SELECT rowid, * FROM target").all()
    assert counts(batch.run([docs], database)) == (0, 3, False)
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT rowid, * FROM target").all() == before
    assert counts(batch.run([docs], database, Settings(force=True)))[:2] == (3, 0)


def test_new_and_changed_files_are_read(database, docs):
    batch.run([docs], database)
    write(docs / "plan-0001.txt", 44)
    write(docs / "new.txt", 45)
    assert counts(batch.run([docs], database)) == (2, 2, True)
    with database.connect() as connection:
        assert {44, 45} <= set(connection.execute(sa.select(tables.target.c.value)).scalars())


def test_times_of_files_and_clocks_say_nothing(database, docs):
    batch.run([docs], database)
    for path in docs.iterdir():
        os.utime(path, (0, 4_102_444_800))
    assert counts(batch.run([docs], database)) == (0, 3, False)
    before = (docs / "plan-0001.txt").stat()
    write(docs / "plan-0001.txt", 47, "新河乙市")  # of the same length, and dated back
    os.utime(docs / "plan-0001.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (docs / "plan-0001.txt").stat().st_size == before.st_size
    assert counts(batch.run([docs], database)) == (1, 2, True)


@pytest.mark.parametrize(
    "part", [("pipeline.versions.parser_version", "pipeline.normalise.parser_version"), ("extractors.rules.version",), ("schemas.vocab.version",)]
)
def test_another_version_of_what_is_upstream_reads_all_anew(database, docs, monkeypatch, part):
    batch.run([docs], database)
    for name in part:
        monkeypatch.setattr(name, lambda: "another")
    assert counts(batch.run([docs], database))[:2] == (3, 0)
    assert counts(batch.run([docs], database))[:2] == (0, 3)


def test_rows_of_a_worker_with_newer_rules_are_not_taken_for_those_of_older_ones(database, docs, monkeypatch):
    monkeypatch.setattr(versions, "upstream", lambda: versions.Versions("older", "older", "older"))
    with pytest.raises(RuleError, match="start it again"):
        batch.run([docs], database)
    assert names(database) == []


def test_another_run_that_reads_the_same_folder_loses_nothing(database, docs):
    """What another run stored meanwhile is not taken for gone, also where all that is gone is to be deleted."""

    class Meanwhile(Silent):
        once = False

        def done(self, name, what):
            if not self.once:
                self.once = True
                write(docs / "late.txt", 61)
                batch.run([docs / "late.txt"], database)

    report = batch.run([docs], database, Settings(prune=True), progress=Meanwhile())
    assert (report.gone, report.pruned) == ([], 0)
    assert "late" in names(database)


def test_an_empty_folder_is_not_pruned(database, docs):
    """A share that is not mounted looks empty."""
    batch.run([docs], database)
    for path in list(docs.iterdir()):
        path.unlink()
    report = batch.run([docs], database, Settings(prune=True))
    assert (len(report.gone), report.pruned, len(names(database))) == (3, 0, 3)


def test_a_failure_does_not_touch_what_another_run_stored(database, docs):
    batch.run([docs], database)
    with database.connect() as connection:
        key = connection.execute(sa.select(tables.source.c.key).where(tables.source.c.name == "plan-0001")).scalar()
    old = store.Source(str(docs / "plan-0001.txt"), "plan-0001", "failed", code="memory_limit", message="x")
    store.save_failures(database, [("plan-0001", Issue("error", "memory_limit", "x", "x"), old)])
    with database.connect() as connection:
        assert connection.execute(sa.select(tables.source.c.key).where(tables.source.c.name == "plan-0001")).scalar() == key


def test_a_moved_file_that_fails_keeps_the_rows_it_had(database, docs, tmp_path):
    batch.run([docs], database)
    (tmp_path / "later").mkdir()
    (docs / "plan-0001.txt").rename(tmp_path / "later" / "plan-0001.txt")
    store.assign(database, {str(tmp_path / "later" / "plan-0001.txt"): ("plan-0001",)}, lambda *_: True)
    (tmp_path / "later" / "plan-0001.txt").unlink()
    (tmp_path / "later" / "x.txt").write_text("x", "utf-8")
    report = batch.run([tmp_path / "later"], database)
    assert report.gone == [str(tmp_path / "later" / "plan-0001.txt")]
    assert "plan-0001" in names(database)


def test_who_reads_and_what_the_list_says_are_upstream_too(database, docs):
    batch.run([docs], database)
    assert counts(batch.run([docs], database, Settings(second=False)))[:2] == (3, 0)
    assert counts(batch.run([docs], database, Settings(second=False)))[:2] == (0, 3)
    (docs / "SOURCES.csv").write_text("file,title\nplan-0001.txt,给定\n", "utf-8")
    assert counts(batch.run([docs], database, Settings(second=False)))[:2] == (1, 2)


def test_limits_concern_only_what_they_shaped(database, docs):
    (docs / "table.csv").write_text("序号,指标,2025年目标\n1,森林覆盖率,30%\n2," + "长" * 3000 + ",40%\n", "utf-8")
    small = Limits(cell_chars=1000)
    assert batch.run([docs], database, Settings(small)).issues["cell_cut"] == 1
    assert counts(batch.run([docs], database, Settings(small)))[:2] == (0, 4)
    assert counts(batch.run([docs], database))[:2] == (1, 3)  # only the document that was cut
    assert counts(batch.run([docs], database, Settings(Limits(seconds=77))))[:2] == (0, 4)


def test_failures_are_tried_again_and_change_nothing(database, docs):
    (docs / "x.rar").write_bytes(RAR)
    first = batch.run([docs], database)
    assert (len(first.failed), first.changed, first.bad) == (1, True, True)
    again = batch.run([docs], database)
    assert (len(again.failed), again.changed, again.unchanged, again.bad) == (1, False, 3, True)


def test_a_changed_file_that_fails_keeps_its_rows_and_is_read_when_mended(database, docs):
    batch.run([docs], database)
    (docs / "plan-0001.txt").write_bytes(RAR)
    assert len(batch.run([docs], database).failed) == 1
    assert len(names(database)) == 3
    write(docs / "plan-0001.txt", 31)
    report = batch.run([docs], database)
    assert (report.documents + report.unchanged, report.failed) == (3, [])
    with database.connect() as connection:
        assert not connection.execute(sa.select(tables.issue).where(tables.issue.c.document_id.is_(None))).all()


def test_what_is_gone_is_reported_each_time_and_kept_until_pruned(database, docs):
    batch.run([docs], database)
    (docs / "plan-0002.txt").unlink()
    for changed in (False, False):
        report = batch.run([docs], database)
        assert (report.gone, report.changed) == ([str(docs / "plan-0002.txt")], changed)
    assert len(names(database)) == 3
    report = batch.run([docs], database, Settings(prune=True))
    assert (report.pruned, report.changed, names(database)) == (1, True, ["plan-0000", "plan-0001"])
    with database.connect() as connection:
        left = {t.name: connection.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in (tables.evidence, tables.body)}
        used = connection.execute(sa.select(sa.func.count(tables.task_body.c.body_id.distinct()))).scalar()
    assert left["body"] == used
    assert batch.run([docs], database).gone == []


def test_what_comes_back_is_there_again_without_being_read(database, docs):
    batch.run([docs], database)
    data = (docs / "plan-0002.txt").read_bytes()
    (docs / "plan-0002.txt").unlink()
    batch.run([docs], database)
    (docs / "plan-0002.txt").write_bytes(data)
    report = batch.run([docs], database)
    assert (report.gone, report.unchanged, report.documents) == ([], 3, 0)


def test_a_file_given_says_nothing_about_the_others(database, docs):
    batch.run([docs], database)
    (docs / "plan-0002.txt").unlink()
    assert batch.run([docs / "plan-0001.txt"], database).gone == []


def test_two_files_of_one_name_are_two_documents(database, docs, tmp_path):
    write(tmp_path / "other" / "plan-0001.txt", 60)
    batch.run([docs], database)
    batch.run([tmp_path / "other"], database)
    assert names(database) == ["plan-0000", "plan-0001", "plan-0001.txt", "plan-0002"]
    assert counts(batch.run([docs, tmp_path / "other"], database))[:2] == (0, 4)


def test_one_file_under_two_names_is_two_documents_of_one_plan(database, docs):
    (docs / "copy.txt").write_bytes((docs / "plan-0001.txt").read_bytes())
    batch.run([docs], database)
    from pipeline.compare import compare

    plans = compare(database).tables["plans"]
    assert len(plans) == 4
    assert plans["duplicate_of"].notna().sum() == 1


def test_a_moved_file_keeps_its_name_and_its_rows(database, docs, tmp_path):
    batch.run([docs], database)
    (tmp_path / "later").mkdir()
    (docs / "plan-0001.txt").rename(tmp_path / "later" / "plan-0001.txt")
    report = batch.run([docs, tmp_path / "later"], database)
    assert (names(database), report.gone) == (["plan-0000", "plan-0001", "plan-0002"], [])
    with database.connect() as connection:
        assert str(tmp_path / "later" / "plan-0001.txt") in connection.execute(sa.select(tables.document.c.path)).scalars().all()


def test_a_folder_that_is_one_plan_is_read_when_a_file_in_it_changes(database, docs):
    write(docs / "several" / "方案.txt")
    write(docs / "several" / "附件1.txt", 33)
    batch.run([docs], database)
    assert counts(batch.run([docs], database))[:2] == (0, 4)
    write(docs / "several" / "附件1.txt", 34)
    assert counts(batch.run([docs], database))[:2] == (1, 3)


def test_a_change_inside_a_folder_behind_a_url_is_seen(database, docs):
    write(docs / "several" / "方案.txt")
    write(docs / "several" / "附件1.txt", 33)
    url = f"file://{docs}"
    assert counts(batch.run([url], database))[:2] == (4, 0)
    assert counts(batch.run([url], database))[:2] == (0, 4)
    write(docs / "several" / "附件1.txt", 34)
    assert counts(batch.run([url], database))[:2] == (1, 3)


def test_a_web_page_with_links_is_a_document(database, tmp_path):
    page = PLAN.format(city="新河市", value=30).replace("\n", "<br>")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "plan.html").write_text(f'<html><body>{page}<a href="other.txt">x</a></body></html>', "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path / "web"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        report = batch.run([f"http://127.0.0.1:{server.server_port}/plan.html"], database)
    finally:
        server.shutdown()
        server.server_close()
    assert (report.documents, report.failed, names(database)) == (1, [], ["plan"])


def test_a_document_that_loses_its_targets_is_named(database, docs):
    text = "方案\n一、任务\n" + "".join(
        f"{i}.任务{i}。到2025年,{name}达到{20 + i}%以上。\n"
        for i, name in enumerate(("森林覆盖率", "绿化覆盖率", "城镇化率", "垃圾分类覆盖率", "污水处理率", "入学率"), 1)
    )
    (docs / "many.txt").write_text(text, "utf-8")
    assert batch.run([docs], database).dropped == []
    write(docs / "many.txt")
    assert batch.run([docs], database).dropped == [("many", 6, 1)]


def test_documents_of_an_older_database_take_their_names(database, docs):
    """A database from before sources were kept: its documents are replaced, not doubled."""
    batch.run([docs], database)
    store.transact(database, lambda connection: connection.execute(sa.delete(tables.source)))
    assert counts(batch.run([docs], database))[:2] == (3, 0)
    assert len(names(database)) == 3
