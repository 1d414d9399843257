"""Tables of PDF pages: every row exact, one logical table over its pages, and nothing that is no table."""

from __future__ import annotations

import random
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from pipeline.celltext import gap_between
from pipeline.content import Content
from pipeline.grid import read_tables
from pipeline.layout.page import Page, Rule, Run
from pipeline.layout.tables import find_tables
from pipeline.parsers import parse_bytes
from pipeline.parsers.pdf import parse
from pipeline.run import process, process_file
from schemas.folded import fold
from schemas.limits import Budget
from tests.conftest import RAW
from tests.documents.check import exact_rows, read_rows
from tests.documents.contents import grouped, levelled, random_rows, ruled
from tests.documents.fonts import pdf_font
from tests.documents.model import Cell, Table, read_plan
from tests.documents.ruling import Style
from tests.documents.same import mended, rows_of
from tests.documents.tables import write

BEFORE = "为加快推进工作，现制定本表，请各县（区）人民政府和市直有关部门结合实际认真贯彻落实，按季度报送进展情况。"
AFTER = "注：以上指标以国家考核为准，未尽事宜由市生态环境局负责解释，各县（区）可以结合实际制定实施细则。"

VARIANTS: dict[str, tuple[Table, Style]] = {
    "ruled, header repeated": (ruled(1), Style()),
    "ruled, header once": (ruled(2), Style(repeat=False)),
    "merged first column": (grouped(3), Style(repeat=False)),
    "merged, header repeated": (grouped(4), Style()),
    "三线表": (ruled(5), Style(rules="three")),
    "三线表, header once": (ruled(13), Style(rules="three", repeat=False)),
    "三线表, centred": (ruled(14), Style(rules="three", middle=True, centre=True)),
    "三线表, no white between rows": (ruled(22), Style(rules="three", band=0.0)),
    "三线表, no white, centred": (ruled(23), Style(rules="three", band=0.0, middle=True)),
    "三线表, two levels": (levelled(15, 160), Style(rules="three")),
    "row cut by the page": (ruled(6, longest=6), Style(cut=True, repeat=False)),
    "row cut, open borders": (ruled(9, longest=6), Style(closed=False, cut=True)),
    "merged cell and row cut": (grouped(12, longest=6), Style(cut=True, repeat=False)),
    "open borders": (ruled(10), Style(closed=False, repeat=False)),
    "open sides": (ruled(11), Style(sides=False)),
    "header of two levels": (levelled(7, 160), Style()),
    "header of three levels": (levelled(8, 160, 3), Style(repeat=False)),
    "landscape, moved, captions": (ruled(16), Style(landscape=True, shift=18, caption="表1 任务分解表", again="续表", head="某市规划")),
    "frames of cells": (grouped(17), Style(rules="frames", cut=True)),
    "dashed": (ruled(18), Style(dash=(3, 2))),
    "lines in pieces": (ruled(19), Style(pieces=2.0, thick=1.5)),
    "double lines, shaded": (ruled(20), Style(double=True, shade=True, thick=2.2)),
    "lines below rows only": (ruled(21), Style(rules="rows", closed=False, repeat=False)),
}


def read(items: list[str | Table], style: Style) -> Content:
    return parse(write(items, style), Budget())


@pytest.mark.parametrize("name", VARIANTS)
def test_every_row_is_exact_and_the_table_is_one(name: str):
    table, style = VARIANTS[name]
    content = read([BEFORE, table, AFTER], style)
    tables = read_rows(content)
    assert [len(t) for t in tables] == [table.height]
    assert exact_rows(tables[0], table) == table.height
    around = "".join(content.text[b.start : b.end] for b in content.blocks if b.kind == "paragraph")
    assert BEFORE in around and AFTER in around and "市林业局" not in around  # the table's text never stands as running text
    pages = {box.page for b in content.blocks if b.kind == "cell" for box in b.where.boxes}
    assert len(pages) >= 5 and pages == set(range(1, max(pages) + 1))


