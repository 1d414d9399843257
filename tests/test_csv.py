"""CSV files: task tables, whole documents in a column, places in the file, bad input."""

import csv
import io

import pytest

from pipeline.parsers import parse_bytes
from pipeline.parsers.counting import letters
from pipeline.run import process
from schemas.errors import ParseError
from schemas.limits import Limits
from tests.documents.check import grid, paragraphs
from tests.documents.model import Table, read_plan
from tests.documents.same import mended, rows_of

TASKS = "zhumadian-2023-task-table"
TABLE = [["序号", "指标", "目标值", "责任单位"], ["1", "森林覆盖率", "≥40%", "市林业局"], ["2", "再生水利用率", "25%", "市水利局"]]
TEXT = "新河市人民代表大会\n各位代表：\n一、主要目标\n到2026年，森林覆盖率达到40%。\n\n二、重点任务\n（一）推进节水。到2026年，再生水利用率达到25%。"


def write(rows, delimiter=",", encoding="utf-8", end="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


def read(data, name="plan.csv", **limits):
    return parse_bytes(data if isinstance(data, bytes) else data.encode(), name, limits=Limits(**limits))


def cells(document):
    return [(b.where.row, b.where.column, document.text[b.start : b.end]) for b in document.blocks if b.kind == "cell"]


def test_a_task_table_gives_the_rows_of_its_text(gold_results):
    items = mended(read_plan(TASKS))
    table = next(i for i in items if isinstance(i, Table))
    title = "驻马店市创建国家生态文明建设示范市2023年工作实施计划"
    result = process(read(write([[title, *[""] * 6], *table.texts()])))
    expected = rows_of(gold_results[TASKS])
    assert rows_of(result) == {name: [r for r in found if str(r.get("path", r.get("task"))).startswith("表")] for name, found in expected.items()}
    assert len(result.extraction.tasks) == 55
    assert result.extraction.metadata["title"].text == title


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimiters_and_encodings(delimiter, encoding):
    document = read(write(TABLE, delimiter, encoding))
    assert grid(document) == TABLE
    assert document.format == "csv"


def test_the_delimiter_is_not_taken_from_the_text_of_the_cells():
    table = [["序号", "任务", "单位"], *[[str(i), "造林;育林;护林|抚育", "林业局"] for i in range(20)]]
    assert grid(read(write(table))) == table
    assert grid(read(b"sep=;\r\n" + write(TABLE, ";"))) == TABLE


def test_places_in_the_file_and_of_the_spreadsheet():
    data = write([["附件1", "", "", ""], ["", "", "", ""], TABLE[0], ["1", "森林\n覆盖率", "≥40%", "市林业局"], TABLE[2]])
    document = read(data)
    assert paragraphs(document) == ["附件1"]
    where = {document.text[b.start : b.end]: b.where for b in document.blocks}
    assert (where["附件1"].line, where["附件1"].cell) == (1, "A1")
    assert (where["森林覆盖率"].line, where["森林覆盖率"].cell, where["森林覆盖率"].row, where["森林覆盖率"].column) == (4, "B4", 2, 2)
    assert (where["25%"].line, where["25%"].cell) == (6, "C5")
    assert data.decode().splitlines()[where["25%"].line - 1].startswith("2,再生水利用率,25%")


def test_numbers_of_columns():
    assert [letters(i) for i in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_title_rows_notes_and_a_second_table():
    blank = [""] * 4
    document = read(write([["新河市任务分解表", *blank[1:]], *TABLE, ["注：预期目标", *blank[1:]], blank, ["表2 水", *blank[1:]], *TABLE]))
    assert paragraphs(document) == ["新河市任务分解表", "注：预期目标", "表2 水"]
    assert {b.where.table for b in document.blocks if b.kind == "cell"} == {1, 2}


def test_a_group_of_rows_stays_in_the_table():
    group = ["一、生态空间", "", "", ""]
    document = read(write([TABLE[0], group, *TABLE[1:]]))
    assert grid(document)[1] == group


def test_a_record_of_another_length_never_shifts_cells_silently():
    data = "序号,指标,目标值,责任单位\n1,绿地面积,1,200公顷,市园林局\n2,森林覆盖率,40%\n3,湿地保护率,60%,市林业局\n"
    document = read(data)
    assert grid(document) == [
        ["序号", "指标", "目标值", "责任单位"],
        ["2", "森林覆盖率", "40%", ""],
        ["3", "湿地保护率", "60%", "市林业局"],
    ]
    assert [(i.code, i.where) for i in document.issues] == [("ragged_row", "line 2"), ("ragged_row", "line 3")]
    assert "200公顷" in document.text


def test_quotes():
    document = read('序号,任务,单位\n1,"推进""一网通办"",加快建设",市政务局\n2,="007",市林业局\n')
    assert grid(document)[1:] == [["1", '推进"一网通办",加快建设', "市政务局"], ["2", "007", "市林业局"]]
    open_quote = read('序号,任务,单位\n1,"造林,市林业局\n2,节水,市水利局\n')
    assert grid(open_quote)[1:] == [["1", "造林", "市林业局"], ["2", "节水", "市水利局"]]
    assert [i.code for i in open_quote.issues] == ["csv_quotes"]


def test_a_document_in_a_column():
    header = ["province", "title", "source_url", "publish_date", "full_text"]
    record = ["新河市", "2026年新河市政府工作报告", "https://example.gov.cn/a,b", "2026-01-31", TEXT * 4]
    result = process(read(write([header, record])))
    metadata = {k: v.text if v else None for k, v in result.extraction.metadata.items()}
    assert (metadata["title"], metadata["publish_date"], metadata["period_start"]) == ("2026年新河市政府工作报告", "2026-01-31", "2026")
    assert {"森林覆盖率", "再生水利用率"} <= {t.indicator.text for t in result.extraction.targets}
    document = result.document
    assert not cells(document)
    body = [b for b in document.blocks if b.where.cell == "E2"]
    assert [document.text[b.start : b.end] for b in body] == [line for line in (TEXT * 4).split("\n") if line]
    assert {b.where.line for b in body} == {2}
    assert next(b.where.cell for b in document.blocks if document.text[b.start : b.end].endswith("2026-01-31")) == "D2"


def test_several_documents_in_a_column_are_parts_of_one_plan():
    document = read(write([["标题", "正文"], ["甲方案", TEXT * 3], ["乙方案", TEXT * 3]]))
    assert [i.code for i in document.issues] == ["several_documents"]
    where = {document.text[b.start : b.end]: (b.where.cell, b.where.line) for b in document.blocks}
    assert where["甲方案"] == ("A2", 2)
    assert where["乙方案"] == ("A3", 3 + TEXT.count("\n") * 3)


@pytest.mark.parametrize("text", [TEXT.replace("\n", sign) * 20 for sign in ("\\n", "\u3000\u3000", "<br/>")])
def test_documents_without_line_breaks(text):
    document = read(write([["title", "content"], ["甲方案", text]]).replace(b"\r\n", b"\n"))
    assert "到2026年，森林覆盖率达到40%。" in [p.strip() for p in paragraphs(document)]


def test_long_documents_are_whole_and_long_cells_are_cut_with_an_issue():
    text = "\n".join(f"第{i}段文字" for i in range(40_000))
    assert len(paragraphs(read(write([["title", "full_text"], ["甲", text]])))) == 40_001
    document = read(write([*TABLE, ["3", "长" * 5000, "1", ""]]), cell_chars=1000)
    assert len(grid(document)[3][1]) == 1000
    assert [i.code for i in document.issues] == ["cell_cut"]


def test_a_table_with_markup_in_a_field_is_csv_and_a_page_called_csv_is_a_page():
    assert read("序号,任务\n1,<p>造林</p>\n").format == "csv"
    assert read("<table><tr><td>序号<td>任务<tr><td>1<td>造林</table>").format == "html"


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "empty"), (b",,,\n,,\n", "no filled field"), (b"\x81\x30" * 3 + b"\xff\x00\x01" * 50, "neither|binary|text")]
)
def test_bad_input(data, message):
    with pytest.raises(ParseError, match=message):
        read(data)


def test_many_cells_meet_the_limit():
    with pytest.raises(ParseError, match="cells=100"):
        read(write(TABLE * 20), cells=100)


def test_a_short_document_in_a_column_that_says_so():
    text = "新河市节水方案\n一、任务\n1.节水。到2025年，再生水利用率达到25%。"
    document = read(write([["title", "full_text"], ["新河市节水方案", text]]))
    assert [b.kind for b in document.blocks] == ["paragraph"] * 4
