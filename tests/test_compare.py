"""The comparison: what is stated, what is not, and the evidence behind every value."""

import re

import pytest

from pipeline import batch, compare, store
from tests.conftest import RAW


@pytest.fixture(scope="module")
def matrix(tmp_path_factory):
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('c')}/c.db")
    batch.run([RAW], engine)
    result = compare.compare(engine, ["zhumadian", "枣阳", "621200"])
    engine.dispose()
    return result


def row(matrix, name):
    return next(r for r in matrix.rows if r.name == name)


def test_regions_in_the_order_asked_for(matrix):
    assert matrix.regions == ("驻马店市", "枣阳市", "陇南市")
    assert [len(matrix.documents[r]) for r in matrix.regions] == [3, 1, 1]


def test_targets_of_several_documents_and_years_stand_side_by_side(matrix):
    cells = row(matrix, "公共交通出行分担率").cells
    assert [(e.shown, e.deadline, e.target["document"]) for e in cells["驻马店市"]] == [
        ("60%", "2025年", "zhumadian-2022-scheme"),
        ("≥60%", "持续", "zhumadian-2023-task-table"),
    ]
    assert [(e.shown, e.leads) for e in cells["陇南市"]] == [("≥50%", ("市交通运输局",))]


def test_rows_that_more_regions_share_come_first(matrix):
    sizes = [len(r.cells) for r in matrix.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 3


def test_the_page_carries_its_evidence_and_escapes_it(matrix, tmp_path):
    compare.write_html(matrix, tmp_path / "c.html")
    page = (tmp_path / "c.html").read_text("utf-8")
    entries = sum(len(e) for r in matrix.rows for e in r.cells.values())
    assert page.count('<button type="button" class="value') == entries
    assert 'data-quote="公共交通出行分担率不低于50%"' in page
    assert not re.search(r"(?:src|href)=[\"']https?:", page)
    entry = row(matrix, "公共交通出行分担率").cells["陇南市"][0]
    entry.target["indicator"] = "<script>alert(1)</script>"
    compare.write_html(matrix, tmp_path / "d.html")
    assert "<script>alert(1)" not in (tmp_path / "d.html").read_text("utf-8")
