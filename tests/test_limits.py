"""Limits: each refuses with its name, the amount and the way to raise it, through every door they can be set by."""

import io
import os
import subprocess
import sys
import zipfile
from dataclasses import fields

import pytest

from pipeline.content import Builder, Place
from pipeline.parsers import parse_bytes, parse_file
from schemas import limits as module
from schemas.errors import LimitError, ZhibiaoError
from schemas.limits import Budget, Limits, read_limits

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。(责任单位:市林业局)\n"
TABLE = "方案\n序号\t指标\t2025年目标\n" + "".join(f"{i}\t湿地保护率\t≥60%\n" for i in range(1, 30))


def zhibiao(*words, cwd, **environment):
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False, env=os.environ | environment)


@pytest.mark.parametrize("name", [f.name for f in fields(Limits)])
def test_a_refusal_names_the_limit_the_amount_and_the_way_to_raise_it(name):
    budget = Budget(Limits(**{name: 100}))
    budget.check(name, 100, "things")
    with pytest.raises(LimitError, match=rf"^many things: 12,345 is over the limit {name}=100; .*--limit {name}=13000$"):
        budget.check(name, 12345, "many things")


@pytest.mark.parametrize("amount", [0.2, 1, 9, 10, 99.5, 100, 101, 999, 1000.1, 123456])
def test_the_proposed_limit_is_enough(amount):
    with pytest.raises(LimitError) as refused:
        Budget(Limits(pages=0)).check("pages", amount, "pages")
    proposed = int(str(refused.value).rpartition("=")[2])
    Budget(Limits(pages=proposed)).check("pages", amount, "pages")
    assert proposed <= max(amount * 1.2, amount + 1)


def test_time_and_memory_are_looked_at_as_parsers_go_on(monkeypatch):
    clock, memory = iter([0.0, 5.0, 901.0]), iter([100.0, 3000.0, 4101.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(module, "resident_mb", lambda: next(memory))
    budget = Budget()
    budget.tick()
    with pytest.raises(LimitError, match="seconds of reading: 901 is over the limit seconds=900"):
        budget.tick()
    clock = iter([1.0])
    with pytest.raises(LimitError, match="MB of memory: 4,001 is over the limit memory_mb=4000"):
        budget.tick()


def test_unpacking_is_counted_over_all_members():
    budget = Budget(Limits(unpacked_mb=10))
    for _ in range(5):
        budget.unpack(1_000_000, 2_000_000, "a.xml")
    with pytest.raises(LimitError, match=r"MB unpacked \(at b\.xml\): 12 is over the limit unpacked_mb=10"):
        budget.unpack(1_000_000, 2_000_000, "b.xml")
    Budget().unpack(1, 900_000, "small.xml")  # a ratio says nothing about a small member
    with pytest.raises(LimitError, match="expansion=200"):
        Budget().unpack(1000, 2_000_000, "bomb.xml")


def test_file_size_and_cells(tmp_path):
    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * 2_100_000)
    with pytest.raises(LimitError, match=r"big\.txt: MB in the file: 2.1 is over the limit file_mb=2;.*file_mb=3"):
        parse_file(path, Limits(file_mb=2))
    with pytest.raises(LimitError, match="file_mb=2"):
        parse_bytes(path.read_bytes(), "big.txt", limits=Limits(file_mb=2))
    with pytest.raises(LimitError, match="cells=50"):
        parse_bytes(TABLE.encode(), "t.txt", limits=Limits(cells=50))
    builder = Builder(Budget(Limits(cells=3)))
    with pytest.raises(LimitError, match="cells=3"):
        builder.table([Place("x", 1, i) for i in range(1, 5)])


def test_a_long_cell_is_cut_with_an_issue():
    builder = Builder(Budget(Limits(cell_chars=10)))
    builder.table([Place("一" * 30, 1, 1)])
    content = builder.content()
    assert content.text == "一" * 10 + "\n"
    (issue,) = content.issues
    assert (issue.code, "cell_chars=30" in issue.message) == ("cell_cut", True)


@pytest.mark.parametrize("setting", ["page=3", "pages", "pages=", "pages=many", "pages=-3", "pages=²", "=3", "pages=1.5"])
def test_what_is_no_limit_is_refused(setting, monkeypatch):
    with pytest.raises(ZhibiaoError, match=r"is no limit: write name=number with one of .*pages"):
        read_limits([setting])
    monkeypatch.setenv("ZHIBIAO_LIMITS", setting)
    with pytest.raises(ZhibiaoError, match="is no limit"):
        read_limits()


def test_the_environment_gives_limits_and_the_command_line_has_the_last_word(monkeypatch):
    monkeypatch.setenv("ZHIBIAO_LIMITS", "pages=9000, seconds=60,")
    assert (read_limits().pages, read_limits().seconds) == (9000, 60)
    assert (read_limits(["pages=7", "pages=8"]).pages, read_limits(["pages=7"]).seconds) == (8, 60)
    monkeypatch.delenv("ZHIBIAO_LIMITS")
    assert read_limits() == Limits()


def test_through_the_command(tmp_path):
    (tmp_path / "t.txt").write_text(TABLE, "utf-8")
    refused = zhibiao("parse", "t.txt", "--limit", "cells=50", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.decode().startswith("zhibiao: t.txt: table cells: 51 is over the limit cells=50;")
    assert zhibiao("parse", "t.txt", cwd=tmp_path, ZHIBIAO_LIMITS="cells=50").returncode == 2
    assert zhibiao("parse", "t.txt", "--limit", "cells=500", cwd=tmp_path, ZHIBIAO_LIMITS="cells=50").returncode == 0
    for word in ("parse", "segment", "extract", "run"):
        unknown = zhibiao(word, "t.txt", "--limit", "sells=50", cwd=tmp_path)
        assert (unknown.returncode, b"Traceback" in unknown.stderr) == (2, False)
        assert "“sells=50” is no limit" in unknown.stderr.decode()
    assert [p.name for p in tmp_path.iterdir()] == ["t.txt"]


def test_a_refused_document_does_not_stop_a_batch(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text(TABLE, "utf-8")
    (docs / "b.txt").write_text(PLAN, "utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 5_000_000)
    (docs / "c.zip").write_bytes(buffer.getvalue())
    done = zhibiao("run", docs, "--limit", "cells=50", "--db", f"sqlite:///{tmp_path}/z.db", "--out", tmp_path / "out", cwd=tmp_path)
    notes = done.stderr.decode()
    assert done.returncode == 1
    assert "--limit cells=" in notes
    assert "--limit expansion=" in notes
    assert (tmp_path / "out" / "documents.jsonl").read_text("utf-8").count('"document": "b"') == 1
