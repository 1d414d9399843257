"""Tables of indicators and values as plans have them: row by row, what is read and what is left to the ledger."""

import pytest

from tests.conftest import read

TITLE = "新河市发展工作实施方案（2023—2025年）"


def result(table: str, title: str = TITLE, above: str = ""):
    return read(f"{title}\n{above}\n一、主要目标\n\n{table}\n").extraction


def rows(table: str, title: str = TITLE, above: str = "") -> list[tuple]:
    """(indicator, status, operator, value, unit, year of the deadline) of each target."""
    return [
        (
            t.indicator.text,
            t.status,
            t.quantity.operator if t.quantity else t.value.text,
            float(t.quantity.value) if t.quantity and t.quantity.value is not None else None,
            t.unit.text if t.unit else None,
            t.deadline.end[:4] if t.deadline and t.deadline.end else None,
        )
        for t in result(table, title, above).targets
    ]


@pytest.mark.parametrize(
    ("header", "title", "above", "statuses"),
    [
        ("2025年\t2030年", "新河市发展规划（2023—2030年）", "发布日期：2023-03-01", ["target", "target"]),
        ("2025年\t2030年", "新河市发展规划（2026—2030年）", "", ["current", "target"]),
        ("2020年\t2025年", "新河市发展规划（2021—2025年）", "", ["current", "target"]),
        ("2020年\t2025年", "新河市发展规划", "", ["current", "target"]),
        ("2024年\t2025年", "新河市发展规划", "", ["target", "target"]),
        ("2022年预计\t2023年目标", TITLE, "", ["current", "target"]),
        ("2025年预计\t2030年目标", "新河市发展规划（2026—2030年）", "", ["current", "target"]),
        ("2023年目标\t2025年预计", TITLE, "", ["target", "target"]),
        ("现状值（2022年）\t目标值（2025年）", TITLE, "", ["current", "target"]),
        ("现状（2022年）\t远期（2035年）", TITLE, "", ["current", "target"]),
        ("基期值\t2025年", TITLE, "", ["current", "target"]),
        ("2022年实际完成\t2025年预期目标", TITLE, "", ["current", "target"]),
    ],
)
def test_columns_of_present_values_and_of_targets(header, title, above, statuses):
    found = result(f"序号\t指标\t{header}\n1\t平均预期寿命（岁）\t78.5\t80", title, above).targets
    assert [t.status for t in found] == statuses
    assert [t.deadline is not None for t in found] == [s == "target" for s in statuses]


def test_cells_with_words_have_the_date_and_the_sense_of_their_column():
    assert rows("指标\t2022年完成值\t2023年目标值\n外贸进出口\t增长5%\t增长8%\n失业率\t控制在5%以内\t控制在4%以内") == [
        ("外贸进出口", "current", "=", 5, "%", None),
        ("外贸进出口", "target", "=", 8, "%", "2023"),
        ("失业率", "current", "<=", 5, "%", None),
        ("失业率", "target", "<=", 4, "%", "2023"),
    ]
    table = (
        "指标\t2025年目标\n研发投入\t增长6%\n粮食产量\t稳定在120万吨\n入学率\t达到40%以上\n能耗\t完成省下达任务\n水质\t达标\n研发人员（人）\t达到3000"
    )
    assert rows(table) == [
        ("研发投入", "target", "=", 6, "%", "2025"),
        ("粮食产量", "target", "=", 120, "万吨", "2025"),
        ("入学率", "target", ">=", 40, "%", "2025"),
        ("能耗", "target", "完成省下达任务", None, None, "2025"),
        ("水质", "target", "达标", None, None, "2025"),
        ("研发人员", "target", "=", 3000, "人", "2025"),
    ]


def test_the_same_words_in_three_columns_are_three_targets_and_sub_rows_are_read():
    assert [r[5] for r in rows("指标\t2023年\t2024年\t2025年\n优良天数\t完成省下达目标\t完成省下达目标\t完成省下达目标")] == [
        "2023",
        "2024",
        "2025",
    ]
    assert [r[0] for r in rows("序号\t指标\t2024年\n1\t就业\t达到1万人\n\t其中：大学生\t达到1千人")] == ["就业", "大学生"]


def test_names_that_a_cell_with_words_shares_stay_apart():
    assert sorted(r[0] for r in rows("指标\t2025年目标\n化肥、农药利用率\t均达到43%以上")) == ["农药利用率", "化肥利用率"]


def test_numbers_of_a_cell_with_blanks_ranges_magnitudes_and_notes():
    table = "指标\t单位\t2025年目标值\n港口\t万吨\t1 200\n道路\t公里\t12 345.6\n机场\t个\t3～5\n渠道\t公里\t1.2万\n供水率\t%\t95（累计）"
    table += "\n碳排放增速\t%\t-3.5"
    assert rows(table) == [
        ("港口", "target", "=", 1200, "万吨", "2025"),
        ("道路", "target", "=", 12345.6, "公里", "2025"),
        ("机场", "target", "range", 3, "个", "2025"),
        ("渠道", "target", "=", 1.2, "万公里", "2025"),
        ("供水率", "target", "=", 95, "%", "2025"),
        ("碳排放增速", "target", "=", -3.5, "%", "2025"),
    ]
    (target,) = result("指标\t单位\t2025年目标值\n达标率\t%\t100（城区）").targets
    assert (target.scope.text, target.unit.text, target.deadline.end) == ("城区", "%", "2025-12-31")


