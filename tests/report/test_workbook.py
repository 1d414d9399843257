"""The workbook, opened again as an office would."""

import re

import pytest
from openpyxl import load_workbook

from pipeline.report import REPORTS
from tests.report import made


def opened(comparison, folder, lang="zh"):
    (path,) = REPORTS["xlsx"](comparison, folder, lang)
    return load_workbook(path, rich_text=False)


def texts(sheet):
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("zh", ["对比总表", "逐项明细", "差异与问题", "对照标准", "前后变化", "责任分工", "牵头对照", "时间表", "文件", "依据", "说明"]),
        ("en", ["Comparison", "Details", "Differences and problems", "Against the standard", "Changes between editions"]),
    ],
)
def test_sheets_by_language(full, tmp_path, lang, names):
    book = opened(full, tmp_path, lang)
    assert book.sheetnames[: len(names)] == names
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_every_sheet_has_a_fixed_header_filters_and_prints_on_its_width(full, tmp_path):
    book = opened(full, tmp_path)
    for sheet in book.worksheets[:-1]:
        assert sheet.freeze_panes in ("B4", "C4", "D4") and sheet.auto_filter.ref.startswith("A3:")
        assert sheet.print_title_rows == "$3:$3"
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in sheet.oddFooter.right.text or "[Page]" in sheet.oddFooter.right.text


def test_the_grid_shows_value_deadline_scope_lead_verdict_by_word_and_colour(full, tmp_path):
    sheet = opened(full, tmp_path)["对比总表"]
    heads = [cell.value for cell in sheet[3]]
    assert heads == ["指标", "领域", "甲市", "依据", "乙市", "依据", "丙市", "依据"]
    row = next(r for r in sheet.iter_rows(min_row=4) if r[0].value == "污水处理率")
    assert row[2].value == "≥60%（2025年，城区） 市水利局、市住建局牵头〔可比，第2位〕"
    assert "无法判定" in row[6].value
    green = next(r for r in sheet.iter_rows(min_row=4) if r[0].value == "绿地")
    assert green[2].value.endswith("〔未能读出〕") and green[4].value == "未述"
    fills = {cell.fill.fgColor.rgb for cell in (row[2], row[6], green[2], green[4])}
    assert len(fills) == 4


def test_links_lead_from_the_grid_to_the_evidence_and_back(full, tmp_path):
    book = opened(full, tmp_path)
    grid, proof = book["对比总表"], book["依据"]
    links = [cell.hyperlink for row in grid.iter_rows(min_row=4) for cell in row if cell.hyperlink]
    assert len(links) == 6  # every cell with a value or an unread sentence
    for link in links:
        name, first = re.fullmatch(r"'(.+)'!A(\d+):A\d+", link.location).groups()
        back = book[name][f"A{first}"].hyperlink.location
        sheet, place = re.fullmatch(r"'(.+)'!([A-Z]+\d+)", back).groups()
        assert book[sheet][place].value and grid[link.ref].offset(0, -1).coordinate == place
    quotes = [cell.value for cell in proof["E"]]
    assert "污水处理率达到60%以上" in quotes and "前文污水处理率达到60%以上后文<b>" in texts(proof)


def test_details_lead_to_their_evidence(full, tmp_path):
    book = opened(full, tmp_path)
    for sheet in ("逐项明细", "差异与问题", "对照标准", "时间表"):
        links = [cell.hyperlink.location for row in book[sheet].iter_rows(min_row=4) for cell in row if cell.hyperlink]
        assert links and all(book["依据"][place.rpartition("!")[2]].value for place in links), sheet
    first = book["差异与问题"][4]
    assert book["依据"][first[0].hyperlink.location.rpartition("!")[2]].offset(0, 1).value == "污水处理率" and first[1].value == "自相矛盾"


def test_numbers_are_numbers_and_percentages_are_shown_as_stated(full, tmp_path):
    sheet = opened(full, tmp_path)["逐项明细"]
    column = [c.value for c in sheet[3]].index("数值")
    cells = [row[column] for row in sheet.iter_rows(min_row=4)]
    assert (cells[0].value, cells[0].number_format) == (60, '0"%"')
    assert (cells[1].value, cells[1].number_format) == (95.5, '0.00"%"')


def test_text_of_documents_is_never_a_formula_and_has_no_control_characters(full, tmp_path):
    book = opened(full, tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    found = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert made.FORMULA in found
    assert not [t for t in found if re.search("[\x00-\x08\x0b-\x1f\ufffe]", t)]
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]  # no link leaves the workbook


def test_a_text_longer_than_a_cell_is_cut(tmp_path):
    lines = [made.stated("率", "甲市", "t1", quote="长" * 40_000, shown="字" * 33_000)]
    book = opened(made.comparison({"matrix": lines}), tmp_path)
    assert max(len(t) for sheet in book for t in texts(sheet)) <= 32_767


def test_what_is_left_out_is_said(tmp_path, monkeypatch):
    from pipeline.report.workbook import overview, tables

    monkeypatch.setattr(tables, "MOST", 2)
    monkeypatch.setattr(overview, "MOST", 2)
    lines = [made.stated(f"率{i}", "甲市", f"t{i}") for i in range(5)]
    book = opened(made.comparison({"matrix": lines}), tmp_path)
    assert "前 2 行（共 5 行）" in book["对比总表"]["A2"].value and "matrix.csv" in book["逐项明细"]["A2"].value
    assert book["对比总表"].max_row == 5


def test_the_same_comparison_gives_the_same_bytes(full, tmp_path):
    (first,) = REPORTS["xlsx"](full, tmp_path / "a", "zh")
    (second,) = REPORTS["xlsx"](full, tmp_path / "b", "zh")
    assert first.read_bytes() == second.read_bytes()


def test_notes_and_meanings_are_explained(full, tmp_path):
    found = texts(opened(full, tmp_path)["说明"])
    assert "丁市的文件未计入。" in found and "凭记忆" in found and "无法判定" in found


def test_nothing_to_compare_gives_a_workbook_all_the_same(tmp_path):
    book = opened(made.comparison({}), tmp_path)
    assert book["对比总表"]["C3"].value == "甲市"
