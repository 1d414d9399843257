"""The second reader: a small trained model marks in a sentence what may be indicator, scope, value, deadline and body.

It writes no value. It proposes stretches of the text; a claim is a proposed value that the rules of `quantity` can parse, tied to the proposed
names beside it. The model is told for each value on which side its name stands (`VL` after its name, `VR` before it), so that the tie needs
no grammar of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractors import nlp
from extractors.quantity import Measure, find_quantities, lettered
from schemas.errors import ModelError
from schemas.structs import struct
from schemas.types import Mention

Stretch = tuple[int, int]

FOLDER = Path(__file__).with_name("model") / "spans"
LABELS = ("IND", "SCOPE", "VL", "VR", "DATE", "BODY")
TAGS = ("O", *(f"{place}-{label}" for label in LABELS for place in "BI"))
_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")
_NO_VALUE = re.compile(
    r"(?:19|20)\d\d(?:-(?:19|20)\d\d)?年?(?:\d{1,2}月(?:\d{1,2}日)?)?"
    r"|\d{1,2}月(?:\d{1,2}日|底)?|[\[〔]20\d\d[\]〕]\d+号|第\d+|PM\d+|^\d+[.、]"
)
_VALUE = re.compile(
    r"\d|百分之|[一二两三四五六七八九十百千万](?:个|家|座|条|项|名|处|所|户|亩|公里|成|倍|人|场|套|批|宗|级|类|台|万|亿)|[ⅠⅡⅢⅣⅤ]|国[四五六]"
)
_GRADE = re.compile(r"(?:劣)?[ⅠⅡⅢⅣⅤIV]{1,3}类|[一二三四五][级类][AB]?|国[四五六]|\d?A级")
_JOINED = re.compile(r"[、,和及与以跟\"“”]{0,3}")
_NEXT = re.compile(r"[一-龥≥≤]{0,2}[、,和及与]?[一-龥≥≤]{0,4}")  # between the values of 分别达到95%以上和90%
_LONGEST = 300  # characters that the model reads at once


@struct(frozen=True, slots=True)
class Labelled:
    """A text with labelled stretches: what the model learns from."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


@struct(frozen=True, slots=True)
class Proposal:
    """A stretch of a text that the model takes for a `label`, and how sure it is (0 to 1)."""

    label: str
    start: int
    end: int
    score: float


@struct(frozen=True, slots=True)
class Claim:
    """A number (or a grade: `measure` is None) that the model takes for a target's value, and the names, scope and date it ties it to."""

    names: tuple[Stretch, ...]
    value: Stretch
    measure: Measure | None
    scope: Stretch | None
    date: Stretch | None
    score: float


def tagged(sample: Labelled) -> tuple[list[nlp.Word], list[str]]:
    """Words and tags of a labelled text, for learning. A word that a stretch only touches belongs to it."""
    words = nlp.model_words(sample.text)
    tags = ["O"] * len(words)
    for start, end, label in sorted(sample.spans):
        inside = [i for i, w in enumerate(words) if w.start < end and w.end > start]
        for i in inside:
            tags[i] = ("B-" if i == inside[0] else "I-") + label
    return words, tags


def passages(text: str) -> list[Stretch]:
    """The sentences of a folded text that hold a number which may be a target's value, cut where they are too long to be read at once."""
    found = []
    for hit in _SENTENCE.finditer(text):
        for low in range(hit.start(), hit.end(), _LONGEST):
            high = min(low + _LONGEST, hit.end())
            if _VALUE.search(text, low, high) and _VALUE.search(_NO_VALUE.sub("", text[low:high])):
                found.append((low, high))
    return found


def ensure() -> None:
    """Raises ModelError where the trained model or spaCy is missing; loads neither."""
    if not (FOLDER / "config.cfg").exists():
        raise ModelError(f"{FOLDER}: the trained model is not there; make it with `make model`, or read with the rules alone: --readers rules")
    if find_spec("spacy") is None:
        raise ModelError("the second reader needs spaCy; install it with `pip install spacy`, or use --readers rules")


@cache
def model() -> nlp.SpanModel:
    """The trained model. Raises ModelError where it or spaCy is missing."""
    ensure()
    try:
        return nlp.SpanModel.load(FOLDER)
    except ImportError as error:
        raise ModelError(f"the second reader needs spaCy ({error}); install it with `pip install spacy`, or use --readers rules") from error


def proposals(texts: Sequence[str], using: nlp.SpanModel | None = None) -> list[list[Proposal]]:
    """What the model proposes in each text, in text order. Raises ModelError where the model is missing."""
    reader = using or model()
    words = [nlp.model_words(text) for text in texts]
    return [_decoded(each, rows, reader.tags) for each, rows in zip(words, reader.scores(words), strict=True)]


