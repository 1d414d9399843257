"""Which units answer for which task: what a document says in its tasks, once for many, in columns and in conventions."""

import pytest

from tests.conftest import read

HEAD = "新河市2024年工作方案\n一、重点任务\n"
TABLE = "新河市2024年度任务分解表\n序号\t工作任务\t{}\n1\t新建学校4所。\t{}\n2\t新建养老院3所。\t{}\n"


def units(text):
    """Units by role of each task."""
    return {t.path: {role: [s.text for s in slots] for role, slots in t.bodies.items()} for t in read(text).extraction.tasks}


def test_lines_of_their_own():
    text = HEAD + (
        "1.推进道路改造。完成道路改造40公里。\n牵头领导：张三\n牵头单位：市住建局\n配合单位：市财政局、交通局，各区人民政府\n完成时限：2025年底\n"
        "2.推进学校建设。新建学校4所。\n责任单位：市教育局\n3.推进医院建设。新建医院4所。\n（责任单位：市卫生健康委）\n"
    )
    assert units(text) == {
        "1": {"lead": ["市住建局"], "cooperate": ["市财政局", "市交通局", "各区人民政府"]},
        "2": {"responsible": ["市教育局"]},
        "3": {"responsible": ["市卫生健康委"]},
    }
    assert [t.deadline.end if t.deadline else None for t in read(text).extraction.tasks] == ["2025-12-31", None, None]


def test_brackets_with_bare_units_at_the_end_of_a_measure():
    text = HEAD + (
        "1.推进文化建设。新建文化馆4所。（市文旅局、市财政局，各区人民政府）\n2.开展试点。建设示范县2个（新河县、安平县）。\n"
        "3.加强管理。由主管部门（市教育局）统一组织开展培训4场次。\n"
    )
    assert units(text) == {"1": {"responsible": ["市文旅局", "市财政局", "各区人民政府"]}, "2": {}, "3": {}}


def test_sentences_that_only_assign():
    text = HEAD + "1.修路。完成道路改造40公里。由市住建局牵头，市财政局配合。\n2.建校。市教育局加大投入，新建学校4所。\n"
    assert units(text) == {"1": {"lead": ["市住建局"], "cooperate": ["市财政局"]}, "2": {}}


@pytest.mark.parametrize(
    "convention",
    [
        "。列第一位的为牵头单位，下同",
        "，列第一位的为牵头单位，下同",
        "，排在首位的为牵头单位，下同",
        "〔列第一位的为牵头单位，下同〕",
        "；排名第一的单位为牵头单位，下同",
    ],
)
def test_a_convention_holds_from_the_list_that_declares_it(convention):
    text = HEAD + (
        "1.甲事。新建甲站4座。（责任单位：市科技局、市工信局）\n"
        f"2.乙事。新建乙站4座。（责任单位：市教育局、市财政局{convention}）\n"
        "3.丙事。新建丙站4座。（责任单位：市水利局、市林业局，各区人民政府）\n4.丁事。新建丁站4座。（牵头单位：市民政局；责任单位：市残联）\n"
    )
    assert units(text) == {
        "1": {"responsible": ["市科技局", "市工信局"]},
        "2": {"lead": ["市教育局"], "responsible": ["市财政局"]},
        "3": {"lead": ["市水利局"], "responsible": ["市林业局", "各区人民政府"]},
        "4": {"lead": ["市民政局"], "responsible": ["市残联"]},
    }


def test_a_convention_in_the_opening_holds_for_all_and_a_note_below_a_table_for_what_is_above():
    opening = (
        "新河市2024年工作方案\n各项任务责任单位中，列第一位的为牵头单位。\n一、重点任务\n1.建校。新建学校4所。（责任单位：市教育局、市财政局）\n"
    )
    assert units(opening) == {"一/1": {"lead": ["市教育局"], "responsible": ["市财政局"]}}
    note = TABLE.format("责任单位", "市教育局、市财政局", "市民政局") + "注：责任单位中列第一位的为牵头单位。\n"
    assert units(note) == {"表/1": {"lead": ["市教育局"], "responsible": ["市财政局"]}, "表/2": {"lead": ["市民政局"]}}


def test_a_heading_that_says_who_leads():
    table = TABLE.format("责任单位（列第一位的为牵头单位）", "市教育局、市财政局", "市民政局、市住建局")
    assert units(table) == {
        "表/1": {"lead": ["市教育局"], "responsible": ["市财政局"]},
        "表/2": {"lead": ["市民政局"], "responsible": ["市住建局"]},
    }


