"""Character recognition: what a clean scan must give, what noise, skew, seals and turned pages must not break, and what doubt does."""

from __future__ import annotations

import socket
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")

from pipeline import recognise
from pipeline.content import Builder
from pipeline.layout.flow import lay_out
from pipeline.layout.page import Page, Run
from pipeline.parsers import parse_bytes
from pipeline.recognise import crops, raster, reading
from pipeline.run import Result, process
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Document
from tests.documents import ofd, scan
from tests.documents.model import Table, read_plan, table_of
from tests.documents.same import mended, rows_of
from tests.documents.typeset import Leaf

NUMBERS = (
    ("森林覆盖率", "≥35.5%", "≤0.42", "-3.5"),
    ("PM2.5年均浓度", "0.05‰", "12.8", "1/3"),
    ("优良天数比例", "90.10%", "±0.3", "2021-2025年"),
    ("单位GDP能耗降低", "13.5", "100", "0.00005"),
    ("湿地保护率", "7", "1", "10"),
    ("水质", "Ⅲ类", "<20", "≥6.0"),
)
TABLE = table_of([["指标", "目标", "上限", "变化"], *[list(row) for row in NUMBERS]])


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(text.split())).replace("—", "-").replace("–", "-")


def read(image: Any, number: int = 1) -> Page:
    return recognise.page_of(np.asarray(image), 200, number, Budget())


def content(*images: Any) -> Document:
    builder = Builder()
    lay_out((read(image, number) for number, image in enumerate(images, 1)), builder)
    found = builder.content()
    return Document("0", "scan", "-", "image", found.text, found.blocks, found.issues, found.pieces)


def grid(document: Document) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for block in document.blocks:
        if block.kind == "cell":
            rows.setdefault(block.where.row or 0, []).append(fold(document.text[block.start : block.end]))
    return [rows[row] for row in sorted(rows)]


def errors(leaf: Leaf, page: Page) -> tuple[int, int, int, int]:
    """Characters, wrong characters, characters of numbers, wrong ones of these, line by line at its place."""
    signs = set("0123456789.%≥≤<>-+~/")
    across, down = (page.width - leaf.width) / 2, (page.height - leaf.height) / 2
    counts = [0, 0, 0, 0]
    for line in leaf.lines[:-1]:  # without the page's number
        x0, x1, middle = line.lefts[0] + across, line.lefts[-1] + line.size + across, line.top + line.size / 2 + down
        runs = [r for r in page.runs if abs((r.top + r.bottom) / 2 - middle) < 0.6 * line.size and r.x0 > x0 - 6 and r.x1 < x1 + 6]
        want, got = fold(line.text), fold("".join(r.text for r in sorted(runs, key=lambda r: r.x0)))
        counts[0] += len(want)
        counts[2] += sum(c in signs for c in want)
        for kind, i, j, k, m in SequenceMatcher(None, want, got, False).get_opcodes():
            if kind != "equal":
                counts[1] += max(j - i, m - k)
                counts[3] += max(sum(c in signs for c in want[i:j]), sum(c in signs for c in got[k:m]))
    return counts[0], counts[1], counts[2], counts[3]


@pytest.fixture(scope="module")
def leaf() -> Leaf:
    """A page with running text and a table of numbers."""
    text = "到2025年，森林覆盖率达到35.5%以上，PM2.5年均浓度控制在42微克/立方米以内，单位GDP能耗累计下降13.5%。"
    return scan.typeset(["驻马店市生态文明建设规划指标", text, TABLE], page=(595, 330))[0]


@pytest.fixture(scope="module")
def scanned(leaf: Leaf) -> Page:
    """The page, scanned as usual and recognised."""
    return read(scan.scan(scan.draw(leaf)))


def test_every_number_of_a_usual_scan_is_right(leaf, scanned):
    characters, wrong, figures, wrong_figures = errors(leaf, scanned)
    assert figures > 80 and wrong_figures == 0
    assert wrong / characters <= 0.01


def test_cells_of_a_ruled_table_are_found(scanned):
    builder = Builder()
    lay_out([scanned], builder)
    found = builder.content()
    document = Document("0", "scan", "-", "image", found.text, found.blocks)
    assert grid(document) == [[fold(t) for t in row] for row in TABLE.texts()]


