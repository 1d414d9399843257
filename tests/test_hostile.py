"""Hostile and broken input: a ParseError that names the file, or a document; never another exception, never a hang."""

import importlib.util
import io
import itertools
import os
import random
import time
import zipfile

import pytest
import sqlalchemy as sa

from pipeline import batch, sources, store
from pipeline.content import Content
from pipeline.parsers import PARSERS, parse_bytes, parse_file, text
from pipeline.parsers.sniff import find_format
from pipeline.run import process, process_file
from schemas import tables
from schemas.errors import LimitError, ParseError
from schemas.types import Document
from tests.documents.archive import zipped
from tests.documents.small import PLAN, files, images

READ = [f for f in files() if importlib.util.find_spec(PARSERS[f])]
QUICK = [f for f in READ if f not in ("doc", "image")]  # LibreOffice and character recognition take seconds a file
MAGICS = {
    "pdf": b"%PDF-1.7\n",
    "zip": b"PK\x03\x04",
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "tiff": b"II*\0",
    "ofd": zipped({"OFD.xml": b"\0" * 9})[:60],
    "docx": zipped({"word/document.xml": b"\0" * 9})[:60],
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20) + b"Workbook".hex().encode(),
    "html": b"<!DOCTYPE html><html>",
    "xml": b"<?xml version='1.0'?><w:wordDocument",
    "rtf": b"{\\rtf1 ",
    "nothing": b"",
}


def survives(data: bytes, name: str, seconds: float = 20) -> Document | ParseError:
    """A document, or the ParseError that names the file; both in time."""
    begun = time.monotonic()
    try:
        outcome: Document | ParseError = parse_bytes(data, name, name)
    except ParseError as error:
        assert str(error).startswith(f"{name}: "), error
        assert len(str(error)) > len(name) + 12
        outcome = error
    assert time.monotonic() - begun < seconds
    return outcome


@pytest.mark.parametrize("kind", READ)
def test_the_small_files_are_sound(kind):
    if kind in QUICK:
        document = parse_bytes(files()[kind], "plan.csv" if kind == "csv" else "plan", "plan")
        assert (document.format, bool(document.blocks)) == (kind, True)


@pytest.mark.parametrize("ending", [".pdf", ".zip", ".docx", ".xlsx", ".html", ".csv", ".txt", ".ofd", ".png", ".doc", ""])
def test_nothing_at_all(ending):
    for data in (b"", b"\0" * 5000, b" \r\n\t" * 10):
        assert "empty" in str(survives(data, f"a{ending}"))


@pytest.mark.parametrize("magic", sorted(MAGICS))
def test_noise_behind_a_known_beginning(magic):
    found = find_format(MAGICS[magic], "x")[0]
    if found in PARSERS and not importlib.util.find_spec(PARSERS[found]):
        pytest.skip(f"no parser of {found}")
    noise = random.Random(magic)
    for length in (0, 1, 30, 600, 50_000) if found != "doc" else (600,):
        survives(MAGICS[magic] + noise.randbytes(length) + b"\xff", "noise.bin")


