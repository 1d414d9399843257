"""Pictures of pages as a scanner makes them: crooked, blurred, noisy, with a red seal."""

from __future__ import annotations

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.documents.fonts import picture_font
from tests.documents.model import Table
from tests.documents.typeset import PORTRAIT, Leaf, Line, Setter
from tests.documents.typeset import placed as typeset_line


def advance(char: str, size: float) -> float:
    """Width of a character in points."""
    return float(picture_font(100).getlength(char)) * size / 100


def typeset(items: list[str | Table], page: tuple[float, float] = PORTRAIT, size: float = 10.5, repeat_header: bool = True) -> list[Leaf]:
    """Pages of items, set with the font they will be drawn with."""
    return Setter(page, size, repeat_header=repeat_header, advance=advance).set(items)


def draw(leaf: Leaf, dpi: int = 200, colour: tuple[int, int, int] = (20, 20, 20)) -> Image.Image:
    """A clean picture of a page."""
    scale = dpi / 72
    image = Image.new("RGB", (round(leaf.width * scale), round(leaf.height * scale)), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    for x0, top, x1, bottom in leaf.rules:
        pen.line((x0 * scale, top * scale, x1 * scale, bottom * scale), fill=colour, width=max(round(0.6 * scale), 1))
    for line in leaf.lines:
        face = picture_font(round(line.size * scale))
        for char, left in zip(line.text, line.lefts, strict=True):
            pen.text((left * scale, (line.top + 0.88 * line.size) * scale), char, fill=colour, font=face, anchor="ls")
    return image


def seal(image: Image.Image, x: float, y: float, radius: float) -> Image.Image:
    """A round red seal with a star, laid over what is printed there as ink is: the darker of both shows."""
    layer = Image.new("RGB", image.size, (255, 255, 255))
    pen = ImageDraw.Draw(layer)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(215, 40, 45), width=max(int(radius / 12), 3))
    turns = [(math.pi * i / 5, radius * (0.35 if i % 2 == 0 else 0.14)) for i in range(10)]
    points = [(x + r * math.sin(a), y - r * math.cos(a)) for a, r in turns]
    pen.polygon(points, fill=(215, 40, 45))
    face = picture_font(int(radius / 4))
    for i, char in enumerate("驻马店市人民政府"):
        angle = math.radians(-105 + i * 30)
        pen.text((x + 0.75 * radius * math.sin(angle), y - 0.75 * radius * math.cos(angle)), char, fill=(215, 40, 45), font=face, anchor="mm")
    return Image.fromarray(np.minimum(np.asarray(image), np.asarray(layer)))


def scan(image: Image.Image, seed: int = 1, skew: float = 0.7, blur: float = 0.5, noise: float = 12, pepper: float = 0.002) -> Image.Image:
    """A scan of a clean page: turned by `skew` degrees, blurred, with Gaussian noise (σ in grey levels) and a share of black and white dots."""
    turned = image.rotate(skew, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255)).filter(ImageFilter.GaussianBlur(blur))
    random = np.random.default_rng(Random(seed).getrandbits(32))
    values = np.asarray(turned).astype(np.float32)
    values += random.normal(0, noise, values.shape[:2])[..., None]
    dots = random.random(values.shape[:2])
    values[dots < pepper / 2] = 0
    values[dots > 1 - pepper / 2] = 255
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def placed(text: str, x: float, top: float, size: float) -> Line:
    """A line of text at a place, as wide as it will be drawn."""
    return typeset_line(text, x, top, size, advance)


def over(below: Image.Image, above: Image.Image) -> Image.Image:
    """Two prints on one sheet."""
    return Image.fromarray(np.minimum(np.asarray(below), np.asarray(above)))
