"""What fuzzing brought to light, each by the least file that shows it."""

import pytest

from pipeline.parsers import parse_bytes
from schemas.errors import ParseError
from tests.documents.archive import zipped
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
