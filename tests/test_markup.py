"""Markup as browsers show it: lines, tables, limits, broken pages."""

import io
import time
from random import Random

import pandas
import pytest

from pipeline.celltext import join_lines
from pipeline.parsers import parse_bytes
from pipeline.parsers.html.flow import marker
from pipeline.run import process
from schemas.errors import LimitError, ParseError
from schemas.limits import Limits
from tests.documents import html
from tests.documents.check import grid, paragraphs
from tests.documents.html import PLAN, read
from tests.documents.model import table_of


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("<p>生态\n 文明   建设</p>", ["生态文明 建设"]),
        ("<p>PM<sub>2.5</sub>浓度<br>森林&nbsp;覆盖率&ge;40%</p>", ["PM2.5浓度", "森林\xa0覆盖率≥40%"]),
        ("<p>3万m<sup>2</sup>，10<sup>4</sup>吨</p>", ["3万m2，10^4吨"]),
        ("<div>甲<p>乙</p>丙</div>", ["甲", "乙", "丙"]),
        ("<p><ruby>汉<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字</p>", ["汉字"]),
        ("<p>甲<span style='display:none'>暗</span><span hidden>暗</span>乙</p>", ["甲乙"]),
        ("<pre>第一行\n第二行</pre>", ["第一行", "第二行"]),
        ("<p><span style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span>编制规划<o:p></o:p></p>", ["1.\xa0\xa0编制规划"]),
        ("<ol><li>甲<li><p>乙</p></ol>", ["1. 甲", "2. 乙"]),
        ("<ol start=5 type=a><li>甲<ol><li>子</ol><li value=9>乙</ol>", ["e. 甲", "1. 子", "i. 乙"]),
        ("<ol><li>1.甲</li><li>（二）乙</li></ol>", ["1.甲", "（二）乙"]),
        ("<ol style='list-style:none'><li>甲</ol><ul><li>乙</ul>", ["甲", "乙"]),
        ("<ol reversed><li>甲<li>乙</ol>", ["2. 甲", "1. 乙"]),
    ],
)
def test_lines_as_a_browser_shows_them(markup, lines):
    assert paragraphs(read(f"<html><body>{markup}</body></html>")) == lines


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (4, "lower-roman", "iv. "),
        (28, "upper-alpha", "AB. "),
        (21, "cjk-ideographic", "二十一、"),
        (10, "simp-chinese-formal", "十、"),
        (0, "decimal", "0. "),
    ],
)
def test_markers(number, kind, text):
    assert marker(number, kind) == text


def test_spans_put_cells_where_the_browser_puts_them():
    document = read(
        "<table><caption>表一 目标</caption><tfoot><tr><td>合计<td>9<td>9</tfoot>"
        "<thead><tr><th rowspan=2>指标<th colspan=2>目标值<tr><th>2025年<th>2030年</thead>"
        "<tbody><tr><td rowspan=0>率<td>1<td>2<tr><td>3<td>4</tbody><tbody><tr><td rowspan=99>量<td colspan=9>5</tbody></table>"
    )
    assert paragraphs(document) == ["表一 目标"]
    assert grid(document) == [
        ["指标", "目标值", ""],
        ["", "2025年", "2030年"],
        ["率", "1", "2"],
        ["", "3", "4"],
        ["量", "5", ""],
        ["合计", "9", "9"],
    ]
    spans = {document.text[b.start : b.end]: (b.where.rowspan, b.where.colspan) for b in document.blocks if b.kind == "cell"}
    assert (spans["指标"], spans["目标值"], spans["率"], spans["5"]) == ((2, 1), (1, 2), (2, 1), (1, 2))


def test_title_rows_stand_above_and_notes_below_the_table():
    document = read(
        "<table><tr><td colspan=3>附件1<tr><td colspan=3>任务分解表<tr><td>序号<td>任务<td>单位"
        "<tr><td>1<td>造林<td>林业局<tr><td colspan=3>注：以上为预期目标</table>"
    )
    assert paragraphs(document) == ["附件1", "任务分解表", "注：以上为预期目标"]
    assert grid(document) == [["序号", "任务", "单位"], ["1", "造林", "林业局"]]


def test_layout_tables_are_text_and_data_tables_inside_them_are_tables():
    article = "".join(f"<p>{'为节约用水，提升水资源利用效率，制定本方案第' * 4}{i}段。</p>" for i in range(8))
    data = "<table><tr><td>序号<td>任务<tr><td>1<td>造林</table>"
    document = read(
        f"<table width=1000><tr><td width=200><a href=1>首页</a><br><a href=2>公开</a><br><a href=3>服务</a>"
        f"<td>{article}{data}<p>落款单位</p></table>"
    )
    assert grid(document) == [["序号", "任务"], ["1", "造林"]]
    assert len(paragraphs(document)) == 9
    assert "首页" not in paragraphs(document)
    assert paragraphs(read("<table><tr><td><p>甲段。</p></td></tr><tr><td><p>乙段。</p></td></tr></table>")) == ["甲段。", "乙段。"]


