"""Units and roles in the notations of plans."""

import pytest

from extractors.body import find_blanket, find_bodies, find_ranges, is_body, read_cell

SPECS = [
    ("(责任单位:县民政局、财政局、残联)", {"responsible": ["县民政局", "县财政局", "县残联"]}),
    ("牵头单位:市住建局;配合单位:市财政局,各区人民政府;完成时限:2025年底。", {"lead": ["市住建局"], "cooperate": ["市财政局", "各区人民政府"]}),
    ("(责任单位:县民政局、各乡镇人民政府按职责分工负责)", {"responsible": ["县民政局", "各乡镇人民政府"]}),
    ("(市发展和改革委、工业和信息化局、财政局按职责分工负责)", {"responsible": ["市发展和改革委", "市工业和信息化局", "市财政局"]}),
    (
        "[牵头单位:市委组织部;配合单位:市生态环境分局、市直各相关单位,各镇(办、区)]",
        {"lead": ["市委组织部"], "cooperate": ["市生态环境分局", "市直各相关单位", "各镇(办、区)"]},
    ),
    ("(市审计局、市水利局牵头,市委组织部、市公安局等参与)", {"lead": ["市审计局", "市水利局"], "cooperate": ["市委组织部", "市公安局"]}),
    (
        "(县林业局牵头,相关单位按职责分工负责,各乡镇政府、管委会负责落实)",
        {"lead": ["县林业局"], "responsible": ["相关单位"], "implement": ["各乡镇政府", "各乡镇管委会"]},
    ),
    ("责任单位:市教育局、各乡镇人民政府、街道办事处", {"responsible": ["市教育局", "各乡镇人民政府", "各街道办事处"]}),
    ("(牵头单位:省经信厅,责任单位:省数据局、市场监管局)", {"lead": ["省经信厅"], "responsible": ["省数据局", "省市场监管局"]}),
    ("(市委宣传部、组织部牵头)", {"lead": ["市委宣传部", "市委组织部"]}),
    ("(各区、县(市)政府负责)", {"responsible": ["各区、县(市)政府"]}),
    ("(市财政局和市审计局负责)", {"responsible": ["市财政局", "市审计局"]}),
    ("(市自然资源局、武汉铁路局襄阳车务段配合)", {"cooperate": ["市自然资源局", "武汉铁路局襄阳车务段"]}),
]


@pytest.mark.parametrize(("text", "expected"), SPECS)
def test_statements(text, expected):
    got: dict[str, list[str]] = {}
    for mention in find_bodies(text):
        got.setdefault(mention.value.role, []).append(mention.value.name)
        assert text[mention.start : mention.end] == mention.text
    assert got == expected


@pytest.mark.parametrize("text", ["(含渣土运输车、水泥罐车)", "(生态环境部、水利部指导)", "《办法(试行)》", "加强部门配合。"])
def test_no_roles(text):
    assert find_bodies(text) == []


def test_the_column_decides_the_role():
    assert [m.value.name for m in read_cell("市审计局、水利局按照职责分工牵头", "cooperate")] == ["市审计局", "市水利局"]


def test_blanket_clause():
    text = "(牵头单位:市林业局;配合单位:各县区,以下所有工作任务均需各县区落实,不再一一列出)"
    assert [m.value.name for m in find_blanket(text)] == ["各县区"]
    assert [(m.value.name, m.value.role) for m in find_bodies(text)] == [("市林业局", "lead"), ("各县区", "cooperate")]


def test_first_of_a_list_leads_where_a_text_says_so():
    roles = [m.value.role for m in find_bodies("(责任单位:省经信厅、省数据局)", first_leads=True)]
    assert roles == ["lead", "responsible"]


def test_ranges_end_before_the_text_goes_on():
    text = "开展调查(市统计局负责)。确保下降。"
    assert [text[a:b] for a, b in find_ranges(text)] == ["(市统计局负责)"]


def test_names_of_one_unit():
    assert is_body("市机关事务中心")
    assert not is_body("加强组织领导")