def test_characters_stand_where_they_were_printed(leaf, scanned):
    across = (scanned.width - leaf.width) / 2
    line = next(line for line in leaf.lines if "森林覆盖率达到" in line.text)
    run = next(r for r in scanned.runs if "森林覆盖率达到" in r.text)
    for char in "森达":
        printed, found = line.lefts[line.text.index(char)] + across, run.lefts[run.text.index(char)]
        assert abs(printed - found) < 0.4 * line.size
    assert abs(run.size - line.size) < 0.15 * line.size


def test_skew_and_noise_cost_no_number(leaf):
    _, _, _, wrong = errors(leaf, read(scan.scan(scan.draw(leaf), skew=-3.0, noise=25, pepper=0.006, blur=0.8)))
    assert wrong == 0


def test_print_under_a_red_seal_is_read_and_red_print_stays(leaf):
    image = scan.seal(scan.draw(leaf), 700, 480, 230)
    head = scan.draw(Leaf(leaf.width, leaf.height, lines=[scan.placed("驻马店市人民政府文件", 120, 25, 22)]), colour=(220, 30, 30))
    page = read(scan.scan(scan.over(image, head)))
    assert any("人民政府文件" in r.text for r in page.runs)
    _, wrong, _, wrong_figures = errors(leaf, page)
    assert wrong_figures == 0 and wrong <= 2


@pytest.mark.parametrize("quarter", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)])
def test_pages_laid_in_turned_are_turned_back(leaf, quarter):
    page = read(np.rot90(np.asarray(scan.draw(leaf)), quarter))
    assert page.width > page.height
    assert errors(leaf, page)[3] == 0


def test_skew_is_measured_to_a_twentieth_of_a_degree(leaf):
    for angle in (-4.5, -0.7, 0.0, 1.3):
        grey = np.asarray(scan.scan(scan.draw(leaf), skew=angle).convert("L"))
        assert abs(raster.skew(grey) - angle) <= 0.05


def test_the_frame_of_a_large_character_is_no_table():
    big = Leaf(595, 140, lines=[scan.placed("国家标准国", 60, 40, 60)])
    picture = raster.prepare(np.asarray(scan.draw(big)), 200)
    assert (picture.horizontal, picture.vertical) == ((), ())
    assert [r.text for r in read(scan.draw(big)).runs] == ["国家标准国"]


def test_lone_dots_go_and_decimal_points_stay(leaf):
    clean = np.asarray(scan.draw(leaf).convert("L"))
    dotted = clean.copy()
    random = np.random.default_rng(3)
    spots = random.random(clean.shape) < 0.002
    dotted[spots] = 0
    mended_page = raster._remove_dots(dotted)
    assert (mended_page[spots & (clean > 200)] > 200).mean() > 0.95
    assert (mended_page[~spots] == clean[~spots]).mean() > 0.99


def test_doubt_is_an_issue_and_stays_with_its_word():
    line = reading._Line((0, 0, 200, 30), "率达到35.5%以上", tuple(10.0 + 20 * i for i in range(10)), (1, 1, 1, 1, 0.4, 1, 1, 1, 1, 1), frozenset())
    picture = raster.Picture(np.full((40, 220), 255, np.uint8), np.zeros((40, 220), np.uint8), (), ())
    runs = list(reading._runs(picture, line, 0.36))
    assert [(r.text, r.confidence) for r in runs] == [("率达到", 1), ("35.5%", 0.4), ("以上", 1)]
    builder = Builder()
    recognise.report(Page(3, 595, 842, runs, [], True), builder)
    (issue,) = builder.content().issues
    assert issue.code == "low_confidence" and issue.where.startswith("page 3, ") and "35.5%" in issue.message


def test_many_doubts_of_a_page_are_counted_not_listed():
    builder = Builder()
    runs = [Run("x", [0], [1], 0, 1, 1, 1, 0.1)] * 50
    recognise.report(Page(1, 595, 842, runs, [], True), builder)
    issues = builder.content().issues
    assert len(issues) == 21 and "30 more" in issues[-1].message