def test_each_part_of_a_cut_cell_keeps_its_page_and_box():
    table = ruled(6, longest=6)
    content = read([table], Style(cut=True, repeat=False))
    both = [b for b in content.blocks if b.kind == "cell" and len(b.where.boxes) == 2]
    assert both
    for block in both:
        first, second = block.where.boxes
        assert second.page == first.page + 1
        pieces = [p for p in content.pieces if block.start <= p.start < block.end]
        assert "".join(content.text[p.start : p.end] for p in pieces).replace(" ", "") == content.text[block.start : block.end].replace(" ", "")
        for piece in pieces:
            box = first if piece.page == first.page else second
            assert box.top <= (piece.top + piece.bottom) / 2 <= box.bottom and box.x0 <= min(piece.edges) <= max(piece.edges) <= box.x1


HEAD = ["序号", "指标名称", "单位", "2023年", "2025年", "责任单位"]
OTHER = ["序号", "项目名称", "建设规模", "总投资", "年度投资", "责任单位"]
UNKNOWN = ["编码", "甲种事项", "乙类", "丙值", "丁值", "承办"]


def small(head: list[str], count: int, seed: int) -> Table:
    rows = [head, *random_rows(seed, count, longest=1)]
    return Table(tuple(Cell(t, r, c) for r, texts in enumerate(rows) for c, t in enumerate(texts)), (0.8, 2, 1.4, 3, 2, 3), 1)


NEIGHBOURS: dict[str, list[str | Table]] = {
    "one below the other": [small(HEAD, 5, 1), small(OTHER, 6, 2)],
    "on the next page": [small(HEAD, 15, 1), "\f", small(OTHER, 6, 2)],
    "on the next page, headings unknown": [small(HEAD, 15, 1), "\f", small(UNKNOWN, 6, 2)],
    "a caption between": [small(HEAD, 15, 1), "\f", "表2 重点项目表", small(HEAD, 6, 2)],
    "the same header, counted from 1 again": [small(HEAD, 8, 1), "\f", small(HEAD, 6, 2)],
    "over pages": [small(HEAD, 50, 1), "\f", small(OTHER, 50, 2), "另附：", small(HEAD, 50, 3)],
}


@pytest.mark.parametrize("rules", ["grid", "three", "rows"])
@pytest.mark.parametrize("name", NEIGHBOURS)
def test_two_tables_are_never_joined(name: str, rules: str):
    items = NEIGHBOURS[name]
    wanted = [item for item in items if isinstance(item, Table)]
    found = read_rows(read(items, Style(rules=rules)))
    assert [len(t) for t in found] == [t.height for t in wanted]
    assert all(exact_rows(a, b) == b.height for a, b in zip(found, wanted, strict=True))


def test_a_close_call_is_left_apart_and_named():
    first = Table(tuple(Cell(f"甲{r}{c}", r, c) for r in range(9) for c in range(3)), (1, 1, 1))
    second = Table(tuple(Cell(f"乙{r}{c}", r, c) for r in range(9) for c in range(3)), (1, 1, 1))
    content = read([first, "\f", second], Style())
    issues = [i for i in content.issues if i.code == "table_not_joined"]
    assert len(read_rows(content)) == 2
    assert len(issues) == 1 and "votes" in issues[0].message and issues[0].where == "page 2"


def drawn(draw) -> Content:
    buffer = BytesIO()
    canvas = Canvas(buffer, (595, 842))
    canvas.setFont(pdf_font(), 12)
    draw(canvas)
    canvas.save()
    return parse(buffer.getvalue(), Budget())


def texts(canvas: Canvas, *lines: tuple[float, float, str]) -> None:
    for x, y, text in lines:
        canvas.drawString(x, y, text)


def note_in_a_frame(canvas: Canvas) -> None:
    canvas.rect(80, 600, 400, 100)
    texts(canvas, (90, 680, "注意事项：报送材料应当齐全。"), (90, 660, "联系人：张三　电话：12345678"))


def red_head(canvas: Canvas) -> None:
    canvas.line(80, 650, 515, 650)
    canvas.line(80, 647, 515, 647)
    texts(canvas, (200, 700, "某市人民政府文件"), (80, 660, "某政发〔2024〕1号"), (400, 660, "签发人：李四"), (80, 620, "各县（区）人民政府："))


def imprint(canvas: Canvas) -> None:
    for y in (160, 135, 110):
        canvas.line(80, y, 515, y)
    texts(canvas, (90, 142, "抄送：市委各部门，市人大常委会办公室。"), (90, 117, "某市人民政府办公室"), (380, 117, "2024年3月15日印发"))


