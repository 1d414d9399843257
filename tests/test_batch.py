"""A batch: nothing is dropped silently, nothing that one document brings stops the others."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import batch, store
from schemas import tables
from tests.conftest import read

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。(责任单位:市林业局)\n"


@pytest.fixture
def engine(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/db/z.db")
    yield engine
    engine.dispose()


@pytest.fixture
def docs(tmp_path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def stored(engine) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Names of the stored documents, and code and message of the failures by name."""
    with engine.connect() as connection:
        names = sorted(connection.execute(sa.select(tables.document.c.name)).scalars())
        failures = connection.execute(sa.select(tables.issue).where(tables.issue.c.document_id.is_(None)))
        return names, {row.document: (row.code, row.message) for row in failures}


def test_an_unexpected_exception_fails_its_document_only(engine, docs, monkeypatch, caplog):
    for name in ("a", "b", "c"):
        (docs / f"{name}.txt").write_text(PLAN, "utf-8")
    real = batch.process_file

    def broken(path, *rest):
        if path.stem == "b":
            raise OverflowError("too large for a float")
        return real(path, *rest)

    monkeypatch.setattr(batch, "process_file", broken)
    with caplog.at_level(logging.ERROR):
        report = batch.run([docs], engine)
    names, failures = stored(engine)
    assert (names, report.documents, len(report.failed)) == (["a", "c"], 2, 1)
    code, message = failures["b"]
    assert code == "unexpected_error"
    assert all(part in message for part in (str(docs / "b.txt"), "OverflowError: too large for a float", "report this"))
    assert "Traceback" in caplog.text
    monkeypatch.setattr(batch, "process_file", real)
    batch.run([docs], engine)
    assert stored(engine) == (["a", "b", "c"], {})


@pytest.mark.parametrize("number", ["九" * 400, "9" * 5000, "9" * 20])
def test_a_number_too_long_is_an_issue_and_no_value(number):
    rows = read(PLAN.replace("30", number)).rows
    (target,) = rows.tables["target"]
    assert (target["value"], target["canonical_value"]) == (None, None)
    assert target["value_text"].removesuffix("%") in number
    assert [i.where for i in rows.issues if i.code == "number_too_large"] == ["一/(一)"]


def test_the_largest_figures_of_plans_are_kept():
    (target,) = read("方案\n一、任务\n1.发展。到2025年,地区生产总值达到999999999999999元以上。\n").rows.tables["target"]
    assert target["value"] == 999999999999999


def test_folders_and_unknown_formats_in_a_folder_are_said_to_be_not_read(engine, docs):
    (docs / "a.txt").write_text(PLAN, "utf-8")
    (docs / "plan").mkdir()
    (docs / "plan" / "inner.txt").write_text(PLAN, "utf-8")
    (docs / ".hidden").mkdir()
    (docs / "out").mkdir()
    for ending in ("zip", "csv", "pdf"):
        (docs / f"file-{ending}.{ending}").write_bytes(b"x")
    report = batch.run([docs], engine, out=docs / "out")
    names, failures = stored(engine)
    assert names == ["a"]
    assert set(failures) == {"plan", "file-zip", "file-csv", "file-pdf"}
    assert all("not read: " in message for _, message in failures.values())
    assert f"zhibiao run {docs / 'plan'}" in failures["plan"][1]
    assert len(report.failed) == 4


def test_equal_stems_are_told_apart(engine, docs):
    other = docs.parent / "other"
    other.mkdir()
    for path in (docs / "y.md", docs / "y.txt", other / "y.txt"):
        path.write_text(PLAN, "utf-8")
    (docs / "y.docx").write_bytes(b"x")  # comes first, but cannot be read
    files, _ = batch.find_files([docs, docs / "y.md", other])
    names = batch.name_documents(files)
    assert [names[p] for p in (docs / "y.md", docs / "y.txt", docs / "y.docx", other / "y.txt")] == [
        "y",
        "y.txt",
        "y.docx",
        str(other / "y.txt"),
    ]
    batch.run([docs], engine)
    stored_names, failures = stored(engine)
    assert (stored_names, set(failures)) == (["y", "y.txt"], {"y.docx"})
