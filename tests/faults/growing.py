"""Files of each format with one thing in them as often as wanted: what the tests of growth make larger and larger. Name → (file name, bytes of n)."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

from tests.documents import docx, ofd, xlsx
from tests.documents.archive import zipped
from tests.faults.wording import CONSTRUCTS

HEAD = "某市“十四五”规划\n一、主要目标\n"
_GOAL = "到2025年，森林覆盖率达到40%。"
Made = Callable[[int], bytes]


def _page(body: str) -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body><h1>某市规划</h1>{body}</body></html>".encode()


def _row(n: int, cell: str = "<td>40%</td>") -> str:
    return f"<tr>{cell * n}</tr>"


_HTML: dict[str, Callable[[int], str]] = {
    "paragraphs": lambda n: f"<p>{_GOAL}</p>" * n,
    "spans": lambda n: "<p>" + "<span>造<b>林</b></span>" * n + "</p>",
    "depth": lambda n: "<div>" * n + _GOAL + "</div>" * n,
    "depth of lists": lambda n: "<ul><li>造林" * n + _GOAL,
    "never closed": lambda n: "<p><b><i>造林<table>" * n,
    "blocks beside": lambda n: f"<div><div><a href=/>链接</a></div><p>{_GOAL}</p></div>" * n,
    "links": lambda n: "<a href=/1>造林</a>" * n,
    "rows": lambda n: f"<table>{_row(3) * n}</table>",
    "columns": lambda n: f"<table>{_row(n) * 2}</table>",
    "tables": lambda n: f"<table>{_row(2) * 2}</table>" * n,
    "tables in tables": lambda n: "<table><tr><td>造林" * n + "</td></tr></table>" * n,
    "tall cells": lambda n: "<table>" + _row(1, f"<td rowspan={n}>造林</td><td>40%</td>") * n + "</table>",
    "cells of any size": lambda n: (
        "<table>" + "".join(_row(2, f"<td rowspan={i % 7 + 1} colspan={i % 5 + 1}>造林{i}</td>") for i in range(n)) + "</table>"
    ),
    "breaks": lambda n: f"{_GOAL}<br>" * n,
    "entities": lambda n: "&nbsp;&#8451;&bogus;" * n,
    "comments": lambda n: "<!-- x -->造" * n,
    "attributes": lambda n: "<p " + " ".join(f"a{i}=x" for i in range(n)) + ">造林",
    "pairs": lambda n: "<dl>" + "<dt>文号：</dt><dd>甲政发〔2024〕1号</dd>" * n + "</dl>",
    "angles": lambda n: "<" * n,
    "angles and names": lambda n: "<p" * n,
    "rows left out": lambda n: f"<p>{_GOAL * 30}</p><div class=footer>友情链接<table>{_row(2, '<td><a href=/>网站</a></td>') * n}</table></div>",
    "title rows": lambda n: f"<table>{_row(1, '<td colspan=2>造林</td>') * n}{_row(2)}</table>",
    "notes below": lambda n: f"<table>{_row(2)}{_row(1, '<td colspan=2>注：造林</td>') * n}</table>",
    "blocks in spans": lambda n: "<span>" * n + "<div>造林</div>" * n,
    "blocks in a block": lambda n: "<div>" + "<span>" * n + "造林<br>" * n,
    "elements behind a long text": lambda n: "<p>" + "造林" * n + "<span></span>" * n,
    "attachments in spans": lambda n: "<span>" * n + "<a href=a.pdf>附件</a>" * n,
    "a row in a cell": lambda n: f"<table>{_row(1, '<td>造林</td><td><table><tr>' + '<td>40%</td>' * n + '</tr></table></td>')}{_row(2) * 3}</table>",
    "lists": lambda n: "<ol>" + "<li>造林" * n + "</ol>",
    "lists reversed": lambda n: "<ol reversed>" + "<li>造林" * n + "</ol>",
    "indents": lambda n: "<p>" + "\u3000\u3000造林。" * n + "</p>",
    "pre": lambda n: "<pre>" + "造林\n" * n + "</pre>",
    "powers": lambda n: "<p>" + "10<sup>4</sup>" * n + "</p>",
    "hidden": lambda n: "<div style='display:none'>造林</div>" * n,
}


def _sheet(rows: str, more: str = "") -> bytes:
    return xlsx.package(f"<sheetData>{rows}</sheetData>{more}", "<si><t>造林</t></si>")


def _cell(place: str, text: str = "40%") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


_XLSX: dict[str, Made] = {
    "rows": lambda n: _sheet("".join(f'<row r="{i}">{_cell(f"A{i}")}{_cell(f"B{i}")}</row>' for i in range(1, n))),
    "rows far apart": lambda n: _sheet("".join(f'<row r="{9 * i}">{_cell(f"A{9 * i}")}{_cell(f"B{9 * i}")}</row>' for i in range(1, n))),
    "merged": lambda n: _sheet(
        "".join(f'<row r="{i}">{_cell(f"A{i}")}{_cell(f"D{i}")}</row>' for i in range(1, n)),
        "<mergeCells>" + "".join(f'<mergeCell ref="A{i}:C{i}"/>' for i in range(1, n)) + "</mergeCells>",
    ),
    "merged over all": lambda n: _sheet(
        "".join(f'<row r="{i}">{_cell(f"A{i}")}{_cell(f"D{i}")}</row>' for i in range(1, n)),
        "<mergeCells>" + f'<mergeCell ref="A1:C{n}"/>' * n + "</mergeCells>",
    ),
    "columns": lambda n: _sheet(f'<row r="1">{"".join("<c t=" + chr(34) + "s" + chr(34) + "><v>0</v></c>" for _ in range(min(n, 16384)))}</row>' * 2),
    "stairs": lambda n: _sheet("".join(f'<row r="{i}">{"<c/>" * (i % 90)}<c t="s"><v>0</v></c></row>' for i in range(1, n))),
    "hidden": lambda n: _sheet("".join(f'<row r="{i}" hidden="{i % 2}">{_cell(f"A{i}")}</row>' for i in range(1, n))),
}
_DOCX: dict[str, Callable[[int], str]] = {
    "paragraphs": lambda n: docx.paragraph(_GOAL) * n,
    "runs": lambda n: "<w:p>" + "<w:r><w:t>造</w:t></w:r>" * n + "</w:p>",
    "breaks": lambda n: "<w:p><w:r>" + "<w:t>造林</w:t><w:br/>" * n + "</w:r></w:p>",
    "rows": lambda n: docx.table([["造林", "40%"]] * n),
    "rows of widths": lambda n: docx.table([["造林"] * (i % 9 + 1) for i in range(n)]),
    "columns": lambda n: docx.table([["40%"] * n] * 2),
    "tables": lambda n: docx.table([["造林", "40%"]] * 2) * n,
    "merged down": lambda n: docx.table([[docx.cell("造", "<w:vMerge/>"), "40%"] for _ in range(n)]),
    "spans": lambda n: docx.table([[docx.cell("造", f'<w:gridSpan w:val="{i % 40 + 1}"/>'), "40%"] for i in range(n)]),
    "numbered": lambda n: docx.paragraph("造林", 0) * n,
    "fields": lambda n: "<w:p>" + '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * n + "</w:p>",
    "marks gone": lambda n: '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t>造林</w:t></w:r></w:p>' * n,
    "boxes": lambda n: "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>造林</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>" * n,
    "formulas": lambda n: "<w:p><m:oMath>" + "<m:r><m:t>1</m:t></m:r>" * n + "</m:oMath></w:p>",
}


def ofd_page(layer: str) -> bytes:
    """An OFD file of one page with the objects of a layer."""
    area = "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    listed = '<ofd:Page ID="1" BaseLoc="P.xml"/>'
    body = "<ofd:DocBody><ofd:DocRoot>D.xml</ofd:DocRoot></ofd:DocBody>"
    parts = {"OFD.xml": ofd.xml("OFD", body)}
    parts["D.xml"] = ofd.xml("Document", f"<ofd:CommonData><ofd:PageArea>{area}</ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>")
    parts["P.xml"] = ofd.xml("Page", f"<ofd:Content><ofd:Layer>{layer}</ofd:Layer></ofd:Content>")
    return zipped(parts)


def _text(x: float, y: float, text: str = "造林", size: float = 4) -> str:
    code = f'<ofd:TextCode X="0" Y="4" DeltaX="4 4 4">{text}</ofd:TextCode>'
    return f'<ofd:TextObject Boundary="{x:.2f} {y:.2f} 9 9" Size="{size:.1f}">{code}</ofd:TextObject>'


def _line(x: float, y: float, right: float, down: float) -> str:
    return (
        f'<ofd:PathObject Boundary="{x:.2f} {y:.2f} 9 9"><ofd:AbbreviatedData>M 0 0 L {right:.2f} {down:.2f}</ofd:AbbreviatedData></ofd:PathObject>'
    )


def _spread(n: int, seed: int = 1) -> list[tuple[float, float]]:
    noise = Random(seed)
    return [(noise.uniform(10, 190), noise.uniform(10, 280)) for _ in range(n)]


_DRAWN: dict[str, Callable[[int], str]] = {
    "texts anywhere": lambda n: "".join(_text(x, y, f"造{i}") for i, (x, y) in enumerate(_spread(n))),
    "texts of any size": lambda n: "".join(_text(x, y, f"造{i}", 1 + i % 17) for i, (x, y) in enumerate(_spread(n))),
    "texts in one place": lambda n: "".join(_text(50, 50, f"造{i}") for i in range(n)),
    "texts in a line": lambda n: "".join(_text(10 + 180 * i / n, 50, f"造{i}") for i in range(n)),
    "texts in columns": lambda n: "".join(_text(10 + 60 * (i % 3), 10 + 260 * i / n, f"造林{i}") for i in range(n)),
    "lines across": lambda n: "".join(_line(10, 10 + 270 * i / n, 180, 0) for i in range(n)),
    "lines anywhere": lambda n: "".join(_line(x, y, 0 if i % 2 else 15, 15 if i % 2 else 0) for i, (x, y) in enumerate(_spread(n))),
    "mesh": lambda n: "".join(_line(10, 10 + 270 * i / n, 180, 0) + _line(10 + 180 * i / n, 10, 0, 270) for i in range(n // 2)),
    "dashes": lambda n: "".join(_line(10 + 180 * i / n, 50, 90 / n, 0) for i in range(n)),
    "texts in lines": lambda n: "".join(_line(10, y, 180, 0) + _text(x, y) for x, y in _spread(n)),
    "one path": lambda n: (
        '<ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>M 0 0 ' + "L 9 0 L 9 9 " * n + "</ofd:AbbreviatedData></ofd:PathObject>"
    ),
    "one text": lambda n: _text(5, 50, "造林" * n),
}


def pdf_page(content: Callable[[int], str]) -> Made:
    """A PDF of one page with the operators that a function gives; /F1 is Helvetica."""

    def made(n: int) -> bytes:
        from reportlab.pdfgen.canvas import Canvas

        buffer = io.BytesIO()
        canvas = Canvas(buffer, invariant=True, pageCompression=0)
        canvas.setFont("Helvetica", 12)
        canvas._code.append(content(n))
        canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return made


def _shown(x: float, y: float, text: str) -> str:
    return f"BT /F1 9 Tf 1 0 0 1 {3 * x:.1f} {2.8 * y:.1f} Tm ({text}) Tj ET"


_PDF: dict[str, Callable[[int], str]] = {
    "texts anywhere": lambda n: "\n".join(_shown(x, y, f"PM{i}") for i, (x, y) in enumerate(_spread(n))),
    "texts in columns": lambda n: "\n".join(_shown(10 + 60 * (i % 3), 280 - 270 * i / n, f"PM{i}") for i in range(n)),
    "boxes anywhere": lambda n: "\n".join(f"{3 * x:.1f} {2.8 * y:.1f} 20 10 re S" for x, y in _spread(n)),
    "lines across": lambda n: "\n".join(f"30 {800 - 760 * i / n:.2f} m 500 {800 - 760 * i / n:.2f} l S" for i in range(n)),
    "states": lambda n: "q 1 0 0 1 0 0 cm\n" * n + _shown(50, 50, "PM25"),
}


def growing() -> dict[str, tuple[str, Made]]:
    """All constructs of all formats by name."""
    found: dict[str, tuple[str, Made]] = {}
    for name, said in CONSTRUCTS.items():
        found[f"text: {name}"] = ("a.txt", lambda n, said=said: (HEAD + said(n)).encode())  # type: ignore[misc]
    for name, markup in _HTML.items():
        found[f"html: {name}"] = ("a.html", lambda n, markup=markup: _page(markup(n)))  # type: ignore[misc]
    for name, body in _DOCX.items():
        found[f"docx: {name}"] = ("a.docx", lambda n, body=body: docx.package(body(n)))  # type: ignore[misc]
    for name, sheet in _XLSX.items():
        found[f"xlsx: {name}"] = ("a.xlsx", sheet)
    for name, layer in _DRAWN.items():
        found[f"ofd: {name}"] = ("a.ofd", lambda n, layer=layer: ofd_page(layer(n)))  # type: ignore[misc]
    for name, drawn in _PDF.items():
        found[f"pdf: {name}"] = ("a.pdf", pdf_page(drawn))
    found["csv: rows"] = ("a.csv", lambda n: ("序号,指标,目标\n" + "1,造林,40%\n" * n).encode())
    found["csv: columns"] = ("a.csv", lambda n: ("指标," * n + "\n" + "40%," * n + "\n").encode())
    found["csv: quotes"] = ("a.csv", lambda n: ("指标,目标\n" + '"' * n + "\n1,2\n").encode())
    found["csv: texts"] = ("a.csv", lambda n: ("标题,正文\n" + f'甲市方案,"{_GOAL * 30}"\n' * n).encode())
    found["csv: one text"] = ("a.csv", lambda n: ('标题,正文\n甲市方案,"' + f"{_GOAL}\n" * n + '"\n').encode())
    found["zip: members"] = ("a.zip", lambda n: zipped({f"附件{i}.txt": f"附件{i}\n造林{i}亩。\n" for i in range(n)}))
    found["zip: equal members"] = ("a.zip", lambda n: zipped({f"附件{i}.txt": HEAD + _GOAL for i in range(n)}))
    return found


__all__ = ["HEAD", "growing", "ofd_page", "pdf_page"]
