"""The vocabularies hold together."""

import os

import pytest

from pipeline.heads import role_of
from schemas import vocab
from schemas.errors import RuleError
from schemas.functions import functions


@pytest.fixture
def version():
    """The version as a new process would tell it."""

    def told():
        vocab.version.cache_clear()
        return vocab.version()

    yield told
    vocab.version.cache_clear()


def test_version_depends_on_the_users_files(tmp_path, monkeypatch, version):
    before = version()
    own = tmp_path / "own.yaml"
    own.write_text("[]", "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    first = version()
    own.write_text("[ ]", "utf-8")
    assert len({before, first, version()}) == 3
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(tmp_path / "absent.yaml"))
    with pytest.raises(RuleError, match=r"absent\.yaml: the vocabulary cannot be read"):
        version()


def test_a_process_says_that_it_reads_by_what_it_has_read(tmp_path, monkeypatch, version):
    """A file of the user's that changes while a service runs changes neither what it reads by nor what it says."""
    own = tmp_path / "own.yaml"
    own.write_text("[]", "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    before = version()
    own.write_text("[ ]", "utf-8")
    assert vocab.version() == before != version()


def test_several_files_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("ZHIBIAO_VOCAB", os.pathsep.join(["a.yaml", "", "b.yaml"]))
    assert [path.name for path in vocab.user_files()] == ["a.yaml", "b.yaml"]


def test_functions_and_lookups():
    assert len({f.id for f in functions()}) == len(functions())
    assert all(entry.reason for entry in vocab.lookups())


def test_headings_have_one_meaning():
    assert role_of("单位") == "unit"
    assert role_of("指标") == "indicator"
