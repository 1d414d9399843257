"""What fuzzing brought to light, each by the least file that shows it."""

import struct

import pytest

from pipeline.parsers import parse_bytes
from pipeline.parsers.ole import stream
from schemas.errors import ParseError
from schemas.limits import Limits
from tests.documents import small
from tests.documents.archive import zipped
from tests.faults import biff
from tests.faults.growing import ofd_page, pdf_page


def _pdf(content: str):
    return parse_bytes(pdf_page(lambda _: content)(1), "a.pdf")


def test_a_font_of_negative_size_runs_against_its_matrix():
    usual = _pdf("BT /F1 9 Tf 1 0 0 1 100 100 Tm (abc 12) Tj ET")
    turned = _pdf("BT /F1 -9 Tf -1 0 0 -1 100 100 Tm (abc 12) Tj ET")
    assert (turned.text, turned.boxes(0, 6), turned.issues) == (usual.text, usual.boxes(0, 6), usual.issues)
    assert _pdf("BT /F1 -9 Tf 1 0 0 -1 300 100 Tm (abc 12) Tj ET").text == "abc 12\n"


@pytest.mark.parametrize("flat", ["/F1 0 Tf 1 0 0 1", "/F1 9 Tf 1 0 0 0", "/F1 9 Tf 0 0 0 1", "/F1 9 Tf 0.0001 0 0 0.0001"])
def test_text_of_no_height_on_a_pdf_page_is_not_seen(flat):
    document = _pdf(f"BT {flat} 100 100 Tm (abc) Tj ET BT /F1 9 Tf 1 0 0 1 100 300 Tm (de) Tj ET")
    assert document.text == "de\n"


@pytest.mark.parametrize("size", ['Size="0"', "", 'Size="-4"', 'Size="0.001"', 'Size="4" CTM="1 0 0 0 0 0"'])
def test_text_of_no_height_on_an_ofd_page_is_told_and_left_out(size):
    code = '<ofd:TextCode X="0" Y="4" DeltaX="4">造林</ofd:TextCode>'
    sound = f'<ofd:TextObject Boundary="10 90 9 9" Size="4">{code}</ofd:TextObject>'
    document = parse_bytes(ofd_page(f'<ofd:TextObject Boundary="10 10 9 9" {size}>{code}</ofd:TextObject>{sound}'), "a.ofd")
    assert (document.text, [i.code for i in document.issues]) == ("造林\n", ["text_without_size"])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b""),
        ("a.txt", "造林".encode() + b"\x01\x02\x03" * 40),
        ("a.txt", b"\xef\xbb\xbf" + "造林".encode() + b"\xff" + "方案".encode() * 9),
        ("a.csv", b"\xff\xfe\x00\xd8" + b"ab" * 9),
        ("a.csv", b",,,\n,,\n"),
        ("a.zip", zipped({"a.txt": "", "b.rar": "Rar!\x1a\x07\0"})),
        ("a.ofd", ofd_page("").replace(b"OFD.xml", b"OFE.xml")),
    ],
)
def test_every_refusal_says_what_to_do(name, data):
    with pytest.raises(ParseError, match=r"fetch|save|unpack"):
        parse_bytes(data, name)


def test_a_workbook_that_says_it_has_billions_of_rows_does_not_end_the_process():
    sound = biff.workbook(small.ROWS)
    size = struct.pack("<HHIIHH", 0x200, 14, 0, len(small.ROWS), 0, len(small.ROWS[0]))
    assert sound.count(size) == 1
    with pytest.raises(ParseError, match=r"4,000,000,000 rows and 60,000 columns: the workbook is damaged"):
        parse_bytes(sound.replace(size, struct.pack("<HHIIHH", 0x200, 14, 0, 4_000_000_000, 0, 60_000)), "a.xls")
    assert "湿地保护率" in parse_bytes(sound, "a.xls").text


def test_a_short_stream_is_read_from_where_short_streams_are_kept():
    """A stream of less than 4,096 bytes lies in sectors of 64 bytes inside the stream of the root."""
    long = biff.workbook(small.ROWS)
    stored = stream(long, "Workbook")
    assert stored.startswith(b"\x09\x08\x10\0") and len(stored) >= 4096
    at = long.index("Workbook".encode("utf-16-le"))
    root = long.index("Root Entry".encode("utf-16-le"))
    short = bytearray(long)
    short[at + 116 : at + 124] = struct.pack("<II", 1, 200)  # begins at the second small sector
    short[root + 116 : root + 120] = long[at + 116 : at + 120]
    short[60:64] = struct.pack("<I", (len(long) - 512) // 512)  # the table of small sectors stands behind all
    table = struct.pack("<5I", 0xFFFFFFFE, 2, 4, 0xFFFFFFFE, 0xFFFFFFFE).ljust(512, b"\xff")
    assert stream(bytes(short) + table, "Workbook") == stored[64:192] + stored[256:320][:72]
    assert stream(long, "Book") == b""


def test_attributes_without_end_are_refused():
    page = "<html><body><p " + " ".join(f"a{i}=x" for i in range(9000)) + ">造林</p></body></html>"
    with pytest.raises(ParseError, match=r"thousands of attributes.*save it again"):
        parse_bytes(page.encode(), "a.html")
    long = f"<html><body><img src='data:image/png;base64,{'A' * 90_000}'><p>造林</p></body></html>"
    assert parse_bytes(long.encode(), "a.html").text.strip() == "造林"


def test_title_rows_and_notes_of_a_web_table_by_the_thousand_are_lines():
    whole = "<tr><td colspan=2>{}</td></tr>"
    table = whole.format("造林") * 3000 + "<tr><td>指标</td><td>2025年</td></tr><tr><td>森林</td><td>40%</td></tr>" + whole.format("注：造林") * 3000
    document = parse_bytes(f"<html><body><table>{table}</table></body></html>".encode(), "a.html")
    assert [b.kind for b in document.blocks] == ["paragraph"] * 3000 + ["cell"] * 4 + ["paragraph"] * 3000


def test_a_page_whose_texts_stand_kilometres_apart_is_laid_out_in_little_memory():
    code = '<ofd:TextObject Boundary="{} {} 9 9" Size="4"><ofd:TextCode X="0" Y="4" DeltaX="4">造林</ofd:TextCode></ofd:TextObject>'
    layer = "".join(code.format(20, 20 + 8 * i) + code.format(999_000 - i, 20 + 8 * i) for i in range(30))
    assert parse_bytes(ofd_page(layer), "a.ofd", limits=Limits(memory_mb=100)).text.count("造林") == 60
