"""Copies, editions and plans that are no longer in force; regions by any name; cells without a target; targets that another level sets."""

from datetime import date

import pytest

from pipeline import batch, store
from pipeline.compare import Options, compare
from pipeline.compare.plans import plan_key
from schemas.errors import ZhibiaoError
from tests.compare.conftest import DAY, plan, rows

AIMS = [
    "到2025年，全市公路优良路率达到85%",
    "到2025年，全市建制村通公交率达到90%",
    "到2025年，全市公交车辆准点率达到92%",
    "到2025年，全市港口岸电覆盖率达到80%",
    "到2025年，全市公路养护机械化率达到75%",
    "到2025年，全市城乡公交一体化率达到70%",
]


def roads(aims=AIMS, region="六安市", title="交通运输高质量发展行动方案", day="2023年3月1日", more="") -> str:
    """A plan of six targets."""
    body = "一、主要任务\n" + "\n".join(f"{i}.{aim}。（牵头单位：市交通运输局）" for i, aim in enumerate(aims, 1)) + more
    return plan(f"{region}{title}", body, f"{region}人民政府办公室", day)


def documents(result):
    """The documents of a comparison by name."""
    return {d["document"]: d for d in result.tables["plans"].to_dict("records")}


def test_the_same_plan_on_two_sites_counts_once_and_keeps_both_sources(plans):
    page = "首页 新闻 政务公开\n来源：某网站\n\n" + roads()
    result = plans({"a.txt": roads(), "b.txt": page, "c.txt": roads(region="安康市")})
    assert [d for d, r in documents(result).items() if isinstance(r["duplicate_of"], str)] == ["b"]
    stated = rows(result.tables["matrix"], region="六安市", state="stated")
    assert len(stated) == len(AIMS)
    assert set(stated["sources"]) == {("b",)}
    assert rows(result.tables["findings"], type="duplicate").iloc[0]["documents"] == ["a", "b"]


@pytest.mark.parametrize(
    "other",
    [
        roads(title="交通运输高质量发展行动方案（征求意见稿）", day="2022年3月1日"),  # a draft is an edition
        roads(title="2024年交通运输重点工作计划", day="2024年3月1日"),  # another plan that says the same
        roads(region="安康市"),  # another city
        roads(aims=[a.replace("2025", "2027") for a in AIMS], day="2025年3月1日"),
    ],
)
def test_these_are_no_copies(plans, other):
    assert rows(plans({"a.txt": roads(), "b.txt": other}).tables["findings"], type="duplicate").empty


def test_a_draft_gives_way_to_the_final_text(plans):
    draft = roads(aims=[a.replace("85%", "88%") for a in AIMS], title="交通运输高质量发展行动方案（征求意见稿）", day="2022年3月1日")
    result = plans({"draft.txt": draft, "final.txt": roads()})
    assert documents(result)["draft"]["validity"] == "superseded"
    assert set(rows(result.tables["matrix"], state="stated")["document"]) == {"final"}
    assert "relaxed" in list(result.tables["changes"]["change"])  # what the final text changed is told all the same


def test_an_expired_plan_is_left_out_and_said_so(plans):
    texts = {"a.txt": roads(more="\n本方案自印发之日起施行，有效期至2024年12月31日。"), "b.txt": roads(region="安康市")}
    result = plans(texts, Options(as_of=date(2025, 6, 30)))
    assert documents(result)["a"]["validity"] == "expired"
    assert "2024-12-31" in documents(result)["a"]["validity_reason"]
    assert any(note.startswith("a ") for note in result.notes)
    assert list(rows(result.tables["findings"], type="expired")["documents"]) == [["a"]]


def test_a_plan_holds_until_its_last_day(plans):
    result = plans({"a.txt": roads(more="\n本方案自印发之日起施行，有效期至2024年12月31日。")}, Options(as_of=date(2024, 12, 31)))
    assert documents(result)["a"]["validity"] == "in_force"


def test_a_repealed_document_is_left_out(plans):
    old = roads(title="公路养护管理办法", day="2019年3月1日")
    new = roads(title="公路管理办法", day="2023年3月1日", more="\n本办法自印发之日起施行，《六安市公路养护管理办法》同时废止。")
    result = plans({"old.txt": old, "new.txt": new})
    assert documents(result)["old"]["validity"] == "repealed"


