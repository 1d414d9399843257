"""Rows and columns where white, figures and headings are all there is, rows at the edges of pages, and lines beside tables."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline.content import Content, Place
from pipeline.layout.tables.cut import Habits, is_cut
from pipeline.parsers import parse_bytes
from pipeline.parsers.pdf import parse
from pipeline.run import process
from schemas.limits import Budget
from schemas.types import Box, Piece, Where
from tests.documents.check import read_rows
from tests.documents.fonts import pdf_font
from tests.documents.model import Cell, Table
from tests.documents.ruling import Style
from tests.documents.tables import write

HEAD = ["指标名称", "单位", "2020年", "2025年", "属性"]
NAMES = ["城镇新增就业", "城镇登记失业率", "劳动年龄人口平均受教育年限", "每千人口拥有执业医师数", "常住人口城镇化率", "地方一般公共预算收入"]
GROUPS = ["一、经济发展", "二、社会民生", "三、绿色生态"]


def made(rows: list[list[str]], widths: tuple[float, ...], header: int = 1) -> Table:
    """A table of rows; a row of one text is merged over all columns."""
    cells = [Cell(t, r, c, 1, len(widths) if len(row) == 1 else 1) for r, row in enumerate(rows) for c, t in enumerate(row)]
    return Table(tuple(cells), widths, header)


def indicators(count: int) -> list[list[str]]:
    return [[f"{NAMES[i % 6]}{i}", "万人", f"{1100 + 7 * i},{100 + i}.5", f"{2200 + i},{300 + i}.5", "预期性"] for i in range(count)]


def read(items: list[str | Table], style: Style) -> Content:
    return parse(write(items, style), Budget())


def drawn(draw: Callable[[Canvas], None]) -> Content:
    buffer = BytesIO()
    canvas = Canvas(buffer, (595, 842))
    canvas.setFont(pdf_font(), 10)
    draw(canvas)
    canvas.save()
    return parse(buffer.getvalue(), Budget())


def paragraphs(content: Content) -> list[str]:
    return [content.text[b.start : b.end] for b in content.blocks if b.kind == "paragraph"]


@pytest.mark.parametrize("band", [0.0, 4.0])
def test_headings_of_groups_part_rows_without_numbers(band: float):
    rows = [HEAD]
    for group in GROUPS:
        rows += [[group, "", "", "", ""], *indicators(17)]
    table = made(rows, (3, 1.2, 2, 2, 1.5))
    (found,) = read_rows(read([table], Style(rules="three", band=band, repeat=False)))
    assert found == table.texts()


@pytest.mark.parametrize("repeat", [True, False])
def test_rows_of_texts_alone_begin_where_a_column_had_room(repeat: bool):
    task = "推进老旧小区改造，完善配套设施，建立长效管理机制。"
    rows = [["任务名称", "工作举措", "完成时限", "责任单位"]]
    rows += [[f"{'甲乙丙丁戊己庚辛'[i % 8]}类提升行动", task * (1 + i % 3), "2025年底前", "市住房城乡建设局、市财政局"] for i in range(40)]
    table = made(rows, (2, 5, 2, 2))
    content = read([table], Style(rules="three", band=0.0, repeat=repeat))
    (found,) = read_rows(content)
    assert found == table.texts()
    assert {i.code for i in content.issues} == {"rows_uncertain"}  # nothing but the text says where rows end


def test_a_heading_in_the_middle_stands_beside_the_values_of_its_column():
    def draw(canvas: Canvas) -> None:
        for y, width in ((750, 1.2), (730, 0.6), (625, 1.2)):
            canvas.setLineWidth(width)
            canvas.line(60, y, 540, y)
        for x, name in zip((90, 240, 340, 440), ("指标", "单位", "2020年", "2025年"), strict=True):
            canvas.drawString(x, 736, name)
        for i in range(5):
            for x, text in zip((65, 205, 300, 400), (NAMES[i], "%", f"1{i}.5", f"2{i}.5"), strict=True):
                canvas.drawString(x, 715 - 20 * i, text)

    (found,) = read_rows(drawn(draw))
    assert found == [["指标", "单位", "2020年", "2025年"], *([NAMES[i], "%", f"1{i}.5", f"2{i}.5"] for i in range(5))]


@pytest.mark.parametrize("rules", ["none", "below"])
def test_a_header_without_a_line_above_it(rules: str):
    table = made([["序号", *HEAD], *([str(i + 1), *row] for i, row in enumerate(indicators(60)))], (1, 3, 1.2, 2, 2, 1.5))
    if rules == "none":
        found = read_rows(read([table], Style(rules="none")))
        assert found == [table.texts()]
        return

    def draw(canvas: Canvas) -> None:
        for i, row in enumerate([HEAD, *indicators(8)]):
            for x, text in zip((60, 220, 280, 380, 480), row, strict=True):
                canvas.drawString(x, 750 - 20 * i, text)
            canvas.line(55, 744 - 20 * i, 540, 744 - 20 * i)

    assert read_rows(drawn(draw)) == [[HEAD, *indicators(8)]]


def test_lower_headings_without_a_line_below_them():
    def draw(canvas: Canvas) -> None:
        canvas.line(60, 755, 540, 755)
        canvas.line(290, 737, 450, 737)
        for x, y, text in (
            (90, 742, "指标名称"),
            (220, 742, "单位"),
            (350, 742, "目标值"),
            (490, 742, "属性"),
            (310, 724, "2025年"),
            (410, 724, "2030年"),
        ):
            canvas.drawString(x, y, text)
        for i in range(4):
            for x, text in zip((65, 220, 310, 410, 490), (NAMES[i], "%", f"1{i}.5", f"2{i}.5", "预期性"), strict=True):
                canvas.drawString(x, 700 - 20 * i, text)

    (found,) = read_rows(drawn(draw))
    assert found[0] == ["指标名称", "单位", "目标值", "目标值", "属性"] and found[1][2:4] == ["2025年", "2030年"]
    assert found[2:] == [[NAMES[i], "%", f"1{i}.5", f"2{i}.5", "预期性"] for i in range(4)]


def test_what_a_browser_prints_below_a_table_is_no_row():
    def draw(canvas: Canvas) -> None:
        canvas.line(30, 755, 560, 755)
        canvas.line(30, 737, 560, 737)
        for i, row in enumerate([["序号", *HEAD], *([str(k + 1), *r] for k, r in enumerate(indicators(33)))]):
            for x, text in zip((35, 75 if i else 170, 260, 320, 410, 500), row, strict=True):
                canvas.drawString(x, 742 - 21 * i, text)
        canvas.drawString(25, 25, "file:///tmp/annex.html")
        canvas.drawString(540, 25, "1/2")

    (found,) = read_rows(drawn(draw))
    assert len(found) == 34 and found[0][:2] == ["序号", "指标名称"] and found[-1][0] == "33"


def place(column: int, texts: list[str], bottom: float = 130) -> Place:
    """The cell at a page's foot in a column 100 points wide, its lines in letters 10 points wide."""
    pieces, start, left = [], 0, 100.0 * column
    for k, text in enumerate(texts):
        edges = array("d", [x for i in range(len(text)) for x in (left + 4 + 10 * i, left + 14 + 10 * i)])
        top = bottom - 2 - 12.0 * (len(texts) - k)
        pieces.append(Piece(start, start + len(text), 1, top, top + 10, edges))
        start += len(text)
    return Place("".join(texts), 9, column, where=Where(boxes=(Box(1, left, 100, left + 100, bottom),)), pieces=tuple(pieces))


