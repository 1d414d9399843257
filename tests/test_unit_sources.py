"""Where the unit of a value comes from: what is stated nearest counts, its rule says so, and a second unit makes an issue."""

import pytest

from tests.conftest import read

TITLE = "新河市发展工作实施方案（2023—2025年）"


def _table(table: str, above: str = ""):
    result = read(f"{TITLE}\n一、主要目标\n\n{above}\n{table}\n")
    (row,) = result.rows.tables["target"]
    return row, [issue.message for issue in result.rows.issues if issue.code == "unit_conflict"]


@pytest.mark.parametrize(
    ("table", "above", "unit", "rule"),
    [
        ("指标\t2025年目标\n总产值\t100亿元", "", "亿元", "unit.value"),
        ("指标\t2025年目标\n总产值\t达到100亿元以上", "", "亿元", "unit.value"),
        ("指标\t单位\t2025年目标\n总产值\t亿元\t100", "", "亿元", "unit.column"),
        ("指标\t单位\t2025年目标\n用水定额\t升/（人·日）\t100", "", "升/（人·日）", "unit.column"),
        ("指标\t2025年目标（亿元）\n总产值\t100", "", "亿元", "unit.header"),
        ("指标\t2025年目标（单位：亿元）\n总产值\t100", "", "亿元", "unit.header"),
        ("指标\t2025年目标（万元/亩）\n税收\t100", "", "万元/亩", "unit.header"),
        ("指标\t2025年目标（升/（人·日））\n用水定额\t100", "", "升/(人·日)", "unit.header"),
        ("指标\t2025年目标\n总产值\t100", "单位：亿元", "亿元", "unit.caption"),
        ("指标\t2025年目标\n总产值\t100", "表1 主要指标（单位：亿元）", "亿元", "unit.caption"),
        ("指标\t2025年目标\n总产值（亿元）\t100", "", "亿元", "unit.name"),
        ("指标\t2025年目标\n用水定额（升/（人·日））\t100", "", "升/(人·日)", "unit.name"),
        ("指标\t单位\t2025年目标\n每千人口执业（助理）医师数\t人\t3.6", "", "人", "unit.from_indicator"),
        ("指标\t2025年目标\n每千人口执业（助理）医师数（人）\t3.6", "", "人", "unit.from_indicator"),
    ],
)
def test_the_rule_of_a_unit_tells_where_it_comes_from(table, above, unit, rule):
    row, conflicts = _table(table, above)
    assert (row["unit"], row["unit_rule"], conflicts) == (unit, rule, [])


@pytest.mark.parametrize(
    ("table", "above", "unit", "rule", "other"),
    [
        ("指标\t2025年目标（万元）\n总产值\t100亿元", "", "亿元", "unit.value", "“万元” (unit.header)"),
        ("指标\t单位\t2025年目标\n总产值\t万元\t100亿元", "", "亿元", "unit.value", "“万元” (unit.column)"),
        ("指标\t单位\t2025年目标\n总产值\t万元\t达到100亿元以上", "", "亿元", "unit.value", "“万元” (unit.column)"),
        ("指标\t2025年目标\n总产值（万元）\t100亿元", "", "亿元", "unit.value", "“万元” (unit.name)"),
        ("指标\t2025年目标\n总产值\t100亿元", "单位：万元", "亿元", "unit.value", "“万元” (unit.caption)"),
        ("指标\t单位\t2025年目标（万元）\n总产值\t亿元\t100", "", "亿元", "unit.column", "“万元” (unit.header)"),
        ("指标\t2025年目标（亿元）\n总产值（万元）\t100", "", "亿元", "unit.header", "“万元” (unit.name)"),
        ("指标\t2025年目标\n总产值（亿元）\t100", "单位：万元", "亿元", "unit.name", "“万元” (unit.caption)"),
        ("指标\t单位\t2025年目标\n煤炭消费量\t万吨标准煤\t100万吨", "", "万吨", "unit.value", "“万吨标准煤” (unit.column)"),
    ],
)
def test_of_two_units_the_nearer_counts_and_an_issue_tells_of_the_other(table, above, unit, rule, other):
    row, (message,) = _table(table, above)
    assert (row["unit"], row["unit_rule"]) == (unit, rule)
    assert unit in message and other in message


