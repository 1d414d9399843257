"""Suggestions for the pickers of regions and indicators, and what to do about words that mean none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pipeline.browse.choices import Choices, Place, Stated
from pipeline.canonical import squashed
from pipeline.web import words
from pipeline.web.pages.compare.asked import View
from schemas.errors import ZhibiaoError
from schemas.indicators import indicators
from schemas.regions import find_regions, stored_regions
from schemas.standards import standards

MOST = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the address asks for and that there is not: a sentence, and addresses that would do (text, address)."""

    says: str
    offers: list[tuple[str, str]]


def places(known: Choices, query: str, most: int = MOST) -> list[Place]:
    """Regions by name, code or pinyin: those with documents first, then others that a list of divisions has (with 0 documents)."""
    asked = query.strip().lower()
    found = [place for place in known.places if _hits(asked, place.name, place.code, place.pinyin)]
    found.sort(key=lambda place: not _begins(asked, place.name, place.code, place.pinyin))
    if not asked or len(found) >= most:
        return found[:most]
    codes = {place.code for place in known.places}
    others = [r for r in stored_regions() if r.valid_to is None and r.code not in codes and _begins(asked, r.name, r.code, r.pinyin)]
    return (found + [Place(r.name, r.code, r.pinyin, 0) for r in others])[:most]


def _hits(asked: str, name: str, code: str, pinyin: str) -> bool:
    return asked in name.lower() or code.startswith(asked) or asked in pinyin


def _begins(asked: str, name: str, code: str, pinyin: str) -> bool:
    return name.lower().startswith(asked) or code.startswith(asked) or pinyin.startswith(asked)


def stated(known: Choices, query: str, most: int = MOST) -> list[Stated]:
    """Indicators whose name, id or alias holds the words; those that documents state first."""
    asked = squashed(query.strip())
    if not asked:
        return list(known.indicators[:most])
    found = [one for one in known.indicators if any(asked in squashed(form) for form in (one.name, one.word, *one.forms))]
    found.sort(key=lambda one: not squashed(one.name).startswith(asked))
    have = {one.word for one in known.indicators}
    more = [i for i in indicators() if i.id not in have and any(asked in squashed(form) for form in (i.name, i.id, *i.aliases))]
    return (found + [Stated(i.id, i.name, i.domain or "", 0) for i in more])[:most]


def place_of(known: Choices, word: str) -> Place | None:
    """The region with documents that a word means."""
    exact = next((place for place in known.places if word == place.name), None)
    if exact is not None:
        return exact
    divisions = find_regions(word)
    meant = [place for place in known.places if any(place.code == d.code or place.name == d.name for d in divisions) or place.code == word]
    return meant[0] if len(meant) == 1 else None


def named(known: Choices, view: View) -> dict[str, list[dict[str, Any]]]:
    """The regions and indicators that a view asks for, with the names that a reader knows and how often they are stored."""
    regions = [(word, place_of(known, word)) for word in view.region]
    by_word = {form: one for one in reversed(known.indicators) for form in (one.word, one.name)}
    vocabulary = {one.id: one.name for one in indicators()}
    chosen = [(word, by_word.get(word)) for word in view.indicator]
    return {
        "region": [{"word": word, "name": place.name if place else word, "count": place.documents if place else 0} for word, place in regions],
        "indicator": [
            {"word": word, "name": one.name if one else vocabulary.get(word, word), "count": one.targets if one else 0} for word, one in chosen
        ],
    }


def problems(view: View, known: Choices, error: ZhibiaoError, lang: str) -> list[Problem]:
    """What of a view there is not, each with what could be asked for instead; the sentence of the error where nothing is found."""
    found = [
        *(_region(view, known, word, lang) for word in view.region if place_of(known, word) is None and len(find_regions(word)) != 1),
        *(_indicator(view, known, word, lang) for word in view.indicator if not stated(known, word, 1)),
        *_words(view, known, lang),
    ]
    return found or [Problem(str(error), [])]


def _region(view: View, known: Choices, word: str, lang: str) -> Problem:
    several = find_regions(word)
    near = [(f"{d.name} {d.code}", d.code) for d in several[:8]] or [(place.name, place.name) for place in _near(known, word)]
    rest = tuple(one for one in view.region if one != word)
    offers = [(text, view.address(region=tuple(value if one == word else one for one in view.region), page=1)) for text, value in near]
    says = words.say("compare.many_regions" if several else "compare.unknown_region", lang, name=word)
    return Problem(says, [*offers, (words.say("compare.without", lang, name=word), view.address(region=rest, page=1))])


def _near(known: Choices, word: str) -> Sequence[Place]:
    names = get_close_matches(word, [place.name for place in known.places], n=4, cutoff=0.3)
    return [place for place in known.places if place.name in names] or known.places[:4]


def _indicator(view: View, known: Choices, word: str, lang: str) -> Problem:
    near = get_close_matches(word, [one.name for one in known.indicators], n=4, cutoff=0.3)
    offers = [(name, view.address(indicator=tuple(name if one == word else one for one in view.indicator), page=1)) for name in near]
    rest = view.address(indicator=tuple(one for one in view.indicator if one != word), page=1)
    says = words.say("compare.unknown_indicator", lang, name=word)
    return Problem(says, [*offers, (words.say("compare.without", lang, name=word), rest)])


def _words(view: View, known: Choices, lang: str) -> list[Problem]:
    """Domains, functions and standards that are not known."""
    found = []
    if view.standard and view.standard not in {one.id for one in standards()}:
        says = words.say("compare.unknown_standard", lang, name=view.standard)
        found.append(Problem(says, [(words.say("compare.standard_own", lang), view.address(standard="", page=1))]))
    lists = (("domain", {name for name, _ in known.domains} | {i.domain for i in indicators()}), ("function", set(known.functions)))
    for name, allowed in lists:
        for word in getattr(view, name):
            if word not in allowed:
                rest = tuple(one for one in getattr(view, name) if one != word)
                says = words.say(f"compare.unknown_{name}", lang, name=word)
                fewer: dict[str, Any] = {name: rest}
                without = view.address(page=1, **fewer)
                found.append(Problem(says, [(words.say("compare.without", lang, name=word), without)]))
    return found
