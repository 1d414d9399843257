"""Targets against standards: which edition, which threshold, what may be said."""

import pytest

from pipeline.compare import Options, compare
from schemas.errors import ZhibiaoError
from tests.compare.conftest import DAY, plan, rows

NAMED = "对照《国家生态文明建设示范市县建设指标》（环生态〔2019〕76号）"


def scheme(*aims: str, region: str = "六安市", said: str = NAMED, day: str = "2020年3月1日") -> str:
    """A scheme of the national programme."""
    body = f"{said}，制定本方案。\n一、主要任务\n" + "\n".join(f"{i}.{aim}。（牵头单位：市生态环境局）" for i, aim in enumerate(aims, 1))
    return plan(f"{region}国家生态文明建设示范市创建工作方案", body, f"{region}人民政府办公室", day)


def standing(plans, *aims, options=None, **more):
    """The rows of the standard that a scheme follows."""
    result = plans({"a.txt": scheme(*aims, **more)}, options)
    table = result.tables["standards"]
    return table[table["binding"].astype(bool)], result.tables["findings"]


@pytest.mark.parametrize(
    ("value", "verdict", "difference"),
    [("25%以上", "exceeds", 5), ("20%", "meets", 0), ("18%", "falls_short", -2)],
)
def test_number_against_threshold(plans, value, verdict, difference):
    table, findings = standing(plans, f"生态文明建设工作占党政实绩考核的比例达到{value}")
    row = rows(table, indicator_id="eco_civ_assessment_weight").iloc[0]
    assert (row["standard"], row["threshold"], row["verdict"], row["difference"]) == ("N2019", "≥20%", verdict, difference)
    assert row["certainty"] == "recalled"  # said wherever the threshold is shown
    assert "文中写明" in row["basis"]
    assert (not rows(findings, type="below_standard").empty) == (verdict == "falls_short")


@pytest.mark.parametrize(
    ("aim", "why"),
    [
        ("完成上级规定的生态文明建设工作占党政实绩考核的比例目标", "没有数值"),
        ("县城生态文明建设工作占党政实绩考核的比例达到25%", "部分范围"),
    ],
)
def test_what_cannot_be_said(plans, aim, why):
    table, _ = standing(plans, aim)
    assert list(table["verdict"]) == ["cannot_say"]
    assert why in table.iloc[0]["reason"]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("45%", "cannot_say"), ("75%", "exceeds"), ("15%", "falls_short")],  # 山区 60, 丘陵 40, 平原 18, 青藏高原 70 …
)
def test_where_the_terrain_is_not_known_only_what_all_thresholds_say(plans, value, verdict):
    table, _ = standing(plans, f"林草覆盖率达到{value}")
    row = rows(table, indicator_id="forest_grass_coverage").iloc[0]
    assert row["verdict"] == verdict
    assert "山区" in row["condition"]
    assert row["difference"] is None


def test_of_a_place_whose_level_is_not_known_only_what_both_thresholds_say(plans):
    """The edition of 2019 asks 95% of a city and 85% of a county."""
    aims = ("城镇污水处理率达到90%",)
    table, _ = standing(plans, *aims, region="幸福新城", said="为改善环境", options=Options(as_of=DAY, standard="N2019"))
    assert list(table["verdict"]) == ["cannot_say"]
    assert list(table["difference"]) == [None]


def test_an_edition_may_be_chosen(plans):
    options = Options(as_of=DAY, standard="N2019")
    table, _ = standing(plans, "生态文明建设工作占党政实绩考核的比例达到25%", said="为改善环境", options=options)
    assert set(table["standard"]) == {"N2019"}


def test_a_standard_that_there_is_not_is_refused_with_those_there_are(five):
    with pytest.raises(ZhibiaoError, match="N2019"):
        compare(five, Options(as_of=DAY, standard="N1999"))


def test_a_plan_of_another_kind_is_held_against_no_edition(plans):
    text = plan("六安市教育方案", "一、任务\n1.到2025年，森林覆盖率达到45%。（牵头单位：市教育局）", "六安市人民政府办公室", "2022年1月1日")
    result = plans({"a.txt": text})
    table = result.tables["standards"]
    assert not table["binding"].astype(bool).any()
    goal = rows(table, standard="P145").iloc[0]
    assert (goal["verdict"], goal["threshold"], goal["certainty"]) == ("exceeds", "24.1%", "verified")
    assert "不是对各地的要求" in goal["basis"]


def test_what_the_edition_followed_leaves_open_is_looked_up_in_the_one_before_for_orientation(compared):
    table = rows(compared.tables["standards"], document="longnan-2023-scheme", indicator_id="public_satisfaction")
    assert {(r.standard, bool(r.binding)) for r in table.itertuples()} == {("N2019", False)}
    assert "供参照" in table.iloc[0]["basis"]
