"""Indicator tables that were copied as text, a row a line or a cell a line."""

from itertools import pairwise

import pytest

from pipeline.parsers import parse_bytes
from tests.conftest import read

HEAD = "云水市国民经济和社会发展第十四个五年规划\n“十四五”时期经济社会发展主要指标\n"
TAIL = "一、重点任务\n加快绿色发展。\n"
ROWS = """序号 指标 单位 2020年 2025年 年均[累计] 属性
一、经济发展
1 地区生产总值增长 % 3.5 - 6.5左右 预期性
2 常住人口城镇化率 % 55.2 62 - 预期性
3 单位GDP能耗降低 % - - 〔13.5〕 约束性
二、民生福祉
4 城镇调查失业率 % 5.2 ＜5.5 - 预期性
5 高标准农田 万亩 -20.5 25 - 约束性
"""
WRAPPED = """序 “十四五”目标
指 标 单位 属性
号
2025年 年均[累计]
1 地区生产总值年均增长率 % 预期性 - 6左右
万元/
2 全员劳动生产率 预期性 20左右 -
人
全社会研发经费支出相当于
3 % 预期性 2.5左右 -
地区生产总值比例
4 每万人口发明专利拥有量1 件 预期性 >12 -
主要劳动年龄人口中受过
5 % 预期性 25 -
高等教育的比例
1 指每万人口居民拥有的经授权且在有效期内、
维持年限超过10年的发明专利件数。
"""
CELLS = "序号\n指标\n单位\n2020年\n2025年\n属性\n" + (
    "1\n地区生产总值\n亿元\n1200\n1800\n预期性\n2\n森林覆盖率\n%\n24\n25\n约束性\n3\n常住人口城镇化率\n%\n55.2\n62\n预期性\n"
)
GROUPED = "序号\n指标\n单位\n“十四五”目标\n属性\n2025年\n累计\n" + (
    "1\n森林覆盖率\n%\n25\n-\n约束性\n2\n新增造林面积\n万亩\n-\n[30]\n预期性\n3\n城镇化率\n%\n62\n-\n预期性\n"
)


def _said(text):
    found = read(text).extraction.targets
    return {
        (
            t.task,
            t.indicator.text,
            t.quantity.operator + str(t.quantity.value),
            t.unit.text,
            t.status,
            t.deadline and (t.deadline.start, t.deadline.end),
        )
        for t in found
    }


def _issues(text):
    return [i.code for i in parse_bytes(text.encode(), "plan.txt").issues]


def test_a_row_a_line():
    end = (None, "2025-12-31")
    assert _said(HEAD + ROWS + TAIL) == {
        ("表/1", "地区生产总值增长", "=3.5", "%", "current", None),
        ("表/1", "地区生产总值增长", "~6.5", "%", "target", None),
        ("表/2", "常住人口城镇化率", "=55.2", "%", "current", None),
        ("表/2", "常住人口城镇化率", "=62", "%", "target", end),
        ("表/3", "单位GDP能耗降低", "=13.5", "%", "target", None),
        ("表/4", "城镇调查失业率", "=5.2", "%", "current", None),
        ("表/4", "城镇调查失业率", "<5.5", "%", "target", end),
        ("表/5", "高标准农田", "=-20.5", "万亩", "current", None),
        ("表/5", "高标准农田", "=25", "万亩", "target", end),
    }


def test_cells_of_several_lines_headers_of_two_levels_and_footnotes():
    by, during = (None, "2025-12-31"), ("2021-01-01", "2025-12-31")
    assert _said(HEAD + WRAPPED + TAIL) == {
        ("表/1", "地区生产总值年均增长率", "~6", "%", "target", during),
        ("表/2", "全员劳动生产率", "~20", "万元/人", "target", by),
        ("表/3", "全社会研发经费支出相当于地区生产总值比例", "~2.5", "%", "target", by),
        ("表/4", "每万人口发明专利拥有量", ">12", "件", "target", by),
        ("表/5", "主要劳动年龄人口中受过高等教育的比例", "=25", "%", "target", by),
    }