def _decoded(words: Sequence[nlp.Word], rows: Any, tags: Sequence[str]) -> list[Proposal]:
    """Runs of one label, from the best tag of each token; a run's score is its lowest."""
    best = rows.argmax(axis=1).tolist()
    sure = rows.max(axis=1).tolist()
    found: list[Proposal] = []
    label = ""
    for word, index, score in zip(words, best, sure, strict=True):
        place, _, here = tags[index].partition("-")
        if here and here == label and place == "I":
            last = found[-1]
            found[-1] = Proposal(label, last.start, word.end, min(last.score, score))
        elif here:
            found.append(Proposal(here, word.start, word.end, score))
        label = here
    return [Proposal(p.label, p.start, p.end, round(p.score, 4)) for p in found]


# --- proposals → claims ----------------------------------------------------------------------------------------------


def claims(text: str, found: Sequence[Proposal]) -> list[Claim]:
    """The proposed values that parse, each with the names it belongs to.

    A value after its name takes the last name before it, and with it those joined to it (甲、乙和丙均达到100%), or the one in its place where
    the text says 分别; a value before its name takes the next name.
    """
    values = [p for p in found if p.label in ("VL", "VR")]
    measures = _measures(text) if values else []
    return [_claim(text, p, found, _parsed(measures, p)) for p in values if _parsed(measures, p) or _GRADE.search(text, p.start, p.end)]


def _measures(text: str) -> list[Mention]:
    """The numbers with their units, without those of names (5G) and the article 一 (一个平台)."""
    masked = bytearray(len(text))
    for low, high in lettered(text):
        masked[low:high] = b"\1" * (high - low)
    return [m for m in find_quantities(text, masked) if not (m.value.chinese and m.value.quantity.value == 1)]


def _parsed(measures: Sequence[Mention], proposed: Proposal) -> Measure | None:
    """The one parsed number of a proposed value; None where there is none, or more than one."""
    inside = [m.value for m in measures if m.value.value_start < proposed.end and m.value.value_end > proposed.start]
    return inside[0] if len(inside) == 1 else None


def _claim(text: str, value: Proposal, found: Sequence[Proposal], measure: Measure | None) -> Claim:
    names = _following(value, found) if value.label == "VR" else _preceding(text, value, found)
    first = min([value.start, *(n.start for n in names)])
    scopes = [p for p in found if p.label == "SCOPE" and (p.end <= first or value.start <= p.start < max([value.start, *(n.start for n in names)]))]
    scope = scopes[-1] if scopes else None
    group = _group(text, scopes)
    ranked = _place(text, value, found, len(group))
    if len(group) > 1 and len(names) <= 1 and ranked is not None:
        scope = group[ranked]
    dates = [p for p in found if p.label == "DATE" and p.end <= value.start]
    score = min(p.score for p in (value, *names))
    stretch = (measure.value_start, measure.value_end) if measure else (value.start, value.end)
    return Claim(tuple((n.start, n.end) for n in names), stretch, measure, _stretch(scope), _stretch(dates[-1] if dates else None), score)


def _stretch(found: Proposal | None) -> Stretch | None:
    return (found.start, found.end) if found else None


def _following(value: Proposal, found: Sequence[Proposal]) -> list[Proposal]:
    """The next name behind a value, unless another value comes first."""
    behind = [p for p in found if p.start >= value.end and p.label in ("IND", "VL", "VR")]
    return behind[:1] if behind and behind[0].label == "IND" else []


def _preceding(text: str, value: Proposal, found: Sequence[Proposal]) -> list[Proposal]:
    names = [p for p in found if p.label == "IND" and p.end <= value.start]
    group = _group(text, names)
    place = _place(text, value, found, len(group))
    if place is not None:
        return [group[place]]
    return group


def _group(text: str, names: Sequence[Proposal]) -> list[Proposal]:
    """The last of some stretches and those joined to it by 、 or 和."""
    group: list[Proposal] = []
    for name in reversed(names):
        if group and not (text[name.end : group[0].start] and _JOINED.fullmatch(text, name.end, group[0].start)):
            break
        group.insert(0, name)
    return group


def _place(text: str, value: Proposal, found: Sequence[Proposal], count: int) -> int | None:
    """Which of `count` names a value belongs to where each has its own: 分别达到95%和90%. None where they share it."""
    if count < 2:
        return None
    run = [value]
    values = [p for p in found if p.label == "VL"]
    at = values.index(value) if value in values else 0
    for step in (-1, 1):
        i = at + step
        while 0 <= i < len(values) and _NEXT.fullmatch(_between(text, values[i], run[0 if step < 0 else -1])):
            run.insert(0 if step < 0 else len(run), values[i])
            i += step
    if len(run) != count:
        return None
    return run.index(value)


def _between(text: str, one: Proposal, other: Proposal) -> str:
    return text[min(one.end, other.end) : max(one.start, other.start)]