def test_a_small_table_inside_a_cell_belongs_to_the_cell():
    rows = "".join(f"<tr><td>{i}<td>推进水污染防治重点工程建设，完成黑臭水体整治任务<td>市住建局" for i in range(1, 6))
    document = read(f"<table><tr><td>序号<td>任务<td>单位{rows}<tr><td>6<td><table><tr><td>甲<td>乙</table><td>市水利局</table>")
    assert len(grid(document)) == 7
    assert grid(document)[6] == ["6", "甲 乙", "市水利局"]


def test_grids_of_word_lose_their_empty_columns_and_rows():
    document = read("<table><tr><td colspan=2>序号<td></td><td>任务<tr><td colspan=2>1<td><td>造林<tr><td colspan=2><td><td></table>")
    assert grid(document) == [["序号", "任务"], ["1", "造林"]]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["推进污水", "处理厂建设"], "推进污水处理厂建设"),
        (["市发改委", "市财政局、市水利局"], "市发改委、市财政局、市水利局"),
        (["市发改委、", "市财政局"], "市发改委、市财政局"),
        (["2023", "2024"], "2023 2024"),
        (["达到95%", "2.建成水厂"], "达到95%；2.建成水厂"),
        (["One Person", "Company"], "One Person Company"),
        (["牵头单位：市财政局", "市住建局", "配合单位：市水利局"], "牵头单位：市财政局、市住建局配合单位：市水利局"),
        (["驿城区", "遂平县"], "驿城区、遂平县"),
        (["≥", "35%", "40%"], "≥35% 40%"),
        ([" 推进", "", "造林 "], "推进造林"),
    ],
)
def test_lines_of_a_cell(lines, text):
    assert join_lines(lines) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html></html>", "shows no text"),
        (b"<html><head><title>x</title></head></html>", "shows no text"),
        (b"<html><frameset><frame src=http://a.example/></frameset></html>", "shows no text"),
        (b"<html>" + bytes(range(256)) * 40, "neither UTF-8"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/plain\n\ntext/html\n--x--\n", "no HTML part"),
        (b"", "empty"),
    ],
)
def test_bad_pages_are_refused_with_a_reason(data, message):
    with pytest.raises(ParseError, match=f"bad.html.*{message}"):
        parse_bytes(data, "bad.html", "bad.html")


def test_a_page_cut_in_the_middle_is_read_to_its_end():
    page = html.write([*PLAN, table_of([["序号", "任务"], ["1", "造林"]])])
    cut = page[: page.index("造林".encode()) + 4]
    document = read(cut)
    assert "truncated_file" in [i.code for i in document.issues]
    assert PLAN[4] in paragraphs(document)
    assert ["1", "造"] in [row for t in (1, 2) for row in grid(document, t)]


@pytest.mark.parametrize("tag", ["div", "span", "table><tr><td", "ul><li", "b"])
def test_deep_nesting_is_flattened_in_good_time(tag):
    start = time.monotonic()
    closing = f"</{tag.partition('>')[0]}>"
    document = read(f"<html><body>{f'<{tag}>' * 20_000}森林覆盖率达到40%{closing * 20_000}<p>后文</p></body></html>")
    assert paragraphs(document) == ["森林覆盖率达到40%", "后文"]
    assert [i.code for i in document.issues] == ["deep_nesting"]
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("markup", "limit"),
    [
        ("<p>a</p>" * 3000, "nodes"),
        ("".join(f"<p><font color={i}>a" for i in range(300)), "nodes"),
        ("<table><tr><td colspan=1000 rowspan=60000>a" + "<tr><td>b" * 600 + "</table>", "cells"),
        ("<table>" + "<tr><td>a<td>b" * 3000 + "</table>", "cells"),
    ],
)
def test_bombs_meet_the_limits(markup, limit):
    with pytest.raises(LimitError, match=limit):
        parse_bytes(f"<html><body>{markup}".encode(), "bomb.html", "bomb.html", Limits(nodes=2000 if limit == "nodes" else 5_000_000, cells=5000))


def test_entities_of_a_doctype_are_not_expanded():
    document = read('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]><html><body><p>文&a;&b;&amp;</p></body></html>')
    assert paragraphs(document)[-1] == "文&a;&b;&"


def test_a_cell_over_the_limit_is_cut_with_an_issue():
    document = parse_bytes(f"<table><tr><td>序号<td>任务<tr><td>1<td>{'长' * 5000}</table>".encode(), "a.html", limits=Limits(cell_chars=1000))
    assert len(grid(document)[1][1]) == 1000
    assert "cell_cut" in [i.code for i in document.issues]


def tiled(random: Random) -> str:
    """A table of cells with random spans; each cell names the row and column at which it begins."""
    height, width = random.randint(3, 7), random.randint(2, 6)
    seen = [[""] * width for _ in range(height)]
    rows = []
    for row in range(height):
        cells = ""
        for column in range(width):
            if seen[row][column]:
                continue
            wide = high = 1
            while column + wide < width and not seen[row][column + wide] and random.random() < 0.25:
                wide += 1
            while row + high < height and random.random() < 0.25:
                high += 1
            for r in range(row, row + high):
                seen[r][column : column + wide] = [f"x{row}{column}甲"] * wide
            cells += f"<td rowspan={high} colspan={wide}>x{row}{column}甲"
        rows.append(f"<tr>{cells}")
    return f"<html><table>{''.join(rows)}</table>"


