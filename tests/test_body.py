"""Units and roles: cells, blanket clauses, conventions, ranges (the notations of statements are in specs/bodies.json)."""

import time

from extractors.body import declares_first_leads, find_blanket, find_bodies, find_ranges, is_body, read_cell
from extractors.brackets import outermost


def test_the_column_decides_the_role():
    assert [m.value.name for m in read_cell("市审计局、水利局按照职责分工牵头", "cooperate")] == ["市审计局", "市水利局"]


def test_blanket_clause():
    text = "(牵头单位:市林业局;配合单位:各县区,以下所有工作任务均需各县区落实,不再一一列出)"
    assert [m.value.name for m in find_blanket(text)] == ["各县区"]
    assert [(m.value.name, m.value.role) for m in find_bodies(text)] == [("市林业局", "lead"), ("各县区", "cooperate")]


def test_first_of_a_list_leads_where_a_text_says_so():
    roles = [m.value.role for m in find_bodies("(责任单位:省经信厅、省数据局)", first_leads=True)]
    assert roles == ["lead", "responsible"]


def test_a_convention_counts_from_the_statement_that_declares_it():
    text = "修路(责任单位:市住建局、市财政局)。建校(责任单位:市教育局、市财政局,列第一位的为牵头单位,下同)。养老(责任单位:市民政局、市财政局)。"
    assert [m.value.role for m in find_bodies(text)] == ["responsible", "responsible", "lead", "responsible", "lead", "responsible"]
    assert declares_first_leads("牵头单位要加强统筹") is None


def test_under_a_mixed_heading_the_cell_says_the_roles():
    read = [(m.value.name, m.value.role) for m in read_cell("市教育局牵头,市财政局配合", "responsible", "牵头及配合单位")]
    assert read == [("市教育局", "lead"), ("市财政局", "cooperate")]


def test_a_text_without_bracket_label_or_verb_assigns_nothing():
    assert find_ranges("市教育局加大投入,新建学校12所。") == []


def test_ranges_of_labelled_lines_end_with_their_sentence():
    text = "建校。责任单位:市教育局。配合单位:市财政局。各单位要加强配合。"
    assert [text[a:b] for a, b in find_ranges(text)] == ["责任单位:市教育局。配合单位:市财政局"]


def test_ranges_end_before_the_text_goes_on():
    text = "开展调查(市统计局负责)。确保下降。"
    assert [text[a:b] for a, b in find_ranges(text)] == ["(市统计局负责)"]


def test_names_of_one_unit():
    assert is_body("市机关事务中心")
    assert not is_body("加强组织领导")


def test_brackets_that_never_close_take_no_time():
    assert outermost("甲(乙[丙])丁(戊") == [(1, 7)]
    started = time.process_time()
    assert find_ranges("(市" * 20000) == []
    assert time.process_time() - started < 1
