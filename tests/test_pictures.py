"""Pictures of pages: what was read on a page lies under its box; files that are gone, changed or hostile are told."""

import io
import json
import os
import zipfile

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pipeline import batch, pictures, store
from pipeline.parsers import data_hash
from pipeline.pictures import Asked, Pictures
from schemas import tables
from schemas.errors import ParseError
from tests.documents import scan
from tests.documents.fonts import pdf_font

VALUE = "41%"
LINES = ("关于印发造林方案的通知", "一、重点任务", "1.开展造林。到2025年森林覆盖率达到41%。")
TURNS = {0: (0, 0), 90: (842, 0), 180: (595, 842), 270: (0, 595)}


def made(rotation=0, upwards=False):
    """A page on which the lines stand upright for a reader; with a picture of the value's place: black only there."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    if rotation:
        canvas.setPageRotation(rotation)
        canvas.translate(*TURNS[rotation])
        canvas.rotate(rotation)
    if upwards:
        canvas.rotate(90)
        canvas.translate(0, -595)
    for n, line in enumerate(LINES):
        canvas.setFont(pdf_font(), 16)
        canvas.drawString(80, 500 - 40 * n, line)
    canvas.save()
    return out.getvalue()


def boxes(path, folder, slot="value"):
    """The document's row and the boxes of the fields read there."""
    engine = store.connect(f"sqlite:///{folder}/z.db")
    assert not batch.run([path], engine).failed
    e = tables.evidence.c
    with store.reading(engine) as connection:
        row = connection.execute(sa.select(tables.document)).mappings().one()
        found = connection.execute(sa.select(e.text, e.file, e.page, e.box).where(e.slot == slot, e.row_table == "target")).all()
    engine.dispose()
    return dict(row), found


def ink(picture, box):
    """Share of dark pixels inside a box (points), and in a frame of its size beside it on the right, where nothing is printed."""
    grey = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    _, x0, top, x1, bottom = box
    across, down = grey.shape[1] / picture.width, grey.shape[0] / picture.height
    inside = grey[round(top * down) : round(bottom * down), round(x0 * across) : round(x1 * across)] < 128
    return inside.mean(), inside


@pytest.mark.parametrize(("rotation", "upwards"), [(0, False), (90, False), (180, False), (270, False), (0, True)])
def test_the_box_covers_the_characters_of_the_value(tmp_path, rotation, upwards):
    path = tmp_path / "plan.pdf"
    path.write_bytes(made(rotation, upwards))
    row, found = boxes(path, tmp_path)
    _, _, page, box = next(x for x in found if x.text == VALUE)
    picture = Pictures().get(Asked(str(path), row["sha256"], False, None, page, 1200))
    (place,) = json.loads(box)
    share, inside = ink(picture, place)
    assert share > 0.05
    assert (picture.width > picture.height) == (upwards or rotation in (90, 270)) or not upwards
    columns = np.flatnonzero(inside.any(axis=0))
    assert columns[0] < 0.25 * inside.shape[1] and columns[-1] > 0.75 * inside.shape[1]  # from its left to its right edge
    # nothing of it is outside: without the pixels of the box the ink of its line ends where it begins, but for the full stop
    grey = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L")).copy()
    down, across = grey.shape[0] / picture.height, grey.shape[1] / picture.width
    line = grey[round(place[2] * down) : round(place[4] * down), round(place[3] * across) + 1 :] < 128
    assert line[:, round(16 * across) :].sum() == 0


def test_a_crooked_scan_lies_under_its_boxes(tmp_path):
    pytest.importorskip("rapidocr")
    leaf = scan.typeset(list(LINES), page=(595, 300), size=14)[0]
    path = tmp_path / "plan.png"
    scan.scan(scan.draw(leaf), skew=1.5).save(path, dpi=(200, 200))
    row, found = boxes(path, tmp_path)
    _, _, page, box = next(x for x in found if x.text == VALUE)
    picture = Pictures().get(Asked(str(path), row["sha256"], False, None, page, 1400))
    (place,) = json.loads(box)
    share, inside = ink(picture, place)
    assert share > 0.05
    rows = np.flatnonzero(inside.mean(axis=1) > 0.05)
    assert rows[-1] - rows[0] > 0.5 * inside.shape[0]  # the line stands in the box with its whole height


def test_members_of_archives_and_folders(tmp_path):
    folder = tmp_path / "docs" / "plan"
    folder.mkdir(parents=True)
    (folder / "方案.pdf").write_bytes(made())
    with zipfile.ZipFile(tmp_path / "docs" / "pack.zip", "w") as archive:
        archive.writestr("方案.pdf", made())
        archive.writestr("通知.txt", "关于印发造林方案的通知\n各县区：\n现印发给你们。\n")
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    batch.run([tmp_path / "docs"], engine)
    s = tables.source.c
    with store.reading(engine) as connection:
        sources = {row.name: row for row in connection.execute(sa.select(s.name, s.location, s.sha256))}
    drawn = [Pictures().get(Asked(sources[name].location, sources[name].sha256, name == "plan", "方案.pdf", 1, 600)) for name in ("plan", "pack")]
    assert drawn[0].png == drawn[1].png
    for member in ("../z.db", "nothing.pdf", "/etc/passwd", "方案.pdf/x", ""):
        for name in ("plan", "pack"):
            with pytest.raises(ParseError):
                Pictures().get(Asked(sources[name].location, sources[name].sha256, name == "plan", member, 1, 600))


def test_what_is_not_what_was_read_is_not_shown(tmp_path):
    path = tmp_path / "plan.pdf"
    path.write_bytes(made())
    sha256 = data_hash(path.read_bytes())
    asked = Asked(str(path), sha256, False, None, 1, 600)
    assert Pictures().get(asked).pages == 1
    with pytest.raises(ParseError, match="no page 2"):
        Pictures().get(Asked(str(path), sha256, False, None, 2, 600))
    path.write_bytes(made() + b"\n")
    with pytest.raises(ParseError, match="changed or is gone"):
        Pictures().get(asked)
    path.unlink()
    with pytest.raises(ParseError, match="changed or is gone"):
        Pictures().get(asked)
    os.mkfifo(path)
    with pytest.raises(ParseError, match="changed or is gone"):
        Pictures().get(asked)
    with pytest.raises(ParseError, match="address outside"):
        Pictures().get(Asked("https://example.org/plan.pdf", sha256, False, None, 1, 600))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n" + b"\xff" * 4000, b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"hello", made()[:900]])
def test_broken_files_are_told(tmp_path, data):
    path = tmp_path / "plan.pdf"
    path.write_bytes(data)
    with pytest.raises(ParseError) as told:
        Pictures().get(Asked(str(path), data_hash(data), False, None, 1, 600))
    assert "Traceback" not in str(told.value)


def test_a_page_that_never_ends_costs_its_time_only(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "_SECONDS", 0.05)
    path = tmp_path / "plan.pdf"
    path.write_bytes(made())
    with pytest.raises(ParseError, match="longer than"):
        Pictures().get(Asked(str(path), data_hash(path.read_bytes()), False, None, 1, 600))


def test_pages_over_the_limit_are_refused(tmp_path):
    path = tmp_path / "plan.pdf"
    path.write_bytes(made())
    with pytest.raises(ParseError, match="pixels"):
        Pictures().get(Asked(str(path), data_hash(path.read_bytes()), False, None, 1, 600, ("pixels=1000",)))
