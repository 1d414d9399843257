"""Decimal outlines, series of 一是 paragraphs, and numbers of pages in text copied from them."""

import pytest
import regex

from pipeline.decimals import follows
from pipeline.parsers.furniture import page_numbers
from tests.conftest import read

OUTLINE = """云水市综合发展规划
一、发展环境
1.1 指导思想
坚持绿色发展。
二、重点任务
2.1 夯实产业基础
提高产业质量。
2.1.1 培育优质企业。到2027年培育专精特新企业50家，粮食播种面积稳定在
2.5 万亩以上。
2.1.2 扩大对外开放。到2027年进出口总额达到
4.5亿元。
2.2 改善民生
2.2.1.“十分钟”就医圈。到2027年建成社区卫生服务中心12家。
2.2.2项目建设。到2027年新建学校8所。
"""


def test_paths_are_the_decimal_numbers():
    tasks = {t.path: t.title.text for t in read(OUTLINE).extraction.tasks}
    assert tasks == {"2.1.1": "培育优质企业", "2.1.2": "扩大对外开放", "2.2.1": "“十分钟”就医圈", "2.2.2": "项目建设"}


def test_quantities_at_the_head_of_a_broken_line_are_no_headings():
    found = {(t.task, t.indicator.text, str(t.quantity.value), t.unit.text) for t in read(OUTLINE).extraction.targets if t.quantity}
    assert ("2.1.1", "粮食播种面积", "2.5", "万亩") in found
    assert ("2.1.2", "进出口总额", "4.5", "亿元") in found


def test_decimals_below_arabic_numbers():
    text = "云水市实施方案\n1.产业提升\n1.1 培育企业\n培育企业20家。\n1.2 引进人才\n引进人才30名。\n2.民生改善\n2.1 新建学校\n新建学校3所。\n"
    assert [t.path for t in read(text).extraction.tasks] == ["1.1", "1.2", "2.1"]


def test_finer_items_stand_below_their_decimal_number():
    text = "云水市规划\n第二章 任务\n2.1 产业\n2.1.1 工业\n（1）培育企业20家。\n（2）建设园区3个。\n2.1.2 农业\n①粮食产量达到20万吨。\n"
    assert [t.path for t in read(text).extraction.tasks] == ["2.1.1/(1)", "2.1.1/(2)", "2.1.2/①"]


def test_one_decimal_alone_is_no_outline():
    text = "云水市实施方案\n一、主要任务\n完成植树造林，新增造林面积\n1.1 万亩，建成公园3个。\n"
    assert [t.path for t in read(text).extraction.tasks] == ["一"]


@pytest.mark.parametrize(
    ("last", "number", "good"),
    [
        (None, (1, 1), True),
        (None, (2, 69), False),
        ((1, 1), (1, 1, 1), True),
        ((1, 1, 5), (1, 2), True),
        ((1, 1), (1, 4), False),
        ((3, 1, 1), (12, 1), True),
        ((3, 1, 1), (12, 3), False),
        ((2, 3), (2, 3), False),
        ((2, 3), (1, 4), False),
    ],
)
def test_numbers_follow_each_other(last, number, good):
    assert follows(last, number) is good


def test_goal_sections_and_their_stage_come_from_decimal_headings():
    text = (
        "云水市发展规划\n一、总则\n1.1 “十五五”时期经济社会发展主要目标\n"
        "1.1.1 生态更加优美。森林覆盖率达到40%。\n1.2 基本原则\n1.2.1 坚持绿色发展。\n"
    )
    (target,) = read(text).extraction.targets
    assert (target.task, target.deadline.kind, target.deadline.end) == (None, "during", "2030-12-31")


REPORT = """政府工作报告
一、2026年重点工作
{0}是深化就业增收工程。坚持就业优先，城镇新增就业8万人以上，开展补贴性技能培训3万人以上。
{1}是深化教育提质工程。坚持公平优质，新增基础教育学位9000个，推动教育高质量发展取得新成效。
"""


def test_paragraphs_of_a_series_are_items():
    tasks = {t.path: t.title.text for t in read(REPORT.format("一", "二")).extraction.tasks}
    assert tasks == {"一/一": "深化就业增收工程", "一/二": "深化教育提质工程"}


@pytest.mark.parametrize(
    "text",
    [
        REPORT.format("一", "三"),  # no series
        "政府工作报告\n一、2026年重点工作\n一是新增就业8万人。二是新增学位9000个。三是建成公园3个。\n",  # in one paragraph
        "实施方案\n一、主要任务\n1.加强造林。按以下要求办理。\n一是完成造林。完成人工造林5万亩，其中乔木林3万亩，灌木林2万亩。\n"
        "二是完成抚育。完成森林抚育3万亩，其中中幼林抚育1万亩，低效林改造2万亩。\n",  # a measure is a task whole
    ],
)
def test_other_ordinals_are_no_items(text):
    assert not [t.path for t in read(text).extraction.tasks if regex.search("/[一二三]$", t.path)]


def _pages(numbers, ended=False):
    lines = []
    for n in numbers:
        lines += [f"{n}续发展现代服务业，推动先进制造业集群发展"] + ["加快建设现代化产业体系，持续提升产业链供应链韧性" + "。" * ended] * 21
    return lines


def test_numbers_of_pages_are_cut():
    assert page_numbers(_pages(range(7, 16))) == {22 * i: len(str(7 + i)) for i in range(9)}
    assert page_numbers(_pages([7, 8, 10, 11, 12, 14])) == {}  # the pages are not as long as each other


@pytest.mark.parametrize("lines", [_pages(range(1, 4)), _pages(range(1, 9), ended=True), [f"{n}号线建设" for n in range(1, 30)]])
def test_other_numbers_at_the_head_of_lines_stay(lines):
    assert page_numbers(lines) == {}


def test_a_page_number_breaks_no_word():
    body = "加快建设现代化产业体系，持续提升产业链供应链韧性和安全水平，"
    lines = [line for n in range(3, 12) for line in [f"{n}{body}", *[body] * 20, "森林覆盖率"]]
    lines[-1] = "到2027年森林覆盖率达到40%。"
    lines[22 * 5 - 1 : 22 * 5 + 1] = ["到2027年生活垃圾回收利用率达", "8到45%以上，推动绿色发展，"]
    text = "云水市发展规划\n一、任务\n" + "\n".join(lines)
    result = read(text)
    target = next(t for t in result.extraction.targets if t.indicator.text == "生活垃圾回收利用率")
    assert str(target.quantity.value) == "45"


def test_letters_are_the_finest_numbers():
    text = "云水市教育方案\n一、任务\n1.新建学校。新建学校20所。\n2.加强师资。\na）充实队伍。补充教师500名。\nb）改善条件。改造校舍3万平方米。\n"
    assert [t.path for t in read(text).extraction.tasks] == ["1", "一/2/a)", "一/2/b)"]
