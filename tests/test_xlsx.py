"""Workbooks: what the sheet shows, where it stands, tables between titles and notes, hostile files refused."""

import time
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from pipeline.parsers import parse_bytes
from pipeline.parsers.sheets import parse
from pipeline.parsers.sheets.formats import exact, show
from pipeline.run import process, process_file
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget, Limits
from tests.documents import xlsx
from tests.documents.archive import zipped
from tests.documents.model import read_plan, table_of
from tests.documents.same import mended, rows_of, strict_f1
from tests.documents.small import ole


def read(fill, name="plan.xlsx", limits=None):
    return parse_bytes(xlsx.workbook(fill), name, limits=limits)


def seen(document):
    """Paragraphs as texts, tables as rows of texts."""
    found = []
    for b in document.blocks:
        text = document.text[b.start : b.end]
        if b.kind == "paragraph":
            found.append(text)
        elif b.where.row == 1 and b.where.column == 1:
            found.append([[text]])
        elif b.where.column == 1:
            found[-1].append([text])
        else:
            found[-1][-1].append(text)
    return found


def rows(*values):
    def fill(sheet):
        for row in values:
            sheet.append(row)

    return fill


@pytest.fixture(scope="module")
def task_table(tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "task-table.xlsx"
    xlsx.write(mended(read_plan("zhumadian-2023-task-table"), (0, 1)), path)
    return path


def test_task_table_gives_the_rows_of_the_text(task_table, gold_results):
    assert rows_of(process_file(task_table)) == rows_of(gold_results["zhumadian-2023-task-table"])


def test_plan_keeps_its_accuracy(tmp_path, gold_results):
    xlsx.write(read_plan("longnan-2023-scheme"), tmp_path / "plan.xlsx")
    name = "longnan-2023-scheme"
    assert strict_f1(process_file(tmp_path / "plan.xlsx"), name) >= strict_f1(gold_results[name], name) - 0.01


def test_evidence_stands_where_it_says(task_table):
    document = process_file(task_table).document
    book = openpyxl.load_workbook(task_table)
    checked = 0
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if text:
            checked += 1
            assert book[block.where.sheet][block.where.cell].value.strip() == text
    assert checked > 300


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("0.95", "0%", "95%"),
        ("0.955", "0.0%", "95.5%"),
        ("0.30000000000000004", "General", "0.3"),
        ("1E+20", "General", "100000000000000000000"),
        ("12345", "0.00E+00", "12345"),
        ("3.0", "General", "3"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("12345", '0!.0,"万"', "1.2万"),
        ("35", '0"微克/立方米"', "35微克/立方米"),
        ("-5", "0_);[Red]\\(0\\)", "-5"),
        ("-5", "0;[Red]0", "-5"),
        ("-5", '"增长"0;"下降"0', "下降5"),
        ("-0.004", "0.00", "0.00"),
        ("12", "[>=100]0;0.00", "12.00"),
        ("0", '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
        ("3", ";;;", ""),
        ("46022", 'yyyy"年"m"月"d"日";@', "2025年12月31日"),
        ("46022", '[DBNum1][$-804]yyyy"年"m"月";@', "2025年12月"),
        ("46022", "mmm-yy", "2025年12月"),
        ("46022", "m/d/yy", "2025-12-31"),
        ("46022.5", "yyyy/m/d h:mm", "2025/12/31 12:00"),
        ("59", "yyyy-m-d", "1900-2-28"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value, code, shown):
    assert show(exact(value), code) == shown


def test_numbers_dates_and_percentages_of_a_sheet():
    def fill(sheet):
        sheet.append(["指标", "2025年", "日期", "比例", "和"])
        sheet.append(["优良率", 90.0, date(2025, 12, 31), 0.85, 0.1 + 0.2])
        sheet["D2"].number_format = "0%"
        sheet["C2"].number_format = 'yyyy"年"m"月"'

    assert seen(read(fill))[0][1] == ["优良率", "90", "2025年12月", "85%", "0.3"]


def test_titles_captions_header_levels_notes_and_two_tables():
    def fill(sheet):
        sheet.append(["某市2025年重点任务分解表"])
        sheet.merge_cells("A1:D1")
        sheet.append(["填报单位：某局", None, None, "单位：万元"])
        xlsx.place(sheet, table_of([["序号", "任务", "目标", ""], ["", "", "2024年", "2025年"], ["1", "治水", "3", "4"]]), 3)
        sheet.merge_cells("C3:D3")
        sheet.merge_cells("A3:A4")
        sheet["A6"] = "注：数据来自统计年鉴。"
        xlsx.place(sheet, table_of([["指标", "值"], ["优良率", "90%"]]), 9, 2)

    document = read(fill)
    table = [["序号", "任务", "目标", ""], ["", "", "2024年", "2025年"], ["1", "治水", "3", "4"]]
    notes = "注：数据来自统计年鉴。"
    assert seen(document) == ["某市2025年重点任务分解表", "填报单位：某局", "单位：万元", table, notes, [["指标", "值"], ["优良率", "90%"]]]
    where = {document.text[b.start : b.end]: b.where for b in document.blocks}
    assert (where["目标"].cell, where["目标"].colspan, where["序号"].rowspan) == ("C3", 2, 2)
    assert (where["90%"].sheet, where["90%"].cell, where["90%"].table, where["90%"].row, where["90%"].column) == ("Sheet1", "C10", 2, 2, 2)


def test_tables_side_by_side_are_two():
    found = seen(read(rows(["序号", "任务", None, "序号", "任务"], [1, "甲", None, 3, "丙"], [2, "乙", None, None, None])))
    assert found == [[["序号", "任务"], ["1", "甲"], ["2", "乙"]], [["序号", "任务"], ["3", "丙"]]]


def test_a_column_without_heading_beside_it_is_no_second_table():
    assert len(seen(read(rows(["序号", "任务", None, "单位"], [1, "甲", None, "市水利局"])))) == 1


def test_hidden_sheets_rows_and_columns_are_not_read_and_reported():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["指标", "值", "旧值"], ["甲", 1, 11], ["乙", 2, 22], ["丙", 3, 33]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("草稿").append(["指标", "值"])
    book["草稿"].sheet_state = "hidden"
    document = parse_bytes(xlsx.saved(book), "plan.xlsx")
    assert seen(document) == [[["指标", "值"], ["甲", "1"], ["丙", "3"]]]
    assert sorted((i.code, i.where) for i in document.issues) == [("hidden_columns", "Sheet C"), ("hidden_rows", "Sheet 3"), ("hidden_sheet", "草稿")]


def test_a_merged_cell_with_a_hidden_corner_keeps_its_text():
    def fill(sheet):
        for row in (["类别", "指标", "值"], ["水", "甲", 1], [None, "乙", 2], [None, "丙", 3]):
            sheet.append(row)
        sheet.merge_cells("A2:A4")
        sheet.row_dimensions[2].hidden = True

    assert seen(read(fill)) == [[["类别", "指标", "值"], ["水", "乙", "2"], ["", "丙", "3"]]]


def test_names_of_sheets_part_their_tables():
    book = openpyxl.Workbook()
    book.active.title = "城区"
    book.create_sheet("农村")
    for sheet in book:
        sheet.append(["指标", "值"])
        sheet.append(["甲", 1])
    assert seen(parse_bytes(xlsx.saved(book), "plan.xlsx")) == ["城区", [["指标", "值"], ["甲", "1"]], "农村", [["指标", "值"], ["甲", "1"]]]


def test_errors_and_formulas_without_result_are_empty_and_reported():
    body = (
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>指标</t></is></c><c r="B1" t="inlineStr"><is><t>值</t></is></c></row>'
        '<row r="2"><c r="A2" t="str"><f>X</f><v>甲</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="e"><v>#REF!</v></c></row>'
        '<row r="4"><c t="s"><v>0</v></c><c r="B4"><f>1+1</f></c></row></sheetData>'
    )
    document = parse_bytes(xlsx.package(body, "<si><r><t>乙</t></r><r><t>丙</t></r><rPh><t>読</t></rPh></si>"), "plan.xlsx")
    assert seen(document) == [[["指标", "值"], ["甲", "2"], ["乙丙", ""], ["乙丙", ""]]]
    assert [(i.code, i.where) for i in document.issues] == [("error_value", "Sheet1 B3（#REF!）"), ("formula_without_value", "Sheet1 B4")]


def test_an_unknown_column_is_named_with_its_sheet():
    document = read(rows(["序号", "任务", "责任单位", "火星坐标"], [1, "治水", "市水利局", "x"]))
    issue = next(i for i in process(document).rows.issues if i.code == "unknown_column")
    assert "Sheet1" in issue.where
    assert "火星坐标" in issue.message


def test_lines_of_a_cell_are_joined_and_lines_of_a_paragraph_are_not():
    found = seen(read(rows(["总体要求\n（一）指导思想"], ["序号", "完成\n时限"], [1, "2025年\n12月"])))
    assert found == ["总体要求", "（一）指导思想", [["序号", "完成时限"], ["1", "2025年12月"]]]


def strings(declaration, text):
    return f'{declaration}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'


ROW = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
LAUGHS = '<!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (xlsx.package(ROW, strings(LAUGHS, "&b;")), "declares entities"),
        (xlsx.package(ROW, strings('<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;")), "declares entities"),
        (xlsx.package(ROW, strings("", "&x;")), "no sound XML"),
        (xlsx.package(ROW, strings("", "0" * 30_000_000)), "--limit expansion"),
        (xlsx.package(ROW.replace("<v>0</v>", "<v>7</v>"), "<si><t>甲</t></si>"), "A1 is damaged"),
        (xlsx.package("<sheetData><row"), "no sound XML"),
        (zipped({"xl/workbook.xml": "<x/>", "xl/workbook.bin": "x"}), "cannot be read"),
        (ole("Workbook"), "cannot be read"),
        (ole("EncryptedPackage", "EncryptionInfo"), "password"),
    ],
    ids=["laughs", "external", "undeclared", "bomb", "index", "cut", "xlsb", "xls", "encrypted"],
)
def test_bad_files_are_refused_with_a_reason(data, message):
    with pytest.raises(ParseError, match=message) as refused:
        parse_bytes(data, "plan.xlsx")
    assert "root:" not in str(refused.value)


def test_a_truncated_workbook_says_so():
    with pytest.raises(ParseError, match="damaged or incomplete"):
        parse(xlsx.workbook(rows(["指标", "值"]))[:-80], Budget())


def test_a_large_sheet_is_refused_early():
    begun = time.process_time()
    row = "".join(f"<c><v>{i}.5</v></c>" for i in range(12))
    body = "<sheetData>" + f"<row>{row}</row>" * 20_000 + "</sheetData>"
    with pytest.raises(LimitError, match="--limit cells="):
        parse_bytes(xlsx.package(body), "plan.xlsx", limits=Limits(cells=50_000, expansion=9000))
    assert time.process_time() - begun < 6


def test_far_corners_and_huge_merges_cost_nothing():
    cells = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><v>2</v></c></row>' for r in (1, 2))
    far = '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
    body = f'<sheetData>{cells}{far}</sheetData><mergeCells><mergeCell ref="B2:XFC1048000"/></mergeCells>'
    begun = time.process_time()
    assert seen(parse_bytes(xlsx.package(body), "plan.xlsx"))[0][1] == ["2", "2"]
    assert time.process_time() - begun < 6


def test_long_cells_are_cut_and_endings_noted():
    text = "".join(f"长{i}" for i in range(200_000))
    cells = "".join(f'<c t="inlineStr"><is><t>{t}</t></is></c>' for t in ("甲", text))
    document = parse_bytes(xlsx.package(f"<sheetData><row>{cells}</row></sheetData>"), "plan.docx")
    assert {i.code for i in document.issues} == {"cell_cut", "wrong_ending"}


def test_damaged_numbers_and_escapes_are_no_crash():
    cells = '<c t="s"><v>²</v></c>', '<c s="²"><v>1</v></c><c t="str"><v>甲_xD800_乙_x000A_丙</v></c>'
    with pytest.raises(ParseError, match="A1 is damaged"):
        parse_bytes(xlsx.package(f"<sheetData><row>{cells[0]}</row></sheetData>"), "plan.xlsx")
    assert seen(parse_bytes(xlsx.package(f"<sheetData><row>{cells[1]}</row></sheetData>"), "plan.xlsx")) == [[["1", "甲乙丙"]]]


def test_numbers_stay_exact():
    assert exact("0.1") == Decimal("0.1")
    assert exact("nonsense") is None


def test_the_name_of_a_sheet_is_no_part_of_the_title():
    book = openpyxl.Workbook()
    book.active.title = "正文"
    book.active.append(["云溪县2024年节水工作计划"])
    book.create_sheet("附表").append(["说明"])
    result = process(parse_bytes(xlsx.saved(book), "plan.xlsx"))
    assert result.extraction.metadata["title"].text == "云溪县2024年节水工作计划"
