"""Runs → lines: baselines, raised and lowered characters, blanks, columns; lines → paragraphs; what is furniture."""

import itertools

from pipeline.content import Builder
from pipeline.layout.flow import lay_out
from pipeline.layout.lines import join_lines, read_lines
from pipeline.layout.page import Page, Run

SIZE, LEFT, PITCH = 16.0, 80.0, 28.0


def run(text, x=LEFT, base=120.0, size=SIZE, gap=0.0):
    """Characters side by side, Chinese ones a full em wide."""
    lefts, rights = [], []
    for char in text:
        lefts.append(x)
        x += size * (1 if ord(char) > 0x2000 else 0.5)
        rights.append(x)
        x += gap
    return Run(text, lefts, rights, base - 0.88 * size, base + 0.12 * size, base, size)


def texts(runs):
    return [line.text for line in read_lines(runs)]


def page(lines, number=1):
    """A page of lines (text or text with its x, or a finished run), one below the other from y 120 on."""
    runs = []
    for i, line in enumerate(lines):
        if line:
            runs.append(line if isinstance(line, Run) else run(*((line,) if isinstance(line, str) else line), base=120 + PITCH * i))
    return Page(number, 595, 842, runs)


def paragraphs(*pages):
    builder = Builder()
    lay_out(pages, builder)
    content = builder.content()
    return [content.text[b.start : b.end] for b in content.blocks]


FULL = "全面贯彻落实党的二十大精神坚持生态优先绿色发展推动减污降"  # as long as the column is wide
INDENTED = (FULL[2:], LEFT + 2 * SIZE)


def test_lowered_and_raised_characters_stand_in_their_line():
    above, below = run("到2025年，全市PM"), run("浓度", LEFT + 128 + 14.4 + 0.4)
    small = run("2.5", above.x1, 123.0, 9.6)
    assert texts([above, below, small]) == ["到2025年，全市PM2.5浓度"]
    assert texts([run("5000m"), run("3", LEFT + 40, 114.0, 9.6), run("以上", LEFT + 50)]) == ["5000m3以上"]
    assert texts([run("实施方案"), run("①", LEFT + 64, 114.0, 8.0)]) == ["实施方案①"]


def test_marks_pushed_together_have_boxes_of_their_own():
    line = read_lines([run("（省知识产权局）"), run("、省科技厅", LEFT + 8 * SIZE - 8)])[0]
    edges = line.pieces[0].edges
    assert line.text == "（省知识产权局）、省科技厅"
    assert all(a <= b for a, b in itertools.pairwise(edges))


def test_a_small_line_below_stays_a_line_of_its_own():
    assert texts([run("水质目标"), run("2.5倍", LEFT, 140.0, 9.6)]) == ["水质目标", "2.5倍"]


def test_blanks():
    assert texts([run("驻马店市", gap=16.0)]) == ["驻马店市"]
    assert texts([run("目录", gap=32.0)]) == ["目录"]
    assert texts([run("浙江省经信厅"), run("浙江省发改委", LEFT + 96 + 16)]) == ["浙江省经信厅 浙江省发改委"]
    assert texts([run("陇政办发"), run("签发人：王某", LEFT + 300)]) == ["陇政办发 签发人：王某"]
    assert texts([run("Green"), run("City", LEFT + 40 + 5)]) == ["Green City"]
    # room that typesetters leave between Chinese and digits is no blank, nor is that of stretched lines
    assert texts([run("在"), run("8", LEFT + 20), run("个行业", LEFT + 32)]) == ["在8个行业"]
    assert texts([run("全面推进生态建设", gap=3.0)]) == ["全面推进生态建设"]


def test_digits_set_apart_are_one_number():
    """Spaced out letter by letter, 1 2 3 4 is no series of numbers."""
    assert texts([run("产值1234亿元", gap=6.0)]) == ["产值1234亿元"]


def test_lines_joined():
    lines = read_lines([run("到20", base=100), run("25年推进VOCs", base=130), run("and NOx", base=160), run("减排", base=190)])
    text, pieces = join_lines(lines)
    assert text == "到2025年推进VOCs and NOx减排"
    assert [text[p.start : p.end] for p in pieces] == ["到20", "25年推进VOCs", "and NOx", "减排"]
    assert all(len(p.edges) == 2 * (p.end - p.start) for p in pieces)
    assert join_lines(read_lines([run("environ-", base=100), run("ment", base=130)]))[0] == "environment"
    assert join_lines(read_lines([run("RISC-", base=100), run("V", base=130)]))[0] == "RISC-V"


def test_two_columns_one_after_the_other():
    left = [run(f"左栏第{'一二三四五六七八'[i]}行的文字有这么长", base=120 + 20 * i, size=12) for i in range(8)]
    right = [run(f"右栏第{'一二三四五六七八'[i]}行的文字有这么长", LEFT + 180, 120 + 20 * i, 12) for i in range(8)]
    title = run("生态文明建设示范市工作简报第二期", LEFT + 60, 90)
    mixed = [r for pair in zip(left, right, strict=True) for r in pair]
    assert texts([title, *mixed]) == [title.text, *(r.text for r in left), *(r.text for r in right)]


def test_few_pairs_side_by_side_are_no_columns():
    pairs = [r for i in range(4) for r in (run("驻马店市", base=120 + 20 * i), run("人民政府办公室", LEFT + 200, 120 + 20 * i))]
    assert texts(pairs) == ["驻马店市 人民政府办公室"] * 4