def test_a_later_act_ends_nothing_before_its_day(plans):
    old = roads(title="公路养护管理办法", day="2019年3月1日")
    new = roads(title="公路管理办法", day="2023年3月1日", more="\n本办法自印发之日起施行，《六安市公路养护管理办法》同时废止。")
    assert documents(plans({"old.txt": old, "new.txt": new}, Options(as_of=date(2022, 1, 1))))["old"]["validity"] == "in_force"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("公路管理办法（征求意见稿）", "《六安市公路养护管理办法》同时废止"),  # a draft repeals nothing
        ("公路管理办法", "《六安市公路养护管理办法》第三条同时废止"),  # a part of it
    ],
)
def test_these_repeal_nothing(plans, title, said):
    old = roads(title="公路养护管理办法", day="2019年3月1日")
    new = roads(title=title, day="2023年3月1日", more=f"\n本办法自印发之日起施行，{said}。")
    assert documents(plans({"old.txt": old, "new.txt": new}))["old"]["validity"] == "in_force"


def test_a_draft_of_a_revision_is_not_superseded_by_the_text_before_it(plans):
    texts = {"final.txt": roads(title="公路管理办法", day="2019年3月1日")}
    texts["draft.txt"] = roads(title="公路管理办法（征求意见稿）", day="2023年3月1日")
    found = documents(plans(texts))
    assert {name: d["validity"] for name, d in found.items()} == {"draft": "draft", "final": "in_force"}


def test_what_ends_a_document_is_evidence_of_the_finding(plans):
    draft = roads(title="交通运输高质量发展行动方案（征求意见稿）", day="2022年3月1日")
    expired = roads(region="安康市", more="\n本方案自印发之日起施行，有效期至2024年1月31日。")
    table = plans({"a.txt": roads(), "b.txt": "来源：某网站\n\n" + roads(), "d.txt": draft, "e.txt": expired}).tables["findings"]
    title = "六安市交通运输高质量发展行动方案"
    for type_, quote in (("duplicate", title), ("superseded", title), ("expired", "有效期至2024年1月31日")):
        one = rows(table, type=type_).iloc[0]
        assert any(quote in q for q in one["quotes"]), (type_, one["quotes"])
        assert len(one["evidence"]) == len(one["quotes"]) == 2


def test_two_districts_of_one_name_stand_apart(plans):
    texts = {"a.txt": roads(region="北京市朝阳区"), "b.txt": roads(region="长春市朝阳区", day="2023年4月1日")}
    result = plans(texts)
    assert result.regions == ("北京市朝阳区", "长春市朝阳区")
    assert set(rows(result.tables["matrix"], state="stated")["verdict"]) == {"comparable"}


@pytest.mark.parametrize(
    ("said", "day"),
    [("2024年3月1日", "2024-03-01"), ("2024-03-01", "2024-03-01"), ("2024.3", "2024-03"), ("2024年", "2024"), ("2024-13-45", None), ("春天", None)],
)
def test_dates_that_users_give(plans, said, day, tmp_path):
    text = roads(day="").replace("六安市人民政府办公室", "")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text(text, "utf-8")
    (folder / "SOURCES.csv").write_text(f"file,issue_date\na.txt,{said}\n", "utf-8")
    engine = store.connect(f"sqlite:///{tmp_path}/c.db")
    batch.run([folder], engine)
    one = compare(engine, Options(as_of=DAY)).tables["plans"].iloc[0]
    assert one["date"] == day


