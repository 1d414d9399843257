"""Tables that divide tasks among districts."""

import pytest

from tests.conftest import read

CAPTION = "云水市2026年造林实施方案\n一、任务\n加快国土绿化。\n附表\n2026年造林任务分解表\n单位：万亩\n"
TABLE = "县区\t任务数\n青山县\t3.5\n绿水区\t2\n合计\t5.5\n"


def _said(text):
    found = read(text).extraction.targets
    return [
        (t.task, t.indicator.text, t.scope and t.scope.text, str(t.quantity.value), t.unit and t.unit.text, t.deadline and t.deadline.end)
        for t in found
    ]


def test_the_caption_names_what_the_numbers_count():
    assert sorted(_said(CAPTION + TABLE), key=str) == [
        ("表/1", "造林", "青山县", "3.5", "万亩", "2026-12-31"),
        ("表/2", "造林", "绿水区", "2", "万亩", "2026-12-31"),
        (None, "造林", None, "5.5", "万亩", "2026-12-31"),
    ]


def test_headings_name_what_the_numbers_count():
    text = (
        "云水市民生实事实施方案\n附件1：2026年民生实事任务分解表\n序号\t县（市、区）\t新建公园（个）\t新增学位（个）\t责任单位\n"
        "1\t青山县\t3\t500\t青山县政府\n2\t绿水区\t-\t1000\t绿水区政府\n3\t经济开发区\t1\t0\t管委会\n"
    )
    assert _said(text) == [
        ("表/1", "新建公园", "青山县", "3", "个", "2026-12-31"),
        ("表/1", "新增学位", "青山县", "500", "个", "2026-12-31"),
        ("表/2", "新增学位", "绿水区", "1000", "个", "2026-12-31"),
        ("表/3", "新建公园", "经济开发区", "1", "个", "2026-12-31"),
    ]
    tasks = read(text).extraction.tasks
    assert next((t.path, t.title.text, [s.text for s in t.bodies["responsible"]]) for t in tasks) == ("表/1", "青山县", ["青山县政府"])


def test_the_whole_stands_under_its_own_name_and_parts_of_it_in_the_ledger():
    text = CAPTION + "县区\t合计\t人工造林\n全市\t12\t5\n青山县\t7\t3\n绿水区\t5\t2\n小计\t12\t5\n"
    assert [x[:4] for x in _said(text)] == [
        (None, "造林", "全市", "12"),
        (None, "人工造林", "全市", "5"),
        ("表/1", "造林", "青山县", "7"),
        ("表/1", "人工造林", "青山县", "3"),
        ("表/2", "造林", "绿水区", "5"),
        ("表/2", "人工造林", "绿水区", "2"),
    ]
    assert [u.text for u in read(text).extraction.uncovered if u.reason == "column"] == ["12", "5"]


def test_evidence_of_names_is_the_caption_or_the_heading():
    text = CAPTION + TABLE
    target = read(text).extraction.targets[0]
    assert ["".join(text[s.start : s.end] for s in slot.spans) for slot in (target.indicator, target.value)] == ["造林", target.value.text]


@pytest.mark.parametrize(
    "text",
    [
        CAPTION.replace("造林任务分解表", "各县区林地面积情况") + TABLE.replace("任务数", "面积"),  # what is there
        CAPTION.replace("造林任务分解表", "造林任务完成情况") + TABLE,  # what was done
        CAPTION.replace("造林任务分解表", "造林补助资金计划") + TABLE.replace("任务数", "资金"),  # what is paid
        CAPTION.replace("2026年造林任务分解表\n", "") + TABLE,  # nobody says what is counted
        CAPTION + TABLE.replace("3.5", "3.5（暂定）以后再定"),
    ],
)
def test_other_tables_of_districts_give_no_targets(text):
    assert _said(text) == []
