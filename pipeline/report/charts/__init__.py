"""Each chart as a file of its own: SVG, whose text is text, and PNG in double size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.exporters.files import replacing
from pipeline.report import grid, lines
from pipeline.report.charts import draw
from pipeline.report.words import named, say
from schemas.errors import ZhibiaoError

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison

_SCALE = 2.0


def write_svg(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write chart-values.svg, chart-timeline.svg and chart-heat.svg."""
    written = []
    for name, picture in _pictures(comparison, lang):
        path = out / f"chart-{name}.svg"
        with replacing(path) as temporary:
            temporary.write_text(picture, "utf-8")
        written.append(path)
    return written


def write_png(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write chart-values.png … from the same drawings. Raises ZhibiaoError without the renderer or without a Chinese font."""
    written = []
    for name, picture in _pictures(comparison, lang):
        made = png(picture)
        path = out / f"chart-{name}.png"
        with replacing(path) as temporary:
            temporary.write_bytes(made)
        written.append(path)
    return written


def png(picture: str) -> bytes:
    """An SVG as PNG in double size. Raises ZhibiaoError without the renderer or without a Chinese font."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise ZhibiaoError("PNG needs the package resvg-py: pip install 'zhibiao[export]'") from error

    if not _writes_chinese():
        raise ZhibiaoError("no Chinese font is installed, the charts would have no text: run `make system`")
    return svg_to_bytes(svg_string=picture, zoom=_SCALE, background="white", languages=["zh-Hans", "en"])


def _writes_chinese() -> bool:
    """Whether the renderer has a font with Chinese: one without draws every such character as it draws one that no font has."""
    from resvg_py import svg_to_bytes

    def probe(text: str) -> bytes:
        shown = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="16" font-family="sans-serif">{text}</text></svg>'
        return svg_to_bytes(svg_string=shown)

    return probe("指") != probe("\U000ff000")


def _pictures(comparison: Comparison, lang: str) -> Iterator[tuple[str, str]]:
    tables = {table: lines.read(comparison, table) for table in ("matrix", "standards", "timeline")}
    whole = grid.read(comparison, tables["matrix"])
    title = named(comparison.subjects, lang)
    for name in draw.CHARTS:
        found, total = draw.panels(name, whole, tables, comparison.as_of, lang)
        drawn = min(total, draw.MOST.get(name, total))
        text = draw.note(name, drawn, total, comparison.as_of, lang)
        yield name, draw.alone(name, found, text, f"{say(f'chart_{name}', lang)}　{title}", lang)