def test_a_database_without_documents_is_compared(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/c.db")
    store.upgrade(engine)
    result = compare(engine, Options(as_of=DAY))
    assert result.regions == ()
    assert all(table.empty for table in result.tables.values())


def test_a_lost_file_of_a_region_that_has_others_is_said(plans):
    result = plans({"a.txt": roads(), "六安市教育方案.txt": ""})
    assert any("六安市教育方案" in note for note in result.notes)


def test_by_document_changes_from_a_document_that_does_not_count_are_told(plans):
    draft = roads(aims=[a.replace("85%", "88%") for a in AIMS], title="交通运输高质量发展行动方案（征求意见稿）", day="2022年3月1日")
    result = plans({"draft.txt": draft, "final.txt": roads()}, Options(regions=("六安",), by="document", as_of=DAY))
    assert result.regions == ("final",)
    assert "relaxed" in list(result.tables["changes"]["change"])
    assert not rows(result.tables["findings"], type="superseded").empty


def test_that_a_period_is_over_is_said_and_leaves_nothing_out(plans):
    title = "交通运输高质量发展行动方案（2021—2023年）"
    texts = {"a.txt": roads(title=title, day="2021年3月1日")}
    texts["b.txt"] = roads(title="交通运输高质量发展行动方案（2024—2026年）", aims=[a.replace("2025", "2026") for a in AIMS], day="2024年3月1日")
    found = documents(plans(texts))
    assert {name: (d["validity"], d["left_out"]) for name, d in found.items()} == {"a": ("in_force", False), "b": ("in_force", False)}
    assert found["a"]["validity_reason"] == "规划期已满（至 2023 年）；后续规划：b"


def test_the_load_of_a_body_counts_each_plan_once(plans):
    draft = roads(title="交通运输高质量发展行动方案（征求意见稿）", day="2022年3月1日")
    load = plans({"a.txt": roads(), "b.txt": "来源：某网站\n\n" + roads(), "d.txt": draft}).tables["load"]
    assert [(r.body, r.year, r.tasks, r.targets) for r in load.itertuples()] == [("市交通运输局", 2025, 6, 6)]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("六安市“十四五”综合交通运输发展规划", "综合交通运输发展"),
        ("六安市综合交通运输发展规划（2026—2030年）", "综合交通运输发展"),
        ("六安市人民政府办公室关于印发六安市综合交通运输发展三年行动方案的通知", "综合交通运输发展"),
        ("安徽省六安市综合交通运输发展规划（修订版）", "综合交通运输发展"),
        ("六安市2024年政府工作报告", "政府工作报告"),
        ("工作方案", None),
    ],
)
def test_editions_of_a_plan_share_its_subject(title, key):
    assert plan_key(title, "六安市") == key


@pytest.mark.parametrize("query", ["六安", "六安市", "341500", "luan"])
def test_a_region_by_any_name(plans, query):
    assert plans({"a.txt": roads()}, Options(regions=(query,), as_of=DAY)).regions == ("六安市",)


def test_a_region_without_documents_is_not_processed(plans):
    result = plans({"a.txt": roads()}, Options(regions=("六安", "信阳"), as_of=DAY))
    assert result.regions == ("六安市", "信阳市")
    assert set(rows(result.tables["matrix"], region="信阳市")["state"]) == {"not_processed"}
    assert any("信阳市" in note for note in result.notes)


def test_a_region_whose_document_failed_is_not_processed(plans):
    result = plans({"a.txt": roads(), "安康市方案.txt": ""})
    cells = rows(result.tables["matrix"], region="安康市")
    assert set(cells["state"]) == {"not_processed"}
    assert "安康市方案" in cells.iloc[0]["reason"]


def test_what_is_no_division_is_refused_with_those_there_are(plans):
    with pytest.raises(ZhibiaoError, match="六安市"):
        plans({"a.txt": roads()}, Options(regions=("不存在的地方",), as_of=DAY))


def test_a_name_whose_number_was_not_read_is_unparsed(plans):
    other = roads(aims=[AIMS[1], "到2025年，全市公路优良路率达到五分之四"], region="安康市")
    result = plans({"a.txt": roads(), "b.txt": other})
    cell = rows(result.tables["matrix"], region="安康市", indicator="公路优良路率").iloc[0]
    assert (cell["state"], "五分之四" in cell["quote"], len(cell["evidence"])) == ("unparsed", True, 1)
    assert rows(result.tables["matrix"], region="安康市", indicator="港口岸电覆盖率").iloc[0]["state"] == "not_stated"


def test_a_target_that_another_level_sets_is_linked_with_its_number(plans):
    province = plan(
        "安徽省交通运输行动方案",
        f"一、主要任务\n1.{AIMS[0].replace('全市', '全省')}。（牵头单位：省交通运输厅）",
        "安徽省人民政府办公厅",
        "2022年1月5日",
    )
    city = roads(aims=["到2025年，完成省下达的公路优良路率目标"])
    told = rows(plans({"a.txt": city, "p.txt": province}).tables["findings"], type="cascade")
    assert told.iloc[0]["documents"] == ["a", "p"]
    assert told.iloc[0]["verdict"] == "comparable"


