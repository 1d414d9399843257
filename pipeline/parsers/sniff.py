"""What format bytes are in, by their content; a file's ending decides only between formats that are all plain text."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from schemas.types import Issue

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"BM", "image"),
    (b"{\\rtf", "doc"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x1f\x8b", "gzip"),
)
_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsx"), ("OFD.xml", "ofd"), ("content.xml", "odf"))
_ENDINGS = {
    "pdf": {".pdf"},
    "image": {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"},
    "doc": {".doc", ".wps", ".rtf", ".dot"},
    "docx": {".docx", ".docm", ".wps"},
    "xlsx": {".xlsx", ".xlsm", ".et", ".xlsb"},
    "xls": {".xls", ".et"},
    "ofd": {".ofd"},
    "zip": {".zip"},
    "html": {".html", ".htm", ".shtml", ".jsp", ".mht", ".mhtml", ".asp", ".aspx", ".php", ".xhtml", ".xml", ".do"},
    "csv": {".csv"},
    "text": {".txt", ".text", ".md", ".tsv", ""},
}
_MARKUP = re.compile(
    rb"<!doctype html|<html|<head|<body|<%@ ?page|<table|<div|<p[ >]"
    rb"|<meta|<span|<style|<script|<article|<section|<[uod]l[ >]|<center|<font|<frameset|<h[1-6][ >]",
    re.I,
)
_MAIL = re.compile(rb"(?:From|MIME-Version|Subject|Date|Content-Type|Snapshot-Content-Location):", re.I)


def find_format(data: bytes, name: str) -> tuple[str, list[Issue]]:
    """The format of bytes (a key of PARSERS, or the name of one that is not read), with an Issue where the ending says another."""
    ending = Path(name).suffix.lower()
    found = _by_content(data) or ("csv" if ending == ".csv" else "text")
    if found == "html" and ending == ".csv" and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = "csv"  # a table with markup in a field
    expected = next((f for f, endings in _ENDINGS.items() if ending in endings), None)
    if expected is None or ending in _ENDINGS.get(found, ()) or not ending:
        return found, []
    return found, [Issue("info", "wrong_ending", name, f"the file is called {ending} but its content is {found}; it is read as {found}")]


def _by_content(data: bytes) -> str | None:
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _in_ole(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    head = data[:4096]
    if _MAIL.match(head.lstrip()) and b"text/html" in data[:20000].lower():
        return "html"
    wide = head.replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    return "html" if _MARKUP.search(wide) else None


def _in_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "zip"
    return next((found for part, found in _PARTS if part in names), "zip")


def _in_ole(data: bytes) -> str:
    """Word and Excel before 2007 (also WPS) keep their text in a stream whose name stands in the file in UTF-16."""
    for stream, found in (
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("PowerPoint Document", "ppt"),
        ("EncryptedPackage", "encrypted"),
    ):
        if stream.encode("utf-16-le") in data:
            return found
    return "OLE"
