"""Which indicator, scope, threshold and deadline a number belongs to."""

import pytest

from tests.conftest import findings, read


def test_direction_and_baseline():
    folded, found, _ = findings("化肥使用量较2020年减少3%")
    assert (found[0].kind, found[0].way, folded[slice(*found[0].base)]) == ("change", "decrease", "2020年")
    folded, found, _ = findings("粮食产量提高幅度不低于2%")
    assert (found[0].kind, found[0].way) == ("level", None)


@pytest.mark.parametrize(
    ("text", "kind", "way"),
    [
        ("降低物流成本5%以上", "change", "decrease"),
        ("降低辍学率至5%", "level", None),
        ("改造高标准农田20万亩,改造提升10万亩", "level", None),
        ("财政收入增长6%左右,力争达到7%", "change", "increase"),
        ("规上企业净增30家", "change", "increase"),
        ("人均住院费用增幅不超过5%", "level", None),
    ],
)
def test_a_value_is_a_level_or_a_change(text, kind, way):
    _, found, _ = findings(text)
    assert (found[-1].kind, found[-1].way) == (kind, way)


def test_the_present_value_beside_its_target_is_no_target():
    _, found, _ = findings("目前,全县垃圾分类覆盖率为62%,到2025年,覆盖率达到90%")
    assert [(f.status, float(f.quantity.value)) for f in found] == [("current", 62), ("target", 90)]
    assert found[0].deadline is None


def test_a_year_that_is_a_baseline_or_a_source_dates_nothing():
    for text in ("较2020年下降5%", "由2023年的40%提高到50%", "根据2023年普查结果,覆盖率达到80%"):
        _, found, _ = findings("污水处理率" + text)
        assert all(f.deadline is None for f in found), text


def test_a_semicolon_ends_a_date_unless_the_list_goes_on():
    _, found, _ = findings("到2025年,森林覆盖率达到30%;湿地保护率达到55%;培育企业10家。")
    assert [f.deadline.value.end if f.deadline else None for f in found] == ["2025-12-31", "2025-12-31", None]
    _, found, _ = findings("2025年底前建成中心项目,日处理能力达到600吨;垃圾处理率保持100%。")
    assert found[-1].deadline is None or found[-1].kind == "milestone"


def test_values_and_names_that_do_not_pair_up_give_nothing():
    _, found, rejected = findings("甲率、乙率和丙率分别达到90%和80%")
    assert found == []
    assert {r.reason for r in rejected} == {"distribution"}


def test_a_quoted_name_loses_both_marks():
    (target,) = read("新河市工作方案\n一、任务\n到2025年，建成“智慧社区”15个。\n").extraction.targets
    assert (target.indicator.text, target.value.text) == ("智慧社区", "15个")