def test_two_rows_of_figures_that_fill_their_cells_are_not_one_cut_row():
    above = {1: place(1, ["研发经费投入"]), **{j: place(j, [f"1,22{j},310"]) for j in range(2, 8)}}
    below = {1: place(1, ["公共预算收入"]), **{j: place(j, [f"4,21{j},070"]) for j in range(2, 8)}}
    assert not is_cut(above, below, Habits(0, frozenset(range(1, 8)), frozenset()), False)


def test_a_cut_row_of_lists_is_one_row():
    lists = {2: (["1.建成零工市场", "2.新增岗位"], ["3.开展培训"]), 3: (["市教育局", "市民政局"], ["市财政局"]), 4: (["2025年"], [])}
    above = {1: place(1, ["8"]), **{j: place(j, a) for j, (a, _) in lists.items()}}
    below = {1: place(1, []), **{j: place(j, b) for j, (_, b) in lists.items()}}
    known = Habits(1, frozenset({1, 2, 3, 4}), frozenset(), frozenset({2, 3}))
    assert is_cut(above, below, known, False)
    assert not is_cut(above, {**below, 1: place(1, ["9"])}, known, False)


def test_a_title_that_stands_in_the_repeated_header_goes_with_it():
    table = made([["表1 主要指标"], HEAD, *indicators(80)], (3, 1.2, 2, 2, 1.5), 2)
    (found,) = read_rows(read([table], Style()))
    assert found == table.texts()


def test_captions_on_both_sides_of_a_table_are_two_paragraphs():
    captions = ["附表1 就业服务任务清单", "附表2 托育服务任务清单"]

    def draw(canvas: Canvas) -> None:
        for caption in captions:
            canvas.setFont(pdf_font(), 10)
            canvas.drawCentredString(297, 780, caption)
            for i, row in enumerate([HEAD, *indicators(4)]):
                for x, right, text in zip((60, 220, 280, 370, 460), (220, 280, 370, 460, 540), row, strict=True):
                    canvas.rect(x, 745 - 20 * i, right - x, 20)
                    canvas.drawString(x + 4, 751 - 20 * i, text)
            canvas.showPage()

    assert paragraphs(drawn(draw)) == captions


def test_subscripts_as_browsers_set_them_stay_in_their_place():
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "细颗粒物（PM")
        x = 60 + canvas.stringWidth("细颗粒物（PM", pdf_font(), 10)
        canvas.setFont(pdf_font(), 10 / 1.2)
        canvas.drawString(x, 697, "2.5")
        x += canvas.stringWidth("2.5", pdf_font(), 10 / 1.2)
        canvas.setFont(pdf_font(), 10)
        canvas.drawString(x, 700, "）浓度下降10%，空气质量持续改善。")

    assert paragraphs(drawn(draw)) == ["细颗粒物（PM2.5）浓度下降10%，空气质量持续改善。"]


