"""What a comparison can be asked for: the regions with documents, the indicators, functions and years that are stored, and how often."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.compare.divisions import UNKNOWN, Divisions, Said
from schemas import tables
from schemas.indicators import indicators
from schemas.regions import stored_regions

_DOCUMENT, _TARGET = tables.document.c, tables.target.c
_NAMED = (_TARGET.indicator, _TARGET.indicator_id)
_FEW = 20_000  # targets up to which the years of their deadlines are read; beyond, the periods of documents tell them


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a comparison by region: name, code, pinyin ("" where no list of divisions knows it), and the number of its documents."""

    name: str
    code: str
    pinyin: str
    documents: int


@dataclass(frozen=True, slots=True)
class Stated:
    """An indicator as it is asked for: id of the vocabulary or name as written, name, domain, and the number of its targets."""

    word: str
    name: str
    domain: str
    targets: int
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """All that is stored, the most frequent first."""

    documents: int
    targets: int
    places: tuple[Place, ...]
    indicators: tuple[Stated, ...]
    domains: tuple[tuple[str, int], ...]
    functions: tuple[str, ...]
    years: tuple[int, ...]


def choices(connection: sa.Connection) -> Choices:
    """Read from indexes and small tables: far less than a second, also for a million targets."""
    stated = _stated(connection)
    targets = sum(one.targets for one in stated)
    domains: Counter[str] = Counter()
    for one in stated:
        if one.domain:
            domains[one.domain] += one.targets
    places = _places(connection)
    return Choices(
        sum(place.documents for place in places),
        targets,
        places,
        stated,
        tuple(domains.most_common()),
        _functions(connection),
        _years(connection, targets),
    )


def running(connection: sa.Connection) -> bool:
    """Whether a run is storing documents (or was, when its computer stopped)."""
    run = tables.run.c
    return connection.execute(sa.select(run.id).where(run.status == "running").limit(1)).first() is not None


def _places(connection: sa.Connection) -> tuple[Place, ...]:
    known = sa.and_(_DOCUMENT.region.is_not(None), _DOCUMENT.region != "")
    query = sa.select(_DOCUMENT.region, _DOCUMENT.region_code, sa.func.count()).where(known).group_by(_DOCUMENT.region, _DOCUMENT.region_code)
    counts: Counter[Said] = Counter({(region, code): n for region, code, n in connection.execute(query)})
    for code, given in connection.execute(sa.select(_DOCUMENT.region_code, _DOCUMENT.given).where(~sa.func.coalesce(known, sa.false()))):
        told = json.loads(given or "{}")
        counts[told.get("region") or None, code] += 1
    divisions = Divisions(counts)
    pinyin = {region.code: region.pinyin for region in stored_regions()}
    found: Counter[str] = Counter()
    for said, n in counts.items():
        found[divisions.shown(said) or UNKNOWN] += n
    codes = divisions.codes()
    places = (Place(name, codes.get(name) or "", pinyin.get(codes.get(name) or "", ""), n) for name, n in found.items())
    return tuple(sorted(places, key=lambda place: (-place.documents, place.code or "~", place.name)))


def _stated(connection: sa.Connection) -> tuple[Stated, ...]:
    known = {one.id: one for one in indicators()}
    counts: Counter[tuple[str, bool]] = Counter()
    # one walk over the index of how targets are named
    for name, identity, n in connection.execute(sa.select(_TARGET.indicator, _TARGET.indicator_id, sa.func.count()).group_by(*_NAMED)):
        counts[(identity, True) if identity in known else (name, False)] += n
    found = []
    for (word, canonical), n in counts.items():
        one = known[word] if canonical else None
        found.append(Stated(one.id, one.name, one.domain or "", n, tuple(one.aliases)) if one else Stated(word, word, "", n))
    return tuple(sorted(found, key=lambda one: (-one.targets, one.name)))


def _functions(connection: sa.Connection) -> tuple[str, ...]:
    """Functions of the bodies that are stored."""
    column = tables.body.c.function
    return tuple(sorted(word for word in connection.execute(sa.select(column).where(column > "").distinct()).scalars()))


def _years(connection: sa.Connection, targets: int) -> tuple[int, ...]:
    if targets <= _FEW:
        year = sa.func.substr(_TARGET.deadline_end, 1, 4)
        found = connection.execute(sa.select(year).where(_TARGET.deadline_end.is_not(None)).distinct()).scalars()
        return tuple(sorted(int(one) for one in found if one and one.isdigit()))
    first, last = sa.func.min(_DOCUMENT.period_start), sa.func.max(_DOCUMENT.period_end)
    low, high = connection.execute(sa.select(first, last)).one()
    return tuple(range(int(low), int(high) + 1)) if low and high and low.isdigit() and high.isdigit() else ()
