"""Columns of indicator tables: years, terms, 年度, totals, units, and what their cells may hold."""

import pytest

from tests.conftest import read


def _said(title, table):
    found = read(f"{title}\n{table}\n").extraction.targets
    return [
        (t.indicator.text, t.status, str(t.quantity.value), t.unit and t.unit.text, t.deadline and (t.deadline.kind, t.deadline.end))
        for t in found
        if t.quantity
    ]


def test_goals_of_the_year_are_dated_by_the_title_of_a_plan_of_one_year():
    table = "序号\t指标\t单位\t年度目标\n1\t城镇新增就业\t万人\t3.2"
    assert _said("云水市2026年重点工作任务方案", table) == [("城镇新增就业", "target", "3.2", "万人", ("by", "2026-12-31"))]
    assert _said("云水市重点工作任务方案（2026—2028年）", table)[0][4] == ("annual", None)


def test_the_unit_column_of_a_table_of_tasks_names_units_or_bodies():
    (task,) = read("云水市工作方案\n序号\t工作任务\t单位\n1\t建设公园，新建公园3个。\t市城管局\n").extraction.tasks
    assert [s.text for s in task.bodies["responsible"]] == ["市城管局"]
    table = "序号\t工作任务\t单位\t目标\n1\t新建公园\t个\t3\n2\t新建学校\t所\t2"
    assert [(n, v, u) for n, _, v, u, _ in _said("云水市工作方案", table)] == [("新建公园", "3", "个"), ("新建学校", "2", "所")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-0.5", "-0.5"),
        ("－3.5%", "-3.5"),
        ("[20]", "20"),
        ("〔累计20〕", "20"),
        ("[累计达到1000]", "1000"),
        (">84", "84"),
        ("＜5.5", "5.5"),
        ("5左右", "5"),
    ],
)
def test_values(cell, value):
    assert _said("云水市规划", f"指标\t单位\t2027年\n某某水平\t%\t{cell}") == [("某某水平", "target", value, "%", ("by", "2027-12-31"))]


@pytest.mark.parametrize("cell", ["-", "—", "/", "……", "--3", "3-", "见附件3"])
def test_cells_without_a_value(cell):
    assert _said("云水市规划", f"指标\t单位\t2027年\n某某水平\t%\t{cell}") == []


def test_a_falling_growth_is_left_open():
    assert _said("云水市规划", "指标\t单位\t年均增长（%）\n地区生产总值\t亿元\t-3.5") == []


def test_a_heading_that_names_a_plan_gives_its_years():
    table = "指标\t单位\t“十四五”规划目标\t2030年\n森林覆盖率\t%\t35\t40"
    assert [d for *_, d in _said("云水市规划", table)] == [("during", "2025-12-31"), ("by", "2030-12-31")]


def test_headings_of_two_levels_that_say_merged_cells_again():
    table = "指标\t计算单位\t2025年\t2025年\t2026年\n指标\t计算单位\t计划\t预计完成\t计划\n地区生产总值\t亿元\t100\t98\t110"
    found = _said("云水市2026年国民经济和社会发展计划", table)
    assert found == [
        ("地区生产总值", "current", "98", "亿元", None),  # not 100, which was planned
        ("地区生产总值", "target", "110", "亿元", ("by", "2026-12-31")),
    ]


def test_totals_beside_yearly_values_stay_in_the_ledger():
    result = read("云水市规划\n指标\t单位\t2025年\t累计增加\n森林面积\t万亩\t35\t5\n")
    assert [str(t.quantity.value) for t in result.extraction.targets] == ["35"]
    assert [u.text for u in result.extraction.uncovered] == ["5"]