def test_random_spans_stand_where_pandas_puts_them():
    random = Random(5)
    for _ in range(60):
        markup = tiled(random)
        expected = pandas.read_html(io.StringIO(markup))[0].astype(str).to_numpy().tolist()
        document = read(markup)
        got = [[text] * len(expected[0]) for text in paragraphs(document)]  # rows of one cell at the top are titles
        for b in document.blocks:
            if b.kind == "cell" and b.end > b.start:
                for row in range(b.where.row - 1 + len(paragraphs(document)), b.where.row - 1 + len(paragraphs(document)) + b.where.rowspan):
                    while len(got) <= row:
                        got.append([""] * len(expected[0]))
                    got[row][b.where.column - 1 : b.where.column - 1 + b.where.colspan] = [document.text[b.start : b.end]] * b.where.colspan
        starts = {text for row in expected for text in row}
        columns = [c for c in range(len(expected[0])) if any(f"{c}甲" in t for t in starts)]
        kept = [[row[c] for c in columns] for r, row in enumerate(expected) if any(f"x{r}" in t for t in starts)]
        if len(columns) > 1 and len(kept) > 1:
            assert [row[: len(columns)] for row in got] == kept, markup


def test_paragraphs_that_only_their_indents_set_apart():
    for indent in ("&nbsp;&nbsp;&nbsp;&nbsp;", "　　"):
        page = "<html><body><div>" + "\n".join(indent + p for p in PLAN[2:]) + "</div></body></html>"
        assert paragraphs(read(page)) == list(PLAN[2:])
    assert paragraphs(read("<div>　　一是造林。　　二是治水。　　三是护田。</div>")) == ["一是造林。", "二是治水。", "三是护田。"]
    assert paragraphs(read("<div><p>新河市人民政府　　2025年3月1日</p><p>到2025年。 &nbsp;完成</p></div>"))[0] == "新河市人民政府　　2025年3月1日"


def test_rows_of_a_table_in_a_cell_stay_apart():
    inner = "<table><tr><td>城镇新增就业</td><td>4200人</td></tr><tr><td>技能培训</td><td>3000人次</td></tr></table>"
    other = "".join(f"<tr><td>{i}</td><td>扩大基础设施建设，改善城乡面貌，方便群众生活第{i}项</td><td>某局</td></tr>" for i in range(2, 6))
    page = f"<table><tr><th>序号</th><th>目标任务</th><th>责任单位</th></tr><tr><td>1</td><td>{inner}</td><td>市人社局</td></tr>{other}</table>"
    assert grid(read(page))[1] == ["1", "城镇新增就业 4200人；技能培训 3000人次", "市人社局"]


def test_values_and_units_merged_over_rows_and_years():
    head = "<tr><th>领域<th>指标<th>单位<th>2025年<th>2030年<th>责任部门"
    rows = "<tr><td rowspan=2>能源<td>甲类占比<td rowspan=2>%<td>20<td>25<td rowspan=2>市发改委<tr><td>乙类占比<td>48<td>"
    last = "<tr><td>建筑<td>丙类占比<td>%<td colspan=2>≥90<td>市住建局"
    found = process(read(f"<table>{head}{rows}{last}</table>")).extraction.targets
    assert [(t.indicator.text, t.value.text, t.unit and t.unit.text, t.deadline and t.deadline.end) for t in found] == [
        ("甲类占比", "20", "%", "2025-12-31"),
        ("甲类占比", "25", "%", "2030-12-31"),
        ("乙类占比", "48", "%", "2025-12-31"),
        ("丙类占比", "90", "%", "2025-12-31"),
        ("丙类占比", "90", "%", "2030-12-31"),
    ]


def test_a_task_merged_over_rows_names_the_values_of_each():
    head = "<tr><th>序号<th>任务<th>目标值<th>完成时限<th>责任单位"
    rows = "<tr><td rowspan=2>1<td rowspan=2>清淤河道<td>38公里<td>2024年底<td rowspan=2>市水利局<tr><td>6.5万立方米<td>2025年底"
    result = process(read(f"<table>{head}{rows}<tr><td>2<td>新建湿地<td>12亩<td>2026年<td>市林业局</table>")).extraction
    assert [(t.path, t.title.text) for t in result.tasks] == [("表/1.1", "清淤河道"), ("表/1.2", "清淤河道"), ("表/2", "新建湿地")]
    assert [(t.indicator.text, t.value.text, t.deadline.end) for t in result.targets] == [
        ("清淤河道", "38公里", "2024-12-31"),
        ("清淤河道", "6.5万立方米", "2025-12-31"),
        ("新建湿地", "12亩", "2026-12-31"),
    ]
