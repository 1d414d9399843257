"""DOCX: the outline that Word computes, tables as a reader sees them, visible text only, hostile files refused."""

import zipfile
from io import BytesIO

import docx as python_docx
import pytest

from pipeline.parsers import parse_bytes
from pipeline.parsers.word.docx import parse
from pipeline.parsers.word.numbering import format_number
from pipeline.run import process_file
from schemas.errors import ParseError
from schemas.limits import Budget, Limits
from tests.documents import docx
from tests.documents.archive import zipped
from tests.documents.check import grid, paragraphs
from tests.documents.docx import cell, package, paragraph, table
from tests.documents.model import read_plan
from tests.documents.same import mended, rows_of, strict_f1
from tests.documents.small import ole


def read(body, parts=None):
    return parse_bytes(package(body, parts), "plan.docx")


def level(at, text, style="decimal", suffix="tab", extra="", start=1):
    kind = f'<w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{extra}<w:suff w:val="{suffix}"/>'
    return f'<w:lvl w:ilvl="{at}">{kind}<w:lvlText w:val="{text}"/></w:lvl>'


def numbered(*levels, overrides=""):
    return {
        "numbering": f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>{overrides}</w:num>'
    }


@pytest.fixture(scope="module")
def task_table(tmp_path_factory):
    path = tmp_path_factory.mktemp("docx") / "task-table.docx"
    docx.write(mended(read_plan("zhumadian-2023-task-table"), (0, 1)), path)
    return path


def test_task_table_gives_the_rows_of_the_text(task_table, gold_results):
    assert rows_of(process_file(task_table)) == rows_of(gold_results["zhumadian-2023-task-table"])


@pytest.mark.parametrize("name", ["zhumadian-2022-scheme", "longnan-2023-scheme"])
@pytest.mark.parametrize("automatic", [False, True])
def test_plans_keep_their_accuracy(name, automatic, tmp_path, gold_results):
    path = tmp_path / "plan.docx"
    docx.write(read_plan(name), path, automatic)
    typed = sum(p.text.startswith("一、") for p in python_docx.Document(str(path)).paragraphs)
    assert (typed == 0) == automatic
    assert strict_f1(process_file(path), name) >= strict_f1(gold_results[name], name) - 0.01


def test_evidence_stands_where_it_says(task_table):
    result = process_file(task_table)
    source = python_docx.Document(str(task_table))
    paragraphs = [p.text for p in (python_docx.text.paragraph.Paragraph(e, None) for e in source.element.body.iter(docx.qn("w:p")))]
    checked = 0
    for block in result.document.blocks:
        text = result.document.text[block.start : block.end]
        if not text:
            continue
        checked += 1
        assert paragraphs[block.where.line - 1].strip() == text
        if block.kind == "cell":
            assert source.tables[block.where.table - 1].cell(block.where.row - 1, block.where.column - 1).text == text
    assert checked > 300


