"""Statements that give units their roles: "(责任单位:…)", "牵头单位:…;配合单位:…", "(市水利局牵头,市财政局配合)", "(市教育局)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache

import regex

from extractors import rules
from extractors.bodyname import Assignment, Carried, is_body, official, unit_like, units
from extractors.brackets import outermost
from schemas.structs import struct
from schemas.types import Mention

_VERBS = ("verb_local", "verb_lead", "verb_cooperate", "verb_implement", "verb_responsible", "verb_none")
_LABELS = ("lead", "cooperate", "implement", "responsible")
# a text without any of these assigns nothing, and most paragraphs have none
_MAY = re.compile(r"[(\[]|牵头|负责|(?:单位|部门|主体|机构|责任|配合|主办|协办|分工)[:\]为]")
_ROLE_VERB = r"(?:牵头|负责|配合|参与|协办|协助|主办|落实|实施)"
_PART = re.compile(
    rf"[,;。]|(?<={_ROLE_VERB})[、 ]|$"
    r"|(?<=牵头|负责|参与)(?=[省市县区州](?!场|政|级)[一-龥]{2,}(?:配合|参与|协助|协办|负责|落实)$)"
)
_SENTENCE = re.compile(r"(?:^|(?<=[。;!?]))[^。;!?()\[\]]{4,140}(?=。|;|$)")
# a sentence that only assigns ends in such a verb
_SPOKEN = re.compile(rf"{_ROLE_VERB}(?:负责|(?:组织)?(?:实施|推进|落实)|抓好落实|工作)?$")
_HINT = re.compile(r"牵头|负责|配合|参与|责任|落实|实施|主办|协办|承办|指导|职责|参加|协助|协同|支持|会同|监督|督导|督促|协调|统筹|分工")
_LABELLED = re.compile(r"[:\]]|[位门构体区室]为")
_CLAUSE = re.compile(r"[,;。]")
_ENDED = re.compile(r"[。;!?!]$")
_BLANKET = re.compile("以下|下列|下同|不再|任务")  # one of them is in every blanket clause
_GROUP = re.compile(r"(?:各|有关|相关|所有|其他)")
_MIXED = re.compile(r"牵头.*(?:配合|责任|参与)|(?:责任|任务)?分工")


@struct(frozen=True, slots=True)
class _Statement:
    """A stretch that assigns units, with the mentions in it; `leads` is the first unit of a list that may lead by convention."""

    start: int
    end: int
    mentions: tuple[Mention, ...]


def find_ranges(text: str) -> list[tuple[int, int]]:
    """Stretches of a folded text that assign units: brackets, and lines that begin with a label such as 责任单位:."""
    return [(s.start, s.end) for s in _statements(text)]


def find_bodies(text: str, first_leads: bool = False) -> list[Mention]:
    """Units with roles in a folded text; each mention's value is an `Assignment`, its span the unit's own characters.

    "(市审计局、市水利局牵头,市委组织部参与)" → 市审计局 lead, 市水利局 lead, 市委组织部 cooperate. With `first_leads` the first of a
    list of responsible units leads (a convention that plans declare once), without it from the statement on that declares it.
    """
    declared = declares_first_leads(text)
    found: list[Mention] = []
    for statement in _statements(text):
        leads = first_leads or (declared is not None and declared <= statement.end + 1)
        found += _first_leads(statement.mentions) if leads else statement.mentions
    return found


def declares_first_leads(text: str) -> int | None:
    """Where a text says that the first unit of a list leads ("列第一位的为牵头单位,下同"), or None."""
    hit = _search("first_leads", text, 0, len(text)) if "牵头" in text else None
    return hit.start() if hit else None


def read_cell(text: str, role: str, header: str = "") -> list[Mention]:
    """Units of a table cell whose column gives the role: the words in the cell do not change it.

    Under a heading that leaves the roles open (牵头单位及配合单位, 责任分工) they do: "牵头:市住建局;配合:市财政局".
    """
    if _MIXED.search(header) and (found := [*_roles(text, 0, len(text), bare=role)]):
        return found
    found = []
    for _, low, high in _stretches(text, 0, len(text)):
        for begin, end in _parts(text, low, high):
            verb = _verb(text[begin:end])
            found += units(text, begin, begin + verb[1].start() if verb else end, role, f"body.column_{role}")
    found = [m if m.value.role == role else replace(m, value=Assignment(m.value.name, role)) for m in found]
    return _first_leads(found) if role == "responsible" and declares_first_leads(header) is not None else found


def find_blanket(text: str) -> list[Mention]:
    """Units that a statement gives to all that follows ("以下所有工作任务均需各县区落实" → 各县区 implement) or, with the rule
    `body.blanket_all`, to all tasks of the document ("各县区政府负责落实本方案各项任务")."""
    if not _BLANKET.search(text):
        return []
    for name in ("blanket", "blanket_responsible", "blanket_before", "blanket_all"):
        for hit in rules.load("body")[name].finditer(text, 0, len(text)):
            role = rules.load("body")[name].attributes["role"]
            everywhere = name == "blanket_all" and hit.groupdict().get("whole")
            found = units(text, hit.start("list"), hit.end("list"), role, "body.blanket_all" if everywhere else "body.blanket")
            if found and unit_like(text[hit.start("list") : hit.end("list")]):
                return found
    return []


@lru_cache(maxsize=64)  # ranges and units of a text are asked for one after the other
def _statements(text: str) -> tuple[_Statement, ...]:
    if not _MAY.search(text):
        return ()
    found: list[_Statement] = []
    for statement in sorted([*_bracketed(text), *_labelled(text), *_spoken(text)], key=lambda s: (s.start, -s.end)):
        if not found or statement.start >= found[-1].end:
            found.append(statement)
    return tuple(found)


def _labelled(text: str) -> Iterator[_Statement]:
    """Lines and sentences that begin with a label; they end where a sentence ends that no label follows."""
    if not _LABELLED.search(text):
        return
    line, at = rules.words("body", "line"), 0
    while hit := line.search(text, at):
        end = at = max(_line_end(text, hit.end()), hit.end())
        if mentions := tuple(_roles(text, hit.start("label_at"), end)):
            yield _Statement(hit.start("label_at"), end, mentions)


def _line_end(text: str, at: int) -> int:
    """The end of a labelled line: its first full stop that no further label follows, or a bracket that opened before it closes."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if depth < 0:
            return i
        if depth == 0 and text[i] in "。!?" and not rules.words("body", "goes_on").match(text, i + 1):
            return i
    return len(text)


