"""Character recognition: the picture of a page → the `Page` that formats with text give. Offline: rapidocr brings its models in its wheel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.content import Builder
from pipeline.layout.page import Page, Rule, Run
from schemas.errors import ParseError
from schemas.limits import Budget

if TYPE_CHECKING:
    from pipeline.recognise.raster import Picture
    from pipeline.recognise.strokes import Band

DPI = 200  # what pictures are brought to: characters of 10 points are 28 pixels high, as the models like them
DETECT_DPI = 110  # where lines of text are looked for: finding needs less than reading
LOW_CONFIDENCE = 0.75  # of the surest reading of one character; see tests/test_recognise.py for what clean and bad scans give
_A3_LONG = 17.0  # inches
_GUESSED = 0.6  # confidence of dirt that looks like a character
_BELIEVED = 0.9  # confidence that ink outside the lines found must have
_APART = 0.9  # ems between characters that are not of one word even if no blank was read
_UPRIGHT = 0.8  # mean confidence of long lines under which the page may stand on its head
_THREADS = 2
_WORD = re.compile(r"[^\W\u2e80-\u9fff]+(?:[.．,，:：/~～-]?[0-9０-９]+)*[%％]?|.", re.S)
_DASH = re.compile(r"(?<=[0-9])[一ー](?=[0-9])")  # between figures a dash was printed, not the numeral
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")  # old print sets a wide point: no blank after it
_POWER = re.compile(r"(?<=[×xX])10[-−—–⁻一]?[0-9⁰¹²³⁴⁵⁶⁷⁸⁹°*]{0,2}")  # raised figures are half as high as the others and often lost
_SMALL_PRINT = 0.6  # at most the confidence of a power of ten
_TWO_FOR_ONE = re.compile(r"(?<=[0-9])%[0oO](?![0-9.])|Ⅲ[IⅠ]")
_SIGNS = "%％‰≥≤><＞＜±+＋/℃°"
_ISSUES = 20  # a page: more say nothing new


def usual_dpi(width: int, height: int, stated: float = 0.0) -> float:
    """Pixels an inch of a picture of a page: `stated` where that makes a usual sheet of paper, else what makes it an A4 page.

    Cameras, screens and careless converters state 72 or 96 for everything.
    """
    short, long = sorted((width, height))
    if stated > 0 and 5 <= long / stated <= _A3_LONG and short / stated >= 2:
        return stated
    return max(long / 11.69, short / 8.27) if long < 2 * short else width / 8.27


def page_of(image: Any, dpi: float, number: int, budget: Budget) -> Page:
    """Page `number` from its picture (numpy array or Pillow image, height × width or × RGB, 8 bits) of `dpi` pixels an inch.

    A page that would be far larger or smaller than paper (2480 × 3504 points: a scanner's pixels) is taken as A4, and its places are in
    points of that: what finds lines and tables goes by the size of print.
    Raises ParseError where the extra `ocr` is not installed, LimitError over the budget.
    """
    engine = _engine()
    import numpy

    from pipeline.recognise import crops, raster

    budget.tick()
    image = numpy.asarray(image)
    dpi = usual_dpi(image.shape[1], image.shape[0], dpi)
    if not 0.8 <= dpi / DPI <= 1.25:
        image, dpi = raster.scaled(image, DPI / dpi), DPI
    picture, boxes = _upright(engine, image, dpi)
    point = 72 / dpi
    found, missed = crops.boxes_of_lines(picture, boxes, dpi)
    lines = [line for line in _read(engine, picture, found) if not _smudge(line, picture)]
    lines += [line for line in _read(engine, picture, missed) if _believed(line)]
    lines.sort(key=lambda line: (line.box[1], line.box[0]))
    rules = [Rule(*(v * point for v in band)) for band in (*picture.horizontal, *picture.vertical)]
    height, width = picture.grey.shape
    budget.tick()
    return Page(number, width * point, height * point, [run for line in lines for run in _runs(picture, line, point)], rules, recognised=True)


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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it was read: its box in pixels, its characters without blanks, the middle of each in pixels, the confidence of each.

    `spaced`: numbers of the characters before which a blank was read.
    """

    box: Band
    text: str
    middles: tuple[float, ...]
    confidences: tuple[float, ...]
    spaced: frozenset[int]


def _upright(engine: Any, image: Any, dpi: float) -> tuple[Picture, list[Band]]:
    """The page as a reader holds it, and the boxes of its lines. It is turned only where lines stand or can hardly be read."""
    from pipeline.recognise import raster

    picture = raster.prepare(image, dpi)
    boxes = _detect(engine, picture, dpi)
    standing = sum(b[3] - b[1] > 2 * (b[2] - b[0]) for b in boxes)
    lying = sum(b[2] - b[0] > 2 * (b[3] - b[1]) for b in boxes)
    turns = (1, 3) if standing > 2 * lying else (0, 2)
    if not boxes or (turns[0] == 0 and _sureness(engine, picture, boxes) >= _UPRIGHT):
        return picture, boxes
    best = (0.0, picture, boxes)
    for quarter in turns:
        turned = raster.prepare(raster.quarters(image, quarter), dpi) if quarter else picture
        found = _detect(engine, turned, dpi) if quarter else boxes
        best = max(best, (_sureness(engine, turned, found), turned, found), key=lambda option: option[0])
    return best[1], best[2]


def _sureness(engine: Any, picture: Picture, boxes: list[Band]) -> float:
    """Mean confidence of the longest lines."""
    longest = sorted(boxes, key=lambda b: b[0] - b[2])[:6]
    lines = _read(engine, picture, longest)
    sure = [c for line in lines for c in line.confidences]
    return sum(sure) / len(sure) if sure else 0.0


def _detect(engine: Any, picture: Picture, dpi: float) -> list[Band]:
    """Boxes of lines of text, in pixels of the picture."""
    from pipeline.recognise import raster

    factor = min(DETECT_DPI / dpi, 1.0)
    small = raster.coloured(raster.scaled(picture.grey, factor))
    found = engine._load_det_model()(small).boxes
    if found is None:
        return []
    return [(int(b[:, 0].min() / factor), int(b[:, 1].min() / factor), round(b[:, 0].max() / factor), round(b[:, 1].max() / factor)) for b in found]


def _read(engine: Any, picture: Picture, boxes: Iterable[Band]) -> list[_Line]:
    """What stands in each box; boxes without characters give nothing."""
    from pipeline.recognise import crops

    boxes = list(boxes)
    if not boxes:
        return []
    result = engine.recognize_txt([crops.crop(picture, b) for b in boxes])
    lines = []
    for box, text, info in zip(boxes, result.txts, result.word_results, strict=True):
        columns = [column for word in info.word_cols for column in word]
        if columns:
            side = crops.margin(box)
            step = (box[2] - box[0] + 2 * side) / info.line_txt_len
            middles = [box[0] - side + (column + 0.5) * step for column in columns]
            lines.append(_tidied(box, text, middles, info.confs))
    return lines


def _tidied(box: Band, text: str, middles: list[float], confidences: list[float]) -> _Line:
    """The line without the blanks that were read, and without what the models are known to get wrong: they know no ‰, and read Ⅲ as ⅢI."""
    sure = [c for c, char in zip(confidences, text, strict=True) if not char.isspace()]
    plain = "".join(text.split())
    spaced = {len("".join(text[:i].split())) for i, char in enumerate(text) if char.isspace()}
    spaced -= {m.end() for m in _POINT.finditer(plain)}
    plain = _DASH.sub("—", plain)
    for power in _POWER.finditer(plain):
        sure[slice(*power.span())] = [min(c, _SMALL_PRINT) for c in sure[slice(*power.span())]]
    for found in reversed(list(_TWO_FOR_ONE.finditer(plain))):
        i = found.start()
        plain = plain[:i] + ("‰" if plain[i] == "%" else plain[i]) + plain[i + 2 :]
        sure[i : i + 2] = [min(sure[i : i + 2])]
        middles[i : i + 2] = [sum(middles[i : i + 2]) / 2]
        spaced = {j - (j > i) for j in spaced if j != i + 1}
    return _Line(box, plain, tuple(middles), tuple(sure), frozenset(spaced))


def _runs(picture: Picture, line: _Line, point: float) -> Iterator[Run]:
    """The line in points; words that hold a doubtful character are runs of their own, so that doubt stays where it is."""
    from pipeline.recognise import crops

    upper, lower = crops.rows_of_ink(picture.ink, line.box)
    em = _em(line, lower - upper)
    lefts, rights = _edges(line, em)
    middle, size = (upper + lower) / 2 * point, em * point
    top, bottom = middle - size / 2, middle + size / 2
    whole = Run(line.text, [x * point for x in lefts], [x * point for x in rights], top, bottom, bottom - 0.12 * size, size)
    start = 0
    for end, confidence in _stretches(line):
        run = whole.cut(start, end)
        run.confidence = confidence
        start = end
        yield run


def _stretches(line: _Line) -> Iterator[tuple[int, float]]:
    """Ends of stretches that are all sure or all doubtful, a number never cut, each with its lowest confidence."""
    words = [(m.end(), min((line.confidences[i] for i in range(*m.span()) if _counts(line.text, i)), default=1.0)) for m in _WORD.finditer(line.text)]
    for _, group in groupby(words, key=lambda word: word[1] < LOW_CONFIDENCE):
        ends, sure = zip(*group, strict=True)
        yield ends[-1], min(sure)


def _counts(text: str, i: int) -> bool:
    """Whether doubt about a character matters: full-width and half-width marks look alike and mean the same, but not those of a number."""
    return text[i].isalnum() or text[i] in _SIGNS or (text[i] in ".．-－—~～:：" and (text[i - 1 : i].isdigit() or text[i + 1 : i + 2].isdigit()))


def _em(line: _Line, ink: float) -> float:
    """Size of the characters in pixels: the pitch of neighbouring Chinese ones; where there are too few, what the height of the ink says."""
    wide = [unicodedata.east_asian_width(c) in "WF" and c.isalpha() for c in line.text]
    steps = sorted(b - a for a, b, p, q in zip(line.middles, line.middles[1:], wide, wide[1:], strict=False) if p and q)
    if len(steps) >= 3:
        quarter = len(steps) // 4
        inner = steps[quarter : len(steps) - quarter]
        return sum(inner) / len(inner)
    height = line.box[3] - line.box[1]
    return min(max(ink / (0.93 if any(wide) else 0.75), 0.4 * height), height)


def _smudge(line: _Line, picture: Picture) -> bool:
    """Whether what was found is dirt: one or two characters that were guessed, in no cell."""
    x, y = (line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2
    in_table = any(v[1] < y < v[3] and v[0] < x for v in picture.vertical) and any(v[1] < y < v[3] and v[0] > x for v in picture.vertical)
    return not in_table and len(line.text) <= 2 and max(line.confidences) < _GUESSED


def _believed(line: _Line) -> bool:
    """Whether ink outside the lines found is text: scratches and worn borders look like dashes, points and ones."""
    return any((c.isalnum() and c != "一") or c in "≥≤" for c in line.text) and min(line.confidences) >= _BELIEVED


def _edges(line: _Line, em: float) -> tuple[list[float], list[float]]:
    """Left and right edges. Neighbours touch unless a blank was read between them or they stand far apart.

    The models tell places only to a sixth of an em, and old print sets figures wide: measured gaps would cut 0.05 into 0. and 05.
    """
    half = [em * (0.5 if unicodedata.east_asian_width(c) in "WFA" else 0.28) for c in line.text]
    lefts = [middle - h for middle, h in zip(line.middles, half, strict=True)]
    rights = [middle + h for middle, h in zip(line.middles, half, strict=True)]
    for i in range(1, len(lefts)):
        gap = lefts[i] - rights[i - 1]
        if gap < 0 or (i not in line.spaced and gap < _APART * em):
            lefts[i] = rights[i - 1] = (lefts[i] + rights[i - 1]) / 2
    lefts[0], rights[-1] = max(lefts[0], line.box[0]), min(rights[-1], line.box[2])
    return lefts, [max(right, left + 0.1) for left, right in zip(lefts, rights, strict=True)]


__all__ = ["LOW_CONFIDENCE", "page_of", "report"]
