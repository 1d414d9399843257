"""% and ‰ on pictures, without the models: the rings of the sign decide, on any processor alike, and where they do not, doubt is marked."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")

import cv2

from pipeline import recognise
from pipeline.recognise import raster, reading
from pipeline.recognise.raster import Picture
from pipeline.recognise.signs import sign_at
from tests.documents import scan
from tests.documents.typeset import Leaf

TEXTS = (
    "出生率6.5‰以内，覆盖率达到36.5%以上。",
    "比例为90%。自然增长率为0.08‰。",
    "时期5%-8%、3‰—4‰左右，100%，9‰；",
    "（2025年≤0.5‰）合格率99%（80%），86%后召开8%各",
)
PAPER = (420.0, 150.0)


def drawn(text: str, size: float = 12) -> Leaf:
    return Leaf(*PAPER, lines=[scan.placed(text, 20, 30, size)])


def picture_of(leaf: Leaf, dpi: int = 200, **worn: float) -> tuple[Picture, float]:
    """The page scanned, made ready as `read_page` does, and its pixels a point."""
    image = np.asarray(scan.scan(scan.draw(leaf, dpi), **worn))
    if dpi != 200:
        image = raster.scaled(image, 200 / dpi)
    return raster.prepare(image, 200), 200 / 72


def line_of(leaf: Leaf, picture: Picture, scale: float, read_as: str | None = None) -> reading._Line:
    """The line of a page as if the models had read it, surely, at its places."""
    (line,) = leaf.lines
    across, down = (picture.grey.shape[1] / scale - leaf.width) / 2, (picture.grey.shape[0] / scale - leaf.height) / 2
    widths = [scan.advance(char, line.size) for char in line.text]
    middles = [(left + wide / 2 + across) * scale for left, wide in zip(line.lefts, widths, strict=True)]
    edges = (line.lefts[0] + across, line.top + down - 1, line.lefts[-1] + widths[-1] + across, line.top + line.size + down + 1)
    text = read_as or line.text
    middles = middles[: len(text)] if len(text) <= len(middles) else np.linspace(middles[0], middles[-1], len(text)).tolist()
    x0, top, x1, bottom = (round(v * scale) for v in edges)
    return reading._Line((x0, top, x1, bottom), text, tuple(middles), (1.0,) * len(text), frozenset())


@pytest.mark.parametrize("size", [9, 10.5, 12, 14, 16])
@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize(
    ("worn", "least"), [({"skew": 0.7}, 0.75), ({"skew": -1.5, "noise": 20.0, "pepper": 0.004, "blur": 0.7}, 0.5)], ids=["usual", "bad"]
)
def test_no_sign_is_taken_for_the_other(size, dpi, worn, least):
    signs, decided = 0, 0
    for text in TEXTS:
        leaf = drawn(text, size)
        picture, scale = picture_of(leaf, dpi, **worn)
        line = line_of(leaf, picture, scale)
        for i, char in enumerate(text):
            if char in "%‰":
                found = sign_at(picture.grey, line.box, line.middles[i], size * scale)
                assert found.lower in (0, 2 if char == "‰" else 1), (text, i)
                signs, decided = signs + 1, decided + (found.lower > 0)
    assert decided >= least * signs


@pytest.mark.parametrize("misread", [0, 0.25, -0.25])
def test_a_sign_is_found_a_little_beside_where_it_was_read(misread):
    leaf = drawn("降到0.05‰以下，占35%以上")
    picture, scale = picture_of(leaf, skew=0.0)
    line = line_of(leaf, picture, scale)
    em = 12 * scale
    assert [sign_at(picture.grey, line.box, line.middles[line.text.index(c)] + misread * em, em).lower for c in "‰%"] == [2, 1]


@pytest.mark.parametrize("printed", ["降到0.05‰以下", "降到0.05%以下"])
def test_the_picture_overrules_what_was_read(printed):
    leaf = drawn(printed)
    picture, scale = picture_of(leaf, skew=0.0)
    for char in "%‰":
        line = line_of(leaf, picture, scale, printed.replace("‰", char).replace("%", char))
        assert reading._with_shares(line, picture).text == printed


def test_a_ring_read_as_a_full_stop_falls_away_and_a_full_stop_stays():
    leaf = drawn("率为0.08‰。")
    picture, scale = picture_of(leaf, skew=0.0)
    line = line_of(leaf, picture, scale)
    sign, stop = line.middles[6], line.middles[7] - 0.25 * 12 * scale  # 。 stands in the left half of its square
    ring = sign + 0.3 * 12 * scale
    for text, last, wanted in (("率为0.08%。", (sign, stop), "率为0.08‰。"), ("率为0.08%。。", (sign, ring, stop), "率为0.08‰。")):
        misread = reading._Line(line.box, text, (*line.middles[:6], *last), (1.0,) * len(text), frozenset())
        found = reading._with_shares(misread, picture)
        assert found.text == wanted and len(found.middles) == len(found.confidences) == len(wanted)


@pytest.mark.parametrize("text", ["降到0.05%以下", "降到0.05‰以下"])
def test_a_sign_that_cannot_be_made_out_is_doubtful_with_its_number(text):
    leaf = drawn("降到0.05‰以下", 12)
    picture, scale = picture_of(leaf, skew=0.0)
    blurred = Picture(cv2.GaussianBlur(picture.grey, (0, 0), 4), picture.ink, (), ())
    line = reading._with_shares(line_of(leaf, picture, scale, text), blurred)
    assert line.text == text
    doubtful = [run.text for run in reading._runs(picture, line, 1 / scale) if run.confidence < recognise.LOW_CONFIDENCE]
    assert doubtful == [text[2:7]]


def test_an_empty_picture_decides_nothing():
    assert sign_at(np.full((40, 400), 255, np.uint8), (0, 0, 400, 40), 200, 30).lower == 0
    assert sign_at(np.full((2, 2), 255, np.uint8), (0, 0, 2, 2), 1, 30).lower == 0
