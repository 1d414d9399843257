"""Which other documents a text repeals, revises, replaces or extends: 《X办法》（Y政发〔2018〕5号）同时废止."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import regex

from extractors import rules
from extractors.validity import Known, Stated, is_own, iso, sentences

_COMMA = regex.compile(r"(?:《[^》]{1,150}》|\([^()]*\)|[^,])+")
_OWN_PART = regex.compile(r"(?:施行|实施|执行|生效|有效期|试行|解释|印发给|同意|通过)[^《]*$|^(?:根据|按照|依据|依照|为了?)")
_NAMED = regex.compile(r"《[^》]*》(?:\([^()]*\))*")
_TITLES = regex.compile(r"《[^》]*》|\([^()]*\)|关于[^,。;]{3,60}的(?:通知|意见|决定|批复|函|公告|通告|办法)")
_WITH_OWN = regex.compile(r"(?:凡|如有?|若)?与本")
_REPEALING = re.compile("废止|失效|作废|停止|不再|终止|为准|执行")
_EXTENDING = re.compile("延长|延续|顺延|展期|继续")
_REVISING = re.compile("修改|修订|修正|调整|代替|替代|取代")


def find_repeals(text: str, known: Known) -> list[Stated]:
    """The documents that a folded text repeals (`value`: whole, part, or conflict: only where they differ), revises or extends, a statement each.

    A vague object (此前有关规定同时废止) is a statement without title. Tasks (清理废止一批文件) and documents that others repeal are none.
    `[text[a:b] for x in find_repeals(text := "《甲办法》、《乙办法》同时废止。", Known()) for a, b in [x.title]] == ["甲办法", "乙办法"]`.
    """
    repealing, revising, extending = (words.search(text) is not None for words in (_REPEALING, _REVISING, _EXTENDING))
    found: list[Stated] = []
    for sentence in sentences(text) if repealing or revising or extending else ():
        at, stop = sentence.span()
        if at == 0 and (number := rules.words("validity", "number_head").match(text)):
            at = number.end()
        if repealing and not _of_others(text, at, stop, known):
            found += _ended(text, at, stop)
            found += _ended_first(text, at, stop)
            found += _prevailed(text, at, stop)
        if revising:
            found += _revised(text, at, stop)
        if extending:
            found += _extended(text, at, stop)
    return found


def _extended(text: str, at: int, stop: int) -> Iterator[Stated]:
    """Documents that are to hold longer: 《甲》有效期延长至2026年12月31日; `date_end` is the new last day."""
    for hit in rules.load("validity")["extends"].finditer(text, at, stop):
        part = "2" if hit["book2"] else ""
        book, number = hit.span(f"book{part}"), hit.span(f"number{part}")
        if day := iso(hit[f"day{part}"]):
            title = (book[0] + 1, book[1] - 1)
            yield Stated("extends", *hit.span(), "validity.extends", None, date_end=day, title=title, number=number if number[0] >= 0 else None)


def _of_others(text: str, at: int, stop: int, known: Known) -> bool:
    """Whether a sentence tells what another document did: 《民法典》自2021年1月1日起施行，《婚姻法》同时废止."""
    hits = rules.load("validity")["effect"].finditer(text, at, stop)
    return any(hit["named"] and not is_own(hit["named"], known) for hit in hits)


def _ended(text: str, at: int, stop: int) -> Iterator[Stated]:
    """The object stands before the verb: 《甲》和《乙》同时废止."""
    for hit in rules.load("validity")["ended"].finditer(text, at, stop):
        if not _outside(text, at, hit.start()):
            continue
        low = _object(text, at, hit.start())
        at = hit.end()  # the object of a verb stands behind the verb before it
        said = text[low : hit.start()]
        bare = _TITLES.sub("", said)
        if not rules.words("validity", "task").search(bare):
            yield from _named(text, low, hit.start(), (low, hit.end()), "ended", "whole", bool(hit["how"] or hit["day"]), hit["day"])


def _object(text: str, at: int, verb: int) -> int:
    """Where the object of a verb begins: its clause, and the clauses right before that name documents and tell nothing else."""
    clauses = [clause.span() for clause in _COMMA.finditer(text, at, verb)]
    low = verb
    for a, b in reversed(clauses):
        said = text[a:b]
        bare = _NAMED.sub("《》", said)
        names = rules.words("validity", "title").search(said) or rules.words("validity", "number").search(said)
        if _OWN_PART.search(bare) or (low != verb and not names and not rules.words("validity", "former").search(said)):
            break
        low = a
        if not names and a != clauses[-1][0]:
            break
    return low


def _ended_first(text: str, at: int, stop: int) -> Iterator[Stated]:
    """The object stands behind the verb: 同时废止原《甲》."""
    for hit in rules.load("validity")["ends_first"].finditer(text, at, stop):
        if _outside(text, at, hit.start()) and not rules.words("validity", "task").search(text[max(at, hit.start() - 12) : hit.start()]):
            yield from _named(text, hit.end(), stop, (hit.start(), stop), "ends_first", "whole", False, None)


def _prevailed(text: str, at: int, stop: int) -> Iterator[Stated]:
    """The document goes before others: 此前有关规定与本办法不一致的，以本办法为准."""
    if hit := rules.load("validity")["prevails"].search(text, at, stop):
        yield from _named(text, *hit.span("object"), hit.span(), "prevails", "conflict", True, None)


def _revised(text: str, at: int, stop: int) -> Iterator[Stated]:
    for hit in rules.load("validity")["amends"].finditer(text, at, stop):
        if hit["sure"] and _outside(text, at, hit.start()):
            yield from _as_revising(_named(text, *hit.span("object"), hit.span(), "amends", "amends", False, None))
    for hit in rules.load("validity")["replaces"].finditer(text, at, stop):
        if _outside(text, at, hit.start()):
            yield from _as_revising(_named(text, hit.end(), stop, (hit.start(), stop), "replaces", "replaces", False, None))


def _as_revising(found: Iterator[Stated]) -> Iterator[Stated]:
    return (replace(one, kind="revises") for one in found)


def _named(text: str, low: int, high: int, whole: tuple[int, int], rule: str, value: str, vague: bool, day: str | None) -> Iterator[Stated]:
    """A statement for each title and 文号 between two places; one without either where the object is `vague` and the words allow that."""
    since = iso(regex.sub(r"^[自从于]|起(?:施行)?$", "", day), first=True) if day and regex.search(r"\d", day) else None
    one = Stated("repeals", *whole, f"validity.{rule}", value, since)
    taken: list[tuple[int, int]] = []
    for pattern in ("title", "plain_title"):
        for hit in rules.words("validity", pattern).finditer(text, low, high):
            span = hit.span("book") if pattern == "title" else hit.span()
            if any(a < span[1] and span[0] < b for a, b in taken) or _cited(text, low, high, hit):
                continue
            taken.append(hit.span())
            numbers = _numbers(text, hit) if pattern == "title" else _in_bracket(text, hit.end(), high)
            taken += numbers
            title = (span[0] + 1, span[1] - 1) if pattern == "title" else span
            kept = replace(one, title=title, value="part" if pattern == "title" and hit["part"] and value == "whole" else value)
            yield from [replace(kept, number=number) for number in numbers] or [kept]
    for hit in rules.words("validity", "number").finditer(text, low, high):
        if not any(a < hit.end() and hit.start() < b for a, b in taken) and _outside(text, low, hit.start()):
            taken.append(hit.span())
            yield replace(one, number=hit.span())
    if not taken and vague and (rules.words("validity", "former").search(text, low, high) or _WITH_OWN.match(text, low, high)):
        yield one


def _cited(text: str, low: int, high: int, hit: regex.Match[str]) -> bool:
    """Whether a title is what the repeal rests on: 根据《甲》的规定，《乙》同时废止."""
    return bool(
        rules.words("validity", "basis").search(text[low : hit.start()])
        or regex.match(r"的?(?:规定|要求|精神|有关规定)[,，]", text[hit.end() : high])
    )


def _numbers(text: str, hit: regex.Match[str]) -> list[tuple[int, int]]:
    """The numbers of a titled document: before the title, or in the brackets behind it."""
    if hit["before"]:
        return [hit.span("before")]
    return [n.span() for n in rules.words("validity", "number").finditer(text, *hit.span("inside"))] if hit["inside"] else []


def _in_bracket(text: str, at: int, high: int) -> list[tuple[int, int]]:
    inside = regex.compile(r"\(([^()]{2,160})\)").match(text, at, high)
    return [n.span() for n in rules.words("validity", "number").finditer(text, *inside.span(1))] if inside else []


def _outside(text: str, at: int, place: int) -> bool:
    return text.count("《", at, place) == text.count("》", at, place)
