"""PDF: text as it is read on the page, the same rows as from text, evidence that another library finds again, bad files refused."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import ttfonts
from reportlab.pdfgen.canvas import Canvas

from pipeline import batch, store
from pipeline.content import Builder
from pipeline.exporters import frames, jsonl
from pipeline.parsers import parse_bytes
from pipeline.parsers.pdf import _Pages
from pipeline.run import process
from schemas.errors import LimitError, ParseError
from schemas.limits import Limits
from tests.conftest import GOLD, RAW
from tests.documents import model, pdf
from tests.documents.check import paragraphs
from tests.documents.fonts import pdf_font

CENTRED = {
    "zhumadian-2022-scheme": {"附件"},
    "longnan-2023-scheme": {
        "陇南市人民政府办公室",
        "关于印发陇南市创建国家生态",
        "文明建设示范市工作实施方案的通知",
        "陇政办发〔2023〕80号",
        "陇南市创建国家生态文明建设示范市",
        "工作实施方案",
    },
}
PLANS = sorted(CENTRED)
SENTENCE = "到2025年，全市PM2.5年均浓度不高于40微克/立方米，森林覆盖率达到17.8%以上，地表水达到或好于Ⅲ类水体比例不低于87.5%。"


def squashed(text):
    return "".join(text.split())


def read(data, **limits):
    return parse_bytes(data, "plan.pdf", limits=Limits(**limits))


@pytest.fixture(scope="module")
def typeset():
    """Plan → its items and their PDF."""
    made = {}
    for name in PLANS:
        items = [i.replace("•", "·") if isinstance(i, str) else i for i in model.read_plan(name)]
        style = pdf.Style(centred=frozenset(CENTRED[name]), right=frozenset({"2023年11月20日"}), head="生态文明建设示范市")
        made[name] = items, pdf.write(items, style)
    return made


@pytest.mark.parametrize("name", PLANS)
def test_paragraphs_are_those_of_the_plan(typeset, name):
    items, data = typeset[name]
    document = read(data)
    assert [squashed(p) for p in paragraphs(document)] == [squashed(i) for i in items]
    assert document.issues == ()


def test_accuracy_is_that_of_the_text(typeset, tmp_path):
    scores = {}
    for kind in ("txt", "pdf"):
        folder = tmp_path / kind
        folder.mkdir()
        for name in PLANS:
            (folder / f"{name}.{kind}").write_bytes(typeset[name][1] if kind == "pdf" else (RAW / f"{name}.txt").read_bytes())
        engine = store.connect("sqlite://")
        batch.run([folder], engine)
        jsonl.write(frames.read(engine), folder)
        engine.dispose()
        gold = tmp_path / "gold"
        for name in PLANS:
            if not (gold / name).exists():
                (gold / name).parent.mkdir(exist_ok=True)
                (gold / name).symlink_to(GOLD / name)
        done = subprocess.run([sys.executable, GOLD / "score.py", gold, folder, "--json"], capture_output=True, text=True, check=True)
        scores[kind] = json.loads(done.stdout)
    for name in ["all", *PLANS]:
        for figure, reached in scores["txt"][name].items():
            if "f1" in reached:
                assert scores["pdf"][name][figure]["f1"] >= reached["f1"] - 0.01, (name, figure)


def test_evidence_is_found_again_by_another_library(typeset):
    """Each field's characters, read by pdfplumber from the boxes that the document gives for them."""
    wrong, seen = [], 0
    for name in PLANS:
        data = typeset[name][1]
        document = read(data)
        result = process(document)
        with pdfplumber.open(io.BytesIO(data)) as other:
            chars = {page.page_number: page.chars for page in other.pages}
        slots = [s for t in result.extraction.targets for s in (t.indicator, t.value, t.unit, t.quote) if s is not None]
        slots += [s for t in result.extraction.tasks for group in t.bodies.values() for s in group]
        for span in {(sp.start, sp.end) for slot in slots for sp in slot.spans}:
            found = "".join(inside(chars[box.page], box) for box in document.boxes(*span))
            seen += 1
            if squashed(found) != squashed(document.text[slice(*span)]):
                wrong.append((document.text[slice(*span)], found))
    assert seen > 500
    assert wrong == []