def test_paragraphs_by_indent_and_room():
    lines = [INDENTED, FULL, "碳协同增效。", INDENTED, "生态文明。", ("一、总体要求", LEFT + 32), INDENTED, FULL, FULL[:9]]
    assert paragraphs(page(lines)) == [FULL[2:] + FULL + "碳协同增效。", FULL[2:] + "生态文明。", "一、总体要求", FULL[2:] + FULL + FULL[:9]]


def test_a_paragraph_goes_on_over_the_page_behind_number_and_table_head():
    first = [INDENTED, FULL, FULL, FULL]
    second = [FULL, FULL, "到此为止。", INDENTED, FULL]
    foot = run("— 1 —", 280, 800, 12)
    one, two = page(first, 1), page(second, 2)
    one.runs.append(foot)
    two.runs.append(run("— 2 —", 280, 800, 12))
    assert paragraphs(one, two) == [FULL[2:] + FULL * 5 + "到此为止。", FULL[2:] + FULL]


def test_titles_signatures_and_dates_stay_lines():
    lines = [
        run("驻马店市人民政府办公室", 188, 100, 22),
        run("关于印发实施方案的通知", 188, 130, 22),
        *(page([INDENTED, FULL, "执行。"]).runs),
    ]
    for r in lines[2:]:
        r.base, r.top, r.bottom = r.base + 60, r.top + 60, r.bottom + 60
    lines += [run("驻马店市人民政府", 376, 320), run("2022年6月6日", 400, 348), run("附件", LEFT, 376)]
    assert paragraphs(Page(1, 595, 842, lines)) == [
        "驻马店市人民政府办公室",
        "关于印发实施方案的通知",
        FULL[2:] + FULL + "执行。",
        "驻马店市人民政府",
        "2022年6月6日",
        "附件",
    ]


def test_footnotes_are_no_part_of_the_sentence():
    body = [INDENTED, FULL, FULL, FULL]
    note = run("①指国家生态文明建设示范市。", LEFT, 700, 10)
    one, two = page(body), page([FULL, "目标。"], 2)
    one.runs.append(note)
    assert paragraphs(one, two) == [FULL[2:] + FULL * 4 + "目标。", note.text]


def test_running_heads_go_and_repeated_headings_stay():
    pages = []
    for number in range(1, 5):
        made = page([("一、工作目标", LEFT + 32), INDENTED, FULL, f"第{'一二三四'[number - 1]}项。"], number)
        made.runs += [run("驻马店市人民政府公报", 220, 60, 10), run(str(number), 290, 800, 10)]
        pages.append(made)
    found = paragraphs(*pages)
    assert found.count("一、工作目标") == 4
    assert not [t for t in found if "公报" in t or t.isdigit()]
    assert len(found) == 8


def test_what_browsers_print_around_a_page_goes():
    made = page([INDENTED, "全部。"])
    made.runs += [run("11/22/26, 12:47 AM", 30, 30, 8), run("驻马店市人民政府", 300, 30, 8), run("https://www.zhumadian.gov.cn/a.html", 30, 830, 8)]
    assert paragraphs(made) == [FULL[2:] + "全部。"]


def test_lines_drawn_with_characters_go():
    assert paragraphs(page(["欗" * 27, INDENTED, FULL, "全部。"])) == [FULL[2:] + FULL + "全部。"]


def test_a_lone_page_loses_only_its_number():
    made = page([INDENTED, "全部。"])
    made.runs += [run("驻马店市人民政府公报", 220, 60, 10), run("－３－", 280, 800, 10)]
    assert paragraphs(made) == ["驻马店市人民政府公报", FULL[2:] + "全部。"]


def test_small_heads_of_two_pages_go():
    one, two = page([INDENTED, FULL, FULL], 1), page([FULL, "到此为止。"], 2)
    for made in (one, two):
        made.runs.append(run("驻马店市人民政府公报", 220, 60, 10))
    assert paragraphs(one, two) == [FULL[2:] + FULL * 3 + "到此为止。"]


def test_numbers_at_the_edge_that_do_not_count_up_stay():
    pages = [page([INDENTED, FULL], number) for number in (1, 2, 3)]
    for made, value in zip(pages, ("95", "40", "7"), strict=True):
        made.runs.append(run(value, LEFT, 760))
    assert [t for t in paragraphs(*pages) if t.isdigit()] == ["95", "40", "7"]


def test_units_above_a_table_are_never_furniture():
    pages = [page([INDENTED, FULL], number) for number in (1, 2, 3)]
    for made in pages:
        made.runs.append(run("单位：万元", 430, 80, 10))
    assert paragraphs(*pages).count("单位：万元") == 3


def test_contents_keep_their_lines():
    lines = [f"{n}、{t}{'…' * 16}{i}" for n, t, i in (("一", "总体要求", 1), ("二", "重点任务", 3), ("三", "保障措施", 9))]
    assert paragraphs(page([*lines, "", INDENTED, FULL, FULL]))[:3] == lines


def test_order_of_content_does_not_matter():
    lines = page([INDENTED, FULL, "到此为止。"])
    lines.runs.reverse()
    assert paragraphs(lines) == [FULL[2:] + FULL + "到此为止。"]
