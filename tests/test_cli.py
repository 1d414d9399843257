"""The command as a user runs it: results, exit status, bad input."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.conftest import RAW

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。(责任单位:市林业局)\n"


def zhibiao(*words, cwd, data=None):
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=cwd, input=data, capture_output=True, check=False)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One run over good and bad files."""
    folder = tmp_path_factory.mktemp("run")
    docs = folder / "docs"
    docs.mkdir()
    (docs / "good.txt").write_text(PLAN, "utf-8")
    (docs / "same.txt").write_text(PLAN, "utf-8")
    (docs / "old.txt").write_bytes(PLAN.replace("新河", "枣阳").encode("gb18030"))
    (docs / "empty.txt").write_bytes(b"")
    (docs / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (docs / "talk.txt").write_text("今天天气很好,大家都很高兴。\n", "utf-8")
    (docs / "old.rar").write_bytes(b"Rar!\x1a\x07\x00")
    (docs / "folder").mkdir()
    (docs / "several").mkdir()
    (docs / "several" / "附件1.txt").write_text("附件1\n1.市林业局:造林3万亩。\n", "utf-8")
    (docs / "several" / "方案.txt").write_text(PLAN, "utf-8")
    (docs / "SOURCES.csv").write_text("file,title,source\ngood.txt,给定标题,某网站\nseveral,几个文件,某网站\n", "utf-8")
    result = zhibiao("run", docs, "--db", f"sqlite:///{folder}/z.db", "--out", folder / "out", cwd=folder)
    return folder, result


def lines(path: Path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_batch_goes_on_and_says_what_failed(done):
    folder, result = done
    assert result.returncode == 1
    notes = result.stderr.decode()
    for name in ("empty.txt", "binary.txt", "old.rar", "folder"):
        assert name in notes
    assert result.stdout == b""
    documents = lines(folder / "out" / "documents.jsonl")
    assert [d["document"] for d in documents] == ["good", "old", "same", "several", "talk"]
    assert documents[0]["given"] == {"title": "给定标题", "source": "某网站"}
    assert (documents[3]["given"], documents[3]["format"]) == ({"title": "几个文件", "source": "某网站"}, "folder")
    codes = {(i["document"], i["code"]) for i in lines(folder / "out" / "issues.jsonl")}
    assert {
        ("empty", "parse_failed"),
        ("binary", "parse_failed"),
        ("old.rar", "parse_failed"),
        ("folder", "parse_failed"),
        ("talk", "no_plan"),
    } <= codes


def test_exports_hold_the_same_targets(done):
    folder, _ = done
    targets = lines(folder / "out" / "targets.jsonl")
    assert [(t["document"], t["indicator"], t["operator"], t["value"], t["deadline"]["end"]) for t in targets] == [
        (name, "森林覆盖率", ">=", 30, "2025-12-31") for name in ("good", "old", "same", "several")
    ]
    with (folder / "out" / "targets.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["value_text"] for r in rows] == ["30%"] * 4
    book = load_workbook(folder / "out" / "zhibiao.xlsx")
    assert book["targets"].max_row == 5
    tasks = lines(folder / "out" / "tasks.jsonl")
    assert [(t["task"], t["responsible"]) for t in tasks] == [("一/(一)", ["市林业局"])] * 4


@pytest.mark.parametrize("query", ["枣阳", "枣阳市", "420683", "zaoyang"])
def test_compare_finds_a_region_by_any_name(done, query):
    folder, _ = done
    shown = zhibiao("compare", query, "--db", f"sqlite:///{folder}/z.db", cwd=folder)
    assert shown.returncode == 0
    assert "森林覆盖率" in shown.stdout.decode()
    assert "枣阳市" in shown.stdout.decode()


def test_compare_of_an_unknown_region_names_the_known(done):
    folder, _ = done
    shown = zhibiao("compare", "无此地", "--db", f"sqlite:///{folder}/z.db", cwd=folder)
    assert shown.returncode == 2
    assert "枣阳市" in shown.stderr.decode()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx", "html", "svg", "parquet", "datapackage"])
def test_compare_writes_files_into_a_new_folder(done, kind):
    folder, _ = done
    out = folder / f"new-{kind}"
    assert zhibiao("compare", "--format", kind, "--out", out, "--db", f"sqlite:///{folder}/z.db", cwd=folder).returncode == 0
    name = {"csv": "matrix.csv", "jsonl": "findings.jsonl", "svg": "chart-heat.svg", "parquet": "pairs.parquet", "datapackage": "datapackage.json"}
    assert (out / name.get(kind, f"compare.{kind}")).stat().st_size > 100


@pytest.mark.parametrize("view", ["matrix", "pairs", "findings", "standards", "changes", "load", "leads", "timeline", "plans"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_can_be_shown(done, view, lang):
    folder, _ = done
    shown = zhibiao("compare", "--view", view, "--lang", lang, "--all", "--db", f"sqlite:///{folder}/z.db", cwd=folder)
    assert shown.returncode == 0, shown.stderr.decode()
    assert shown.stdout.decode().strip()


def test_every_intermediate_can_be_printed(done):
    folder, _ = done
    for word, field in (("parse", "kind"), ("segment", "cells"), ("extract", "row")):
        shown = zhibiao(word, folder / "docs" / "good.txt", cwd=folder)
        assert shown.returncode == 0
        assert all(field in json.loads(line) for line in shown.stdout.decode().splitlines())
    piped = zhibiao("extract", "-", cwd=folder, data=PLAN.encode())
    assert '"森林覆盖率"' in piped.stdout.decode()


@pytest.mark.parametrize(
    "words",
    [
        ["run", "nowhere"],
        ["extract", "nowhere.txt"],
        ["export", "--format", "odd"],
        ["nonsense"],
        ["score", "nowhere"],
        ["compare", "--db", "sqlite:///none/x.db"],
        ["export", "--db", "sqlite:///none/x.db"],
        ["export", "--db", "notaurl"],
        ["run", "--db", "odd://x"],
        ["db", "upgrade", "--db", "sqlite:////dev/null/x.db"],
    ],
)
def test_wrong_usage_is_status_2_with_one_clear_line(tmp_path, words):
    result = zhibiao(*words, cwd=tmp_path)
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_answered_with_those_there_are(tmp_path):
    notes = zhibiao("server", cwd=tmp_path).stderr.decode()
    assert all(name in notes for name in ("run", "extract", "export", "compare", "score", "db"))


def test_export_from_a_fresh_database_is_empty_but_whole(tmp_path):
    assert zhibiao("db", "upgrade", "--db", f"sqlite:///{tmp_path}/z.db", cwd=tmp_path).returncode == 0
    assert zhibiao("export", "--db", f"sqlite:///{tmp_path}/z.db", "--out", tmp_path / "x", cwd=tmp_path).returncode == 0
    assert (tmp_path / "x" / "targets.jsonl").read_text("utf-8") == ""


def test_help_needs_no_heavy_library(tmp_path):
    code = "import sys; from pipeline import cli; sys.exit(bool({'pandas', 'sqlalchemy', 'rjieba', 'yaml'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_a_folder_that_cannot_be_written_is_named(done, tmp_path):
    folder, _ = done
    (tmp_path / "file").write_bytes(b"")
    for words in (["export"], ["compare", "--format", "csv"]):
        result = zhibiao(*words, "--db", f"sqlite:///{folder}/z.db", "--out", tmp_path / "file" / "x", cwd=tmp_path)
        assert result.returncode == 2
        assert f"zhibiao: {tmp_path / 'file' / 'x'}" in result.stderr.decode()
        assert b"Traceback" not in result.stderr


def test_formulas_in_a_document_are_no_formulas_in_a_spreadsheet(tmp_path):
    (tmp_path / "x.txt").write_text("方案\n序号\t指标\t责任单位\t2025年目标\n1\t=SUM(A1)率\t市林业局\t5%\n", "utf-8")
    zhibiao("run", tmp_path / "x.txt", "--db", f"sqlite:///{tmp_path}/z.db", "--out", tmp_path / "o", cwd=tmp_path)
    book = load_workbook(tmp_path / "o" / "zhibiao.xlsx")
    cells = [c for row in book["targets"].iter_rows() for c in row]
    assert any("SUM" in str(c.value) for c in cells)
    assert not [c for c in cells if c.data_type == "f"]


def test_the_sources_of_the_project_are_listed():
    with (RAW / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        assert {r["file"] for r in csv.DictReader(file)} == {p.name for p in RAW.glob("*.txt")}