@pytest.mark.parametrize(
    ("clause", "role", "name"),
    [
        ("以下任务均需各县区落实", "implement", "各县区"),
        ("以下所有工作任务均需各县区落实，不再一一列出", "implement", "各县区"),
        ("以下各项工作均需相关市、县（市、区）政府推进，不再单独列出", "implement", "相关市、县（市、区）政府"),
        ("各县区人民政府负责落实，以下不再列出", "implement", "各县区人民政府"),
        ("以下各项任务责任单位均含各县（市、区）人民政府，不再列出", "responsible", "各县（市、区）人民政府"),
    ],
)
def test_a_clause_about_all_that_follows(clause, role, name):
    text = HEAD + f"1.甲事。新建甲站4座。（牵头单位：市林业局；配合单位：市财政局。{clause}）\n2.乙事。新建乙站4座。（牵头单位：市水利局）\n"
    got = units(text)
    assert got["1"]["lead"] == ["市林业局"]
    assert got["1"]["cooperate"] == ["市财政局"]
    assert got["2"] == {"lead": ["市水利局"], role: [name]}


@pytest.mark.parametrize("clause", ["以下工作要抓好落实", "各项任务要按时完成", "以下简称《方案》", "各县区要抓好本方案落实"])
def test_clauses_that_give_no_units_to_others(clause):
    text = HEAD + f"1.甲事。新建甲站4座。{clause}。（牵头单位：市林业局）\n2.乙事。新建乙站4座。（牵头单位：市水利局）\n"
    assert units(text) == {"1": {"lead": ["市林业局"]}, "2": {"lead": ["市水利局"]}}


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("牵头单位", "lead"),
        ("市级主管部门", "lead"),
        ("主办单位", "lead"),
        ("配合责任单位", "cooperate"),
        ("协办单位", "cooperate"),
        ("责任单位", "responsible"),
        ("责任部门", "responsible"),
        ("责任主体", "responsible"),
        ("承办单位", "responsible"),
        ("责任科室", "responsible"),
        ("落实单位", "implement"),
        ("实施主体", "implement"),
        ("建设单位", "implement"),
        ("数据来源", "data_source"),
        ("统计单位", "data_source"),
    ],
)
def test_a_column_decides_the_role(heading, role):
    got = units(TABLE.format(heading, "市教育局、财政局按职责分工负责", "市民政局（牵头）、市住建局配合"))
    assert got == {"表/1": {role: ["市教育局", "市财政局"]}, "表/2": {role: ["市民政局", "市住建局"]}}


@pytest.mark.parametrize("heading", ["责任领导", "牵头市领导", "责任人", "联系人及电话", "督导单位", "指导单位"])
def test_columns_of_people_and_supervisors_give_no_units(heading):
    assert units(TABLE.format(heading, "张三", "市政府督查室")) == {"表/1": {}, "表/2": {}}


def test_under_a_mixed_heading_the_words_of_the_cell_decide():
    got = units(TABLE.format("牵头单位及配合单位", "牵头：市教育局；配合：市财政局、住建局", "市民政局牵头，市住建局配合"))
    assert got == {"表/1": {"lead": ["市教育局"], "cooperate": ["市财政局", "市住建局"]}, "表/2": {"lead": ["市民政局"], "cooperate": ["市住建局"]}}
    bare = units(TABLE.format("责任分工", "市教育局、市财政局", "市民政局"))
    assert bare == {"表/1": {"responsible": ["市教育局", "市财政局"]}, "表/2": {"responsible": ["市民政局"]}}


def test_units_one_below_the_other_or_with_blanks_between():
    assert units(TABLE.format("责任单位", "市教育局 市财政局 市人社局", "市民政局市住建局"))["表/1"] == {
        "responsible": ["市教育局", "市财政局", "市人社局"]
    }
    assert units(TABLE.format("责任单位", "市教育局", "市民政局市住建局"))["表/2"] == {"responsible": ["市民政局", "市住建局"]}


def test_a_group_of_rows_that_names_who_leads_it():
    head = "新河市2024年度任务分解表\n序号\t领域\t工作任务\t责任单位\n"
    text = head + "1\t教育（牵头单位：市教育局）\t新建学校4所。\t市住建局\n2\t养老\t新建养老院3所。\t市民政局\n"
    assert units(text) == {"表/1": {"lead": ["市教育局"], "responsible": ["市住建局"]}, "表/2": {"responsible": ["市民政局"]}}


def test_people_are_no_units():
    text = HEAD + "1.建校。新建学校4所。（责任领导：张三；责任单位：李四副市长、市教育局；责任人：王五；完成时限：2024年12月）\n"
    assert units(text) == {"一/1": {"responsible": ["市教育局"]}}
