"""Pictures of pages (PNG, JPEG, TIFF with several pages, BMP): decoded here, read by character recognition."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from pipeline.content import Builder, Content
from pipeline.layout.flow import lay_out
from pipeline.layout.page import Page
from pipeline.recognise import page_of, report, straighten, usual_dpi
from schemas.errors import ParseError
from schemas.limits import Budget

Image.MAX_IMAGE_PIXELS = None  # the budget refuses a picture by its size before it is decoded, and says how to raise the limit
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    TypeError,
    KeyError,
    AttributeError,
)  # what Pillow's decoders raise for damaged files


def parse(data: bytes, budget: Budget) -> Content:
    """The text and tables of the pages. Raises ParseError for a broken picture or where character recognition is not installed."""
    builder = Builder(budget)
    lay_out(_pages(data, builder), builder)
    return builder.content()


def _pages(data: bytes, builder: Builder) -> Iterator[Page]:
    for number, (picture, dpi) in enumerate(read_pictures(data, builder.budget), 1):
        builder.budget.check("ocr_pages", number, "pages without text")
        page = page_of(picture, dpi, number, builder.budget)
        if not page.runs:
            builder.issue("info", "no_text", f"page {number}", "no characters were found on this picture")
        report(page, builder)
        yield page


def read_pictures(data: bytes, budget: Budget) -> Iterator[tuple[Any, float]]:
    """Each picture of a file as an array (height × width × RGB) with its dpi. Raises ParseError or LimitError."""
    Image.init()  # else only what was used before is known
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise ParseError("the picture cannot be read: save it as PNG, JPEG or TIFF") from error
    except _BROKEN as error:
        raise ParseError(f"the picture is damaged ({error}): save or scan it again") from error
    frames = ImageSequence.Iterator(image)
    number = 0
    while number == 0 or image.format != "MPO":  # the further pictures of a camera's file are previews
        number += 1
        try:
            frame = next(frames)
            budget.check("pages", number, "pages of the picture file")
            budget.check("pixels", frame.width * frame.height, f"page {number}: pixels")
            upright = _decoded(frame)
        except StopIteration:
            return
        except _BROKEN as error:
            raise ParseError(f"page {number} of the picture is damaged ({error}): save or scan it again") from error
        yield upright, usual_dpi(upright.shape[1], upright.shape[0], _dpi(frame))


def _decoded(frame: Image.Image) -> Any:
    """Pixels as 8-bit RGB, turned as the camera says, on white where it is transparent."""
    turned = ImageOps.exif_transpose(frame)
    if turned.mode.startswith(("I", "F")):
        values = np.asarray(turned, dtype=np.float64)
        grey = (values * (255 / max(float(values.max()), 255.0))).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if "A" in turned.mode or "transparency" in turned.info:
        rgba = turned.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        turned = Image.alpha_composite(paper, rgba)
    return np.asarray(turned.convert("RGB"))


def _dpi(frame: Image.Image) -> float:
    """What the file says, 0 where it says nothing."""
    found = frame.info.get("dpi")
    return float(found[0]) if found else 0.0


def compose(parts: list[tuple[Any, tuple[float, float, float, float]]], width: float, height: float, dpi: float) -> Any:
    """A page (in points) of pictures at their places, as one array of `dpi` pixels an inch: scanners cut pages into strips."""
    scale = dpi / 72
    page = Image.new("RGB", (max(round(width * scale), 1), max(round(height * scale), 1)), (255, 255, 255))
    for picture, (x0, top, x1, bottom) in parts:
        size = max(round((x1 - x0) * scale), 1), max(round((bottom - top) * scale), 1)
        page.paste(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS), (round(x0 * scale), round(top * scale)))
    return np.asarray(page)


def draw(data: bytes, number: int, budget: Budget) -> tuple[Any, float, float, int]:
    """Page `number` as it is read: pixels, width and height in points, and how many pages there are. Raises ParseError where there is none such."""
    count = getattr(Image.open(io.BytesIO(data), formats=_FORMATS), "n_frames", 1)
    for at, (picture, dpi) in enumerate(read_pictures(data, budget), 1):
        if at == number:
            pixels, dpi = straighten(picture, dpi)
            return pixels, pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi, count
    raise ParseError(f"there is no page {number}")


def turned(pixels: Any, quarters: int) -> Any:
    """Pixels turned by quarters, counter-clockwise."""
    return np.rot90(pixels, quarters)


def as_png(pixels: Any, width: int) -> bytes:
    """A PNG of at most `width` pixels across."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if picture.width > width:
        picture = picture.resize((width, max(round(picture.height * width / picture.width), 1)), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=4)
    return out.getvalue()
