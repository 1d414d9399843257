"""The vocabularies hold together."""

import os

import pytest

from pipeline.heads import role_of
from schemas import vocab
from schemas.errors import RuleError
from schemas.functions import functions


def test_version_depends_on_the_users_files(tmp_path, monkeypatch):
    before = vocab.version()
    own = tmp_path / "own.yaml"
    own.write_text("[]", "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    first = vocab.version()
    own.write_text("[ ]", "utf-8")
    assert len({before, first, vocab.version()}) == 3
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(tmp_path / "absent.yaml"))
    with pytest.raises(RuleError, match=r"absent\.yaml: the vocabulary cannot be read"):
        vocab.version()


def test_several_files_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("ZHIBIAO_VOCAB", os.pathsep.join(["a.yaml", "", "b.yaml"]))
    assert [path.name for path in vocab.user_files()] == ["a.yaml", "b.yaml"]


def test_functions_and_lookups():
    assert len({f.id for f in functions()}) == len(functions())
    assert all(entry.reason for entry in vocab.lookups())


def test_headings_have_one_meaning():
    assert role_of("单位") == "unit"
    assert role_of("指标") == "indicator"