def inside(chars, box):
    """The characters whose middle lies in a box, from left to right."""
    found = [c for c in chars if box.x0 <= (c["x0"] + c["x1"]) / 2 <= box.x1 and box.top - 1 <= (c["top"] + c["bottom"]) / 2 <= box.bottom + 1]
    return "".join(c["text"] for c in sorted(found, key=lambda c: c["x0"]))


def test_blocks_have_a_box_on_each_page(typeset):
    document = read(typeset["longnan-2023-scheme"][1])
    over = [b for b in document.blocks if len(b.where.boxes) > 1]
    assert over
    for block in document.blocks:
        pages = [box.page for box in block.where.boxes]
        assert pages == sorted(set(pages))
        assert {box.page for box in document.boxes(block.start, block.end)} == set(pages)


def drawn(draw, size=(595, 842), rotation=0):
    """A PDF of one page that `draw` draws."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    if rotation:
        canvas.setPageRotation(rotation)
    canvas.setFont(pdf_font(), 16)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def pages_of(data):
    return list(_Pages(data, Builder()).read())


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_turned_pages(rotation):
    """The paper turned in the file, shown upright: boxes are those of the page as it is read."""

    def draw(canvas):
        canvas.translate(*{0: (0, 0), 90: (842, 0), 180: (595, 842), 270: (0, 595)}[rotation])
        canvas.rotate(rotation)
        canvas.drawString(100, 500, "到2025年达到95%")
        canvas.line(100, 450, 300, 450)

    page = pages_of(drawn(draw, rotation=rotation))[0]
    assert (page.width, page.height) == (595, 842)
    assert [r.text for r in page.runs] == ["到2025年达到95%"]
    assert page.runs[0].x0 == pytest.approx(100, abs=1)
    assert page.runs[0].base == pytest.approx(342, abs=1)
    rule = page.rules[0]
    assert (rule.x0, rule.x1, rule.top) == (pytest.approx(100, abs=2), pytest.approx(300, abs=2), pytest.approx(392, abs=2))
    assert rule.horizontal


def test_text_that_runs_up_an_unturned_page():
    """A table set lying on its side on a standing page."""

    def draw(canvas):
        canvas.rotate(90)
        canvas.drawString(100, -300, "重点任务分解表")

    page = pages_of(drawn(draw))[0]
    assert (page.width, page.height) == (842, 595)
    assert page.runs[0].text == "重点任务分解表"
    assert (page.runs[0].x0, page.runs[0].base) == (pytest.approx(100, abs=1), pytest.approx(300, abs=1))


def test_watermarks_aslant_are_left_out():
    def draw(canvas):
        canvas.drawString(100, 500, "到2025年达到95%")
        canvas.rotate(45)
        canvas.drawString(300, 100, "内部资料")

    document = read(drawn(draw))
    assert paragraphs(document) == ["到2025年达到95%"]
    assert [i.code for i in document.issues] == ["turned_text"]


def test_crop_box_is_the_page():
    def draw(canvas):
        canvas.setCropBox((50, 42, 595, 842))
        canvas.drawString(100, 500, "目标")
        canvas.drawString(10, 500, "界外")

    page = pages_of(drawn(draw))[0]
    assert (page.width, page.height) == (545, 800)
    assert [r.text for r in page.runs] == ["目标"]
    assert page.runs[0].x0 == pytest.approx(50, abs=1)
    assert page.runs[0].base == pytest.approx(342, abs=1)


def test_characters_printed_twice_are_one():
    def draw(canvas):
        for shift in (0, 0.3, 0.6):
            canvas.drawString(100 + shift, 500, "一、工作目标22")

    assert paragraphs(read(drawn(draw))) == ["一、工作目标22"]


def test_invisible_text_counts_only_behind_a_scan():
    def draw(canvas, shown):
        if shown:
            canvas.drawString(100, 500, "到2025年，城镇污水处理率达到95%。")
        hidden = canvas.beginText(100, 400)
        hidden.setFont(pdf_font(), 16)
        hidden.setTextRenderMode(3)
        hidden.textOut("隐藏的文字")
        canvas.drawText(hidden)

    assert paragraphs(read(drawn(lambda c: draw(c, True)))) == ["到2025年，城镇污水处理率达到95%。"]
    behind = read(drawn(lambda c: draw(c, False)))
    assert paragraphs(behind) == ["隐藏的文字"]
    assert [i.code for i in behind.issues] == ["hidden_text"]


def test_full_width_digits_stay_and_radicals_become_characters():
    assert paragraphs(read(drawn(lambda c: c.drawString(100, 500, "２０２５年")))) == ["２０２５年"]
    from pipeline.parsers.pdf.text import _decode

    assert [_decode(ord(c)) for c in "⼀⽔⻓⻛㎡①"] == list("一水长风㎡①")
    assert [_decode(c) for c in (0xFFFD, 0xE123, 0, 0xF06C)] == ["\ufffd", "\ufffd", "\ufffd", "●"]
    assert _decode(0x20BB7) == "𠮷"


def test_lines_of_a_grid_in_one_path_and_in_a_form():
    def grid(canvas, x):
        path = canvas.beginPath()
        for i in range(4):
            path.moveTo(x, 400 + 20 * i)
            path.lineTo(x + 90, 400 + 20 * i)
            path.moveTo(x + 30 * i, 400)
            path.lineTo(x + 30 * i, 460)
        canvas.drawPath(path)

    def draw(canvas):
        grid(canvas, 100)
        canvas.beginForm("table")
        grid(canvas, 0)
        canvas.endForm()
        canvas.translate(300, 100)
        canvas.doForm("table")

    rules = pages_of(drawn(draw))[0].rules
    assert sum(r.horizontal for r in rules) == 8
    assert sorted({round(r.x0) for r in rules if not r.horizontal}) == [100, 130, 160, 190, 300, 330, 360, 390] or {
        round((r.x0 + r.x1) / 2) for r in rules if not r.horizontal
    } == {100, 130, 160, 190, 300, 330, 360, 390}
    assert {round((r.top + r.bottom) / 2) for r in rules if r.horizontal and r.x0 < 250} == {442, 422, 402, 382}
    assert {round((r.top + r.bottom) / 2) for r in rules if r.horizontal and r.x0 > 250} == {342, 322, 302, 282}


def test_shades_white_lines_and_curves_give_no_rules():
    def draw(canvas):
        canvas.setFillColorRGB(0.9, 0.9, 1)
        canvas.rect(0, 0, 595, 842, stroke=0, fill=1)
        canvas.setStrokeColorRGB(1, 1, 1)
        canvas.line(100, 300, 400, 300)
        canvas.setStrokeColorRGB(0, 0, 0)
        canvas.circle(200, 200, 50)
        canvas.line(100, 100, 300, 200)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.rect(100, 600, 300, 0.7, stroke=0, fill=1)

    rules = pages_of(drawn(draw))[0].rules
    assert [(round(r.x0), round(r.x1), round(r.top)) for r in rules] == [(100, 400, 241)]


embedded = pytest.mark.skipif(pdf_font() != "zh", reason="needs a font with Chinese characters to embed")


@pytest.fixture
def private(monkeypatch):
    """A function that makes fonts call characters by private codes."""
    usual = ttfonts.makeToUnicodeCMap

    def set_codes(codes):
        monkeypatch.setattr(ttfonts, "makeToUnicodeCMap", lambda name, subset: usual(name, [codes.get(chr(c), c) for c in subset]))

    return set_codes


@embedded
def test_a_decimal_point_without_unicode_is_known_by_its_ink(private):
    """Founder's typesetting system draws the point of full-width numbers so: read as 12万亿元 or as 1 and 2万亿元 it would be a wrong number."""
    private({".": 0xE010})
    assert paragraphs(read(drawn(lambda c: c.drawString(100, 500, "营业收入超过1.2万亿元")))) == ["营业收入超过1.2万亿元"]


