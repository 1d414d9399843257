"""Which indicator a name means: what matches, what is refused and why, and the user's own entries."""

import pytest

from pipeline.canonical import Match, match_indicator, squashed
from schemas import vocab
from schemas.errors import RuleError
from schemas.indicators import indicators, load_user
from schemas.names import normal


def found(name, unit=None, kind=None):
    match = match_indicator(name, unit, kind)
    return match.indicator.id if isinstance(match, Match) else match.reason


@pytest.mark.parametrize(
    ("name", "unit", "rule", "indicator"),
    [
        ("城镇污水处理率", "%", "name:城镇污水处理率", "urban_sewage_treatment_rate"),
        ("空气质量优良天数比率", "%", "alias:空气质量优良天数比率", "good_air_days_rate"),
        ("PM _{2.5} 年均浓度", "微克/立方米", "alias:PM2.5年均浓度", "pm25_concentration"),
        ("细颗粒物(PM2.5)年平均浓度", "微克/立方米", None, None),
        ("生态环境状况指数（EI）", None, "name:生态环境状况指数(EI)", "eco_index_ei"),
        ("生态环境状况指数", None, "alias:生态环境状况指数", "eco_index_ei"),
        ("每千人口拥有执业医师数", "人", "normal:每千人口拥有执业(助理)医师数", "doctors_per_1000"),
        ("森林覆盖率（%）", None, "name:森林覆盖率", "forest_coverage"),
        ("粮食播种面积(万亩)", None, "normal:粮食播种面积", "grain_area"),
        ("单位国内生产总值能源消耗", "吨标煤/万元", "normal:单位地区生产总值能耗", "energy_intensity"),
        ("地表水达到或优于III类水体比例", "%", "normal:地表水达到或好于Ⅲ类水体比例", "surface_water_class3_rate"),
        ("研究与试验发展(R&D)经费投入强度", "%", "normal:研发经费投入强度", "rd_intensity"),
        ("规上工业增加值增速", "%", "alias:规上工业增加值增速", "industrial_value_added_growth"),
        ("一般工业固废的综合利用率", "%", None, "industrial_solid_waste_utilization_rate"),
        ("农村户厕改造", "万户", "weak:农村户厕改造", "rural_toilet_renovation_count"),
        ("生活污水集中收集率", "个百分点", "weak:生活污水集中收集率", "urban_sewage_collection_rate"),
    ],
)
def test_a_match_says_its_rule(name, unit, rule, indicator):
    match = match_indicator(name, unit)
    assert found(name, unit) == (indicator or "unknown")
    if rule:
        assert str(match) == rule
        assert match.score == {"name": 1.0, "alias": 1.0, "normal": 0.95, "weak": 0.8}[match.rule]


@pytest.mark.parametrize(
    ("name", "unit", "reason"),
    [
        ("公众满意度", "%", "negative"),
        ("城镇黑臭水体", None, "negative"),
        ("生活垃圾回收利用率", None, "weak_unit"),
        ("绿化规模", "个", "weak_unit"),
        ("森林覆盖率", "万亩", "weak_unit"),
        ("入河排污口整治", "个", "weak_unit"),
        ("河湖长制", "个", "weak_unit"),
        ("森林覆盖", "%", "unknown"),
        ("率", "%", "unknown"),
    ],
)
def test_a_refusal_says_its_reason(name, unit, reason):
    assert found(name, unit) == reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("农村生活垃圾无害化处理率", "农村生活垃圾无害化处理村占比"),
        ("城镇生活垃圾无害化处理率", "农村生活垃圾无害化处理率"),
        ("城镇污水处理率", "城市污水处理率"),
        ("城市污水处理率", "县城污水处理率"),
        ("PM2.5浓度", "PM2.5浓度下降幅度"),
        ("化肥利用率", "农药利用率"),
        ("化肥利用率", "主要农作物化肥农药利用率"),
        ("国土绿化面积", "人工造林面积"),
        ("人工造林", "封山育林"),
        ("农膜回收率", "地膜回收率"),
        ("单位GDP能耗", "单位GDP能耗降低"),
        ("危险废物利用处置率", "危险废物安全处置率"),
        ("铁路货运量", "铁路货运量增加"),
        ("节水型单位覆盖率", "节水型企业覆盖率"),
        ("美丽小镇", "四美乡村"),
        ("地区生产总值增速", "地区生产总值年均增速"),
        ("生态质量指数", "生态质量指数变化量"),
        ("常住人口城镇化率", "户籍人口城镇化率"),
    ],
)
def test_what_measures_differently_is_kept_apart(one, other):
    assert found(one) != found(other)
    assert {found(one), found(other)}.isdisjoint({"unknown", "negative", "ambiguous"})


