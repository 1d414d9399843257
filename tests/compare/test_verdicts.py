"""Which values may be set against each other, and why not: one part at a time."""

import pytest

from pipeline.compare import Options
from tests.compare.conftest import DAY, plan, rows


def sentence(region: str, text: str) -> str:
    return plan(
        f"{region}卫生健康事业发展行动方案", f"一、主要目标\n（一）{text}。（牵头单位：市卫生健康委）", f"{region}人民政府办公室", "2023年3月1日"
    )


def pair(plans, left: str, right: str, **options):
    """The only pair of the two sentences in plans of two cities, and their lines of the matrix."""
    result = plans({"a.txt": sentence("六安市", left), "b.txt": sentence("安康市", right)}, Options(as_of=DAY, regions=("六安", "安康"), **options))
    pairs = result.tables["pairs"]
    assert len(pairs) == 1, (pairs, result.tables["matrix"][["indicator", "region", "shown"]])
    return pairs.iloc[0], result.tables["matrix"]


BASE = "到2025年，全市老年人健康管理率达到70%"


@pytest.mark.parametrize(
    ("right", "reasons"),
    [
        ("到2025年，全市老年人健康管理率达到72%以上", ()),
        ("到2025年，老年人健康管理率达到72%", ()),  # nothing said is the whole city
        ("到2025年，安康市老年人健康管理率达到72%", ()),
        ("到2024年，全市老年人健康管理率达到72%", ("year",)),
        ("全市老年人健康管理率达到72%", ("year_not_stated",)),
        ("到2025年，中心城区老年人健康管理率达到72%", ("scope",)),
        ("到2025年，全市老年人健康管理率提高5个百分点", ("kind", "dimension")),
        ("到2025年，全市老年人健康管理率不超过72%", ("direction",)),
        ("到2025年，完成省下达的老年人健康管理率目标", ("no_number",)),
        ("到2025年，全市老年人健康管理率年均达到72%", ("statistic",)),
    ],
)
def test_each_part_that_differs_is_a_reason(plans, right, reasons):
    found, _ = pair(plans, BASE, right)
    verdict = "comparable" if not reasons else "undetermined" if reasons == ("year_not_stated",) else "not_comparable"
    assert (found["verdict"], found["reasons"]) == (verdict, reasons)


def test_units_of_one_dimension_are_converted(plans):
    found, matrix = pair(plans, "到2025年，全市高标准农田面积达到30万亩", "到2025年，全市高标准农田面积达到3万公顷")
    assert (found["verdict"], found["stricter"]) == ("comparable", "right")  # 3 万公顷 are 45 万亩
    assert found["difference"] == pytest.approx(15e4 * 2000 / 3)
    assert rows(matrix, region="安康市").iloc[0]["rank"] == 1
    assert rows(matrix, region="六安市").iloc[0]["rank"] == 2


def test_of_what_should_be_low_the_lower_demands_more(plans):
    found, _ = pair(plans, "到2025年，全市公共供水管网漏损率控制在8%以内", "到2025年，全市公共供水管网漏损率控制在9%以内")
    assert (found["verdict"], found["stricter"]) == ("comparable", "left")


def test_more_than_demands_more_than_at_least(plans):
    found, _ = pair(plans, "到2025年，全市老年人健康管理率超过70%", "到2025年，全市老年人健康管理率不低于70%")
    assert found["stricter"] == "left"
    assert found["difference"] == 0


def test_without_a_better_direction_nothing_is_ranked(plans):
    found, matrix = pair(plans, "到2025年，全市工业遗产活化点位密度为70%", "到2025年，全市工业遗产活化点位密度为72%")
    assert (found["verdict"], found["stricter"]) == ("comparable", None)
    assert matrix["rank"].isna().all()


def test_values_of_two_years_are_ranked_only_where_that_is_asked_for(plans):
    texts = ("到2025年，全市老年人健康管理率达到70%", "到2024年，全市老年人健康管理率达到72%")
    found, matrix = pair(plans, *texts, any_year=True)
    assert found["verdict"] == "not_comparable"
    assert sorted(matrix["rank"]) == [1, 2]


def test_names_that_say_the_same_stand_in_one_row(plans):
    found, _ = pair(plans, "到2025年，R&D经费投入强度达到2.5%", "到2025年，全市研发经费投入强度达到2.8%")
    assert found["verdict"] == "comparable"


def test_names_that_leave_out_words_are_put_beside_each_other_but_never_compared(plans):
    found, matrix = pair(plans, "到2025年，全市基层医疗机构中医馆覆盖率达到80%", "到2025年，全市基层医疗卫生机构中医馆覆盖率达到90%")
    assert (found["verdict"], found["reasons"]) == ("undetermined", ("name_alike",))
    assert set(matrix["group_rule"]) == {"form", "alike"}
    assert matrix["rank"].isna().all()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("到2025年，全市农村自来水普及率达到90%", "到2025年，全市城镇自来水普及率达到95%"),
        ("到2025年，全市初中毛入学率达到90%", "到2025年，全市高中毛入学率达到95%"),
        ("到2025年，全市门诊预约率达到90%", "到2025年，全市住院预约率达到95%"),
    ],
)
def test_contrasting_names_stand_in_two_rows(plans, left, right):
    result = plans({"a.txt": sentence("六安市", left), "b.txt": sentence("安康市", right)})
    assert result.tables["pairs"].empty
    assert set(rows(result.tables["matrix"], state="stated")["verdict"]) == {"nothing_to_compare"}


