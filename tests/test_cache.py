"""The cache of parsed documents: the same document comes out, damage is noticed, what limits shaped is not kept."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import sources, work
from pipeline.cache import Cache
from pipeline.parsers import parse_bytes
from pipeline.sources import Place
from pipeline.work import Job, perform
from schemas.limits import Limits
from tests.documents import pdf
from tests.faults.conftest import PLAN


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Cache:
    monkeypatch.setattr("pipeline.cache._WORTH", 0.0)
    return Cache(str(tmp_path / "cache"))


def job(path: Path, cache: Cache) -> Job:
    return Job(str(path), str(path), path.name, path.stem, sha256=sources.digest(Place(str(path), path.name), 100), cache=cache)


def files(cache: Cache) -> list[Path]:
    return sorted(p for p in Path(cache.folder).rglob("*") if p.is_file())


def test_a_document_comes_back_as_it_was(cache):
    document = parse_bytes(pdf.write(PLAN.format(city="新河市", value=30).splitlines()), "plan.pdf")
    assert document.pieces
    cache.put("plan.pdf", document, 1)
    assert cache.get(document.id, "x.PDF") == document


def test_what_is_kept_is_not_parsed_again(cache, tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text(PLAN.format(city="新河市", value=30), "utf-8")
    mine = job(path, cache)
    first = perform(mine)
    monkeypatch.setattr(work, "parse_file", lambda *_: pytest.fail("parsed again"))
    again = perform(replace(mine, shown="b/a.txt", name="other"))
    assert [t["value"] for t in again.rows.tables["target"]] == [t["value"] for t in first.rows.tables["target"]] == [30]
    assert (again.rows.document["name"], again.rows.document["path"]) == ("other", "b/a.txt")


@pytest.mark.parametrize("damage", [b"", b"x", gzip.compress(b"{}"), gzip.compress(b"[1]"), gzip.compress(b"{" * 9), None])
def test_a_damaged_file_counts_as_none_and_is_written_anew(cache, tmp_path, damage):
    path = tmp_path / "a.txt"
    path.write_text(PLAN.format(city="新河市", value=30), "utf-8")
    mine = job(path, cache)
    first = perform(mine)
    (kept,) = files(cache)
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert perform(mine).rows == first.rows
    assert kept.read_bytes()[10:] == whole[10:]


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.cache._WORTH", 0.0)
    (tmp_path / "file").touch()
    (tmp_path / "a.txt").write_text(PLAN.format(city="新河市", value=30), "utf-8")
    assert perform(job(tmp_path / "a.txt", Cache(str(tmp_path / "file")))).rows.tables["target"]


def test_what_a_limit_shaped_or_other_parsers_made_is_not_kept(cache, monkeypatch):
    cut = parse_bytes(("序号,指标\n1," + "长" * 300).encode(), "t.csv", limits=Limits(cell_chars=100))
    assert any("--limit" in issue.message for issue in cut.issues)
    cache.put("t.csv", cut, 1)
    assert files(cache) == []
    whole = parse_bytes("序号,指标\n1,长\n".encode(), "t.csv")
    cache.put("t.csv", whole, 1)
    monkeypatch.setattr("pipeline.cache.reading_version", lambda: "other")
    assert cache.get(whole.id, "t.csv") is None
    cache.put("t.csv", whole, 1)
    (kept,) = files(cache)
    assert kept.name.endswith("-other.json.gz")


def test_the_ending_has_a_say(cache, tmp_path):
    for name, found in (("a.csv", "csv"), ("b.txt", "text")):
        (tmp_path / name).write_text("序号,指标,目标\n1,森林覆盖率,30%\n", "utf-8")
        for _ in range(2):
            assert perform(job(tmp_path / name, cache)).rows.document["format"] == found


def test_what_changed_between_hashing_and_reading_is_kept_as_what_it_is(cache, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(PLAN.format(city="新河市", value=30), "utf-8")
    before = job(path, cache)
    path.write_text(PLAN.format(city="新河市", value=77), "utf-8")
    outcome = perform(before)
    assert outcome.sha256 == job(path, cache).sha256 != before.sha256
    assert outcome.rows.tables["target"][0]["value"] == 77
    path.write_text(PLAN.format(city="新河市", value=30), "utf-8")
    assert perform(before).rows.tables["target"][0]["value"] == 30
