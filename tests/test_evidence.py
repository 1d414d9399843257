"""Evidence of every format, read again from the original file by another reader: each row of the database must stand where it says."""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from pipeline import batch, store
from pipeline.parsers import parse_file
from pipeline.run import process_file
from schemas import tables
from tests.documents import docx, html, ofd, originals, pdf, scan, small, xlsx
from tests.documents.archive import zipped
from tests.documents.model import table_of

PLAN = [
    "新河市湿地保护行动方案（2024—2026年）",
    "一、主要目标",
    "到2026年，全市湿地保护率达到62.5%以上，新建湿地公园3个。",
    "二、重点任务",
    "（一）修复湿地。2025年底前完成退化湿地修复1200亩。（责任单位：市林业局、市水利局）",
]
ROWS = [
    ["序号", "工作任务", "目标值", "完成时限", "责任单位"],
    ["1", "新建观鸟站", "8座", "2025年6月底前", "市林业局"],
    ["2", "清退围网养殖", "≥3500亩", "2024年12月", "市农业农村局、市公安局"],
]
TABLE = table_of(ROWS, widths=(1, 3, 2, 3, 4))
ITEMS = [*PLAN, TABLE]
LINES = [*PLAN, *("\t".join(row) for row in ROWS)]
NOTICE = "新河市人民政府办公室关于印发新河市湿地保护行动方案（2024—2026年）的通知\n新政办发〔2024〕9号\n2024年3月8日\n"


def rtf() -> bytes:
    """Paragraphs and the table as RTF, which goes the way of a Word file of 1997."""

    def said(text: str) -> str:
        return "".join(c if c.isascii() else f"\\u{ord(c) - 65536 * (ord(c) > 32767)}?" for c in text)

    cells = "".join(f"\\cellx{2000 * (i + 1)}" for i in range(len(ROWS[0])))
    rows = "".join("\\trowd" + cells + "".join(f"\\intbl {said(text)}\\cell " for text in row) + "\\row " for row in ROWS)
    return ("{\\rtf1\\ansi " + "".join(f"\\pard {said(line)}\\par " for line in PLAN) + rows + "\\pard\\par}").encode()


def csv_bytes() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([[PLAN[0]], *ROWS])
    return out.getvalue().encode("gb18030")


def png() -> bytes:
    out = io.BytesIO()
    scan.draw(scan.typeset(ITEMS, size=12)[0]).save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


def write_all(folder: Path) -> None:
    """The plan in every format, each file called after its format."""
    (folder / "txt.txt").write_text("\n".join(LINES) + "\n", "utf-8")
    (folder / "html.html").write_bytes(html.write(ITEMS, "gb18030"))
    (folder / "pdf.pdf").write_bytes(pdf.write(ITEMS, pdf.Style(size=14)))
    docx.write(ITEMS, folder / "docx.docx")
    xlsx.write(ITEMS, folder / "xlsx.xlsx")
    (folder / "csv.csv").write_bytes(csv_bytes())
    (folder / "ofd.ofd").write_bytes(ofd.write(ITEMS))
    if shutil.which("soffice"):
        (folder / "doc.doc").write_bytes(rtf())
    try:
        import rapidocr  # noqa: F401

        (folder / "png.png").write_bytes(png())
    except ImportError:
        pass
    names = {"通知.txt": "txt.txt", "附件1.方案.docx": "docx.docx", "附件2.任务表.xlsx": "xlsx.xlsx", "附件3.pdf": "pdf.pdf", "附件4.ofd": "ofd.ofd"}
    members = {name: NOTICE.encode() if name == "通知.txt" else (folder / source).read_bytes() for name, source in names.items()}
    members["附件2.任务表.xlsx"] = small.xlsx([[c + "乙" if c.startswith(("新建", "清退")) else c for c in row] for row in ROWS])
    inner = zipped({"附件5.csv": csv_bytes().replace("观鸟站".encode("gb18030"), "监测站".encode("gb18030"))})
    (folder / "zip.zip").write_bytes(zipped({**members, "附件5.zip": inner}))
    (folder / "folder").mkdir()
    for name, data in {**members, "附件5.zip": inner}.items():
        (folder / "folder" / name).write_bytes(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plans")
    write_all(made)
    return made


@pytest.fixture(scope="module")
def stored(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The tables of a database that a run without network filled."""
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('db')}/z.db")

    def refuse(*_: Any) -> None:
        raise AssertionError("a parser opens the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        report = batch.run([folder], engine)
    assert report.failed == []
    with store.reading(engine) as connection:
        found = {t.name: store.fetch(connection, t) for t in (tables.document, tables.evidence, tables.target, tables.task)}
    engine.dispose()
    return found


def squashed(text: str) -> str:
    return re.sub(r"[\s\u3000]+", "", text)


def test_every_evidence_row_is_read_again_from_the_original(folder, stored):
    documents = {d["id"]: d for d in stored["document"]}
    wrong, seen = [], dict.fromkeys((d["name"] for d in stored["document"]), 0)
    for evidence in stored["evidence"]:
        document = documents[evidence["document_id"]]
        row = {**evidence, "path": document["path"], "document_text": document["text"]}
        found = originals.original(row)
        seen[document["name"]] += 1
        if squashed(row["text"]) not in squashed(found) or (row["box"] and squashed(row["text"]) != squashed(found)):
            wrong.append((document["name"], row["slot"], row["text"], found))
    assert wrong == []
    assert set(seen) == {p.stem for p in folder.iterdir()}
    assert min(seen.values()) >= 15, seen


def test_every_format_gives_the_same_targets(stored):
    names = {d["id"]: d["name"] for d in stored["document"]}
    found: dict[str, set[tuple[Any, ...]]] = {name: set() for name in names.values()}
    for t in stored["target"]:
        found[names[t["document_id"]]].add((t["operator"], t["value"], t["unit"], t["deadline_end"]))
    table = {("=", 8.0, "座", "2025-06-30"), (">=", 3500.0, "亩", "2024-12-31")}
    text = {(">=", 62.5, "%", "2026-12-31"), ("=", 3.0, "个", "2026-12-31"), ("=", 1200.0, "亩", "2025-12-31")}
    assert found == {name: table if name == "csv" else table | text for name in found}


def test_what_was_recognised_keeps_its_confidence(stored):
    names = {d["id"]: d["name"] for d in stored["document"]}
    sure = [t["confidence"] for t in stored["target"] if names[t["document_id"]] == "png"]
    if not sure:
        pytest.skip("the extra `ocr` is not installed")
    assert all(0.5 < c < 1 for c in sure)


def test_blocks_lie_in_order_in_the_text_and_two_readings_are_one(folder):
    for path in sorted(folder.iterdir()):
        if path.suffix in (".doc", ".png"):
            continue  # minutes on slow machines; their own tests hold them
        document = parse_file(path)
        ends = [0, *(b.end for b in document.blocks)]
        assert all(before <= b.start <= b.end <= len(document.text) for before, b in zip(ends, document.blocks, strict=False)), path
        assert all("\n" not in document.text[b.start : b.end] for b in document.blocks), path
        assert [b.id for b in document.blocks] == list(range(len(document.blocks)))
        assert process_file(path).rows == process_file(path).rows