def test_evidence_is_in_the_source():
    text = HEAD + WRAPPED + TAIL
    target = next(t for t in read(text).extraction.targets if t.task == "表/3")
    assert [text[s.start : s.end] for s in target.indicator.spans] == ["全社会研发经费支出相当于", "地区生产总值比例"]
    assert [text[s.start : s.end] for s in target.value.spans] == ["2.5"]
    blocks = parse_bytes(text.encode(), "plan.txt").blocks
    assert all(a.end <= b.start for a, b in pairwise(blocks))


def test_a_cell_a_line():
    end = (None, "2025-12-31")
    assert _said(HEAD + CELLS + TAIL) == {
        ("表/1", "地区生产总值", "=1200", "亿元", "current", None),
        ("表/1", "地区生产总值", "=1800", "亿元", "target", end),
        ("表/2", "森林覆盖率", "=24", "%", "current", None),
        ("表/2", "森林覆盖率", "=25", "%", "target", end),
        ("表/3", "常住人口城镇化率", "=55.2", "%", "current", None),
        ("表/3", "常住人口城镇化率", "=62", "%", "target", end),
    }
    assert ("表/2", "新增造林面积", "=30", "万亩", "target", ("2021-01-01", "2025-12-31")) in _said(HEAD + GROUPED + TAIL)


# rows set at the top of their cells: the lines between two numbers cannot be told apart
TOP = """序号 指标 单位 属性 2025年
1 全社会研发经费支出相当于 % 预期性 2.5
地区生产总值比例
2 主要劳动年龄人口中受过 % 预期性 25
高等教育的比例
3 城镇调查失业率 % 预期性 5.5
"""


@pytest.mark.parametrize(
    "table",
    [
        TOP,
        "序号 指标 单位 2020年 2025年\n1 森林覆盖率 % 24\n2 湿地保护率 % 50 52\n3 城镇化率 % 60\n",  # a cell is missing, nobody knows which
        CELLS.replace("24\n25\n", "25\n"),
    ],
)
def test_a_table_that_does_not_fit_stays_text_with_an_issue(table):
    assert not read(HEAD + table + TAIL).extraction.targets
    assert "table_not_read" in _issues(HEAD + table + TAIL)


def test_a_row_that_does_not_fit_goes_to_the_ledger():
    text = HEAD + ROWS.replace("2 常住人口城镇化率 % 55.2 62 - 预期性", "2 常住人口城镇化率 % 55.2 62 63 64 预期性") + TAIL
    assert "table_not_read" in _issues(text)
    assert {t.task for t in read(text).extraction.targets} == {"表/1", "表/3", "表/4", "表/5"}
    assert any("常住人口城镇化率" in u.text for u in read(text).extraction.uncovered)


@pytest.mark.parametrize(
    "text",
    [
        "方案\n一、任务\n主要指标\n1 加强造林 完成造林5万亩。\n2 加强抚育 完成抚育3万亩。\n3 加强管护 完成管护9万亩。\n",
        "方案\n一、任务\n指标\n单位\n属性\n目标\n",
        "方案\n序号\n1\n2\n3\n",
    ],
)
def test_other_lines_are_no_tables(text):
    document = parse_bytes(text.encode(), "plan.txt")
    assert not [b for b in document.blocks if b.kind == "cell"]
    assert not document.issues


def test_headings_behind_the_values_and_cells_of_words():
    table = (
        "序号 指标名称 单位 2020年 2025年 指标属性\n1 空气质量优良天数比率 % 95.2 完成上级下达任务 约束性\n2 PM2.5 浓度 微克/立方米 25 23 约束性\n"
        "3 森林覆盖率 % 40 41.5 约束性\n"
    )
    found = [(t.task, t.indicator.text, t.status, t.value.text) for t in read(HEAD + table + TAIL).extraction.targets]
    assert ("表/1", "空气质量优良天数比率", "target", "完成上级下达任务") in found
    assert ("表/2", "PM2.5浓度", "target", "23") in found


def test_a_category_before_the_number_is_left_out():
    table = "类别 序号 指标 单位 2020年 2025年\n创新 1 研发经费投入强度 % 2.1 2.8\n驱动 2 每万人发明专利 件 10 15\n3 数字经济占比 % 8 12\n"
    found = [(t.task, t.indicator.text, t.value.text) for t in read(HEAD + table + TAIL).extraction.targets if t.status == "target"]
    assert found == [("表/1", "研发经费投入强度", "2.8"), ("表/2", "每万人发明专利", "15"), ("表/3", "数字经济占比", "12")]
