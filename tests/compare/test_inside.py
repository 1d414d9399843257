"""What one document says twice and differently, or leaves out; and what only looks so."""

import pytest

from tests.compare.conftest import plan, rows


def document(*tasks: str, goals: str = "") -> str:
    """A plan of 安康市 with numbered tasks."""
    body = "\n".join(f"{i}.{task}" for i, task in enumerate(tasks, 1))
    return plan("安康市城市供水保障行动方案", f"一、总体目标\n{goals}\n二、重点任务\n{body}", "安康市人民政府办公室", "2023年3月1日")


def found(plans, *tasks: str, type: str, goals: str = ""):
    """Findings of a type in one document."""
    return rows(plans({"a.txt": document(*tasks, goals=goals)}).tables["findings"], type=type)


LED = "（牵头单位：市住建局）"


def test_heading_and_body_of_one_task(plans):
    told = found(plans, f"公共供水普及率100%。到位推进管网建设，使公共供水普及率达到95%以上。{LED}", type="contradiction")
    assert list(told["values"]) == [["100%", "≥95%"]]
    assert told.iloc[0]["tasks"] == ["二/1", "二/1"]
    assert len(told.iloc[0]["evidence"]) == 2


def test_counts_in_heading_and_text(plans):
    told = found(plans, f"到2025年新建水厂10座。\n加快建设，到2025年，新建水厂8座。{LED}", type="contradiction")
    assert list(told["values"]) == [["10座", "8座"]]


def test_a_dated_goal_and_an_undated_measure_may_contradict_each_other(plans):
    told = found(
        plans, f"加快改造，使公共供水管网漏损率控制在9%以内。{LED}", goals="到2025年，全市公共供水管网漏损率控制在8%以内。", type="contradiction"
    )
    assert list(told["verdict"]) == ["undetermined"]


def test_goals_and_measures(plans):
    told = found(
        plans,
        f"加快管网改造，到2025年，公共供水管网漏损率控制在9%以内。{LED}",
        goals="到2025年，全市公共供水管网漏损率控制在8%以内。",
        type="contradiction",
    )
    assert list(told["values"]) == [["≤8%", "≤9%"]]
    assert "总体目标" in told.iloc[0]["reason"]


@pytest.mark.parametrize(
    "task",
    [
        "到2023年，公共供水普及率达到95%，到2025年达到98%",  # a series of years
        "到2025年，公共供水普及率达到98%，其中县城达到95%",  # a part
        "到2025年，中心城区公共供水普及率达到98%，县城公共供水普及率达到95%",  # two scopes
        "目前公共供水普及率为90%，到2025年达到98%",  # a present value
        "到2025年，公共供水普及率达到98%以上。确保公共供水普及率不低于98%",  # one value in two wordings
        "到2025年，公共供水普及率达到96%，力争达到98%",  # what is striven for
        "到2025年，新建供水管网60公里，2025年新建供水管网20公里",  # all years, and one of them
    ],
)
def test_no_contradiction(plans, task):
    assert found(plans, f"{task}。{LED}", type="contradiction").empty


def test_a_number_that_a_series_lacks(plans):
    text = document(*(f"完成第{w}项整治工作。{LED}" for w in "甲乙丙丁戊己"))
    for number, word in ((6, "己"), (5, "戊"), (4, "丁")):
        text = text.replace(f"{number}.完成第{word}", f"{number + 1}.完成第{word}")
    told = rows(plans({"a.txt": text}).tables["findings"], type="gap")
    assert list(told["tasks"]) == [["4"]]
    assert told.iloc[0]["quotes"]


def test_a_series_without_gaps_tells_none(plans):
    assert found(plans, *(f"完成第{w}项整治工作。{LED}" for w in "甲乙丙丁"), type="gap").empty


def test_a_task_without_a_unit_where_the_others_have_one(plans):
    told = found(plans, f"完成甲项工作。{LED}", "完成乙项工作，到2025年漏损率降至8%。", f"完成丙项工作。{LED}", type="no_unit")
    assert list(told["tasks"]) == [["2"]]


def test_tasks_without_a_deadline_where_no_task_has_one_are_one_finding(plans):
    told = found(plans, *(f"完成第{w}项整治工作。{LED}" for w in "甲乙丙丁"), type="no_deadline")
    assert list(told["tasks"]) == [["1", "2", "3", "4"]]


def test_a_table_of_indicators_without_a_column_of_units_asks_for_none(plans):
    table = "序号\t指标\t2025年目标值\t单位\n1\t公共供水普及率\t98\t%\n2\t公共供水管网漏损率\t8\t%\n3\t再生水利用率\t25\t%"
    text = document(f"完成甲项工作。{LED}", f"完成乙项工作。{LED}") + "\n附件\n" + table + "\n"
    assert rows(plans({"a.txt": text}).tables["findings"], type="no_unit").empty
