"""Checks before publishing, and the reports of runs."""

import json

import pytest
import sqlalchemy as sa

from pipeline import batch, store
from pipeline.batch import Settings
from pipeline.check import check, expectations
from schemas import tables
from schemas.errors import ZhibiaoError
from tests.faults.conftest import PLAN, small_plans
from tests.test_cli import zhibiao


@pytest.fixture
def database(tmp_path):
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(database)
    yield database
    database.dispose()


def codes(database, expected=None, **more) -> set[tuple[str, str]]:
    return {(f.level, f.code) for f in check(database, expected or expectations(), **more)}


def test_an_empty_database_is_not_published(database):
    assert codes(database) == {("fatal", "minimum")}


def test_a_sound_run_has_no_findings(database, tmp_path):
    docs = small_plans(tmp_path / "docs", 5)
    batch.run([docs], database)
    assert codes(database, evidence=True) == set()
    batch.run([docs], database)
    assert codes(database) == set()


def test_drops_against_the_run_before_are_warned_of(database, tmp_path):
    docs = small_plans(tmp_path / "docs", 12)
    batch.run([docs], database)
    for path in sorted(docs.iterdir())[:4]:
        path.unlink()
    batch.run([docs], database)
    assert codes(database) == {("warning", "gone")}
    batch.run([docs], database, Settings(prune=True))
    assert codes(database) == {("warning", "drop")}
    batch.run([docs], database)
    assert codes(database) == set()


def test_fields_that_are_filled_less_are_warned_of(database, tmp_path):
    docs = small_plans(tmp_path / "docs", 6)
    batch.run([docs], database)
    for path in docs.iterdir():
        path.write_text(path.read_text("utf-8").replace("到2025年,", "").replace("(2024—2025年)", ""), "utf-8")
    batch.run([docs], database)
    found = check(database, expectations())
    assert any(f.code == "fill_drop" and "target.deadline_end" in f.message for f in found)


def test_documents_that_lost_their_targets_and_failures_are_named(database, tmp_path):
    docs = small_plans(tmp_path / "docs", 1)
    measures = "".join(
        f"{i}.任务。到2025年,{name}达到{20 + i}%。\n" for i, name in enumerate(("森林覆盖率", "城镇化率", "入学率", "污水处理率", "绿化率"), 1)
    )
    (docs / "many.txt").write_text(f"方案\n一、任务\n{measures}", "utf-8")
    batch.run([docs], database)
    (docs / "many.txt").write_text(PLAN.format(city="新河市", value=30), "utf-8")
    (docs / "bad.rar").write_bytes(b"Rar!\x1a\x07\x00")
    batch.run([docs], database)
    assert {("warning", "document_drop"), ("warning", "failed"), ("warning", "drop")} <= codes(database)


def test_evidence_that_was_tampered_with_is_fatal(database, tmp_path):
    batch.run([small_plans(tmp_path / "docs", 2)], database)
    store.transact(database, lambda c: c.execute(sa.update(tables.evidence).where(tables.evidence.c.slot == "value").values(text="99%")))
    assert codes(database) == set()
    assert codes(database, evidence=True) == {("fatal", "evidence")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minimum: {targets: 3}", "numbers for some of"),
        ("minimum: many", "numbers for some of"),
        ("drop: 20", "no share between 0 and 1"),
        ("odd: 1", "expectations are minimum"),
        ("fill: {target.x: 0.1}", "target.deadline_end"),
        ("a: [", "cannot be read"),
        ("- 1", "expectations are minimum"),
    ],
)
def test_expectations_that_are_none_are_told(tmp_path, text, said):
    (tmp_path / "e.yaml").write_text(text, "utf-8")
    with pytest.raises(ZhibiaoError, match=said):
        expectations(tmp_path / "e.yaml")


def test_nothing_is_published_where_a_check_is_fatal(tmp_path):
    docs = small_plans(tmp_path / "docs", 2)
    (tmp_path / "e.yaml").write_text("minimum: {target: 5}\n", "utf-8")
    words = ("run", docs, "--workers", "0", "--expect", tmp_path / "e.yaml", "--db", f"sqlite:///{tmp_path}/z.db", "--out", tmp_path / "out")
    result = zhibiao(*words, cwd=tmp_path)
    assert result.returncode == 1
    assert "target: 2 rows are stored, at least 5 are expected" in result.stderr.decode()
    assert not (tmp_path / "out").exists()
    checked = zhibiao("check", "--expect", tmp_path / "e.yaml", "--db", f"sqlite:///{tmp_path}/z.db", "--format", "jsonl", cwd=tmp_path)
    assert (checked.returncode, json.loads(checked.stdout)["code"]) == (1, "minimum")
    assert zhibiao("check", "--db", f"sqlite:///{tmp_path}/z.db", cwd=tmp_path).returncode == 0


def test_runs_are_listed_and_shown(tmp_path):
    docs = small_plans(tmp_path / "docs", 3)
    (docs / "bad.rar").write_bytes(b"Rar!\x1a\x07\x00")
    words = ("run", docs, "--workers", "0", "--db", f"sqlite:///{tmp_path}/z.db", "--out", tmp_path / "out")
    told = json.loads(zhibiao(*words, "--json", cwd=tmp_path).stdout)
    assert (told["documents"], told["counts"]["failed"], told["stored"]["target"]) == (3, 1, 3)
    assert told["stages"]["extract"] > 0
    assert [name for _, name in told["slowest"]]
    quiet = zhibiao(*words, "--quiet", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout) == (1, b"")
    assert [line.partition(":")[0] for line in quiet.stderr.decode().splitlines()] == ["failed"]
    runs = [json.loads(line) for line in zhibiao("runs", "--format", "jsonl", "--db", f"sqlite:///{tmp_path}/z.db", cwd=tmp_path).stdout.splitlines()]
    assert [(r["number"], r["status"], r["documents"], r["report"]["unchanged"]) for r in runs] == [(2, "done", 0, 3), (1, "done", 3, 0)]
    shown = zhibiao("runs", "1", "--db", f"sqlite:///{tmp_path}/z.db", cwd=tmp_path).stdout.decode()
    assert all(part in shown for part in ("slow:", "failed:", "bad.rar", "documents/s"))
    missing = zhibiao("runs", "7", "--db", f"sqlite:///{tmp_path}/z.db", cwd=tmp_path)
    assert (missing.returncode, "no run 7" in missing.stderr.decode()) == (2, True)
