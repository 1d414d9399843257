"""Which functions, kind, level and place a unit has, as its name says; what it does not say stays None, with a reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import regex

from pipeline.canonical.bodyhead import Head, head_of, seat_of
from pipeline.evidence import key
from schemas import functions as vocab
from schemas import regions
from schemas.functions import Form, Function, Named, Seen
from schemas.structs import struct

_BRACKETS = str.maketrans("[]〔〕【】〈〉", "()()()()")
_BLANK, _BRACKET = regex.compile(r"\s"), regex.compile(r"\([^()]*\)")
_PARTY = regex.compile(r"^(?:委|党委|党工委)(?=[^员])")
_AUTHORITY = regex.compile(r"^(?:(?:人民)?政府|直(?!属?机关))(?=[^办(])")
_OWN_FORMS = frozenset({"office", "centre", "government", "coordination", "commission_office", "branch"})
_OWN_KINDS = frozenset({"department", "party", "institution", "mass", "judicial", "local", "group", "vertical"})


@struct(frozen=True, slots=True)
class Held:
    """A function that a name shows: its id, the part of the name, the pattern that found it, and the reform if the name is an earlier one."""

    id: str
    part: str
    pattern: str
    reorganisation: str | None = None


@struct(frozen=True, slots=True)
class Body:
    """A unit as its name describes it: 市科技经信局 holds science_technology (科技) and industry_it (经信), department, city.

    `canonical`: the standard short names to compare by, reforms followed (环保局: 生态环境). `level`: national, province, city, county, town,
    or group. `kind`: department, party, branch, vertical, institution, enterprise, mass, judicial, local, group. `region_code`: the division
    whose body it is, by the name or the document's own; `seat_code` that of a branch (襄阳市生态环境局枣阳分局: 420600, seat 420683).
    `members`: what a set consists of. `reason`: why something is None.
    """

    name: str
    functions: tuple[Held, ...]
    canonical: tuple[str, ...]
    kind: str | None
    level: str | None
    region_code: str | None = None
    seat_code: str | None = None
    members: str | None = None
    reason: str | None = None


def normalise_body(name: str, region_code: str | None = None) -> dict[str, Any]:
    """The row of a unit: 市科技经信局 → 科学技术、工业和信息化, department, city. `region_code`: the document's division (GB/T 2260)."""
    body = describe_body(name, region_code)
    return {
        "id": key("body", body.name, body.region_code or "", body.level or ""),
        "name": body.name,
        "function": "、".join(body.canonical) or None,
        "function_ids": ",".join(held.id for held in body.functions) or None,
        "kind": body.kind,
        "level": body.level,
        "region_code": body.region_code,
        "seat_code": body.seat_code,
        "members": body.members,
        "reason": body.reason,
    }


@lru_cache(maxsize=8192)
def describe_body(name: str, region_code: str | None = None) -> Body:
    """What a unit's name says. In a document of 枣阳市 (420683), 市财政局 is a county's: `describe_body("市财政局", "420683").level == "county"`."""
    folded = _BLANK.sub("", unicodedata.normalize("NFKC", name)).translate(_BRACKETS)
    head = head_of(folded, region_code, _known)
    if vocab.shapes().cue.search(folded) and not head.parent:
        return _group(folded, region_code)
    main = _BRACKET.sub("", head.rest)
    form = next(form for form in vocab.forms() if form.pattern.search(main) or form.form == "office")
    held = _functions(head, form)
    kind = _kind(head, form, held or _whole(form, head.level)) if main or head.named else None
    head = _placed(head, form, kind, region_code) if form.form != "company" or not held else head
    if main or head.named:
        held = held or _whole(form, head.level)
    return Body(folded, held, _canonical(held), kind, head.level, head.code, head.seat, None, _reason(held, head.level, form))


def _known(text: str) -> bool:
    """Whether a text begins as the name of an office does: a place's short name may stand before it (广东证监局, 泌阳分局)."""
    return bool(vocab.shapes().after_place.match(text)) or any(f.named.begins(text) for f in vocab.functions())


def _group(name: str, region_code: str | None) -> Body:
    """A set of bodies; its functions are those that every member holds."""
    level = regions.level(region_code) if region_code else None
    found = next(m for m in vocab.members() if m.pattern.search(name) and (level is None or not m.within or level in m.within))
    held: tuple[Held, ...] = ()
    if found.function:
        held = (Held(found.function, name, found.pattern.pattern),)
    elif not vocab.shapes().functionless.search(name):
        rest = vocab.shapes().scope.sub("", name)
        held = _first_only(tuple(_offices((rest,), next(f for f in vocab.forms() if f.form == "office"))))
    reason = None if held else "a set of bodies of different functions"
    return Body(name, held, _canonical(held), found.kind, "group", region_code, None, found.members, reason)


