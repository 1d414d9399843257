"""What changed between plans of one region, and what each change is called."""

import pytest

from tests.compare.conftest import plan, rows


def edition(body: str, year: int, draft: bool = False, title: str = "", unit: str = "市教育局") -> str:
    """An edition of a plan of 六安市, signed in March of a year."""
    title = title or f"六安市学前教育普及普惠行动方案（{year}—{year + 2}年）"
    text = f"一、主要任务\n（一）{body}。（牵头单位：{unit}）\n（二）加强师资培训。（牵头单位：{unit}）"
    return plan(title + ("（征求意见稿）" if draft else ""), text, "六安市人民政府办公室", f"{year}年3月1日")


def changes(plans, old: str, new: str, **options):
    """Changes between two editions, without those of leads."""
    found = plans({"old.txt": edition(old, 2021), "new.txt": edition(new, 2024, **options)})
    return found.tables["changes"], found.tables["findings"]


NAME = "全市普惠性幼儿园覆盖率"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (f"到2025年，{NAME}达到85%", f"到2025年，{NAME}达到90%", "tightened"),
        (f"到2025年，{NAME}达到85%", f"到2025年，{NAME}达到80%", "relaxed"),
        (f"到2025年，{NAME}达到85%", f"到2025年，{NAME}达到85%以上", None),
        (f"到2025年，{NAME}达到85%", f"到2026年，{NAME}达到85%", "postponed"),
        (f"到2025年，{NAME}达到85%", f"到2024年，{NAME}达到85%", "advanced"),
        (f"到2025年，{NAME}达到85%", f"到2026年，{NAME}达到80%", "relaxed"),
        (f"到2025年，{NAME}达到85%", f"到2026年，{NAME}达到90%", "continued"),
        (f"{NAME}达到85%", f"{NAME}达到90%", "changed"),
        (f"到2025年，{NAME}达到85%", "到2025年，中心城区普惠性幼儿园覆盖率达到85%", "scope"),
        ("到2025年，全市幼儿园托育收入达到5亿元", "到2025年，全市幼儿园托育收入增长30%", "kind"),
        ("到2025年，全市幼儿园托育服务面积达到5万平方米", "到2025年，全市幼儿园托育服务面积达到30%", "unit"),
    ],
)
def test_each_change_has_its_name(plans, old, new, change):
    table, findings = changes(plans, old, new)
    values = table[~table["change"].isin(["added", "dropped", "lead"])]
    assert list(values["change"]) == ([change] if change else [])
    if change and change != "continued":  # a path that goes on is no finding
        told = rows(findings, type="changed")
        assert list(told["change"]) == [change]
        assert told.iloc[0]["documents"] == ["old", "new"]
        assert len(told.iloc[0]["evidence"]) == 2


def test_the_same_year_is_compared_before_another(plans):
    old = f"到2023年，{NAME}达到80%，到2025年达到90%"
    table, _ = changes(plans, old, f"到2025年，{NAME}达到85%")
    assert [(r.change, r.before_shown, r.after_shown) for r in table.itertuples()] == [("relaxed", "90%", "85%")]


def test_what_one_edition_of_a_plan_says_alone_is_added_or_dropped(plans):
    table, _ = changes(plans, f"到2025年，{NAME}达到85%", "到2025年，全市公办园在园幼儿占比达到55%")
    assert [(r.change, r.indicator) for r in table.itertuples()] == [("added", "公办园在园幼儿占比"), ("dropped", "普惠性幼儿园覆盖率")]


def test_plans_of_two_subjects_drop_nothing(plans):
    found = plans(
        {
            "a.txt": edition(f"到2025年，{NAME}达到85%", 2021),
            "b.txt": edition("到2025年，全市公办园在园幼儿占比达到55%", 2024, title="六安市义务教育优质均衡发展规划"),
        }
    )
    assert found.tables["changes"].empty


def test_a_change_of_lead_says_who_led(plans):
    table, findings = changes(plans, f"到2025年，{NAME}达到85%", f"到2025年，{NAME}达到85%", unit="市发展改革委")
    assert list(table["change"]) == ["lead"]
    assert rows(findings, change="lead").iloc[0]["values"] == ["市教育局", "市发展改革委"]