def underlined(canvas: Canvas) -> None:
    for y in (700, 670, 640):
        texts(canvas, (100, y, "单位名称："), (180, y, "某某环保有限公司"), (330, y, "日期："), (380, y, "2024年"))
        canvas.line(180, y - 2, 276, y - 2)
        canvas.line(380, y - 2, 410, y - 2)


def names(canvas: Canvas) -> None:
    for i, y in enumerate((700, 680, 660, 640, 620)):
        texts(canvas, (100, y, f"张{i}三"), (200, y, f"李{i}四"), (300, y, f"王{i}五"), (400, y, f"赵{i}六"))


def chart(canvas: Canvas) -> None:
    for i in range(6):
        canvas.line(100, 500 + 30 * i, 480, 500 + 30 * i)
        canvas.line(100 + 76 * i, 500, 100 + 76 * i, 650)
    texts(canvas, (85, 500, "0"), (85, 650, "5"), (250, 480, "2023年"), (270, 560, "增长"))


def contents(canvas: Canvas) -> None:
    for i, y in enumerate((700, 680, 660, 640)):
        texts(canvas, (100, y, f"第{i + 1}章"), (160, y, "总体要求" + "…" * 20), (460, y, str(i + 3)))


@pytest.mark.parametrize("draw", [note_in_a_frame, red_head, imprint, underlined, names, chart, contents])
def test_what_is_no_table(draw):
    assert not [b for b in drawn(draw).blocks if b.kind == "cell"]


def test_lines_in_narrow_cells():
    assert gap_between("达到3", "5%") == "" and gap_between("≥35.", "5%") == "" and gap_between("-", "3.5") == ""
    assert gap_between("Green", "Building") == " " and gap_between("市生态", "环境局") == ""
    assert gap_between("35", "40", full=False) == " "  # two numbers one below the other


@pytest.mark.parametrize(
    "style", [Style(), Style(landscape=True, cut=True, repeat=False), Style(closed=False, cut=True)], ids=["portrait", "landscape", "open"]
)
@pytest.mark.parametrize("merged", [(), (0, 1, 3)], ids=["ruled", "merged"])
def test_the_task_table_gives_the_rows_of_its_text(style: Style, merged: tuple[int, ...]):
    name = "zhumadian-2023-task-table"
    data = write(mended(read_plan(name), merged), style)
    assert rows_of(process(parse_bytes(data, "plan.pdf"))) == rows_of(process_file(RAW / f"{name}.txt"))


def logical(content: Content):
    rows: dict[tuple[int | None, int | None], list] = {}
    for b in content.blocks:
        if b.kind == "cell":
            rows.setdefault((b.where.table, b.where.row), []).append((fold(content.text, [(b.start, b.end)]), b.where))
    return read_tables(list(rows.values()))[0]


def test_headers_of_three_levels_become_paths():
    (table,) = logical(read([levelled(8, 60, 3)], Style(repeat=False)))
    assert [c.header for c in table.columns][2:6] == ["单位", "目标值/近期/2024年", "目标值/近期/2025年", "目标值/2030年"]
    assert len(table.rows) == 60 and [c.role for c in table.columns][3:] == ["value", "value", "value", "responsible"]


def test_merged_cells_fill_and_empty_cells_beside_them_stay_empty():
    body = [["1", "森林覆盖率", "造林。", "市林业局"], ["2", "湿地保护率", "修复。", ""], ["3", "绿化率", "植树。", ""]]
    head = ["序号", "指标名称", "工作任务", "牵头单位"]
    cells = [Cell(t, r, c) for r, row in enumerate([head, *body]) for c, t in enumerate(row) if (r, c) not in ((1, 3), (2, 3))]
    (table,) = logical(read([Table((*cells, Cell("市林业局", 1, 3, 2)), (1, 2, 3, 2))], Style()))
    leads = [cell.text.plain if (cell := row.cell("lead")) else None for row in table.rows]
    assert leads == ["市林业局", "市林业局", None]


