"""What is done to the thing that a target counts, by the words right before it: 新建 of 新建污水管网260公里."""

from __future__ import annotations

from functools import cache

import regex

from schemas import vocab
from schemas.types import Document, Slot, Span, Target

_BRACKETS = {"〔": "〕", "［": "］", "[": "]", "【": "】"}
_REACH = 12  # characters before a quote among which its verb stands


def act(document: Document, target: Target) -> Slot | None:
    """The verb before a target's quote (新建, 改造, 培训 …; `acts` of wording.yaml), or 累计 for a value in the bracket 〔35〕 of sums over years.

    The act of 新建改造污水管网420公里 is 新建改造; where no such word stands before it, None.
    """
    start = min((s.start for s in target.quote.spans), default=0)
    hit = _before().search(document.text, max(0, start - _REACH), start)
    if hit:
        return Slot(hit["act"], (Span(*hit.span("act")),), "act.before")
    if target.value.spans:
        at, end = target.value.spans[0].start - 1, target.value.spans[-1].end
        if at >= 0 and _BRACKETS.get(document.text[at]) == document.text[end : end + 1] != "":
            return Slot("累计", (Span(at, end + 1),), "act.bracket")
    return None


@cache
def _before() -> regex.Pattern[str]:
    words = sorted((w for some in vocab.read("wording")["acts"].values() for w in some), key=len, reverse=True)
    return regex.compile(rf"(?P<act>(?:{'|'.join(words)}|[和及与、])*(?:{'|'.join(words)}))(?:了|各类|一批|不少于|不低于|至少|超过|约)?$")
