"""Formats are found by content; the ending decides between kinds of plain text only."""

import pytest

from pipeline.parsers.ole import stream_names
from pipeline.parsers.sniff import UNREAD, find_format
from tests.documents.archive import zipped
from tests.documents.small import ole

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。\n"
PAGE = f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'></head><body><p>{PLAN}</p></body></html>"
BODY = "<div class='TRS_Editor'><p>一、总体要求</p><p>到2025年,森林覆盖率达到30%。</p></div>"


def found(data: bytes | str, name: str = "file") -> str:
    return find_format(data if isinstance(data, bytes) else data.encode(), name)[0]


def packed(*names: str) -> bytes:
    return zipped(dict.fromkeys(names, "x" * 50))


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"%PDF-1.7\n%x", "x", "pdf"),
        (b"\xef\xbb\xbfjunk\r\n%PDF-1.4\n1 0 obj endobj startxref", "x", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "x.jpg", "image"),
        (b"BM" + (1000).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little") + (40).to_bytes(4, "little") + bytes(40), "x", "image"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x", "image"),
        (b"{\\rtf1\\ansi x}", "x.doc", "doc"),
        (b"\r\n{\\rtf1\\ansi x}", "x.doc", "doc"),
        (b"7z\xbc\xaf\x27\x1c\0\0", "x.zip", "7z"),
        (b"Rar!\x1a\x07\x01\0", "x.zip", "rar"),
        (b"\x1f\x8b\x08\0", "x.gz", "gzip"),
        (b"a.txt".ljust(257, b"\0") + b"ustar\0" + bytes(300), "x.tar", "tar"),
        (packed("[Content_Types].xml", "word/document.xml"), "x.zip", "docx"),
        (packed("[Content_Types].xml", "word\\document.xml"), "x.pdf", "docx"),
        (packed("[Content_Types].xml", "word/document2.xml"), "x.docx", "docx"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "x.docx", "xlsx"),
        (packed("[Content_Types].xml", "xl/workbook.bin"), "x.xlsb", "xlsx"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), "x.pptx", "ppt"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "x.zip", "ofd"),
        (packed("mimetype", "content.xml"), "x.odt", "odf"),
        (packed("通知.docx", "附件1.xlsx"), "x.zip", "zip"),
        (packed("a/word/document.xml"), "x.zip", "zip"),
        (ole("WordDocument", "1Table"), "x.wps", "doc"),
        (ole("WordDocument", "ObjectPool", inside=("Workbook",)), "x.xls", "doc"),
        (ole("Workbook", "ObjectPool", inside=("WordDocument",)), "x.doc", "xls"),
        (ole("Book"), "x.xls", "xls"),
        (ole("EncryptedPackage", "EncryptionInfo"), "x.docx", "encrypted"),
        (ole("PowerPoint Document"), "x.ppt", "ppt"),
        (ole("__substg1.0_001A001E"), "x.msg", "OLE"),
        (PAGE, "x.doc", "html"),
        (PAGE, "x.xls", "html"),
        (PAGE.encode("gb18030"), "x", "html"),
        (b"\xff\xfe" + PAGE.encode("utf-16-le"), "x", "html"),
        (PAGE.encode("utf-16-be"), "x.txt", "html"),
        (b"\xef\xbb\xbf\r\n<!-- saved from url=(0022)http://x -->\n" + PAGE.encode(), "x", "html"),
        (BODY, "x.txt", "html"),
        ("<%@ page contentType='text/html;charset=gbk' %>\n" + BODY, "x.txt", "html"),
        ("<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "x.xml", "html"),
        ("<?xml version='1.0'?><?mso-application progid=\"Word.Document\"?><w:wordDocument/>", "x.doc", "doc"),
        ("<?xml version='1.0'?><pkg:package/>", "x.xml", "doc"),
        ("<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "x.xls", "xml table"),
        ("<?xml version='1.0'?><rss><channel>新闻</channel></rss>", "x.xml", "xml"),
        ('From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n type="text/html"\r\n\r\n', "x.txt", "html"),
        ("一、任务<br>1.造林5万亩。<br/>2.造湿地3亩。<br>3.抚育。<br>4.治水。<br>5.治气。<br>6.治土。<br>", "x.txt", "html"),
        (PLAN, "x.txt", "text"),
        (PLAN, "x.csv", "csv"),
        (PLAN, "x.docx", "text"),
        ("BMP图像识别方案\n一、任务\n", "x", "text"),
        ("BM" + PLAN, "x", "text"),
        ("<方案>\n一、任务\n", "x.txt", "text"),
        ("<p>是段落标签,<table>是表格标签。\n" + PLAN * 5, "x.txt", "text"),
        (PLAN * 20 + "网页中的<b>重点</b>与<br>换行<br>按<p>段落</p>处理。\n" + PLAN * 20, "x.txt", "text"),
        ("说明:以%PDF-开头的文件是PDF。\n" + PLAN, "x.txt", "text"),
        ("Date: 2024-05-06\nFrom: 办公室\n" + PLAN, "x.txt", "text"),
        ("序号,内容\n1,<p>造林</p>\n2,<p>治水</p>\n3,<p>治气</p>\n", "x.csv", "csv"),
        (b"PK\x03\x04" + b"\xff" * 40, "x.zip", "zip"),
    ],
)
def test_formats(data, name, expected):
    assert found(data, name) == expected


def test_a_lost_directory_does_not_hide_the_format():
    for part, expected in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("OFD.xml", "ofd"), ("通知.txt", "zip")):
        data = packed("[Content_Types].xml", part)
        assert found(data[: data.rfind(b"PK\x01\x02")], "x") == expected


def test_damaged_ole_directories_end():
    whole = ole("WordDocument", "1Table", "Data")
    for cut in range(8, len(whole), 97):
        assert isinstance(stream_names(whole[:cut]), set)
    loop = bytearray(whole)
    loop[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")  # the directory's sector follows itself
    assert "WordDocument" in stream_names(bytes(loop))


def test_the_ending_is_compared():
    assert find_format(PLAN.encode(), "a.txt")[1] == []
    assert find_format(PLAN.encode(), "a.unknown")[1] == []
    (issue,) = find_format(PAGE.encode(), "a.doc")[1]
    assert (issue.code, issue.where) == ("wrong_ending", "a.doc")


def test_formats_that_are_not_read_say_what_to_do():
    assert all(any(word in advice for word in ("save", "unpack", "print", "no document")) for advice in UNREAD.values())
