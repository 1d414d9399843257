"""Reports for tools: JSON lines, CSV, Parquet, data package."""

import csv
import json
import sys
from datetime import date

import pytest

from pipeline.report import REPORTS, words
from schemas import comparison as contract
from schemas.comparison import TABLES, headings
from schemas.errors import ZhibiaoError
from tests.report import made


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_json_lines_keep_order_types_and_missing_values(full, tmp_path):
    written = REPORTS["jsonl"](full, tmp_path, "zh")
    assert [p.name for p in written] == [f"{table}.jsonl" for table in TABLES]
    lines = [json.loads(line) for line in (tmp_path / "matrix.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == len(made.matrix())
    assert all(list(line) == [c.name for c in TABLES["matrix"]] for line in lines)
    first, second, third = lines[:3]
    assert (first["value"], second["value"], third["year"]) == (60, 95.5, None)
    assert type(first["value"]) is int and type(first["rank"]) is int  # 60, not 60.0
    assert first["lead"] == ["市水利局", "市住建局"] and first["deadline"]["end"] == "2025-12-31"
    assert lines[3]["quote"] == made.HOSTILE  # tools get the text as it is
    timeline = [json.loads(line) for line in (tmp_path / "timeline.jsonl").read_text("utf-8").splitlines()]
    assert [line["date"] for line in timeline] == ["2025-12-31", "2027-06-30"]


def test_json_lines_are_the_same_bytes_in_either_language(full, tmp_path):
    for folder, lang in (("a", "zh"), ("b", "en")):
        REPORTS["jsonl"](full, tmp_path / folder, lang)
    for table in TABLES:
        assert (tmp_path / "a" / f"{table}.jsonl").read_bytes() == (tmp_path / "b" / f"{table}.jsonl").read_bytes()


def test_nan_and_none_are_null(tmp_path):
    line = made.stated("率", "甲市", "t1", value=float("nan"), rank=float("nan"))
    REPORTS["jsonl"](made.comparison({"matrix": [line]}), tmp_path, "zh")
    found = json.loads((tmp_path / "matrix.jsonl").read_text("utf-8"))
    assert found["value"] is None and found["rank"] is None and found["baseline"] is None


def test_a_table_without_a_column_is_refused(full, tmp_path):
    full.tables["matrix"] = full.tables["matrix"].drop(columns="rank")
    with pytest.raises(ZhibiaoError, match=r"matrix .* lacks rank"):
        REPORTS["jsonl"](full, tmp_path, "zh")
    assert not list(tmp_path.glob("*matrix*"))


@pytest.mark.parametrize(("lang", "state", "verdict", "head"), [("zh", "已述", "可比", "指标"), ("en", "stated", "comparable", "Indicator")])
def test_csv_has_headings_and_words_by_language(full, tmp_path, lang, state, verdict, head):
    REPORTS["csv"](full, tmp_path, lang)
    assert (tmp_path / "matrix.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    heads, first = read_csv(tmp_path / "matrix.csv")[:2]
    line = dict(zip(heads, first, strict=True))
    names = headings("matrix", lang)
    assert heads[0] == head and line[names["state"]] == state and line[names["verdict"]] == verdict
    assert line[names["lead"]] == "市水利局、市住建局"
    assert line[words.say("deadline_end", lang, head=names["deadline"])] == "2025-12-31"


def test_csv_defuses_formulas(full, tmp_path):
    REPORTS["csv"](full, tmp_path, "zh")
    cells = [cell for table in TABLES for row in read_csv(tmp_path / f"{table}.csv")[1:] for cell in row]
    numbers = [c for c in cells if c.startswith("-")]
    assert all(c.lstrip("-").replace(".", "").isdigit() for c in numbers)  # negative numbers stay numbers
    assert not [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r"))]
    assert f"'{made.FORMULA}" in cells and "'=1+1" in cells


def test_parquet_has_types_and_lists(full, tmp_path):
    from pyarrow import parquet

    REPORTS["parquet"](full, tmp_path, "en")
    matrix = parquet.read_table(tmp_path / "matrix.parquet")
    assert str(matrix.schema.field("lead").type).startswith("list<") and str(matrix.schema.field("rank").type) == "int64"
    assert matrix.schema.field("rank").metadata[b"title"] == b"Rank"
    first = matrix.to_pylist()[0]
    assert first["lead"] == ["市水利局", "市住建局"] and first["deadline"]["kind"] == "by" and first["value"] == 60.0
    assert parquet.read_table(tmp_path / "timeline.parquet").to_pylist()[0]["date"] == date(2025, 12, 31)


def test_parquet_says_what_to_install(full, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ZhibiaoError, match=r"pip install 'zhibiao\[export\]'"):
        REPORTS["parquet"](full, tmp_path, "zh")


@pytest.mark.parametrize("which", ["full", "real"])
def test_the_data_package_is_valid(which, request, tmp_path):
    from frictionless import validate

    REPORTS["datapackage"](request.getfixturevalue(which), tmp_path, "zh")
    report = validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])[:5]
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    fields = {f["name"]: f for r in package["resources"] if r["name"] == "matrix" for f in r["schema"]["fields"]}
    assert fields["verdict"]["constraints"]["enum"] == list(contract.VERDICTS) and fields["verdict"]["title"] == "可比性"


def test_the_data_package_notices_a_document_that_is_not_listed(full, tmp_path):
    from frictionless import validate

    full.tables["plans"] = full.tables["plans"].drop(index=0)
    REPORTS["datapackage"](full, tmp_path, "zh")
    report = validate(str(tmp_path / "datapackage.json"))
    assert "foreign-key" in {kind for (kind,) in report.flatten(["type"])}


def test_both_languages_have_a_word_for_every_code():
    chinese = {
        "state": "STATES",
        "verdict": "VERDICTS",
        "standing": "STANDINGS",
        "change": "CHANGES",
        "finding": "FINDINGS",
        "due": "DUE",
        "validity": "VALIDITY",
    }
    for name, constant in chinese.items():
        assert words.vocabulary(name, "en").keys() == getattr(contract, constant).keys() == words.vocabulary(name, "zh").keys()
    for table in TABLES:
        assert words.table_title(table, "zh") and words.table_title(table, "en")
