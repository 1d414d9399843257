"""Sound files of every format, small, that mutations begin from: what the other tests build, and stretches of the plans in raw_docs/.

Files of a folder named by the variable ZHIBIAO_FUZZ_SEEDS are added.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

import openpyxl

from tests.conftest import RAW
from tests.documents import contents, docx, html, ofd, pdf, small, xlsx
from tests.documents.archive import zipped
from tests.documents.model import Table
from tests.faults import biff

FAMILIES = ("text", "html", "csv", "docx", "xlsx", "xls", "pdf", "ofd", "zip", "image", "doc")
_LARGEST = 2_000_000  # bytes of a file of the folder: more takes seconds each
_WINDOW = 40  # lines of a plan in raw_docs/
_WINDOWS = 2  # of each plan
_STYLED = (
    '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t>（二）治水。到2025年，</w:t></w:r></w:p>'
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>eq \\o\\ac(○,3)</w:instrText><w:fldChar w:fldCharType="end"/></w:r>'
    '<w:r><w:t>10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>4</w:t></w:r>'
    '<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>90%</w:t></w:r><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>'
    "<m:den><m:r><m:t>3</m:t></m:r></m:den></m:f></m:oMath><w:r><w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>"
    "<w:p><w:r><w:t>到2025年，湿地保护率达到60%。</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)
_NUMBERING = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="3"/><w:numFmt w:val="decimalZero"/><w:lvlText w:val="%1.%2"/><w:pStyle w:val="H2"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="2"/></w:lvlOverride></w:num>'
)
_STYLES = (
    '<w:style w:type="paragraph" w:styleId="H1" w:default="1"><w:name w:val="a"/></w:style><w:style w:type="paragraph" w:styleId="H2">'
    '<w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
)


def plan() -> list[str | Table]:
    """A short plan of paragraphs and tables of three kinds."""
    return [
        *html.PLAN,
        contents.ruled(1, 5),
        "附件：重点指标",
        contents.levelled(2, 4),
        "（二）造林。到2025年，完成造林5万亩。",
        contents.grouped(3, 6),
    ]


@cache
def seeds() -> dict[str, tuple[tuple[str, bytes], ...]]:
    """For each family its files: name and bytes."""
    found: dict[str, list[tuple[str, bytes]]] = {family: [] for family in FAMILIES}
    endings = {"text": "txt", "image": "png", "doc": "rtf"}
    for family, data in small.files().items():
        found[family].append((f"small.{endings.get(family, family)}", data))
    found["text"] += _windows()
    found["html"] += [("plain.html", html.write(plan(), "gb18030")), ("word.htm", html.write(plan(), style="word", metadata="dl"))]
    found["html"] += [("lines.jsp", html.write(plan(), style="lines", metadata="div")), ("saved.mht", html.mht(plan()))]
    found["csv"] += [("table.csv", _csv(contents.random_rows(4, 6))), ("texts.csv", f'标题,正文\n甲市方案,"{small.PLAN * 4}"\n'.encode("gb18030"))]
    found["docx"] += [("plan.docx", _saved(docx.write, "docx")), ("odd.docx", _odd_docx())]
    found["xlsx"] += [("plan.xlsx", _saved(xlsx.write, "xlsx")), ("formats.xlsx", _formatted())]
    found["xls"] += [("plan.xls", biff.workbook(small.ROWS))]
    found["pdf"] += [("plan.pdf", pdf.write(plan())), ("head.pdf", pdf.write(plan()[:5], pdf.Style(head="新河市人民政府文件", wide=True)))]
    found["ofd"] += [("plan.ofd", ofd.write(plan()))]
    found["zip"] += [("plans.zip", _package())]
    found["image"] += [(f"small.{kind.lower()}", data) for kind, data in small.images().items() if kind != "PNG"]
    for family, name, data in _of_folder():
        found[family].append((name, data))
    return {family: tuple(files) for family, files in found.items()}


def _windows() -> list[tuple[str, bytes]]:
    """Stretches of the plans in raw_docs/: the beginning, and places further on."""
    noise, found = Random(1), []
    for path in sorted(RAW.glob("*.txt")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        for i in range(_WINDOWS):
            at = noise.randrange(max(len(lines) - _WINDOW, 1)) if i else 0
            found.append((f"{path.stem}-{at}.txt", "".join(lines[at : at + _WINDOW]).encode()))
    return found


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "".join(",".join(f'"{c}"' for c in row) + "\r\n" for row in (contents.HEAD, *rows)).encode()


def _saved(write: Callable[[Sequence[str | Table], Path], None], ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{ending}"
        write(plan(), path)
        return path.read_bytes()


def _odd_docx() -> bytes:
    body = "".join(docx.paragraph(line, 0) for line in small.PLAN.splitlines()) + _STYLED
    merged = docx.cell("造林", '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>')
    below = docx.cell("", '<w:gridSpan w:val="2"/><w:vMerge/>')
    table = docx.table([["指标", "单位", "2025年目标"], [merged, "30%"], [below, "5万亩"]], (2000, 1000, 2000))
    return docx.package(
        body + table, {"numbering": _NUMBERING, "styles": _STYLES, "footnotes": f'<w:footnote w:id="2">{docx.paragraph("注")}</w:footnote>'}
    )


def _formatted() -> bytes:
    """Number formats, dates, hidden rows and columns, two sheets, tables side by side."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    xlsx.place(sheet, contents.ruled(5, 4), 2)
    xlsx.place(sheet, contents.ruled(5, 4), 2, 9)
    for row, (value, code) in enumerate(
        ((0.305, "0.0%"), (45000, "yyyy年m月d日"), (12345.678, "#,##0.00"), (-3, "0;[红色]-0"), (True, "General")), 3
    ):
        sheet.cell(row, 4, value).number_format = code
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[4].hidden = True
    second = book.create_sheet("任务")
    xlsx.place(second, contents.grouped(6, 4), 1)
    return xlsx.saved(book)


def _package() -> bytes:
    """A notice, a plan in another format, a package inside the package."""
    inner = zipped({"附件2.txt": "附件2\n1.市水利局：新建水库2座。\n"})
    notice = "新河市人民政府办公室关于印发方案的通知\n附件:1.任务表\n2.职责\n"
    members = {"通知.txt": notice, "方案.docx": small.docx(small.PLAN, small.ROWS), "附件1.xlsx": small.xlsx(small.ROWS), "附件2.zip": inner}
    return zipped(members)


def _of_folder() -> list[tuple[str, str, bytes]]:
    """Family, name and bytes of the files of the folder that ZHIBIAO_FUZZ_SEEDS names."""
    folder = os.environ.get("ZHIBIAO_FUZZ_SEEDS")
    if not folder:
        return []
    endings = {"txt": "text", "md": "text", "htm": "html", "mht": "html", "jsp": "html", "png": "image", "jpg": "image", "rtf": "doc"}
    found = []
    for path in sorted(Path(folder).rglob("*")):
        family = endings.get(path.suffix[1:].lower(), path.suffix[1:].lower())
        if path.is_file() and family in FAMILIES and path.stat().st_size <= _LARGEST:
            found.append((family, path.name, path.read_bytes()))
    return found


__all__ = ["FAMILIES", "plan", "seeds"]
