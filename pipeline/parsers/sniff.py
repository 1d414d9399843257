"""What format bytes are in, by their content; a file's ending decides only between formats that are all plain text."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from pipeline.parsers.ole import stream_names
from schemas.types import Issue

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"II+\0", "image"),
    (b"MM\0+", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"{\\rtf", "doc"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"Founder CEB", "ceb"),
    (b"CAJ\0", "caj"),
    (b"AT&TFORM", "djvu"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\x7fELF", "program"),
)
# what to do with a file of a format that is not read
_UNPACK = "unpack it, and give the folder (inside the folder that is run) or a ZIP"
UNREAD = {
    "7z": f"7z archives are not read: {_UNPACK}",
    "rar": f"RAR archives are not read: {_UNPACK}",
    "gzip": f"gzip files are not read: {_UNPACK}",
    "bzip2": f"bzip2 files are not read: {_UNPACK}",
    "xz": f"xz files are not read: {_UNPACK}",
    "tar": f"tar archives are not read: {_UNPACK}",
    "ppt": "presentations are not read: save it as PDF",
    "odf": "OpenDocument files are not read: save it as DOCX or XLSX",
    "uof": "UOF files are not read: save it as DOCX or XLSX",
    "xml table": "Excel 2003 XML is not read: open it in a spreadsheet program and save it as XLSX",
    "xml": "XML of an unknown kind is not read: save the document as DOCX, PDF or HTML",
    "epub": "EPUB files are not read: save it as PDF or HTML",
    "ceb": "CEB files are not read: print it to PDF with its reader",
    "caj": "CAJ files are not read: print it to PDF with its reader",
    "djvu": "DjVu files are not read: save it as PDF",
    "OLE": "the file is an OLE container of another program than Word, Excel or WPS: save the document as DOCX, XLSX or PDF",
    "sqlite": "it is a database and no document",
    "program": "it is a program and no document",
}
_PARTS = (
    (r"word/document\d*\.xml", "docx"),
    (r"xl/workbook\d*\.(?:xml|bin)", "xlsx"),
    (r"ppt/presentation\.xml", "ppt"),
    (r"OFD\.xml", "ofd"),
    (r"META-INF/container\.xml", "epub"),
)
_OLE = (("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"))
_ENDINGS = {
    "pdf": {".pdf"},
    "image": {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif"},
    "doc": {".doc", ".wps", ".rtf", ".dot", ".wpt"},
    "docx": {".docx", ".docm", ".dotx", ".wps"},
    "xlsx": {".xlsx", ".xlsm", ".et", ".xlsb"},
    "xls": {".xls", ".et", ".ett"},
    "ofd": {".ofd"},
    "zip": {".zip"},
    "html": {".html", ".htm", ".shtml", ".jsp", ".jspx", ".mht", ".mhtml", ".asp", ".aspx", ".php", ".xhtml", ".xml", ".do"},
    "csv": {".csv"},
    "text": {".txt", ".text", ".md", ".tsv", ""},
}
_TAG = re.compile(
    rb"<(/?)(html|head|body|meta|title|script|style|div|p|span|table|tbody|tr|td|th|ul|ol|li|br|h[1-6]|a|img|font|b|strong|section|article|center|form|input)"
    rb"(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
_PAGE = re.compile(rb"(?:<!doctype\s+html|<html[\s>]|<%@\s*page|<jsp:)", re.I)
_MAIL = re.compile(rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:MIME-Version|Snapshot-Content-Location):", re.I)
_SAMPLE = 65536
_DENSE = 0.02  # share of a page's bytes that are tags; a text that speaks of tags has less
_RECORD = 400  # bytes that the directory of a ZIP takes for one member, generously
_MANY = 10_000  # members; of a larger archive the first ones are looked at
_FEW = 6  # tags; fewer are a text that speaks of tags


def find_format(data: bytes, name: str) -> tuple[str, list[Issue]]:
    """The format of bytes (a key of PARSERS, or of UNREAD), with an Issue where the ending says another."""
    ending = Path(name).suffix.lower()
    found = _by_content(data) or ("csv" if ending == ".csv" else "text")
    if found == "html" and ending == ".csv" and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = "csv"  # a table with markup in a field
    expected = expected_format(name)
    if expected is None or ending in _ENDINGS.get(found, ()) or not ending:
        return found, []
    return found, [Issue("info", "wrong_ending", name, f"the file is called {ending} but its content is {found}; it is read as {found}")]


def expected_format(name: str) -> str | None:
    """The format that a file's ending names; None for an ending that says nothing."""
    ending = Path(name).suffix.lower()
    return next((f for f, endings in _ENDINGS.items() if ending in endings), None)