@embedded
def test_numbers_with_an_unknown_character_are_not_read_as_text(private, monkeypatch):
    private({"7": 0xE011, "市": 0xE012})
    monkeypatch.setattr("pipeline.recognise._engine", missing)
    sentence = "驻马店市政府2022年重点任务分解表" * 2
    document = read(drawn(lambda c: c.drawString(30, 500, sentence)))
    assert paragraphs(document) == [sentence.replace("市", "\ufffd")]
    assert [i.code for i in document.issues] == ["unmapped_text"]
    with pytest.raises(ParseError, match="ocr"):
        read(drawn(lambda c: c.drawString(30, 500, sentence + "87.5%")))


@embedded
def test_fonts_without_unicode_go_to_recognition_or_say_so(monkeypatch):
    """A TrueType font whose map to Unicode is taken away."""
    broken = drawn(lambda c: c.drawString(100, 500, "到2025年达到95%")).replace(b"/ToUnicode", b"/ToNothing")
    monkeypatch.setattr("pipeline.recognise._engine", missing)
    with pytest.raises(ParseError, match=r"zhibiao\[ocr\]"):
        read(broken)
    both = typeset_with(broken)
    document = read(both)
    assert paragraphs(document) == ["文字"]
    assert [(i.code, i.where) for i in document.issues] == [("unmapped_text", "page 2"), ("ocr_missing", "page 2")]


