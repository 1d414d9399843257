"""The stored rows for other tools: Parquet and data packages say the same as the JSON lines."""

import json

import openpyxl
import pandas as pd
import pytest
from frictionless import Package, validate

from pipeline import batch, store
from pipeline.exporters import EXPORTERS, frames, parquet, xlsx
from pipeline.exporters.flat import flatten
from tests.conftest import RAW


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('e')}/e.db")
    batch.run([RAW / "longnan-2023-scheme.txt", RAW / "zhumadian-2022-scheme.txt"], engine)
    return engine


@pytest.fixture(scope="module")
def rows(stored):
    return frames.read(stored)


def test_parquet_has_every_row_with_its_types(rows, tmp_path):
    EXPORTERS["parquet"](rows, tmp_path)
    targets = pd.read_parquet(tmp_path / "targets.parquet")
    assert len(targets) == len(rows["targets"])
    assert targets["value"].dtype == "float64"
    assert list(targets["deadline_end"].dropna()) == [t["deadline"]["end"] for t in rows["targets"] if t["deadline"] and t["deadline"]["end"]]
    tasks = pd.read_parquet(tmp_path / "tasks.parquet")
    assert [list(x) for x in tasks["lead"]] == [t["lead"] for t in rows["tasks"]]
    assert json.loads(tasks["functions"][0]) == rows["tasks"][0]["functions"]


def test_the_data_package_is_valid_and_its_keys_hold(rows, tmp_path):
    EXPORTERS["datapackage"](rows, tmp_path)
    report = validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])
    package = Package(str(tmp_path / "datapackage.json"))
    assert {r.name: len(r.read_rows()) for r in package.resources} == {name: len(lines) for name, lines in rows.items()}
    assert package.get_resource("targets").schema.get_field("value").type == "number"
    assert package.licenses[0]["name"]


def test_the_data_package_notices_a_document_that_is_not_listed(rows, tmp_path):
    EXPORTERS["datapackage"]({**rows, "documents": rows["documents"][:1]}, tmp_path)
    assert "foreign-key" in {kind for (kind,) in validate(str(tmp_path / "datapackage.json")).flatten(["type"])}


def test_a_data_package_without_issues_is_valid(rows, tmp_path):
    EXPORTERS["datapackage"]({**rows, "issues": []}, tmp_path)
    report = validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])


def test_nothing_stored_gives_empty_tables(tmp_path):
    empty = {"documents": [], "tasks": [], "targets": [], "issues": [], "coverage": []}
    assert len(EXPORTERS["parquet"](empty, tmp_path)) == 5
    assert [path.name for path in EXPORTERS["datapackage"](empty, tmp_path)] == ["datapackage.json"]


def test_streams_give_the_lines_that_reading_at_once_gives(stored, rows):
    with frames.opened(stored) as lines:
        assert {name: list(some) for name, some in lines.items()} == rows
        assert list(lines["targets"]) == rows["targets"]  # again


def test_small_chunks_give_the_same_lines(stored, rows, monkeypatch):
    monkeypatch.setattr(frames, "_ROWS", 1)
    assert frames.read(stored) == rows


def test_lines_are_those_of_one_moment(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/m.db")
    batch.run([RAW / "longnan-2023-scheme.txt"], engine)
    with frames.opened(engine) as lines:
        before = list(lines["documents"])
        batch.run([RAW / "zhumadian-2022-scheme.txt"], engine)
        assert [line["document"] for line in lines["documents"]] == [line["document"] for line in before]
        assert {line["document"] for line in lines["targets"]} == {"longnan-2023-scheme"}
    assert len(frames.read(engine)["documents"]) == 2


@pytest.mark.parametrize("name", ["jsonl", "csv", "datapackage"])
def test_streamed_files_are_those_of_lists(stored, rows, tmp_path, name):
    with frames.opened(stored) as lines:
        EXPORTERS[name](lines, tmp_path / "stream")
    EXPORTERS[name](rows, tmp_path / "lists")
    for path in (p for p in (tmp_path / "lists").rglob("*") if p.is_file()):
        assert path.read_bytes() == (tmp_path / "stream" / path.relative_to(tmp_path / "lists")).read_bytes(), path.name


def test_csv_is_what_pandas_writes(rows, tmp_path):
    EXPORTERS["csv"](rows, tmp_path)
    for name, lines in rows.items():
        pd.DataFrame([flatten(line) for line in lines], dtype=object).to_csv(tmp_path / "pandas.csv", index=False, encoding="utf-8-sig")
        assert (tmp_path / f"{name}.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes(), name


def test_row_groups_hold_what_one_table_would(rows, tmp_path, monkeypatch):
    """Types are those of all lines: a column that is empty, or whole numbers, in the first group is not so in the last."""
    lines = [*rows["targets"], {**rows["targets"][0], "baseline": "2020年", "value": 0.5, "box": [1, 2.5, 3, 4]}]
    one = rows | {"targets": lines}
    EXPORTERS["parquet"](one, tmp_path / "one")
    monkeypatch.setattr(parquet, "GROUP", 7)
    EXPORTERS["parquet"](one, tmp_path / "many")
    for name in rows:
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "one" / f"{name}.parquet"), pd.read_parquet(tmp_path / "many" / f"{name}.parquet"))


def test_what_a_sheet_cannot_hold_goes_on_in_the_next_and_a_note_says_so(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS", 101)
    monkeypatch.setattr(xlsx, "_HEAD", 10)
    EXPORTERS["xlsx"](rows, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "zhibiao.xlsx")
    sheets = [name for name in book.sheetnames if name.startswith("targets")]
    assert len(sheets) == -(-len(rows["targets"]) // 100) > 1
    ids = [row[-1] for name in sheets for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert ids == [target["target_id"] for target in rows["targets"]]
    notes = [row[0] for row in book["notes"].iter_rows(values_only=True)]
    assert any(f"targets: {len(ids)} lines, in the sheets {', '.join(sheets)}" in note for note in notes)
    assert all(book[name].auto_filter.ref.startswith("A1:") for name in sheets)


def test_a_text_that_a_cell_cannot_hold_is_cut_with_a_note(rows, tmp_path):
    line = {"document": "a", "level": "warning", "code": "x", "where": "1", "message": "长" * 40_000}
    EXPORTERS["xlsx"]({"issues": [line]}, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "zhibiao.xlsx")
    assert len(book["issues"]["E2"].value) == 32_767
    assert "1 texts are longer" in book["notes"]["A1"].value


def test_a_small_workbook_has_no_notes(rows, tmp_path):
    EXPORTERS["xlsx"](rows, tmp_path)
    assert openpyxl.load_workbook(tmp_path / "zhibiao.xlsx").sheetnames == list(rows)
