"""Finds the official text inside a page, and the document's metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import regex

from extractors import rules
from extractors.numerals import DIGITS, parse_number
from pipeline.labels import Line, metadata_pairs, metadata_rows, metadata_tables
from pipeline.members import bare, same_part, sent_title
from schemas.folded import fold
from schemas.types import Document, Slot
from schemas.vocab import region_in, region_names_in

_NUMBERED = regex.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[章条编部]|[一二三四五六七八九十]{1,3}、|[(\[][一二三四五六七八九十]{1,3}[)\]]|\d{1,2}[.、])"
)
_YEARS = regex.compile(r"((?:19|20)\d\d)年?度?(?:(?:-{1,2}|至|~|到)((?:19|20)\d\d))?年?度?")
_PLAN_YEARS = {"十三五": ("2016", "2020"), "十四五": ("2021", "2025"), "十五五": ("2026", "2030"), "十六五": ("2031", "2035")}
_IN_BRACKETS = regex.compile(r"\((?:[^()]{0,8}(?:19|20)\d\d[^()]{0,12}|征求意见稿|送审稿|试行|暂行)\)")
_NATIONAL = regex.compile(r"国务院|国家|中共中央|[一-龥]{2,8}部(?:办公厅)?$|中华人民共和国")
_UNKNOWN_PLACE = regex.compile(
    r"(?!城市|全市|各市|我市|都市|本市|园区|社区|地区|全县|全区|健康|平安|美丽|文明)(?:[一-龥]{2,5}市)?([一-龥]{2,6}?(?<!示范|城|园|社|地|开发|新)[省市县区州旗])"
)
_DRAFT = regex.compile(r"\((?:公开)?(?:征求意见稿|征求意见版|送审稿|讨论稿|草案|修订草案|节选|摘要)\)|(?:征求意见稿|送审稿)$")


@dataclass(frozen=True, slots=True)
class Official:
    """The official part: its lines from title to end (`body`: what follows the title), metadata and draft flag."""

    lines: tuple[Line, ...]
    first: int
    last: int
    metadata: dict[str, Slot | None]
    draft: bool
    issued: date | None


def find_official(document: Document) -> Official:
    """The official text and the metadata of a document.

    The plan's own title is the line (or run of lines) named in 《》 by the notice that sends it, else the last title
    before the first numbered heading. What stands before it is page furniture or notice, what stands behind the first
    footer line (of each file, where the plan has several) is left out.
    """
    lines = tuple(Line(b, fold(document.text, [(b.start, b.end)])) for b in document.blocks if b.kind == "paragraph")
    lines = tuple(line for line in lines if line.text.text)
    cells = [b for b in document.blocks if b.kind == "cell"]
    sheets = metadata_tables(document)
    tables = [b for b in cells if b.where.table not in sheets]
    title = _title(lines, tables[0].start if tables else len(document.text))
    first = title[1] if title else 0
    lines, last = _without_footers(lines, first)
    head = lines[: title[1] if title else 0]
    tail = lines[first:last]
    stated = metadata_rows(document, cells, sheets, title, lines) + metadata_pairs(head)
    metadata, issued = _metadata(stated + list(head), tail, lines, title)
    before = head if title else lines[:3]
    draft = any(rules.words("official", "draft").search(line.text.text) for line in before)
    return Official(lines, first, last, metadata, draft, issued)


def _title(lines: Sequence[Line], table_start: int) -> tuple[int, int] | None:
    """First and one-past-last line of the plan's own title, or None."""
    pattern = rules.words("official", "title")
    notice = rules.words("official", "notice")
    body = next((i for i, line in enumerate(lines) if _NUMBERED.match(line.text.text) and _begins(lines, i)), None)
    stop = body if body is not None else next((i for i, line in enumerate(lines) if line.block.start > table_start), len(lines))
    runs = [run for end in range(stop) if (run := _run(lines, end, pattern))]
    wanted = sent_title([line.text.text for line in lines[:stop]])
    if wanted:
        for i, j in reversed(runs):
            for start in range(i, j):
                if bare("".join(line.text.text for line in lines[start:j])) == wanted:
                    return start, j
    plain = [(i, j) for i, j in runs if not notice.search("".join(line.text.text for line in lines[i:j]))]
    chosen = plain or runs
    return chosen[-1] if chosen else None


