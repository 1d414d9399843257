"""Totals rows: which do not add up, and what is no sum at all."""

from dataclasses import replace

import pytest

from pipeline.totals import Stated, unequal
from tests.conftest import read

ONE = Stated("甲", "e0", "新建污水管网", None, 1, 1, 3, "count", "=", 0.0, "m", "length", "2025-12-31")


def column(*cells, **more):
    """A column of a table: (scope, value) in each row."""
    return [replace(ONE, evidence=f"e{i}", row=i, scope=scope, value=float(value), **more) for i, (scope, value) in enumerate(cells, 1)]


WRONG = (("东县", 40), ("西县", 50), ("合计", 100))


def test_a_total_that_its_parts_do_not_add_up_to():
    (found,) = unequal(column(*WRONG))
    assert (found.document, found.indicator, found.total, found.parts, found.unit) == ("甲", "新建污水管网", 100, 90, "m")
    assert found.evidence == ("e3", "e1", "e2")


@pytest.mark.parametrize("name", ["合计", "总计", "全市", "全市合计", "共计"])
def test_a_total_stands_first_or_last_and_has_several_names(name):
    assert len(unequal(column((name, 100), ("东县", 40), ("西县", 50)))) == 1
    assert unequal(column((name, 90), ("东县", 40), ("西县", 50))) == []


def test_subtotals_are_sums_of_the_rows_above_them():
    rows = (("东县", 40), ("西县", 50), ("小计", 90), ("南县", 1), ("北县", 2), ("小计", 4))
    assert [(f.total, f.parts) for f in unequal(column(*rows))] == [(4, 3)]


@pytest.mark.parametrize(
    "more",
    [
        {"dimension": "ratio", "unit": "1"},
        {"indicator": "森林覆盖率"},
        {"indicator": "人均公园绿地面积"},
        {"unit": "m2/人"},
        {"kind": "rank"},
        {"kind": "change"},
        {"operator": "<="},
        {"table": None},
        {"column": None},
        {"unit": None},
    ],
    ids=str,
)
def test_what_does_not_add_up_by_its_nature(more):
    assert unequal(column(*WRONG, **more)) == []


def test_values_of_other_columns_tables_documents_and_years_are_no_parts():
    rows = column(*WRONG)
    for more in ({"column": 4}, {"table": 2}, {"document": "乙"}, {"deadline": "2024-12-31"}, {"unit": "kg"}, {"indicator": "新建雨水管网"}):
        assert unequal([*rows[:1], replace(rows[1], **more), rows[2]]) == []


def test_one_part_alone_or_a_place_said_twice_says_nothing():
    assert unequal(column(("东县", 40), ("合计", 100))) == []
    assert unequal(column(("东县", 40), ("东县", 50), ("合计", 100))) == []
    assert unequal(column(("其中：东县", 40), ("合计", 100), ("全市", 120))) == []


def test_a_floor_among_exact_values_is_no_plain_sum():
    rows = column(*WRONG)
    assert unequal([*rows[:2], replace(rows[2], operator=">=")]) == []


def test_rounded_values_may_differ_a_little():
    assert unequal(column(("东县", 3.33), ("西县", 3.33), ("南县", 3.33), ("合计", 10.0))) == []
    assert len(unequal(column(("东县", 3.33), ("西县", 3.33), ("合计", 10.0)))) == 1


def test_a_scope_that_only_holds_the_word_is_no_total():
    assert unequal(column(("东县", 40), ("西县", 50), ("合计管廊片区", 100))) == []


CAPTION = "云水市2026年造林实施方案\n一、任务\n加快国土绿化。\n附表\n2026年造林任务分解表\n单位：万亩\n县区\t任务数\n"


@pytest.mark.parametrize("last", ["合计", "全市"])
@pytest.mark.parametrize(("total", "issues"), [("5.5", 0), ("5.6", 1)])
def test_a_table_of_a_document_whose_total_differs_is_an_issue(last, total, issues):
    rows = read(f"{CAPTION}青山县\t3.5\n绿水区\t2\n{last}\t{total}\n").rows
    found = [i for i in rows.issues if i.code == "total_differs"]
    assert len(found) == issues
    assert all("2 parts add up to" in i.message and i.level == "warning" for i in found)