def test_a_present_value_is_no_target(plans):
    result = plans(
        {
            "a.txt": sentence("六安市", "目前全市老年人健康管理率为60%，到2025年达到70%"),
            "b.txt": sentence("安康市", "到2025年，全市老年人健康管理率达到72%"),
        }
    )
    found = result.tables["pairs"].set_index("left_shown" if result.regions[0] == "六安市" else "right_shown")
    assert found.loc["60%（现状）", "reasons"] == ("status", "year_not_stated")
    assert found.loc["70%", "verdict"] == "comparable"


@pytest.mark.parametrize(
    ("left", "right", "verdict", "reasons"),
    [
        ("到2025年，全市工业投资年均增长12%", "到2025年，全市工业投资增长12%", "not_comparable", ("statistic",)),
        ("到2025年，全市城镇新增就业累计达到25万人", "到2025年，全市城镇新增就业达到5万人", "not_comparable", ("statistic",)),
        ("到2025年，全市固定资产投资较2020年增长30%", "到2025年，全市固定资产投资较2022年增长20%", "not_comparable", ("baseline",)),
        ("到2025年，全市固定资产投资较2020年增长30%", "到2025年，全市固定资产投资增长6%", "undetermined", ("baseline_not_stated",)),
        ("到2025年，全市新建污水管网260公里", "到2025年，全市改造污水管网180公里", "not_comparable", ("act",)),
        ("到2025年，全市新建污水管网260公里", "到2025年，全市新建改造污水管网400公里", "undetermined", ("act_in_part",)),
        ("到2025年，全市新建污水管网260公里", "到2025年，全市污水管网达到300公里", "undetermined", ("act_in_part",)),
        ("到2030年，全市碳排放强度比2005年下降70%", "“十五五”期间，全市碳排放强度比2005年下降68%", "comparable", ()),
        ("2021—2025年，全市新增养老床位5000张", "2025年，全市新增养老床位2000张", "not_comparable", ("period",)),
        ("到2025年，全市新增养老床位5000张", "2025年，全市新增养老床位2000张", "undetermined", ("period_not_stated",)),
    ],
)
def test_what_is_counted_over_other_years_is_another_thing(plans, left, right, verdict, reasons):
    found, _ = pair(plans, left, right)
    assert (found["verdict"], found["reasons"]) == (verdict, reasons)


def test_differences_are_said_in_the_unit_of_both(plans):
    found, _ = pair(plans, BASE, "到2025年，全市老年人健康管理率达到72%")
    assert (found["difference"], found["difference_shown"]) == (pytest.approx(0.02), "+2个百分点")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("到2025年，县城污水处理率达到95%", "到2025年，县城污水处理率达到96%"),
        ("到2025年，城市建成区路网密度达到8公里/平方公里", "到2025年，全市建成区路网密度达到9公里/平方公里"),
    ],
)
def test_a_scope_that_is_part_of_the_name_goes_into_it(plans, left, right):
    found, matrix = pair(plans, left, right)
    assert (found["verdict"], found["stricter"]) == ("comparable", "right")
    assert len(set(matrix["group"])) == 1


def test_a_name_like_a_known_one_stands_in_its_row_and_is_not_compared(plans):
    found, matrix = pair(plans, "到2025年，全市农作物秸秆综合利用率达到92%", "到2025年，全市农作物玉米秸秆综合利用率达到93%")
    assert (found["verdict"], found["reasons"]) == ("undetermined", ("name_alike",))
    assert len(set(matrix["group"])) == 1


def test_a_rate_of_reduction_is_better_the_higher_it_is(plans):
    found, _ = pair(plans, "到2025年，全市办理时限压缩率达到80%", "到2025年，全市办理时限压缩率达到85%")
    assert (found["verdict"], found["stricter"]) == ("comparable", "right")


def test_ranks_stay_within_one_name_and_one_act(plans):
    """Two cities build, two say the total: each pair is ranked, never across."""
    texts = {
        "a.txt": sentence("六安市", "到2025年，全市新建污水管网260公里"),
        "b.txt": sentence("安康市", "到2025年，全市新建污水管网300公里"),
        "c.txt": sentence("信阳市", "到2025年，全市污水管网达到1200公里"),
        "d.txt": sentence("陇南市", "到2025年，全市污水管网达到900公里"),
    }
    matrix = rows(plans(texts).tables["matrix"], state="stated")
    assert dict(zip(matrix["region"], matrix["rank"], strict=True)) == {"六安市": 2, "安康市": 1, "信阳市": 1, "陇南市": 2}


def test_names_that_are_only_alike_share_no_rank(plans):
    texts = {
        "a.txt": sentence("六安市", "到2025年，全市基层医疗机构中医馆覆盖率达到80%"),
        "b.txt": sentence("安康市", "到2025年，全市基层医疗机构中医馆覆盖率达到85%"),
        "c.txt": sentence("信阳市", "到2025年，全市基层医疗卫生机构中医馆覆盖率达到90%"),
        "d.txt": sentence("陇南市", "到2025年，全市基层医疗卫生机构中医馆覆盖率达到95%"),
    }
    matrix = rows(plans(texts).tables["matrix"], state="stated")
    ranks = dict(zip(matrix["region"], matrix["rank"], strict=True))
    assert (ranks["六安市"], ranks["安康市"]) == (2, 1)
    assert (ranks["信阳市"], ranks["陇南市"]) == (2, 1)