@pytest.mark.parametrize("name", ["ruled, header repeated", "merged first column", "header of two levels", "double lines, shaded"])
def test_closed_rules_give_the_cells_of_pdfplumber(name: str):
    table, style = VARIANTS[name]
    data = write([table], style)
    content = parse(data, Budget())
    own = sorted(
        {tuple(round(v / 3) for v in (b.page, x.x0, x.top, x.x1, x.bottom)) for blk in content.blocks for x in blk.where.boxes if (b := x).page < 3}
    )
    with pdfplumber.open(BytesIO(data)) as pdf:
        theirs = {(p.page_number, *cell) for p in pdf.pages[:2] for t in p.find_tables() for cell in t.cells}
    own_boxes = [x for blk in content.blocks for x in blk.where.boxes if x.page < 3]
    repeated = 0 if not style.repeat else len([c for c in table.cells if c.row < table.header])
    near = [
        t
        for t in theirs
        if any(t[0] == x.page and max(abs(a - b) for a, b in zip(t[1:], (x.x0, x.top, x.x1, x.bottom), strict=True)) < 2 for x in own_boxes)
    ]
    assert own and len(theirs) - len(near) == repeated  # all of theirs, but for the header that stands again on page 2


def some_style(rng: random.Random) -> tuple[Table, Style]:
    """Any table in any dress."""
    rules = rng.choice(["grid", "grid", "grid", "frames", "three", "rows"])
    kind = rng.choice(["ruled", "grouped", "two", "three"]) if rules in ("grid", "frames") else rng.choice(["ruled", "two", "three"])
    style = Style(
        rules=rules,
        repeat=rng.random() < 0.5,
        cut=rng.random() < 0.4 and rules in ("grid", "frames"),
        closed=rng.random() < 0.6,
        middle=rng.random() < 0.4,
        centre=rng.random() < 0.3,
        sides=rng.random() < 0.8,
        thick=rng.choice([0.5, 1.5, 2.2]),
        double=rng.random() < 0.1,
        dash=rng.choice([None, None, (3, 2), (1, 1)]),
        pieces=rng.choice([0, 0, 0, 2.0, 3.5]),
        shade=rng.random() < 0.3,
        landscape=rng.random() < 0.3,
        size=rng.choice([7.5, 9, 10.5, 12]),
        leading=rng.choice([1.15, 1.35, 1.6]),
        padding=rng.choice([2.5, 4, 5.4]),
        shift=rng.choice([0, 0, 18]),
        caption=rng.choice(["", "表1 指标任务分解表", "附件"]),
        again=rng.choice(["", "", "续表"]),
        head=rng.choice(["", "", "某市生态文明建设规划"]),
        margin=rng.choice([60, 72, 85]),
    )
    seed, count, longest = rng.randrange(10**6), rng.choice([30, 60, 98]), rng.choice([1, 3, 6])
    makers = {"ruled": lambda: ruled(seed, count, longest), "grouped": lambda: grouped(seed, count, longest)}
    table = makers[kind]() if kind in makers else levelled(seed, count, 2 if kind == "two" else 3)
    return table, style


def check_any(seed: int) -> None:
    table, style = some_style(random.Random(seed))
    found = read_rows(read([BEFORE, table, AFTER], style))
    assert [len(t) for t in found] == [table.height], (seed, style)
    assert exact_rows(found[0], table) == table.height, (seed, style)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_any_table_in_any_dress(seed: int):
    check_any(seed)


@pytest.mark.soak
def test_many_tables_in_any_dress():
    wrong = []
    for seed in range(500):
        try:
            check_any(seed)
        except AssertionError as error:
            wrong.append(str(error)[:300])
    assert not wrong


def as_docx(table: Table, path: Path, repeat: bool) -> None:
    from docx import Document
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = Document()
    document.add_paragraph(BEFORE)
    grid = document.add_table(table.height, len(table.widths))
    grid.style, grid.autofit = "Table Grid", False
    for j, width in enumerate(table.widths):
        for cell in grid.columns[j].cells:
            cell.width = Mm(160 * width / sum(table.widths))
    for c in table.cells:
        place = grid.cell(c.row, c.column)
        if c.rowspan * c.colspan > 1:
            place = place.merge(grid.cell(c.row + c.rowspan - 1, c.column + c.colspan - 1))
        place.text = ""
        place.paragraphs[0].add_run(c.text).font.size = Pt(10.5)
    for row in grid.rows[: table.header if repeat else 0]:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)
    document.add_paragraph(AFTER)
    document.save(str(path))


