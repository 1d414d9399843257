"""What people name (a region, an indicator, a document) as the conditions and ids that it means."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import sqlalchemy as sa

from pipeline.canonical import squashed
from schemas import tables
from schemas.errors import ZhibiaoError
from schemas.indicators import indicators
from schemas.regions import find_regions


class UnknownError(ZhibiaoError):
    """A name that nothing stored bears; says what is near."""


def documents_of_regions(connection: sa.Connection, named: Sequence[str]) -> list[str]:
    """Ids of the documents of regions (Chinese name, code or pinyin). Raises UnknownError."""
    d = tables.document.c
    have = connection.execute(sa.select(d.id, d.region, d.region_code)).all()
    found: dict[str, None] = {}
    for name in named:
        divisions = find_regions(name)
        codes, names = {one.code for one in divisions}, {one.name for one in divisions}
        mine = [
            row.id
            for row in have
            if name in (row.region, row.region_code) or row.region_code in codes or (not row.region_code and row.region in names)
        ]
        if not mine and not divisions:
            known = sorted({row.region for row in have if row.region})[:20]
            raise UnknownError(f"no division is called “{name}”; documents are stored of: {'、'.join(known) or 'none'}")
        found |= dict.fromkeys(mine)
    return list(found)


def documents_named(connection: sa.Connection, named: Sequence[str]) -> list[str]:
    """Ids of documents by their names or ids. Raises UnknownError."""
    d = tables.document.c
    found = []
    for name in named:
        one = connection.execute(sa.select(d.id).where(sa.or_(d.id == name, d.name == name)).limit(1)).scalar()
        if one is None:
            near = get_close_matches(name, connection.execute(sa.select(d.name).limit(5_000)).scalars().all(), n=3, cutoff=0.3)
            raise UnknownError(f"no document is called “{name}”" + (f"; the nearest: {'、'.join(near)}" if near else ""))
        found.append(one)
    return found


def indicators_named(named: Sequence[str]) -> tuple[list[str], list[str]]:
    """Ids of the indicators that names, aliases or ids mean, and the names that the vocabulary does not know."""
    known: dict[str, list[str]] = {}
    for one in indicators():
        for form in (one.id, one.name, *one.aliases):
            known.setdefault(squashed(form), []).append(one.id)
    ids: dict[str, None] = {}
    others = []
    for name in named:
        mine = known.get(squashed(name), [])
        ids |= dict.fromkeys(mine)
        if not mine:
            others.append(name)
    return list(ids), others