def _functions(head: Head, form: Form) -> tuple[Held, ...]:
    """The functions that the parts of a name show, in the order of the name: the parent's, the name's own, those in brackets."""
    own = _AUTHORITY.sub("", _PARTY.sub("", head.rest))
    brackets = [hit.group()[1:-1] for hit in _BRACKET.finditer(head.rest)]
    inner = [_AUTHORITY.sub("", _PARTY.sub("", head_of(text, None, _known).rest)) for text in brackets]
    main = _BRACKET.sub("", own)
    parts = [part for part in (main, *inner) if part]
    held = tuple(_offices(parts, form)) or tuple(_offices((head.rest,), form)) or tuple(_offices((head.parent,), form))
    return _first_only(held)


def _first_only(held: tuple[Held, ...]) -> tuple[Held, ...]:
    first: dict[str, Held] = {}
    for found in held:
        first.setdefault(found.id, found)
    return tuple(first.values())


def _offices(parts: tuple[str, ...] | list[str], form: Form) -> Iterator[Held]:
    """Hits in each part: the longest where they overlap, and none behind words that make it another subject."""
    for part in parts:
        at = 0
        for start, end, hit in _hits(part, form):
            if not vocab.shapes().before.match(part[at:start]):
                break
            at = end
            yield from hit


def _hits(part: str, form: Form) -> list[tuple[int, int, list[Held]]]:
    found: list[tuple[int, int, int, list[Held]]] = []
    seen = vocab.seen(part)
    for function in _held_by(form.form, form.offices):
        for start, end, pattern in function.named.find(part, seen) if may_show(function.named, seen) else ():
            found.append((start, end, 0, [Held(function.id, part[start:end], pattern)]))
    for reform in vocab.reorganisations() if form.offices else ():
        for start, end, pattern in reform.named.find(part, seen) if may_show(reform.named, seen) else ():
            found.append((start, end, 1, [Held(new, part[start:end], pattern, reform.id) for new in reform.new]))
    kept: list[tuple[int, int, list[Held]]] = []
    for start, end, _, held in sorted(found, key=lambda f: (f[0] - f[1], f[2], f[0])):
        if start < end and all(end <= low or start >= high for low, high, _ in kept):
            kept.append((start, end, held))
    return sorted(kept, key=lambda k: k[0])


@cache
def _held_by(form: str, offices: bool) -> tuple[Function, ...]:
    """The functions that a form of bodies may have."""
    return tuple(f for f in vocab.functions() if form in f.forms or (offices and (not f.forms or "office" in f.forms)))


def may_show(named: Named, seen: Seen) -> bool:
    """Whether a name may show what is named so: most names show one function of a hundred."""
    return (seen.patterned and named.pattern is not None) or not named.heads.isdisjoint(seen.pairs)


def _whole(form: Form, level: str | None) -> tuple[Held, ...]:
    """The function of a form that is told by the form alone: 泌阳县人民政府."""
    found = [f for f in vocab.functions() if f.whole and form.form in f.forms and (not f.levels or level in f.levels)]
    return tuple(Held(f.id, form.form, form.pattern.pattern) for f in found[:1])


def _kind(head: Head, form: Form, held: tuple[Held, ...]) -> str | None:
    own = vocab.function(held[0].id).kind if held else None
    if form.form == "branch":
        return "branch"
    if held and held[0].reorganisation and own == "party":
        own = "department"  # 市新闻出版局 was one
    if _PARTY.match(head.rest) and form.form in ("office", "commission_office"):
        return own if own and own != "department" else "party"
    return own if own and own != "department" else form.kind or own


def _placed(head: Head, form: Form, kind: str | None, region_code: str | None) -> Head:
    """The head with the level and division that the form and the document add to what it says itself."""
    if form.form == "branch":
        return seat_of(head, region_code)
    if form.form == "town":
        return head.at("town", head.code)
    if form.form == "committee":
        return head.at(None, head.code)
    if head.named and not head.parent and (form.form == "company" or (form.form in ("hospital", "academy") and not head.full)):
        return head.at(None, None)  # 杭州 in a company's name does not make it the city's
    if not head.bare or form.form not in _OWN_FORMS or kind not in _OWN_KINDS or head.rest.endswith("部门"):
        return head
    return head.own(region_code)


def _canonical(held: tuple[Held, ...]) -> tuple[str, ...]:
    """The names to compare by, reforms followed."""
    followed = {r.of: r.new for r in vocab.reorganisations() if r.of}
    ids = [new for found in held for new in followed.get(found.id, (found.id,))]
    return tuple(dict.fromkeys(vocab.function(i).function for i in ids))


def _reason(held: tuple[Held, ...], level: str | None, form: Form) -> str | None:
    if not held:
        return "no function fits the whole of the name"
    return None if level else "a zone has no level of its own" if form.form == "committee" else "the name gives no level"
