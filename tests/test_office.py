"""DOC, WPS, RTF and XLS through LibreOffice: the same rows, nothing lost in silence, no network, clear words where it is missing."""

import shutil
import socket
import subprocess
import sys
import threading

import openpyxl
import pytest

from pipeline.parsers import libreoffice, parse_bytes, parse_file
from pipeline.parsers.word import doc
from pipeline.parsers.word.docx import Grid, Paragraph
from pipeline.run import process_file
from schemas.errors import ParseError
from schemas.limits import Budget, Limits
from tests.documents import docx
from tests.documents.model import read_plan
from tests.documents.same import mended, rows_of

needs_soffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (make system)")
needs_antiword = pytest.mark.skipif(shutil.which("antiword") is None, reason="antiword is not installed (make system)")
RTF = "{\\rtf1\\ansi " + "".join(f"\\u{ord(c)}?" for c in "一、总体要求") + "\\par 85%%%s}"


def converted(folder, wanted):
    """The task table in an older format, written by LibreOffice (whose DOC has lost the table: its cells stand in one paragraph)."""
    docx.write(mended(read_plan("zhumadian-2023-task-table"), (0, 1)), folder / "plan.docx")
    return _by_soffice(folder / "plan.docx", wanted)


def _by_soffice(source, wanted):
    profile = (source.parent / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", wanted, "--outdir", source.parent, source]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return source.with_suffix(f".{wanted}")


@needs_soffice
@pytest.mark.soak
def test_rtf_gives_the_rows_of_the_text(tmp_path, gold_results):
    result = process_file(converted(tmp_path, "rtf"))
    assert rows_of(result) == rows_of(gold_results["zhumadian-2023-task-table"])
    assert result.document.format == "doc"


@needs_soffice
@needs_antiword
def test_a_table_that_libreoffice_loses_is_put_back(tmp_path, gold_results):
    result = process_file(converted(tmp_path, "doc"))
    assert rows_of(result) == rows_of(gold_results["zhumadian-2023-task-table"])
    assert [i.code for i in result.document.issues] == ["conversion_loss"]


@needs_soffice
@pytest.mark.soak
def test_without_antiword_the_reader_is_told(tmp_path, monkeypatch):
    source = converted(tmp_path, "doc")
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *rest: None if name == "antiword" else real(name, *rest))
    document = parse_file(source)
    assert [i.code for i in document.issues] == ["conversion_unchecked"]


@pytest.fixture
def server():
    """A server on this machine, and the list of those who asked it."""
    asked = []
    listening = socket.create_server(("127.0.0.1", 0))

    def listen():
        try:
            while True:
                asked.append(listening.accept())
        except OSError:
            return

    threading.Thread(target=listen, daemon=True).start()
    yield listening.getsockname()[1], asked
    listening.close()


@pytest.mark.skipif(not libreoffice._isolation(), reason="this system cannot run a program without network (unshare)")
@pytest.mark.parametrize("isolated", [True, False])
def test_programs_are_started_without_network(isolated, server, monkeypatch, tmp_path):
    if not isolated:
        monkeypatch.setattr(libreoffice, "_isolation", lambda: ())
    port, asked = server
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5); print('reached')"
    reached = libreoffice.run([sys.executable, "-c", code], 20, Budget(), tmp_path)
    assert (reached.strip() == b"reached") == (not isolated)
    assert bool(asked) == (not isolated)


@needs_soffice
def test_a_linked_address_is_never_asked_for(server, monkeypatch):
    monkeypatch.setattr(libreoffice, "_isolation", lambda: ())
    port, asked = server
    link = f"http://127.0.0.1:{port}/x.png"
    field = "".join(f'{{\\field{{\\*\\fldinst {name} "{link}" \\\\d}}{{\\fldrslt }}}}' for name in ("INCLUDEPICTURE", "INCLUDETEXT"))
    document = parse_bytes((RTF % field).encode(), "plan.rtf")
    assert "一、总体要求" in document.text
    assert asked == []


@needs_soffice
def test_percentages_of_an_xls_are_read_as_shown(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["指标", "值"])
    book.active.append(["优良率", 0.95])
    book.active["B2"].number_format = "0%"
    book.save(tmp_path / "plan.xlsx")
    document = parse_file(_by_soffice(tmp_path / "plan.xlsx", "xls"))
    assert document.format == "xls"
    assert "95%" in document.text


def test_percentages_of_an_xls_without_libreoffice_are_reported(monkeypatch):
    from pipeline.parsers.sheets import xls
    from pipeline.parsers.sheets.xlsx import Tally, issues_of

    tally = Tally()
    assert xls._text(0.95, tally, "B2") == "0.95"
    assert xls._text(3.0, tally, "B3") == "3"
    assert [i.where for i in issues_of("表", tally)] == ["表 B2"]


def test_a_missing_libreoffice_is_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ParseError, match="make system"):
        parse_bytes((RTF % "").encode(), "plan.rtf")
    monkeypatch.setenv("ZHIBIAO_SOFFICE", "/nowhere/soffice")
    with pytest.raises(ParseError, match="/nowhere/soffice"):
        parse_bytes((RTF % "").encode(), "plan.rtf")


def test_a_program_that_hangs_is_ended(monkeypatch, tmp_path):
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nsleep 50 &\necho $! > " + str(tmp_path / "pid") + "\nwait\n")
    program.chmod(0o755)
    monkeypatch.setenv("ZHIBIAO_SOFFICE", str(program))
    with pytest.raises(ParseError, match="did not finish within 1 seconds"):
        parse_bytes((RTF % "").encode(), "plan.rtf", limits=Limits(seconds=1))
    child = (tmp_path / "pid").read_text().strip()
    state = subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True, check=False).stdout.strip()
    assert state == "" or state.startswith("Z")


def test_a_program_that_makes_nothing_is_reported(monkeypatch):
    monkeypatch.setenv("ZHIBIAO_SOFFICE", "true")
    with pytest.raises(ParseError, match="cannot convert"):
        parse_bytes((RTF % "").encode(), "plan.rtf")


def test_encrypted_documents_are_refused_before_anything_is_started():
    head = b"\xec\xa5" + bytes(8) + (0x0100).to_bytes(2, "little")
    data = b"\xd0\xcf\x11\xe0" + bytes(508) + head + bytes(500) + "WordDocument".encode("utf-16-le")
    with pytest.raises(ParseError, match="password"):
        doc.parse(data, Budget())


def test_what_the_conversion_lost_is_named():
    items = [Paragraph("一、总体要求", 1), Paragraph("改善水质，", 2)]
    found, issues = doc.compare(items, ["一、总体要求", "改善水质，优良比例达到百分之九十"])
    assert found == items
    assert [i.code for i in issues] == ["conversion_loss"]
    assert "优良比例达到百分之九十" in issues[0].message
    rows = [["指标", "值"], ["优良率", "85%"]]
    found, issues = doc.compare(items, ["一、总体要求", rows, "改善水质，"])
    assert [type(item) for item in found] == [Paragraph, Grid, Paragraph]
    assert [[c.text for c in found[1].cells if c.row == r] for r in (1, 2)] == rows
    assert "一、总体要求" in issues[0].where
    assert doc.compare(items, ["一、总体要求", "改善水质，"]) == (items, [])