@pytest.mark.parametrize(
    ("style", "n", "shown"),
    [
        ("chineseCounting", 21, "二十一"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("japaneseCounting", 10, "十"),
        ("ideographDigital", 12, "一二"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalZero", 7, "07"),
        ("lowerLetter", 28, "bb"),
        ("upperRoman", 14, "XIV"),
        ("ideographTraditional", 3, "丙"),
        ("none", 3, ""),
    ],
)
def test_number_formats(style, n, shown):
    assert format_number(n, style) == shown


def test_numbers_are_computed_over_levels():
    parts = numbered(level(0, "%1、", "chineseCounting", "nothing"), level(1, "（%2）", "chineseCounting"), level(2, "%3.", "decimal"))
    items = [("总体要求", 0), ("指导思想", 1), ("原则", 1), ("甲", 2), ("乙", 2), ("重点任务", 0), ("治水", 1), ("丙", 2)]
    found = paragraphs(read("".join(paragraph(text, at) for text, at in items), parts))
    assert found == ["一、总体要求", "（一）指导思想", "（二）原则", "1. 甲", "2. 乙", "二、重点任务", "（一）治水", "1. 丙"]


def test_legal_numbers_restarts_and_starts():
    legal = level(1, "%1.%2", extra="<w:isLgl/>")
    goes_on = level(1, "（%2）", "chineseCounting", extra='<w:lvlRestart w:val="0"/>')
    items = "".join(paragraph(*item) for item in [("甲", 0), ("乙", 1), ("丙", 0), ("丁", 1)])
    assert paragraphs(read(items, numbered(level(0, "第%1章", "chineseCounting", "space"), legal))) == ["第一章 甲", "1.1 乙", "第二章 丙", "2.1 丁"]
    assert paragraphs(read(items, numbered(level(0, "%1、", "chineseCounting"), goes_on)))[3] == "（二）丁"
    other = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    body = paragraph("甲", 0) + paragraph("乙", 0) + paragraph("丙", 0, "2") + paragraph("丁", 0, "2")
    assert paragraphs(read(body, numbered(level(0, "%1、", start=3), overrides=other))) == ["3、甲", "4、乙", "1、丙", "2、丁"]


def test_numbers_from_styles():
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H1"/></w:style>'
    )
    parts = numbered(
        level(0, "%1、", "chineseCounting", extra='<w:pStyle w:val="H1"/>'), level(1, "（%2）", "chineseCounting", extra='<w:pStyle w:val="H2"/>')
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{s}"/></w:pPr><w:r><w:t>{t}</w:t></w:r></w:p>' for s, t in (("H1", "甲"), ("H2", "乙"), ("H1", "丙"))
    )
    assert paragraphs(read(body, parts | {"styles": styles})) == ["一、甲", "（一）乙", "二、丙"]


def test_a_number_never_runs_into_the_digits_behind_it():
    found = paragraphs(read(paragraph("5万亩高标准农田", 0) + paragraph("2025年完成", 0), numbered(level(0, "%1."))))
    assert found == ["1、5万亩高标准农田", "2、2025年完成"]


def test_numbers_fill_cells_and_merged_cells_below_do_not_count():
    auto = '<w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr></w:p></w:tc>'
    below = auto.replace("<w:tc>", "<w:tc><w:tcPr><w:vMerge/></w:tcPr>")
    first = auto.replace("<w:tc>", '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>')
    document = read(table([["序号", "任务"], [first, "甲"], [below, "乙"], [auto, "丙"]]), numbered(level(0, "%1.")))
    assert grid(document) == [["序号", "任务"], ["1.", "甲"], ["", "乙"], ["2.", "丙"]]


def test_merged_cells_and_rows_that_begin_late():
    rows = table(
        [
            [cell("序号", '<w:vMerge w:val="restart"/>'), cell("目标", '<w:gridSpan w:val="2"/>'), "单位"],
            [cell("", "<w:vMerge/>"), "2024年", "2025年", "%"],
        ]
    )
    late = "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>" + "".join(f"<w:tc>{paragraph(t)}</w:tc>" for t in "甲乙丙") + "</w:tr>"
    document = read(rows.replace("</w:tbl>", late + "</w:tbl>"))
    assert grid(document) == [["序号", "目标", "", "单位"], ["", "2024年", "2025年", "%"], ["", "甲", "乙", "丙"]]
    spans = {document.text[b.start : b.end]: (b.where.rowspan, b.where.colspan) for b in document.blocks}
    assert spans["序号"] == (2, 1)
    assert spans["目标"] == (1, 2)


def test_edges_dragged_by_hand_are_one_column():
    span = '<w:gridSpan w:val="2"/>'
    rows = [[cell("序号", span), "任务", "单位"], ["1", cell("治水", span), "市水利局"]]
    assert grid(read(table(rows, (900, 60, 3000, 2000)))) == [["序号", "任务", "单位"], ["1", "治水", "市水利局"]]
    assert grid(read(table(rows, (900, 900, 3000, 2000)))) == [["序号", "", "任务", "单位"], ["1", "治水", "", "市水利局"]]


def test_nested_and_layout_tables():
    inner = table([["指标", "值"], ["优良率", "85"]])
    document = read(table([[f"<w:tc>{paragraph('正文')}{inner}{paragraph('')}</w:tc>"]]))
    assert paragraphs(document) == ["正文"]
    assert grid(document) == [["指标", "值"], ["优良率", "85"]]
    document = read(table([["任务", f"<w:tc>{inner}</w:tc>"], ["甲", "乙"]]))
    assert grid(document) == [["任务", "指标 值；优良率 85"], ["甲", "乙"]]
    assert [i.code for i in document.issues] == ["nested_table"]


def test_neighbouring_tables_stay_two():
    document = read(table([["甲", "乙"]]) + "<w:p/>" + table([["丙", "丁"]]) + table([["戊", "己"]]))
    assert [grid(document, i) for i in (1, 2, 3)] == [[["甲", "乙"]], [["丙", "丁"]], [["戊", "己"]]]


def test_paragraphs_of_a_cell():
    def lines_of(*texts):
        return grid(read(table([["甲", f"<w:tc>{''.join(map(paragraph, texts))}</w:tc>"]])))[0][1]

    assert lines_of("完成", "时限") == "完成时限"
    assert lines_of("市生态环境局", "市住房城乡建设局") == "市生态环境局、市住房城乡建设局"
    assert lines_of("85", "90") == "85 90"


def test_tracked_changes_are_accepted():
    body = (
        "<w:p><w:r><w:t>达到</w:t></w:r><w:del><w:r><w:delText>85</w:delText></w:r></w:del><w:ins><w:r><w:t>90</w:t></w:r></w:ins><w:r><w:t>%</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前半句，</w:t></w:r></w:p><w:p><w:r><w:t>后半句。</w:t></w:r></w:p>"
        "<w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:p><w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>"
    )
    gone = "<w:tr><w:trPr><w:del/></w:trPr>" + f"<w:tc>{paragraph('删')}</w:tc>" * 2 + "</w:tr>"
    document = read(body + table([["甲", "乙"]]).replace("</w:tbl>", gone + "</w:tbl>"))
    assert paragraphs(document) == ["达到90%", "前半句，后半句。", "新"]
    assert grid(document) == [["甲", "乙"]]


def mark(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def test_visible_text_only():
    run = "<w:r>{}</w:r>".format
    link = mark("begin") + run("<w:instrText>HYPERLINK x</w:instrText>") + mark("separate") + run("<w:t>链接</w:t>") + mark("end")
    circled = mark("begin") + run("<w:instrText>eq \\o\\ac(○,2)</w:instrText>") + mark("end")
    low = run('<w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>2.5</w:t>')
    hidden = run("<w:rPr><w:vanish/></w:rPr><w:t>暗</w:t>")
    control = f"<w:sdt><w:sdtContent>{run('<w:t>控件</w:t>')}</w:sdtContent></w:sdt>"
    signs = run('<w:sym w:font="Symbol" w:char="F0B3"/><w:t>90</w:t><w:softHyphen/><w:noBreakHyphen/><w:t>95</w:t>')
    note = run('<w:footnoteReference w:id="1"/>')
    body = f"<w:p>{run('<w:t>PM</w:t>')}{low}{hidden}{link}{control}{circled}{signs}{note}</w:p>"
    body += f"<w:p>{run('<w:t>上行</w:t><w:br/><w:t>下行</w:t>')}</w:p>"
    document = read(body, {"footnotes": f'<w:footnote w:id="1">{paragraph("脚注85%")}</w:footnote>'})
    assert paragraphs(document) == ["PM2.5链接控件②≥90-95", "上行", "下行"]
    assert "脚注85%" in document.text


def test_a_raised_digit_behind_a_digit_is_no_digit():
    document = read('<w:p><w:r><w:t>10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>4</w:t></w:r></w:p>')
    assert paragraphs(document) == ["10⁴"]
    assert [i.code for i in document.issues] == ["superscript"]


def test_text_boxes_once():
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:inline><a:graphic><a:graphicData uri='x'>"
        f"<wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent><w:t>正文</w:t></w:r></w:p>"
    )
    assert paragraphs(read(body)) == ["正文", "框内"]


def test_strict_documents_and_macros_are_read():
    data = package(paragraph("甲"))
    strict = data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = {n: archive.read(n).decode() for n in archive.namelist()}
    old, new = "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"
    strict = zipped({n: t.replace(old, new) for n, t in members.items()} | {"word/vbaProject.bin": "x"})
    assert paragraphs(parse_bytes(strict, "plan.docm")) == ["甲"]


def with_document(xml):
    return zipped({"word/document.xml": xml})


W = docx.W
LAUGHS = (
    '<!DOCTYPE w:document [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + f"]><w:document {W}><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
)
EXTERNAL = (
    '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f"<w:document {W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (with_document(LAUGHS), "declares entities"),
        (with_document(EXTERNAL), "declares entities"),
        (with_document("<w:document"), "no sound XML"),
        (with_document(f"<w:document {W}/>"), "no body"),
        (with_document(f"<w:document {W}><w:body><w:p><w:r><w:t>{'0' * 30_000_000}</w:t></w:r></w:p></w:body></w:document>"), "--limit expansion"),
        (with_document(f"<w:document {W}>" + "<w:body>" * 3000), "no sound XML"),
        (ole("EncryptedPackage", "EncryptionInfo"), "password"),
    ],
    ids=["empty", "laughs", "external", "cut", "no body", "bomb", "deep", "encrypted"],
)
def test_bad_files_are_refused_with_a_reason(data, message):
    with pytest.raises(ParseError, match=message) as refused:
        parse_bytes(data, "plan.docx")
    assert "plan" in str(refused.value) or str(refused.value).startswith("-:")
    assert "root:" not in str(refused.value)


