"""What was achieved is no target: reviews that open with the past plan or year, also under headings that do not say so."""

import pytest

from extractors.terms import term_of
from pipeline.lookback import looks_back
from tests.conftest import read

PLAN = """云水市国民经济和社会发展第十四个五年规划
一、站在新的历史起点
1.1 综合实力再上台阶
“十三五”期间是云水发展史上具有里程碑意义的五年。全市生产总值超过1200亿元。
1.1.1 产业升级加快。服务业增加值占生产总值比重达到52%，高新技术企业达到300家。
1.1.2 民生持续改善。城镇新增就业累计达到12万人。
1.2 “十四五”时期经济社会发展主要目标
1.2.1 经济更有活力。高新技术企业达到600家。
二、重点任务
2.1 做强产业
2.1.1 培育龙头企业。到2025年培育链主企业20家。
"""


def _targets(text):
    return {(t.indicator.text, str(t.quantity.value)) for t in read(text).extraction.targets if t.quantity and t.status == "target"}


def test_a_section_that_opens_with_the_past_plan_holds_no_targets():
    assert _targets(PLAN) == {("高新技术企业", "600"), ("链主企业", "20")}


@pytest.mark.parametrize(
    ("text", "year", "back"),
    [
        ("“十三五”期间,我市地区生产总值年均增长6%。", 2021, True),
        ("“十四五”时期,全市地区生产总值年均增长6%。", 2021, False),
        ("“十四五”时期,全市地区生产总值年均增长6%。", 2026, True),
        ("“十四五”时期,全市地区生产总值年均增长6%。", None, None),
        ("过去一年,全区上下攻坚克难。", 2026, True),
        ("五年来,我们累计建成学校20所。", None, True),
        ("2025年,全市完成投资200亿元。", 2026, True),
        ("2025年,要完成投资200亿元。", 2026, False),
        ("2026年,全市完成投资200亿元。", 2026, False),
        ("今年发展主要预期目标是:地区生产总值增长5%。", 2026, False),
        ("今后五年,全市森林覆盖率达到40%。", 2026, False),
        ("每年建成公园3个。", 2026, None),
        ("五年累计建成公园30个。", 2026, None),
        ("近期目标:建成公园3个。", 2026, None),
    ],
)
def test_openings(text, year, back):
    assert looks_back(text, year) is back


@pytest.mark.parametrize(
    ("title", "year"),
    [("云水市国民经济和社会发展第十四个五年规划纲要", 2021), ("“十五五”教育发展规划", 2026), ("三年行动方案", None), ("十五项任务清单", None)],
)
def test_the_year_of_a_plan_term(title, year):
    assert term_of(title) == year


def test_a_report_without_headings_looks_back_until_it_looks_ahead():
    text = (
        "2026年云水市政府工作报告\n各位代表：\n过去一年，全市上下攻坚克难。\n全市地区生产总值增长5.5%，城镇新增就业3万人。\n粮食总产量达到20亿斤，预计全年进出口总额增长8%。\n"
        "今年发展主要预期目标是：地区生产总值增长5%左右，城镇新增就业3.2万人。\n粮食总产量稳定在21亿斤以上。\n"
    )
    assert _targets(text) == {("地区生产总值", "5"), ("城镇新增就业", "3.2"), ("粮食总产量", "21")}


def test_numbers_of_a_review_are_in_the_ledger():
    kept = "".join(u.text for u in read(PLAN).extraction.uncovered)
    assert "1200亿元" in kept and "12万人" in kept


def test_other_openings_keep_a_section_open():
    text = "云水市绿色发展方案\n一、主要任务\n每五年开展一次评估。到2027年森林覆盖率达到40%。\n(一)植树造林\n完成造林5万亩。\n"
    assert ("森林覆盖率", "40") in _targets(text)
    assert ("造林", "5") in _targets(text)


def test_a_forecast_under_the_heading_of_an_outlook_is_no_target():
    text = "云水市“十五五”教育规划\n一、面临形势\n到2030年，学龄人口达到30万人。\n二、主要目标\n到2030年，学前教育毛入园率达到95%。\n"
    assert _targets(text) == {("学前教育毛入园率", "95")}
