"""What marked text says, read by the same extractors that read documents: what a person adds begins with the machine's proposal."""

from __future__ import annotations

from datetime import date
from typing import Any

import regex

from extractors.indicator import noun_phrase
from extractors.masking import mask
from extractors.quantity import find_quantities
from schemas.folded import Folded, fold
from schemas.types import Mention

Line = dict[str, Any]
_ENDS = "。；;!?\n"
_PARTS = regex.compile(r"[,:;。!?()]")
# what stands between a name and its value: 覆盖率 | 稳定达到 | 95%
_VERB = regex.compile(
    r"(?:(?:稳定|分别|均|力争|确保|始终|全部|基本|总体|进一步)*(?:达到?|提[高升][到至]?|增加[到至]?|[降减][低少]?[到至]|下降[到至]?|保持在?|稳定在?|控制在|维持在?|实现|不|为|是|有|在|[≥≤<>=]))+$"
)
_DIRECTION = (("decrease", regex.compile(r"下降|降低|减少|压减|削减|缩减")), ("increase", regex.compile(r"增长|增加|提高|提升|上升")))


def propose(text: str, begin: int, start: int, end: int, document: Line) -> Line:
    """A proposal for the characters `start` to `end` of a document, of which `text` is a stretch that begins at `begin`.

    `fields`: the fields of a target; `spans`: where each stands; `value_text`: as written. A stretch without a number is proposed as a state.
    `document`: its `issue_date`, `publish_date` and `period_start` say from which day words such as 今年 count.
    """
    low, high = _sentence(text, start - begin, end - begin)
    folded = fold(text, [(low, high)])
    inside = _inside(folded, start - begin, end - begin)
    if not inside:
        return {"fields": {}, "spans": {}, "value_text": ""}
    masked = mask(folded.text, (), *_days(document))
    marks = bytearray(masked.marks)
    marks[inside[0] : inside[1]] = bytes(inside[1] - inside[0])  # a person says that this is a value, whatever the rules make of it
    chosen = _chosen(find_quantities(folded.text, marks), inside)
    told = _number(folded, chosen) if chosen else _state(folded, inside)
    taken = (chosen.start, chosen.end) if chosen else inside
    deadline = _deadline(masked.dates, taken)
    name, scope = _name(folded, taken[0], masked.dates)
    fields = {**told["fields"], "deadline": None}
    spans = {**told["spans"]}
    if deadline:
        value = deadline.value
        fields["deadline"] = {"raw": value.raw, "kind": value.kind, "start": value.start, "end": value.end}
        spans["deadline"] = _places(folded, (deadline.start, deadline.end))
    for slot, found in (("indicator", name), ("scope", scope)):
        fields[slot] = folded.plain[found[0] : found[1]] if found else None
        if found:
            spans[slot] = _places(folded, found)
    moved = {slot: [[low + begin, high + begin] for low, high in places] for slot, places in spans.items()}
    return {"fields": fields, "spans": moved, "value_text": told["value_text"], "selected_deadline": _within(masked.dates, inside)}


def _within(dates: list[Mention], inside: tuple[int, int]) -> Line | None:
    """The date that is marked itself."""
    found = next((d.value for d in dates if d.value is not None and d.start < inside[1] and d.end > inside[0]), None)
    return {"raw": found.raw, "kind": found.kind, "start": found.start, "end": found.end} if found else None


