"""The fields of a document that its text states: title, 文号, issuer, region, dates, period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import regex

from extractors import rules
from extractors.numerals import DIGITS, parse_number
from extractors.terms import term_of
from pipeline.issuing import issuing_region
from pipeline.labels import Line
from schemas.folded import Folded, fold
from schemas.regions import region_names_in
from schemas.types import Slot

# a year to be reached (规划和2035年远景目标纲要, 2030年前碳达峰) is not the document's own
_YEARS = regex.compile(r"(?<![到至向])((?:19|20)\d\d)(?!年?(?:底?之?前|远景|愿景|展望))年?度?(?:(?:-{1,2}|至|~|到)((?:19|20)\d\d))?年?度?")
_SEALED = regex.compile(r"\((?:代章|盖章|公章|章|印章)\)$")
_DRAFT = regex.compile(
    r"\((?:公开)?(?:征求意见稿|征求意见版|送审稿|讨论稿|草案|修订草案|节选|摘要|[^()]{0,14}(?:废止|失效|起(?:施行|实施|执行)))\)|(?:征求意见稿|送审稿)$"
)
_MARKED = regex.compile(r"^[【\[]已?(?:废止|失效)[】\]]")


def read_metadata(
    head: Sequence[Line], tail: Sequence[Line], lines: Sequence[Line], title: tuple[int, int] | None
) -> tuple[dict[str, Slot | None], date | None]:
    """The fields of document.json that the text states."""
    found: dict[str, Slot | None] = dict.fromkeys(
        ("title", "doc_number", "issuer", "region", "issue_date", "publish_date", "period_start", "period_end")
    )
    if title:
        found["title"] = _joined(lines[slice(*_fuller(lines, title))])
        found |= _years(found["title"])
    before = list(head) if title else []
    below = [line for line in tail[:4] if len(line.text) < 40] if title else []
    for line in before + below:
        for name, rule, group in (("doc_number", "doc_number", "number"), ("issuer", "issued_by", "body")):
            hit = rules.words("official", rule).search(line.text.text)
            if hit and not found[name] and len(line.text) < 80:
                found[name] = _slot(line, hit.start(group), hit.end(group), rule)
        hit = rules.words("official", "published_on").search(line.text.text)
        if hit and not found["publish_date"] and len(line.text) < 200:
            found["publish_date"] = _date_slot(line, hit, "published_on")
    own = [line for line in tail if line.block.where.file == tail[0].block.where.file]  # not the attachments in other files
    signed = _signature(before) or _signature(own[-6:])
    if signed:
        found["issue_date"] = signed[1]
        found["issuer"] = signed[0] or found["issuer"]
    for line in tail[:4]:
        for rule in ("approved_on", "delivered_on"):
            hit = rules.words("official", rule).match(line.text.text)
            if hit and not found["issue_date"]:
                found["issue_date"] = _date_slot(line, hit, rule)
    if not found["issue_date"]:
        for line in before:
            hit = rules.words("official", "issued_on").search(line.text.text)
            if hit:
                found["issue_date"] = _date_slot(line, hit, "issued_on")
                break
    found["issuer"] = found["issuer"] or _notice_issuer(before)
    found["region"] = issuing_region(found["issuer"], found["title"], before, tail, lines)
    issued = found["issue_date"] or found["publish_date"]
    return found, date.fromisoformat(issued.text) if issued else None


def _fuller(lines: Sequence[Line], title: tuple[int, int]) -> tuple[int, int]:
    """The line above that gives a bare title (政府工作报告) with place or year: 2025年新河省政府工作报告."""
    text = "".join(line.text.text for line in lines[title[0] : title[1]])
    if len(text) > 12 or _YEARS.search(text) or region_names_in(text):
        return title
    pattern = rules.words("official", "title")
    for i in range(title[0]):
        above = lines[i].text.text
        if above != text and above.endswith(text) and len(above) <= 40 and pattern.match(above):
            return i, i + 1
    return title


def _slot(line: Line, start: int, end: int, rule: str) -> Slot:
    return Slot(line.text.plain[start:end], line.text.spans(start, end), f"official.{rule}")


def _joined(lines: Sequence[Line]) -> Slot:
    text = "".join(line.text.plain for line in lines)
    clean = _DRAFT.sub("", text.replace("（", "(").replace("）", ")"))
    shown = text if len(clean) == len(text) else text[: len(clean)]
    spans = tuple(s for line in lines for s in line.text.spans(0, len(line.text)))
    return Slot(_MARKED.sub("", shown), spans, "official.title")


def _years(title: Slot | None) -> dict[str, Slot | None]:
    if title is None:
        return {}
    hit, term = _YEARS.search(fold(title.text, [(0, len(title.text))]).text), term_of(title.text)
    if hit is None and term is None:
        return {}
    start, end = (hit[1], hit[2] or hit[1]) if hit else (str(term), str((term or 0) + 4))
    return {"period_start": Slot(start, title.spans, "official.title_years"), "period_end": Slot(end, title.spans, "official.title_years")}


def _date_slot(line: Line, hit: regex.Match[str], rule: str) -> Slot | None:
    parts = [hit["y"], hit["m"], hit["d"]]
    year = int("".join(str(DIGITS.get(c, c)) for c in parts[0]))
    month, day = (int(parse_number(p) or 0) for p in parts[1:])
    try:
        value = date(year, month, day).isoformat()
    except ValueError:
        return None
    return Slot(value, line.text.spans(hit.start("y"), hit.end("d") + (line.text.text[hit.end("d") : hit.end("d") + 1] == "日")), f"official.{rule}")


def _signature(lines: Sequence[Line]) -> tuple[Slot | None, Slot | None] | None:
    """The last dated signature: the bodies that sign (joined with 、) and the date."""
    for i in range(len(lines) - 1, -1, -1):
        hit = rules.words("official", "date_line").match(lines[i].text.text)
        if not hit:
            continue
        bodies = _signers(lines[:i])
        issuer = None
        if bodies:
            spans = tuple(s for b in bodies for s in b.spans(0, len(b)))
            issuer = Slot("、".join(b.plain for b in bodies), spans, "official.signature")
        return issuer, _date_slot(lines[i], hit, "date_line")
    return None


def _signers(lines: Sequence[Line]) -> list[Folded]:
    """The bodies named in the last lines: several on one line are parted at its blanks, a name cut in two lines is made whole."""
    pattern = rules.words("official", "signature")
    signers: list[Folded] = []
    at = len(lines) - 1
    while at >= 0 and len(signers) < 8:
        sealed = _SEALED.search(lines[at].text.text)
        text = lines[at].text.cut(0, sealed.start() if sealed else len(lines[at].text))
        if not pattern.match(text.text):
            break
        if at and _is_cut_name(lines[at - 1].text, text):
            at -= 1
            text = lines[at].text + text
        gaps = [0, *(i for i in range(1, len(text)) if text.starts[i] > text.ends[i - 1]), len(text)]
        parts = [text.cut(a, b) for a, b in pairwise(gaps)]
        signers[:0] = parts if all(pattern.match(p.text) and len(p) > 3 for p in parts) else [text]
        at -= 1
    return signers


def _is_cut_name(above: Folded, below: Folded) -> bool:
    """Whether a body's name begins on the line above: that line starts with a division and names no body itself, the one below has no division."""
    pattern = rules.words("official", "signature")
    starts = [bool(known) and known[0][0] == 0 for known in (region_names_in(above.text), region_names_in(below.text))]
    return starts == [True, False] and len(above) <= 30 and not pattern.match(above.text) and bool(pattern.match((above + below).text))


def _notice_issuer(lines: Sequence[Line]) -> Slot | None:
    """The body at the head of the notice's title: 驻马店市人民政府办公室关于印发… (over up to four lines)."""
    for i in range(len(lines) - 1, -1, -1):
        hit = regex.search(r"关于(?:印发|转发|下发|发布|公布|批转)", lines[i].text.text)
        if not hit or len(lines[i].text) > 120 or regex.search(r"[。;::《]", lines[i].text.text[: hit.start()]):
            continue
        first = regex.compile(r"^[一-龥、 ]{4,60}$")
        if hit.start() and first.match(lines[i].text.text[: hit.start()]) and _is_body(lines[i].text.text[: hit.start()]):
            slot = _slot(lines[i], 0, hit.start(), "notice_title")
            return Slot(slot.text.replace(" ", "、"), slot.spans, slot.rule)
        if not hit.start() and i and _is_body(lines[i - 1].text.text) and first.match(lines[i - 1].text.text):
            return _slot(lines[i - 1], 0, len(lines[i - 1].text), "notice_title")
    return None


def _is_body(text: str) -> bool:
    return bool(rules.words("official", "signature").match(text.replace(" ", "、")))
