"""Plans as Word files: by python-docx, and bare packages with a body of one's own for what python-docx cannot write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import docx
import regex
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from tests.documents.archive import zipped
from tests.documents.model import Table

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LIST = 77  # the number of the list that is added
_MARK = regex.compile(r"^(?:(?P<cn>[一二三四五六七八九十]+)、|[（(](?P<bracket>[一二三四五六七八九十]+)[)）]\s*)(?=\S)")


def write(items: Sequence[str | Table], path: Path, numbered: bool = False) -> None:
    """Typeset paragraphs and tables. `numbered`: 一、 and （一） are automatic numbers and not typed."""
    document = docx.Document()
    if numbered:
        _add_list(document)
    before = None
    for item in items:
        if isinstance(item, Table):
            if isinstance(before, Table):
                document.add_paragraph()
            _table(document, item)
        else:
            _paragraph(document, item, numbered)
        before = item
    document.save(str(path))


def _paragraph(document: docx.document.Document, text: str, numbered: bool) -> None:
    mark = _MARK.match(text) if numbered else None
    if mark is None:
        document.add_paragraph(text)
        return
    level = 0 if mark["cn"] else 1
    paragraph = document.add_paragraph(text[mark.end() :])
    paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{_LIST}"/></w:numPr>'))


def _add_list(document: docx.document.Document) -> None:
    """A list with the levels 一、 and （一）."""
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, text in enumerate(("%1、", "（%2）"))
    )
    root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="{_LIST}"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {W} w:numId="{_LIST}"><w:abstractNumId w:val="{_LIST}"/></w:num>'))


def _table(document: docx.document.Document, table: Table) -> None:
    made = document.add_table(table.height, len(table.widths))
    made.style = "Table Grid"
    for row in made.rows[: table.header]:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    places = [list(row.cells) for row in made.rows]
    for cell in table.cells:
        place = places[cell.row][cell.column]
        if cell.rowspan > 1 or cell.colspan > 1:
            place = place.merge(places[cell.row + cell.rowspan - 1][cell.column + cell.colspan - 1])
        place.text = cell.text


def package(body: str, parts: dict[str, str] | None = None) -> bytes:
    """A bare DOCX with the given XML in its body; `parts` (numbering, styles, footnotes …) by the kind of their relation."""
    namespaces = (
        f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    inner = {f"word/{kind}.xml": f"<w:{kind} {namespaces}>{xml}</w:{kind}>" for kind, xml in (parts or {}).items()}
    links = "".join(f'<Relationship Id="r{i}" Type="{base}/{kind}" Target="{kind}.xml"/>' for i, kind in enumerate(parts or {}))
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    members = {
        "_rels/.rels": f'<Relationships xmlns="{rels}"><Relationship Id="r" Type="{base}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{rels}">{links}</Relationships>',
        "word/document.xml": f"<w:document {namespaces}><w:body>{body}</w:body></w:document>",
        **inner,
    }
    return zipped(members)


def paragraph(text: str, level: int | None = None, number: str = "1") -> str:
    """The XML of a paragraph, in a list where `level` is given."""
    properties = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>' if level is not None else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(rows: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> str:
    """The XML of a table; a cell is a text, or XML that begins with <w:tc>."""
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    body = "".join(f"<w:tr>{''.join(c if c.startswith('<w:tc>') else f'<w:tc>{paragraph(c)}</w:tc>' for c in row)}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def cell(text: str, properties: str) -> str:
    """The XML of a cell with properties such as <w:gridSpan w:val="2"/>."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


__all__ = ["cell", "package", "paragraph", "qn", "table", "write"]