@pytest.mark.parametrize("cell", ["2.1：1", "15:1", "85.3/86", "±5", "1/3", "5+2", "95（以上）", "2021～2025", "85%、90%", "2025年"])
def test_a_cell_that_is_not_one_number_gives_none_but_a_line_in_the_ledger(cell):
    found = result(f"指标\t单位\t2025年目标值\n某某比\t%\t{cell}")
    assert found.targets == ()
    assert len(found.uncovered) == 1


def test_a_number_in_units_of_ten_thousand_beside_another_such_unit_is_left_open():
    found = result("指标\t单位\t2025年目标值\n投资\t万元\t1.2亿")
    assert (found.targets, [u.reason for u in found.uncovered]) == ((), ["column"])


def test_columns_of_growth():
    table = "指标\t单位\t2025年\t年均增速\n地区生产总值\t亿元\t1500\t8.0%\n城镇化率\t%\t55\t[5]\n劳动生产率\t万元/人\t—\t>6\n研发投入增长\t%\t—\t>7"
    found = result(table)
    assert [(t.indicator.text, t.kind, t.change_direction, t.value.text, t.unit.text) for t in found.targets] == [
        ("地区生产总值", "level", None, "1500", "亿元"),
        ("地区生产总值", "change", "increase", "8.0%", "%"),
        ("城镇化率", "level", None, "55", "%"),
        ("研发投入增长", "level", None, "7", "%"),
    ]
    assert [u.text for u in found.uncovered] == ["[5]", ">6"]
    (_, growth) = result("指标\t单位\t2025年\t年均增长（%）\n总产值\t亿元\t1500\t9.1").targets
    assert (growth.kind, growth.value.text, growth.unit.text, growth.deadline) == ("change", "9.1", "%", None)


def test_a_name_of_falling_is_no_promise_beside_its_value():
    assert rows("指标\t单位\t2025年\n单位GDP能耗降低\t%\t[13.5]") == [("单位GDP能耗降低", "target", "=", 13.5, "%", "2025")]


def test_goals_behind_names_are_values_and_columns_without_a_role_are_in_the_ledger():
    found = result("指标名称\t目标\t计分方法\n办结率\t100%\t10分\n满意度\t≥90分\t10分")
    assert [(t.indicator.text, t.value.text) for t in found.targets] == [("办结率", "100%"), ("满意度", "90分")]
    assert [(u.text, u.reason) for u in found.uncovered] == [("10分", "column"), ("10分", "column")]
    found = result("目标\t指标\t单位\t2025年\n优良天数达到300天\t森林覆盖率\t%\t40\n\t湿地保护率\t%\t50")
    assert [t.indicator.text for t in found.targets] == ["森林覆盖率", "湿地保护率"]
    assert [u.text for u in found.uncovered] == ["优良天数达到300天"]


def test_scale_of_construction_is_the_text_of_the_task():
    assert rows("项目名称\t建设内容及规模\t完成时限\n市医院\t床位800张\t2025年底") == [("床位", "target", "=", 800, "张", "2025")]


def test_the_heading_of_a_group_of_rows_does_not_end_the_table():
    table = "指标\t单位\t规划目标值\t\n\t\t2024年\t2025年\n一、经济发展\t\t\t\n总产值\t亿元\t1\t2\n二、社会发展\t\t\t\n人口\t万人\t5\t6"
    assert [(r[0], r[3], r[5]) for r in rows(table)] == [("总产值", 1, "2024"), ("总产值", 2, "2025"), ("人口", 5, "2024"), ("人口", 6, "2025")]


def test_yearly_goals_with_verbs_go_on_with_the_name_of_the_row():
    table = "任务名称\t2023年度目标\t2024年度目标\n老旧小区改造\t完成10个\t完成20个\n充电桩\t新建100个\t-"
    assert [(r[0], r[3], r[4], r[5]) for r in rows(table)] == [
        ("老旧小区改造", 10, "个", "2023"),
        ("老旧小区改造", 20, "个", "2024"),
    ] and [u.text for u in result(table).uncovered] == ["新建100个"]


def test_a_row_of_years_is_no_header():
    assert [r[5] for r in rows("项目\t建成时间\t目标值\n隧道\t2025年\t2025年\n大桥\t2024年底\t2公里")] == ["2024"]


def test_a_bare_year_beside_goals_of_later_years_holds_present_values():
    found = read("指标\t单位\t2023年\t2024年目标\t2025年目标\n新建充电桩\t个\t100\t150\t200\n").extraction.targets
    assert [(t.value.text, t.status) for t in found] == [("100", "current"), ("150", "target"), ("200", "target")]


def test_a_column_with_a_bound_holds_no_present_values():
    found = read("指标\t单位\t2025年\t2030年\n绿色建筑占比\t%\t≥80\t100\n").extraction.targets
    assert [(t.value.text, t.status) for t in found] == [("80", "target"), ("100", "target")]