@pytest.mark.soak
@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
@pytest.mark.parametrize("repeat", [True, False])
@pytest.mark.parametrize("make", [ruled, grouped, lambda seed, count, _: levelled(seed, count, 3)], ids=["ruled", "grouped", "levels"])
def test_tables_that_libreoffice_draws(tmp_path: Path, make, repeat: bool):
    table = make(31, 98, 4)
    as_docx(table, tmp_path / "t.docx", repeat)
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        tmp_path / "t.docx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (found,) = read_rows(parse((tmp_path / "t.pdf").read_bytes(), Budget()))
    assert exact_rows(found, table) == table.height


def as_html(table: Table) -> str:
    rows = []
    for row in range(table.height):
        cells = sorted((c for c in table.cells if c.row == row), key=lambda c: c.column)
        width = {c: 100 * table.widths[c.column] / sum(table.widths) for c in cells}
        rows.append("<tr>" + "".join(f'<td rowspan={c.rowspan} colspan={c.colspan} style="width:{width[c]}%">{c.text}</td>' for c in cells) + "</tr>")
    style = "@page{size:A4;margin:20mm} body{font-size:10.5pt} table{border-collapse:collapse;width:100%} td{border:1px solid #000;padding:3px}"
    head, body = "".join(rows[: table.header]), "".join(rows[table.header :])
    return f"<meta charset=utf-8><style>{style}</style><p>{BEFORE}</p><table><thead>{head}</thead><tbody>{body}</tbody></table><p>{AFTER}</p>"


@pytest.mark.soak
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
@pytest.mark.parametrize("make", [ruled, grouped, lambda seed, count, _: levelled(seed, count, 3)], ids=["ruled", "grouped", "levels"])
def test_tables_that_chromium_prints(tmp_path: Path, make):
    table = make(32, 98, 4)
    (tmp_path / "t.html").write_text(as_html(table), "utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--no-pdf-header-footer"]
    subprocess.run([*command, f"--print-to-pdf={tmp_path}/t.pdf", str(tmp_path / "t.html")], check=True, capture_output=True, timeout=120)
    (found,) = read_rows(parse((tmp_path / "t.pdf").read_bytes(), Budget()))
    assert exact_rows(found, table) == table.height


def test_captions_between_the_parts_go_and_other_text_stays():
    table = ruled(40, 60)
    content = read([table, AFTER], Style(caption="表1 任务分解表（单位：万元）", again="续表", repeat=False))
    kept = [content.text[b.start : b.end] for b in content.blocks if b.kind == "paragraph"]
    assert "表1 任务分解表（单位：万元）" in kept and "续表" not in kept and AFTER in kept


def test_the_rest_of_a_cut_row_alone_on_the_last_page_is_still_the_table():
    rows = [
        ["序号", "工作任务", "牵头单位"],
        *[[str(i), "持续推进造林绿化和湿地保护修复。" * (40 if i == 12 else 8), "市林业局"] for i in range(1, 13)],
    ]
    table = Table(tuple(Cell(t, r, c) for r, texts in enumerate(rows) for c, t in enumerate(texts)), (1, 4, 2), 1)
    for margin in range(60, 120, 6):
        (found,) = read_rows(read([table], Style(cut=True, repeat=False, margin=margin)))
        assert exact_rows(found, table) == table.height


def test_worn_borders_of_a_scan_do_not_merge_the_cells_beside_them():
    def run(text: str, x: float, y: float) -> Run:
        lefts = [x + 6.0 * i for i in range(len(text))]
        return Run(text, lefts, [left + 6 for left in lefts], y, y + 10, y + 9, 10)

    edges = (50.0, 80.0, 180.0, 240.0, 300.0)
    rules = [Rule(50, y, 300, y) for y in (100.0, 120.0, 140.0)] + [Rule(x, 100, x, 140 if x in (50.0, 240.0, 300.0) else 120) for x in edges]
    above = [run(t, x + 4, 105) for t, x in zip(("序号", "项目", "Ⅰ类", "Ⅱ类"), edges, strict=False)]
    worn = [run("24", 54, 125), run("菌群≤", 90, 125), run("i", 177, 125), run("200", 190, 125), run("2000", 250, 125)]
    fragments, rest = find_tables(Page(1, 400, 600, above + worn, rules, recognised=True))
    assert [[c.text for c in f.cells] for f in fragments] == [["序号", "项目", "Ⅰ类", "Ⅱ类", "24", "菌群≤", "200", "2000"]]
    assert rest == []