def test_words_that_kerning_draws_together_keep_their_blank():
    def draw(canvas: Canvas) -> None:
        x = 60.0
        for word in ("Charging", "pile", "coverage", "of", "public", "parking"):
            canvas.drawString(x, 700, word)
            x += canvas.stringWidth(word, pdf_font(), 10) + (1.9 if word == "of" else 2.7)

    assert paragraphs(drawn(draw)) == ["Charging pile coverage of public parking"]


def test_labels_and_values_in_smaller_letters_stay_apart():
    labels = [
        "项目名称： 某某水厂扩建",
        "建设单位： 某某水务集团公司",
        "建设规模： 日供水12万立方米",
        "总投资： 32,650万元",
        "完成时限： 2025年6月底",
    ]
    text = "加快推进全市公共服务高质量发展，补短板、强弱项、提质量，结合我市实际，经研究，现将有关重大项目情况报告如下："

    def draw(canvas: Canvas) -> None:
        canvas.setFont(pdf_font(), 15)
        for k in (0, 1):
            canvas.drawString(64, 760 - 170 * k, text[:32])
            canvas.drawString(34, 734 - 170 * k, text[32:])
        canvas.setFont(pdf_font(), 10.5)
        for k in (0, 1):
            for i, label in enumerate(labels):
                canvas.drawString(38, 712 - 170 * k - 18 * i, label)

    assert paragraphs(drawn(draw)) == [text, *labels] * 2


def test_a_figure_that_goes_on_in_the_next_line_is_one_row():
    def draw(canvas: Canvas) -> None:
        for y in (755, 737, 552):
            canvas.line(60, y, 540, y)
        for x, text in zip((65, 240, 340, 440), ("指标", "单位", "2025年", "责任单位"), strict=True):
            canvas.drawString(x, 742, text)
        for i in range(10):
            for x, text in zip((65, 240, 340, 440), (NAMES[i % 6], "亿元", "1,234." if i == 6 else f"2{i}.5", "市统计局"), strict=True):
                canvas.drawString(x, 722 - 14 * i - 14 * (i > 6), text)
        canvas.drawString(340, 722 - 14 * 7, "56")

    (found,) = read_rows(drawn(draw))
    assert len(found) == 11 and found[7] == [NAMES[0], "亿元", "1,234.56", "市统计局"]


def test_the_rest_of_a_cut_row_without_a_number_is_one_row():
    task = "推进老旧小区改造，完善配套设施，建立长效管理机制，引导社会力量参与。"
    head, units = ["序号", "工作举措", "责任单位", "完成时限"], "市住房城乡建设局、市财政局、市民政局"
    for count in (15, 16, 17, 18):
        rows = [[str(i + 1), task * 2, units, "2025年底前"] for i in range(count)]
        table = made([head, *rows, [str(count + 1), task * 8, units * 3, "2024年底前"]], (1, 4, 2, 2))
        (found,) = read_rows(read([table], Style(rules="three", band=0.0, cut=True)))
        assert found == table.texts()


def test_columns_of_text_do_not_go_on_beside_a_table():
    words = "为深入贯彻落实决策部署，加快推进全市公共服务高质量发展，补短板、强弱项、提质量，"

    def draw(canvas: Canvas) -> None:
        for k, top in enumerate((780, 500)):
            for i in range(10 if k == 0 else 2):
                for side, x in enumerate((60, 310)):
                    canvas.drawString(x, top - 15 * i, f"{'上下'[k]}{'左右'[side]}{'甲乙丙丁戊己庚辛壬癸'[i]}{words}"[:23])
        for i, row in enumerate([HEAD, *indicators(4)]):
            for x, right, text in zip((60, 220, 280, 370, 460), (220, 280, 370, 460, 540), row, strict=True):
                canvas.rect(x, 600 - 20 * i, right - x, 20)
                canvas.drawString(x + 4, 606 - 20 * i, text)
        canvas.drawString(280, 40, "- 1 -")

    text = "".join(paragraphs(drawn(draw)))
    marks = [text[i : i + 3] for i in range(len(text)) if text[i] in "上下" and text[i + 1] in "左右"]
    columns = [[f"{half}{side}{c}" for c in "甲乙丙丁戊己庚辛壬癸"[:count]] for half, count in (("上", 10), ("下", 2)) for side in "左右"]
    assert marks == [mark for column in columns for mark in column]


def test_a_note_in_the_last_row_of_a_table_is_no_task():
    note = "注：①带方括号的为五年累计值；②2020年数据为初步核算数；③城镇登记失业率为调查数，人口数据按常住人口计算。"
    table = made([HEAD, *indicators(4), [note]], (3, 1.2, 2, 2, 1.5))
    result = process(parse_bytes(write([table], Style()), "plan.pdf"))
    assert [row["title"] for row in result.rows.tables["task"]] == [f"{NAMES[i]}{i}" for i in range(4)]
