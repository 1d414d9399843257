"""The stored rows for other tools: Parquet and data packages say the same as the JSON lines."""

import json

import pandas as pd
import pytest
from frictionless import Package, validate

from pipeline import batch, store
from pipeline.exporters import EXPORTERS, frames
from tests.conftest import RAW


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('e')}/e.db")
    batch.run([RAW / "longnan-2023-scheme.txt", RAW / "zhumadian-2022-scheme.txt"], engine)
    found = frames.read(engine)
    engine.dispose()
    return found


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