def _bracketed(text: str) -> Iterator[_Statement]:
    for start, end in outermost(text):
        if end - start < 5 or text[start - 1 : start] == "《":
            continue
        closes = _closes(text, start, end)
        if not closes and not _HINT.search(text, start, end):
            continue
        mentions = tuple(_roles(text, start + 1, end - 1, bare="responsible" if closes else ""))
        if mentions or rules.words("body", "only_guided").search(text, start + 1, end - 1):
            yield _Statement(start, end, mentions)


def _closes(text: str, start: int, end: int) -> bool:
    """Whether a bracket stands at a sentence's end and explains no name: "…4所。(市文旅局)", but not "由主管部门(市教育局)"."""
    before = text[max(0, start - 12) : start].rstrip("”\"'")
    if _ENDED.search(before):
        return True
    return (end == len(text) or text[end] in "。;!?") and not rules.words("body", "explained").search(before)


def _spoken(text: str) -> Iterator[_Statement]:
    """Whole sentences that only assign: "由市水利局牵头,市财政局、市住建局配合。"."""
    for hit in _SENTENCE.finditer(text):
        if not _SPOKEN.search(text, max(hit.start(), hit.end() - 40), hit.end()):
            continue
        opening = rules.words("body", "task_word").match(hit.group())
        start, end = hit.start() + (opening.end() if opening else 0), hit.end()
        parts = [text[low:high] for low, high in _parts(text, start, end)]
        if not _verb(parts[-1]) or not all(_assigns(part) for part in parts):
            continue
        mentions = tuple(_roles(text, start, end))
        if any(not _GROUP.match(m.value.name) for m in mentions):
            yield _Statement(start, end, mentions)


def _assigns(part: str) -> bool:
    verb = _verb(part)
    return official(part[: verb[1].start()] if verb else part)


def _roles(text: str, start: int, end: int, bare: str = "") -> list[Mention]:
    """Units with roles between two places; `bare` is the role of authorities that stand there without label and verb."""
    end = min([end] + [h.start() for h in (_search(n, text, start, end) for n in ("no_more", "first_leads", "blanket", "blanket_responsible")) if h])
    found: list[Mention] = []
    carried = Carried()
    for label, low, high in _stretches(text, start, end):
        if label is None:
            found += _by_verbs(text, low, high, bare, carried)
        elif label != "none":
            found += _by_label(text, low, high, label, carried)
    return found


