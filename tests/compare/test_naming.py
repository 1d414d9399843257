"""Names without a vocabulary: what is one thing, what only looks like it; and the words that decide it."""

from collections import Counter

import pytest

from pipeline.compare.likeness import merge_alike
from pipeline.compare.naming import Name, better, bound_of, contrasting, counted, parse_name, parse_scope
from schemas import vocab
from schemas.names import squashed

WORDS = vocab.read("wording")


@pytest.mark.parametrize(
    ("names", "parsed"),
    [
        (("规模以上工业增加值增速", "规上工业增加值增长率", "规模以上工业增加值增长"), Name("规上工业增加值", "increase", None)),
        (("R&D经费投入强度", "研发经费投入强度", "研究与试验发展经费投入强度"), Name("研发经费投入强度", None, None)),
        (("PM2.5浓度", "细颗粒物（PM2.5）浓度", "全市细颗粒物浓度"), Name("细颗粒物浓度", None, None)),
        (("高新技术企业数量", "高新技术企业", "高新技术企业数"), Name("高新技术企业", None, None)),
        (("单位GDP能耗下降率", "单位地区生产总值能源消耗降低"), Name("单位地区生产总值能耗", "decrease", None)),
        (("旅游收入年均增长",), Name("旅游收入", "increase", "average")),
        (("空气质量指数",), Name("空气质量指数", None, None)),  # 数 of 指数 is no number of things
    ],
)
def test_names_that_mean_the_same_have_one_normal_form(names, parsed):
    assert {parse_name(name) for name in names} == {parsed}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("城镇污水处理率", "农村污水处理率"),
        ("污水处理率", "污水收集率"),
        ("新增学位", "学位"),  # counted otherwise
        ("常住人口城镇化率", "户籍人口城镇化率"),
        ("工业增加值", "工业增加值增速"),
    ],
)
def test_names_that_differ_have_two(one, other):
    assert parse_name(one) != parse_name(other)


def test_a_name_joins_one_that_only_says_more():
    names = {
        "基层医疗机构中医馆覆盖率": (1, "%"),
        "基层医疗卫生机构中医馆覆盖率": (2, "%"),
        "初中学校宿舍达标率": (1, "%"),
        "高中学校宿舍达标率": (2, "%"),
    }
    assert merge_alike(names) == {"基层医疗机构中医馆覆盖率": ("基层医疗卫生机构中医馆覆盖率", round(12 / 14, 3))}


def test_names_of_other_values_never_join():
    assert merge_alike({"农村生活污水治理项目": (1, "个"), "农村生活污水治理重点项目": (2, "%")}) == {}


@pytest.mark.parametrize(
    ("scope", "region", "found"), [(None, "六安市", ""), ("全市", "六安市", ""), ("六安市", "六安市", ""), ("市中心城区", "六安市", "中心城区")]
)
def test_scopes_that_mean_the_whole_region(scope, region, found):
    assert parse_scope(scope, region) == found


def test_words_tell_direction_bound_and_statistic():
    assert (better("公共供水管网漏损率"), better("养老床位"), better("某某密度")) == ("lower_better", "higher_better", None)
    assert better("排放达标率") == "higher_better"  # the last word counts
    assert (bound_of("失业率控制在5%"), bound_of("覆盖率达到95%"), bound_of("覆盖率95%")) == ("ceiling", "floor", None)
    assert (counted("工业投资年均增长12%", "工业投资"), counted("累计新增床位100张", "床位"), counted("床位100张", "床位")) == (
        "average",
        "cumulative",
        None,
    )


def test_no_form_means_two_things():
    forms = Counter(squashed(form) for line in WORDS["same"] for form in line)
    assert [form for form, n in forms.items() if n > 1] == []
    better_words = Counter(word for words in WORDS["better"].values() for word in words)
    assert [word for word, n in better_words.items() if n > 1] == []
    assert not {form for line in WORDS["same"] for form in line[1:]} & {line[0] for line in WORDS["same"]}
    assert all(not contrasting(one, one) for line in WORDS["contrast"] for one in line)