def test_a_level_in_a_unit_of_change_is_no_level_of_the_indicator():
    assert found("单位GDP能耗", "%", "change") == "energy_intensity"
    assert found("单位GDP能耗", "%", "level") == "weak_unit"
    assert found("生态环境状况指数", "%", "level") == "eco_index_ei"  # tables write % beside the index


def test_every_spelling_in_the_data_holds():
    for entry in vocab.read("spellings")["spellings"]:
        same, other = entry["same"], entry["other"]
        assert normal(same[0]) == normal(same[1]), entry
        assert normal(other[0]) != normal(other[1]), entry
        assert any(form in squashed("".join(same)).upper() for form in entry["forms"]), entry


def test_every_name_finds_its_indicator():
    for one in indicators():
        weak = {normal(name) for name in one.weak}
        for name in (one.name, *one.aliases):
            if normal(name) not in weak:
                assert found(name) == one.id, name
        for name in one.negative:
            assert found(name) != one.id, name
        assert one.dimension is not None


# --- the user's own vocabulary -------------------------------------------------------------------------------------------

OWN = """
- {id: zero_carbon_parks, name: 零碳园区数, domain: 产业循环发展, unit: 个, direction: higher_better, aliases: [近零碳园区数]}
- {id: forest_coverage, aliases: [全域森林覆盖率], negative: [林地率]}
"""


def test_a_users_file_adds_and_extends(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text(OWN, "utf-8")
    assert (found("近零碳园区数", "个"), found("全域森林覆盖率", "%")) == ("unknown", "unknown")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    assert (found("近零碳园区数", "个"), found("全域森林覆盖率", "%"), found("林地率", "%")) == ("zero_carbon_parks", "forest_coverage", "negative")
    assert found("森林覆盖率", "%") == "forest_coverage"
    assert next(one for one in indicators() if one.id == "zero_carbon_parks").file == "own.yaml"


def test_an_alias_of_two_indicators_is_refused_not_chosen(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text("- {id: pm10_concentration, aliases: [PM2.5浓度]}", "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    assert match_indicator("PM2.5浓度", "微克/立方米").near == ("pm25_concentration", "pm10_concentration")
    assert found("PM2.5浓度", "微克/立方米") == "ambiguous"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: x, name: 甲}", r"own\.yaml: entry 1 \(x\): a new indicator needs domain, unit, direction"),
        ("- {name: 甲}", r"own\.yaml: entry 1: not a mapping with an id"),
        ("- {id: forest_coverage, unit: 万亩}", r"entry 1 \(forest_coverage\): unit of a known indicator cannot change \(% → 万亩\)"),
        ("- {id: forest_coverage, alias: [甲]}", r"\(forest_coverage\): unknown key alias; known are aliases"),
        ("- {id: forest_coverage, aliases: 甲}", r"\(forest_coverage\): aliases should be a list of names"),
        ("- {id: x, name: 甲, domain: 乙, unit: 弗隆, direction: none}", r"\(x\): the unit 弗隆 is not in units\.yaml"),
        ("- {id: x, name: 甲, domain: 乙, unit: 个, direction: up}", r"\(x\): direction up is none of higher_better"),
        ("- {id: forest_coverage, aliases: [甲]}\n- {id: forest_coverage, aliases: [乙]}", r"entry 2 \(forest_coverage\): the id stands twice"),
        ("- {id: x, unit: %}", r"own\.yaml: "),
        ("甲", r"own\.yaml: indicators should be a list"),
        ("indicator: []", r"own\.yaml: unknown part indicator"),
    ],
)
def test_a_faulty_file_is_named_with_its_entry(tmp_path, text, message):
    own = tmp_path / "own.yaml"
    own.write_text(text, "utf-8")
    with pytest.raises(RuleError, match=message):
        load_user(own)