def first(text: str, begin: int, start: int, end: int, document: Line) -> Line:
    """A proposal for the first number of a stretch; without one for nothing."""
    folded = fold(text, [(start - begin, end - begin)])
    marks = mask(folded.text, (), *_days(document)).marks
    found = find_quantities(folded.text, marks) or find_quantities(folded.text, bytearray(len(folded.text)))
    places = _places(folded, (found[0].value.value_start, found[0].value.value_end)) if found else []
    return propose(text, begin, places[0][0] + begin, places[-1][1] + begin, document) if places else {"fields": {}, "spans": {}, "value_text": ""}


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence or line around a stretch."""
    low = max(text.rfind(mark, 0, start) for mark in _ENDS) + 1
    behind = [at for mark in _ENDS if (at := text.find(mark, end)) >= 0]
    return low, min(behind, default=len(text))


def _inside(folded: Folded, start: int, end: int) -> tuple[int, int] | None:
    """A stretch of the source as a stretch of its folded text; None where nothing of it is left."""
    within = [i for i, (low, high) in enumerate(zip(folded.starts, folded.ends, strict=True)) if low < end and high > start]
    return (within[0], within[-1] + 1) if within else None


def _days(document: Line) -> tuple[date | None, date | None]:
    """The day from which words such as 今年 count, and the day of issue, as the reading of documents takes them."""
    issued = next((date.fromisoformat(d) for name in ("issue_date", "publish_date") if (d := document.get(name)) and len(d) == 10), None)
    year = document.get("period_start")
    return issued or (date(int(year), 1, 1) if year and str(year).isdecimal() else None), issued


def _chosen(found: list[Mention], inside: tuple[int, int]) -> Mention | None:
    """The number of which the most is marked."""

    def common(one: Mention) -> int:
        begin, end = int(one.value.value_start), int(one.value.value_end)
        return min(end, inside[1]) - max(begin, inside[0])

    best = max(found, key=common, default=None)
    return best if best is not None and common(best) > 0 else None


def _number(folded: Folded, found: Mention) -> Line:
    measure, quantity = found.value, found.value.quantity
    place = (measure.value_start, measure.value_end)
    ahead = folded.text[max(0, found.start - 8) : found.start]
    direction = next((name for name, words in _DIRECTION if (hit := words.search(ahead)) and not regex.match("[到至]", ahead[hit.end() :])), None)
    kind = "count" if measure.count else "level"
    if direction and not measure.count:
        kind = "change"
    elif measure.unit in ("名", "位") and ahead.endswith("前"):
        kind, direction = "rank", None
    fields = {
        "kind": kind,
        "operator": "<=" if kind == "rank" and not measure.said else quantity.operator,
        "value": _plain(quantity.value),
        "value_max": _plain(quantity.value_max),
        "unit": measure.unit,
        "change_direction": direction if kind == "change" else None,
        "status": "target",
    }
    return {"fields": fields, "spans": {"value": _places(folded, place)}, "value_text": folded.plain[slice(*place)]}


def _state(folded: Folded, inside: tuple[int, int]) -> Line:
    fields = dict.fromkeys(("operator", "value", "value_max", "unit", "change_direction")) | {"kind": "qualitative", "status": "target"}
    return {"fields": fields, "spans": {"value": _places(folded, inside)}, "value_text": folded.plain[slice(*inside)]}


def _plain(number: Any) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _deadline(dates: list[Mention], taken: tuple[int, int]) -> Mention | None:
    """The date nearest before the value, else the first behind it in its sentence."""
    known = [d for d in dates if d.value is not None and (d.end <= taken[0] or d.start >= taken[1])]
    ahead = [d for d in known if d.end <= taken[0]]
    return ahead[-1] if ahead else next(iter(known), None)


def _name(folded: Folded, end: int, dates: list[Mention]) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """The noun phrase before a value and its scope."""
    text = folded.text
    while hit := _VERB.search(text, 0, end):
        if hit.start() == end:
            break
        end = hit.start()
    begin = max((hit.end() for hit in _PARTS.finditer(text, 0, max(end - 1, 0))), default=0)
    if begin >= end:
        return None, None
    phrase = noun_phrase(text, begin, end, [(d.start, d.end) for d in dates], doing=True)
    return (None if phrase.empty else (phrase.start, phrase.end)), phrase.scope


def _places(folded: Folded, stretch: tuple[int, int]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in folded.spans(*stretch)]