def _by_content(data: bytes) -> str | None:
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")):
        return _in_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        names = stream_names(data)
        return next((found for stream, found in _OLE if stream in names), "OLE")
    if _is_bitmap(data):
        return "image"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image"
    if data[257:262] == b"ustar":
        return "tar"
    if b"%PDF-" in data[:1024] and (b"endobj" in data or b"startxref" in data):
        return "pdf"
    return _in_text(data)


def _is_bitmap(data: bytes) -> bool:
    """BM alone begins many texts: the header's length and the file's must be right too."""
    header = int.from_bytes(data[14:18], "little")
    return data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and header in (12, 16, 40, 52, 56, 64, 108, 124)


def directory_entries(data: bytes) -> int:
    """About how many members the directory of a ZIP names, by its length: reading one of millions takes minutes."""
    end = data.rfind(b"PK\x05\x06")
    size = int.from_bytes(data[end + 12 : end + 16], "little") if end >= 0 else 0
    return min(size, len(data)) // _RECORD


def _in_zip(data: bytes) -> str:
    try:
        if directory_entries(data) > _MANY:
            raise zipfile.BadZipFile("too many members")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        names = _local_names(data)
    names = [n.replace("\\", "/").lstrip("/") for n in names]
    if "content.xml" in names and "mimetype" in names:
        return "odf"
    return next((found for part, found in _PARTS if any(re.fullmatch(part, n, re.I) for n in names)), "zip")


def _local_names(data: bytes) -> list[str]:
    """Names of the members by the headers before each of them, where the directory at the end is lost; the format's own reader says the rest."""
    names: list[str] = []
    at = data.find(b"PK\x03\x04")
    while at >= 0 and len(names) < 1000:
        length = int.from_bytes(data[at + 26 : at + 28], "little")
        names.append(data[at + 30 : at + 30 + length].decode("utf-8", "replace"))
        at = data.find(b"PK\x03\x04", at + 30)
    return names


def _in_text(data: bytes) -> str | None:
    """Markup among what is text: web pages, mail of one page, Office XML; None for plain text."""
    sample = data[:_SAMPLE]
    if sample.count(0) > len(sample) // 5:
        sample = sample.replace(b"\0", b"")  # UTF-16: markup is ASCII
    sample = sample.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").removeprefix(b"\xef\xbb\xbf").lstrip()
    if sample.startswith(b"{\\rtf"):
        return "doc"
    if _MAIL.match(sample[:4096]) and b"text/html" in sample.lower():
        return "html"
    bare = re.sub(rb"^(?:\s|<!--.*?-->)+", b"", sample, flags=re.S)
    if bare.startswith(b"<?xml"):
        return _in_xml(bare)
    if _PAGE.match(bare):
        return "html"
    tags = list(_TAG.finditer(sample))
    if not tags:
        return None
    line = re.search(rb"(?:^|\n)[ \t]*" + _PAGE.pattern, sample[:8192], re.I)
    closing = any(t[1] for t in tags)
    dense = sum(t.end() - t.start() for t in tags) >= _DENSE * len(sample) and len(tags) >= _FEW
    starts = tags[0].start() == len(sample) - len(bare) and closing and _closed(tags)
    return "html" if starts or dense or (line and closing) else None


def _closed(tags: list[re.Match[bytes]]) -> bool:
    """Whether the first tag, or one that ends the text, has its closing tag: <div>…</div>."""
    first = tags[0][2].lower()
    return any(t[1] and t[2].lower() == first for t in tags)


def _in_xml(text: bytes) -> str:
    for sign, found in (
        (rb"<w:wordDocument|<pkg:package|progid=\"Word\.Document\"", "doc"),
        (rb"urn:schemas-microsoft-com:office:spreadsheet|progid=\"Excel\.Sheet\"", "xml table"),
        (rb"<office:document", "odf"),
        (rb"<(?:uof:)?UOF|uof:", "uof"),
        (_PAGE.pattern + rb"|http://www\.w3\.org/1999/xhtml", "html"),
    ):
        if re.search(sign, text[:16384], re.I):
            return found
    return "html" if len(_TAG.findall(text)) >= _FEW else "xml"
