"""A batch: nothing is dropped silently, nothing that one document brings stops the others."""

import io
import logging
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import batch, sources, store, work
from schemas import tables
from schemas.errors import ParseError
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
    real = work.process

    def broken(document, name, *rest):
        if name == "b":
            raise OverflowError("too large for a float")
        return real(document, name, *rest)

    monkeypatch.setattr(work, "process", broken)
    with caplog.at_level(logging.ERROR):
        report = batch.run([docs], engine)
    names, failures = stored(engine)
    assert (names, report.documents, len(report.failed)) == (["a", "c"], 2, 1)
    code, message = failures["b"]
    assert code == "unexpected_error"
    assert all(part in message for part in (str(docs / "b.txt"), "OverflowError: too large for a float", "report this"))
    assert "Traceback" in caplog.text
    monkeypatch.setattr(work, "process", real)
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


def test_what_stands_in_a_folder(engine, docs):
    """Each file and each folder is a document; the results, hidden files, lists and the parts of a saved page are none."""
    (docs / "a.txt").write_text(PLAN, "utf-8")
    (docs / "plan").mkdir()
    (docs / "plan" / "方案.txt").write_text(PLAN, "utf-8")
    (docs / "plan" / "SOURCES.csv").write_text("file\n", "utf-8")
    (docs / "two.zip").write_bytes(_zip({"方案.txt": PLAN, "附件1.txt": "附件1\n1.市林业局:牵头造林工作,完成抚育3万亩。\n"}))
    (docs / "page.htm").write_text(PLAN, "utf-8")
    for folder in (".hidden", "out", "page_files", "empty"):
        (docs / folder).mkdir()
    (docs / "SOURCES.csv").write_text("file,title\nplan,一\ntwo.zip,二\n", "utf-8")
    for ending in ("rar", "7z"):
        (docs / f"file-{ending}.{ending}").write_bytes({"rar": b"Rar!\x1a\x07\x00", "7z": b"7z\xbc\xaf\x27\x1c"}[ending])
    report = batch.run([docs], engine, out=docs / "out")
    names, failures = stored(engine)
    assert names == ["a", "page", "plan", "two"]
    assert set(failures) == {"empty", "file-rar", "file-7z"}
    assert all("not read: unpack it" in failures[f"file-{e}"][1] for e in ("rar", "7z"))
    assert len(report.failed) == 3
    with engine.connect() as connection:
        given = dict(connection.execute(sa.select(tables.document.c.name, tables.document.c.given)).all())
        files = set(connection.execute(sa.select(tables.evidence.c.file)).scalars())
    assert ('"一"' in given["plan"], '"二"' in given["two"]) == (True, True)
    assert files == {None, "方案.txt", "附件1.txt"}


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_equal_stems_are_told_apart(engine, docs):
    other = docs.parent / "other"
    other.mkdir()
    for path in (docs / "y.md", docs / "y.txt", other / "y.txt"):
        path.write_text(PLAN, "utf-8")
    (docs / "y.docx").write_bytes(b"\0\1")  # comes first, but cannot be read
    names = sources.names(sources.find([docs, docs / "y.md", other]).documents)
    assert [names[str(p)] for p in (docs / "y.md", docs / "y.txt", docs / "y.docx", other / "y.txt")] == [
        "y.md",
        "y.txt",
        "y",
        str(other / "y.txt"),
    ]
    batch.run([docs], engine)
    stored_names, failures = stored(engine)
    assert (stored_names, set(failures)) == (["y.md", "y.txt"], {"y"})


def test_notes_about_files_that_are_gone_go_with_the_next_run_of_their_folder(engine, docs):
    other = docs.parent / "docs2"
    other.mkdir()
    for path in (docs / "gone.rar", docs / "stays.rar", docs / "mended.rar", other / "far.rar"):
        path.write_bytes(b"Rar!\x1a\x07\x00")
    batch.run([docs, other], engine)
    assert set(stored(engine)[1]) == {"gone", "stays", "mended", "far"}
    (docs / "gone.rar").unlink()
    (other / "far.rar").unlink()
    (docs / "mended.rar").write_text(PLAN, "utf-8")
    batch.run([docs / "stays.rar"], engine)
    assert set(stored(engine)[1]) == {"gone", "stays", "mended", "far"}  # a file given says nothing about the others
    batch.run([docs], engine)
    assert (stored(engine)[0], set(stored(engine)[1])) == (["mended"], {"stays", "far"})


def test_a_name_stays_with_its_file(engine, docs):
    (docs / "y.md").write_text(PLAN, "utf-8")
    (docs / "y.rar").write_bytes(b"Rar!\x1a\x07\x00")
    batch.run([docs], engine)
    assert set(stored(engine)[1]) == {"y.rar"}
    (docs / "y.md").unlink()
    report = batch.run([docs], engine)
    assert stored(engine)[0] == ["y"]  # its rows stay, and the report says that its file is gone
    assert set(stored(engine)[1]) == {"y.rar"}
    assert report.gone == [str(docs / "y.md")]


def test_notes_of_the_working_folder(engine, docs, monkeypatch):
    monkeypatch.chdir(docs)
    (docs / "gone.rar").write_bytes(b"Rar!\x1a\x07\x00")
    batch.run([Path()], engine)
    (docs / "gone.rar").unlink()
    (docs / "a.txt").write_text(PLAN, "utf-8")
    batch.run([Path()], engine)
    assert stored(engine) == (["a"], {})


def test_a_sources_list_that_cannot_be_read_is_named(engine, docs):
    (docs / "SOURCES.csv").write_bytes(b"\xff\x00\x81" * 100)
    with pytest.raises(ParseError, match=r"SOURCES\.csv: the sources list cannot be read"):
        batch.run([docs], engine)