def test_confidence_of_a_value_reaches_its_target():
    text = "到2025年，森林覆盖率达到35.5%。"
    document = parse_bytes(ofd.write([text]), "a.ofd")
    doubtful = Document(document.id, "a", "a", "ofd", document.text, document.blocks, (), tuple(replace(p, confidence=0.5) for p in document.pieces))
    sure, unsure = (process(d).rows.tables["target"][0]["confidence"] for d in (document, doubtful))
    assert unsure == pytest.approx(sure * 0.5, abs=1e-4)  # four decimals are kept


@pytest.mark.parametrize(
    ("read_as", "meant", "spaced"),
    [
        ("GB3838一2002，一是2一3", "GB3838—2002，一是2—3", set()),
        ("降到0.05%0以下", "降到0.05‰以下", set()),
        ("从5%0.3到", "从5%0.3到", set()),
        ("优于ⅢI类 水", "优于Ⅲ类水", {4}),
        ("优于IⅢI类", "优于Ⅲ类", set()),
        ("0. 05 mg", "0.05mg", {4}),
    ],
)
def test_known_misreadings_are_put_right(read_as, meant, spaced):
    line = reading._tidied((0, 0, 300, 30), read_as, [float(i) for i, c in enumerate(read_as) if c != " "], [1.0] * len(read_as))
    assert (line.text, set(line.spaced)) == (meant, spaced)
    assert len(line.middles) == len(line.confidences) == len(meant)


def test_powers_of_ten_are_always_doubtful():
    line = reading._tidied((0, 0, 300, 30), "为4×10-6", [float(i) for i in range(7)], [1.0] * 7)
    assert line.confidences[:3] == (1, 1, 1) and max(line.confidences[3:]) < recognise.LOW_CONFIDENCE


@pytest.mark.parametrize(
    ("size", "stated", "expected"),
    [
        ((1654, 2339), 200, 200),
        ((1654, 2339), 72, 200),
        ((2480, 3504), 0, 300),
        ((3508, 2480), 300, 300),
        ((3000, 4000), 72, 363),
        ((827, 300), 0, 100),
    ],
)
def test_dpi_is_believed_where_it_makes_a_sheet_of_paper(size, stated, expected):
    assert round(recognise.usual_dpi(*size, stated)) == expected


def test_overlapping_boxes_read_nothing_twice():
    assert crops._apart([(0, 0, 100, 30), (80, 0, 102, 30), (90, 2, 200, 31)]) == [(90, 2, 200, 31), (0, 0, 90, 30)]


def test_nothing_is_fetched_and_models_are_in_the_wheel(monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    recognise._engine.cache_clear()
    assert recognise._engine() is recognise._engine()


def test_without_the_extra_the_message_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    recognise._engine.cache_clear()
    try:
        with pytest.raises(ParseError, match=r"zhibiao\[ocr\]"):
            recognise.page_of(np.zeros((100, 100), np.uint8), 200, 1, Budget())
    finally:
        recognise._engine.cache_clear()


def f1(found: Result, wanted: Result) -> float:
    """Over tasks and targets, by equal rows; characters folded, for the models do not tell （ from (."""

    def rows(result: Result) -> Counter[str]:
        return Counter(fold(repr(row)) for kind in rows_of(result).values() for row in kind)

    have, want = rows(found), rows(wanted)
    return 2 * (have & want).total() / max(have.total() + want.total(), 1)


def one_page_plan() -> list[str | Table]:
    """The head of the task table: as much as stands on one page."""
    plan = mended(read_plan("zhumadian-2023-task-table"), (0, 1))
    table = next(item for item in plan if isinstance(item, Table))
    return ["驻马店市创建国家生态文明建设示范市2023年度指标任务分解计划", Table(tuple(c for c in table.cells if c.row < 7), table.widths)]


def test_one_page_of_the_task_table_as_a_scan():
    plan = one_page_plan()
    leaves = scan.typeset(plan, size=9)
    images = [scan.scan(scan.seal(scan.draw(page), 1200, 900, 220)) for page in leaves]
    assert f1(process(content(*images)), process(parse_bytes(ofd.write(plan), "a.ofd"))) >= 0.95


@pytest.mark.soak
def test_whole_task_table_as_a_scan(gold_results):
    name = "zhumadian-2023-task-table"
    leaves = scan.typeset(mended(read_plan(name), (0, 1)))
    images = [scan.scan(scan.draw(page), seed=n) for n, page in enumerate(leaves)]
    assert f1(process(content(*images)), gold_results[name]) >= 0.95
