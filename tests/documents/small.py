"""A small valid file of every format, for tests that damage it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from tests.documents.archive import zipped

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。(责任单位:市林业局)\n二、保障\n加强领导。\n"
ROWS = (("序号", "指标", "2025年目标"), ("1", "湿地保护率", "≥60%"), ("2", "森林覆盖率", "≥30%"))
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@cache
def files() -> dict[str, bytes]:
    """Format (a key of PARSERS) → bytes of a file of that format."""
    return {
        "text": PLAN.encode(),
        "html": html(PLAN),
        "csv": ("序号,指标,2025年目标\n" + "".join(f"{i},指标{i}率,≥{i}%\n" for i in range(1, 9))).encode(),
        "docx": docx(PLAN, ROWS),
        "xlsx": xlsx(ROWS),
        "pdf": pdf(PLAN),
        "ofd": _ofd(),
        "image": _image("PNG"),
        "doc": ("{\\rtf1\\ansi\\uc0 " + "".join(f"\\u{ord(c)} " if ord(c) > 127 else c for c in PLAN.replace("\n", "\\par ")) + "}").encode(),
        "zip": zipped({"方案.txt": PLAN, "附件1.txt": "附件1\n1.市林业局:牵头造林工作,完成抚育3万亩。\n"}),
    }


def _paragraphs(pattern: str, text: str) -> str:
    return "".join(pattern % line for line in text.splitlines())


def html(text: str) -> bytes:
    """A page with a paragraph a line."""
    return ("<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>" + _paragraphs("<p>%s</p>", text) + "</body></html>").encode()


def docx(text: str, table: Sequence[Sequence[str]]) -> bytes:
    """A Word file with a paragraph a line, then a table."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    body = _paragraphs("<w:p><w:r><w:t>%s</w:t></w:r></w:p>", text)
    cell = "<w:tc><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:tc>"
    rows = "".join("<w:tr>" + "".join(cell % c for c in row) + "</w:tr>" for row in table)
    if table:
        rows = f"<w:tbl>{rows}</w:tbl>"
    return zipped(
        {
            "[Content_Types].xml": _types({"/word/document.xml": kind}),
            "_rels/.rels": _relations("officeDocument", "word/document.xml"),
            "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{word}"><w:body>{body}{rows}</w:body></w:document>',
        }
    )


def xlsx(table: Sequence[Sequence[str]]) -> bytes:
    """A workbook of one sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _types(overrides: dict[str, str]) -> str:
    parts = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def _relations(kind: str, target: str) -> str:
    return f'<?xml version="1.0"?><Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'


def pdf(text: str) -> bytes:
    """Two pages, the text on the first one: paragraphs of lines of 36 characters, the first line indented by two."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.setFont("STSong-Light", 12)
    y = 780
    for paragraph in text.splitlines():
        for i, line in enumerate([paragraph[:34], *(paragraph[j : j + 36] for j in range(34, len(paragraph), 36))]):
            canvas.drawString(72 if i else 96, y, line)
            y -= 20
    canvas.rect(72, 100, 200, 60)
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _ofd() -> bytes:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    lines = "".join(
        f'<ofd:TextObject ID="{10 + i}" Boundary="20 {20 + 10 * i} 170 6" Font="3" Size="5">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="{" ".join(["5"] * (len(line) - 1))}">{line}</ofd:TextCode></ofd:TextObject>'
        for i, line in enumerate(PLAN.splitlines())
    )
    root = (
        f'<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )
    document = (
        f"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>'
    )
    page = (
        f"<ofd:Page {space}><ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>"
        f'<ofd:Content><ofd:Layer ID="2">{lines}</ofd:Layer></ofd:Content></ofd:Page>'
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return zipped({"OFD.xml": head + root, "Doc_0/Document.xml": head + document, "Doc_0/Pages/Page_0/Content.xml": head + page})


def _image(kind: str) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("L", (120, 40), 255)
    ImageDraw.Draw(picture).rectangle((10, 10, 100, 30), outline=0)
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def images() -> dict[str, bytes]:
    """Small pictures by kind."""
    return {kind: _image(kind) for kind in ("PNG", "JPEG", "TIFF", "BMP")}


def ole(*names: str, inside: tuple[str, ...] = ()) -> bytes:
    """An OLE file with streams at the top and, in a storage ObjectPool, further ones."""
    entries = [("Root Entry", 1)] + [(n, i + 2 if i + 1 < len(names) else None) for i, n in enumerate(names)] + [(n, None) for n in inside]
    directory = b""
    for i, (name, following) in enumerate(entries):
        entry = bytearray(128)
        entry[: 2 * len(name)] = name.encode("utf-16-le")
        entry[64:66] = (2 * len(name) + 2).to_bytes(2, "little")
        for at in (68, 72, 76):
            entry[at : at + 4] = b"\xff" * 4
        if i == 0:
            entry[76:80] = (1).to_bytes(4, "little")
        elif following is not None:
            entry[72:76] = following.to_bytes(4, "little")
        directory += bytes(entry)
    sectors = -(-len(directory) // 512)
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[76:512] = b"\xff" * 436
    header[76:80] = (0).to_bytes(4, "little")
    table = [0xFFFFFFFD] + [i + 2 for i in range(sectors - 1)] + [0xFFFFFFFE]
    fat = b"".join(t.to_bytes(4, "little") for t in table).ljust(512, b"\xff")
    return bytes(header) + fat + directory.ljust(512 * sectors, b"\0")
