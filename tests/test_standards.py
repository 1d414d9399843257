"""Standards: thresholds as data, and which edition a plan follows."""

from datetime import date
from decimal import Decimal

import pytest
import regex
import sqlalchemy as sa

from pipeline import store
from schemas import tables, vocab
from schemas.errors import RuleError
from schemas.standards import edition_for, standards, standards_named, why

BY_ID = {one.id: one for one in standards()}


def test_editions_follow_one_another_without_a_gap():
    assert (BY_ID["N2016"].valid_to, BY_ID["N2019"].valid_to) == (BY_ID["N2019"].valid_from, BY_ID["N2021"].valid_from)
    for day in (date(2017, 5, 1), date(2019, 9, 10), date(2019, 9, 11), date(2022, 1, 1), date(2024, 2, 1), date(2026, 1, 1)):
        assert len([one for one in standards() if one.family == "national" and one.in_force(day)]) == 1


def test_a_threshold_has_its_condition_unit_and_certainty():
    forest = [t for t in BY_ID["HN2018"].thresholds if t.indicator == "forest_coverage"]
    assert {t.condition_text: t.value for t in forest} == {"山区": 60, "丘陵": 40, "平原": 18, "高寒或草原": 70}
    assert (forest[0].canonical, forest[0].certainty, forest[0].source) == (
        (0.6, None),
        "verified",
        "湖南省生态文明建设示范县、市指标（试行） 湘环发〔2018〕9号",
    )
    construction = next(t for t in BY_ID["N2019"].thresholds if t.indicator == "construction_land_intensity_reduction")
    assert (construction.value, construction.certainty) == (Decimal("4.5"), "recalled")
    air = next(t for t in BY_ID["N2024"].thresholds if t.indicator == "good_air_days_rate")
    assert (air.operator, air.value, air.alternative, air.also) == (">=", 90, "持续提高", "完成上级规定的考核任务")
    assert next(t for t in BY_ID["N2019"].thresholds if t.indicator == "eco_civ_plan").state == "制定实施"


def test_what_is_recalled_says_how_sure_and_only_that():
    for one in standards():
        for threshold in one.thresholds:
            assert (threshold.confidence in ("high", "medium", "low")) == (threshold.certainty == "recalled"), (one.id, threshold.indicator)


@pytest.mark.parametrize(
    ("text", "level", "on", "edition", "reason", "said"),
    [
        ("依据《国家生态文明建设示范市县建设指标》（环生态 〔2019〕76 号）", "city", None, "N2019", "named", "国家生态文明建设示范市县建设指标"),
        ("对照环生态[2016]4号要求", "county", date(2023, 1, 1), "N2016", "named", "环生态[2016]4号"),
        ("《国家生态文明建设示范市县建设指标》（修订版）", "city", date(2023, 1, 1), "N2021", "named", "国家生态文明建设示范市县建设指标》（修订"),
        ("云州市创建国家生态文明建设示范市方案", "city", date(2020, 3, 1), "N2019", "national programme; in force", "国家生态文明建设示范市"),
        ("云州市创建国家生态文明建设示范市方案", "city", date(2025, 3, 1), "N2024", "national programme; in force", "国家生态文明建设示范市"),
        ("枣阳市创建省级生态文明建设示范市方案", "county", date(2022, 6, 1), "HB2016", "provincial scheme", "省级生态文明建设示范市"),
        (
            "太仓市创建省级生态文明建设示范市方案",
            "county",
            date(2022, 6, 1),
            "N2021",
            "provincial scheme whose own list is not known",
            "省级生态文明建设示范市",
        ),
        ("生态文明建设示范区创建工作方案", "county", date(2022, 6, 1), "N2021", "without saying national or provincial", "生态文明建设示范区"),
    ],
)
def test_the_edition_of_a_plan(text, level, on, edition, reason, said):
    one, codes, span = edition_for(text, level, on)
    assert (one.id, text[slice(*span)]) == (edition, said)
    assert reason in why(codes, "en")


