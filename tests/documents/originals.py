"""Readers of original files, independent of the parsers: the text that stands at the place of an evidence row."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any

import docx as python_docx
import openpyxl
import pdfplumber
from PIL import Image

from tests.documents import docx, ofd

Row = Mapping[str, Any]  # a row of the table evidence with the `path` and the `document_text` of its document
Read = Callable[[bytes, Row], str]
COLUMNS = 5  # of the table in the RTF file, whose cells stand one after the other


def read_txt(data: bytes, row: Row) -> str:
    line = data.decode().splitlines()[row["line"] - 1]
    return line.split("\t")[row["column"] - 1] if row["table"] else line


class _Page(HTMLParser):
    """Paragraphs and tables of a page as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[int, int, int], str] = {}
        self.lines: list[str] = [""]
        self.at = [0, 0, 0]
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("table", "tr", "td", "th"):
            level = {"table": 0, "tr": 1}.get(tag, 2)
            self.at = [*self.at[:level], self.at[level] + 1, *[0] * (2 - level)]
            self.inside = level == 2
        self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th", "table")

    def handle_data(self, data: str) -> None:
        if self.inside:
            place = (self.at[0], self.at[1], self.at[2])
            self.cells[place] = self.cells.get(place, "") + data.strip()
        self.lines[-1] += data


def read_html(data: bytes, row: Row) -> str:
    page = _Page()
    page.feed(data.decode("gb18030"))
    if row["table"]:
        return next(text for (_, line, column), text in page.cells.items() if (line, column) == (row["row"], row["column"]) and row["text"] in text)
    shown: str = row["document_text"].split("\n")[row["line"] - 1]  # the line of the visible text is a line of the page
    return shown if shown in {line.strip("\u3000 \n") for line in page.lines} else ""


def _in_boxes(row: Row, chars: Callable[[int], Iterator[tuple[float, float, str]]]) -> str:
    """The characters whose middles lie in the boxes, from left to right."""
    read = ""
    for page, x0, top, x1, bottom in json.loads(row["box"]):
        inside = [(x, c) for x, y, c in chars(page) if x0 <= x <= x1 and top - 1 <= y <= bottom + 1]
        read += "".join(c for _, c in sorted(inside))
    return read


def read_pdf(data: bytes, row: Row) -> str:
    with pdfplumber.open(io.BytesIO(data)) as file:

        def chars(page: int) -> Iterator[tuple[float, float, str]]:
            for c in file.pages[page - 1].chars:
                yield (c["x0"] + c["x1"]) / 2, (c["top"] + c["bottom"]) / 2, c["text"]

        return _in_boxes(row, chars)


def read_ofd(data: bytes, row: Row) -> str:
    def steps(text: str) -> Iterator[float]:
        words = iter(text.split())
        for word in words:
            count, step = (int(next(words)), float(next(words))) if word == "g" else (1, float(word))
            yield from [step] * count

    def chars(page: int) -> Iterator[tuple[float, float, str]]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = ElementTree.fromstring(archive.read(f"Doc_0/Pages/Page_{page - 1}/Content.xml"))
        for found in root.iter(f"{{{ofd.NAMESPACE}}}TextObject"):
            x, y, _, height = map(float, found.attrib["Boundary"].split())
            code = found.find(f"{{{ofd.NAMESPACE}}}TextCode")
            assert code is not None and code.text
            size = float(found.attrib["Size"])
            for char, step in zip(code.text, [*steps(code.attrib.get("DeltaX", "")), size / 2], strict=True):
                yield (x + step / 2) / ofd.MM, (y + height / 2) / ofd.MM, char
                x += step

    return _in_boxes(row, chars)


def read_docx(data: bytes, row: Row) -> str:
    file = python_docx.Document(io.BytesIO(data))
    paragraphs = ["".join(t.text or "" for t in p.iter(docx.qn("w:t"))) for p in file.element.body.iter(docx.qn("w:p"))]
    if row["table"]:
        assert row["text"] in paragraphs[row["line"] - 1]
        return str(file.tables[0].cell(row["row"] - 1, row["column"] - 1).text)
    return paragraphs[row["line"] - 1]


def read_doc(data: bytes, row: Row) -> str:
    """A paragraph or cell of RTF by its number."""
    text = re.sub(r"\\u(-?\d+)\?", lambda hit: chr(int(hit[1]) % 65536), data.decode())
    if row["table"]:
        return re.findall(r"\\intbl (.*?)\\cell ", text)[(row["row"] - 1) * COLUMNS + row["column"] - 1]
    return re.findall(r"\\pard (.*?)\\par ", text)[row["line"] - 1]


def read_xlsx(data: bytes, row: Row) -> str:
    return str(openpyxl.load_workbook(io.BytesIO(data))[row["sheet"]][row["cell"]].value)


def read_csv(data: bytes, row: Row) -> str:
    records = list(csv.reader(io.StringIO(data.decode("gb18030"))))
    return records[int(row["cell"][1:]) - 1]["ABCDEFG".index(row["cell"][0])]


def read_png(data: bytes, row: Row) -> str:
    """The text itself where every box holds ink that stands on paper."""
    picture = Image.open(io.BytesIO(data)).convert("L")
    scale = 200 / 72
    for _, x0, top, x1, bottom in json.loads(row["box"]):
        dark = picture.crop(tuple(round(v * scale) for v in (x0, top, x1, bottom))).point(lambda v: v < 128).histogram()[1:]
        if not 0.03 < sum(dark) / ((x1 - x0) * (bottom - top) * scale**2) < 0.7:
            return ""
    return str(row["text"])


def read_zip(data: bytes, row: Row) -> str:
    archive, _, inner = row["file"].partition(".zip/")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        member = file.read(f"{archive}.zip" if inner else archive)
    return read_zip(member, {**row, "file": inner}) if inner else _reader(row["file"])(member, row)


def _reader(name: str) -> Read:
    return {
        "txt": read_txt,
        "html": read_html,
        "pdf": read_pdf,
        "docx": read_docx,
        "doc": read_doc,
        "xlsx": read_xlsx,
        "csv": read_csv,
        "ofd": read_ofd,
        "png": read_png,
        "zip": read_zip,
    }[PurePosixPath(name).suffix[1:]]


def original(row: Row) -> str:
    """What stands at an evidence row's place in the original."""
    path = Path(row["path"])
    if path.is_dir():
        name, _, inner = row["file"].partition(".zip/")
        path, row = (path / f"{name}.zip", {**row, "file": inner}) if inner else (path / name, row)
    return _reader(path.name)(path.read_bytes(), row)
