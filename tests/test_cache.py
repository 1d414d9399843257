"""The cache of parsed documents: the same document comes out, damage is noticed, what limits shaped is not kept."""

import gzip
from pathlib import Path

import pytest

from pipeline import work
from pipeline.cache import Cache
from pipeline.parsers import parse_bytes
from pipeline.work import Job, perform
from schemas.limits import Limits
from tests.documents import pdf
from tests.faults.conftest import PLAN


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Cache:
    monkeypatch.setattr("pipeline.cache._WORTH", 0.0)
    return Cache(str(tmp_path / "cache"))


def files(cache: Cache) -> list[Path]:
    return sorted(p for p in Path(cache.folder).rglob("*") if p.is_file())


def test_a_document_comes_back_as_it_was(cache):
    document = parse_bytes(pdf.write(PLAN.format(city="新河市", value=30).splitlines()), "plan.pdf")
    assert document.pieces
    cache.put(document.id, document, 1)
    assert cache.get(document.id) == document


def test_what_is_kept_is_not_parsed_again(cache, tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text(PLAN.format(city="新河市", value=30), "utf-8")
    job = Job(str(path), str(path), "a.txt", "a", sha256="0" * 64, cache=cache)
    first = perform(job)
    monkeypatch.setattr(work, "parse_file", lambda *_: pytest.fail("parsed again"))
    again = perform(Job(str(path), str(path), "b/a.txt", "other", sha256="0" * 64, cache=cache))
    assert [t["value"] for t in again.rows.tables["target"]] == [t["value"] for t in first.rows.tables["target"]] == [30]
    assert (again.rows.document["name"], again.rows.document["path"]) == ("other", "b/a.txt")


@pytest.mark.parametrize("damage", [b"", b"x", gzip.compress(b"{}"), gzip.compress(b"[1]"), gzip.compress(b"{" * 9), None])
def test_a_damaged_file_counts_as_none_and_is_written_anew(cache, tmp_path, damage):
    path = tmp_path / "a.txt"
    path.write_text(PLAN.format(city="新河市", value=30), "utf-8")
    job = Job(str(path), str(path), "a.txt", "a", sha256="1" * 64, cache=cache)
    first = perform(job)
    (kept,) = files(cache)
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert perform(job).rows == first.rows
    assert kept.read_bytes()[10:] == whole[10:]


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.cache._WORTH", 0.0)
    (tmp_path / "file").touch()
    (tmp_path / "a.txt").write_text(PLAN.format(city="新河市", value=30), "utf-8")
    job = Job("a", str(tmp_path / "a.txt"), "a.txt", "a", sha256="2" * 64, cache=Cache(str(tmp_path / "file")))
    assert perform(job).rows.tables["target"]


def test_what_a_limit_shaped_or_other_parsers_made_is_not_kept(cache, monkeypatch):
    cut = parse_bytes(("序号,指标\n1," + "长" * 300).encode(), "t.csv", limits=Limits(cell_chars=100))
    assert any("--limit" in issue.message for issue in cut.issues)
    cache.put(cut.id, cut, 1)
    assert files(cache) == []
    whole = parse_bytes("序号,指标\n1,长\n".encode(), "t.csv")
    cache.put(whole.id, whole, 1)
    monkeypatch.setattr("pipeline.cache.parser_version", lambda: "other")
    assert cache.get(whole.id) is None
    cache.put(whole.id, whole, 1)
    assert [p.name for p in files(cache)] == [f"{whole.id}-other.json.gz"]
