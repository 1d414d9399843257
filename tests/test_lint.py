"""The vocabularies have no errors, and each question of the linter finds what it asks for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from schemas.indicators import Indicator, indicators
from schemas.lint import Finding, Vocabularies, lint
from schemas.standards import Standard, Threshold

FOREST = Indicator("forest", "森林覆盖率", "生态", "%", "higher_better")
SEWAGE = Indicator("sewage", "城镇污水处理率", "人居", "%", "higher_better")
STANDARD = Standard("S1", "某省指标", "某省", 2020, "provincial", ("县",), (), "全文", ())


def checks(*known, **more):
    return {(f.entry, f.check) for f in lint(Vocabularies(known, **more))}


def test_our_vocabularies_have_no_errors():
    assert [f for f in lint() if f.level == "error"] == []


def test_a_sound_vocabulary_gives_nothing():
    standard = replace(STANDARD, thresholds=(Threshold("forest", "县", "verified", operator=">=", value=Decimal(40), unit="%"),))
    assert lint(Vocabularies((FOREST, SEWAGE), (standard,), {"units": [{"id": "个", "forms": ["个"]}]}, ({"id": "f", "stems": ["林业"]},))) == []


@pytest.mark.parametrize(
    ("known", "entry", "check"),
    [
        ((FOREST, FOREST), "forest", "id_twice"),
        ((replace(FOREST, aliases=("绿化率",)), replace(SEWAGE, aliases=("绿化率",))), "sewage", "alias_of_two"),
        ((replace(FOREST, aliases=("优良天数比率",)), replace(SEWAGE, aliases=("优良天数的比例",))), "sewage", "alias_of_two"),
        ((FOREST, replace(SEWAGE, aliases=("森林覆盖率",))), "sewage", "alias_is_name"),
        ((replace(FOREST, aliases=("森林率",), negative=("森林率",)),), "forest", "negative_is_alias"),
        ((FOREST, replace(SEWAGE, weak=("森林覆盖率",))), "sewage", "weak_is_strong"),
        ((replace(FOREST, weak=("覆盖率",)), replace(SEWAGE, weak=("覆盖率",))), "sewage", "weak_of_two"),
        ((replace(FOREST, unit="-", name="森林长制", weak=("林长",)),), "forest", "weak_never"),
        ((replace(SEWAGE, aliases=("农村污水处理率",)),), "sewage", "contrast"),
        ((replace(FOREST, aliases=("森林覆盖率提高幅度",)),), "forest", "contrast"),
        ((replace(FOREST, name="新增就业", unit="万人", aliases=("累计就业",)),), "forest", "contrast"),
        ((replace(FOREST, unit="弗隆"),), "forest", "unknown_unit"),
        ((replace(FOREST, unit="万亩"),), "forest", "unit_dimension"),
        ((replace(FOREST, name="人均公园绿地面积", unit="平方米"),), "forest", "unit_dimension"),
        ((replace(FOREST, direction="none"),), "forest", "direction_missing"),
    ],
)
def test_indicators(known, entry, check):
    assert (entry, check) in checks(*known)


@pytest.mark.parametrize(
    ("threshold", "check"),
    [
        (Threshold("wood", "县", "verified", state="执行"), "unknown_indicator"),
        (Threshold("forest", "县", "verified", operator=">=", value=Decimal(5), unit="弗隆"), "unknown_unit"),
        (Threshold("forest", "县", "verified", operator=">=", value=Decimal(5), unit="万亩"), "threshold_unit"),
    ],
)
def test_thresholds(threshold, check):
    assert (f"S1/{threshold.indicator}", check) in checks(FOREST, standards=(replace(STANDARD, thresholds=(threshold,)),))


def test_two_thresholds_for_the_same():
    twice = Threshold("forest", "县", "verified", (("terrain", "山区"),), ">=", Decimal(60), unit="%")
    other = replace(twice, condition=(("terrain", "平原"),), value=Decimal(18))
    assert checks(FOREST, standards=(replace(STANDARD, thresholds=(twice, other)),)) == set()
    assert ("S1/forest", "threshold_twice") in checks(FOREST, standards=(replace(STANDARD, thresholds=(twice, twice)),))


def test_editions_that_follow_each_other_in_a_ring():
    ring = (replace(STANDARD, superseded_by="S2"), replace(STANDARD, id="S2", superseded_by="S1"))
    assert {("S1", "cycle"), ("S2", "cycle")} <= checks(standards=ring)
    assert ("S1", "unknown_standard") in checks(standards=(replace(STANDARD, superseded_by="S9"),))


def test_units_and_functions_without_a_form():
    assert ("弗隆", "no_forms") in checks(units={"units": [{"id": "弗隆", "forms": []}]})
    assert ("office", "no_forms") in checks(functions=({"id": "office"},))


def test_a_users_file_is_looked_at_and_named(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text("- {id: own, name: 本地森林覆盖率, domain: 生态, unit: '%', direction: higher_better, aliases: [森林覆盖率]}", "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    assert Finding("error", "own.yaml", "own", "alias_is_name", "森林覆盖率 is a name of forest_coverage (森林覆盖率) too") in lint()


def test_aliases_that_were_once_merged_would_be_found_now():
    """Names that stood as aliases and measure something else: 城市 for 城镇, part for whole, level for change."""
    known = {one.id: one for one in indicators()}
    for owner, alias in (
        ("urban_sewage_treatment_rate", "县城污水处理率"),
        ("fertilizer_pesticide_utilization_rate", "农药利用率"),
        ("ag_film_recovery_rate", "地膜回收率"),
        ("rail_freight_increment", "铁路货运量"),
        ("hazardous_waste_disposal_rate", "新产生危险废物利用处置率"),
        ("air_composite_index_rank", "环境空气质量综合指数"),
    ):
        merged = [replace(one, aliases=(*one.aliases, alias)) if one.id == owner else one for one in known.values()]
        assert [f for f in lint(Vocabularies(tuple(merged))) if f.level == "error"], alias
