"""The canonical layer: never forced, reversible, explainable."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.canonical import from_canonical, match_indicator, normalise_body, to_canonical
from schemas import vocab

UNITS = sorted({u.id: u for u in vocab.units().by_form.values()}.values(), key=lambda u: u.id)


@given(st.decimals(0, 10**6, places=3), st.sampled_from(UNITS))
def test_conversion_is_reversible(value, unit):
    assert from_canonical(to_canonical(value, unit), unit) == pytest.approx(float(value), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "base", "value"),
    [
        ("%", "ratio", "1", 0.3),
        ("个百分点", "ratio_difference", "1", 0.3),
        ("万亩", "area", "平方米", 200000000.0),
        ("微克/立方米", "mass/volume", "吨/立方米", 3e-11),
        ("吨标煤/万元", "energy/money", "吨标准煤/元", 0.003),
        ("平方米/人", "area/persons", "平方米/人", 30),
        ("亿千瓦时", "electricity", "千瓦时", 3e9),
        ("万户", "households", "户", 300000),
    ],
)
def test_units(text, dimension, base, value):
    unit = vocab.units().find(text)
    assert (unit.dimension, unit.base) == (dimension, base)
    assert to_canonical(Decimal(30), unit) == pytest.approx(value)


def test_percent_is_no_percentage_point():
    units = vocab.units()
    assert units.find("%").dimension != units.find("个百分点").dimension


def test_indicators_match_whole_names_or_not_at_all():
    assert match_indicator("森林覆盖率", "%").indicator == match_indicator("森林覆盖率", None).indicator
    assert str(match_indicator("城镇污水处理率", "%")) == "name:城镇污水处理率"
    assert match_indicator("全县重点企业污水处理率", "%").reason == "unknown"
    assert match_indicator("覆盖率", "%").reason == "unknown"


@pytest.mark.parametrize(
    ("name", "functions", "level"),
    [
        ("市生态环境分局", {"ecology_environment"}, "city"),
        ("市科技经信局", {"science_technology", "industry_it"}, "city"),
        ("省经信厅", {"industry_it"}, "province"),
        ("县发改局", {"development_reform"}, "county"),
        ("市市场监管局", {"market_regulation"}, "city"),
        ("各县（区）人民政府", {"county_gov"}, "group"),
    ],
)
def test_bodies(name, functions, level):
    body = normalise_body(name)
    assert functions <= set((body["function_ids"] or "").split(","))
    assert body["level"] == level


def test_an_unknown_unit_is_an_issue_and_not_a_guess():
    from tests.conftest import read

    result = read("方案\n序号\t指标\t单位\t2025年目标\n1\t某某指数\t浮屠\t5\n")
    (row,) = result.rows.tables["target"]
    assert (row["unit"], row["canonical_value"]) == ("浮屠", None)
    assert "unknown_unit" in {i.code for i in result.rows.issues}
