"""Character recognition: the picture of a page → the `Page` that formats with text give. Offline: rapidocr brings its models in its wheel."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.content import Builder
from pipeline.layout.page import Page
from pipeline.recognise.settings import DPI, LOW_CONFIDENCE, usual_dpi
from schemas.errors import ParseError
from schemas.limits import Budget

_THREADS = 2
_ISSUES = 20  # a page: more say nothing new


def page_of(image: Any, dpi: float, number: int, budget: Budget) -> Page:
    """Page `number` from its picture (numpy array or Pillow image, height × width or × RGB, 8 bits) of `dpi` pixels an inch.

    A page that would be far larger or smaller than paper (2480 × 3504 points: a scanner's pixels) is taken as A4, and its places are in
    points of that: what finds lines and tables goes by the size of print.
    Raises ParseError where the extra `ocr` is not installed, LimitError over the budget.
    """
    engine = _engine()
    from pipeline.recognise.reading import read_page  # its libraries come with the extra

    budget.tick()
    page = read_page(engine, image, dpi, number)
    budget.tick()
    return page


def straighten(image: Any, dpi: float) -> tuple[Any, float]:
    """The picture of a page turned as `page_of` turns it, and its pixels an inch; as it is where character recognition is not installed."""
    try:
        engine = _engine()
    except ParseError:
        return image, usual_dpi(image.shape[1], image.shape[0], dpi)
    from pipeline.recognise import reading

    return reading.straighten(engine, image, dpi)


def report(page: Page, builder: Builder) -> None:
    """An issue for each doubtful run of a recognised page (the first few of a page; then one for the rest)."""
    doubtful = [run for run in page.runs if run.confidence < LOW_CONFIDENCE]
    for run in doubtful[:_ISSUES]:
        where = f"page {page.number}, {run.x0:.0f} {run.top:.0f} {run.x1:.0f} {run.bottom:.0f}"
        builder.issue("warning", "low_confidence", where, f"read as “{run.text}” with confidence {run.confidence:.2f}: compare it with the picture")
    if len(doubtful) > _ISSUES:
        message = f"{len(doubtful) - _ISSUES} more lines of this page were read with low confidence: a better scan (300 dpi) helps"
        builder.issue("warning", "low_confidence", f"page {page.number}", message)


@cache
def _engine() -> Any:
    """The recogniser, one for a process. Its angle classifier stays off: it turns long lines round."""
    # onnxruntime would keep a device number and events in the user's cache, to be sent to its maker; it looks only when it is imported
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import rapidocr
    except ImportError as error:
        raise ParseError("its pages are pictures without text, and reading them needs the extra `ocr`: pip install 'zhibiao[ocr]'") from error
    models = Path(rapidocr.__file__).parent / "models"
    paths = {part: next(models.glob(f"*_{part}_*.onnx"), None) for part in ("det", "rec")}
    if None in paths.values():
        raise ParseError("the installed rapidocr has no models in it, and none is downloaded: pip install --force-reinstall 'zhibiao[ocr]'")
    return rapidocr.RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "critical",
            "Global.return_word_box": True,
            "Det.model_path": str(paths["det"]),
            "Rec.model_path": str(paths["rec"]),
            "Rec.rec_img_shape": [3, 48, 96],  # the least width; short cells are not padded to 320
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


__all__ = ["DPI", "LOW_CONFIDENCE", "page_of", "report", "straighten", "usual_dpi"]