def missing():
    raise ParseError("reading pictures needs the extra `ocr`: pip install 'zhibiao[ocr]'")


def typeset_with(other):
    """A page of text and the first page of another file."""
    document = pypdfium2.PdfDocument(drawn(lambda c: c.drawString(100, 500, "文字")))
    document.import_pages(pypdfium2.PdfDocument(other))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_encrypted_files():
    items = [SENTENCE]
    locked = pdf.write(items, encrypt=StandardEncryption("secret", "owner"))
    with pytest.raises(ParseError, match=r"plan|password"):
        read(locked)
    assert paragraphs(read(pdf.write(items, encrypt=StandardEncryption("", "owner")))) == items


def test_a_broken_cross_reference_table_is_repaired_or_refused(typeset):
    data = typeset["zhumadian-2022-scheme"][1]
    whole = [squashed(p) for p in paragraphs(read(data))]
    at = data.rindex(b"startxref")
    assert [squashed(p) for p in paragraphs(read(data[:at] + b"startxref\n99\n%%EOF"))] == whole
    for broken in (data[: len(data) // 2], b"%PDF-1.7\n" + b"junk" * 100):
        try:
            assert paragraphs(read(broken)) != whole
        except ParseError as error:
            assert "broken" in str(error) or "no pages" in str(error)


def test_a_page_that_fails_is_an_issue_and_the_others_are_read():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), pageCompression=0)
    for text in ("第一", "第二", "第三"):
        canvas.setFont(pdf_font(), 16)
        canvas.drawString(100, 500, text)
        canvas.showPage()
    canvas.save()
    data = out.getvalue()
    pages = [i for i in range(len(data)) if data.startswith(b"/Type /Page\n", i) or data.startswith(b"/Type /Page ", i)]
    assert len(pages) == 3
    data = data[: pages[1]] + data[pages[1] :].replace(b"/Type /Page", b"/Type /Nope", 1)
    document = read(data)
    assert paragraphs(document) == ["第一", "第三"]
    assert [(i.code, i.where) for i in document.issues] == [("page_failed", "page 2")]


def test_too_many_pages_are_refused_before_one_is_read(monkeypatch):
    document = pypdfium2.PdfDocument.new()
    for _ in range(10_000):
        document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)
    monkeypatch.setattr("pipeline.parsers.pdf.read_drawing", None)
    with pytest.raises(LimitError, match=r"pages=3000.*--limit pages="):
        read(out.getvalue())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_memory_is_that_of_a_page(typeset, tmp_path):
    """400 pages take little more than 20: of a page only its lines are kept."""
    program = """
import sys
from pathlib import Path
from pipeline.parsers import parse_bytes

def peak():
    return int(next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM")).split()[1]) / 1024

small, large = (Path(p).read_bytes() for p in sys.argv[1:])
parse_bytes(small, "a.pdf")
before = peak()
document = parse_bytes(large, "b.pdf")
print(peak() - before, len(document.text))
"""
    one, paths = pypdfium2.PdfDocument(typeset["zhumadian-2022-scheme"][1]), []
    for count in (20, 400):
        many = pypdfium2.PdfDocument.new()
        for i in range(count):
            many.import_pages(one, [1 + i % 20])
        many.save(tmp_path / f"{count}.pdf")
        paths.append(str(tmp_path / f"{count}.pdf"))
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True)
    grown, length = done.stdout.split()
    assert int(length) > 190_000
    file = (tmp_path / "400.pdf").stat().st_size / 2**20
    assert file > 50
    assert float(grown) < file + 20, "MB; without opening the file anew it is four times the file"