def test_the_place_of_a_plan_settles_the_province():
    text = "创建省级生态文明建设示范市方案"
    assert edition_for(text, "county", date(2021, 6, 1), "430181")[0].id == "HN2018"
    one, codes, _ = edition_for(text, "county", date(2021, 6, 1))
    assert one.id == "N2021"
    assert "orientation only" in why(codes, "en")
    assert "仅供参照" in why(codes)
    assert "N2021 is of the same year, on a day not known" in why(codes, "en")


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("大气污染防治三年行动计划", date(2023, 1, 1)),
        ("依据湘环生态〔2019〕76号", date(2023, 1, 1)),
        ("国家生态文明先行示范区建设方案", date(2023, 1, 1)),
        ("创建国家生态文明建设示范市方案", None),
        ("创建国家生态文明建设示范市方案", date(2010, 1, 1)),
        ("污染防治攻坚战实施方案。" * 30 + "推进国家生态文明建设示范市创建。", date(2023, 1, 1)),
    ],
)
def test_no_edition(text, on):
    assert edition_for(text, "city", on) is None


def test_of_several_editions_named_the_newest_counts_and_the_others_are_told():
    text = "对照环生态〔2016〕4号、环生态〔2019〕76号"
    one, codes, _ = edition_for(text, "city", date(2020, 1, 1))
    assert one.id == "N2019"
    assert "also N2016" in why(codes, "en")
    assert [s.id for s, _ in standards_named(text)] == ["N2016", "N2019"]


def test_thresholds_that_were_not_seen_for_a_level_are_told():
    assert "its thresholds for 县 have not been seen" in why(edition_for("创建国家生态文明建设示范县方案", "county", date(2025, 1, 1))[1], "en")


def test_ways_to_speak_of_the_programme():
    for entry in vocab.read("standards")["programmes"]:
        for text in entry["examples"]:
            assert regex.search(entry["pattern"], text), text
        for text in entry["others"]:
            assert not regex.search(entry["pattern"], text), text


OWN = """
standards:
- {id: XX2023, title: 某省生态文明建设示范县指标, issuer: 某省, year: 2023, family: provincial, province: '450000',
   applies_to: [县], valid_from: 2023-01-01, names: [某省生态文明建设示范县指标], seen: 全文,
   thresholds: [{indicator: forest_coverage, level: 县, operator: '>=', value: 62.5, unit: '%', certainty: verified}]}
"""


def test_a_user_adds_the_list_of_his_province(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text(OWN, "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    one, _, _ = edition_for("创建省级生态文明建设示范县方案", "county", date(2024, 1, 1), "450123")
    assert (one.id, one.thresholds[0].value, one.file) == ("XX2023", Decimal("62.5"), "own.yaml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("operator: '>=', ", "", r"standard 1 \(XX2023\): threshold 1: a threshold has an operator and a value, or a state"),
        ("certainty: verified", "certainty: sure", r"threshold 1: level 县 or certainty sure"),
        ("family: provincial", "family: local", r"own\.yaml: standard 1 \(XX2023\): family local"),
        ("title: 某省生态文明建设示范县指标, ", "", r"standard 1 \(XX2023\): not a standard"),
        ("indicator: forest_coverage", "indicator: woods", r"own\.yaml: standard 1 \(XX2023\): woods is no indicator"),
        ("id: XX2023", "id: N2019", r"\(N2019\): the id is taken by 国家生态文明建设示范市县建设指标"),
        ("seen: 全文", "seen: 全文, superseded_by: N1", r"own\.yaml: XX2023: superseded by N1, which is no standard"),
    ],
)
def test_a_faulty_standard_is_named(tmp_path, monkeypatch, old, new, message):
    own = tmp_path / "own.yaml"
    assert old in OWN
    own.write_text(OWN.replace(old, new), "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    with pytest.raises(RuleError, match=message):
        standards()


def test_the_database_holds_them(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(engine)
    store.upgrade(engine)
    rows, limits = tables.standard, tables.standard_threshold
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar() == len(standards())
        assert connection.execute(sa.select(sa.func.count()).select_from(limits)).scalar() == sum(len(one.thresholds) for one in standards())
        found = connection.execute(
            sa.select(limits).where(limits.c.standard_id == "N2019", limits.c.indicator_id == "forest_grass_coverage", limits.c.value == "60")
        ).one()
    engine.dispose()
    assert (found.condition, found.operator, found.unit, found.certainty) == ("市县；山区", ">=", "%", "recalled")


def test_a_faulty_vocabulary_leaves_no_half_made_database(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text("- {id: x}", "utf-8")
    monkeypatch.setenv("ZHIBIAO_VOCAB", str(own))
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    with pytest.raises(RuleError, match=r"own\.yaml: entry 1"):
        store.upgrade(engine)
    assert not (tmp_path / "z.db").exists()
    monkeypatch.delenv("ZHIBIAO_VOCAB")
    store.upgrade(engine)
    engine.dispose()
