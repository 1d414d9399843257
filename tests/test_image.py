"""Pictures as files: formats, pages, size, direction; broken and oversized ones are refused with what to do."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.parsers import image, parse_bytes
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget, Limits
from schemas.types import Document
from tests.documents import ofd, scan
from tests.documents.archive import zipped
from tests.documents.typeset import Leaf

SENTENCE = "到2025年森林覆盖率达到35.5%。"


def leaf(text: str = SENTENCE, page: tuple[float, float] = (595, 120)) -> Leaf:
    return Leaf(*page, lines=[scan.placed(text, 60, 40, 12)])


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def texts(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


@pytest.fixture
def drawn() -> Image.Image:
    return scan.draw(leaf())


@pytest.fixture
def recognised(monkeypatch) -> list[tuple[tuple[int, ...], float]]:
    """Sizes and dpi of what went to recognition, which does nothing."""
    seen: list[tuple[tuple[int, ...], float]] = []

    def page_of(picture: Any, dpi: float, number: int, _: Budget) -> image.Page:
        seen.append((picture.shape, round(dpi)))
        return image.Page(number, 1, 1)

    monkeypatch.setattr(image, "page_of", page_of)
    return seen


def test_a_picture_is_read(drawn):
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    document = parse_bytes(saved(drawn, "JPEG", quality=80, dpi=(200, 200)), "page.jpg")
    assert texts(document) == [SENTENCE]
    assert document.format == "image"
    (box,) = document.boxes(0, len(SENTENCE))
    assert box.page == 1 and abs(box.x0 - 60) < 6 and abs(box.top - 40) < 4


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {"quality": 95}), ("BMP", {}), ("TIFF", {"compression": "tiff_lzw"})])
def test_formats_are_decoded(drawn, kind, options):
    ((pixels, dpi),) = image.read_pictures(saved(drawn, kind, dpi=(200, 200), **options), Budget())
    assert round(dpi) == 200 and float(np.abs(pixels.astype(int) - np.asarray(drawn)).mean()) < 1


def test_pages_of_a_tiff_follow_each_other():
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    pages = [scan.draw(leaf(f"第{n}页有一句话。")).convert("1") for n in "一二"]
    document = parse_bytes(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200)), "fax.tif")
    assert "".join(texts(document)) == "第一页有一句话。第二页有一句话。"
    assert [p.page for p in document.pieces] == [1, 2]


def test_a_page_of_an_ofd_file_that_is_only_a_picture_is_recognised(drawn):
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    members = ofd.parts([Leaf(595, 842)])
    page = ofd.xml(
        "Page",
        '<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID="1">'
        '<ofd:ImageObject Boundary="0 100 210 42" CTM="210 0 0 42 0 0" ResourceID="8"/></ofd:Layer></ofd:Content>',
    )
    media = '<ofd:MultiMedias><ofd:MultiMedia ID="8" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>'
    members |= {"Doc_0/Pages/Page_0/Content.xml": page, "Doc_0/PublicRes.xml": ofd.xml("Res", media, ' BaseLoc="Res"')}
    document = parse_bytes(zipped({**members, "Doc_0/Res/a.png": saved(drawn, "PNG")}), "scan.ofd")
    assert texts(document) == [SENTENCE]
    (box,) = document.boxes(0, len(SENTENCE))
    assert abs(box.top - (100 * 72 / 25.4 + 40)) < 5
    missing = parse_bytes(zipped(members), "scan.ofd")
    assert [i.code for i in missing.issues] == ["page_failed"] and "Doc_0/Res/a.png" in missing.issues[0].message


def test_size_and_dpi_come_from_the_file_or_from_a4(drawn, recognised):
    image.parse(saved(drawn, "PNG", dpi=(200, 200)), Budget())
    image.parse(saved(drawn, "PNG"), Budget())
    assert [dpi for _, dpi in recognised] == [200, 200]


def test_camera_pictures_are_turned_as_they_say(drawn, recognised):
    exif = Image.Exif()
    exif[0x0112] = 6
    image.parse(saved(drawn, "JPEG", exif=exif), Budget())
    assert recognised[0][0][:2] == (drawn.width, drawn.height)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_pixels_of_any_kind_become_dark_on_white(drawn, mode):
    grey = drawn.convert("L")
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode == "RGBA":
        picture = Image.merge("RGBA", (*[Image.new("L", grey.size, 0)] * 3, grey.point(lambda v: 255 - v)))
    else:
        picture = drawn.convert(mode)
    ((pixels, _),) = image.read_pictures(saved(picture, "TIFF"), Budget())
    assert pixels.dtype == np.uint8 and pixels.shape == (drawn.height, drawn.width, 3)
    assert abs(float(pixels.mean()) - float(np.asarray(drawn).mean())) < 6


def test_limits_name_themselves_before_decoding(drawn, recognised):
    with pytest.raises(LimitError, match="pixels=1000"):
        image.parse(saved(drawn, "PNG"), Budget(Limits(pixels=1000)))
    pages = [drawn.convert("1")] * 3
    many = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(LimitError, match="pages=2"):
        image.parse(many, Budget(Limits(pages=2)))
    with pytest.raises(LimitError, match="ocr_pages=2"):
        image.parse(many, Budget(Limits(ocr_pages=2)))


def test_broken_pictures_are_refused(drawn):
    data = saved(drawn, "PNG")
    with pytest.raises(ParseError, match=r"page\.png: page 1 of the picture is damaged"):
        parse_bytes(data[: len(data) // 2], "page.png", "page.png")
    with pytest.raises(ParseError, match="cannot be read: save it as PNG"):
        parse_bytes(b"\xff\xd8\xff" + b"\0" * 50, "page.jpg")


def test_a_picture_without_characters_is_an_issue(recognised):
    content = image.parse(saved(Image.new("RGB", (400, 600), "white"), "PNG"), Budget())
    assert content.blocks == () and [i.code for i in content.issues] == ["no_text"]
