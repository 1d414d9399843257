"""The picture of a page → its lines of characters, as runs in points. Imported only where the recogniser is installed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from pipeline.layout.page import Page, Rule, Run
from pipeline.recognise import crops, raster
from pipeline.recognise.raster import Picture
from pipeline.recognise.settings import DPI, LOW_CONFIDENCE, usual_dpi
from pipeline.recognise.signs import sign_at
from pipeline.recognise.strokes import Band

_DETECT_DPI = 110  # where lines of text are looked for: finding needs less than reading
_GUESSED = 0.6  # confidence of dirt that looks like a character
_BELIEVED = 0.9  # confidence that ink outside the lines found must have
_APART = 0.9  # ems between characters that are not of one word even if no blank was read
_UPRIGHT = 0.8  # mean confidence of long lines under which the page may stand on its head
_WORD = re.compile(r"[^\W\u2e80-\u9fff]+(?:[.．,，:：/~～-]?[0-9０-９]+)*[%％‰]?|.", re.S)
_DASH = re.compile(r"(?<=[0-9])[一ー](?=[0-9])")  # between figures a dash was printed, not the numeral
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")  # old print sets a wide point: no blank after it
_POWER = re.compile(r"(?<=[×xX])10[-−—–⁻一]?[0-9⁰¹²³⁴⁵⁶⁷⁸⁹°*]{0,2}")  # raised figures are half as high as the others and often lost
_SMALL_PRINT = 0.6  # at most the confidence of a power of ten
_MORE_FOR_ONE = re.compile(r"(?<=[0-9])%[0oO](?![0-9.])|[IⅠ]?Ⅲ[IⅠ]|[IⅠ]Ⅲ")
_SHARES = "%％‰"
_UNDECIDED = 0.6  # at most the confidence of a % that may be a ‰
_RING = "0oO〇。°"  # as what the last ring of ‰ is read
_RING_AWAY = 0.14  # ems from the edge of ‰ within which such a character is read in it: of 。 printed after it the middle is farther away
_SIGNS = "%％‰≥≤><＞＜±+＋/℃°"


def read_page(engine: Any, image: Any, dpi: float, number: int) -> Page:
    """Page `number` from its picture of `dpi` pixels an inch, if that gives a page of usual size, else as A4."""
    image, dpi = _sized(image, dpi)
    picture, boxes, _ = _upright(engine, image, dpi)
    point = 72 / dpi
    found, missed = crops.boxes_of_lines(picture, boxes, dpi)
    lines = [line for line in _read(engine, picture, found) if not _smudge(line, picture)]
    lines += [line for line in _read(engine, picture, missed) if _believed(line)]
    lines = [_with_shares(line, picture) for line in lines]
    lines.sort(key=lambda line: (line.box[1], line.box[0]))
    rules = [Rule(*(v * point for v in band)) for band in (*picture.horizontal, *picture.vertical)]
    height, width = picture.grey.shape
    return Page(number, width * point, height * point, [run for line in lines for run in _runs(picture, line, point)], rules, recognised=True)


def straighten(engine: Any, image: Any, dpi: float) -> tuple[Any, float]:
    """The picture of a page as `read_page` holds it, with its colours, seals and lines, and its pixels an inch: what is read there has its places."""
    image, dpi = _sized(image, dpi)
    picture, _, quarter = _upright(engine, image, dpi)
    image = raster.quarters(image, quarter) if quarter else image
    return raster.turn(image, picture.angle) if picture.angle else image, dpi


def _sized(image: Any, dpi: float) -> tuple[Any, float]:
    """The picture in the size that is read, and its pixels an inch."""
    image = np.asarray(image)
    dpi = usual_dpi(image.shape[1], image.shape[0], dpi)
    return (image, dpi) if 0.8 <= dpi / DPI <= 1.25 else (raster.scaled(image, DPI / dpi), DPI)


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


def _upright(engine: Any, image: Any, dpi: float) -> tuple[Picture, list[Band], int]:
    """The page as a reader holds it, the boxes of its lines, the quarters that it was turned by, counter-clockwise.

    It is turned only where lines stand or can hardly be read.
    """
    picture = raster.prepare(image, dpi)
    boxes = _detect(engine, picture, dpi)
    standing = sum(b[3] - b[1] > 2 * (b[2] - b[0]) for b in boxes)
    lying = sum(b[2] - b[0] > 2 * (b[3] - b[1]) for b in boxes)
    turns = (1, 3) if standing > 2 * lying else (0, 2)
    if not boxes or (turns[0] == 0 and _sureness(engine, picture, boxes) >= _UPRIGHT):
        return picture, boxes, 0
    best = (0.0, picture, boxes, 0)
    for quarter in turns:
        turned = raster.prepare(raster.quarters(image, quarter), dpi) if quarter else picture
        found = _detect(engine, turned, dpi) if quarter else boxes
        best = max(best, (_sureness(engine, turned, found), turned, found, quarter), key=lambda option: option[0])
    return best[1:]


def _sureness(engine: Any, picture: Picture, boxes: list[Band]) -> float:
    """Mean confidence of the longest lines."""
    longest = sorted(boxes, key=lambda b: b[0] - b[2])[:6]
    lines = _read(engine, picture, longest)
    sure = [c for line in lines for c in line.confidences]
    return sum(sure) / len(sure) if sure else 0.0


def _detect(engine: Any, picture: Picture, dpi: float) -> list[Band]:
    """Boxes of lines of text, in pixels of the picture."""
    factor = min(_DETECT_DPI / dpi, 1.0)
    small = raster.coloured(raster.scaled(picture.grey, factor))
    found = engine._load_det_model()(small).boxes
    if found is None:
        return []
    return [(int(b[:, 0].min() / factor), int(b[:, 1].min() / factor), round(b[:, 0].max() / factor), round(b[:, 1].max() / factor)) for b in found]


def _read(engine: Any, picture: Picture, boxes: Iterable[Band]) -> list[_Line]:
    """What stands in each box; boxes without characters give nothing."""
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
    """The line without the blanks that were read, and without what the models are known to get wrong: they know no ‰, and read Ⅲ as ⅢI or IⅢI."""
    sure = [c for c, char in zip(confidences, text, strict=True) if not char.isspace()]
    plain = "".join(text.split())
    spaced = {len("".join(text[:i].split())) for i, char in enumerate(text) if char.isspace()}
    spaced -= {m.end() for m in _POINT.finditer(plain)}
    plain = _DASH.sub("—", plain)
    for power in _POWER.finditer(plain):
        sure[slice(*power.span())] = [min(c, _SMALL_PRINT) for c in sure[slice(*power.span())]]
    for found in reversed(list(_MORE_FOR_ONE.finditer(plain))):
        i, end = found.span()
        plain = plain[:i] + ("‰" if plain[i] == "%" else "Ⅲ") + plain[end:]
        sure[i:end] = [min(sure[i:end])]
        middles[i:end] = [sum(middles[i:end]) / (end - i)]
        spaced = {j - (end - i - 1) * (j > i) for j in spaced if not i < j < end}
    return _Line(box, plain, tuple(middles), tuple(sure), frozenset(spaced))


def _with_shares(line: _Line, picture: Picture) -> _Line:
    """The line with each % and ‰ as its picture shows it; doubtful where the picture does not decide or what was read is another sign.

    达到5.0%。； whose sign has three rings → 达到5.0‰；
    """
    if not any(char in _SHARES for char in line.text):
        return line
    upper, lower = crops.rows_of_ink(picture.ink, line.box)
    em, around = _em(line, lower - upper), (line.box[0], upper, line.box[2], lower)
    for i in reversed([i for i, char in enumerate(line.text) if char in _SHARES]):
        sign = sign_at(picture.grey, around, line.middles[i], em)
        if sign.lower == 2:
            line = _as_permille(line, i, sign.right + _RING_AWAY * em)
        elif sign.lower == 0 or line.text[i] == "‰":
            char = "%" if sign.lower else line.text[i]
            sure = min(line.confidences[i], _UNDECIDED)
            line = replace(
                line, text=line.text[:i] + char + line.text[i + 1 :], confidences=(*line.confidences[:i], sure, *line.confidences[i + 1 :])
            )
    return line


def _as_permille(line: _Line, i: int, right: float) -> _Line:
    """The line with ‰ at `i`; a ring of it that was read as a character of its own, not right of `right`, falls away."""
    following = line.text[i + 1 : i + 2]
    end = i + 2 if following and following in _RING and line.middles[i + 1] <= right else i + 1
    gone = end - i - 1
    return _Line(
        line.box,
        f"{line.text[:i]}‰{line.text[end:]}",
        line.middles[: i + 1] + line.middles[end:],
        line.confidences[: i + 1] + line.confidences[end:],
        frozenset(j - gone * (j > i) for j in line.spaced if not i < j < end),
    )


def _runs(picture: Picture, line: _Line, point: float) -> Iterator[Run]:
    """The line in points; words that hold a doubtful character are runs of their own, so that doubt stays where it is."""
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