@pytest.mark.parametrize("kind", READ)
def test_halves(kind):
    data = files()[kind]
    for cut in (len(data) // 2, len(data) - 1, len(data) - 30, min(len(data) // 2, 40)) if kind in QUICK else (len(data) // 2,):
        survives(data[:cut], f"half.{kind}", 60)


@pytest.mark.parametrize(("kind", "ending"), [(k, e) for k, e in itertools.product(QUICK, (*files(), "jpg", "unknown")) if e != k])
def test_the_wrong_ending(kind, ending):
    if kind in ("text", "csv") and ending in ("csv", "text"):
        return  # plain text is what its ending says
    name = f"plan.{ {'text': 'txt', 'image': 'png'}.get(ending, ending) }"
    right, wrong = (parse_bytes(files()[kind], n, n) for n in (f"plan.{ {'text': 'txt'}.get(kind, kind) }", name))
    assert (wrong.format, wrong.text, wrong.blocks) == (("text" if kind == "csv" else right.format), wrong.text, wrong.blocks)
    if kind != "csv":
        assert (wrong.text, wrong.blocks) == (right.text, right.blocks)
    codes = [i.code for i in wrong.issues]
    assert ("wrong_ending" in codes) == (ending != "unknown"), codes


@pytest.mark.parametrize("kind", [k for k in images() if "image" in READ])
def test_broken_pictures(kind):
    data = images()[kind]
    survives(data[: len(data) // 2], f"x.{kind.lower()}", 60)


def test_what_a_library_raises_is_about_the_file(monkeypatch):
    class PanicError(BaseException):
        """What a library written in Rust ends with."""

    PanicError.__module__ = "pyo3_runtime"
    for error in (zipfile.BadZipFile("File is not a zip file"), RecursionError("maximum"), MemoryError(), UnicodeError("x"), PanicError("panicked")):
        monkeypatch.setattr(text, "parse", _raises(error))
        with pytest.raises(ParseError, match=rf"^a\.txt: the text file is broken or unusual \({type(error).__name__}"):
            parse_bytes(b"x", "a.txt", "a.txt")
    monkeypatch.setattr(text, "parse", lambda data, budget: zipfile.ZipFile(io.BytesIO(zipped({}))).read("word/document.xml"))
    with pytest.raises(ParseError, match="KeyError"):  # a built-in error, but raised inside a library
        parse_bytes(b"x", "a.txt", "a.txt")
    monkeypatch.setattr(text, "ERRORS", (LookupError,), raising=False)
    monkeypatch.setattr(text, "parse", _raises(KeyError("a")))
    with pytest.raises(ParseError, match="KeyError"):  # the parser says that bytes can do this
        parse_bytes(b"x", "a.txt", "a.txt")


@pytest.mark.parametrize("error", [KeyError("a"), ValueError("x"), AssertionError(), TypeError("y"), KeyboardInterrupt(), ImportError("z")])
def test_a_fault_of_ours_stays_what_it_is(error, monkeypatch):
    monkeypatch.setattr(text, "parse", _raises(error))
    with pytest.raises(type(error)):
        parse_bytes(b"x", "a.txt", "a.txt")


def _raises(error):
    def parse(data, budget) -> Content:
        raise error

    return parse


def test_bombs():
    bomb = zipped({"a.txt": b"0" * 20_000_000})
    for data in (bomb, zipped({"b.zip": bomb}), zipped({"方案.txt": PLAN, "b.zip": bomb})):
        outcome = survives(data, "bomb.zip")
        assert isinstance(outcome, LimitError)
        assert "--limit" in str(outcome)
    deep = zipped({"x.txt": PLAN})
    for _ in range(30):
        deep = zipped({"x.zip": deep})
    assert isinstance(survives(deep, "deep.zip"), ParseError)


def test_a_bomb_inside_an_office_file_or_package_is_refused():
    for part in ("word/document.xml", "xl/workbook.xml", "OFD.xml"):
        if not all(importlib.util.find_spec(PARSERS[f]) for f in ("docx", "xlsx", "ofd")):
            pytest.skip("not all parsers are here")
        outcome = survives(zipped({"[Content_Types].xml": "<x/>", part: b" " * 20_000_000}), "bomb.bin")
        assert isinstance(outcome, ParseError)


def test_many_overlapping_members():
    """Every entry of the directory points at the same packed bytes."""
    data = zipped({"a.txt": b"0" * 900_000})
    at, end = data.rfind(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    entry, tail = data[at:end], bytearray(data[end:])
    count = 1500
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (count * len(entry)).to_bytes(4, "little")
    entries = b"".join(entry.replace(b"a.txt", f"{i:05d}".encode()) for i in range(count))
    outcome = survives(data[:at] + entries + bytes(tail), "overlap.zip")
    assert isinstance(outcome, LimitError)


def test_a_directory_of_millions_of_members_is_refused_before_it_is_read():
    count = 1_200_000
    entries = (b"PK\x01\x02" + bytes(42)) * count
    tail = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + len(entries).to_bytes(4, "little") + (4).to_bytes(4, "little") + bytes(2)
    outcome = survives(b"PK\x03\x04" + entries + tail, "many.zip", 5)
    assert "members=" in str(outcome)


@pytest.mark.parametrize(
    "name",
    ["方\n案\r.txt", "方案🌳\u202e.txt", "案" * 80 + ".txt", "a'b\"c;--.txt", "-rf.txt", "x\x1b[31m.txt", os.fsdecode("方案.txt".encode("gb18030"))],
)
def test_odd_file_names(tmp_path, name):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / name).write_text(PLAN, "utf-8")
    (docs / ("x" + name.removesuffix(".txt")[:70] + ".rar")).write_bytes(b"Rar!\x1a\x07\x00")
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    report = batch.run([docs], engine)
    assert (report.documents, len(report.failed)) == (1, 1)
    assert "\n" not in report.failed[0]
    with engine.connect() as connection:
        (stored,) = connection.execute(sa.select(tables.document.c.name)).scalars()
    assert stored.isprintable()
    assert (stored[0], "�" in stored) == (name[0] if name[0].isprintable() else "方", False)
    engine.dispose()


def test_a_name_too_long_for_the_system(tmp_path):
    for name in ("案" * 100 + ".txt", "x" * 5000):
        with pytest.raises(ParseError, match="cannot be read"):
            process_file(tmp_path / name)
        with pytest.raises(ParseError, match=r"cannot be read|no such file"):
            sources.find([tmp_path / name])


def test_what_is_no_file(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "self").symlink_to(tmp_path / "folder")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "sound.txt").write_text(PLAN, "utf-8")
    engine = store.connect(f"sqlite:///{tmp_path}/db/z.db")
    report = batch.run([tmp_path], engine, out=tmp_path / "db")
    assert (report.documents, len(report.failed)) == (1, 3)
    assert {m.partition(": ")[0].rpartition("/")[2] for m in report.failed} == {"loop", "folder", "pipe"}
    engine.dispose()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path):
    (tmp_path / "a.txt").write_text(PLAN, "utf-8")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(ParseError, match="Permission denied"):
        parse_file(tmp_path / "a.txt")


def test_what_the_system_refuses_to_open(tmp_path, monkeypatch):
    (tmp_path / "plan").mkdir()
    for name in ("a.txt", "plan/b.txt"):
        (tmp_path / name).write_text(PLAN, "utf-8")

    def denied(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    for name in ("a.txt", "plan"):
        with pytest.raises(ParseError, match="Permission denied"):
            parse_file(tmp_path / name)
    monkeypatch.setattr("os.scandir", denied)
    with pytest.raises(ParseError, match=r"plan: cannot be read \(Permission denied\)"):
        sources.find([tmp_path / "plan"])


def test_a_folder_of_thousands_of_empty_files(tmp_path):
    docs = tmp_path / "docs"
    (docs / "plan").mkdir(parents=True)
    for i in range(3000):
        (docs / f"{i:04d}.txt").touch()
    for i in range(2001):
        (docs / "plan" / f"{i:04d}.txt").touch()
    (docs / "sound.txt").write_text(PLAN, "utf-8")
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    begun = time.monotonic()
    report = batch.run([docs], engine)
    assert (report.documents, len(report.failed)) == (1, 3001)
    assert any("members=2000" in message for message in report.failed)
    assert time.monotonic() - begun < 60
    engine.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("kind", READ)
def test_flipped_bytes(kind):
    """A document or a ParseError, whatever bytes are changed; rows come out of what can be read."""
    noise = random.Random(kind)
    whole = files()[kind]
    for _ in range(400 if kind in QUICK else 10):
        data = bytearray(whole)
        for _ in range(noise.choice((1, 2, 8, 40))):
            data[noise.randrange(len(data))] = noise.randrange(256)
        outcome = survives(_cut(bytes(data), noise), f"flipped.{kind}", 60)
        if isinstance(outcome, Document):
            process(outcome)


def _cut(data: bytes, noise: random.Random) -> bytes:
    """Now and then a piece is missing or comes twice."""
    at = noise.randrange(len(data))
    return {0: data[:at] + data[at + 20 :], 1: data[:at] + data[at // 2 :], 2: data[at:]}.get(noise.randrange(12), data)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["docx", "xlsx", "ofd", "zip"])
def test_flipped_bytes_inside_archives(kind):
    """The parts of a ZIP are damaged before they are packed, so that the check sums are right and the format's own reader is met."""
    if kind not in READ:
        pytest.skip("no parser")
    noise = random.Random(kind)
    with zipfile.ZipFile(io.BytesIO(files()[kind])) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    for _ in range(400):
        name = noise.choice(sorted(parts))
        data = bytearray(parts[name])
        for _ in range(noise.choice((1, 2, 8))):
            data[noise.randrange(len(data))] = noise.randrange(256)
        outcome = survives(zipped(parts | {name: _cut(bytes(data), noise)}), f"flipped.{kind}", 60)
        if isinstance(outcome, Document):
            process(outcome)