def _begins(lines: Sequence[Line], i: int) -> bool:
    """Whether a numbered line begins the body: not an entry of a list of attachments or of a table of contents."""
    return (
        "..." not in lines[i].text.text
        and "……" not in lines[i].text.text
        and not (i and rules.words("official", "attachment").match(lines[i - 1].text.text))
    )


def _run(lines: Sequence[Line], end: int, pattern: regex.Pattern[str]) -> tuple[int, int] | None:
    """The longest title that ends with line `end`: up to three short lines without punctuation above it belong to it."""
    text = lines[end].text.text
    if not pattern.match(text):
        return None
    start = end
    while start > 0 and end - start < 3:
        above = lines[start - 1].text.text
        joined = above + text
        goes_on = text[0] in "和及与暨"
        whole = (
            len(above) > 60
            or len(joined) > 110
            or bool(regex.search(("" if goes_on else "》|") + r"[。:;!?>|]|^\(|\d{4}[-年]\d{1,2}[-月]|号\)?$|来源|^附[件表]|如下$", above))
        )
        whole = whole or any(rules.words("official", name).match(above) for name in ("date_line", "signature"))
        whole = whole or (above[-1:] == "]" and not regex.search(r"\[(?:19|20)\d\d\]$", above))
        whole = whole or _starts_anew(above, text)
        whole = whole or (lines[start - 1].block.where.sheet is not None and lines[start - 1].block.where.cell is None)  # the name of the sheet
        whole = whole or not same_part(lines[start - 1].block.where.file, lines[end].block.where.file)
        own = not goes_on and len(regex.sub(r"\(.*?\)", "", text)) > 8
        if whole or not pattern.match(joined) or (pattern.match(above) and own):
            break
        text, start = joined, start - 1
    if end + 1 < len(lines) and _IN_BRACKETS.fullmatch(lines[end + 1].text.text):
        return start, end + 2
    return start, end + 1


def _starts_anew(above: str, text: str) -> bool:
    """Whether a line begins a title and does not go on with the line above: it begins with its division, and nothing above calls for more."""
    known = region_names_in(text[:20])
    return (
        bool(known)
        and known[0][0] == 0
        and not regex.search(r"关于|印发|转发|发布|[、《<(]|(?:政府|办公室|办公厅|委员会|局|厅|部|委|[省市县区州])$", above)
    )


def _fuller(lines: Sequence[Line], title: tuple[int, int]) -> tuple[int, int]:
    """The line above that gives a bare title (政府工作报告) with place or year: 2026年广东省政府工作报告."""
    text = "".join(line.text.text for line in lines[title[0] : title[1]])
    if len(text) > 12 or _YEARS.search(text) or region_names_in(text):
        return title
    pattern = rules.words("official", "title")
    for i in range(title[0]):
        above = lines[i].text.text
        if above != text and above.endswith(text) and len(above) <= 40 and pattern.match(above):
            return i, i + 1
    return title


def _without_footers(lines: Sequence[Line], first: int) -> tuple[tuple[Line, ...], int]:
    """The lines, and where the official text ends; a footer inside a package ends its own file only, and the next file goes on."""
    kept = list(lines[:first])
    begin = first
    while begin < len(lines):
        file = lines[begin].block.where.file
        stop = next((i for i in range(begin, len(lines)) if lines[i].block.where.file != file), len(lines))
        last = _end(lines[:stop], begin)
        if stop == len(lines):
            return (*kept, *lines[begin:]), len(kept) + last - begin
        kept += lines[begin:last]
        begin = stop
    return tuple(kept), len(kept)