def _search(name: str, text: str, start: int, end: int) -> regex.Match[str] | None:
    return rules.load("body")[name].search(text, start, end)


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[str | None, int, int]]:
    """The stretches of a statement, each with the role that its label gives: None without label, "none" for labels of other things."""
    labels = list(rules.words("body", "label").finditer(text, start, end)) if _LABELLED.search(text, start, end) else []
    if not labels or labels[0].start() > start:
        yield None, start, labels[0].start() if labels else end
    for label, stop in zip(labels, [*(h.start() for h in labels[1:]), end], strict=False):
        yield _label_role(label["label"]), label.end(), stop


@cache
def _label_role(label: str) -> str:
    """The role that a label gives: 牵头单位 → lead, 完成时限 → none."""
    if rules.words("body", "label_none").search(label):
        return "none"
    return next((r for r in _LABELS if rules.words("body", f"label_{r}").search(label)), "responsible")


def _by_label(text: str, start: int, end: int, role: str, carried: Carried) -> Iterator[Mention]:
    """Units behind a label; a verb behind some of them says more than 责任单位 does ("责任单位:市水利局牵头,市财政局配合")."""
    for i, (low, high) in enumerate(_parts(text, start, end)):
        verb = _verb(text[low:high])
        stop = low + verb[1].start() if verb else high
        if text.startswith("会同", low) or (verb and verb[0] == "verb_none"):
            continue
        # what stands first behind 责任单位: is a unit whatever its name; behind 实施主体: and 责任单位为 anything may stand
        if (i or role == "implement" or text[start - 1] == "为") and not unit_like(text[low:stop]):
            if text[low - 1] in ";。":
                return  # the text goes on with something else
            continue
        own = _verb_role(verb[0]) if verb else role
        own = role if own == "responsible" else own
        rule = f"body.{verb[0]}" if verb and own != role else f"body.label_{role}"
        yield from units(text, low, _without_partner(text, low, stop), own, rule, carried)


def _by_verbs(text: str, start: int, end: int, bare: str, carried: Carried) -> Iterator[Mention]:
    """Parts such as "A、B牵头,C参与": a part without verb belongs to the next that has one, and the last may be `bare`."""
    begin, said = -1, False
    for low, high in _parts(text, start, end):
        if text.startswith("会同", low):
            continue
        begin = low if begin < 0 else begin
        verb = _verb(text[low:high])
        if verb is None:
            continue
        said = True
        stop = _without_partner(text, low, low + verb[1].start())
        if _verb_role(verb[0]) != "none" and unit_like(text[begin:stop]):
            yield from units(text, begin, stop, _verb_role(verb[0]), f"body.{verb[0]}", carried)
        begin = -1
    if bare and not said and official(_undated(text[start:end])):
        yield from units(text, start, end, bare, "body.bare", carried)


def _undated(text: str) -> str:
    """A list without the parts that say when: "市教育局,2025年底前" → 市教育局."""
    return ",".join(p for p in _CLAUSE.split(text) if p and not rules.words("body", "no_unit").search(p))


def _without_partner(text: str, start: int, end: int) -> int:
    """The end of a list before those with whom the units only consult: "市教育局会同市财政局" ends behind 市教育局."""
    at = text.find("会同", start, end)
    return end if at < 0 else at


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a statement, each with its own verb: split at , ; 。 and behind a verb, never inside brackets."""
    parts, low = [], start
    for hit in _PART.finditer(text[:end], start):
        inside = text[low : hit.start()]
        if hit.start() > low and inside.count("(") + inside.count("[") == inside.count(")") + inside.count("]"):
            parts.append((low, hit.start()))
            low = hit.end()
        elif hit.start() == low:
            low = hit.end()
    return parts or [(start, end)]


@lru_cache(maxsize=64)
def _verb(text: str) -> tuple[str, regex.Match[str]] | None:
    """The verb that ends a part, with the name of its rule."""
    if not _HINT.search(text):
        return None
    for name in _VERBS:
        if hit := rules.words("body", name).search(text):
            return name, hit
    return None


def _verb_role(name: str) -> str:
    return rules.load("body")[name].attributes["role"]


def _first_leads(mentions: tuple[Mention, ...] | list[Mention]) -> list[Mention]:
    """The same units, the first responsible one leading unless a unit is named as lead."""
    found = list(mentions)
    first = next((i for i, m in enumerate(found) if m.value.role == "responsible"), None)
    if first is not None and not any(m.value.role == "lead" for m in found):
        found[first] = replace(found[first], value=Assignment(found[first].value.name, "lead"), rule="body.first_leads")
    return found


__all__ = ["Assignment", "declares_first_leads", "find_blanket", "find_bodies", "find_ranges", "is_body", "read_cell"]
