"""The outline: number paths, sections, stages, attachments."""

from tests.conftest import read

PLAN = """新河市绿色发展实施方案
一、总体要求
(一)指导思想。坚持绿色发展。
(二)工作目标
近期目标(2024—2025年):森林覆盖率达到30%。
二、重点任务
(一)造林行动
1.加强造林。完成造林5万亩。(责任单位:市林业局)
2.加强抚育。完成抚育3万亩。(责任单位:市林业局)
(二)治水行动
3.治理河道。治理河道20公里。(责任单位:市水利局)
三、进度安排
(一)启动阶段
1.成立专班。(完成时间:2024年5月)
2.摸清底数。(完成时间:2024年6月)
(二)实施阶段
1.全面推进。(完成时间:2025年12月)
附件
新河市绿色发展成员单位职责
1.市林业局:牵头造林工作。
2.市水利局:牵头治水工作。
"""


def test_paths_of_running_and_restarting_numbers():
    tasks = {t.path: t.title.text for t in read(PLAN).extraction.tasks}
    assert tasks == {
        "1": "加强造林",
        "2": "加强抚育",
        "3": "治理河道",
        "三/(一)/1": "成立专班",
        "三/(一)/2": "摸清底数",
        "三/(二)/1": "全面推进",
        "附件1/1": "市林业局",
        "附件1/2": "市水利局",
    }


def test_duty_items_belong_to_their_unit():
    duty = next(t for t in read(PLAN).extraction.tasks if t.path == "附件1/2")
    assert [s.text for s in duty.bodies["responsible"]] == ["市水利局"]


def test_goals_have_no_task_and_take_the_stage_of_their_label():
    goal = next(t for t in read(PLAN).extraction.targets if t.indicator.text == "森林覆盖率")
    assert goal.task is None
    assert (goal.deadline.kind, goal.deadline.start, goal.deadline.end) == ("during", "2024-01-01", "2025-12-31")


def test_paragraphs_broken_by_a_page_are_joined():
    text = "方案\n一、任务\n1.强化治理。加快推进城镇污水管网补短板,完善收集处理设施,到2025年城镇污水处\n\n理率达到98%。\n"
    (target,) = read(text).extraction.targets
    assert target.indicator.text == "城镇污水处理率"
    assert len(target.indicator.spans) == 1


def test_a_list_of_attachments_is_no_list_of_tasks():
    text = "新河市工作方案\n一、任务\n(一)造林。完成造林5万亩。\n附件:\n1.任务分解表\n2.名单\n"
    assert [t.path for t in read(text).extraction.tasks] == ["一/(一)"]


def test_numbers_that_begin_anew_are_tasks_of_their_own():
    text = "新河市2024年工作要点\n就业工作\n1.稳岗。新增就业6000人。(责任单位:市人社局)\n医保工作\n1.参保。参保率达到98%。(责任单位:市医保局)\n"
    tasks = {t.path: [s.text for s in t.bodies["responsible"]] for t in read(text).extraction.tasks}
    assert tasks == {"1": ["市人社局"], "1@2": ["市医保局"]}


def test_a_line_that_names_its_units_is_whole():
    text = "新河市工作方案\n一、任务\n1.创业。发放创业贷款3000万元,扶持小微企业。责任单位:市人社局\n以下为社会保障工作\n"
    (task,) = read(text).extraction.tasks
    assert [s.text for s in task.bodies["responsible"]] == ["市人社局"]


def test_total_rows_are_no_tasks():
    rows = ["序号\t任务名称\t目标值\t责任单位", "1\t新建公园\t3个\t市园林局", "2\t新建广场\t4个\t市城管局", "合计\t\t7个\t"]
    result = read("\n".join(rows) + "\n")
    assert [(t.path, t.title.text) for t in result.extraction.tasks] == [("表/1", "新建公园"), ("表/2", "新建广场")]
    assert [t.value.text for t in result.extraction.targets] == ["3个", "4个"]
    assert [(u.text, u.reason) for u in result.extraction.uncovered] == [("7个", "column")]


def test_a_table_without_tasks_is_reported_and_its_numbers_stand_in_the_ledger():
    result = read("序号\t县区\t任务数量\t完成时限\n1\t东城区\t12\t2024年底\n2\t西河县\t20\t2024年底\n")
    assert "table_not_read" in {i.code for i in result.extraction.issues}
    assert [u.text for u in result.extraction.uncovered] == ["12", "2024年底", "20", "2024年底"]


def test_rows_whose_numbers_begin_anew_under_a_heading_row_are_tasks_of_their_own():
    head, first, second = "序号\t任务\t完成时限\t责任单位", "1\t新建园区2个\t2024年底\t市工信局", "1\t新建学校3所\t2025年底\t市教育局"
    for heading in ("二\t民生保障\t\t", "二、民生保障\t\t\t"):
        tasks = read("\n".join((head, first, heading, second)) + "\n").extraction.tasks
        assert [(t.path, t.deadline.end, [s.text for s in t.bodies["responsible"]]) for t in tasks] == [
            ("表/1", "2024-12-31", ["市工信局"]),
            ("表/1@2", "2025-12-31", ["市教育局"]),
        ]


def test_lines_that_end_with_a_whole_quantity_are_not_joined_with_the_next():
    result = read("甲市方案（2024—2026年）\n一、任务\n1.平台。到2026年，全市政务服务事项网上可办率达到95%\n建成数据中心3个。\n")
    assert [(t.indicator.text, t.value.text) for t in result.extraction.targets] == [("政务服务事项网上可办率", "95%"), ("数据中心", "3个")]
    joined = read("甲市方案（2024—2026年）\n一、任务\n1.平台。到2026年，全市政务服务事项网上可办率达到95%\n以上，办理时间下降。\n")
    assert joined.extraction.targets[0].quantity is not None
    assert joined.extraction.targets[0].quantity.operator == ">="


def test_the_date_of_the_last_sentence_before_a_list_holds_for_the_list():
    head = "新河市工作方案\n一、主要任务\n聚焦重点产业。到2027年，形成“三个一批”。\n"
    found = read(head + "——打造一批园区。建成特色园区5个。\n——培育一批企业。培育龙头企业8家。\n").extraction.targets
    assert [(t.indicator.text, t.deadline.end) for t in found] == [("特色园区", "2027-12-31"), ("龙头企业", "2027-12-31")]


def test_the_years_of_a_heading_hold_for_what_stands_below_it():
    text = "新河市政府工作报告\n一、2025年工作回顾\n(一)建成公园9个。\n二、2026年重点工作\n(一)城市建设。新建公园5个。\n"
    text += "附件\n2026年民生实事\n一、改造老旧小区12个。\n"
    found = [(t.indicator.text, t.deadline.end) for t in read(text).extraction.targets]
    assert found == [("公园", "2026-12-31"), ("老旧小区", "2026-12-31")]


def test_a_review_ends_where_a_sentence_names_a_date_to_come():
    text = "新河市2021年工作方案\n一、任务\n1.粮食。2020年,粮食播种面积103万亩。2021年,粮食播种面积稳定在105万亩以上。新建高标准农田3万亩。\n"
    assert [t.value.text for t in read(text).extraction.targets] == ["105万亩", "3万亩"]