def test_a_truncated_file_says_so():
    with pytest.raises(ParseError, match="damaged or incomplete"):
        parse(package(paragraph("甲"))[:-60], Budget())


def test_limits_are_named():
    body = table([["甲", "乙"]] * 40)
    with pytest.raises(ParseError, match="--limit cells="):
        parse_bytes(package(body), "plan.docx", limits=Limits(cells=50))
    with pytest.raises(ParseError, match="--limit cells="):
        wide = table([[cell("甲", '<w:gridSpan w:val="999999999"/>'), "乙"]] + [["丙"] * 3] * 60)
        parse_bytes(package(wide), "plan.docx", limits=Limits(cells=150))
    with pytest.raises(ParseError, match="--limit nodes="):
        parse_bytes(package(body), "plan.docx", limits=Limits(nodes=100))


def test_a_long_cell_is_cut_and_a_wrong_ending_is_noted():
    document = parse_bytes(package(table([["甲", "".join(f"长{i}" for i in range(200_000))]])), "plan.xlsx")
    assert document.format == "docx"
    assert {i.code for i in document.issues} == {"cell_cut", "wrong_ending"}
    assert max(b.end - b.start for b in document.blocks) == Limits().cell_chars


def test_struck_out_text_is_left_out():
    struck = "<w:p><w:r><w:t>新建公园</w:t></w:r><w:r><w:rPr><w:strike/></w:rPr><w:t>5座</w:t></w:r><w:r><w:t>3座。</w:t></w:r></w:p>"
    document = read(struck)
    assert paragraphs(document) == ["新建公园3座。"]
    assert [i.code for i in document.issues] == ["struck_text"]