def test_abbreviations_of_one_body_are_no_change_of_lead(plans):
    texts = {
        "old.txt": edition(f"到2025年，{NAME}达到85%", 2021, unit="市发展和改革委员会"),
        "new.txt": edition(f"到2025年，{NAME}达到85%", 2024, unit="市发改委"),
    }
    assert plans(texts).tables["changes"].empty


def test_documents_without_a_date_have_no_order(plans):
    undated = plan("六安市学前教育普及普惠行动方案", f"一、主要任务\n（一）到2025年，{NAME}达到80%。（牵头单位：市教育局）")
    found = plans({"a.txt": edition(f"到2025年，{NAME}达到85%", 2021), "b.txt": undated})
    assert found.tables["changes"].empty


def test_a_draft_is_set_beside_its_final_text_and_that_beside_the_plan_before(plans):
    texts = {
        "old.txt": edition(f"到2023年，{NAME}达到85%", 2021),
        "draft.txt": edition(f"到2026年，{NAME}达到95%", 2024, draft=True),
        "final.txt": edition(f"到2026年，{NAME}达到80%", 2024).replace("3月1日", "6月1日"),
    }
    table = plans(texts).tables["changes"]
    assert {(r.before_document, r.after_document, r.change) for r in table.itertuples()} == {
        ("old", "final", "relaxed"),
        ("draft", "final", "relaxed"),
    }


def test_what_each_plan_asks_for_by_its_own_end_goes_on(plans):
    table, findings = changes(plans, f"到2023年，{NAME}达到85%", f"到2026年，{NAME}达到85%")
    assert list(table["change"]) == ["continued"]
    assert rows(findings, type="changed").empty


def test_two_texts_of_one_date_have_no_order(plans):
    texts = {"a.txt": edition(f"到2025年，{NAME}达到85%", 2023), "b.txt": edition(f"到2025年，{NAME}达到90%", 2023)}
    table = plans(texts).tables["changes"]
    assert list(table["change"]) == ["changed"]
    assert "先后不明" in table.iloc[0]["reason"]


def test_plans_of_a_region_that_is_named_in_two_ways_follow_each_other(plans):
    one = plan("恩施州旅游发展行动方案", "一、任务\n1.到2025年，过夜游客占比达到35%。（牵头单位：州文旅局）", "恩施州人民政府办公室", "2021年3月1日")
    other = one.replace("恩施州人民", "恩施土家族苗族自治州人民").replace("35%", "40%").replace("2021年3", "2023年3")
    result = plans({"a.txt": one, "b.txt": other})
    assert result.regions == ("恩施土家族苗族自治州",)
    assert list(result.tables["changes"]["change"]) == ["tightened"]


def test_the_tasks_of_one_year_drop_nothing_of_a_plan_for_several(plans):
    texts = {"plan.txt": edition(f"到2025年，{NAME}达到85%", 2023)}
    title = "六安市学前教育普及普惠行动方案2024年任务"
    texts["tasks.txt"] = edition("2024年，全市公办园在园幼儿占比达到55%", 2024, title=title)
    assert plans(texts).tables["changes"].empty


def test_yearly_reports_go_on_with_what_stays_the_same(plans):
    one = plan("六安市政府工作报告", "一、今年目标\n2023年，城镇新增就业3万人。", "", "").replace("\n\n", "\n2023年1月8日\n", 1)
    other = one.replace("2023", "2024")
    table = plans({"a.txt": one, "b.txt": other}).tables["changes"]
    assert set(table["change"]) <= {"continued"}


def test_what_is_built_and_what_is_renewed_are_two_things(plans):
    table, findings = changes(plans, "到2025年，新建幼儿园活动场地5万平方米", "到2025年，改造幼儿园活动场地3万平方米")
    assert rows(findings, change="relaxed").empty
    assert rows(table, change="relaxed").empty


def test_a_doubling_is_no_rise_of_one():
    from pipeline.compare.items import shown

    rows = [("change", None, "一番", "番", "increase", "target"), ("change", None, "5%", "%", "increase", "target")]
    assert shown(rows) == ["翻一番", "提高5%"]