def _end(lines: Sequence[Line], first: int) -> int:
    footer = rules.words("official", "footer")
    started = False
    for i in range(first, len(lines)):
        text = lines[i].text.text
        started = started or bool(_NUMBERED.match(text)) or i > first + 3
        if started and footer.match(text) and len(text) < 200:
            return i
    return len(lines)


def _slot(line: Line, start: int, end: int, rule: str) -> Slot:
    return Slot(line.text.plain[start:end], line.text.spans(start, end), f"official.{rule}")


def _metadata(
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
        hit = rules.words("official", "approved_on").match(line.text.text)
        if hit and not found["issue_date"]:
            found["issue_date"] = _date_slot(line, hit, "approved_on")
    if not found["issue_date"]:
        for line in before:
            hit = rules.words("official", "issued_on").search(line.text.text)
            if hit:
                found["issue_date"] = _date_slot(line, hit, "issued_on")
                break
    found["issuer"] = found["issuer"] or _notice_issuer(before)
    found["region"] = _region(found["issuer"], found["title"], before, tail)
    issued = found["issue_date"] or found["publish_date"]
    return found, date.fromisoformat(issued.text) if issued else None


def _joined(lines: Sequence[Line]) -> Slot:
    text = "".join(line.text.plain for line in lines)
    clean = _DRAFT.sub("", text.replace("（", "(").replace("）", ")"))
    shown = text if len(clean) == len(text) else text[: len(clean)]
    spans = tuple(s for line in lines for s in line.text.spans(0, len(line.text)))
    return Slot(shown, spans, "official.title")


def _years(title: Slot | None) -> dict[str, Slot | None]:
    if title is None:
        return {}
    hit = _YEARS.search(fold(title.text, [(0, len(title.text))]).text)
    years = (hit[1], hit[2] or hit[1]) if hit else next((v for k, v in _PLAN_YEARS.items() if k in title.text), None)
    if years is None:
        return {}
    return {"period_start": Slot(years[0], title.spans, "official.title_years"), "period_end": Slot(years[1], title.spans, "official.title_years")}


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
    pattern = rules.words("official", "signature")
    for i in range(len(lines) - 1, -1, -1):
        hit = rules.words("official", "date_line").match(lines[i].text.text)
        if not hit:
            continue
        bodies: list[Line] = []
        while i - len(bodies) > 0 and len(bodies) < 8 and pattern.match(lines[i - len(bodies) - 1].text.text):
            bodies.insert(0, lines[i - len(bodies) - 1])
        issuer = None
        if bodies:
            spans = tuple(s for b in bodies for s in b.text.spans(0, len(b.text)))
            issuer = Slot("、".join(b.text.plain for b in bodies), spans, "official.signature")
        return issuer, _date_slot(lines[i], hit, "date_line")
    return None


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


def _region(issuer: Slot | None, title: Slot | None, before: Sequence[Line], tail: Sequence[Line]) -> Slot | None:
    """The division that issues: named by the issuer, else by the title, else by the notice or the first lines."""
    whole = "".join(line.text.text for line in (*before, *tail))
    for slot in (issuer, title):
        if slot and (name := _place(slot.text, whole)):
            return Slot(name, slot.spans, f"official.region_of_{slot.rule.partition('.')[2]}")
        if slot is issuer and slot and _NATIONAL.match(slot.text):
            return None
    for line in [*before, *tail[:3]]:
        if len(line.text) < 80 and (name := region_in(line.text.text)):
            at = line.text.text.find(name)
            return _slot(line, at, at + len(name), "region_of_text")
    return None


def _place(text: str, whole: str) -> str | None:
    """The lowest division at the head of a name; one that no list knows counts if the document names it again."""
    bare = text.removeprefix("中共").removeprefix("《")
    known = region_names_in(bare)
    if known and known[0][0] == 0:
        return region_in(bare)
    hit = _UNKNOWN_PLACE.match(bare)
    if hit and whole.count(hit[1]) > 1:
        return hit[1]
    return known[0][2] if known and known[0][0] > 6 else None