@pytest.mark.parametrize(
    ("table", "above"),
    [
        ("指标\t单位\t2025年目标\n示范园区\t个\t3家", ""),
        ("指标\t单位\t2025年目标\n管网\t公里\t1.2万", ""),
        ("指标\t2025年目标\n城镇化率（%）\t55", "单位：万元"),
        ("指标\t单位\t2025年目标\n总产值\t亿元\t增长8%", ""),
        ("指标\t单位\t2025年目标\n城镇化率\t%\t55%", ""),
    ],
)
def test_units_that_agree_or_are_of_other_things_make_no_issue(table, above):
    assert _table(table, above)[1] == []


def test_a_unit_that_is_not_written_is_not_filled_from_the_vocabulary():
    row, _ = _table("指标\t2025年目标\n人均公园绿地面积\t35")
    assert row["indicator_id"] and (row["unit"], row["canonical_value"], row["unit_rule"]) == (None, None, None)


def test_a_name_completes_the_unit_that_is_written_and_changes_no_factor():
    found = {}
    for unit in ("万元", "元", "万元/人"):
        row, _ = _table(f"指标\t单位\t2025年目标\n全员劳动生产率\t{unit}\t20")
        found[unit] = (row["canonical_value"], row["canonical_unit"], row["unit_rule"])
    assert found["万元/人"] == (200000, "元/人", "unit.column")
    assert {found[unit][1] for unit in ("万元", "元")} == {"元"}  # the name does not say of whom
    row, _ = _table("指标\t2025年目标\n万元GDP用水量（立方米）\t32")
    assert (row["canonical_value"], row["canonical_unit"]) == (pytest.approx(0.0032), "立方米/元")


@pytest.mark.parametrize(
    ("name", "unit", "canonical"),
    [
        ("算力规模", "P", "PFLOPS"),
        ("智算能力", "E", "PFLOPS"),
        ("存储容量", "PB", "GB"),
        ("存储容量", "P", "GB"),
        ("处理能力", "P", "P"),
        ("宽带接入能力", "兆", "Mbps"),
    ],
)
def test_a_prefix_without_its_unit_is_what_the_name_says_or_itself(name, unit, canonical):
    row, _ = _table(f"指标\t单位\t2025年目标\n{name}\t{unit}\t5")
    assert row["canonical_unit"] == canonical


UPPER = "<tr><th rowspan=2>指标</th><th colspan=2>目标值（亿元）</th></tr><tr><th>2024年</th><th>2025年</th></tr>"
TOP = "<tr><th colspan=3>单位：亿元</th></tr><tr><th>指标</th><th>2024年</th><th>2025年</th></tr>"


@pytest.mark.parametrize(("head", "rule"), [(UPPER, "unit.header"), (TOP, "unit.caption")])
def test_a_unit_above_several_columns_holds_for_each_of_them(head, rule):
    page = f"<html><body><h1>{TITLE}</h1><table>{head}<tr><td>总产值</td><td>100</td><td>120</td></tr></table></body></html>"
    rows = read(page, "plan.html").rows.tables["target"]
    assert [(r["value"], r["unit"], r["unit_rule"]) for r in rows] == [(100, "亿元", rule), (120, "亿元", rule)]


@pytest.mark.parametrize(
    ("table", "above", "shown"),
    [
        ("指标\t2025年目标\n总产值\t100亿元", "", "100亿元"),
        ("指标\t单位\t2025年目标\n总产值\t亿元\t100", "", "亿元"),
        ("指标\t2025年目标\n总产值（亿元）\t100", "", "（亿元）"),
        ("指标\t2025年目标\n总产值\t100", "单位：亿元", "亿元"),
        ("指标\t2025年目标（亿元）\n总产值\t100", "", "100"),  # a heading is shown with the value that it governs
    ],
)
def test_the_evidence_of_a_unit_is_where_it_stands(table, above, shown):
    text = f"{TITLE}\n一、主要目标\n\n{above}\n{table}\n"
    result = read(text)
    places = [e for e in result.rows.tables["evidence"] if e["row_table"] == "target" and e["slot"] == "unit"]
    assert "".join(text[e["start"] : e["end"]] for e in places) == shown
