"""Records: repeats, contradictions, blanket clauses, tables, the coverage ledger."""

from pipeline.repeats import Said, without_repeats
from tests.conftest import read

TABLE = """新河市2024年度任务分解表
序号\t指标内容\t工作任务\t完成时限\t牵头单位
1\t城镇污水处理率≥95%\t完成管网改造40公里。\t2024年10月\t市住建局
2\t节水器具普及率≥90%\t开展节水器具普及率调查,2024年6月达到90%。\t2024年12月\t市水利局
"""


def targets(text):
    return [
        (t.task, t.indicator.text, t.quantity.operator if t.quantity else None, t.value.text, t.deadline.end if t.deadline else None)
        for t in read(text).extraction.targets
    ]


def test_heading_and_body_that_agree_are_one_target_and_that_differ_two():
    text = "方案\n一、任务\n1.污水处理率100%。使污水处理率达到100%。\n2.垃圾处理率100%。使垃圾处理率达到85%以上。\n"
    assert targets(text) == [
        ("1", "污水处理率", "=", "100%", None),
        ("2", "垃圾处理率", "=", "100%", None),
        ("2", "垃圾处理率", ">=", "85%", None),
    ]


def test_rows_give_their_date_unless_the_cell_names_another():
    assert targets(TABLE) == [
        ("表/1", "城镇污水处理率", ">=", "95%", "2024-10-31"),
        ("表/1", "管网改造", "=", "40公里", "2024-10-31"),
        ("表/2", "节水器具普及率", ">=", "90%", "2024-12-31"),
        ("表/2", "节水器具普及率", "=", "90%", "2024-06-30"),
    ]


def test_blanket_clause_gives_units_to_all_that_follows():
    text = "方案\n一、任务\n1.规划。编制规划。(牵头单位:市林业局;配合单位:各局,以下所有任务均需各县区落实)\n2.造林。完成造林。(牵头单位:市林业局)\n"
    tasks = read(text).extraction.tasks
    assert [[s.text for s in t.bodies.get("implement", ())] for t in tasks] == [[], ["各县区"]]


def test_a_clause_about_all_tasks_gives_units_to_those_before_it_too():
    text = "方案\n一、任务\n1.修路。完成道路改造40公里。\n二、保障\n各县区人民政府负责组织落实本地区各项任务。\n"
    assert [[s.text for s in t.bodies.get("implement", ())] for t in read(text).extraction.tasks] == [["各县区人民政府"]]


def test_indicator_table_with_years_units_and_present_values():
    text = (
        "新河市发展规划(2024—2025年)\n序号\t指标\t单位\t2022年现状\t2025年目标\t属性\n"
        "1\t森林覆盖率\t%\t28.5\t≥30\t约束性\n2\t人均收入（元）\t\t21000\t26000左右\t预期性\n3\t优良天数\t%\t80\t完成省下达目标\t预期性\n"
    )
    got = [
        (t.indicator.text, t.status, t.value.text, t.unit.text if t.unit else None, t.deadline.end if t.deadline else None, t.strength)
        for t in read(text).extraction.targets
    ]
    assert got == [
        ("森林覆盖率", "current", "28.5", "%", None, "约束性"),
        ("森林覆盖率", "target", "30", "%", "2025-12-31", "约束性"),
        ("人均收入", "current", "21000", "元", None, "预期性"),
        ("人均收入", "target", "26000", "元", "2025-12-31", "预期性"),
        ("优良天数", "current", "80", "%", None, "预期性"),
        ("优良天数", "target", "完成省下达目标", None, "2025-12-31", "预期性"),
    ]


def test_every_number_without_target_is_in_the_ledger_with_a_reason():
    text = "方案\n一、任务\n1.奖励。给予企业最高50万元奖励。现有60座设施。共有某某38。\n"
    result = read(text)
    assert result.extraction.targets == ()
    assert [u.reason for u in result.extraction.uncovered] == ["support", "existing", "bare_number"]


def test_a_number_beside_a_target_is_in_the_ledger_too():
    text = "方案\n一、任务\n1.森林。森林覆盖率达到40%,乡镇医疗机构人员2.16名。县城50%。\n"
    assert [(u.text.strip(), u.reason) for u in read(text).extraction.uncovered][:1] == [("乡镇医疗机构人员2.16名", "no_verb")]


def test_a_number_that_a_line_break_runs_through_is_no_value():
    text = "方案\n一、任务\n1.空气。加强大气污染防治,细颗粒物年均浓度由53微克每立方米下降到32\n2.5微克/立方米,全面完成。\n"
    result = read(text)
    assert "322.5" not in "".join(t.value.text for t in result.extraction.targets)
    assert "number_broken" in {i.code for i in result.extraction.issues}


def test_a_heading_is_not_joined_to_the_paragraph_below_it():
    text = (
        "工作报告\n一、2025年工作总结和发展成就回顾与主要经验体会\n"
        + "过去一年,全市森林覆盖率达到40%,建成公园50个,新增就业6万人,财政收入达到90亿元。" * 2
    )
    assert targets(text + "\n二、2026年工作\n森林覆盖率达到41%。\n") == [("二", "森林覆盖率", "=", "41%", "2026-12-31")]


def test_a_plan_of_one_sentence_is_read():
    assert [t[3] for t in targets("到2025年,森林覆盖率达到40%。")] == ["40%"]


def test_past_results_are_no_targets():
    text = "新河市2024年工作要点\n一、工作回顾\n2023年,森林覆盖率达到30%,新建公园5个。\n二、主要任务\n(一)造林。森林覆盖率达到31%。\n"
    assert [t[3] for t in targets(text)] == ["31%"]


def test_the_same_bytes_give_the_same_rows():
    assert read(TABLE).rows == read(TABLE).rows


def test_equal_rows_of_a_long_table_all_stay():
    result = read("序号\t指标\t2025年\n" + "1\t森林覆盖率\t≥40%\n" * 40)
    targets = result.extraction.targets
    assert len(targets) == 40
    said = [Said(result.segments[0], "value", t) for t in targets[:1] * 20_000]
    assert len(without_repeats(said)) == 20_000  # within seconds: they are not compared with each other