def test_without_the_other_levels_number_the_link_is_open(plans):
    told = rows(plans({"a.txt": roads(aims=["到2025年，完成省下达的公路优良路率目标"])}).tables["findings"], type="cascade")
    assert list(told["verdict"]) == ["undetermined"]


@pytest.mark.parametrize(
    ("aim", "region", "verdicts"),
    [
        ("到2025年，完成市下达的公路优良路率目标", "安徽省六安市", ["comparable"]),
        ("到2025年，完成市下达的公路优良路率目标", "安徽省", ["undetermined"]),  # the province is not who set it
        ("完成市下达的公路优良路率目标", "安徽省六安市", ["undetermined"]),  # by when is not said
    ],
)
def test_what_the_city_sets_is_the_citys_number_of_the_year(plans, aim, region, verdicts):
    texts = {"a.txt": roads(region="霍山县", aims=[aim]), "p.txt": roads(region=region)}
    told = rows(plans(texts).tables["findings"], type="cascade")
    assert list(told["verdict"]) == verdicts


def test_a_renamed_division_keeps_its_column(plans):
    old = roads(region="襄樊市", day="2009年3月1日", aims=[a.replace("2025", "2012") for a in AIMS])
    result = plans({"old.txt": old, "new.txt": roads(region="襄阳市")})
    assert result.regions == ("襄阳市",)


def test_a_database_without_documents_or_targets_gives_empty_tables(plans):
    result = plans({"a.txt": plan("六安市交通运输行动方案", "一、总体要求\n加强领导。", "六安市人民政府办公室", "2023年3月1日")})
    assert {name for name, table in result.tables.items() if not table.empty} <= {"plans", "load", "findings"}


def test_plans_of_the_nation_and_of_no_known_region_have_columns_of_their_own(plans):
    nation = plan(
        "国务院关于交通运输发展的意见", f"一、主要任务\n1.{AIMS[0].replace('全市', '全国')}。（牵头单位：交通运输部）", "国务院", "2022年1月5日"
    )
    nowhere = plan("交通运输高质量发展行动方案", f"一、主要任务\n1.{AIMS[1]}。（牵头单位：市交通运输局）")
    result = plans({"a.txt": roads(), "n.txt": nation, "x.txt": nowhere})
    assert result.regions == ("全国", "六安市", "未知地区")
    stated = rows(result.tables["matrix"], state="stated")
    assert set(rows(stated, region="未知地区")["document"]) == {"x"}
    assert set(rows(stated, region="全国")["document"]) == {"n"}


def test_a_plan_that_another_text_lets_hold_longer_is_in_force(plans):
    texts = {"a.txt": roads(title="公路养护管理办法", more="\n本办法自印发之日起施行，有效期至2024年12月31日。")}
    texts["b.txt"] = plan(
        "六安市人民政府关于延长文件有效期的通知", "《六安市公路养护管理办法》有效期延长至2026年12月31日。", "六安市人民政府", "2024年11月1日"
    )
    assert documents(plans(texts, Options(as_of=date(2025, 6, 30))))["a"]["validity"] == "in_force"


@pytest.mark.parametrize(("number", "told"), [("80%", "低于上级为本地定的数值"), ("92%", "高于上级为本地定的数值"), ("85%", None)])
def test_what_a_province_sets_for_a_city_beside_the_citys_own_number(plans, number, told):
    province = plan(
        "安徽省交通运输行动方案",
        "一、主要任务\n1.到2025年，六安市公路优良路率达到85%。（牵头单位：省交通运输厅）",
        "安徽省人民政府办公厅",
        "2022年1月5日",
    )
    result = plans({"a.txt": roads(aims=[AIMS[0].replace("85%", number)]), "p.txt": province})
    found = rows(result.tables["findings"], type="cascade")
    assert list(found["reason"]) == ([told] if told else [])


def test_goals_of_the_nation_are_told_with_their_certainty(plans):
    told = rows(plans({"a.txt": roads(aims=["到2025年，完成国家下达的湿地保护率目标"])}).tables["findings"], type="cascade").iloc[0]
    assert told["verdict"] == "undetermined"  # the goal of the nation is not what it asks of the city
    assert "=55%（已核实）" in told["reason"]
