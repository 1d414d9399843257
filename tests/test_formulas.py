"""What a document writes never runs in a spreadsheet: CSV behind an apostrophe, workbooks as strings, data packages as it is."""

import csv
import json

import pytest
from openpyxl import load_workbook

from pipeline import batch, store
from pipeline.compare import Options, compare
from pipeline.exporters import EXPORTERS, frames
from pipeline.exporters.flat import plain, runs, safe
from pipeline.report import REPORTS

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\u3000", "\xa0", "\ufeff", "\u200b", " \t\n "])
@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_behind_anything_blank_is_defused_and_comes_back(before, sign):
    text = f"{before}{sign}HYPERLINK(1)"
    assert runs(text) and safe(text) == f"'{text}" and plain(safe(text)) == text


@pytest.mark.parametrize("text", ["", "森林覆盖率", "60%", "'quoted'", "a=b", "1-2", "≥5%", None, -5, 3.5, True])
def test_other_cells_stay(text):
    assert safe(text) == text and type(safe(text)) is type(text)


@pytest.mark.parametrize("text", ["'=1", "''-x", "' @y", "'"])
def test_an_apostrophe_of_the_source_comes_back(text):
    assert plain(safe(text)) == text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A database of documents whose names, titles, bodies and indicators begin with every sign."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = "".join(f"{n}\t{sign}SUM(A{n})覆盖率\t{sign}市林业局\t2025年达到{n}%\n" for n, sign in enumerate(SIGNS, 1))
    for n, sign in enumerate(SIGNS):
        text = f"{sign}cmd|' /C calc'!A0甲市实施方案\n序号\t指标\t责任单位\t目标\n{rows}"
        (folder / f"{sign}plan{n}.txt").write_text(text, "utf-8")
    engine = store.connect(f"sqlite:///{folder}/z.db")
    assert batch.run([folder], engine).documents == len(SIGNS)
    return engine


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def number(text):
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def test_csv_files_run_nothing(hostile, tmp_path):
    comparison = compare(hostile, Options())
    found = []
    for path in [*EXPORTERS["csv"](frames.read(hostile), tmp_path / "a"), *REPORTS["csv"](comparison, tmp_path / "b", "zh")]:
        found += cells(path)
    assert not [cell for cell in found if runs(cell) and not number(cell)]
    for sign in SIGNS:
        assert any(cell.startswith(f"'{sign}") for cell in found), sign


def test_workbooks_hold_strings(hostile, tmp_path):
    comparison = compare(hostile, Options())
    found = []
    for path in [*EXPORTERS["xlsx"](frames.read(hostile), tmp_path / "a"), *REPORTS["xlsx"](comparison, tmp_path / "b", "zh")]:
        found += [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in found if cell.data_type in ("f", "e")]
    texts = [cell.value for cell in found if isinstance(cell.value, str)]
    for sign in SIGNS:
        assert any(text.startswith(f"{sign}plan") for text in texts), sign  # as the source has it: types keep it from running


def test_data_packages_are_faithful(hostile, tmp_path):
    EXPORTERS["datapackage"](frames.read(hostile), tmp_path)
    EXPORTERS["jsonl"](frames.read(hostile), tmp_path)
    with (tmp_path / "data" / "targets.csv").open(encoding="utf-8", newline="") as file:
        packed = [row["indicator"] for row in csv.DictReader(file)]
    assert packed == [json.loads(line)["indicator"] for line in (tmp_path / "targets.jsonl").open(encoding="utf-8")]


def test_the_api_runs_nothing(hostile, tmp_path):
    from starlette.testclient import TestClient

    from pipeline.web import Settings, create_app

    app = create_app(Settings(str(hostile.url), tmp_path))
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        for kind in ("targets", "tasks", "documents", "evidence", "bodies"):
            text = client.get(f"/api/v1/{kind}?format=csv&all=true").text
            found = [cell for row in csv.reader(text.splitlines(keepends=True)) for cell in row]
            assert not [cell for cell in found if runs(cell) and not number(cell)]
        listed = client.get("/api/v1/documents").json()["items"]
        assert {one["document"][0] for one in listed} == set(SIGNS)
