"""Fonts with Chinese characters for what tests draw: one of the system where there is one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

_ZENHEI = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
_PICTURE = (
    _ZENHEI,  # the one that `make system` installs: floors were measured with it
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
_FACE = {"NotoSerifCJK-Regular.ttc": 2, "NotoSansCJK-Regular.ttc": 2}  # the simplified Chinese face of the collection


@cache
def pdf_font() -> str:
    """The name of a font for reportlab: one of the system, else the one that every reader of PDF brings."""
    if Path(_ZENHEI).exists():
        pdfmetrics.registerFont(TTFont("zh", _ZENHEI, subfontIndex=0))
        return "zh"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


@cache
def picture_font(size: int) -> ImageFont.FreeTypeFont:
    """A font of `size` pixels for pictures; skips the test where the system has none."""
    for name in _PICTURE:
        if Path(name).exists():
            return ImageFont.truetype(name, size, index=_FACE.get(Path(name).name, 0))
    pytest.skip("no Chinese font found: install fonts-noto-cjk or fonts-wqy-zenhei")
